"""The GPU, as far as there is one: none is supported yet."""

from __future__ import annotations


def is_available() -> bool:
    """Tell whether tensors can be put on a GPU."""
    return False


def device_count() -> int:
    """Number of GPUs that tensors can be put on."""
    return 0
