"""The context record and the reserved columns: all that compiled code finds its data through."""

from __future__ import annotations

import ctypes
import itertools
import mmap
import os
import sys
import threading
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

from tapegrad_kernels import abi
from tapegrad_kernels.abi import CONTEXT_SYMBOL
from tapegrad_kernels.locks import fork_safe

#: The one context record of the process.
CONTEXT: np.ndarray[Any, np.dtype[np.void]] = np.zeros(1, abi.CONTEXT)
llvm.add_symbol(CONTEXT_SYMBOL, CONTEXT.ctypes.data)

# Python 3.11 and 3.12 do not name the flag; the value is that of Linux, and 0 elsewhere.
_NO_RESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000 if sys.platform == "linux" else 0)

# Reserved memory is never given back: compiled code holds raw addresses into it.
_reserved: list[mmap.mmap] = []
_colours = itertools.count()


def reserve(nbytes: int, *, forever: bool = True) -> tuple[int, mmap.mmap]:
    """Reserve zeroed address space that costs memory only where it is touched.

    Returns the address and the mapping that owns it.
    """
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE
    size = -(-(max(nbytes, 1) + mmap.PAGESIZE) // mmap.PAGESIZE) * mmap.PAGESIZE
    try:
        block = mmap.mmap(-1, size, flags=flags)
    except OSError as error:
        raise MemoryError(
            f"could not reserve {size} bytes of address space ({error}); lower TAPEGRAD_TAPE_ROWS "
            "or raise the process's address space limit (ulimit -v)"
        ) from None
    if forever:
        _reserved.append(block)
    # Columns that all begin on a page would put one row's words into one set of the first-level
    # cache, which has fewer ways than there are columns.
    colour = next(_colours) * 5 % 64 * 64
    return ctypes.addressof(ctypes.c_char.from_buffer(block)) + colour, block


# The whole address space as one buffer: arrays over engine memory are made from it without a ctypes
# type of their own for each length. Nothing is read until such an array is.
_FIRST = 4096  # NumPy takes a buffer at address 0 for none at all
_everything: Any = (ctypes.c_char * (2**47 - _FIRST)).from_address(_FIRST)


def view(
    address: int,
    dtype: npt.DTypeLike,
    shape: int | tuple[int, ...],
    strides: tuple[int, ...] | None = None,
) -> npt.NDArray[Any]:
    """Give an array over raw engine memory (strides in bytes). It owns and keeps nothing."""
    return np.ndarray(shape, dtype, _everything, address - _FIRST, strides)


def physical_memory() -> int:
    """Bytes of memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _setting(name: str, default: int) -> int:
    text = os.environ.get(name)
    if text is None:
        return default
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value <= 0:
        raise ValueError(f"{name} must be a positive integer, got {text!r}")
    return value


#: Rows of the default tape.
TAPE_ROWS: int = _setting("TAPEGRAD_TAPE_ROWS", 1 << 26)

_SIZES = {
    "layouts": 1 << 21,
    "pool": 1 << 26,
    "storages": 1 << 26,
    "handles": 1 << 26,
    "modes": 4096,
    "memo": 1 << 12,
}
_STORAGE_COLUMNS = {
    "s_address": 8, "s_bytes": 8, "s_ref": 4, "s_version": 4, "s_kind": 4, "s_owner": 8,
}  # fmt: skip
_HANDLE_COLUMNS = {
    "h_row": 4, "h_tape": 8, "h_ref": 4, "h_object": 8,
    "h_parent": 4, "h_pins": 4, "h_layout": 4, "h_offset": 8,
}  # fmt: skip
SIZE_CLASSES = 256


def _fill_context() -> None:
    c = CONTEXT[0]
    for name, width in _STORAGE_COLUMNS.items():
        c[name] = reserve(_SIZES["storages"] * width)[0]
    for name, width in _HANDLE_COLUMNS.items():
        c[name] = reserve(_SIZES["handles"] * width)[0]
    c["storages_capacity"] = _SIZES["storages"]
    c["handles_capacity"] = _SIZES["handles"]
    # Number 0 of each table means "none".
    c["n_storages"] = c["n_handles"] = c["n_layouts"] = 1
    c["layouts"] = reserve(_SIZES["layouts"] * 8)[0]
    c["layouts_capacity"] = _SIZES["layouts"]
    c["layout_pool"] = reserve(_SIZES["pool"] * 8)[0]
    c["pool_capacity"] = _SIZES["pool"]
    c["layout_hash"] = reserve(2 * _SIZES["layouts"] * 4)[0]
    c["hash_mask"] = 2 * _SIZES["layouts"] - 1
    c["memo"] = reserve(_SIZES["memo"] * 16)[0]
    c["memo_mask"] = _SIZES["memo"] - 1
    c["modes"] = reserve(_SIZES["modes"] * 32)[0]
    c["modes_capacity"] = _SIZES["modes"]
    c["heads"] = reserve(SIZE_CLASSES * 8)[0]
    memory = physical_memory()
    size = 1 << 46
    while True:
        try:
            c["arena"] = reserve(size)[0]
            break
        except MemoryError:
            size //= 4
            if size < memory:
                raise
    c["arena_bytes"] = size
    c["memory_limit"] = _setting("TAPEGRAD_MEMORY_LIMIT", memory)
    c["cache_limit"] = _setting("TAPEGRAD_CACHE_BYTES", max(memory // 8, 1 << 28))
    c["scratch"] = reserve(1 << 16)[0]
    c["gather"] = reserve(abi.MAX_OPERANDS * abi.BLOCK * 16)[0]
    c["debug"] = int(os.environ.get("TAPEGRAD_DEBUG", "0") not in ("", "0"))


_fill_context()


_adding_frame = fork_safe(threading.Lock())

_N = list(abi.TAPE.names or ()).index("n")


class TapeColumns:
    """The reserved columns of one tape and its record."""

    _numbers = iter(range(1, 1 << 62))

    def __init__(self, capacity: int) -> None:
        if not 16 <= capacity <= 2**30:
            raise ValueError(f"a tape holds 16 to 2**30 rows, got {capacity}")
        self.record: np.ndarray[Any, np.dtype[np.void]] = np.zeros(1, abi.TAPE)
        self._words = self.record.view(np.int64)
        self.capacity = capacity
        self._blocks: list[mmap.mmap] = []
        r = self.record[0]
        for name, kind in abi.ROW_COLUMNS.items():
            if name != "adj":
                r[name] = self._reserve(capacity * kind.itemsize)
        self._columns = {
            name: view(int(r[name]), kind, capacity)
            for name, kind in abi.ROW_COLUMNS.items()
            if name != "adj"
        }
        r["remap"] = self._reserve(capacity * 4)
        self._frames = np.zeros(abi.FRAME_LIMIT, abi.FRAME)
        r["frames"] = self._frames.ctypes.data
        r["capacity"] = capacity
        r["soft_limit"] = min(capacity, abi.FIRST_LIMIT)
        r["address"] = self.record.ctypes.data
        r["n"] = 1  # row 0 means "none"
        r["number"] = next(self._numbers)

    def _reserve(self, nbytes: int) -> int:
        address, block = reserve(nbytes, forever=False)
        self._blocks.append(block)
        return address

    @property
    def address(self) -> int:
        """Address of the tape's record."""
        return self.record.ctypes.data

    def column(self, name: str) -> npt.NDArray[Any]:
        """Rows in use of one column, shared with compiled code."""
        return self._columns[name][: int(self._words[_N])]

    def add_frame(self) -> None:
        """Reserve the columns of one more sweep frame."""
        with _adding_frame:
            for k in range(abi.FRAME_LIMIT):
                frame = self._frames[k]
                if frame["adj"] == 0:
                    frame["tape"] = self.address
                    words = self.capacity
                    for level in range(5):
                        words = words // 64 + 1
                        frame[f"level{level}"] = self._reserve(words * 8)
                    frame["results"] = self._reserve(self.capacity * 4)
                    # Last: it tells other threads that the frame is ready.
                    frame["adj"] = self._reserve(self.capacity * 8)
                    return
        raise RuntimeError(
            f"{abi.FRAME_LIMIT} backward passes are running inside each other; "
            "a hook that calls backward() must end"
        )

    def frame_record(self, address: int) -> np.void:
        """Record of the frame at an address, shared with compiled code."""
        record: np.void = self._frames[(address - self._frames.ctypes.data) // abi.FRAME.itemsize]
        return record
