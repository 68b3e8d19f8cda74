"""Methods of the functions in `special_elementwise`, and plain writes to a tensor's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import engine
from tapegrad.autograd.views import apply_inplace, overwrite
from tapegrad.engine import Op, core
from tapegrad.ops.dispatch import inplace_binary, operand, refuse, write_out
from tapegrad.ops.special_elementwise import (
    allclose,
    clamp_operands,
    div,
    equal,
    fill_value,
    isclose,
    lerp_operands,
    masked_fill,
    positive,
    round,
    scaled,
    where,
)

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.ops.dispatch import Operand

_binary: Final[Callable[[int, Any, Any], Tensor]] = core.binary
_unary: Final[Callable[[int, Tensor], Tensor]] = core.unary
_FOREIGN: Final[Any] = NotImplemented
_ADD = int(Op.ADD)
_SUB = int(Op.SUB)
_DIV = int(Op.DIV)
_BITWISE_NOT = int(Op.BITWISE_NOT)


class SpecialMethods:
    """The functions of `special_elementwise` as methods, and plain writes to a tensor's memory."""

    __slots__ = ()

    def add(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
        """Sum ``self + alpha * other``."""
        made = _binary(_ADD, self, other if alpha == 1 else scaled("add", self, other, alpha))
        return made if made is not _FOREIGN else refuse("add", other)

    def add_(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
        """Add ``alpha * other`` to this tensor."""
        if alpha != 1:
            other = scaled("add_", self, other, alpha)
        return write_out("add_", inplace_binary(_ADD, self, other), None, self, other)

    def sub(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
        """Difference ``self - alpha * other``."""
        made = _binary(_SUB, self, other if alpha == 1 else scaled("sub", self, other, alpha))
        return made if made is not _FOREIGN else refuse("sub", other)

    def sub_(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
        """Subtract ``alpha * other`` from this tensor."""
        if alpha != 1:
            other = scaled("sub_", self, other, alpha)
        return write_out("sub_", inplace_binary(_SUB, self, other), None, self, other)

    subtract = sub
    subtract_ = sub_

    def div(self: Tensor, other: Operand, *, rounding_mode: str | None = None) -> Tensor:
        """Quotient, exact or rounded; see `tapegrad.div`."""
        if rounding_mode is not None:
            return div(self, other, rounding_mode=rounding_mode)
        made = _binary(_DIV, self, other)
        return made if made is not _FOREIGN else refuse("div", other)

    def div_(self: Tensor, other: Operand, *, rounding_mode: str | None = None) -> Tensor:
        """Divide this tensor by `other`."""
        if rounding_mode is not None:
            return _write(self, div(self, other, rounding_mode=rounding_mode))
        return write_out("div_", inplace_binary(_DIV, self, other), None, self, other)

    divide = div
    divide_ = div_

    def true_divide(self: Tensor, other: Operand) -> Tensor:
        """Quotient of this tensor and another one or a number."""
        return div(self, other)

    def true_divide_(self: Tensor, other: Operand) -> Tensor:
        """Divide this tensor by `other`."""
        return self.div_(other)

    def clamp(self: Tensor, min: Operand | None = None, max: Operand | None = None) -> Tensor:
        """Elements kept between `min` and `max`; see `tapegrad.clamp`."""
        op, bounds = clamp_operands(self, min, max)
        return engine.apply(op, self, *bounds)

    def clamp_(self: Tensor, min: Operand | None = None, max: Operand | None = None) -> Tensor:
        """Keep this tensor's elements between `min` and `max`."""
        op, bounds = clamp_operands(self, min, max)
        return apply_inplace(op, self, *bounds)

    clip = clamp
    clip_ = clamp_

    def where(self: Tensor, condition: Tensor, other: Operand) -> Tensor:
        """Elements where `condition` holds, elsewhere those of `other`."""
        made: Tensor = where(condition, self, other)
        return made

    def masked_fill(self: Tensor, mask: Tensor, value: Operand) -> Tensor:
        """Elements, or `value` where `mask` holds."""
        return masked_fill(self, mask, value)

    def masked_fill_(self: Tensor, mask: Tensor, value: Operand) -> Tensor:
        """Write `value` where `mask` holds."""
        return _write(self, masked_fill(self, mask, value))

    def lerp(self: Tensor, end: Tensor, weight: Operand) -> Tensor:
        """Point ``self + weight * (end - self)``."""
        return engine.apply(Op.LERP, self, *lerp_operands(self, end, weight))

    def lerp_(self: Tensor, end: Tensor, weight: Operand) -> Tensor:
        """Move this tensor toward `end` by the fraction `weight`."""
        return apply_inplace(Op.LERP, self, *lerp_operands(self, end, weight))

    def round(self: Tensor, *, decimals: int = 0) -> Tensor:
        """Nearest number of so many decimals; see `tapegrad.round`."""
        return round(self, decimals=decimals)

    def round_(self: Tensor, *, decimals: int = 0) -> Tensor:
        """Round this tensor."""
        return _write(self, round(self, decimals=decimals))

    def __invert__(self: Tensor) -> Tensor:
        try:
            made = _unary(_BITWISE_NOT, self)
        except NotImplementedError:
            raise TypeError(
                "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
            ) from None
        return made

    def positive(self: Tensor) -> Tensor:
        """Give the tensor itself."""
        return positive(self)

    def __pos__(self: Tensor) -> Tensor:
        return positive(self)

    def fill_(self: Tensor, value: Operand) -> Tensor:
        """Write a number to every element."""
        return overwrite(self, fill_value("fill_", self, value))

    def zero_(self: Tensor) -> Tensor:
        """Write 0 to every element."""
        return overwrite(self, engine.scalar(0, self.dtype))

    def copy_(self: Tensor, src: Operand, non_blocking: bool = False) -> Tensor:
        """Write the elements of another tensor, which is broadcast and cast."""
        return _write(self, operand("copy_", src, self, "other", 1))

    def isclose(
        self: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> Tensor:
        """Tell where ``abs(self - other) <= atol + rtol * abs(other)``."""
        return isclose(self, other, rtol, atol, equal_nan)

    def allclose(
        self: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> bool:
        """Tell whether two tensors are close everywhere."""
        return allclose(self, other, rtol, atol, equal_nan)

    def equal(self: Tensor, other: Tensor) -> bool:
        """Tell whether two tensors have one dtype, one shape and the same elements."""
        return equal(self, other)


def _write(target: Tensor, source: Tensor) -> Tensor:
    """Overwrite a tensor with one that broadcasts to its shape."""
    shape, wanted = tuple(source.shape), tuple(target.shape)
    if shape != wanted:
        try:
            common = np.broadcast_shapes(shape, wanted)
        except ValueError:
            engine.raise_shapes((target, source))
        if common != wanted:
            raise RuntimeError(
                f"output with shape {list(wanted)} doesn't match the broadcast shape {list(common)}"
            )
    return overwrite(target, source)
