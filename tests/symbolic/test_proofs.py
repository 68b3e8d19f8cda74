"""Every op of the table has a proof, and the page of proofs is fresh."""

from __future__ import annotations

import pytest

from tapegrad.symbolic import proofs
from tapegrad.symbolic.proof_programs import NOT_PROVABLE

NAMES = proofs.names()


def test_every_op_has_a_definition_and_a_program():
    """An op listed here wants a row in `DEFINITIONS` and programs in `proof_programs`."""
    assert proofs.missing() == ()


def test_the_exceptions_are_ops_of_the_table():
    assert set(NOT_PROVABLE) - set(NAMES) <= {"round_decimals", "div_rounded", "not_implemented"}
    assert all(NOT_PROVABLE.values())


@pytest.fixture(scope="module")
def rows():
    return {row.op: row for row in proofs.rows()}


@pytest.mark.parametrize("name", NAMES)
def test_the_op_is_proved(name, rows):
    row = rows[name]
    assert row.verdict in ("PROVED", "no gradient", "not provable"), row
    assert row.note or row.verdict == "PROVED"
    assert row.sizes or name in NOT_PROVABLE


def test_the_page_is_fresh(rows):
    text = proofs.PAGE.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("| `")] == [
        str(rows[name]) for name in NAMES
    ], "run python -m tapegrad.symbolic.proofs"
