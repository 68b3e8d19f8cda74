"""Symbols that NumPy code takes for numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

import numpy as np
import sympy

from tapegrad.symbolic.arrays import Array, exact, mapped

#: Methods that NumPy's functions call on the elements of arrays of objects.
_FUNCTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    **{
        name: getattr(sympy, name)
        for name in [
            "exp",
            "log",
            "sqrt",
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
            "sign",
            "floor",
        ]
    },
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
    "arcsinh": sympy.asinh,
    "arccosh": sympy.acosh,
    "arctanh": sympy.atanh,
    "ceil": sympy.ceiling,
    "fabs": sympy.Abs,
    "log1p": lambda x: sympy.log(1 + x),
    "expm1": lambda x: sympy.exp(x) - 1,
    "log2": lambda x: sympy.log(x) / sympy.log(2),
    "log10": lambda x: sympy.log(x) / sympy.log(10),
    "exp2": lambda x: 2**x,
    "square": lambda x: x**2,
    "reciprocal": lambda x: 1 / x,
    "conjugate": lambda x: x,
}


class SymbolicNumber:
    """An expression with the operators and methods of a number, but without a size.

    Code that asks for more than arithmetic, such as a branch, raises a `TypeError`.

    Parameters
    ----------
    value : Expr
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __getattr__(self, name: str) -> Callable[[], SymbolicNumber]:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise AttributeError(name)
        return lambda: SymbolicNumber(function(self.value))

    def _with(self, other: Any, function: Callable[[Any, Any], Any]) -> Any:
        if isinstance(other, SymbolicNumber):
            return SymbolicNumber(function(self.value, other.value))
        if isinstance(other, bool | int | float | np.generic) and not isinstance(
            other, np.complexfloating
        ):
            return SymbolicNumber(function(self.value, exact(_counted(other))))
        return NotImplemented

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a / b)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: b / a)

    def __pow__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a**b)

    def __rpow__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: b**a)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> SymbolicNumber:
        return SymbolicNumber(-self.value)

    def __pos__(self) -> SymbolicNumber:
        return self

    def __abs__(self) -> SymbolicNumber:
        return SymbolicNumber(sympy.Abs(self.value))

    def _refuse(self, *_: Any) -> NoReturn:
        raise TypeError("a symbol has no size to compare, to branch on or to convert")

    __bool__ = __float__ = __int__ = __index__ = __complex__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __eq__ = __ne__ = _refuse
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return str(self.value)


def _counted(value: Any) -> Any:
    """Truth values count as numbers."""
    return int(value) if isinstance(value, bool | np.bool_) else value


def wrapped(values: Array) -> Any:
    """Array of expressions for NumPy code; a single number where there are no dimensions."""
    made = mapped(SymbolicNumber, values)
    return made if made.ndim else made[()]


def unwrapped(values: Any) -> Array:
    """Array of expressions of what NumPy code made."""

    def expression(value: Any) -> Any:
        return value.value if isinstance(value, SymbolicNumber) else exact(_counted(value))

    return mapped(expression, np.asarray(values, object))
