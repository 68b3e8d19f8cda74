"""The backward graph that users see, read off the rows of a tape.

Rows and PyTorch's nodes are not quite the same: some rows are the engine's own bookkeeping, an op
with several outputs has a row for each, and numbers are inputs of rows but seldom of nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tapegrad.engine import Op
from tapegrad_kernels import abi
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad.tape import Tape

#: Where the graph begins: these rows have no inputs.
ENDS: Final = (Op.CONST, Op.LEAF, Op.LINK)

#: Names of nodes that leave numbers out, by op and by the inputs (a bit mask) that are numbers.
_WITH_NUMBERS: Final[dict[tuple[int, int], str]] = {
    (Op.SUB, 1): "RsubBackward1",
    (Op.POW, 1): "PowBackward2",
    (Op.POW, 2): "PowBackward0",
    (Op.REMAINDER, 2): "RemainderBackward0",
    (Op.CLAMP_MIN, 2): "ClampMinBackward0",
    (Op.CLAMP_MAX, 2): "ClampMaxBackward0",
    (Op.CLAMP, 6): "ClampBackward1",
    (Op.LERP, 4): "LerpBackward0",
    (Op.MASKED_FILL, 4): "MaskedFillBackward0",
}
#: Ops whose further inputs are numbers that were broadcast.
_ONE_EDGE: Final = (Op.SCATTER_VALUE, Op.INDEX_FILL)
#: Ops with several outputs, and what the row of the first output may be.
_SEVERAL: Final[dict[int, int]] = {
    Op.SPLIT: Op.SPLIT,
    Op.SPLIT_WITH_SIZES: Op.SPLIT_WITH_SIZES,
    Op.UNBIND: Op.UNBIND,
    Op.VAR_MEAN: Op.VAR_MEAN,
    Op.STD_MEAN: Op.STD_MEAN,
    Op.MEAN_OF_VAR: Op.VAR_MEAN,
    Op.MEAN_OF_STD: Op.STD_MEAN,
    Op.AMIN_BESIDE: Op.AMIN_BESIDE,
    Op.AMAX_BESIDE: Op.AMIN_BESIDE,
}
_VIEWS_OF_ONE: Final = (Op.SPLIT, Op.SPLIT_WITH_SIZES, Op.UNBIND)
#: Nodes that PyTorch's own C++ classes are, which name themselves with their namespace.
_IN_NAMESPACE: Final = ("AccumulateGrad", "CopyBackwards", "CopySlices", "NotImplemented")


class Edge(NamedTuple):
    """An input of a node.

    `slot` is its number among the inputs of the row, `row` is 0 where no gradient goes there.
    """

    slot: int
    row: int


def full_name(name: str) -> str:
    """What a node's `name()` says."""
    return f"torch::autograd::{name}" if name in _IN_NAMESPACE else name


def short_name(name: str) -> str:
    """A node's name as in the message about values that were overwritten."""
    return full_name(name).replace("Backward0", "").replace("Backward", "", name[-1:].isdigit())


def shown(tape: Tape, row: int) -> int:
    """The row whose node stands for a row: itself, but for bookkeeping."""
    ops, first = tape.columns.column("op"), tape.columns.column("in0")
    while True:
        op = int(ops[row])
        hidden = not opcodes.NODE_NAMES[op] and op not in ENDS and op != Op.EXTERNAL
        # Of a view of a view, PyTorch remakes only one, of the tensor that owns the memory.
        if hidden or (op == Op.REPLAY and int(ops[first[row]]) == Op.REPLAY):
            row = int(first[row])
        else:
            return row


def name_of(tape: Tape, row: int) -> str:
    """Name of the class of a row's node."""
    op = int(tape.columns.column("op")[row])
    if op in (Op.LEAF, Op.LINK):
        return "AccumulateGrad"
    if op == Op.EXTERNAL:
        state = tape.state(row)
        return str(state.rule.name) if state is not None and state.rule is not None else ""
    return _WITH_NUMBERS.get((op, _numbers(tape, row))) or opcodes.NODE_NAMES[op]


def _numbers(tape: Tape, row: int) -> int:
    """Bit mask of the inputs that are Python numbers."""
    flags = tape.columns.column("flags")
    return sum(1 << slot for slot, source in _sources(tape, row) if flags[source] & abi.NUMBER)


def _sources(tape: Tape, row: int) -> list[tuple[int, int]]:
    """Inputs of a row with their numbers: 0 and 1 are fixed, further ones begin with 2."""
    columns = tape.columns
    if int(columns.column("op")[row]) in ENDS:
        return []
    fixed = [int(columns.column(name)[row]) for name in ("in0", "in1")]
    further = tape.inputs(row)[len([source for source in fixed if source]) :]
    return [pair for pair in enumerate([*fixed, *further]) if pair[1]]


def edges(tape: Tape, row: int) -> list[Edge]:
    """Inputs of a row's node, in PyTorch's order."""
    columns = tape.columns
    op, flags_of = int(columns.column("op")[row]), columns.column("flags")
    elementwise = op <= opcodes.LAST_ELEMENTWISE
    without_numbers = (op, _numbers(tape, row)) in _WITH_NUMBERS
    found = []
    for slot, source in _sources(tape, row):
        if (slot < 2 or elementwise) and not opcodes.DIFFERENTIABLE[op] >> slot & 1:
            continue
        if op in _ONE_EDGE and slot > 0:
            continue
        if without_numbers and flags_of[source] & abi.NUMBER:
            continue
        # A structured op's further inputs share the third bit.
        need = abi.NEEDS0 << min(slot, 2)
        wants = flags_of[row] & need and flags_of[source] & abi.REQUIRES_GRAD
        found.append(Edge(slot, source if wants else 0))
    if op == Op.COPY_SLICES:
        # The op that wrote to the view is inside of the node.
        part = shown(tape, int(columns.column("in1")[row]))
        return found[:1] + edges(tape, part)[1:]
    if op == Op.ADDMM:
        return found[2:] + found[:2]
    if op == Op.NOT_IMPLEMENTED:
        return [edge for edge in found if edge.row]
    return found


def is_one_of_several(tape: Tape, row: int) -> bool:
    """Tell whether a row's node has several outputs."""
    return int(tape.columns.column("op")[row]) in _SEVERAL


def output_number(tape: Tape, row: int) -> int:
    """Which of its node's outputs a row is."""
    op = int(tape.columns.column("op")[row])
    if op in _VIEWS_OF_ONE:
        words = tape.parameters(row)
        return words[3] if len(words) > 3 else 0
    return int(_SEVERAL.get(op, op) != op)


def first_output(tape: Tape, row: int) -> int:
    """The first row in use of those that are outputs of one node: the one that has the node."""
    ops, source = tape.columns.column("op"), tape.columns.column("in0")
    op = int(ops[row])
    if op not in _SEVERAL:
        return row
    number, k = output_number(tape, row), row
    while number and k > 1:
        k -= 1
        if int(ops[k]) in (Op.DEAD, Op.CONST):
            continue
        if int(ops[k]) != _SEVERAL[op] or source[k] != source[row]:
            break
        before = output_number(tape, k)
        if before >= number:
            break
        row, number = k, before
    return row
