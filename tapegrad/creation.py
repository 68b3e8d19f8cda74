"""Functions that make tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.ops import shapes

if TYPE_CHECKING:
    from tapegrad.tensor import Tensor

TYPE_NAMES = {
    "float32": "FloatTensor",
    "float64": "DoubleTensor",
    "int64": "LongTensor",
    "int32": "IntTensor",
    "bool": "BoolTensor",
}


def full(size: Any, fill_value: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    kind = dtype or dtypes.get_default_dtype()
    made = engine.empty(kind.code, tuple(size))
    engine.array(made)[...] = fill_value
    return made.requires_grad_(True) if requires_grad else made


def ones(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    return full(shapes.sizes_of("ones", size), 1, dtype=dtype, requires_grad=requires_grad)


def zeros(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    return full(shapes.sizes_of("zeros", size), 0, dtype=dtype, requires_grad=requires_grad)


def tensor(data: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    values = np.asarray(data)
    if dtype is None:
        dtype = dtypes.get_default_dtype() if values.dtype.kind == "f" and not isinstance(data, np.ndarray) else dtypes.from_numpy_dtype(values.dtype)
    made = engine.from_array(values, dtype)
    return made.requires_grad_(True) if requires_grad else made


def legacy_tensor(kind: dtypes.dtype, *args: Any) -> Tensor:
    if len(args) == 1 and not isinstance(args[0], int):
        return tensor(args[0], dtype=kind)
    return engine.empty(kind.code, tuple(args))


def rebuild(values: npt.NDArray[Any], requires_grad: bool) -> Tensor:
    made = engine.from_array(values)
    return made.requires_grad_(True) if requires_grad else made


def from_numpy(array: Any) -> Tensor:
    return engine.from_array(array)
