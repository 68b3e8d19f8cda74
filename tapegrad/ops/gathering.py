"""Reading and writing elements at flat positions, which indexing and selection come down to.

Positions count the elements of a tensor in row-major order, whatever its strides; they are an int64
tensor whose values are in range. Each of these is a row of the tape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tapegrad import engine
from tapegrad.engine import Op
from tapegrad.layouts import number_of

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


def take(x: Tensor, at: Tensor, op: int = Op.TAKE) -> Tensor:
    """Give the elements of `x` at the positions `at`, in the shape of `at`."""
    values = engine.readable(x).reshape(-1)[engine.readable(at)]
    return engine.record_values(op, np.asarray(values), x.dtype, x, at)


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
