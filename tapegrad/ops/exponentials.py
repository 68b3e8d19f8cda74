"""Sums of exponentials that neither over- nor underflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.engine import Op
from tapegrad.layouts import number_of
from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.conversion import cast
from tapegrad.ops.dispatch import write_out
from tapegrad.ops.reducing import (
    Dims,
    as_floats,
    check_keepdim,
    final_shape,
    kept_shape,
    meant_dtype,
    one_dim,
    reduced,
    reduced_dims,
    total,
)
from tapegrad.ops.signatures import Mismatch, parsed

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "log_softmax",
    "logsumexp",
    "softmax",
]


@parsed()
def logsumexp(
    input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Logarithm of the sum of exponentials along dimensions, without overflow.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.logsumexp(tapegrad.tensor([1000., 1000.]), 0)
    tensor(1000.6932)
    """
    check_tensor("logsumexp", input)
    check_keepdim(keepdim)
    if dim is None:
        raise Mismatch("dim", "tuple of ints", dim)
    t = as_floats(input)
    dims = reduced_dims("logsumexp", dim, t.ndim)
    values = engine.readable(t)
    top = np.maximum.reduce(values, axis=dims, keepdims=True, initial=-np.inf)
    top = np.where(np.isinf(top), np.zeros((), values.dtype), top)
    with np.errstate(all="ignore"):
        sums = np.log(total(np.exp(values - top), dims)) + top.reshape(final_shape(t, dims, False))
    made = reduced(Op.LOGSUMEXP, t, dims, keepdim, sums)
    return made if out is None else write_out("logsumexp", made, out, input)


@parsed()
def softmax(
    input: Tensor,
    dim: int,
    dtype: dtypes.dtype | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Exponentials along a dimension, divided by their sum.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.softmax(tapegrad.tensor([0., 0.]), 0)
    tensor([0.5000, 0.5000])
    """
    made = _normalised("softmax", Op.SOFTMAX, input, dim, dtype)
    return made if out is None else write_out("softmax", made, out, input)


@parsed()
def log_softmax(
    input: Tensor,
    dim: int,
    dtype: dtypes.dtype | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Logarithm of `softmax`, accurate also where that underflows."""
    made = _normalised("log_softmax", Op.LOG_SOFTMAX, input, dim, dtype)
    return made if out is None else write_out("log_softmax", made, out, input)


def _normalised(name: str, op: int, input: Tensor, dim: int, dtype: dtypes.dtype | None) -> Tensor:
    check_tensor(name, input)
    kind = meant_dtype(dtype)
    t = input if kind is None else cast(input, kind, op=Op.CAST)
    dims = one_dim(name, dim, t.ndim)
    if not t.dtype.is_floating_point and not t.numel():
        return engine.empty(t.dtype.code, tuple(t.shape))
    if not t.dtype.is_floating_point:
        place = "_lastdim" if not dims or dims[0] == t.ndim - 1 else ""
        raise NotImplementedError(
            f'"{name}{place}_kernel_impl" not implemented for {engine.torch_name(t.dtype.code)!r}'
        )
    values = engine.readable(t)
    number = number_of(t.dtype.code, tuple(t.shape))
    made = engine.record(op, number, t, parameters=dims or (0,))
    out = engine.array(made)
    with np.errstate(all="ignore"):
        top = np.maximum.reduce(values, axis=dims, keepdims=True, initial=-np.inf)
        np.subtract(values, top, out=out)
        powers = np.exp(out, out=out if name == "softmax" else None)
        sums = np.asarray(total(powers, dims)).astype(out.dtype).reshape(kept_shape(t, dims))
        if name == "softmax":
            np.divide(out, sums, out=out)
        else:
            np.subtract(out, np.log(sums), out=out)
    return made
