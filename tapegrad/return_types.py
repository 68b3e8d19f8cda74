"""Named tuples that ops with several results give."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


def _layout(result: tuple[Tensor, ...]) -> str:
    names = getattr(result, "_fields", ())
    parts = ",\n".join(f"{name}={value!r}" for name, value in zip(names, result, strict=True))
    return f"tapegrad.return_types.{type(result).__name__}(\n{parts})"


class max(NamedTuple):
    """Largest elements along a dimension, and where they are."""

    values: Tensor
    indices: Tensor

    def __repr__(self) -> str:
        return _layout(self)


class min(NamedTuple):
    """Smallest elements along a dimension, and where they are."""

    values: Tensor
    indices: Tensor

    def __repr__(self) -> str:
        return _layout(self)
