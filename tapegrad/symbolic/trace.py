"""The part of a tape that leads from a function's inputs to its outputs, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import engine
from tapegrad._tensor import Tensor
from tapegrad.autograd import enable_grad
from tapegrad.engine import Op, core
from tapegrad.errors import LiftError
from tapegrad.layouts import layout_at
from tapegrad.symbolic.arrays import Array
from tapegrad.tape import Tape
from tapegrad_kernels import abi
from tapegrad_kernels.context import CONTEXT, view
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad.dtypes import dtype

#: Rows whose values come from outside.
SOURCES: Final = (Op.CONST, Op.LEAF, Op.LINK)


@dataclass(frozen=True)
class Instruction:
    """One row of a tape.

    Attributes
    ----------
    row : int
        Its number on the tape that it was recorded on.
    op : Op
        What it computes; `Op.CONST` where the value comes from outside.
    sources : tuple of int
        Places of the inputs in the trace, -1 where there is none: the first, the second, then the
        third or the variadic ones.
    words : tuple of int
        Static parameters of a structured op.
    shape : tuple of int
    dtype : dtype
    needs : tuple of bool
        For each source, whether it takes part in differentiation.
    value : array, optional
        What a source holds.
    """

    row: int
    op: Op
    sources: tuple[int, ...]
    words: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: dtype
    needs: tuple[bool, ...]
    value: Array | None = None

    @property
    def is_elementwise(self) -> bool:
        """Whether the op is declared by an expression of its elements."""
        return Op.ALIAS < self.op <= opcodes.LAST_ELEMENTWISE

    @property
    def name(self) -> str:
        """Name of the op."""
        return self.op.name.lower()


@dataclass(frozen=True)
class Trace:
    """Instructions in the order in which they ran, with the places of inputs and outputs.

    Attributes
    ----------
    instructions : tuple of Instruction
    inputs : tuple of int
        Place of each input; -1 where the outputs do not depend on it.
    outputs : tuple of int
    points : tuple of array
        Value of each input.
    """

    instructions: tuple[Instruction, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    points: tuple[Array, ...]

    def __len__(self) -> int:
        return len(self.instructions)


def record(function: Callable[..., Any], points: Sequence[Array]) -> tuple[Trace, Recorded]:
    """Run a function on a private tape and copy the rows that lead to its results.

    Parameters
    ----------
    function : callable
        Takes a tensor for each point; gives a tensor, or a tuple or list of them.
    points : sequence of array
        Values of the inputs.

    Returns
    -------
    Trace
    Recorded
        The tape and the tensors, for as long as the engine itself is to be asked.

    Raises
    ------
    LiftError
        If a result is no tensor, or a row cannot be read back.
    """
    with Tape() as tape, enable_grad():
        tape.keep_values = True
        leaves = [_leaf(point) for point in points]
        made = function(*leaves)
        outputs = tuple(made) if isinstance(made, tuple | list) else (made,)
        for k, out in enumerate(outputs):
            if not isinstance(out, Tensor):
                raise LiftError(
                    f"the function must give a tensor or a tuple of tensors, but result {k} is "
                    f"{type(out).__name__}"
                )
        outputs = tuple(tape.link(out) for out in outputs)
        trace = _Reader(tape).trace(leaves, outputs, points)
    return trace, Recorded(tape, tuple(leaves), outputs)


def trace_of(*outputs: Tensor) -> tuple[Trace, list[Tensor]]:
    """Copy the rows that lead to tensors which are there already, with their leaves as the inputs.

    Parameters
    ----------
    *outputs : tensor
        Of one tape.

    Returns
    -------
    Trace
    list of tensor
        The leaves, the oldest first.
    """
    tape = engine.tapes[core.handle_tape(core.handle_of(outputs[0]))]
    reader = _Reader(tape)
    rows = reader.reachable([reader.row_of(out) for out in outputs])
    found = [row for row in rows if int(reader.column("op")[row]) == Op.LEAF]
    reader.unknown = {*found}
    leaves = [core.new_object(core.node_handle(tape.columns.address, row)) for row in found]
    return reader.trace(leaves, outputs, [reader.value(row) for row in found]), leaves


def _leaf(point: Array) -> Tensor:
    made = engine.from_array(np.array(point))
    return made.requires_grad_(made.is_floating_point())


@dataclass
class Recorded:
    """A function's run: the tape, the leaves and the results."""

    tape: Tape
    leaves: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


class _Reader:
    """Copies rows."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        #: Rows that need no value.
        self.unknown: set[int] = set()
        self.column = tape.columns.column

    def trace(
        self, leaves: Sequence[Tensor], outputs: Sequence[Tensor], points: Sequence[Array]
    ) -> Trace:
        ends = [self.row_of(out) for out in outputs]
        rows = self.reachable(ends)
        places = {row: k for k, row in enumerate(rows)}
        return Trace(
            tuple(self.instruction(row, places) for row in rows),
            tuple(places.get(self.row_of(leaf), -1) for leaf in leaves),
            tuple(places[row] for row in ends),
            tuple(points),
        )

    def row_of(self, tensor: Tensor) -> int:
        handle = core.handle_of(tensor)
        if core.current(handle) < 0:
            engine.refresh(tensor)
        return int(core.row_info(handle))

    def reachable(self, ends: Sequence[int]) -> list[int]:
        found: set[int] = set()
        stack = list(ends)
        while stack:
            row = stack.pop()
            if row not in found:
                found.add(row)
                stack.extend(k for k in self.sources(row) if k)
        return sorted(found)

    def sources(self, row: int) -> list[int]:
        op = int(self.column("op")[row])
        first, second = (int(self.column(name)[row]) for name in ("in0", "in1"))
        if op in SOURCES:
            return []
        if op == Op.ALIAS:
            return [first]
        if op <= opcodes.LAST_ELEMENTWISE:
            return [first, second, int(self.column("aux")[row])][: opcodes.ARITY[op]]
        words = self.tape.parameters(row)
        return [first, second, *words[1 : 1 + words[0]]]

    def instruction(self, row: int, places: dict[int, int]) -> Instruction:
        op = Op(int(self.column("op")[row]))
        if op == Op.EXTERNAL:
            raise LiftError(
                f"row {row} has a reverse rule of its own in Python, which cannot be lifted"
            )
        flags = int(self.column("flags")[row])
        layout = layout_at(int(self.column("layout")[row]))
        sources = self.sources(row)
        needs = tuple(
            bool(k) and bool(flags & (abi.NEEDS0 << min(j, 2))) for j, k in enumerate(sources)
        )
        words: tuple[int, ...] = ()
        if op > opcodes.LAST_ELEMENTWISE:
            block = self.tape.parameters(row)
            words = tuple(block[1 + block[0] :])
        return Instruction(
            row,
            Op.CONST if op in SOURCES else op,
            tuple(places[k] if k else -1 for k in sources),
            words,
            tuple(layout.shape),
            layout.dtype,
            needs,
            self.value(row) if op in SOURCES else None,
        )

    def value(self, row: int) -> Array:
        """Copy of what a source holds, if that is what it held when it was used."""
        flags = int(self.column("flags")[row])
        storage = int(self.column("val")[row]) & 0xFFFFFFFF
        versions = view(int(CONTEXT[0]["s_version"]), np.int32, int(CONTEXT[0]["n_storages"]))
        if flags & abi.INLINE or int(versions[storage]) == int(self.column("ver")[row]):
            found = self.tape.value(row)
            if found is not None:
                return found
        if row in self.unknown:
            layout = layout_at(int(self.column("layout")[row]))
            return np.zeros(tuple(layout.shape), layout.dtype.numpy)
        raise LiftError(
            f"row {row} holds a constant that was overwritten or released later, so that its value "
            "is not known any more: keep the constant, or write to a copy of it"
        )
