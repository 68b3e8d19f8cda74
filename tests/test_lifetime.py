"""Lifetime: rows, handles, storages and bytes come back, and nothing moves under those who look."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad
from tapegrad import engine
from tapegrad.errors import TapeFullError
from tapegrad.tape import _private, default_tape, forget_finished_tapes
from tapegrad.testing import engine_census
from tapegrad_kernels.abi import BYTES_PER_ROW, FIRST_LIMIT
from tapegrad_kernels.context import CONTEXT


@pytest.fixture(autouse=True)
def nothing_is_left() -> Any:
    """Every test gives back what it took, to the byte."""
    before = engine_census()
    yield
    assert engine_census() == before


def resident() -> int:
    """Bytes of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def live() -> tuple[int, int]:
    return len(default_tape), int(CONTEXT[0]["live_bytes"])


def flat(step: Callable[[int], None], n: int, allowed: int = 4 << 20) -> None:
    """Run `n` steps; rows, bytes and resident memory must stay as they are after the first tenth.

    Until it is compacted for the first time, the tape touches its rows one after the other: 3 MB,
    more where tests before had large graphs.
    """
    rows = int(default_tape.columns.record[0]["soft_limit"])
    allowed = max(allowed, rows * BYTES_PER_ROW + (1 << 20))
    for k in range(n // 10):
        step(k)
    before, memory = live(), resident()
    for k in range(n // 10, n):
        step(k)
    assert live() == before
    assert resident() - memory < allowed


# Loops --------------------------------------------------------------------------------------------


def test_training_loop() -> None:
    w = tapegrad.tensor([[0.5, -0.25], [1.0, 0.125]], requires_grad=True)
    x = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]])

    def step(_: int) -> None:
        loss = ((x.mm(w) - 1) ** 2).mean()
        loss.backward()
        with tapegrad.no_grad():
            w.sub_(w.grad * 0.01)
        w.grad = None

    flat(step, 20_000)


def test_a_full_tape_inside_of_a_sweep_is_full_elsewhere_next_time() -> None:
    """A loop whose rows divide the limit must not meet it inside of a sweep each time."""
    record = default_tape.columns.record[0]
    before = int(record["soft_limit"])
    record["running"] += 1  # as in a sweep
    try:
        engine.make_room()
        given = int(record["soft_limit"]) - before
    finally:
        record["running"] -= 1
        record["soft_limit"] = before
    assert given % 2 == 1
    assert given <= FIRST_LIMIT // 16


def test_training_loop_that_keeps_a_metric() -> None:
    w = tapegrad.tensor([2.0, 3.0], requires_grad=True)
    kept: list[Any] = []
    rows: list[int] = []
    for k in range(6_000):
        loss = (w * w).sum()
        loss.backward()
        with tapegrad.no_grad():
            w.sub_(w.grad * 1e-4)
        w.grad = None
        if k % 100 == 0:
            kept.append(loss.detach())
            rows.append(len(default_tape))
    assert set(np.diff(rows[2:])) == {1}  # one row for each kept number
    values = [t.item() for t in kept]
    assert values == sorted(values, reverse=True)


def test_metric_with_its_graph() -> None:
    """A kept loss keeps its own graph and no other."""
    w = tapegrad.tensor([2.0, 3.0], requires_grad=True)
    kept = []
    rows = []
    for k in range(3_000):
        loss = (w * w).sum()
        if k % 100 == 0:
            kept.append(loss)
            rows.append(len(default_tape))
    assert len(set(np.diff(rows[2:]))) == 1
    kept[0].backward()
    assert w.grad.tolist() == [4.0, 6.0]


def test_graphs_dropped_without_backward() -> None:
    w = tapegrad.ones(100, requires_grad=True)

    def step(_: int) -> None:
        ((w * 2).exp().sum() + w.mean()).sin()

    flat(step, 10_000)


def test_tensors_in_exceptions() -> None:
    w = tapegrad.ones(3, requires_grad=True)

    def step(_: int) -> None:
        try:
            y = w * 2
            raise ValueError(y.sum())
        except ValueError as error:
            recorded = error.args[0].requires_grad
        assert recorded
        with pytest.raises(RuntimeError, match="must match the size"):
            (w * 2) + tapegrad.ones(2)

    for k in range(20):
        step(k)
    gc.collect()
    before = live()
    for k in range(200):
        step(k)
    gc.collect()
    assert live() == before


def test_graph_with_hooks_and_retained_gradients() -> None:
    w = tapegrad.ones(3, requires_grad=True)
    seen: list[float] = []

    def step(_: int) -> None:
        y = w * 2
        y.retain_grad()
        y.register_hook(lambda g: seen.append(g[0].item()))
        y.sum().backward()
        w.grad = None
        y.grad = None

    for k in range(3_000):
        step(k)
    assert seen == [1.0] * 3_000
    default_tape.drop_dead_states()
    assert len(default_tape.states) <= 1


# Compaction ---------------------------------------------------------------------------------------


def _roll(x: Any, steps: int) -> Any:
    for _ in range(steps):
        x = (x * 0.9 + 1).detach()
    return x


def test_rolling_window_is_compacted() -> None:
    """Each detach keeps the newest row alive above dead ones, so the tape has to be compacted."""
    limit = int(default_tape.columns.record[0]["soft_limit"])
    w = tapegrad.tensor([3.0, -1.0], requires_grad=True)
    x = tapegrad.tensor([1.0, 5.0])
    most = 0
    for _ in range(10):
        x = _roll(x, limit // 10)
        most = max(most, int(default_tape.columns.record[0]["n"]))
    assert most <= limit
    assert int(default_tape.columns.record[0]["soft_limit"]) <= limit  # it shrinks again, too
    np.testing.assert_allclose(x.numpy(), [10.0, 10.0], rtol=1e-5)
    (w * x).sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), [10.0, 10.0], rtol=1e-5)


def test_values_gradients_and_hooks_survive_compaction() -> None:
    address = default_tape.columns.address
    dead = [tapegrad.ones(2, requires_grad=True) * 2 for _ in range(50)]
    w = tapegrad.tensor([3.0, -1.0], requires_grad=True)
    seen: list[Any] = []
    w.register_hook(lambda g: seen.append(("leaf", g.tolist())))
    x = w * 2
    gap = tapegrad.ones(3) * 5
    y = x * x
    y.register_hook(lambda g: seen.append(("hook", g.tolist())))
    y.retain_grad()
    top = y[0:1]
    both = tapegrad.cat([y, top * 3], 0)
    exported = x.detach().numpy()
    node = y.grad_fn
    del dead, gap
    n = int(default_tape.columns.record[0]["n"])
    engine.core.compact(address)
    default_tape.renumber()
    assert int(default_tape.columns.record[0]["n"]) < n - 50
    assert int(default_tape.columns.record[0]["n"]) == len(default_tape) + 1
    assert y.tolist() == [36.0, 4.0]
    assert both.tolist() == [36.0, 4.0, 108.0]
    assert exported.tolist() == [6.0, -2.0]
    assert y.grad_fn is node
    assert node.next_functions[0][0] is x.grad_fn
    both.sum().backward()
    assert seen == [("hook", [4.0, 1.0]), ("leaf", [96.0, -8.0])]
    assert y.grad.tolist() == [4.0, 1.0]
    assert w.grad.tolist() == [96.0, -8.0]


def test_tape_grows_when_its_rows_are_in_use() -> None:
    tape = tapegrad.Tape(rows=1 << 18)
    record = tape.columns.record[0]
    with tape:
        x = tapegrad.tensor(1.0, requires_grad=True)
        y = x
        for _ in range(70_000):
            y = y + 1.0
        assert int(record["soft_limit"]) == 1 << 18  # each step records the number 1, too
        y.backward()
    assert x.grad.item() == 1.0
    del x, y
    assert len(tape) == 0


# Deep graphs --------------------------------------------------------------------------------------


def test_chain_of_300_000_scalar_ops() -> None:
    x = tapegrad.tensor(0.5, dtype=tapegrad.float64, requires_grad=True)
    rows = len(default_tape)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        y = x
        for _ in range(150_000):
            y = y * 1.00001 + 1e-6
        assert len(default_tape) > rows + 300_000
        y.backward()
        del y
    finally:
        sys.setrecursionlimit(limit)
    assert x.grad.item() == pytest.approx(1.00001**150_000, rel=1e-9)
    assert len(default_tape) == rows + 1  # the gradient


def test_deep_graph_of_arrays_is_dropped_without_recursion() -> None:
    x = tapegrad.ones(4, requires_grad=True)
    rows, nbytes = live()
    y = x
    for _ in range(30_000):
        y = y.sin()
    assert live()[1] - nbytes >= 30_000 * 16
    del y
    assert live() == (rows, nbytes)


# A full tape --------------------------------------------------------------------------------------


def test_full_tape() -> None:
    tape = tapegrad.Tape(rows=1000)
    w = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    kept = []
    with tape:
        with pytest.raises(  # noqa: PT012 - the op that finds the tape full is not known
            TapeFullError, match=r"of its 1000 rows .*Tape\(rows=\.\.\.\)"
        ):
            for _ in range(2000):
                kept.append(w * 2)
        n = len(kept)
        assert n > 400
        kept.clear()
        (w * w).sum().backward()  # there is room again
    assert w.grad.tolist() == [2.0, 4.0]
    (w * 3).sum().backward()  # and the global tape was not touched
    assert w.grad.tolist() == [5.0, 7.0]


def test_private_tapes_are_given_back() -> None:
    """Address space, tensors of other tapes and columns of a tape go when nobody needs them."""
    forget_finished_tapes()
    others = len(_private)  # that reports of other tests hold
    w = tapegrad.ones(3, requires_grad=True)
    for _ in range(300):
        with tapegrad.Tape(rows=1 << 20):
            (w * 2).sum().backward()
    assert w.grad.tolist() == [600.0] * 3
    tapegrad.Tape(rows=1000)
    assert len(_private) <= others + 2
    gone = weakref.ref(w)
    del w
    gc.collect()
    assert gone() is None


def test_result_outlives_its_tape() -> None:
    w = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    with tapegrad.Tape(rows=1000):
        y = (w * w).sum()
    for _ in range(3):
        tapegrad.Tape(rows=1000)
    gc.collect()
    y.backward()
    assert w.grad.tolist() == [2.0, 4.0]


def test_full_tape_in_the_middle_of_structured_ops() -> None:
    """Whatever op meets the end of the tape, the next gradient is right."""
    programs: list[Callable[[Any], Any]] = [
        lambda w: w.sum(0),
        lambda w: tapegrad.cat([w, w], 0),
        lambda w: w.mm(w),
        lambda w: w[0],
        lambda w: w.softmax(1),
        lambda w: w[[0, 1]],
        lambda w: w / 3,
        lambda w: w.clone().mul_(w),
    ]
    for program in programs:
        tape = tapegrad.Tape(rows=64)
        with tape:
            w = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
            kept = []
            with pytest.raises(TapeFullError, match="of its 64 rows"):  # noqa: PT012 - as above
                for _ in range(100):
                    kept.append(program(w))
            kept.clear()
            (w * w).sum().backward()
            assert w.grad.tolist() == [[2.0, 4.0], [6.0, 8.0]]
            del w
        assert len(tape) == 0


# NumPy and the collector --------------------------------------------------------------------------


def test_exported_arrays_stay_where_they_are() -> None:
    arrays = []
    for k in range(50):
        t = tapegrad.full((100,), float(k)) + 0.5
        arrays.append(t.numpy())
        del t
    junk = [tapegrad.full((100,), -1.0) for _ in range(200)]
    assert [a[7] for a in arrays] == [k + 0.5 for k in range(50)]
    del junk
    arrays[3][:] = 9.0
    assert [a[7] for a in arrays[2:5]] == [2.5, 9.0, 4.5]


def test_exported_scalar_stays_where_it_is() -> None:
    dead = [tapegrad.tensor(1.0) for _ in range(20)]
    t = tapegrad.tensor(7.0)
    array = t.numpy()
    del dead
    engine.core.compact(default_tape.columns.address)
    default_tape.renumber()
    t.add_(1.0)
    assert array == 8.0
    del t
    assert array == 8.0


def test_imported_arrays_are_let_go() -> None:
    class Array(np.ndarray[Any, Any]):
        pass

    source = np.arange(4.0).view(Array)
    gone = weakref.ref(source)
    t = tapegrad.from_numpy(source)
    del source
    gc.collect()
    assert gone() is not None
    view = t[1:]
    del t
    gc.collect()
    assert gone() is not None
    assert view.tolist() == [1.0, 2.0, 3.0]
    del view
    gc.collect()
    assert gone() is None


def test_reference_cycles_are_collected() -> None:
    class Model:
        pass

    def build() -> weakref.ref[Any]:
        model = Model()
        model.w = tapegrad.ones(1000, requires_grad=True)  # type: ignore[attr-defined]
        model.y = (model.w * 2).sum()  # type: ignore[attr-defined]
        model.y.owner = model  # type: ignore[attr-defined]
        return weakref.ref(model)

    before = live()
    found = [build() for _ in range(10)]
    gc.collect()
    assert all(r() is None for r in found)
    assert live() == before


def test_leaf_that_nobody_holds() -> None:
    """Its row serves the graph; its gradient goes nowhere."""
    w = tapegrad.ones(3, requires_grad=True)
    y = w * tapegrad.full((3,), 2.0).requires_grad_()
    y.sum().backward()
    assert w.grad.tolist() == [2.0, 2.0, 2.0]


def test_census_counts() -> None:
    before = engine_census()
    x = tapegrad.ones(100, requires_grad=True)
    y = x * 2
    after = engine_census()
    assert after.handles == before.handles + 2
    assert after.rows == before.rows + 3  # x, the number 2, y
    assert after.storages == before.storages + 2
    assert after.nbytes >= before.nbytes + 800
    del x, y


def test_census_notices_a_leak() -> None:
    before = engine_census()
    stray = engine.core.new_block(4)
    assert engine_census() != before
    engine.core.release(stray)
