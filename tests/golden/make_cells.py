"""Write the record of each file in cells: what PyTorch does in each statement.

Run ``python tests/golden/make_cells.py [NAME ...]`` with torch installed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from observing import CELLS, FILES, cells_of, observe


def record(path: Path) -> dict[str, list[Any]]:
    """The outcomes of each cell of a file."""
    return {cell.title: [made for _, made in observe(cell, torch)] for cell in cells_of(path)}


def text(path: Path) -> str:
    """A record as it is written, one outcome to a line."""
    blocks = []
    for title, outcomes in record(path).items():
        lines = ",\n".join(json.dumps(outcome) for outcome in outcomes)
        blocks.append(f"{json.dumps(title)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def main() -> None:
    """Write the named records, or all of them."""
    names = sys.argv[1:]
    for path in FILES:
        if not names or path.stem in names:
            (CELLS / f"{path.stem}.json").write_text(text(path))


if __name__ == "__main__":
    main()
