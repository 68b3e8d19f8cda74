"""Sums, means, products and what counts elements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.engine import Op
from tapegrad.ops.conversion import cast
from tapegrad.ops.reducing import (
    Dims,
    check_keepdim,
    constant,
    count,
    one_dim,
    reduced,
    reduced_by_kernel,
    reduced_dims,
    total,
)
from tapegrad.ops.shapes import check_tensor

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "all",
    "any",
    "count_nonzero",
    "cumsum",
    "mean",
    "prod",
    "sum",
]


def _counted(t: Tensor, dtype: dtypes.dtype | None) -> Tensor:
    """Bring the operand of a sum or product to the dtype of the result."""
    if dtype is not None:
        return cast(t, dtype)
    return t if t.dtype.is_floating_point else cast(t, dtypes.int64)


def sum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """Sum of the elements, or of those along dimensions.

    Parameters
    ----------
    input : Tensor
        Integers and bools are summed as int64.
    dim : int or sequence of int, optional
        What to sum over; everything where it is left out.
    keepdim : bool
        Whether the dimensions stay, with size 1.
    dtype : dtype, optional
        Converts the input first.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.sum(tapegrad.tensor([[1., 2.], [3., 4.]]), 0)
    tensor([4., 6.])
    """
    check_tensor("sum", input)
    check_keepdim("sum", keepdim)
    t = _counted(input, dtype)
    dims = reduced_dims("sum", dim, t.ndim)
    op = Op.SUM if dim is None else Op.SUM_DIM
    if t.dtype.is_floating_point:
        return reduced_by_kernel(op, t, dims, keepdim, "sum", start=0.0, hosted=False)
    return reduced(op, t, dims, keepdim, total(engine.readable(t), dims), hosted=False)


def mean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """Mean of the elements, or of those along dimensions; see `sum` for the arguments.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.mean(tapegrad.tensor([[1., 2.], [3., 4.]]), 0)
    tensor([2., 3.])
    """
    check_tensor("mean", input)
    check_keepdim("mean", keepdim)
    t = input if dtype is None else cast(input, dtype)
    if not t.dtype.is_floating_point:
        what = "Input dtype" if dtype is None else "Optional dtype"
        raise RuntimeError(
            f"mean(): could not infer output dtype. {what} must be either a floating point or "
            f"complex dtype. Got: {engine.torch_name(t.dtype.code)}"
        )
    dims = reduced_dims("mean", dim, t.ndim)
    op = Op.MEAN if dim is None else Op.MEAN_DIM
    n = count(t, dims)
    return reduced_by_kernel(
        op, t, dims, keepdim, "sum", start=0.0, divisor=n if n else math.nan, hosted=False
    )


def prod(
    input: Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """Product of the elements, or of those along one dimension.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([2., 0., 4.], requires_grad=True)
    >>> x.prod().backward()
    >>> x.grad
    tensor([0., 8., 0.])
    """
    check_tensor("prod", input)
    check_keepdim("prod", keepdim)
    t = _counted(input, dtype)
    dims = reduced_dims("prod", None, t.ndim) if dim is None else one_dim("prod", dim, t.ndim)
    op = Op.PROD if dim is None else Op.PROD_DIM
    if t.dtype.is_floating_point:
        return reduced_by_kernel(op, t, dims, keepdim, "product", start=1.0)
    return reduced(op, t, dims, keepdim, np.multiply.reduce(engine.readable(t), axis=dims))


def cumsum(input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """Sums of the elements up to each place along a dimension.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.cumsum(tapegrad.tensor([1., 2., 3.]), 0)
    tensor([1., 3., 6.])
    """
    check_tensor("cumsum", input)
    t = _counted(input, dtype)
    dims = one_dim("cumsum", dim, t.ndim)
    return running_sum(t, dims[0] if dims else 0, backwards=False)


def running_sum(t: Tensor, dim: int, *, backwards: bool) -> Tensor:
    """Cumulative sum from the start of a dimension or from its end."""
    values = np.atleast_1d(engine.readable(t))
    kind = np.float64 if values.dtype == np.float32 else values.dtype
    if backwards:
        values = np.flip(np.cumsum(np.flip(values, dim), dim, kind), dim)
    else:
        values = np.cumsum(values, dim, kind)
    words = (dim, int(backwards))
    return engine.record_values(Op.CUMSUM, values.reshape(t.shape), t.dtype, t, parameters=words)


def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """Number of elements that are not zero."""
    check_tensor("count_nonzero", input)
    dims = reduced_dims("count_nonzero", dim, input.ndim)
    values = np.add.reduce(engine.readable(input) != 0, axis=dims, dtype=np.int64)
    return constant(input, dims, False, values, dtypes.int64)


def any(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Tell whether an element is not zero."""
    return _truth("any", np.logical_or, input, dim, keepdim)


def all(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Tell whether no element is zero."""
    return _truth("all", np.logical_and, input, dim, keepdim)


def _truth(name: str, ufunc: np.ufunc, input: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    check_tensor(name, input)
    check_keepdim(name, keepdim)
    dims = reduced_dims(name, dim, input.ndim)
    values = ufunc.reduce(engine.readable(input), axis=dims)
    return constant(input, dims, keepdim, values, dtypes.bool_)
