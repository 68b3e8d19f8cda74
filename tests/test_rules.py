"""The rules of structured ops that move elements are adjoint; SymPy proves them all in symbolic."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tapegrad
from tapegrad.autograd.views import make_view
from tapegrad.engine import Op
from tapegrad.ops import gathering, structured
from tapegrad_kernels.generated import opcodes

# Gathering ----------------------------------------------------------------------------------------


@st.composite
def gather_case(draw):
    shape = tuple(draw(st.lists(st.integers(1, 3), max_size=3)))
    size = math.prod(shape)
    at = draw(st.lists(st.integers(0, size - 1), max_size=6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(1, 2))
    return rng.normal(size=shape), np.array(at * rows, np.int64).reshape(rows, len(at)), rng


@settings(max_examples=60, deadline=None)
@given(gather_case())
def test_gathering(case):
    values, at, rng = case
    places = tapegrad.tensor(at)
    x = tapegrad.tensor(values).requires_grad_(True)
    read = x.t() if x.ndim == 2 else x
    seen = values.T if values.ndim == 2 else values
    taken = gathering.take(read, places)
    assert np.array_equal(taken.numpy(force=True), np.take(seen, at))
    new, g = rng.normal(size=at.shape), rng.normal(size=at.shape)
    (taken * tapegrad.tensor(g)).sum().backward()
    expected = np.zeros(values.size)
    np.add.at(expected, at, g)
    expected = expected.reshape(seen.shape)
    np.testing.assert_allclose(x.grad.numpy(), expected.T if values.ndim == 2 else expected)

    outer = rng.normal(size=seen.shape)
    for function in (gathering.add_at, gathering.put_at):
        x = tapegrad.tensor(values).requires_grad_(True)
        y = tapegrad.tensor(new).requires_grad_(True)
        out = function(x.t() if x.ndim == 2 else x, places, y)
        flat = seen.copy().reshape(-1)
        if function is gathering.add_at:
            np.add.at(flat, at, new)
        else:
            flat[at.reshape(-1)] = new.reshape(-1)
        np.testing.assert_allclose(out.numpy(force=True), flat.reshape(seen.shape), atol=1e-15)
        (out * tapegrad.tensor(outer)).sum().backward()
        kept_part = outer.copy()
        if function is gathering.put_at:
            kept_part.reshape(-1)[at.reshape(-1)] = 0
        expected = kept_part.T if values.ndim == 2 else kept_part
        np.testing.assert_allclose(x.grad.numpy(), expected)
        np.testing.assert_allclose(y.grad.numpy(), outer.reshape(-1)[at])


def test_gathering_notices_overwritten_positions():
    x = tapegrad.tensor([1.0, 2.0]).requires_grad_(True)
    at = tapegrad.tensor([1, 0])
    out = gathering.take(x, at)
    at.add_(-1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


# Views --------------------------------------------------------------------------------------------

GEOMETRIES = [
    ((2, 3), (3, 1), 0),
    ((3, 2), (1, 3), 0),
    ((2, 2), (3, 2), 0),
    ((3,), (2,), 1),
    ((), (), 4),
    ((4, 3), (0, 1), 2),  # repeats elements
    ((3, 2), (1, 1), 1),  # overlaps itself
    ((0, 2), (2, 1), 0),
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("name", structured.VIEWS)
def test_every_view_puts_its_gradient_back(name, geometry):
    op = Op[name.upper()]
    x = tapegrad.tensor(np.arange(6.0).reshape(2, 3)).requires_grad_(True)
    shape, strides, start = geometry
    view = make_view(x * 1, lambda g: (shape, strides, g[2] + start), op)
    at = start + np.zeros(shape, np.int64)
    for k, (n, s) in enumerate(zip(shape, strides, strict=True)):
        at += (np.arange(n) * s).reshape([-1 if j == k else 1 for j in range(len(shape))])
    assert np.array_equal(view.numpy(force=True), at.astype(float))
    assert view.grad_fn.name() == (structured.VIEWS[name] or "MulBackward0")
    g = np.random.default_rng(3).normal(size=shape)
    (view * tapegrad.tensor(g)).sum().backward()
    expected = np.zeros(6)
    np.add.at(expected, at, g)
    np.testing.assert_allclose(x.grad.numpy(), expected.reshape(2, 3))


def test_writing_through_a_view():
    x = tapegrad.tensor(np.ones((2, 3))).requires_grad_(True)
    y = tapegrad.tensor(np.full(3, 5.0)).requires_grad_(True)
    base = x * 2
    base[1].mul_(y)
    (base * tapegrad.tensor(np.arange(6.0).reshape(2, 3))).sum().backward()
    assert base.grad_fn.name() == "torch::autograd::CopySlices"
    assert x.grad.tolist() == [[0, 2, 4], [30, 40, 50]]
    assert y.grad.tolist() == [6, 8, 10]


# The table ----------------------------------------------------------------------------------------


def test_the_table_and_the_opcodes_agree():
    names = [s.name for s in structured.STRUCTURED]
    assert len(set(names)) == len(names)
    for s in structured.STRUCTURED:
        op = Op[s.name.upper()]
        assert opcodes.NODE_NAMES[op] == s.node
        assert opcodes.DIFFERENTIABLE[op] == s.differentiable
        saved = (opcodes.SAVES0[op], opcodes.SAVES1[op], opcodes.SAVES2[op])
        assert saved == s.saves


def test_views_come_in_one_run():
    codes = [Op[name.upper()] for name in structured.VIEWS]
    assert codes == list(range(Op.VIEW, Op.UNSAFE_VIEW + 1))
    for a, b in itertools.pairwise(("SUM", "SUM_DIM", "MEAN", "MEAN_DIM")):
        assert Op[b] == Op[a] + 1


def test_a_rule_must_give_the_shape_of_the_input(monkeypatch):
    from tapegrad.ops import rules

    wrong = structured.Structured("norm", "", lambda s: (s.gradient,))
    monkeypatch.setitem(rules._BY_OPCODE, Op.NORM, wrong)
    x = tapegrad.tensor([1.0, 2.0]).requires_grad_(True)
    with pytest.raises(RuntimeError, match=r"the rule of norm gave a gradient of shape \[\] for"):
        x.norm().backward()
