"""Closed forms of inputs that are too large for a symbol per element, or of unknown sizes.

A program of matrices becomes one of SymPy's matrix expressions. Any other is written by the element
of its result at some indices, with sums over what it reduces.
"""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from sympy.matrices.expressions import MatrixExpr

from tapegrad.engine import word_float
from tapegrad.errors import LiftError
from tapegrad.layouts import layout_at
from tapegrad.ops.structured import VIEWS
from tapegrad.symbolic import arrays
from tapegrad.symbolic.definitions import axes
from tapegrad.symbolic.elementary import derivation
from tapegrad.symbolic.lifting import generic, point_of
from tapegrad.symbolic.trace import Instruction, Trace, record

Shape = tuple[Any, ...]
#: Expression of an element from its indices.
Element = Callable[..., Any]

#: Sizes that stand for symbols while a program is recorded, twice, to see what depends on them.
STAND_INS = ((5, 7, 11, 13, 17, 19), (6, 10, 14, 22, 26, 34))


class _NoMatrixError(Exception):
    """A program that is not one of matrices only."""


@dataclass(frozen=True)
class _Rule:
    """A result by its element."""

    shape: Shape
    element: Element


def lift_whole(function: Any, inputs: Sequence[Any], names: Sequence[str]) -> tuple[Any, ...]:
    """Results of a program as expressions of whole inputs."""
    leaves = [_leaf(value, k, names[k]) for k, value in enumerate(inputs)]
    unknown = sorted(
        {n for leaf in leaves for n in leaf.shape if not getattr(n, "is_Integer", True)}, key=str
    )
    if len(unknown) > len(STAND_INS[0]):
        raise LiftError(f"at most {len(STAND_INS[0])} sizes can be symbols, not {len(unknown)}")
    traces = []
    for sizes in STAND_INS if unknown else STAND_INS[:1]:
        at = dict(zip(unknown, sizes, strict=False))
        points = [
            value if (value := _values(given)) is not None else _generic(leaf, k, at)
            for k, (given, leaf) in enumerate(zip(inputs, leaves, strict=True))
        ]
        traces.append(record(function, points)[0])
    results = [_results(trace, leaves) for trace in traces]
    if any(result != results[0] for result in results):
        raise LiftError(
            "ops or constants of the program depend on sizes that are symbols: give these sizes as "
            "numbers"
        )
    return results[0]


def _results(trace: Trace, leaves: Sequence[Any]) -> tuple[Any, ...]:
    try:
        return _Matrices(trace, leaves).results()
    except _NoMatrixError:
        return _Elements(trace, leaves).results()


def _values(given: Any) -> Any:
    """Point of an input that was given by its values; None where a symbol stands for it."""
    if isinstance(given, sympy.MatrixSymbol | sympy.IndexedBase):
        return None
    return point_of(given, 0)


def _leaf(given: Any, position: int, name: str) -> Any:
    if isinstance(given, sympy.MatrixSymbol):
        return given
    if isinstance(given, sympy.IndexedBase):
        if given.shape is None:
            raise LiftError(f"the IndexedBase {given} needs a shape: IndexedBase(name, shape=...)")
        return given
    shape = point_of(given, position).shape
    if len(shape) == 2:
        return sympy.MatrixSymbol(name, *shape)
    return sympy.IndexedBase(name, shape=shape, real=True)


def _generic(leaf: Any, position: int, sizes: dict[Any, int]) -> Any:
    return generic(tuple(int(sympy.sympify(n).subs(sizes)) for n in leaf.shape), position)


class _Whole(ABC):
    """Walks a trace whose inputs have one symbol each."""

    def __init__(self, trace: Trace, leaves: Sequence[Any]) -> None:
        self.trace = trace
        self.given = dict(zip(trace.inputs, leaves, strict=True))
        self.values: list[Any] = []

    def results(self) -> tuple[Any, ...]:
        """The outputs."""
        for place, step in enumerate(self.trace.instructions):
            inputs = [self.values[k] if k >= 0 else None for k in step.sources]
            if place in self.given:
                self.values.append(self.leaf(self.given[place]))
            elif step.value is not None:
                self.values.append(self.constant(step))
            elif step.is_elementwise:
                self.values.append(self.elementwise(step, inputs))
            else:
                self.values.append(self.structured(step, inputs))
        return tuple(self.result(self.values[place]) for place in self.trace.outputs)

    @abstractmethod
    def leaf(self, symbol: Any) -> Any: ...

    @abstractmethod
    def constant(self, step: Instruction) -> Any: ...

    @abstractmethod
    def elementwise(self, step: Instruction, inputs: list[Any]) -> Any: ...

    @abstractmethod
    def structured(self, step: Instruction, inputs: list[Any]) -> Any: ...

    @abstractmethod
    def result(self, value: Any) -> Any: ...

    def uniform(self, step: Instruction) -> Any:
        """Number that all elements of a constant are; None if they differ."""
        value = np.asarray(step.value)
        if value.size and bool((value == value.flat[0]).all()):
            return arrays.exact(value.flat[0])
        return None

    def source_shape(self, step: Instruction) -> tuple[int, ...]:
        """Shape of an instruction's first input as it was recorded."""
        return self.trace.instructions[step.sources[0]].shape


class _Matrices(_Whole):
    """Matrices and scalars, by matrix expressions."""

    def leaf(self, symbol: Any) -> Any:
        if isinstance(symbol, MatrixExpr):
            return symbol
        if symbol.shape == ():
            return sympy.Symbol(str(symbol), real=True)
        raise _NoMatrixError

    def constant(self, step: Instruction) -> Any:
        if not step.shape:
            return arrays.exact(np.asarray(step.value)[()])
        if len(step.shape) == 2 and math.prod(step.shape) <= 256:
            return sympy.ImmutableDenseMatrix(arrays.exact_array(step.value))
        raise _NoMatrixError

    def elementwise(self, step: Instruction, inputs: list[Any]) -> Any:
        source = derivation(step.name)
        wholes = {k: v for k, v in enumerate(inputs) if isinstance(v, MatrixExpr)}
        if any(isinstance(v, sympy.MatrixBase) for v in inputs):
            raise _NoMatrixError
        scalars = {source.inputs[k]: v for k, v in enumerate(inputs) if k not in wholes}
        formula = source.definition.xreplace(scalars)
        symbols = [source.inputs[k] for k in wholes]
        if not wholes:
            return formula
        if len({tuple(v.shape) for v in wholes.values()}) > 1:
            raise _NoMatrixError
        return _map(formula, symbols, [*wholes.values()])

    def structured(self, step: Instruction, inputs: list[Any]) -> Any:
        first = inputs[0]
        if step.name in ("copy", "cast", "alias"):
            return first
        if step.name == "mm":
            return inputs[0] * inputs[1]
        if step.name == "addmm":
            alpha, beta = (arrays.exact(word_float(word)) for word in step.words[:2])
            if inputs[2].shape != (inputs[0] * inputs[1]).shape:
                raise _NoMatrixError
            return alpha * inputs[0] * inputs[1] + beta * inputs[2]
        if step.name in VIEWS and isinstance(first, MatrixExpr | sympy.MatrixBase):
            inner = layout_at(step.words[0])
            shape = self.source_shape(step)
            if tuple(inner.strides) == (1, shape[1]) and tuple(inner.shape) == shape[::-1]:
                return first.T
        raise _NoMatrixError

    def result(self, value: Any) -> Any:
        return value


def _map(formula: Any, symbols: list[Any], wholes: list[Any]) -> Any:
    """A function of the elements of equally large matrices as a matrix expression."""
    ones = sympy.OneMatrix(*wholes[0].shape)
    slopes = [sympy.diff(formula, s) for s in symbols]
    if not any(slope.free_symbols & {*symbols} for slope in slopes):
        rest = sympy.expand(
            formula - sympy.Add(*(c * s for c, s in zip(slopes, symbols, strict=True)))
        )
        parts = [c * m for c, m in zip(slopes, wholes, strict=True)]
        return sympy.MatAdd(*parts, *([rest * ones] if rest != 0 else [])).doit()
    if len(symbols) == 1:
        return wholes[0].applyfunc(sympy.Lambda(symbols[0], formula))
    factor = sympy.cancel(formula / sympy.Mul(*symbols))
    if len(symbols) == 2 and not factor.free_symbols & {*symbols}:
        return factor * sympy.HadamardProduct(*wholes)
    raise _NoMatrixError


def _indices(shape: Shape) -> list[Any]:
    """Fresh indices of a result."""
    return [sympy.Symbol(f"i_{k}", integer=True, nonnegative=True) for k in range(len(shape))]


class _Elements(_Whole):
    """Arrays of any number of dimensions, by the expression of an element."""

    def __init__(self, trace: Trace, leaves: Sequence[Any]) -> None:
        super().__init__(trace, leaves)
        self.counter = itertools.count()

    def leaf(self, symbol: Any) -> _Rule:
        if symbol.shape == ():
            scalar = sympy.Symbol(str(symbol), real=True)
            return _Rule((), lambda: scalar)
        return _Rule(tuple(symbol.shape), lambda *at: symbol[at])

    def constant(self, step: Instruction) -> _Rule:
        number = self.uniform(step)
        if number is None:
            raise LiftError(
                f"the constant of row {step.row} has elements that differ, and no symbol stands "
                "for them: make it an input"
            )
        return _Rule(tuple(step.shape), lambda *at: number)

    def elementwise(self, step: Instruction, inputs: list[Any]) -> _Rule:
        source = derivation(step.name)
        if step.name == "where":
            raise LiftError("the op where cannot be lifted for whole inputs: use smaller ones")
        shape = _broadcast([r.shape for r in inputs])

        def element(*at: Any) -> Any:
            elements = [r.element(*_aligned(at, r.shape)) for r in inputs]
            return source.definition.xreplace(dict(zip(source.inputs, elements, strict=True)))

        return _Rule(shape, element)

    def structured(self, step: Instruction, inputs: list[Any]) -> _Rule:
        name, first = step.name, inputs[0]
        if name in ("copy", "cast", "alias"):
            return first  # type: ignore[no-any-return]
        if name in ("mm", "bmm", "mv", "dot", "addmm"):
            return self.product(step, inputs)
        if name in VIEWS:
            return self.view(step, first)
        if name in ("sum", "sum_dim"):
            return self.reduction(step, first, lambda x: x)
        if name in ("mean", "mean_dim"):
            return self.reduction(step, first, lambda x: x, mean=True)
        if name == "logsumexp":
            return _mapped(self.reduction(step, first, sympy.exp), sympy.log)
        if name == "norm" and word_float(step.words[1]) == 2:
            return _mapped(self.reduction(step, first, lambda x: x**2), sympy.sqrt)
        if name in ("softmax", "log_softmax") and first.shape:
            made = self.softmax(first, step.words[0])
            return made if name == "softmax" else _mapped(made, sympy.log)
        raise LiftError(
            f"the op {name} (row {step.row}) cannot be lifted for inputs that have no symbols of "
            "their own: use inputs of at most 64 elements"
        )

    def bound(self) -> Any:
        """Fresh index of a sum."""
        return sympy.Symbol(f"k_{next(self.counter)}", integer=True, nonnegative=True)

    def product(self, step: Instruction, inputs: list[Any]) -> _Rule:
        a, b = inputs[:2]
        lead = len(a.shape) - 1
        shape = (*a.shape[:-1], *b.shape[max(lead, 1) :])
        alpha, beta = 1, 0
        if step.name == "addmm":
            alpha, beta = (arrays.exact(word_float(word)) for word in step.words[:2])

        def element(*at: Any) -> Any:
            k = self.bound()
            stack = at[: lead - 1] if step.name == "bmm" else ()
            left, right = at[:lead], (*stack, k, *at[lead:])
            body = a.element(*left, k) * b.element(*right)
            made = alpha * sympy.Sum(body, (k, 0, a.shape[-1] - 1))
            if beta:
                made += beta * inputs[2].element(*_aligned(at, inputs[2].shape))
            return made

        return _Rule(shape, element)

    def reduction(
        self, step: Instruction, x: _Rule, inner: Callable[[Any], Any], mean: bool = False
    ) -> _Rule:
        recorded = self.source_shape(step)
        over = axes(np.broadcast_to(0, recorded), step.words)
        kept = [k for k in range(len(recorded)) if k not in over and recorded[k] != 1]
        wide = [k for k, n in enumerate(step.shape) if n != 1]
        shape = tuple(
            x.shape[kept[wide.index(k)]] if k in wide else 1 for k in range(len(step.shape))
        )
        count = sympy.Mul(*(x.shape[k] for k in over)) if mean else 1

        def element(*at: Any) -> Any:
            inside: list[Any] = [sympy.Integer(0)] * len(recorded)
            for k, where in zip(kept, wide, strict=True):
                inside[k] = at[where]
            limits = []
            for k in over:
                inside[k] = self.bound()
                limits.append((inside[k], 0, x.shape[k] - 1))
            body = inner(x.element(*inside))
            return (sympy.Sum(body, *limits) if limits else body) / count

        return _Rule(shape, element)

    def softmax(self, x: _Rule, dim: int) -> _Rule:
        def element(*at: Any) -> Any:
            k = self.bound()
            inside = [*at]
            inside[dim] = k
            total = sympy.Sum(sympy.exp(x.element(*inside)), (k, 0, x.shape[dim] - 1))
            return sympy.exp(x.element(*at)) / total

        return _Rule(x.shape, element)

    def view(self, step: Instruction, x: _Rule) -> _Rule:
        inner, offset = layout_at(step.words[0]), step.words[1]
        recorded = self.source_shape(step)
        strides = [math.prod(recorded[k + 1 :]) for k in range(len(recorded))]
        start = [offset // s % n for s, n in zip(strides, recorded, strict=True)]
        goes: list[tuple[int, int] | None] = []
        shape: list[Any] = []
        for n, stride in zip(inner.shape, inner.strides, strict=True):
            if n == 1 or stride == 0:
                goes.append(None)
                shape.append(n)
                continue
            fits = [
                k
                for k, s in enumerate(strides)
                if recorded[k] > 1
                and stride % s == 0
                and start[k] + (n - 1) * (stride // s) < recorded[k]
            ]
            if not fits:
                raise LiftError(
                    f"the op {step.name} (row {step.row}) joins or splits dimensions, which cannot "
                    "be lifted for inputs without symbols of their own: use smaller inputs"
                )
            k = fits[-1]
            goes.append((k, stride // strides[k]))
            shape.append(x.shape[k] if n == recorded[k] else n)

        def element(*at: Any) -> Any:
            inside = [sympy.Integer(s) for s in start]
            for index, target in zip(at, goes, strict=True):
                if target is not None:
                    inside[target[0]] += index * target[1]
            return x.element(*inside)

        return _Rule(tuple(shape), element)

    def result(self, value: _Rule) -> Any:
        if not value.shape:
            return value.element()
        at = _indices(value.shape)
        return sympy.Lambda(tuple(at), value.element(*at))


def _mapped(x: _Rule, function: Callable[[Any], Any]) -> _Rule:
    return _Rule(x.shape, lambda *at: function(x.element(*at)))


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    length = max(map(len, shapes))
    made: list[Any] = [1] * length
    for shape in shapes:
        for k, n in enumerate(shape, length - len(shape)):
            made[k] = n if n != 1 else made[k]
    return tuple(made)


def _aligned(at: Sequence[Any], shape: Shape) -> list[Any]:
    """Indices of an operand that broadcasts."""
    if not shape:
        return []
    return [0 if n == 1 else index for index, n in zip(at[-len(shape) :], shape, strict=True)]
