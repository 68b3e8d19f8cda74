"""Filling the memory of tensors with random numbers, in PyTorch's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.engine import core
from tapegrad.random_streams import Generator, default_generator
from tapegrad.scalars import C_NAMES
from tapegrad.warning import warn

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

_Array = npt.NDArray[Any]
#: Draws numbers of a dtype from a stream: how many, and whether they will lie without gaps.
Draw = Callable[[Generator, dtypes.dtype, int, bool], _Array]

#: Whole numbers up to 2 to this power are exact in a floating dtype.
_DIGITS: Final = {dtypes.float32: 24, dtypes.float64: 53}


def _refuse(name: str, kind: dtypes.dtype) -> None:
    if not kind.is_floating_point:
        raise NotImplementedError(f'"{name}" not implemented for {engine.torch_name(kind.code)!r}')


def draw_uniform(low: float | None = None, high: float = 1.0) -> Draw:
    """Draw from [`low`, `high`); from [0, 1) where they are left out."""

    def draw(stream: Generator, kind: dtypes.dtype, n: int, whole: bool) -> _Array:
        _refuse("check_uniform_bounds", kind)
        if low is None:
            return stream.rand(n, kind.numpy)
        return stream.uniform(low, high, n, kind.numpy)

    return draw


def draw_normal(mean: float = 0.0, std: float = 1.0) -> Draw:
    """Draw from a normal distribution."""

    def draw(stream: Generator, kind: dtypes.dtype, n: int, whole: bool) -> _Array:
        if not std >= 0.0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
        _refuse("normal_kernel_cpu", kind)
        return stream.normal(mean, std, n, kind.numpy, blocks=whole)

    return draw


def draw_exponential(rate: float = 1.0) -> Draw:
    """Draw from an exponential distribution."""

    def draw(stream: Generator, kind: dtypes.dtype, n: int, whole: bool) -> _Array:
        if not kind.is_floating_point:
            raise RuntimeError(
                "Exponential distribution is a continuous probability distribution. dtype must be "
                f"a floating point but you specified {engine.torch_name(kind.code)}"
            )
        return stream.exponential(rate, n, kind.numpy)

    return draw


def draw_integers(low: int | None = None, high: int | None = None) -> Draw:
    """Draw integers from [`low`, `high`); a bound that is None is the dtype's own."""

    def draw(stream: Generator, kind: dtypes.dtype, n: int, whole: bool) -> _Array:
        if low is None:
            return stream.below(_above(kind), n, wide=kind.itemsize == 8)
        end = _above(kind) if high is None else high
        if low >= end:
            raise RuntimeError(
                f"random_ expects 'from' to be less than 'to', but got from={low} >= to={end}"
            )
        _check_bound("from", low, kind)
        _check_bound("to - 1", end - 1, kind)
        if end - low == 2**64:
            return stream.below(2**64, n, wide=True).view(np.int64)
        first = _representable(low, 1, kind)
        return stream.between(first, _representable(end, -1, kind) - first, n)

    return draw


def _above(kind: dtypes.dtype) -> int:
    """One more than the largest integer that `random_` draws for a dtype."""
    if kind.is_floating_point:
        return int(2 ** _DIGITS[kind] + 1)
    return 2 if kind is dtypes.bool_ else int(np.iinfo(kind.numpy).max) + 1


def _representable(bound: int, inward: int, kind: dtypes.dtype) -> int:
    """Bound moved inward where a floating dtype would round the number beside it to outside."""
    if not kind.is_floating_point:
        return bound
    beside = bound + inward
    rounded = int(kind.numpy.type(beside))
    if rounded < bound if inward < 0 else rounded >= bound:
        return bound
    step = 1 << (abs(beside).bit_length() - _DIGITS[kind])
    return rounded + inward * step


def _check_bound(name: str, value: int, kind: dtypes.dtype) -> None:
    if kind.is_floating_point:
        digits = _DIGITS[kind]
        if abs(value) > 2**digits:
            warn(
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision "
                f"limitations {C_NAMES[kind]} can support discrete uniform distribution only "
                "within this range. This warning will become an error in version 1.7 release, "
                "please fix the code in advance"
            )
        return
    least = 0 if kind is dtypes.bool_ else int(np.iinfo(kind.numpy).min)
    if not least <= value < _above(kind):
        raise RuntimeError(f"{name} is out of bounds for {C_NAMES[kind]}")


def arranged(drawn: _Array, like: _Array) -> _Array:
    """Numbers in the shape of an array, such that they stand in its memory as they were drawn."""
    if like.flags.c_contiguous:
        return drawn.reshape(like.shape)
    made = np.empty(like.shape, drawn.dtype)
    order = sorted(range(like.ndim), key=lambda dim: -abs(like.strides[dim]))
    made.transpose(order)[...] = drawn.reshape([like.shape[dim] for dim in order])
    return made


def fill(
    made: Tensor, draw: Draw, generator: Generator | None = None, *, whole: bool | None = None
) -> None:
    """Draw the elements of a new tensor."""
    memory = engine.array(made)
    dense = made.is_contiguous() if whole is None else whole
    drawn = draw(generator or default_generator, made.dtype, memory.size, dense)
    with np.errstate(all="ignore"):
        memory[...] = arranged(drawn, memory)


def overwrite_with(target: Tensor, draw: Draw, generator: Generator | None) -> Tensor:
    """Draw the elements of a tensor in place."""
    from tapegrad.autograd.views import check_writable, overwrite

    check_writable(target)
    memory = engine.array(target)
    stream = generator or default_generator
    drawn = draw(stream, target.dtype, memory.size, target.is_contiguous())
    with np.errstate(all="ignore"):
        values = arranged(drawn, memory).astype(target.dtype.numpy, copy=False)
    return overwrite(target, engine.from_array(values))


def unrelated(made: Tensor, *sources: Tensor) -> Tensor:
    """Give a drawn tensor gradients of zero with respect to what the distribution was made of."""
    if not core.modes() & 1 or not any(t.requires_grad for t in sources):
        return made
    from tapegrad.autograd.views import overwrite

    shape = tuple(made.shape)
    joined = sources[0].expand(shape).clone()
    for t in sources[1:]:
        joined = joined + t.expand(shape)
    return overwrite(joined, made)
