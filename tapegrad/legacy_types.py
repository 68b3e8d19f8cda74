"""The types of old, such as `FloatTensor`: they make tensors of one dtype, and name dtypes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import invalid_combination, is_count, listed, type_name
from tapegrad.creation import checked_sizes, from_values, new_tensor
from tapegrad.devices import device as _Device
from tapegrad.dtypes import dtype as _Dtype
from tapegrad.formats import layout, strided
from tapegrad.nested import array_of, is_sequence
from tapegrad.numpy_bridge import from_numpy
from tapegrad.size import Size
from tapegrad.warning import warn

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "BoolTensor",
    "DoubleTensor",
    "FloatTensor",
    "IntTensor",
    "LongTensor",
    "set_default_tensor_type",
]

_FORMS: Final = (
    "*, tapegrad.device device = None",
    "Tensor other",
    "tuple of ints size, *, tapegrad.device device = None",
    "object data, *, tapegrad.device device = None",
)


def legacy_tensor(
    kind: _Dtype, args: tuple[Any, ...], keywords: Mapping[str, Any], *, exact: bool = True
) -> Tensor:
    """Make a tensor the old way: from sizes (any elements) or from data.

    Parameters
    ----------
    kind : dtype
        Type of the elements.
    args, keywords
        What was given: sizes or data, and ``device``.
    exact : bool
        Whether to refuse a tensor of another dtype.
    """
    named = dict(keywords)
    place = named.pop("device", None)
    if place is not None and _Device(place).type != "cpu":
        raise RuntimeError(
            "legacy constructor expects device type: cpu but device type: "
            f"{_Device(place).type} was passed"
        )
    if len(args) + len(named) > 1 and not (args and is_count(args[0]) and not named):
        raise invalid_combination("new", args, keywords, _FORMS)
    if not args and not named:
        return new_tensor(kind, (0,))
    if named.keys() <= {"data", "other"}:
        first = args[0] if args else next(iter(named.values()))
    else:
        first = named.get("size")
        if not isinstance(first, tuple | list):
            raise invalid_combination("new", args, keywords, _FORMS)
        args = (Size(first),)
        first = args[0]
    if isinstance(first, Size) or (args and is_count(first) and not _is_tensor(first)):
        return new_tensor(kind, checked_sizes("new", listed("new", args)))
    return _from_data(kind, first, exact)


def _is_tensor(value: object) -> bool:
    return isinstance(value, engine.TensorBase)


def _from_data(kind: _Dtype, data: Any, exact: bool) -> Tensor:
    if _is_tensor(data):
        given: Tensor = data
        if exact and given.dtype is not kind:
            raise TypeError(
                f"expected a tensor with dtype {kind}, but got one with dtype {given.dtype}: "
                "convert it with .to(dtype)"
            )
        return given.view(tuple(given.shape))
    if isinstance(data, np.ndarray) and data.dtype == kind.numpy and data.flags.writeable:
        return from_numpy(data)
    if not isinstance(data, str | bytes | np.ndarray) and not is_sequence(data):
        raise TypeError(f"new(): data must be a sequence (got {type_name(data)})")
    values, _ = array_of(data, kind)
    return from_values(values, kind, False)


class tensortype(type):
    """Class of the old tensor types: a call makes a `Tensor`, ``isinstance`` checks the dtype."""

    dtype: _Dtype
    layout: layout = strided
    is_cuda = False
    is_sparse = False

    def __call__(cls, *args: Any, **kwargs: Any) -> Tensor:
        return legacy_tensor(cls.dtype, args, kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, engine.TensorBase) and (
            engine.layout_of(instance).dtype is cls.dtype
        )


class FloatTensor(metaclass=tensortype):
    """Makes float32 tensors from sizes or data.

    Examples
    --------
    >>> FloatTensor([[1, 2]])
    tensor([[1., 2.]])
    """

    dtype = dtypes.float32


class DoubleTensor(metaclass=tensortype):
    """Makes float64 tensors from sizes or data."""

    dtype = dtypes.float64


class LongTensor(metaclass=tensortype):
    """Makes int64 tensors from sizes or data."""

    dtype = dtypes.int64


class IntTensor(metaclass=tensortype):
    """Makes int32 tensors from sizes or data."""

    dtype = dtypes.int32


class BoolTensor(metaclass=tensortype):
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
    if isinstance(value, tensortype):
        return value.dtype
    if isinstance(value, type) and issubclass(value, engine.TensorBase):
        return dtypes.get_default_dtype()
    if not isinstance(value, str | type):
        raise TypeError("dtype must be a type, str, or dtype object")
    name = value if isinstance(value, str) else value.__name__
    for each in TYPES:
        if name in (f"tapegrad.{each.__name__}", f"torch.{each.__name__}"):
            return each.dtype
    raise ValueError(f"invalid type: '{name}'")


def set_default_tensor_type(t: object, /) -> None:
    """Choose the floating type of tensors made from Python floats by an old type or its name.

    Parameters
    ----------
    t : type or str
        Such as ``FloatTensor`` or ``"tapegrad.DoubleTensor"``; prefer `set_default_dtype`.
    """
    if isinstance(t, str):
        module, _, name = t.rpartition(".")
        if module not in ("tapegrad", "torch") or name not in TYPE_NAMES.values():
            raise TypeError(f"invalid type object: there is no tensor type '{t}'")
    warn(
        "tapegrad.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
        "tapegrad.set_default_dtype() and tapegrad.set_default_device() as alternatives."
    )
    if not isinstance(t, str | tensortype):
        raise TypeError(
            "invalid type object: only floating-point types are supported as the default type"
        )
    dtypes.set_default_dtype(dtype_of_type(t))
