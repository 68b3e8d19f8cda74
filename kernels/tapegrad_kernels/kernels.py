"""Templates of the elementwise kernels: one plain loop for each arity, value or partial.

Each is compiled for a dtype `F` and a formula of `generated/formulas.py` and has the calling
convention of a ufunc inner loop over contiguous operands. Reverse kernels read `g, x, y, z, o` and
write `gx`; `mode` says whether they store or accumulate.
"""

from __future__ import annotations

import numpy as np
from numba import int64

from tapegrad_kernels.intrinsics import i64, typed
from tapegrad_kernels.jitting import jit


@jit
def forward1(F, f, args, count, strides, data):
    """Give `f(x)`."""
    p = i64(args)
    x = typed(F, p[0])
    o = typed(F, p[1])
    for k in range(i64(count)[0]):
        o[k] = f(F, x[k])
    return int64(0)


@jit
def forward2(F, f, args, count, strides, data):
    """Give `f(x, y)`."""
    p = i64(args)
    x = typed(F, p[0])
    y = typed(F, p[1])
    o = typed(F, p[2])
    for k in range(i64(count)[0]):
        o[k] = f(F, x[k], y[k])
    return int64(0)


@jit
def forward3(F, f, args, count, strides, data):
    """Give `f(x, y, z)`."""
    p = i64(args)
    x = typed(F, p[0])
    y = typed(F, p[1])
    z = typed(F, p[2])
    o = typed(F, p[3])
    for k in range(i64(count)[0]):
        o[k] = f(F, x[k], y[k], z[k])
    return int64(0)


@jit
def forward3_condition(F, f, args, count, strides, data):
    """Give `f(x, y, z)`, where `x` is a condition."""
    p = i64(args)
    x = typed(np.uint8, p[0])
    y = typed(F, p[1])
    z = typed(F, p[2])
    o = typed(F, p[3])
    for k in range(i64(count)[0]):
        o[k] = f(F, x[k] != 0, y[k], z[k])
    return int64(0)


@jit
def reverse1(F, f, args, count, strides, mode):
    """Give `g` times the partial of a unary op."""
    p = i64(args)
    g = typed(F, p[0])
    x = typed(F, p[1])
    o = typed(F, p[4])
    gx = typed(F, p[5])
    n = i64(count)[0]
    if mode:
        for k in range(n):
            gx[k] += g[k] * f(F, x[k], o[k])
    else:
        for k in range(n):
            gx[k] = g[k] * f(F, x[k], o[k])
    return int64(0)


@jit
def reverse2(F, f, args, count, strides, mode):
    """Give `g` times a partial of a binary op."""
    p = i64(args)
    g = typed(F, p[0])
    x = typed(F, p[1])
    y = typed(F, p[2])
    o = typed(F, p[4])
    gx = typed(F, p[5])
    n = i64(count)[0]
    if mode:
        for k in range(n):
            gx[k] += g[k] * f(F, x[k], y[k], o[k])
    else:
        for k in range(n):
            gx[k] = g[k] * f(F, x[k], y[k], o[k])
    return int64(0)


@jit
def reverse3(F, f, args, count, strides, mode):
    """Give `g` times a partial of a ternary op."""
    p = i64(args)
    g = typed(F, p[0])
    x = typed(F, p[1])
    y = typed(F, p[2])
    z = typed(F, p[3])
    o = typed(F, p[4])
    gx = typed(F, p[5])
    n = i64(count)[0]
    if mode:
        for k in range(n):
            gx[k] += g[k] * f(F, x[k], y[k], z[k], o[k])
    else:
        for k in range(n):
            gx[k] = g[k] * f(F, x[k], y[k], z[k], o[k])
    return int64(0)


@jit
def reverse3_condition(F, f, args, count, strides, mode):
    """Give `g` times a partial of a ternary op with a condition."""
    p = i64(args)
    g = typed(F, p[0])
    x = typed(np.uint8, p[1])
    y = typed(F, p[2])
    z = typed(F, p[3])
    o = typed(F, p[4])
    gx = typed(F, p[5])
    n = i64(count)[0]
    if mode:
        for k in range(n):
            gx[k] += g[k] * f(F, x[k] != 0, y[k], z[k], o[k])
    else:
        for k in range(n):
            gx[k] = g[k] * f(F, x[k] != 0, y[k], z[k], o[k])
    return int64(0)
