"""Sparse polynomials: a coefficient for each monomial, which an integer stands for."""

from __future__ import annotations

from typing import Any, Final

Polynomial = dict[int, Any]

#: Products of more terms are not multiplied out.
MOST_PRODUCTS: Final = 3_000_000


class TooLargeError(ArithmeticError):
    """A polynomial has too many terms."""


def in_powers(parts: dict[int, Polynomial], base: Polynomial) -> Polynomial:
    """Sum of parts times powers of a polynomial, divided by the lowest of the powers."""
    made: Polynomial = {}
    for k in range(max(parts), min(parts) - 1, -1):
        made = product(made, base)
        accumulate(made, parts.get(k, {}))
    return made


def accumulate(total: Polynomial, term: Polynomial) -> None:
    """Add a polynomial to another one, in place."""
    for monomial, c in term.items():
        added = total.get(monomial, 0) + c
        if added:
            total[monomial] = added
        else:
            del total[monomial]


def product(a: Polynomial, b: Polynomial) -> Polynomial:
    """Product."""
    if len(a) * len(b) > MOST_PRODUCTS:
        raise TooLargeError(f"{len(a)} times {len(b)} terms")
    if len(a) > len(b):
        a, b = b, a
    if len(a) == 1:
        ((n, d),) = a.items()
        return {m + n: c * d for m, c in b.items()}
    made: Polynomial = {}
    for n, d in a.items():
        for m, c in b.items():
            made[m + n] = made.get(m + n, 0) + c * d
    return {m: c for m, c in made.items() if c}


def scaled(p: Polynomial, factor: Any) -> Polynomial:
    """Product with a number."""
    return {m: c * factor for m, c in p.items()}


def negative(p: Polynomial) -> Polynomial:
    """Polynomial with the other sign."""
    return {m: -c for m, c in p.items()}
