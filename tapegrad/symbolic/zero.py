"""Decide whether expressions are zero."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Any, Final

import mpmath
import sympy

from tapegrad.symbolic.limits import within
from tapegrad.symbolic.normal import Normal, UnknownSignError
from tapegrad.symbolic.polynomials import TooLargeError
from tapegrad.symbolic.walk import Digits, NoValueError, Walk

#: Digits in which a value is computed: one that stays is not zero.
DIGITS: Final = (60, 120, 240)
#: Combinations of signs that are gone through one by one.
MOST_CASES: Final = 512
MOST_TOGETHER: Final = 32
#: Random points at which an expression is tried.
TRIES: Final = 8


class Answer(Enum):
    """What is known of an expression."""

    ZERO = "zero, by algebra"
    ZERO_HERE = "zero, by algebra, where the signs are those at the point"
    NOT_ZERO = "not zero at a point"
    UNKNOWN = "not decided"


Domain = Mapping[Any, tuple[Any, Any]]
Point = Mapping[Any, Any]


def decide(expression: Any, domain: Domain, seconds: float) -> tuple[Answer, dict[Any, Any]]:
    """Decide whether an expression vanishes, but for the places where it has jumps.

    Parameters
    ----------
    expression : Expr
    domain : mapping of Symbol to (low, high)
        Where its symbols lie.
    seconds : float
        Time limit for the algebra.

    Returns
    -------
    Answer
    dict
        The point at which it is not zero, if one was found.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x", real=True)
    >>> decide(sympy.sqrt(x**2 + 1) ** 2 - x**2 - 1, {}, 1.0)[0]
    <Answer.ZERO: 'zero, by algebra'>
    """
    answer, _, point = decide_all([expression], domain, seconds)
    return answer, point


def decide_all(
    expressions: Sequence[Any], domain: Domain, seconds: float, here: Point | None = None
) -> tuple[Answer, int, dict[Any, Any]]:
    """Decide whether all of some expressions vanish.

    Parameters
    ----------
    expressions, domain, seconds
        As for `decide`.
    here : mapping of Symbol to Rational, optional
        A point; where cases are too many, those of its neighbourhood are decided.

    Returns
    -------
    Answer
        `NOT_ZERO` if one of them is known not to vanish.
    int
        Which one did not vanish, or was not decided.
    dict
        The point at which it does not.
    """
    rest = [(k, e) for k, e in enumerate(expressions) if e != 0]
    if not rest:
        return Answer.ZERO, -1, {}
    end = time.monotonic() + seconds

    def limited(function: Callable[..., Any], share: float, *arguments: Any) -> Any:
        left = (end - time.monotonic()) * share
        return within(left, function, *arguments) if left > 0 else None

    listed = [e for _, e in rest]
    if limited(_all_vanish, 0.5, listed, domain, None):
        return Answer.ZERO, -1, {}
    for k, e in rest:
        symbols = sorted(_symbols(e), key=str)
        for point in points(symbols, domain, TRIES):
            if limited(vanishes_at, 0.5, e, point) is False:
                return Answer.NOT_ZERO, k, point
    if here is not None and limited(_all_vanish, 0.5, listed, domain, here):
        return Answer.ZERO_HERE, -1, {}
    for k, e in rest:
        if not any(limited(_writes_zero, 0.5, form, e) for form in _FORMS):
            return Answer.UNKNOWN, k, {}
    return Answer.ZERO, -1, {}


def _writes_zero(form: Callable[[Any], Any], expression: Any) -> bool:
    return bool(form(expression) == 0)


#: Ways of writing an expression in which zeros are recognised that the normal form misses.
_FORMS: Final[tuple[Callable[[Any], Any], ...]] = (
    lambda e: sympy.trigsimp(sympy.expand(sympy.numer(sympy.together(e)), trig=True)),
    sympy.simplify,
)


def _symbols(expression: Any) -> set[Any]:
    """Symbols of an expression, each common subexpression visited once."""
    seen: set[Any] = set()
    stack = [expression]
    while stack:
        e = stack.pop()
        if e not in seen:
            seen.add(e)
            stack.extend(e.args)
    return {e for e in seen if e.is_Symbol}


def _all_vanish(expressions: Sequence[Any], domain: Domain, here: Point | None) -> bool:
    """Whether the normal forms are zero in all cases, or in those of a point."""
    symbols = {s: sign for s, interval in domain.items() if (sign := _sign_in(interval))}
    if here is not None:
        # Adjoints of outputs have no values, and decide no cases.
        free = set().union(*map(_symbols, expressions)) - set(here)
        here = {**here, **dict.fromkeys(free, sympy.Integer(1))}
        return _vanish_in_all_cases(expressions, symbols, here)
    # Together the expressions share their parts; one by one there are fewer cases.
    return _vanish_in_all_cases(expressions, symbols, None, MOST_TOGETHER) or all(
        _vanish_in_all_cases([e], symbols, None) for e in expressions
    )


def _vanish_in_all_cases(
    expressions: Sequence[Any], symbols: Point, here: Point | None, most: int = MOST_CASES
) -> bool:
    waiting: list[dict[Any, int]] = [{}]
    done = 0
    while waiting:
        signs = waiting.pop()
        try:
            if not _vanish(expressions, Normal(signs, symbols, here)):
                return False
        except UnknownSignError as unknown:
            waiting += [signs | {unknown.key: sign} for sign in (-1, 1)]
            if len(waiting) + done > most:
                return False
            continue
        except (NoValueError, TooLargeError, RecursionError):
            return False
        done += 1
    return True


def _vanish(expressions: Sequence[Any], normal: Normal) -> bool:
    with mpmath.workdps(DIGITS[0]):
        walk = Walk(normal)
        return all(normal.is_zero(walk.value(e)) for e in expressions)


def _sign_in(interval: tuple[Any, Any]) -> int:
    low, high = interval
    return 1 if low >= 0 else -1 if high <= 0 else 0


def points(symbols: list[Any], domain: Domain, count: int) -> Iterator[dict[Any, Any]]:
    """Rational points of a domain, the same in every run."""
    rng = random.Random(20)
    for _ in range(count):
        point = {}
        for symbol in symbols:
            low, high = (sympy.Rational(v) for v in domain.get(symbol, (-2, 2)))
            point[symbol] = low + (high - low) * sympy.Rational(rng.randint(1, 996), 997)
        yield point


def vanishes_at(expression: Any, point: Point) -> bool | None:
    """Whether an expression seems to be zero at a point; None where it has no value.

    What is left of a zero by rounding is another number in other digits.
    """
    values = []
    for digits in DIGITS:
        with mpmath.workdps(digits):
            try:
                values.append(Walk(Digits(point)).value(expression))
            except (NoValueError, RecursionError):
                return None
    with mpmath.workdps(DIGITS[-1]):
        return not any(
            abs(few - many) < mpmath.mpf(10) ** -20 * abs(many) for few, many in pairwise(values)
        )
