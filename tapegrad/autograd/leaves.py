"""Leaves: becoming one, ceasing to be one, and being given other memory."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from tapegrad import engine
from tapegrad.autograd import views
from tapegrad.autograd.node import mark
from tapegrad.engine import core
from tapegrad_kernels import abi
from tapegrad_kernels.abi import Status

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


@engine.with_rows_held
def begin(tensor: Tensor) -> None:
    """Let a constant require a gradient."""
    handle = core.handle_of(tensor)
    if core.current(handle) == Status.STALE:
        engine.refresh(tensor)
    engine.make_leaf(handle)
    tape = engine.tapes[core.handle_tape(handle)]
    left = tape.states.get(-handle)
    if left is not None and left.retained is not None and left.retained() is tensor:
        left.retained = None  # its hooks, from before its gradient was turned off
        _hook(tensor)
    else:
        settle(tensor)


def settle(leaf: Tensor) -> None:
    """Make passes stop at a leaf whose gradient wants strides of its own."""
    if not engine.layout_of(leaf).row_major:
        mark(leaf)


def _hook(leaf: Tensor) -> None:
    handle = core.handle_of(leaf)
    flags = engine.tapes[core.handle_tape(handle)].columns.column("flags")
    flags[core.row_info(handle)] |= abi.HOOKED


@engine.with_rows_held
def end(tensor: Tensor) -> None:
    """Cut a tensor off its graph; what was recorded of a leaf gives it no gradient any more."""
    handle = core.handle_of(tensor)
    if core.is_leaf(handle) and core.flags_of(handle) & abi.REQUIRES_GRAD:
        mark(tensor).retained = weakref.ref(tensor)
    made = tensor.detach()  # named: it must outlive the call
    core.rebind(core.handle_of(tensor), core.handle_of(made))


@engine.with_rows_held
def set_data(tensor: Tensor, value: Tensor) -> None:
    """Give a tensor the memory of another one, and leave its place in the graph as it is."""
    wanted, is_leaf = tensor.requires_grad, tensor.is_leaf
    if wanted and not value.dtype.is_floating_point:
        raise RuntimeError(
            "data set to a tensor that requires gradients must be floating point or complex dtype"
        )
    made = value.detach()  # named: it must outlive the calls
    handle, other = core.handle_of(tensor), core.handle_of(made)
    if is_leaf:
        hooked = core.flags_of(handle) & abi.HOOKED
        core.rebind(handle, other)
        if wanted:
            engine.make_leaf(handle)
            if hooked:
                _hook(tensor)
            else:
                settle(tensor)
        return
    if (made.shape, made.dtype) != (tensor.shape, tensor.dtype):
        raise RuntimeError(
            f"the data of a tensor with a graph must keep its shape and dtype, {tensor.dtype} "
            f"{list(tensor.shape)}, but got {made.dtype} {list(made.shape)}; use detach()"
        )
    views.rebind(
        tensor,
        views.same_value(tensor, core.layout_of(other), core.share(other), core.offset(other)),
    )
