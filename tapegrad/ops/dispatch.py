"""What compiled code does not do alone: other operands, casts, kernels, ``out=``, errors."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, TypeGuard, cast

from tapegrad import dtypes, engine
from tapegrad.engine import Op, core
from tapegrad.errors import raise_status
from tapegrad_kernels import abi

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from tapegrad._tensor import Tensor

    #: What may stand beside a tensor in a binary op.
    Operand: TypeAlias = "Tensor | float | np.generic | npt.NDArray[Any]"

#: What a binary op gives for an operand that is neither a tensor nor a number.
_FOREIGN: Final = cast("Tensor", NotImplemented)
_BITWISE: Final = frozenset((Op.BITWISE_AND, Op.BITWISE_OR, Op.BITWISE_XOR))
_ROUNDING: Final = frozenset((Op.FLOOR, Op.CEIL, Op.ROUND, Op.TRUNC))
_FLOATS_ONLY: Final = frozenset((Op.SOFTPLUS, Op.LOGSIGMOID))
#: Ops whose integer loops must not see every operand: no kernel of theirs may stay in the table,
#: so that compiled code hands each call back to the checks here.
_CHECKED: Final = frozenset((Op.FLOOR_DIVIDE, Op.REMAINDER, Op.POW))


def name_of(op: int) -> str:
    """PyTorch's name of an op's function."""
    return Op(op).name.lower()


def is_tensor(value: object) -> TypeGuard[Tensor]:
    """Tell whether a value is a tensor."""
    return isinstance(value, engine.TensorBase)


def refuse(function: str, value: object, argument: str = "other", position: int = 1) -> NoReturn:
    """Raise the error for an argument that is no tensor."""
    raise TypeError(
        f"{function}(): argument '{argument}' (position {position}) must be Tensor, "
        f"not {type(value).__name__}"
    )


def require_tensor(
    function: str, value: object, argument: str = "input", position: int = 1
) -> None:
    """Raise the error for an argument that is no tensor, if it is none."""
    if not is_tensor(value):
        refuse(function, value, argument, position)


def operand(function: str, value: object, beside: Tensor, argument: str, position: int) -> Tensor:
    """Make a tensor of an argument that may be a number."""
    made = engine.operand_of(value, beside)
    if made is None:
        refuse(function, value, argument, position)
    return made


# Unary --------------------------------------------------------------------------------------------


#: Statuses that no repair helps with.
_FATAL = (abi.Status.MEMORY, abi.Status.TABLE, abi.Status.BOUNDS, abi.Status.RELEASED)


def slow_unary(op: int, status: int, x: object) -> Tensor:
    """Run a unary op that compiled code handed back."""
    from tapegrad.ops import reductions

    if status in _FATAL:
        raise_status(status)
    if not op:  # the handle of something that has none was asked for
        if is_tensor(x):
            raise_status(abi.Status.RELEASED)
        raise TypeError(f"expected a Tensor, but got {type(x).__name__}")
    if not is_tensor(x):
        refuse(name_of(op), x, "input")
    if op == Op.SUM:
        return reductions.sum(x)
    if op == Op.MEAN:
        return reductions.mean(x)
    kind = x.dtype
    if kind.is_floating_point and op != Op.BITWISE_NOT:
        return engine.apply(op, x)
    if op in _ROUNDING and kind is not dtypes.bool_:
        return engine.copy_of(x)
    if kind is dtypes.bool_:
        if op == Op.SIGN:
            return engine.copy_of(x)
        if op == Op.SQUARE:
            x = x.to(dtypes.int64)
    check_unary(op, x)
    return engine.apply(op, x)


def check_unary(op: int, x: Tensor) -> None:
    """Refuse what PyTorch refuses and the loops would compute."""
    if x.dtype.is_floating_point:
        if op == Op.BITWISE_NOT:
            _not_implemented(op, x.dtype)
        return
    if x.dtype is dtypes.bool_:
        if op == Op.NEG:
            raise RuntimeError(
                "Negation, the `-` operator, on a bool tensor is not supported. If you are trying "
                "to invert a mask, use the `~` or `logical_not()` operator instead."
            )
        if op == Op.RELU:
            raise RuntimeError("Boolean inputs not supported for relu")
        if op in _ROUNDING or op == Op.ABS:
            _not_implemented(op, x.dtype)
    if op in _FLOATS_ONLY:
        _not_implemented(op, x.dtype)


def _not_implemented(op: int, kind: dtypes.dtype) -> NoReturn:
    raise NotImplementedError(
        f'"{name_of(op)}_cpu" not implemented for {engine.torch_name(kind.code)!r}'
    )


# Binary -------------------------------------------------------------------------------------------


def slow_binary(op: int, status: int, x: Any, y: Any) -> Any:
    """Run a binary op that compiled code handed back; NotImplemented for foreign operands."""
    from tapegrad.ops import matrices

    if status in _FATAL:
        raise_status(status)
    if op == Op.MM:
        return matrices.mm(x, y)
    if op == Op.POW and is_tensor(x) and x.dtype.is_floating_point and _is_two(y):
        return engine.apply(Op.SQUARE, x)  # what compiled code does once the kernel is there
    if is_tensor(x):
        pair: tuple[Tensor | None, Tensor | None] = x, engine.operand_of(y, x)
    elif is_tensor(y):
        pair = engine.operand_of(x, y), y
    else:
        refuse(name_of(op), x, "input")
    first, second = pair
    if first is None or second is None:
        return _FOREIGN
    check_binary(op, first, second)
    made = engine.apply(op, first, second)
    _forget(op)
    return made


def _is_two(value: object) -> bool:
    return type(value) in (int, float) and value == 2


def _forget(op: int) -> None:
    """Take the integer kernels of a checked op out of the table again."""
    if op in _CHECKED:
        at = op * abi.N_DTYPES
        engine.TABLES["forward"][at + dtypes.int64.code] = 0
        engine.TABLES["forward"][at + dtypes.int32.code] = 0


def check_binary(op: int, x: Tensor, y: Tensor) -> None:
    """Refuse what PyTorch refuses and NumPy's loops would compute."""
    a, b = x.dtype, y.dtype
    floating = a.is_floating_point or b.is_floating_point
    if op == Op.SUB and dtypes.bool_ in (a, b):
        if a is b:
            raise RuntimeError(
                "Subtraction, the `-` operator, with two bool tensors is not supported. Use the "
                "`^` or `logical_xor()` operator instead."
            )
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying "
            "to invert a mask, use the `~` or `logical_not()` operator instead."
        )
    if op in _BITWISE and floating:
        _not_implemented(op, dtypes.result([(t.dtype, engine.priority(t)) for t in (x, y)]))
    if floating or op not in _CHECKED:
        return
    if a is b is dtypes.bool_:
        _not_implemented(op, a)
    values = engine.readable(y)
    if op == Op.POW:
        if (values < 0).any():
            raise RuntimeError("Integers to negative integer powers are not allowed.")
    elif not values.all():
        raise RuntimeError("ZeroDivisionError")


# In place and out= --------------------------------------------------------------------------------


def inplace_unary(op: int, target: Tensor) -> Tensor:
    """Apply a unary op to a tensor and write the result to its memory."""
    from tapegrad.autograd.views import apply_inplace, check_writable

    check_unary(op, target)
    kind = target.dtype
    if (op in _ROUNDING and not kind.is_floating_point) or (op == Op.SIGN and kind is dtypes.bool_):
        check_writable(target)
        return target
    return apply_inplace(op, target)


def inplace_binary(op: int, target: Tensor, value: object) -> Tensor:
    """Apply a binary op to a tensor and write the result to its memory."""
    from tapegrad.autograd.views import apply_inplace

    other = engine.operand_of(value, target)
    if other is None:
        return _FOREIGN
    check_binary(op, target, other)
    made = apply_inplace(op, target, other)
    _forget(op)
    return made


def write_out(function: str, made: Tensor, out: object, *inputs: object) -> Tensor:
    """Finish a function: refuse a foreign operand, or write the result to ``out=``.

    Parameters
    ----------
    function : str
        Name of the function, for errors.
    made : Tensor or NotImplemented
        The result.
    out : Tensor or None
        Where to write it. A tensor of another shape takes the result's.
    *inputs : object
        The function's operands.
    """
    if made is _FOREIGN:
        culprit = 0 if not (is_tensor(inputs[0]) or isinstance(inputs[0], float | int)) else 1
        refuse(function, inputs[culprit], ("input", "other")[culprit], culprit + 1)
    if out is None:
        return made
    from tapegrad.autograd.views import overwrite

    if not is_tensor(out):
        raise TypeError(f"{function}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if core.modes() & 1 and any(is_tensor(t) and t.requires_grad for t in (out, *inputs)):
        raise RuntimeError(
            f"{function}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )
    if not dtypes.can_cast(made.dtype, out.dtype):
        raise RuntimeError(
            f"result type {engine.torch_name(made.dtype.code)} can't be cast to the desired output "
            f"type {engine.torch_name(out.dtype.code)}"
        )
    if out.shape == made.shape:
        return overwrite(out, made)
    if out.numel():
        warnings.warn(
            "An output with one or more elements was resized since it had shape "
            f"{list(out.shape)}, which does not match the required output shape "
            f"{list(made.shape)}. Pass an empty tensor, or one of the result's shape, as out=",
            UserWarning,
            stacklevel=3,
        )
    resized = made.to(out.dtype, copy=True)
    core.rebind(core.handle_of(out), core.handle_of(resized))
    return out


def binary(op: int, x: Any, y: Any) -> Tensor:
    """Run a binary op of which at least one operand must be a tensor."""
    if not is_tensor(x):
        require_tensor(name_of(op), y)
    made: Tensor = core.binary(op, x, y)
    return made
