"""Methods of the functions in `special_elementwise`, and plain writes to a tensor's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tapegrad import dtypes, engine
from tapegrad.autograd.views import apply_inplace, overwrite
from tapegrad.engine import Op, core
from tapegrad.ops.dispatch import (
    c_name,
    check_fits,
    check_result,
    inplace_binary,
    inplace_unary,
    is_tensor,
    operand,
    refuse,
)
from tapegrad.ops.factors import older_method, scaled
from tapegrad.ops.shifts import ShiftMethods
from tapegrad.ops.signatures import Mismatch, as_method, parsed_method
from tapegrad.ops.special_elementwise import (
    allclose,
    clamp,
    clamp_operands,
    clip,
    equal,
    fill_value,
    filled,
    isclose,
    lerp,
    lerp_operands,
    masked_fill,
    positive,
    rounded,
    rounded_quotient,
    sides,
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
_ROUND = int(Op.ROUND)
#: The default of `alpha`: one that is given as a bool or a float is looked at.
_ONE: Final = 1


class SpecialMethods(ShiftMethods):
    """The functions of `special_elementwise` as methods, and plain writes to a tensor's memory."""

    __slots__ = ()

    def add(self: Tensor, other: Operand, *older: Any, alpha: float = 1) -> Tensor:
        """Sum ``self + alpha * other``."""
        if older:
            alpha, other = older_method("add", other, *older)
        made = _binary(_ADD, self, other if alpha is _ONE else scaled("add", self, other, alpha))
        return made if made is not _FOREIGN else refuse("add", other)

    def add_(self: Tensor, other: Operand, *older: Any, alpha: float = 1) -> Tensor:
        """Add ``alpha * other`` to this tensor."""
        if older:
            alpha, other = older_method("add_", other, *older)
        if alpha is not _ONE:
            other = scaled("add_", self, other, alpha)
        made = inplace_binary(_ADD, self, other)
        return made if made is not _FOREIGN else refuse("add_", other)

    def sub(self: Tensor, other: Operand, *older: Any, alpha: float = 1) -> Tensor:
        """Difference ``self - alpha * other``."""
        if older:
            alpha, other = older_method("sub", other, *older)
        made = _binary(_SUB, self, other if alpha is _ONE else scaled("sub", self, other, alpha))
        return made if made is not _FOREIGN else refuse("sub", other)

    def sub_(self: Tensor, other: Operand, *older: Any, alpha: float = 1) -> Tensor:
        """Subtract ``alpha * other`` from this tensor."""
        if older:
            alpha, other = older_method("sub_", other, *older)
        if alpha is not _ONE:
            other = scaled("sub_", self, other, alpha)
        made = inplace_binary(_SUB, self, other)
        return made if made is not _FOREIGN else refuse("sub_", other)

    subtract = sub
    subtract_ = sub_

    def div(self: Tensor, other: Operand, *, rounding_mode: str | None = None) -> Tensor:
        """Quotient, exact or rounded; see `tapegrad.div`."""
        if rounding_mode is not None:
            return rounded_quotient(self, other, rounding_mode, (other,))
        made = _binary(_DIV, self, other)
        return made if made is not _FOREIGN else refuse("div", other)

    def div_(self: Tensor, other: Operand, *, rounding_mode: str | None = None) -> Tensor:
        """Divide this tensor by `other`."""
        if rounding_mode is not None:
            if is_tensor(other):
                check_fits(self, other)
            made = rounded_quotient(self, other, rounding_mode, (other,))
            check_result(made.dtype, self.dtype)
            return _write(self, made, continues=True)
        made = inplace_binary(_DIV, self, other)
        return made if made is not _FOREIGN else refuse("div_", other)

    divide = div
    divide_ = div_

    def true_divide(self: Tensor, other: Operand) -> Tensor:
        """Quotient of this tensor and another one or a number."""
        made = _binary(_DIV, self, other)
        return made if made is not _FOREIGN else refuse("true_divide", other)

    def true_divide_(self: Tensor, other: Operand) -> Tensor:
        """Divide this tensor by `other`."""
        return self.div_(other)

    clamp = as_method(clamp)
    clip = as_method(clip)

    @parsed_method("Tensor min = None, Tensor max = None", "Number min = None, Number max = None")
    def clamp_(self: Tensor, min: Operand | None = None, max: Operand | None = None) -> Tensor:
        """Keep this tensor's elements between `min` and `max`."""
        return _clamp(self, min, max)

    @parsed_method("Tensor min = None, Tensor max = None", "Number min = None, Number max = None")
    def clip_(self: Tensor, min: Operand | None = None, max: Operand | None = None) -> Tensor:
        """Keep this tensor's elements between `min` and `max`: NumPy's name for `clamp_`."""
        return _clamp(self, min, max)

    @parsed_method("Tensor condition, Tensor other", "Tensor condition, Number other")
    def where(self: Tensor, condition: Tensor, other: Operand) -> Tensor:
        """Elements where `condition` holds, elsewhere those of `other`."""
        if not is_tensor(condition):
            raise Mismatch
        return engine.apply(Op.WHERE, condition, *sides(self, other))

    masked_fill = as_method(masked_fill)

    @parsed_method("Tensor mask, Tensor value", "Tensor mask, Number value")
    def masked_fill_(self: Tensor, mask: Tensor, value: Operand) -> Tensor:
        """Write `value` where `mask` holds."""
        return _write(self, filled(self, mask, value), continues=True)

    lerp = as_method(lerp)

    @parsed_method("Tensor end, Tensor weight", "Tensor end, Number weight")
    def lerp_(self: Tensor, end: Tensor, weight: Operand) -> Tensor:
        """Move this tensor toward `end` by the fraction `weight`."""
        return apply_inplace(Op.LERP, self, *lerp_operands(self, end, weight))

    @parsed_method()
    def round(self: Tensor, *, decimals: int | None = None) -> Tensor:
        """Nearest number of so many decimals; see `tapegrad.round`."""
        return rounded(self, decimals)

    @parsed_method()
    def round_(self: Tensor, *, decimals: int | None = None) -> Tensor:
        """Round this tensor."""
        if decimals is None:
            return inplace_unary(_ROUND, self)
        return _write(self, rounded(self, decimals), continues=True)

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

    @parsed_method("Tensor value", "Number value")
    def fill_(self: Tensor, value: Operand) -> Tensor:
        """Write a number to every element."""
        op = Op.FILL_TENSOR if is_tensor(value) else Op.FILL
        return overwrite(self, fill_value("fill_", self, value), op=op)

    def zero_(self: Tensor) -> Tensor:
        """Write 0 to every element."""
        return overwrite(self, engine.scalar(0, self.dtype), op=Op.ZERO)

    def copy_(self: Tensor, other: Operand, non_blocking: bool = False) -> Tensor:
        """Write the elements of another tensor, which is broadcast and cast."""
        return _write(self, operand("copy_", other, self, "other", 1), continues=False)

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


def _clamp(target: Tensor, min: Any, max: Any) -> Tensor:
    op, bounds = clamp_operands(target, min, max)
    kind = dtypes.result([(t.dtype, engine.priority(t)) for t in (target, *bounds)])
    if not dtypes.can_cast(kind, target.dtype) and not (is_tensor(min) or is_tensor(max)):
        raise RuntimeError(
            f"result type {engine.torch_name(kind.code)} can't be cast to the desired output type "
            f"{c_name(target.dtype)}"
        )
    return apply_inplace(op, target, *bounds)


def _write(target: Tensor, source: Tensor, *, continues: bool) -> Tensor:
    """Overwrite a tensor with one that broadcasts to its shape, and may be computed from it."""
    check_fits(target, source)
    return overwrite(target, source, continues=continues)
