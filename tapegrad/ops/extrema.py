"""Largest and smallest elements, and where they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine, return_types
from tapegrad.engine import Op, TensorBase
from tapegrad.ops import gathering
from tapegrad.ops.reducing import (
    Array,
    Dims,
    check_keepdim,
    constant,
    final_shape,
    one_dim,
    reduced,
    reduced_dims,
    refuse_empty,
)
from tapegrad.ops.shapes import check_tensor

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "amax",
    "amin",
    "argmax",
    "argmin",
    "max",
    "min",
]


def amax(input: Tensor, dim: Dims = (), keepdim: bool = False) -> Tensor:
    """Largest element along dimensions; elements that tie share the gradient evenly."""
    return _extremum("amax", Op.AMAX, np.maximum, input, dim, keepdim)


def amin(input: Tensor, dim: Dims = (), keepdim: bool = False) -> Tensor:
    """Smallest element along dimensions; elements that tie share the gradient evenly."""
    return _extremum("amin", Op.AMIN, np.minimum, input, dim, keepdim)


def _extremum(
    name: str, op: int, ufunc: np.ufunc, input: Tensor, dim: Dims, keepdim: bool
) -> Tensor:
    check_tensor(name, input)
    check_keepdim(name, keepdim)
    dims = reduced_dims(name, dim, input.ndim)
    refuse_empty(name, input, dims, whole=len(dims) == input.ndim)
    values = ufunc.reduce(engine.readable(input), axis=dims)
    return reduced(op, input, dims, keepdim, values)


def max(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """Largest element, largest elements along a dimension, or the larger of two tensors.

    Parameters
    ----------
    input : Tensor
        NaN counts as the largest.
    dim : int or Tensor, optional
        A dimension, or the tensor to compare with element by element.
    keepdim : bool
        Whether the dimension stays, with size 1.

    Returns
    -------
    Tensor or tapegrad.return_types.max
        With a dimension, ``(values, indices)``: the first of equal elements counts, and gets the
        gradient. Without one, equal elements share the gradient.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.max(tapegrad.tensor([[1., 5.], [3., 2.]]), 1).indices
    tensor([1, 0])
    """
    return _max("max", input, dim, keepdim)


def min(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """Smallest element, smallest along a dimension, or the smaller of two tensors; see `max`."""
    return _max("min", input, dim, keepdim)


def _max(name: str, input: Tensor, dim: Any, keepdim: bool) -> Any:
    check_tensor(name, input)
    if isinstance(dim, TensorBase):
        return engine.apply(Op.MAXIMUM if name == "max" else Op.MINIMUM, input, dim)  # type: ignore[arg-type]
    if dim is None:
        op, ufunc = (Op.MAX, np.maximum) if name == "max" else (Op.MIN, np.minimum)
        return _extremum(name, op, ufunc, input, None, keepdim)
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got ({type(dim).__name__}), "
            "expected nothing, a tensor to compare with, or an int dim"
        )
    check_keepdim(name, keepdim)
    dims = one_dim(name, dim, input.ndim)
    refuse_empty(name, input, dims, whole=False)
    op, find = (Op.MAX_DIM, np.argmax) if name == "max" else (Op.MIN_DIM, np.argmin)
    values = engine.readable(input)
    found = np.asarray(find(values, axis=dims[0]) if dims else 0)
    shape = final_shape(input, dims, keepdim)
    at = engine.from_array(_positions(found, tuple(input.shape), dims).reshape(shape))
    chosen = gathering.take(input, at, op)
    result = return_types.max if name == "max" else return_types.min
    return result(chosen, constant(input, dims, keepdim, found, dtypes.int64))


def _positions(found: Array, shape: tuple[int, ...], dims: tuple[int, ...]) -> Array:
    """Flat positions of the elements with indices `found` along the only dimension of `dims`."""
    if not dims:
        return np.zeros((), np.int64)
    before = math.prod(shape[: dims[0]])
    after = math.prod(shape[dims[0] + 1 :])
    rows = np.arange(before)[:, None] * shape[dims[0]] + found.reshape(before, after)
    at: Array = rows * after + np.arange(after)
    return at


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the largest element, the first of equal ones, of all or along a dimension."""
    return _arg("argmax", np.argmax, input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the smallest element, the first of equal ones, of all or along a dimension."""
    return _arg("argmin", np.argmin, input, dim, keepdim)


def _arg(name: str, find: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    check_tensor(name, input)
    check_keepdim(name, keepdim)
    if input.dtype is dtypes.bool_:
        raise RuntimeError(f"{name}(): does not support bool input")
    if dim is None and input.numel() == 0:
        raise IndexError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
        )
    whole = dim is None
    dims = reduced_dims(name, None, input.ndim) if whole else one_dim(name, dim, input.ndim)
    refuse_empty(name, input, dims, whole=False)
    values = engine.readable(input)
    found = find(values) if whole or not dims else find(values, axis=dims[0])
    return constant(input, dims, keepdim, found, dtypes.int64)
