"""Python numbers as elements of a dtype."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import engine
from tapegrad.dtypes import dtype

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


def checked_number(value: Any, kind: dtype) -> Any:
    """Give a number as an element of a dtype can hold it: integers drop the fraction.

    Raises
    ------
    RuntimeError
        If an integer dtype cannot hold the number.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if kind.is_floating_point or kind.code == 4:
        return value
    limits = np.iinfo(kind.numpy)
    if not limits.min <= value <= limits.max or value != value:
        raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow")
    return int(value)


def number_tensor(value: Any, kind: dtype) -> Tensor:
    """Make a constant of no dimensions of a number."""
    with np.errstate(all="ignore"):
        return engine.scalar(checked_number(value, kind), kind)
