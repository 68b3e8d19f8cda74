"""Run a trace over exact elements: forwards by the definitions, backwards by the engine's rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from tapegrad.engine import Op
from tapegrad.errors import LiftError
from tapegrad.ops.rules import Step, rule_of
from tapegrad.symbolic import arrays
from tapegrad.symbolic.arrays import Array, SymbolicArray, mapped
from tapegrad.symbolic.definitions import DEFINITIONS, indices, view_positions
from tapegrad.symbolic.elementary import partial_function, value_function
from tapegrad.symbolic.trace import Instruction, Trace

#: Makes elements of a source's NumPy array.
Lift = Callable[[Array], Array]
#: Values of instructions, by place.
Values = Sequence[Array] | Mapping[int, Array]
#: Changes the value that an instruction reads, as rounding would.
Shake = Callable[[Instruction, Array], Array]


def forward(
    trace: Trace,
    inputs: Sequence[Array],
    lift: Lift = arrays.exact_array,
    shake: Shake = lambda step, value: value,
) -> list[Array]:
    """Values of all instructions.

    Parameters
    ----------
    trace : Trace
    inputs : sequence of array
        Elements to put in the place of the inputs.
    lift : callable
        Makes elements of constants.
    shake : callable
        Changes the values that instructions read.
    """
    given = dict(zip(trace.inputs, inputs, strict=True))
    values: list[Array] = []
    for place, step in enumerate(trace.instructions):
        if place in given:
            values.append(given[place])
        elif step.op == Op.CONST:
            # Positions and truth values are what they are in every arithmetic.
            known = np.asarray(step.value)
            exact = not step.dtype.is_floating_point
            values.append(arrays.exact_array(known) if exact else lift(known))
        else:
            operands = [shake(step, values[k]) if k >= 0 else None for k in step.sources]
            values.append(value_of(step, operands))
    return values


def value_of(step: Instruction, inputs: Sequence[Any]) -> Array:
    """Value of one instruction."""
    if step.is_elementwise:
        return mapped(value_function(step.name), *inputs)
    definition = DEFINITIONS.get(step.name)
    if definition is None:
        raise LiftError(f"the op {step.name} has no definition in symbols")
    made = np.asarray(definition(inputs, step), object)
    return made.reshape(step.shape)


def reverse(
    trace: Trace,
    values: Sequence[Array],
    seeds: dict[int, Array],
    shake: Shake = lambda step, value: value,
) -> dict[int, Array]:
    """Adjoints of the instructions that take part in differentiation.

    Parameters
    ----------
    trace : Trace
    values : sequence of array
        What `forward` gave.
    seeds : dict of int to array
        Adjoints of some instructions, by place.
    shake : callable
        Changes the values that rules read, and what they give.
    """
    adjoints = dict(seeds)
    for place in reversed(range(len(trace))):
        step = trace.instructions[place]
        if place not in adjoints or step.op == Op.CONST:
            continue
        read = {k: shake(step, values[k]) for k in {*step.sources, place} if k >= 0}
        for k, part in parts_of(step, trace, read, place, shake(step, adjoints[place])):
            known = adjoints.get(k)
            adjoints[k] = part if known is None else mapped(arrays.add, known, part)
    return adjoints


def parts_of(
    step: Instruction, trace: Trace, values: Values, place: int, adjoint: Array
) -> list[tuple[int, Array]]:
    """What one instruction adds to the adjoints of its sources."""
    wanted = [k for k, needed in enumerate(step.needs) if needed]
    if step.op == Op.ALIAS:
        return [(step.sources[k], adjoint) for k in wanted]
    if step.is_elementwise:
        operands = [values[k] for k in step.sources]
        return [
            (
                step.sources[k],
                fold(_slope(step, k, operands, values[place], adjoint), operands[k].shape),
            )
            for k in wanted
        ]
    symbolic = SymbolicStep(step, trace, values, place, SymbolicArray(adjoint))
    given: tuple[Any, ...] = rule_of(int(step.op))(symbolic)
    return [(step.sources[k], given[k].values) for k in wanted if given[k] is not None]


def _slope(step: Instruction, k: int, operands: list[Array], value: Array, adjoint: Array) -> Array:
    partial = partial_function(step.name, k)
    return mapped(
        lambda g, *elements: arrays.multiply(g, partial(*elements)), adjoint, *operands, value
    )


def fold(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum over what broadcasting repeated."""
    lead = gradient.ndim - len(shape)
    over = [k for k, n in enumerate(gradient.shape) if k < lead or n != shape[k - lead]]
    if not over:
        return gradient
    summed = np.add.reduce(gradient, axis=tuple(over), keepdims=True)
    return np.asarray(summed, object).reshape(shape)


class SymbolicStep(Step):
    """What a rule sees of its row, with exact elements; nothing is left to the kernels."""

    gradient: Any

    def __init__(
        self,
        step: Instruction,
        trace: Trace,
        values: Values,
        place: int,
        gradient: SymbolicArray,
    ) -> None:
        self._step = step
        self._trace = trace
        self._values = values
        self._place = place
        self.gradient = gradient
        self.parameters = list(step.words)

    def sources(self) -> list[int]:
        """Places of the inputs."""
        return [k if k >= 0 else 0 for k in self._step.sources]

    def needs(self, k: int) -> bool:
        """Tell whether input `k` (2: any of the variadic ones) wants a gradient."""
        return any(self._step.needs[k : k + 1] if k < 2 else self._step.needs[2:])

    def input(self, k: int) -> Any:
        """Value of input `k`."""
        return SymbolicArray(self._values[self._step.sources[k]])

    def output(self) -> Any:
        """Value of the row itself."""
        return SymbolicArray(self._values[self._place])

    def shape(self, k: int = 0) -> tuple[int, ...]:
        """Shape of input `k`."""
        return self._trace.instructions[self._step.sources[k]].shape

    def dtype(self, k: int = 0) -> Any:
        """Element type of input `k`."""
        return self._trace.instructions[self._step.sources[k]].dtype

    def real(self, k: int) -> Any:
        """Parameter word `k` as an exact number, or as an infinity."""
        number = super().real(k)
        return number if number in (float("inf"), float("-inf")) else arrays.exact(number)

    def where(self, condition: Any, yes: Any, no: Any) -> Any:
        """Choose elements of two operands."""
        pair = [v.values if isinstance(v, SymbolicArray) else arrays.exact(v) for v in (yes, no)]
        return SymbolicArray(mapped(arrays.choose, condition.values, *pair))

    def fold(self, gradient: Any, k: int) -> Any:
        """Sum a gradient over what broadcasting repeated of input `k`."""
        return SymbolicArray(fold(gradient.values, self.shape(k)))

    def zeros(self, k: int) -> Any:
        """Zeros of the shape of input `k`."""
        return SymbolicArray(np.full(self.shape(k), sympy.Integer(0), object))

    def positions_and_factors(self) -> tuple[Any, Any]:
        """Input 1 as positions, and as factors, which its first dimension holds."""
        both = self.input(1)
        return both.select(0, 0), both.select(0, 1)

    def view_of(self, whole: Any) -> Any:
        """Look at an array the way the row looks at its input."""
        return _View(whole, view_positions(self._step))

    def unview(self, part: Any) -> Any:
        """Put a view's gradient in its place in zeros of the input's shape."""
        whole = self.zeros(0).values
        flat = whole.reshape(-1)
        places = view_positions(self._step).reshape(-1)
        for at, value in zip(places, part.values.reshape(-1), strict=True):
            flat[at] = arrays.add(flat[at], value)
        return SymbolicArray(whole)

    def take(self, values: Any, at: Any) -> Any:
        """Elements at flat positions."""
        return SymbolicArray(np.asarray(values.values.reshape(-1)[indices(at.values)], object))

    def scatter(self, values: Any, at: Any) -> Any:
        """Zeros of the input's shape with values added at flat positions."""
        whole = np.full(math.prod(self.shape(0)), sympy.Integer(0), object)
        for k, value in zip(indices(at.values).reshape(-1), values.values.reshape(-1), strict=True):
            whole[k] = arrays.add(whole[k], value)
        return SymbolicArray(whole.reshape(self.shape(0)))

    def cleared(self, values: Any, at: Any) -> Any:
        """Array with zeros at flat positions."""
        flat = values.values.copy().reshape(-1)
        flat[indices(at.values).reshape(-1)] = sympy.Integer(0)
        return SymbolicArray(flat.reshape(values.shape))

    def running_sum_back(self, gradient: Any) -> Any:
        """Cumulative sum in the other direction."""
        dim, backwards = self.parameters
        if gradient.ndim == 0:
            return gradient
        return gradient.cumsum(dim) if backwards else gradient.flip(dim).cumsum(dim).flip(dim)

    def joined(self, parts: list[Any], dim: int) -> Any:
        """Concatenation."""
        return SymbolicArray(np.concatenate([part.values for part in parts], dim))


class _View(SymbolicArray):
    """Elements of another array, which can be cleared there."""

    def __init__(self, whole: SymbolicArray, at: Array) -> None:
        super().__init__(whole.values.reshape(-1)[at])
        self._whole = whole
        self._at = at

    def clone(self) -> Any:
        """Copy that is no view."""
        return SymbolicArray(self.values.copy())

    def zero_(self) -> None:
        """Put zeros in the place of the elements."""
        flat = self._whole.values.reshape(-1)
        flat[self._at] = sympy.Integer(0)
        self._whole.values = flat.reshape(self._whole.shape)
