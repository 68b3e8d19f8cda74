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
from tapegrad.autograd import views
from tapegrad.autograd.views import make_view
from tapegrad.engine import Op, TensorBase, core
from tapegrad.errors import raise_status
from tapegrad.ops.gathering import positions_tensor, take_flat
from tapegrad.ops.index_parsing import (
    Positions,
    advanced_positions,
    flat_positions,
    is_whole,
    parse,
    view_change,
)
from tapegrad.ops.shapes import check_tensor, type_name, wrap_dim
from tapegrad.scalars import number_tensor

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "argwhere",
    "gather",
    "index_select",
    "masked_select",
    "nonzero",
    "scatter",
    "take",
    "take_along_dim",
]

# Elements at flat positions -----------------------------------------------------------------------


def put_flat(target: Tensor, flat: Positions, source: Tensor) -> Tensor:
    """Write a tensor of the positions' shape to flat positions, which are in range, of another.

    Where a position comes more than once, the last value stays.
    """
    home = views.tape_elsewhere(target)
    if home is not None:
        with home:
            return put_flat(target, flat, source)
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
        Op.PUT,
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
    parsed = parse(index, tuple(x.shape))
    if not parsed.is_advanced:
        return make_view(x, view_change(parsed.basic), parsed.op)
    if not is_whole(parsed.basic, tuple(x.shape)):
        x = make_view(x, view_change(parsed.basic), parsed.op)
    flat, shape = advanced_positions(tuple(x.shape), parsed.arrays)
    return take_flat(x, flat, shape, Op.INDEX)


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """``x[index] = value``, where the value is broadcast."""
    home = views.tape_elsewhere(x)
    if home is not None:
        with home:
            return setitem(x, index, value)
    parsed = parse(index, tuple(x.shape))
    whole = parsed.is_advanced and is_whole(parsed.basic, tuple(x.shape))
    target = x if whole else make_view(x, view_change(parsed.basic), parsed.op)
    source = _source(value, x)
    if parsed.is_advanced:
        _put_indexed(target, parsed.arrays, source)
        return
    # Leading dimensions of size 1 may be more than the target has.
    while source.ndim > target.ndim and source.shape[0] == 1:
        source = source.select(0, 0)
    if tuple(source.shape) != tuple(target.shape):
        source = source.expand(tuple(target.shape))
    views.overwrite(target, source)


def _source(value: Any, x: Tensor) -> Tensor:
    if isinstance(value, TensorBase):
        return value  # type: ignore[return-value]
    if isinstance(value, bool | int | float | np.generic):
        return number_tensor(value, x.dtype)
    raise TypeError(f"can't assign a {type_name(value)} to a {x.type()}")


def _put_indexed(target: Tensor, arrays: Sequence[npt.NDArray[Any] | None], source: Tensor) -> None:
    flat, shape = advanced_positions(tuple(target.shape), arrays)
    if source.dtype is not target.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{engine.torch_name(target.dtype.code)} for the destination and "
            f"{engine.torch_name(source.dtype.code)} for the source."
        )
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
    put_flat(target, flat, source.expand(shape))


# Functions ----------------------------------------------------------------------------------------


def _index_tensor(function: str, index: object, argument: str, position: int) -> npt.NDArray[Any]:
    check_tensor(function, index, argument, position)
    values = engine.readable(index)  # type: ignore[arg-type]
    if values.dtype.kind != "i":
        raise RuntimeError(f"{function}(): Expected dtype int32/int64 for index")
    return values.astype(np.int64, copy=False)


def _in_range(found: npt.NDArray[Any], size: int, dim: int) -> None:
    if found.size and (found.min() < 0 or found.max() >= size):
        bad = int(found.min() if found.min() < 0 else found.max())
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}")


def _along(function: str, input: Tensor, k: int, found: npt.NDArray[Any]) -> Positions:
    """Flat positions of `index[i, j, ...]` along dimension `k`, the other indices as they are."""
    if max(found.ndim, 1) != max(input.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    for d, (n, m) in enumerate(zip(found.shape, input.shape, strict=False)):
        if d != k and n > m:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(found.shape)} to be no "
                f"larger than self {list(input.shape)} apart from dimension {k}"
            )
    if input.ndim == 0:
        _in_range(found, 1, 0)
        return found
    _in_range(found, input.shape[k], k)
    if found.ndim == 0:
        return found
    indices = [*np.ogrid[tuple(slice(n) for n in found.shape)]]
    indices[k] = found
    return flat_positions(tuple(input.shape), indices)


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """Elements of `input` whose index along `dim` is given, at the place where it is given.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([[1, 2], [3, 4]])
    >>> tapegrad.gather(x, 1, tapegrad.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    check_tensor("gather", input)
    k = wrap_dim(dim, input.ndim)
    found = _index_tensor("gather", index, "index", 3)
    return take_flat(input, _along("gather", input, k, found), found.shape, Op.GATHER)


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """Elements of `input` whose index along `dim` is given; the two broadcast elsewhere."""
    check_tensor("take_along_dim", input)
    check_tensor("take_along_dim", indices, "indices", 2)
    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
    k = wrap_dim(dim, input.ndim)
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of "
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
    return gather(input.expand(tuple(wide)), k, indices.expand(tuple(narrow)))


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Slices along a dimension, in the order in which a vector of indices names them.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.index_select(tapegrad.tensor([[1, 2], [3, 4]]), 1, tapegrad.tensor([1, 1]))
    tensor([[2, 2],
            [4, 4]])
    """
    check_tensor("index_select", input)
    k = wrap_dim(dim, input.ndim)
    found = _index_tensor("index_select", index, "index", 3)
    if found.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    size = input.shape[k] if input.ndim else 1
    if found.size and (found.min() < 0 or found.max() >= size):
        raise IndexError("index out of range in self")
    if input.ndim == 0:
        return take_flat(input, found.reshape(()), (), Op.INDEX_SELECT)
    arrays: list[npt.NDArray[Any] | None] = [None] * input.ndim
    arrays[k] = found.reshape(-1)
    flat, shape = advanced_positions(tuple(input.shape), arrays)
    return take_flat(input, flat, shape, Op.INDEX_SELECT)


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """Elements where a mask, which may be broadcast, holds, in row-major order.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([1, -2, 3])
    >>> tapegrad.masked_select(x, x > 0)
    tensor([1, 3])
    """
    check_tensor("masked_select", input)
    check_tensor("masked_select", mask, "mask", 2)
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    try:
        shape = np.broadcast_shapes(tuple(input.shape), tuple(mask.shape))
    except ValueError:
        engine.raise_shapes([mask, input])
    if tuple(input.shape) != shape:
        input = input.expand(shape)
    flat = np.flatnonzero(np.broadcast_to(engine.readable(mask), shape))
    return take_flat(input, flat, flat.shape, Op.TAKE)


def take(input: Tensor, index: Tensor) -> Tensor:
    """Elements at positions in the tensor seen as a vector.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.take(tapegrad.tensor([[1, 2], [3, 4]]), tapegrad.tensor([0, -1]))
    tensor([1, 4])
    """
    check_tensor("take", input)
    found = _index_tensor("take", index, "index", 2)
    n = input.numel()
    if found.size and (found.min() < -n or found.max() >= n):
        bad = int(found.min() if found.min() < -n else found.max())
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {n} elements.")
    return take_flat(input, np.where(found < 0, found + n, found), found.shape, Op.TAKE)


def scatter(input: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
    """Copy of `input` with values written where an index along `dim` is given (see `gather`).

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.scatter(tapegrad.zeros(3), 0, tapegrad.tensor([2, 0]), 5)
    tensor([5., 0., 5.])
    """
    check_tensor("scatter", input)
    return scatter_into(input.clone(), dim, index, src)


def scatter_into(target: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
    """Write values where an index along `dim` is given."""
    k = wrap_dim(dim, target.ndim)
    found = _index_tensor("scatter", index, "index", 3)
    flat = _along("scatter", target, k, found)
    source = _source(src, target)
    if source.dtype is not target.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if isinstance(src, TensorBase):
        if source.ndim != found.ndim or any(
            n > m for n, m in zip(found.shape, source.shape, strict=True)
        ):
            raise RuntimeError(
                f"Expected index {list(found.shape)} to be no larger than src {list(source.shape)}"
            )
        source = source[tuple(slice(n) for n in found.shape)]
    return put_flat(target, flat, source.expand(found.shape))


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
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
    return engine.from_array(np.argwhere(values))


def argwhere(input: Tensor) -> Tensor:
    """Indices of the elements that are not zero, one row for each."""
    found: Tensor = nonzero(input)
    return found


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

    def scatter(self: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
        """Copy with values written where an index along a dimension is given."""
        return scatter(self, dim, index, src)

    def scatter_(self: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
        """Write values where an index along a dimension is given."""
        return scatter_into(self, dim, index, src)

    def nonzero(self: Tensor, *, as_tuple: bool = False) -> Any:
        """Indices of the elements that are not zero."""
        return nonzero(self, as_tuple=as_tuple)

    def argwhere(self: Tensor) -> Tensor:
        """Indices of the elements that are not zero."""
        return argwhere(self)
