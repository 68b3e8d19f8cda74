"""Random tensors: seeds give PyTorch's numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.creation import _Place, checked_sizes, from_values, resolve
from tapegrad.layouts import number_of
from tapegrad.ops.shapes import check_tensor, integer
from tapegrad.random_streams import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "Generator",
    "bernoulli",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
]

_CHECKS = {"rand": "check_uniform_bounds", "randn": "normal_kernel_cpu"}


def _drawn(
    function: str,
    sizes: tuple[int, ...],
    kind: dtypes.dtype,
    generator: Generator | None,
    requires_grad: bool,
) -> Tensor:
    if not kind.is_floating_point:
        raise NotImplementedError(
            f'"{_CHECKS[function]}" not implemented for {engine.torch_name(kind.code)!r}'
        )
    number_of(kind.code, sizes)  # refuses impossible sizes before anything is drawn
    stream = generator or default_generator
    draw = stream.rand if function == "rand" else stream.randn
    values: npt.NDArray[Any] = draw(math.prod(sizes), kind.numpy)
    return from_values(values.reshape(sizes), kind, requires_grad)


def rand(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of numbers drawn uniformly from [0, 1).

    Parameters
    ----------
    *args : int or sequence of int
        Sizes, as several ints or one sequence (also as ``size=``).
    generator : Generator, optional
        Stream to draw from; the global one where left out.
    dtype : dtype, optional
        float32 or float64; the default dtype where left out.
    device, requires_grad
        As for `zeros`.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    sizes = checked_sizes("rand", args, size)
    kind = resolve("rand", dtype, dtypes.get_default_dtype(), device, requires_grad)
    return _drawn("rand", sizes, kind, generator, requires_grad)


def randn(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor from the standard normal distribution; see `rand` for the parameters.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> randn(2)
    tensor([ 1.5410, -0.2934])
    """
    sizes = checked_sizes("randn", args, size)
    kind = resolve("randn", dtype, dtypes.get_default_dtype(), device, requires_grad)
    return _drawn("randn", sizes, kind, generator, requires_grad)


def rand_like(
    input: Tensor, *, dtype: Any = None, device: _Place = None, requires_grad: bool = False
) -> Tensor:
    """Draw uniformly from [0, 1) for each element of a tensor."""
    check_tensor("rand_like", input)
    kind = resolve("rand_like", dtype, input.dtype, device, requires_grad)
    return _drawn("rand", tuple(input.shape), kind, None, requires_grad)


def randn_like(
    input: Tensor, *, dtype: Any = None, device: _Place = None, requires_grad: bool = False
) -> Tensor:
    """Draw from the standard normal distribution for each element of a tensor."""
    check_tensor("randn_like", input)
    kind = resolve("randn_like", dtype, input.dtype, device, requires_grad)
    return _drawn("randn", tuple(input.shape), kind, None, requires_grad)


def _integers(
    bounds: tuple[Any, Any],
    sizes: tuple[int, ...],
    kind: dtypes.dtype,
    generator: Generator | None,
    requires_grad: bool,
) -> Tensor:
    low, high = (integer("randint", b, n) for b, n in zip(bounds, ("low", "high"), strict=True))
    number_of(kind.code, sizes)
    values = (generator or default_generator).randint(low, high, math.prod(sizes))
    return from_values(values.reshape(sizes), kind, requires_grad)


def randint(
    *args: Any,
    low: Any = None,
    high: Any = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of integers drawn uniformly from [`low`, `high`).

    Called as ``randint(high, size)`` or ``randint(low, high, size)``.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> randint(10, (5,))
    tensor([4, 9, 3, 0, 3])
    """
    rest = list(args)
    given = {"low": low, "high": high, "size": size}
    missing = [name for name, value in given.items() if value is None]
    names = [name for name in missing if name != "low"] if len(rest) < len(missing) else missing
    if len(rest) != len(names):
        raise TypeError(
            "randint() received an invalid combination of arguments: expected randint(high, "
            "size) or randint(low, high, size)"
        )
    given.update(zip(names, rest, strict=True))
    if not isinstance(given["size"], list | tuple):
        raise TypeError(
            f"randint(): argument 'size' must be tuple of ints, not {type(given['size']).__name__}"
        )
    sizes = checked_sizes("randint", (given["size"],))
    kind = resolve("randint", dtype, dtypes.int64, device, requires_grad)
    bounds = (given["low"] if given["low"] is not None else 0, given["high"])
    return _integers(bounds, sizes, kind, generator, requires_grad)


def randint_like(
    input: Tensor,
    *args: Any,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw integers for each element: ``randint_like(x, high)`` or ``(x, low, high)``."""
    check_tensor("randint_like", input)
    if len(args) not in (1, 2):
        raise TypeError("randint_like() expects (input, high) or (input, low, high)")
    kind = resolve("randint_like", dtype, input.dtype, device, requires_grad)
    bounds = (0, args[0]) if len(args) == 1 else (args[0], args[1])
    return _integers(bounds, tuple(input.shape), kind, None, requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a random permutation of the integers from 0 to `n` - 1.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> randperm(5)
    tensor([4, 0, 1, 3, 2])
    """
    count = integer("randperm", n, "n")
    kind = resolve("randperm", dtype, dtypes.int64, device, requires_grad)
    values = (generator or default_generator).randperm(count)
    return from_values(values, kind, requires_grad)


def normal(
    mean: float,
    std: float,
    size: Any,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of numbers from a normal distribution.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> normal(10., 2., (2,))
    tensor([13.0820,  9.4131])
    """
    for name, value in (("mean", mean), ("std", std)):
        if not isinstance(value, int | float | np.number):
            raise TypeError(
                f"normal(): argument '{name}' must be a number, not {type(value).__name__}"
            )
    sizes = checked_sizes("normal", (size,))
    kind = resolve("normal", dtype, dtypes.get_default_dtype(), device, requires_grad)
    stream = generator or default_generator
    values = stream.normal(mean, std, math.prod(sizes), kind.numpy)
    return from_values(values.reshape(sizes), kind, requires_grad)


def bernoulli(input: Tensor, *, generator: Generator | None = None) -> Tensor:
    """Draw 1 with the probability that each element of a tensor gives, else 0.

    Examples
    --------
    >>> import tapegrad
    >>> bernoulli(tapegrad.tensor([0., 1.]))
    tensor([0., 1.])
    """
    check_tensor("bernoulli", input)
    if not input.dtype.is_floating_point:
        raise RuntimeError("bernoulli expects a tensor of probabilities in floating point")
    chances = np.ascontiguousarray(engine.readable(input))
    drawn = (generator or default_generator).bernoulli(chances)
    return from_values(drawn, input.dtype, False)
