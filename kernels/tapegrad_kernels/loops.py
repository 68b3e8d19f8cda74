"""Elementwise loops over any shapes and strides, around kernels that see one dimension.

Operands are described in the operand table of the context's scratch block. Kernels that need
contiguous operands are fed through gather blocks that stay in cache, so every kernel is one plain
loop.
"""

from __future__ import annotations

import numpy as np
from numba import int64

from tapegrad_kernels.abi import BLOCK, L_DENSE, L_NDIM, L_NUMEL, L_SHAPE, MAX_DIMS, ROW_MAJOR
from tapegrad_kernels.intrinsics import call_loop, engine, f32, f64, i8, i32, i64
from tapegrad_kernels.jitting import inlined, jit, reordered
from tapegrad_kernels.layouts import aligned_stride, itemsize_of, layout_words
from tapegrad_kernels.units import boundary

# Places in the scratch block, in bytes. The first kilobyte belongs to `layouts`.
_ADDRESS = 2048  # [operand] address of the first element
_LAYOUT = _ADDRESS + 128  # [operand] descriptor
_DTYPE = _LAYOUT + 128
_POINTER = _DTYPE + 128  # [operand] pointer handed to the kernel
_STEP = _POINTER + 128  # [operand] byte stride handed to the kernel
_COUNT = _STEP + 128
_SIZES = _COUNT + 128  # [dimension]
_INDEX = _SIZES + 8 * MAX_DIMS
_STRIDES = _INDEX + 8 * MAX_DIMS  # [operand][dimension] bytes

_TILE = 64
_LINE = 64

#: Kinds of kernels.
STRIDED = 1  # takes any strides (NumPy's loops)
CONTIGUOUS = 2
REDUCING = 3  # operands x and o; `mode` says whether o is one element or as many as x
#: What the last operand of a contiguous kernel wants.
STORE = 0
ACCUMULATE = 1
REDUCE = 2


@inlined
def set_operand(k, address, layout, dtype):
    """Describe operand `k`; the last operand is the one that is written."""
    c = engine()
    i64(c.scratch + _ADDRESS)[k] = address
    i64(c.scratch + _LAYOUT)[k] = layout
    i64(c.scratch + _DTYPE)[k] = dtype


@jit
def _gather(to, source, step, count, size):
    """Copy `count` elements of `size` bytes from a stride into a block."""
    if size == 8:
        for k in range(count):
            i64(to)[k] = i64(source + k * step)[0]
    elif size == 4:
        for k in range(count):
            i32(to)[k] = i32(source + k * step)[0]
    else:
        for k in range(count):
            i8(to)[k] = i8(source + k * step)[0]


@jit
def _scatter(to, step, source, count, size):
    """Copy a block of elements to a stride."""
    if size == 8:
        for k in range(count):
            i64(to + k * step)[0] = i64(source)[k]
    elif size == 4:
        for k in range(count):
            i32(to + k * step)[0] = i32(source)[k]
    else:
        for k in range(count):
            i8(to + k * step)[0] = i8(source)[k]


@reordered
def run_sum(F, x, start, stop):
    """Sum of a short run of elements."""
    # Reassociation keeps several partial sums in vector registers; the order is fixed by the
    # compiled code, so equal inputs give equal bits.
    total = F(0.0)
    for k in range(start, stop):
        total += x[k]
    return total


@jit
def _scatter_add(to, step, source, count, size):
    """Add a block of floats to a stride; a stride of 0 sums the block first."""
    if size == 8:
        if step == 0:
            f64(to)[0] += run_sum(np.float64, f64(source), int64(0), count)
        else:
            for k in range(count):
                f64(to + k * step)[0] += f64(source)[k]
    elif step == 0:
        f32(to)[0] += run_sum(np.float32, f32(source), int64(0), count)
    else:
        for k in range(count):
            f32(to + k * step)[0] += f32(source)[k]


@jit
def _inner_reducing(function, count):
    """Reduce along, or beside, the innermost dimension from the current pointers."""
    c = engine()
    pointer = i64(c.scratch + _POINTER)
    step = i64(c.scratch + _STEP)
    length = i64(c.scratch + _COUNT)
    dtype = i64(c.scratch + _DTYPE)
    size = itemsize_of(dtype[0])
    wide = itemsize_of(dtype[1])
    x = pointer[0]
    o = pointer[1]
    mode = REDUCE if step[1] == 0 else ACCUMULATE
    start = int64(0)
    while start < count:
        straight = step[0] == size and (step[1] == wide or step[1] == 0)
        n = count - start if straight else min(count - start, int64(BLOCK))
        pointer[0] = x + start * step[0]
        pointer[1] = o + start * step[1]
        if step[0] != size:
            _gather(c.gather, pointer[0], step[0], n, size)
            pointer[0] = c.gather
        if mode == ACCUMULATE and step[1] != wide:
            _gather(c.gather + BLOCK * 16, pointer[1], step[1], n, wide)
            pointer[1] = c.gather + BLOCK * 16
        length[0] = n
        call_loop(function, c.scratch + _POINTER, c.scratch + _COUNT, c.scratch + _STEP, mode)
        if mode == ACCUMULATE and step[1] != wide:
            _scatter(o + start * step[1], step[1], c.gather + BLOCK * 16, n, wide)
        start += n
    pointer[0] = x
    pointer[1] = o


@jit
def _inner(function, data, kind, n_ops, count, mode):
    """Run the kernel along the innermost dimension from the current pointers."""
    c = engine()
    pointer = i64(c.scratch + _POINTER)
    step = i64(c.scratch + _STEP)
    length = i64(c.scratch + _COUNT)
    if kind == STRIDED:
        length[0] = count
        call_loop(function, c.scratch + _POINTER, c.scratch + _COUNT, c.scratch + _STEP, data)
        return
    dtype = i64(c.scratch + _DTYPE)
    if kind == REDUCING:
        _inner_reducing(function, count)
        return
    direct = True
    for k in range(n_ops):
        if step[k] != itemsize_of(dtype[k]) and count > 1:
            direct = False
    if direct:
        length[0] = count
        call_loop(function, c.scratch + _POINTER, c.scratch + _COUNT, c.scratch + _STEP, mode)
        return
    base = i64(c.scratch + _INDEX + 8 * MAX_DIMS)  # row 0 of _STRIDES is free during the call
    last = n_ops - 1
    for k in range(n_ops):
        base[k] = pointer[k]
    start = int64(0)
    while start < count:
        n = min(count - start, int64(BLOCK))
        for k in range(n_ops):
            size = itemsize_of(dtype[k])
            block = c.gather + k * BLOCK * 16
            if step[k] == size:
                pointer[k] = base[k] + start * size
            else:
                pointer[k] = block
                if k != last and (step[k] != 0 or start == 0):
                    _gather(block, base[k] + start * step[k], step[k], n, size)
        length[0] = n
        out_size = itemsize_of(dtype[last])
        if step[last] == out_size:
            call_loop(function, c.scratch + _POINTER, c.scratch + _COUNT, c.scratch + _STEP, mode)
        else:
            call_loop(function, c.scratch + _POINTER, c.scratch + _COUNT, c.scratch + _STEP, STORE)
            place = base[last] + start * step[last]
            if mode == ACCUMULATE:
                _scatter_add(place, step[last], pointer[last], n, out_size)
            else:
                _scatter(place, step[last], pointer[last], n, out_size)
        start += n
    for k in range(n_ops):
        pointer[k] = base[k]


@jit
def _walk(function, data, kind, n_ops, used, mode):
    """Run the kernel over the collected dimensions from the current pointers, which come back."""
    c = engine()
    pointer = i64(c.scratch + _POINTER)
    step = i64(c.scratch + _STEP)
    sizes = i64(c.scratch + _SIZES)
    index = i64(c.scratch + _INDEX)
    strides = i64(c.scratch + _STRIDES + 8 * MAX_DIMS)
    inner = used - 1
    for k in range(n_ops):
        step[k] = strides[k * MAX_DIMS + inner]
    for d in range(inner):
        index[d] = 0
    while True:
        _inner(function, data, kind, n_ops, sizes[inner], mode)
        d = inner - 1
        while d >= 0:
            index[d] += 1
            for k in range(n_ops):
                pointer[k] += strides[k * MAX_DIMS + d]
            if index[d] < sizes[d]:
                break
            for k in range(n_ops):
                pointer[k] -= strides[k * MAX_DIMS + d] * sizes[d]
            index[d] = 0
            d -= 1
        if d < 0:
            return


@jit
def _jumps(n_ops, inner):
    """Tell whether an operand touches a cache line for each element of a long inner dimension."""
    c = engine()
    if i64(c.scratch + _SIZES)[inner] < 2 * _TILE:
        return False
    strides = i64(c.scratch + _STRIDES + 8 * MAX_DIMS)
    for k in range(n_ops):
        if abs(strides[k * MAX_DIMS + inner]) >= _LINE:
            return True
    return False


@jit
def _walk_tiles(function, data, kind, n_ops, used, mode):
    """Walk with the innermost dimension cut into tiles, so that cache lines are used again."""
    c = engine()
    pointer = i64(c.scratch + _POINTER)
    sizes = i64(c.scratch + _SIZES)
    strides = i64(c.scratch + _STRIDES + 8 * MAX_DIMS)
    inner = used - 1
    tiles = sizes[inner] // _TILE
    rest = sizes[inner] - tiles * _TILE
    sizes[inner] = sizes[inner - 1]
    sizes[inner - 1] = tiles
    sizes[used] = _TILE
    for k in range(n_ops):
        row = k * MAX_DIMS
        fine = strides[row + inner]
        strides[row + inner] = strides[row + inner - 1]
        strides[row + inner - 1] = fine * _TILE
        strides[row + used] = fine
    _walk(function, data, kind, n_ops, used + 1, mode)
    if rest != 0:
        sizes[inner - 1] = 1
        sizes[used] = rest
        for k in range(n_ops):
            pointer[k] += strides[k * MAX_DIMS + inner - 1] * tiles
        _walk(function, data, kind, n_ops, used + 1, mode)


@boundary
def run_loop(function, data, kind, n_ops, shape_layout, mode):
    """Run an elementwise kernel over the operand table in the shape of `shape_layout`.

    `data` is handed to strided kernels, `mode` to contiguous ones.
    """
    c = engine()
    shape = layout_words(shape_layout)
    numel = shape[L_NUMEL]
    if numel == 0:
        return int64(0)
    ndim = shape[L_NDIM]
    pointer = i64(c.scratch + _POINTER)
    step = i64(c.scratch + _STEP)
    address = i64(c.scratch + _ADDRESS)
    layout = i64(c.scratch + _LAYOUT)
    dtype = i64(c.scratch + _DTYPE)
    flat = True
    for k in range(n_ops):
        pointer[k] = address[k]
        step[k] = itemsize_of(dtype[k])
        words = layout_words(layout[k])
        if words[L_NUMEL] == 1:
            step[k] = 0 if numel > 1 else step[k]
        elif words[L_NUMEL] != numel or words[L_DENSE] != ROW_MAJOR:
            flat = False
    if flat:
        _inner(function, data, kind, n_ops, numel, mode)
        return int64(0)
    # Collect strides, outermost dimension first, dropping dimensions of one element and merging
    # dimensions that are contiguous for every operand.
    sizes = i64(c.scratch + _SIZES)
    strides = i64(c.scratch + _STRIDES + 8 * MAX_DIMS)
    used = int64(0)
    out = layout_words(layout[n_ops - 1])
    lead = layout_words(layout[0]) if out[L_NUMEL] != numel else out
    done = int64(0)
    for _ in range(ndim):
        # the next dimension: the largest stride of the operand that leads, ties from the left
        best = int64(-1)
        best_stride = int64(-1)
        for d in range(ndim):
            if (done >> d) & 1 == 0:
                s = aligned_stride(lead, ndim, d, shape[L_SHAPE + d])
                if s > best_stride:
                    best = d
                    best_stride = s
        done |= int64(1) << best
        size = shape[L_SHAPE + best]
        if size == 1:
            continue
        merge = used > 0
        for k in range(n_ops):
            words = layout_words(layout[k])
            stride = aligned_stride(words, ndim, best, size) * itemsize_of(dtype[k])
            strides[k * MAX_DIMS + used] = stride
            if used > 0 and strides[k * MAX_DIMS + used - 1] != stride * size:
                merge = False
        if merge:
            sizes[used - 1] *= size
            for k in range(n_ops):
                strides[k * MAX_DIMS + used - 1] = strides[k * MAX_DIMS + used]
        else:
            sizes[used] = size
            used += 1
    if used == 0:
        _inner(function, data, kind, n_ops, numel, mode)
        return int64(0)
    if used >= 2 and used < MAX_DIMS and _jumps(n_ops, used - 1):
        _walk_tiles(function, data, kind, n_ops, used, mode)
    else:
        _walk(function, data, kind, n_ops, used, mode)
    return int64(0)
