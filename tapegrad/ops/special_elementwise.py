"""Elementwise functions whose arguments need more than the op table says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.engine import Op, core
from tapegrad.ops.dispatch import (
    binary,
    is_tensor,
    operand,
    refuse,
    require_tensor,
    write_out,
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
_ROUND = int(Op.ROUND)
_BITWISE_NOT = int(Op.BITWISE_NOT)


# Sums with a factor -------------------------------------------------------------------------------


def scaled(function: str, input: Any, other: Any, alpha: object) -> Any:
    """`other` times `alpha`, for a sum that has the dtype of ``input + other``."""
    tensors: list[Tensor] = [t for t in (input, other) if is_tensor(t)]
    if not tensors:
        refuse(function, input, "input")
    if not isinstance(alpha, int | float | np.number):
        raise TypeError(
            f"{function}(): argument 'alpha' must be Number, not {type(alpha).__name__}"
        )
    kinds = [t.dtype for t in tensors]
    kinds += [dtypes.number_dtype(x) for x in (input, other) if isinstance(x, int | float)]
    if isinstance(alpha, bool) and any(kind is not dtypes.bool_ for kind in kinds):
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and not any(kind.is_floating_point for kind in kinds):
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    if is_tensor(other) and isinstance(alpha, float):
        # An integer `other` beside a floating `input`: the product may have a fraction.
        for t in tensors:
            if t.dtype.is_floating_point:
                return other.to(t.dtype) * alpha
    return other * alpha


def add(input: Operand, other: Operand, *, alpha: float = 1, out: Tensor | None = None) -> Tensor:
    """Sum ``input + alpha * other``.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.add(tapegrad.tensor([1., 2.]), tapegrad.tensor([3., 4.]), alpha=10)
    tensor([31., 42.])
    """
    made = binary(_ADD, input, other if alpha == 1 else scaled("add", input, other, alpha))
    if out is None and made is not _FOREIGN:
        return made
    return write_out("add", made, out, input, other)


def sub(input: Operand, other: Operand, *, alpha: float = 1, out: Tensor | None = None) -> Tensor:
    """Difference ``input - alpha * other``."""
    made = binary(_SUB, input, other if alpha == 1 else scaled("sub", input, other, alpha))
    if out is None and made is not _FOREIGN:
        return made
    return write_out("sub", made, out, input, other)


subtract = sub


def rsub(input: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """Difference ``other - alpha * input``."""
    require_tensor("rsub", input)
    return sub(other, input, alpha=alpha)


# Division -----------------------------------------------------------------------------------------


def div(
    input: Operand,
    other: Operand,
    *,
    rounding_mode: str | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Quotient, exact or rounded.

    Parameters
    ----------
    input, other : Tensor or float
        Dividend and divisor.
    rounding_mode : {None, "floor", "trunc"}
        Whether to round down, as ``//`` does, or toward zero, as C does. A rounded quotient
        keeps the operands' dtype, and its gradient is zero.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import tapegrad
    >>> a = tapegrad.tensor([-7, 7])
    >>> tapegrad.div(a, 2), tapegrad.div(a, 2, rounding_mode="trunc")
    (tensor([-3.5000,  3.5000]), tensor([-3,  3]))
    """
    if rounding_mode is None:
        made = binary(_DIV, input, other)
        if out is None and made is not _FOREIGN:
            return made
        return write_out("div", made, out, input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"{rounding_mode!r}"
        )
    made = binary(int(Op.FLOOR_DIVIDE), input, other)
    if made is _FOREIGN:
        write_out("div", made, out, input, other)
    if rounding_mode == "trunc":
        made = _toward_zero(made, input, other)
    return write_out("div", _flat(made, input, other), out, input, other)


def _toward_zero(floor: Tensor, input: Any, other: Any) -> Tensor:
    if floor.dtype.is_floating_point:
        exact = _binary(_DIV, input, other)
        return exact.trunc()
    inexact = floor.mul(other).ne(input)
    return floor.add((floor < 0) & inexact)


def _flat(value: Tensor, *operands: Any) -> Tensor:
    """Let a value depend on its operands with slope zero."""
    if not core.modes() & 1:
        return value
    value = value.detach()
    tensors: list[Tensor] = [t for t in operands if is_tensor(t)]
    for t in tensors:
        if t.requires_grad:
            value = engine.apply(Op.WHERE, engine.scalar(True, dtypes.bool_), value, t)
    return value


divide = div


def true_divide(input: Operand, other: Operand, *, out: Tensor | None = None) -> Tensor:
    """Quotient of the elements of two tensors, or of a tensor and a number."""
    return div(input, other, out=out)


# Bounds -------------------------------------------------------------------------------------------


def clamp_operands(input: Tensor, min: object, max: object) -> tuple[int, list[Tensor]]:
    """Op and bounds of a clamping; see `clamp`."""
    require_tensor("clamp", input)
    if min is None and max is None:
        raise RuntimeError("tapegrad.clamp: At least one of 'min' or 'max' must not be None")
    op = Op.CLAMP_MAX if min is None else Op.CLAMP_MIN if max is None else Op.CLAMP
    bounds = [
        operand("clamp", value, input, name, position)
        for position, (name, value) in enumerate((("min", min), ("max", max)), 2)
        if value is not None
    ]
    if all(t.dtype is dtypes.bool_ for t in (input, *bounds)):
        raise NotImplementedError("\"clamp_cpu\" not implemented for 'Bool'")
    return op, bounds


def clamp(
    input: Tensor,
    min: Operand | None = None,
    max: Operand | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Elements kept between `min` and `max`, of which one may be left out.

    Where ``min > max``, the result is `max`. Elements at a bound get the whole gradient.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.clamp(tapegrad.tensor([-1., 0.5, 3.]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    op, bounds = clamp_operands(input, min, max)
    return write_out("clamp", engine.apply(op, input, *bounds), out, input, min, max)


clip = clamp


# Choice -------------------------------------------------------------------------------------------


def where(
    condition: Tensor, input: Any = None, other: Any = None, *, out: Tensor | None = None
) -> Any:
    """Elements of `input` where `condition` holds, elsewhere those of `other`.

    With the condition alone, the indices of its true elements: one tensor for each dimension.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([-1., 2.])
    >>> tapegrad.where(x > 0, x, 0.0)
    tensor([0., 2.])
    >>> tapegrad.where(x > 0)
    (tensor([1]),)
    """
    require_tensor("where", condition, "condition")
    if input is None and other is None:
        found = np.atleast_1d(engine.readable(condition)).nonzero()
        return tuple(engine.from_array(k.astype(np.int64)) for k in found)
    sides = _sides(input, other)
    made = engine.apply(Op.WHERE, condition, *sides)
    return write_out("where", made, out, condition, *sides)


def _sides(input: Any, other: Any) -> tuple[Tensor, Tensor]:
    """Make tensors of both alternatives of `where`, each of which may be a number."""
    first = is_tensor(input)
    if first or is_tensor(other):
        beside: Any = input if first else other
        return (
            operand("where", input, beside, "input", 2),
            operand("where", other, beside, "other", 3),
        )
    made = []
    for position, (name, value) in enumerate((("input", input), ("other", other)), 2):
        if not isinstance(value, int | float):
            refuse("where", value, name, position)
        made.append(engine.scalar(value, dtypes.number_dtype(value)))
    return made[0], made[1]


def fill_value(function: str, target: Tensor, value: object) -> Tensor:
    """Make a 0-d tensor of the target's dtype of a number or a 0-d tensor."""
    if is_tensor(value):
        found = value
        if found.ndim:
            raise RuntimeError(
                f"{function} only supports 0-dimension value tensor but got tensor with "
                f"{found.ndim} dimensions."
            )
        filled: Tensor = found.to(target.dtype)
        return filled
    if not isinstance(value, int | float | np.number | np.bool_):
        refuse(function, value, "value")
    try:
        return engine.scalar(value, target.dtype)  # type: ignore[arg-type]
    except OverflowError:
        raise RuntimeError(
            f"value cannot be converted to type {target.dtype.name} without overflow"
        ) from None


def masked_fill(input: Tensor, mask: Tensor, value: Operand) -> Tensor:
    """Elements, or `value` where `mask` holds."""
    require_tensor("masked_fill", input)
    require_tensor("masked_fill", mask, "mask", 2)
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype.name}"
        )
    return engine.apply(Op.WHERE, mask, fill_value("masked_fill_", input, value), input)


# Interpolation ------------------------------------------------------------------------------------


def lerp_operands(input: Tensor, end: Tensor, weight: object) -> tuple[Tensor, Tensor]:
    """End and weight of an interpolation as tensors; see `lerp`."""
    require_tensor("lerp", input)
    require_tensor("lerp", end, "end", 2)
    factor = operand("lerp", weight, input, "weight", 3)
    if not input.dtype.is_floating_point:
        raise NotImplementedError(
            f'"lerp_cpu" not implemented for {engine.torch_name(input.dtype.code)!r}'
        )
    for name, t in (("end", end), ("weight", factor)):
        if t.dtype is not input.dtype:
            raise RuntimeError(
                f"expected dtype {input.dtype.name} for `{name}` but got dtype {t.dtype.name}"
            )
    return end, factor


def lerp(input: Tensor, end: Tensor, weight: Operand, *, out: Tensor | None = None) -> Tensor:
    """Point ``input + weight * (end - input)``, which meets both ends exactly."""
    pair = lerp_operands(input, end, weight)
    return write_out("lerp", engine.apply(Op.LERP, input, *pair), out, input, *pair)


# Rounding -----------------------------------------------------------------------------------------


def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """Nearest number of so many decimals; the even one where two are equally near.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.round(tapegrad.tensor([0.5, 1.5, 2.5]))
    tensor([0., 2., 2.])
    >>> tapegrad.round(tapegrad.tensor([1.2345]), decimals=2)
    tensor([1.2300])
    """
    if decimals == 0:
        return write_out("round", _unary(_ROUND, input), out, input)
    require_tensor("round", input)
    if not input.dtype.is_floating_point:
        raise NotImplementedError(
            f'"round_cpu" not implemented for {engine.torch_name(input.dtype.code)!r}'
        )
    # Powers of ten are exact, their reciprocals are not.
    ten = 10.0 ** abs(decimals)
    whole = _unary(_ROUND, input.mul(ten) if decimals > 0 else input.div(ten))
    return write_out("round", whole.div(ten) if decimals > 0 else whole.mul(ten), out, input)


# Signs --------------------------------------------------------------------------------------------


def positive(input: Tensor) -> Tensor:
    """Give the tensor itself."""
    require_tensor("positive", input)
    if input.dtype is dtypes.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


# Comparison of whole tensors ----------------------------------------------------------------------


def _close(input: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool) -> Any:
    require_tensor("isclose", input)
    require_tensor("isclose", other, "other", 2)
    if input.dtype is not other.dtype:
        names = (engine.torch_name(t.dtype.code) for t in (input, other))
        raise RuntimeError(" did not match ".join(names))
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not value >= 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value}")
    a, b = engine.readable(input), engine.readable(other)
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        engine.raise_shapes((input, other))
    return np.asarray(np.isclose(a, b, rtol, atol, equal_nan))


def isclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> Tensor:
    """Tell where ``abs(input - other) <= atol + rtol * abs(other)``."""
    return engine.from_array(_close(input, other, rtol, atol, equal_nan))


def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> bool:
    """Tell whether two tensors are close everywhere; see `isclose`."""
    return bool(_close(input, other, rtol, atol, equal_nan).all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have one dtype, one shape and the same elements."""
    require_tensor("equal", input)
    require_tensor("equal", other, "other", 2)
    if input.dtype is not other.dtype:
        return False
    return bool(np.array_equal(engine.readable(input), engine.readable(other)))
