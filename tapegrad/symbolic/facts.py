"""What a report says, collected once for all of its formats."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import mpmath
import numpy as np
import sympy

from tapegrad.errors import LiftError
from tapegrad.listing import short_value
from tapegrad.symbolic import numerics, replay
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.derivatives import shortest
from tapegrad.symbolic.findings import Finding, Report
from tapegrad.symbolic.lifting import MOST_SYMBOLS, packed, symbols_like
from tapegrad.symbolic.limits import within
from tapegrad.symbolic.trace import Instruction, Trace

#: Seconds for the formulas of one report, and the operations of a formula that is still shown.
SECONDS: Final = 4.0
MOST_OPERATIONS: Final = 400
#: Elements of a value that is written out.
MOST_WRITTEN: Final = 100


@dataclass(frozen=True)
class Formula:
    """An expression to show.

    Attributes
    ----------
    title : str
    expression : Expr or Matrix
    """

    title: str
    expression: Any


@dataclass(frozen=True)
class Facts:
    """A report with the names of its inputs.

    Attributes
    ----------
    report : Report
    names : tuple of str
    digits : int
        Decimal digits of the reference values.
    """

    report: Report
    names: tuple[str, ...]
    digits: int

    @classmethod
    def of(cls, report: Report, names: Sequence[str] = (), digits: int = 50) -> Facts:
        """Facts of a report, in which inputs are called x0, x1 and so on if they have no names."""
        count = len(report.trace.inputs)
        return cls(report, tuple(names) or tuple(f"x{k}" for k in range(count)), digits)

    def output_name(self, k: int) -> str:
        """What an output is called: f if it is the only one."""
        return "f" if len(self.report.trace.outputs) == 1 else f"f{k}"

    def title(self, finding: Finding) -> str:
        """Name of the derivative that a finding is about."""
        return f"d{self.output_name(finding.output)}/d{self.names[finding.input]}"

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """The function and its gradients in symbols, as far as they are short enough."""
        end = time.monotonic() + SECONDS
        made = []
        for k, value in enumerate(self._outputs(end)):
            made.append(Formula(self.output_name(k), value))
        for finding in self.report.findings:
            if finding.closed_form is None:
                continue
            short = self._shortened(finding, end)
            if short is not None:
                made.append(Formula(self.title(finding), short))
        return tuple(f for f in made if sympy.count_ops(f.expression) <= MOST_OPERATIONS)

    def _outputs(self, end: float) -> list[Any]:
        trace = self.report.trace
        if sum(p.size for p in trace.points) > MOST_SYMBOLS:
            return []
        symbols = [symbols_like(n, p.shape) for n, p in zip(self.names, trace.points, strict=True)]
        try:
            values = within(max(end - time.monotonic(), 0.01), replay.forward, trace, symbols)
        except (LiftError, TypeError, ValueError):
            values = None  # e.g. an input of positions, which are no symbols
        return [] if values is None else [packed(values[place]) for place in trace.outputs]

    def _shortened(self, finding: Finding, end: float) -> Any:
        """A gradient in the names of the report."""
        named: dict[Any, Any] = {}
        for k, point in enumerate(self.report.trace.points):
            ours, theirs = (
                symbols_like(self.names[k], point.shape),
                symbols_like(f"x{k}", point.shape),
            )
            named |= dict(zip(theirs.reshape(-1), ours.reshape(-1), strict=True))
        whole = packed(np.asarray(finding.closed_form, object)).xreplace(named)
        if sympy.count_ops(whole) > 10 * MOST_OPERATIONS:
            return None
        left = end - time.monotonic()
        short = None
        if left > 0:
            is_array = isinstance(whole, sympy.MatrixBase | sympy.NDimArray)
            each = (lambda e: e.applyfunc(shortest)) if is_array else shortest
            short = within(left, each, whole)
        return whole if short is None else short

    @cached_property
    def edges(self) -> dict[tuple[int, int], tuple[str, str]]:
        """For each use of a row, by its place and the number of the operand: primal and adjoint."""
        trace = self.report.trace
        found = numbers(trace)
        if found is None:
            return {}
        values, _, parts = found
        made = {}
        for place, step in enumerate(trace.instructions):
            mine = [*parts.get(place, ())]
            for j, source in enumerate(step.sources):
                if source < 0:
                    continue
                flows = next((k for k, (target, _) in enumerate(mine) if target == source), None)
                flowing = "" if flows is None else shown(mine.pop(flows)[1])
                made[place, j] = (shown(values[source]), flowing)
        return made

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The tape as a table."""
        trace = self.report.trace
        found = numbers(trace)
        names = dict(zip(trace.inputs, self.names, strict=True))
        return [
            {
                "row": place,
                "op": f"input {names[place]}" if place in names else step.name,
                "inputs": [k for k in step.sources if k >= 0],
                "type": row_type(step),
                "value": "" if found is None else shown(found[0][place]),
                "adjoint": "" if found is None or place not in found[1] else shown(found[1][place]),
            }
            for place, step in enumerate(trace.instructions)
        ]


def row_type(step: Instruction) -> str:
    """Dtype and shape of a row, such as ``float64[2,3]``."""
    return f"{step.dtype.name}[{','.join(map(str, step.shape))}]"


def shown(values: Array) -> str:
    """Elements of an array on a short line."""
    flat = [_float(v) for v in values.reshape(-1)]
    return short_value(np.array(flat, np.float64).reshape(values.shape))


def _float(value: Any) -> float:
    if isinstance(value, mpmath.mpc):
        return float("nan")
    try:
        return float(value)
    except TypeError:
        return float(bool(value))


def numbers(trace: Trace) -> Any:
    """Primals, adjoints and what flows along the edges at the point of a trace, as numbers.

    None where the point is outside of what an op is defined on. The adjoints are those of the sum
    of all results.
    """
    with mpmath.workprec(60), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exact = numerics.precise(trace.points)
            values = replay.forward(trace, exact, numerics.digits_of)
            seeds = {
                place: numerics.digits_of(np.ones(values[place].shape)) for place in trace.outputs
            }
            adjoints = replay.reverse(trace, values, seeds)
            parts = {
                place: replay.parts_of(step, trace, values, place, adjoints[place])
                for place, step in enumerate(trace.instructions)
                if place in adjoints and step.value is None
            }
        except (LiftError, ZeroDivisionError, ValueError, OverflowError, TypeError):
            return None
    return values, adjoints, parts
