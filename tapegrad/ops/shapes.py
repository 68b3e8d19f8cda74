"""Movement: views that change shape, strides and offset, never values."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from tapegrad import engine
from tapegrad.autograd.views import Geometry, make_view
from tapegrad.layouts import contiguous_strides

if TYPE_CHECKING:
    from tapegrad.tensor import Tensor


def wrap_dim(dim: int, ndim: int) -> int:
    """Number of a dimension that may be counted from the end.

    Raises
    ------
    IndexError
        If there is no such dimension. A 0-d tensor allows 0 and -1.
    """
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"
        )
    return dim % n


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two dimensions (a view)."""
    a, b = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    if input.ndim == 0:
        return permute(input, ())
    order = list(range(input.ndim))
    order[a], order[b] = order[b], order[a]
    return permute(input, tuple(order))


def permute(input: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Reorder the dimensions (a view)."""
    order = [wrap_dim(d, input.ndim) for d in dims]
    if len(order) != input.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length "
            f"of the desired ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to "
            f"len(dims) = {len(order)}"
        )
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")

    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        return tuple(shape[k] for k in order), tuple(strides[k] for k in order), offset

    return make_view(input, change)


def t(input: Tensor) -> Tensor:
    """Transpose a matrix (a view); vectors and numbers are given as they are."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return permute(input, tuple(reversed(range(input.ndim))))


def viewed_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], new: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Strides of the same memory under another shape; None where there are none."""
    if 0 in shape:
        return contiguous_strides(new)
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
    known = 1
    for n in shape:
        known *= n if n != -1 else 1
    holes = shape.count(-1)
    if any(n < -1 for n in shape):
        raise RuntimeError(f"invalid shape dimension {min(shape)}")
    if holes > 1:
        raise RuntimeError("only one dimension can be inferred")
    if holes:
        if known == 0 and numel == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified "
                "dimension size -1 can be any value and is ambiguous"
            )
        if known == 0 or numel % known:
            raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
        return tuple(numel // known if n == -1 else n for n in shape)
    if known != numel:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
    return shape


def _reviewed(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    def change(g: Geometry) -> Geometry:
        old, strides, offset = g
        return shape, viewed_strides(old, strides, shape) or (), offset

    return make_view(input, change)


def view(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Give the same memory another shape.

    Raises
    ------
    RuntimeError
        If the memory cannot be seen in this shape without a copy.
    """
    shape = resolve_shape(shape, input.numel())
    mine = engine.layout_of(input)
    if viewed_strides(tuple(mine.shape), mine.strides, shape) is None:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension "
            "spans across two contiguous subspaces). Use .reshape(...) instead."
        )
    return _reviewed(input, shape)


def reshape(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Give another shape: a view where the memory allows it, else a copy."""
    shape = resolve_shape(shape, input.numel())
    mine = engine.layout_of(input)
    if viewed_strides(tuple(mine.shape), mine.strides, shape) is None:
        input = contiguous(input)
    return _reviewed(input, shape)


def contiguous(input: Tensor) -> Tensor:
    """Give a tensor with row-major memory: itself where it has that, else a copy."""
    if engine.layout_of(input).row_major:
        return input
    made = engine.record(
        engine.Op.COPY, engine.number_of(input.dtype.code, tuple(input.shape)), input
    )
    engine.array(made)[...] = engine.array(input)
    return made


def expand(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Repeat dimensions of size 1, and add leading ones, without copying (a view)."""
    old = tuple(input.shape)
    lead = len(shape) - len(old)
    if lead < 0:
        raise RuntimeError(
            f"expand({input.type()}{{{list(old)}}}, size={list(shape)}): the number of sizes provided "
            f"({len(shape)}) must be greater or equal to the number of dimensions in the tensor "
            f"({len(old)})"
        )
    new = list(shape)
    for k, n in enumerate(shape):
        mine = old[k - lead] if k >= lead else None
        if n == -1:
            if mine is None:
                raise RuntimeError(
                    f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing "
                    f"dimension {k}"
                )
            new[k] = mine
        elif mine is not None and mine != n and mine != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({mine}) at "
                f"non-singleton dimension {k}.  Target sizes: {list(shape)}.  Tensor sizes: {list(old)}"
            )

    def change(g: Geometry) -> Geometry:
        sizes, strides, offset = g
        steps = tuple(
            0 if k < lead or (sizes[k - lead] == 1 and n != 1) else strides[k - lead]
            for k, n in enumerate(new)
        )
        return tuple(new), steps, offset

    return make_view(input, change)


def sizes_of(function: str, args: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes given as one sequence or as several ints."""
    if len(args) == 1 and not isinstance(args[0], int) and not hasattr(args[0], "__index__"):
        args = tuple(args[0])
    found = []
    for n in args:
        try:
            found.append(n.__index__())
        except (AttributeError, TypeError):
            raise TypeError(
                f"{function}(): argument 'size' must be tuple of ints, but found element of type "
                f"{builtins.type(n).__name__}"
            ) from None
    return tuple(found)
