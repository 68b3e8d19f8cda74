"""What each structured op computes, over arrays of exact elements.

These are the definitions from which closed forms are made; no reverse rule is among them. Words are
the parameters that the op left on the tape (`tapegrad.ops.structured` says which).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import sympy

from tapegrad.engine import word_float
from tapegrad.layouts import layout_at
from tapegrad.ops.structured import EXTREMA, GATHERS, VIEWS
from tapegrad.symbolic import arrays
from tapegrad.symbolic.arrays import Array, exact, mapped
from tapegrad.symbolic.trace import Instruction

#: Values of the inputs (None where there is none) and the instruction.
Definition = Callable[[Sequence[Any], Instruction], Array]


def view_positions(step: Instruction) -> Array:
    """Flat positions in the row-major input of what a view looks at."""
    inner, offset = layout_at(step.words[0]), step.words[1]
    shape = tuple(inner.shape)
    at = np.full(shape, offset, np.int64)
    for k, (n, stride) in enumerate(zip(shape, inner.strides, strict=True)):
        at += (np.arange(n) * stride).reshape([-1 if j == k else 1 for j in range(len(shape))])
    return at


def _viewed(inputs: Sequence[Any], step: Instruction) -> Array:
    flat = np.array(inputs[0], object, order="C").reshape(-1)
    return np.asarray(flat[view_positions(step)], object)


def indices(values: Array) -> Array:
    """Positions as integers."""
    return np.array([int(v) for v in values.reshape(-1)], np.int64).reshape(values.shape)


def kept_shape(words: Sequence[int]) -> tuple[int, ...]:
    """Shape of a reduction's result with the reduced dimensions kept."""
    return tuple(layout_at(words[0]).shape)


def axes(x: Array, words: Sequence[int]) -> tuple[int, ...]:
    """Dimensions of more than one element that a reduction reduces."""
    return tuple(
        k for k, (n, m) in enumerate(zip(x.shape, kept_shape(words), strict=True)) if n != m
    )


def real(word: int) -> Any:
    """Parameter word as the exact number that it is."""
    return exact(word_float(word))


def _reduced(function: Callable[[list[Any]], Any]) -> Definition:
    """Reduce with a function of a list of elements."""

    def definition(inputs: Sequence[Any], step: Instruction) -> Array:
        return reduce(function, inputs[0], step.words, step.shape)

    return definition


def reduce(
    function: Callable[[list[Any]], Any], x: Array, words: Sequence[int], shape: tuple[int, ...]
) -> Array:
    """Apply a function to the lists of elements that are reduced to one."""
    over = axes(x, words)
    rest = [k for k in range(x.ndim) if k not in over]
    rows = x.transpose([*rest, *over]).reshape(math.prod(x.shape[k] for k in rest), -1)
    made = np.empty(len(rows), object)
    for k, row in enumerate(rows):
        made[k] = function(list(row))
    return made.reshape(shape)


def _sum(values: list[Any]) -> Any:
    return functools.reduce(arrays.add, values) if values else sympy.Integer(0)


def _product(values: list[Any]) -> Any:
    return functools.reduce(arrays.multiply, values) if values else sympy.Integer(1)


def _mean(values: list[Any]) -> Any:
    return _sum(values) / len(values)


def _log_sum_exp(values: list[Any]) -> Any:
    return arrays.log(_sum([arrays.exp(v) for v in values]))


def _variance(inputs: Sequence[Any], step: Instruction) -> Array:
    """Word 1 is twice the reciprocal of the divisor."""
    half = real(step.words[1]) / 2

    def spread(values: list[Any]) -> Any:
        centre = _mean(values)
        return _sum([(v - centre) ** 2 for v in values]) * arrays.like(half, centre)

    return reduce(spread, inputs[0], step.words, step.shape)


def _norm(inputs: Sequence[Any], step: Instruction) -> Array:
    p = word_float(step.words[1])

    def norm(values: list[Any]) -> Any:
        sizes = [arrays.absolute(v) for v in values]
        if p == 0:
            return _sum([arrays.choose(arrays.equals(v, 0), 0, 1) for v in values])
        if math.isinf(p):
            return (arrays.largest if p > 0 else arrays.smallest)(sizes)
        if p == 2:
            return arrays.sqrt(_sum([v**2 for v in values]))
        q = arrays.like(exact(p), sizes[0])
        return _sum([v**q for v in sizes]) ** (1 / q)

    return reduce(norm, inputs[0], step.words, step.shape)


def _softmax(inputs: Sequence[Any], step: Instruction) -> Array:
    x = np.asarray(inputs[0], object)
    powers = mapped(arrays.exp, x)
    return powers / (powers.sum(step.words[0], keepdims=True) if x.ndim else powers)


def _cumsum(inputs: Sequence[Any], step: Instruction) -> Array:
    x, (dim, backwards) = np.asarray(inputs[0], object), step.words
    if x.ndim == 0:
        return np.asarray(x, object)
    added = np.cumsum(np.flip(x, dim) if backwards else x, dim)
    return np.asarray(np.flip(added, dim) if backwards else added, object)


def _put(add: bool) -> Definition:
    def definition(inputs: Sequence[Any], step: Instruction) -> Array:
        flat = np.array(inputs[0], object, order="C").reshape(-1)
        values = inputs[2].reshape(-1)
        for k, at in enumerate(indices(inputs[1]).reshape(-1)):
            flat[at] = flat[at] + values[k] if add else values[k]
        return flat.reshape(inputs[0].shape)

    return definition


def _copy_slices(inputs: Sequence[Any], step: Instruction) -> Array:
    flat = np.array(inputs[0], object, order="C").reshape(-1)
    flat[view_positions(step).reshape(-1)] = inputs[1].reshape(-1)
    return flat.reshape(inputs[0].shape)


def _addmm(inputs: Sequence[Any], step: Instruction) -> Array:
    alpha, beta = (real(word) for word in step.words[:2])
    product = inputs[0] @ inputs[1]
    return mapped(
        lambda p, c: p * arrays.like(alpha, p) + c * arrays.like(beta, c), product, inputs[2]
    )


def _loss(values: Array, divisor: int, shape: tuple[int, ...]) -> Array:
    """Word 0 is the divisor of the sum; without one, the values are the result."""
    if shape == values.shape:
        return values
    total = np.empty((), object)
    added = _sum(list(values.reshape(-1)))
    total[()] = added / arrays.like(real(divisor), added)
    return total


def _nll_loss(inputs: Sequence[Any], step: Instruction) -> Array:
    """Word 1 says whether the second input also holds factors."""
    flat, at = inputs[0].reshape(-1), inputs[1]
    at, factors = at if len(step.words) > 1 and step.words[1] else (at, np.ones(at.shape, object))
    places, picked = indices(at), np.empty(at.shape, object)
    for k in np.ndindex(at.shape):
        picked[k] = sympy.Integer(0)
        if places[k] >= 0:
            picked[k] = -arrays.multiply(flat[places[k]], arrays.exact(factors[k]))
    return _loss(picked, step.words[0], step.shape)


def _scaled(inverse: bool) -> Definition:
    def definition(inputs: Sequence[Any], step: Instruction) -> Array:
        factor = real(step.words[0])
        return mapped(lambda v: arrays.multiply(v, 1 / factor if inverse else factor), inputs[0])

    return definition


def _softplus(inputs: Sequence[Any], step: Instruction) -> Array:
    """Words are beta and the threshold, beyond which it is the identity."""
    beta, threshold = (real(word) for word in step.words[:2])

    def softplus(v: Any) -> Any:
        u = arrays.multiply(v, beta)
        beyond = sympy.sympify(u > arrays.like(threshold, u))
        return arrays.choose(beyond, v, arrays.log(1 + arrays.exp(u)) / arrays.like(beta, u))

    return mapped(softplus, inputs[0])


def _rolled(inputs: Sequence[Any], step: Instruction) -> Array:
    half = len(step.words) // 2
    return np.roll(inputs[0], step.words[:half], step.words[half:]) if half else inputs[0]


def _filled(inputs: Sequence[Any], step: Instruction) -> Array:
    value = sympy.Integer(0) if inputs[1] is None else inputs[1]
    return np.broadcast_to(np.asarray(value, object), step.shape)


def _product_of(inputs: Sequence[Any], step: Instruction) -> Array:
    return np.asarray(inputs[0] @ inputs[1], object)


def _lower(x: Array, diagonal: int) -> Array:
    return np.tri(x.shape[-2], x.shape[-1], diagonal, dtype=np.bool_)


#: Ops that only move elements, by functions of the array and the words.
_MOVES: Final[dict[str, Callable[[Array, Sequence[int]], Array]]] = {
    "rot90": lambda x, words: np.rot90(x, words[0], (words[1], words[2])),
    "diagonal_copy": lambda x, words: np.diagonal(x, words[0]),
    "tril": lambda x, words: np.where(_lower(x, words[0]), x, 0),
    "triu": lambda x, words: np.where(_lower(x, words[0] - 1), 0, x),
}


def _moved(name: str) -> Definition:
    return lambda inputs, step: np.asarray(_MOVES[name](inputs[0], step.words), object)


DEFINITIONS: Final[dict[str, Definition]] = {
    **{name: _moved(name) for name in _MOVES},
    **dict.fromkeys(VIEWS, _viewed),
    **{
        name: lambda inputs, step: np.asarray(
            np.array(inputs[0], object, order="C").reshape(-1)[indices(inputs[1])], object
        )
        for name in GATHERS
    },
    **{
        name: _reduced(arrays.smallest if "min" in name else arrays.largest) for name in EXTREMA
    },
    **dict.fromkeys(
        ("copy", "cast", "alias", "written", "promote"), lambda inputs, step: inputs[0]
    ),
    **dict.fromkeys(("scale", "factor"), _scaled(False)),
    "shrink": _scaled(True),
    "rsub": lambda inputs, step: mapped(arrays.subtract, inputs[1], inputs[0]),
    "softplus_beta": _softplus,
    "copy_into": lambda inputs, step: inputs[1],
    **dict.fromkeys(("zero", "fill", "fill_tensor"), _filled),
    "flip": lambda inputs, step: np.flip(inputs[0], step.words),
    "roll": _rolled,
    "repeat": lambda inputs, step: np.tile(inputs[0], step.words),
    "masked_fill": lambda inputs, step: mapped(arrays.choose, inputs[1], inputs[2], inputs[0]),
    **dict.fromkeys(("scatter_add", "put_add", "index_add"), _put(True)),
    **dict.fromkeys(
        (
            "put", "scatter", "scatter_value", "put_flat", "index_copy", "index_fill",
            "index_fill_tensor", "masked_scatter",
        ),
        _put(False),
    ),
    "copy_slices": _copy_slices,
    **dict.fromkeys(("mm", "bmm", "mv", "dot"), _product_of),
    "addmm": _addmm,
    **dict.fromkeys(("sum", "sum_dim"), _reduced(_sum)),
    **dict.fromkeys(("mean", "mean_dim", "mean_of_var", "mean_of_std"), _reduced(_mean)),
    **dict.fromkeys(("prod", "prod_dim"), _reduced(_product)),
    **dict.fromkeys(("var", "var_mean"), _variance),
    **dict.fromkeys(
        ("std", "std_mean"),
        lambda inputs, step: mapped(arrays.sqrt, _variance(inputs, step)),
    ),
    "norm": _norm,
    "logsumexp": _reduced(_log_sum_exp),
    "cumsum": _cumsum,
    "softmax": _softmax,
    "log_softmax": lambda inputs, step: mapped(arrays.log, _softmax(inputs, step)),
    "cat": lambda inputs, step: np.concatenate(
        [a for a in inputs[2:] if a.ndim == len(step.shape)], step.words[0]
    ),
    "stack": lambda inputs, step: np.stack(inputs[2:], step.words[0]),
    **dict.fromkeys(("nll_loss", "nll_loss_2d"), _nll_loss),
    "mse_loss": lambda inputs, step: _loss(
        (inputs[0] - inputs[1]) ** 2, step.words[0], step.shape
    ),
}  # fmt: skip
