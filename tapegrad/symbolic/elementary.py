"""The elementwise ops as functions of exact elements: values and partials as declared."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import sympy

from tapegrad.ops.codegen import Derivation
from tapegrad.ops.elementwise import ELEMENTWISE
from tapegrad.symbolic.arrays import DIGITS, choose

_BY_NAME = {op.name: op for op in ELEMENTWISE}


@functools.cache
def derivation(name: str) -> Derivation:
    """The declared expression of an op, and the partials that the kernels are printed from."""
    return Derivation(_BY_NAME[name])


def value_function(name: str) -> Callable[..., Any]:
    """An op's value as a function of its operands' elements."""
    return _function(name, -1)


def partial_function(name: str, k: int) -> Callable[..., Any]:
    """An op's partial by input `k` as a function of the operands' elements and of the value."""
    return _function(name, k)


@functools.cache
def _function(name: str, k: int) -> Callable[..., Any]:
    if name == "where":
        return _where(k)
    source = derivation(name)
    symbols = [*source.inputs, source.output]
    expression = source.definition if k < 0 else source.partial(k)
    if k < 0:
        symbols.pop()
    with_digits = sympy.lambdify(symbols, expression, "mpmath")

    def function(*elements: Any) -> Any:
        if any(isinstance(e, DIGITS) for e in elements):
            return with_digits(*map(as_digits, elements))
        return expression.xreplace(dict(zip(symbols, elements, strict=True)))

    return function


def as_digits(element: Any) -> Any:
    """Write an exact number with mpmath."""
    if isinstance(element, DIGITS):
        return element
    return sympy.lambdify([], element, "mpmath")()


def _where(k: int) -> Callable[..., Any]:
    """Its condition is no number, which is why it does not go through substitution."""
    if k < 0:
        return choose
    pair = {1: (1, 0), 2: (0, 1)}[k]
    return lambda condition, *_: choose(condition, *map(sympy.Integer, pair))
