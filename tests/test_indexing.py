"""Indexing against NumPy's: reading, writing, gradients, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tapegrad
from tapegrad import dtypes, ones, tensor, zeros
from tapegrad._tensor import Tensor
from tapegrad.numpy_bridge import from_numpy
from tapegrad.ops import indexing
from tapegrad.sequences import arange

Array = np.ndarray[Any, Any]


def numbers(*shape: int) -> Array:
    return np.arange(1.0, 1 + np.prod(shape)).reshape(shape)


@st.composite
def mixed_indices(draw: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Ints, slices, None, Ellipsis, one mask or several index arrays, in any order."""
    items: list[Any] = []
    kinds = ["slice", "int", "array", "mask", "none", "skip"]
    block = draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=3))
    for n in shape:
        kind = draw(st.sampled_from(kinds))
        if kind == "none":
            items.append(None)
            kind = "slice"
        if kind == "skip":
            seen = any(i is Ellipsis for i in items)
            items.append(slice(None) if seen else Ellipsis)
            continue
        if kind == "int" and n:
            items.append(draw(st.integers(-n, n - 1)))
        elif kind == "array" and n:
            items.append(draw(hnp.arrays(np.int64, block, elements=st.integers(-n, n - 1))))
        elif kind == "mask":
            items.append(draw(hnp.arrays(np.bool_, (n,))))
            kinds = [k for k in kinds if k not in ("mask", "array")]
        else:
            step = draw(st.integers(1, 3))
            bound = st.none() | st.integers(-n - 2, n + 2)
            items.append(slice(draw(bound), draw(bound), step))
    return tuple(items)


@st.composite
def arrays_and_indices(draw: Any) -> tuple[Array, tuple[Any, ...]]:
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    a = numbers(*shape)
    order = draw(st.permutations(range(len(shape))))
    a = a.transpose(order)
    index = draw(mixed_indices(a.shape))
    # NumPy counts an int beside arrays as an array, PyTorch does not.
    arrays = [k for k, i in enumerate(index) if isinstance(i, np.ndarray) and i.ndim]
    scalars = [
        k for k, i in enumerate(index) if isinstance(i, int | np.ndarray) and k not in arrays
    ]
    assume(not (arrays and scalars))
    try:
        a[index]
    except IndexError:  # arrays that do not broadcast
        assume(False)
    return a, index


def as_ours(index: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tensor(i.copy()) if isinstance(i, np.ndarray) else i for i in index)


@settings(max_examples=300, deadline=None)
@given(arrays_and_indices())
def test_reading_as_numpy(case: tuple[Array, tuple[Any, ...]]) -> None:
    a, index = case
    x = from_numpy(a)
    y, b = x[as_ours(index)], a[index]
    assert y.shape == b.shape
    np.testing.assert_array_equal(y.numpy(), b)
    is_basic = not any(isinstance(i, np.ndarray) and i.ndim for i in index)
    if b.size and is_basic:
        if np.shares_memory(a, b):  # NumPy copies for 0-d index arrays
            assert y.data_ptr() == b.__array_interface__["data"][0]
        a += 1
        np.testing.assert_array_equal(y.numpy(), x.numpy()[index])


@settings(max_examples=200, deadline=None)
@given(arrays_and_indices())
def test_gradients_of_reading(case: tuple[Array, tuple[Any, ...]]) -> None:
    a, index = case
    x = from_numpy(a).requires_grad_(True)
    y = x[as_ours(index)]
    weights = np.random.default_rng(0).normal(size=tuple(y.shape))
    y.backward(tensor(weights))
    expected = np.zeros(a.shape)
    np.add.at(expected, index, weights)
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-12)


@settings(max_examples=200, deadline=None)
@given(arrays_and_indices(), st.booleans())
def test_writing_as_numpy(case: tuple[Array, tuple[Any, ...]], number: bool) -> None:
    a, index = case
    b = a.copy()
    x = from_numpy(a)
    value = np.asarray(-7.0) if number else -numbers(*b[index].shape)
    b[index] = value
    x[as_ours(index)] = -7.0 if number else tensor(value)
    np.testing.assert_array_equal(x.numpy(), b)
    np.testing.assert_array_equal(a, b)


@settings(max_examples=150, deadline=None)
@given(arrays_and_indices())
def test_gradients_of_writing(case: tuple[Array, tuple[Any, ...]]) -> None:
    a, index = case
    target = a[index].shape
    x, v = tensor(a.copy(), requires_grad=True), tensor(numbers(*target), requires_grad=True)
    y = x * 2
    y[as_ours(index)] = v * 3
    weights = np.random.default_rng(1).normal(size=a.shape)
    y.backward(tensor(weights))
    kept = np.array(weights * 2)
    kept[index] = 0
    assert x.grad is not None
    assert v.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), kept, rtol=1e-12)
    np.testing.assert_allclose(v.grad.numpy(), weights[index] * 3, rtol=1e-12)


def test_as_pytorch_where_numpy_differs() -> None:
    x, y = from_numpy(numbers(2, 3)), from_numpy(numbers(2, 3, 4, 5))
    # An int is a view first; only what is left counts as arrays.
    assert y[0, :, [0, 1]].shape == (3, 2, 5)
    assert y[[0, 1], :, 0].shape == (2, 3, 5)
    assert y[:, [0, 1], :, [0, 1]].shape == (2, 2, 4)
    # A list of lists is a tuple.
    tapegrad.set_warn_always(True)
    with pytest.warns(UserWarning, match="non-tuple sequence"):
        assert x[[[0, 1], [1, 0]]].tolist() == [2.0, 4.0]
    tapegrad.set_warn_always(False)
    assert x[tensor(1)].grad_fn is None
    assert x[True].shape == (1, 2, 3)
    assert x[False].shape == (0, 2, 3)
    assert x[tensor(1)].data_ptr() == x[1].data_ptr()
    assert x[range(2)].shape == (2, 3)
    assert x[[]].shape == (0, 3)


def test_writing_casts_to_the_tensors_dtype() -> None:
    x = arange(3)
    x[0] = 1.9
    x[[1]] = 7.5
    x[2] = tensor(3.5)
    assert x.tolist() == [1, 7, 3]
    m = zeros(2, dtype=dtypes.bool_)
    m[0] = 2
    assert m.tolist() == [True, False]


def test_writing_part_of_a_tensor_to_another_part() -> None:
    x = arange(6.0)
    x[1:] = x[:-1]
    assert x.tolist() == [0.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    y = arange(4.0)
    y[[0, 1]] = y[1:3]
    assert y.tolist() == [1.0, 2.0, 2.0, 3.0]


def test_last_of_repeated_positions_stays() -> None:
    x = zeros(2)
    x[[0, 0, 1]] = tensor([1.0, 2.0, 3.0])
    assert x.tolist() == [2.0, 3.0]


@settings(max_examples=60, deadline=None)
@given(hnp.array_shapes(max_dims=3, max_side=4), st.data())
def test_gather_as_numpy(shape: tuple[int, ...], data: Any) -> None:
    a = numbers(*shape)
    k = data.draw(st.integers(-len(shape), len(shape) - 1))
    many = data.draw(st.integers(0, 5))
    wanted = list(shape)
    wanted[k] = many
    at = data.draw(hnp.arrays(np.int64, wanted, elements=st.integers(0, shape[k] - 1)))
    x = tensor(a, requires_grad=True)
    y = indexing.gather(x, k, tensor(at))
    np.testing.assert_array_equal(y.detach().numpy(), np.take_along_axis(a, at, k))
    weights = np.random.default_rng(2).normal(size=at.shape)
    y.backward(tensor(weights))
    index = list(np.ogrid[tuple(slice(n) for n in at.shape)])
    index[k] = at
    expected = np.zeros(shape)
    np.add.at(expected, tuple(index), weights)
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-12)
    z = zeros(*shape, dtype=dtypes.float64)
    z.scatter_(k, tensor(at), y.detach())
    other = np.zeros(shape)
    np.put_along_axis(other, at, np.take_along_axis(a, at, k), k)
    np.testing.assert_array_equal(z.numpy(), other)


def test_other_ways_to_choose() -> None:
    a = numbers(3, 4)
    x = tensor(a, requires_grad=True)
    mask = a % 2 == 0
    rows = np.array([2, 0, 2])
    pairs: list[tuple[Tensor, Array]] = [
        (indexing.index_select(x, 0, tensor(rows)), a[rows]),
        (indexing.index_select(x, -1, tensor(rows)), a[:, rows]),
        (indexing.masked_select(x, tensor(mask)), a[mask]),
        (indexing.masked_select(x, tensor(mask[:, :1])), a[np.broadcast_to(mask[:, :1], (3, 4))]),
        (x.take(tensor([0, -1, 5])), a.ravel()[[0, -1, 5]]),
        (x.t().take(tensor([1, 2])), a.T.ravel()[[1, 2]]),
        (x.take_along_dim(tensor([[0], [1], [2]]), 1), a[np.arange(3), np.arange(3)][:, None]),
        (indexing.nonzero(tensor(mask)), np.argwhere(mask)),
    ]
    for y, b in pairs:
        np.testing.assert_array_equal(y.detach().numpy(), b)
    total = pairs[0][0]
    total.backward(ones(3, 4, dtype=dtypes.float64))
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), np.array([[1.0], [0], [2]]) * np.ones((3, 4)))


def test_names_of_nodes() -> None:
    x = ones(2, 3, requires_grad=True)
    at = zeros(1, 1, dtype=dtypes.int64)
    names = {
        "SelectBackward0": x[0, 0], "SliceBackward0": x[:, 1:], "UnsqueezeBackward0": x[None],
        "IndexBackward0": x[[0]], "GatherBackward0": x.gather(0, at),
        "IndexSelectBackward0": x.index_select(0, at[0]), "TakeBackward0": x.take(at),
    }  # fmt: skip
    for name, t in names.items():
        assert t.grad_fn is not None
        assert t.grad_fn.name() == name
    y, z = x * 1, x * 1
    y[[0]] = 2
    z[0] = 2
    assert (y.grad_fn.name(), z.grad_fn.name()) == (
        "IndexPutBackward0",
        "torch::autograd::CopySlices",
    )  # type: ignore[union-attr]


def write(x: Tensor, index: Any, value: Any) -> None:
    x[index] = value


def remove(x: Tensor) -> None:
    del x[0]  # type: ignore[attr-defined]


X, S = ones(2, 3), ones(())
LEAF = ones(2, 3, requires_grad=True)
ERRORS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: X[5], IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
    (lambda: X[0, -4], IndexError, "index -4 is out of bounds for dimension 1 with size 3"),
    (lambda: X[[0], [3]], IndexError, "index 3 is out of bounds for dimension 1 with size 3"),
    (lambda: X[tensor([-3])], IndexError, "index -3 is out of bounds for dimension 0 with size 2"),
    (lambda: X[0, 0, 0], IndexError, "too many indices for tensor of dimension 2"),
    (lambda: S[0], IndexError, "invalid index of a 0-dim tensor. Use `tensor.item()` in Python"),
    (lambda: S[:], IndexError, "slice() cannot be applied to a 0-dim tensor."),
    (lambda: X[::-1], ValueError, "step must be greater than zero"),
    (lambda: X[::0], ValueError, "slice step cannot be zero"),
    (lambda: X["a"], TypeError, "new(): invalid data type 'str'"),
    (lambda: X[1.5], IndexError, "valid indices (got float)"),
    (lambda: X[{}], IndexError, "valid indices (got dict)"),
    (lambda: X[tensor([0.5])], IndexError,
     "tensors used as indices must be long, int, byte or bool tensors"),
    (lambda: X[[0, 1], [0, 1, 2]], IndexError,
     "indexing tensors could not be broadcast together with shapes [2], [3]"),
    (lambda: X[tensor([True])], IndexError,
     "The shape of the mask [1] at index 0 does not match the shape of the indexed tensor [2, 3] "
     "at index 0"),
    (lambda: X[ones(2, 2) > 0], IndexError, "mask [2, 2] at index 1"),
    (lambda: write(X, 5, 1), IndexError, "index 5 is out of bounds"),
    (lambda: write(X, slice(None), ones(2)), RuntimeError,
     "The expanded size of the tensor (3) must match the existing size (2) at non-singleton "
     "dimension 1.  Target sizes: [2, 3].  Tensor sizes: [2]"),
    (lambda: write(X, [0, 1], ones(2)), RuntimeError,
     "value tensor of shape [2] cannot be broadcast to indexing result of shape [2, 3]"),
    (lambda: write(X, X > 0, ones(2)), RuntimeError, "indexing result of shape [6]"),
    (lambda: write(X, [0], ones(3, dtype=dtypes.int64)), RuntimeError,
     "got Float for the destination and Long for the source"),
    (lambda: write(X, 0, "a"), TypeError, "can't assign a str to a tapegrad.FloatTensor"),
    (lambda: write(X, 0, [1, 2, 3]), TypeError, "can't assign a list to a tapegrad.FloatTensor"),
    (lambda: write(arange(3), 0, 2**63), ValueError, "Overflow when unpacking long long"),
    (lambda: write(arange(3), 0, float("nan")), RuntimeError, "without overflow"),
    (lambda: write(ones(2, 1).expand(2, 3), 0, 1), RuntimeError, "Please clone() the tensor"),
    (lambda: write(LEAF, 0, 1), RuntimeError,
     "a view of a leaf Variable that requires grad is being used in an in-place operation."),
    (lambda: write(LEAF, [0], 1), RuntimeError, "a leaf Variable that requires grad"),
    (lambda: remove(X), TypeError, "Tensor does not support deleting items"),
    (lambda: X.gather(0, tensor([0])), RuntimeError, "same number of dimensions as input tensor"),
    (lambda: X.gather(0, tensor([[2]])), RuntimeError,
     "index 2 is out of bounds for dimension 0 with size 2"),
    (lambda: X.gather(1, zeros(3, 1, dtype=dtypes.int64)), RuntimeError,
     "Size does not match at dimension 0 expected index [3, 1]"),
    (lambda: X.gather(0, ones(1, 1)), RuntimeError, "Expected dtype int32/int64 for index"),
    (lambda: X.index_select(0, tensor([2])), IndexError, "index out of range in self"),
    (lambda: X.index_select(0, tensor([[0]])), IndexError, "Index is supposed to be a vector"),
    (lambda: X.take(tensor(6)), IndexError,
     "out of range: tried to access index 6 on a tensor of 6 elements."),
    (lambda: X.masked_select(X), RuntimeError, "expected BoolTensor for mask"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(ERRORS)))
def test_errors(case: int) -> None:
    call, kind, text = ERRORS[case]
    with pytest.raises(kind, match=re.escape(text)):
        call()
    assert X.tolist() == [[1.0] * 3] * 2
    x = arange(3.0).requires_grad_(True)
    x[[0, 0, 2]].backward(ones(3))
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 0.0, 1.0]
