"""Tensors whose elements are exact: SymPy expressions, or mpmath numbers of many digits.

A rule of the op table calls methods of tensors. Given these, the same rule computes with symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Self

import mpmath
import numpy as np
import numpy.typing as npt
import sympy

Array = npt.NDArray[Any]

#: Types of the elements that mpmath computes with.
DIGITS: Final = (mpmath.mpf, mpmath.mpc)


def exact(value: Any) -> Any:
    """Make a number of Python or NumPy the rational that it is; infinities and NaN have none."""
    if isinstance(value, bool | np.bool_):
        return sympy.true if value else sympy.false
    if isinstance(value, int | np.integer):
        return sympy.Integer(int(value))
    if isinstance(value, float | np.floating):
        number = float(value)
        if number != number:
            return sympy.nan
        if number in (float("inf"), float("-inf")):
            return sympy.oo if number > 0 else -sympy.oo
        return sympy.Rational(number)
    return value


def exact_array(values: Any) -> Array:
    """Array of the exact numbers of an array."""
    source = np.asarray(values)
    made = np.empty(source.shape, object)
    for at in np.ndindex(source.shape):
        made[at] = exact(source[at])
    return made


def mapped(function: Callable[..., Any], *arrays: Any) -> Array:
    """Apply a function to the elements of arrays, which broadcast."""
    # What a function of Python's overflows on the way is its own affair.
    with np.errstate(all="ignore"):
        made = np.frompyfunc(function, len(arrays), 1)(*arrays)
    if isinstance(made, np.ndarray):
        return made
    boxed = np.empty((), object)
    boxed[()] = made
    return boxed


def like(number: Any, element: Any) -> Any:
    """Write an exact number in the arithmetic of an element."""
    if not isinstance(element, DIGITS) or isinstance(number, DIGITS):
        return number
    if isinstance(number, sympy.Basic):
        return mpmath.mpf(number.p) / number.q if number.is_Rational else mpmath.mpf(float(number))
    return mpmath.mpf(number)


def add(a: Any, b: Any) -> Any:
    """Sum of two elements."""
    return like(a, b) + like(b, a)


def subtract(a: Any, b: Any) -> Any:
    """Difference of two elements."""
    return like(a, b) - like(b, a)


def multiply(a: Any, b: Any) -> Any:
    """Product of two elements."""
    return like(a, b) * like(b, a)


def _either(symbolic: Callable[[Any], Any], digits: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda a: digits(a) if isinstance(a, DIGITS) else symbolic(a)


exp = _either(sympy.exp, mpmath.exp)
log = _either(sympy.log, mpmath.log)
sqrt = _either(sympy.sqrt, mpmath.sqrt)
absolute = _either(sympy.Abs, abs)
sign = _either(sympy.sign, mpmath.sign)


def equals(a: Any, b: Any) -> Any:
    """Whether two elements are equal: a truth value, or a relation of symbols."""
    if isinstance(a, DIGITS) or isinstance(b, DIGITS):
        return sympy.true if a == b else sympy.false
    return sympy.Eq(a, b)


def differs(a: Any, b: Any) -> Any:
    """Whether two elements are unequal."""
    return sympy.Not(equals(a, b))


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """One of two elements: at once if the condition is known, else a `Piecewise`."""
    if condition is True or condition is sympy.true:
        return yes
    if condition is False or condition is sympy.false:
        return no
    return sympy.Piecewise((yes, condition), (no, True))


def largest(values: Sequence[Any]) -> Any:
    """Largest of some elements."""
    return max(values) if isinstance(values[0], DIGITS) else sympy.Max(*values)


def smallest(values: Sequence[Any]) -> Any:
    """Smallest of some elements."""
    return min(values) if isinstance(values[0], DIGITS) else sympy.Min(*values)


class SymbolicArray:
    """What the rules use of a tensor, over an array of exact elements.

    Parameters
    ----------
    values : array_like of object
        The elements.
    """

    def __init__(self, values: Any) -> None:
        self.values: Array = np.asarray(values, object)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions."""
        return self.values.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self.values.ndim

    def _with(self, other: Any, function: Callable[[Any, Any], Any]) -> Self:
        operand = other.values if isinstance(other, SymbolicArray) else exact(other)

        def both(a: Any, b: Any) -> Any:
            a, b = _number(a), _number(b)
            return function(like(a, b), like(b, a))

        return type(self)(mapped(both, self.values, operand))

    def _compared(self, other: Any, function: Callable[[Any, Any], Any]) -> Self:
        operand = other.values if isinstance(other, SymbolicArray) else exact(other)
        return type(self)(mapped(function, self.values, operand))

    def _each(self, function: Callable[[Any], Any]) -> Self:
        return type(self)(mapped(function, self.values))

    def __add__(self, other: Any) -> Self:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Self:
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Self:
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> Self:
        return self._with(other, lambda a, b: a / b)

    def __pow__(self, other: Any) -> Self:
        return self._with(other, lambda a, b: a**b)

    def __neg__(self) -> Self:
        return self._each(lambda a: -a)

    def __eq__(self, other: object) -> Self:  # type: ignore[override]  # elementwise, as tensors'
        return self._compared(other, equals)

    def __ne__(self, other: object) -> Self:  # type: ignore[override]
        return self._compared(other, differs)

    def __lt__(self, other: Any) -> Self:
        return self._compared(other, lambda a, b: sympy.sympify(a < like(b, a)))

    def __gt__(self, other: Any) -> Self:
        return self._compared(other, lambda a, b: sympy.sympify(a > like(b, a)))

    __hash__ = None  # type: ignore[assignment]

    def logical_or(self, other: Any) -> Self:
        """Elementwise disjunction."""
        return self._compared(other, sympy.Or)

    def logical_and(self, other: Any) -> Self:
        """Elementwise conjunction."""
        return self._compared(other, sympy.And)

    def exp(self) -> Self:
        """Exponential of each element."""
        return self._each(exp)

    def sigmoid(self) -> Self:
        """Logistic function of each element."""
        return self._each(lambda a: 1 / (1 + exp(-a)))

    def abs(self) -> Self:
        """Absolute value of each element."""
        return self._each(absolute)

    def sign(self) -> Self:
        """Sign of each element."""
        return self._each(sign)

    def clone(self) -> Self:
        """Copy."""
        return type(self)(self.values.copy())

    contiguous = clone

    def new_ones(self, shape: Any) -> Self:
        """Ones of some shape."""
        return type(self)(np.full(tuple(shape), sympy.Integer(1), object))

    def to(self, dtype: Any) -> Self:
        """Itself: exact elements have no type to be cast to."""
        return self

    def sum(self, dims: Any = None, keepdim: bool = False) -> Self:
        """Sum over some dimensions, or all."""
        axis = tuple(dims) if isinstance(dims, list | tuple) else dims
        numbers = mapped(_number, self.values)
        made = np.sum(numbers, axis=axis, keepdims=keepdim)
        return type(self)(made)

    def flip(self, dims: Any) -> Self:
        """Reverse some dimensions."""
        return type(self)(np.flip(self.values, dims))

    def roll(self, shifts: Any, dims: Any = None) -> Self:
        """Rotate along some dimensions."""
        return type(self)(np.roll(self.values, shifts, dims))

    def rot90(self, turns: int, dims: Any) -> Self:
        """Turn by right angles in the plane of two dimensions."""
        return type(self)(np.rot90(self.values, turns, tuple(dims)))

    def tril(self, diagonal: int = 0) -> Self:
        """Zeros above a diagonal."""
        below = np.tri(self.shape[-2], self.shape[-1], diagonal, dtype=bool)
        return type(self)(np.where(below, self.values, sympy.Integer(0)))

    def triu(self, diagonal: int = 0) -> Self:
        """Zeros below a diagonal."""
        below = np.tri(self.shape[-2], self.shape[-1], diagonal - 1, dtype=bool)
        return type(self)(np.where(below, sympy.Integer(0), self.values))

    def diagonal(self, offset: int = 0) -> Self:
        """Look at a diagonal, which can be written there."""
        found = np.diagonal(self.values, offset)
        found.setflags(write=True)
        return type(self)(found)

    def copy_(self, other: Self) -> Self:
        """Write the elements of another array here."""
        self.values[...] = other.values
        return self

    def cumsum(self, dim: int) -> Self:
        """Running sums along a dimension."""
        return type(self)(np.cumsum(self.values, dim))

    def reshape(self, *shape: Any) -> Self:
        """Same elements in another shape."""
        sizes = shape[0] if shape and not isinstance(shape[0], int) else shape
        return type(self)(self.values.reshape(tuple(sizes)))

    def expand(self, *shape: Any) -> Self:
        """Repeat along dimensions of size 1."""
        sizes = shape[0] if shape and not isinstance(shape[0], int) else shape
        return type(self)(np.broadcast_to(self.values, tuple(sizes)))

    def narrow(self, dim: int, start: int, length: int) -> Self:
        """Some neighbours along a dimension."""
        return type(self)(np.take(self.values, range(start, start + length), dim))

    def select(self, dim: int, k: int) -> Self:
        """One place of a dimension."""
        return type(self)(np.take(self.values, k, dim))

    def unsqueeze(self, dim: int) -> Self:
        """Dimension of size 1 more."""
        return type(self)(np.expand_dims(self.values, dim))

    def transpose(self, a: int, b: int) -> Self:
        """Exchange two dimensions."""
        return type(self)(np.swapaxes(self.values, a, b))

    def t(self) -> Self:
        """Transpose."""
        return type(self)(self.values.T)

    def mm(self, other: Self) -> Self:
        """Product of matrices, also of stacks of them, and with vectors."""
        return type(self)(self.values @ other.values)

    bmm = mv = mm

    def outer(self, other: Self) -> Self:
        """Outer product of vectors."""
        return type(self)(np.outer(self.values, other.values))


def _number(a: Any) -> Any:
    """Truth values count as 0 and 1 where they are added or multiplied."""
    if a is True or a is sympy.true:
        return sympy.Integer(1)
    if a is False or a is sympy.false:
        return sympy.Integer(0)
    # Symbols are both.
    if isinstance(a, sympy.logic.boolalg.Boolean) and not isinstance(a, sympy.Expr):
        return sympy.Piecewise((1, a), (0, True))
    return a
