"""All methods of tensors that record ops, from the modules that implement them."""

from __future__ import annotations

from tapegrad.ops.conversion import ConversionMethods
from tapegrad.ops.creation_methods import CreationMethods
from tapegrad.ops.elementwise_methods import ElementwiseMethods
from tapegrad.ops.indexing import IndexingMethods
from tapegrad.ops.matrices import MatrixMethods
from tapegrad.ops.random_methods import RandomMethods
from tapegrad.ops.reductions import ReductionMethods
from tapegrad.ops.scatter_methods import ScatteringMethods
from tapegrad.ops.shape_methods import ShapeMethods


class Methods(
    ElementwiseMethods,
    ReductionMethods,
    MatrixMethods,
    ShapeMethods,
    IndexingMethods,
    ScatteringMethods,
    ConversionMethods,
    CreationMethods,
    RandomMethods,
):
    """All methods that record ops."""

    __slots__ = ()
