"""Nodes of the backward graph, as `Tensor.grad_fn` shows them, and the hooks attached to rows."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapegrad import engine
from tapegrad.engine import Op, core
from tapegrad_kernels import abi
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.tape import Tape

Hook = Callable[..., Any]


class NodeState:
    """What Python attached to a row."""

    __slots__ = ("hooks", "node", "pre_hooks", "retained", "rule")

    def __init__(self) -> None:
        self.hooks: dict[int, Hook] = {}
        self.pre_hooks: dict[int, Hook] = {}
        self.retained: weakref.ref[Tensor] | None = None
        self.rule: Any = None
        self.node: weakref.ref[Node] | None = None


def state_of(tape: Tape, row: int) -> NodeState:
    """Give the state of a row, made where there is none."""
    found = tape.state(row)
    if found is None:
        if len(tape.states) % 1024 == 1023:
            tape.drop_dead_states()
        found = tape.states[tape.state_key(row)] = NodeState()
    return found


class RemovableHandle:
    """What `register_hook` gives: `remove()` takes the hook away."""

    _count = 0

    def __init__(self, hooks: dict[int, Hook], hook: Hook) -> None:
        RemovableHandle._count += 1
        self.id = RemovableHandle._count
        self._hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        """Take the hook away; does nothing the second time."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def hook_row(tape: Tape, row: int) -> NodeState:
    """Make the sweep stop at a row; gives its state."""
    flags = tape.columns.column("flags")
    if not flags[row] & abi.HOOKED:
        tape.states.pop(tape.state_key(row), None)  # what a dead row of the same number left
        flags[row] |= abi.HOOKED
    return state_of(tape, row)


class Node:
    """A step of the backward graph.

    Attributes
    ----------
    next_functions : tuple of (Node or None, int)
        The nodes that this one hands gradients to; leaves appear as ``AccumulateGrad``.
    """

    __slots__ = ("__weakref__", "_tape", "_tensor")

    def __init__(self, tape: Tape, tensor: Tensor) -> None:
        self._tape = tape
        # A handle of its own keeps the row, and with it the graph, alive and in place.
        self._tensor = tensor

    @property
    def _row(self) -> int:
        return int(core.row_info(core.handle_of(self._tensor)))

    def name(self) -> str:
        """Name of the node's kind."""
        return type(self).__name__

    @property
    @engine.with_rows_held
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """Nodes of the inputs."""
        found: list[tuple[Node | None, int]] = []
        tape, row = self._tape, self._row
        flags = int(tape.columns.column("flags")[row])
        op = int(tape.columns.column("op")[row])
        if op == Op.LEAF:
            return ()
        fixed = [int(tape.columns.column(name)[row]) for name in ("in0", "in1")]
        n_fixed = len([source for source in fixed if source])
        flags_of = tape.columns.column("flags")
        for k, source in enumerate(tape.inputs(row)):
            # A structured op's further inputs share the third bit; all are differentiable.
            slot = k if k < n_fixed or op <= opcodes.LAST_ELEMENTWISE else 2
            if slot < n_fixed and not opcodes.DIFFERENTIABLE[op] >> slot & 1:
                continue
            wants = flags & (abi.NEEDS0 << slot) and flags_of[source] & abi.REQUIRES_GRAD
            found.append((node_of_row(tape, source) if wants else None, 0))
        return tuple(found)

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(grad_inputs, grad_outputs)`` after the node has run: not available yet."""
        raise NotImplementedError(
            "hooks that see the gradients of a node's inputs are not available yet: use "
            "register_prehook(), or register_hook() of the tensors"
        )

    @engine.with_rows_held
    def register_prehook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(grad_outputs)`` before the node runs."""
        return RemovableHandle(hook_row(self._tape, self._row).pre_hooks, hook)


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


def node_of_row(tape: Tape, row: int) -> Node:
    """Node of a row; the same object as long as somebody holds it."""
    columns = tape.columns
    op = int(columns.column("op")[row])
    while op == Op.ALIAS:  # the engine's own bookkeeping, not a step that the user wrote
        row = int(columns.column("in0")[row])
        op = int(columns.column("op")[row])
    state = tape.state(row)
    if state is not None and state.node is not None:
        node = state.node()
        if node is not None:
            return node
    name = "AccumulateGrad" if op == Op.LEAF else opcodes.NODE_NAMES[op]
    if state is not None and state.rule is not None:
        name = state.rule.name
    tensor: Tensor = core.new_object(core.node_handle(columns.address, row))
    made = node_type(name)(tape, tensor)
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
    if tape.columns.column("op")[row] == Op.LEAF:
        return None
    return node_of_row(tape, row)
