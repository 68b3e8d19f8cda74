"""Nested lists of numbers as arrays, with PyTorch's rules for the dtype."""

from __future__ import annotations

import operator
from functools import reduce
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.arguments import type_name
from tapegrad.engine import TensorBase
from tapegrad.scalars import checked_number
from tapegrad.warning import warn_once

_Array = npt.NDArray[Any]

_DEEPEST: Final = 128
_SLOW: Final = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting "
    "the list to a single numpy.ndarray with numpy.array() before converting to a tensor."
)
_PLAIN: Final = frozenset((float, int, bool))


def array_of(data: Any, kind: dtypes.dtype | None = None) -> tuple[_Array, dtypes.dtype]:
    """Give a number, a nested sequence, an array or a tensor as an array, and its dtype.

    Parameters
    ----------
    data
        What `tapegrad.tensor` takes.
    kind : dtype, optional
        The dtype wanted; worked out from the elements where None.

    Raises
    ------
    ValueError
        If rows of the sequence differ in length, or an integer is too large.
    TypeError, RuntimeError
        If the elements are no numbers.
    """
    if isinstance(data, TensorBase):
        values = engine.readable(data)  # type: ignore[arg-type]
        return values, kind or dtypes.from_numpy_dtype(values.dtype)
    if isinstance(data, np.ndarray | np.generic):
        values = np.asarray(data)
        own = dtypes.from_numpy_dtype(values.dtype)
        if any(s < 0 for s in values.strides):
            raise_negative_strides()
        return values, kind or own
    if isinstance(data, str | bytes):
        raise TypeError(f"new(): invalid data type '{type_name(data)}'")
    shape = _shape_of(data)
    try:
        elements = _flat(data, shape, warns=kind is None)
    except (TypeError, ValueError):
        if kind is None:
            _dtype_of(data)  # PyTorch looks at the elements first
        raise
    if kind is None:
        kind = _common_dtype(elements) if elements else dtypes.get_default_dtype()
    return _values(elements, kind).reshape(shape), kind


def raise_negative_strides() -> None:
    """Refuse an array that runs backwards."""
    raise ValueError(
        "At least one stride in the given numpy array is negative, and tensors with negative "
        "strides "
        "are not currently supported. (You can probably work around this by making a copy of your "
        "array  with array.copy().) "
    )


# Shape --------------------------------------------------------------------------------------------


def is_sequence(value: Any) -> bool:
    """Tell whether a value is taken as a row of elements."""
    if isinstance(value, list | tuple):
        return True
    if isinstance(value, TensorBase | np.generic | dict | type):
        return False
    return hasattr(type(value), "__getitem__") and hasattr(type(value), "__len__")


def _shape_of(data: Any) -> tuple[int, ...]:
    """Lengths of the first row of each level."""
    shape: list[int] = []
    while is_sequence(data):
        length = len(data)
        shape.append(length)
        if len(shape) > _DEEPEST:
            raise ValueError(f"too many dimensions '{type_name(data)}'")
        if not length:
            break
        try:
            data = data[0]
        except Exception:
            raise ValueError(
                f"could not determine the shape of object type '{type_name(data)}'"
            ) from None
    return tuple(shape)


def _flat(data: Any, shape: tuple[int, ...], *, warns: bool) -> list[Any]:
    """Elements in row-major order; says if rows are arrays."""
    level = [data]
    for dim, length in enumerate(shape):
        arrays = sum(isinstance(row, np.ndarray) for row in level) if warns else 0
        for _ in range(arrays):
            warn_once(_SLOW)
        warns = warns and not arrays
        for k, row in enumerate(level):
            if not isinstance(row, list | tuple):
                try:
                    row = level[k] = list(row)
                except TypeError:
                    raise TypeError(
                        f"not a sequence: expected one of length {length} at dim {dim}, got "
                        f"{type_name(row)}"
                    ) from None
            if len(row) != length:
                raise ValueError(
                    f"expected sequence of length {length} at dim {dim} (got {len(row)})"
                )
        level = list(chain.from_iterable(level))
    return level


# dtype --------------------------------------------------------------------------------------------


def _common_dtype(elements: list[Any]) -> dtypes.dtype:
    types = set(map(type, elements))
    if types <= _PLAIN:
        kinds = [_PYTHON[each] for each in types if each is not float]
        if float in types:
            kinds.append(dtypes.get_default_dtype())
    else:
        # One element of each Python type, and of each dtype; sequences must all be looked into.
        samples: dict[Any, Any] = {}
        for value in elements:
            if isinstance(value, np.ndarray):
                warn_once(_SLOW)
            key = id(value) if is_sequence(value) else getattr(value, "dtype", type(value))
            samples.setdefault(key, value)
        kinds = [_dtype_of(value) for value in samples.values()]
    return reduce(dtypes.promote_types, kinds)


def _dtype_of(value: Any) -> dtypes.dtype:
    """Dtype that an element, or a sequence of elements, stands for."""
    if isinstance(value, np.generic | np.ndarray):
        return dtypes.from_numpy_dtype(value.dtype)
    if isinstance(value, TensorBase):
        found: dtypes.dtype = value.dtype  # type: ignore[attr-defined]
        return found
    if isinstance(value, bool):
        return dtypes.bool_
    if isinstance(value, int):
        return dtypes.int64
    if isinstance(value, float):
        return dtypes.get_default_dtype()
    if isinstance(value, str | bytes):
        raise TypeError(f"new(): invalid data type '{type_name(value)}'")
    if isinstance(value, complex):
        raise TypeError("complex tensors are not supported, for now: use real and imaginary parts")
    if not is_sequence(value):
        raise RuntimeError(f"Could not infer dtype of {type_name(value)}")
    if not len(value):
        return dtypes.get_default_dtype()
    if any(item is value for item in value):
        raise TypeError("new(): self-referential lists are incompatible")
    return reduce(dtypes.promote_types, map(_dtype_of, value))


_PYTHON: Final = {int: dtypes.int64, bool: dtypes.bool_}


# Values -------------------------------------------------------------------------------------------


def _values(elements: list[Any], kind: dtypes.dtype) -> _Array:
    if set(map(type, elements)) <= _PLAIN:
        try:
            with np.errstate(all="ignore"):
                return np.array(elements, kind.numpy)
        except (OverflowError, ValueError):
            pass
    made = np.empty(len(elements), kind.numpy)
    with np.errstate(all="ignore"):
        for k, value in enumerate(elements):
            made[k] = _number(value, kind)
    return made


def _number(value: Any, kind: dtypes.dtype) -> Any:
    """Give an element as a Python number, as PyTorch would read it for a dtype."""
    if kind.is_floating_point:
        if isinstance(value, str) or not _has(value, "__float__", "__index__"):
            raise TypeError(f"must be real number, not {type_name(value)}")
        return float(value)
    if kind is dtypes.bool_ and _has(value, "__float__", "__index__"):
        return bool(value)
    if isinstance(value, float):
        return checked_number(value, kind)
    if not _has(value, "__index__"):
        raise TypeError(f"'{type_name(value)}' object cannot be interpreted as an integer")
    whole = operator.index(value)
    if not -(2**63) <= whole < 2**63:
        raise ValueError("Overflow when unpacking long long")
    return checked_number(whole, kind)


def _has(value: Any, *methods: str) -> bool:
    return any(hasattr(type(value), method) for method in methods)
