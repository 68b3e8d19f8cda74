"""Interned descriptors (dtype, shape, strides) and the shape rules that compiled code applies."""

from __future__ import annotations

from numba import int64, uint64

from tapegrad_kernels.abi import (
    DENSE,
    L_DENSE,
    L_DTYPE,
    L_NDIM,
    L_NUMEL,
    L_SHAPE,
    MAX_DIMS,
    ROW_MAJOR,
    Status,
)  # fmt: skip
from tapegrad_kernels.intrinsics import engine, i32, i64
from tapegrad_kernels.jitting import inlined, jit
from tapegrad_kernels.units import boundary

_SHAPES = int(Status.SHAPES)
_TABLE = int(Status.TABLE)


@inlined
def layout_words(number):
    """Give the words of a descriptor (see `abi.L_*`)."""
    c = engine()
    return i64(c.layout_pool + 8 * i64(c.layouts)[number])


@inlined
def dtype_of(number):
    """Dtype code of a descriptor."""
    return layout_words(number)[L_DTYPE]


@inlined
def numel_of(number):
    """Number of elements of a descriptor."""
    return layout_words(number)[L_NUMEL]


@inlined
def itemsize_of(dtype):
    """Bytes of an element of the dtype code."""
    return (int64(0x14884) >> (4 * dtype)) & 15


@jit
def density(ndim, shape, strides):
    """Tell whether strides are row-major, dense in another order, or neither."""
    expected = int64(1)
    row_major = True
    for k in range(ndim - 1, -1, -1):
        if shape[k] != 1 and strides[k] != expected:
            row_major = False
        expected *= shape[k]
    if row_major or expected <= 1:
        return int64(ROW_MAJOR)
    # Dense: some order of the dimensions gives 1, s1, s1*s2, ...
    expected = int64(1)
    seen = int64(0)
    for _ in range(ndim):
        found = int64(-1)
        for k in range(ndim):
            if (seen >> k) & 1 == 0 and (shape[k] == 1 or strides[k] == expected):
                found = k
                break
        if found < 0:
            return int64(0)
        seen |= int64(1) << found
        expected *= shape[found]
    return int64(DENSE)


@boundary
def intern(dtype, ndim, shape_address, strides_address):
    """Number of the descriptor with these words; makes it on first sight. Negative: a status."""
    c = engine()
    shape = i64(shape_address)
    strides = i64(strides_address)
    key = uint64(14695981039346656037) ^ uint64(dtype)
    prime = uint64(1099511628211)
    key = (key ^ uint64(ndim)) * prime
    for k in range(ndim):
        key = (key ^ uint64(shape[k])) * prime
        key = (key ^ uint64(strides[k])) * prime
        key ^= key >> uint64(29)
    table = i32(c.layout_hash)
    slot = int64(key & uint64(c.hash_mask))
    while table[slot] != 0:
        number = int64(table[slot])
        words = layout_words(number)
        if words[L_DTYPE] == dtype and words[L_NDIM] == ndim:
            same = True
            for k in range(ndim):
                if words[L_SHAPE + k] != shape[k] or words[L_SHAPE + ndim + k] != strides[k]:
                    same = False
                    break
            if same:
                return number
        slot = (slot + 1) & c.hash_mask
    size = L_SHAPE + 2 * ndim
    number = c.n_layouts
    if number >= c.layouts_capacity or c.pool_used + size > c.pool_capacity:
        return int64(_TABLE)
    i64(c.layouts)[number] = c.pool_used
    words = i64(c.layout_pool + 8 * c.pool_used)
    words[L_DTYPE] = dtype
    words[L_NDIM] = ndim
    numel = int64(1)
    for k in range(ndim):
        words[L_SHAPE + k] = shape[k]
        words[L_SHAPE + ndim + k] = strides[k]
        numel *= shape[k]
    words[L_NUMEL] = numel
    words[L_DENSE] = density(ndim, shape, strides)
    c.pool_used += size
    table[slot] = number
    c.n_layouts = number + 1
    return number


@boundary
def intern_words(address):
    """Intern `dtype, ndim, shape..., strides...` found at `address`."""
    words = i64(address)
    ndim = words[1]
    return intern(words[0], ndim, address + 16, address + 16 + 8 * ndim)


@jit
def canonical(number, dtype):
    """Descriptor of the same shape with the strides of a new tensor.

    The strides of dimensions of size 1 do not matter to where elements are, but can be seen.
    """
    c = engine()
    words = layout_words(number)
    ndim = words[L_NDIM]
    strides = i64(c.scratch)
    place = c.layout_pool + 8 * (i64(c.layouts)[number] + L_SHAPE)
    shape = i64(place)
    own = i64(place + 8 * ndim)
    same = words[L_DTYPE] == dtype
    step = int64(1)
    for k in range(ndim - 1, -1, -1):
        strides[k] = step
        same = same and own[k] == step
        step *= max(shape[k], int64(1))
    return int64(number) if same else intern(dtype, ndim, place, c.scratch)


@boundary
def row_major(number, dtype):
    """Descriptor of the same shape in row-major order with the given dtype."""
    words = layout_words(number)
    if words[L_DTYPE] == dtype and words[L_DENSE] == ROW_MAJOR:
        return int64(number)
    return canonical(number, dtype)


@inlined
def aligned_stride(words, ndim, k, size):
    """Stride of dimension `k` of `ndim` right-aligned dimensions of `size`; 0 where broadcast."""
    own = words[L_NDIM]
    j = k - (ndim - own)
    if j < 0 or (words[L_SHAPE + j] == 1 and size != 1):
        return int64(0)
    return words[L_SHAPE + own + j]


@jit
def _same_order(wa, wb, row_major):
    """Tell whether two operands have one shape, and are both row-major or have the same strides."""
    ndim = wa[L_NDIM]
    if wb[L_NDIM] != ndim or (row_major and wb[L_DENSE] != ROW_MAJOR):
        return False
    words = ndim if row_major else 2 * ndim
    for k in range(words):
        if wa[L_SHAPE + k] != wb[L_SHAPE + k]:
            return False
    return True


@boundary
def broadcast(a, b, d, dtype):
    """Descriptor of an elementwise result of `a, b, d` (0: absent), strides chosen as PyTorch does.

    Operands of one shape that are all row-major give a row-major result; dense ones with the same
    strides pass these on. Otherwise the result keeps the order of the operands' strides: dimensions
    are sorted by the first operand whose strides tell two of them apart.
    """
    c = engine()
    wa = layout_words(a)
    wb = layout_words(b) if b != 0 else wa
    wd = layout_words(d) if d != 0 else wa
    whole = wa[L_DENSE] == ROW_MAJOR
    alike = wa[L_DENSE] != 0 and (b == 0 or _same_order(wa, wb, whole))
    if alike and (d == 0 or _same_order(wa, wd, whole)):
        if whole:
            return canonical(a, dtype)
        place = c.layout_pool + 8 * (i64(c.layouts)[a] + L_SHAPE)
        return intern(dtype, wa[L_NDIM], place, place + 8 * wa[L_NDIM])
    ndim = max(wa[L_NDIM], wb[L_NDIM], wd[L_NDIM])
    shape = i64(c.scratch + 8 * MAX_DIMS)
    strides = i64(c.scratch + 16 * MAX_DIMS)
    order = i64(c.scratch + 24 * MAX_DIMS)
    for k in range(ndim):
        size = int64(1)
        for w in (wa, wb, wd):
            j = k - (ndim - w[L_NDIM])
            if j >= 0 and w[L_SHAPE + j] != 1:
                if size != 1 and size != w[L_SHAPE + j]:
                    return int64(_SHAPES)
                size = w[L_SHAPE + j]
        shape[k] = size
    # Insertion sort of the dimensions from the innermost out.
    for k in range(ndim):
        order[k] = ndim - 1 - k
    for i in range(1, ndim):
        right = i
        for left in range(i - 1, -1, -1):
            verdict = int64(0)
            p = order[left]
            q = order[right]
            for w in (wa, wb, wd):
                sp = aligned_stride(w, ndim, p, shape[p])
                sq = aligned_stride(w, ndim, q, shape[q])
                if sp == 0 or sq == 0:
                    continue
                if sp != sq:
                    verdict = int64(1) if sp > sq else int64(-1)
                    break
                if shape[p] > shape[q]:
                    verdict = int64(1)
                    break
            if verdict > 0:
                order[left] = q
                order[right] = p
                right = left
            elif verdict < 0:
                break
    step = int64(1)
    for k in range(ndim):
        strides[order[k]] = step
        step *= max(shape[order[k]], int64(1))
    return intern(dtype, ndim, c.scratch + 8 * MAX_DIMS, c.scratch + 16 * MAX_DIMS)
