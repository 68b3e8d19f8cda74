"""Indexing for reading and writing.

Ints, slices, None and Ellipsis make views; masks, index tensors and sequences gather or scatter
elements at *flat positions*: their numbers in the tensor seen as a row-major array.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.autograd import views
from tapegrad.autograd.views import Geometry, make_view
from tapegrad.engine import Op, TensorBase, core
from tapegrad.errors import raise_status
from tapegrad.layouts import contiguous_strides, number_of
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

_Positions = npt.NDArray[np.int64]
_Shape = tuple[int, ...]

_KINDS: Final = (
    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
    "indices "
)


# Elements at flat positions -----------------------------------------------------------------------


def flat_positions(shape: _Shape, indices: Sequence[npt.NDArray[Any]]) -> _Positions:
    """Flat positions of elements given by one array of indices for each dimension.

    The arrays broadcast against each other; what they hold is in range.
    """
    flat = np.zeros((), np.int64)
    for index, stride in zip(indices, contiguous_strides(shape), strict=True):
        flat = flat + index * stride
    return flat


def take_flat(x: Tensor, flat: _Positions, shape: _Shape, op: int = Op.TAKE) -> Tensor:
    """Copy the elements at flat positions, which are in range, to a new tensor.

    Parameters
    ----------
    x : Tensor
        Where they are.
    flat : array of int64
        Positions in `x` seen as a row-major array.
    shape : tuple of int
        Shape of the result.
    op : int
        Opcode of the row; every gathering op has the same rule.
    """
    values = engine.readable(x)
    number = number_of(x.dtype.code, shape)
    if core.modes() & 1 and x.requires_grad:
        made = engine.record(op, number, x, positions_tensor(flat.reshape(shape)))
    else:
        made = engine.record(Op.CONST, number)
    if made.numel():
        flat = flat.reshape(shape)
        if values.flags.c_contiguous:
            np.take(values.reshape(-1), flat, out=engine.array(made), mode="clip")
        else:
            engine.array(made)[...] = values[np.unravel_index(flat, values.shape)]
    return made


def positions_tensor(flat: _Positions) -> Tensor:
    """Make a constant of flat positions."""
    return engine.from_array(flat, dtypes.int64)


def put_flat(target: Tensor, flat: _Positions, source: Tensor) -> Tensor:
    """Write a tensor of the positions' shape to flat positions, which are in range, of another.

    Where a position comes more than once, the last value stays.
    """
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
    core.rebind(handle, core.handle_of(made))
    views.tell_parents(target)
    return target


# What an index says -------------------------------------------------------------------------------


class _Basic(NamedTuple):
    """Part of an index that makes a view.

    `kind` is ``"select"`` (with `start`), ``"slice"`` or ``"new"`` (a dimension of size 1).
    """

    kind: str
    start: int = 0
    length: int = 1
    step: int = 1


class _Index(NamedTuple):
    """An index, taken apart.

    `basic` is what makes the view that the rest is applied to; `arrays` are the index arrays for
    its dimensions (None: all of the dimension). `op` names the view's row.
    """

    basic: list[_Basic]
    arrays: list[npt.NDArray[Any] | None]
    op: int

    @property
    def is_advanced(self) -> bool:
        return any(a is not None for a in self.arrays)


def _as_items(index: Any) -> tuple[Any, ...]:
    if isinstance(index, tuple):
        return index
    if isinstance(index, list) and len(index) < 32:
        # As PyTorch: a list that holds anything but numbers means a tuple.
        for item in index:
            if item is None or item is Ellipsis:
                return tuple(index)
            if isinstance(item, slice | list | tuple | TensorBase | np.ndarray):
                return tuple(index)
    return (index,)


def _index_array(item: Any) -> npt.NDArray[Any]:
    """Give an index that stands for several elements as an array of int64 or bool."""
    if isinstance(item, TensorBase):
        found = engine.readable(item)  # type: ignore[arg-type]
    elif isinstance(item, np.ndarray):
        found = item
    elif isinstance(item, str | bytes):
        raise TypeError(f"new(): invalid data type '{builtins.type(item).__name__}'")
    elif isinstance(item, Sequence):
        try:
            found = np.asarray(item)
        except ValueError as error:
            raise ValueError(f"an index list must not be ragged: {error}") from None
        if found.size == 0:
            found = found.astype(np.int64)
    else:
        raise IndexError(f"{_KINDS}(got {type_name(item)})")
    if found.dtype.kind not in "iub":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return found if found.dtype.kind == "b" else found.astype(np.int64)


def _consumed(item: Any) -> int:
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    if isinstance(item, np.ndarray) and item.dtype.kind == "b":
        return item.ndim
    return 1


def _simplified(item: Any) -> Any:
    """Give an item as int, bool, slice, None, Ellipsis or an array of int64 or bool."""
    if item is None or item is Ellipsis or isinstance(item, slice | int):
        return item
    if isinstance(item, np.bool_):
        raise IndexError(f"{_KINDS}(got {type_name(item)})")
    if isinstance(item, np.integer):
        return int(item)
    if isinstance(item, TensorBase | np.ndarray | Sequence):
        found = _index_array(item)
        return found.item() if found.ndim == 0 else found
    if hasattr(item, "__index__"):
        return item.__index__()
    raise IndexError(f"{_KINDS}(got {type_name(item)})")


def _slice(item: slice, size: int) -> _Basic:
    if item.step is not None:
        step = item.step.__index__()
        if step == 0:
            raise ValueError("slice step cannot be zero")
        if step < 0:
            raise ValueError("step must be greater than zero")
    start, stop, step = item.indices(size)
    return _Basic("slice", start, max(0, -(-(stop - start) // step)), step)


_BOOLS: Final = {True: np.zeros(1, np.int64), False: np.zeros(0, np.int64)}


def _wrapped(found: npt.NDArray[Any], dim: int, size: int) -> _Positions:
    """Index array with negative indices counted from the end."""
    if found.size:
        low, high = int(found.min()), int(found.max())
        if high >= size or low < -size:
            bad = high if high >= size else low
            raise IndexError(f"index {bad} is out of bounds for dimension {dim} with size {size}")
        if low < 0:
            return np.where(found < 0, found + size, found)
    return found


def _parse(index: Any, shape: _Shape) -> _Index:
    items = [_simplified(item) for item in _as_items(index)]
    ndim = len(shape)
    used = sum(map(_consumed, items))
    if used > ndim:
        first = items[0]
        if ndim == 0 and isinstance(first, int):
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert a 0-dim "
                "tensor to a number"
            )
        if ndim == 0 and isinstance(first, slice):
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    basic: list[_Basic] = []
    arrays: list[npt.NDArray[Any] | None] = []
    op = Op.SLICE
    k = 0  # dimension of the tensor that comes next
    seen_ellipsis = False
    for item in items:
        if item is Ellipsis:
            if not seen_ellipsis:
                rest = ndim - used
                basic += [_Basic("slice", 0, n, 1) for n in shape[k : k + rest]]
                arrays += [None] * rest
                k += rest
            seen_ellipsis = True
        elif item is None:
            basic.append(_Basic("new"))
            arrays.append(None)
            op = Op.UNSQUEEZE
        elif isinstance(item, bool):
            basic.append(_Basic("new"))
            arrays.append(_BOOLS[item])
        elif isinstance(item, int):
            size = shape[k]
            if not -size <= item < size:
                raise IndexError(
                    f"index {item} is out of bounds for dimension {k} with size {size}"
                )
            basic.append(_Basic("select", item % size))
            op = Op.SELECT
            k += 1
        elif isinstance(item, slice):
            part = _slice(item, shape[k])
            basic.append(part)
            arrays.append(None)
            if part != ("slice", 0, shape[k], 1):
                op = Op.SLICE
            k += 1
        elif item.dtype.kind == "b":
            if item.shape != shape[k : k + item.ndim]:
                bad = next(d for d in range(item.ndim) if item.shape[d] != shape[k + d])
                raise IndexError(
                    f"The shape of the mask {list(item.shape)} at index {bad} does not match "
                    f"the shape of the indexed tensor {list(shape)} at index {k + bad}"
                )
            basic += [_Basic("slice", 0, n, 1) for n in item.shape]
            arrays += item.nonzero()
            k += item.ndim
        else:
            basic.append(_Basic("slice", 0, shape[k], 1))
            arrays.append(_wrapped(item, k, shape[k]))
            k += 1
    basic += [_Basic("slice", 0, n, 1) for n in shape[k:]]
    arrays += [None] * (ndim - k)
    return _Index(basic, arrays, op)


def _change(parts: Sequence[_Basic]) -> Callable[[Geometry], Geometry]:
    def change(g: Geometry) -> Geometry:
        shape, strides, offset = g
        sizes: list[int] = []
        steps: list[int] = []
        k = 0
        for part in parts:
            if part.kind == "new":
                sizes.append(1)
                steps.append(shape[k] * strides[k] if k < len(shape) else 1)
                continue
            offset += part.start * strides[k]
            if part.kind == "slice":
                sizes.append(part.length)
                steps.append(strides[k] * part.step)
            k += 1
        return tuple(sizes), tuple(steps), offset

    return change


def _is_whole(parts: Sequence[_Basic], shape: _Shape) -> bool:
    return [*parts] == [("slice", 0, n, 1) for n in shape]


def _advanced_positions(
    shape: _Shape, arrays: Sequence[npt.NDArray[Any] | None]
) -> tuple[_Positions, _Shape]:
    """Flat positions that index arrays for some dimensions mean, and the shape of the result.

    The dimensions of the broadcast arrays stand where the arrays stand if those are neighbours,
    else first.
    """
    at = [k for k, a in enumerate(arrays) if a is not None]
    given = [a for a in arrays if a is not None]
    try:
        block = np.broadcast_shapes(*(a.shape for a in given))
    except ValueError:
        shapes = ", ".join(str(list(a.shape)) for a in given)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None
    together = at[-1] - at[0] == len(at) - 1
    before = [k for k, a in enumerate(arrays) if a is None and together and k < at[0]]
    after = [k for k, a in enumerate(arrays) if a is None and k not in before]
    found = (*(shape[k] for k in before), *block, *(shape[k] for k in after))
    indices: list[npt.NDArray[Any]] = []
    for k, a in enumerate(arrays):
        if a is not None:
            indices.append(a.reshape(a.shape + (1,) * len(after)))
            continue
        place = before.index(k) if k in before else len(before) + len(block) + after.index(k)
        indices.append(np.arange(shape[k]).reshape((-1,) + (1,) * (len(found) - place - 1)))
    return np.broadcast_to(flat_positions(shape, indices), found), found


def getitem(x: Tensor, index: Any) -> Tensor:
    """``x[index]``: a view where the index is basic, else a copy."""
    parsed = _parse(index, tuple(x.shape))
    if not parsed.is_advanced:
        return make_view(x, _change(parsed.basic), parsed.op)
    if not _is_whole(parsed.basic, tuple(x.shape)):
        x = make_view(x, _change(parsed.basic), parsed.op)
    flat, shape = _advanced_positions(tuple(x.shape), parsed.arrays)
    return take_flat(x, flat, shape, Op.INDEX)


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """``x[index] = value``, where the value is broadcast."""
    parsed = _parse(index, tuple(x.shape))
    whole = parsed.is_advanced and _is_whole(parsed.basic, tuple(x.shape))
    target = x if whole else make_view(x, _change(parsed.basic), parsed.op)
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
    flat, shape = _advanced_positions(tuple(target.shape), arrays)
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


def _along(function: str, input: Tensor, k: int, found: npt.NDArray[Any]) -> _Positions:
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
    shape = list(np.broadcast_shapes(tuple(a), tuple(b)))
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
    flat, shape = _advanced_positions(tuple(input.shape), arrays)
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
