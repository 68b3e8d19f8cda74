"""Where compiled ops go when they cannot do it alone: other operands, casts, missing kernels, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapegrad import engine
from tapegrad.engine import Op

if TYPE_CHECKING:
    from tapegrad.tensor import Tensor


def slow_unary(op: int, status: int, x: object) -> Tensor:
    """Run a unary op that compiled code handed back."""
    from tapegrad.ops import reductions
    from tapegrad.tensor import Tensor

    if not isinstance(x, Tensor):
        raise TypeError(
            f"{Op(op).name.lower()}(): argument 'input' (position 1) must be Tensor, "
            f"not {type(x).__name__}"
        )
    if op == Op.SUM:
        return reductions.sum(x)
    if op == Op.MEAN:
        return reductions.mean(x)
    return engine.apply(op, x)


def slow_binary(op: int, status: int, x: object, y: object) -> Any:
    """Run a binary op that compiled code handed back; NotImplemented for foreign operands."""
    from tapegrad.ops import matrices
    from tapegrad.tensor import Tensor

    if op == Op.MM:
        return matrices.mm(x, y)
    if isinstance(x, Tensor):
        other = engine.operand_of(y, x)
        pair = (x, other)
    elif isinstance(y, Tensor):
        other = engine.operand_of(x, y)
        pair = (other, y)
    else:
        raise TypeError(
            f"{Op(op).name.lower()}(): argument 'input' (position 1) must be Tensor, "
            f"not {type(x).__name__}"
        )
    if other is None:
        return NotImplemented
    check_binary(op, *pair)
    return engine.apply(op, *pair)


def check_binary(op: int, x: Tensor, y: Tensor) -> None:
    """Refuse what PyTorch refuses and NumPy's loops would compute."""
    from tapegrad import dtypes

    both_bool = x.dtype is dtypes.bool_ and y.dtype is dtypes.bool_
    if op == Op.SUB and (x.dtype is dtypes.bool_ or y.dtype is dtypes.bool_):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
            "invert a mask, use the `~` or `logical_not()` operator instead."
        )
    if op in (Op.FLOOR_DIVIDE, Op.REMAINDER) and not both_bool:
        floating = x.dtype.is_floating_point or y.dtype.is_floating_point
        if not floating and y.numel() and not engine.readable(y).all():
            raise RuntimeError("ZeroDivisionError")
    if op == Op.POW and not (x.dtype.is_floating_point or y.dtype.is_floating_point):
        if y.numel() and (engine.readable(y) < 0).any():
            raise RuntimeError("Integers to negative integer powers are not allowed.")


