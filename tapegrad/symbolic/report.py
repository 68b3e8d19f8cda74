"""Reports as text, JSON, Markdown, LaTeX and HTML."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import sympy

from tapegrad.symbolic.facts import MOST_WRITTEN, Facts
from tapegrad.symbolic.findings import Finding, Report, Verdict

#: Name and version of the JSON reports. A field is never removed within one version.
SCHEMA: Final = "tapegrad.verification/1"
FORMATS: Final = ("text", "json", "markdown", "html", "latex")

#: What each verdict says.
MEANINGS: Final = {
    Verdict.PROVED: "the algebra agrees, over the real numbers, on the branch taken",
    Verdict.VERIFIED: "the numbers agree at all points tried",
    Verdict.REFUTED: "a gradient or a value is wrong",
    Verdict.UNDECIDED: "nothing is known, for the reason given",
}


def render(
    report: Report, format: str = "text", *, names: Sequence[str] = (), digits: int = 50
) -> str:
    """Write a report.

    Parameters
    ----------
    report : Report
        What `verify` or `verify_gradient` gave.
    format : {'text', 'json', 'markdown', 'html', 'latex'}
        HTML is one file that needs no network.
    names : sequence of str, optional
        What the inputs are called.
    digits : int
        Decimal digits of the reference values, which the report states.

    Examples
    --------
    >>> from tapegrad.symbolic import render, verify
    >>> print(render(verify(lambda x: x * x, 3.0, name="square"), names=["x"]))
    square: PROVED (the algebra agrees, over the real numbers, on the branch taken)
    ...
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, but it is {format!r}")
    facts = Facts.of(report, names, digits)
    if format == "html":
        from tapegrad.symbolic.html import html

        return html(facts)
    writers: dict[str, Callable[[Facts], str]] = {
        "text": _text,
        "json": lambda f: json.dumps(as_json(f), indent=2, ensure_ascii=False, allow_nan=False),
        "markdown": _markdown,
        "latex": _latex,
    }
    return writers[format](facts)


# Parts that all formats share -------------------------------------------------------------------


def headline(facts: Facts) -> str:
    """What the report comes to."""
    return f"{facts.report.verdict.value} ({MEANINGS[facts.report.verdict]})"


def measured(facts: Facts) -> str:
    """What the work was."""
    count = len(facts.report.trace)
    return (
        f"{count} rows on the tape, references of {facts.digits} digits, "
        f"{facts.report.seconds:.2f} s"
    )


def accuracy(finding: Finding) -> str:
    """How far the numbers were off, and at how many points."""
    if not finding.points or finding.worst_ulp is None:
        return "no numbers were compared"
    points = "point" if finding.points == 1 else "points"
    return f"worst error {finding.worst_ulp:.3g} ULP at {finding.points} {points}"


def counterexample_lines(facts: Facts, finding: Finding) -> list[tuple[str, str]]:
    """What is known of a counterexample, by its names."""
    found = finding.counterexample
    if found is None:
        return []
    at = [(name, written(value)) for name, value in zip(facts.names, found.inputs, strict=True)]
    element = "".join(f"[{k}]" for k in found.element)
    return [
        *at,
        ("element", f"{facts.title(finding)}{element}"),
        ("expected", repr(found.expected)),
        ("got", repr(found.got)),
        ("culprit", found.culprit),
    ]


def written(value: Any) -> str:
    """All elements of a small array."""
    array = np.asarray(value)
    if array.size > MOST_WRITTEN:
        return f"{array.dtype} array of shape {array.shape}"
    return str(array.tolist())


# Text -------------------------------------------------------------------------------------------


def _text(facts: Facts) -> str:
    return "\n".join(_text_lines(facts))


def _text_lines(facts: Facts) -> Iterator[str]:
    report = facts.report
    yield f"{report.name}: {headline(facts)}"
    yield f"  {measured(facts)}"
    for finding in report.findings:
        yield f"  {facts.title(finding)}: {finding.verdict.value}"
        yield f"    {finding.how}"
        yield f"    {accuracy(finding)}"
        for name, value in counterexample_lines(facts, finding):
            yield f"    {name}: {value}"
    for kink in report.kinks:
        yield f"  kink: {kink}"
    for note in report.notes:
        yield f"  note: {note}"
    for formula in facts.formulas:
        yield f"  {formula.title} = {_plain_formula(formula.expression)}"


def _plain_formula(expression: Any) -> str:
    if isinstance(expression, sympy.MatrixBase):
        rows = expression.tolist()
        return str([row[0] for row in rows] if expression.shape[1] == 1 else rows)
    return str(expression)


# JSON -------------------------------------------------------------------------------------------


def as_json(facts: Facts) -> dict[str, Any]:
    """Report as what JSON can hold; numbers that it cannot are written as texts."""
    report = facts.report
    formulas = {f.title: _plain_formula(f.expression) for f in facts.formulas}
    return {
        "schema": SCHEMA,
        "name": report.name,
        "verdict": report.verdict.value,
        "seconds": round(report.seconds, 6),
        "digits": facts.digits,
        "inputs": [
            {"name": name, "shape": list(p.shape), "dtype": str(p.dtype), "value": _plain(p)}
            for name, p in zip(facts.names, report.trace.points, strict=True)
        ],
        "outputs": [
            {"name": facts.output_name(k), "closed_form": formulas.get(facts.output_name(k))}
            for k in range(len(report.trace.outputs))
        ],
        "findings": [
            {
                "output": facts.output_name(f.output),
                "input": facts.names[f.input],
                "verdict": f.verdict.value,
                "how": f.how,
                "worst_ulp": _number(f.worst_ulp),
                "points": f.points,
                "closed_form": formulas.get(facts.title(f)),
                "counterexample": _json_counterexample(facts, f),
            }
            for f in report.findings
        ],
        "kinks": [
            {"row": k.row, "op": k.op, "where": k.where, "subgradient": k.subgradient}
            for k in report.kinks
        ],
        "notes": list(report.notes),
        "tape": facts.rows,
    }


def _json_counterexample(facts: Facts, finding: Finding) -> dict[str, Any] | None:
    found = finding.counterexample
    if found is None:
        return None
    return {
        "inputs": {n: _plain(v) for n, v in zip(facts.names, found.inputs, strict=True)},
        "element": list(found.element),
        "expected": _number(found.expected),
        "got": _number(found.got),
        "culprit": found.culprit,
    }


def _number(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)


def _plain(values: Any) -> Any:
    """Nested lists of a small array; None of a large one."""
    array = np.asarray(values)
    if array.size > MOST_WRITTEN:
        return None

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(part) for part in value]
        return _number(value) if isinstance(value, float) else value

    return plain(array.tolist())


# Markdown ---------------------------------------------------------------------------------------


def _markdown(facts: Facts) -> str:
    report = facts.report
    lines = [
        f"# {_marked(report.name)}: {report.verdict.value}",
        "",
        f"{MEANINGS[report.verdict].capitalize()}. {measured(facts)}.",
        "",
        "| derivative | verdict | how | accuracy |",
        "|---|---|---|---|",
    ]
    for f in report.findings:
        cells = (facts.title(f), f.verdict.value, f.how, accuracy(f))
        lines.append("| " + " | ".join(map(_marked, cells)) + " |")
    for f in report.findings:
        if f.counterexample is not None:
            lines += ["", f"## Counterexample for {_marked(facts.title(f))}", ""]
            lines += [f"- {_marked(n)}: `{v}`" for n, v in counterexample_lines(facts, f)]
    if report.kinks:
        lines += ["", "## Kinks", "", *(f"- {_marked(str(kink))}" for kink in report.kinks)]
    if report.notes:
        lines += ["", "## Notes", "", *(f"- {_marked(note)}" for note in report.notes)]
    if facts.formulas:
        lines += ["", "## Closed forms", ""]
        for formula in facts.formulas:
            lines += [f"$${tex(formula.title)} = {sympy.latex(formula.expression)}$$", ""]
    lines += [
        "",
        "## Tape",
        "",
        "| row | op | inputs | type | value | adjoint |",
        "|---|---|---|---|---|---|",
    ]
    for row in facts.rows:
        lines.append("| " + " | ".join(map(_marked, _cells(row))) + " |")
    return "\n".join(lines).rstrip() + "\n"


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    inputs = " ".join(f"%{k}" for k in row["inputs"])
    return f"%{row['row']}", row["op"], inputs, row["type"], row["value"], row["adjoint"]


def _marked(text: str) -> str:
    """Text in which no letter means markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$&" else c for c in text).replace("\n", " ")


# LaTeX ------------------------------------------------------------------------------------------

_TEX: Final = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
}


def latex_text(text: str) -> str:
    """Text in which no letter means a command."""
    return "".join(_TEX.get(c, c) for c in text)


def tex(title: str) -> str:
    """Name of a function or of a derivative such as ``df/dx``."""
    if "/d" in title:
        above, _, below = title.partition("/d")
        return rf"\frac{{\partial {tex(above[1:])}}}{{\partial {tex(below)}}}"
    return rf"\mathrm{{{latex_text(title)}}}" if len(title) > 1 else title


def _latex(facts: Facts) -> str:
    report = facts.report
    lines = [
        r"\documentclass{article}",
        r"\usepackage[utf8]{inputenc}",
        r"\usepackage{amsmath,longtable}",
        r"\begin{document}",
        rf"\section*{{{latex_text(report.name)}: {report.verdict.value}}}",
        latex_text(f"{MEANINGS[report.verdict].capitalize()}. {measured(facts)}."),
        r"\begin{description}",
    ]
    for f in report.findings:
        how = latex_text(f"{f.how}; {accuracy(f)}.")
        lines.append(rf"\item[${tex(facts.title(f))}$] {f.verdict.value}: {how}")
        for name, value in counterexample_lines(facts, f):
            lines.append(rf"\\ {latex_text(name)}: \texttt{{{latex_text(value)}}}")
    lines += [rf"\item[kink] {latex_text(str(kink))}" for kink in report.kinks]
    lines += [rf"\item[note] {latex_text(note)}" for note in report.notes]
    lines.append(r"\end{description}")
    for formula in facts.formulas:
        lines.append(rf"\[{tex(formula.title)} = {sympy.latex(formula.expression)}\]")
    lines += [latex_tape(facts), r"\end{document}"]
    return "\n".join(lines) + "\n"


def latex_tape(facts: Facts) -> str:
    """The tape as a table of LaTeX."""
    lines = [
        r"\begin{longtable}{llllll}",
        r"row & op & inputs & type & value & adjoint \\ \hline",
    ]
    for row in facts.rows:
        lines.append(" & ".join(map(latex_text, _cells(row))) + r" \\")
    return "\n".join([*lines, r"\end{longtable}"])
