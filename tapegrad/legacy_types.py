"""The types of old, such as `FloatTensor`: they make tensors of one dtype, and name dtypes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.creation import check_place, empty, tensor
from tapegrad.dtypes import dtype as _Dtype
from tapegrad.size import Size

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.creation import _Place

__all__ = ["BoolTensor", "DoubleTensor", "FloatTensor", "IntTensor", "LongTensor"]


def legacy_tensor(kind: _Dtype, *args: Any, device: _Place = None) -> Tensor:
    """Make a tensor the old way: from sizes (any elements) or from data."""
    check_place(device)
    if not args:
        return empty(0, dtype=kind)
    first = args[0]
    if len(args) > 1 or isinstance(first, Size) or _is_count(first):
        return empty(*args, dtype=kind)
    if isinstance(first, engine.TensorBase):
        given: Any = first
        if given.dtype is not kind:
            raise TypeError(
                f"expected a tensor with dtype {kind}, but got one with dtype {given.dtype}: "
                "convert it with .to(dtype)"
            )
        alias: Tensor = given.detach()
        return alias
    if isinstance(first, bool | float):
        raise TypeError(f"new(): data must be a sequence (got {type(first).__name__})")
    return tensor(first, dtype=kind)


def _is_count(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


class _TensorType(type):
    """Class of the old tensor types: a call makes a `Tensor`, ``isinstance`` checks the dtype."""

    dtype: _Dtype

    def __call__(cls, *args: Any, **kwargs: Any) -> Tensor:
        return legacy_tensor(cls.dtype, *args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, engine.TensorBase) and (
            engine.layout_of(instance).dtype is cls.dtype
        )


class FloatTensor(metaclass=_TensorType):
    """Makes float32 tensors from sizes or data.

    Examples
    --------
    >>> FloatTensor([[1, 2]])
    tensor([[1., 2.]])
    """

    dtype = dtypes.float32


class DoubleTensor(metaclass=_TensorType):
    """Makes float64 tensors from sizes or data."""

    dtype = dtypes.float64


class LongTensor(metaclass=_TensorType):
    """Makes int64 tensors from sizes or data."""

    dtype = dtypes.int64


class IntTensor(metaclass=_TensorType):
    """Makes int32 tensors from sizes or data."""

    dtype = dtypes.int32


class BoolTensor(metaclass=_TensorType):
    """Makes bool tensors from sizes or data."""

    dtype = dtypes.bool_


TYPES: Final = (FloatTensor, DoubleTensor, LongTensor, IntTensor, BoolTensor)
for _type in TYPES:
    _type.__module__ = "tapegrad"

#: Names of the old types by the name of their dtype.
TYPE_NAMES: Final = {each.dtype.name: each.__name__ for each in TYPES}


def dtype_of_type(value: Any) -> _Dtype:
    """Dtype meant by the argument of `Tensor.type`: a dtype, an old type or its name."""
    if isinstance(value, _Dtype):
        return value
    if isinstance(value, _TensorType):
        return value.dtype
    if not isinstance(value, str | type):
        raise TypeError("dtype must be a type, str, or dtype object")
    name = value if isinstance(value, str) else value.__name__
    for each in TYPES:
        if name in (f"tapegrad.{each.__name__}", f"torch.{each.__name__}"):
            return each.dtype
    raise ValueError(f"invalid type: '{name}'")
