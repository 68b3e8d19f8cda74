"""Textbook and field examples are proved; the same ones with a wrong rule planted are refuted."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy
from examples import EXAMPLES
from planting import wrong_partial, wrong_rule

from tapegrad.engine import Op
from tapegrad.symbolic import Verdict, verify
from tapegrad.symbolic.lifting import symbols_like
from tapegrad.symbolic.trace import record


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_proved(name):
    function, inputs, options = EXAMPLES[name]
    start = time.monotonic()
    report = verify(function, *inputs, points=4, **options)
    assert report.verdict is Verdict.PROVED, [f.how for f in report.findings]
    assert all(finding.points for finding in report.findings)
    assert time.monotonic() - start < 30


def test_there_are_sixty_examples():
    assert len(EXAMPLES) >= 60


def exact_values(finding, *inputs):
    """The closed form at rational inputs."""
    point = {}
    for k, values in enumerate(inputs):
        symbols = symbols_like(f"x{k}", np.shape(values)).reshape(-1)
        point |= dict(zip(symbols, np.asarray(values, object).reshape(-1), strict=True))
    with_numbers = [e.xreplace(point) for e in finding.closed_form.reshape(-1)]
    return np.array(with_numbers, object).reshape(finding.closed_form.shape).tolist()


ONES = [[sympy.Integer(1)] * 2] * 2


def test_the_first_seed_has_gradients_of_three_halves():
    function, inputs, _ = EXAMPLES["seed_mean_of_squares"]
    report = verify(function, *inputs)
    assert report.verdict is Verdict.PROVED
    assert exact_values(report.findings[0], ONES) == [[sympy.Rational(3, 2)] * 2] * 2


def test_the_second_seed_has_its_gradients_in_fractions():
    function, inputs, _ = EXAMPLES["seed_products"]
    report = verify(function, *inputs)
    assert report.verdict is Verdict.PROVED
    start = [[sympy.Rational(1, 100), sympy.Rational(2, 100)]]
    by_x = exact_values(report.findings[1], start, ONES)
    assert by_x == [[sympy.Rational(928, 25)] * 2, [sympy.Rational(992, 25)] * 2]


def uses(name):
    """Ops of an example whose rules or partials can be made wrong."""
    function, inputs, _ = EXAMPLES[name]
    trace, _ = record(function, inputs)
    found = {}
    for step in trace.instructions:
        smooth = step.name not in ("alias", "where", "sign", "floor")
        if any(step.needs) and smooth and step.op != Op.CONST:
            found.setdefault(step.name, (step, step.needs.index(True)))
    return found


def planted():
    """Forty pairs of an example and an op, no op oftener than needed."""
    chosen, counts = [], {}
    for name in EXAMPLES:
        # A correlation does not change with the means, whose rule may thus be wrong.
        ops = [op for op in uses(name) if (name, op) != ("correlation", "mean")]
        rarest = min(ops, key=lambda op: counts.get(op, 0))
        counts[rarest] = counts.get(rarest, 0) + 1
        chosen.append((name, rarest))
    return chosen[:40]


@pytest.mark.parametrize(("name", "op"), planted())
def test_a_planted_wrong_gradient_is_refuted_and_named(name, op):
    function, inputs, options = EXAMPLES[name]
    step, k = uses(name)[op]
    if step.is_elementwise:
        plant = wrong_partial(op, lambda S, p, a: p + S.Rational(1, 3), k)
    else:
        plant = wrong_rule(op, lambda g, part: part * 1.5, min(k, 2))
    with plant:
        report = verify(function, *inputs, points=2, **options)
    refuted = [f for f in report.findings if f.verdict is Verdict.REFUTED]
    assert refuted
    for finding in refuted:
        assert finding.counterexample.culprit.startswith(f"{op} (row")
    assert any(f.counterexample.expected != f.counterexample.got for f in refuted)
    assert report.verdict is Verdict.REFUTED
