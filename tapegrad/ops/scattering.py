"""Putting elements in chosen places: `scatter` and its kin, each also in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.autograd import views
from tapegrad.engine import Op, TensorBase, core
from tapegrad.ops.arguments import (
    check_list,
    check_tensor,
    integer,
    no_such_call,
    wrap_dim,
    wrong_type,
)
from tapegrad.ops.conversion import cast
from tapegrad.ops.factors import scaled
from tapegrad.ops.gathering import add_at, positions_tensor, put_at
from tapegrad.ops.index_parsing import Positions, advanced_positions, check_mask, wrapped
from tapegrad.ops.indexing import (
    broadcast_source,
    fitted,
    flat_along,
    in_range,
    index_values,
)
from tapegrad.scalars import number_tensor
from tapegrad.warning import warn_once

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "masked_scatter",
    "put",
    "scatter",
    "scatter_add",
]


def _title(x: Tensor) -> str:
    return engine.torch_name(x.dtype.code)


def added(x: Tensor, flat: Positions, source: Tensor, op: int = Op.SCATTER_ADD) -> Tensor:
    return add_at(x, positions_tensor(flat), source, op)


def _replaced(x: Tensor, flat: Positions, source: Tensor, op: int) -> Tensor:
    return put_at(x, positions_tensor(flat), source, op)


def scatter_op(src: Any) -> int:
    """Opcode of `scatter`, which is one for tensors and another for numbers."""
    return Op.SCATTER if isinstance(src, TensorBase) else Op.SCATTER_VALUE


def fill_op(value: Any) -> int:
    """Opcode of `index_fill`, which is one for tensors and another for numbers."""
    return Op.INDEX_FILL_TENSOR if isinstance(value, TensorBase) else Op.INDEX_FILL


def in_place(target: Tensor, change: Callable[[], Tensor]) -> Tensor:
    """Write what was computed from a tensor to its memory."""
    views.check_writable(target)
    made = change()
    return views.overwrite(target, made, continues=made.requires_grad)


# Along a dimension, element by element ------------------------------------------------------------


def _number_or_tensor(value: object) -> bool:
    return isinstance(value, TensorBase | bool | int | float | np.generic)


def scattered(
    function: str, x: Tensor, dim: Any, index: Any, src: Any, value: Any, reduce: str | None
) -> tuple[Positions, Tensor]:
    """Flat positions, and a source of their shape."""
    given = src if value is None else value
    if not (isinstance(index, TensorBase) and _number_or_tensor(given)) or (
        isinstance(dim, bool | float | str | None)
    ):
        args = [dim, index] + ([] if src is None else [src])
        words = {"value": value, "reduce": reduce}
        forms = "int dim, Tensor index, Tensor src", "int dim, Tensor index, Number value"
        raise no_such_call(function, args, words, *forms)
    k = wrap_dim(dim, x.ndim)
    found = index_values("scatter", index, "index")
    source: Any = given if isinstance(given, TensorBase) else None
    flat = flat_along(x, k, found, source)
    if source is None:
        return flat, number_tensor(given, x.dtype).expand(tuple(found.shape))
    if source.dtype is not x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    return flat, fitted(source, tuple(found.shape))


def reduced(x: Tensor, flat: Positions, source: Tensor, src: Any, reduce: str) -> Tensor:
    if isinstance(src, TensorBase):
        warn_once(
            "The reduce argument of tapegrad.scatter with Tensor src is deprecated and will be "
            "removed in a future PyTorch release. Use tapegrad.scatter_reduce instead for more "
            "reduction options."
        )
    if reduce == "add":
        return added(x, flat, source)
    if reduce != "multiply":
        raise RuntimeError("reduce argument must be either add or multiply.")
    if core.modes() & 1 and (x.requires_grad or source.requires_grad):
        raise NotImplementedError("the derivative for 'scatter' is not implemented for products")
    made = engine.empty(x.dtype.code, tuple(x.shape))
    memory = engine.array(made)
    memory[...] = engine.readable(x)
    np.multiply.at(memory.reshape(-1), flat.reshape(-1), engine.readable(source).reshape(-1))
    return made


def scatter(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Any = None,
    *,
    value: Any = None,
    reduce: str | None = None,
) -> Tensor:
    """Copy of `input` with values written where an index along `dim` is given (see `gather`).

    Parameters
    ----------
    input : Tensor
        What is copied.
    dim : int
        Along which dimension.
    index : Tensor
        Where each value goes along `dim`.
    src : Tensor or number
        What is written.
    value : number
        The same by another name.
    reduce : str, optional
        ``"add"`` or ``"multiply"``, to combine old and new values.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.scatter(tapegrad.zeros(3), 0, tapegrad.tensor([2, 0]), 5)
    tensor([5., 0., 5.])
    """
    check_tensor("scatter", input)
    flat, source = scattered("scatter", input, dim, index, src, value, reduce)
    if reduce is not None:
        return reduced(input, flat, source, src, reduce)
    return _replaced(input, flat, source, scatter_op(src if value is None else value))


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Copy of `input` with values added where an index along `dim` is given.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.scatter_add(tapegrad.zeros(2), 0, tapegrad.tensor([1, 1]), tapegrad.ones(2))
    tensor([0., 2.])
    """
    check_tensor("scatter_add", input)
    check_tensor("scatter_add", src, "src")
    check_tensor("scatter_add", index, "index")
    integer("scatter_add", dim)
    return added(input, *scattered("scatter_add", input, dim, index, src, None, None))


# Slices along a dimension -------------------------------------------------------------------------


def _slices(x: Tensor, k: int, index: npt.NDArray[Any]) -> Positions:
    """Flat positions of slices along a dimension."""
    if x.ndim == 0:
        return np.zeros((), np.int64)
    arrays: list[npt.NDArray[Any] | None] = [None] * x.ndim
    arrays[k] = index.reshape(-1)
    return advanced_positions(tuple(x.shape), arrays)[0]


def _vector(index: Tensor, error: Callable[[Tensor], Exception]) -> npt.NDArray[np.int64]:
    if index.ndim > 1:
        raise error(index)
    return engine.readable(index).astype(np.int64, copy=False)


def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1
) -> Tensor:
    """Copy of `input` with slices added to those that a vector of indices names.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.index_add(tapegrad.zeros(3), 0, tapegrad.tensor([2, 2]), tapegrad.ones(2))
    tensor([0., 0., 2.])
    """
    check_tensor("index_add", input)
    check_tensor("index_add", index, "index")
    check_tensor("index_add", source, "source")
    k = wrap_dim(dim, input.ndim, "index_add")
    if index.dtype.code not in (2, 3):
        raise RuntimeError(
            f"index_add_(): Expected dtype int32/int64 for index but got: {_title(index)}"
        )
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"index_add_(): self ({_title(input)}) and source ({_title(source)}) must have the "
            "same scalar type"
        )
    places = _vector(
        index,
        lambda i: IndexError(
            f"index_add_(): Index is supposed to be a vector, but got dim: {i.ndim} with type: "
            f"{_title(i)} and size: {list(i.shape)}"
        ),
    )
    expected, given = list(input.shape), list(source.shape)
    if len(expected) != len(given) or any(
        n != m for d, (n, m) in enumerate(zip(expected, given, strict=True)) if d != k
    ):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {expected} source.shape = {given}"
        )
    if given and places.size != given[k]:
        raise RuntimeError(
            f"index_add_(): Number of indices ({places.size}) should be equal to source.size(dim): "
            f"({given[k]}), for dim: {k}"
        )
    in_range(places, expected[k] if expected else 1, 0)
    flat = _slices(input, k, places)
    if alpha != 1:
        source = scaled("index_add", source, source, alpha)
    return added(input, flat, source, Op.INDEX_ADD)


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Copy of `input` with slices in place of those that a vector of indices names.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.index_copy(tapegrad.zeros(3), 0, tapegrad.tensor([2]), tapegrad.ones(1))
    tensor([0., 0., 1.])
    """
    check_tensor("index_copy", input)
    flat, fit = copied(input, dim, index, source)
    return _replaced(input, flat, fit, Op.INDEX_COPY)


def copied(x: Tensor, dim: int, index: Tensor, source: Tensor) -> tuple[Positions, Tensor]:
    check_tensor("index_copy", index, "index")
    check_tensor("index_copy", source, "source")
    k = wrap_dim(dim, x.ndim, "index_copy")
    places = _vector(
        index,
        lambda i: IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {i.ndim})"),
    )
    if source.ndim and x.ndim and source.ndim != x.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must "
            f"match. Source dimensionality ({source.ndim}), destination dimensionality ({x.ndim})"
        )
    if index.dtype is not dtypes.int64:
        raise RuntimeError(
            f"index_copy_(): Expected a long tensor for index, but got {_title(index)}"
        )
    if source.dtype is not x.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{_title(x)} and (source) {_title(source)}"
        )
    mine, theirs = (
        [n for d, n in enumerate(t.shape) if d != k] if t.ndim else [] for t in (x, source)
    )
    if mine != theirs:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination "
            f"slice shape: {' '.join(map(str, mine))} at dimension {k} and source slice shape: "
            f"{' '.join(map(str, theirs))} at dimension {k if source.ndim else 0}."
        )
    count = source.shape[k] if source.ndim else 1
    if places.size != count:
        raise IndexError(
            f"index_copy_(): Number of indices ({places.size}) should be equal to "
            f"source.size(dim) ({count})"
        )
    size = x.shape[k] if x.ndim else 1
    for bad in places[(places < 0) | (places >= size)].ravel()[:1]:
        raise IndexError(
            f"index_copy_(): index {bad} is out of bounds for dimension {k} with size {size}"
        )
    flat = _slices(x, k, places)
    return flat, source if source.shape == flat.shape else source.reshape(flat.shape)


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """Copy of `input` with a number in all slices that a vector of indices names.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.index_fill(tapegrad.zeros(3), 0, tapegrad.tensor([2, 0]), 7)
    tensor([7., 0., 7.])
    """
    check_tensor("index_fill", input)
    flat, source = filled_slices("index_fill", input, dim, index, value)
    return _replaced(input, flat, source, fill_op(value))


def filled_slices(
    function: str, x: Tensor, dim: Any, index: Any, value: Any
) -> tuple[Positions, Tensor]:
    if not (isinstance(index, TensorBase) and _number_or_tensor(value)):
        forms = "int dim, Tensor index, Tensor value", "int dim, Tensor index, Number value"
        raise no_such_call(function, (dim, index, value), {}, *forms)
    places: Any = index
    if isinstance(value, TensorBase):
        given: Any = value
        if given.ndim:
            raise RuntimeError(
                "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{given.ndim} dimension(s)."
            )
        source: Tensor = cast(given, x.dtype)
    else:
        source = number_tensor(value, x.dtype)
    if places.dtype is not dtypes.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    k = wrap_dim(dim, x.ndim)
    found = _vector(places, lambda _: RuntimeError("Index has to be a vector/scalar"))
    size = x.shape[k] if x.ndim else 1
    # Each slice once, so that the number's gradient counts it once.
    flat = _slices(x, k, np.unique(wrapped(found, 0, size)))
    return flat, views.broadcast(source, flat.shape)


# Anywhere -----------------------------------------------------------------------------------------


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """Copy of `input` with values at positions in the tensor seen as a vector (see `take`).

    Parameters
    ----------
    input : Tensor
        What is copied.
    index : Tensor
        Positions.
    source : Tensor
        One value for each position.
    accumulate : bool
        Whether values are added to the old ones.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.put(tapegrad.zeros(2, 2), tapegrad.tensor([0, -1]), tapegrad.ones(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    check_tensor("put", input)
    flat, values = positioned(input, index, source)
    if accumulate:
        return added(input, flat, values)
    return _replaced(input, flat, values, Op.PUT_FLAT)


def positioned(x: Tensor, index: Tensor, source: Tensor) -> tuple[Positions, Tensor]:
    check_tensor("put", index, "index")
    check_tensor("put", source, "source")
    if index.dtype is not dtypes.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {_title(index)}")
    if source.dtype is not x.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{_title(x)} and source.dtype = {_title(source)}"
        )
    if source.numel() != index.numel():
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.numel()}, index.numel() = {index.numel()}"
        )
    found = engine.readable(index)
    n = x.numel()
    for bad in found[(found < -n) | (found >= n)].ravel()[:1]:
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {n} elements.")
    return np.where(found < 0, found + n, found), source.reshape(tuple(index.shape))


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """Copy of `input` with values, one after the other, where a mask holds.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([1., -2., -3.])
    >>> tapegrad.masked_scatter(x, x < 0, tapegrad.tensor([7., 8., 9.]))
    tensor([1., 7., 8.])
    """
    check_tensor("masked_scatter", input)
    check_tensor("masked_scatter", mask, "mask")
    check_tensor("masked_scatter", source, "source")
    try:
        shape = np.broadcast_shapes(tuple(input.shape), tuple(mask.shape))
    except ValueError:
        engine.raise_shapes([mask, input])
    wide = input if tuple(input.shape) == shape else input.expand(shape)
    return _replaced(wide, *masked(wide, mask, source), Op.MASKED_SCATTER)


def masked(x: Tensor, mask: Tensor, source: Tensor) -> tuple[Positions, Tensor]:
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {_title(mask)}"
        )
    if source.dtype is not x.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{_title(x)} and {_title(source)}"
        )
    flat = np.flatnonzero(engine.readable(mask.expand(tuple(x.shape))))
    if source.numel() < flat.size:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    return flat, source.reshape(-1)[: flat.size]


def index_put(
    input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False
) -> Tensor:
    """Copy of `input` with values where index tensors point, as ``input[indices] = values``.

    Parameters
    ----------
    input : Tensor
        What is copied.
    indices : sequence of Tensor
        One for each of the first dimensions.
    values : Tensor
        Broadcast to what the indices give.
    accumulate : bool
        Whether values are added to the old ones.

    Examples
    --------
    >>> import tapegrad
    >>> at = tapegrad.tensor([0, 0])
    >>> tapegrad.index_put(tapegrad.zeros(2), (at,), tapegrad.tensor(1.), accumulate=True)
    tensor([2., 0.])
    """
    check_tensor("index_put", input)
    flat, source = indexed("index_put", input, indices, values, accumulate)
    if accumulate:
        return added(input, flat, source, Op.PUT_ADD)
    return _replaced(input, flat, source, Op.PUT)


def indexed(
    function: str, x: Tensor, indices: Any, values: Any, accumulate: Any
) -> tuple[Positions, Tensor]:
    if not isinstance(indices, list | tuple):
        raise wrong_type(function, "indices", "tuple of Tensors", indices)
    check_list(indices)
    check_tensor(function, values, "values")
    if not isinstance(accumulate, bool):
        raise wrong_type(function, "accumulate", "bool", accumulate)
    if not indices:
        raise RuntimeError(f"{function}(): expected at least one index tensor")
    for index in indices:
        if index.dtype.is_floating_point:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    arrays: list[npt.NDArray[Any] | None] = []
    for index in indices:
        found = engine.readable(index)
        if found.dtype.kind == "b":
            check_mask(found, len(arrays), tuple(x.shape))
            arrays += found.nonzero()
        else:
            arrays.append(found.astype(np.int64, copy=False))
    if len(arrays) > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim} (got {len(arrays)})")
    arrays += [None] * (x.ndim - len(arrays))
    flat, shape = advanced_positions(tuple(x.shape), arrays)
    return flat, broadcast_source(values, x, shape)
