"""Views by sizes and strides, memory read as another dtype, diagonals and triangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import is_count
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.autograd.views import Geometry, is_variable, make_view, refresh_view
from tapegrad.engine import Op, core
from tapegrad.errors import raise_status
from tapegrad.layouts import number_of
from tapegrad.ops import shapes
from tapegrad.ops.arguments import (
    check_tensor,
    integer,
    no_such_call,
    sizes_of,
    tuple_of_ints,
    wrap_dim,
)
from tapegrad_kernels.abi import Status
from tapegrad_kernels.context import CONTEXT, view

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["as_strided", "diag", "diagonal", "tril", "triu"]


# Memory -------------------------------------------------------------------------------------------


def view_either(x: Tensor, sizes: tuple[Any, ...], size: Any, dtype: Any) -> Tensor:
    """Give `Tensor.view` of arguments of any kind."""
    given: Any = None
    if not sizes:
        given = dtype if size is None else size if dtype is None else None
    elif size is None and dtype is None:
        given = sizes[0] if len(sizes) == 1 else sizes
    if isinstance(given, dtypes.dtype):
        return view_dtype(x, given)
    if is_count(given):
        given = (given,)
    if isinstance(given, list | tuple) and (not given or is_count(given[0])):
        return shapes.view(x, sizes_of("view", (given,)))
    words = {"size": size, "dtype": dtype}
    raise no_such_call("view", sizes, words, "tapegrad.dtype dtype", "tuple of ints size")


def view_dtype(x: Tensor, kind: dtypes.dtype) -> Tensor:
    """Read the same memory as elements of another dtype; a constant.

    Raises
    ------
    RuntimeError
        If the sizes or strides do not allow it.
    """
    if core.current(core.handle_of(x)) == Status.STALE:
        refresh_view(x)
    storage = core.share(core.handle_of(x))
    layout = engine.layout_of(x)
    old, new = layout.dtype.itemsize, kind.itemsize
    shape, strides, offset = list(layout.shape), list(layout.strides), x.storage_offset()
    names = [engine.torch_name(k.code) for k in (layout.dtype, kind)]
    what = f"to view {names[0]} as {names[1]} (different element sizes)"
    if old != new:
        if not shape:
            raise RuntimeError(f"self.dim() cannot be 0 {what}")
        if strides[-1] != 1:
            raise RuntimeError(f"self.stride(-1) must be 1 {what}, but got {strides[-1]}")
    if old > new:
        ratio = old // new
        shape[-1] *= ratio
        strides = [s * ratio for s in strides[:-1]] + [1]
        offset *= ratio
    elif old < new:
        ratio = new // old
        for name, value in [
            ("size(-1)", shape[-1]),
            ("storage_offset()", offset),
            *((f"stride({k})", s) for k, s in enumerate(strides[:-1])),
        ]:
            if value % ratio:
                raise RuntimeError(
                    f"self.{name} must be divisible by {ratio} {what}, but got {value}"
                )
        shape[-1] //= ratio
        strides = [s // ratio for s in strides[:-1]] + [1]
        offset //= ratio
    number = number_of(kind.code, tuple(shape), tuple(strides))
    return engine.record(Op.CONST, number, share=storage, offset=offset)


def as_strided(
    input: Tensor,
    size: Sequence[int],
    stride: Sequence[int],
    storage_offset: int | None = None,
) -> Tensor:
    """Look at the memory of a tensor with any sizes and strides (a view).

    Parameters
    ----------
    input : Tensor
        Whose memory is looked at; if it is a view, all that it is a view of can be reached.
    size, stride : sequence of int
        Sizes and strides, in elements.
    storage_offset : int, optional
        Element of the memory at which the view begins; that of `input` where left out.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.as_strided(tapegrad.arange(9), (2, 2), (3, 1), 1)
    tensor([[1, 2],
            [4, 5]])
    """
    check_tensor("as_strided", input)
    shape = tuple_of_ints("as_strided", size, "size")
    strides = tuple_of_ints("as_strided", stride, "stride")
    if storage_offset is None:
        start = input.storage_offset()
    else:
        start = integer("as_strided", storage_offset, "storage_offset")
    if len(shape) != len(strides):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in strides):
        raise RuntimeError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(strides)}"
        )
    if any(n < 0 for n in shape):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(shape)} and "
            f"strides={list(strides)}: sizes must not be negative"
        )
    if start < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {start}")
    end = start + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + 1
    itemsize = input.itemsize
    storage = core.share(core.handle_of(input))
    if storage < 0:
        raise_status(storage)
    nbytes = int(view(int(CONTEXT[0]["s_bytes"]), np.int64, storage + 1)[storage])
    if 0 not in shape and end * itemsize > nbytes:
        raise RuntimeError(
            f"setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset {start}, "
            f"and itemsize {itemsize} requiring a storage size of {end * itemsize} are "
            f"out of bounds for storage of size {nbytes}"
        )
    base = _row_major_base(input)
    first = base.storage_offset()
    if 0 in shape or (first <= start and end <= first + base.numel()):
        step = start - first if 0 not in shape else 0
        return make_view(base, lambda _: (shape, strides, step), Op.AS_STRIDED)
    if base.requires_grad:
        raise NotImplementedError(
            "as_strided() of a tensor that requires a gradient reaches memory around it, which has "
            "none; use detach() first"
        )
    number = number_of(input.dtype.code, shape, strides)
    return engine.record(Op.CONST, number, share=storage, offset=start)


def _root(x: Tensor) -> Tensor:
    """Furthest tensor that one is a view of, in the same memory and the same graph."""
    handle = core.handle_of(x)
    storage = core.share(handle)
    while not is_variable(handle):
        parent = core.parent_of(handle)
        if not parent or core.share(parent) != storage:
            break
        handle = parent
    return x if handle == core.handle_of(x) else engine.tensor_of(handle)


def _row_major_base(x: Tensor) -> Tensor:
    """All of the memory that a tensor is a view of, as a row-major tensor."""
    base = _root(x)
    if engine.layout_of(base).row_major:
        return base
    strides = engine.layout_of(base).strides
    base = base.permute(sorted(range(base.ndim), key=lambda k: -strides[k]))
    if not engine.layout_of(base).row_major:
        raise NotImplementedError(
            "as_strided() needs a tensor whose memory, or that of the tensor that it is a view of, "
            "has no gaps; use clone() first"
        )
    return base


# Diagonals ----------------------------------------------------------------------------------------


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Diagonal of two dimensions, as the last dimension (a view).

    Parameters
    ----------
    input : Tensor
        Of two dimensions at least.
    offset : int
        Which diagonal: 0 is the main one, positive ones are above it.
    dim1, dim2 : int
        The two dimensions.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.diagonal(tapegrad.arange(6).view(2, 3), 1)
    tensor([1, 5])
    """
    check_tensor("diagonal", input)
    n = input.ndim
    off = integer("diagonal", offset, "offset")
    a, b = wrap_dim(dim1, n, "diagonal", "dim1"), wrap_dim(dim2, n, "diagonal", "dim2")
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")

    def change(g: Geometry) -> Geometry:
        shape, strides, start = g
        length = max(min(shape[a] + min(off, 0), shape[b] - max(off, 0)), 0)
        if length:
            start += off * strides[b] if off >= 0 else -off * strides[a]
        kept = [k for k in range(n) if k not in (a, b)]
        sizes = (*(shape[k] for k in kept), length)
        return sizes, (*(strides[k] for k in kept), strides[a] + strides[b]), start

    return make_view(input, change, Op.DIAGONAL, (off, a, b))


def diag(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Make a matrix with a vector as diagonal, or copy the diagonal of a matrix.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.diag(tapegrad.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    from tapegrad.ops.dispatch import write_out

    check_tensor("diag", input)
    off = integer("diag", diagonal, "diagonal")
    if input.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    made = _extracted(input, off) if input.ndim == 2 else _embedded(input, off)
    return write_out("diag", made, out, input)


def _extracted(matrix: Tensor, off: int) -> Tensor:
    from tapegrad.ops.dispatch import recorded

    made: Tensor = in_modes(OFF, lambda: diagonal(matrix, off).clone())
    return recorded(Op.DIAGONAL_COPY, made, matrix, parameters=(off,))


def _embedded(vector: Tensor, off: int) -> Tensor:
    from tapegrad.ops.gathering import positions_tensor, put_at

    size = vector.numel() + abs(off)
    zeros = engine.empty(vector.dtype.code, (size, size))
    engine.array(zeros)[...] = 0
    start = off if off >= 0 else -off * size
    flat = start + np.arange(vector.numel(), dtype=np.int64) * (size + 1)
    return put_at(zeros, positions_tensor(flat), vector)


def tril(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Lower triangles of matrices, with zeros above the diagonal.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.tril(tapegrad.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    return _triangle("tril", input, diagonal, out)


def triu(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Upper triangles of matrices, with zeros below the diagonal."""
    return _triangle("triu", input, diagonal, out)


def _triangle(function: str, input: Tensor, diagonal: int, out: Tensor | None) -> Tensor:
    from tapegrad.ops.dispatch import recorded, write_out

    check_tensor(function, input)
    off = integer(function, diagonal, "diagonal")
    if input.ndim < 2:
        raise RuntimeError(f"{function}: input tensor must have at least 2 dimensions")
    rows, columns = input.shape[-2:]
    lower = function == "tril"
    mask = np.tri(rows, columns, off if lower else off - 1, dtype=np.bool_)
    condition = engine.from_array(mask if lower else ~mask)
    zero = engine.scalar(0, input.dtype)
    made: Tensor = in_modes(OFF, engine.apply, Op.WHERE, condition, input, zero)
    made = recorded(Op.TRIL if lower else Op.TRIU, made, input, parameters=(off,))
    return write_out(function, made, out, input)
