"""Variances and norms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import type_name
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.engine import Op, TensorBase
from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.conversion import cast
from tapegrad.ops.dispatch import write_out
from tapegrad.ops.reducing import (
    Array,
    Dims,
    check_keepdim,
    count,
    meant_dtype,
    reduced,
    reduced_dims,
    wide,
)
from tapegrad.ops.signatures import Mismatch, parsed
from tapegrad.ops.summing import mean, sum
from tapegrad.warning import warn

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "norm",
    "std",
    "std_mean",
    "var",
    "var_mean",
]

_FORMS: Final = (
    "Tensor input, tuple of ints dim, bool unbiased = True, bool keepdim = False",
    "Tensor input, tuple of ints dim = None, *, Number correction = 1, bool keepdim = False",
    "Tensor input, bool unbiased = True",
)


@parsed(*_FORMS)
def var(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Variance of the elements, or of those along dimensions.

    Parameters
    ----------
    input : Tensor
        Floats.
    dim : int or sequence of int, optional
        What to reduce; everything where it is left out. A bool stands for `unbiased`.
    unbiased : bool, optional
        False is another way to say ``correction=0``.
    keepdim : bool
        Whether the dimensions stay, with size 1.
    correction : float, optional
        What to subtract from the number of elements in the divisor, 1 by default.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.var(tapegrad.tensor([1., 2., 3., 4.]), correction=0)
    tensor(1.2500)
    """
    made = _moment("var", Op.VAR, input, dim, unbiased, keepdim, correction)
    return made if out is None else write_out("var", made, out, input)


@parsed(*_FORMS)
def std(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Standard deviation, the root of `var`, which says what the arguments are."""
    made = _moment("std", Op.STD, input, dim, unbiased, keepdim, correction)
    return made if out is None else write_out("std", made, out, input)


@parsed(*_FORMS)
def var_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Variance and mean; the arguments are those of `var`."""
    spread = _moment("var_mean", Op.VAR_MEAN, input, dim, unbiased, keepdim, correction)
    return spread, _mean_beside(Op.MEAN_OF_VAR, input, dim, keepdim)


@parsed(*_FORMS)
def std_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean; the arguments are those of `var`."""
    spread = _moment("std_mean", Op.STD_MEAN, input, dim, unbiased, keepdim, correction)
    return spread, _mean_beside(Op.MEAN_OF_STD, input, dim, keepdim)


def _mean_beside(op: int, input: Tensor, dim: Any, keepdim: bool) -> Tensor:
    dims = reduced_dims("mean", None if isinstance(dim, bool) else dim, input.ndim)
    value = in_modes(OFF, mean, input, dims or None, keepdim)
    return reduced(op, input, dims, keepdim, engine.readable(value))


def _moment(
    name: str,
    op: int,
    t: Tensor,
    dim: Any,
    unbiased: bool | None,
    keepdim: bool,
    correction: float | None,
) -> Tensor:
    if not isinstance(t, TensorBase):
        raise Mismatch
    check_keepdim(keepdim)
    if isinstance(dim, bool) and unbiased is None:
        dim, unbiased = None, dim
    if not isinstance(unbiased, bool | None) or not isinstance(correction, int | float | None):
        raise Mismatch
    if unbiased is not None and correction is not None:
        raise Mismatch
    if correction is None:
        correction = 0.0 if unbiased is False else 1.0
    if not t.dtype.is_floating_point:
        what = "std and var" if name in ("std", "var") else name
        raise RuntimeError(f"{what} only support floating point and complex dtypes")
    dims = reduced_dims(name, dim, t.ndim)
    n = count(t, dims)
    divisor = np.float64(max(n - correction, 0))
    if divisor == 0 or not t.numel():
        warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel)."
        )

    def squares_of_deviations() -> Any:
        away = t - mean(t, dims, keepdim=True) if dims else t - t
        # The mean was rounded: take out what is left of it (the corrected two-pass algorithm of
        # Chan, Golub and LeVeque, 1983).
        drift, squares = sum(away, dims), sum(away * away, dims)
        left = engine.readable(drift).astype(np.float64)
        return engine.readable(squares) - left * left / n

    with np.errstate(all="ignore"):
        square = in_modes(OFF, squares_of_deviations) / divisor
        scale = engine.float_word(float(2 / divisor))
    return reduced(
        op, t, dims, keepdim, np.sqrt(square) if op in (Op.STD, Op.STD_MEAN) else square, scale
    )


@parsed()
def norm(
    input: Tensor,
    p: float | str | None = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """Norm of the elements as a vector, or of those along dimensions.

    Parameters
    ----------
    input : Tensor
        Floats.
    p : float or "fro"
        Order: ``sum(abs(x) ** p) ** (1 / p)``, with 0 (the number of nonzero elements) and the
        infinities as limits. "fro" is 2.
    dim, keepdim, out, dtype
        As in `sum`.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.norm(tapegrad.tensor([3., 4.]))
    tensor(5.)
    """
    check_tensor("norm", input)
    check_keepdim(keepdim)
    dtype = meant_dtype(dtype)
    order = _order(p)
    if not input.dtype.is_floating_point:
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{engine.torch_name(input.dtype.code)}"
        )
    if dtype is not None and not dtype.is_floating_point:
        raise RuntimeError(
            "linalg.vector_norm: dtype should be floating point or complex, but got "
            f"{engine.torch_name(dtype.code)}"
        )
    t = input if dtype is None else cast(input, dtype)
    dims = reduced_dims("norm", dim, t.ndim)
    if (math.isinf(order) or order < 0) and count(t, dims) == 0:
        _refuse_norm(order, t, dims)
    with np.errstate(all="ignore"):
        values = _norm(wide(t), order, dims)
    made = reduced(Op.NORM, t, dims, keepdim, values, engine.float_word(order))
    return made if out is None else write_out("norm", made, out, input)


def _order(p: Any) -> float:
    if p is None or p == "fro":
        return 2.0
    if isinstance(p, int | float) and not isinstance(p, bool):
        return float(p)
    if p == "nuc":
        raise RuntimeError(
            "norm(): the nuclear norm needs singular values; use p='fro' or a number"
        )
    if isinstance(p, str):
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    raise TypeError(
        "linalg_vector_norm(): argument 'ord' (position 2) must be Number, not " + type_name(p)
    )


def _refuse_norm(order: float, t: Tensor, dims: tuple[int, ...]) -> NoReturn:
    where = "an empty tensor because"
    if len(dims) < t.ndim:
        empty = next(d for d in dims if t.shape[d] == 0)
        where = f"the dimension {empty}because this dimension is empty and"  # PyTorch's spacing
    raise RuntimeError(
        f"linalg.vector_norm cannot compute the {order:g} norm on {where} the operation does not "
        "have an identity"
    )


def _norm(values: Array, order: float, dims: tuple[int, ...]) -> Any:
    if order == 2:
        whole = len(dims) == values.ndim
        squares = np.vdot(values, values) if whole else np.add.reduce(np.square(values), axis=dims)
        found = np.sqrt(squares)
        if np.all((found > 1e-140) & (found < 1e150)):
            return found
    size = np.abs(values)
    if order == 0:
        return np.add.reduce(size != 0, axis=dims, dtype=np.float64)
    if order == 1:
        return np.add.reduce(size, axis=dims)
    if math.isinf(order):
        return (np.maximum if order > 0 else np.minimum).reduce(size, axis=dims)
    # Sizes relative to the largest (for negative orders the smallest) neither over- nor underflow,
    # and to a power of two they are exact.
    pick, start = (np.maximum, 0.0) if order > 0 else (np.minimum, np.inf)
    unit = pick.reduce(size, axis=dims, keepdims=True, initial=start)
    plain = np.isfinite(unit) & (unit > 0)
    unit = np.ldexp(1.0, np.frexp(np.where(plain, unit, 1.0))[1] - 1)
    ratio = size / unit
    if order == 2:
        found = np.sqrt(np.add.reduce(np.square(ratio), axis=dims))
    else:
        found = np.add.reduce(ratio**order, axis=dims) ** (1 / order)
    return found * unit.reshape(np.shape(found))
