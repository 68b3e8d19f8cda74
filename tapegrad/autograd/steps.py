"""One step of a backward pass by itself: the gradients of each input of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapegrad import engine
from tapegrad.autograd.edges import Edge, edges
from tapegrad.autograd.hook_calls import all_replaced
from tapegrad.autograd.misuse import check_saved, raise_stopped
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.autograd.sweep import Sweep, load_kernels
from tapegrad.engine import Op, core
from tapegrad_kernels import abi
from tapegrad_kernels.abi import Status
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.tape import Tape

#: Row and gradient of an input, by its number.
Parts = dict[int, tuple[int, "Tensor"]]


def hooked_step(tape: Tape, row: int, gradient: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Give the inputs of a row that the host runs, with their gradients after the node's hooks."""
    state = tape.state(row) if tape.columns.column("flags")[row] & abi.HOOKED else None
    hooks = [*state.node_hooks.values()] if state is not None else []
    parts = _step(tape, row, gradient)
    if hooks:
        slots = [edge.slot if edge.row else -1 for edge in _own_edges(tape, row)]
        given = tuple(parts[slot][1] if slot in parts else None for slot in slots)
        for hook in hooks:
            given = all_replaced(hook, given, hook(given, (gradient,)))
        for slot, changed in zip(slots, given, strict=True):
            if slot in parts and changed is not None:
                parts[slot] = parts[slot][0], changed
            else:
                parts.pop(slot, None)
    yield from parts.values()


def _own_edges(tape: Tape, row: int) -> list[Edge]:
    """Edges of which this row has the gradients."""
    if int(tape.columns.column("op")[row]) != Op.COPY_SLICES:
        return edges(tape, row)
    return [Edge(slot, source) for slot, source in enumerate(tape.inputs(row))]


def _step(tape: Tape, row: int, gradient: Tensor) -> Parts:
    from tapegrad.ops.rules import run_rule

    if int(tape.columns.column("op")[row]) <= opcodes.LAST_ELEMENTWISE:
        return _elementwise_step(tape, row, gradient)
    return {slot: (source, part) for slot, source, part in run_rule(tape, row, gradient)}


def _elementwise_step(tape: Tape, row: int, gradient: Tensor) -> Parts:
    """Run a row's compiled rule once for each input, in a pass that ends there."""
    flags = tape.columns.column("flags")
    mine = int(flags[row])
    state = tape.state(row) if mine & abi.HOOKED else None
    scalar = state.scalar if state is not None else 0
    found: Parts = {}
    for slot, name in enumerate(("in0", "in1", "aux")):
        source = int(tape.columns.column(name)[row])
        need = abi.NEEDS0 << slot
        if not mine & need or not flags[source] & abi.REQUIRES_GRAD:
            continue
        held = int(flags[source])
        flags[row] = mine & ~(abi.NEEDS | abi.HOSTED | abi.HOOKED) | need | scalar
        flags[source] |= abi.HOOKED
        try:
            found[slot] = source, _pass(tape, row, gradient)
        finally:
            flags[row], flags[source] = mine, held
    return found


def _pass(tape: Tape, row: int, gradient: Tensor) -> Tensor:
    """Adjoint of the input at which a pass that begins at a row stops."""
    frames: list[int] = []
    try:
        sweep = Sweep(tape, True, frames, watched=False)
        sweep.give(row, gradient)
        while True:
            status = core.run_sweep(sweep.address)
            at = int(tape.columns.frame_record(sweep.address)["top"])
            if status == Status.HOOK:
                return sweep.take(at)
            if status != Status.KERNEL:
                raise_stopped(tape, status, at)
            load_kernels(tape, at)
    finally:
        if frames and frames[-1]:
            core.close_frame(frames[-1])


@engine.with_rows_held
def call_node(tape: Tape, row: int, gradient: Tensor | None) -> list[Tensor | None]:
    """Gradients for the edges of a row's node; the row keeps what it saved."""
    check_saved(tape, row)
    own = _own_edges(tape, row)
    if gradient is None:
        return [None] * len(own)
    parts = in_modes(OFF, _step, tape, row, gradient)
    return [parts[e.slot][1] if e.row and e.slot in parts else None for e in own]
