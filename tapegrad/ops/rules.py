"""Runs the reverse rule of a structured row in the host."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tapegrad import engine
from tapegrad.engine import Op, core
from tapegrad.layouts import layout_at
from tapegrad.ops.structured import STRUCTURED
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapegrad.dtypes import dtype
    from tapegrad.tape import Tape
    from tapegrad.tensor import Tensor

_BY_OPCODE: Final = {Op[s.name.upper()]: s for s in STRUCTURED}


class Step:
    """What a reverse rule sees of its row.

    Attributes
    ----------
    gradient : Tensor
        Adjoint of the row, row-major.
    parameters : list of int
        Words that the forward op left.
    """

    def __init__(self, tape: Tape, row: int, gradient: Tensor) -> None:
        self._tape = tape
        self._row = row
        self.gradient = gradient
        words = tape.parameters(row)
        self._variadic = words[1 : 1 + words[0]]
        self.parameters = words[1 + words[0] :]
        columns = tape.columns
        self._inputs = [int(columns.column("in0")[row]), int(columns.column("in1")[row])]

    def sources(self) -> list[int]:
        """Rows of the inputs: first, second (0: absent), variadic."""
        return [*self._inputs, *self._variadic]

    def needs(self, k: int) -> bool:
        """Tell whether input `k` (0 or 1) wants a gradient."""
        return bool(int(self._tape.columns.column("flags")[self._row]) & (abi.NEEDS0 << k))

    def _tensor(self, row: int) -> Tensor:
        made: Tensor = core.new_object(core.node_handle(self._tape.columns.address, row))
        return made

    def input(self, k: int) -> Tensor:
        """Saved value of input `k`."""
        return self._tensor(self._inputs[k])

    def output(self) -> Tensor:
        """Saved value of the row itself."""
        return self._tensor(self._row)

    def _layout(self, k: int) -> engine.Layout:
        return layout_at(int(self._tape.columns.column("layout")[self.sources()[k]]))

    def shape(self, k: int = 0) -> tuple[int, ...]:
        """Shape of input `k`, whose value need not be saved."""
        return tuple(self._layout(k).shape)

    def dtype(self, k: int = 0) -> dtype:
        """Element type of input `k`."""
        return self._layout(k).dtype

    # For views: parameters are the layout and offset of the view in a row-major input.

    def view_of(self, whole: Tensor) -> Tensor:
        """Look at a row-major tensor of the (first) input's shape the way the row looks at its input."""
        from tapegrad.autograd.views import make_view

        inner = layout_at(self.parameters[0])
        geometry = (tuple(inner.shape), inner.strides, self.parameters[1])
        return make_view(whole, lambda _: geometry)

    def unview(self, part: Tensor) -> Tensor:
        """Put a view's gradient in its place in zeros of the input's shape; overlaps add up."""
        whole = engine.empty(part.dtype.code, self.shape(0))
        engine.array(whole)[...] = 0
        self.view_of(whole).add_(part)
        return whole

    # For reductions: the first parameter is the layout of the result with reduced dimensions kept.

    def kept(self, reduced: Tensor) -> Tensor:
        """Give a reduced tensor its reduced dimensions back, with size 1."""
        return reduced.reshape(tuple(layout_at(self.parameters[0]).shape))

    def spread(self, reduced: Tensor) -> Tensor:
        """Broadcast a reduced tensor to the input's shape."""
        return self.kept(reduced).expand(self.shape(0))

    def ratio(self) -> int:
        """Elements of the input for each element of the result."""
        return math.prod(self.shape(0)) // max(layout_at(self.parameters[0]).numel, 1)


def run_rule(tape: Tape, row: int, gradient: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Give pairs (input row, gradient) of a row."""
    op = int(tape.columns.column("op")[row])
    flags = tape.columns.column("flags")
    step = Step(tape, row, gradient)
    sources = step.sources()
    state = tape.states.get(row)
    rule = state.rule if state is not None and state.rule is not None else _BY_OPCODE[Op(op)].rule
    for k, part in enumerate(rule(step)):
        wanted = flags[row] & (abi.NEEDS0 << min(k, 2)) and flags[sources[k]] & abi.REQUIRES_GRAD
        if part is None or not wanted:
            continue
        layout = layout_at(int(tape.columns.column("layout")[sources[k]]))
        if tuple(part.shape) != tuple(layout.shape):
            raise RuntimeError(
                f"the rule of {Op(op).name.lower()} gave a gradient of shape {list(part.shape)} for an "
                f"input of shape {list(layout.shape)}"
            )
        yield sources[k], part.to(layout.dtype).contiguous()


