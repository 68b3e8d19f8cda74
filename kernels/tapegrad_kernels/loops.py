"""Elementwise loops over any shapes and strides, around kernels that see one dimension.

Operands are described in the operand table of the context's scratch block. Kernels that need contiguous
operands are fed through gather blocks that stay in cache, so every kernel is one plain loop.
"""

from __future__ import annotations

from numba import int64

from tapegrad_kernels.abi import BLOCK, L_DENSE, L_NDIM, L_NUMEL, L_SHAPE, MAX_DIMS, ROW_MAJOR
from tapegrad_kernels.jitting import inlined, jit
from tapegrad_kernels.intrinsics import call_loop, engine, f32, f64, i8, i32, i64
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

#: Kinds of kernels.
STRIDED = 1  # takes any strides (NumPy's loops)
CONTIGUOUS = 2
#: What the last operand of a contiguous kernel wants.
STORE = 0
ACCUMULATE = 1


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


@jit
def _scatter_add(to, step, source, count, size):
    """Add a block of floats to a stride; a stride of 0 sums the block first."""
    if size == 8:
        if step == 0:
            total = 0.0
            for k in range(count):
                total += f64(source)[k]
            f64(to)[0] += total
        else:
            for k in range(count):
                f64(to + k * step)[0] += f64(source)[k]
    elif step == 0:
        total = 0.0
        for k in range(count):
            total += f32(source)[k]
        f32(to)[0] += total
    else:
        for k in range(count):
            f32(to + k * step)[0] += f32(source)[k]


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
    index = i64(c.scratch + _INDEX)
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
            return int64(0)
