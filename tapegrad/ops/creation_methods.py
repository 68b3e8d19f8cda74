"""Methods that make tensors of the kind of another one, and what it says about its memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Unpack

from tapegrad import creation
from tapegrad.arguments import one_list, unpacked
from tapegrad.creation import checked_sizes, given_sizes, new_tensor, number_argument
from tapegrad.formats import layout, strided
from tapegrad.options import Common, SizedOptions, settled
from tapegrad.scalars import filling_number

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

_MISSING: Final = "Cannot access accelerator device when none is available."


def _filled(
    owner: Tensor,
    function: str,
    sizes: Any,
    value: Any,
    dtype: Any,
    requires_grad: bool | None,
    options: Any,
) -> Tensor:
    kind = settled(function, owner.dtype, dtype, requires_grad, options, SizedOptions)
    made = new_tensor(kind, checked_sizes(function, sizes))
    if value is not None:
        made.fill_(filling_number(value, kind))
    return made.requires_grad_(True) if requires_grad else made


class CreationMethods:
    """New tensors of the dtype of this one."""

    __slots__ = ()

    def new_zeros(
        self: Tensor,
        *args: Any,
        dtype: Any = None,
        requires_grad: bool | None = False,
        **options: Unpack[SizedOptions],
    ) -> Tensor:
        """Make a tensor of zeros of this tensor's dtype; see `tapegrad.zeros`."""
        sizes = given_sizes("new_zeros", args, options)
        return _filled(self, "new_zeros", sizes, 0, dtype, requires_grad, options)

    def new_ones(
        self: Tensor,
        *args: Any,
        dtype: Any = None,
        requires_grad: bool | None = False,
        **options: Unpack[SizedOptions],
    ) -> Tensor:
        """Make a tensor of ones of this tensor's dtype; see `tapegrad.ones`."""
        sizes = given_sizes("new_ones", args, options)
        return _filled(self, "new_ones", sizes, 1, dtype, requires_grad, options)

    def new_empty(
        self: Tensor,
        *args: Any,
        dtype: Any = None,
        requires_grad: bool | None = False,
        **options: Unpack[SizedOptions],
    ) -> Tensor:
        """Make a tensor of this tensor's dtype; see `tapegrad.empty`."""
        sizes = given_sizes("new_empty", args, options)
        return _filled(self, "new_empty", sizes, None, dtype, requires_grad, options)

    def new_full(
        self: Tensor,
        size: Any,
        fill_value: Any,
        *,
        dtype: Any = None,
        requires_grad: bool | None = False,
        **options: Unpack[Common],
    ) -> Tensor:
        """Make a tensor of one value of this tensor's dtype; see `tapegrad.full`.

        Examples
        --------
        >>> import tapegrad
        >>> tapegrad.tensor([1, 2]).new_full((2,), 3.7)
        tensor([3, 3])
        """
        sizes = one_list("new_full", size, "'size' (position 1)")
        value = number_argument("new_full", fill_value, "fill_value", 2)
        return _filled(self, "new_full", sizes, value, dtype, requires_grad, options)

    def new_empty_strided(
        self: Tensor,
        size: Any,
        stride: Any,
        *,
        dtype: Any = None,
        requires_grad: bool | None = False,
        **options: Unpack[Common],
    ) -> Tensor:
        """Make a tensor with given strides of this tensor's dtype."""
        name = "new_empty_strided"
        kind = settled(name, self.dtype, dtype, requires_grad, options, Common)
        sizes = unpacked(name, one_list(name, size, "'size' (position 1)"))
        strides = unpacked(name, one_list(name, stride, "'stride' (position 2)"), "stride")
        return creation.strided_tensor(sizes, strides, kind, requires_grad)

    def new_tensor(
        self: Tensor,
        data: Any,
        *,
        dtype: Any = None,
        requires_grad: bool | None = False,
        **options: Unpack[Common],
    ) -> Tensor:
        """Make a tensor with a copy of data of this tensor's dtype; see `tapegrad.tensor`.

        Examples
        --------
        >>> import tapegrad
        >>> tapegrad.ones(1).new_tensor([1, 2])
        tensor([1., 2.])
        """
        return creation.new_from_data(self, data, dtype, requires_grad, options)

    def new(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Make a tensor of this tensor's dtype the old way, from sizes or data."""
        from tapegrad.legacy_types import legacy_tensor

        return legacy_tensor(self.dtype, args, kwargs)

    def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
        """Write a number to the elements whose indices are all equal.

        Parameters
        ----------
        fill_value : number
            The number.
        wrap : bool
            Whether the diagonal of a tall matrix starts again after each gap of one row.

        Examples
        --------
        >>> import tapegrad
        >>> tapegrad.zeros(2, 2).fill_diagonal_(1)
        tensor([[1., 0.],
                [0., 1.]])
        """
        if self.ndim < 2:
            raise RuntimeError("dimensions must larger than 1")
        if self.ndim > 2 and len(set(self.shape)) > 1:
            raise RuntimeError("all dimensions of input must be of equal length")
        value = number_argument("fill_diagonal_", fill_value, "fill_value", 1)
        rows, columns = self.shape[0], self.shape[1]
        starts = range(0, rows, columns + 1) if wrap and self.ndim == 2 else (0,)
        for top in starts:
            part = self[top:] if top else self
            part.as_strided((min(part.shape),), (sum(part.stride()),), part.storage_offset()).fill_(
                value
            )
        return self

    # What it is ---------------------------------------------------------------------------------

    @property
    def layout(self: Tensor) -> layout:
        """How its elements are found."""
        return strided

    @property
    def is_cpu(self: Tensor) -> bool:
        """Whether it is on the CPU: always."""
        return True

    @property
    def is_meta(self: Tensor) -> bool:
        """Whether it has no memory."""
        return False

    @property
    def is_mps(self: Tensor) -> bool:
        """Whether it is on an Apple GPU."""
        return False

    @property
    def is_sparse(self: Tensor) -> bool:
        """Whether most of its elements are not stored."""
        return False

    @property
    def is_quantized(self: Tensor) -> bool:
        """Whether its elements stand for others."""
        return False

    def is_pinned(self: Tensor) -> bool:
        """Tell whether its memory is locked for transfers to a GPU."""
        return False

    def pin_memory(self: Tensor) -> Tensor:
        """Copy to memory locked for transfers to a GPU, which is refused where there is none."""
        raise RuntimeError(f"{_MISSING} Pinned memory is for transfers to a GPU.")

    def is_conj(self: Tensor) -> bool:
        """Tell whether its elements are conjugated when they are read."""
        return False

    def is_neg(self: Tensor) -> bool:
        """Tell whether its elements are negated when they are read."""
        return False
