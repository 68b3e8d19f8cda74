"""Joining tensors, and taking them apart."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.autograd.views import make_view
from tapegrad.engine import Op, TensorBase
from tapegrad.layouts import number_of
from tapegrad.ops import shapes
from tapegrad.ops.conversion import cast
from tapegrad.ops.shapes import check_tensor, dims_of, integer, sizes_of, wrap_dim

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "cat",
    "chunk",
    "concat",
    "concatenate",
    "flip",
    "hstack",
    "repeat",
    "roll",
    "split",
    "stack",
    "tile",
    "unbind",
    "vstack",
]


def _tensor_list(function: str, tensors: Any) -> list[Tensor]:
    if isinstance(tensors, TensorBase) or not isinstance(tensors, Sequence):
        raise TypeError(
            f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not "
            f"{builtins.type(tensors).__name__}"
        )
    for k, t in enumerate(tensors):
        if not isinstance(t, TensorBase):
            raise TypeError(
                f"expected Tensor as element {k} in argument 0, but got {builtins.type(t).__name__}"
            )
    return list(tensors)


def _common(tensors: Sequence[Tensor]) -> dtypes.dtype:
    return dtypes.result([(t.dtype, engine.priority(t)) for t in tensors])


def _join(op: int, parts: Sequence[Tensor], dim: int, shape: list[int]) -> Tensor:
    kind = _common(parts)
    parts = [cast(t, kind) for t in parts]
    values = [engine.readable(t) for t in parts]
    made = engine.record(op, number_of(kind.code, tuple(shape)), parameters=(dim,), variadic=parts)
    join = np.concatenate if op == Op.CAT else np.stack
    join(values, dim, out=engine.array(made))
    return made


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along a dimension that they have.

    Parameters
    ----------
    tensors : sequence of Tensor
        Of equal sizes except along `dim`. Empty ones of one dimension are passed over.
    dim : int
        Which dimension grows.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.cat([tapegrad.tensor([1, 2]), tapegrad.tensor([3])])
    tensor([1, 2, 3])
    """
    given = _tensor_list("cat", tensors)
    if not given:
        raise ValueError("tapegrad.cat(): expected a non-empty list of Tensors")
    for k, t in enumerate(given):
        if t.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {k}) cannot be concatenated")
    numbered = [(k, t) for k, t in enumerate(given) if tuple(t.shape) != (0,)]
    if not numbered:
        numbered = [(0, given[0])]
        dim = 0
    first = numbered[0][1]
    at = wrap_dim(dim, first.ndim)
    shape = list(first.shape)
    shape[at] = 0
    for k, t in numbered:
        if t.ndim != first.ndim:
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {first.ndim} and {t.ndim}"
            )
        for d, (mine, other) in enumerate(zip(first.shape, t.shape, strict=True)):
            if d != at and mine != other:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {at}. Expected size "
                    f"{mine} but got size {other} for tensor number {k} in the list."
                )
        shape[at] += t.shape[at]
    parts = [t for _, t in numbered]
    kind = _common(given)  # those passed over have a say in it
    if parts[0].dtype is not kind:
        parts[0] = cast(parts[0], kind)
    return _join(Op.CAT, parts, at, shape)


concat = concatenate = cat


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.stack([tapegrad.tensor([1, 2]), tapegrad.tensor([3, 4])], 1)
    tensor([[1, 3],
            [2, 4]])
    """
    given = _tensor_list("stack", tensors)
    if not given:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = given[0]
    at = wrap_dim(dim, first.ndim + 1)
    for k, t in enumerate(given):
        if t.shape != first.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first.shape)} at "
                f"entry 0 and {list(t.shape)} at entry {k}"
            )
    shape = list(first.shape)
    shape.insert(at, len(given))
    return _join(Op.STACK, given, at, shape)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Join along the first dimension, after making vectors rows."""
    given = _tensor_list("vstack", tensors)
    return cat([t.reshape(1, -1) if t.ndim < 2 else t for t in given], 0)


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Join along the second dimension; vectors along the first."""
    given = [t.reshape(1) if t.ndim == 0 else t for t in _tensor_list("hstack", tensors)]
    if not given:
        raise RuntimeError("hstack expects a non-empty TensorList")
    return cat(given, 0 if given and given[0].ndim == 1 else 1)


def split(
    tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0
) -> tuple[Tensor, ...]:
    """Cut a tensor into parts along a dimension (views).

    Parameters
    ----------
    tensor : Tensor
        What is cut.
    split_size_or_sections : int or sequence of int
        Size of each part (the last may be smaller), or the sizes of all parts.
    dim : int
        Along which dimension.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.split(tapegrad.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    check_tensor("split", tensor, "tensor")
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap_dim(dim, tensor.ndim)
    size = tensor.shape[at]
    if isinstance(split_size_or_sections, list | tuple):
        sections = list(sizes_of("split_with_sizes", (split_size_or_sections,), "split_sizes"))
        if any(n < 0 for n in sections):
            raise RuntimeError(
                "split_with_sizes expects split_sizes have only non-negative entries, but got "
                f"split_sizes={sections}"
            )
        if sum(sections) != size:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's "
                f"size at dimension {at}), but got split_sizes={sections}"
            )
        return _parts(tensor, at, sections, Op.SPLIT)
    step = integer("split", split_size_or_sections, "split_size")
    if step < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={step}")
    if step == 0:
        if size:
            raise RuntimeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}"
            )
        return _parts(tensor, at, [0], Op.SPLIT)
    sections = [min(step, size - k) for k in range(0, size, step)] or [0]
    return _parts(tensor, at, sections, Op.SPLIT)


def _parts(tensor: Tensor, at: int, sections: Sequence[int], op: int) -> tuple[Tensor, ...]:
    found, start = [], 0
    for length in sections:
        found.append(shapes.part(tensor, at, start, length, op))
        start += length
    return tuple(found)


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Cut a tensor into at most `chunks` parts of equal size along a dimension (views).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.chunk(tapegrad.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    check_tensor("chunk", input)
    if input.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    count = integer("chunk", chunks, "chunks")
    if count <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {count}")
    size = input.shape[wrap_dim(dim, input.ndim)]
    if size == 0:
        return split(input, [0] * count, dim)
    return split(input, -(-size // count), dim)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Give all slices along a dimension (views).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.unbind(tapegrad.tensor([[1, 2], [3, 4]]))
    (tensor([1, 2]), tensor([3, 4]))
    """
    check_tensor("unbind", input)
    at = wrap_dim(dim, input.ndim)
    if input.ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    op = Op.UNBIND
    return tuple(make_view(input, shapes.selection(at, k), op) for k in range(input.shape[at]))


# Repetition and order -----------------------------------------------------------------------------


def repeat(input: Tensor, repeats: tuple[int, ...]) -> Tensor:
    """Copy a tensor several times along each dimension."""
    check_tensor("repeat", input)
    repeats = sizes_of("repeat", (repeats,), "repeats")
    old = tuple(input.shape)
    lead = len(repeats) - len(old)
    if lead < 0:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions "
            "of tensor"
        )
    padded = (1,) * lead + old
    shape = [n * r for n, r in zip(padded, repeats, strict=True)]
    for n in shape:
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {shape}")
    # Each dimension is seen as (times, size): expanded, then copied by the reshape.
    apart = [n for size in padded for n in (1, size)]
    wide = [n for r, size in zip(repeats, padded, strict=True) for n in (r, size)]
    return shapes.expand(shapes.reshape(input, apart), tuple(wide)).clone().reshape(shape)


def tile(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Copy a tensor several times along each dimension, the last ones where few numbers are given.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.tile(tapegrad.tensor([1, 2]), (2,))
    tensor([1, 2, 1, 2])
    """
    check_tensor("tile", input)
    times = dims_of("tile", (tuple(dims),))
    return repeat(input, (1,) * (input.ndim - len(times)) + times)


def _moved(input: Tensor, indices: Sequence[np.ndarray[Any, Any]], op: int) -> Tensor:
    from tapegrad.ops.gathering import take_flat
    from tapegrad.ops.index_parsing import flat_positions

    flat = flat_positions(tuple(input.shape), np.ix_(*indices))
    return take_flat(input, flat, tuple(input.shape), op)


def flip(input: Tensor, dims: int | Sequence[int]) -> Tensor:
    """Reverse the order along dimensions (a copy).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.flip(tapegrad.arange(3), (0,))
    tensor([2, 1, 0])
    """
    check_tensor("flip", input)
    chosen = [wrap_dim(d, input.ndim) for d in dims_of("flip", (dims,))]
    for d in chosen:
        if chosen.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    steps = [np.arange(n)[:: -1 if k in chosen else 1] for k, n in enumerate(input.shape)]
    return _moved(input, steps, Op.TAKE) if steps else input.clone()


def roll(
    input: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None
) -> Tensor:
    """Move elements along dimensions; what leaves at the end comes in at the beginning (a copy).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.roll(tapegrad.arange(4), 1)
    tensor([3, 0, 1, 2])
    """
    check_tensor("roll", input)
    amounts = sizes_of("roll", (shifts,), "shifts")
    if dims is None or dims == ():
        if len(amounts) != 1:
            raise RuntimeError(f"shifts and dimensions must align. shifts: {len(amounts)}, dims:0")
        return roll(shapes.flatten(input), amounts, 0).reshape(tuple(input.shape))
    chosen = dims_of("roll", (dims,))
    if len(amounts) != len(chosen):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(amounts)}, dims:{len(chosen)}"
        )
    steps = [np.arange(n) for n in input.shape]
    for amount, d in zip(amounts, chosen, strict=True):
        k = wrap_dim(d, input.ndim)
        steps[k] = np.roll(steps[k], amount)
    return _moved(input, steps, Op.TAKE)
