"""Time limits for work that only SymPy knows the end of."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


class OutOfTimeError(Exception):
    """The time limit of a step has passed."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `OutOfTimeError` inside of the block once it has taken so long.

    Only the main thread of a process with timers can be interrupted; elsewhere the block runs to
    its end. A limit inside of another one ends no later than the outer one.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTimeError

    left = signal.getitimer(signal.ITIMER_REAL)[0]
    if left and left <= seconds:  # an outer limit comes first
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3))
    try:
        yield
    finally:
        spent = seconds - signal.getitimer(signal.ITIMER_REAL)[0]
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - spent, 1e-3))


def within(seconds: float, function: Callable[..., T], *arguments: Any) -> T | None:
    """Result of a function, or None if it takes longer."""
    try:
        with at_most(seconds):
            return function(*arguments)
    except OutOfTimeError:
        return None
