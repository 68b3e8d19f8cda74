"""What is said of a graph that cannot be gone through: values freed, or overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np

from tapegrad.autograd.edges import ENDS, name_of, output_number, short_name, shown
from tapegrad.engine import CONTEXT, core
from tapegrad.errors import raise_status
from tapegrad.layouts import layout_at
from tapegrad_kernels import abi
from tapegrad_kernels.abi import Status
from tapegrad_kernels.context import view

if TYPE_CHECKING:
    from tapegrad.tape import Tape

_SECOND_TIME: Final = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)
_TYPES: Final = {
    "float32": "tapegrad.FloatTensor",
    "float64": "tapegrad.DoubleTensor",
    "int64": "tapegrad.LongTensor",
    "int32": "tapegrad.IntTensor",
    "bool": "CPUBoolType",
}


def raise_stopped(tape: Tape, status: int, row: int) -> NoReturn:
    """Raise what made a sweep stop at a row."""
    if status == Status.FREED_TWICE:
        raise RuntimeError(_SECOND_TIME)
    if status == Status.MODIFIED:
        check_saved(tape, row)  # not what the context says, which other threads write, too
    raise_status(status)


def check_saved(tape: Tape, row: int) -> None:
    """Refuse to run a row of which a saved value is gone or was overwritten."""
    columns = tape.columns
    flags = columns.column("flags")
    mine = int(flags[row])
    if mine & abi.FREED:
        raise RuntimeError(_SECOND_TIME)
    versions = view(int(CONTEXT[0]["s_version"]), np.int32, int(CONTEXT[0]["n_storages"]))
    for k, source in enumerate(_sources(tape, row)):
        if not mine & abi.SAVED0 << k or flags[source] & abi.INLINE:
            continue
        storage = int(columns.column("val")[source]) & 0xFFFFFFFF
        if versions[storage] != columns.column("ver")[source]:
            _raise_modified(tape, row, k)


def _sources(tape: Tape, row: int) -> list[int]:
    return [*(int(tape.columns.column(name)[row]) for name in ("in0", "in1", "aux")), row]


def _origin(tape: Tape, row: int) -> str:
    """What a row is the output of, in PyTorch's words; nothing for leaves and constants."""
    maker = shown(tape, row)
    if int(tape.columns.column("op")[maker]) in ENDS:
        return ""
    name = short_name(name_of(tape, maker))
    return f", which is output {output_number(tape, maker)} of {name}," if name else ""


def _present_origin(tape: Tape, row: int) -> str:
    """What the tensor that had a row's value is the output of after it was overwritten."""
    columns = tape.columns
    values, layouts = columns.column("val"), columns.column("layout")
    c = CONTEXT[0]
    n = int(c["n_handles"])
    mine = view(int(c["h_tape"]), np.int64, n) == columns.address
    mine &= view(int(c["h_object"]), np.int64, n) != 0
    rows = view(int(c["h_row"]), np.int32, n).copy()  # other threads may go on writing
    for handle in np.flatnonzero(mine & (rows > row) & (rows < len(values))).tolist():
        k = rows[handle]
        if values[k] == values[row] and layouts[k] == layouts[row]:
            # In one step, within which no other thread can let go of it.
            held = next(map(core.tensor_of, filter(core.is_alive, (handle,))), None)
            if held is not None:
                return _origin(tape, core.row_info(core.handle_of(held)))
    return _origin(tape, row)


def _raise_modified(tape: Tape, row: int, k: int) -> NoReturn:
    """Raise the error about input `k` of a row (3: its own value), which was overwritten."""
    columns = tape.columns
    source = _sources(tape, row)[k]
    layout = layout_at(int(columns.column("layout")[source]))
    storage = int(columns.column("val")[source]) & 0xFFFFFFFF
    version = int(view(int(CONTEXT[0]["s_version"]), np.int32, storage + 1)[storage])
    origin = _origin(tape, source) if k == 3 else _present_origin(tape, source)
    raise RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [{_TYPES[layout.dtype.name]} {list(layout.shape)}]{origin} is at version "
        f"{version}; expected version {int(columns.column('ver')[source])} instead. Hint: enable "
        "anomaly detection to find the operation that failed to compute its gradient, with "
        "tapegrad.autograd.set_detect_anomaly(True, check_nan=False). The operation that needs the "
        f"value is {name_of(tape, row)}; write to a clone() of the tensor, or use it before it is "
        "overwritten."
    )
