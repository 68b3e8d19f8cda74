"""Putting elements in chosen places, as methods and in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tapegrad.engine import Op
from tapegrad.ops import scattering
from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.indexing import put_flat

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


class ScatteringMethods:
    """Putting elements in chosen places, as methods."""

    __slots__ = ()

    def scatter(
        self: Tensor,
        dim: int,
        index: Tensor,
        src: Any = None,
        *,
        value: Any = None,
        reduce: str | None = None,
    ) -> Tensor:
        """Copy with values written where an index along a dimension is given."""
        return scattering.scatter(self, dim, index, src, value=value, reduce=reduce)

    def scatter_(
        self: Tensor,
        dim: int,
        index: Tensor,
        src: Any = None,
        *,
        value: Any = None,
        reduce: str | None = None,
    ) -> Tensor:
        """Write values where an index along a dimension is given."""
        flat, source = scattering.scattered("scatter_", self, dim, index, src, value, reduce)
        if reduce is None:
            op = scattering.scatter_op(src if value is None else value)
            return put_flat(self, flat, source, op)
        return scattering.in_place(
            self, lambda: scattering.reduced(self, flat, source, src, reduce)
        )

    def scatter_add(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
        """Copy with values added where an index along a dimension is given."""
        return scattering.scatter_add(self, dim, index, src)

    def scatter_add_(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
        """Add values where an index along a dimension is given."""
        return scattering.in_place(self, lambda: scattering.scatter_add(self, dim, index, src))

    def index_add(
        self: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1
    ) -> Tensor:
        """Copy with slices added to those that a vector of indices names."""
        return scattering.index_add(self, dim, index, source, alpha=alpha)

    def index_add_(
        self: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1
    ) -> Tensor:
        """Add slices to those that a vector of indices names."""
        return scattering.in_place(
            self, lambda: scattering.index_add(self, dim, index, source, alpha=alpha)
        )

    def index_copy(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
        """Copy with slices in place of those that a vector of indices names."""
        return scattering.index_copy(self, dim, index, source)

    def index_copy_(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
        """Write slices in place of those that a vector of indices names."""
        return put_flat(self, *scattering.copied(self, dim, index, source), Op.INDEX_COPY)

    def index_fill(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
        """Copy with a number in all slices that a vector of indices names."""
        return scattering.index_fill(self, dim, index, value)

    def index_fill_(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
        """Write a number to all slices that a vector of indices names."""
        flat, source = scattering.filled_slices("index_fill_", self, dim, index, value)
        return put_flat(self, flat, source, scattering.fill_op(value))

    def put(self: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
        """Copy with values at positions in the tensor seen as a vector."""
        return scattering.put(self, index, source, accumulate)

    def put_(self: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
        """Write values to positions in the tensor seen as a vector."""
        flat, values = scattering.positioned(self, index, source)
        if accumulate:
            return scattering.in_place(self, lambda: scattering.added(self, flat, values))
        return put_flat(self, flat, values, Op.PUT_FLAT)

    def masked_scatter(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
        """Copy with values, one after the other, where a mask holds."""
        return scattering.masked_scatter(self, mask, source)

    def masked_scatter_(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
        """Write values, one after the other, where a mask holds."""
        check_tensor("masked_scatter_", mask, "mask")
        check_tensor("masked_scatter_", source, "source")
        return put_flat(self, *scattering.masked(self, mask, source), Op.MASKED_SCATTER)

    def index_put(
        self: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False
    ) -> Tensor:
        """Copy with values where index tensors point."""
        return scattering.index_put(self, indices, values, accumulate)

    def index_put_(
        self: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False
    ) -> Tensor:
        """Write values where index tensors point, or add them."""
        flat, source = scattering.indexed("index_put_", self, indices, values, accumulate)
        if accumulate:
            return scattering.in_place(
                self, lambda: scattering.added(self, flat, source, Op.PUT_ADD)
            )
        return put_flat(self, flat, source)
