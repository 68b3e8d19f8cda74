"""Programs that do in tapegrad all that they do in PyTorch, by the records in golden/cells."""

from __future__ import annotations

import gc
import json

import pytest
from observing import CELLS, FILES, Cell, cells_of, difference, observe

import tapegrad
from tapegrad.tape import default_tape

EVERY = [cell for path in FILES for cell in cells_of(path)]
RECORDS = {path.stem: json.loads((CELLS / f"{path.stem}.json").read_text()) for path in FILES}


@pytest.mark.parametrize("cell", EVERY, ids=str)
def test_cell(cell: Cell) -> None:
    theirs = RECORDS[cell.file][cell.title]
    problems = []
    count = 0
    for (statement, ours), expected in zip(observe(cell, tapegrad), theirs, strict=True):
        problem = difference(statement, ours, expected)
        if problem:
            problems.append(f"{statement}{problem}")
        count += 1
    assert count == len(theirs)
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)
    assert_gradients_are_right()
    # Tracebacks and hooks hold tensors in cycles, which tests that count tensors would see go.
    gc.collect()
    default_tape.drop_dead_states()


def assert_gradients_are_right() -> None:
    """Whatever went before, the next gradient is that of x -> sum(x^2 exp(x[0]))."""
    x = tapegrad.tensor([0.0, 2.0], requires_grad=True)
    (x * x * x[0].exp()).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [4.0, 4.0]


def test_records_hold_no_cell_that_is_gone() -> None:
    titles = {name: list(record) for name, record in RECORDS.items()}
    assert titles == {path.stem: [c.title for c in cells_of(path)] for path in FILES}
    assert {p.stem for p in CELLS.glob("*.json")} == set(titles)
