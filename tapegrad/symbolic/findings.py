"""What a verification says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.kinks import Kink
from tapegrad.symbolic.trace import Trace


class Verdict(Enum):
    """What is known of a gradient."""

    PROVED = "PROVED"
    VERIFIED = "VERIFIED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"


#: From the best to the worst; a report is as bad as the worst of its findings.
ORDER = (Verdict.PROVED, Verdict.VERIFIED, Verdict.UNDECIDED, Verdict.REFUTED)


@dataclass(frozen=True)
class Counterexample:
    """Where a gradient is wrong.

    Attributes
    ----------
    inputs : list of array
    expected, got : float
    element : tuple of int
        Which element of the gradient.
    culprit : str
        First op on the tape whose rule disagrees with its definition.
    """

    inputs: list[Array]
    expected: float
    got: float
    element: tuple[int, ...]
    culprit: str


@dataclass(frozen=True)
class Finding:
    """The verdict on the gradient of one output by one input.

    Attributes
    ----------
    output, input : int
        Their positions.
    verdict : Verdict
    how : str
        By what it was reached.
    worst_ulp : float, optional
        Largest error of the engine's gradient in units in the last place.
    points : int
        At how many points numbers were compared.
    closed_form : array, optional
        The gradient in symbols.
    counterexample : Counterexample, optional
    """

    output: int
    input: int
    verdict: Verdict
    how: str
    worst_ulp: float | None = None
    points: int = 0
    closed_form: Array | None = None
    counterexample: Counterexample | None = None


@dataclass(frozen=True)
class Report:
    """All findings about a function.

    Attributes
    ----------
    name : str
    findings : tuple of Finding
    trace : Trace
        The tape at the given point.
    kinks : tuple of Kink
        Where the function has no derivative at that point.
    seconds : float
    notes : tuple of str
        What the findings do not cover.
    """

    name: str
    findings: tuple[Finding, ...]
    trace: Trace
    kinks: tuple[Kink, ...]
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings."""
        return max((f.verdict for f in self.findings), key=ORDER.index, default=Verdict.UNDECIDED)
