"""Runs of a function at several points, and what the engine's gradients are worth there."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import mpmath
import numpy as np

from tapegrad.engine import Op
from tapegrad.symbolic import numerics
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.findings import Counterexample
from tapegrad.symbolic.kinks import Kink, Survey, survey
from tapegrad.symbolic.trace import Instruction, Trace, record

#: A gradient is wrong if it is off by so many units in the last place, and more than rounding
#: explains so many times.
SLACK: Final = 4096
NOISE: Final = 64
#: Simple inputs that are tried for a smaller counterexample.
SIMPLE: Final = (1.0, 2.0, 0.5, -1.0, 3.0, 0.25)
#: Directions in which branches are looked for around the point.
DIRECTIONS: Final = 4

Function = Callable[..., Any]
Gradients = list[dict[tuple[int, ...], Any]]


class Sample:
    """One run of a function.

    Parameters
    ----------
    function : callable
    inputs : list of array
    digits : int
        Decimal digits of the reference.
    """

    def __init__(self, function: Function, inputs: list[Array], digits: int) -> None:
        self.inputs = inputs
        self.trace, self.recorded = record(function, inputs)
        self.survey: Survey = survey(self.trace, inputs)
        self._digits = digits
        #: What central differences do not see.
        self._floor = mpmath.mpf(10) ** (-3 * digits // 2)
        self._references: dict[int, Gradients | None] = {}
        self._fits: dict[int, bool] = {}

    @property
    def is_smooth(self) -> bool:
        """Whether the function has a derivative here."""
        return not self.survey.kinks and not self.survey.edge

    def reference(self, output: int, input: int) -> dict[tuple[int, ...], Any] | None:
        """Derivatives in many digits; None where there are none."""
        if input not in self._references:
            try:
                found = numerics.reference_gradients(self.trace, self.inputs, input, self._digits)
            except (ZeroDivisionError, ValueError, OverflowError, TypeError):
                found = None
            self._references[input] = found
        known = self._references[input]
        return None if known is None else known[output]

    def fits(self, output: int) -> bool:
        """Whether nothing over- or underflows."""
        if output not in self._fits:
            try:
                self._fits[output] = numerics.fits(self.trace, self.inputs, output)
            except (ZeroDivisionError, ValueError, OverflowError, TypeError):
                self._fits[output] = True  # a rule that fails here is no matter of size
        return self._fits[output]

    def compare(self, output: int, input: int) -> tuple[Counterexample | None, float] | None:
        """Hold the engine's gradient against the reference; None where that says nothing."""
        if not self.is_smooth:
            return None
        expected = self.reference(output, input)
        if expected is None:
            return None
        values = expected.values()
        if not all(isinstance(v, mpmath.mpf) and mpmath.isfinite(v) for v in values):
            return None
        shape, dtype = self.inputs[input].shape, self.inputs[input].dtype
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = numerics.engine_gradient(self.recorded, output, input)
        found = np.zeros(shape, dtype) if found is None else found
        worst, largest = 0.0, max(map(abs, values), default=0)
        for at, value in expected.items():
            if abs(value) > np.finfo(dtype).max or not np.isfinite(found[at]):
                return None  # what overflows says nothing about the rule
            error = abs(mpmath.mpf(float(found[at])) - value)
            if error <= self._floor:
                continue
            # The last place of zero says nothing: take that of the largest element, or of 1.
            size = next(v for v in (abs(value), largest, 1) if v > self._floor)
            worst = max(worst, float(error / numerics.ulp(size, dtype)))
            if self._is_wrong(error, value, output, input, at):
                who = numerics.culprit(self.trace, self.inputs, self.recorded, output)
                wrong = Counterexample(self.inputs, float(value), float(found[at]), at, who)
                return wrong, worst
        return None, worst

    def _is_wrong(
        self, error: Any, value: Any, output: int, input: int, at: tuple[int, ...]
    ) -> bool:
        dtype = self.inputs[input].dtype
        unit = max(numerics.ulp(value, dtype), float(np.finfo(dtype).tiny))
        unit = max(unit, abs(float(value)) * numerics.epsilon(self.trace))
        if error <= SLACK * unit or not self.fits(output):
            return False
        try:
            noise = numerics.noise(self.trace, self.inputs, output, input)[at]
        except (ZeroDivisionError, ValueError, OverflowError, TypeError):
            return True
        return bool(error > SLACK * unit + NOISE * noise)


#: Holds a gradient against the reference in one run.
Compare = Callable[[Sample, int, int], tuple[Counterexample | None, float] | None]


class Samples:
    """Runs of a function at the given point and at random ones.

    Parameters
    ----------
    function : callable
    inputs : list of array
    wrt : list of int
        Inputs that have a gradient.
    domain : dict of int to (float, float)
    count, digits : int
    """

    def __init__(
        self,
        function: Function,
        inputs: list[Array],
        wrt: list[int],
        domain: dict[int, tuple[float, float]],
        count: int,
        digits: int,
    ) -> None:
        self._function = function
        self._wrt = wrt
        self._domain = domain
        self._count = count
        self._digits = digits
        self.given = Sample(function, inputs, digits)
        self._others: list[Sample | None] = []
        self._rng = np.random.default_rng(7)

    def __iter__(self) -> Iterator[Sample]:
        yield self.given
        for k in range(self._count - 1):
            if k == len(self._others):
                self._others.append(self.at([self._random(j) for j in range(len(self.inputs))]))
            sample = self._others[k]
            if sample is not None:
                yield sample

    @property
    def inputs(self) -> list[Array]:
        """The given point."""
        return self.given.inputs

    def _random(self, k: int) -> Array:
        a = self.inputs[k]
        if k not in self._wrt:
            return a
        return np.asarray(self._rng.uniform(*self._domain[k], a.shape)).astype(a.dtype)

    def at(self, inputs: list[Array]) -> Sample | None:
        """Run at another point; None where the function fails there."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Sample(self._function, inputs, self._digits)
        except Exception:  # any error of the user's means: not in the domain
            return None

    def smallest(
        self, wrong: Counterexample, output: int, input: int, compare: Compare = Sample.compare
    ) -> Counterexample:
        """Look for a counterexample that is shorter to write."""
        candidates = [self._filled(functools.partial(_full, value)) for value in SIMPLE]
        candidates += [self._filled(functools.partial(_counted, step)) for step in (1.0, 0.5, -0.5)]
        candidates += [
            [np.round(a, n) if k in self._wrt else a for k, a in enumerate(wrong.inputs)]
            for n in (0, 1, 2)
        ]
        for candidate in sorted(candidates, key=_length):
            if _length(candidate) >= _length(wrong.inputs) or not self._allowed(candidate):
                continue
            sample = self.at(candidate)
            found = compare(sample, output, input) if sample is not None else None
            if found is not None and found[0] is not None:
                return found[0]
        return wrong

    def _filled(self, make: Callable[[Array], Array]) -> list[Array]:
        return [
            np.asarray(make(a)).astype(a.dtype) if k in self._wrt else a
            for k, a in enumerate(self.inputs)
        ]

    def _allowed(self, inputs: list[Array]) -> bool:
        return all(
            not inputs[k].size
            or (self._domain[k][0] <= inputs[k].min() and inputs[k].max() <= self._domain[k][1])
            for k in self._wrt
        )

    def branches(self) -> tuple[tuple[Kink, ...], tuple[str, ...]]:
        """Branches that meet at the given point, and whether the function draws random numbers."""
        base = self.given.trace
        if not _same(base, self._retraced(self.inputs)):
            return (), ("the function draws random numbers: what is said holds for those drawn",)
        rng = np.random.default_rng(11)
        for _, side in itertools.product(range(DIRECTIONS), (1, -1)):
            moved = [
                _moved(a, side * rng.choice([-1.0, 1.0], a.shape)) if k in self._wrt else a
                for k, a in enumerate(self.inputs)
            ]
            trace = self._retraced(moved)
            if not _same(trace, base):
                return (_switch(base, trace),), ()
        return (), ()

    def _retraced(self, inputs: list[Array]) -> Trace | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return record(self._function, inputs)[0]
        except Exception:  # any error of the user's means: not in the domain
            return None


def _full(value: float, a: Array) -> Array:
    return np.full(a.shape, value)


def _counted(step: float, a: Array) -> Array:
    return ((np.arange(a.size) % 3 + 1) * step).reshape(a.shape)


def _length(inputs: Sequence[Array]) -> int:
    return sum(len(repr(float(v))) for a in inputs for v in a.reshape(-1))


def _moved(a: Array, direction: Array) -> Array:
    """Next to an array, a few units in the last place away."""
    scale = float(np.abs(a).max(initial=0.0)) or 1.0
    step = 8 * np.spacing(np.maximum(np.abs(a), np.asarray(scale, a.dtype)))
    return np.asarray(a + step * direction, a.dtype)


def _same(a: Trace | None, b: Trace | None) -> bool:
    """Whether two runs took the same branches: same ops, same truth values and positions."""
    if a is None or b is None or len(a) != len(b):
        return False
    pairs = zip(a.instructions, b.instructions, strict=True)
    return all(
        (one.op, one.sources, one.words, one.shape)
        == (other.op, other.sources, other.words, other.shape)
        and (place in a.inputs or _decide_alike(one, other))
        for place, (one, other) in enumerate(pairs)
    )


def _decide_alike(a: Instruction, b: Instruction) -> bool:
    if a.value is None or b.value is None:
        return a.value is b.value
    # A constant that a comparison was cast to jumps; one that was detached moves a little.
    exact = a.value.dtype.kind != "f"
    rtol, atol = (0.0, 0.0) if exact else (1e-4, 1e-6)
    return bool(np.allclose(a.value, b.value, rtol, atol, equal_nan=True))


def _switch(base: Trace, other: Trace | None) -> Kink:
    """Kink for a branch: the first instruction that is another one beside the point."""
    steps = base.instructions
    if other is not None and len(other) == len(base):
        for place, (a, b) in enumerate(zip(steps, other.instructions, strict=True)):
            if a.op == Op.CONST and place not in base.inputs and not _decide_alike(a, b):
                users = [s for s in steps if place in s.sources]
                step = users[0] if users else a
                return Kink(step.row, step.name, "a border between cases", "of one case")
    last = steps[-1]
    return Kink(last.row, last.name, "a border between branches of the program", "of one branch")
