"""A report as one HTML file that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import sympy
from sympy.printing.mathml import mathml

from tapegrad.symbolic.facts import Facts
from tapegrad.symbolic.findings import Finding
from tapegrad.symbolic.picture import picture
from tapegrad.symbolic.report import (
    MEANINGS,
    accuracy,
    counterexample_lines,
    measured,
)

_STYLE: Final = """
:root{color-scheme:light dark;--page:#f6f7f9;--ink:#1c2430;--soft:#5d6878;--card:#fff;
--line:#dde2e9;--PROVED:#1a7f4b;--VERIFIED:#1d5fbf;--REFUTED:#b3261e;--UNDECIDED:#96690a}
@media (prefers-color-scheme:dark){:root{--page:#14181f;--ink:#e6eaf0;--soft:#9aa5b4;
--card:#1c222b;--line:#333c49;--PROVED:#5fd39a;--VERIFIED:#8ab4f8;--REFUTED:#f2a29b;
--UNDECIDED:#e5b95c}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2rem 0 .6rem}
p{margin:.3rem 0}
.soft{color:var(--soft)}
.verdict{display:inline-block;padding:.1rem .7rem;border-radius:1rem;font-weight:600;
border:1.5px solid currentColor;font-size:.85em;white-space:nowrap}
.PROVED{color:var(--PROVED)}
.VERIFIED{color:var(--VERIFIED)}
.REFUTED{color:var(--REFUTED)}
.UNDECIDED{color:var(--UNDECIDED)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.8rem 1rem;
margin:.6rem 0;overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;vertical-align:top;border-bottom:1px solid var(--line)}
tr:last-child td{border-bottom:0}
th{color:var(--soft);font-weight:500}
code,.mono{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.9em}
.formula{display:flex;gap:.8rem;align-items:center;padding:.3rem 0}
"""


def html(facts: Facts) -> str:
    """Write facts as a page with formulas in MathML and the tape as a picture.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    str
    """
    report = facts.report
    verdict = report.verdict.value
    body = [
        f"<h1>{escape(report.name)}</h1>",
        f"<p>{_badge(verdict)} {escape(MEANINGS[report.verdict])}</p>",
        f'<p class="soft">{escape(measured(facts))}</p>',
        "<h2>Findings</h2>",
        _findings(facts),
        *(_counterexample(facts, f) for f in report.findings if f.counterexample is not None),
        _list("Kinks", [str(kink) for kink in report.kinks]),
        _list("Notes", [*report.notes]),
        _formulas(facts),
        _tape(facts),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.name)}: {verdict}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>\n{chr(10).join(part for part in body if part)}\n</main></body></html>\n"
    )


def _badge(verdict: str) -> str:
    return f'<span class="verdict {verdict}">{verdict}</span>'


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    return (
        f'<div class="card"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _findings(facts: Facts) -> str:
    rows = [
        f"<tr><td><code>{escape(facts.title(f))}</code></td>"
        f"<td>{_badge(f.verdict.value)}</td>"
        f"<td>{escape(f.how)}</td><td>{escape(accuracy(f))}</td></tr>"
        for f in facts.report.findings
    ]
    return _table(("derivative", "verdict", "how", "accuracy"), rows)


def _counterexample(facts: Facts, finding: Finding) -> str:
    rows = [
        f"<tr><th>{escape(name)}</th><td class=mono>{escape(value)}</td></tr>"
        for name, value in counterexample_lines(facts, finding)
    ]
    title = f"Counterexample for {facts.title(finding)}"
    return f'<h2>{escape(title)}</h2><div class="card"><table>{"".join(rows)}</table></div>'


def _list(title: str, entries: list[str]) -> str:
    lines = "".join(f"<li>{escape(entry)}</li>" for entry in entries)
    return f'<h2>{title}</h2><div class="card"><ul>{lines}</ul></div>' if lines else ""


def _formulas(facts: Facts) -> str:
    lines = "".join(
        f'<div class="formula"><code>{escape(f.title)} =</code>{math(f.expression)}</div>'
        for f in facts.formulas
    )
    return f'<h2>Closed forms</h2><div class="card">{lines}</div>' if lines else ""


def math(expression: Any) -> str:
    """An expression in MathML, which browsers draw themselves."""
    if isinstance(expression, sympy.NDimArray):
        return f"<code>{escape(str(expression))}</code>"
    drawn = mathml(expression, printer="presentation")
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{drawn}</math>'


def _tape(facts: Facts) -> str:
    drawn = picture(facts)
    shown = f'<div class="card">{drawn}</div>' if drawn else ""
    rows = [
        f"<tr><td>%{row['row']}</td><td>{escape(row['op'])}</td>"
        f"<td>{' '.join(f'%{k}' for k in row['inputs'])}</td><td>{escape(row['type'])}</td>"
        f"<td class=mono>{escape(row['value'])}</td>"
        f"<td class=mono>{escape(row['adjoint'])}</td></tr>"
        for row in facts.rows
    ]
    legend = (
        '<p class="soft">On each edge: the primal above, the adjoint that flows back below.</p>'
    )
    return (
        f"<h2>Tape</h2>{legend if drawn else ''}{shown}"
        f"{_table(('row', 'op', 'inputs', 'type', 'value', 'adjoint'), rows)}"
    )
