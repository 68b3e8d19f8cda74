"""Activations and losses: values against NumPy and SciPy, gradients against differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
from differences import check_gradients
from hypothesis import given, settings
from hypothesis import strategies as st

import tapegrad
from tapegrad.nn import functional as F

RNG = np.random.default_rng(5)
WEIGHT = np.array([0.5, 2.0, 1.25])


def double(values):
    return tapegrad.tensor(values, dtype=tapegrad.float64)


# Layers and activations ---------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3)], ids=str)
@pytest.mark.parametrize("bias", [False, True])
def test_linear(shape, bias):
    x, w, b = RNG.normal(size=shape), RNG.normal(size=(2, 3)), RNG.normal(size=2)
    given_bias = double(b) if bias else None
    found = F.linear(double(x), double(w), given_bias)
    np.testing.assert_allclose(found.numpy(), x @ w.T + (b if bias else 0), rtol=1e-13)
    if bias:
        check_gradients(F.linear, x, w, b)
    else:
        check_gradients(F.linear, x, w)


def test_linear_with_one_output():
    x, w = RNG.normal(size=(2, 3)), RNG.normal(size=3)
    np.testing.assert_allclose(F.linear(double(x), double(w)).numpy(), x @ w)
    check_gradients(F.linear, x, w)


def test_activations():
    x = RNG.normal(size=(3, 4)) * 3
    t = double(x)
    for found, expected in (
        (F.relu(t), np.maximum(x, 0)),
        (F.sigmoid(t), scipy.special.expit(x)),
        (F.tanh(t), np.tanh(x)),
        (F.softplus(t), np.logaddexp(x, 0)),
        (F.softplus(t, 2.0, 1.0), np.where(2 * x > 1, x, np.logaddexp(2 * x, 0) / 2)),
        (F.logsigmoid(t), scipy.special.log_expit(x)),
        (F.softmax(t, 1), scipy.special.softmax(x, 1)),
        (F.log_softmax(t, 0), scipy.special.log_softmax(x, 0)),
    ):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-13, atol=1e-15)
    for function in (
        F.relu, F.sigmoid, F.tanh, F.softplus, F.logsigmoid,
        lambda t: F.softplus(t, 2.0, 1.0),
        lambda t: F.softmax(t, 0),
        lambda t: F.log_softmax(t, -1),
    ):  # fmt: skip
        check_gradients(function, x)


def test_activations_at_the_ends():
    x = double([-1000.0, 1000.0]).requires_grad_(True)
    out = F.softplus(x)
    assert out.tolist() == [0, 1000]
    out.sum().backward()
    assert x.grad.tolist() == [0, 1]
    assert F.logsigmoid(x).tolist() == [-1000, 0]


def test_relu_in_place():
    x = double([-1.0, 2.0])
    assert F.relu(x, inplace=True) is x
    assert x.tolist() == [0, 2]


def test_softmax_chooses_a_dimension_and_says_so():
    x = double(RNG.normal(size=(2, 3)))
    with pytest.warns(UserWarning, match="Implicit dimension choice for softmax"):
        assert F.softmax(x).tolist() == F.softmax(x, 1).tolist()
    with pytest.warns(UserWarning, match="Implicit dimension choice for log_softmax"):
        assert F.log_softmax(x[0]).tolist() == F.log_softmax(x[0], 0).tolist()
    assert F.softmax(x, dim=0, dtype=tapegrad.float32).dtype is tapegrad.float32


# Losses -------------------------------------------------------------------------------------------


def reduce(losses, reduction, divisor=None):
    """Reduce as PyTorch's losses do."""
    if reduction == "none":
        return losses
    total = losses.sum()
    return total / (losses.size if divisor is None else divisor) if reduction == "mean" else total


REDUCTIONS = ("mean", "sum", "none")


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_mse_loss(reduction):
    x, y = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3))
    found = F.mse_loss(double(x), double(y), reduction=reduction)
    np.testing.assert_allclose(found.numpy(), reduce((x - y) ** 2, reduction), rtol=1e-14)
    check_gradients(lambda a, b: F.mse_loss(a, b, reduction=reduction), x, y)
    check_gradients(lambda a, b: F.mse_loss(a.t(), b.t(), reduction=reduction), x, y)
    w = double(RNG.random((2, 3)))
    check_gradients(lambda a, b: F.mse_loss(a, b, reduction=reduction, weight=w), x, y)


def test_mse_loss_of_other_shapes_warns():
    x, y = RNG.normal(size=(2, 3)), RNG.normal(size=3)
    with pytest.warns(UserWarning, match="Using a target size .* that is different to the input"):
        found = F.mse_loss(double(x), double(y))
    assert found.item() == pytest.approx(((x - y) ** 2).mean())


def test_older_arguments():
    x, y = double([1.0, 2.0]), double([0.0, 0.0])
    with pytest.warns(UserWarning, match="please use reduction='sum' instead"):
        assert F.mse_loss(x, y, False).item() == 5
    with pytest.warns(UserWarning, match="please use reduction='none' instead"):
        assert F.mse_loss(x, y, reduce=False).tolist() == [1, 4]


def reference(log_p, target, weight, ignore, reduction, smoothing=0.0):
    """Cross-entropy, one element after another."""
    axis = 0 if log_p.ndim == 1 else 1
    n = log_p.shape[axis]
    w = np.ones(n) if weight is None else weight
    rows = np.moveaxis(log_p, axis, -1)
    hard, even, share = (np.zeros(target.shape) for _ in range(3))
    for at in np.ndindex(target.shape):
        c = target[at]
        if c != ignore:
            hard[at] = -w[c] * rows[at][c]
            even[at] = -(w * rows[at]).sum()
            share[at] = w[c]
    divisor = share.sum()
    loss = reduce(hard, reduction, divisor)
    if not smoothing:
        return loss
    return (1 - smoothing) * loss + smoothing / n * reduce(even, reduction, divisor)


@st.composite
def classification(draw):
    more = draw(st.lists(st.integers(1, 3), max_size=2))
    batch = draw(st.one_of(st.none(), st.integers(1, 4)))
    shape = (3,) if batch is None else (batch, 3, *more)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    target = rng.integers(0, 3, () if batch is None else (batch, *more))
    ignore = draw(st.sampled_from([-100, 0, 1]))
    target = np.where(rng.random(target.shape) < 0.2, ignore, target)
    if (target == ignore).all():
        target = np.full_like(target, 2)
    weight = WEIGHT if draw(st.booleans()) else None
    return rng.normal(size=shape) * 3, target, weight, ignore, draw(st.sampled_from(REDUCTIONS))


@settings(max_examples=80, deadline=None)
@given(classification(), st.sampled_from([0.0, 0.25, 1.0]))
def test_cross_entropy_of_classes(case, smoothing):
    scores, target, weight, ignore, reduction = case
    axis = 0 if scores.ndim == 1 else 1
    w = None if weight is None else double(weight)
    t = tapegrad.tensor(target)
    log_p = scipy.special.log_softmax(scores, axis)
    options = {"weight": w, "ignore_index": ignore, "reduction": reduction}
    found = F.cross_entropy(double(scores), t, label_smoothing=smoothing, **options)
    expected = reference(log_p, target, weight, ignore, reduction, smoothing)
    assert tuple(found.shape) == np.shape(expected)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-14)
    found = F.nll_loss(double(log_p), t, **options)
    expected = reference(log_p, target, weight, ignore, reduction)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-14)


@settings(max_examples=20, deadline=None)
@given(classification(), st.sampled_from([0.0, 0.3]))
def test_cross_entropy_gradients(case, smoothing):
    scores, target, weight, ignore, reduction = case
    w = None if weight is None else double(weight)
    t = tapegrad.tensor(target)
    options = {"weight": w, "ignore_index": ignore, "reduction": reduction}
    check_gradients(
        lambda x: F.cross_entropy(x, t, label_smoothing=smoothing, **options),
        scores,
        tolerance=2e-7,
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["even", "weighted"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 3, 2)], ids=str)
def test_cross_entropy_of_probabilities(shape, reduction, weight, smoothing):
    axis = 0 if len(shape) == 1 else 1
    scores = RNG.normal(size=shape)
    target = scipy.special.softmax(RNG.normal(size=shape), axis)
    w = None if weight is None else double(weight)
    options = {"weight": w, "reduction": reduction, "label_smoothing": smoothing}
    found = F.cross_entropy(double(scores), double(target), **options)
    along = np.ones(3) if weight is None else weight
    along = along.reshape(3, *(1,) * (len(shape) - 1 - axis))
    smooth = target * (1 - smoothing) + smoothing / 3
    losses = -(scipy.special.log_softmax(scores, axis) * smooth * along).sum(axis)
    np.testing.assert_allclose(found.numpy(), reduce(losses, reduction), rtol=1e-12)
    check_gradients(lambda a, b: F.cross_entropy(a, b, **options), scores, target)


def test_float32_losses():
    scores = RNG.normal(size=(5, 3))
    target = np.array([0, 1, 2, 0, 1])
    x = tapegrad.tensor(scores, dtype=tapegrad.float32).requires_grad_(True)
    loss = F.cross_entropy(x, tapegrad.tensor(target))
    assert loss.dtype is tapegrad.float32
    loss.backward()
    p = scipy.special.softmax(scores, 1)
    p[np.arange(5), target] -= 1
    np.testing.assert_allclose(x.grad.numpy(), p / 5, rtol=2e-5, atol=1e-7)
    assert F.mse_loss(x, double(scores)).dtype is tapegrad.float64


def test_nothing_to_average():
    nan = F.nll_loss(double([[0.0, 1.0]]), tapegrad.tensor([-100]))
    assert math.isnan(nan.item())
    assert F.nll_loss(double([[0.0, 1.0]]), tapegrad.tensor([-100]), reduction="sum").item() == 0
    empty = double(np.zeros((0, 3)))
    assert math.isnan(F.mse_loss(empty, empty).item())
    assert math.isnan(F.cross_entropy(empty, tapegrad.tensor(np.zeros(0, np.int64))).item())
    x = double([[0.0, 1.0]]).requires_grad_(True)
    F.cross_entropy(x, tapegrad.tensor([-100])).backward()
    assert x.grad.tolist() == [[0, 0]]


def test_names_of_nodes():
    x = double(RNG.normal(size=(2, 3))).requires_grad_(True)
    y = double(RNG.normal(size=(2, 3, 1))).requires_grad_(True)
    t = tapegrad.tensor([0, 1])
    for out, name in (
        (F.mse_loss(x, x * 2), "MseLossBackward0"),
        (F.nll_loss(x, t), "NllLossBackward0"),
        (F.cross_entropy(x, t, weight=double(WEIGHT)), "NllLossBackward0"),
        (F.cross_entropy(y, t.reshape(2, 1)), "NllLoss2DBackward0"),
        (F.linear(x, x), "MmBackward0"),
        (F.linear(x, x, x[:, 0]), "AddmmBackward0"),
        (F.softplus(x), "SoftplusBackward0"),
        (F.logsigmoid(x), "LogSigmoidBackward0"),
    ):
        assert out.grad_fn.name() == name
    edges = F.cross_entropy(x, t).grad_fn.next_functions
    assert [n.name() for n, _ in edges] == ["LogSoftmaxBackward0"]


# Errors -------------------------------------------------------------------------------------------

X = tapegrad.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
Y = tapegrad.tensor(np.ones((2, 3, 4), np.float32))
V = tapegrad.tensor([0.0, 1.0, 2.0])
T = tapegrad.tensor([0, 1])


def classes(*values):
    return tapegrad.tensor(list(values))


ERRORS = [
    (
        lambda: F.mse_loss(X, X, reduction="foo"),
        ValueError,
        "foo is not a valid value for reduction",
    ),
    (lambda: F.mse_loss(X.long(), X.long()), NotImplementedError, '"mse_cpu" not implemented for'),
    (lambda: F.mse_loss(X, 1.0), TypeError, "'target' .position 2. must be Tensor, not float"),
    (lambda: F.nll_loss(X, classes(0, 3)), IndexError, "Target 3 is out of bounds."),
    (lambda: F.nll_loss(X, classes(-1, 0)), IndexError, "Target -1 is out of bounds."),
    (
        lambda: F.nll_loss(X, classes(0)),
        ValueError,
        r"Expected input batch_size \(2\) to match target batch_size \(1\)",
    ),
    (lambda: F.nll_loss(X, T.double()), RuntimeError, "expected target dtype to be Long or Byte"),
    (
        lambda: F.nll_loss(X, T, weight=V[:2]),
        RuntimeError,
        r"defined either for all 3 classes or no classes but got weight tensor of shape: \[2\]",
    ),
    (lambda: F.nll_loss(X, T, weight=V.double()), RuntimeError, "expected scalar type Float but f"),
    (lambda: F.nll_loss(tapegrad.tensor(1.0), classes(0)), ValueError, "Expected 1 or more dimens"),
    (lambda: F.nll_loss(X, T.reshape(2, 1)), RuntimeError, "multi-target not supported"),
    (lambda: F.nll_loss(V, T), ValueError, "For 1D input, 1D target must have size 1"),
    (
        lambda: F.nll_loss(Y, tapegrad.zeros(2, 3).long()),
        RuntimeError,
        r"Expected target size \[2, 4\], got \[2, 3\]",
    ),
    (lambda: F.nll_loss(X.long(), T), NotImplementedError, "nll_loss_out_frame"),
    (
        lambda: F.cross_entropy(X, T, label_smoothing=1.5),
        RuntimeError,
        "between 0.0 and 1.0. Got: 1",
    ),
    (lambda: F.cross_entropy(X, X, ignore_index=1), RuntimeError, "ignore_index is not supported"),
    (lambda: F.cross_entropy(X, X.long()), RuntimeError, "Expected floating point type for target"),
    (lambda: F.cross_entropy(X.long(), T), NotImplementedError, "not implemented for 'Long'"),
    (lambda: F.cross_entropy([1.0], T), TypeError, "'input' .position 1. must be Tensor, not list"),
    (lambda: F.softplus(X.long()), NotImplementedError, '"softplus_cpu" not implemented for'),
    (lambda: F.linear(X, tapegrad.ones(4, 2)), RuntimeError, r"multiplied \(2x3 and 2x4\)"),
    (lambda: F.linear(tapegrad.tensor(1.0), X), RuntimeError, "linear need to be at least 1D"),
    (lambda: F.linear(X, X, V), RuntimeError, r"expanded size of the tensor \(2\) must match"),
    (lambda: F.linear(X, 1), TypeError, "'weight' .position 2. must be Tensor, not int"),
]


@pytest.mark.parametrize("case", ERRORS, ids=[pattern for _, _, pattern in ERRORS])
def test_errors(case):
    call, kind, pattern = case
    with pytest.raises(kind, match=pattern):
        call()
    x = double([[1.0, 1.0]]).requires_grad_(True)
    F.cross_entropy(x, tapegrad.tensor([1])).backward()
    assert x.grad.tolist() == [[0.5, -0.5]]
