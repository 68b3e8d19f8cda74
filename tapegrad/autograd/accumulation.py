"""How gradients arrive at tensors: ``.grad`` is added to, replaced, or laid out like its leaf."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from tapegrad import engine
from tapegrad.arguments import type_name
from tapegrad.autograd.hook_calls import all_replaced
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.autograd.node import mark
from tapegrad.autograd.views import apply_inplace
from tapegrad.engine import Op, core
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


def accumulate(leaf: Tensor, gradient: Tensor) -> None:
    """Add a gradient to the ``.grad`` of a leaf that is not marked (see `leaves`)."""
    old = leaf._get_grad()
    if old is None:
        leaf._set_grad(gradient)
        return
    in_modes(OFF, apply_inplace, Op.ADD, old, gradient)


def deliver(leaf: Tensor, gradient: Tensor) -> None:
    """Add a gradient to the ``.grad`` of a leaf that may be marked, and tell who waits for it."""
    handle = core.handle_of(leaf)
    flags = core.flags_of(handle)
    if not flags & abi.REQUIRES_GRAD:
        return
    if leaf._get_grad() is None:
        gradient = _like_leaf(gradient, leaf)
    accumulate(leaf, gradient)
    if not flags & abi.HOOKED:
        return
    for hook in [*mark(leaf).node_hooks.values()]:
        all_replaced(hook, (), in_modes(OFF, hook, (), (gradient,)))
    for hook in [*mark(leaf).post_hooks.values()]:
        returned = in_modes(OFF, hook, leaf)
        if returned is not None:
            raise TypeError(f"expected Variable, but hook returned '{type_name(returned)}'")


def _like_leaf(gradient: Tensor, leaf: Tensor) -> Tensor:
    """Gradient with the strides of a dense leaf, as in PyTorch."""
    mine, wanted = engine.layout_of(gradient), engine.layout_of(leaf)
    if mine.strides == wanted.strides or mine.shape != wanted.shape or not engine.is_dense(leaf):
        return gradient
    made = engine.empty(mine.dtype.code, tuple(mine.shape), wanted.strides)
    engine.array(made)[...] = engine.array(gradient)
    return made


def retain(owner: Tensor, gradient: Tensor) -> None:
    """Add to the ``.grad`` of a tensor that is not a leaf: never in place, as in PyTorch."""
    old = owner._get_grad()
    owner._set_grad(gradient if old is None else in_modes(OFF, operator.add, old, gradient))
