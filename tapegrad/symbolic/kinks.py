"""Find the places where a program has no derivative, or no value."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import mpmath
import numpy as np
import sympy

from tapegrad.engine import Op, word_float
from tapegrad.ops.structured import EXTREMA
from tapegrad.symbolic import arrays, replay
from tapegrad.symbolic.arrays import DIGITS, Array
from tapegrad.symbolic.definitions import reduce
from tapegrad.symbolic.elementary import as_digits, derivation, partial_function
from tapegrad.symbolic.numerics import digits_of, precise
from tapegrad.symbolic.trace import Instruction, Trace

#: Decimal digits in which a program is looked at, and what counts as no distance there.
PLACES: Final = 60
NEAR: Final = mpmath.mpf(10) ** -40
#: Kinks that are listed.
MOST: Final = 20


@dataclass(frozen=True)
class Kink:
    """An element at which an op has no derivative.

    Attributes
    ----------
    row : int
        Row of the op.
    op : str
    where : str
        The elements of its inputs.
    subgradient : str
        What the rule takes for the derivative.
    """

    row: int
    op: str
    where: str
    subgradient: str

    def __str__(self) -> str:
        return f"%{self.row} {self.op} at {self.where}: the subgradient {self.subgradient} is taken"


@dataclass(frozen=True)
class Survey:
    """What is found on the way through a program at a point.

    Attributes
    ----------
    values : list of array
        Values of the instructions in many digits, up to the place without one.
    kinks : tuple of Kink
    edge : str
        Where the program has no finite value or slope; empty if it has everywhere.
    """

    values: list[Array]
    kinks: tuple[Kink, ...]
    edge: str


class _EdgeError(Exception):
    """An instruction has no finite value or slope."""


def survey(trace: Trace, inputs: Sequence[Any]) -> Survey:
    """Run a trace in many digits and look for kinks and edges of domains.

    Parameters
    ----------
    trace : Trace
    inputs : sequence of array
    """
    found: list[Kink] = []
    values: list[Array] = []
    with mpmath.workdps(PLACES):
        given = dict(zip(trace.inputs, precise(inputs), strict=True))
        try:
            for place, step in enumerate(trace.instructions):
                values.append(_value(step, place, given, values))
                if any(step.needs):
                    operands = [values[k] for k in step.sources if k >= 0]
                    left = MOST - len(found)
                    found += itertools.islice(_of(step, operands, values[place]), left)
                    _check_slopes(step, operands, values[place])
            for place in trace.outputs:
                _check(trace.instructions[place], values[place], finite=True)
        except _EdgeError as edge:
            return Survey(values, tuple(found), str(edge))
    return Survey(values, tuple(found), "")


def _value(step: Instruction, place: int, given: dict[int, Array], values: list[Array]) -> Array:
    if place in given:
        _check(step, given[place], finite=True)
        return given[place]
    if step.op == Op.CONST:
        return (
            digits_of(step.value)
            if step.dtype.is_floating_point
            else arrays.exact_array(step.value)
        )
    operands = [values[k] if k >= 0 else None for k in step.sources]
    try:
        made = replay.value_of(step, operands)
    except (ValueError, ZeroDivisionError, OverflowError, TypeError) as error:
        raise _EdgeError(_outside(step, operands)) from error
    if step.dtype.is_floating_point:
        _check(step, made, operands=operands)
    return made


def _outside(step: Instruction, operands: Sequence[Any]) -> str:
    shown = ", ".join(_several(v) for v in operands if v is not None)
    return f"%{step.row} {step.name} at {shown} has no value or no finite slope"


def _several(values: Array) -> str:
    flat = values.reshape(-1)
    text = ", ".join(map(_short, flat[:6])) + (", ..." if len(flat) > 6 else "")
    return text if values.ndim == 0 else f"[{text}]"


def _check(
    step: Instruction, values: Array, *, finite: bool = False, operands: Sequence[Any] = ()
) -> None:
    # Infinities on the way are usual: a mask of attention is one. But they come from outside.
    finite = finite or (bool(operands) and all(_all_finite(v) for v in operands if v is not None))
    for v in values.reshape(-1):
        bad = isinstance(v, mpmath.mpc) or (isinstance(v, mpmath.mpf) and mpmath.isnan(v))
        if bad or (finite and isinstance(v, mpmath.mpf) and not mpmath.isfinite(v)):
            raise _EdgeError(
                _outside(step, operands) if operands else f"%{step.row} {step.name} is not finite"
            )


def _all_finite(values: Array) -> bool:
    return all(mpmath.isfinite(v) for v in values.reshape(-1) if isinstance(v, DIGITS))


def _check_slopes(step: Instruction, operands: list[Array], value: Array) -> None:
    if not step.is_elementwise:
        return
    for k, needed in enumerate(step.needs):
        if not needed:
            continue
        partial = partial_function(step.name, k)
        for elements in np.broadcast(*operands, value):
            if not all(mpmath.isfinite(e) for e in elements if isinstance(e, DIGITS)):
                continue
            try:
                slope = partial(*elements)
            except (ValueError, ZeroDivisionError, OverflowError) as error:
                raise _EdgeError(_outside(step, operands)) from error
            if isinstance(slope, mpmath.mpc) or (
                isinstance(slope, mpmath.mpf) and not mpmath.isfinite(slope)
            ):
                raise _EdgeError(_outside(step, operands))


def _of(step: Instruction, inputs: list[Array], value: Array) -> Iterator[Kink]:
    if step.is_elementwise:
        yield from _elementwise(step, inputs, value)
    elif step.name in EXTREMA or step.name in ("norm", "std"):
        flat = _flat_at(step)
        for group in reduce(lambda row: (row, flat(row)), inputs[0], step.words, step.shape).flat:
            row, is_kink = group
            if is_kink:
                shown = "[" + ", ".join(map(_short, row)) + "]"
                chosen = "that shares among ties" if step.name in EXTREMA else "0"
                yield Kink(step.row, step.name, shown, chosen)


def _flat_at(step: Instruction) -> Callable[[list[Any]], bool]:
    """Test of whether a reduction has a kink at a list of elements."""
    if step.name in EXTREMA:
        best = arrays.smallest if "min" in step.name else arrays.largest
        return functools.partial(_ties, best)
    if step.name == "std":
        return lambda row: all(_near(v, row[0]) for v in row)
    p = word_float(step.words[1])
    if math.isinf(p):
        return lambda row: (
            _ties(arrays.largest if p > 0 else arrays.smallest, [arrays.absolute(v) for v in row])
            or any(v == 0 for v in row if len(row) == 1)
        )
    if p == 0:
        return lambda row: any(v == 0 for v in row)
    need_all = p > 1
    return lambda row: bool(row) and (all if need_all else any)(v == 0 for v in row)


def _ties(best: Callable[[Sequence[Any]], Any], row: list[Any]) -> bool:
    if not row:
        return False
    top = best(row)
    return sum(_near(v, top) for v in row) > 1


def _near(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= NEAR * (1 + abs(b)))


@functools.cache
def _margins(name: str) -> tuple[tuple[str, Callable[..., Any]], ...]:
    """Functions of an op's operands: where one vanishes (or is whole) the op has a kink."""
    source = derivation(name)
    found: list[tuple[str, Any]] = []
    for atom in source.definition.atoms(sympy.Max, sympy.Min):
        found += [("zero", a - b) for a, b in itertools.combinations(atom.args, 2)]
    for atom in source.definition.atoms(sympy.Abs, sympy.sign):
        found.append(("zero", atom.args[0]))
    for atom in source.definition.atoms(sympy.Gt, sympy.Ge, sympy.Lt, sympy.Le):
        found.append(("zero", atom.lhs - atom.rhs))
    for atom in source.definition.atoms(sympy.floor, sympy.ceiling):
        found.append(("whole", atom.args[0]))
    for atom in source.definition.atoms(sympy.atan2):
        found.append(("zero", atom.args[0] ** 2 + atom.args[1] ** 2))
    return tuple((kind, sympy.lambdify(source.inputs, e, "mpmath")) for kind, e in found)


def _elementwise(step: Instruction, inputs: list[Array], value: Array) -> Iterator[Kink]:
    if step.name == "where" or not _margins(step.name):
        return
    for elements in np.broadcast(*inputs, value):
        operands = [as_digits(e) for e in elements]
        for kind, margin in _margins(step.name):
            distance = margin(*operands[:-1])
            if kind == "whole":
                distance -= mpmath.nint(distance)
            if abs(distance) <= NEAR * (1 + max(map(abs, operands[:-1]))):
                slopes = [
                    _short(partial_function(step.name, k)(*operands))
                    for k, needed in enumerate(step.needs)
                    if needed
                ]
                where = ", ".join(map(_short, operands[:-1]))
                yield Kink(step.row, step.name, where, ", ".join(slopes))
                break


def _short(element: Any) -> str:
    if isinstance(element, mpmath.mpf):
        return f"{float(element):.6g}"
    return str(element)
