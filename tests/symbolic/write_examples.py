"""Verify the examples and write what came out: ``python tests/symbolic/write_examples.py``."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from examples import EXAMPLES

from tapegrad.symbolic import verify

PAGE = Path(__file__).parents[2] / "docs" / "examples_proved.md"
HEAD = """\
# Examples, verified

Written by `python tests/symbolic/write_examples.py`, with the times of that run: {machine}.
`tests/symbolic/examples.py` holds the functions and the points.

| example | inputs | ops | verdict | how | seconds |
|---|---|---|---|---|---|
"""


def line(name):
    function, inputs, options = EXAMPLES[name]
    report = verify(function, *inputs, **options)
    sizes = " by ".join("x".join(map(str, a.shape)) or "number" for a in inputs)
    how = "; ".join(dict.fromkeys(finding.how for finding in report.findings))
    ops = sum(bool(step.sources) for step in report.trace.instructions)
    verdict, seconds = report.verdict.value, report.seconds
    return f"| {name} | {sizes} | {ops} | {verdict} | {how} | {seconds:.2f} |\n"


if __name__ == "__main__":
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    text = HEAD.format(machine=machine) + "".join(map(line, EXAMPLES))
    PAGE.write_text(text, encoding="utf-8")
