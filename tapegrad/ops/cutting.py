"""Cutting along a dimension, repeating element by element, and turning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import engine
from tapegrad.arguments import is_count
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.engine import Op, TensorBase
from tapegrad.ops import joining, shapes
from tapegrad.ops.arguments import (
    check_tensor,
    integer,
    no_such_call,
    tuple_of_ints,
    wrap_dim,
)
from tapegrad.ops.dispatch import recorded

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "dsplit",
    "fliplr",
    "flipud",
    "hsplit",
    "repeat_interleave",
    "rot90",
    "tensor_split",
    "vsplit",
]


def tensor_split(
    input: Tensor,
    indices_or_sections: int | Sequence[int] | Tensor | None = None,
    dim: int = 0,
    *,
    indices: Sequence[int] | None = None,
    sections: int | None = None,
) -> tuple[Tensor, ...]:
    """Cut a tensor into about equal parts, or at given indices, along a dimension (views).

    Parameters
    ----------
    input : Tensor
        What is cut.
    indices_or_sections : int, sequence of int or Tensor
        Number of parts, or where all parts but the first begin.
    dim : int
        Along which dimension.
    indices, sections
        The second argument by PyTorch's names.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.tensor_split(tapegrad.arange(5), (1, 4))
    (tensor([0]), tensor([1, 2, 3]), tensor([4]))
    """
    check_tensor("tensor_split", input)
    for named in (indices, sections):
        indices_or_sections = named if indices_or_sections is None else indices_or_sections
    if input.ndim == 0:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    at = wrap_dim(dim, input.ndim, "tensor_split")
    size = input.shape[at]
    if isinstance(indices_or_sections, TensorBase):
        given: Any = indices_or_sections
        indices_or_sections = given.tolist()
    if is_count(indices_or_sections):
        count = integer("tensor_split", indices_or_sections, "indices_or_sections")
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        lengths = [size // count + (k < size % count) for k in range(count)]
        return joining.parts(input, at, lengths, Op.SLICE)
    if not isinstance(indices_or_sections, list | tuple):
        forms = "tuple of ints indices, int dim", "int sections, int dim"
        given = () if indices_or_sections is None else (indices_or_sections,)
        raise no_such_call("tensor_split", given, {}, *forms)
    places = tuple_of_ints("tensor_split", indices_or_sections, "indices")
    bounds = [(0, size), *zip((0, *places), (*places, size), strict=True)][1:]
    return tuple(_between(input, at, *bound) for bound in bounds)


def _between(x: Tensor, at: int, start: int, stop: int) -> Tensor:
    return x[(slice(None),) * at + (slice(start, stop),)]


def hsplit(input: Tensor, split_size_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Cut along the second dimension, a vector along its only one (views)."""
    check_tensor("hsplit", input)
    return _split("hsplit", input, split_size_or_sections, 1, min(1, max(input.ndim - 1, 0)))


def vsplit(input: Tensor, split_size_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Cut along the first dimension (views)."""
    return _split("vsplit", input, split_size_or_sections, 2, 0)


def dsplit(input: Tensor, split_size_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Cut along the third dimension (views)."""
    return _split("dsplit", input, split_size_or_sections, 3, 2)


def _split(
    function: str, x: Tensor, sections: int | Sequence[int], least: int, at: int
) -> tuple[Tensor, ...]:
    check_tensor(function, x)
    if x.ndim < least:
        raise RuntimeError(
            f"tapegrad.{function} requires a tensor with at least {least} dimension, but got a "
            f"tensor with {x.ndim} dimensions!"
        )
    if isinstance(sections, int) and sections and x.shape[at] % sections:
        raise RuntimeError(
            f"tapegrad.{function} attempted to split along dimension {at}, but the size of the "
            f"dimension {x.shape[at]} is not divisible by the split_size {sections}!"
        )
    return tensor_split(x, sections, at)


# Repetition ---------------------------------------------------------------------------------------


def repeat_interleave(
    input: Tensor,
    repeats: int | Tensor | None = None,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Tensor:
    """Copy each element, or each slice along a dimension, several times.

    Parameters
    ----------
    input : Tensor
        What is repeated; alone, it is the numbers of repeats of 0, 1, ...
    repeats : int or Tensor
        How many times, for all or for each slice.
    dim : int, optional
        Along which dimension; the elements of all are repeated where left out.
    output_size : int, optional
        Size of the result along the dimension, if known.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.repeat_interleave(tapegrad.tensor([1, 2]), 2)
    tensor([1, 1, 2, 2])
    """
    check_tensor("repeat_interleave", input)
    if repeats is None:
        return engine.from_array(_interleaved(engine.readable(input)))
    x = input.reshape(-1) if dim is None else input
    at = 0 if dim is None else wrap_dim(dim, x.ndim, "repeat_interleave")
    if x.ndim == 0:
        x = x.reshape(1)
    size = x.shape[at]
    if isinstance(repeats, TensorBase):
        counts = engine.readable(repeats)
        if counts.ndim > 1:
            raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
        if counts.ndim == 1 and counts.size not in (1, size):
            raise RuntimeError(
                "repeats must have the same size as input along dim, but got repeats.size(0) = "
                f"{counts.size} and input.size({at}) = {size}"
            )
        found = _interleaved(np.broadcast_to(counts, (size,)))
    elif is_count(repeats):
        times = integer("repeat_interleave", repeats, "repeats")
        if times < 0:
            raise RuntimeError("Repeats must be non-negative")
        found = np.repeat(np.arange(size), times)
    else:
        forms = "Tensor repeats, int dim", "int repeats, int dim"
        raise no_such_call("repeat_interleave", (input, repeats), {"dim": dim}, *forms)
    if output_size is not None and output_size != found.size:
        raise RuntimeError("allocated size does not match required size")
    return x.index_select(at, engine.from_array(found))


def _interleaved(counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Indices, each as often as it is told."""
    if counts.dtype.kind != "i":
        name = {"float32": "Float", "float64": "Double", "bool": "Bool"}[counts.dtype.name]
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{name}'")
    if counts.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if counts.size and counts.min() < 0:
        raise RuntimeError("repeats can not be negative")
    return np.repeat(np.arange(counts.size), counts)


# Turning ------------------------------------------------------------------------------------------


def fliplr(input: Tensor) -> Tensor:
    """Reverse the order along the second dimension (a copy)."""
    check_tensor("fliplr", input)
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return joining.flip(input, (1,))


def flipud(input: Tensor) -> Tensor:
    """Reverse the order along the first dimension (a copy)."""
    check_tensor("flipud", input)
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return joining.flip(input, (0,))


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turn the plane of two dimensions by 90 degrees, `k` times (a copy).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.rot90(tapegrad.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    check_tensor("rot90", input)
    turns = integer("rot90", k, "k") % 4
    pair = tuple_of_ints("rot90", dims, "dims")
    if len(pair) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(pair)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    a, b = (wrap_dim(d, input.ndim) for d in pair)
    if a == b:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {pair[0]} and dim1 = {pair[1]}"
        )
    made: Tensor = in_modes(OFF, _turned, input, turns, a, b)
    return recorded(Op.ROT90, made, input, parameters=(turns, a, b))


def _turned(input: Tensor, turns: int, a: int, b: int) -> Tensor:
    if turns == 0:
        return input.clone()
    if turns == 2:
        return joining.flip(input, (a, b))
    return shapes.transpose(joining.flip(input, (b if turns == 1 else a,)), a, b)
