"""Sums over dense memory, in blocks whose partial sums are added in order."""

from __future__ import annotations

from numba import float32, float64, int64

from tapegrad_kernels.abi import DType
from tapegrad_kernels.jitting import jit, reordered
from tapegrad_kernels.intrinsics import f32, f64

_FLOAT64 = int(DType.FLOAT64)
#: Elements summed without an intermediate result: bounds the growth of the rounding error, as pairwise
#: summation does (Higham, The accuracy of floating point summation, 1993).
_RUN = 4096


@reordered
def _run_sum(F, x, start, stop):
    # Reassociation keeps several partial sums in vector registers; the order is fixed by the compiled
    # code, so equal inputs give equal bits.
    total = F(0.0)
    for k in range(start, stop):
        total += x[k]
    return total


@jit
def _dense_sum(F, x, n):
    total = float64(0.0)
    start = int64(0)
    while start < n:
        stop = min(start + _RUN, n)
        total += float64(_run_sum(F, x, start, stop))
        start = stop
    return total


@jit
def dense_sum(dtype, address, n):
    """Sum of `n` contiguous floats."""
    if dtype == _FLOAT64:
        return _dense_sum(float64, f64(address), n)
    return _dense_sum(float32, f32(address), n)
