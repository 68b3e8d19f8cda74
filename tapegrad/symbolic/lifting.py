"""Closed forms: what a program computes, written in SymPy's symbols."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import sympy

from tapegrad._tensor import Tensor
from tapegrad.errors import LiftError
from tapegrad.symbolic import arrays, replay
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.grammar import Expression
from tapegrad.symbolic.limits import OutOfTimeError, at_most
from tapegrad.symbolic.trace import Trace, record, trace_of

T = TypeVar("T")

#: More elements than that are not given symbols of their own.
MOST_SYMBOLS = 64


@dataclass(frozen=True)
class Lifted:
    """A program in symbols.

    Attributes
    ----------
    names : tuple of str
        What the inputs are called.
    points : sequence of array
        Where it was recorded.
    symbols : tuple of array
        Symbols of each input's elements; the numbers themselves of an input of integers.
    outputs : list of array
        Expressions of the results.
    is_tuple : bool
        Whether the program gives a tuple.
    """

    names: tuple[str, ...]
    points: Sequence[Array]
    symbols: tuple[Array, ...]
    outputs: list[Array]
    is_tuple: bool

    @property
    def wrt(self) -> list[int]:
        """Positions of the inputs that derivatives can be taken by."""
        return [k for k, point in enumerate(self.points) if point.dtype.kind == "f"]


def lift(target: Any, *inputs: Any, symbols: Any = None, time_limit: float = 20.0) -> Any:
    """Write the results of a program in symbols.

    Parameters
    ----------
    target : callable, Expression or tensor
        A function of tensors, a parsed expression, or a tensor with a graph, whose leaves become
        symbols.
    *inputs : tensor, array_like, tuple of int, str, Symbol, MatrixSymbol or IndexedBase
        An input of a function: a point, a shape (a tuple of integers), or the name or symbol of a
        scalar. Branches are those taken at the point. `MatrixSymbol` and `IndexedBase` with a shape
        stand for whole inputs, of sizes that may be symbols too; inputs of more than 64 elements
        are lifted as such.
    symbols : str, sequence or mapping, optional
        Names of the inputs, or symbols of their elements. For a tensor also a mapping of names to
        leaves. A function's inputs are called like its parameters if this is left out.
    time_limit : float
        Seconds.

    Returns
    -------
    Expr, ImmutableDenseMatrix, ImmutableDenseNDimArray, MatrixExpr, Lambda or tuple of them
        Scalars, vectors (as columns) and matrices, and what has more dimensions. A whole result of
        inputs without symbols of their own is a `MatrixExpr`, or else a `Lambda` that takes the
        indices of an element.

    Raises
    ------
    LiftError
        If the program has no closed form that can be found in this time.

    Examples
    --------
    >>> import tapegrad
    >>> from tapegrad.symbolic import lift
    >>> lift(lambda x: (x + 2) ** 2 / 4, "x")
    (x + 2)**2/4
    >>> lift(lambda a, b: a.mm(b), (1, 2), (2, 1))
    Matrix([[a_0_0*b_0_0 + a_0_1*b_1_0]])
    >>> w = tapegrad.tensor(3.0, requires_grad=True)
    >>> lift(w * w.sin(), symbols="w")
    w*sin(w)
    """
    if not isinstance(target, Tensor) and _is_whole(inputs):
        from tapegrad.symbolic.whole import lift_whole

        names = _names(target, len(inputs), symbols if isinstance(symbols, str) else None)
        made = _timed(time_limit, lift_whole, target, inputs, names)
        return made if len(made) != 1 else made[0]
    lifted = lifted_program(target, inputs, symbols, time_limit)
    made = tuple(packed(out) for out in lifted.outputs)
    return made if lifted.is_tuple else made[0]


def lifted_program(
    target: Any, inputs: Sequence[Any], symbols: Any = None, time_limit: float = 20.0
) -> Lifted:
    """Write all instructions of a program in symbols; `lift` says what the arguments are."""
    if isinstance(target, Tensor):
        return _timed(time_limit, _lift_tensor, target, symbols)
    if not callable(target) and not isinstance(target, Expression):
        raise LiftError(
            f"what is lifted must be a function of tensors or a tensor, not {type(target).__name__}"
        )
    return _timed(time_limit, _lift_function, target, inputs, symbols)


def _timed(seconds: float, function: Callable[..., T], *arguments: Any) -> T:
    try:
        with at_most(seconds):
            return function(*arguments)
    except OutOfTimeError:
        raise LiftError(
            f"no closed form was found within {seconds:g} seconds: use smaller inputs, or a longer "
            "time_limit"
        ) from None


def _lift_function(function: Any, inputs: Sequence[Any], symbols: Any) -> Lifted:
    points = [point_of(value, k) for k, value in enumerate(inputs)]
    if isinstance(function, Expression) and len(inputs) != len(function.names):
        raise LiftError(
            f"the expression holds {', '.join(function.names)}, but there are {len(inputs)} inputs"
        )
    given, names = _given_symbols(function, inputs, symbols)
    made = tuple(
        _symbols(given[k], names[k], point)
        if point.dtype.kind == "f"
        else arrays.exact_array(point)
        for k, point in enumerate(points)
    )
    if isinstance(function, Expression):
        closed = function.closed_form(dict(zip(function.names, made, strict=True)))
        return Lifted(names, points, made, [closed], False)
    seen: list[bool] = []

    def watched(*tensors: Tensor) -> Any:
        result = function(*tensors)
        seen.append(isinstance(result, tuple | list))
        return result

    trace, _ = record(watched, points)
    return Lifted(names, points, made, _results(trace, made), seen[0])


def _results(trace: Trace, symbols: Sequence[Array]) -> list[Array]:
    values = replay.forward(trace, symbols)
    return [values[place] for place in trace.outputs]


def _lift_tensor(target: Tensor, symbols: Any) -> Lifted:
    trace, leaves = trace_of(target)
    if not leaves:
        raise LiftError(
            "the tensor has no graph with leaves that require a gradient: compute it from tensors "
            "made with requires_grad=True, or lift a function"
        )
    count = sum(point.size for point in trace.points)
    if count > MOST_SYMBOLS:
        raise LiftError(
            f"the leaves have {count} elements, and at most {MOST_SYMBOLS} are given symbols: use "
            "smaller leaves, or lift a function"
        )
    if isinstance(symbols, Mapping):
        symbols = _by_leaf(symbols, leaves)
    given, names = _given_symbols(None, leaves, symbols)
    made = tuple(_symbols(given[k], names[k], point) for k, point in enumerate(trace.points))
    return Lifted(names, trace.points, made, _results(trace, made), False)


def _by_leaf(symbols: Mapping[str, Any], leaves: Sequence[Tensor]) -> list[str]:
    """Names in the order of the leaves."""
    from tapegrad.engine import core

    rows = {core.row_info(core.handle_of(t)): name for name, t in symbols.items()}
    found = [core.row_info(core.handle_of(leaf)) for leaf in leaves]
    missing = [k for k, row in enumerate(found) if row not in rows]
    if missing:
        raise LiftError(
            f"symbols has names for {len(rows)} tensors, but none for the leaf of shape "
            f"{tuple(leaves[missing[0]].shape)} on which the tensor depends: add it"
        )
    return [rows[row] for row in found]


def point_of(value: Any, position: int) -> Array:
    """Point of an input at which the program is recorded."""
    if isinstance(value, str | sympy.Symbol):
        return generic((), position)
    if isinstance(value, tuple) and all(type(n) is int and n >= 0 for n in value):
        return generic(value, position)
    return as_array(value)


def as_array(value: Any) -> Array:
    """Numbers of an input, which a tensor or an array_like holds."""
    if isinstance(value, Tensor):
        return np.array(value.detach().numpy())
    made = np.asarray(value)
    if made.dtype.kind not in "fiub":
        raise LiftError(f"an input must be real numbers, not {type(value).__name__}: {value!r:.60}")
    return made.astype(np.float64) if made.dtype.kind == "f" and made.dtype.itemsize < 4 else made


def generic(shape: tuple[int, ...], position: int) -> Array:
    """Distinct numbers between 1/4 and 3/4."""
    count = int(np.prod(shape))
    steps = np.arange(1, count + 1) + 100 * position
    return np.asarray((0.25 + 0.5 * (steps * 0.6180339887498949 % 1)).reshape(shape))


def _is_whole(inputs: Sequence[Any]) -> bool:
    if any(isinstance(v, sympy.MatrixSymbol | sympy.IndexedBase) for v in inputs):
        return True
    points = [point_of(value, k) for k, value in enumerate(inputs)]
    return sum(p.size for p in points if p.dtype.kind == "f") > MOST_SYMBOLS


def _names(function: Any, count: int, symbols: str | None = None) -> tuple[str, ...]:
    """Names of inputs: those given, else those of the function's parameters."""
    if symbols is not None:
        given = tuple(symbols.replace(",", " ").split())
        if len(given) != count:
            raise LiftError(
                f"there are {count} inputs, but symbols names {len(given)}: {symbols!r}"
            )
        return given
    if isinstance(function, Expression):
        return function.names
    try:
        parameters = [*inspect.signature(function).parameters.values()] if function else []
    except (TypeError, ValueError):  # a function of C without a signature
        parameters = []
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in plain][:count]
    return tuple(names[k] if k < len(names) else f"x{k}" for k in range(count))


def _given_symbols(
    function: Any, inputs: Sequence[Any], symbols: Any
) -> tuple[list[Any], tuple[str, ...]]:
    """Symbols or None for each input, and the inputs' names."""
    count = len(inputs)
    if symbols is None or isinstance(symbols, str):
        given: list[Any] = [None] * count
        names = list(_names(function, count, symbols))
    else:
        given = [None if isinstance(v, str) else v for v in symbols]
        if len(given) != count:
            raise LiftError(f"there are {count} inputs, but symbols has {len(given)} entries")
        names = list(_names(function, count))
        for k, entry in enumerate(symbols):
            names[k] = entry if isinstance(entry, str) else names[k]
    for k, value in enumerate(inputs):
        if isinstance(value, str) and given[k] is None:
            names[k] = value
        elif isinstance(value, sympy.Symbol) and given[k] is None:
            given[k], names[k] = value, value.name
    if not all(name.isidentifier() for name in names):
        raise LiftError(f"names of inputs must be identifiers, but they are {names}")
    if len(set(names)) < len(names):
        raise LiftError(f"the inputs must have names that differ, but they are {', '.join(names)}")
    return given, tuple(names)


def _symbols(given: Any, name: str, point: Array) -> Array:
    """Array of an input's symbols."""
    if given is None:
        return symbols_like(name, point.shape)
    made = np.array(given, object)
    if made.size != point.size:
        raise LiftError(f"the input {name} has {point.size} elements, but {made.size} symbols")
    return made.reshape(point.shape)


def symbols_like(name: str, shape: tuple[int, ...]) -> Array:
    """Array of distinct real symbols."""
    made = np.empty(shape, object)
    for at in np.ndindex(shape):
        made[at] = sympy.Symbol("_".join([name, *map(str, at)]), real=True)
    return made


def packed(values: Array) -> Any:
    """An array's elements as the kind of SymPy that has so many dimensions."""
    if values.ndim == 0:
        return sympy.sympify(values[()])
    if values.ndim <= 2:
        rows, columns = (*values.shape, 1)[:2]
        return sympy.ImmutableDenseMatrix(rows, columns, list(values.reshape(-1)))
    return sympy.ImmutableDenseNDimArray(list(values.reshape(-1)), values.shape)
