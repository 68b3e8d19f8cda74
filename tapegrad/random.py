"""Random tensors: seeds give PyTorch's numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Unpack

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import invalid_combination, one_list
from tapegrad.creation import checked_sizes, given_sizes, like, new_tensor
from tapegrad.drawing import Draw, draw_integers, draw_normal, draw_uniform, fill, unrelated
from tapegrad.ops.arguments import check_tensor, integer
from tapegrad.options import (
    DrawOptions,
    RandomLikeOptions,
    RandomOptions,
    check_options,
    combined,
    finished,
    settled,
)
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
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
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

_REST: Final = (
    "Tensor out = None, tapegrad.dtype dtype = None, tapegrad.layout layout = None, "
    "tapegrad.device device = None, bool pin_memory = False, bool requires_grad = False"
)


def _forms(*heads: str) -> tuple[str, ...]:
    return tuple(
        f"{head}, *, {generator}{_REST}"
        for head in heads
        for generator in ("tapegrad.Generator generator, ", "")
    )


_SIZED: Final = _forms("tuple of ints size")
_RANDINT: Final = _forms("int high, tuple of ints size", "int low, int high, tuple of ints size")
_RANDPERM: Final = _forms("int n")
_RANDINT_LIKE: Final = ("Tensor input, int high", "Tensor input, int low, int high")
_NORMAL: Final = (
    "Tensor mean, Tensor std, *, tapegrad.Generator generator = None, Tensor out = None",
    "Tensor mean, float std = 1, *, tapegrad.Generator generator = None, Tensor out = None",
    "float mean, Tensor std, *, tapegrad.Generator generator = None, Tensor out = None",
    "float mean, float std, tuple of ints size, *, tapegrad.Generator generator = None, " + _REST,
)


def _made(
    draw: Draw,
    kind: dtypes.dtype,
    sizes: tuple[int, ...],
    options: Mapping[str, Any],
    requires_grad: bool | None,
) -> Tensor:
    """Draw a new tensor, or the numbers of ``out=`` in the order of its memory."""
    out: Any = options.get("out")
    follows = out is not None and tuple(out.shape) == sizes
    made = new_tensor(kind, sizes, engine.kept_strides(out) if follows else None)
    fill(made, draw, options.get("generator"), whole=not follows or out.is_contiguous())
    return finished(made, options, requires_grad)


def _sized(
    function: str,
    draw: Draw,
    args: tuple[Any, ...],
    dtype: Any,
    requires_grad: bool | None,
    options: Mapping[str, Any],
) -> Tensor:
    named = {"dtype": dtype, "requires_grad": requires_grad, **options}
    try:
        given = given_sizes(function, args, options)
        default = dtypes.get_default_dtype()
        kind = settled(function, default, dtype, requires_grad, options, RandomOptions)
    except TypeError as error:
        least = 1 if args or "size" in options else -1
        raise combined(function, error, args, named, _SIZED, least) from None
    return _made(draw, kind, checked_sizes(function, given), options, requires_grad)


def rand(
    *args: Any,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[RandomOptions],
) -> Tensor:
    """Make a tensor of numbers drawn uniformly from [0, 1).

    Parameters
    ----------
    *args : int or sequence of int
        Sizes, as several ints or one sequence (also as ``size=``).
    dtype : dtype, optional
        float32 or float64; the default dtype where left out.
    requires_grad : bool
        Whether gradients with respect to the tensor are wanted.
    generator : Generator, optional
        Stream to draw from; the global one where left out.
    out, device, layout, pin_memory
        As for `zeros`.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    return _sized("rand", draw_uniform(), args, dtype, requires_grad, options)


def randn(
    *args: Any,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[RandomOptions],
) -> Tensor:
    """Make a tensor from the standard normal distribution; see `rand` for the parameters.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> randn(2)
    tensor([ 1.5410, -0.2934])
    """
    return _sized("randn", draw_normal(), args, dtype, requires_grad, options)


def _alike(
    function: str,
    draw: Draw,
    input: Tensor,
    dtype: Any,
    requires_grad: bool | None,
    options: Mapping[str, Any],
) -> Tensor:
    made = like(function, input, dtype, requires_grad, options, RandomLikeOptions)
    fill(made, draw, options.get("generator"))
    return made.requires_grad_(True) if requires_grad else made


def rand_like(
    input: Tensor,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[RandomLikeOptions],
) -> Tensor:
    """Draw uniformly from [0, 1) for each element of a tensor."""
    return _alike("rand_like", draw_uniform(), input, dtype, requires_grad, options)


def randn_like(
    input: Tensor,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[RandomLikeOptions],
) -> Tensor:
    """Draw from the standard normal distribution for each element of a tensor."""
    return _alike("randn_like", draw_normal(), input, dtype, requires_grad, options)


def randint(
    *args: Any,
    low: Any = None,
    high: Any = None,
    size: Any = None,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[DrawOptions],
) -> Tensor:
    """Make a tensor of integers drawn uniformly from [`low`, `high`).

    Called as ``randint(high, size)`` or ``randint(low, high, size)``.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> randint(10, (5,))
    tensor([4, 9, 3, 0, 3])
    """
    named = {"low": low, "high": high, "size": size}
    every = {**named, "dtype": dtype, "requires_grad": requires_grad, **options}
    missing = [name for name, value in named.items() if value is None]
    names = [name for name in missing if name != "low"] if len(args) < len(missing) else missing
    if len(args) != len(names):
        raise combined("randint", TypeError(), args, every, _RANDINT, -1)
    given = {**named, **dict(zip(names, args, strict=True))}
    if given["low"] is None:
        given["low"] = 0
    try:
        place = f"(position {args.index(given['size']) + 1})" if size is None else ""
        first = integer("randint", given["low"], "low")
        last = integer("randint", given["high"], "high")
        sizes = one_list("randint", given["size"], f"'size' {place}".rstrip())
        kind = settled("randint", dtypes.int64, dtype, requires_grad, options, DrawOptions)
    except TypeError as error:
        raise combined("randint", error, args, every, _RANDINT, 2) from None
    draw = draw_integers(first, last)
    return _made(draw, kind, checked_sizes("randint", sizes), options, requires_grad)


def randint_like(
    input: Tensor,
    *args: Any,
    low: Any = None,
    high: Any = None,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[RandomLikeOptions],
) -> Tensor:
    """Draw integers for each element: ``randint_like(x, high)`` or ``(x, low, high)``."""
    bounds = [*args, *(value for value in (low, high) if value is not None)]
    if len(bounds) not in (1, 2):
        named = {"low": low, "high": high, "dtype": dtype, **options}
        raise combined("randint_like", TypeError(), (input, *args), named, _RANDINT_LIKE, -1)
    if len(bounds) == 1:
        bounds = [0, *bounds]
    first, last = (
        integer("randint_like", value, name)
        for value, name in zip(bounds, ("low", "high"), strict=True)
    )
    return _alike("randint_like", draw_integers(first, last), input, dtype, requires_grad, options)


def randperm(
    n: int,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[DrawOptions],
) -> Tensor:
    """Make a random permutation of the integers from 0 to `n` - 1.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> randperm(5)
    tensor([4, 0, 1, 3, 2])
    """
    try:
        count = integer("randperm", n, "n")
        kind = settled("randperm", dtypes.int64, dtype, requires_grad, options, DrawOptions)
    except TypeError as error:
        named = {"dtype": dtype, "requires_grad": requires_grad, **options}
        raise combined("randperm", error, (n,), named, _RANDPERM, 1) from None
    checked_sizes("randperm", (count,))
    if kind is dtypes.bool_:
        raise NotImplementedError("\"randperm\" not implemented for 'Bool'")
    values = (options.get("generator") or default_generator).randperm(count)
    made = new_tensor(kind, (count,))
    engine.array(made)[...] = values
    return finished(made, options, requires_grad)


def normal(
    mean: Any,
    std: Any = 1.0,
    size: Any = None,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[DrawOptions],
) -> Tensor:
    """Make a tensor of numbers from a normal distribution.

    Parameters
    ----------
    mean, std : float or Tensor
        Mean and standard deviation: one of all numbers, or one of each.
    size : sequence of int
        Sizes, where both are numbers.
    dtype, requires_grad, **options
        As for `rand`.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> normal(10., 2., (2,))
    tensor([13.0820,  9.4131])
    """
    tensors = [t for t in (mean, std) if isinstance(t, engine.TensorBase)]
    named = {"dtype": dtype, "requires_grad": requires_grad, **options}
    numbers = all(isinstance(v, engine.TensorBase | int | float | np.number) for v in (mean, std))
    fits = size is None if tensors else isinstance(size, tuple | list)
    if not numbers or not fits:
        shown = {name: value for name, value in named.items() if value is not None and value}
        args = (mean, std) if size is None else (mean, std, size)
        raise invalid_combination("normal", args, shown, _NORMAL)
    if not tensors:
        kind = settled(
            "normal", dtypes.get_default_dtype(), dtype, requires_grad, options, DrawOptions
        )
        sizes = checked_sizes("normal", one_list("normal", size, "'size' (position 3)"))
        return _made(draw_normal(float(mean), float(std)), kind, sizes, options, requires_grad)
    check_options("normal", options, frozenset(("generator", "out")))
    return finished(_around(mean, std, options.get("generator")), options, False)


def _around(mean: Any, std: Any, generator: Generator | None) -> Tensor:
    """Draw one number for each mean and standard deviation."""
    given: list[Any] = [t for t in (mean, std) if isinstance(t, engine.TensorBase)]
    try:
        shape = np.broadcast_shapes(*(tuple(t.shape) for t in given))
    except ValueError:
        engine.raise_shapes(given)
    kind = given[0].dtype
    is_single = not isinstance(std, engine.TensorBase)
    made = new_tensor(kind, shape)
    if not is_single and bool((engine.readable(std) < 0).any()):
        raise RuntimeError("normal expects all elements of std >= 0.0")
    fill(made, draw_normal(0.0, float(std) if is_single else 1.0), generator)
    memory = engine.array(made)
    if not is_single:
        memory *= engine.readable(std)
    memory += engine.readable(given[0]) if given[0] is mean else mean
    return unrelated(made, *given)


def bernoulli(
    input: Tensor,
    p: float | None = None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Draw 1 with the probability that each element of a tensor gives, else 0.

    Parameters
    ----------
    input : Tensor
        The probabilities; only its shape counts where `p` is given.
    p : float, optional
        One probability for all.
    generator : Generator, optional
        Stream to draw from; the global one where left out.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import tapegrad
    >>> bernoulli(tapegrad.tensor([0., 1.]))
    tensor([0., 1.])
    """
    check_tensor("bernoulli", input)
    made = new_tensor(input.dtype, tuple(input.shape))
    made.bernoulli_(input.detach() if p is None else p, generator=generator)
    return finished(unrelated(made, input), {"out": out}, False)


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Draw indices with the probabilities that the last dimension of a tensor gives.

    Parameters
    ----------
    input : Tensor
        Probabilities, or weights in proportion to them, of one draw or of one in each row.
    num_samples : int
        How many indices to draw.
    replacement : bool
        Whether an index may come twice.
    generator, out
        As for `bernoulli`.

    Examples
    --------
    >>> import tapegrad
    >>> multinomial(tapegrad.tensor([0., 1.]), 1)
    tensor([1])
    """
    check_tensor("multinomial", input)
    count = integer("multinomial", num_samples, "num_samples")
    if not input.dtype.is_floating_point:
        raise RuntimeError(
            "multinomial only supports floating-point dtypes for input, got: "
            f"{engine.torch_name(input.dtype.code)}"
        )
    if input.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    chances = np.ascontiguousarray(engine.readable(input))
    if not replacement and count > chances.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    if not bool((np.isfinite(chances) & (chances >= 0)).all()):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not bool((chances.sum(-1) > 0).all()):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    stream = generator or default_generator
    if replacement and count > 1:
        found = _repeated(chances, count, stream)
    else:
        drawn = stream.exponential(1.0, chances.size, chances.dtype).reshape(chances.shape)
        found = np.argsort(-(chances / drawn), axis=-1, kind="stable")[..., :count]
    made = engine.from_array(found.astype(np.int64))
    return finished(made, {"out": out}, False)


def _repeated(chances: Any, count: int, stream: Generator) -> Any:
    """Indices drawn with replacement, by where uniform numbers fall among the sums."""
    rows = chances.reshape(-1, chances.shape[-1])
    found = np.empty((len(rows), count), np.int64)
    for row, target in zip(rows, found, strict=True):
        sums = np.cumsum(row)
        target[:] = np.searchsorted(sums / sums[-1], stream.rand(count, np.float64))
    return found.reshape(*chances.shape[:-1], count)


@contextmanager
def fork_rng(
    devices: Any = None, enabled: bool = True, device_type: str = "cuda"
) -> Iterator[None]:
    """Bring the default generator back, after the block, to where it was before.

    Parameters
    ----------
    devices, device_type
        Which GPUs' generators to bring back, too; there are none.
    enabled : bool
        False makes the block an ordinary one.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> with fork_rng():
    ...     first = rand(1)
    >>> bool(rand(1) == first)
    True
    """
    if not enabled:
        yield
        return
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)
