"""Parts of a tensor along one dimension, as views."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tapegrad.arguments import is_count
from tapegrad.autograd.views import Geometry, make_view
from tapegrad.engine import Op, TensorBase
from tapegrad.ops.arguments import check_tensor, integer, no_such_call, wrap_dim

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["narrow", "narrow_copy", "select"]


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """Give one slice along a dimension, which goes away (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.select(tapegrad.tensor([[1, 2], [3, 4]]), 1, -1)
    tensor([2, 4])
    """
    check_tensor("select", input)
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    k, at = wrap_dim(dim, input.ndim, "select"), integer("select", index, "index")
    size = input.shape[k]
    if not -size <= at < size:
        raise IndexError(
            f"select(): index {at} out of range for tensor of size {list(input.shape)} at "
            f"dimension {k}"
        )
    return make_view(input, selection(k, at % size), Op.SELECT, (k, at % size))


def selection(k: int, index: int) -> Callable[[Geometry], Geometry]:
    """Change of geometry to one slice along dimension `k`."""

    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        offset += index * strides[k]
        return (*shape[:k], *shape[k + 1 :]), (*strides[:k], *strides[k + 1 :]), offset

    return change


def narrow(input: Tensor, dim: int, start: int | Tensor, length: int) -> Tensor:
    """Give `length` slices along a dimension, from `start` (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.narrow(tapegrad.arange(5), 0, 1, 3)
    tensor([1, 2, 3])
    """
    check_tensor("narrow", input)
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, TensorBase) and (start.ndim or start.dtype.code not in (2, 3)):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    if not all(map(is_count, (dim, start, length))):
        forms = "int dim, Tensor start, int length", "int dim, int start, int length"
        raise no_such_call("narrow", (dim, start, length), {}, *forms)
    k = wrap_dim(dim, input.ndim)
    first, count = integer("narrow", start, "start"), integer("narrow", length, "length")
    size = input.shape[k]
    if count < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -size <= first <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {first})"
        )
    if first < 0:
        first += size
    if first + count > size:
        raise RuntimeError(f"start ({first}) + length ({count}) exceeds dimension size ({size}).")
    return part(input, k, first, count, Op.SLICE)


def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """Copy `length` slices along a dimension, from `start`."""
    check_tensor("narrow_copy", input)
    return narrow(input, dim, start, length).clone()


def part(input: Tensor, k: int, start: int, length: int, op: int, output: int = 0) -> Tensor:
    """Give a range of slices along dimension `k` (a view); nothing is checked.

    `output` is its number among the views that one op makes.
    """

    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        return (*shape[:k], length, *shape[k + 1 :]), strides, offset + start * strides[k]

    return make_view(input, change, op, (k, start, length, output), output)
