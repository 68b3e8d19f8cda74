"""Warnings: at the line of the caller, and where PyTorch does so, only once in a process."""

from __future__ import annotations

import os
import sys
import warnings
from types import FrameType
from typing import Final

_OURS: Final = os.path.dirname(__file__) + os.sep
_given: Final[set[str]] = set()
_always = False


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line of the code outside of tapegrad that is running."""
    level = 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        level += 1
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=level + 1)


def warn_once(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn unless the same was said before; see `set_warn_always`."""
    if _always or message not in _given:
        _given.add(message)
        warn(message, category)


def set_warn_always(b: bool, /) -> None:
    """Say whether warnings that are otherwise given once in a process are given each time.

    Examples
    --------
    >>> set_warn_always(True)
    >>> is_warn_always_enabled()
    True
    >>> set_warn_always(False)
    """
    global _always
    if not isinstance(b, bool):
        raise RuntimeError(f"setWarnOnlyOnce expects a bool, but got {type(b).__name__}")
    _always = b


def is_warn_always_enabled() -> bool:
    """Tell whether `set_warn_always` was turned on."""
    return _always
