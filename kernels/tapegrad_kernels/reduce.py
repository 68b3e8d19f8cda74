"""Sums and products, in blocks whose partial results are combined in order.

Partial results are float64 whatever the dtype, so a float32 sum over many rows loses no digits.
"""

from __future__ import annotations

import numpy as np
from numba import float32, float64, int64

from tapegrad_kernels.abi import DType, Status
from tapegrad_kernels.intrinsics import engine, f32, f64, i64, typed
from tapegrad_kernels.jitting import jit, reordered
from tapegrad_kernels.layouts import numel_of
from tapegrad_kernels.loops import REDUCE, REDUCING, run_loop, run_sum, set_operand
from tapegrad_kernels.memory import allocate, release_block
from tapegrad_kernels.units import boundary

_FLOAT64 = int(DType.FLOAT64)
_MEMORY = int(Status.MEMORY)
#: Elements summed without an intermediate result: bounds the growth of the rounding error, as
#: pairwise summation does (Higham, The accuracy of floating point summation, 1993).
_RUN = 4096


@jit
def _dense_sum(F, x, n):
    total = float64(0.0)
    start = int64(0)
    while start < n:
        stop = min(start + _RUN, n)
        total += float64(run_sum(F, x, start, stop))
        start = stop
    return total


@jit
def dense_sum(dtype, address, n):
    """Sum of `n` contiguous floats."""
    if dtype == _FLOAT64:
        return _dense_sum(float64, f64(address), n)
    return _dense_sum(float32, f32(address), n)


@reordered
def _run_product(F, x, start, stop):
    total = F(1.0)
    for k in range(start, stop):
        total *= x[k]
    return total


@jit
def _reduce(F, is_sum, args, count, mode):
    """One step of a reduction: into one float64, or into as many as there are elements."""
    x = typed(F, i64(args)[0])
    o = f64(i64(args)[1])
    n = i64(count)[0]
    if mode == REDUCE:
        start = int64(0)
        while start < n:
            stop = min(start + _RUN, n)
            if is_sum:
                o[0] += float64(run_sum(F, x, start, stop))
            else:
                o[0] *= float64(_run_product(float64, x, start, stop))
            start = stop
    elif is_sum:
        for k in range(n):
            o[k] += float64(x[k])
    else:
        for k in range(n):
            o[k] *= float64(x[k])
    return int64(0)


# Ufunc inner loops (`REDUCING`), by what they do and the dtype they read.


@boundary
def sum_float32(args, count, strides, mode):
    """Inner loop of sums of float32."""
    return _reduce(np.float32, True, args, count, mode)


@boundary
def sum_float64(args, count, strides, mode):
    """Inner loop of sums of float64."""
    return _reduce(np.float64, True, args, count, mode)


@boundary
def product_float32(args, count, strides, mode):
    """Inner loop of products of float32."""
    return _reduce(np.float32, False, args, count, mode)


@boundary
def product_float64(args, count, strides, mode):
    """Inner loop of products of float64."""
    return _reduce(np.float64, False, args, count, mode)


@boundary
def reduce_into(function, start, address, layout, kept, out, dtype, divisor):
    """Reduce a value to memory of `dtype` that looks like `kept` (reduced dimensions have size 1).

    `start` and `divisor` are bits of float64s: the first value, and what the results are divided
    by.
    """
    c = engine()
    numel = numel_of(kept)
    work = out
    if dtype != _FLOAT64:
        work = allocate(max(numel * 8, int64(8)))
        if work == 0:
            return int64(_MEMORY)
    for k in range(numel):
        i64(work)[k] = start
    set_operand(int64(0), address, layout, dtype)
    set_operand(int64(1), work, kept, int64(_FLOAT64))
    run_loop(function, int64(0), int64(REDUCING), int64(2), layout, int64(0))
    i64(c.scratch)[0] = divisor
    by = f64(c.scratch)[0]
    if by != 1.0:
        for k in range(numel):
            f64(work)[k] /= by
    if dtype != _FLOAT64:
        for k in range(numel):
            f32(out)[k] = float32(f64(work)[k])
        release_block(work, max(numel * 8, int64(8)))
    return int64(0)
