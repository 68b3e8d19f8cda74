"""Templates of the elementwise kernels: one plain loop for each arity, value or partial.

Each is compiled for a dtype `F` and a formula of `generated/formulas.py` and has the calling
convention of a ufunc inner loop over contiguous operands. Reverse kernels read `g, x, y, z, o` and
write `gx`; `mode` says whether they store or accumulate.

The templates of guarded formulas get the formula in two forms, a vectorised one and one of
`math`'s functions, and go by blocks: one look tells whether the first form holds for all of one.
"""

from __future__ import annotations

import math

import numpy as np
from numba import int64

from tapegrad_kernels.intrinsics import i64, typed
from tapegrad_kernels.jitting import inlined, jit
from tapegrad_kernels.vector_instructions import STACKED, stack

#: Elements that a guarded formula is chosen for at a time.
_BLOCK = STACKED


# Runs of elements --------------------------------------------------------------------------------


@inlined
def _value1(F, f, x, o, start, stop):
    for k in range(start, stop):
        o[k] = f(F, x[k])


@inlined
def _value2(F, f, x, y, o, start, stop):
    for k in range(start, stop):
        o[k] = f(F, x[k], y[k])


@inlined
def _partial1(F, f, g, x, o, gx, start, stop, mode):
    if mode:
        for k in range(start, stop):
            gx[k] += g[k] * f(F, x[k], o[k])
    else:
        for k in range(start, stop):
            gx[k] = g[k] * f(F, x[k], o[k])


@inlined
def _partial2(F, f, g, x, y, o, gx, start, stop, mode):
    if mode:
        for k in range(start, stop):
            gx[k] += g[k] * f(F, x[k], y[k], o[k])
    else:
        for k in range(start, stop):
            gx[k] = g[k] * f(F, x[k], y[k], o[k])


# Plain formulas ----------------------------------------------------------------------------------


@jit
def forward1(F, f, args, count, strides, data):
    """Give `f(x)`."""
    p = i64(args)
    _value1(F, f, typed(F, p[0]), typed(F, p[1]), 0, i64(count)[0])
    return int64(0)


@jit
def forward2(F, f, args, count, strides, data):
    """Give `f(x, y)`."""
    p = i64(args)
    _value2(F, f, typed(F, p[0]), typed(F, p[1]), typed(F, p[2]), 0, i64(count)[0])
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
    g, x, o, gx = typed(F, p[0]), typed(F, p[1]), typed(F, p[4]), typed(F, p[5])
    _partial1(F, f, g, x, o, gx, 0, i64(count)[0], mode)
    return int64(0)


@jit
def reverse2(F, f, args, count, strides, mode):
    """Give `g` times a partial of a binary op."""
    p = i64(args)
    g, x, y = typed(F, p[0]), typed(F, p[1]), typed(F, p[2])
    _partial2(F, f, g, x, y, typed(F, p[4]), typed(F, p[5]), 0, i64(count)[0], mode)
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


# Guarded formulas --------------------------------------------------------------------------------


@inlined
def _all1(F, holds, x, start, stop):
    good = True
    for k in range(start, stop):
        good &= holds(F, x[k])
    return good


@inlined
def _all2(F, holds, x, y, start, stop):
    good = True
    for k in range(start, stop):
        good &= holds(F, x[k], y[k])
    return good


# An element has the same value whatever block it is in: in a mixed block each goes its own way.


@inlined
def _guarded_value1(F, f, exact, holds, x, o, start, stop):
    if _all1(F, holds, x, start, stop):
        _value1(F, f, x, o, start, stop)
        return
    for k in range(start, stop):
        o[k] = f(F, x[k]) if holds(F, x[k]) else exact(F, x[k])


@inlined
def _guarded_value2(F, f, exact, holds, x, y, o, start, stop):
    if _all2(F, holds, x, y, start, stop):
        _value2(F, f, x, y, o, start, stop)
        return
    for k in range(start, stop):
        o[k] = f(F, x[k], y[k]) if holds(F, x[k], y[k]) else exact(F, x[k], y[k])


@inlined
def _multiply(F, g, slope, gx, start, stop, mode):
    if mode:
        for k in range(stop - start):
            gx[start + k] += g[start + k] * slope[k]
    else:
        for k in range(stop - start):
            gx[start + k] = g[start + k] * slope[k]


# The slopes of a block go to the stack, or there would be two copies of every formula to compile.


@inlined
def _guarded_partial1(F, f, exact, holds, g, x, o, gx, start, stop, mode):
    slope = stack(F)
    if _all1(F, holds, x, start, stop):
        for k in range(start, stop):
            slope[k - start] = f(F, x[k], o[k])
    else:
        for k in range(start, stop):
            good = holds(F, x[k])
            slope[k - start] = f(F, x[k], o[k]) if good else exact(F, x[k], o[k])
    _multiply(F, g, slope, gx, start, stop, mode)


@inlined
def _guarded_partial2(F, f, exact, holds, g, x, y, o, gx, start, stop, mode):
    slope = stack(F)
    if _all2(F, holds, x, y, start, stop):
        for k in range(start, stop):
            slope[k - start] = f(F, x[k], y[k], o[k])
    else:
        for k in range(start, stop):
            good = holds(F, x[k], y[k])
            slope[k - start] = f(F, x[k], y[k], o[k]) if good else exact(F, x[k], y[k], o[k])
    _multiply(F, g, slope, gx, start, stop, mode)


@jit
def forward1_guarded(F, f, exact, holds, args, count, strides, data):
    """Give `f(x)`, or `exact(x)` where `f` does not hold."""
    p = i64(args)
    x, o = typed(F, p[0]), typed(F, p[1])
    n = i64(count)[0]
    for start in range(0, n, _BLOCK):
        _guarded_value1(F, f, exact, holds, x, o, start, min(start + _BLOCK, n))
    return int64(0)


@jit
def forward2_guarded(F, f, exact, holds, args, count, strides, data):
    """Give `f(x, y)`, or `exact(x, y)` where `f` does not hold."""
    p = i64(args)
    x, y, o = typed(F, p[0]), typed(F, p[1]), typed(F, p[2])
    n = i64(count)[0]
    for start in range(0, n, _BLOCK):
        _guarded_value2(F, f, exact, holds, x, y, o, start, min(start + _BLOCK, n))
    return int64(0)


@jit
def reverse1_guarded(F, f, exact, holds, args, count, strides, mode):
    """Give `g` times a guarded partial of a unary op."""
    p = i64(args)
    g, x, o, gx = typed(F, p[0]), typed(F, p[1]), typed(F, p[4]), typed(F, p[5])
    n = i64(count)[0]
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        _guarded_partial1(F, f, exact, holds, g, x, o, gx, start, stop, mode)
    return int64(0)


@jit
def reverse2_guarded(F, f, exact, holds, args, count, strides, mode):
    """Give `g` times a guarded partial of a binary op."""
    p = i64(args)
    g, x, y = typed(F, p[0]), typed(F, p[1]), typed(F, p[2])
    o, gx = typed(F, p[4]), typed(F, p[5])
    n = i64(count)[0]
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        _guarded_partial2(F, f, exact, holds, g, x, y, o, gx, start, stop, mode)
    return int64(0)


# A power's exponent is mostly one number for the whole block, and often one of these.


@inlined
def _root(F, x):
    """x**0.5, which is not sqrt(x) for -0.0 and -inf."""
    return F(np.inf) if x == F(-np.inf) else math.sqrt(x) + F(0.0)


@jit
def _square(F, x):
    return x * x


@jit
def _cube(F, x):
    return x * x * x


@jit
def _reciprocal(F, x):
    return F(1.0) / x


@jit
def _square_partial(F, x, y, o):
    return F(2.0) * x


@jit
def _cube_partial(F, x, y, o):
    return F(3.0) * (x * x)


@jit
def _root_partial(F, x, y, o):
    return F(0.5) / _root(F, x)


@inlined
def _one_exponent(F, y, start, stop):
    same = True
    for k in range(start, stop):
        same &= y[k] == y[start]
    return y[start] if same else F(0.0)


@jit
def forward2_power(F, f, exact, holds, args, count, strides, data):
    """Give the power `f(x, y)`; common exponents are multiplied out."""
    p = i64(args)
    x, y, o = typed(F, p[0]), typed(F, p[1]), typed(F, p[2])
    n = i64(count)[0]
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        e = _one_exponent(F, y, start, stop)
        if e == F(2.0):
            _value1(F, _square, x, o, start, stop)
        elif e == F(3.0):
            _value1(F, _cube, x, o, start, stop)
        elif e == F(0.5):
            _value1(F, _root, x, o, start, stop)
        elif e == F(-1.0):
            _value1(F, _reciprocal, x, o, start, stop)
        else:
            _guarded_value2(F, f, exact, holds, x, y, o, start, stop)
    return int64(0)


@jit
def reverse2_power(F, f, exact, holds, args, count, strides, mode):
    """Give `g` times the partial of a power by its base."""
    p = i64(args)
    g, x, y = typed(F, p[0]), typed(F, p[1]), typed(F, p[2])
    o, gx = typed(F, p[4]), typed(F, p[5])
    n = i64(count)[0]
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        e = _one_exponent(F, y, start, stop)
        if e == F(2.0):
            _partial2(F, _square_partial, g, x, y, o, gx, start, stop, mode)
        elif e == F(3.0):
            _partial2(F, _cube_partial, g, x, y, o, gx, start, stop, mode)
        elif e == F(0.5):
            _partial2(F, _root_partial, g, x, y, o, gx, start, stop, mode)
        else:
            _guarded_partial2(F, f, exact, holds, g, x, y, o, gx, start, stop, mode)
    return int64(0)
