"""Gradients against the closed forms that SymPy derives."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

import tapegrad

X = sympy.Matrix(2, 2, sympy.symbols("x:2:2"))
POWERS = range(1, 11)


def last_place(exact):
    """Value of one unit in the last place of a float64 near an exact number."""
    return Fraction(2) ** (math.frexp(float(exact))[1] - 53)


def powers():
    """Yield n and the closed form of mean(s x^n), a polynomial in the entries of s and x."""
    row = sympy.Matrix([sympy.symbols("s:2")])
    for n in POWERS:
        row = (row * X).applyfunc(sympy.expand)
        yield n, (row[0] + row[1]) / 2


FORMS = dict(powers())
S = sympy.symbols("s:2")


def exact_gradient(n, s, x):
    """Exact gradient of mean(s x^n) at rational numbers, with respect to x, then s."""
    numbers = [sympy.Rational(v.numerator, v.denominator) for v in (*s, *x)]
    at = dict(zip([*S, *X], numbers, strict=True))
    values = [sympy.diff(FORMS[n], v).subs(at) for v in (*X, *S)]
    return [Fraction(int(v.p), int(v.q)) for v in values]


def engine_gradient(n, s, x, dtype=tapegrad.float64):
    s = tapegrad.tensor([[float(v) for v in s]], dtype=dtype, requires_grad=True)
    x = tapegrad.tensor(np.array([float(v) for v in x]).reshape(2, 2), dtype=dtype)
    x.requires_grad_(True)
    row = s
    for _ in range(n):
        row = row.mm(x)
    row.mean().backward()
    return [*x.grad.numpy().ravel().tolist(), *s.grad.numpy().ravel().tolist()]


def test_squares_exactly():
    """All numbers are dyadic, so float64 must be exact: no tolerance."""
    t = sum((x + 2) ** 2 for x in X) / 4
    for values in ([1, 1, 1, 1], [0.5, -2, 3.25, -7.125]):
        at = dict(zip(X, map(sympy.Rational, values), strict=True))
        expected = [[float(sympy.diff(t, X[i, j]).subs(at)) for j in range(2)] for i in range(2)]
        x = tapegrad.tensor(np.reshape(values, (2, 2)).astype(float), requires_grad=True)
        y = x + 2
        (y * y).mean().backward()
        assert x.grad.tolist() == expected
    assert x.grad.dtype is tapegrad.float64


def test_the_seed_is_928_and_992_by_25():
    s = [Fraction(1, 100), Fraction(2, 100)]
    exact = exact_gradient(10, s, [Fraction(1)] * 4)
    assert exact[:4] == [Fraction(928, 25)] * 2 + [Fraction(992, 25)] * 2
    found = engine_gradient(10, s, [Fraction(1)] * 4)
    for value, expected in zip(found, exact, strict=True):
        assert abs(Fraction(value) - expected) <= 2 * last_place(expected)
    # In float32 the inputs 0.01 and 0.02 are already rounded.
    single = engine_gradient(10, s, [Fraction(1)] * 4, tapegrad.float32)
    for value, expected in zip(single, exact, strict=True):
        assert abs(Fraction(value) - expected) <= 2 * last_place(expected) * 2**29


@pytest.mark.parametrize("n", POWERS)
def test_powers_exactly_at_dyadic_points(n):
    """Small multiples of 1/4 stay within 53 bits, so that float64 must be exact."""
    numbers = np.random.default_rng(n)
    for _ in range(4):
        s = [Fraction(int(v), 4) for v in numbers.integers(-8, 9, 2)]
        x = [Fraction(int(v), 4) for v in numbers.integers(-4, 5, 4)]
        exact = exact_gradient(n, s, x)
        assert [Fraction(v) for v in engine_gradient(n, s, x)] == exact


@pytest.mark.parametrize("n", POWERS)
def test_powers_in_float64_at_random_points(n):
    """Positive numbers, so nothing cancels: each of the n products rounds once or twice."""
    numbers = np.random.default_rng(100 + n)
    for _ in range(3):
        s = [Fraction(float(v)) for v in numbers.uniform(0.5, 2, 2)]
        x = [Fraction(float(v)) for v in numbers.uniform(0.5, 2, 4)]
        exact = exact_gradient(n, s, x)
        for value, expected in zip(engine_gradient(n, s, x), exact, strict=True):
            assert abs(Fraction(value) - expected) <= max(2, n) * last_place(expected)


def test_squares_in_float64_at_random_points():
    numbers = np.random.default_rng(7)
    for _ in range(50):
        values = numbers.uniform(-10, 10, (2, 2))
        x = tapegrad.tensor(values, requires_grad=True)
        y = x + 2
        (y * y).mean().backward()
        gradient = x.grad.numpy().ravel().tolist()
        for value, found in zip(values.ravel().tolist(), gradient, strict=True):
            # x + 2 is off by at most half a place of x, which may be above one of the result.
            exact = (Fraction(value) + 2) / 2
            place = max(last_place(exact), last_place(Fraction(value)) / 2)
            assert abs(Fraction(found) - exact) <= 2 * place
