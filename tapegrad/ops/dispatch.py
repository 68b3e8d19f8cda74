"""What compiled code does not do alone: other operands, casts, kernels, ``out=``, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, TypeGuard, cast

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import invalid_combination, type_name
from tapegrad.engine import Op, core
from tapegrad.errors import raise_status
from tapegrad.warning import warn
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from tapegrad._tensor import Tensor

    #: What may stand beside a tensor in a binary op.
    Operand: TypeAlias = "Tensor | float | np.generic | npt.NDArray[Any]"

#: What a binary op gives for an operand that is neither a tensor nor a number.
_FOREIGN: Final = cast("Tensor", NotImplemented)
_BITWISE: Final = frozenset((Op.BITWISE_AND, Op.BITWISE_OR, Op.BITWISE_XOR))
_BOUNDS: Final = frozenset((Op.CLAMP_MIN, Op.CLAMP_MAX))
_ROUNDING: Final = frozenset((Op.FLOOR, Op.CEIL, Op.ROUND, Op.TRUNC))
#: Functions of which PyTorch has several forms, so that its errors name no argument.
_SEVERAL: Final = frozenset(
    (
        "bitwise_and", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
        "clamp_max", "clamp_min", "eq", "fill", "floor_divide", "ge", "greater", "greater_equal",
        "gt", "le", "less", "less_equal", "lt", "ne", "not_equal", "pow", "remainder", "rsub",
        "true_divide",
    )
)  # fmt: skip
#: Binary ops that PyTorch applies to two numbers as well.
_OF_NUMBERS: Final = frozenset((Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.FLOOR_DIVIDE))
#: Names of PyTorch's kernels where they are not those of the functions.
_KERNELS: Final = {
    "floor": "floor_vml_cpu",
    "ceil": "ceil_vml_cpu",
    "round": "round_vml_cpu",
    "trunc": "trunc_vml_cpu",
    "floor_divide": "div_floor_cpu",
    "pow": "pow",
}
_FLOATS_ONLY: Final = frozenset((Op.SOFTPLUS, Op.LOGSIGMOID))
#: Ops whose integer loops must not see every operand: no kernel of theirs may stay in the table,
#: so that compiled code hands each call back to the checks here.
_CHECKED: Final = frozenset((Op.FLOOR_DIVIDE, Op.REMAINDER, Op.POW))


_BOOL_SUBTRACTION: Final = (
    "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
    "invert a mask, use the `~` or `logical_not()` operator instead."
)


def name_of(op: int) -> str:
    """PyTorch's name of an op's function."""
    return Op(op).name.lower()


def is_tensor(value: object) -> TypeGuard[Tensor]:
    """Tell whether a value is a tensor."""
    return isinstance(value, engine.TensorBase)


def refuse(function: str, value: object, argument: str = "other", position: int = 1) -> NoReturn:
    """Raise the error for an argument that is no tensor."""
    if function.rstrip("_") in _SEVERAL and argument != "input":
        raise invalid_combination(
            function, (value,), {}, (f"Tensor {argument}", f"Number {argument}")
        )
    raise TypeError(
        f"{function}(): argument '{argument}' (position {position}) must be Tensor, "
        f"not {type_name(value)}"
    )


def refuse_operands(function: str, input: object, other: object) -> NoReturn:
    """Raise the error for two operands, of which one is no operand."""
    if function in _SEVERAL:
        forms = ("Tensor input, Tensor other", "Tensor input, Number other")
        raise invalid_combination(function, (input, other), {}, forms)
    numbers = isinstance(input, int | float), isinstance(other, int | float)
    at = int(is_tensor(input) or numbers == (True, False))
    refuse(function, (input, other)[at], ("input", "other")[at], at + 1)


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
    from tapegrad.ops import summing

    if status in _FATAL:
        raise_status(status)
    if not op:  # the handle of something that has none was asked for
        if is_tensor(x):
            raise_status(abi.Status.RELEASED)
        raise TypeError(f"expected a Tensor, but got {type(x).__name__}")
    if not is_tensor(x):
        refuse(name_of(op), x, "input")
    if op == Op.SUM:
        return summing.slow_sum(x)
    if op == Op.MEAN:
        return summing.slow_mean(x)
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
        f'"{_KERNELS.get(name_of(op), name_of(op) + "_cpu")}" not implemented for '
        f"{engine.torch_name(kind.code)!r}"
    )


# Binary -------------------------------------------------------------------------------------------


def slow_binary(op: int, status: int, x: Any, y: Any) -> Any:
    """Run a binary op that compiled code handed back; NotImplemented for foreign operands."""
    from tapegrad.ops import matrices

    if status in _FATAL:
        raise_status(status)
    if op == Op.MM:
        return matrices.slow_mm(x, y)
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
    if isinstance(x, int | float | np.generic):  # as PyTorch, and compiled code, do it
        if op == Op.DIV:
            inverse = engine.apply(Op.RECIPROCAL, second)
            return engine.apply(Op.MUL, inverse, engine.operand_of(x, inverse))
        if op in (Op.ADD, Op.MUL):
            x, y, first, second = y, x, second, first
    if isinstance(x, bool) or isinstance(y, bool):
        if op == Op.SUB and not (first.dtype is second.dtype is dtypes.bool_):
            raise RuntimeError(_BOOL_SUBTRACTION)
        if op == Op.POW and isinstance(y, bool) and first.dtype is dtypes.bool_:
            return first.logical_or(not y)
    check_binary(op, first, second)
    if op in _BOUNDS and not is_tensor(y):
        _check_bound(op, first, second)
    if op == Op.POW:
        if is_tensor(y):
            first, second = _without_negative_powers(first, second)
        else:
            _check_exponent(first, second)
    made = engine.apply(op, first, second)
    _forget(op)
    if op == Op.FLOOR_DIVIDE and wants_gradient(first, second):
        return recorded(Op.NOT_IMPLEMENTED, made, first, second, parameters=(0,))
    return made


def wants_gradient(*operands: Tensor) -> bool:
    """Tell whether an op on tensors is to be recorded."""
    return bool(core.modes() & 1) and any(t.requires_grad for t in operands)


def recorded(
    op: int,
    value: Tensor,
    *inputs: Tensor,
    parameters: Sequence[int] = (),
    variadic: Sequence[Tensor] = (),
) -> Tensor:
    """Make a row of a structured op whose value was just computed; see `engine.record`."""
    handle = core.handle_of(value)
    return engine.record(
        op, core.layout_of(handle), *inputs, parameters=parameters, variadic=variadic,
        share=core.share(handle), offset=core.offset(handle),
    )  # fmt: skip


def _check_bound(op: int, x: Tensor, bound: Tensor, *, in_place: bool = False) -> None:
    """Refuse what PyTorch refuses of a bound that was given as a number."""
    kind = dtypes.result([(t.dtype, engine.priority(t)) for t in (x, bound)])
    if kind is dtypes.bool_:
        raise NotImplementedError(f"\"{name_of(op)}_scalar_cpu\" not implemented for 'Bool'")
    if in_place and not dtypes.can_cast(kind, x.dtype):
        raise RuntimeError(
            f"result type {engine.torch_name(kind.code)} can't be cast to the desired output type "
            f"{c_name(x.dtype)}"
        )


def _check_exponent(x: Tensor, y: Tensor) -> None:
    """Refuse negative integer exponents that were given as a number."""
    integers = not (x.dtype.is_floating_point or y.dtype.is_floating_point)
    if integers and (engine.readable(y) < 0).any():
        raise RuntimeError("Integers to negative integer powers are not allowed.")


def _without_negative_powers(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Give integers with the same power, which is 0 for a negative exponent unless x is 1 or -1."""
    if x.dtype.is_floating_point or y.dtype.is_floating_point:
        return x, y
    negative = engine.readable(y) < 0
    if not negative.any():
        return x, y
    kind = dtypes.result([(t.dtype, engine.priority(t)) for t in (x, y)])
    values = engine.readable(x).astype(kind.numpy)
    kept = ~negative | (np.abs(values) == 1)
    return engine.from_array(np.where(kept, values, 0), kind), y.abs().to(kind)


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
        raise RuntimeError(_BOOL_SUBTRACTION)
    if op in _BITWISE and floating:
        _not_implemented(op, dtypes.result([(t.dtype, engine.priority(t)) for t in (x, y)]))
    if floating or op not in _CHECKED:
        return
    if a is b is dtypes.bool_:
        _not_implemented(op, a)
    if op != Op.POW and x.numel() and not engine.readable(y).all():
        raise RuntimeError("ZeroDivisionError")


# In place and out= --------------------------------------------------------------------------------


def inplace_unary(op: int, target: Tensor) -> Tensor:
    """Apply a unary op to a tensor and write the result to its memory."""
    from tapegrad.autograd.views import apply_inplace, bump, check_writable

    kind = target.dtype
    if op == Op.SQUARE and kind is dtypes.bool_:
        raise RuntimeError("result type Long can't be cast to the desired output type Bool")
    check_unary(op, target)
    if (op in _ROUNDING and not kind.is_floating_point) or (op == Op.SIGN and kind is dtypes.bool_):
        check_writable(target)
        bump(target)
        return target
    return apply_inplace(op, target)


def inplace_binary(op: int, target: Tensor, value: object) -> Tensor:
    """Apply a binary op to a tensor and write the result to its memory."""
    from tapegrad.autograd.views import apply_inplace, check_writable, overwrite

    other = engine.operand_of(value, target)
    if other is None:
        return _FOREIGN
    if isinstance(value, bool):
        if op == Op.SUB and target.dtype is not dtypes.bool_:
            raise RuntimeError(_BOOL_SUBTRACTION)
        if op == Op.POW and target.dtype is dtypes.bool_:
            return target if value else target.fill_(True)
    if op in _BITWISE or op in _CHECKED:
        # Compiled code checks it for the other ops.
        check_fits(target, other)
        check_result(
            dtypes.result([(t.dtype, engine.priority(t)) for t in (target, other)]), target.dtype
        )
    check_binary(op, target, other)
    if op in _BOUNDS and not is_tensor(value):
        _check_bound(op, target, other, in_place=True)
    if op == Op.POW:
        if is_tensor(value):
            first, other = _without_negative_powers(target, other)
            if first is not target:
                return overwrite(target, engine.apply(op, first, other).to(target.dtype))
        else:
            _check_exponent(target, other)
    if op == Op.FLOOR_DIVIDE and wants_gradient(target, other):
        check_writable(target)
        made = engine.apply(op, target, other)
        _forget(op)
        made = recorded(Op.NOT_IMPLEMENTED, made, target, other, parameters=(1,))
        return overwrite(target, made, continues=True)
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
        refuse_operands(function, *inputs)
    if out is None:
        return made
    from tapegrad.autograd.views import overwrite

    if not is_tensor(out):
        raise TypeError(f"{function}(): argument 'out' must be Tensor, not {type_name(out)}")
    if core.modes() & 1 and any(is_tensor(t) and t.requires_grad for t in (out, *inputs)):
        raise RuntimeError(
            f"{function}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )
    if made.dtype is not out.dtype:
        _check_out(function, made.dtype, out.dtype)
    if out.shape == made.shape:
        return overwrite(out, made)
    if out.numel():
        warn(
            "An output with one or more elements was resized since it had shape "
            f"{list(out.shape)}, which does not match the required output shape "
            f"{list(made.shape)}. This behavior is deprecated, and in a future PyTorch release "
            "outputs will not be resized unless they have zero elements. You can explicitly reuse "
            "an out tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
        )
    resized = made.to(out.dtype, copy=True)
    core.rebind(core.handle_of(out), core.handle_of(resized))
    return out


_SAME_KIND: Final = frozenset(
    [
        "abs",
        "absolute",
        "bitwise_not",
        "ceil",
        "fix",
        "floor",
        "neg",
        "negative",
        "round",
        "sign",
        "trunc",
    ]
)
_OWN_KIND: Final = frozenset(
    [
        "addmm",
        "addmv",
        "argmax",
        "argmin",
        "baddbmm",
        "bmm",
        "log_softmax",
        "matmul",
        "max",
        "min",
        "mm",
        "mv",
        "norm",
        "softmax",
    ]
)


def _check_out(function: str, made: dtypes.dtype, out: dtypes.dtype) -> None:
    """Refuse to write a result to a tensor of a dtype that it is not cast to."""
    mine, theirs = engine.torch_name(made.code), engine.torch_name(out.code)
    if function in _SAME_KIND:
        problem = f"Found dtype {theirs} but expected {mine}"
    elif function in _OWN_KIND:
        problem = f"Expected out tensor to have dtype {c_name(made)}, but got {c_name(out)} instead"
    elif function in ("amax", "amin"):
        problem = (
            f"Expected the dtype for input and out to match, but got {mine} for input's dtype and "
            f"{theirs} for out's dtype."
        )
    elif function in ("any", "all"):
        problem = f"{function} only supports bool tensor for result, got: {theirs}"
    elif function in ("dot", "vdot"):
        problem = f"result dtype {theirs} does not match input dtype {mine}"
    elif function == "logsumexp" and not out.is_floating_point:
        problem = f"{function}(): Expected floating point type for result tensor, but got: {theirs}"
    elif not dtypes.can_cast(made, out):
        check_result(made, out)
        return
    else:
        return
    raise RuntimeError(problem)


def check_fits(target: Tensor, source: Tensor) -> None:
    """Refuse to write a result to a tensor to whose shape it does not broadcast."""
    shape, wanted = tuple(source.shape), tuple(target.shape)
    if shape == wanted:
        return
    try:
        common = np.broadcast_shapes(shape, wanted)
    except ValueError:
        engine.raise_shapes((target, source))
    if common != wanted:
        raise RuntimeError(
            f"output with shape {list(wanted)} doesn't match the broadcast shape {list(common)}"
        )


def check_result(made: dtypes.dtype, target: dtypes.dtype) -> None:
    """Refuse to write a result to a tensor whose dtype is of a lower category."""
    if not dtypes.can_cast(made, target):
        raise RuntimeError(
            f"result type {engine.torch_name(made.code)} can't be cast to the desired output type "
            f"{engine.torch_name(target.code)}"
        )


def c_name(kind: dtypes.dtype) -> str:
    """Name of a dtype in C++, which some of PyTorch's errors give."""
    return {"float32": "float", "float64": "double", "int64": "long int", "int32": "int"}.get(
        kind.name, kind.name
    )


def binary(op: int, x: Any, y: Any) -> Tensor:
    """Run a binary op of which at least one operand must be a tensor."""
    if not is_tensor(x) and not is_tensor(y):
        if op not in _OF_NUMBERS or not (isinstance(x, int | float) and isinstance(y, int | float)):
            return _FOREIGN
        x = engine.scalar(x, dtypes.number_dtype(x))
    made: Tensor = core.binary(op, x, y)
    return made
