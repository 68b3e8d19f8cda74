"""Prove every op of the table at small sizes: ``python -m tapegrad.symbolic.proofs``.

The command writes ``docs/proofs.md``; with ``--check`` it changes nothing and exits 1 if the page
is stale, or a proof fails.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapegrad.errors import LiftError
from tapegrad.ops.elementwise import ELEMENTWISE
from tapegrad.ops.structured import STRUCTURED
from tapegrad.symbolic.definitions import DEFINITIONS
from tapegrad.symbolic.findings import ORDER, Report, Verdict
from tapegrad.symbolic.proof_programs import NOT_PROVABLE, Program, programs_of
from tapegrad.symbolic.verification import verify

PAGE: Final = Path(__file__).parents[2] / "docs" / "proofs.md"

_HEAD: Final = """\
# Proofs of the op table

Written by `python -m tapegrad.symbolic.proofs`; do not edit.

Each row is a few small programs of one op. The closed form of the program comes from what the op is
declared to be, and SymPy's tables differentiate it; the reverse sweep, with the rules that the
engine runs, is executed over symbols. PROVED says that the difference of the two is zero by algebra
for every element of every input, with any adjoint of the result, at these sizes. Beside that the
engine's own numbers agree with 50 digits at the given point and at random ones.

| op | sizes of the inputs | verdict | how | note |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """What is known of one op.

    Attributes
    ----------
    op, sizes, verdict, how, note : str
    """

    op: str
    sizes: str
    verdict: str
    how: str
    note: str

    def __str__(self) -> str:
        return f"| `{self.op}` | {self.sizes} | {self.verdict} | {self.how} | {self.note} |"


def names() -> tuple[str, ...]:
    """All ops, in the order of the table."""
    return (*(op.name for op in ELEMENTWISE), *(op.name for op in STRUCTURED))


def missing() -> tuple[str, ...]:
    """Ops that can be proved but have no definition, or no program to prove them with."""
    elementwise = {op.name for op in ELEMENTWISE}
    return tuple(
        name
        for name in names()
        if name not in NOT_PROVABLE
        and not (programs_of(name) and (name in elementwise or name in DEFINITIONS))
    )


def reports_of(name: str, points: int = 3) -> list[tuple[Program, Report]]:
    """Verifications of all programs of an op."""
    return [(p, verify(p.function, *p.inputs, points=points)) for p in programs_of(name)]


def row_of(name: str) -> Row:
    """The proof row of an op.

    Parameters
    ----------
    name : str

    Returns
    -------
    Row

    Examples
    --------
    >>> print(row_of("dot"))
    | `dot` | 3 by 3 | PROVED | closed form minus symbolic sweep is zero by algebra |  |
    """
    if name in NOT_PROVABLE:
        return Row(name, "", "not provable", "", NOT_PROVABLE[name])
    if name in missing():
        return Row(name, "", Verdict.UNDECIDED.value, "", "it has no definition or no program yet")
    try:
        pairs = reports_of(name)
    except (AttributeError, LiftError) as error:
        return Row(name, "", Verdict.UNDECIDED.value, "", f"a program fails: {error}")
    ends = any(op.name == name and not op.differentiable_inputs for op in ELEMENTWISE)
    sizes = "; ".join(dict.fromkeys(_sizes(program) for program, _ in pairs))
    findings = [finding for _, report in pairs for finding in report.findings]
    if not findings:
        return Row(name, sizes, "no gradient", "", "it takes no floats")
    if ends or all(_is_constant(report) for _, report in pairs):
        return Row(name, sizes, "no gradient", "", "constant between jumps: the graph ends here")
    worst = max((f.verdict for f in findings), key=ORDER.index)
    how = "; ".join(dict.fromkeys(f.how for f in findings if f.verdict is worst))
    absent = any(
        all(step.name != name for step in report.trace.instructions) for _, report in pairs
    )
    if absent:
        return Row(name, sizes, Verdict.UNDECIDED.value, "", "a program does not use the op")
    return Row(name, sizes, worst.value, how, _note(name))


def _is_constant(report: Report) -> bool:
    outputs = (report.trace.instructions[k] for k in report.trace.outputs)
    return not any(step.dtype.is_floating_point for step in outputs)


def _note(name: str) -> str:
    declared = [op for op in ELEMENTWISE if op.name == name]
    return "declared partials" if declared and any(declared[0].partials) else ""


def _sizes(program: Program) -> str:
    shapes = ("x".join(map(str, a.shape)) or "number" for a in program.inputs)
    return " by ".join(shapes)


def rows() -> Iterator[Row]:
    """The proof rows of all ops."""
    for name in names():
        yield row_of(name)


def page() -> tuple[str, bool]:
    """Text of the page, and whether all that can be proved is."""
    made = list(rows())
    good = {Verdict.PROVED.value, "no gradient", "not provable"}
    text = _HEAD + "".join(f"{row}\n" for row in made)
    return text, all(row.verdict in good for row in made)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line if left out.

    Returns
    -------
    int
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m tapegrad.symbolic.proofs", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if it is stale"
    )
    check = parser.parse_args(arguments).check
    text, good = page()
    fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
    if not check:
        PAGE.write_text(text, encoding="utf-8")
    return 0 if good and (fresh or not check) else 1


if __name__ == "__main__":
    sys.exit(main())
