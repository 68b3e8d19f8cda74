"""Movement, joining and taking apart as methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tapegrad import engine
from tapegrad.autograd.views import overwrite
from tapegrad.dtypes import dtype as _Dtype
from tapegrad.engine import core
from tapegrad.ops import cutting, joining, parts, shapes, strided
from tapegrad.ops.arguments import check_tensor, either, no_such_call, sizes_of
from tapegrad.warning import warn_once

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
        n = self.ndim
        if n == 0:
            warn_once(
                "Tensor.T is deprecated on 0-D tensors. This function is the identity in these "
                "cases."
            )
        elif n != 2:
            warn_once(
                "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is "
                "deprecated and it will throw an error in a future release. Consider `x.mT` to "
                "transpose batches of matrices or `x.permute(*tapegrad.arange(x.ndim - 1, -1, -1))`"
                " to reverse the dimensions of a tensor."
            )
        return shapes.permute(self, tuple(reversed(range(n))))

    @property
    def mT(self: Tensor) -> Tensor:
        """The last two dimensions exchanged (a view)."""
        return _matrices_transposed(self, "mT", "This function is the identity in these cases.")

    @property
    def H(self: Tensor) -> Tensor:
        """A matrix, transposed and conjugated (a view)."""
        if self.ndim not in (0, 2):
            more = ". For batches of matrices, consider using tensor.mH" if self.ndim > 2 else "."
            raise RuntimeError(
                "tensor.H is only supported on matrices (2-D tensors). Got "
                f"{self.ndim}-D tensor{more}"
            )
        return _matrices_transposed(self, "H", "Consider using x.conj().")

    @property
    def mH(self: Tensor) -> Tensor:
        """The last two dimensions exchanged, and complex elements conjugated (a view)."""
        return _matrices_transposed(self, "mH", "Consider using x.conj().")

    def adjoint(self: Tensor) -> Tensor:
        """Exchange the last two dimensions (a view), and conjugate complex elements."""
        return self.mT

    def transpose(self: Tensor, dim0: int, dim1: int) -> Tensor:
        """Exchange two dimensions (a view)."""
        return shapes.transpose(self, dim0, dim1)

    def swapaxes(self: Tensor, axis0: int, axis1: int) -> Tensor:
        """Exchange two dimensions (a view)."""
        return shapes.swapaxes(self, axis0, axis1)

    def swapdims(self: Tensor, dim0: int, dim1: int) -> Tensor:
        """Exchange two dimensions (a view)."""
        return shapes.swapdims(self, dim0, dim1)

    def permute(self: Tensor, *order: Any, dims: Any = None) -> Tensor:
        """Reorder the dimensions (a view)."""
        return shapes.permute(self, either("permute", order, dims, "dims"))

    def movedim(
        self: Tensor, source: int | Sequence[int], destination: int | Sequence[int]
    ) -> Tensor:
        """Move dimensions to other places (a view)."""
        return shapes.movedim(self, source, destination)

    moveaxis = movedim

    def view(self: Tensor, *sizes: Any, size: Any = None, dtype: _Dtype | None = None) -> Tensor:
        """Give the same memory another shape, or read it as elements of another dtype.

        Parameters
        ----------
        *sizes : int, sequence of int or dtype
            Sizes, one of which may be -1, or the dtype.
        size, dtype
            The same by their names.

        Examples
        --------
        >>> import tapegrad
        >>> tapegrad.arange(6).view(2, -1).shape
        tapegrad.Size([2, 3])
        """
        if size is None and dtype is None and sizes and sizes[0].__class__ is int:
            return shapes.view(self, sizes_of("view", sizes))
        return strided.view_either(self, sizes, size, dtype)

    def view_as(self: Tensor, other: Tensor) -> Tensor:
        """Give the same memory the shape of another tensor."""
        return shapes.view_as(self, other)

    def reshape(self: Tensor, *sizes: Any, shape: Any = None) -> Tensor:
        """Give another shape: a view where the memory allows it, else a copy."""
        return shapes.reshape(self, either("reshape", sizes, shape, "shape"))

    def reshape_as(self: Tensor, other: Tensor) -> Tensor:
        """Give the shape of another tensor: a view where the memory allows it, else a copy."""
        check_tensor("reshape_as", other, "other")
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

    def expand(self: Tensor, *sizes: Any, size: Any = None, implicit: bool = False) -> Tensor:
        """Repeat dimensions of size 1 without copying (a view)."""
        return shapes.expand(self, either("expand", sizes, size, "size"))

    def expand_as(self: Tensor, other: Tensor) -> Tensor:
        """Expand to the shape of another tensor (a view)."""
        return shapes.expand_as(self, other)

    def broadcast_to(self: Tensor, *sizes: Any, size: Any = None) -> Tensor:
        """Expand to a shape that this one broadcasts to (a view)."""
        return shapes.expand(self, either("broadcast_to", sizes, size, "size"))

    def squeeze(self: Tensor, *dims: Any, dim: Any = None) -> Tensor:
        """Take away dimensions of size 1 (a view)."""
        if not dims and dim is None:
            return shapes.squeeze(self)
        given = dims if dims else (dim,)
        if None in given or (dims and dim is not None):
            forms = "", "int dim", "tuple of ints dim"
            raise no_such_call("squeeze", dims, {"dim": dim}, *forms)
        return shapes.squeeze(self, given if len(given) > 1 else given[0])

    def unsqueeze(self: Tensor, dim: int) -> Tensor:
        """Add a dimension of size 1 (a view)."""
        return shapes.unsqueeze(self, dim)

    def select(self: Tensor, dim: int, index: int) -> Tensor:
        """Give one slice along a dimension, which goes away (a view)."""
        return parts.select(self, dim, index)

    def narrow(self: Tensor, dim: int, start: int | Tensor, length: int) -> Tensor:
        """Give `length` slices along a dimension, from `start` (a view)."""
        return parts.narrow(self, dim, start, length)

    def narrow_copy(self: Tensor, dim: int, start: int, length: int) -> Tensor:
        """Copy `length` slices along a dimension, from `start`."""
        return parts.narrow_copy(self, dim, start, length)

    def as_strided(
        self: Tensor,
        size: Sequence[int],
        stride: Sequence[int],
        storage_offset: int | None = None,
    ) -> Tensor:
        """Look at the memory with any sizes and strides (a view)."""
        return strided.as_strided(self, size, stride, storage_offset)

    def diagonal(self: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        """Diagonal of two dimensions, as the last dimension (a view)."""
        return strided.diagonal(self, offset, dim1, dim2)

    def diag(self: Tensor, diagonal: int = 0) -> Tensor:
        """Matrix with a diagonal, or diagonal of a matrix (a copy)."""
        return strided.diag(self, diagonal)

    def tril(self: Tensor, diagonal: int = 0) -> Tensor:
        """Lower triangles of matrices, with zeros above."""
        return strided.tril(self, diagonal)

    def triu(self: Tensor, diagonal: int = 0) -> Tensor:
        """Upper triangles of matrices, with zeros below."""
        return strided.triu(self, diagonal)

    def tril_(self: Tensor, diagonal: int = 0) -> Tensor:
        """Write zeros above the diagonals of matrices."""
        return overwrite(self, strided.tril(self, diagonal), continues=self.requires_grad)

    def triu_(self: Tensor, diagonal: int = 0) -> Tensor:
        """Write zeros below the diagonals of matrices."""
        return overwrite(self, strided.triu(self, diagonal), continues=self.requires_grad)

    def split(self: Tensor, split_size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
        """Cut into parts along a dimension (views)."""
        return joining.split(self, split_size, dim)

    def split_with_sizes(
        self: Tensor, split_sizes: Sequence[int], dim: int = 0
    ) -> tuple[Tensor, ...]:
        """Cut into parts of given sizes along a dimension (views)."""
        return joining.split_with_sizes(self, split_sizes, dim)

    def tensor_split(
        self: Tensor,
        indices_or_sections: int | Sequence[int] | Tensor | None = None,
        dim: int = 0,
        *,
        indices: Sequence[int] | None = None,
        sections: int | None = None,
    ) -> tuple[Tensor, ...]:
        """Cut into about equal parts, or at given indices, along a dimension (views)."""
        return cutting.tensor_split(
            self, indices_or_sections, dim, indices=indices, sections=sections
        )

    def hsplit(self: Tensor, split_size_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
        """Cut along the second dimension, a vector along its only one (views)."""
        return cutting.hsplit(self, split_size_or_sections)

    def vsplit(self: Tensor, split_size_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
        """Cut along the first dimension (views)."""
        return cutting.vsplit(self, split_size_or_sections)

    def dsplit(self: Tensor, split_size_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
        """Cut along the third dimension (views)."""
        return cutting.dsplit(self, split_size_or_sections)

    def chunk(self: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        """Cut into at most `chunks` parts of equal size along a dimension (views)."""
        return joining.chunk(self, chunks, dim)

    def unbind(self: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
        """Give all slices along a dimension (views)."""
        return joining.unbind(self, dim)

    def repeat(self: Tensor, *times: Any, repeats: Any = None) -> Tensor:
        """Copy several times along each dimension."""
        return joining.repeat(self, either("repeat", times, repeats, "repeats"))

    def repeat_interleave(
        self: Tensor,
        repeats: int | Tensor,
        dim: int | None = None,
        *,
        output_size: int | None = None,
    ) -> Tensor:
        """Copy each element, or each slice along a dimension, several times."""
        return cutting.repeat_interleave(self, repeats, dim, output_size=output_size)

    def tile(self: Tensor, *times: Any, dims: Any = None) -> Tensor:
        """Copy several times along the last dimensions."""
        return joining.tile(self, either("tile", times, dims, "dims"))

    def flip(self: Tensor, *order: Any, dims: Any = None) -> Tensor:
        """Reverse the order along dimensions (a copy)."""
        return joining.flip(self, either("flip", order, dims, "dims"))

    def fliplr(self: Tensor) -> Tensor:
        """Reverse the order along the second dimension (a copy)."""
        return cutting.fliplr(self)

    def flipud(self: Tensor) -> Tensor:
        """Reverse the order along the first dimension (a copy)."""
        return cutting.flipud(self)

    def rot90(self: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
        """Turn the plane of two dimensions by 90 degrees, `k` times (a copy)."""
        return cutting.rot90(self, k, dims)

    def roll(
        self: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None
    ) -> Tensor:
        """Move elements along dimensions, around the ends (a copy)."""
        return joining.roll(self, shifts, dims)

    # What is told of memory ------------------------------------------------------------------

    def is_same_size(self: Tensor, other: Tensor) -> bool:
        """Tell whether another tensor has the same shape."""
        check_tensor("is_same_size", other, "other")
        return self.shape == other.shape

    def is_set_to(self: Tensor, tensor: Tensor) -> bool:
        """Tell whether another tensor has the same memory, shape and strides."""
        check_tensor("is_set_to", tensor, "tensor")
        mine = self.data_ptr(), self.shape, self.stride()
        return mine == (tensor.data_ptr(), tensor.shape, tensor.stride())

    def _is_view(self: Tensor) -> bool:
        return bool(core.parent_of(core.handle_of(self)))

    @property
    def _base(self: Tensor) -> Tensor | None:
        """Tensor that a view looks at, or that the one it looks at looks at, and so on."""
        handle = core.parent_of(core.handle_of(self))
        if not handle:
            return None
        while parent := core.parent_of(handle):
            handle = parent
        return engine.tensor_of(handle)


def _matrices_transposed(x: Tensor, name: str, advice: str) -> Tensor:
    if x.ndim == 0:
        warn_once(f"Tensor.{name} is deprecated on 0-D tensors. {advice}")
        return x
    if x.ndim == 1:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    return shapes.transpose(x, -2, -1)
