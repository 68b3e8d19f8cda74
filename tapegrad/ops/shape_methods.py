"""Movement as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapegrad.ops import shapes

if TYPE_CHECKING:
    from tapegrad.tensor import Tensor


class ShapeMethods:
    """Movement as methods."""

    __slots__ = ()

    def t(self: Tensor) -> Tensor:
        """Transpose a matrix (a view)."""
        return shapes.t(self)

    @property
    def T(self: Tensor) -> Tensor:
        """All dimensions in reverse order (a view)."""
        return shapes.permute(self, tuple(reversed(range(self.ndim))))

    def view(self: Tensor, *shape: Any) -> Tensor:
        """Give the same memory another shape."""
        return shapes.view(self, shapes.sizes_of("view", shape))

    def reshape(self: Tensor, *shape: Any) -> Tensor:
        """Give another shape: a view where the memory allows it, else a copy."""
        return shapes.reshape(self, shapes.sizes_of("reshape", shape))

    def expand(self: Tensor, *sizes: Any) -> Tensor:
        """Repeat dimensions of size 1 without copying (a view)."""
        return shapes.expand(self, shapes.sizes_of("expand", sizes))
