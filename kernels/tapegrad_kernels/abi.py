"""The ABI of the tape: dtype codes, flags, status codes and record layouts.

This is docs/adr/0001-abi.md in code. Everything compiled depends on it, and it depends on nothing.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np


class DType(IntEnum):
    """Element types, in the order of the kernel tables."""

    FLOAT32 = 0
    FLOAT64 = 1
    INT64 = 2
    INT32 = 3
    BOOL = 4


N_DTYPES: Final = len(DType)

#: The NumPy type of each code.
NUMPY_DTYPES: Final = tuple(
    np.dtype(t) for t in (np.float32, np.float64, np.int64, np.int32, np.bool_)
)

#: Bytes of one element of each code.
ITEMSIZES: Final = tuple(d.itemsize for d in NUMPY_DTYPES)

# Row flags.
REQUIRES_GRAD: Final = 1  # the row takes part in differentiation
NEEDS0: Final = 2  # input k wants an adjoint
NEEDS1: Final = 4
NEEDS2: Final = 8
SAVED0: Final = 16  # the reverse rule reads input k's value
SAVED1: Final = 32
SAVED2: Final = 64
SAVED_OUT: Final = 128  # the reverse rule reads the row's own value
FREED: Final = 256  # saved values were released by a sweep
INLINE: Final = 512  # the value lives in the row
SCALAR: Final = 1024  # elementwise, one float element everywhere: swept by the switch
HOSTED: Final = 2048  # the reverse rule runs in the host
HOOKED: Final = 4096  # the host looks at the adjoint before it is used
SPILLED: Final = 8192  # the value was released; only the row is left
WIDE: Final = 16384  # with SCALAR: float64, not float32
NUMBER: Final = 32768  # a constant that was a Python number, not a tensor
NEEDS: Final = NEEDS0 | NEEDS1 | NEEDS2
SAVED: Final = SAVED0 | SAVED1 | SAVED2 | SAVED_OUT


class Status(IntEnum):
    """Negative results of compiled entry points; the host repairs or raises, then may retry."""

    HOST = -1  # not a case for compiled code: the host decides
    DTYPES = -2  # operands need a cast
    ROOM = -3  # compact the tape or declare it full
    KERNEL = -4  # the kernel is not loaded yet
    MEMORY = -5  # no memory
    STALE = -6  # the handle's value was overwritten elsewhere: refresh it
    SHAPES = -7  # shapes do not broadcast
    FOREIGN = -8  # a tensor of another tape
    TABLE = -9  # a fixed table (descriptors, storages, handles) is full
    FREED_TWICE = -10  # backward through saved values that are gone
    MODIFIED = -11  # a saved value was overwritten
    BOUNDS = -12  # debug arena: an operand leaves its storage
    DONE = -13  # the sweep has ended
    HOOK = -14  # the sweep stopped at a hooked row
    RULE = -15  # the sweep stopped at a row with a rule in the host
    RELEASED = -16  # the tensor's value is gone


def _record(*fields: str) -> np.dtype[np.void]:
    return np.dtype([(name, np.int64) for line in fields for name in line.split()])


#: Name by which compiled code finds the context record.
CONTEXT_SYMBOL: Final = "tapegrad_context"

#: One per process. Addresses unless the name says otherwise.
CONTEXT: Final = _record(
    "tensor_type slow_unary slow_binary float_type int_type",  # Python objects (borrowed)
    "tape thread grad_mode inference",  # state of the running thread
    "modes n_modes modes_capacity default_tape",  # states of the other threads
    "forward forward_data forward_kind reverse",  # kernel tables
    "in_switch saves differentiable unit result condition",  # op table columns
    "layouts n_layouts layouts_capacity layout_pool pool_used pool_capacity",
    "layout_hash hash_mask memo memo_mask",
    "s_address s_bytes s_ref s_version s_kind s_owner n_storages storages_capacity free_storage",
    "h_row h_tape h_ref h_object h_parent h_pins h_layout h_offset",
    "n_handles handles_capacity free_handle",
    "heads arena arena_used arena_bytes live_bytes cached_bytes cache_limit memory_limit",
    "orphans scratch gather debug zero_dim",
    "dgemm sgemm error_row error_input stopped watched",
)

#: One per tape.
TAPE: Final = _record(
    "op flags in0 in1 aux layout ref vref val ver adj",
    "n capacity soft_limit live number frames remap running address keep",
)

#: One per running sweep.
FRAME: Final = _record(
    "tape adj level0 level1 level2 level3 level4 retain results n_results busy top passed allowed",
)

#: Bytes of one row's columns, `adj` counted.
ROW_COLUMNS: Final[dict[str, np.dtype[Any]]] = {
    "op": np.dtype(np.int16),
    "flags": np.dtype(np.uint16),
    "in0": np.dtype(np.int32),
    "in1": np.dtype(np.int32),
    "aux": np.dtype(np.int32),
    "layout": np.dtype(np.int32),
    "ref": np.dtype(np.int32),
    "vref": np.dtype(np.int32),
    "val": np.dtype(np.int64),
    "ver": np.dtype(np.int32),
    "adj": np.dtype(np.int64),
}
BYTES_PER_ROW: Final = sum(d.itemsize for d in ROW_COLUMNS.values())

# Words of a parameter block (a storage that `aux` of a structured row names): the number of
# variadic inputs, their rows, then the op's static parameters.
P_VARIADIC: Final = 0

# Descriptor words in the layout pool.
L_DTYPE: Final = 0
L_NDIM: Final = 1
L_NUMEL: Final = 2
L_DENSE: Final = 3  # 1: row-major; 2: dense and non-overlapping in another order; 0: neither
L_SHAPE: Final = 4  # then the strides

ROW_MAJOR: Final = 1
DENSE: Final = 2

MAX_DIMS: Final = 32
#: Elements of a gather block: strided operands are copied through blocks that stay in cache.
BLOCK: Final = 1024
MAX_OPERANDS: Final = 8

FRAME_LIMIT: Final = 32

#: Rows a tape fills before it is compacted for the first time; small enough to stay in the cache.
FIRST_LIMIT: Final = 1 << 14

#: What `queries.ask` can tell of a handle, in its numbering.
QUESTIONS = (
    "row_info", "handle_tape", "layout_of", "flags_of", "address_of", "share", "offset",
    "parent_of", "is_alive", "is_leaf", "current",
)  # fmt: skip
