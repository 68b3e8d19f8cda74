"""Largest and smallest elements, and where they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine, return_types
from tapegrad.arguments import is_count
from tapegrad.engine import Op, TensorBase
from tapegrad.ops import gathering
from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.dispatch import write_out
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
from tapegrad.ops.signatures import Mismatch, parsed

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "amax",
    "amin",
    "aminmax",
    "argmax",
    "argmin",
    "max",
    "min",
]


_FORMS: Final = (
    "Tensor input, *, Tensor out = None",
    "Tensor input, Tensor other, *, Tensor out = None",
    "Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None",
)


@parsed()
def amax(
    input: Tensor, dim: Dims = (), keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Largest element along dimensions; elements that tie share the gradient evenly."""
    made = _extremum("amax", Op.AMAX, np.maximum, input, dim, keepdim)
    return made if out is None else write_out("amax", made, out, input)


@parsed()
def amin(
    input: Tensor, dim: Dims = (), keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Smallest element along dimensions; elements that tie share the gradient evenly."""
    made = _extremum("amin", Op.AMIN, np.minimum, input, dim, keepdim)
    return made if out is None else write_out("amin", made, out, input)


@parsed()
def aminmax(
    input: Tensor,
    *,
    dim: int | None = None,
    keepdim: bool = False,
    out: tuple[Tensor, Tensor] | None = None,
) -> return_types.aminmax:
    """Smallest and largest element, of all or along a dimension; ties share the gradient.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.aminmax(tapegrad.tensor([3., 1., 2.]))
    tapegrad.return_types.aminmax(
    min=tensor(1.),
    max=tensor(3.))
    """
    check_tensor("aminmax", input)
    dims = reduced_dims("aminmax", None, input.ndim) if dim is None else None
    dims = one_dim("aminmax", dim, input.ndim) if dims is None else dims
    if any(input.shape[d] == 0 for d in dims):
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity."
        )
    pair = (
        _extremum("amin", Op.AMIN_BESIDE, np.minimum, input, dims, keepdim),
        _extremum("amax", Op.AMAX_BESIDE, np.maximum, input, dims, keepdim),
    )
    if out is None:
        return return_types.aminmax(pair)
    return return_types.aminmax(_write_pair("aminmax", pair, out, input))


def _extremum(
    name: str, op: int, ufunc: np.ufunc, input: Tensor, dim: Dims, keepdim: bool
) -> Tensor:
    check_tensor(name, input)
    check_keepdim(keepdim)
    dims = reduced_dims(name, dim, input.ndim)
    given = (dim,) if isinstance(dim, int) else tuple(dim or ())
    refuse_empty(name, input, given, whole=not given)
    values = ufunc.reduce(engine.readable(input), axis=dims)
    return reduced(op, input, dims, keepdim, values)


@parsed(*_FORMS, needs_dim=("keepdim",))
def max(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
    """Largest element, largest elements along a dimension, or the larger of two tensors.

    Parameters
    ----------
    input : Tensor
        NaN counts as the largest.
    dim : int or Tensor, optional
        A dimension, or the tensor to compare with element by element.
    keepdim : bool
        Whether the dimension stays, with size 1.
    other : Tensor, optional
        Another name for the tensor to compare with.
    out : Tensor or pair of Tensor, optional
        Where to write the result.

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
    return _max("max", input, dim, keepdim, other, out)


@parsed(*_FORMS, needs_dim=("keepdim",))
def min(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
    """Smallest element, smallest along a dimension, or the smaller of two tensors; see `max`."""
    return _max("min", input, dim, keepdim, other, out)


def _max(name: str, input: Tensor, dim: Any, keepdim: bool, other: Any, out: Any) -> Any:
    check_tensor(name, input)
    if isinstance(dim, TensorBase) and other is None and keepdim is False:
        other, dim = dim, None
    if dim is None:
        if other is None:
            op, ufunc = (Op.MAX, np.maximum) if name == "max" else (Op.MIN, np.minimum)
            made = _extremum(name, op, ufunc, input, None, keepdim)
        elif isinstance(other, TensorBase):
            made = engine.apply(Op.MAXIMUM if name == "max" else Op.MINIMUM, input, other)  # type: ignore[arg-type]
        else:
            raise Mismatch
        return made if out is None else write_out(name, made, out, input, other)
    if not is_count(dim) or other is not None or not isinstance(out, tuple | list | None):
        raise Mismatch
    check_keepdim(keepdim, alone=True)
    dims = one_dim(name, dim, input.ndim)
    refuse_empty(name, input, dims, whole=False)
    op, find = (Op.MAX_DIM, np.argmax) if name == "max" else (Op.MIN_DIM, np.argmin)
    values = engine.readable(input)
    found = np.asarray(find(values, axis=dims[0]) if dims else 0)
    shape = final_shape(input, dims, keepdim)
    at = _positions(found, tuple(input.shape), dims)
    chosen = gathering.take_flat(input, at, shape, op)
    result = return_types.max if name == "max" else return_types.min
    pair = chosen, constant(input, dims, keepdim, found, dtypes.int64)
    if out is None:
        return result(pair)
    kind = return_types.max_out if name == "max" else return_types.min_out
    return kind(_write_pair(name, pair, out, input))


def _write_pair(
    name: str, pair: tuple[Tensor, Tensor], out: Sequence[Tensor], input: Tensor
) -> tuple[Tensor, Tensor]:
    """Finish a function that writes two results."""
    if len(out) != 2:
        raise TypeError(f"expected tuple of 2 elements but got {len(out)}")
    first, second = (write_out(name, t, o, input) for t, o in zip(pair, out, strict=True))
    return first, second


def _positions(found: Array, shape: tuple[int, ...], dims: tuple[int, ...]) -> Array:
    """Flat positions of the elements with indices `found` along the only dimension of `dims`."""
    if not dims:
        return np.zeros((), np.int64)
    before = math.prod(shape[: dims[0]])
    after = math.prod(shape[dims[0] + 1 :])
    rows = np.arange(before)[:, None] * shape[dims[0]] + found.reshape(before, after)
    at: Array = rows * after + np.arange(after)
    return at


@parsed()
def argmax(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Index of the largest element, the first of equal ones, of all or along a dimension."""
    return _arg("argmax", np.argmax, input, dim, keepdim, out)


@parsed()
def argmin(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Index of the smallest element, the first of equal ones, of all or along a dimension."""
    return _arg("argmin", np.argmin, input, dim, keepdim, out)


def _arg(
    name: str, find: Any, input: Tensor, dim: int | None, keepdim: bool, out: Tensor | None
) -> Tensor:
    check_tensor(name, input)
    check_keepdim(keepdim)
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
    made = constant(input, dims, keepdim, found, dtypes.int64)
    return made if out is None else write_out(name, made, out)
