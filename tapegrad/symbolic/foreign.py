"""Hold a gradient that somebody else wrote against the tape."""

from __future__ import annotations

import math
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad._tensor import Tensor
from tapegrad.errors import LiftError
from tapegrad.symbolic import arrays, numerics, replay
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.findings import Counterexample, Finding, Report, Verdict
from tapegrad.symbolic.grammar import Expression, parse
from tapegrad.symbolic.lifting import MOST_SYMBOLS, as_array, symbols_like
from tapegrad.symbolic.limits import OutOfTimeError, at_most
from tapegrad.symbolic.numbers import unwrapped, wrapped
from tapegrad.symbolic.samples import SLACK, Sample, Samples
from tapegrad.symbolic.verification import Domain, neighbourhood
from tapegrad.symbolic.walk import derivative
from tapegrad.symbolic.zero import Answer, decide


def verify_gradient(
    function: Any,
    gradient: Callable[..., Any],
    *inputs: Any,
    points: int = 8,
    digits: int = 50,
    time_limit: float = 20.0,
    domain: Domain | None = None,
    convert: Callable[[Array], Any] | None = None,
    name: str = "",
) -> Report:
    """Hold a hand-written gradient against the definitions of the ops that a function is made of.

    Parameters
    ----------
    function : callable or str
        Takes tensors and gives a tensor of one element; or an expression for the grammar.
    gradient : callable
        Takes arrays (numbers where an input is one) and gives the gradient: an array-like, or a
        tuple of them where there are several inputs. NumPy, Numba, PyTorch and JAX give these.
    *inputs : tensor, array_like or number
        The point.
    points, digits, time_limit, domain, name
        As for `verify`.
    convert : callable, optional
        Makes an argument for `gradient` of a NumPy array. If it is left out, functions that refuse
        arrays are given tensors of PyTorch, provided that it has been imported.

    Returns
    -------
    Report
        PROVED where `gradient` also runs on arrays of symbols and the algebra agrees.

    Raises
    ------
    LiftError
        If the function does not give one number.

    Examples
    --------
    >>> import numpy as np
    >>> from tapegrad.symbolic import verify_gradient
    >>> def energy(x):
    ...     return (x**2).sum() / 2
    >>> verify_gradient(energy, lambda x: x, np.ones(3)).verdict
    <Verdict.PROVED: 'PROVED'>
    >>> verify_gradient(energy, lambda x: 2 * x, np.ones(3)).verdict
    <Verdict.REFUTED: 'REFUTED'>
    """
    start = time.monotonic()
    if isinstance(function, str):
        function = parse(function)
    if isinstance(function, Expression):
        function = function.function()
    given = [as_array(value) for value in inputs]
    work = _Comparison(function, gradient, given, points, digits, domain or {}, convert)
    findings = work.findings(start + time_limit)
    label = name or f"{_name(gradient)} as the gradient of {_name(function)}"
    seconds = time.monotonic() - start
    return Report(label, findings, work.trace, work.kinks, seconds, work.notes)


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


class _WrongFormError(Exception):
    """What a gradient function gives cannot be a gradient."""


class _Comparison:
    """A function, the gradient that is claimed for it, and what is found out about them."""

    def __init__(
        self,
        function: Callable[..., Any],
        gradient: Callable[..., Any],
        inputs: list[Array],
        points: int,
        digits: int,
        domain: Domain,
        convert: Callable[[Array], Any] | None,
    ) -> None:
        self.gradient = gradient
        self.inputs = inputs
        self.digits = digits
        self.convert = convert
        self.wrt = [k for k, a in enumerate(inputs) if a.dtype.kind == "f"]
        self.domain = {k: domain.get(k, neighbourhood(a)) for k, a in enumerate(inputs)}
        self.samples = Samples(function, inputs, self.wrt, self.domain, points, digits)
        self.trace = self.samples.given.trace
        sizes = [self.trace.instructions[place].shape for place in self.trace.outputs]
        if len(sizes) != 1 or math.prod(sizes[0]) != 1:
            raise LiftError(
                f"the function must give one number, but it gives shapes {sizes}: sum() its results"
            )
        borders, self.notes = self.samples.branches()
        self.kinks = (*self.samples.given.survey.kinks, *borders)

    # The other function -------------------------------------------------------------------------

    def claimed(self, inputs: Sequence[Array]) -> dict[int, Array]:
        """Gradients that the function claims, as arrays of numbers."""
        arguments = [a.copy() if a.ndim else a[()] for a in inputs]
        if self.convert is not None:
            made = self.gradient(*map(self.convert, arguments))
        else:
            try:
                made = self.gradient(*arguments)
            except (TypeError, AttributeError):
                torch = sys.modules.get("torch")
                if torch is None:
                    raise
                made = self.gradient(*(torch.tensor(a) for a in arguments))
        return {k: self.as_numbers(part, k) for k, part in self.parts(made).items()}

    def parts(self, made: Any) -> dict[int, Any]:
        """What belongs to each input."""
        if len(self.inputs) == 1:
            lone = isinstance(made, tuple | list) and len(made) == 1
            unpack = lone and np.shape(made[0]) == self.inputs[0].shape
            return {0: made[0] if unpack else made}
        if not isinstance(made, tuple | list) or len(made) not in (len(self.inputs), len(self.wrt)):
            raise _WrongFormError(
                f"the gradient by {len(self.inputs)} inputs must be a tuple of as many arrays, but "
                f"the function gives {type(made).__name__}"
                + (f" of length {len(made)}" if isinstance(made, tuple | list) else "")
            )
        places = range(len(made)) if len(made) == len(self.inputs) else self.wrt
        return {k: part for k, part in zip(places, made, strict=True) if k in self.wrt}

    def as_numbers(self, part: Any, k: int) -> Array:
        """Array of what was given for one input; None stands for zeros."""
        shape = self.inputs[k].shape
        if part is None:
            return np.zeros(shape)
        if isinstance(part, Tensor) or hasattr(part, "detach"):
            part = part.detach()
            part = part.cpu().numpy() if hasattr(part, "cpu") else part.numpy()
        try:
            made = np.asarray(part)
        except ValueError:
            raise _WrongFormError("the function gives lists of different lengths") from None
        if made.dtype.kind not in "fiub":
            raise _WrongFormError(f"the function gives {made.dtype} where real numbers are due")
        return self.shaped(made, shape)

    def shaped(self, made: Array, shape: tuple[int, ...]) -> Array:
        """The array, if it has the shape of the input."""
        if made.shape != shape and (made.size != 1 or math.prod(shape) != 1):
            raise _WrongFormError(
                f"the function gives an array of shape {made.shape} for an input of shape {shape}"
            )
        return made.reshape(shape)

    # Verdicts -----------------------------------------------------------------------------------

    def findings(self, end: float) -> tuple[Finding, ...]:
        """Verdicts on the gradients by all inputs."""
        try:
            self.claimed(self.inputs)
        except _WrongFormError as error:
            return tuple(Finding(0, k, Verdict.REFUTED, str(error)) for k in self.wrt)
        algebra = self.compare_symbols(end)
        return tuple(self.finding(k, *algebra[k]) for k in self.wrt)

    def finding(self, k: int, closed: Array | None, answer: Answer, why: str) -> Finding:
        """The verdict on the gradient by one input."""
        wrong, worst, count = self.compare_numbers(k)
        if wrong is not None:
            wrong = self.samples.smallest(wrong, 0, k, self.compare)
            verdict = Verdict.REFUTED
            why = f"differs from the reference in {self.digits} digits"
        elif self.kinks:
            verdict, why = Verdict.UNDECIDED, f"the point is on a kink: {self.kinks[0]}"
        elif answer is Answer.ZERO and count:
            verdict = Verdict.PROVED
        elif count:
            verdict = Verdict.VERIFIED
            why = f"agrees with {self.digits} digits at {count} points; {why}"
        else:
            verdict = Verdict.UNDECIDED
            why = "the function has no finite derivative at any of the points tried"
        return Finding(0, k, verdict, why, worst, count, closed, wrong)

    # Numbers ------------------------------------------------------------------------------------

    def compare_numbers(self, k: int) -> tuple[Counterexample | None, float, int]:
        """A counterexample if there is one, the worst error in ULP, and the number of points."""
        worst, count = 0.0, 0
        for sample in self.samples:
            found = self.compare(sample, 0, k)
            if found is None:
                continue
            count += 1
            worst = max(worst, found[1])
            if found[0] is not None:
                return found[0], worst, count
        return None, worst, count

    def compare(
        self, sample: Sample, output: int, k: int
    ) -> tuple[Counterexample | None, float] | None:
        """Compare in one run; None where the function has no derivative."""
        expected = sample.reference(output, k) if sample.is_smooth else None
        if expected is None or not sample.fits(output):
            return None
        noise = numerics.noise(sample.trace, sample.inputs, output, k)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                claimed = self.claimed(sample.inputs)[k]
            except _WrongFormError as error:
                raise LiftError(f"{error} at {sample.inputs}") from None
        return self.judge(sample.inputs, claimed, expected, noise)

    def judge(
        self,
        inputs: list[Array],
        claimed: Array,
        expected: dict[tuple[int, ...], Any],
        noise: Array,
    ) -> tuple[Counterexample | None, float]:
        """The first element that is wrong by more than rounding explains, and the worst error."""
        kind = numerics.epsilon(self.trace) or float(np.finfo(np.float64).eps)
        own = float(np.finfo(claimed.dtype).eps) if claimed.dtype.kind == "f" else 0.0
        coarse = max(own, kind)
        size = max((abs(float(v)) for v in expected.values()), default=0.0)
        worst = 0.0
        for at, value in expected.items():
            right, got = float(value), float(claimed[at])
            error = abs(got - right) if math.isfinite(got) else math.inf
            unit = coarse * max(abs(right), np.finfo(np.float64).tiny)
            allowed = SLACK * (unit + coarse * size + float(noise[at]) * coarse / kind)
            if error > allowed:
                return Counterexample(inputs, right, got, at, _name(self.gradient)), error / unit
            if abs(right) > coarse * size:
                worst = max(worst, error / unit)
        return None, worst

    # Symbols ------------------------------------------------------------------------------------

    def compare_symbols(self, end: float) -> dict[int, tuple[Array | None, Answer, str]]:
        """Closed form and answer of the algebra for each input."""
        if sum(self.inputs[k].size for k in self.wrt) > MOST_SYMBOLS:
            why = "the inputs have too many elements for symbols"
            return dict.fromkeys(self.wrt, (None, Answer.UNKNOWN, why))
        symbols = [
            symbols_like(f"x{k}", a.shape) if k in self.wrt else arrays.exact_array(a)
            for k, a in enumerate(self.inputs)
        ]
        try:
            with at_most(max((end - time.monotonic()) / 2, 0.01)):
                closed = self.closed_forms(symbols)
                claims, why = self.claims_in_symbols(symbols)
        except OutOfTimeError:
            why = "the time for the closed form was not enough"
            return dict.fromkeys(self.wrt, (None, Answer.UNKNOWN, why))
        if claims is None:
            return {k: (closed[k], Answer.UNKNOWN, why) for k in self.wrt}
        box = {s: self.domain[k] for k in self.wrt for s in symbols[k].reshape(-1)}
        return {k: (closed[k], *self.algebra(closed[k], claims[k], box, end)) for k in self.wrt}

    def closed_forms(self, symbols: list[Array]) -> dict[int, Array]:
        """Gradients by SymPy, from the definitions."""
        out = replay.forward(self.trace, symbols)[self.trace.outputs[0]].reshape(-1)[0]
        return {k: arrays.mapped(lambda s: derivative(out, s), symbols[k]) for k in self.wrt}

    def claims_in_symbols(self, symbols: list[Array]) -> tuple[dict[int, Array] | None, str]:
        """What the gradient function gives for symbols, or why it gives nothing."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made = self.gradient(
                    *(
                        wrapped(a) if k in self.wrt else self.inputs[k].copy()
                        for k, a in enumerate(symbols)
                    )
                )
            parts = self.parts(made)
            zeros = {k: np.zeros(self.inputs[k].shape) for k in self.wrt}
            found = {
                k: self.shaped(
                    unwrapped(zeros[k] if parts.get(k) is None else parts[k]), zeros[k].shape
                )
                for k in self.wrt
            }
        except OutOfTimeError:
            raise
        except Exception as error:  # compiled code refuses symbols in many ways
            return None, f"the gradient function does not run on symbols ({type(error).__name__})"
        return found, ""

    def algebra(
        self, closed: Array, claim: Array, box: dict[Any, Any], end: float
    ) -> tuple[Answer, str]:
        """Whether two gradients are the same."""
        for at in np.ndindex(closed.shape):
            answer = decide(closed[at] - claim[at], box, max(end - time.monotonic(), 0.05))[0]
            if answer is not Answer.ZERO:
                why = (
                    "the algebra did not come to an end in its time"
                    if answer is Answer.UNKNOWN
                    else "the formulas differ by what rounding of constants explains"
                )
                return answer, why
        return Answer.ZERO, "closed form minus the given gradient is zero by algebra"
