"""What an index says: its basic part, which makes a view, and its index arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index as as_int
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tapegrad import engine
from tapegrad.arguments import type_name
from tapegrad.autograd.views import Geometry
from tapegrad.dtypes import from_numpy_dtype
from tapegrad.engine import TensorBase
from tapegrad.layouts import contiguous_strides, dense_strides
from tapegrad.ops.arguments import in_int64
from tapegrad.warning import warn_once

#: Numbers of elements in a tensor seen as a row-major array.
Positions = npt.NDArray[np.int64]
Shape = tuple[int, ...]

_KINDS: Final = (
    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
    "indices "
)
_NO_TUPLE: Final = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
    "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
    "tensor index, x[tapegrad.tensor(seq)], which will result either in an error or a different "
    "result"
)


class Basic(NamedTuple):
    """Part of an index that makes a view.

    `kind` is ``"select"`` (with `start`), ``"slice"`` or ``"new"`` (a dimension of size 1).
    """

    kind: str
    start: int = 0
    length: int = 1
    step: int = 1


class Index(NamedTuple):
    """An index, taken apart.

    `basic` is what makes the view that the rest is applied to; `arrays` are the index arrays for
    its dimensions (None: all of the dimension).
    """

    basic: list[Basic]
    arrays: list[npt.NDArray[Any] | None]

    @property
    def is_advanced(self) -> bool:
        """Whether it holds index arrays."""
        return any(a is not None for a in self.arrays)


def _as_items(index: Any) -> tuple[Any, ...]:
    if isinstance(index, tuple):
        return index
    if isinstance(index, list | str) and len(index) < 32:
        # As PyTorch: a list that holds anything but numbers means a tuple.
        for item in index:
            if item is None or item is Ellipsis:
                break
            if isinstance(item, slice | list | tuple | str | TensorBase | np.ndarray):
                break
        else:
            return (index,)
        warn_once(_NO_TUPLE)
        return tuple(index)
    return (index,)


def _index_array(item: Any) -> npt.NDArray[Any]:
    """Give an index that stands for several elements as an array of int64 or bool."""
    if isinstance(item, TensorBase):
        found = engine.readable(item)  # type: ignore[arg-type]
        if found.dtype.kind == "f":
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    elif isinstance(item, np.ndarray):
        found = item
        if found.dtype.kind not in "iubf":
            from_numpy_dtype(found.dtype)
    elif isinstance(item, str | bytes):
        raise TypeError(f"new(): invalid data type '{type_name(item)}'")
    elif isinstance(item, Sequence):
        try:
            found = np.asarray(item)
        except ValueError as error:
            raise ValueError(f"an index list must not be ragged: {error}") from None
        if found.size == 0:
            found = found.astype(np.int64)
        if found.dtype.kind not in "iubf":
            raise TypeError(f"new(): invalid data type '{type_name(found.ravel()[0])}'")
    else:
        raise IndexError(f"{_KINDS}(got {type_name(item)})")
    return found if found.dtype.kind == "b" else found.astype(np.int64, copy=False)


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


def _slice(item: slice, size: int) -> Basic:
    if item.step is not None:
        try:
            step = as_int(item.step)
        except TypeError:
            raise TypeError(
                "slice indices must be integers or None or have an __index__ method"
            ) from None
        if step == 0:
            raise ValueError("slice step cannot be zero")
        if step < 0:
            raise ValueError("step must be greater than zero")
    start, stop, step = item.indices(size)
    return Basic("slice", start, max(0, -(-(stop - start) // step)), step)


_BOOLS: Final = {True: np.zeros(1, np.int64), False: np.zeros(0, np.int64)}


def wrapped(found: npt.NDArray[Any], dim: int, size: int) -> Positions:
    """Index array with negative indices counted from the end."""
    if found.size:
        low, high = int(found.min()), int(found.max())
        if size == 0:
            raise IndexError("index is out of bounds for dimension with size 0")
        if high >= size or low < -size:
            bad = high if high >= size else low
            raise IndexError(f"index {bad} is out of bounds for dimension {dim} with size {size}")
        if low < 0:
            return np.where(found < 0, found + size, found)
    return found


def check_mask(mask: npt.NDArray[np.bool_], at: int, shape: Shape) -> None:
    """Refuse a mask of another shape than that of the dimensions that it stands for."""
    if mask.shape != shape[at : at + mask.ndim]:
        bad = next(d for d in range(mask.ndim) if mask.shape[d] != shape[at + d])
        raise IndexError(
            f"The shape of the mask {list(mask.shape)} at index {bad} does not match "
            f"the shape of the indexed tensor {list(shape)} at index {at + bad}"
        )


def parse(index: Any, shape: Shape) -> Index:
    """Take an index of a tensor of a shape apart.

    Raises
    ------
    IndexError, TypeError, ValueError
        If it is no index, or not one of such a tensor.
    """
    items = [_simplified(item) for item in _as_items(index)]
    ndim = len(shape)
    used = sum(map(_consumed, items))
    if used > ndim:
        first = items[0]
        if ndim == 0 and isinstance(index, int | np.integer):
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
                "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
            )
        if ndim == 0 and isinstance(first, slice):
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    basic: list[Basic] = []
    arrays: list[npt.NDArray[Any] | None] = []
    k = 0  # dimension of the tensor that comes next
    seen_ellipsis = False
    masks: list[tuple[npt.NDArray[np.bool_], int]] = []
    for item in items:
        if item is Ellipsis:
            if not seen_ellipsis:
                rest = ndim - used
                basic += [Basic("slice", 0, n, 1) for n in shape[k : k + rest]]
                arrays += [None] * rest
                k += rest
            seen_ellipsis = True
        elif item is None:
            basic.append(Basic("new"))
            arrays.append(None)
        elif isinstance(item, bool):
            basic.append(Basic("new"))
            arrays.append(_BOOLS[item])
        elif isinstance(item, int):
            size = shape[k]
            if not -size <= in_int64(item) < size:
                raise IndexError(
                    f"index {item} is out of bounds for dimension {k} with size {size}"
                )
            basic.append(Basic("select", item % size))
            k += 1
        elif isinstance(item, slice):
            part = _slice(item, shape[k])
            basic.append(part)
            arrays.append(None)
            k += 1
        elif item.dtype.kind == "b":
            masks.append((item, len(arrays)))
            basic += [Basic("slice", 0, n, 1) for n in shape[k : k + item.ndim]]
            arrays += item.nonzero()
            k += item.ndim
        else:
            basic.append(Basic("slice", 0, shape[k], 1))
            arrays.append(item)
            k += 1
    basic += [Basic("slice", 0, n, 1) for n in shape[k:]]
    arrays += [None] * (ndim - k)
    if masks:
        viewed = tuple(part.length for part in basic if part.kind != "select")
        for mask, at in masks:
            check_mask(mask, at, viewed)
    return Index(basic, arrays)


def view_change(parts: Sequence[Basic]) -> Callable[[Geometry], Geometry]:
    """Give what basic parts do to the geometry of memory; see `make_view`."""

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


def is_whole(parts: Sequence[Basic], shape: Shape) -> bool:
    """Tell whether basic parts leave a shape as it is."""
    return [*parts] == [("slice", 0, n, 1) for n in shape]


def flat_positions(shape: Shape, indices: Sequence[npt.NDArray[Any]]) -> Positions:
    """Flat positions of elements given by one array of indices for each dimension.

    The arrays broadcast against each other; what they hold is in range.
    """
    flat = np.zeros((), np.int64)
    for index, stride in zip(indices, contiguous_strides(shape), strict=True):
        flat = flat + index * stride
    return flat


def _other_dims(arrays: Sequence[npt.NDArray[Any] | None]) -> tuple[list[int], list[int]]:
    """Dimensions without index array that stand before and after those of the arrays."""
    at = [k for k, a in enumerate(arrays) if a is not None]
    together = at[-1] - at[0] == len(at) - 1
    before = list(range(at[0])) if together else []
    return before, [k for k, a in enumerate(arrays) if a is None and k not in before]


def advanced_positions(
    shape: Shape, arrays: Sequence[npt.NDArray[Any] | None]
) -> tuple[Positions, Shape]:
    """Flat positions that index arrays for some dimensions mean, and the shape of the result.

    The dimensions of the broadcast arrays stand where the arrays stand if those are neighbours,
    else first.
    """
    given = [(k, a) for k, a in enumerate(arrays) if a is not None]
    try:
        block = np.broadcast_shapes(*(a.shape for _, a in given))
    except ValueError:
        shapes = ", ".join(str(list(a.shape)) for _, a in given)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None
    before, after = _other_dims(arrays)
    found = (*(shape[k] for k in before), *block, *(shape[k] for k in after))
    indices: list[npt.NDArray[Any]] = [np.zeros(0)] * len(shape)
    for n, (k, a) in enumerate(given):
        # As PyTorch, errors count the index arrays.
        indices[k] = wrapped(a, n, shape[k]).reshape(a.shape + (1,) * len(after))
    for place, k in [*enumerate(before), *enumerate(after, len(before) + len(block))]:
        indices[k] = np.arange(shape[k]).reshape((-1,) + (1,) * (len(found) - place - 1))
    return np.broadcast_to(flat_positions(shape, indices), found), found


def gathered_strides(
    found: Shape, strides: Shape, arrays: Sequence[npt.NDArray[Any] | None]
) -> Shape:
    """Strides of what index arrays give: the other dimensions keep their order in memory."""
    before, after = _other_dims(arrays)
    block = (0,) * (len(found) - len(before) - len(after))
    steps = (*(strides[k] for k in before), *block, *(strides[k] for k in after))
    return dense_strides(found, steps)
