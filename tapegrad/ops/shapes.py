"""Movement: views that change shape, strides and offset, never values."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tapegrad import engine
from tapegrad.autograd.views import Geometry, make_view
from tapegrad.engine import Op, TensorBase, core
from tapegrad.layouts import contiguous_strides, number_of

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "broadcast_to",
    "contiguous",
    "expand",
    "expand_as",
    "flatten",
    "movedim",
    "narrow",
    "permute",
    "ravel",
    "reshape",
    "select",
    "squeeze",
    "swapaxes",
    "swapdims",
    "t",
    "transpose",
    "unflatten",
    "unsqueeze",
    "view_as",
]


_LARGEST = 2**63 - 1


# Arguments ----------------------------------------------------------------------------------------


def type_name(value: object) -> str:
    """Name of a value's type, as error texts give it."""
    kind = builtins.type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def check_tensor(function: str, value: object, argument: str = "input", position: int = 1) -> None:
    """Refuse an argument that is no tensor."""
    if not isinstance(value, TensorBase):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be Tensor, "
            f"not {builtins.type(value).__name__}"
        )


def integer(function: str, value: Any, argument: str = "dim") -> int:
    """Give an argument that counts something as an int."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{function}(): argument '{argument}' must be int, not {builtins.type(value).__name__}"
        )
    return int(value.__index__())


def wrap_dim(dim: int, ndim: int) -> int:
    """Number of a dimension that may be counted from the end.

    Raises
    ------
    IndexError
        If there is no such dimension. A 0-d tensor allows 0 and -1.
    """
    n = max(ndim, 1)
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(f"argument 'dim' must be int, not {builtins.type(dim).__name__}")
    dim = dim.__index__()
    if not -n <= dim < n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"
        )
    return dim % n


def _is_size(value: object) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__index__")


def sizes_of(function: str, args: tuple[Any, ...], argument: str = "size") -> tuple[int, ...]:
    """Sizes given as one sequence or as several ints."""
    if not args:
        raise TypeError(f'{function}() missing 1 required positional arguments: "{argument}"')
    if len(args) == 1 and isinstance(args[0], list | tuple):
        args = tuple(args[0])
    elif not _is_size(args[0]):
        raise TypeError(
            f"{function}(): argument '{argument}' (position 1) must be tuple of ints, not "
            f"{builtins.type(args[0]).__name__}"
        )
    found = []
    for k, n in enumerate(args):
        if not _is_size(n):
            raise TypeError(
                f"{function}(): argument '{argument}' failed to unpack the object at pos "
                f"{k + 1} with "
                f'error "type must be tuple of ints,but got {builtins.type(n).__name__}"'
            )
        size = n.__index__()
        if not -_LARGEST <= size <= _LARGEST:
            raise TypeError(
                f"{function}(): argument '{argument}' failed to unpack the object at pos "
                f"{k + 1} with "
                'error "Overflow when unpacking long long"'
            )
        found.append(size)
    return tuple(found)


def dims_of(function: str, args: tuple[Any, ...]) -> tuple[int, ...]:
    """Dimensions given as one sequence, one int or several ints."""
    return sizes_of(function, args, "dims") if args else ()


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
    check_tensor("transpose", input)
    a, b = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    order = list(range(input.ndim))
    if order:
        order[a], order[b] = order[b], order[a]
    return _reordered(input, order, Op.TRANSPOSE)


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Exchange two dimensions: NumPy's name for `transpose`."""
    return transpose(input, axis0, axis1)


def swapdims(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two dimensions, as `transpose`."""
    return transpose(input, dim0, dim1)


def permute(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Reorder the dimensions (a view).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.permute(tapegrad.zeros(2, 3, 4), (2, 0, 1)).shape
    tapegrad.Size([4, 2, 3])
    """
    check_tensor("permute", input)
    dims = dims_of("permute", (tuple(dims),))
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
    froms, tos = dims_of("movedim", (source,)), dims_of("movedim", (destination,))
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
    if 0 in shape:
        return strides if shape == new else contiguous_strides(new)
    # Runs of old dimensions that lie without gaps are one dimension.
    runs: list[tuple[int, int]] = []
    for n, s in zip(shape, strides, strict=True):
        if n == 1:
            continue
        if runs and runs[-1][1] == n * s:
            runs[-1] = (runs[-1][0] * n, s)
        else:
            runs.append((n, s))
    found = [1] * len(new)
    k = len(new) - 1
    for size, step in reversed(runs):
        left = size
        while left > 1:
            if k < 0 or left % new[k]:
                return None
            found[k] = step
            step *= new[k]
            left //= new[k]
            k -= 1
    while k >= 0:
        found[k] = found[k + 1] * new[k + 1] if k + 1 < len(new) else 1
        k -= 1
    return tuple(found)


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
    sizes = resolve_shape(sizes_of("reshape", (shape,), "shape"), input.numel())
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
    first, last = wrap_dim(start_dim, input.ndim), wrap_dim(end_dim, input.ndim)
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
    return reshape(contiguous(input), (input.numel(),))


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Make several dimensions of one (a view); one of the sizes may be -1.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.unflatten(tapegrad.zeros(2, 12), 1, (3, -1)).shape
    tapegrad.Size([2, 3, 4])
    """
    check_tensor("unflatten", input)
    k = wrap_dim(dim, input.ndim)
    parts = sizes_of("unflatten", (tuple(sizes),))
    shape = tuple(input.shape)
    if not parts:
        raise RuntimeError("unflatten: sizes must be non-empty")
    try:
        found = resolve_shape(parts, shape[k])
    except RuntimeError:
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
    shape = sizes_of("expand", (shape,))
    old = tuple(input.shape)
    lead = len(shape) - len(old)
    if lead < 0:
        raise RuntimeError(
            f"expand({input.type()}{{{list(old)}}}, size={list(shape)}): the number of sizes "
            "provided "
            f"({len(shape)}) must be greater or equal to the number of dimensions in the tensor "
            f"({len(old)})"
        )
    new = list(shape)
    for k, n in enumerate(shape):
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
        steps = tuple(
            0 if k < lead or (sizes[k - lead] == 1 and n != 1) else strides[k - lead]
            for k, n in enumerate(new)
        )
        return tuple(new), steps, offset

    return make_view(input, change, Op.EXPAND, tuple(new))


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """Expand a tensor to a shape that it broadcasts to (a view)."""
    check_tensor("broadcast_to", input)
    return expand(input, sizes_of("broadcast_to", (tuple(size),)))


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Expand a tensor to the shape of another one (a view)."""
    check_tensor("expand_as", other, "other")
    return expand(input, tuple(other.shape))


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
        dims = [wrap_dim(d, input.ndim) for d in dims_of("squeeze", (dim,))]
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
    at = wrap_dim(dim, input.ndim + 1)

    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        step = shape[at] * strides[at] if at < len(shape) else 1
        return (*shape[:at], 1, *shape[at:]), (*strides[:at], step, *strides[at:]), offset

    return make_view(input, change, Op.UNSQUEEZE, at)


# Parts --------------------------------------------------------------------------------------------


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
    k, at = wrap_dim(dim, input.ndim), integer("select", index, "index")
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


def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
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


def part(input: Tensor, k: int, start: int, length: int, op: int) -> Tensor:
    """Give a range of slices along dimension `k` (a view); nothing is checked."""

    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        return (*shape[:k], length, *shape[k + 1 :]), strides, offset + start * strides[k]

    return make_view(input, change, op, (k, start, length))
