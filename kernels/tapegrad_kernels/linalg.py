"""Matrix products: BLAS for large ones, a plain loop where the call would cost more."""

from __future__ import annotations

from numba import int64

from tapegrad_kernels.abi import L_NDIM, L_SHAPE, DType, Status
from tapegrad_kernels.intrinsics import call_gemm, engine, f32, f64, i32, i64, memset
from tapegrad_kernels.jitting import jit
from tapegrad_kernels.layouts import itemsize_of, layout_words
from tapegrad_kernels.loops import _gather
from tapegrad_kernels.memory import allocate, release_block
from tapegrad_kernels.units import boundary

_FLOAT64 = int(DType.FLOAT64)
_KERNEL = int(Status.KERNEL)
_MEMORY = int(Status.MEMORY)
#: Products of fewer multiply-adds than this use the plain loop.
_SMALL = 1024
# Scratch words of a BLAS call: thirteen argument pointers, then the values that they point to.
_ARGS = 32768
_VALUES = _ARGS + 128
_NO_TRANSPOSE = 78  # ord("N")
_TRANSPOSE = 84  # ord("T")


@jit
def _small(ptr_a, sai, sak, ptr_b, sbk, sbj, ptr_c, m, n, k, accumulate):
    """Plain product over typed pointers; `c` is row-major."""
    for i in range(m):
        row = i * n
        for j in range(n):
            total = ptr_a[i * sai] * ptr_b[j * sbj]
            for q in range(1, k):
                total += ptr_a[i * sai + q * sak] * ptr_b[q * sbk + j * sbj]
            ptr_c[row + j] = ptr_c[row + j] + total if accumulate else total


@jit
def _dense_copy(address, rows, cols, stride_r, stride_c, size):
    """Copy a matrix that BLAS cannot read to a row-major block; 0 where there is no memory."""
    block = allocate(rows * cols * size)
    if block != 0:
        for r in range(rows):
            _gather(
                block + r * cols * size, address + r * stride_r * size, stride_c * size, cols, size
            )
    return block


@boundary
def product(dtype, m, n, k, a, sai, sak, b, sbk, sbj, c_address, accumulate):
    """`C = A @ B` or `C += A @ B` with a row-major C; strides in elements. 0, or a status."""
    if m == 0 or n == 0:
        return int64(0)
    if k == 0:
        if accumulate == 0:
            memset(c_address, int64(0), m * n * itemsize_of(dtype))
        return int64(0)
    if m * n * k <= _SMALL:
        if dtype == _FLOAT64:
            _small(f64(a), sai, sak, f64(b), sbk, sbj, f64(c_address), m, n, k, accumulate != 0)
        else:
            _small(f32(a), sai, sak, f32(b), sbk, sbj, f32(c_address), m, n, k, accumulate != 0)
        return int64(0)
    c = engine()
    if c.dgemm == 0:
        return int64(_KERNEL)
    size = itemsize_of(dtype)
    copy_a = int64(0)
    copy_b = int64(0)
    if not ((sak == 1 and sai >= k) or (sai == 1 and sak >= m)):
        copy_a = _dense_copy(a, m, k, sai, sak, size)
        if copy_a == 0:
            return int64(_MEMORY)
        a, sai, sak = copy_a, k, int64(1)
    if not ((sbj == 1 and sbk >= n) or (sbk == 1 and sbj >= k)):
        copy_b = _dense_copy(b, k, n, sbk, sbj, size)
        if copy_b == 0:
            if copy_a != 0:
                release_block(copy_a, m * k * size)
            return int64(_MEMORY)
        b, sbk, sbj = copy_b, n, int64(1)
    # Column-major BLAS computes the transpose: C' = B' A'.
    args = i64(c.scratch + _ARGS)
    base = c.scratch + _VALUES
    for j in range(13):
        args[j] = base + 16 * j
    b_plain = sbj == 1 and sbk >= n
    a_plain = sak == 1 and sai >= k
    i64(base)[0] = _NO_TRANSPOSE if b_plain else _TRANSPOSE
    i64(base + 16)[0] = _NO_TRANSPOSE if a_plain else _TRANSPOSE
    i32(base + 32)[0] = n
    i32(base + 48)[0] = m
    i32(base + 64)[0] = k
    args[6] = b
    i32(base + 112)[0] = max(sbk if b_plain else sbj, int64(1))
    args[8] = a
    i32(base + 144)[0] = max(sai if a_plain else sak, int64(1))
    args[11] = c_address
    i32(base + 192)[0] = n
    if dtype == _FLOAT64:
        f64(base + 80)[0] = 1.0
        f64(base + 160)[0] = 1.0 if accumulate != 0 else 0.0
        call_gemm(c.dgemm, c.scratch + _ARGS)
    else:
        f32(base + 80)[0] = 1.0
        f32(base + 160)[0] = 1.0 if accumulate != 0 else 0.0
        call_gemm(c.sgemm, c.scratch + _ARGS)
    if copy_a != 0:
        release_block(copy_a, m * k * size)
    if copy_b != 0:
        release_block(copy_b, k * n * size)
    return int64(0)


@jit
def dimension(layout, k):
    """Size of dimension `k` of a descriptor."""
    return layout_words(layout)[L_SHAPE + k]


@jit
def stride(layout, k):
    """Stride of dimension `k` of a descriptor, in elements."""
    words = layout_words(layout)
    return words[L_SHAPE + words[L_NDIM] + k]
