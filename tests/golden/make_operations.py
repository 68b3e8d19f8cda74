"""Write operations.json: values and gradients of PyTorch in many expressions.

Run ``python tests/golden/make_operations.py`` with torch installed.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from operations import DTYPES, evaluate, expressions

TARGET = Path(__file__).with_name("operations.json")


def text() -> str:
    """The records, one to a line."""
    lines = ",\n".join(
        json.dumps({"expression": e, "dtype": d, **evaluate(torch, e, d)})
        for e in dict.fromkeys(expressions())
        for d in DTYPES
    )
    return f"[\n{lines}\n]\n"


if __name__ == "__main__":
    TARGET.write_text(text())
