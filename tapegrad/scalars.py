"""Python numbers as elements of a dtype."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import engine
from tapegrad.dtypes import bool_, dtype, float32, float64, int32, int64

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

#: What PyTorch calls the types in errors of functions that fill.
C_NAMES: Final = {
    float32: "float", float64: "double", int64: "int64_t", int32: "int", bool_: "bool",
}  # fmt: skip
_LIMITS: Final = {kind: np.iinfo(kind.numpy) for kind in (int64, int32)}


def checked_number(value: Any, kind: dtype, title: str | None = None) -> Any:
    """Give a number as an element of a dtype can hold it: integers drop the fraction.

    Parameters
    ----------
    value : number
        The number.
    kind : dtype
        Type of the element.
    title : str, optional
        What errors call the type.

    Raises
    ------
    RuntimeError
        If an integer dtype cannot hold the number.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if kind.is_floating_point or kind.code == 4:
        return value
    limits = _LIMITS[kind]
    # Compared before a float is made an int: neither NaN nor infinity can be.
    if not limits.min <= value <= limits.max or value != value:
        raise RuntimeError(
            f"value cannot be converted to type {title or kind.name} without overflow: it is "
            f"{value}, but {kind} holds {limits.min} to {limits.max}"
        )
    return int(value)


def filling_number(value: Any, kind: dtype) -> Any:
    """Give a number that a whole tensor is to be filled with; a float must not overflow either."""
    title = C_NAMES[kind]
    if not kind.is_floating_point:
        return checked_number(value, kind, title)
    largest = float(np.finfo(kind.numpy).max)
    if math.isfinite(value) and not -largest <= value <= largest:
        raise RuntimeError(
            f"value cannot be converted to type {title} without overflow: it is {value}, but "
            f"{kind} holds no more than {largest:g}"
        )
    return value


def number_tensor(value: Any, kind: dtype) -> Tensor:
    """Make a constant of no dimensions of a number."""
    with np.errstate(all="ignore"):
        return engine.scalar(checked_number(value, kind), kind)
