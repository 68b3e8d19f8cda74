"""What a tape shows of itself: listing, graph, sizes, kept adjoints."""

import re

import numpy as np
import pytest

import tapegrad
from tapegrad.autograd import grad
from tapegrad.listing import EDGE, short_value


def adjoints(tape):
    return {row: tensor.tolist() for row, tensor in tape.adjoints.items()}


@pytest.fixture
def seed():
    """Three of the seed's ten products, on a tape of their own."""
    with tapegrad.Tape() as tape:
        s = tapegrad.tensor([[1.0, 2.0]], requires_grad=True)
        x = tapegrad.ones(2, 2, requires_grad=True)
        row = s
        for _ in range(3):
            row = row.mm(x)
        z = row.mean()
    return tape, s, x, row, z


def test_listing_before_and_after_backward(seed):
    tape, _, x, _, z = seed
    assert str(tape).splitlines()[1:] == [
        "row  op    inputs  type      value",
        "%1   leaf          f32[1,2]  [[1, 2]]",
        "%2   leaf          f32[2,2]  [[1, 1], [1, 1]]",
        "%3   mm    %1 %2   f32[1,2]  [[3, 3]]",
        "%4   mm    %3 %2   f32[1,2]  [[6, 6]]",
        "%5   mm    %4 %2   f32[1,2]  [[12, 12]]",
        "%6   mean  %5      f32[]     12",
    ]
    tape.keep_adjoints = True
    z.backward()
    lines = str(tape).splitlines()
    assert lines[1].split() == ["row", "op", "inputs", "type", "value", "adjoint"]
    # By hand: the adjoint of the last product is 1/2, 1/2; each step back doubles it.
    ends = ["[[4, 4]]", "[[8, 8], [10, 10]]", "[[2, 2]]", "[[1, 1]]", "[[0.5, 0.5]]", "1"]
    rows = lines[2 : 2 + len(ends)]  # then the gradients of the leaves, which stand on the tape too
    assert all(line.endswith("  " + end) for line, end in zip(rows, ends, strict=True))
    assert re.search(r"%3 .* released +\[\[2, 2\]\]", str(tape))
    assert x.grad.tolist() == [[8.0, 8.0], [10.0, 10.0]]


def test_kept_adjoints_are_the_gradients_of_every_row():
    """Against `autograd.grad` with respect to each intermediate result, which takes another way."""
    with tapegrad.Tape() as tape:
        x = tapegrad.tensor(np.array([0.3, -1.2, 2.0]), requires_grad=True)
        a = x.sin()
        b = a * x
        c = b.exp() + a
        d = c.sum()
        parts = [x, a, b, c, d]
        expected = [g.tolist() for g in grad(d, parts, retain_graph=True)]
        tape.keep_adjoints = True
        d.backward(retain_graph=True)
    found = list(adjoints(tape).values())
    for value in expected:
        assert value in found
    assert x.grad.tolist() == expected[0]


def test_adjoints_are_of_the_last_pass_only(seed):
    tape, s, x, _, z = seed
    tape.keep_adjoints = True
    z.backward(retain_graph=True)
    first = adjoints(tape)
    z.backward(retain_graph=True)
    assert adjoints(tape) == first  # while .grad adds up
    assert x.grad.tolist() == [[16.0, 16.0], [20.0, 20.0]]
    grad(z, s, retain_graph=True)
    assert set(adjoints(tape)) < set(first)
    tape.keep_adjoints = False
    kept = adjoints(tape)
    z.backward(retain_graph=True)
    assert adjoints(tape) == kept


def test_keeping_adjoints_changes_no_gradient_and_calls_hooks_once(seed):
    tape, _, x, row, z = seed
    calls = []
    row.register_hook(lambda g: calls.append(g.tolist()) or g * 2)
    row.retain_grad()
    tape.keep_adjoints = True
    z.backward(retain_graph=True)
    assert calls == [[[0.5, 0.5]]]
    assert row.grad.tolist() == [[1.0, 1.0]]
    assert x.grad.tolist() == [[16.0, 16.0], [20.0, 20.0]]
    tape.keep_adjoints = False
    z.backward()
    assert len(calls) == 2


def test_a_failing_hook_leaves_a_working_tape(seed):
    tape, _, x, row, z = seed
    tape.keep_adjoints = True

    def refuse(gradient):
        raise ZeroDivisionError("no")

    handle = row.register_hook(refuse)
    with pytest.raises(ZeroDivisionError, match="no"):
        z.backward(retain_graph=True)
    handle.remove()
    z.backward()
    assert x.grad.tolist() == [[8.0, 8.0], [10.0, 10.0]]


def test_kept_adjoints_outlive_compaction():
    tape = tapegrad.Tape()
    with tape:
        x = tapegrad.tensor(3.0, requires_grad=True)
        garbage = [x * k for k in range(50)]
        y = x * x
        z = y * x
        del garbage
        tape.keep_adjoints = True
        z.backward(retain_graph=True)
        for _ in range(70_000):  # more than the tape holds before it compacts
            x * 2
        keep = x * 5
    values = {row: tape.value(row).tolist() for row in tape.rows()}
    pairs = {values[row]: value for row, value in adjoints(tape).items() if row in values}
    assert pairs == {3.0: 27.0, 9.0: 3.0, 27.0: 1.0}
    assert keep.item() == 15.0


def test_rows_of_kept_adjoints_are_not_listed():
    tape = tapegrad.current_tape()
    x = tapegrad.tensor([2.0, 3.0], requires_grad=True)
    y = (x * x).sum()
    before = len(str(tape).splitlines())
    tape.keep_adjoints = True
    try:
        y.backward(retain_graph=True)
        shown = str(tape)
    finally:
        tape.keep_adjoints = False
        tape.adjoints = {}
    # x.grad is a row of its own now; the copies that the tape keeps are not shown.
    assert "rows that hold kept adjoints are not shown" in shown
    assert len(shown.splitlines()) in (before, before + 1)


def test_long_tapes_are_cut_in_the_middle():
    with tapegrad.Tape() as tape:
        x = tapegrad.tensor(1.0, requires_grad=True)
        for _ in range(2 * EDGE - 1):
            x = x.sin()
        assert "..." not in str(tape)
        for _ in range(60):
            x = x.cos()
    lines = str(tape).splitlines()
    assert len(lines) == 2 + 2 * EDGE + 1
    assert re.match(r"\.\.\.  \(\d+ more rows\)", lines[2 + EDGE])
    assert lines[-1].startswith(f"%{tape.rows()[-1]}")


def test_length_and_bytes():
    with tapegrad.Tape() as tape:
        assert len(tape) == 0
        assert tape.nbytes == 0
        assert str(tape) == "Tape: 0 rows, 0 bytes"
        x = tapegrad.ones(1000, requires_grad=True)
        y = x * x
        assert len(tape) == 2
        assert 2 * 4000 <= tape.nbytes <= 2 * 4096 + 2 * 48
        assert repr(tape) == f"<private Tape: 2 rows, {tape.nbytes} bytes>"
        z = y.exp().sum()
        assert len(tape) == 4  # exp lives on as what sum came from
        del y, z
        assert len(tape) == 1
    assert repr(tapegrad.current_tape()).startswith("<global Tape: ")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (np.float32(15.36), "15.36"),
        (np.array(2.0), "2"),
        (np.array([[1.0, 0.25]]), "[[1, 0.25]]"),
        (np.array([True, False]), "[True, False]"),
        (np.array([1, -2], np.int64), "[1, -2]"),
        (np.array([np.nan, np.inf]), "[nan, inf]"),
        (np.zeros((0, 3)), "[]"),
        (np.arange(1000.0), "[0, 1, ..., 998, 999]"),
    ],
)
def test_short_values(values, text):
    assert short_value(np.asarray(values)) == text


@pytest.mark.parametrize("shape", [(7, 9), (3, 3, 3), (2, 2, 2, 2, 2), (100000,)])
def test_short_values_are_short(shape):
    assert len(short_value(np.full(shape, -1.23456789e-7))) <= 32


DOT_NODE = re.compile(r'  r(\d+) \[label="(?:[^"\\]|\\.)*"(?:, fillcolor="\w+")?\];')
DOT_EDGE = re.compile(r"  r(\d+) -> r(\d+);")


def test_dot(seed):
    tape = seed[0]
    lines = tape.to_dot().splitlines()
    assert lines[0] == "digraph tape {"
    assert lines[-1] == "}"
    nodes = [m[1] for m in map(DOT_NODE.fullmatch, lines) if m]
    edges = [m.groups() for m in map(DOT_EDGE.fullmatch, lines) if m]
    assert len(nodes) + len(edges) + 4 == len(lines)
    assert nodes == [str(row) for row in tape.rows()]
    assert edges == [(str(k), str(row)) for row in tape.rows() for k in tape.inputs(row)]
    assert tape.to_dot().count("palegreen") == 2
    assert '"%3 mm\\nf32[1,2]"' in tape.to_dot()


def test_dot_tells_constants_from_what_is_differentiated():
    with tapegrad.Tape() as tape:
        x = tapegrad.tensor(2.0, requires_grad=True)
        c = tapegrad.tensor(3.0)
        y = x * c
    assert y.item() == 6.0
    assert '"%2 const\\nf32[]", fillcolor="lightgrey"' in tape.to_dot()
