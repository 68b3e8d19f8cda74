"""Elementwise ops and their partials in NumPy, written by hand for the reference interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.special

_Function = Callable[..., Any]


def _one(*_: Any) -> float:
    return 1.0


def _zero(*_: Any) -> float:
    return 0.0


def _tie(x: Any, y: Any) -> Any:
    """1 where x wins, 1/2 where both are equal."""
    return np.where(x > y, 1.0, np.where(x == y, 0.5, 0.0))


def _power_of_exponent(x: Any, y: Any) -> Any:
    return np.where((x == 0) & (y >= 0), 0.0, x**y * np.log(x))


def _sigmoid(x: Any) -> Any:
    return scipy.special.expit(x)


_GAUSS: Final = 2 / np.sqrt(np.pi)

#: Value and partials by name of the opcode.
ELEMENTWISE: Final[dict[str, tuple[_Function, tuple[_Function, ...]]]] = {
    "ADD": (lambda x, y: x + y, (_one, _one)),
    "SUB": (lambda x, y: x - y, (_one, lambda x, y: -1.0)),
    "MUL": (lambda x, y: x * y, (lambda x, y: y, lambda x, y: x)),
    "DIV": (lambda x, y: x / y, (lambda x, y: 1 / y, lambda x, y: -x / y**2)),
    "POW": (
        lambda x, y: x**y,
        (lambda x, y: np.where(y == 0, 0.0, y * x ** (y - 1)), _power_of_exponent),
    ),
    "FLOOR_DIVIDE": (np.floor_divide, (_zero, _zero)),
    "REMAINDER": (np.remainder, (_one, lambda x, y: -np.floor(x / y))),
    "ATAN2": (
        np.arctan2,
        (lambda x, y: y / (x**2 + y**2), lambda x, y: -x / (x**2 + y**2)),
    ),
    "MAXIMUM": (np.maximum, (_tie, lambda x, y: _tie(y, x))),
    "MINIMUM": (np.minimum, (lambda x, y: _tie(y, x), _tie)),
    "CLAMP_MIN": (np.maximum, (lambda x, y: x >= y, lambda x, y: x < y)),
    "CLAMP_MAX": (np.minimum, (lambda x, y: x <= y, lambda x, y: x > y)),
    "NEG": (lambda x: -x, (lambda x: -1.0,)),
    "ABS": (np.abs, (np.sign,)),
    "EXP": (np.exp, (np.exp,)),
    "EXPM1": (np.expm1, (np.exp,)),
    "LOG": (np.log, (lambda x: 1 / x,)),
    "LOG1P": (np.log1p, (lambda x: 1 / (1 + x),)),
    "LOG2": (np.log2, (lambda x: 1 / (x * np.log(2)),)),
    "LOG10": (np.log10, (lambda x: 1 / (x * np.log(10)),)),
    "SQRT": (np.sqrt, (lambda x: 0.5 / np.sqrt(x),)),
    "RSQRT": (lambda x: 1 / np.sqrt(x), (lambda x: -0.5 / (x * np.sqrt(x)),)),
    "RECIPROCAL": (lambda x: 1 / x, (lambda x: -1 / x**2,)),
    "SQUARE": (lambda x: x * x, (lambda x: 2 * x,)),
    "SIN": (np.sin, (np.cos,)),
    "COS": (np.cos, (lambda x: -np.sin(x),)),
    "TAN": (np.tan, (lambda x: 1 / np.cos(x) ** 2,)),
    "ASIN": (np.arcsin, (lambda x: 1 / np.sqrt((1 - x) * (1 + x)),)),
    "ACOS": (np.arccos, (lambda x: -1 / np.sqrt((1 - x) * (1 + x)),)),
    "ATAN": (np.arctan, (lambda x: 1 / (1 + x**2),)),
    "SINH": (np.sinh, (np.cosh,)),
    "COSH": (np.cosh, (np.sinh,)),
    "TANH": (np.tanh, (lambda x: 1 / np.cosh(x) ** 2,)),
    "ASINH": (np.arcsinh, (lambda x: 1 / np.hypot(x, 1),)),
    "ACOSH": (np.arccosh, (lambda x: 1 / np.sqrt((x - 1) * (x + 1)),)),
    "ATANH": (np.arctanh, (lambda x: 1 / ((1 - x) * (1 + x)),)),
    "SIGMOID": (_sigmoid, (lambda x: _sigmoid(x) * _sigmoid(-x),)),
    "RELU": (lambda x: np.maximum(x, 0), (lambda x: x > 0,)),
    "ERF": (scipy.special.erf, (lambda x: _GAUSS * np.exp(-(x**2)),)),
    "ERFC": (scipy.special.erfc, (lambda x: -_GAUSS * np.exp(-(x**2)),)),
    "SIGN": (np.sign, (_zero,)),
    "FLOOR": (np.floor, (_zero,)),
    "CEIL": (np.ceil, (_zero,)),
    "ROUND": (np.rint, (_zero,)),
    "TRUNC": (np.trunc, (_zero,)),
    "SOFTPLUS": (lambda x: np.logaddexp(0, x), (_sigmoid,)),
    "LOGSIGMOID": (lambda x: -np.logaddexp(0, -x), (lambda x: _sigmoid(-x),)),
    "WHERE": (np.where, (_zero, lambda c, x, y: c + 0.0, lambda c, x, y: 1.0 - c)),
    "CLAMP": (
        lambda x, low, high: np.minimum(np.maximum(x, low), high),
        (
            lambda x, low, high: (x >= low) & (x <= high),
            lambda x, low, high: (x < low) & (low < high),
            lambda x, low, high: (x > high) | (low > high),
        ),
    ),
    "LERP": (
        lambda x, y, w: x + w * (y - x),
        (lambda x, y, w: 1 - w, lambda x, y, w: w, lambda x, y, w: y - x),
    ),
}
