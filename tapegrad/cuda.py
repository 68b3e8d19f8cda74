"""The GPU, as far as there is one: none is supported yet."""

from __future__ import annotations

from typing import Never

_MISSING = "Torch not compiled with CUDA enabled: tapegrad has the CPU only"


def is_available() -> bool:
    """Tell whether tensors can be put on a GPU."""
    return False


def is_initialized() -> bool:
    """Tell whether a GPU is in use."""
    return False


def device_count() -> int:
    """Number of GPUs that tensors can be put on."""
    return 0


def memory_allocated(device: object = None) -> int:
    """Bytes in use on a GPU."""
    return 0


def max_memory_allocated(device: object = None) -> int:
    """Most bytes that were in use on a GPU."""
    return 0


def empty_cache() -> None:
    """Give back memory that is kept for later."""


def manual_seed(seed: int) -> None:
    """Seed the generator of the GPU, where there is one."""


def manual_seed_all(seed: int) -> None:
    """Seed the generators of all GPUs."""


def current_device() -> int:
    """Number of the GPU in use."""
    _refuse()


def set_device(device: object) -> None:
    """Choose a GPU."""
    _refuse()


def synchronize(device: object = None) -> None:
    """Wait until a GPU has done what it was given."""
    _refuse()


def get_device_name(device: object = None) -> str:
    """Name of a GPU."""
    _refuse()


def get_device_capability(device: object = None) -> tuple[int, int]:
    """Version of a GPU's instruction set."""
    _refuse()


def get_device_properties(device: object = None) -> object:
    """What a GPU can do."""
    _refuse()


def _refuse() -> Never:
    raise AssertionError(_MISSING)
