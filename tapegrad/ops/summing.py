"""Sums, means, products and what counts elements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.engine import Op, TensorBase, core
from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.conversion import cast
from tapegrad.ops.dispatch import c_name, write_out
from tapegrad.ops.reducing import (
    Dims,
    check_arguments,
    constant,
    count,
    meant_dtype,
    one_dim,
    reduced,
    reduced_by_kernel,
    reduced_dims,
    total,
)
from tapegrad.ops.signatures import parsed

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


_SUM: Final = int(Op.SUM)
_MEAN: Final = int(Op.MEAN)
_FORMS: Final = (
    "Tensor input, *, dtype dtype = None",
    "Tensor input, tuple of ints dim, bool keepdim = False, *, dtype dtype = None, "
    "Tensor out = None",
)
_TRUTH_FORMS: Final = (
    "Tensor input, *, Tensor out = None",
    "Tensor input, tuple of ints dim = None, bool keepdim = False, *, Tensor out = None",
    "Tensor input, int dim, bool keepdim = False, *, Tensor out = None",
)


def _counted(t: Tensor, dtype: dtypes.dtype | None, out: Tensor | None) -> Tensor:
    """Bring the operand of a sum or product to the dtype of the result."""
    kind = meant_dtype(dtype)
    if isinstance(out, TensorBase):
        if kind is not None and out.dtype is not kind:
            raise RuntimeError(
                f"Expected out tensor to have dtype {c_name(kind)}, but got {c_name(out.dtype)} "
                "instead"
            )
        kind = out.dtype
    if kind is not None:
        return cast(t, kind)
    return t if t.dtype.is_floating_point else cast(t, dtypes.int64)


@parsed(*_FORMS, needs_dim=("keepdim", "out"))
def sum(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
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
    if dim is None and dtype is None and out is None and keepdim is False:
        whole: Tensor = core.total(_SUM, input)
        return whole
    return slow_sum(input, dim, keepdim, dtype, out)


def slow_sum(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Do all that compiled code leaves of `sum`."""
    check_arguments("sum", input, keepdim)
    t = _counted(input, dtype, out)
    dims = reduced_dims("sum", dim, t.ndim)
    op = Op.SUM if dim is None else Op.SUM_DIM
    if t.dtype.is_floating_point:
        made = reduced_by_kernel(op, t, dims, keepdim, "sum", start=0.0, hosted=False)
    else:
        made = reduced(op, t, dims, keepdim, total(engine.readable(t), dims), hosted=False)
    return made if out is None else write_out("sum", made, out, input)


@parsed(*_FORMS, needs_dim=("keepdim", "out"))
def mean(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Mean of the elements, or of those along dimensions; see `sum` for the arguments.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.mean(tapegrad.tensor([[1., 2.], [3., 4.]]), 0)
    tensor([2., 3.])
    """
    if dim is None and dtype is None and out is None and keepdim is False:
        whole: Tensor = core.total(_MEAN, input)
        return whole
    return slow_mean(input, dim, keepdim, dtype, out)


def slow_mean(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Do all that compiled code leaves of `mean`."""
    check_arguments("mean", input, keepdim)
    kind = meant_dtype(dtype)
    t = input if kind is None else cast(input, kind)
    if not t.dtype.is_floating_point:
        what = "Input dtype" if kind is None else "Optional dtype"
        raise RuntimeError(
            f"mean(): could not infer output dtype. {what} must be either a floating point or "
            f"complex dtype. Got: {engine.torch_name(t.dtype.code)}"
        )
    dims = reduced_dims("mean", dim, t.ndim)
    op = Op.MEAN if dim is None else Op.MEAN_DIM
    n = count(t, dims)
    made = reduced_by_kernel(
        op, t, dims, keepdim, "sum", start=0.0, divisor=n if n else math.nan, hosted=False
    )
    return made if out is None else write_out("mean", made, out, input)


@parsed(
    _FORMS[0],
    "Tensor input, int dim, bool keepdim = False, *, dtype dtype = None, Tensor out = None",
    needs_dim=("keepdim", "out"),
)
def prod(
    input: Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
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
    check_arguments("prod", input, keepdim)
    t = _counted(input, dtype, out)
    dims = reduced_dims("prod", None, t.ndim) if dim is None else one_dim("prod", dim, t.ndim)
    op = Op.PROD if dim is None else Op.PROD_DIM
    if t.dtype.is_floating_point:
        made = reduced_by_kernel(op, t, dims, keepdim, "product", start=1.0)
    else:
        made = reduced(op, t, dims, keepdim, np.multiply.reduce(engine.readable(t), axis=dims))
    return made if out is None else write_out("prod", made, out, input)


@parsed()
def cumsum(
    input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, out: Tensor | None = None
) -> Tensor:
    """Sums of the elements up to each place along a dimension.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.cumsum(tapegrad.tensor([1., 2., 3.]), 0)
    tensor([1., 3., 6.])
    """
    check_tensor("cumsum", input)
    t = _counted(input, dtype, out)
    dims = one_dim("cumsum", dim, t.ndim)
    made = running_sum(t, dims[0] if dims else 0, backwards=False)
    return made if out is None else write_out("cumsum", made, out, input)


def running_sum(t: Tensor, dim: int, *, backwards: bool) -> Tensor:
    """Cumulative sum from the start of a dimension or from its end."""
    values = np.atleast_1d(engine.readable(t))
    kind = np.float64 if values.dtype == np.float32 else values.dtype
    with np.errstate(all="ignore"):
        if backwards:
            values = np.flip(np.cumsum(np.flip(values, dim), dim, kind), dim)
        else:
            values = np.cumsum(values, dim, kind)
    words = (dim, int(backwards))
    return engine.record_values(Op.CUMSUM, values.reshape(t.shape), t.dtype, t, parameters=words)


@parsed("Tensor input, int dim = None", "Tensor input, tuple of ints dim")
def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """Number of elements that are not zero."""
    check_tensor("count_nonzero", input)
    dims = reduced_dims("count_nonzero", dim, input.ndim)
    values = np.add.reduce(engine.readable(input) != 0, axis=dims, dtype=np.int64)
    return constant(input, dims, False, values, dtypes.int64)


@parsed(*_TRUTH_FORMS)
def any(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Tell whether an element is not zero."""
    return _truth("any", np.logical_or, input, dim, keepdim, out)


@parsed(*_TRUTH_FORMS)
def all(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Tell whether no element is zero."""
    return _truth("all", np.logical_and, input, dim, keepdim, out)


def _truth(
    name: str, ufunc: np.ufunc, input: Tensor, dim: Dims, keepdim: bool, out: Tensor | None
) -> Tensor:
    check_arguments(name, input, keepdim)
    # Unlike everywhere else, no dimensions are not all of them.
    dims = () if dim == () or dim == [] else reduced_dims(name, dim, input.ndim)
    values = ufunc.reduce(engine.readable(input), axis=dims)
    made = constant(input, dims, keepdim, values, dtypes.bool_)
    return made if out is None else write_out(name, made, out)
