"""Execute the pages whose results are shown in them.

Each block of Python in a page runs, as a cell of a notebook would, in one namespace for the page.
The block of text right after it is what the cell displays. ``python docs/execute.py`` writes these
blocks anew; the tests compare them.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import tapegrad
from tapegrad.demo import run_cell

DOCS = Path(__file__).parent
PAGES = (DOCS / "notebook.md", DOCS / "symbolic.md", DOCS.parent / "README.md")

_BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)


def cells(page: Path) -> list[tuple[str, str]]:
    """Source and displayed text of each block of Python."""
    return [(m[1], m[2] or "") for m in _BLOCK.finditer(page.read_text())]


def displayed(page: Path) -> Iterator[str]:
    """What each cell of a page displays when it runs."""
    # A page may draw from NumPy's global generator, as notebooks do.
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    tapegrad.manual_seed(0)
    namespace: dict[str, Any] = {}
    try:
        for source, _ in cells(page):
            yield _display(source, namespace)
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _display(source: str, namespace: dict[str, Any]) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        shown = run_cell(source, namespace)
        warned = [
            warnings.formatwarning(w.message, w.category, w.filename, w.lineno) for w in caught
        ]
    return stable(shown + "".join(warned))


def stable(text: str) -> str:
    """Make addresses the same in every run."""
    return re.sub(r"0x[0-9a-f]+", "0x7f0000000000", text)


def executed(page: Path) -> str:
    """The page with the blocks that it should hold."""
    results = displayed(page)

    def block(found: re.Match[str]) -> str:
        shown = next(results)
        code = f"```python\n{found[1]}```\n"
        return f"{code}\n```text\n{shown}```\n" if shown else code

    return _BLOCK.sub(block, page.read_text())


def main() -> int:
    """Write the pages anew."""
    for page in PAGES:
        page.write_text(executed(page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
