"""Exceptions of the engine, and the texts of statuses that compiled code gives."""

from __future__ import annotations

from typing import NoReturn

from tapegrad_kernels.abi import Status
from tapegrad_kernels.context import CONTEXT


class TapeFullError(RuntimeError):
    """The tape has no room for another row."""


class OutOfMemoryError(RuntimeError):
    """A tensor does not fit in the memory that the engine may use."""


class LiftError(RuntimeError):
    """A program cannot be written in symbols."""


def raise_status(status: int) -> NoReturn:
    """Raise the exception of a status that the host cannot repair."""
    if status == Status.MEMORY:
        c = CONTEXT[0]
        raise OutOfMemoryError(
            "not enough memory: you tried to allocate more than the "
            f"{int(c['memory_limit']) - int(c['live_bytes'])} bytes that are left "
            f"({int(c['live_bytes'])} of {int(c['memory_limit'])} in use); use smaller tensors, "
            "drop tensors that are not needed, or raise TAPEGRAD_MEMORY_LIMIT"
        )
    if status == Status.TABLE:
        raise TapeFullError(
            "a table of the engine is full (distinct layouts, storages or live tensors); "
            "drop tensors that are not needed"
        )
    if status == Status.BOUNDS:
        raise RuntimeError("debug arena: an operand reaches outside of its storage")
    if status == Status.RELEASED:
        raise RuntimeError("this tensor was finalised and has no value any more")
    raise RuntimeError(f"internal error: unexpected status {status}")
