"""Reductions: the functions, and the same as methods of tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tapegrad.engine import Op, core
from tapegrad.ops import exponentials, extrema, moments, summing
from tapegrad.ops.exponentials import log_softmax, logsumexp, softmax
from tapegrad.ops.extrema import amax, amin, argmax, argmin, max, min
from tapegrad.ops.moments import norm, std, std_mean, var, var_mean
from tapegrad.ops.summing import all, any, count_nonzero, cumsum, mean, prod, sum

if TYPE_CHECKING:
    from tapegrad import dtypes
    from tapegrad._tensor import Tensor
    from tapegrad.ops.reducing import Dims

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "cumsum",
    "log_softmax",
    "logsumexp",
    "max",
    "mean",
    "min",
    "norm",
    "prod",
    "softmax",
    "std",
    "std_mean",
    "sum",
    "var",
    "var_mean",
]

_SUM: Final = int(Op.SUM)
_MEAN: Final = int(Op.MEAN)


class ReductionMethods:
    """Reductions as methods."""

    __slots__ = ()

    def sum(
        self: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
    ) -> Tensor:
        """Sum of the elements, or of those along dimensions; see `tapegrad.sum`."""
        if dim is None and dtype is None and keepdim is False:
            total: Tensor = core.total(_SUM, self)
            return total
        return summing.sum(self, dim, keepdim, dtype=dtype)

    def mean(
        self: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
    ) -> Tensor:
        """Mean of the elements, or of those along dimensions; see `tapegrad.mean`."""
        if dim is None and dtype is None and keepdim is False:
            total: Tensor = core.total(_MEAN, self)
            return total
        return summing.mean(self, dim, keepdim, dtype=dtype)

    prod = summing.prod
    cumsum = summing.cumsum
    count_nonzero = summing.count_nonzero
    any = summing.any
    all = summing.all
    amax = extrema.amax
    amin = extrema.amin
    max = extrema.max
    min = extrema.min
    argmax = extrema.argmax
    argmin = extrema.argmin
    var = moments.var
    std = moments.std
    norm = moments.norm
    logsumexp = exponentials.logsumexp
    softmax = exponentials.softmax
    log_softmax = exponentials.log_softmax
