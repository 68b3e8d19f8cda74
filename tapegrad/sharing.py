"""Tensors on memory that something else owns, where it can be shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import is_count, type_name
from tapegrad.creation import tensor
from tapegrad.devices import check_place
from tapegrad.numpy_bridge import adopt, from_dlpack, from_numpy, warn_read_only
from tapegrad.options import resolve
from tapegrad.warning import warn_once

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.options import Place

__all__ = ["as_tensor", "asarray", "frombuffer"]

_CAPSULE: Final = type(np.ones(0).__dlpack__())
_KEPT_GRADIENT: Final = (
    "tapegrad.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of "
    "False. Pass requires_grad=False explicitly to get the old behavior and silence this warning."
)


def as_tensor(data: Any, *, dtype: Any = None, device: Place = None) -> Tensor:
    """Give data as a tensor, without a copy where it is a tensor or an array of the right dtype.

    Examples
    --------
    >>> import numpy as np
    >>> as_tensor(np.arange(2))
    tensor([0, 1])
    """
    if isinstance(data, engine.TensorBase | np.ndarray):
        given: Any = data
        made: Tensor = given if isinstance(data, engine.TensorBase) else from_numpy(given)
        return made.to(resolve("as_tensor", dtype, made.dtype, device, False))
    kind = None if dtype is None else dtypes.as_dtype(dtype, "as_tensor")
    return tensor(data, dtype=kind, device=device)


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Place = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """Give an object as a tensor, on its own memory where that can be.

    Parameters
    ----------
    obj : tensor, array, DLPack capsule, buffer, number or nested sequence
        What to convert. A buffer's bytes are taken as elements of `dtype`.
    dtype, device
        As for `tensor`.
    copy : bool, optional
        Whether the result must have memory of its own. Where left out, it is copied only if needed.
    requires_grad : bool, optional
        Whether gradients are wanted; as `obj` has it where left out.

    Raises
    ------
    ValueError
        If `copy` is False and a copy is needed.

    Examples
    --------
    >>> import numpy as np
    >>> a = np.zeros(2)
    >>> x = asarray(a)
    >>> a[0] = 5
    >>> x
    tensor([5., 0.], dtype=tapegrad.float64)
    """
    for name, value in (("copy", copy), ("requires_grad", requires_grad)):
        if not isinstance(value, bool | None):
            raise TypeError(f"asarray(): argument '{name}' must be bool, not {type_name(value)}")
    kind = None if dtype is None else dtypes.as_dtype(dtype, "asarray")
    shared = _shared(obj, kind, copy)
    if shared is None:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return tensor(obj, dtype=kind, device=device, requires_grad=bool(requires_grad))
    check_place(device)
    if kind is not None and kind is not shared.dtype:
        if copy is False:
            names = [engine.torch_name(k.code) for k in (shared.dtype, kind)]
            raise ValueError(f"can't alias tensor with dtype '{names[0]}' into dtype '{names[1]}'.")
        shared = shared.to(kind)
    elif copy:
        shared = shared.clone()
    if requires_grad is None:
        if shared.requires_grad:
            warn_once(_KEPT_GRADIENT)
        return shared
    if not requires_grad and not shared.is_leaf:
        return shared.detach()
    return shared.requires_grad_(requires_grad)


def _shared(obj: Any, kind: dtypes.dtype | None, copy: bool | None) -> Tensor | None:
    """Tensor on the memory of an object; None where it has none to share."""
    if isinstance(obj, engine.TensorBase):
        same: Any = obj
        made: Tensor = same
        return made
    if isinstance(obj, np.ndarray):
        return from_numpy(obj)
    if isinstance(obj, np.generic):
        if copy is False:
            raise RuntimeError(
                "can't alias NumPy scalars. Either remove copy=False or transform it in a ndarray. "
            )
        return None
    if isinstance(obj, _CAPSULE):
        return from_dlpack(obj)
    try:
        memoryview(obj)
    except (TypeError, ValueError):
        return None
    return frombuffer(obj, dtype=kind or dtypes.get_default_dtype())


def _integer(name: str, value: Any) -> int:
    if not is_count(value):
        raise TypeError(f"frombuffer(): argument '{name}' must be int, not {type_name(value)}")
    return int(value.__index__())


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """Make a vector on the memory of an object with a buffer: a write to either is seen in both.

    Parameters
    ----------
    buffer : buffer
        Such as a bytearray, a memoryview or an `array.array`.
    dtype : dtype
        What the bytes are taken for.
    count : int
        Number of elements; as many as there are where negative.
    offset : int
        Bytes to skip.
    requires_grad : bool
        Whether gradients are wanted.

    Examples
    --------
    >>> frombuffer(bytearray(16), dtype=dtypes.float64)
    tensor([0., 0.], dtype=tapegrad.float64)
    """
    kind = resolve("frombuffer", dtype, dtypes.get_default_dtype(), None, requires_grad)
    wanted, skipped = _integer("count", count), _integer("offset", offset)
    try:
        view = memoryview(buffer)
    except (TypeError, ValueError):
        raise ValueError("object does not implement Python buffer protocol.") from None
    if not view.c_contiguous:
        raise RuntimeError("could not retrieve buffer from object: its memory has gaps")
    length, size = view.nbytes, kind.itemsize
    if not length or not wanted:
        raise ValueError(f"both buffer length ({length}) and count ({wanted}) must not be 0")
    if not 0 <= skipped < length:
        raise ValueError(
            f"offset ({skipped} bytes) must be non-negative and no greater than buffer length "
            f"({length} bytes) minus 1"
        )
    if wanted < 0:
        rest = length - skipped
        if rest % size:
            raise ValueError(
                f"buffer length ({rest} bytes) after offset ({skipped} bytes) must be a multiple "
                f"of element size ({size})"
            )
        wanted = rest // size
    elif skipped + wanted * size > length:
        raise ValueError(
            f"requested buffer length ({wanted} * {size} bytes) after offset ({skipped} bytes) "
            f"must not be greater than actual buffer length ({length} bytes)"
        )
    if view.readonly:
        warn_read_only("buffer")
    made = adopt(np.frombuffer(view, kind.numpy, wanted, skipped))
    return made.requires_grad_(True) if requires_grad else made
