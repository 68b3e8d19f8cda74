"""Elementwise functions whose arguments need more than the op table says."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import is_count
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.engine import Op, core
from tapegrad.ops.arguments import check_tensor, no_such_call
from tapegrad.ops.conversion import cast
from tapegrad.ops.dispatch import (
    binary,
    c_name,
    is_tensor,
    recorded,
    require_tensor,
    wants_gradient,
    write_out,
)
from tapegrad.ops.factors import older_function, scaled
from tapegrad.ops.signatures import Mismatch, parsed
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.ops.dispatch import Operand

#: The default of `alpha`: one that is given as a bool or a float is looked at.
_ONE: Final = 1
_binary: Final[Callable[[int, Any, Any], Tensor]] = core.binary
_unary: Final[Callable[[int, Tensor], Tensor]] = core.unary
_FOREIGN: Final[Any] = NotImplemented
_ADD = int(Op.ADD)
_SUB = int(Op.SUB)
_DIV = int(Op.DIV)
_ROUND = int(Op.ROUND)
_BITWISE_NOT = int(Op.BITWISE_NOT)


# Sums with a factor -------------------------------------------------------------------------------


def add(
    input: Operand, other: Operand, *older: Any, alpha: float = 1, out: Tensor | None = None
) -> Tensor:
    """Sum ``input + alpha * other``.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.add(tapegrad.tensor([1., 2.]), tapegrad.tensor([3., 4.]), alpha=10)
    tensor([31., 42.])
    """
    if older:
        alpha, other = older_function("add", input, (other, *older))
    made = binary(_ADD, input, other if alpha is _ONE else scaled("add", input, other, alpha))
    if out is None and made is not _FOREIGN:
        return made
    return write_out("add", made, out, input, other)


def sub(
    input: Operand, other: Operand, *older: Any, alpha: float = 1, out: Tensor | None = None
) -> Tensor:
    """Difference ``input - alpha * other``."""
    if older:
        alpha, other = older_function("sub", input, (other, *older))
    made = binary(_SUB, input, other if alpha is _ONE else scaled("sub", input, other, alpha))
    if out is None and made is not _FOREIGN:
        return made
    return write_out("sub", made, out, input, other)


subtract = sub


@parsed(
    "Tensor input, Tensor other, *, Number alpha = 1",
    "Tensor input, Number other, Number alpha = 1",
)
def rsub(input: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """Difference ``other - alpha * input``."""
    if not is_tensor(input) or not isinstance(alpha, int | float):
        raise Mismatch
    taken = input if alpha is _ONE else scaled("rsub", other, input, alpha)
    if is_tensor(other) and wants_gradient(taken, other):
        return recorded(Op.RSUB, in_modes(OFF, operator.sub, other, taken), taken, other)
    made: Tensor = _binary(_SUB, other, taken)
    if made is _FOREIGN:
        raise Mismatch
    return made


# Division -----------------------------------------------------------------------------------------


_DIV_FORMS: Final = (
    "Tensor input, Tensor other, *, str rounding_mode, Tensor out = None",
    "Tensor input, Number other, *, str rounding_mode",
)


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
    made = rounded_quotient(input, other, rounding_mode)
    return write_out("div", made, out, input, other)


def rounded_quotient(
    input: Any, other: Any, rounding_mode: object, shown: tuple[object, ...] | None = None
) -> Tensor:
    """Quotient that is rounded; `shown` are the operands that an error tells of."""
    operands = (input, other) if shown is None else shown
    if not isinstance(rounding_mode, str):
        named = {"rounding_mode": rounding_mode}
        raise no_such_call("div", operands, named, *_DIV_FORMS)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"{rounding_mode!r}"
        )
    if rounding_mode == "trunc" and all(
        (t.dtype is dtypes.bool_ if is_tensor(t) else isinstance(t, bool)) for t in (input, other)
    ):
        raise NotImplementedError("\"div_trunc_cpu\" not implemented for 'Bool'")
    made = in_modes(OFF, binary, int(Op.FLOOR_DIVIDE), input, other)
    if made is _FOREIGN:
        raise no_such_call("div", operands, {"rounding_mode": rounding_mode}, *_DIV_FORMS)
    if rounding_mode == "trunc":
        made = in_modes(OFF, _toward_zero, made, input, other)
    beside: Tensor = input if is_tensor(input) else other
    pair = [t for value in (input, other) if (t := engine.operand_of(value, beside)) is not None]
    return recorded(Op.DIV_ROUNDED, made, *pair) if wants_gradient(*pair) else made


def _toward_zero(floor: Tensor, input: Any, other: Any) -> Tensor:
    if floor.dtype.is_floating_point:
        exact = _binary(_DIV, input, other)
        return exact.trunc()
    inexact = floor.mul(other).ne(input)
    return floor.add((floor < 0) & inexact)


divide = div


def true_divide(input: Operand, other: Operand, *, out: Tensor | None = None) -> Tensor:
    """Quotient of the elements of two tensors, or of a tensor and a number."""
    return div(input, other, out=out)


# Bounds -------------------------------------------------------------------------------------------


def clamp_operands(input: Tensor, min: object, max: object) -> tuple[int, list[Tensor]]:
    """Op and bounds of a clamping; see `clamp`."""
    if not is_tensor(input):
        raise Mismatch
    if min is None and max is None:
        raise RuntimeError("tapegrad.clamp: At least one of 'min' or 'max' must not be None")
    op = Op.CLAMP_MAX if min is None else Op.CLAMP_MIN if max is None else Op.CLAMP
    given = [value for value in (min, max) if value is not None]
    numbers = [not is_tensor(value) for value in given]
    bounds = [made for value in given if (made := engine.operand_of(value, input)) is not None]
    if len(bounds) < len(given) or (any(numbers) and not all(numbers)):
        raise Mismatch
    if all(t.dtype is dtypes.bool_ for t in (input, *bounds)) and (numbers[0] or len(given) == 2):
        kernel = Op(op).name.lower() + "_scalar" * numbers[0]
        raise NotImplementedError(f"\"{kernel}_cpu\" not implemented for 'Bool'")
    if op != Op.CLAMP and wants_gradient(input, *bounds):  # one node for all forms, as in PyTorch
        limit = math.inf if max is None else -math.inf
        bounds.insert(len(given) * (max is None), engine.scalar(limit, bounds[0].dtype, abi.NUMBER))
        op = Op.CLAMP
    return op, bounds


_CLAMP: Final = (
    "Tensor input, Tensor min = None, Tensor max = None, *, Tensor out = None",
    "Tensor input, Number min = None, Number max = None, *, Tensor out = None",
)


@parsed(*_CLAMP)
def clamp(
    input: Tensor,
    min: Operand | None = None,
    max: Operand | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Elements kept between `min` and `max`, of which one may be left out.

    Both are numbers, or both are tensors.

    Where ``min > max``, the result is `max`. Elements at a bound get the whole gradient.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.clamp(tapegrad.tensor([-1., 0.5, 3.]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    op, bounds = clamp_operands(input, min, max)
    return write_out("clamp", engine.apply(op, input, *bounds), out, input, min, max)


@parsed(*_CLAMP)
def clip(
    input: Tensor,
    min: Operand | None = None,
    max: Operand | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Elements kept between `min` and `max`: NumPy's name for `clamp`."""
    op, bounds = clamp_operands(input, min, max)
    return write_out("clip", engine.apply(op, input, *bounds), out, input, min, max)


# Choice -------------------------------------------------------------------------------------------


@parsed(
    "Tensor condition",
    "Tensor condition, Tensor input, Tensor other, *, Tensor out = None",
    "Tensor condition, Number input, Tensor other",
    "Tensor condition, Tensor input, Number other",
    "Tensor condition, Number input, Number other",
)
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
    if not is_tensor(condition):
        raise Mismatch
    if input is None and other is None:
        found = np.atleast_1d(engine.readable(condition)).nonzero()
        return tuple(engine.from_array(k.astype(np.int64)) for k in found)
    pair = sides(input, other)
    made = engine.apply(Op.WHERE, condition, *pair)
    return write_out("where", made, out, condition, *pair)


def sides(input: Any, other: Any) -> tuple[Tensor, Tensor]:
    """Make tensors of both alternatives of `where`, each of which may be a number."""
    first = is_tensor(input)
    if first or is_tensor(other):
        beside: Any = input if first else other
        made = engine.operand_of(input, beside), engine.operand_of(other, beside)
        if made[0] is None or made[1] is None:
            raise Mismatch
        return made[0], made[1]
    if not (isinstance(input, int | float) and isinstance(other, int | float)):
        raise Mismatch
    return (
        engine.scalar(input, dtypes.number_dtype(input)),
        engine.scalar(other, dtypes.number_dtype(other)),
    )


def fill_value(function: str, target: Tensor, value: object) -> Tensor:
    """Make a 0-d tensor of the target's dtype of a number or a 0-d tensor."""
    if is_tensor(value):
        found = value
        if found.ndim:
            if function == "fill_":
                problem = f"0-dimension value tensor but got tensor with {found.ndim} dimensions."
            else:
                problem = (
                    f"a 0-dimensional value tensor, but got tensor with {found.ndim} dimension(s)."
                )
            raise RuntimeError(f"{function} only supports {problem}")
        return cast(found, target.dtype)
    if not isinstance(value, int | float | np.number | np.bool_):
        raise Mismatch
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("int too big to convert")
    if not _holds(target.dtype, value):
        kind = "int64_t" if target.dtype is dtypes.int64 else c_name(target.dtype)
        raise RuntimeError(f"value cannot be converted to type {kind} without overflow")
    return engine.scalar(value, target.dtype, abi.NUMBER)  # type: ignore[arg-type]


def _holds(kind: dtypes.dtype, value: Any) -> bool:
    """Tell whether a dtype can hold a number, apart from its rounding."""
    if kind is dtypes.bool_ or (kind.is_floating_point and not np.isfinite(value)):
        return True
    limits: Any = dtypes.finfo(kind) if kind.is_floating_point else dtypes.iinfo(kind)
    return bool(limits.min <= value <= limits.max)


@parsed("Tensor input, Tensor mask, Tensor value", "Tensor input, Tensor mask, Number value")
def masked_fill(input: Tensor, mask: Tensor, value: Operand) -> Tensor:
    """Elements, or `value` where `mask` holds."""
    return filled(input, mask, value)


def filled(input: Tensor, mask: Tensor, value: Operand) -> Tensor:
    """Do what `masked_fill` does; see there."""
    if not is_tensor(input) or not is_tensor(mask):
        raise Mismatch
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(
            "masked_fill_ only supports boolean masks, but got mask with dtype "
            f"{c_name(mask.dtype)}"
        )
    filler = fill_value("masked_fill_", input, value)
    made: Tensor = in_modes(OFF, engine.apply, Op.WHERE, mask, filler, input).contiguous()
    if not wants_gradient(input, filler):
        return made
    return recorded(Op.MASKED_FILL, made, input, mask, variadic=(filler,))


# Interpolation ------------------------------------------------------------------------------------


def lerp_operands(input: Tensor, end: Tensor, weight: object) -> tuple[Tensor, Tensor]:
    """End and weight of an interpolation as tensors; see `lerp`."""
    factor = engine.operand_of(weight, input) if is_tensor(input) and is_tensor(end) else None
    if factor is None:
        raise Mismatch
    kind = input.dtype
    of_number = not is_tensor(weight)
    if is_tensor(weight) and not weight.ndim:
        kind = dtypes.result([(t.dtype, engine.priority(t)) for t in (input, factor)])
    for name, t in (("end", end), ("weight", factor)):
        if t.dtype is not input.dtype and (t is end or (is_tensor(weight) and weight.ndim)):
            raise RuntimeError(
                f"expected dtype {c_name(kind)} for `{name}` but got dtype {c_name(t.dtype)}"
            )
    if not kind.is_floating_point:
        kernel = "scalar" if of_number else "tensor"
        raise NotImplementedError(
            f'"lerp_kernel_{kernel}" not implemented for {engine.torch_name(kind.code)!r}'
        )
    return end, factor


@parsed("Tensor input, Tensor end, Tensor weight", "Tensor input, Tensor end, Number weight")
def lerp(input: Tensor, end: Tensor, weight: Operand, *, out: Tensor | None = None) -> Tensor:
    """Point ``input + weight * (end - input)``, which meets both ends exactly."""
    pair = lerp_operands(input, end, weight)
    return write_out("lerp", engine.apply(Op.LERP, input, *pair), out, input, *pair)


# Rounding -----------------------------------------------------------------------------------------


@parsed("Tensor input, *, Tensor out = None", "Tensor input, *, int decimals, Tensor out = None")
def round(input: Tensor, *, decimals: int | None = None, out: Tensor | None = None) -> Tensor:
    """Nearest number of so many decimals; the even one where two are equally near.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.round(tapegrad.tensor([0.5, 1.5, 2.5]))
    tensor([0., 2., 2.])
    >>> tapegrad.round(tapegrad.tensor([1.2345]), decimals=2)
    tensor([1.2300])
    """
    return write_out("round", rounded(input, decimals), out, input)


def rounded(input: Tensor, decimals: Any) -> Tensor:
    """Do what `round` does; see there."""
    if decimals is None:
        return _unary(_ROUND, input)
    if not is_tensor(input) or not is_count(decimals):
        raise Mismatch("decimals", "int", decimals)
    if not input.dtype.is_floating_point:
        vector = "_vml" * (decimals == 0)
        raise NotImplementedError(
            f'"round{vector}_cpu" not implemented for {engine.torch_name(input.dtype.code)!r}'
        )
    if decimals == 0:
        return _unary(_ROUND, input)
    # Powers of ten are exact, their reciprocals are not.
    ten = 10.0 ** abs(decimals)
    value = input.detach()
    whole = _unary(_ROUND, value.mul(ten) if decimals > 0 else value.div(ten))
    made = whole.div(ten) if decimals > 0 else whole.mul(ten)
    return recorded(Op.ROUND_DECIMALS, made, input) if wants_gradient(input) else made


# Signs --------------------------------------------------------------------------------------------


def positive(input: Tensor) -> Tensor:
    """Give the tensor itself."""
    require_tensor("positive", input)
    if input.dtype is dtypes.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


# Comparison of whole tensors ----------------------------------------------------------------------


def _close(
    name: str, input: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool
) -> Any:
    check_tensor(name, input)
    check_tensor(name, other, "other", 2 * (name == "allclose"))
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
    return engine.from_array(_close("isclose", input, other, rtol, atol, equal_nan))


def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> bool:
    """Tell whether two tensors are close everywhere; see `isclose`."""
    return bool(_close("allclose", input, other, rtol, atol, equal_nan).all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have one shape and the same elements."""
    check_tensor("equal", input)
    check_tensor("equal", other, "other", 2)
    kind = dtypes.promote_types(input.dtype, other.dtype)
    a, b = engine.readable(input), engine.readable(other)
    return bool(np.array_equal(a.astype(kind.numpy), b.astype(kind.numpy)))
