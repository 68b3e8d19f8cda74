"""Gradients at one point, in exact arithmetic."""

from __future__ import annotations

from typing import Any, Final

import mpmath
import numpy as np
import sympy

from tapegrad.symbolic import arrays, replay
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.normal import Normal
from tapegrad.symbolic.polynomials import Polynomial, TooLargeError
from tapegrad.symbolic.trace import Trace
from tapegrad.symbolic.walk import NoValueError, Walk, derivative
from tapegrad.symbolic.zero import DIGITS

#: The symbol by which one element of an input moves.
T: Final = sympy.Symbol("t", real=True)


class _Here(Normal):
    """Numbers in normal form, at t = 0."""

    def __init__(self, seeds: dict[Any, Any]) -> None:
        super().__init__({}, {}, {T: sympy.Integer(0), **seeds})

    def atom(self, atom: Any) -> Polynomial:
        """A constant, or the adjoint of an output."""
        return {} if atom == T else super().atom(atom)


def agrees_at(trace: Trace, output: int, input: int, seed: Array) -> str:
    """Hold the sweep of the rules against tangents of the definitions, in exact numbers.

    One element of the input after the other moves along the symbol t; the definitions' results are
    differentiated by it.

    Parameters
    ----------
    trace : Trace
    output, input : int
    seed : array
        Adjoint of the output.

    Returns
    -------
    str
        What arithmetic agrees; empty if the numbers differ or are not known to agree.
    """
    points = [arrays.exact_array(a) for a in trace.points]
    place = trace.outputs[output]
    values = replay.forward(trace, points)
    adjoints = replay.reverse(trace, values, {place: seed})
    shape = points[input].shape
    swept = adjoints.get(trace.inputs[input], np.full(shape, sympy.Integer(0), object))
    seeds = {s: sympy.Rational(k + 5, 7) for k, s in enumerate(seed.reshape(-1)) if s.is_Symbol}
    normal = _Here(seeds)
    walk = Walk(normal)
    try:
        with mpmath.workdps(DIGITS[0]):
            for at in np.ndindex(shape):
                moved = [*points]
                moved[input] = points[input].copy()
                moved[input][at] += T
                out = replay.forward(trace, moved)[place]
                tangent = derivative(
                    sympy.Add(*arrays.mapped(arrays.multiply, seed, out).reshape(-1)), T
                )
                difference = [walk.value(tangent), walk.value(-swept[at])]
                if not normal.is_zero(normal.add(difference)):
                    return ""
    except (NoValueError, TooLargeError, RecursionError):
        return ""
    kind = "exact rational" if normal.is_rational else "exact"
    return f"{kind} arithmetic at the given point"
