"""Joining tensors, and taking them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import is_count
from tapegrad.autograd.views import make_view
from tapegrad.engine import Op, TensorBase
from tapegrad.layouts import dense_strides, number_of
from tapegrad.ops import shapes
from tapegrad.ops.arguments import (
    check_list,
    check_tensor,
    integer,
    no_such_call,
    tuple_of_ints,
    wrap_dim,
    wrong_type,
)
from tapegrad.ops.conversion import cast
from tapegrad.ops.dispatch import write_out
from tapegrad.ops.parts import part, selection

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "cat",
    "chunk",
    "column_stack",
    "concat",
    "concatenate",
    "dstack",
    "flip",
    "hstack",
    "repeat",
    "roll",
    "row_stack",
    "split",
    "split_with_sizes",
    "stack",
    "tile",
    "unbind",
    "vstack",
]


def _tensor_list(function: str, tensors: Any) -> list[Tensor]:
    if not isinstance(tensors, list | tuple):
        raise wrong_type(function, "tensors", "tuple of Tensors", tensors)
    check_list(tensors)
    return list(tensors)


def _dim(dim: int, axis: int | None) -> int:
    """Dimension under either of its names."""
    return dim if axis is None else axis


def _written(function: str, made: Tensor, out: Tensor | None, given: Sequence[Tensor]) -> Tensor:
    if isinstance(out, TensorBase) and not dtypes.can_cast(made.dtype, out.dtype):
        raise TypeError(
            f"tapegrad.{function}(): input types can't be cast to the desired output type "
            f"{engine.torch_name(out.dtype.code)}"
        )
    return made if out is None else write_out(function, made, out, *given)


def _common(tensors: Sequence[Tensor]) -> dtypes.dtype:
    return dtypes.result([(t.dtype, engine.priority(t)) for t in tensors])


def _join(op: int, parts: Sequence[Tensor], dim: int, shape: list[int]) -> Tensor:
    kind = _common(parts)
    parts = [cast(t, kind) for t in parts]
    # Empty vectors are passed over.
    values = [engine.readable(t) for t in parts if t.ndim >= len(shape) - (op == Op.STACK)]
    made = engine.record(op, number_of(kind.code, tuple(shape)), parameters=(dim,), variadic=parts)
    join = np.concatenate if op == Op.CAT else np.stack
    join(values, dim, out=engine.array(made))
    return made


def cat(
    tensors: Sequence[Tensor],
    dim: int = 0,
    *,
    out: Tensor | None = None,
    axis: int | None = None,
) -> Tensor:
    """Join tensors along a dimension that they have.

    Parameters
    ----------
    tensors : sequence of Tensor
        Of equal sizes except along `dim`. Empty ones of one dimension are passed over.
    dim : int
        Which dimension grows (also as ``axis=``).
    out : Tensor, optional
        Where to write the result.

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
        dim, axis = 0, None
    first = numbered[0][1]
    at = wrap_dim(_dim(dim, axis), first.ndim, "cat")
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
    return _written("cat", _join(Op.CAT, given, at, shape), out, given)


concat = concatenate = cat


def stack(
    tensors: Sequence[Tensor],
    dim: int = 0,
    *,
    out: Tensor | None = None,
    axis: int | None = None,
) -> Tensor:
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
    at = wrap_dim(_dim(dim, axis), first.ndim + 1, "stack")
    for k, t in enumerate(given):
        if t.shape != first.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first.shape)} at "
                f"entry 0 and {list(t.shape)} at entry {k}"
            )
    shape = list(first.shape)
    shape.insert(at, len(given))
    return _written("stack", _join(Op.STACK, given, at, shape), out, given)


def _some(function: str, tensors: Any) -> list[Tensor]:
    given = _tensor_list(function, tensors)
    if not given:
        raise RuntimeError(f"{function} expects a non-empty TensorList")
    return given


def vstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Join along the first dimension, after making vectors rows."""
    return cat([_at_least(t, 2) for t in _some("vstack", tensors)], 0, out=out)


row_stack = vstack


def hstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Join along the second dimension; vectors along the first."""
    given = [_at_least(t, 1) for t in _some("hstack", tensors)]
    return cat(given, 0 if given[0].ndim == 1 else 1, out=out)


def dstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Join along the third dimension, which is added where there is none.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.dstack([tapegrad.tensor([1, 2]), tapegrad.tensor([3, 4])])
    tensor([[[1, 3],
             [2, 4]]])
    """
    return cat([_at_least(t, 3) for t in _some("dstack", tensors)], 2, out=out)


def column_stack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Join along the second dimension, after making vectors columns.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.column_stack([tapegrad.tensor([1, 2]), tapegrad.tensor([3, 4])])
    tensor([[1, 3],
            [2, 4]])
    """
    given = _some("column_stack", tensors)
    return hstack([t.reshape(t.numel(), 1) if t.ndim < 2 else t for t in given], out=out)


def _at_least(t: Tensor, ndim: int) -> Tensor:
    """Tensor with dimensions of size 1 added in NumPy's order."""
    if t.ndim >= ndim:
        return t
    if t.ndim == 0:
        return shapes.reshape(t, (1,) * ndim)
    if t.ndim == 1:
        t = shapes.unsqueeze(t, 0)
    return t if t.ndim == ndim else shapes.unsqueeze(t, -1)


def _all_at_least(function: str, ndim: int, tensors: tuple[Any, ...]) -> Any:
    if len(tensors) == 1:
        if isinstance(tensors[0], TensorBase):
            return _at_least(tensors[0], ndim)  # type: ignore[arg-type]
        if not isinstance(tensors[0], list | tuple):
            raise no_such_call(function, tensors, {}, "Tensor input", "tuple of Tensors tensors")
        tensors = tuple(tensors[0])
    return tuple(_at_least(t, ndim) for t in _tensor_list(function, tensors))


def atleast_1d(*tensors: Any) -> Any:
    """Give tensors, or a sequence of them, at least one dimension (views)."""
    return _all_at_least("atleast_1d", 1, tensors)


def atleast_2d(*tensors: Any) -> Any:
    """Give tensors, or a sequence of them, at least two dimensions (views)."""
    return _all_at_least("atleast_2d", 2, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """Give tensors, or a sequence of them, at least three dimensions (views).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.atleast_3d(tapegrad.zeros(2)).shape
    tapegrad.Size([1, 2, 1])
    """
    return _all_at_least("atleast_3d", 3, tensors)


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
    if not is_count(split_size_or_sections):
        return split_with_sizes(tensor, split_size_or_sections, dim)  # type: ignore[arg-type]
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap_dim(dim, tensor.ndim, "split")
    size = tensor.shape[at]
    step = integer("split", split_size_or_sections, "split_size")
    if step < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={step}")
    if step == 0:
        if size:
            raise RuntimeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}"
            )
        return parts(tensor, at, [0])
    sections = [min(step, size - k) for k in range(0, size, step)] or [0]
    return parts(tensor, at, sections)


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Cut a tensor into parts of given sizes along a dimension (views).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.split_with_sizes(tapegrad.arange(3), [1, 2])
    (tensor([0]), tensor([1, 2]))
    """
    check_tensor("split_with_sizes", input)
    sections = tuple_of_ints("split_with_sizes", split_sizes, "split_sizes")
    if input.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap_dim(dim, input.ndim, "split_with_sizes")
    size = input.shape[at]
    if any(n < 0 for n in sections):
        raise RuntimeError(
            "split_with_sizes expects split_sizes have only non-negative entries, but got "
            f"split_sizes={list(sections)}"
        )
    if sum(sections) != size:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's "
            f"size at dimension {at}), but got split_sizes={list(sections)}"
        )
    return parts(input, at, sections, Op.SPLIT_WITH_SIZES)


def parts(
    tensor: Tensor, at: int, sections: Sequence[int], op: int = Op.SPLIT
) -> tuple[Tensor, ...]:
    """Cut into parts of given lengths along dimension `at` (views); nothing is checked."""
    found, start = [], 0
    for k, length in enumerate(sections):
        found.append(part(tensor, at, start, length, op, k))
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
    size = input.shape[wrap_dim(dim, input.ndim, "chunk")]
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
    at = wrap_dim(dim, input.ndim, "unbind")
    if input.ndim == 0:
        raise IndexError(f"Dimension specified as {at} but tensor has no dimensions")
    views = enumerate(selection(at, k) for k in range(input.shape[at]))
    return tuple(make_view(input, change, Op.UNBIND, (at, k), k) for k, change in views)


# Repetition and order -----------------------------------------------------------------------------


def repeat(input: Tensor, repeats: tuple[int, ...]) -> Tensor:
    """Copy a tensor several times along each dimension."""
    check_tensor("repeat", input)
    repeats = tuple_of_ints("repeat", repeats, "repeats")
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
    made = engine.record(
        Op.REPEAT, number_of(input.dtype.code, tuple(shape)), input, parameters=repeats
    )
    engine.array(made)[...] = np.tile(engine.readable(input), repeats)
    return made


def tile(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Copy a tensor several times along each dimension, the last ones where few numbers are given.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.tile(tapegrad.tensor([1, 2]), (2,))
    tensor([1, 2, 1, 2])
    """
    check_tensor("tile", input)
    times = tuple_of_ints("tile", dims, "dims")
    return repeat(input, (1,) * (input.ndim - len(times)) + times)


def flip(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Reverse the order along dimensions (a copy).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.flip(tapegrad.arange(3), (0,))
    tensor([2, 1, 0])
    """
    check_tensor("flip", input)
    chosen = [wrap_dim(d, input.ndim) for d in tuple_of_ints("flip", dims, "dims")]
    for d in chosen:
        if chosen.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    axes = tuple(chosen) if input.ndim else ()
    mine = engine.layout_of(input)
    strides = None if mine.row_major else dense_strides(mine.shape, mine.strides)
    number = number_of(input.dtype.code, tuple(mine.shape), strides)
    made = engine.record(Op.FLIP, number, input, parameters=axes)
    engine.array(made)[...] = np.flip(engine.readable(input), axes)
    return made


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
    amounts = tuple_of_ints("roll", shifts, "shifts", single=True)
    if not amounts:
        raise RuntimeError("`shifts` required")
    if dims is None or dims == ():
        if len(amounts) != 1:
            raise RuntimeError(f"shifts and dimensions must align. shifts: {len(amounts)}, dims:0")
        return _rolled(input, amounts, ())
    chosen = tuple_of_ints("roll", dims, "dims", single=True)
    if len(amounts) != len(chosen):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(amounts)}, dims:{len(chosen)}"
        )
    return _rolled(input, amounts, [wrap_dim(d, input.ndim, scalar=False) for d in chosen])


def _rolled(input: Tensor, amounts: Sequence[int], dims: Sequence[int]) -> Tensor:
    """Move elements along dimensions, along a row-major array of all where none is given."""
    number = number_of(input.dtype.code, tuple(input.shape))
    made = engine.record(Op.ROLL, number, input, parameters=(*amounts, *dims))
    values = np.roll(engine.readable(input), amounts if dims else amounts[0], dims or None)
    engine.array(made)[...] = values
    return made
