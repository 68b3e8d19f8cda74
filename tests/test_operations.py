"""Values, strides, node names and gradients are PyTorch's, by the records in golden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from operations import DTYPES, evaluate, expressions

import tapegrad

RECORDS = json.loads((Path(__file__).parent / "golden" / "operations.json").read_text())
#: Relative difference, and absolute one for values around 1.
TOLERANCE = {"float32": 3e-6, "float64": 1e-13}
#: What PyTorch has no gradient of (docs/differences.md).
MORE = ("5 % p",)


def close(found: list[Any], expected: list[Any], dtype: str) -> bool:
    a, b = (
        np.array(v, np.float64 if dtype.startswith("float") else None) for v in (found, expected)
    )
    if not dtype.startswith("float"):
        return bool((a == b).all())
    tolerance = TOLERANCE[dtype]
    scale = max(1.0, float(np.abs(b[np.isfinite(b)]).max(initial=0.0)))
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True))


def unlike(ours: dict[str, Any], theirs: dict[str, Any], dtype: str) -> list[str]:
    """What two records disagree in."""
    if "raised" in theirs or "raised" in ours:
        same = ours.get("raised") == theirs.get("raised")
        return [] if same else [f"{ours}, not {theirs}"]
    found = []
    more = theirs["expression"] in MORE
    for k, (a, b) in enumerate(zip(ours["results"], theirs["results"], strict=True)):
        if not isinstance(b, list):
            if a != b:
                found.append(f"result {k} is {a}, not {b}")
        elif a[:3] != b[:3] or not (more or a[3] == b[3]) or not close(a[4], b[4], b[0]):
            found.append(f"result {k} is {a}, not {b}")
    if more:
        return found
    a, b = (record.get("gradients", {}) for record in (ours, theirs))
    if isinstance(a, str) or isinstance(b, str):
        if a != b:
            found.append(f"gradients are {a}, not {b}")
    else:
        found += [
            f"the gradient of {n} is {a.get(n)}, not {b.get(n)}"
            for n in {**a, **b}
            if n not in a or n not in b or not close(a[n], b[n], dtype)
        ]
    return found


@pytest.mark.parametrize("expression", list(dict.fromkeys(r["expression"] for r in RECORDS)))
def test_expression(expression: str) -> None:
    problems = []
    for record in RECORDS:
        if record["expression"] == expression:
            ours = evaluate(tapegrad, expression, record["dtype"])
            problems += [
                f"{record['dtype']}: {text}" for text in unlike(ours, record, record["dtype"])
            ]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_records_are_of_all_expressions() -> None:
    found = [(r["expression"], r["dtype"]) for r in RECORDS]
    assert found == [(e, d) for e in dict.fromkeys(expressions()) for d in DTYPES]
