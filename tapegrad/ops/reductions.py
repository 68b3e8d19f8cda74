"""Reductions: the functions, and the same as methods of tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tapegrad.autograd.views import overwrite
from tapegrad.engine import Op, core
from tapegrad.ops import exponentials, extrema, moments, summing
from tapegrad.ops.exponentials import log_softmax, logsumexp, softmax
from tapegrad.ops.extrema import amax, amin, aminmax, argmax, argmin, max, min
from tapegrad.ops.moments import norm, std, std_mean, var, var_mean
from tapegrad.ops.signatures import as_method, parsed_method
from tapegrad.ops.summing import all, any, count_nonzero, cumsum, mean, prod, sum

if TYPE_CHECKING:
    from tapegrad import dtypes
    from tapegrad._tensor import Tensor
    from tapegrad.ops.reducing import Dims

__all__ = [
    "all",
    "amax",
    "amin",
    "aminmax",
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
_sum: Final = as_method(summing.sum)
_mean: Final = as_method(summing.mean)


class ReductionMethods:
    """Reductions as methods."""

    __slots__ = ()

    def sum(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Sum of the elements, or of those along dimensions; see `tapegrad.sum`."""
        if not args and not kwargs:
            total: Tensor = core.total(_SUM, self)
            return total
        return _sum(self, *args, **kwargs)

    def mean(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Mean of the elements, or of those along dimensions; see `tapegrad.mean`."""
        if not args and not kwargs:
            total: Tensor = core.total(_MEAN, self)
            return total
        return _mean(self, *args, **kwargs)

    def cumsum_(self: Tensor, dim: int, *, dtype: dtypes.dtype | None = None) -> Tensor:
        """Write the result of `cumsum` to this tensor."""
        return overwrite(self, self.cumsum(dim, dtype=self.dtype if dtype is None else dtype))

    @parsed_method()
    def norm(
        self: Tensor,
        p: float | str | None = "fro",
        dim: Dims = None,
        keepdim: bool = False,
        dtype: dtypes.dtype | None = None,
    ) -> Tensor:
        """Norm of the elements, or of those along dimensions; see `tapegrad.norm`."""
        return moments.norm(self, p, dim, keepdim, dtype=dtype)

    prod = as_method(summing.prod)
    cumsum = as_method(summing.cumsum)
    count_nonzero = as_method(summing.count_nonzero)
    any = as_method(summing.any)
    all = as_method(summing.all)
    amax = as_method(extrema.amax)
    amin = as_method(extrema.amin)
    aminmax = as_method(extrema.aminmax)
    max = as_method(extrema.max)
    min = as_method(extrema.min)
    argmax = as_method(extrema.argmax)
    argmin = as_method(extrema.argmin)
    var = as_method(moments.var)
    std = as_method(moments.std)
    logsumexp = as_method(exponentials.logsumexp)
    softmax = as_method(exponentials.softmax)
    log_softmax = as_method(exponentials.log_softmax)


# What signature() and help() show.
ReductionMethods.sum.__wrapped__ = summing.sum  # type: ignore[attr-defined]
ReductionMethods.mean.__wrapped__ = summing.mean  # type: ignore[attr-defined]
