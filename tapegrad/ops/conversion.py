"""Dtype conversion as an op of the tape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.devices import device
from tapegrad.engine import Op, TensorBase
from tapegrad.layouts import number_of
from tapegrad.ops import shapes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


def cast(t: Tensor, kind: dtypes.dtype) -> Tensor:
    """Give `t` with elements of another dtype (`t` itself where it has it already)."""
    if t.dtype is kind:
        return t
    values = engine.readable(t)
    strides = engine.layout_of(t).strides if engine.is_dense(t) else None
    made = engine.record(Op.CAST, number_of(kind.code, tuple(t.shape), strides), t)
    with np.errstate(all="ignore"):
        engine.array(made)[...] = values.astype(kind.numpy, copy=False)
    return made


class ConversionMethods:
    """Copies and changes of dtype or device."""

    __slots__ = ()

    def clone(self: Tensor, *, memory_format: object = None) -> Tensor:
        """Copy to memory of its own; the gradient passes through."""
        return engine.copy_of(self)

    def contiguous(self: Tensor, memory_format: object = None) -> Tensor:
        """Give a tensor with row-major memory: itself where it has that, else a copy."""
        return shapes.contiguous(self)

    def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Convert to a dtype, a device, or both, or to those of another tensor."""
        copy = bool(kwargs.pop("copy", False))
        kwargs.pop("non_blocking", None)
        kind = kwargs.pop("dtype", None)
        place = kwargs.pop("device", None)
        if kwargs:
            raise TypeError(f"to() got an unexpected keyword argument '{next(iter(kwargs))}'")
        for value in args:
            if isinstance(value, dtypes.dtype):
                kind = value
            elif isinstance(value, device | str):
                place = value
            elif isinstance(value, TensorBase):
                kind = engine.layout_of(value).dtype
            elif isinstance(value, bool):
                copy = copy or value
            elif value in (float, int):
                kind = dtypes.as_dtype(value)
            else:
                raise TypeError(
                    "to() received an invalid combination of arguments - got "
                    f"({type(value).__name__}), expected a dtype, a device or a tensor"
                )
        if place is not None and device(place).type != "cpu":
            raise AssertionError("tapegrad was not set up with CUDA: use device='cpu'")
        if kind is None or kind is self.dtype:
            return self.clone() if copy else self
        return cast(self, kind)

    def type_as(self: Tensor, other: Tensor) -> Tensor:
        """Convert to the dtype of another tensor."""
        shapes.check_tensor("type_as", other, "other")
        return cast(self, other.dtype)

    def float(self: Tensor) -> Tensor:
        """Convert to float32."""
        return cast(self, dtypes.float32)

    def double(self: Tensor) -> Tensor:
        """Convert to float64."""
        return cast(self, dtypes.float64)

    def long(self: Tensor) -> Tensor:
        """Convert to int64."""
        return cast(self, dtypes.int64)

    def int(self: Tensor) -> Tensor:
        """Convert to int32."""
        return cast(self, dtypes.int32)

    def bool(self: Tensor) -> Tensor:
        """Convert to bool."""
        return cast(self, dtypes.bool_)

    def cpu(self: Tensor) -> Tensor:
        """Give the tensor on the CPU: itself."""
        return self

    def cuda(self: Tensor, device: object = None) -> Tensor:
        """Copy to a GPU; there is none yet."""
        raise AssertionError("tapegrad was not set up with CUDA: use device='cpu'")
