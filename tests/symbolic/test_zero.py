"""What is taken for zero, and what is not."""

from __future__ import annotations

import math
import random

import pytest
import sympy
from sympy import Abs, Max, Min, Piecewise, Rational, cos, cosh, erf, exp, log, sin, sinh, sqrt, tan

from tapegrad.symbolic.walk import derivative
from tapegrad.symbolic.zero import Answer, decide, decide_all, vanishes_at

x, y, z = sympy.symbols("x y z", real=True)
POSITIVE = {x: (0.1, 3), y: (0.2, 2), z: (0.3, 4)}

ZEROS = {
    "expansion": (x + y) ** 5 - sum(math.comb(5, k) * x**k * y ** (5 - k) for k in range(6)),
    "quotients": 1 / (x + 1) + x / (x + 1) - 1,
    "partial fractions": 1 / (x**2 - 1) - (1 / (x - 1) - 1 / (x + 1)) / 2,
    "nested quotients": 1 / (1 + 1 / x) - x / (x + 1),
    "root": sqrt(x**2 + y**2) ** 3 / sqrt(x**2 + y**2) - x**2 - y**2,
    "conjugate root": 1 / (sqrt(x**2 + 1) + x) - (sqrt(x**2 + 1) - x),
    "roots of primes": sqrt(6) - sqrt(2) * sqrt(3),
    "root of a factored square": sqrt((1 - x**2 / (x**2 + 1)) * (x**2 + 1)) - 1,
    "cube root": (x**2 + 1) ** Rational(4, 3) - (x**2 + 1) * (x**2 + 1) ** Rational(1, 3),
    "exponentials": exp(x + y) - exp(x) * exp(y),
    "half exponentials": exp(x / 2) ** 2 - exp(x),
    "logistic": 1 / (1 + exp(-x)) - exp(x) / (1 + exp(x)),
    "logistic slope": exp(-x) / (1 + exp(-x)) ** 2 - 1 / (1 + exp(-x)) * (1 - 1 / (1 + exp(-x))),
    "hyperbolic": cosh(x) ** 2 - sinh(x) ** 2 - 1,
    "hyperbolic tangent": sympy.tanh(x) - (1 - 2 / (1 + exp(2 * x))),
    "trigonometric": sin(x) ** 4 - cos(x) ** 4 - sin(x) ** 2 + cos(x) ** 2,
    "tangent": 1 + tan(x) ** 2 - 1 / cos(x) ** 2,
    "odd functions": sin(x - y) + sin(y - x) + erf(-x) + erf(x),
    "complement": sympy.erfc(x) + erf(x) - 1,
    "arc cosine": sympy.acos(x) + sympy.asin(x) - sympy.pi / 2,
    "absolute value": Abs(x) ** 2 - x**2,
    "largest": Max(x, y) + Min(x, y) - x - y,
    "largest of three": Max(x, y, z) - Max(Max(x, z), y),
    "clamp": Min(Max(x, -1), 1) - Piecewise((-1, x < -1), (1, x > 1), (x, True)),
    "sign": sympy.sign(x) * Abs(x) - x,
    "absolute difference": Abs(x - y) - Max(x - y, y - x),
}
ZEROS_IF_POSITIVE = {
    "logarithm of a product": log(x * y) - log(x) - log(y),
    "logarithm of a quotient": log(x**2 / y) - 2 * log(x) + log(y),
    "power of a symbol": x**y * x ** (1 - y) - x,
    "tenth root": x ** Rational(0.1) / x - x ** (Rational(0.1) - 1),
    "exponential of a logarithm": exp(2 * log(x) + y) - x**2 * exp(y),
    "root of a product": sqrt(x * y) - sqrt(x) * sqrt(y),
}
NOT_ZEROS = {
    "a small factor": x * Rational(1, 10**15),
    "a branch": Abs(x) - x,
    "a wrong root": sqrt(x**2 + 1) - x,
    "an angle": sin(2 * x) - sin(x) * cos(x),
    "a far digit": exp(x) - exp(x * (1 + Rational(1, 10**30))),
    "an even root": (x**2) ** Rational(1, 2) - x,
    "a logarithm": log(x**2) - log(x**2 + Rational(1, 1000)),
}


@pytest.mark.parametrize("name", ZEROS)
def test_zeros_are_recognised(name):
    assert decide(ZEROS[name], {}, 5)[0] is Answer.ZERO


@pytest.mark.parametrize("name", ZEROS_IF_POSITIVE)
def test_zeros_of_positive_symbols_are_recognised(name):
    assert decide(ZEROS_IF_POSITIVE[name], POSITIVE, 5)[0] is Answer.ZERO


@pytest.mark.parametrize("name", NOT_ZEROS)
def test_what_is_not_zero_has_a_point(name):
    answer, point = decide(NOT_ZEROS[name], {}, 5)
    assert answer is Answer.NOT_ZERO
    assert NOT_ZEROS[name].subs(point).evalf(60) != 0


def test_the_exponential_of_a_logarithm_is_an_absolute_value():
    """log(x**2) is 2 log|x|, half of which is not log x."""
    e = exp(log(x**2) / 2) - x
    assert decide(e, {}, 5)[0] is Answer.NOT_ZERO
    assert decide(e + x - Abs(x), {}, 5)[0] is Answer.ZERO


def test_several_are_decided_together():
    answer, k, point = decide_all([x - x, exp(x) * exp(-x) - 1, x - y], {}, 5)
    assert (answer, k) == (Answer.NOT_ZERO, 2)
    assert set(point) == {x, y}
    assert decide_all([], {}, 5)[0] is Answer.ZERO


def test_too_many_cases_are_decided_at_the_point():
    symbols = sympy.symbols("a:12", real=True)
    e = sum(Abs(s) for s in symbols) - sum(s * sympy.sign(s) for s in symbols)
    here = {s: Rational(k + 1, 7) * (-1) ** k for k, s in enumerate(symbols)}
    assert decide_all([e], {}, 10, here)[0] is Answer.ZERO_HERE


def test_values_that_cancel_are_no_zeros():
    small = exp(-Rational(200)) * x
    assert (
        vanishes_at((1 + small) - 1 + sin(x) ** 2 + cos(x) ** 2 - 1, {x: Rational(1, 3)}) is False
    )
    assert vanishes_at(sin(x) ** 2 + cos(x) ** 2 - 1, {x: Rational(1, 3)}) is True
    assert vanishes_at(log(x), {x: Rational(-1)}) is None


def random_expression(rng, depth):
    if depth == 0:
        return rng.choice([x, y, Rational(rng.randint(-3, 3), rng.randint(1, 3))])
    a, b = (random_expression(rng, depth - 1) for _ in range(2))
    unary = [exp, sin, cos, lambda a: sqrt(a**2 + 1), Abs, lambda a: log(a**2 + 1), sympy.atan]
    if rng.random() < 0.5:
        return rng.choice(unary)(a)
    return rng.choice([a + b, a * b, a / (b**2 + 2), Max(a, b)])


def test_no_random_expression_is_a_zero_by_mistake():
    """Each is compared with itself at a changed constant, so none is zero."""
    rng = random.Random(5)
    for _ in range(60):
        e = random_expression(rng, 3)
        changed = e + Rational(1, 10**6) * (x + 3 * y)
        assert decide(e - changed, {}, 5)[0] is Answer.NOT_ZERO
        assert decide(sympy.expand(e) - e, {}, 5)[0] is not Answer.NOT_ZERO


def test_the_derivative_is_that_of_sympy():
    rng = random.Random(6)
    for _ in range(30):
        e = random_expression(rng, 3)
        ours, theirs = derivative(e, x), sympy.diff(e, x)
        point = {x: Rational(3, 7), y: Rational(-5, 11)}
        assert vanishes_at(ours - theirs, point) in (True, None)


def test_jumps_have_no_slope():
    assert derivative(sympy.floor(x) * x + sympy.sign(x), x) == sympy.floor(x)
