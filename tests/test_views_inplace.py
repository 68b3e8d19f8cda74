"""In-place writes through views: who sees them, and what gradients become.

A program of views and writes runs three times: with the engine, in NumPy for the values, and in
NumPy with central differences (the gradients; the programs are polynomials of low degree).
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapegrad import arange, dtypes, ones, tensor, zeros
from tapegrad._tensor import Tensor
from tapegrad.autograd import no_grad

Array = np.ndarray[Any, Any]

VIEWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "row": (lambda x: x[0], lambda a: a[0]),
    "last": (lambda x: x[..., -1], lambda a: a[..., -1]),
    "rest": (lambda x: x[1:], lambda a: a[1:]),
    "steps": (lambda x: x[::2], lambda a: a[::2]),
    "transposed": (lambda x: x.permute(tuple(reversed(range(x.ndim)))), lambda a: a.T),
    "new": (lambda x: x[None], lambda a: a[None]),
    "unsqueezed": (lambda x: x.unsqueeze(-1), lambda a: a[..., None]),
    "half": (lambda x: x.narrow(0, 0, -(-x.shape[0] // 2)), lambda a: a[: -(-a.shape[0] // 2)]),
    "flat": (lambda x: x.view(-1), lambda a: a.reshape(-1)),
}


def add(y: Any, k: float) -> None:
    y += k


def scale(y: Any, k: float) -> None:
    y *= k


def put(y: Any, k: float) -> None:
    y[...] = k


WRITES: dict[str, Callable[[Any, Any], None]] = {"add": add, "scale": scale, "put": put}

#: (which earlier tensor, view) or (which earlier tensor, write, number or which scalar of v)
Step = tuple[int, str, int]


def can_view(a: Array, name: str) -> bool:
    if name == "flat":
        return a.flags.c_contiguous
    if name == "transposed":
        return True
    return a.ndim > 0 and a.shape[0] > 0 and a.ndim < 5


def run_numpy(steps: list[Step], x: Array, v: Array) -> tuple[list[Array], list[Step]]:
    """Tensors at the end, and the steps that were possible."""
    known: list[Array] = [x * 2]
    done: list[Step] = []
    for at, name, k in steps:
        a = known[at % len(known)]
        if name in VIEWS:
            if not can_view(a, name):
                continue
            known.append(VIEWS[name][1](a))
            if not isinstance(known[-1], np.ndarray):
                known.pop()
                continue
        else:
            WRITES[name](a, v[k % len(v)])
        done.append((at % len(known) if name not in VIEWS else at % (len(known) - 1), name, k))
    return known, done


def run_ours(steps: list[Step], x: Tensor, v: Tensor) -> list[Tensor]:
    known = [x * 2]
    for at, name, k in steps:
        if name in VIEWS:
            known.append(VIEWS[name][0](known[at]))
        else:
            WRITES[name](known[at], v[k % v.shape[0]])
    return known


programs = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from([*VIEWS, *WRITES, *WRITES]), st.integers(0, 2)),
    max_size=8,
)


@settings(max_examples=120, deadline=None)
@given(programs, st.integers(0, 2**16))
def test_programs_of_views_and_writes(program: list[Step], seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(0.5, 1.5, (2, 4)), rng.uniform(0.5, 1.5, 3)
    expected, steps = run_numpy(program, a, b)
    weights = [rng.normal(size=t.shape) for t in expected]

    def total(a: Array, b: Array) -> float:
        found, _ = run_numpy(program, a, b)
        return float(sum((w * t).sum() for w, t in zip(weights, found, strict=True)))

    x, v = tensor(a, requires_grad=True), tensor(b, requires_grad=True)
    found = run_ours(steps, x, v)
    for mine, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), other, rtol=1e-13)
    loss = sum(((tensor(w) * t).sum() for w, t in zip(weights, found, strict=True)), v[0] * 0)
    loss.backward()
    step = 1e-5
    for leaf, values, other, first in ((x, a, b, True), (v, b, a, False)):
        slopes = np.zeros(values.shape)
        for at in np.ndindex(values.shape):
            up, down = values.copy(), values.copy()
            up[at] += step
            down[at] -= step
            ends = [total(p, other) if first else total(other, p) for p in (up, down)]
            slopes[at] = (ends[0] - ends[1]) / (2 * step)
        mine = np.zeros(values.shape) if leaf.grad is None else leaf.grad.numpy()
        np.testing.assert_allclose(mine, slopes, rtol=1e-6, atol=1e-6)


def test_base_and_all_views_see_a_write() -> None:
    x = arange(6.0).requires_grad_(True)
    base = x * 1
    matrix = base.view(2, 3)
    row, column = matrix[0], matrix[:, 0]
    row.mul_(10)
    assert base.tolist() == [0.0, 10.0, 20.0, 3.0, 4.0, 5.0]
    assert matrix.tolist() == [[0.0, 10.0, 20.0], [3.0, 4.0, 5.0]]
    assert column.tolist() == [0.0, 3.0]
    assert base.grad_fn is not None
    assert base.grad_fn.name() == "torch::autograd::CopySlices"
    (column * tensor([1.0, 2.0])).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [10.0, 0.0, 0.0, 2.0, 0.0, 0.0]


def test_base_becomes_part_of_the_graph_of_what_is_written() -> None:
    v = tensor([3.0, 4.0], requires_grad=True)
    base = zeros(2, 2)
    base[0] = v
    assert base.requires_grad
    base[:, 1] *= 2
    assert base.tolist() == [[3.0, 8.0], [0.0, 0.0]]
    (base * base).sum().backward()
    assert v.grad is not None
    assert v.grad.tolist() == [6.0, 32.0]


def test_views_whose_base_is_gone() -> None:
    for k in range(20):
        x = ones(2, 3, requires_grad=True)
        y = (x * 2).view(6)[1:]
        gc.collect()
        y[0] = 5
        y.mul_(3)
        assert y.tolist() == [15.0, 6.0, 6.0, 6.0, 6.0]
        y.sum().backward()
        assert x.grad is not None
        assert x.grad.tolist() == [[0.0, 0.0, 6.0], [6.0, 6.0, 6.0]], k
        other = arange(24.0).reshape(2, 3, 4)
        other[0] = k
        assert other.shape == (2, 3, 4)


def test_values_that_were_saved_must_not_be_overwritten() -> None:
    x = ones(2, 2, requires_grad=True)
    y = x * 2
    z = y * y
    y[0] = 7
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()
    y = x * 2
    z = y + y  # nothing saved
    y[0] = 7
    z.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[4.0, 4.0]] * 2


def test_writes_without_recording() -> None:
    x = ones(3, requires_grad=True)
    with no_grad():
        x[0] = 5
        x.view(3)[1:].zero_()
    assert x.is_leaf
    (x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [10.0, 0.0, 0.0]


def test_repeated_reads_see_repeated_writes() -> None:
    x = zeros(4)
    view = x[1:3]
    for k in range(50):
        view += 1
        x[2] += 1
        assert x.tolist() == [0.0, k + 1.0, 2 * k + 2.0, 0.0]


LEAF = ones(2, 2, requires_grad=True)
ERRORS: list[tuple[Callable[[], Any], str]] = [
    (lambda: LEAF.mul_(2), "a leaf Variable that requires grad is being used in an in-place"),
    (lambda: LEAF[0].mul_(2), "a view of a leaf Variable that requires grad is being used"),
    (lambda: LEAF.t().view(4)[0:1].zero_(), "view size is not compatible"),
    (lambda: ones(1, 2).expand(3, 2).mul_(2), "more than one element of the written-to tensor"),
    (lambda: ones(2).add_(ones(3, 2)), "output with shape [2] doesn't match the broadcast shape"),
    (
        lambda: ones(2, dtype=dtypes.int64).mul_(1.5),
        "can't be cast to the desired output type Long",
    ),
]


@pytest.mark.parametrize("case", range(len(ERRORS)))
def test_errors(case: int) -> None:
    call, text = ERRORS[case]
    with pytest.raises(RuntimeError, match=re.escape(text)):
        call()
    assert LEAF.tolist() == [[1.0, 1.0]] * 2
    y = LEAF * 2
    y[0] *= 3
    y.sum().backward()
    assert LEAF.grad is not None
    assert LEAF.grad.tolist() == [[6.0, 6.0], [2.0, 2.0]]
    LEAF.grad = None
