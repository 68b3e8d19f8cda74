"""Gradients in many digits, and what rounding explains of a difference."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

import mpmath
import numpy as np

from tapegrad.dtypes import finfo
from tapegrad.engine import from_array
from tapegrad.ops.structured import EXTREMA
from tapegrad.symbolic import arrays, replay
from tapegrad.symbolic.arrays import Array, mapped
from tapegrad.symbolic.trace import Instruction, Recorded, Trace

#: Elements of an input whose derivatives are computed in many digits.
MOST_ELEMENTS: Final = 24
#: Decimal digits of a sweep that has no rounding errors to speak of, and sweeps that have.
PLACES: Final = 60
SHAKES: Final = 4


def digits_of(values: Any) -> Array:
    """Array of mpmath numbers, equal to the floats of an array."""
    source = np.asarray(values)
    made = np.empty(source.shape, object)
    for at in np.ndindex(source.shape):
        made[at] = mpmath.mpf(float(source[at]))
    return made


def precise(inputs: Sequence[Any]) -> list[Array]:
    """Inputs in many digits, those of integers exact."""
    return [digits_of(a) if a.dtype.kind == "f" else arrays.exact_array(a) for a in inputs]


def chosen_elements(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All elements of a small array, some of a large one."""
    every = list(np.ndindex(shape))
    if len(every) <= MOST_ELEMENTS:
        return every
    picks = np.random.default_rng(len(every)).choice(len(every), MOST_ELEMENTS, replace=False)
    return [every[k] for k in sorted(picks)]


def weights_of(shape: tuple[int, ...]) -> Array:
    """Distinct weights for the elements of an output; 1 for a single one."""
    count = int(np.prod(shape))
    return (1 + np.arange(count) / 4 * (count > 1)).reshape(shape)


def engine_gradient(recorded: Recorded, output: int, input: int) -> Array | None:
    """The engine's own gradient of the weighted output; None where there is no dependence."""
    from tapegrad.autograd.functions import grad

    out, leaf = recorded.outputs[output], recorded.leaves[input]
    if not out.requires_grad:
        return None
    weights = from_array(weights_of(tuple(out.shape)), out.dtype)
    (found,) = grad(out, [leaf], weights, retain_graph=True, allow_unused=True)
    return None if found is None else np.array(found.numpy())


def totals(trace: Trace, inputs: Sequence[Array]) -> list[Any]:
    """Weighted sums of the outputs, in many digits; None for those that are no numbers."""
    values = replay.forward(trace, inputs, digits_of)
    return [
        weighted(values[place], digits_of(weights_of(values[place].shape)))
        if trace.instructions[place].dtype.is_floating_point
        else None
        for place in trace.outputs
    ]


def weighted(value: Array, weights: Array) -> Any:
    """Sum of products of elements."""
    return mpmath.fsum(mapped(arrays.multiply, value, weights).reshape(-1))


def reference_gradients(
    trace: Trace, inputs: Sequence[Array], input: int, digits: int
) -> list[dict[tuple[int, ...], Any]]:
    """Derivatives of each output from central differences of the definitions, to so many digits.

    No rule is used. The step is small enough for the truncation error, and there are twice as many
    digits to subtract in (L. Squire and G. Trapp, SIAM Review 40 (1998), discuss what fewer cost).
    """
    found: list[dict[tuple[int, ...], Any]] = [{} for _ in trace.outputs]
    with mpmath.workdps(3 * digits):
        step = mpmath.mpf(10) ** (-digits)
        exact = precise(inputs)
        for at in chosen_elements(inputs[input].shape):
            sides = []
            for sign in (1, -1):
                moved = [*exact]
                moved[input] = exact[input].copy()
                moved[input][at] += sign * step
                sides.append(totals(trace, moved))
            for output, (up, down) in enumerate(zip(*sides, strict=True)):
                if up is not None:
                    found[output][at] = (up - down) / (2 * step)
    return found


def swept_gradient(
    trace: Trace,
    inputs: Sequence[Array],
    output: int,
    shake: replay.Shake = lambda step, value: value,
) -> tuple[list[Array], dict[int, Array]]:
    """Values and adjoints of all instructions by the engine's rules, in many digits."""
    with mpmath.workdps(PLACES):
        values = replay.forward(trace, precise(inputs), digits_of, shake)
        place = trace.outputs[output]
        seed = digits_of(weights_of(values[place].shape))
        return values, replay.reverse(trace, values, {place: seed}, shake)


def noise(trace: Trace, inputs: Sequence[Array], output: int, input: int) -> Array:
    """How far rounding moves the elements of a gradient.

    All that an instruction or a rule reads is changed by up to an epsilon of its type, at random
    (D. S. Parker's Monte Carlo arithmetic, 1997); the largest of a few changes counts.
    """
    place, shape = trace.inputs[input], inputs[input].shape
    zeros = digits_of(np.zeros(shape))
    fine = swept_gradient(trace, inputs, output)[1].get(place, zeros)
    worst = zeros
    for seed in range(SHAKES):
        moved = swept_gradient(trace, inputs, output, _shaker(seed))[1].get(place, zeros)
        worst = mapped(lambda a, b, w: max(w, abs(a - b)), moved, fine, worst)
    return worst


def _shaker(seed: int) -> replay.Shake:
    rng = random.Random(seed)

    def shake(step: Instruction, value: Array) -> Array:
        # Comparisons for equality would all fail.
        if step.name in (*EXTREMA, "norm") or not step.dtype.is_floating_point:
            return value
        size = finfo(step.dtype).eps

        def moved(v: Any) -> Any:
            return v * (1 + rng.uniform(-size, size)) if isinstance(v, mpmath.mpf) else v

        return mapped(moved, value)

    return shake


def epsilon(trace: Trace) -> float:
    """Largest epsilon of the types in a trace."""
    types = {step.dtype for step in trace.instructions if step.dtype.is_floating_point}
    return max((float(finfo(kind).eps) for kind in types), default=0.0)


def fits(trace: Trace, inputs: Sequence[Array], output: int) -> bool:
    """Whether floats hold all values and adjoints; what overflows says nothing of a rule."""
    values, adjoints = swept_gradient(trace, inputs, output)
    for place, step in enumerate(trace.instructions):
        if not step.dtype.is_floating_point:
            continue
        limits = finfo(step.dtype)
        for array in (values[place], adjoints.get(place)):
            for v in () if array is None else array.reshape(-1):
                if not isinstance(v, mpmath.mpf):
                    continue
                size = abs(v)
                if mpmath.isnan(v) or (mpmath.isfinite(v) and size > limits.max):
                    return False
                # Zeros are often tiny in many digits.
                if size < limits.tiny and size > mpmath.mpf(10) ** -40 * limits.tiny:
                    return False
    return True


def ulp(value: Any, dtype: np.dtype[Any]) -> float:
    """Distance of the floats around a number."""
    limits = np.finfo(dtype)
    return float(max(np.spacing(np.abs(np.array(float(value), dtype))), limits.smallest_subnormal))


def culprit(
    trace: Trace, inputs: Sequence[Array], recorded: Recorded, output: int, digits: int = 30
) -> str:
    """First op on the tape whose rule disagrees with its definition, or whose kernel does.

    Parameters
    ----------
    trace, inputs, recorded, output
        A run in which a gradient is wrong.
    digits : int
        Decimal digits of the comparison.
    """
    with mpmath.workdps(3 * digits):
        exact = precise(inputs)
        values = replay.forward(trace, exact, digits_of)
        for place, step in enumerate(trace.instructions):
            if any(step.needs) and not all(
                _rule_is_right(step, trace, values, place, digits, scale) for scale in (1.0, 2.75)
            ):
                return f"{step.name} (row %{step.row})"
        return _kernel_culprit(trace, values, recorded, output)


def _rule_is_right(
    step: Instruction,
    trace: Trace,
    values: list[Array],
    place: int,
    digits: int,
    scale: float,
) -> bool:
    seed = digits_of(weights_of(values[place].shape) * scale)
    given: dict[int, Array] = {}
    try:
        for k, part in replay.parts_of(step, trace, values, place, seed):
            if part.shape != values[k].shape:
                return False
            given[k] = mapped(arrays.add, given[k], part) if k in given else part
    except (ValueError, ArithmeticError):
        return False
    for source in {k for k, needed in zip(step.sources, step.needs, strict=True) if needed}:
        for at in chosen_elements(values[source].shape):
            slope = _slope(step, values, seed, source, at, digits)
            found = given[source][at] if source in given else 0
            size = 1 + abs(slope)
            if abs(slope - found) > mpmath.mpf(10) ** (8 - digits) * size:
                return False
    return True


def _slope(
    step: Instruction,
    values: list[Array],
    seed: Array,
    source: int,
    at: tuple[int, ...],
    digits: int,
) -> Any:
    h = mpmath.mpf(10) ** (-digits)
    ends = []
    for sign in (1, -1):
        moved = values[source].copy()
        moved[at] += sign * h
        operands = [moved if k == source else (values[k] if k >= 0 else None) for k in step.sources]
        ends.append(weighted(replay.value_of(step, operands), seed))
    return (ends[0] - ends[1]) / (2 * h)


def _kernel_culprit(trace: Trace, values: list[Array], recorded: Recorded, output: int) -> str:
    """First op from the end whose adjoint in the engine differs from that of the rules."""
    from tapegrad.engine import readable

    tape, place = recorded.tape, trace.outputs[output]
    for step in trace.instructions:
        state = tape.state(step.row)
        if state is not None and (state.hooks or state.pre_hooks):
            return f"a hook of {step.name} (row %{step.row})"
    weights = weights_of(values[place].shape)
    adjoints = replay.reverse(trace, values, {place: digits_of(weights)})
    tape.keep_adjoints = True
    try:
        engine_gradient(recorded, output, 0)
        kept = {row: np.array(readable(t)) for row, t in tape.adjoints.items()}
    finally:
        tape.keep_adjoints = False
    for k in reversed(range(len(trace))):
        step = trace.instructions[k]
        if k not in adjoints or step.row not in kept:
            continue
        expected = np.array([float(v) for v in adjoints[k].reshape(-1)]).reshape(step.shape)
        tolerance = 1e-3 * max(1.0, float(np.abs(expected).max(initial=0.0)))
        if not np.allclose(kept[step.row], expected, rtol=1e-3, atol=tolerance):
            users = [s.name for s in trace.instructions if k in s.sources]
            return " or ".join(dict.fromkeys(users)) + f" (the adjoint of row %{step.row} is wrong)"
    return "the sum of many small errors"
