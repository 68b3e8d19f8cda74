"""Movement: views that change shape, strides and offset, never values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import is_count
from tapegrad.autograd.views import Geometry, make_view
from tapegrad.engine import Op, core
from tapegrad.layouts import contiguous_strides, number_of
from tapegrad.ops.arguments import (
    check_list,
    check_tensor,
    integer,
    no_such_call,
    tuple_of_ints,
    wrap_dim,
)

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "adjoint",
    "broadcast_tensors",
    "broadcast_to",
    "contiguous",
    "expand",
    "expand_as",
    "flatten",
    "moveaxis",
    "movedim",
    "permute",
    "ravel",
    "reshape",
    "squeeze",
    "swapaxes",
    "swapdims",
    "t",
    "transpose",
    "unflatten",
    "unsqueeze",
    "view_as",
]


# Order of dimensions ------------------------------------------------------------------------------


def _reordered(input: Tensor, order: Sequence[int], op: int) -> Tensor:
    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        return tuple(shape[k] for k in order), tuple(strides[k] for k in order), offset

    return make_view(input, change, op, tuple(order))


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two dimensions (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.zeros(2, 3, 4).transpose(0, -1).shape
    tapegrad.Size([4, 3, 2])
    """
    return exchanged("transpose", input, dim0, dim1)


def exchanged(
    function: str, input: Tensor, a: int, b: int, names: tuple[str, str] = ("dim0", "dim1")
) -> Tensor:
    """Exchange two dimensions, for any of the functions that do so."""
    check_tensor(function, input)
    n = input.ndim
    first, second = wrap_dim(a, n, function, names[0]), wrap_dim(b, n, function, names[1])
    order = list(range(n))
    if order:
        order[first], order[second] = order[second], order[first]
    return _reordered(input, order, Op.TRANSPOSE)


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Exchange two dimensions: NumPy's name for `transpose`."""
    return exchanged("swapaxes", input, axis0, axis1, ("axis0", "axis1"))


def swapdims(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two dimensions, as `transpose`."""
    return exchanged("swapdims", input, dim0, dim1)


def adjoint(input: Tensor) -> Tensor:
    """Exchange the last two dimensions (a view), and conjugate complex elements."""
    check_tensor("adjoint", input)
    return input.mT


def permute(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Reorder the dimensions (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.permute(tapegrad.zeros(2, 3, 4), (2, 0, 1)).shape
    tapegrad.Size([4, 2, 3])
    """
    check_tensor("permute", input)
    dims = tuple_of_ints("permute", dims, "dims")
    if len(dims) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {input.ndim} is not "
            f"equal to len(dims) = {len(dims)}"
        )
    order = [wrap_dim(d, input.ndim) for d in dims]
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return _reordered(input, order, Op.PERMUTE)


def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Move dimensions to other places; the rest keeps its order (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.movedim(tapegrad.zeros(2, 3, 4), 0, -1).shape
    tapegrad.Size([3, 4, 2])
    """
    check_tensor("movedim", input)
    froms, tos = _moves(source, destination)
    if len(froms) != len(tos):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(froms)} dims) should "
            f"contain the same number of dims as destination ({list(tos)} dims)"
        )
    old = [wrap_dim(d, input.ndim) for d in froms]
    new = [wrap_dim(d, input.ndim) for d in tos]
    for name, dims, given in (("source", old, froms), ("destination", new, tos)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    order: list[int] = [-1] * input.ndim
    if order:
        for k, d in zip(new, old, strict=True):
            order[k] = d
        rest = iter([d for d in range(input.ndim) if d not in old])
        order = [next(rest) if d < 0 else d for d in order]
    return _reordered(input, order, Op.PERMUTE)


moveaxis = movedim


def _moves(source: Any, destination: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if is_count(source) and is_count(destination):
        return (int(source),), (int(destination),)
    lists = isinstance(source, list | tuple) and isinstance(destination, list | tuple)
    if lists and all(is_count(d) for d in (*source, *destination)):
        return tuple(source), tuple(destination)
    forms = "int source, int destination", "tuple of ints source, tuple of ints destination"
    raise no_such_call("movedim", (source, destination), {}, *forms)


def t(input: Tensor) -> Tensor:
    """Transpose a matrix (a view); vectors and numbers are given as they are."""
    check_tensor("t", input)
    made: Tensor | int = core.transpose(input)
    if not isinstance(made, int):
        return made
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return _reordered(input, tuple(reversed(range(input.ndim))), Op.T)


# Shape --------------------------------------------------------------------------------------------


def viewed_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], new: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Strides of the same memory under another shape; None where there are none."""
    if not shape:
        return (1,) * len(new)
    if 0 in shape:
        return strides if shape == new else contiguous_strides(new)
    found = [1] * len(new)
    k = len(new) - 1
    step, old_count, new_count = strides[-1], 1, 1
    for d in reversed(range(len(shape))):
        old_count *= shape[d]
        # Old dimensions that lie without gaps are one run, which new ones must fill.
        if d and (shape[d - 1] == 1 or strides[d - 1] == old_count * step):
            continue
        while k >= 0 and (new_count < old_count or new[k] == 1):
            found[k] = new_count * step
            new_count *= new[k]
            k -= 1
        if new_count != old_count:
            return None
        step, old_count, new_count = strides[d - 1], 1, 1
    return tuple(found) if k < 0 else None


def resolve_shape(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """Shape with its -1, if any, worked out."""
    for k, n in enumerate(shape):
        if n < -1:
            raise RuntimeError(f"invalid shape dimension {n} at index {k} of shape {list(shape)}")
    holes = shape.count(-1)
    if holes > 1:
        raise RuntimeError("only one dimension can be inferred")
    known = math.prod(n for n in shape if n != -1)
    if holes:
        if known == 0 and numel == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the "
                "unspecified dimension size -1 can be any value and is ambiguous"
            )
        if known == 0 or numel % known:
            raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
        return tuple(numel // known if n == -1 else n for n in shape)
    if known != numel:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
    return shape


def _reviewed(input: Tensor, shape: tuple[int, ...], op: int) -> Tensor:
    def change(g: Geometry) -> Geometry:
        old, strides, offset = g
        return shape, viewed_strides(old, strides, shape) or (), offset

    return make_view(input, change, op, shape)


def _viewable(input: Tensor, shape: tuple[int, ...]) -> bool:
    mine = engine.layout_of(input)
    return viewed_strides(tuple(mine.shape), mine.strides, shape) is not None


def view(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Give the same memory another shape.

    Raises
    ------
    RuntimeError
        If the memory cannot be seen in this shape without a copy.
    """
    shape = resolve_shape(shape, input.numel())
    if not _viewable(input, shape):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one "
            "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
        )
    return _reviewed(input, shape, Op.VIEW)


def reshape(input: Tensor, shape: Sequence[int]) -> Tensor:
    """Give another shape: a view where the memory allows it, else a copy.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.reshape(tapegrad.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    check_tensor("reshape", input)
    sizes = resolve_shape(tuple_of_ints("reshape", shape, "shape"), input.numel())
    if _viewable(input, sizes):
        return _reviewed(input, sizes, Op.VIEW)
    return _reviewed(contiguous(input), sizes, Op.UNSAFE_VIEW)


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """Give the same memory the shape of another tensor."""
    check_tensor("view_as", input)
    check_tensor("view_as", other, "other")
    return view(input, tuple(other.shape))


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Make one dimension of several neighbours: a view where the memory allows it.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.flatten(tapegrad.zeros(2, 3, 4), 1).shape
    tapegrad.Size([2, 12])
    """
    check_tensor("flatten", input)
    first = wrap_dim(start_dim, input.ndim, "flatten", "start_dim")
    last = wrap_dim(end_dim, input.ndim, "flatten", "end_dim")
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    shape = tuple(input.shape)
    if not shape:
        return reshape(input, (1,))
    if first == last:
        return input
    middle = math.prod(shape[first : last + 1])
    return reshape(input, (*shape[:first], middle, *shape[last + 1 :]))


def ravel(input: Tensor) -> Tensor:
    """Make one dimension of all: a view where the memory allows it."""
    check_tensor("ravel", input)
    return view(contiguous(input), (input.numel(),))


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Make several dimensions of one (a view); one of the sizes may be -1.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.unflatten(tapegrad.zeros(2, 12), 1, (3, -1)).shape
    tapegrad.Size([2, 3, 4])
    """
    check_tensor("unflatten", input)
    parts = tuple_of_ints("unflatten", sizes, "sizes")
    k = integer("unflatten", dim) if input.ndim == 0 else wrap_dim(dim, input.ndim, "unflatten")
    shape = tuple(input.shape)
    if not parts:
        raise RuntimeError("unflatten: sizes must be non-empty")
    if input.ndim == 0:
        raise RuntimeError(
            f"unflatten got an unexpected error:\nDimension specified as {k} but tensor has no "
            "dimensions"
        )
    try:
        found = resolve_shape(parts, shape[k])
    except RuntimeError as error:
        if "is invalid for input" not in str(error):
            raise RuntimeError(f"unflatten got an unexpected error:\n{error}") from None
        raise RuntimeError(
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {k} "
            f"({shape[k]}) in the input tensor"
        ) from None
    return view(input, (*shape[:k], *found, *shape[k + 1 :]))


def contiguous(input: Tensor) -> Tensor:
    """Give a tensor with row-major memory: itself where it has that, else a copy."""
    check_tensor("contiguous", input)
    if engine.layout_of(input).row_major:
        return input
    values = engine.readable(input)
    made = engine.record(Op.COPY, number_of(input.dtype.code, tuple(input.shape)), input)
    engine.array(made)[...] = values
    return made


def expand(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Repeat dimensions of size 1, and add leading ones, without copying (a view)."""
    check_tensor("expand", input)
    shape = tuple_of_ints("expand", shape, "size")
    old = tuple(input.shape)
    lead = len(shape) - len(old)
    if lead < 0:
        # PyTorch has another name for this one here.
        kind = "CPUBoolType" if input.dtype is dtypes.bool_ else input.type()
        raise RuntimeError(
            f"expand({kind}{{{list(old)}}}, size={list(shape)}): the number of sizes "
            "provided "
            f"({len(shape)}) must be greater or equal to the number of dimensions in the tensor "
            f"({len(old)})"
        )
    new = list(shape)
    for k, n in reversed(list(enumerate(shape))):
        mine = old[k - lead] if k >= lead else None
        if mine is None:
            if n < 0:
                raise RuntimeError(
                    f"The expanded size of the tensor ({n}) isn't allowed in a leading, "
                    f"non-existing dimension {k}"
                )
        elif n == -1:
            new[k] = mine
        elif n < 0 or mine not in (1, n):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({mine}) at "
                f"non-singleton dimension {k}.  Target sizes: {list(shape)}.  Tensor sizes: "
                f"{list(old)}"
            )

    def change(g: Geometry) -> Geometry:
        sizes, strides, offset = g
        steps = [0] * len(new)
        for k in reversed(range(len(new))):
            if k >= lead:
                steps[k] = strides[k - lead] if sizes[k - lead] == new[k] else 0
            elif new[k] == 1 and sizes:
                steps[k] = new[k + 1] * steps[k + 1]
        return tuple(new), tuple(steps), offset

    return make_view(input, change, Op.EXPAND, tuple(new))


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """Expand a tensor to a shape that it broadcasts to (a view)."""
    check_tensor("broadcast_to", input)
    return expand(input, tuple_of_ints("broadcast_to", size, "size"))


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Expand a tensor to the shape of another one (a view)."""
    check_tensor("expand_as", other, "other")
    return expand(input, tuple(other.shape))


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Expand tensors to the shape that they broadcast to (views).

    Examples
    --------
    >>> import tapegrad
    >>> a, b = tapegrad.broadcast_tensors(tapegrad.zeros(2, 1), tapegrad.zeros(3))
    >>> a.shape, b.shape
    (tapegrad.Size([2, 3]), tapegrad.Size([2, 3]))
    """
    check_list(tensors)
    shape: tuple[int, ...] = ()
    try:
        shape = np.broadcast_shapes(*(tuple(t.shape) for t in tensors))
    except ValueError:
        engine.raise_shapes(tensors)
    return tuple(t if t.shape == shape else expand(t, shape) for t in tensors)


# Dimensions of size one ---------------------------------------------------------------------------


def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """Take away dimensions of size 1: all of them, or those given (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.squeeze(tapegrad.zeros(1, 2, 1), 0).shape
    tapegrad.Size([2, 1])
    """
    check_tensor("squeeze", input)
    if dim is None:
        chosen, op = set(range(input.ndim)), Op.SQUEEZE_ALL
    else:
        op = Op.SQUEEZE_DIMS if isinstance(dim, list | tuple) else Op.SQUEEZE
        given = dim if isinstance(dim, list | tuple) else (dim,)
        if not all(map(is_count, given)):
            raise no_such_call("squeeze", (dim,), {}, "", "int dim", "tuple of ints dim")
        dims = [wrap_dim(d, input.ndim) for d in given]
        chosen = set(dims)
        if len(chosen) != len(dims):
            twice = next(d for d in dims if dims.count(d) > 1)
            raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")

    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        kept = [k for k, n in enumerate(shape) if k not in chosen or n != 1]
        return tuple(shape[k] for k in kept), tuple(strides[k] for k in kept), offset

    return make_view(input, change, op, frozenset(chosen))


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Add a dimension of size 1 (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.unsqueeze(tapegrad.zeros(2, 3), -1).shape
    tapegrad.Size([2, 3, 1])
    """
    check_tensor("unsqueeze", input)
    at = wrap_dim(dim, input.ndim + 1, "unsqueeze")

    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        step = shape[at] * strides[at] if at < len(shape) else 1
        return (*shape[:at], 1, *shape[at:]), (*strides[:at], step, *strides[at:]), offset

    return make_view(input, change, Op.UNSQUEEZE, at)
