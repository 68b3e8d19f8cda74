"""Nodes of the backward graph, as `Tensor.grad_fn` shows them, and the hooks attached to rows."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tapegrad import engine
from tapegrad.autograd.edges import (
    edges,
    first_output,
    full_name,
    is_one_of_several,
    name_of,
    output_number,
    shown,
)
from tapegrad.autograd.misuse import check_saved
from tapegrad.engine import Op, core
from tapegrad.utils.hooks import RemovableHandle, register
from tapegrad_kernels import abi
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.tape import Tape

Hook = Callable[..., Any]


class NodeState:
    """What Python attached to a row."""

    __slots__ = (
        "hooks", "metadata", "node", "node_hooks", "post_hooks", "pre_hooks", "retained", "rule",
        "scalar",
    )  # fmt: skip

    def __init__(self) -> None:
        self.hooks: dict[int, Hook] = {}
        self.pre_hooks: dict[int, Hook] = {}
        #: Run after the node, with the gradients that it gives.
        self.node_hooks: dict[int, Hook] = {}
        #: Of a leaf: run after its ``.grad`` was added to.
        self.post_hooks: dict[int, Hook] = {}
        #: Who called `retain_grad`; of a leaf, who turned `requires_grad` off.
        self.retained: weakref.ref[Tensor] | None = None
        self.rule: Any = None
        self.node: weakref.ref[Node] | None = None
        self.metadata: dict[Any, Any] = {}
        #: The flag SCALAR, if `Node.register_hook` took it from the row.
        self.scalar = 0

    @property
    def is_awaited(self) -> bool:
        """Whether anybody wants to see the row's adjoint."""
        hooks = self.hooks or self.pre_hooks or self.node_hooks or self.post_hooks
        return bool(hooks or self.retained)


def state_of(tape: Tape, row: int) -> NodeState:
    """Give the state of a row, made where there is none."""
    found = tape.state(row)
    if found is None:
        if len(tape.states) % 1024 == 1023:
            tape.drop_dead_states()
        found = tape.states[tape.state_key(row)] = NodeState()
    return found


def await_row(tape: Tape, row: int) -> None:
    """Make sweeps stop at a row."""
    flags = tape.columns.column("flags")
    if not flags[row] & abi.HOOKED:
        old = tape.states.pop(tape.state_key(row), None)  # a dead row of the same number left it
        flags[row] |= abi.HOOKED
        node = old.node() if old is not None and old.node is not None else None
        if node is not None:
            state_of(tape, row).node = weakref.ref(node)


def hook_row(tape: Tape, row: int) -> NodeState:
    """Make sweeps stop at a row; gives its state."""
    await_row(tape, row)
    return state_of(tape, row)


def _unsaved(name: str, kind: type) -> AttributeError:
    return AttributeError(f"'{kind.__name__}' object has no attribute '{name}'")


#: Names of saved values by the bit of the op table's masks that says that they are saved.
_SAVED: Final = {"self": 0, "result": 3}
_SECOND: Final[dict[int, str]] = {
    Op.POW: "exponent",
    Op.MM: "mat2",
    Op.BMM: "mat2",
    Op.ADDMM: "mat2",
    Op.MV: "vec",
    Op.DOT: "tensor",
}


@engine.with_rows_held
def mark(tensor: Tensor) -> NodeState:
    """Make passes stop at a tensor's row; gives its state."""
    handle = core.handle_of(tensor)
    return hook_row(engine.tapes[core.handle_tape(handle)], core.row_info(handle))


class Node:
    """A step of the backward graph."""

    __slots__ = ("__weakref__", "_tape", "_tensor")

    _tape: Tape
    # A handle of its own keeps the row, and with it the graph, alive and in place.
    _tensor: Tensor

    def __new__(cls, *args: Any, **kwargs: Any) -> Node:  # noqa: D102  # nobody is to call it
        raise TypeError(f"cannot create '{cls.__name__}' instances")

    @property
    def _row(self) -> int:
        return int(core.row_info(core.handle_of(self._tensor)))

    def name(self) -> str:
        """Name of the node's kind."""
        return full_name(type(self).__name__)

    @property
    def requires_grad(self) -> bool:
        """Whether the node takes part in differentiation: always."""
        return True

    @property
    @engine.with_rows_held
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for notes about the node."""
        return hook_row(self._tape, self._row).metadata

    @property
    @engine.with_rows_held
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """Nodes that this one hands gradients to, and which of their outputs each gradient is of.

        Leaves appear as ``AccumulateGrad``, inputs that need no gradient as None.
        """
        tape = self._tape
        found: list[tuple[Node | None, int]] = []
        for _, source in edges(tape, self._row):
            row = shown(tape, source) if source else 0
            pair = (node_of_row(tape, row), output_number(tape, row)) if row else (None, 0)
            found.append(pair)
        return tuple(found)

    @engine.with_rows_held
    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(grad_inputs, grad_outputs)`` after the node has run.

        Parameters
        ----------
        hook : callable
            Takes the gradients that the node hands on, one for each of `next_functions` (None where
            there is none), and those that it was given. It may return other ones to hand on.

        Examples
        --------
        >>> import tapegrad
        >>> x = tapegrad.ones(2, requires_grad=True)
        >>> y = x * 3
        >>> handle = y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 10, None))
        >>> y.sum().backward()
        >>> x.grad
        tensor([30., 30.])
        """
        row = self._hookable_row()
        if int(self._tape.columns.column("op")[row]) == Op.COPY_SLICES:
            raise NotImplementedError(
                "register_hook() of a CopySlices node: what was written to the view is a node of "
                "its own here; register hooks on the tensors before and after the write"
            )
        state = hook_row(self._tape, row)
        flags = self._tape.columns.column("flags")
        mine = int(flags[row])
        if int(self._tape.columns.column("op")[row]) > Op.LINK and not mine & abi.FREED:
            # Only the host sees the gradients of the inputs one by one.
            state.scalar |= mine & abi.SCALAR
            flags[row] = (mine & ~abi.SCALAR) | abi.HOSTED
        return register(state.node_hooks, hook)

    @engine.with_rows_held
    def register_prehook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(grad_outputs)`` before the node runs; it may return other gradients."""
        return register(hook_row(self._tape, self._hookable_row()).pre_hooks, hook)

    def _hookable_row(self) -> int:
        if is_one_of_several(self._tape, self._row):
            raise NotImplementedError(
                "a node with several outputs takes no hooks: register them on the outputs"
            )
        return self._row

    def __call__(self, *gradients: Tensor | None) -> Any:
        """Gradients of the node's inputs, given that of its output."""
        from tapegrad.autograd.steps import call_node

        if len(gradients) != 1:
            raise TypeError(f"expected 1 arguments, got {len(gradients)} instead")
        found = call_node(self._tape, self._row, gradients[0])
        return found[0] if len(found) == 1 else tuple(found)

    def __getattr__(self, name: str) -> Any:
        """Saved values: ``_saved_self``, ``_saved_other``, ``_saved_result`` and their like."""
        if not name.startswith("_saved_"):
            raise _unsaved(name, type(self))
        return self._saved(name)

    @engine.with_rows_held
    def _saved(self, name: str) -> Any:
        columns, row = self._tape.columns, self._row
        op, flags = int(columns.column("op")[row]), int(columns.column("flags")[row])
        bit = {**_SAVED, _SECOND.get(op, "other"): 1}.get(name.removeprefix("_saved_"))
        masks = opcodes.SAVES0[op] | opcodes.SAVES1[op] | opcodes.SAVES2[op]
        if bit is None or not masks >> bit & 1:
            raise _unsaved(name, type(self))
        check_saved(self._tape, row)
        source = int(columns.column("in0" if bit == 0 else "in1")[row]) if bit < 3 else row
        if columns.column("flags")[source] & abi.NUMBER:
            return self._tape.value(source).item()  # type: ignore[union-attr]  # it is inline
        return _tensor_of_row(self._tape, source) if flags & abi.SAVED0 << bit else None


def _tensor_of_row(tape: Tape, row: int) -> Tensor:
    tensor: Tensor = core.new_object(core.node_handle(tape.columns.address, row))
    return tensor


class _LeafNode(Node):
    __slots__ = ()

    @property
    def variable(self) -> Tensor:
        """The leaf tensor."""
        handle = int(self._tape.columns.column("in0")[self._row])
        tensor: Tensor = engine.tensor_of(handle) if core.is_alive(handle) else self._tensor
        return tensor


_kinds: dict[str, type[Node]] = {}


def node_type(name: str) -> type[Node]:
    """Class of the nodes with a name; prints as PyTorch's do."""
    found = _kinds.get(name)
    if found is None:
        base = _LeafNode if name == "AccumulateGrad" else Node
        found = _kinds[name] = type(name, (base,), {"__slots__": (), "__module__": "builtins"})
    return found


def _outside(tape: Tape, row: int) -> Tensor | None:
    """Tensor of another tape that a leaf stands for."""
    if int(tape.columns.column("op")[row]) != Op.LEAF:
        return None
    handle = int(tape.columns.column("in0")[row])
    return tape.outside(engine.tensor_of(handle)) if core.is_alive(handle) else None


def node_of_row(tape: Tape, row: int) -> Node:
    """Node of a row; the same object as long as somebody holds it."""
    row = first_output(tape, shown(tape, row))
    outside = _outside(tape, row)
    if outside is not None:
        handle = core.handle_of(outside)
        return node_of_row(engine.tapes[core.handle_tape(handle)], core.row_info(handle))
    state = tape.state(row)
    if state is not None and state.node is not None:
        node = state.node()
        if node is not None:
            return node
    made = object.__new__(node_type(name_of(tape, row)))
    made._tape, made._tensor = tape, _tensor_of_row(tape, row)
    state_of(tape, row).node = weakref.ref(made)
    return made


@engine.with_rows_held
def node_of(tensor: Tensor) -> Node | None:
    """Node of a tensor; None for leaves."""
    if core.current(core.handle_of(tensor)) == abi.Status.STALE:
        engine.refresh(tensor)
    handle = core.handle_of(tensor)
    if not core.flags_of(handle) & abi.REQUIRES_GRAD:
        return None
    tape = engine.tapes[core.handle_tape(handle)]
    row = core.row_info(handle)
    if int(tape.columns.column("op")[row]) == Op.LEAF:
        return None
    return node_of_row(tape, row)
