"""Calls of hooks, and what they may give back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tapegrad.arguments import type_name
from tapegrad.engine import TensorBase

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.autograd.node import Hook, NodeState


def before_keeping(state: NodeState, gradient: Tensor) -> Tensor:
    """Gradient that the hooks of a tensor leave, which is the one that is kept or asked for."""
    for hook in [*state.hooks.values()]:
        gradient = _replaced(hook, gradient, hook(gradient))
    return gradient


def before_node(state: NodeState, gradient: Tensor) -> Tensor | None:
    """Gradient that the hooks of a node leave; None where one of them took it away."""
    for hook in [*state.pre_hooks.values()]:
        (changed,) = all_replaced(hook, (gradient,), hook((gradient,)))
        if changed is None:
            return None
        gradient = changed
    return gradient


def _name(hook: Hook) -> str:
    return str(getattr(hook, "__name__", "<unknown>"))


def _replaced(hook: Hook, gradient: Tensor | None, changed: Any) -> Any:
    """Gradient after a hook, which may have given another one of the same shape and dtype."""
    if changed is None:
        return gradient
    if not isinstance(changed, TensorBase):
        raise TypeError(f"expected Variable, but hook returned '{type_name(changed)}'")
    found: Tensor = cast("Tensor", changed)
    if gradient is None:
        return found
    if tuple(found.shape) != tuple(gradient.shape):
        raise RuntimeError(
            f"hook '{_name(hook)}' has changed the size of value: expected "
            f"{list(gradient.shape)}, got {list(found.shape)}"
        )
    if found.dtype is not gradient.dtype:
        raise RuntimeError(
            f"hook '{_name(hook)}' has changed the type of value (was {gradient.type()} got "
            f"{found.type()})"
        )
    return found


def all_replaced(
    hook: Hook, gradients: tuple[Tensor | None, ...], changed: Any
) -> tuple[Tensor | None, ...]:
    """Gradients after a hook of a node, which may have given a tuple of other ones."""
    if changed is None:
        return gradients
    if not isinstance(changed, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type_name(changed)}'")
    if len(changed) != len(gradients):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(changed)}, "
            f"but expected {len(gradients)})"
        )
    pairs = zip(gradients, changed, strict=True)
    return tuple(None if new is None else _replaced(hook, old, new) for old, new in pairs)
