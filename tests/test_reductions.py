"""Reductions: values against NumPy and SciPy, gradients against differences and SymPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
from differences import check_gradients
from hypothesis import given, settings
from hypothesis import strategies as st

import tapegrad
from tapegrad.ops import reductions

RNG = np.random.default_rng(7)
DTYPES = (np.float32, np.float64, np.int64, np.int32, np.bool_)


def leaf(values):
    """Tensor that requires a gradient."""
    return tapegrad.tensor(values, dtype=tapegrad.float64).requires_grad_(True)


# Arrays -------------------------------------------------------------------------------------------


@st.composite
def strided(draw, kinds=DTYPES, min_side=1):
    """NumPy array, and a tensor of the same values with strides of its own."""
    shape = tuple(draw(st.lists(st.integers(min_side, 4), min_size=0, max_size=4)))
    kind = np.dtype(draw(st.sampled_from(kinds)))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    order = draw(st.permutations(range(len(shape))))
    inverse = np.argsort(order) if shape else []
    stored = rng.integers(-3, 4, [shape[k] for k in order]) + (
        rng.normal(size=[shape[k] for k in order]) if kind.kind == "f" else 0
    )
    stored = np.asarray(stored).astype(kind)
    t = tapegrad.tensor(stored)
    view = t.permute(*[int(k) for k in inverse]) if len(shape) > 1 else t
    values = stored.transpose(inverse) if len(shape) > 1 else stored
    assert tuple(view.shape) == values.shape
    return values, view


@st.composite
def with_dims(draw, **options):
    """Array, tensor, `dim` as one gives it to PyTorch, NumPy's axis, and `keepdim`."""
    values, t = draw(strided(**options))
    ndim = values.ndim
    dims = draw(st.lists(st.sampled_from(range(ndim)), unique=True)) if ndim else []
    keepdim = draw(st.booleans())
    if not dims:
        return values, t, None, None, keepdim
    given_dims = [d - ndim if draw(st.booleans()) else d for d in dims]
    dim = given_dims[0] if len(dims) == 1 and draw(st.booleans()) else tuple(given_dims)
    return values, t, dim, tuple(dims), keepdim


def same(found, expected, rtol):
    """Compare a tensor with an array, shapes included."""
    assert tuple(found.shape) == np.shape(expected)
    np.testing.assert_allclose(found.numpy(), expected, rtol=rtol, atol=rtol * 10)


def tolerance(values):
    return 3e-6 if values.dtype == np.float32 else 1e-12


# Values -------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(with_dims(min_side=0))
def test_sums(case):
    values, t, dim, axis, keepdim = case
    wide = values.astype(np.float64) if values.dtype.kind == "f" else values.astype(np.int64)
    found = t.sum(dim, keepdim)
    same(found, wide.sum(axis, keepdims=keepdim), tolerance(values))
    exact = found.dtype is (t.dtype if values.dtype.kind == "f" else tapegrad.int64)
    assert exact
    nonzero = t.count_nonzero(dim)
    assert np.array_equal(nonzero.numpy(), np.count_nonzero(values, axis))
    for name in ("any", "all"):
        truth = getattr(t, name)(dim, keepdim)
        assert truth.dtype is tapegrad.bool_
        assert np.array_equal(truth.numpy(), getattr(np, name)(values, axis, keepdims=keepdim))


@settings(max_examples=60, deadline=None)
@given(with_dims(kinds=(np.float32, np.float64)), st.sampled_from([0, 1, 0.5]))
def test_moments_and_norms(case, correction):
    values, t, dim, axis, keepdim = case
    wide = values.astype(np.float64)
    rtol = tolerance(values)
    same(t.mean(dim, keepdim), wide.mean(axis, keepdims=keepdim), rtol)
    n = wide.size if axis is None else math.prod(wide.shape[d] for d in axis)
    if n > correction:
        var = wide.var(axis, ddof=correction, keepdims=keepdim)
        same(t.var(dim, correction=correction, keepdim=keepdim), var, rtol)
        same(t.std(dim, correction=correction, keepdim=keepdim), np.sqrt(var), rtol)
    size = np.abs(wide)
    for p in (0.5, 1, 1.5, 2, 3):
        expected = (size**p).sum(axis, keepdims=keepdim) ** (1 / p)
        same(t.norm(p, dim, keepdim), expected, rtol)
    same(t.norm(math.inf, dim, keepdim), size.max(axis, keepdims=keepdim), rtol)
    same(t.norm(-math.inf, dim, keepdim), size.min(axis, keepdims=keepdim), rtol)
    same(t.norm(0, dim, keepdim), (size != 0).sum(axis, keepdims=keepdim), rtol)
    every = tuple(range(t.ndim)) if dim is None else dim
    found = t.logsumexp(every, keepdim)
    assert found.shape == t.sum(dim, keepdim).shape
    expected = np.reshape(scipy.special.logsumexp(wide, axis), found.shape)
    np.testing.assert_allclose(found.numpy(), expected, rtol=rtol, atol=10 * rtol)


@settings(max_examples=60, deadline=None)
@given(with_dims())
def test_extrema(case):
    values, t, dim, axis, keepdim = case
    for name in ("amax", "amin"):
        found = getattr(t, name)(() if dim is None else dim, keepdim)
        assert found.dtype is t.dtype
        assert np.array_equal(found.numpy(), getattr(np, name)(values, axis, keepdims=keepdim))
    assert t.max().item() == values.max()
    assert t.min().item() == values.min()
    for d in range(values.ndim):
        for name in ("max", "min"):
            result = getattr(t, name)(d, keepdim)
            best = getattr(np, "arg" + name)(values, d, keepdims=keepdim)
            assert np.array_equal(result.indices.numpy(), best)
            expected = getattr(values, name)(d, keepdims=keepdim)
            assert np.array_equal(result.values.numpy(), expected)
    if values.dtype != np.bool_:
        assert t.argmax().item() == values.argmax()
        for d in range(values.ndim):
            found = t.argmin(d, keepdim).numpy()
            assert np.array_equal(found, values.argmin(d, keepdims=keepdim))


@settings(max_examples=40, deadline=None)
@given(strided())
def test_along_one_dimension(case):
    values, t = case
    rtol = tolerance(values)
    wide = values.astype(np.float64) if values.dtype.kind == "f" else values.astype(np.int64)
    kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.int64)
    with np.errstate(over="ignore"):
        same(t.prod(), wide.prod().astype(kind), rtol)
        for d in range(values.ndim):
            same(t.prod(d - values.ndim), wide.prod(d).astype(kind), rtol)
    for d in range(values.ndim):
        same(t.cumsum(d), wide.cumsum(d), rtol)
        if values.dtype.kind == "f":
            same(t.softmax(d), scipy.special.softmax(wide, d), rtol)
            same(t.log_softmax(d), scipy.special.log_softmax(wide, d), rtol)


def test_two_tensors():
    a = tapegrad.tensor([1.0, 5.0], requires_grad=True)
    b = tapegrad.tensor([3.0, 2.0])
    assert tapegrad.Tensor.max(a, b).tolist() == [3.0, 5.0]
    assert a.min(b).tolist() == [1.0, 2.0]
    a.max(b).sum().backward()
    assert a.grad.tolist() == [0.0, 1.0]


def test_variance_with_mean():
    x = tapegrad.tensor(RNG.normal(size=(3, 4)))
    spread, centre = reductions.var_mean(x, 1, keepdim=True)
    np.testing.assert_allclose(spread.numpy(), x.numpy().var(1, ddof=1, keepdims=True))
    np.testing.assert_allclose(centre.numpy(), x.numpy().mean(1, keepdims=True))
    spread, centre = reductions.std_mean(x, 0, False, True)
    np.testing.assert_allclose(spread.numpy(), x.numpy().std(0, keepdims=True))
    assert tuple(centre.shape) == (1, 4)


def test_named_result():
    result = tapegrad.tensor([[1.0, 5.0], [3.0, 2.0]]).max(1)
    values, indices = result
    assert values is result.values
    assert indices is result[1]
    assert repr(result) == (
        "tapegrad.return_types.max(\nvalues=tensor([5., 3.]),\nindices=tensor([1, 0]))"
    )


# Special values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(100_000,), (100_000, 3)])
def test_float32_sums_keep_their_digits(size):
    values = RNG.random(size).astype(np.float32) + np.float32(1000)
    x = tapegrad.tensor(values)
    exact = values.astype(np.float64)
    for found, expected in (
        (x.sum(0), exact.sum(0)),
        (x.mean(0), exact.mean(0)),
        (x.sum(), exact.sum()),
        (x.var(0), exact.var(0, ddof=1)),
        (x.cumsum(0)[-1], exact.sum(0)),
    ):
        np.testing.assert_allclose(found.numpy(), expected, rtol=3e-7)


def test_extreme_sizes():
    for size in (1e200, 1e-200):
        x = tapegrad.tensor([3 * size, 4 * size], dtype=tapegrad.float64)
        assert x.norm().item() == pytest.approx(5 * size, rel=4e-16)
    x = leaf([3e200, 4e200])
    x.norm(3).backward()
    np.testing.assert_allclose(x.grad.numpy(), np.array([9, 16]) / 91 ** (2 / 3))
    assert tapegrad.tensor([1000.0, 1000.0]).logsumexp(0).item() == pytest.approx(1000.6931)
    assert tapegrad.tensor([-math.inf, -math.inf]).logsumexp(0).item() == -math.inf
    assert tapegrad.tensor([1000.0, 0.0]).softmax(0).tolist() == [1.0, 0.0]
    assert tapegrad.tensor([0.0, -1000.0]).log_softmax(0).tolist() == [0.0, -1000.0]


def test_nan_wins():
    x = tapegrad.tensor([1.0, math.nan, 3.0])
    for name in ("max", "min", "amax", "amin", "sum", "prod", "mean", "var", "norm"):
        assert math.isnan(getattr(x, name)().item()), name
    assert x.argmax().item() == x.argmin().item() == x.max(0).indices.item() == 1


def test_empty():
    e = tapegrad.tensor(np.zeros((0, 3)))
    assert e.sum().item() == 0
    assert e.prod().item() == 1
    assert math.isnan(e.mean().item())
    assert e.norm().item() == 0
    assert not e.any().item()
    assert e.all().item()
    assert e.logsumexp(0).tolist() == [-math.inf] * 3
    assert e.amax(1).tolist() == e.max(1).values.tolist() == []
    assert tuple(e.softmax(0).shape) == tuple(e.cumsum(0).shape) == (0, 3)
    with pytest.warns(UserWarning, match="degrees of freedom is <= 0"):
        assert math.isnan(e.var().item())
    x = leaf(np.zeros((0, 3)))
    x.sum(0).sum().backward()
    assert tuple(x.grad.shape) == (0, 3)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "amax", "amin", "norm"])
def test_no_dimensions(name):
    x = leaf(3.0)
    out = getattr(x, name)()
    assert out.item() == 3
    assert tuple(out.shape) == ()
    out.backward()
    assert x.grad.item() == 1


def test_no_dimensions_but_a_dim():
    x = leaf(3.0)
    for out in (
        x.sum(0), x.mean(-1), x.prod(0), x.max(0).values, x.cumsum(0), x.logsumexp(0),
        x.norm(2, 0),
    ):  # fmt: skip
        x.grad = None
        assert tuple(out.shape) == ()
        assert out.item() == 3
        out.backward()
        assert x.grad.item() == 1
    assert x.softmax(0).item() == 1
    assert x.log_softmax(-1).item() == 0


# Errors -------------------------------------------------------------------------------------------

X = tapegrad.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
I = X.long()  # noqa: E741
E = tapegrad.tensor(np.zeros((0, 3)))

ERRORS = [
    (
        lambda: X.sum(2),
        IndexError,
        r"Dimension out of range \(expected to be in range of \[-2, 1\]",
    ),
    (lambda: X.sum((0, -2)), RuntimeError, "dim 0 appears multiple times in the list of dims"),
    (lambda: X.amax((1, 1)), RuntimeError, "dim 1 appears multiple times"),
    (lambda: X.sum("a"), TypeError, "sum.. received an invalid combination of arguments"),
    (lambda: X.sum(True), TypeError, r"sum\(\) received an invalid combination.* got \(bool\)"),
    (lambda: X.sum(0, 1), TypeError, "sum.*argument 'keepdim' .position 2. must be bool, not int"),
    (
        lambda: X.prod((0, 1)),
        TypeError,
        r"prod\(\) received an invalid combination.* got \(tuple\)",
    ),
    (lambda: X.max(2.0), TypeError, "max.. received an invalid combination of arguments"),
    (
        lambda: X.argmax((0,)),
        TypeError,
        "argmax.*argument 'dim' .position 1. must be int, not tuple",
    ),
    (
        lambda: reductions.sum([1.0]),
        TypeError,
        "sum.*'input' .position 1. must be Tensor, not list",
    ),
    (lambda: I.mean(), RuntimeError, "mean.*could not infer output dtype.*Got: Long"),
    (lambda: X.mean(dtype=tapegrad.int64), RuntimeError, "Optional dtype must be.*Got: Long"),
    (lambda: I.var(), RuntimeError, "std and var only support floating point"),
    (lambda: I.norm(), RuntimeError, "linalg.vector_norm: Expected a floating point.*Got Long"),
    (lambda: X.norm("nuc"), RuntimeError, "nuclear norm"),
    (lambda: X.norm("foo"), RuntimeError, "Order foo not supported"),
    (lambda: E.norm(math.inf), RuntimeError, "inf norm on an empty tensor"),
    (lambda: E.norm(-math.inf, 0), RuntimeError, "-inf norm on the dimension 0"),
    (lambda: E.max(), RuntimeError, r"max\(\): Expected reduction dim to be specified for"),
    (lambda: E.amin(0), IndexError, r"amin\(\): Expected reduction dim 0 to have non-zero size"),
    (lambda: E.argmax(), IndexError, r"argmax\(\): Expected reduction dim to be specified"),
    (lambda: (X > 1).argmax(), RuntimeError, "does not support bool input"),
    (lambda: I.softmax(0), NotImplementedError, "not implemented for 'Long'"),
    (lambda: X.softmax(2), IndexError, "Dimension out of range"),
    (lambda: X.cumsum(-3), IndexError, "Dimension out of range"),
    (
        lambda: X.var(0, True, correction=1),
        TypeError,
        r"var\(\) received an invalid combination.* got \(int, bool, correction=int\)",
    ),
]


@pytest.mark.parametrize("case", ERRORS, ids=[pattern for _, _, pattern in ERRORS])
def test_errors(case):
    call, kind, pattern = case
    with pytest.raises(kind, match=pattern):
        call()
    x = leaf([2.0])
    (x * x).sum().backward()
    assert x.grad.tolist() == [4.0]


# Gradients ----------------------------------------------------------------------------------------

GRADIENTS = {
    "sum": lambda x, d, k: x.sum(d, k),
    "mean": lambda x, d, k: x.mean(d, k),
    "amax": lambda x, d, k: x.amax(d or (), k),
    "amin": lambda x, d, k: x.amin(d or (), k),
    "var": lambda x, d, k: x.var(d, keepdim=k),
    "var0": lambda x, d, k: x.var(d, correction=0.5, keepdim=k),
    "std": lambda x, d, k: x.std(d, keepdim=k),
    "logsumexp": lambda x, d, k: x.logsumexp(d or (0, 1), k),
    **{
        f"norm{p}": lambda x, d, k, p=p: x.norm(p, d, k)
        for p in (0.5, 1, 1.5, 2, 3, math.inf, -math.inf, -1)
    },
}
ALONG = {
    "prod": lambda x, d: x.prod(d),
    "max": lambda x, d: x.max(d).values,
    "min": lambda x, d: x.min(d, True)[0],
    "cumsum": lambda x, d: x.cumsum(d),
    "softmax": lambda x, d: x.softmax(d),
    "log_softmax": lambda x, d: x.log_softmax(d),
}


@pytest.mark.parametrize("dim", [None, 0, -1, (0, 1), (1,)], ids=str)
@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(name, dim):
    values = RNG.permutation(12).reshape(3, 4) / 5 - 1.15
    function = GRADIENTS[name]
    check_gradients(lambda x: function(x, dim, False), values)
    check_gradients(lambda x: function(x.t(), dim, True), values)


@pytest.mark.parametrize("dim", [0, -1])
@pytest.mark.parametrize("name", ALONG)
def test_gradients_along_one_dimension(name, dim):
    values = RNG.permutation(10).reshape(2, 5) / 4 - 1.1
    function = ALONG[name]
    check_gradients(lambda x: function(x, dim), values)
    check_gradients(lambda x: function(x.t(), dim), values)


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 8])
def test_product_with_zeros(n, zeros):
    values = RNG.normal(size=n)
    values[:zeros] = 0
    expected = [np.prod(np.delete(values, k)) for k in range(n)]
    x = leaf(values)
    x.prod().backward()
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-14)
    y = leaf(np.stack([values, values[::-1]]))
    y.prod(1).sum().backward()
    np.testing.assert_allclose(y.grad.numpy(), [expected, expected[::-1]], rtol=1e-14)


def test_ties():
    for name, expected in (("max", [0, 0.5, 0.5, 0]), ("amin", [0.5, 0, 0, 0.5])):
        x = leaf([1.0, 3.0, 3.0, 1.0])
        getattr(x, name)().backward()
        assert x.grad.tolist() == expected
    x = leaf([1.0, 3.0, 3.0, 1.0])
    (x.max(0).values + x.min(0).values).backward()
    assert x.grad.tolist() == [1, 1, 0, 0]
    x = leaf([math.nan, 1.0, math.nan])
    x.max().backward()
    assert x.grad.tolist() == [0.5, 0, 0.5]


def test_the_number_of_nonzeros_has_no_gradient():
    x = leaf([0.0, 2.0])
    x.norm(0).backward()
    assert x.grad is None


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, math.inf])
def test_norm_of_zeros_has_the_subgradient_zero(p):
    x = leaf([0.0, 0.0])
    x.norm(p).backward()
    assert x.grad.tolist() == [0, 0]


def test_constant_std_has_the_subgradient_zero():
    x = leaf([2.0, 2.0])
    x.std().backward()
    assert x.grad.tolist() == [0, 0]


def test_gradient_keeps_the_dtype_of_the_input():
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    (x.sum(dtype=tapegrad.float64) + x.norm(dtype=tapegrad.float64)).backward()
    assert x.grad.dtype is tapegrad.float32
    np.testing.assert_allclose(x.grad.numpy(), 1 + np.array([1, 2]) / np.sqrt(5), rtol=1e-6)
    assert not x.sum(dtype=tapegrad.int64).requires_grad


NODES = {
    "SumBackward0": lambda x: x.sum(),
    "SumBackward1": lambda x: x.sum(0),
    "MeanBackward0": lambda x: x.mean(),
    "MeanBackward1": lambda x: x.mean(0),
    "ProdBackward0": lambda x: x.prod(),
    "ProdBackward1": lambda x: x.prod(0),
    "MaxBackward0": lambda x: x.max(0)[0],
    "MaxBackward1": lambda x: x.max(),
    "MinBackward0": lambda x: x.min(0)[0],
    "AmaxBackward0": lambda x: x.amax(),
    "VarBackward0": lambda x: x.var(),
    "StdBackward0": lambda x: x.std(0),
    "LinalgVectorNormBackward0": lambda x: x.norm(),
    "LogsumexpBackward0": lambda x: x.logsumexp(0),
    "CumsumBackward0": lambda x: x.cumsum(0),
    "SoftmaxBackward0": lambda x: x.softmax(0),
    "LogSoftmaxBackward0": lambda x: x.log_softmax(0),
}


@pytest.mark.parametrize("name", NODES)
def test_names_of_nodes(name):
    x = leaf([[1.0, 2.0], [3.0, 5.0]])
    node = NODES[name](x).grad_fn
    assert node.name() == name
    assert [n.name() for n, _ in node.next_functions] == ["torch::autograd::AccumulateGrad"]


def test_overwriting_a_saved_value_is_noticed():
    x = leaf([1.0, 2.0]) * 1
    out = x.norm()
    x.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.backward()
    y = leaf([1.0, 2.0]) * 1
    out = y.sum(0)
    y.add_(1)
    out.backward()  # a sum saves nothing
