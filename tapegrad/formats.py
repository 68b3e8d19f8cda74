"""Names for how elements lie in memory: layouts and memory formats."""

from __future__ import annotations

from typing import Final

from tapegrad.arguments import Sealed

__all__ = [
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "layout",
    "memory_format",
    "preserve_format",
    "strided",
]


class _Named(Sealed):
    """An object that is known by its name; there is one of each."""

    __slots__ = ("name",)

    name: str

    def __new__(cls, *args: object, **kwargs: object) -> _Named:
        """Refuse: the instances are made once, below."""
        raise TypeError(f"cannot create 'tapegrad.{cls.__name__}' instances")

    def __repr__(self) -> str:
        return f"tapegrad.{self.name}"

    def __reduce__(self) -> str:
        return self.name


class layout(_Named):
    """How the elements of a tensor are found; `strided` is the only way.

    Examples
    --------
    >>> strided
    tapegrad.strided
    """

    __slots__ = ()
    __module__ = "tapegrad"


class memory_format(_Named):
    """The order of a new tensor's dimensions in memory.

    Examples
    --------
    >>> contiguous_format
    tapegrad.contiguous_format
    """

    __slots__ = ()
    __module__ = "tapegrad"


def _name(made: _Named, name: str) -> None:
    object.__setattr__(made, "name", name)


strided: Final[layout] = object.__new__(layout)
contiguous_format: Final[memory_format] = object.__new__(memory_format)
preserve_format: Final[memory_format] = object.__new__(memory_format)
channels_last: Final[memory_format] = object.__new__(memory_format)
channels_last_3d: Final[memory_format] = object.__new__(memory_format)

_name(strided, "strided")
_name(contiguous_format, "contiguous_format")
_name(preserve_format, "preserve_format")
_name(channels_last, "channels_last")
_name(channels_last_3d, "channels_last_3d")

#: Orders of the dimensions in memory, from the outermost in, and how many dimensions they need.
_ORDERS: Final = {channels_last: (0, 2, 3, 1), channels_last_3d: (0, 2, 3, 4, 1)}


def strides_of(form: memory_format, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Strides of a new tensor in a memory format; None for row-major ones.

    Raises
    ------
    RuntimeError
        If the format needs another number of dimensions.

    Examples
    --------
    >>> strides_of(channels_last, (2, 2, 2, 2))
    (8, 1, 4, 2)
    """
    order = _ORDERS.get(form)
    if order is None:
        return None
    if len(shape) != len(order):
        raise RuntimeError(f"required rank {len(order)} tensor to use {form.name} format")
    strides = [0] * len(shape)
    step = 1
    for dim in reversed(order):
        strides[dim] = step
        step *= max(shape[dim], 1)
    return tuple(strides)
