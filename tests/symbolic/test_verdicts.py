"""Verdicts at awkward points: none is refuted by rounding, none is proved where it must not be."""

from __future__ import annotations

import numpy as np
import pytest
from planting import wrong_rule

import tapegrad
from tapegrad.errors import LiftError
from tapegrad.symbolic import Verdict, verify
from tapegrad.symbolic.exactly import agrees_at
from tapegrad.symbolic.lifting import symbols_like
from tapegrad.symbolic.trace import record

CONSTANT = tapegrad.tensor([1.0, 2.0], dtype=tapegrad.float64)
WEIGHT = tapegrad.tensor([1.0, 2.0], dtype=tapegrad.float64, requires_grad=True)


def d(*values):
    return np.array(values, np.float64)


def by_branch(x):
    return x.sum() * 2 if x[0].item() > 0 else x.prod()


def in_place(x):
    y = x.clone()
    y[0] = y[1] * 3
    y[1:].mul_(2)
    return y.prod()


def without_grad(x):
    with tapegrad.no_grad():
        scale = x.sum()
    return x * scale


def views(x):
    return x.view(4).unsqueeze(0).expand(2, 4).t().reshape(2, 4)[:, 1:].sum(0)


def watched(x):
    y = x * 2
    y.register_hook(lambda g: None)
    return y.sum()


PROVED = {
    "cancellation to zero": (lambda x: ((x + 1e8) - 1e8 - x) * x, d(0.1, 0.2)),
    "cancellation": (lambda x: ((x + 1e7) - 1e7).square().sum(), d(0.1, 0.2)),
    "single precision": (lambda x: (x.exp() - x.exp() + x * x).sum(), np.float32([0.1, 0.2])),
    "single precision that cancels": (
        lambda x: ((x + 1e4) - 1e4).square().sum(),
        np.float32([0.1, 0.2]),
    ),
    "casts": (lambda x: x.float().exp().double().sum(), d(0.1, 0.2)),
    "overflow": (lambda x: (x * 400).exp().sum(), d(1.0, 2.0)),
    "overflow on the way": (lambda x: ((x * 400).exp() / (x * 400).exp()).sum(), d(1.0, 2.0)),
    "underflow on the way": (
        lambda x: ((-x * 400).exp() ** 2 * (x * 800).exp()).sum(),
        d(1.0, 0.5),
    ),
    "far tails": (lambda x: (x * 1000).logsumexp(0), d(1.0, 2.0)),
    "a branch": (by_branch, d(0.3, 1.0)),
    "cases": (lambda x: tapegrad.where(x > 0, x * 2, x * x), d(-0.5, 1.0)),
    "positions": (lambda x, i: x[i].sum(), d(1.0, 2.0, 3.0), np.array([0, 2])),
    "an input without a part": (lambda x, y: x.sum(), d(1.0, 2.0), d(3.0)),
    "an output without one": (lambda x: (x * 2, tapegrad.ones(2)), d(1.0, 2.0)),
    "truth values": (lambda x: (x > 1, x * x), d(1.5, 2.0)),
    "several": (lambda x, y: (x * y, x.sum() + y), d(1.0, 2.0), np.float64(3)),
    "a number": (lambda x: x**3, np.float64(2)),
    "no elements": (lambda x: x.sum(), np.ones(0)),
    "no columns": (lambda x: x * 2, np.ones((2, 0))),
    "writes": (in_place, d(1.0, 2.0)),
    "views": (views, d([1.0, 2.0], [3.0, 4.0])),
    "detached": (lambda x: x.detach() * x, d(1.0, 2.0)),
    "without grad": (without_grad, d(1.0, 2.0)),
    "a hook that looks": (watched, d(1.0, 2.0)),
    "a constant from outside": (lambda x: CONSTANT * x, d(1.0, 2.0)),
    "between jumps": (lambda x: x.floor() * x + x % 0.7, d(1.5, 2.3)),
    "negative bases": (lambda x: x**3, d(-1.0, 1.0)),
    "a square at zero": (lambda x: x**2, d(0.0, 1.0)),
    "a power of both": (lambda x, y: x**y, d(2.0, 1.5), d(0.3, -1.0)),
    "a mask": (
        lambda x: tapegrad.where(tapegrad.tensor([True, False]), x, float("-inf")).softmax(0),
        d(1.0, 2.0),
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_it_is_proved(name):
    function, *inputs = PROVED[name]
    report = verify(function, *inputs, points=4, time_limit=10)
    assert report.verdict is Verdict.PROVED, [f.how for f in report.findings]
    assert not report.notes


KINKS = {
    "relu": (lambda x: x.relu().sum(), d(0.0, 1.0), "relu"),
    "abs": (lambda x: x.abs().sum(), d(0.0, 1.0), "abs"),
    "where": (lambda x: tapegrad.where(x > 0, x * 2, x), d(0.0, 1.0), "where"),
    "a mask": (lambda x: (x * (x > 0)).sum(), d(0.0, 1.0), "mul"),
    "a branch": (by_branch, d(0.0, 1.0), "branches"),
    "ties of amax": (lambda x: x.amax(0), d(1.0, 1.0, 0.0), "amax"),
    "ties of max": (lambda x: x.max(), d(1.0, 1.0, 0.0), "max"),
    "ties of positions": (lambda x: x.max(0)[0].sum(), np.ones((2, 2)), "max_dim"),
    "ties of least": (lambda x: x.min(1)[0], np.ones((2, 2)), "min_dim"),
    "norm": (lambda x: x.norm(), d(0.0, 0.0), "norm"),
    "std": (lambda x: x.std(), d(2.0, 2.0, 2.0), "std"),
    "floor": (lambda x: x.floor() * x, d(1.0, 2.3), "floor"),
    "clamp": (lambda x: x.clamp(0.5, 2.0), d(0.5, 1.0), "clamp"),
    "maximum": (lambda x, y: tapegrad.maximum(x, y), d(1.0, 2.0), d(1.0, 3.0), "maximum"),
    "origin of an angle": (lambda x, y: tapegrad.atan2(x, y), d(0.0), d(0.0), "atan2"),
}


@pytest.mark.parametrize("name", KINKS)
def test_a_kink_is_undecided_and_says_which_subgradient(name):
    function, *inputs, word = KINKS[name]
    report = verify(function, *inputs, points=3, time_limit=10)
    assert report.verdict is Verdict.UNDECIDED
    assert all("kink" in f.how and "subgradient" in f.how for f in report.findings)
    assert report.kinks
    assert word in str(report.kinks[0])


EDGES = {
    "log": (lambda x: x.log().sum(), d(0.0, 1.0), "log at [0, 1]"),
    "log of less": (lambda x: x.log().sum(), d(-1.0, 1.0), "log at [-1, 1]"),
    "sqrt": (lambda x: x.sqrt().sum(), d(0.0, 1.0), "sqrt at"),
    "acos": (lambda x: x.acos().sum(), d(1.0, 0.5), "acos at"),
    "division": (lambda x: 1 / x, d(0.0, 0.5), "at [0, 0.5]"),
    "nan": (lambda x: x * 2, d(np.nan, 1.0), "not finite"),
    "infinity": (lambda x: x * 2, d(np.inf, 1.0), "not finite"),
}


@pytest.mark.parametrize("name", EDGES)
def test_the_edge_of_a_domain_is_undecided_and_says_where(name):
    function, point, words = EDGES[name]
    report = verify(function, point, points=3, time_limit=10)
    assert report.verdict is Verdict.UNDECIDED
    (finding,) = report.findings
    assert finding.how.startswith("domain: ")
    assert words in finding.how


def test_a_hook_that_changes_a_gradient_is_the_culprit():
    def function(x):
        y = x * 2
        y.register_hook(lambda g: g * 3)
        return y.sum()

    report = verify(function, d(1.0, 2.0))
    assert report.verdict is Verdict.REFUTED
    counterexample = report.findings[0].counterexample
    assert counterexample.culprit.startswith("a hook of mul")
    assert (counterexample.expected, counterexample.got) == (2.0, 6.0)


def test_a_captured_tensor_that_requires_grad_is_reported():
    report = verify(lambda x: WEIGHT * x, d(1.0, 2.0))
    assert report.verdict is Verdict.PROVED
    assert "outside of the function" in report.notes[0]


def test_random_numbers_are_reported():
    report = verify(lambda x: x * tapegrad.rand(2, dtype=tapegrad.float64), d(1.0, 2.0))
    assert report.verdict is Verdict.PROVED
    assert "random" in report.notes[0]


def test_whole_numbers_have_no_gradient():
    report = verify(lambda i: i * 2, np.array([1, 2]))
    assert report.findings == ()
    assert report.verdict is Verdict.UNDECIDED
    assert "floating" in report.notes[0]


def test_errors_of_the_function_come_through():
    def broken(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        verify(broken, d(1.0))
    with pytest.raises(LiftError, match="result 1 is int"):
        verify(lambda x: (x, 3), d(1.0))


def test_errors_beside_the_point_only_leave_points_out():
    def picky(x):
        if x[0].item() != 0.5:
            raise ValueError("not there")
        return x * x

    report = verify(picky, d(0.5))
    assert report.verdict is not Verdict.REFUTED
    assert report.findings[0].points == 1


def test_a_large_program_is_proved_at_the_point():
    x = np.linspace(-1, 1, 81).reshape(9, 9)
    report = verify(lambda x: (x @ x.t()).sum(), x, points=2)
    (finding,) = report.findings
    assert finding.verdict is Verdict.PROVED
    assert finding.how == "exact rational arithmetic at the given point"


@pytest.mark.parametrize("rational", [True, False])
def test_exact_arithmetic_tells_right_from_wrong(rational):
    def function(a, b):
        made = a.mm(b)
        return made if rational else made.exp() * made.sin()

    inputs = (d([1.0, 2.0], [3.0, 0.5]), d([0.5], [-1.0]))
    seed = symbols_like("g", (2, 1))
    kind = "exact rational" if rational else "exact"
    assert (
        agrees_at(record(function, inputs)[0], 0, 0, seed)
        == f"{kind} arithmetic at the given point"
    )
    with wrong_rule("mm", lambda g, part: part * 2, 0):
        assert agrees_at(record(function, inputs)[0], 0, 0, seed) == ""
        assert agrees_at(record(function, inputs)[0], 0, 1, seed) != ""


def test_the_counterexample_is_simple_and_inside_of_the_domain():
    x = d(1.2345678, 2.3456789)
    with (
        wrong_rule("prod", lambda g, part: part * 2, 0),
        wrong_rule("cumsum", lambda g, p: p * 2, 0),
    ):
        free = verify(lambda x: x.cumsum(0), x).findings[0].counterexample
        held = verify(lambda x: x.cumsum(0), x, domain={0: (1.2, 2.5)}).findings[0].counterexample
    assert free.inputs[0].tolist() == [1.0, 1.0]
    assert free.got == 2 * free.expected
    assert 1.2 <= held.inputs[0].min() <= held.inputs[0].max() <= 2.5
    assert len(repr(held.inputs[0].tolist())) < len(repr(x.tolist()))
