"""Movement and joining against NumPy: values, strides, shared memory, gradients, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapegrad import dtypes, ones, tensor, zeros
from tapegrad._tensor import Tensor
from tapegrad.numpy_bridge import from_numpy
from tapegrad.ops import joining, shapes
from tapegrad.sequences import arange

Array = np.ndarray[Any, Any]

#: name -> (ours, NumPy's); views of an array of shape (2, 3, 4)
VIEWS: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Array], Array]]] = {
    "transpose": (lambda x: x.transpose(0, -1), lambda a: a.swapaxes(0, 2)),
    "swapaxes": (lambda x: x.swapaxes(1, 2), lambda a: a.swapaxes(1, 2)),
    "permute": (lambda x: x.permute(2, 0, 1), lambda a: a.transpose(2, 0, 1)),
    "movedim": (lambda x: x.movedim((0, 1), (-1, 0)), lambda a: np.moveaxis(a, (0, 1), (-1, 0))),
    "T": (lambda x: x[1].T, lambda a: a[1].T),
    "mT": (lambda x: x.mT, lambda a: a.swapaxes(1, 2)),
    "view": (lambda x: x.view(6, -1), lambda a: a.reshape(6, 4)),
    "view of a transposed": (lambda x: x.transpose(0, 1).view(3, 2, 2, 2),
                             lambda a: a.swapaxes(0, 1).reshape(3, 2, 2, 2)),
    "flatten": (lambda x: x.flatten(1), lambda a: a.reshape(2, 12)),
    "unflatten": (lambda x: x.unflatten(2, (2, -1)), lambda a: a.reshape(2, 3, 2, 2)),
    "expand": (lambda x: x[:, :1].expand(5, -1, 3, 4),
               lambda a: np.broadcast_to(a[:, :1], (5, 2, 3, 4))),
    "unsqueeze": (lambda x: x.unsqueeze(-2), lambda a: a[:, :, None, :]),
    "squeeze": (lambda x: x[:, :1].squeeze(1), lambda a: a[:, 0]),
    "squeeze all": (lambda x: x[:1, :, :1].squeeze(), lambda a: a[0, :, 0]),
    "squeeze dims": (lambda x: x[:1, :1].squeeze((0, 1, 2)), lambda a: a[0, 0]),
    "select": (lambda x: x.select(1, -1), lambda a: a[:, -1]),
    "narrow": (lambda x: x.narrow(2, -3, 2), lambda a: a[:, :, 1:3]),
    "split": (lambda x: x.split(3, 2)[1], lambda a: a[:, :, 3:]),
    "split sizes": (lambda x: x.split([1, 3], 2)[1], lambda a: a[:, :, 1:]),
    "chunk": (lambda x: x.chunk(2, 1)[0], lambda a: a[:, :2]),
    "unbind": (lambda x: x.unbind(1)[2], lambda a: a[:, 2]),
}  # fmt: skip

COPIES: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Array], Array]]] = {
    "reshape of a transposed": (
        lambda x: x.mT.reshape(-1, 3),
        lambda a: a.swapaxes(1, 2).reshape(-1, 3),
    ),
    "flatten of a transposed": (lambda x: x.mT.flatten(), lambda a: a.swapaxes(1, 2).reshape(-1)),
    "cat": (lambda x: joining.cat([x, x[:1], x * 2], 0),
            lambda a: np.concatenate([a, a[:1], a * 2])),
    "cat with itself": (lambda x: joining.cat([x, x], -1), lambda a: np.concatenate([a, a], -1)),
    "stack": (lambda x: joining.stack([x, x * 3], 1), lambda a: np.stack([a, a * 3], 1)),
    "repeat": (lambda x: x.repeat(2, 1, 3, 2), lambda a: np.tile(a, (2, 1, 3, 2))),
    "tile": (lambda x: x.tile(2, 2), lambda a: np.tile(a, (2, 2))),
    "flip": (lambda x: x.flip(0, 2), lambda a: np.flip(a, (0, 2))),
    "roll": (lambda x: x.roll((1, -2), (0, 2)), lambda a: np.roll(a, (1, -2), (0, 2))),
    "roll flat": (lambda x: x.roll(5), lambda a: np.roll(a, 5)),
}  # fmt: skip


def numbers(*shape: int) -> Array:
    return np.arange(1.0, 1 + np.prod(shape)).reshape(shape)


@pytest.mark.parametrize("name", VIEWS)
def test_views_share_memory_and_have_numpys_strides(name: str) -> None:
    ours, theirs = VIEWS[name]
    a = numbers(2, 3, 4)
    x = from_numpy(a)
    y, b = ours(x), theirs(a)
    np.testing.assert_array_equal(y.numpy(), b)
    for n, mine, other in zip(b.shape, y.stride(), b.strides, strict=True):
        assert n == 1 or mine * 8 == other
    assert y.data_ptr() == b.__array_interface__["data"][0]
    a += 100
    np.testing.assert_array_equal(y.numpy(), b)


@pytest.mark.parametrize("name", COPIES)
def test_copies_have_numpys_values_and_their_own_memory(name: str) -> None:
    ours, theirs = COPIES[name]
    a = numbers(2, 3, 4)
    y, b = ours(from_numpy(a)), theirs(a).copy()
    a += 100
    np.testing.assert_array_equal(y.numpy(), b)
    assert y.is_contiguous()


@pytest.mark.parametrize("name", [*VIEWS, *COPIES])
def test_gradients_are_the_transposed_linear_maps(name: str) -> None:
    ours, theirs = {**VIEWS, **COPIES}[name]
    rng = np.random.default_rng(0)
    x = tensor(numbers(2, 3, 4), requires_grad=True)
    y = ours(x)
    weights = rng.normal(size=tuple(y.shape))
    y.backward(tensor(weights))
    # Linear: the derivative along e is the map of e.
    expected = [(theirs(e.reshape(2, 3, 4)) * weights).sum() for e in np.eye(24)]
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy().ravel(), expected, rtol=1e-13)


shape_lists = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@settings(max_examples=80, deadline=None)
@given(shape_lists, st.randoms(use_true_random=False))
def test_permute_and_reshape_of_any_shape(shape: tuple[int, ...], random: Any) -> None:
    a = numbers(*shape)
    order = list(range(len(shape)))
    random.shuffle(order)
    x = from_numpy(a).permute(*order) if shape else from_numpy(a)
    b = a.transpose(order)
    np.testing.assert_array_equal(x.numpy(), b)
    flat = x.reshape(-1)
    np.testing.assert_array_equal(flat.numpy(), b.reshape(-1))
    sizes = list(shape)
    random.shuffle(sizes)
    reshaped = x.reshape(sizes)
    np.testing.assert_array_equal(reshaped.numpy(), b.reshape(sizes))
    if b.size:
        copied = not np.shares_memory(b.reshape(sizes), a)
        assert (reshaped.data_ptr() != x.data_ptr()) == copied
        if copied:
            with pytest.raises(RuntimeError, match=r"Use \.reshape\(\.\.\.\) instead"):
                x.view(sizes)


@settings(max_examples=60, deadline=None)
@given(shape_lists, st.integers(1, 5), st.data())
def test_split_and_cat_are_inverse(shape: tuple[int, ...], size: int, data: Any) -> None:
    if not shape:
        return
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = from_numpy(numbers(*shape))
    parts = x.split(size, dim)
    for part, b in zip(parts, np.split(x.numpy(), range(size, shape[dim], size), dim), strict=True):
        np.testing.assert_array_equal(part.numpy(), b)
    np.testing.assert_array_equal(joining.cat(parts, dim).numpy(), x.numpy())
    np.testing.assert_array_equal(joining.cat(x.chunk(size, dim), dim).numpy(), x.numpy())


def test_expanded_gradients_add_up() -> None:
    x = ones(3, 1, dtype=dtypes.float64, requires_grad=True)
    x.expand(2, 3, 4).backward(tensor(numbers(2, 3, 4)))
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), numbers(2, 3, 4).sum((0, 2)).reshape(3, 1))


def test_joining_promotes_dtypes() -> None:
    i, f, d = ones(2, dtype=dtypes.int64), ones(2), ones(2, dtype=dtypes.float64)
    assert joining.cat([i, f]).dtype is dtypes.float32
    assert joining.cat([f, d]).dtype is dtypes.float64
    assert joining.stack([i, i]).dtype is dtypes.int64
    f.requires_grad_(True)
    joining.cat([f, d]).backward(tensor([1.0, 2.0, 3.0, 4.0], dtype=dtypes.float64))
    assert f.grad is not None
    assert f.grad.dtype is dtypes.float32
    assert f.grad.tolist() == [1.0, 2.0]


def test_cat_passes_over_empty_vectors() -> None:
    x = ones(2, 3)
    assert joining.cat([zeros(0), x, zeros(0)]).shape == (2, 3)
    assert joining.cat([zeros(0), zeros(0)], 1).shape == (0,)


def test_names_of_nodes() -> None:
    x = ones(2, 3, requires_grad=True)
    names = {
        "TBackward0": x.t(), "PermuteBackward0": x.T, "TransposeBackward0": x.mT,
        "ViewBackward0": x.view(6), "UnsafeViewBackward0": x.t().reshape(6),
        "ExpandBackward0": x.expand(4, 2, 3), "SqueezeBackward0": x.squeeze(),
        "SqueezeBackward1": x.squeeze(0), "SqueezeBackward2": x.squeeze((0,)),
        "UnsqueezeBackward0": x.unsqueeze(0), "SelectBackward0": x.select(0, 1),
        "SliceBackward0": x.narrow(0, 0, 1), "SplitBackward0": x.split(1)[0],
        "UnbindBackward0": x.unbind()[0], "CatBackward0": joining.cat([x, x]),
        "StackBackward0": joining.stack([x, x]),
    }  # fmt: skip
    for name, t in names.items():
        assert t.grad_fn is not None
        assert t.grad_fn.name() == name


X, Y, S = ones(2, 3), ones(2, 3, 4), ones(())
ERRORS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: Y.t(), RuntimeError, "t() expects a tensor with <= 2 dimensions, but self is 3D"),
    (lambda: X.transpose(0, 2), IndexError,
     "Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
    (lambda: X.permute(0), RuntimeError, "input.dim() = 2 is not equal to len(dims) = 1"),
    (lambda: X.permute(1, 1), RuntimeError, "duplicate dims are not allowed"),
    (lambda: Y.movedim((0, 1), (2, 2)), RuntimeError, "repeated dim in `destination` ([2, 2])"),
    (lambda: Y.movedim((0, 1), (2,)), RuntimeError, "Invalid source or destination dims"),
    (lambda: X.view(-1, -1), RuntimeError, "only one dimension can be inferred"),
    (lambda: X.view(4, -1), RuntimeError, "shape '[4, -1]' is invalid for input of size 6"),
    (lambda: X.reshape(5), RuntimeError, "shape '[5]' is invalid for input of size 6"),
    (lambda: X.view(-2, 3), RuntimeError, "invalid shape dimension -2 at index 0"),
    (lambda: X.reshape(2.5), TypeError,
     "reshape(): argument 'shape' (position 1) must be tuple of ints, not float"),
    (lambda: X.view(2, "a"), TypeError, "at pos 2"),
    (lambda: X.reshape(), TypeError, 'missing 1 required positional arguments: "shape"'),
    (lambda: zeros(0, 3).view(0, -1), RuntimeError, "is ambiguous"),
    (lambda: X.expand(2, 4), RuntimeError,
     "The expanded size of the tensor (4) must match the existing size (3) at non-singleton "
     "dimension 1.  Target sizes: [2, 4].  Tensor sizes: [2, 3]"),
    (lambda: X.expand(3), RuntimeError, "the number of sizes provided (1) must be greater"),
    (lambda: X.expand(-1, 2, 3), RuntimeError, "leading, non-existing dimension 0"),
    (lambda: X.flatten(1, 0), RuntimeError, "start_dim cannot come after end_dim"),
    (lambda: X.unflatten(1, (2, 2)), RuntimeError, "don't multiply up to the size of dim 1 (3)"),
    (lambda: X.squeeze(2), IndexError, "Dimension out of range"),
    (lambda: X.squeeze((0, 0)), RuntimeError, "dim 0 appears multiple times"),
    (lambda: S.select(0, 0), IndexError, "select() cannot be applied to a 0-dim tensor."),
    (lambda: X.select(1, 3), IndexError,
     "select(): index 3 out of range for tensor of size [2, 3] at dimension 1"),
    (lambda: X.narrow(1, 2, 2), RuntimeError, "start (2) + length (2) exceeds dimension size (3)"),
    (lambda: X.narrow(1, 0, -1), RuntimeError, "length must be non-negative"),
    (lambda: X.narrow(1, 4, 0), IndexError, "start out of range"),
    (lambda: joining.cat([]), ValueError, "expected a non-empty list of Tensors"),
    (lambda: joining.cat([X, S]), RuntimeError,
     "zero-dimensional tensor (at position 1) cannot be concatenated"),
    (lambda: joining.cat([X, Y]), RuntimeError, "got 2 and 3"),
    (lambda: joining.cat([X, X[:1]], 1), RuntimeError,
     "Expected size 2 but got size 1 for tensor number 1 in the list."),
    (lambda: joining.cat([X, 3]), TypeError,  # type: ignore[list-item]
     "expected Tensor as element 1 in argument 0, but got int"),
    (lambda: joining.cat(X), TypeError,  # type: ignore[arg-type]
     "must be tuple of Tensors, not Tensor"),
    (lambda: joining.stack([]), RuntimeError, "stack expects a non-empty TensorList"),
    (lambda: joining.stack([X, X[:1]]), RuntimeError,
     "stack expects each tensor to be equal size, but got [2, 3] at entry 0 and [1, 3] at entry 1"),
    (lambda: X.chunk(0), RuntimeError, "chunk expects `chunks` to be greater than 0, got: 0"),
    (lambda: X.split(0), RuntimeError, "split_size can only be 0 if dimension size is 0"),
    (lambda: X.split(-1), RuntimeError, "split_size be non-negative, but got split_size=-1"),
    (lambda: X.split([1, 3], 1), RuntimeError, "to sum exactly to 3"),
    (lambda: S.unbind(), IndexError, "tensor has no dimensions"),
    (lambda: X.repeat(2), RuntimeError, "can not be smaller than number of dimensions of tensor"),
    (lambda: X.repeat(2, -1), RuntimeError, "negative dimension -3: [4, -3]"),
    (lambda: X.flip(0, 0), RuntimeError, "dim 0 appears multiple times in the list of dims"),
    (lambda: X.roll((1, 1), 0), RuntimeError, "must align. shifts: 2, dims:1"),
    (lambda: X.view_as(3), TypeError,  # type: ignore[arg-type]
     "view_as(): argument 'other' (position 1) must be Tensor, not int"),
    (lambda: shapes.transpose(3, 0, 1), TypeError,  # type: ignore[arg-type]
     "transpose(): argument 'input' (position 1) must be Tensor, not int"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(ERRORS)))
def test_errors(case: int) -> None:
    call, kind, text = ERRORS[case]
    with pytest.raises(kind, match=re.escape(text)):
        call()
    x = arange(3.0).requires_grad_(True)
    (x.view(1, 3).t() * 2).backward(ones(3, 1))
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 2.0, 2.0]
