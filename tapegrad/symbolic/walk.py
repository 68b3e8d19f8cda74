"""Compute the value of an expression in some arithmetic, each common subexpression once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import mpmath
import sympy
from sympy.core.relational import Relational


class NoValueError(ArithmeticError):
    """The expression has no real value here."""


class Arithmetic(Protocol):
    """What a walk computes with."""

    def number(self, value: Any) -> Any:
        """A rational number."""

    def atom(self, atom: Any) -> Any:
        """A symbol or a constant."""

    def add(self, terms: Sequence[Any]) -> Any:
        """Sum."""

    def multiply(self, factors: Sequence[Any]) -> Any:
        """Product."""

    def power(self, base: Any, exponent: Any) -> Any:
        """Power with a rational exponent."""

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        """Value of a function."""

    def sign(self, value: Any) -> int:
        """-1, 0 or 1."""


class Walk:
    """The values of expressions and their parts.

    Functions that are defined by cases, such as `Max` and `Piecewise`, are decided by signs.

    Parameters
    ----------
    arithmetic : Arithmetic
    """

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self._known: dict[Any, Any] = {}

    def value(self, expression: Any) -> Any:
        """Value of an expression."""
        known = self._known.get(expression)
        if known is None:
            known = self._known[expression] = self._value(expression)
        return known

    def _value(self, e: Any) -> Any:
        arithmetic = self.arithmetic
        if e.is_Rational:
            return arithmetic.number(e)
        if e.is_Add:
            return arithmetic.add([self.value(a) for a in e.args])
        if e.is_Mul:
            return arithmetic.multiply([self.value(a) for a in e.args])
        if isinstance(e, sympy.exp):
            return arithmetic.call("exp", [self.value(e.exp)])
        if e.is_Pow:
            if e.exp.is_Rational:
                return arithmetic.power(self.value(e.base), e.exp)
            logarithm = arithmetic.call("log", [self.value(e.base)])
            return arithmetic.call("exp", [arithmetic.multiply([self.value(e.exp), logarithm])])
        if e.is_Atom:
            if e in (sympy.oo, -sympy.oo, sympy.nan, sympy.zoo, sympy.I):
                raise NoValueError(str(e))
            return arithmetic.atom(e)
        by_cases = _BY_CASES.get(type(e))
        if by_cases is not None:
            return by_cases(self, e.args)
        return arithmetic.call(type(e).__name__, [self.value(a) for a in e.args])

    def difference(self, a: Any, b: Any) -> int:
        """Sign of the difference of two expressions."""
        return self.sign(a - b)

    def sign(self, e: Any) -> int:
        """Sign of an expression."""
        return self.arithmetic.sign(self.value(e))

    def truth(self, condition: Any) -> bool:
        """Whether a condition holds."""
        if condition in (sympy.true, sympy.false):
            return condition is sympy.true
        if isinstance(condition, Relational):
            return _RELATIONS[condition.rel_op](self.difference(condition.lhs, condition.rhs))
        parts = [self.truth(part) for part in condition.args]
        return _JUNCTIONS[type(condition)](parts)

    def piecewise(self, pairs: Sequence[Any]) -> Any:
        """Value of the first case that holds."""
        for value, condition in pairs:
            if self.truth(condition):
                return self.value(value)
        raise NoValueError("no case holds")

    def best(self, candidates: Sequence[Any], direction: int) -> Any:
        """Value of the largest (or, with -1, the smallest) of some expressions."""
        best, *rest = candidates
        for other in rest:
            if self.difference(other, best) == direction:
                best = other
        return self.value(best)


_RELATIONS: Final[dict[str, Callable[[int], bool]]] = {
    "==": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}
_JUNCTIONS: Final[dict[Any, Callable[[list[bool]], bool]]] = {
    sympy.And: all,
    sympy.Or: any,
    sympy.Xor: lambda parts: sum(parts) % 2 == 1,
    sympy.Not: lambda parts: not parts[0],
    sympy.ITE: lambda parts: parts[1] if parts[0] else parts[2],
    sympy.logic.boolalg.Equivalent: lambda parts: len(set(parts)) == 1,
}


def _absolute(walk: Walk, args: Sequence[Any]) -> Any:
    return walk.value(-args[0] if walk.sign(args[0]) < 0 else args[0])


def _sign(walk: Walk, args: Sequence[Any]) -> Any:
    return walk.arithmetic.number(sympy.Integer(walk.sign(args[0])))


def _heaviside(walk: Walk, args: Sequence[Any]) -> Any:
    return walk.arithmetic.number(sympy.Rational(1 + walk.sign(args[0]), 2))


def _spike(walk: Walk, args: Sequence[Any]) -> Any:
    if walk.sign(args[0]) == 0:
        raise NoValueError("a jump has no derivative")
    return walk.arithmetic.number(sympy.Integer(0))


_BY_CASES: Final[dict[Any, Callable[[Walk, Sequence[Any]], Any]]] = {
    sympy.Piecewise: Walk.piecewise,
    sympy.Max: lambda walk, args: walk.best(args, 1),
    sympy.Min: lambda walk, args: walk.best(args, -1),
    sympy.Abs: _absolute,
    sympy.sign: _sign,
    sympy.Heaviside: _heaviside,
    sympy.DiracDelta: _spike,
}


class Digits:
    """The arithmetic of mpmath in its present precision.

    Parameters
    ----------
    point : mapping of Symbol to Rational
    """

    def __init__(self, point: Mapping[Any, Any]) -> None:
        self._point = point

    def number(self, value: Any) -> Any:
        """A rational number."""
        return mpmath.mpf(int(value.p)) / int(value.q)

    def atom(self, atom: Any) -> Any:
        """A symbol or a constant."""
        if atom in self._point:
            return self.number(sympy.Rational(self._point[atom]))
        if atom.is_Symbol:
            raise NoValueError(f"{atom} is not given")
        return mpmath.mpf(atom._to_mpmath(mpmath.mp.prec))

    def add(self, terms: Sequence[Any]) -> Any:
        """Sum."""
        return mpmath.fsum(terms)

    def multiply(self, factors: Sequence[Any]) -> Any:
        """Product."""
        return mpmath.fprod(factors)

    def power(self, base: Any, exponent: Any) -> Any:
        """Power with a rational exponent."""
        if base == 0 and exponent < 0:
            raise NoValueError("division by zero")
        if exponent.is_Integer:
            return base ** int(exponent)
        return _real(base ** self.number(exponent))

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        """Value of a function."""
        function = getattr(mpmath, _OTHER_NAMES.get(name, name), None)
        if function is None:
            raise NoValueError(f"{name} is not known")
        try:
            return _real(function(*arguments))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise NoValueError(f"{name} at {arguments}") from error

    def sign(self, value: Any) -> int:
        """-1, 0 or 1."""
        return int(mpmath.sign(value))


_OTHER_NAMES: Final = {"ceiling": "ceil", "polygamma": "psi"}


def _real(value: Any) -> Any:
    if not isinstance(value, mpmath.mpf) or not mpmath.isfinite(value):
        raise NoValueError("not a real number")
    return value


def derivative(expression: Any, symbol: Any) -> Any:
    """Derivative off the jumps, by SymPy's tables; each common subexpression is visited once.

    Parameters
    ----------
    expression : Expr
    symbol : Symbol

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x", real=True)
    >>> derivative(sympy.sin(x) ** 2 + sympy.floor(x), x)
    2*sin(x)*cos(x)
    """
    known: dict[Any, Any] = {symbol: sympy.Integer(1)}

    def visit(e: Any) -> Any:
        found = known.get(e)
        if found is None:
            found = known[e] = _derivative(e, visit)
        return found

    return visit(expression)


#: Functions that are constant between their jumps.
_STEPS: Final = (sympy.floor, sympy.ceiling, sympy.sign, sympy.Heaviside)


def _derivative(e: Any, visit: Callable[[Any], Any]) -> Any:
    if e.is_Atom or isinstance(e, _STEPS):
        return sympy.Integer(0)
    if isinstance(e, sympy.Piecewise):
        return sympy.Piecewise(*((visit(value), condition) for value, condition in e.args))
    slopes = [visit(a) for a in e.args]
    moving = [k for k, slope in enumerate(slopes) if slope != 0]
    if not moving:
        return sympy.Integer(0)
    if e.is_Add:
        return sympy.Add(*slopes)
    if e.is_Mul:
        return sympy.Add(*(sympy.Mul(*e.args[:k], slopes[k], *e.args[k + 1 :]) for k in moving))
    if e.is_Pow and not isinstance(e, sympy.exp):
        base, exponent = e.args
        if moving == [0]:
            return exponent * base ** (exponent - 1) * slopes[0]
        return e * (slopes[1] * sympy.log(base) + exponent * slopes[0] / base)
    return sympy.Add(*(e.fdiff(k + 1) * slopes[k] for k in moving))
