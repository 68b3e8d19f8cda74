"""The host's side of a backward pass: seeds, stops at hooks and rules, results at the leaves."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import engine
from tapegrad.autograd import accumulation
from tapegrad.autograd.accumulation import accumulate, deliver
from tapegrad.autograd.hook_calls import before_keeping, before_node
from tapegrad.autograd.misuse import raise_stopped
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.autograd.node import await_row
from tapegrad.engine import CONTEXT, Op, core
from tapegrad.errors import raise_status
from tapegrad.layouts import layout_at
from tapegrad_kernels import abi
from tapegrad_kernels.abi import N_DTYPES, Status
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.tape import Tape

_DONE: Final = int(Status.DONE)


class Sweep:
    """One backward pass over one tape.

    Parameters
    ----------
    tape : Tape
        Where the roots were recorded.
    retain : bool
        Whether saved values are kept for another pass.
    frames : list of int
        Addresses of the frames that have been started, which the caller closes; the last is the
        pass's own, and is put there if there is none.
    watched : bool
        Whether the pass keeps adjoints if the tape asks for it.
    """

    def __init__(
        self, tape: Tape, retain: bool, frames: list[int], *, watched: bool = True
    ) -> None:
        self.tape = tape
        while not frames or not frames[-1]:
            if frames:
                tape.columns.add_frame()
            _begin(frames, core.begin, tape.columns.address, int(retain))
        self.address = frames[-1]
        self._frame = tape.columns.frame_record(self.address)
        #: Adjoints caught on the way, by row.
        self.captured: dict[int, Tensor] = {}
        self.capture: set[int] = set()
        #: Rows among `capture` behind which nothing is asked for: their own rules do not run.
        self.ends: set[int] = set()
        #: Bitmap of the rows that may be visited, where the pass is restricted.
        self.allowed: np.ndarray[Any, np.dtype[np.uint64]] | None = None
        self._watched: list[int] = []
        if tape.keep_adjoints and watched:
            tape.adjoints = {}
            self._watch()

    def seed(self, row: int, gradient: Tensor | None) -> None:
        """Give a root its adjoint: ones where `gradient` is None."""
        if gradient is None:
            layout = layout_at(int(self.tape.columns.column("layout")[row]))
            if layout.numel == 1:
                core.seed_one(self.address, row)
                return
            gradient = engine.empty(layout.dtype.code, tuple(layout.shape))
            engine.array(gradient)[...] = 1
        self.give(row, gradient)

    def goes_to(self, row: int) -> bool:
        """Tell whether the pass, which may be restricted to some inputs, visits a row."""
        words = self.allowed
        return words is None or bool(int(words[row >> 6]) >> (row & 63) & 1)

    def give(self, row: int, gradient: Tensor) -> None:
        """Add a tensor to the adjoint of a row."""
        layout = layout_at(int(self.tape.columns.column("layout")[row]))
        if gradient.dtype is not layout.dtype:
            gradient = gradient.to(layout.dtype)
        while True:
            status = core.give_adjoint(self.address, row, core.handle_of(gradient))
            if status >= 0:
                return
            if status != Status.KERNEL:
                raise_status(status)
            engine.load_reverse(Op.ADD, layout.dtype.code)

    def take(self, row: int) -> Tensor:
        """Take the adjoint of a row as a tensor."""
        while True:
            handle = core.take_adjoint(self.address, row)
            if handle > 0:
                made: Tensor = core.new_object(handle)
                return made
            if handle != Status.ROOM:
                raise_status(handle)
            engine.make_room()

    def run(self, status: int | None = None) -> list[tuple[Tensor | None, Tensor]]:
        """Run to the end; gives the leaves (None: nobody holds it any more) with their adjoints.

        `status` says where a pass that has been started stopped.
        """
        tape = self.tape
        while True:
            if status is None:
                status = core.run_sweep(self.address)
            if status == Status.DONE:
                break
            row = int(self._frame["top"])
            if status == Status.HOOK:
                self._at_hook(row)
            elif status == Status.RULE:
                self._at_rule(row)
            elif status == Status.KERNEL:
                load_kernels(tape, row)
            else:
                raise_stopped(tape, status, row)
            status = None
        found: list[tuple[Tensor | None, Tensor]] = []
        for k in range(core.count_results(self.address)):
            row = core.result_row(self.address, k)
            handle = core.result_leaf(self.address, k)
            # Before anything is allocated: the collector might take a leaf that only a cycle holds.
            leaf = engine.tensor_of(handle) if handle else None
            adjoint = self.take(row)
            if tape.keep_adjoints:
                self._keep(row, adjoint)
            found.append((leaf, adjoint))
        return found

    def stop_at(self, row: int) -> None:
        """Stop at a row, in this pass and all others: one that runs now may want it, too."""
        await_row(self.tape, row)

    def unwatch(self) -> None:
        """Take back the stops of `_watch`, while rows stay where they are."""
        if not self._watched:
            return
        flags = self.tape.columns.column("flags")
        for row in self._watched:
            state = self.tape.state(row)
            if state is None or not state.is_awaited:
                flags[row] &= 0xFFFF ^ abi.HOOKED

    def _watch(self) -> None:
        """Stop at every row, so that its adjoint can be kept."""
        flags, ops = self.tape.columns.column("flags"), self.tape.columns.column("op")
        inner = (flags & abi.REQUIRES_GRAD != 0) & (flags & abi.HOOKED == 0) & (ops > Op.LINK)
        self._watched = np.flatnonzero(inner).tolist()
        flags[inner] |= abi.HOOKED
        for row in self._watched:
            state = self.tape.state(row)
            if state is not None:  # hooks that a dead row of the same number left
                state.hooks, state.pre_hooks, state.retained = {}, {}, None

    def _keep(self, row: int, gradient: Tensor) -> None:
        """Keep a copy of an adjoint, on the global tape: a private one holds only its program."""
        outer = core.active_tape()
        try:
            core.set_tape(int(CONTEXT[0]["default_tape"]))
            self.tape.adjoints[row] = engine.from_array(engine.array(gradient))
        finally:
            core.set_tape(outer)

    def _at_hook(self, row: int) -> None:
        state = self.tape.state(row)
        gradient = self.take(row)
        if row in self.capture and row not in self.ends:
            self.captured[row] = gradient  # as it comes in, where the pass goes on, as in PyTorch
        if state is not None:
            gradient = in_modes(OFF, before_keeping, state, gradient)
        if self.tape.keep_adjoints:
            self._keep(row, gradient)
        if state is not None and state.retained is not None:
            owner = state.retained()
            if owner is not None and not owner.is_leaf:
                accumulation.retain(owner, gradient)
        if row in self.ends:
            self.captured[row] = gradient
            return
        if state is not None:
            changed = in_modes(OFF, before_node, state, gradient)
            if changed is None:
                return
            gradient = changed
        self._frame["passed"] = row
        self.give(row, gradient)

    def _at_rule(self, row: int) -> None:
        from tapegrad.autograd.steps import hooked_step

        def run() -> None:
            for source, part in hooked_step(self.tape, row, self.take(row)):
                if self.goes_to(source):
                    self.give(source, part)

        in_modes(OFF, run)
        core.finish_rule(self.address, row)
        columns = self.tape.columns
        if int(columns.column("op")[row]) == Op.COPY_SLICES and not self._frame["retain"]:
            # PyTorch's node lets go of the op that it holds, whatever that has saved.
            columns.column("flags")[row] |= abi.FREED


def load_kernels(tape: Tape, row: int) -> None:
    """Load what the sweep misses for a row."""
    columns = tape.columns
    # What is missing may be the kernel that adds adjoints.
    for code in range(2):
        if not engine.TABLES["reverse"][Op.ADD * 3 * N_DTYPES + code]:
            engine.load_reverse(Op.ADD, code)
    op = int(columns.column("op")[row])
    if op == Op.MM:
        engine.repair(Status.KERNEL, op, ())
    if op > opcodes.LAST_ELEMENTWISE:
        return
    engine.load_reverse(op, layout_at(int(columns.column("layout")[row])).dtype.code)


def backward_one(root: Tensor, retain: bool) -> bool:
    """Do all of ``root.backward()`` in the common case: one element, on the global tape.

    Gives False, having done nothing, where it is not that case.
    """
    frames: list[int] = []
    try:
        _begin(frames, core.backward, root, retain)
        frame = frames[0]
        if not frame:
            return False
        # Asked again: what the context says may already be another thread's.
        stopped = core.run_sweep(frame)
        if stopped != _DONE:
            for leaf, adjoint in Sweep(_default_tape(), retain, frames).run(stopped):
                if leaf is not None:
                    deliver(leaf, adjoint)
            return True
        for k in range(core.count_results(frame)):
            handle = core.result_leaf(frame, k)
            leaf = core.tensor_of(handle) if handle else None
            adjoint = core.take_result(frame, k)
            if adjoint.__class__ is int:
                adjoint = Sweep(_default_tape(), retain, frames).take(core.result_row(frame, k))
            if leaf is not None:
                accumulate(leaf, adjoint)
    finally:  # without a call before it, as an interrupt may come after any
        if frames and frames[-1]:
            core.close_frame(frames[-1])
    return True


def _begin(frames: list[int], start: Callable[..., int], *args: Any) -> None:
    """Start a pass and note its frame in one step, which no interrupt can divide."""
    frames.extend(map(start, *[(value,) for value in args]))


def _default_tape() -> Tape:
    return engine.tapes[int(CONTEXT[0]["default_tape"])]


def run_backward(
    roots: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    *,
    retain: bool,
    inputs: Sequence[Tensor] | None = None,
    accumulate: bool = True,
) -> dict[int, Tensor]:
    """Sweep from the roots and hand the adjoints to the leaves.

    Parameters
    ----------
    roots
        Where to start.
    gradients
        Their adjoints; None means ones.
    retain
        Whether saved values are kept.
    inputs
        Where given, only what lies on the way to these tensors runs.
    accumulate
        Whether to add to ``.grad`` of the leaves (else the adjoints of `inputs` are given back).

    Returns
    -------
    dict
        Adjoints by handle of `inputs` (empty where `inputs` is None).
    """
    found: dict[int, Tensor] = {}
    waiting: dict[int, list[tuple[Tensor, Tensor | None]]] = {}
    for root, gradient in zip(roots, gradients, strict=True):
        address = core.handle_tape(core.handle_of(root))
        waiting.setdefault(address, []).append((root, gradient))
    targets = {core.handle_of(t): t for t in inputs} if inputs is not None else None
    while waiting:
        address = next(iter(waiting))
        seeds = waiting.pop(address)
        tape = engine.tapes[address]
        outer = core.active_tape()
        frames: list[int] = []
        sweep = None
        try:
            sweep = Sweep(tape, retain, frames)
            core.set_tape(address)  # gradients stand beside what they are gradients of
            for root, _ in seeds:
                if core.current(core.handle_of(root)) == Status.STALE:
                    engine.refresh(root)
            if targets is not None:
                _restrict(sweep, targets.values(), seeds)
                if accumulate:  # PyTorch runs the nodes of inputs, too, where it fills `.grad`
                    sweep.ends.clear()
            for root, gradient in seeds:
                row = core.row_info(core.handle_of(root))
                if sweep.goes_to(row):
                    sweep.seed(row, gradient)
            leaves = sweep.run()
            for leaf, adjoint in leaves:
                if leaf is None:
                    continue
                outside = tape.outside(leaf)
                if outside is not None:
                    waiting.setdefault(core.handle_tape(core.handle_of(outside)), []).append(
                        (outside, adjoint)
                    )
                elif targets is None:
                    deliver(leaf, adjoint)
                elif core.handle_of(leaf) in targets:
                    _collect(found, core.handle_of(leaf), adjoint)
            if targets is not None:
                for handle, t in targets.items():
                    if core.handle_tape(handle) != address or t.is_leaf:
                        continue
                    captured = sweep.captured.get(core.row_info(handle))
                    if captured is not None:
                        _collect(found, handle, captured)
        finally:
            try:
                if sweep is not None:
                    sweep.unwatch()
                if frames and frames[-1]:
                    core.close_frame(frames[-1])
            finally:
                core.set_tape(outer)
            tape.drop_links()
    if accumulate and targets is not None:
        for handle, t in targets.items():
            if handle in found and t.is_leaf:
                deliver(t, found[handle])
    return found


def _collect(found: dict[int, Tensor], handle: int, adjoint: Tensor) -> None:
    old = found.get(handle)
    if old is None:
        found[handle] = adjoint
    else:
        found[handle] = in_modes(OFF, operator.add, old, adjoint)


def _restrict(
    sweep: Sweep,
    inputs: Collection[Tensor],
    seeds: Sequence[tuple[Tensor, Tensor | None]],
) -> None:
    """Let the sweep go only where it leads to one of `inputs`."""
    tape = sweep.tape
    flags = tape.columns.column("flags")
    targets: set[int] = set()
    for t in inputs:
        if core.current(core.handle_of(t)) == Status.STALE:
            engine.refresh(t)
        if core.handle_tape(core.handle_of(t)) != tape.columns.address:
            continue
        row = core.row_info(core.handle_of(t))
        targets.add(row)
        if not t.is_leaf:
            sweep.capture.add(row)
            sweep.stop_at(row)
    reach: set[int] = set()
    stack = [core.row_info(core.handle_of(root)) for root, _ in seeds]
    while stack:
        row = stack.pop()
        if row in reach or not flags[row] & abi.REQUIRES_GRAD:
            continue
        reach.add(row)
        stack.extend(tape.inputs(row))
    links = {core.row_info(stand_in) for stand_in in tape._stand_ins}
    allowed: set[int] = set()
    leaf_handles = {core.handle_of(t) for t in inputs}
    ops, owners = tape.columns.column("op"), tape.columns.column("in0")
    for row in sorted(reach):
        leads = any(k in allowed for k in tape.inputs(row))
        mine = ops[row] == Op.LEAF and int(owners[row]) in leaf_handles
        if mine or row in targets or row in links or leads:
            allowed.add(row)
            if not leads:
                sweep.ends.add(row)
    sweep.ends &= sweep.capture
    words = np.zeros(int(tape.columns.record[0]["n"]) // 64 + 1, np.uint64)
    for row in allowed:
        words[row >> 6] |= np.uint64(1) << np.uint64(row & 63)
    sweep.allowed = words
    tape.columns.frame_record(sweep.address)["allowed"] = words.ctypes.data
