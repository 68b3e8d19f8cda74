"""Nested lists of numbers as arrays, with PyTorch's rules for the dtype."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.engine import TensorBase
from tapegrad.scalars import checked_number

_Array = npt.NDArray[Any]


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
    shape, elements = _unnested(data)
    if kind is None:
        kinds = [_dtype_of(*pair) for pair in _samples(elements)]
        kind = reduce(dtypes.promote_types, kinds) if kinds else dtypes.get_default_dtype()
    else:
        for pair in _samples(elements):
            _dtype_of(*pair)
    return _values(elements, kind).reshape(shape), kind


def raise_negative_strides() -> None:
    """Refuse an array that runs backwards."""
    raise ValueError(
        "At least one stride in the given numpy array is negative, and tensors with negative "
        "strides "
        "are not currently supported. (You can probably work around this by making a copy of your "
        "array  with array.copy().) "
    )


def _is_row(value: Any) -> bool:
    if isinstance(value, str | bytes | TensorBase):
        return False
    return isinstance(value, Sequence) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _unnested(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Shape of a nested sequence, and its elements in row-major order."""
    shape: list[int] = []
    level = [data]
    while level and _is_row(level[0]):
        length = len(level[0])
        for row in level:
            if not _is_row(row):
                raise TypeError("not a sequence")
            if len(row) != length:
                raise ValueError(
                    f"expected sequence of length {length} at dim {len(shape)} (got {len(row)})"
                )
        shape.append(length)
        level = list(chain.from_iterable(level))
    return tuple(shape), level


def _samples(elements: list[Any]) -> list[tuple[type, Any]]:
    """One element of each Python type, and of each dtype."""
    found: dict[Any, tuple[type, Any]] = {}
    types = set(map(type, elements))
    if types <= {float, int, bool}:
        return [(kind, None) for kind in types]
    for value in elements:
        key = getattr(value, "dtype", type(value))
        found.setdefault(key, (type(value), value))
    return list(found.values())


def _dtype_of(kind: type, value: Any) -> dtypes.dtype:
    if issubclass(kind, np.generic | np.ndarray):
        return dtypes.from_numpy_dtype(value.dtype)
    if issubclass(kind, TensorBase):
        found: dtypes.dtype = value.dtype
        return found
    if issubclass(kind, bool):
        return dtypes.bool_
    if issubclass(kind, int):
        return dtypes.int64
    if issubclass(kind, float):
        return dtypes.get_default_dtype()
    if issubclass(kind, str | bytes):
        raise TypeError(f"new(): invalid data type '{kind.__name__}'")
    if issubclass(kind, complex):
        raise TypeError("complex tensors are not supported: use real and imaginary parts")
    if issubclass(kind, Sequence):
        raise TypeError(f"'{kind.__name__}' object cannot be interpreted as an integer")
    raise RuntimeError(f"Could not infer dtype of {kind.__name__}")


def _values(elements: list[Any], kind: dtypes.dtype) -> _Array:
    if any(isinstance(value, TensorBase | np.ndarray) for value in elements):
        elements = [_single(value) for value in elements]
    with np.errstate(all="ignore"):
        try:
            if kind.is_floating_point or kind is dtypes.bool_:
                return np.array(elements, kind.numpy)
            return np.array(elements, np.int64 if kind is dtypes.int64 else kind.numpy)
        except (OverflowError, ValueError):
            pass
    for value in elements:
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("Overflow when unpacking long long")
    return np.array([checked_number(value, kind) for value in elements], kind.numpy)


def _single(value: Any) -> Any:
    if isinstance(value, TensorBase):
        if value.numel() != 1:  # type: ignore[attr-defined]
            raise ValueError("only one element tensors can be converted to Python scalars")
        return value.item()  # type: ignore[attr-defined]
    return value
