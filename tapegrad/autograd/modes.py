"""The modes of a thread: whether ops are recorded for differentiation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from tapegrad.engine import core

_R = TypeVar("_R")

#: Modes as compiled code keeps them: whether ops are recorded, and whether the thread is in
#: `inference_mode` (1; 2 after `enable_grad` inside, which records nothing all the same).
Modes = tuple[int, int]

OFF: Final = (0, 0)
ON: Final = (1, 0)


def in_modes(modes: Modes, function: Callable[..., _R], *args: Any, **kwargs: Any) -> _R:
    """Call a function in modes.

    An interrupt comes between two calls, so nothing may be called between what sets the modes and
    the protection that restores them: a context manager written in Python cannot promise that.
    """
    old = core.modes()
    try:
        core.set_grad_mode(*modes)
        return function(*args, **kwargs)
    finally:
        core.set_grad_mode(old & 1, old >> 1)


def recording(enabled: bool) -> Modes:
    """Modes of a thread after recording was turned on or off, which `inference_mode` outlasts."""
    inference = core.modes() >> 1
    if inference:
        return (0, 2 if enabled else 1)
    return ON if enabled else OFF


def is_grad_enabled() -> bool:
    """Tell whether ops are recorded for differentiation in this thread."""
    return bool(core.modes() & 5)


def is_inference_mode_enabled() -> bool:
    """Tell whether this thread is in `inference_mode`."""
    return bool(core.modes() > 1)
