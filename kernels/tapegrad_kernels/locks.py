"""Locks that a forked child does not inherit locked."""

from __future__ import annotations

import os
from typing import Protocol, TypeVar


class _Lock(Protocol):
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


_L = TypeVar("_L", bound=_Lock)


def fork_safe(lock: _L) -> _L:
    """Let forks wait for a lock: no other thread then holds it, or is half done, in the child."""
    os.register_at_fork(
        before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
    )
    return lock
