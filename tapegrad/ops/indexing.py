"""Indexing for reading and writing.

Ints, slices, None and Ellipsis make views; masks, index tensors and sequences gather or scatter
elements at *flat positions*: their numbers in the tensor seen as a row-major array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.arguments import type_name
from tapegrad.autograd import views
from tapegrad.autograd.views import make_view
from tapegrad.engine import Op, TensorBase, core
from tapegrad.errors import raise_status
from tapegrad.ops.arguments import check_tensor, in_int64, wrap_dim
from tapegrad.ops.dispatch import write_out
from tapegrad.ops.gathering import positions_tensor, take_flat
from tapegrad.ops.index_parsing import (
    Basic,
    Positions,
    Shape,
    advanced_positions,
    flat_positions,
    gathered_strides,
    is_whole,
    parse,
    view_change,
)
from tapegrad.ops.parts import selection
from tapegrad.ops.shapes import unsqueeze
from tapegrad.scalars import C_NAMES, filling_number

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "argwhere",
    "gather",
    "index_select",
    "masked_select",
    "nonzero",
    "take",
    "take_along_dim",
]

# Elements at flat positions -----------------------------------------------------------------------


def put_flat(target: Tensor, flat: Positions, source: Tensor, op: int = Op.PUT) -> Tensor:
    """Write a tensor of the positions' shape to flat positions, which are in range, of another.

    Where a position comes more than once, the last value stays.
    """
    home = views.tape_elsewhere(target)
    if home is not None:
        with home:
            return put_flat(target, flat, source, op)
    views.check_writable(target)
    storage = core.share(core.handle_of(target))
    if storage < 0:
        raise_status(storage)
    values = engine.readable(source)
    if views.overlaps(target, source):
        values = values.copy()
    records = bool(core.modes() & 1) and (target.requires_grad or source.requires_grad)
    memory = engine.array(target)
    if memory.flags.c_contiguous:
        memory.reshape(-1)[flat] = values
    else:
        memory[np.unravel_index(flat, memory.shape)] = values
    views.bump(target)
    if not records:
        return target
    handle = core.handle_of(target)
    made = engine.record(
        op,
        core.layout_of(handle),
        views.current_value(target),
        positions_tensor(flat),
        variadic=(source,),
        share=storage,
        offset=core.offset(handle),
    )
    views.rebind(target, made)
    views.tell_parents(target)
    return target


# Reading and writing ------------------------------------------------------------------------------


def getitem(x: Tensor, index: Any) -> Tensor:
    """``x[index]``: a view where the index is basic, else a copy."""
    mine = engine.layout_of(x)
    shape: Shape = mine.shape
    if index.__class__ is int and shape and -shape[0] <= index < shape[0]:
        at = index % shape[0]
        return make_view(x, selection(0, at), Op.SELECT, (0, at))
    parsed = parse(index, shape)
    if index.__class__ is slice:  # PyTorch makes a slice of it even where it is all of the tensor
        return _sliced(x, 0, parsed.basic[0])
    if not parsed.is_advanced:
        return _viewed(x, parsed.basic, always=True)
    if not is_whole(parsed.basic, shape):
        x = _viewed(x, parsed.basic)
        mine = engine.layout_of(x)
    flat, found = advanced_positions(tuple(mine.shape), parsed.arrays)
    strides = None if mine.row_major else gathered_strides(found, mine.strides, parsed.arrays)
    return take_flat(x, flat, found, Op.INDEX, strides=strides)


def _viewed(x: Tensor, parts: Sequence[Basic], *, always: bool = False) -> Tensor:
    """View that the basic parts of an index make, one step for each part that changes something.

    Where none does, and a view is made `always`, it is one of all of the tensor.
    """
    k, whole = 0, x
    for part in parts:
        if part.kind == "select":
            x = make_view(x, selection(k, part.start), Op.SELECT, (k, part.start))
            continue
        if part.kind == "new":
            x = unsqueeze(x, k)
        elif part != ("slice", 0, x.shape[k], 1):
            x = _sliced(x, k, part)
        k += 1
    if x is whole and always:
        return make_view(x, lambda g: g, Op.ALIAS_VIEW, "whole")
    return x


def _sliced(x: Tensor, k: int, part: Basic) -> Tensor:
    """Slices of one dimension, all of the others."""
    parts = [Basic("slice", 0, n) for n in x.shape]
    parts[k] = part
    return make_view(x, view_change(parts), Op.SLICE, (k, part))


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """``x[index] = value``, where the value is broadcast."""
    home = views.tape_elsewhere(x)
    if home is not None:
        with home:
            return setitem(x, index, value)
    parsed = parse(index, tuple(x.shape))
    whole = is_whole(parsed.basic, tuple(x.shape))
    target = x if whole else make_view(x, view_change(parsed.basic), Op.SLICE)
    source = _source(value, x)
    if parsed.is_advanced:
        _put_indexed(target, parsed.arrays, _without_leading_ones(source))
        return
    if not source.ndim and target.ndim:
        views.overwrite(target, source, op=Op.FILL_TENSOR)
        return
    if tuple(source.shape) != tuple(target.shape):
        source = _without_leading_ones(source).expand(tuple(target.shape))
    views.overwrite(target, source)


def _without_leading_ones(source: Tensor) -> Tensor:
    """Leading dimensions of size 1 may be more than the target has."""
    sizes = tuple(source.shape)
    lead = next((k for k, n in enumerate(sizes) if n != 1), len(sizes))
    return source.view(sizes[lead:]) if lead else source


def _source(value: Any, x: Tensor) -> Tensor:
    if isinstance(value, TensorBase):
        return value  # type: ignore[return-value]
    if isinstance(value, complex) and not isinstance(value, np.generic) and not value.imag:
        value = value.real
    if isinstance(value, int):
        in_int64(value)
    if isinstance(value, bool | int | float | np.generic):
        with np.errstate(all="ignore"):
            return engine.scalar(filling_number(value, x.dtype), x.dtype)
    if isinstance(value, complex):
        raise RuntimeError(
            f"value cannot be converted to type {C_NAMES[x.dtype]} without overflow: {value} has "
            "an imaginary part"
        )
    raise TypeError(f"can't assign a {type_name(value)} to a {x.type()}")


def _put_indexed(target: Tensor, arrays: Sequence[npt.NDArray[Any] | None], source: Tensor) -> None:
    flat, shape = advanced_positions(tuple(target.shape), arrays)
    put_flat(target, flat, broadcast_source(source, target, shape))


def broadcast_source(source: Tensor, target: Tensor, shape: Shape) -> Tensor:
    """Values for the elements that index arrays give; leading dimensions of size 1 fall away."""
    given = tuple(source.shape)
    while source.ndim > len(shape) and source.shape[0] == 1:
        source = source.select(0, 0)
    if source.ndim > len(shape) or any(
        n not in (1, m) for n, m in zip(reversed(source.shape), reversed(shape), strict=False)
    ):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(given)} cannot be broadcast to indexing "
            f"result of shape {list(shape)}"
        )
    if source.dtype is not target.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{engine.torch_name(target.dtype.code)} for the destination and "
            f"{engine.torch_name(source.dtype.code)} for the source."
        )
    return views.broadcast(source, shape)


# Functions ----------------------------------------------------------------------------------------


def index_values(function: str, index: object, argument: str) -> npt.NDArray[Any]:
    """Values of an argument that must be a tensor of indices."""
    check_tensor(function, index, argument)
    values = engine.readable(index)  # type: ignore[arg-type]
    if values.dtype.kind != "i":
        raise RuntimeError(f"{function}(): Expected dtype int32/int64 for index")
    return values.astype(np.int64, copy=False)


def in_range(found: npt.NDArray[Any], size: int, dim: int) -> None:
    """Refuse indices that are negative or too large."""
    if found.size and (found.min() < 0 or found.max() >= size):
        bad = int(found.min() if found.min() < 0 else found.max())
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}")


def flat_along(
    x: Tensor, k: int, found: npt.NDArray[Any], source: Tensor | None = None, name: str = "self"
) -> Positions:
    """Flat positions of `index[i, j, ...]` along dimension `k`, the other indices as they are.

    `source`, where there is one, must be no smaller than the index; `name` is that of `x` in
    errors.
    """
    if not found.size:
        return found
    if max(found.ndim, 1) != max(x.ndim, 1):
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {name} tensor")
    index, mine = list(found.shape), list(x.shape)
    bad = [d for d, (n, m) in enumerate(zip(index, mine, strict=False)) if d != k and n > m]
    if name == "input" and bad:
        raise RuntimeError(
            f"Size does not match at dimension {bad[0]} expected index {index} to be no "
            f"larger than self {mine} apart from dimension {k}"
        )
    theirs = list(source.shape) if source is not None else index
    sizes = [theirs[wrap_dim(d, len(theirs))] if theirs else 0 for d in range(len(index))]
    if bad or any(n > m for n, m in zip(index, sizes, strict=True)):
        more = "" if source is None else f" and to be no larger size than src {theirs}"
        raise RuntimeError(
            f"Expected index {index} to be no larger than self {mine} apart from dimension {k}"
            f"{more}"
        )
    if x.ndim == 0:
        in_range(found, 1, 0)
        return found
    in_range(found, x.shape[k], k)
    if found.ndim == 0:
        return found
    indices = [*np.ogrid[tuple(slice(n) for n in found.shape)]]
    indices[k] = found
    return flat_positions(tuple(x.shape), indices)


def fitted(source: Tensor, shape: Shape) -> Tensor:
    """Corner of a tensor that has a shape."""
    if tuple(source.shape) == shape:
        return source
    if 0 in shape:
        return engine.empty(source.dtype.code, shape)
    return source[tuple(slice(n) for n in shape)].reshape(shape)


def _to_out(function: str, made: Tensor, out: Tensor | None, input: Tensor, words: str) -> Tensor:
    """Write a result to ``out=``, which must have its dtype."""
    if isinstance(out, TensorBase) and out.dtype is not made.dtype:
        raise RuntimeError(words)
    return made if out is None else write_out(function, made, out, input)


def gather(
    input: Tensor,
    dim: int,
    index: Tensor,
    *,
    sparse_grad: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """Elements of `input` whose index along `dim` is given, at the place where it is given.

    Parameters
    ----------
    input : Tensor
        Where they are.
    dim : int
        Along which dimension.
    index : Tensor
        Of as many dimensions as `input`.
    sparse_grad : bool
        Gradients are never sparse here.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([[1, 2], [3, 4]])
    >>> tapegrad.gather(x, 1, tapegrad.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    check_tensor("gather", input)
    k = wrap_dim(dim, input.ndim, "gather")
    found = index_values("gather", index, "index")
    made = take_flat(input, flat_along(input, k, found, name="input"), found.shape, Op.GATHER)
    kinds = (
        [
            {"Long": "long int"}.get(name, name.lower())
            for name in (engine.torch_name(t.dtype.code) for t in (input, out or input))
        ]
        if isinstance(out, TensorBase)
        else ["", ""]
    )
    words = f"Expected out tensor to have dtype {kinds[0]}, but got {kinds[1]} instead"
    return _to_out("gather", made, out, input, words)


def take_along_dim(
    input: Tensor, indices: Tensor, dim: int | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Elements of `input` whose index along `dim` is given; the two broadcast elsewhere.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([[1, 2], [3, 4]])
    >>> tapegrad.take_along_dim(x, tapegrad.tensor([[1], [0]]), 1)
    tensor([[2],
            [3]])
    """
    check_tensor("take_along_dim", input)
    check_tensor("take_along_dim", indices, "indices")
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(
            "tapegrad.take_along_dim(): dtype of indices should be Long but got "
            f"{engine.torch_name(indices.dtype.code)}"
        )
    if dim is None:
        flat = input.reshape(-1)
        return gather(flat, 0, _going_round(indices.reshape(-1), flat.numel()), out=out)
    k = wrap_dim(dim, input.ndim, "take_along_dim")
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "tapegrad.take_along_dim(): input and indices should have the same number of "
            "dimensions, but "
            f"got {input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    a, b = list(input.shape), list(indices.shape)
    a[k] = b[k] = 1
    try:
        shape = list(np.broadcast_shapes(tuple(a), tuple(b)))
    except ValueError:
        d = next(d for d, (m, n) in enumerate(zip(a, b, strict=True)) if m != n and 1 not in (m, n))
        raise RuntimeError(
            f"The size of tensor a ({a[d]}) must match the size of tensor b ({b[d]}) at "
            f"non-singleton dimension {d}"
        ) from None
    wide, narrow = [*shape], [*shape]
    wide[k], narrow[k] = input.shape[k], indices.shape[k]
    inside = _going_round(indices, input.shape[k])
    return gather(input.expand(tuple(wide)), k, inside.expand(tuple(narrow)), out=out)


def _going_round(indices: Tensor, size: int) -> Tensor:
    """Indices with those beyond the ends brought in, as PyTorch does it."""
    return indices.remainder(size) if size else indices


def index_select(input: Tensor, dim: int, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Slices along a dimension, in the order in which a vector of indices names them.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.index_select(tapegrad.tensor([[1, 2], [3, 4]]), 1, tapegrad.tensor([1, 1]))
    tensor([[2, 2],
            [4, 4]])
    """
    made = _selected(input, dim, index)
    words = "index_select(): self and result must have the same scalar type"
    return _to_out("index_select", made, out, input, words)


def _selected(input: Tensor, dim: int, index: Tensor) -> Tensor:
    check_tensor("index_select", input)
    k = wrap_dim(dim, input.ndim, "index_select")
    check_tensor("index_select", index, "index")
    if index.dtype.code not in (2, 3):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    found = engine.readable(index).astype(np.int64, copy=False)
    if found.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    size = input.shape[k] if input.ndim else 1
    if not input.ndim and found.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {found.size} value(s)"
        )
    if found.size and not size and input.ndim > 1:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    if found.size and (found.min() < 0 or found.max() >= size):
        raise IndexError("index out of range in self")
    if input.ndim == 0:
        return take_flat(input, found.reshape(()), (), Op.INDEX_SELECT)
    arrays: list[npt.NDArray[Any] | None] = [None] * input.ndim
    arrays[k] = found.reshape(-1)
    flat, shape = advanced_positions(tuple(input.shape), arrays)
    return take_flat(input, flat, shape, Op.INDEX_SELECT)


def masked_select(input: Tensor, mask: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Elements where a mask, which may be broadcast, holds, in row-major order.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([1, -2, 3])
    >>> tapegrad.masked_select(x, x > 0)
    tensor([1, 3])
    """
    check_tensor("masked_select", input)
    check_tensor("masked_select", mask, "mask")
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    try:
        shape = np.broadcast_shapes(tuple(input.shape), tuple(mask.shape))
    except ValueError:
        engine.raise_shapes([mask, input])
    if tuple(input.shape) != shape:
        input = input.expand(shape)
    flat = np.flatnonzero(np.broadcast_to(engine.readable(mask), shape))
    made = take_flat(input, flat, flat.shape, Op.MASKED_SELECT)
    words = "masked_select(): self and result must have the same scalar type"
    return _to_out("masked_select", made, out, input, words)


def take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Elements at positions in the tensor seen as a vector.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.take(tapegrad.tensor([[1, 2], [3, 4]]), tapegrad.tensor([0, -1]))
    tensor([1, 4])
    """
    check_tensor("take", input)
    check_tensor("take", index, "index")
    if index.dtype is not dtypes.int64:
        raise RuntimeError(
            "take(): Expected a long tensor for index, but got "
            f"{engine.torch_name(index.dtype.code)}"
        )
    found = engine.readable(index)
    n = input.numel()
    if found.size and (found.min() < -n or found.max() >= n):
        bad = int(found.min() if found.min() < -n else found.max())
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {n} elements.")
    made = take_flat(input, np.where(found < 0, found + n, found), found.shape, Op.TAKE)
    kinds = [engine.torch_name(t.dtype.code) for t in (input, out) if isinstance(t, TensorBase)]
    words = (
        f"take(): self and out expected to have the same dtype, but got self.dtype = {kinds[0]} "
        f"and out.dtype = {kinds[-1]}"
    )
    return _to_out("take", made, out, input, words)


def nonzero(input: Tensor, *, out: Tensor | None = None, as_tuple: bool = False) -> Any:
    """Indices of the elements that are not zero, one row for each (or one vector per dimension).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.nonzero(tapegrad.tensor([0, 3, 0, 4]))
    tensor([[1],
            [3]])
    """
    check_tensor("nonzero", input)
    values = engine.readable(input)
    if as_tuple:
        return tuple(engine.from_array(k) for k in np.atleast_1d(values).nonzero())
    return _found("nonzero", values, out)


def _found(function: str, values: npt.NDArray[Any], out: Tensor | None = None) -> Tensor:
    """Indices of what is not zero, in PyTorch's order in memory: by dimension."""
    rows = np.argwhere(values)
    made = engine.empty(dtypes.int64.code, rows.shape, (1, rows.shape[0]))
    engine.array(made)[...] = rows
    if isinstance(out, TensorBase) and out.dtype is not dtypes.int64:
        raise RuntimeError(
            f"{function}: Expected out tensor to have scalar type Long but got scalar type"
            f"{engine.torch_name(out.dtype.code)}"
        )
    return made if out is None else write_out(function, made, out)


def argwhere(input: Tensor) -> Tensor:
    """Indices of the elements that are not zero, one row for each."""
    check_tensor("argwhere", input)
    return _found("argwhere", engine.readable(input))


class IndexingMethods:
    """Indexing as methods."""

    __slots__ = ()

    def __getitem__(self: Tensor, index: Any) -> Tensor:
        return getitem(self, index)

    def __setitem__(self: Tensor, index: Any, value: Any) -> None:
        setitem(self, index, value)

    def __delitem__(self: Tensor, index: Any) -> None:
        raise TypeError("Tensor does not support deleting items")

    def gather(self: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
        """Elements whose index along a dimension is given."""
        return gather(self, dim, index)

    def take_along_dim(self: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
        """Elements whose index along a dimension is given; both broadcast elsewhere."""
        return take_along_dim(self, indices, dim)

    def index_select(self: Tensor, dim: int, index: Tensor) -> Tensor:
        """Slices along a dimension, in the order of a vector of indices."""
        return index_select(self, dim, index)

    def masked_select(self: Tensor, mask: Tensor) -> Tensor:
        """Elements where a mask holds."""
        return masked_select(self, mask)

    def take(self: Tensor, index: Tensor) -> Tensor:
        """Elements at positions in the tensor seen as a vector."""
        return take(self, index)

    def nonzero(self: Tensor, *, as_tuple: bool = False) -> Any:
        """Indices of the elements that are not zero."""
        return nonzero(self, as_tuple=as_tuple)

    def argwhere(self: Tensor) -> Tensor:
        """Indices of the elements that are not zero."""
        return argwhere(self)
