"""Runs the reverse rule of a structured row in the host."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import engine
from tapegrad.engine import Op, core
from tapegrad.layouts import Layout, layout_at
from tapegrad.ops.gathering import add_at, put_at, take
from tapegrad.ops.structured import STRUCTURED, Rule
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapegrad._tensor import Tensor
    from tapegrad.dtypes import dtype
    from tapegrad.tape import Tape

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

    gradient: Tensor
    parameters: list[int]

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
        """Tell whether input `k` (2: any of the variadic ones) wants a gradient."""
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

    def _layout(self, k: int) -> Layout:
        return layout_at(int(self._tape.columns.column("layout")[self.sources()[k]]))

    def shape(self, k: int = 0) -> tuple[int, ...]:
        """Shape of input `k`, whose value need not be saved."""
        return tuple(self._layout(k).shape)

    def dtype(self, k: int = 0) -> dtype:
        """Element type of input `k`."""
        return self._layout(k).dtype

    def real(self, k: int) -> float:
        """Parameter word `k` as a float."""
        return engine.word_float(self.parameters[k])

    def where(self, condition: Tensor, yes: Tensor | float, no: Tensor | float) -> Tensor:
        """Choose elements of two operands, at least one of which is a tensor."""
        beside: Any = yes if isinstance(yes, engine.TensorBase) else no
        pair = [engine.operand_of(value, beside) for value in (yes, no)]
        return engine.apply(Op.WHERE, condition, *pair)

    def fold(self, gradient: Tensor, k: int) -> Tensor:
        """Sum a gradient over what broadcasting repeated of input `k`."""
        shape = self.shape(k)
        lead = gradient.ndim - len(shape)
        dims = [j for j, n in enumerate(gradient.shape) if j < lead or n != shape[j - lead]]
        return gradient.sum(dims, keepdim=True).reshape(shape) if dims else gradient

    # For views: parameters are the layout and offset of the view in a row-major input.

    def view_of(self, whole: Tensor) -> Tensor:
        """Look at a row-major tensor of the input's shape the way the row looks at its input."""
        from tapegrad.autograd.views import make_view

        inner = layout_at(self.parameters[0])
        geometry = (tuple(inner.shape), inner.strides, self.parameters[1])
        return make_view(whole, lambda _: geometry)

    def unview(self, part: Tensor) -> Tensor:
        """Put a view's gradient in its place in zeros of the input's shape; overlaps add up."""
        whole = engine.empty(part.dtype.code, self.shape(0))
        engine.array(whole)[...] = 0
        from tapegrad.autograd.views import repeats_elements

        view = self.view_of(whole)
        if repeats_elements(view):
            places = np.arange(math.prod(self.shape(0))).reshape(self.shape(0))
            at = self.view_of(engine.from_array(places)).contiguous()
            return self.scatter(part, at)
        view.add_(part)
        return whole

    # For reductions: the first parameter is the layout of the result with reduced dimensions kept.

    def kept(self, reduced: Tensor) -> Tensor:
        """Give a reduced tensor its reduced dimensions back, with size 1."""
        return reduced.reshape(tuple(layout_at(self.parameters[0]).shape))

    def spread(self, reduced: Tensor) -> Tensor:
        """Broadcast a reduced tensor to the input's shape."""
        return self.kept(reduced).expand(self.shape(0))

    def reduced_dims(self) -> list[int]:
        """Dimensions of the input that were reduced, but for those of size 1."""
        pairs = zip(self.shape(0), layout_at(self.parameters[0]).shape, strict=True)
        return [k for k, (n, kept) in enumerate(pairs) if n != kept]

    def collect(self, values: Tensor) -> Tensor:
        """Sum a tensor of the input's shape over the reduced dimensions, keeping them."""
        dims = self.reduced_dims()
        return values.sum(dims, keepdim=True) if dims else values

    def ratio(self) -> int:
        """Elements of the input for each element of the result."""
        return math.prod(self.shape(0)) // max(layout_at(self.parameters[0]).numel, 1)

    def product_of_others(self, x: Tensor) -> Tensor:
        """For each element of the input, the product of those that were reduced with it.

        No division: elements may be zero, and the result has the right derivatives there, too.
        """
        dims = self.reduced_dims()
        if not dims:
            return x.new_ones(x.shape)
        if len(dims) == 1:
            return self._others(x, dims[0])
        return self._others(x.reshape(-1), 0).reshape(self.shape(0))

    def _others(self, x: Tensor, dim: int) -> Tensor:
        """Products of all but one along a dimension: pair up, then take the partner in."""
        n = x.shape[dim]
        half = n // 2
        if half == 0:
            return x.new_ones(x.shape)
        left, right = x.narrow(dim, 0, half), x.narrow(dim, half, half)
        rest = [x.narrow(dim, 2 * half, 1)] if n % 2 else []
        outer = self._others(self.joined([left * right, *rest], dim), dim)
        pairs = outer.narrow(dim, 0, half)
        last = [outer.narrow(dim, half, 1)] if rest else []
        return self.joined([pairs * right, pairs * left, *last], dim)

    def joined(self, parts: list[Tensor], dim: int) -> Tensor:
        """Concatenation."""
        from tapegrad.ops.joining import cat

        return cat(parts, dim)

    def running_sum_back(self, gradient: Tensor) -> Tensor:
        """Cumulative sum in the other direction; parameters are the dimension and the direction."""
        from tapegrad.ops.summing import running_sum

        dim, backwards = self.parameters
        return running_sum(gradient, dim, backwards=not backwards)

    # For gathering: positions in the flattened input.

    def take(self, values: Tensor, at: Tensor) -> Tensor:
        """Elements of a tensor at flat positions."""
        return take(values, at)

    def scatter(self, values: Tensor, at: Tensor) -> Tensor:
        """Zeros of the input's shape with values added at flat positions."""
        return add_at(self.zeros(0), at, values)

    def cleared(self, values: Tensor, at: Tensor) -> Tensor:
        """Tensor with zeros at flat positions."""
        return put_at(values, at, engine.scalar(0, values.dtype).expand(at.shape))

    def zeros(self, k: int) -> Tensor:
        """Zeros of the shape and dtype of input `k`."""
        made = engine.empty(self.dtype(k).code, self.shape(k))
        engine.array(made)[...] = 0
        return made

    def positions_and_factors(self) -> tuple[Tensor, Tensor]:
        """Input 1 as positions, and as factors, which its first dimension holds as floats."""
        both = self.input(1)
        return both.select(0, 0).long(), both.select(0, 1).to(self.gradient.dtype)

    # For joining: the first parameter is the dimension, all inputs are variadic.

    def pieces(self, joined: Tensor) -> list[Tensor]:
        """Parts of a concatenation."""
        dim, start, found = self.parameters[0], 0, []
        for k in range(2, len(self.sources())):
            if len(self.shape(k)) < joined.ndim:  # empty, and passed over
                found.append(self.zeros(k))
                continue
            size = self.shape(k)[dim]
            found.append(joined.narrow(dim, start, size))
            start += size
        return found

    def slices(self, stacked: Tensor) -> list[Tensor]:
        """Parts of a stack."""
        dim = self.parameters[0]
        return [stacked.select(dim, k) for k in range(len(self.sources()) - 2)]


def rule_of(op: int) -> Rule:
    """Reverse rule of a structured op."""
    return _BY_OPCODE[Op(op)].rule


def run_rule(tape: Tape, row: int, gradient: Tensor) -> Iterator[tuple[int, int, Tensor]]:
    """Give the number, the row and the gradient of each input of a structured row."""
    op = int(tape.columns.column("op")[row])
    flags = tape.columns.column("flags")
    step = Step(tape, row, gradient)
    sources = step.sources()
    state = tape.state(row) if op == Op.EXTERNAL else None
    rule = state.rule if state is not None and state.rule is not None else rule_of(op)
    for k, part in enumerate(rule(step)):
        wanted = flags[row] & (abi.NEEDS0 << min(k, 2)) and flags[sources[k]] & abi.REQUIRES_GRAD
        if part is None or not wanted:
            continue
        layout = layout_at(int(tape.columns.column("layout")[sources[k]]))
        if tuple(part.shape) != tuple(layout.shape):
            raise RuntimeError(
                f"the rule of {Op(op).name.lower()} gave a gradient of shape "
                f"{list(part.shape)} for an input of shape {list(layout.shape)}"
            )
        yield k, sources[k], part.to(layout.dtype).contiguous()
