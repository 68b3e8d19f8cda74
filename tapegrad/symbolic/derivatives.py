"""Closed-form derivatives."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import sympy

from tapegrad.errors import LiftError
from tapegrad.symbolic import arrays
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.lifting import Lifted, lifted_program, packed
from tapegrad.symbolic.limits import within
from tapegrad.symbolic.walk import derivative

Order = Literal["gradient", "jacobian", "hessian"]
ORDERS: Final = ("gradient", "jacobian", "hessian")


@dataclass(frozen=True)
class Derived:
    """Closed forms of a function and of its derivatives.

    Attributes
    ----------
    order : str
    names : tuple of str
        Names of the inputs.
    symbols : tuple
        Symbols of the inputs.
    wrt : tuple of int
        Inputs by which it is differentiated.
    value : Expr or Matrix
        The function.
    derivatives : dict
        Of a gradient or a Jacobian: by position of the input. Of a Hessian: by two positions.
    simplified : bool
        False if the time was not enough to simplify, so that some expressions are as they came.
    """

    order: str
    names: tuple[str, ...]
    symbols: tuple[Any, ...]
    wrt: tuple[int, ...]
    value: Any
    derivatives: dict[Any, Any]
    simplified: bool

    @property
    def result(self) -> Any:
        """The derivative by the only input; of more inputs, a tuple (of tuples for a Hessian)."""
        if self.order == "hessian":
            made: Any = tuple(tuple(self.derivatives[j, k] for k in self.wrt) for j in self.wrt)
            return made[0][0] if len(self.wrt) == 1 else made
        made = tuple(self.derivatives[k] for k in self.wrt)
        return made[0] if len(self.wrt) == 1 else made

    def title(self, key: Any) -> str:
        """What one of the derivatives is called."""
        if self.order == "hessian":
            return f"d²/d{self.names[key[0]]}d{self.names[key[1]]}"
        return f"d/d{self.names[key]}"


def derive(
    target: Any,
    *inputs: Any,
    order: Order = "gradient",
    symbols: Any = None,
    simplify: bool = True,
    time_limit: float = 20.0,
) -> Derived:
    """Closed-form gradient, Jacobian or Hessian, by SymPy from the definitions of the ops.

    The reverse rules of the engine take no part in it. Derivatives are those beside kinks.

    Parameters
    ----------
    target : callable, Expression or tensor
    *inputs, symbols
        As `lift` takes them.
    order : {'gradient', 'jacobian', 'hessian'}
        A gradient and a Hessian are those of a single number.
    simplify : bool
    time_limit : float
        Seconds. If simplification takes longer, the result is what was found without it, and
        `Derived.simplified` is False.

    Returns
    -------
    Derived

    Raises
    ------
    LiftError
        If there is no closed form, or a gradient of many numbers is asked for.

    Examples
    --------
    >>> from tapegrad.symbolic import derive
    >>> derive(lambda x: (x ** 2 + 1).log(), "x").result
    2*x/(x**2 + 1)
    >>> derive(lambda x: x[0] ** 2 * x[1], (2,), order="hessian").result
    Matrix([
    [2*x_1, 2*x_0],
    [2*x_0,     0]])
    """
    if order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(ORDERS)}, but it is {order!r}")
    end = time.monotonic() + time_limit
    lifted = lifted_program(target, inputs, symbols, time_limit)
    if len(lifted.outputs) != 1:
        raise LiftError(f"derive needs a function with one result, not {len(lifted.outputs)}")
    _check(lifted, order)
    # Half of the time is for the derivatives, the rest makes them shorter.
    left = max(end - time.monotonic(), 0.01)
    raw = within(left if not simplify else 0.9 * left, _derivatives, lifted, order)
    if raw is None:
        raise LiftError(
            f"the derivatives were not found within {time_limit:g} seconds: use smaller inputs, or "
            "a longer time_limit"
        )
    shorter = _Shortener(end if simplify else 0.0)
    made = {key: packed(arrays.mapped(shorter, value)) for key, value in raw.items()}
    return Derived(
        order,
        lifted.names,
        tuple(packed(s) for s in lifted.symbols),
        tuple(lifted.wrt),
        packed(lifted.outputs[0]),
        made,
        shorter.is_done,
    )


def _check(lifted: Lifted, order: str) -> None:
    out = lifted.outputs[0]
    if order != "jacobian" and out.size != 1:
        raise LiftError(
            f"a {order} is that of a single number, but the result has shape {out.shape}: reduce "
            "it with sum() or mean(), or ask for the jacobian"
        )
    if not lifted.wrt:
        raise LiftError("none of the inputs holds floating-point numbers to differentiate by")


def _derivatives(lifted: Lifted, order: str) -> dict[Any, Array]:
    out = lifted.outputs[0]
    made: dict[Any, Array] = {}
    for k in lifted.wrt:
        symbols = lifted.symbols[k]
        if order == "gradient":
            made[k] = arrays.mapped(_slope_of(out.reshape(-1)[0]), symbols)
        else:
            columns = [arrays.mapped(_slope_of(e), symbols) for e in out.reshape(-1)]
            made[k] = _stacked(columns, out.shape, symbols.shape)
    if order == "jacobian" or order == "gradient":
        return made
    second: dict[Any, Array] = {}
    for j in lifted.wrt:
        first = made[j].reshape(lifted.symbols[j].shape)
        for k in lifted.wrt:
            symbols = lifted.symbols[k]
            rows = [arrays.mapped(_slope_of(e), symbols) for e in first.reshape(-1)]
            second[j, k] = _stacked(rows, first.shape, symbols.shape)
    return second


def _stacked(rows: list[Array], lead: tuple[int, ...], tail: tuple[int, ...]) -> Array:
    made = np.empty((len(rows), *tail), object)
    for k, row in enumerate(rows):
        made[k, ...] = row  # also where a row is a single number
    return made.reshape((*lead, *tail))


def _slope_of(expression: Any) -> Callable[[Any], Any]:
    return lambda symbol: derivative(expression, symbol)


class _Shortener:
    """Simplifies until a time comes, then leaves expressions as they are."""

    def __init__(self, end: float) -> None:
        self.end = end
        self.is_done = end > 0
        self.known: dict[Any, Any] = {}

    def __call__(self, expression: Any) -> Any:
        if expression in self.known:
            return self.known[expression]
        left = self.end - time.monotonic()
        made = within(left, shortest, expression) if left > 0 else None
        self.is_done = self.is_done and made is not None
        self.known[expression] = expression if made is None else made
        return self.known[expression]


def shortest(expression: Any) -> Any:
    """The expression or a simpler form of it, whichever is shorter."""
    made = sympy.simplify(expression)
    return min(made, expression, key=lambda e: (sympy.count_ops(e), len(str(e))))
