"""The shape of a tensor."""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import index
from typing import SupportsIndex, overload

from tapegrad.arguments import type_name

__all__ = ["Size"]


class Size(tuple[int, ...]):
    """A tuple of sizes, one per dimension.

    Parameters
    ----------
    sizes : iterable of int
        The sizes; none for the shape of a 0-d tensor.

    Examples
    --------
    >>> Size([2, 3]).numel()
    6
    >>> Size([2, 3])[1:] + (4,)
    tapegrad.Size([3, 4])
    """

    __slots__ = ()
    __module__ = "tapegrad"

    def __new__(cls, sizes: Iterable[SupportsIndex] = (), /) -> Size:
        """Check that every size is an integer."""
        if type(sizes) is Size:
            return sizes
        values = []
        for position, size in enumerate(sizes):
            try:
                value = index(size)
            except TypeError:
                raise TypeError(
                    "tapegrad.Size() takes an iterable of 'int' "
                    f"(item {position} is '{type(size).__name__}')"
                ) from None
            if not -(2**63) <= value < 2**63:
                raise ValueError(
                    f"Overflow when unpacking long long: item {position} is {value}, beyond int64"
                )
            values.append(value)
        return super().__new__(cls, values)

    def numel(self) -> int:
        """Return the number of elements of a tensor of this shape.

        Examples
        --------
        >>> Size().numel()
        1
        """
        return math.prod(self)

    def __repr__(self) -> str:
        return f"tapegrad.Size([{', '.join(map(repr, self))}])"

    def __reduce__(self) -> tuple[type[Size], tuple[tuple[int, ...]]]:
        return Size, (tuple(self),)

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, key: slice, /) -> Size: ...
    def __getitem__(self, key: SupportsIndex | slice, /) -> int | Size:
        if isinstance(key, slice):
            return _unchecked(tuple.__getitem__(self, key))
        return tuple.__getitem__(self, key)

    def __add__(self, other: object, /) -> Size:
        if not isinstance(other, tuple):
            raise TypeError(
                f"can only concatenate tuple (not {type(other).__name__}) to tapegrad.Size"
            )
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: object, /) -> Size:
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(tuple.__add__(other, tuple(self)))

    def __mul__(self, times: SupportsIndex, /) -> Size:
        if not hasattr(times, "__index__"):
            raise TypeError(f"can't multiply sequence by non-int of type '{type_name(times)}'")
        return _unchecked(tuple.__mul__(self, times))

    __rmul__ = __mul__


def _unchecked(values: tuple[int, ...]) -> Size:
    return tuple.__new__(Size, values)
