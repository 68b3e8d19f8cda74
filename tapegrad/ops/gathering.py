"""Reading and writing elements at flat positions, which indexing and selection come down to.

Positions count the elements of a tensor in row-major order, whatever its strides; they are an int64
tensor whose values are in range. Each of these is a row of the tape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.engine import Op, core
from tapegrad.layouts import number_of

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.ops.index_parsing import Positions, Shape


def take_flat(
    x: Tensor,
    flat: Positions,
    shape: Shape,
    op: int = Op.TAKE,
    at: Tensor | None = None,
    strides: Shape | None = None,
) -> Tensor:
    """Copy the elements at flat positions, which are in range, to a new tensor.

    Parameters
    ----------
    x : Tensor
        Where they are.
    flat : array of int64
        Positions in `x` seen as a row-major array.
    shape : tuple of int
        Shape of the result.
    op : int
        Opcode of the row; every gathering op has the same rule.
    at : Tensor, optional
        `flat` as a tensor, where there is one already.
    strides : tuple of int, optional
        Those of the result where it is not row-major.
    """
    values = engine.readable(x)
    number = number_of(x.dtype.code, shape, strides)
    if core.modes() & 1 and x.requires_grad:
        places = positions_tensor(flat.reshape(shape)) if at is None else at
        made = engine.record(op, number, x, places)
    else:
        made = engine.record(Op.CONST, number)
    if made.numel():
        flat = flat.reshape(shape)
        if values.flags.c_contiguous:
            np.take(values.reshape(-1), flat, out=engine.array(made), mode="clip")
        else:
            engine.array(made)[...] = values[np.unravel_index(flat, values.shape)]
    return made


def positions_tensor(flat: Positions) -> Tensor:
    """Make a constant of flat positions."""
    return engine.from_array(flat, dtypes.int64)


def take(x: Tensor, at: Tensor, op: int = Op.TAKE) -> Tensor:
    """Give the elements of `x` at the positions `at`, in the shape of `at`."""
    return take_flat(x, engine.readable(at), tuple(at.shape), op, at)


def add_at(x: Tensor, at: Tensor, values: Tensor, op: int = Op.SCATTER_ADD) -> Tensor:
    """Give `x` with `values` (of the shape of `at`) added at the positions `at`; repeats add up."""
    return _changed(op, x, at, values, add=True)


def put_at(x: Tensor, at: Tensor, values: Tensor, op: int = Op.PUT) -> Tensor:
    """Give `x` with `values` (of the shape of `at`) in place of the elements at `at`."""
    return _changed(op, x, at, values, add=False)


def _changed(op: int, x: Tensor, at: Tensor, values: Tensor, *, add: bool) -> Tensor:
    old, places, new = engine.readable(x), engine.readable(at), engine.readable(values)
    made = engine.record(op, number_of(x.dtype.code, tuple(x.shape)), x, at, variadic=(values,))
    memory = engine.array(made)
    memory[...] = old
    flat = memory.reshape(-1)
    if add:
        np.add.at(flat, places.reshape(-1), new.reshape(-1))
    else:
        flat[places.reshape(-1)] = new.reshape(-1)
    return made
