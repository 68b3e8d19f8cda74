"""Named tuples that ops with several results give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Never

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


class _Result(tuple["Tensor", ...]):
    """A tuple whose elements have names; a subclass lists them."""

    __slots__ = ()
    _names: ClassVar[tuple[str, ...]] = ()

    def __new__(cls, sequence: Iterable[Tensor], /) -> _Result:
        """Check that there is one element for each name."""
        if not hasattr(sequence, "__iter__"):
            raise TypeError("constructor requires a sequence")
        values = tuple(sequence)
        if len(values) != len(cls._names):
            raise TypeError(
                f"{_title(cls)}() takes a {len(cls._names)}-sequence ({len(values)}-sequence given)"
            )
        return super().__new__(cls, values)

    def __init_subclass__(cls, names: Sequence[str]) -> None:
        cls._names = tuple(names)
        for position, name in enumerate(names):
            setattr(cls, name, _field(position))

    @property
    def n_fields(self) -> int:
        """Number of results."""
        return len(self._names)

    @property
    def n_sequence_fields(self) -> int:
        """Number of results that the tuple shows: all."""
        return len(self._names)

    @property
    def n_unnamed_fields(self) -> int:
        """Number of results without a name: none."""
        return 0

    def __getattr__(self, name: str) -> Never:
        raise AttributeError(f"'{_title(type(self))}' object has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> Never:
        if name in self._names:
            raise AttributeError(f"readonly attribute: {name!r} of {_title(type(self))}")
        raise AttributeError(f"'{_title(type(self))}' object has no attribute {name!r}")

    def __repr__(self) -> str:
        parts = ",\n".join(f"{n}={v!r}" for n, v in zip(self._names, self, strict=True))
        return f"{_title(type(self))}(\n{parts})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (tuple(self),)


def _field(position: int) -> property:
    def get(result: _Result) -> Tensor:
        return result[position]

    return property(get, doc=f"Result {position}.")


def _title(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


class max(_Result, names=("values", "indices")):
    """Largest elements along a dimension, and where they are."""

    __slots__ = ()
    values: Tensor
    indices: Tensor


class min(_Result, names=("values", "indices")):
    """Smallest elements along a dimension, and where they are."""

    __slots__ = ()
    values: Tensor
    indices: Tensor


class max_out(max, names=("values", "indices")):
    """The same, written to given tensors."""

    __slots__ = ()


class min_out(min, names=("values", "indices")):
    """The same, written to given tensors."""

    __slots__ = ()


class aminmax(_Result, names=("min", "max")):
    """Smallest and largest elements."""

    __slots__ = ()
    min: Tensor
    max: Tensor
