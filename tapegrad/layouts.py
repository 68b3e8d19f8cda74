"""The host's view of interned descriptors."""

from __future__ import annotations

import math
import threading
from typing import Final, NamedTuple

import numpy as np

from tapegrad.dtypes import BY_CODE, dtype
from tapegrad.errors import raise_status
from tapegrad.size import Size
from tapegrad_kernels.abi import L_SHAPE, MAX_DIMS, ROW_MAJOR
from tapegrad_kernels.binding import core
from tapegrad_kernels.context import CONTEXT, view
from tapegrad_kernels.locks import fork_safe


class Layout(NamedTuple):
    """dtype, shape and strides (in elements) of a value."""

    number: int
    dtype: dtype
    shape: Size
    strides: tuple[int, ...]
    numel: int
    row_major: bool
    byte_strides: tuple[int, ...]


_by_number: dict[int, Layout] = {}
_numbers: dict[tuple[int, tuple[int, ...]], int] = {}
_words = np.zeros(2 + 2 * MAX_DIMS, np.int64)
_words_address: Final = _words.ctypes.data
_words_lock: Final = fork_safe(threading.Lock())
#: PyTorch counts bytes in an int64, too.
_LARGEST: Final = 2**63 - 1


def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides of a row-major array, in elements.

    >>> contiguous_strides((2, 3, 4))
    (12, 4, 1)
    """
    strides = [1] * len(shape)
    for k in range(len(shape) - 2, -1, -1):
        strides[k] = strides[k + 1] * max(shape[k + 1], 1)
    return tuple(strides)


def dense_strides(shape: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int, ...]:
    """Strides without gaps or overlaps that keep the order of a tensor's dimensions in memory.

    A dimension of stride 0 has no place of its own: it stays where it is among the others.

    >>> dense_strides((2, 3), (1, 4))
    (1, 2)
    """
    order = list(range(len(shape)))[::-1]
    for k in range(1, len(order)):
        at = k
        for before in reversed(range(k)):
            a, b = order[before], order[at]
            if not (strides[a] and strides[b]):
                continue
            if strides[a] < strides[b]:
                break
            if strides[a] > strides[b] or shape[a] > shape[b]:
                order[before], order[at] = b, a
                at = before
    found = [1] * len(shape)
    step = 1
    for dim in order:
        found[dim] = step
        step *= max(shape[dim], 1)
    return tuple(found)


def number_of(code: int, shape: tuple[int, ...], strides: tuple[int, ...] | None = None) -> int:
    """Descriptor number of a dtype code, a shape and strides (row-major where None).

    Raises
    ------
    RuntimeError
        If there are too many dimensions, or more elements than memory can have.
    """
    if strides is None:
        known = _numbers.get((code, shape))
        if known is not None:
            return known
    ndim = len(shape)
    if ndim > MAX_DIMS:
        raise RuntimeError(f"tensors have at most {MAX_DIMS} dimensions, got {ndim}")
    if math.prod(shape) > _LARGEST // 8:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(shape)}: make the tensor smaller"
        )
    with _words_lock:
        _words[0] = code
        _words[1] = ndim
        _words[2 : 2 + ndim] = shape
        _words[2 + ndim : 2 + 2 * ndim] = contiguous_strides(shape) if strides is None else strides
        number: int = core.intern_words(_words_address)
    if number < 0:
        raise_status(number)
    if strides is None:
        _numbers[(code, tuple(shape))] = number
    return number


def layout_at(number: int) -> Layout:
    """Descriptor with a number."""
    known = _by_number.get(number)
    if known is not None:
        return known
    c = CONTEXT[0]
    start = int(view(int(c["layouts"]), np.int64, number + 1)[number])
    head = view(int(c["layout_pool"]) + 8 * start, np.int64, L_SHAPE)
    ndim = int(head[1])
    words = view(int(c["layout_pool"]) + 8 * start, np.int64, L_SHAPE + 2 * ndim).tolist()
    made = Layout(
        number,
        BY_CODE[words[0]],
        Size(words[L_SHAPE : L_SHAPE + ndim]),
        tuple(words[L_SHAPE + ndim :]),
        words[2],
        words[3] == ROW_MAJOR,
        tuple(s * BY_CODE[words[0]].itemsize for s in words[L_SHAPE + ndim :]),
    )
    _by_number[number] = made
    return made
