"""What reductions share: their arguments, accurate sums, and the row that they record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.arguments import is_count, unpacked
from tapegrad.engine import TensorBase
from tapegrad.errors import raise_status
from tapegrad.layouts import number_of
from tapegrad.ops.arguments import check_tensor, wrap_dim
from tapegrad.ops.conversion import cast
from tapegrad.ops.signatures import Mismatch
from tapegrad_kernels.binding import address_of, core

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

Dims = int | Sequence[int] | None
Array = npt.NDArray[Any]


# Arguments ----------------------------------------------------------------------------------------


def reduced_dims(function: str, dim: Any, ndim: int) -> tuple[int, ...]:
    """Dimensions to reduce, in order; all of them where none is named.

    Raises
    ------
    Mismatch, TypeError, IndexError, RuntimeError
        If `dim` is no int or sequence of ints, is out of range, or names a dimension twice.
    """
    if dim is None:
        return tuple(range(ndim))
    if isinstance(dim, tuple | list):
        if dim and not is_count(dim[0]):
            raise Mismatch("dim", "tuple of ints", dim)
        given = unpacked(function, dim, "dim")
    elif is_count(dim):
        given = (dim.__index__(),)
    else:
        raise Mismatch("dim", "tuple of ints", dim)
    if not given:
        return tuple(range(ndim))
    dims = [wrap_dim(d, ndim) for d in given]
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return tuple(sorted(dims)) if ndim else ()


def one_dim(function: str, dim: Any, ndim: int) -> tuple[int, ...]:
    """Check a dimension; gives it as a tuple, which is empty for a tensor of none."""
    if not is_count(dim):
        raise Mismatch("dim", "int", dim)
    return reduced_dims(function, dim, ndim)


def check_keepdim(keepdim: Any, *, alone: bool = False) -> None:
    """Refuse a `keepdim` that is no bool, such as a dimension given as one argument too many."""
    if not isinstance(keepdim, bool):
        raise Mismatch("keepdim", "bool", keepdim, alone=alone)


def meant_dtype(dtype: Any) -> dtypes.dtype | None:
    """Dtype that an argument means; None where there is none."""
    if dtype is None or isinstance(dtype, dtypes.dtype):
        return dtype
    if dtype in (float, int, bool):
        return dtypes.as_dtype(dtype)
    raise Mismatch("dtype", "tapegrad.dtype", dtype, alone=True)


def check_arguments(function: str, input: object, keepdim: object) -> None:
    """Refuse what is no tensor, or no bool."""
    if function not in ("any", "all"):
        check_tensor(function, input)
    elif not isinstance(input, TensorBase):
        raise Mismatch
    check_keepdim(keepdim, alone=function in ("sum", "prod"))


def as_floats(t: Tensor) -> Tensor:
    """Bring integers to the default float."""
    return t if t.dtype.is_floating_point else cast(t, dtypes.get_default_dtype())


def wide(t: Tensor) -> Array:
    """Values in float64, for sums that must not lose digits or overflow."""
    return engine.readable(t).astype(np.float64, copy=False)


def refuse_empty(function: str, t: Tensor, dims: tuple[int, ...], *, whole: bool) -> None:
    """Refuse to choose among no elements; dimensions are named as they are given."""
    shape = tuple(t.shape)
    if whole and 0 in shape:
        raise RuntimeError(
            f"{function}(): Expected reduction dim to be specified for input.numel() == 0. Specify "
            "the reduction dim with the 'dim' argument."
        )
    for d in dims:
        if shape and shape[d] == 0:
            raise IndexError(f"{function}(): Expected reduction dim {d} to have non-zero size.")


# The row ------------------------------------------------------------------------------------------


def kept_shape(t: Tensor, dims: tuple[int, ...]) -> tuple[int, ...]:
    """Shape with reduced dimensions kept."""
    return tuple(1 if k in dims else n for k, n in enumerate(t.shape))


def final_shape(t: Tensor, dims: tuple[int, ...], keepdim: bool) -> tuple[int, ...]:
    """Shape of a result."""
    if keepdim:
        return kept_shape(t, dims)
    return tuple(n for k, n in enumerate(t.shape) if k not in dims)


def reduced(
    op: int,
    t: Tensor,
    dims: tuple[int, ...],
    keepdim: bool,
    values: Any,
    *words: int,
    hosted: bool = True,
) -> Tensor:
    """Record a reduction of `t`; its first parameter is the layout with reduced dimensions kept."""
    kept = number_of(t.dtype.code, kept_shape(t, dims))
    shaped = np.asarray(values).reshape(final_shape(t, dims, keepdim))
    return engine.record_values(op, shaped, t.dtype, t, parameters=(kept, *words), hosted=hosted)


def reduced_by_kernel(
    op: int,
    t: Tensor,
    dims: tuple[int, ...],
    keepdim: bool,
    kernel: str,
    *,
    start: float,
    divisor: float = 1.0,
    hosted: bool = True,
) -> Tensor:
    """Record a reduction of floats that a compiled kernel of `reduce` computes.

    `start` is the result of reducing nothing; results are divided by `divisor`.
    """
    code = t.dtype.code
    kept = number_of(code, kept_shape(t, dims))
    layout = number_of(code, final_shape(t, dims, keepdim))
    engine.readable(t)  # follows up writes through other tensors
    made = engine.record(op, layout, t, parameters=(kept,), hosted=hosted)
    source, out = core.handle_of(t), core.handle_of(made)
    status = core.reduce_into(
        address_of(f"{kernel}_{t.dtype.name}"), engine.float_word(start), core.address_of(source),
        core.layout_of(source), kept, core.address_of(out), code, engine.float_word(divisor),
    )  # fmt: skip
    if status < 0:
        raise_status(status)
    return made


def constant(
    t: Tensor, dims: tuple[int, ...], keepdim: bool, values: Any, kind: dtypes.dtype
) -> Tensor:
    """Make a constant of a reduction of `t` that has no derivative."""
    return engine.from_array(np.asarray(values).reshape(final_shape(t, dims, keepdim)), kind)


# Sums ---------------------------------------------------------------------------------------------


def total(values: Array, dims: tuple[int, ...]) -> Any:
    """Sum over dimensions, with an error that does not grow with their sizes."""
    # NumPy adds in pairs along contiguous memory only; elsewhere float32 needs a wider accumulator.
    pairwise = values.flags.c_contiguous and values.ndim - 1 in dims
    kind = np.float64 if values.dtype == np.float32 and not pairwise else values.dtype
    return np.add.reduce(values, axis=dims, dtype=kind)


def count(t: Tensor, dims: tuple[int, ...]) -> int:
    """Elements for each element of the result."""
    return math.prod(t.shape[d] for d in dims)
