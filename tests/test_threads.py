"""Threads, private tapes, interrupts, forks, and backward passes inside backward passes."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import tapegrad
from tapegrad.tape import default_tape
from tapegrad.testing import engine_census, fuzzing, random_program


def gradient_is_right() -> bool:
    """Differentiate something that uses most of the engine."""
    x = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 2
    y[0] = x[1] * 3
    (y.mm(x).sum() + y.softmax(1)[0, 0]).backward()
    expected = [[0.0, 0.0], [0.0, 0.0]]
    a = np.array([[9.0, 12.0], [6.0, 8.0]])
    v = np.array([[1.0, 2.0], [3.0, 4.0]])
    g_y = np.ones((2, 2)) @ v.T
    s = np.exp(a[0] - a[0].max())
    s /= s.sum()
    g_y[0] += s[0] * (np.array([1.0, 0.0]) - s)
    expected = a.T @ np.ones((2, 2))
    expected[1] += 2 * g_y[1] + 3 * g_y[0]
    return bool(np.allclose(x.grad.numpy(), expected, rtol=1e-5))


@pytest.fixture(autouse=True)
def engine_works_afterwards() -> Any:
    before = engine_census()
    frequency = sys.getswitchinterval()
    yield
    sys.setswitchinterval(frequency)
    assert tapegrad.current_tape() is default_tape
    assert tapegrad.is_grad_enabled()
    assert gradient_is_right()
    assert engine_census() == before


def in_threads(n: int, work: Callable[[int], Any]) -> list[Any]:
    """Run work(0), ..., work(n - 1) in threads that all start at once."""
    barrier = threading.Barrier(n)

    def run(k: int) -> Any:
        barrier.wait()
        return work(k)

    with ThreadPoolExecutor(n) as pool:
        return [f.result() for f in [pool.submit(run, k) for k in range(n)]]


# Threads ------------------------------------------------------------------------------------------


def test_gradients_of_8_threads_at_once() -> None:
    sys.setswitchinterval(1e-5)
    shared = tapegrad.tensor([1.0, 2.0, 3.0], dtype=tapegrad.float64)

    def work(k: int) -> bool:
        rng = np.random.default_rng(k)
        for _ in range(60):
            values = rng.uniform(0.5, 2, 3)
            x = tapegrad.tensor(values, requires_grad=True)
            y = x
            for _ in range(k + 1):
                y = (y * shared).sin() + x.sum()
            y.sum().backward()
            if not np.allclose(x.grad.numpy(), _slopes(values, k), rtol=1e-9, atol=1e-12):
                return False
        return True

    assert all(in_threads(8, work))


def _slopes(values: Any, k: int) -> Any:
    """Gradient of the same program by complex steps."""
    found = []
    for step in np.eye(3) * 1e-30j:
        x = values + step
        y = x
        for _ in range(k + 1):
            y = np.sin(y * np.array([1.0, 2.0, 3.0])) + x.sum()
        found.append(y.sum().imag / 1e-30)
    return found


def test_random_programs_in_threads() -> None:
    """Rows of several programs stand in between each other on one tape."""
    sys.setswitchinterval(1e-5)

    def work(k: int) -> list[str]:
        programs = [random_program(5000 + 10 * k + j, 16) for j in range(5)]
        problems = [fuzzing.failure(program, reference=False) for program in programs]
        return [p for p in problems if p]

    assert in_threads(4, work) == [[]] * 4


def test_threads_that_hook() -> None:
    """Several threads are inside hooks at the same time: each pass has a frame of its own."""
    inside = threading.Barrier(4)

    def work(k: int) -> list[float]:
        x = tapegrad.tensor([1.0, 2.0], requires_grad=True)

        def hook(g: Any) -> Any:
            inside.wait(10)
            z = (x.detach() * k).requires_grad_()
            with tapegrad.enable_grad():
                (z * z).sum().backward()
            inside.wait(10)
            return g * z.grad

        y = x * x
        y.register_hook(hook)
        y.sum().backward()
        found: list[float] = x.grad.tolist()
        return found

    assert in_threads(4, work) == [[4.0 * k, 16.0 * k] for k in range(1)] + [
        [2.0 * 1 * 2 * k, 4.0 * 2 * 2 * k] for k in range(1, 4)
    ]


def test_tensor_of_another_thread() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    results: list[Any] = []

    def work() -> None:
        z = (y * 3).sum()
        z.backward()
        results.append(z)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert x.grad.tolist() == [6.0, 12.0]
    assert results[0].item() == 15.0
    assert results[0].grad_fn.name() == "SumBackward0"


def test_leaf_gradient_of_many_threads_adds_up() -> None:
    sys.setswitchinterval(1e-5)
    x = tapegrad.zeros(3, requires_grad=True)
    lock = threading.Lock()

    def work(k: int) -> None:
        for _ in range(50):
            y = (x * (k + 1)).sum()
            with lock:  # += on .grad is the user's to guard, as in PyTorch
                y.backward()

    in_threads(8, work)
    assert x.grad.tolist() == [50.0 * 36] * 3


def test_grad_mode_is_thread_local() -> None:
    x = tapegrad.ones(2, requires_grad=True)
    entered, leave = threading.Event(), threading.Event()
    modes: dict[str, Any] = {}

    def work() -> None:
        modes["at start"] = tapegrad.is_grad_enabled()
        with tapegrad.no_grad():
            entered.set()
            leave.wait(10)
            modes["inside"] = (x * 2).requires_grad
        modes["after"] = (x * 2).requires_grad

    with tapegrad.no_grad():
        thread = threading.Thread(target=work)
        thread.start()
        entered.wait(10)
        modes["outer"] = tapegrad.is_grad_enabled()
    modes["main"] = (x * 2).requires_grad
    leave.set()
    thread.join()
    assert modes == {
        "at start": True, "inside": False, "after": True, "outer": False, "main": True,
    }  # fmt: skip


def test_many_short_threads() -> None:
    """States of threads that ended are not taken for those of new ones with their identity."""
    x = tapegrad.ones(2, requires_grad=True)
    found: list[bool] = []

    def leave_disabled() -> None:
        tapegrad.set_grad_enabled(False)
        found.append((x * 2).requires_grad)

    def look() -> None:
        found.append((x * 2).requires_grad)

    for _ in range(20):
        for work in (leave_disabled, look):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
    assert found == [False, True] * 20


# Private tapes ------------------------------------------------------------------------------------


def test_private_tape_is_seen_by_its_thread_only() -> None:
    tape = tapegrad.Tape(rows=1000)
    ready, done = threading.Event(), threading.Event()
    seen: list[Any] = []

    def work() -> None:
        ready.wait(10)
        x = tapegrad.ones(2, requires_grad=True)
        y = (x * 2).sum()
        seen.append((tapegrad.current_tape() is default_tape, len(tape)))
        y.backward()
        seen.append(x.grad.tolist())
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    with tape:
        assert tapegrad.current_tape() is tape
        x = tapegrad.ones(3, requires_grad=True)
        rows = len(tape)
        ready.set()
        done.wait(10)
        assert len(tape) == rows
        (x * 5).sum().backward()
        assert x.grad.tolist() == [5.0, 5.0, 5.0]
        del x
    thread.join()
    assert seen == [(True, rows), [2.0, 2.0]]


def test_backward_crosses_from_a_private_tape_to_the_global_one() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with tapegrad.Tape(rows=1000):
        z = (y * 3 + x).sum()
        z.backward()
    assert x.grad.tolist() == [7.0, 13.0]


def test_backward_crosses_from_the_global_tape_to_a_private_one() -> None:
    with tapegrad.Tape(rows=1000):
        x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
        y = x * x
    z = (y * 3 + x).sum()
    z.backward()
    assert x.grad.tolist() == [7.0, 13.0]


def test_backward_crosses_several_tapes() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    with tapegrad.Tape(rows=1000):
        a = x * 2
        with tapegrad.Tape(rows=1000):
            b = a * a
    c = (b * x).sum()
    c.backward()
    assert x.grad.tolist() == [12.0, 48.0]


def test_gradients_across_tapes_by_autograd_grad() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with tapegrad.Tape(rows=1000):
        w = tapegrad.tensor([5.0, 7.0], requires_grad=True)
        z = (y * w).sum()
        found = tapegrad.autograd.grad(z, [x, y, w], retain_graph=True)
    assert [g.tolist() for g in found] == [[10.0, 28.0], [5.0, 7.0], [1.0, 4.0]]
    assert x.grad is None
    (only,) = tapegrad.autograd.grad(z, [w])
    assert only.tolist() == [1.0, 4.0]


def test_link_stays_with_the_value_that_was_used() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    with tapegrad.Tape(rows=1000):
        z = (y * 3).sum()
    y.mul_(10)
    z.backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_writing_to_a_tensor_of_another_tape() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    b = tapegrad.zeros(2)
    with tapegrad.Tape(rows=1000):
        y.mul_(x)
        y[0] = 5.0
        b.copy_(x * 3)
        b += 1
        (y + b).sum().backward()
    assert y.tolist() == [5.0, 8.0]
    assert b.tolist() == [4.0, 7.0]
    assert x.grad.tolist() == [3.0, 11.0]


def test_gradients_of_several_private_tapes_add_up() -> None:
    x = tapegrad.ones(2, requires_grad=True)
    for k in range(5):
        with tapegrad.Tape(rows=1000):
            (x * k).sum().backward()
    assert x.grad.tolist() == [10.0, 10.0]
    x.grad.zero_()
    assert x.grad.tolist() == [0.0, 0.0]


def test_private_tapes_in_threads() -> None:
    sys.setswitchinterval(1e-5)
    x = tapegrad.tensor([1.0, 2.0])

    def work(k: int) -> list[float]:
        with tapegrad.Tape(rows=4000):
            w = tapegrad.full((2,), float(k), requires_grad=True)
            for _ in range(50):
                w.grad = None
                (w * w * x).sum().backward()
            found: list[float] = w.grad.tolist()
            del w
        return found

    assert in_threads(6, work) == [[2.0 * k, 4.0 * k] for k in range(6)]


# Hooks --------------------------------------------------------------------------------------------


def test_backward_inside_a_hook() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    w = tapegrad.tensor([3.0, 5.0], requires_grad=True)
    inner = (w * w).sum()

    def hook(g: Any) -> Any:
        inner.backward()
        return g * w.grad

    y = x * 2
    y.register_hook(hook)
    y.sum().backward()
    assert w.grad.tolist() == [6.0, 10.0]
    assert x.grad.tolist() == [12.0, 20.0]


def test_backward_of_the_same_graph_inside_its_hook() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    calls: list[int] = []
    z = x.exp()
    y = z * z
    root = y.sum()

    def hook(g: Any) -> None:
        calls.append(len(calls))
        if len(calls) < 4:
            root.backward(retain_graph=True)

    handle = y.register_hook(hook)
    root.backward()
    handle.remove()
    assert calls == [0, 1, 2, 3]
    np.testing.assert_allclose(x.grad.numpy(), 4 * 2 * np.exp([2.0, 4.0]), rtol=1e-6)


def test_too_deep_nesting_is_refused() -> None:
    x = tapegrad.ones(2, requires_grad=True)
    y = x * 2
    root = y.sum()
    handle = y.register_hook(lambda g: root.backward(retain_graph=True))
    with pytest.raises((RuntimeError, RecursionError), match=r"inside each other|recursion"):
        root.backward(retain_graph=True)
    handle.remove()
    root.backward()
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("where", ["leaf", "first", "middle", "structured", "retained"])
def test_hook_that_raises(where: str) -> None:
    x = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    a = x * 2
    b = a.softmax(1)
    c = b.mm(a)
    if where == "retained":
        a.retain_grad()

    def hook(g: Any) -> None:
        raise KeyError("mine")

    target = {"leaf": x, "first": c, "middle": a, "structured": b, "retained": a}[where]
    handle = target.register_hook(hook)
    with pytest.raises(KeyError, match="mine"):
        c.sum().backward(retain_graph=True)
    assert x.grad is None
    assert int(default_tape.columns.record[0]["running"]) == 0
    handle.remove()
    c.sum().backward()
    y = x.detach().requires_grad_()
    (((y * 2).softmax(1)).mm(y * 2)).sum().backward()
    assert x.grad.tolist() == y.grad.tolist()


def test_hook_that_gives_a_wrong_shape() -> None:
    x = tapegrad.ones(2, requires_grad=True)
    y = x * 2
    handle = y.register_hook(lambda g: tapegrad.ones(3))
    with pytest.raises(RuntimeError, match="has changed the size of value"):
        y.sum().backward()
    handle.remove()
    z = x * 2
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_recording_during_a_pass_that_fills_the_tape() -> None:
    """A hook may record so much that rows would be compacted, which must wait for the pass."""
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    limit = int(default_tape.columns.record[0]["soft_limit"])

    def hook(g: Any) -> Any:
        t = g
        for _ in range(limit // 2 + 100):
            t = (t * 1.0).detach()
        return t

    y.register_hook(hook)
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]
    default_tape.columns.record[0]["soft_limit"] = limit


# Interrupts ---------------------------------------------------------------------------------------


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def in_child(work: Callable[[], bool]) -> int:
    """Run work in a forked process; gives its exit status: 0 for True."""
    pid = os.fork()
    if pid == 0:
        status = 3
        try:
            faulthandler.dump_traceback_later(60, exit=True)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            status = 0 if work() else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_interrupt_in_a_hook() -> None:
    x = tapegrad.ones(2, requires_grad=True)
    y = x * 2
    handle = y.register_hook(lambda g: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        y.sum().backward()
    assert x.grad is None
    handle.remove()
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def interrupted(program: Callable[[], Any], delay: float) -> bool:
    """Run a program that is interrupted after some seconds; tells whether it was in time."""
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, delay)
            program()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        return True
    return False


def loops_that_are_interrupted() -> bool:
    """Interrupts come at random moments, and the engine goes on where it was left."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    gc.callbacks.clear()  # an interrupt in one, such as Hypothesis's, is lost
    w = tapegrad.tensor([[0.5, -0.25], [1.0, 0.125]], requires_grad=True)
    x = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    rng = np.random.default_rng(0)

    def loop() -> None:
        for _ in range(100_000):
            y = x.mm(w).softmax(1) * 1
            y[0] = w[0] * 2
            y.retain_grad()
            y.register_hook(lambda g: g * 1)
            y.sum().backward()
            with tapegrad.no_grad():
                w.sub_(w.grad * 1e-3)
            w.grad = None

    for _ in range(400):
        assert interrupted(loop, float(rng.uniform(1e-5, 4e-3)))
        # An interrupt between a `with` block and its exit leaves the mode as it was inside.
        tapegrad.set_grad_enabled(True)
        assert gradient_is_right()
    # An interrupt may cost some rows, not more, and no pass is left behind.
    return len(default_tape) < 2000 and int(default_tape.columns.record[0]["running"]) == 0


@needs_fork
def test_interrupts_in_the_middle_of_loops() -> None:
    assert in_child(loops_that_are_interrupted) == 0


# Forks --------------------------------------------------------------------------------------------


@needs_fork
def test_child_records_and_differentiates() -> None:
    assert all(in_threads(4, lambda k: gradient_is_right()))
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * x

    def work() -> bool:
        y.sum().backward()
        large = tapegrad.ones(200, 200, requires_grad=True)
        large.mm(large).sum().backward()
        return (
            gradient_is_right()
            and x.grad.tolist() == [2.0, 4.0]
            and large.grad[0, 0].item() == 400.0
            and all(in_threads(4, lambda k: gradient_is_right()))
        )

    assert in_child(work) == 0
    assert x.grad is None
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


@needs_fork
def test_fork_beside_a_running_thread() -> None:
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            gradient_is_right()

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        for _ in range(5):
            assert in_child(gradient_is_right) == 0
    finally:
        stop.set()
        thread.join()
