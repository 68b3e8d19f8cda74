"""Gradients that other people wrote, held against the tape."""

import math

import numba
import numpy as np
import pytest

import tapegrad as torch
from tapegrad.errors import LiftError
from tapegrad.symbolic import Verdict, verify_gradient

X = np.array([0.4, -1.2, 2.0])


def energy(x):
    return (x**2).sum() / 2


def logistic(x):
    return (1 + (-x).exp()).log().sum()


@numba.njit
def compiled(x):
    return -1 / (1 + np.exp(x))


def in_float32(x):
    return (-1 / (1 + np.exp(x.astype(np.float32)))).astype(np.float32)


def only_floats(x):
    return [-1 / (1 + math.exp(v)) for v in x]


def as_tensor(x):
    return torch.tensor(-1 / (1 + np.exp(x)))


def with_branch(x):
    return np.where(x > 0, -np.exp(-x) / (1 + np.exp(-x)), -1 / (1 + np.exp(x)))


@pytest.mark.parametrize(
    ("function", "gradient", "verdict"),
    [
        (energy, lambda x: x, Verdict.PROVED),
        (energy, lambda x: x.tolist(), Verdict.PROVED),
        (energy, lambda x: (x,), Verdict.PROVED),
        (logistic, lambda x: -1 / (1 + np.exp(x)), Verdict.PROVED),
        (logistic, lambda x: -np.exp(-x) / (1 + np.exp(-x)), Verdict.PROVED),
        (
            lambda x: x.sin().prod(),
            lambda x: np.cos(x) / np.sin(x) * np.prod(np.sin(x)),
            Verdict.PROVED,
        ),
        (lambda x: x.norm(), lambda x: x / np.sqrt((x * x).sum()), Verdict.PROVED),
        (lambda x: x[0] * x[1], lambda x: np.array([x[1], x[0], 0 * x[2]]), Verdict.PROVED),
        (logistic, compiled, Verdict.VERIFIED),
        (logistic, in_float32, Verdict.VERIFIED),
        (logistic, only_floats, Verdict.VERIFIED),
        (logistic, as_tensor, Verdict.VERIFIED),
        (logistic, with_branch, Verdict.VERIFIED),
        ("sum(x**3)", lambda x: 3 * x**2, Verdict.PROVED),
    ],
)
def test_right_gradients(function, gradient, verdict):
    report = verify_gradient(function, gradient, X)
    assert report.verdict is verdict, report.findings
    assert report.findings[0].points == 8


@pytest.mark.parametrize(
    ("function", "gradient"),
    [
        (energy, lambda x: 2 * x),
        (energy, lambda x: -x),
        (energy, lambda x: x * (1 + 1e-9)),
        (energy, lambda x: np.where(x > 1.9, 0, x)),
        (logistic, lambda x: 1 / (1 + np.exp(x))),
        (logistic, lambda x: np.full(3, np.nan)),
        (lambda x: x[0] * x[1], lambda x: np.array([x[0], x[1], 0.0])),
        (lambda x: x.sum(), lambda x: np.zeros(3)),
        (lambda x: x.exp().sum(), numba.njit(lambda x: x + 1)),
    ],
)
def test_wrong_gradients_are_refuted_with_a_counterexample(function, gradient):
    report = verify_gradient(function, gradient, X, name="claim")
    assert report.verdict is Verdict.REFUTED
    found = report.findings[0].counterexample
    # The counterexample is one: the definitions by central differences say so, too.
    point = torch.tensor(found.inputs[0])
    step = torch.zeros(3, dtype=torch.float64)
    step[found.element] = 1e-6
    slope = float(function(point + step) - function(point - step)) / 2e-6
    assert found.expected == pytest.approx(slope, rel=1e-6, abs=1e-6)
    claimed = np.asarray(gradient(found.inputs[0]))[found.element]
    assert found.got == pytest.approx(claimed, nan_ok=True)


def test_counterexamples_are_simple():
    report = verify_gradient(energy, lambda x: 2 * x, np.array([0.123456789, -1.3, 2.7182818]))
    values = report.findings[0].counterexample.inputs[0]
    assert sum(len(repr(float(v))) for v in values) <= 12


def test_several_inputs_and_integers():
    def loss(w, k, b):
        return (w[k] * b).sum()

    def by_hand(w, k, b):
        dw = np.zeros_like(w)
        for j in k:
            dw[j] = dw[j] + b
        return dw, None, sum(w[j] for j in k)

    inputs = [np.array([1.0, 2.0, 3.0]), np.array([0, 2, 2]), np.array(1.5)]
    assert verify_gradient(loss, by_hand, *inputs).verdict is Verdict.PROVED
    short = verify_gradient(loss, lambda w, k, b: by_hand(w, k, b)[::2], *inputs)
    assert [f.input for f in short.findings] == [0, 2]
    assert short.verdict is Verdict.PROVED
    swapped = verify_gradient(
        loss, lambda w, k, b: (by_hand(w, k, b)[0] + 1, None, w.sum()), *inputs
    )
    assert [f.verdict for f in swapped.findings] == [Verdict.REFUTED] * 2


def test_one_input_may_be_right_and_another_wrong():
    report = verify_gradient(lambda x, y: x * y, lambda x, y: (y, y), np.array(2.0), np.array(3.0))
    assert [f.verdict for f in report.findings] == [Verdict.PROVED, Verdict.REFUTED]


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (lambda x: x[:2], r"shape \(2,\) for an input of shape \(3,\)"),
        (lambda x: x * 1j, "complex128 where real numbers"),
        (lambda x: [[1.0], [1.0, 2.0]], "different lengths"),
    ],
)
def test_results_of_another_form_are_refuted(gradient, message):
    report = verify_gradient(energy, gradient, X)
    assert report.verdict is Verdict.REFUTED
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(report.findings[0].how)


def test_number_of_gradients():
    report = verify_gradient(lambda x, y: x * y, lambda x, y: y, 1.0, 2.0)
    assert report.verdict is Verdict.REFUTED
    assert "tuple of as many arrays" in report.findings[0].how


def test_kinks_are_undecided():
    report = verify_gradient(lambda x: x.abs().sum(), np.sign, np.array([1.0, 0.0]))
    assert report.verdict is Verdict.UNDECIDED
    assert "kink" in report.findings[0].how


def test_domain_bounds_the_points():
    def right_for_positive(x):
        return np.where(x > 0, 1.0, 7.0)

    def function(x):
        return x.abs().sum()

    inputs = np.array([0.5, 1.0])
    inside = verify_gradient(function, right_for_positive, inputs, domain={0: (0.1, 3)})
    assert inside.verdict is Verdict.VERIFIED
    wide = verify_gradient(function, right_for_positive, inputs, domain={0: (-3, 3)})
    assert wide.verdict is Verdict.REFUTED


def test_the_inputs_are_not_written_to():
    inputs = X.copy()

    def greedy(x):
        x *= 1.0
        x -= 0.0
        return x

    verify_gradient(energy, greedy, inputs)
    np.testing.assert_array_equal(inputs, X)


def test_large_inputs_are_compared_in_numbers():
    report = verify_gradient(energy, lambda x: x, np.linspace(-1, 1, 100))
    assert report.verdict is Verdict.VERIFIED
    assert "too many elements" in report.findings[0].how


def test_arguments_can_be_converted():
    class Wrapped:
        def __init__(self, values):
            self.values = values

        def detach(self):
            return self

        def numpy(self):
            return self.values

    report = verify_gradient(energy, lambda w: Wrapped(w.values), X, convert=Wrapped)
    assert report.verdict is Verdict.VERIFIED


def test_functions_of_many_numbers_have_no_gradient():
    with pytest.raises(LiftError, match="must give one number"):
        verify_gradient(lambda x: x, lambda x: x, X)


def test_errors_of_the_gradient_are_its_own():
    def broken(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        verify_gradient(energy, broken, X)
