"""Views and in-place writes: rows on shared memory, and how they stay in step.

A view's row refers to its base's row and knows where in the base (seen as a row-major array) its
elements are. An in-place write to a view makes a new row for the view and, for each base above it,
a *copy slices* row that says "the old base, with this part replaced"; other views are rebuilt from
their base when they are next used. This is what PyTorch calls CopySlices and view replay.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.autograd.edges import name_of, output_number, short_name
from tapegrad.engine import Op, core
from tapegrad.errors import raise_status
from tapegrad.layouts import Layout, contiguous_strides, layout_at, number_of
from tapegrad_kernels import abi
from tapegrad_kernels.abi import Status
from tapegrad_kernels.context import CONTEXT, view
from tapegrad_kernels.generated import opcodes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.autograd.node import NodeState
    from tapegrad.tape import Tape

#: Shape, strides and offset of a view, in elements of the memory that it looks at.
Geometry = tuple[tuple[int, ...], tuple[int, ...], int]


class _Plan(NamedTuple):
    """Where a view is: in the base's memory, and in a row-major array of the base's shape."""

    layout: int
    inner: int
    inner_offset: int
    step: int
    output: int


_plans: dict[tuple[int, Hashable, int], _Plan] = {}
_MOST_PLANS: Final = 1 << 14


def make_view(
    base: Tensor,
    change: Callable[[Geometry], Geometry],
    op: int = Op.VIEW,
    key: Hashable = None,
    output: int = 0,
) -> Tensor:
    """Record a view.

    Parameters
    ----------
    base : Tensor
        What is looked at.
    change : callable
        Gives the view's shape, strides and offset for memory of the given shape, strides and
        offset. It is called for the base's memory and for a row-major array of the base's shape.
    op : int
        Opcode of the row; every view op has the same rule.
    key : hashable, optional
        Names `change` among those of `op`: with it, views of equal layouts are worked out once.
    output : int
        Number of the view among those that one call makes.
    """
    number = core.layout_of(core.handle_of(base))
    plan = _plans.get((op, key, number)) if key is not None else None
    if plan is None:
        plan = _planned(layout_at(number), change, output)
        if key is not None:
            if len(_plans) >= _MOST_PLANS:
                _plans.clear()
            _plans[op, key, number] = plan
    while True:
        made: Any = core.view(base, op, *plan)
        if made.__class__ is not int:
            tensor: Tensor = made
            return tensor
        (base,) = engine.repair(made, op, (base,))


def _planned(mine: Layout, change: Callable[[Geometry], Geometry], output: int) -> _Plan:
    shape = tuple(mine.shape)
    new_shape, strides, step = change((shape, mine.strides, 0))
    _, inner_strides, inner_offset = change((shape, contiguous_strides(shape), 0))
    inner = number_of(mine.dtype.code, new_shape, inner_strides)
    whole = number_of(mine.dtype.code, new_shape, strides)
    return _Plan(whole, inner, inner_offset, step, output)


def alias(base: Tensor) -> Tensor:
    """Make a constant on the memory of a tensor, without a graph and without a tie to it."""
    if core.current(core.handle_of(base)) == Status.STALE:
        refresh_view(base)
    storage = core.share(core.handle_of(base))
    return engine.record(
        Op.CONST, core.layout_of(core.handle_of(base)), share=storage,
        offset=core.offset(core.handle_of(base)),
    )  # fmt: skip


def _replay(tensor: Tensor, parent: Tensor) -> Tensor:
    """Record anew the view of `parent` that `tensor` is."""
    c = CONTEXT[0]
    handle = core.handle_of(tensor)
    inner = int(view(int(c["h_layout"]), np.int32, handle + 1)[handle])
    start = int(view(int(c["h_offset"]), np.int64, handle + 1)[handle])
    return engine.record(
        Op.REPLAY, core.layout_of(handle), parent, parameters=(inner, start),
        share=core.share(handle), offset=core.offset(handle), hosted=False,
    )  # fmt: skip


def refresh_view(tensor: Tensor) -> None:
    """Give a tensor whose memory was written through another one a row with the present version."""
    chain = [tensor]
    while parent := core.parent_of(core.handle_of(chain[-1])):
        if core.current(parent) != Status.STALE:
            break
        chain.append(engine.tensor_of(parent))
    for stale in reversed(chain):
        _refresh_one(stale)


def _refresh_one(tensor: Tensor) -> None:
    """Give a tensor of which what it is a view of is up to date a row with the present version."""
    from tapegrad.autograd.modes import ON, in_modes

    handle = core.handle_of(tensor)
    if core.handle_tape(handle) != core.active_tape():
        tape = engine.tapes[core.handle_tape(handle)]
        with tape:
            _refresh_one(tensor)
        return
    flags = core.flags_of(handle)
    tape = engine.tapes[core.handle_tape(handle)]
    op = int(tape.columns.column("op")[core.row_info(handle)])
    parent_handle = core.parent_of(handle)
    # A view of a constant that was made a leaf stays one as long as that is a constant.
    stays = op == Op.LEAF and flags & abi.REQUIRES_GRAD
    if parent_handle and not (stays and not core.flags_of(parent_handle) & abi.REQUIRES_GRAD):
        parent: Tensor = engine.tensor_of(parent_handle)
        if core.current(parent_handle) == Status.STALE:
            refresh_view(parent)
        # A view that is refreshed inside no_grad() keeps its graph.
        fresh = in_modes(ON, _replay, tensor, parent)  # named: it must outlive `rebind`
        rebind(tensor, fresh)
        return
    layout, storage, offset = core.layout_of(handle), core.share(handle), core.offset(handle)
    if flags & abi.REQUIRES_GRAD and op not in (Op.LEAF, Op.CONST):
        made = same_value(tensor, layout, storage, offset)
    else:
        made = engine.record(Op.CONST, layout, share=storage, offset=offset)
    rebind(tensor, made)
    if op == Op.LEAF:
        engine.make_leaf(handle)
        if flags & abi.HOOKED:
            tape.columns.column("flags")[core.row_info(handle)] |= abi.HOOKED


def same_value(tensor: Tensor, layout: int, storage: int, offset: int) -> Tensor:
    """Row with the adjoint of the tensor's present row and the memory as it is now."""
    from tapegrad.autograd.modes import ON, in_modes

    handle = core.handle_of(tensor)
    flags = abi.REQUIRES_GRAD | abi.NEEDS0
    status = in_modes(ON, engine.record_stale, Op.ALIAS, handle, layout, flags, storage, offset)
    made: Tensor = core.new_object(status)
    return made


def current_value(tensor: Tensor) -> Tensor:
    """Give a tensor whose memory was just written as an input of the row that records the write."""
    handle = core.handle_of(tensor)
    if core.current(handle) != Status.STALE:
        return tensor
    return same_value(tensor, core.layout_of(handle), core.share(handle), core.offset(handle))


def tape_elsewhere(target: Tensor) -> Tape | None:
    """Tape of a tensor that is about to be written, if it is not the one that is recording.

    A write belongs on the tape of what is written: a stand-in's new row would be seen by nobody.
    """
    address = core.handle_tape(core.handle_of(target))
    return None if address == core.active_tape() else engine.tapes[address]


_VIEW_OF_LEAF: Final = (
    "a view of a leaf Variable that requires grad is being used in an in-place operation."
)


def check_writable(tensor: Tensor) -> None:
    """Refuse in-place writes that PyTorch refuses."""
    handle = core.handle_of(tensor)
    if core.current(handle) == Status.STALE:
        refresh_view(tensor)
    if core.modes() & 1:
        if core.parent_of(handle):
            _check_view(handle)
        elif core.flags_of(handle) & abi.REQUIRES_GRAD and tensor.is_leaf:
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation."
            )
    if repeats_elements(tensor):
        raise RuntimeError(_REPEATED)


def _check_view(handle: int) -> None:
    """Refuse recorded writes to views whose place in the graph PyTorch does not know."""
    wanted = core.flags_of(handle) & abi.REQUIRES_GRAD
    view_handle = handle
    while parent := core.parent_of(view_handle):
        # A view of a constant becomes a leaf when it is asked to require a gradient.
        if wanted and is_variable(view_handle):
            raise RuntimeError(_VIEW_OF_LEAF)
        if core.flags_of(parent) & abi.REQUIRES_GRAD and not wanted:
            raise RuntimeError(
                "A view was created in no_grad mode and is being modified inplace with grad mode "
                "enabled. Given that this use case is ambiguous and error-prone, it is forbidden. "
                "You can clarify your code by moving both the view and the inplace either both "
                "inside the no_grad block (if you don't want the inplace to be tracked) or both "
                "outside (if you want the inplace to be tracked)."
            )
        tape = engine.tapes[core.handle_tape(view_handle)]
        if wanted and int(tape.columns.column("op")[core.row_info(view_handle)]) in _MULTIPLE:
            raise RuntimeError(
                f"{_output_name(tape, handle)} is a view and is being modified "
                "inplace. This view is the output of a function that returns multiple views. Such "
                "functions do not allow the output views to be modified inplace. You should "
                "replace the inplace operation by an out-of-place one."
            )
        view_handle = parent
    if wanted and is_variable(view_handle):
        raise RuntimeError(_VIEW_OF_LEAF)


def is_variable(handle: int) -> bool:
    """Tell whether a handle is that of a leaf that requires a gradient."""
    return bool(core.is_leaf(handle) and core.flags_of(handle) & abi.REQUIRES_GRAD)


#: Functions that give several views at once.
_MULTIPLE: Final = (Op.SPLIT, Op.SPLIT_WITH_SIZES, Op.UNBIND)


def _output_name(tape: Tape, handle: int) -> str:
    """Which output of which op a view is."""
    row = core.row_info(handle)
    return f"Output {output_number(tape, row)} of {short_name(name_of(tape, row))}"


_REPEATED: Final = (
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation."
)


def repeats_elements(tensor: Tensor) -> bool:
    """Tell whether several of a tensor's elements are, or may be, one in memory."""
    layout = engine.layout_of(tensor)
    if layout.row_major:
        return False
    reach = 0
    for s, n in sorted(zip(layout.strides, layout.shape, strict=True)):
        if n > 1:
            if s <= reach:
                return True
            reach += s * (n - 1)
    return False


def overlaps(target: Tensor, other: Tensor) -> bool:
    """Tell whether reading `other` while writing `target` could see new values."""
    if other is target:
        return False
    a, b = core.handle_of(target), core.handle_of(other)
    if core.flags_of(b) & abi.INLINE or core.share(a) != core.share(b):
        return False
    return (core.layout_of(a), core.offset(a)) != (core.layout_of(b), core.offset(b))


def apply_inplace(op: int, target: Tensor, *others: Tensor) -> Tensor:
    """Apply an elementwise op to a tensor and write the result to the tensor's memory."""
    from tapegrad.ops.conversion import cast

    home = tape_elsewhere(target)
    if home is not None:
        with home:
            return apply_inplace(op, target, *others)
    check_writable(target)
    if core.share(core.handle_of(target)) < 0:
        raise_status(Status.MEMORY)
    target_layout = engine.layout_of(target)
    operands: list[Tensor] = [target, *others]
    alike = not (opcodes.RESULT[op] or opcodes.CONDITION[op])
    kind, shape = target_layout.dtype, target_layout.shape
    for t in others:
        layout = engine.layout_of(t)
        alike = alike and layout.dtype is kind and layout.shape == shape
    result = kind if alike else _checked_dtype(op, operands)
    direct = (
        result is kind
        and all(t.dtype is result for t in operands)
        and opcodes.RESULT[op] != 2
        and not any(overlaps(target, t) for t in others)
    )
    if _old_value_is_saved(op, operands):
        # The rule reads the value that is about to be overwritten: keep a copy of it.
        operands[0] = engine.copy_of(target, Op.ALIAS)
        operands[1:] = [operands[0] if t is target else t for t in others]
    if not direct:
        made = engine.apply(op, *operands)
        return overwrite(target, cast(made, target.dtype), continues=made.requires_grad)
    kept = _retention(target)
    while True:
        handles = [core.handle_of(t) for t in operands] + [0] * (3 - len(operands))
        status = core.apply(op, *handles, core.handle_of(target))
        if status > 0:
            break
        operands = engine.repair(status, op, operands)
    _move_retention(target, kept)
    tell_parents(target)
    return target


def _checked_dtype(op: int, operands: Sequence[Tensor]) -> dtypes.dtype:
    """Dtype of an op's result, which must fit in the first operand, as must its shape."""
    target = operands[0]
    if not _broadcastable(operands):
        engine.raise_shapes(operands)
    shape = np.broadcast_shapes(*(tuple(t.shape) for t in operands))
    if shape != tuple(target.shape):
        raise RuntimeError(
            f"output with shape {list(target.shape)} doesn't match the broadcast shape "
            f"{list(shape)}"
        )
    result = _result_dtype(op, operands)
    if not _may_cast(result, target.dtype):
        raise RuntimeError(
            f"result type {_title(result)} can't be cast to the desired output type "
            f"{_title(target.dtype)}"
        )
    return result


def _broadcastable(operands: Sequence[Tensor]) -> bool:
    try:
        np.broadcast_shapes(*(tuple(t.shape) for t in operands))
    except ValueError:
        return False
    return True


def _result_dtype(op: int, operands: Sequence[Tensor]) -> dtypes.dtype:
    if opcodes.RESULT[op] == 2:
        return dtypes.bool_
    start = 1 if opcodes.CONDITION[op] & 1 else 0
    common = dtypes.result([(t.dtype, engine.priority(t)) for t in operands[start:]])
    if opcodes.RESULT[op] == 1 and not common.is_floating_point:
        common = dtypes.get_default_dtype()
    return common


def _may_cast(source: dtypes.dtype, to: dtypes.dtype) -> bool:
    return dtypes.can_cast(source, to)


def _title(kind: dtypes.dtype) -> str:
    return engine.torch_name(kind.code)


def _old_value_is_saved(op: int, operands: Sequence[Tensor]) -> bool:
    if not core.modes() & 1:
        return False
    tables = (opcodes.SAVES0, opcodes.SAVES1, opcodes.SAVES2)
    saved = 0
    for k, t in enumerate(operands):
        if t.requires_grad and (opcodes.DIFFERENTIABLE[op] >> k) & 1:
            saved |= tables[k][op]
    return any((saved >> k) & 1 for k, t in enumerate(operands) if t is operands[0])


def overwrite(
    target: Tensor, source: Tensor, *, continues: bool = False, op: int = Op.COPY_INTO
) -> Tensor:
    """Write `source`, broadcast and cast, to the memory of `target`; the gradient goes to `source`.

    `continues` says that the source was computed from the target, whose old value then needs no
    gradient of zeros; otherwise `op` says what kind of write it is.
    """
    from tapegrad.ops.conversion import cast

    home = tape_elsewhere(target)
    if home is not None:
        with home:
            return overwrite(target, source, continues=continues, op=op)
    check_writable(target)
    storage = core.share(core.handle_of(target))
    if storage < 0:
        raise_status(storage)
    values = engine.readable(source)
    if source.dtype is not target.dtype:
        values = values.astype(target.dtype.numpy)
    elif overlaps(target, source):
        values = values.copy()
    memory = engine.array(target)
    try:
        memory[...] = values
    except ValueError:
        raise RuntimeError(
            f"The expanded size of the tensor {list(target.shape)} must match the existing size "
            f"{list(source.shape)}"
        ) from None
    handle = core.handle_of(target)
    had_graph = core.flags_of(handle) & abi.REQUIRES_GRAD
    graph = had_graph or (source.requires_grad and target.dtype.is_floating_point)
    if not core.modes() & 1 or not graph:
        bump(target)
        return target
    flowing = engine.prepare(op, (cast(source, target.dtype),))[0]
    if tuple(flowing.shape) != tuple(target.shape) and op == Op.COPY_INTO:
        flowing = broadcast(flowing, tuple(target.shape))
    bump(target)
    if continues and flowing.requires_grad:
        made = engine.record(
            Op.WRITTEN, core.layout_of(handle), flowing, share=storage, offset=core.offset(handle),
            hosted=False,
        )  # fmt: skip
        rebind(target, made)
    else:  # what the target was computed from gets a gradient of zeros, as in PyTorch
        _record_write(op, target, flowing)
    tell_parents(target)
    return target


def broadcast(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Expand to a shape that a tensor broadcasts to, inside of an op: the graph shows nothing."""
    lead = len(shape) - input.ndim

    def change(g: Geometry) -> Geometry:
        sizes, strides, offset = g
        own = zip(sizes, strides, shape[lead:], strict=True)
        return shape, (0,) * lead + tuple(0 if n != wide else s for n, s, wide in own), offset

    return make_view(input, change, Op.BROADCAST, shape)


def _record_slices(target: Tensor, part: Tensor, inner: int, start: int) -> None:
    """Give a tensor a *copy slices* row: its old value with a part replaced by another tensor's."""
    _record_write(Op.COPY_SLICES, target, part, (inner, start))


def _record_write(op: int, target: Tensor, part: Tensor, parameters: Sequence[int] = ()) -> None:
    """Give a tensor a row that says how its old value, the first input, was overwritten."""
    handle = core.handle_of(target)
    flags = abi.REQUIRES_GRAD | abi.HOSTED
    if target.requires_grad:
        flags |= abi.NEEDS0
    if part.requires_grad:
        flags |= abi.NEEDS1
    status = engine.record_stale(
        op, handle, core.layout_of(handle), flags, core.share(handle), core.offset(handle),
        core.handle_of(part), parameters,
    )  # fmt: skip
    made: Tensor = core.new_object(status)
    rebind(target, made)


def rebind(tensor: Tensor, made: Tensor) -> None:
    """Point a tensor to the row of another one that was just made."""
    kept = _retention(tensor)
    core.rebind(core.handle_of(tensor), core.handle_of(made))
    _move_retention(tensor, kept)


def _retention(tensor: Tensor) -> NodeState | None:
    """State of the tensor's row if `retain_grad` was called on the tensor."""
    handle = core.handle_of(tensor)
    if not core.flags_of(handle) & abi.HOOKED:
        return None
    state = engine.tapes[core.handle_tape(handle)].state(core.row_info(handle))
    return state if state is not None and state.retained is not None else None


def _move_retention(tensor: Tensor, state: NodeState | None) -> None:
    """Let `retain_grad` follow a tensor to its new row, as in PyTorch; hooks stay behind."""
    from tapegrad.autograd.node import hook_row

    handle = core.handle_of(tensor)
    if state is not None and core.flags_of(handle) & abi.REQUIRES_GRAD:
        retained, state.retained = state.retained, None
        hook_row(engine.tapes[core.handle_tape(handle)], core.row_info(handle)).retained = retained


def bump(target: Tensor) -> None:
    """Count a write to the memory of a tensor."""
    while True:
        status = core.bump(core.handle_of(target))
        if status >= 0:
            return
        engine.repair(status, Op.COPY, (target,))


def tell_parents(target: Tensor) -> None:
    """After a recorded write to a view: give every tensor above it a *copy slices* row."""
    chain = [target]
    # Where parents in between repeat their elements: what was written, and its positions.
    source, positions = target, None
    while True:
        handle = core.handle_of(chain[-1])
        parent_handle = core.parent_of(handle)
        if not parent_handle or not core.modes() & 1:
            break
        parent: Tensor = engine.tensor_of(parent_handle)
        if not (source.requires_grad or parent.requires_grad):
            break
        c = CONTEXT[0]
        inner = int(view(int(c["h_layout"]), np.int32, handle + 1)[handle])
        start = int(view(int(c["h_offset"]), np.int64, handle + 1)[handle])
        if repeats_elements(parent) or positions is not None:
            shown = _positions(parent, inner, start)
            positions = shown if positions is None else shown.reshape(-1)[positions]
            if not repeats_elements(parent):
                _record_put(parent, positions, source)
                source, positions = parent, None
        else:
            _record_slices(parent, source, inner, start)
            source = parent
        chain.append(parent)
    if positions is not None:
        raise RuntimeError(_REPEATED)
    # From the top down, so that hooks of each tensor see the gradients of all views below it.
    for k in reversed(range(len(chain) - 1)):
        rebind(chain[k], _replay(chain[k], chain[k + 1]))


def _positions(parent: Tensor, inner: int, start: int) -> npt.NDArray[np.int64]:
    """Positions of a view's elements in its parent, seen as a row-major array."""
    layout = layout_at(inner)
    steps = [8 * s for s in layout.strides]
    numbers = np.arange(parent.numel())[start:]
    return np.lib.stride_tricks.as_strided(numbers, tuple(layout.shape), steps)


def _record_put(target: Tensor, positions: npt.NDArray[np.int64], part: Tensor) -> None:
    """Give a tensor a row that says: its old value with elements replaced by another tensor's."""
    handle = core.handle_of(target)
    old = same_value(target, core.layout_of(handle), core.share(handle), core.offset(handle))
    made = engine.record(
        Op.PUT, core.layout_of(handle), old, engine.from_array(positions), variadic=(part,),
        share=core.share(handle), offset=core.offset(handle),
    )  # fmt: skip
    rebind(target, made)
