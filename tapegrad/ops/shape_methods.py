"""Movement, joining and taking apart as methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tapegrad.engine import core
from tapegrad.ops import joining, shapes

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


class ShapeMethods:
    """Movement, joining and taking apart as methods."""

    __slots__ = ()

    def t(self: Tensor) -> Tensor:
        """Transpose a matrix (a view)."""
        made: Tensor | int = core.transpose(self)
        return shapes.t(self) if isinstance(made, int) else made

    @property
    def T(self: Tensor) -> Tensor:
        """All dimensions in reverse order (a view)."""
        return shapes.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self: Tensor) -> Tensor:
        """The last two dimensions exchanged (a view)."""
        if self.ndim == 1:
            raise RuntimeError(
                "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."
            )
        return shapes.transpose(self, -2, -1) if self.ndim else self

    def transpose(self: Tensor, dim0: int, dim1: int) -> Tensor:
        """Exchange two dimensions (a view)."""
        return shapes.transpose(self, dim0, dim1)

    def swapaxes(self: Tensor, axis0: int, axis1: int) -> Tensor:
        """Exchange two dimensions (a view)."""
        return shapes.transpose(self, axis0, axis1)

    def swapdims(self: Tensor, dim0: int, dim1: int) -> Tensor:
        """Exchange two dimensions (a view)."""
        return shapes.transpose(self, dim0, dim1)

    def permute(self: Tensor, *dims: Any) -> Tensor:
        """Reorder the dimensions (a view)."""
        return shapes.permute(self, shapes.dims_of("permute", dims))

    def movedim(
        self: Tensor, source: int | Sequence[int], destination: int | Sequence[int]
    ) -> Tensor:
        """Move dimensions to other places (a view)."""
        return shapes.movedim(self, source, destination)

    def view(self: Tensor, *shape: Any) -> Tensor:
        """Give the same memory another shape."""
        return shapes.view(self, shapes.sizes_of("view", shape))

    def view_as(self: Tensor, other: Tensor) -> Tensor:
        """Give the same memory the shape of another tensor."""
        return shapes.view_as(self, other)

    def reshape(self: Tensor, *shape: Any) -> Tensor:
        """Give another shape: a view where the memory allows it, else a copy."""
        return shapes.reshape(self, shapes.sizes_of("reshape", shape, "shape"))

    def reshape_as(self: Tensor, other: Tensor) -> Tensor:
        """Give the shape of another tensor: a view where the memory allows it, else a copy."""
        shapes.check_tensor("reshape_as", other, "other")
        return shapes.reshape(self, tuple(other.shape))

    def flatten(self: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Make one dimension of several neighbours."""
        return shapes.flatten(self, start_dim, end_dim)

    def unflatten(self: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
        """Make several dimensions of one (a view)."""
        return shapes.unflatten(self, dim, sizes)

    def ravel(self: Tensor) -> Tensor:
        """Make one dimension of all."""
        return shapes.ravel(self)

    def expand(self: Tensor, *sizes: Any) -> Tensor:
        """Repeat dimensions of size 1 without copying (a view)."""
        return shapes.expand(self, shapes.sizes_of("expand", sizes))

    def expand_as(self: Tensor, other: Tensor) -> Tensor:
        """Expand to the shape of another tensor (a view)."""
        return shapes.expand_as(self, other)

    def broadcast_to(self: Tensor, *size: Any) -> Tensor:
        """Expand to a shape that this one broadcasts to (a view)."""
        return shapes.expand(self, shapes.sizes_of("broadcast_to", size))

    def squeeze(self: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
        """Take away dimensions of size 1 (a view)."""
        return shapes.squeeze(self, dim)

    def unsqueeze(self: Tensor, dim: int) -> Tensor:
        """Add a dimension of size 1 (a view)."""
        return shapes.unsqueeze(self, dim)

    def select(self: Tensor, dim: int, index: int) -> Tensor:
        """Give one slice along a dimension, which goes away (a view)."""
        return shapes.select(self, dim, index)

    def narrow(self: Tensor, dim: int, start: int, length: int) -> Tensor:
        """Give `length` slices along a dimension, from `start` (a view)."""
        return shapes.narrow(self, dim, start, length)

    def split(self: Tensor, split_size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
        """Cut into parts along a dimension (views)."""
        return joining.split(self, split_size, dim)

    def chunk(self: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        """Cut into at most `chunks` parts of equal size along a dimension (views)."""
        return joining.chunk(self, chunks, dim)

    def unbind(self: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
        """Give all slices along a dimension (views)."""
        return joining.unbind(self, dim)

    def repeat(self: Tensor, *repeats: Any) -> Tensor:
        """Copy several times along each dimension."""
        return joining.repeat(self, shapes.sizes_of("repeat", repeats, "repeats"))

    def tile(self: Tensor, *dims: Any) -> Tensor:
        """Copy several times along the last dimensions."""
        return joining.tile(self, shapes.dims_of("tile", dims))

    def flip(self: Tensor, *dims: Any) -> Tensor:
        """Reverse the order along dimensions (a copy)."""
        return joining.flip(self, shapes.dims_of("flip", dims))

    def roll(
        self: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None
    ) -> Tensor:
        """Move elements along dimensions, around the ends (a copy)."""
        return joining.roll(self, shifts, dims)
