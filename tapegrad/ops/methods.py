"""All methods of tensors that record ops, from the modules that implement them."""

from __future__ import annotations

from tapegrad.ops.conversion import ConversionMethods
from tapegrad.ops.elementwise_methods import ElementwiseMethods
from tapegrad.ops.indexing import IndexingMethods
from tapegrad.ops.matrices import MatrixMethods
from tapegrad.ops.reductions import ReductionMethods
from tapegrad.ops.shape_methods import ShapeMethods


class Methods(
    ElementwiseMethods,
    ReductionMethods,
    MatrixMethods,
    ShapeMethods,
    IndexingMethods,
    ConversionMethods,
):
    """All methods that record ops."""

    __slots__ = ()
