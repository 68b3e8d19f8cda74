"""Gradients of ops that put, repeat and cut: against differences, and in place as out of place."""

from __future__ import annotations

import numpy as np
import pytest
from differences import check_gradients

import tapegrad as tg

X = np.linspace(-1.0, 2.0, 12).reshape(3, 4)
V = np.linspace(0.5, 1.5, 12).reshape(3, 4)
ROWS = tg.tensor([2, 0, 2])
ALONG = tg.tensor([[0, 3, 1], [1, 1, 0]])

#: name -> function of a 3x4 matrix and of another one that gives the values
PUTTING = {
    "scatter": lambda x, v: x.scatter(1, tg.tensor([[2, 0], [1, 3]]), v),
    "scatter_add": lambda x, v: x.scatter_add(1, ALONG, v),
    "scatter with reduce": lambda x, v: x.scatter(0, ALONG % 3, v, reduce="add"),
    "index_add": lambda x, v: x.index_add(0, ROWS, v, alpha=2),
    "index_add of columns": lambda x, v: x.index_add(1, ROWS, v[:, :3]),
    "index_copy": lambda x, v: x.index_copy(0, ROWS[:2], v[:2]),
    "index_fill": lambda x, v: x.index_fill(1, ROWS, v[0, 0]),
    "index_put": lambda x, v: x.index_put((ROWS[:2], tg.tensor([1, 3])), v[0, :2]),
    "index_put that adds": lambda x, v: x.index_put((ROWS,), v[0], accumulate=True),
    "put": lambda x, v: x.put(tg.tensor([0, 5, -1]), v[0, 1:]),
    "put that adds": lambda x, v: x.put(tg.tensor([0, 0, -1]), v[0, 1:], True),
    "masked_scatter": lambda x, v: x.masked_scatter(tg.tensor(X > 0), v),
}

IN_PLACE = {
    "scatter_add": lambda x, v: x.scatter_add_(1, ALONG, v),
    "index_add": lambda x, v: x.index_add_(0, ROWS, v, alpha=2),
    "index_copy": lambda x, v: x.index_copy_(0, ROWS[:2], v[:2]),
    "index_fill": lambda x, v: x.index_fill_(1, ROWS, v[0, 0]),
    "index_put that adds": lambda x, v: x.index_put_((ROWS,), v[0], accumulate=True),
    "put": lambda x, v: x.put_(tg.tensor([0, 5, -1]), v[0, 1:]),
    "masked_scatter": lambda x, v: x.masked_scatter_(tg.tensor(X > 0), v),
}

VIEWING = {
    "diagonal": lambda x: x.diagonal(1),
    "diag of a matrix": lambda x: x.diag(-1),
    "diag of a vector": lambda x: x[0].diag(1),
    "tril": lambda x: x.tril(1),
    "triu": lambda x: x.triu(-1),
    "as_strided": lambda x: x.as_strided((3, 2), (2, 1), 1),
    "as_strided that repeats": lambda x: x.as_strided((3, 3), (1, 2)),
    "as_strided of a view": lambda x: x[1:].t().as_strided((2, 2), (4, 3)),
    "repeat_interleave": lambda x: x.repeat_interleave(2, 1),
    "repeat_interleave by counts": lambda x: x.repeat_interleave(ROWS, 0),
    "rot90": lambda x: x.rot90(),
    "tensor_split": lambda x: x.tensor_split(3, 1)[1],
    "narrow_copy": lambda x: x.narrow_copy(1, 1, 2),
    "column_stack": lambda x: tg.column_stack([x[:, 0], x]),
    "dstack": lambda x: tg.dstack([x, x * x]),
    "broadcast_tensors": lambda x: tg.broadcast_tensors(x[:, :1], tg.zeros(2, 3, 4))[0],
    "flip of a transposed": lambda x: x.t().flip(0),
    "index of a transposed": lambda x: x.t()[[3, 0, 0]],
}


@pytest.mark.filterwarnings("ignore:The reduce argument")
@pytest.mark.parametrize("name", PUTTING)
def test_gradients_of_putting(name):
    check_gradients(PUTTING[name], X, V)


@pytest.mark.parametrize("name", IN_PLACE)
def test_gradients_of_putting_in_place(name):
    check_gradients(lambda x, v: IN_PLACE[name](x * x, v * 3), X, V)
    x, v = tg.tensor(X), tg.tensor(V)
    assert IN_PLACE[name](x, v) is x
    assert x.tolist() == PUTTING[name](tg.tensor(X), v).tolist()


@pytest.mark.parametrize("name", IN_PLACE)
def test_gradients_of_putting_into_a_part(name):
    def function(x, v):
        whole = tg.cat([x, v]) * 1
        IN_PLACE[name](whole[1:4], v)
        return whole * whole

    check_gradients(function, X, V, tolerance=1e-7)


@pytest.mark.parametrize("name", VIEWING)
def test_gradients_of_choosing(name):
    check_gradients(VIEWING[name], X)


def test_writes_through_diagonals_are_recorded():
    def function(x, v):
        whole = x * 1
        whole.diagonal(1).mul_(v[0, :3])
        whole.as_strided((2, 2), (4, 1), 2).copy_(v[:2, :2])
        return whole * x

    check_gradients(function, X, V)


def test_views_that_repeat_elements_are_not_written():
    x = tg.zeros(9)
    for view in (x.as_strided((3, 2), (1, 1)), x.as_strided((2, 2), (0, 1)), x[:1].expand(3)):
        with pytest.raises(RuntimeError, match="single memory location"):
            view.add_(1)
    x.view(3, 3).diagonal().add_(1)
    x.view(3, 3).t()[::2].add_(1)
    assert x.tolist() == [2, 0, 1, 1, 1, 1, 1, 0, 2]


def test_memory_read_as_another_dtype_is_shared():
    x = tg.zeros(2)
    bits = x.view(tg.int32)
    bits[0] = 0x3F800000
    assert x.tolist() == [1.0, 0.0]
    x.fill_(2.0)
    assert bits.tolist() == [0x40000000] * 2
    w = tg.ones(2, requires_grad=True)
    y = w * 2
    z = y * y
    y.detach().view(tg.int32).zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_warnings_of_deprecated_calls_name_the_callers_line():
    tg.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match="dimension other than 2") as caught:
            tg.zeros(3).T  # noqa: B018
        assert caught[0].filename == __file__
    finally:
        tg.set_warn_always(False)
