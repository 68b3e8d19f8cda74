"""Hold the engine's gradients against closed forms."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import mpmath
import numpy as np
import sympy

from tapegrad.engine import Op
from tapegrad.symbolic import arrays, numerics, replay
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.exactly import agrees_at
from tapegrad.symbolic.findings import Counterexample, Finding, Report, Verdict
from tapegrad.symbolic.lifting import MOST_SYMBOLS, as_array, symbols_like
from tapegrad.symbolic.limits import OutOfTimeError, at_most, within
from tapegrad.symbolic.samples import Samples
from tapegrad.symbolic.walk import Digits, Walk, derivative
from tapegrad.symbolic.zero import DIGITS, Answer, decide_all

__all__ = ["Counterexample", "Finding", "Report", "Verdict", "verify"]

REASONS: Final = {
    Answer.ZERO: "closed form minus symbolic sweep is zero by algebra",
    Answer.ZERO_HERE: "closed form minus symbolic sweep is zero by algebra, where signs are those "
    "at the given point",
    Answer.UNKNOWN: "the algebra did not come to an end in its time",
}

Domain = Mapping[int, tuple[float, float]]


def verify(
    function: Callable[..., Any],
    *inputs: Any,
    points: int = 8,
    digits: int = 50,
    time_limit: float = 20.0,
    domain: Domain | None = None,
    name: str = "",
) -> Report:
    """Hold the gradients of a function against closed forms and against many digits.

    Three things are compared. The *closed form* is made from the definitions of the ops alone, and
    SymPy differentiates it. The *sweep over symbols* runs the engine's own reverse rules, over the
    same tape. The *engine* computes with floats, at the given point and at random ones.

    Parameters
    ----------
    function : callable
        Takes tensors and gives a tensor, or a tuple of tensors.
    *inputs : tensor, array_like or number
        The point. Gradients are taken by all inputs that are not integers.
    points : int
        Random points at which numbers are compared.
    digits : int
        Decimal digits of the reference values.
    time_limit : float
        Seconds for all of the algebra.
    domain : dict of int to (float, float), optional
        Interval of the elements of an input; the neighbourhood of the given ones if left out.
    name : str
        What the report calls the function.

    Returns
    -------
    Report

    Raises
    ------
    LiftError
        If the function's results are no tensors.

    Examples
    --------
    >>> import tapegrad
    >>> from tapegrad.symbolic import verify
    >>> report = verify(lambda x: ((x + 2) ** 2).mean(), tapegrad.ones(2, 2))
    >>> report.verdict
    <Verdict.PROVED: 'PROVED'>
    """
    start = time.monotonic()
    given = [as_array(value) for value in inputs]
    work = _Verification(function, given, points, digits, domain or {})
    findings = work.findings(start + time_limit)
    label = name or getattr(function, "__name__", type(function).__name__)
    seconds = time.monotonic() - start
    return Report(label, findings, work.trace, work.kinks, seconds, work.notes)


class _Verification:
    """What is found out about one function."""

    def __init__(
        self,
        function: Callable[..., Any],
        inputs: list[Array],
        points: int,
        digits: int,
        domain: Domain,
    ) -> None:
        self.inputs = inputs
        self.digits = digits
        self.wrt = [k for k, a in enumerate(inputs) if a.dtype.kind == "f"]
        self.domain = {k: domain.get(k, neighbourhood(a)) for k, a in enumerate(inputs)}
        self.samples = Samples(function, inputs, self.wrt, self.domain, points, digits)
        self.trace = self.samples.given.trace
        borders, random = self.samples.branches()
        self.kinks = (*self.samples.given.survey.kinks, *borders)
        self.notes = (*random, *self.uncovered())
        exact = [arrays.exact_array(a) for a in inputs]
        self.symbols = [
            symbols_like(f"x{k}", a.shape) if k in self.wrt else exact[k]
            for k, a in enumerate(inputs)
        ]
        #: Values of all instructions in symbols, or why there are none.
        self.values: list[Array] | str = "the inputs have too many elements for symbols"

    def uncovered(self) -> Iterator[str]:
        """What is no input, but could have a gradient."""
        steps = self.trace.instructions
        if not self.wrt:
            yield "no input is of a floating type, so there is no gradient"
        for place, step in enumerate(steps):
            users = [s for s in steps if place in s.sources]
            needed = any(
                need and k == place
                for s in users
                for k, need in zip(s.sources, s.needs, strict=True)
            )
            if step.op == Op.CONST and needed and place not in self.trace.inputs:
                yield (
                    f"%{step.row} is a tensor from outside of the function that requires grad: it "
                    "is taken for a constant; make it an input to have its gradient verified"
                )

    def findings(self, end: float) -> tuple[Finding, ...]:
        """Verdicts on all pairs of an output and an input."""
        if sum(self.inputs[k].size for k in self.wrt) <= MOST_SYMBOLS:
            try:
                with at_most(max(end - time.monotonic(), 0.01) / 2):
                    self.values = replay.forward(self.trace, self.symbols)
            except OutOfTimeError:
                self.values = "the time for the closed form was not enough"
            except RecursionError:
                self.values = "the closed form is nested too deeply"
        pairs = [(o, k) for o in range(len(self.trace.outputs)) for k in self.wrt]
        return tuple(self.finding(o, k, end) for o, k in pairs)

    def finding(self, output: int, input: int, end: float) -> Finding:
        """The verdict on one pair."""
        if not self.trace.instructions[self.trace.outputs[output]].dtype.is_floating_point:
            why = "the output is not of a floating type: it is constant between its jumps"
            return Finding(output, input, Verdict.PROVED, why)
        closed, answer, why, place = self.compare_symbols(output, input, end)
        wrong, worst, count = self.compare_numbers(output, input, end)
        facts: dict[str, Any] = {"worst_ulp": worst, "points": count, "closed_form": closed}
        if wrong is None and answer is Answer.NOT_ZERO and place is not None:
            wrong = self.symbolic_counterexample(output, input, *place)
        if wrong is not None:
            wrong = self.samples.smallest(wrong, output, input)
            why = (
                why
                if answer is Answer.NOT_ZERO
                else f"the engine's gradient is wrong, by the reference in {self.digits} digits"
            )
            return Finding(output, input, Verdict.REFUTED, why, **facts, counterexample=wrong)
        edge = self.samples.given.survey.edge
        if edge:
            why = f"domain: {edge}"
            return Finding(output, input, Verdict.UNDECIDED, why, **facts)
        if self.kinks:
            why = f"the point is on a kink: {self.kinks[0]}"
            return Finding(output, input, Verdict.UNDECIDED, why, **facts)
        if answer in (Answer.ZERO, Answer.ZERO_HERE):
            return Finding(output, input, Verdict.PROVED, why, **facts)
        exact = self.prove_here(output, input, end)
        if exact:
            return Finding(output, input, Verdict.PROVED, exact, **facts)
        if count:
            how = f"agrees with {self.digits} digits at {count} points; {why}"
            return Finding(output, input, Verdict.VERIFIED, how, **facts)
        why = f"the function has no finite derivative at any of the points tried; {why}"
        return Finding(output, input, Verdict.UNDECIDED, why, **facts)

    # Symbols ------------------------------------------------------------------------------------

    def compare_symbols(
        self, output: int, input: int, end: float
    ) -> tuple[Array | None, Answer, str, tuple[tuple[int, ...], Any, Any, dict[Any, Any]] | None]:
        """The closed form of a gradient, and whether the sweep over symbols gives it.

        Where it does not: the element, what it should be and what it is, and the point.
        """
        if isinstance(self.values, str):
            return None, Answer.UNKNOWN, self.values, None
        end = min(end, time.monotonic() + max(end - time.monotonic(), 0.5) / 2)
        try:
            with at_most(max(end - time.monotonic(), 0.01)):
                closed, swept = self.gradients_in_symbols(output, input, self.values)
        except OutOfTimeError:
            return None, Answer.UNKNOWN, "the time for the symbolic sweep was not enough", None
        except RecursionError:
            return None, Answer.UNKNOWN, "the closed form is nested too deeply", None
        box = {symbol: self.domain[k] for k in self.wrt for symbol in self.symbols[k].reshape(-1)}
        places = list(np.ndindex(closed.shape))
        differences = [closed[at] - swept[at] for at in places]
        left = max(end - time.monotonic(), 0.05)
        answer, k, point = decide_all(differences, box, left, dict(self.given()))
        if answer is Answer.NOT_ZERO:
            at = places[k]
            why = f"element {list(at)} of the sweep over symbols is not the derivative"
            return closed, answer, why, (at, closed[at], swept[at], point)
        return closed, answer, REASONS[answer], None

    def given(self) -> Iterator[tuple[Any, Any]]:
        """The symbols and what they are at the given point."""
        for k in self.wrt:
            exact = arrays.exact_array(self.inputs[k]).reshape(-1)
            yield from zip(self.symbols[k].reshape(-1), exact, strict=True)

    def gradients_in_symbols(
        self, output: int, input: int, values: list[Array]
    ) -> tuple[Array, Array]:
        """Derivatives of the weighted output: by SymPy, and by the engine's rules."""
        place = self.trace.outputs[output]
        out = values[place]
        seed = seeds_like(out.shape)
        weighted = sympy.Add(*arrays.mapped(arrays.multiply, seed, out).reshape(-1))
        symbols = self.symbols[input]
        closed = arrays.mapped(lambda x: derivative(weighted, x), symbols)
        adjoints = replay.reverse(self.trace, values, {place: seed})
        swept = adjoints.get(self.trace.inputs[input])
        if swept is None:
            swept = np.full(symbols.shape, sympy.Integer(0), object)
        if swept.shape != symbols.shape:
            swept = np.full(symbols.shape, sympy.nan, object)
        return closed, swept

    def prove_here(self, output: int, input: int, end: float) -> str:
        """What arithmetic proves the gradient at the given point; empty if none does in time."""
        shape = self.trace.instructions[self.trace.outputs[output]].shape
        left = end - time.monotonic()
        arguments = (self.trace, output, input, seeds_like(shape))
        return (within(left, agrees_at, *arguments) if left > 0 else None) or ""

    # Numbers ------------------------------------------------------------------------------------

    def compare_numbers(
        self, output: int, input: int, end: float
    ) -> tuple[Counterexample | None, float, int]:
        """A counterexample if there is one, the worst error in ULP, and the number of points."""
        worst, count = 0.0, 0
        for sample in self.samples:
            found = sample.compare(output, input)
            if found is not None:
                wrong, error = found
                count += 1
                worst = max(worst, error)
                if wrong is not None:
                    return wrong, worst, count
            if count and time.monotonic() > end:
                break
        return None, worst, count

    def symbolic_counterexample(
        self, output: int, input: int, at: tuple[int, ...], closed: Any, swept: Any, point: Any
    ) -> Counterexample:
        """Where the sweep over symbols is wrong, although the engine's kernels may be right."""
        out = self.trace.instructions[self.trace.outputs[output]]
        adjoints = dict.fromkeys(seeds_like(out.shape).reshape(-1), sympy.Integer(1))
        point = {**adjoints, **dict(self.given()), **point}
        with mpmath.workdps(DIGITS[0]):
            walk = Walk(Digits(point))
            pair = [float(walk.value(e)) for e in (closed, swept)]
        inputs = [a.copy() for a in self.inputs]
        for k in self.wrt:
            for place in np.ndindex(inputs[k].shape):
                inputs[k][place] = float(point[self.symbols[k][place]])
        sample = self.samples.at(inputs) or self.samples.given
        who = numerics.culprit(sample.trace, sample.inputs, sample.recorded, output)
        return Counterexample(inputs, pair[0], pair[1], at, who)


def neighbourhood(a: Array) -> tuple[float, float]:
    """Interval that holds the elements of an array, and something on both sides."""
    finite = a[np.isfinite(a)]
    if a.dtype.kind != "f" or not finite.size:
        return -1.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    margin = max(high - low, 0.5 * max(abs(low), abs(high), 0.5)) / 2
    if low > 0:
        return max(low - margin, low / 2), high + margin
    return low - margin, high + margin


def seeds_like(shape: tuple[int, ...]) -> Array:
    """Adjoints of an output: any numbers, so symbols; 1 for a single element."""
    if math.prod(shape) == 1:
        return np.full(shape, sympy.Integer(1), object)
    return symbols_like("g", shape)
