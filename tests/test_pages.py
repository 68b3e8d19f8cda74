"""The pages in docs that show results show what their code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.execute import PAGES, cells, displayed, executed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_shows_what_its_code_displays(page: Path) -> None:
    for (source, expected), shown in zip(cells(page), displayed(page), strict=True):
        assert shown == expected, source


def test_a_wrong_result_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\n1 + 1\n```\n\n```text\n3\n```\n")
    assert list(displayed(page)) == ["2\n"] != [shown for _, shown in cells(page)]
    assert executed(page) == "```python\n1 + 1\n```\n\n```text\n2\n```\n"
