"""Reductions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapegrad import engine
from tapegrad.engine import Op, core

if TYPE_CHECKING:
    from tapegrad.tensor import Tensor

_SUM = int(Op.SUM)
_MEAN = int(Op.MEAN)


class ReductionMethods:
    """Reductions as methods."""

    __slots__ = ()

    def sum(self: Tensor) -> Tensor:
        """Sum of all elements."""
        return core.total(_SUM, self)

    def mean(self: Tensor) -> Tensor:
        """Mean of all elements."""
        return core.total(_MEAN, self)
