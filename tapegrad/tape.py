"""The tape as an object: which one records, what stands on it, and what it costs."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from tapegrad import engine
from tapegrad.engine import Op, core
from tapegrad_kernels import abi
from tapegrad_kernels.context import CONTEXT, TapeColumns, view
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.autograd.node import NodeState

_PRIVATE_ROWS: Final = 1 << 22


class _Link(NamedTuple):
    """A tensor of another tape, its row there, and what stands for it here.

    `root` is where a backward pass that reaches the stand-in goes on.
    """

    tensor: Tensor
    row: int
    stand_in: Tensor
    root: Tensor


class Tape:
    """A Wengert tape: every recorded op, in order, in static arrays.

    One global tape serves the whole process; nobody needs to pass it around. ``with Tape() as
    tape:`` records on a private one instead, seen only by the thread that entered it. Tensors from
    outside can be used inside: the tape links to them, and ``backward`` crosses the link.

    Parameters
    ----------
    rows : int, optional
        Rows to reserve address space for. They cost memory only once they are used.

    Attributes
    ----------
    keep_adjoints : bool
        Whether backward passes keep the adjoint of every row that they visit in `adjoints`, so that
        ``print(tape)`` shows them. Off by default: the sweep has to stop at each row.
    keep_values : bool
        Whether values stay as long as their rows, though no rule needs them. Off by default.
    adjoints : dict of int to Tensor
        Adjoints of the last backward pass that kept them, by row.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.ones(2, requires_grad=True)
    >>> with tapegrad.Tape() as tape:
    ...     y = (x * 3).sum()
    ...     y.backward()
    >>> x.grad
    tensor([3., 3.])
    """

    def __init__(self, rows: int = _PRIVATE_ROWS, *, _columns: TapeColumns | None = None) -> None:
        forget_finished_tapes()
        self.columns = TapeColumns(rows) if _columns is None else _columns
        self.is_default = _columns is not None
        #: What Python attached to rows: hooks, captures, rules.
        self.states: dict[int, NodeState] = {}
        self._links: dict[int, _Link] = {}
        #: The same by the handle of the stand-in, older ones too.
        self._stand_ins: dict[int, _Link] = {}
        self._outer: list[int] = []
        self._keep_adjoints = False
        self.adjoints: dict[int, Tensor] = {}
        engine.tapes[self.columns.address] = self
        if _columns is None:
            _private.append(self)

    @property
    def keep_adjoints(self) -> bool:
        """Whether backward passes keep the adjoint of every row that they visit."""
        return self._keep_adjoints

    @keep_adjoints.setter
    def keep_adjoints(self, value: bool) -> None:
        self._keep_adjoints = bool(value)
        self._tell_watched()

    @property
    def keep_values(self) -> bool:
        """Whether values stay as long as their rows, though no rule needs them."""
        return bool(self.columns.record[0]["keep"])

    @keep_values.setter
    def keep_values(self, value: bool) -> None:
        self.columns.record[0]["keep"] = bool(value)

    def _tell_watched(self) -> None:
        """Tell compiled code whether backward passes over the global tape are the host's."""
        if self.is_default:
            CONTEXT[0]["watched"] = int(self._keep_adjoints or bool(self._stand_ins))

    def __enter__(self) -> Tape:
        self._outer.append(core.set_tape(self.columns.address))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        core.set_tape(self._outer.pop())
        self.drop_links()

    def link(self, tensor: Tensor) -> Tensor:
        """Give a tensor of this tape that stands for one of another tape (itself if it is ours)."""
        handle = core.handle_of(tensor)
        if core.handle_tape(handle) == self.columns.address:
            return tensor
        row = core.row_info(handle)
        known = self._links.get(handle)
        fits = known is not None and known.tensor is tensor and known.row == row
        if known is not None and fits and core.current(core.handle_of(known.stand_in)) > 0:
            return known.stand_in
        if len(self._stand_ins) % 256 == 255:
            self.drop_links()
        storage = core.share(handle)
        stand_in = engine.record(
            Op.CONST, core.layout_of(handle), share=storage, offset=core.offset(handle)
        )
        if tensor.requires_grad:
            stand_in.requires_grad_(True)
        # The gradient goes to the value that was used, whatever is written to the tensor later.
        root = (
            tensor
            if tensor.is_leaf
            else core.new_object(core.node_handle(core.handle_tape(handle), row))
        )
        made = self._links[handle] = _Link(tensor, row, stand_in, root)
        self._stand_ins[core.handle_of(stand_in)] = made
        self._tell_watched()
        return stand_in

    def drop_links(self) -> None:
        """Let go of tensors of other tapes that nothing on this one refers to any more."""
        references = self.columns.column("ref")
        for key, link in [*self._stand_ins.items()]:
            if references[core.row_info(key)] == 1:
                del self._stand_ins[key]
                handle = core.handle_of(link.tensor)
                if self._links.get(handle) is link:
                    del self._links[handle]
        self._tell_watched()

    @property
    def is_finished(self) -> bool:
        """Whether nothing stands on the tape and no thread records on it."""
        record = self.columns.record[0]
        return not (self._outer or int(record["live"]) or int(record["running"]))

    def outside(self, leaf: Tensor) -> Tensor | None:
        """Tensor of another tape that a leaf stands for; None for leaves of its own."""
        link = self._stand_ins.get(core.handle_of(leaf)) if self._stand_ins else None
        return None if link is None else link.root

    def state_key(self, row: int) -> int:
        """Key of a row's state; a leaf keeps it when a write to its memory gives it a new row."""
        if int(self.columns.column("op")[row]) == Op.LEAF:
            return -int(self.columns.column("in0")[row])
        return row

    def state(self, row: int) -> NodeState | None:
        """What Python attached to a row, if anything."""
        return self.states.get(self.state_key(row)) if self.states else None

    def renumber(self) -> None:
        """Follow a compaction: states and adjoints go under the new numbers of their rows."""
        size = 1 + max([*self.states, *self.adjoints], default=0)
        if size == 1:
            return
        remap = view(int(self.columns.record[0]["remap"]), np.int32, size)
        leaves = {k: s for k, s in self.states.items() if k < 0}
        moved = {int(remap[k]): s for k, s in self.states.items() if k > 0 and remap[k]}
        self.states = moved | leaves
        self.adjoints = {int(remap[k]): t for k, t in self.adjoints.items() if remap[k]}

    def drop_dead_states(self) -> None:
        """Forget what was attached to rows that are gone."""
        for key in [*self.states]:  # not a new dict: another thread may be adding to this one
            if not self._is_state_alive(key):
                self.states.pop(key, None)

    def _is_state_alive(self, key: int) -> bool:
        ops = self.columns.column("op")
        row = key if key > 0 else int(core.row_info(-key))
        return row < len(ops) and bool(ops[row]) and (key > 0 or self.state_key(row) == key)

    def rows(self) -> list[int]:
        """Numbers of the rows in use, oldest first."""
        return [int(k) for k in np.flatnonzero(self.columns.column("op"))]

    def __len__(self) -> int:
        return int(self.columns.record[0]["live"])

    @property
    def nbytes(self) -> int:
        """Bytes of the rows in use and of the values that they hold (shared storages once)."""
        storages: set[int] = set()
        flags = self.columns.column("flags")
        values = self.columns.column("val")
        for row in self.rows():
            if not flags[row] & (abi.INLINE | abi.SPILLED):
                storages.add(int(values[row]) & 0xFFFFFFFF)
        sizes = view(int(CONTEXT[0]["s_bytes"]), np.int64, int(CONTEXT[0]["n_storages"]))
        return len(self) * abi.BYTES_PER_ROW + int(sum(sizes[s] for s in storages))

    def inputs(self, row: int) -> list[int]:
        """Input rows of a row."""
        op = int(self.columns.column("op")[row])
        if op <= Op.LINK:
            return []
        found = [int(self.columns.column("in0")[row]), int(self.columns.column("in1")[row])]
        aux = int(self.columns.column("aux")[row])
        if op <= opcodes.LAST_ELEMENTWISE:
            found.append(aux)
        elif aux:
            words = self.parameters(row)
            found.extend(words[1 : 1 + words[0]])
        return [k for k in found if k]

    def parameters(self, row: int) -> list[int]:
        """Words of a structured row's parameter block."""
        aux = int(self.columns.column("aux")[row])
        if not aux:
            return [0]
        c = CONTEXT[0]
        address = int(view(int(c["s_address"]), np.int64, aux + 1)[aux])
        nbytes = int(view(int(c["s_bytes"]), np.int64, aux + 1)[aux])
        words: list[int] = view(address, np.int64, nbytes // 8).tolist()
        return words

    def value(self, row: int) -> np.ndarray[Any, Any] | None:
        """Copy of a row's value; None where it was released."""
        if int(self.columns.column("flags")[row]) & abi.SPILLED:
            return None
        handle = core.node_handle(self.columns.address, row)
        tensor: Tensor = core.new_object(handle)
        return engine.array(tensor).copy()

    def __repr__(self) -> str:
        kind = "global" if self.is_default else "private"
        return f"<{kind} Tape: {len(self)} rows, {self.nbytes} bytes>"

    def __str__(self) -> str:
        from tapegrad.listing import listing

        return listing(self)

    def to_dot(self) -> str:
        """Graph of the tape in the DOT language of Graphviz."""
        from tapegrad.listing import to_dot

        return to_dot(self)


# A private tape is kept: tensors recorded on it hold raw addresses into its columns.
_private: list[Tape] = []
engine.keep_forever(_private)
#: What `sys.getrefcount` says in the loop below of a tape that nobody else holds.
_UNUSED: Final = 3


def forget_finished_tapes() -> None:
    """Give the address space of private tapes back that nobody can use any more."""
    for k in reversed(range(len(_private))):
        tape = _private[k]
        if sys.getrefcount(tape) <= _UNUSED:
            tape.drop_links()
            if tape.is_finished:
                del _private[k]


#: The tape that records wherever no other one was entered.
default_tape: Final = Tape(_columns=engine.DEFAULT_COLUMNS)


def current_tape() -> Tape:
    """Tape that the calling thread records on."""
    return engine.active_tape()
