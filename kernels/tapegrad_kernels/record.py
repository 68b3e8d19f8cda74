"""Record and run: shape and dtype rule of an op, its row and its kernel in one call."""

from __future__ import annotations

from numba import float32, float64, int32, int64, uint8

from tapegrad_kernels.abi import (
    INLINE,
    L_DENSE,
    L_NDIM,
    L_NUMEL,
    L_SHAPE,
    N_DTYPES,
    NEEDS0,
    NUMBER,
    P_VARIADIC,
    REQUIRES_GRAD,
    SAVED0,
    SAVED1,
    SAVED2,
    SAVED_OUT,
    SCALAR,
    WIDE,
    DType,
    Status,
)  # fmt: skip
from tapegrad_kernels.generated.opcodes import Op
from tapegrad_kernels.generated.scalar import forward as _forward
from tapegrad_kernels.intrinsics import (
    bits_of,
    call_python,
    clear_error,
    engine,
    error_occurred,
    f32,
    f64,
    float_value,
    i16,
    i32,
    i64,
    long_from,
    tape_at,
    typed,
    u16,
)  # fmt: skip
from tapegrad_kernels.jitting import jit
from tapegrad_kernels.layouts import (
    broadcast,
    dtype_of,
    intern,
    itemsize_of,
    layout_words,
    numel_of,
)  # fmt: skip
from tapegrad_kernels.linalg import dimension, product, stride
from tapegrad_kernels.loops import run_loop, set_operand
from tapegrad_kernels.memory import keep_storage, new_storage, release_storage
from tapegrad_kernels.reduce import dense_sum
from tapegrad_kernels.tape import (
    append_row,
    current_row,
    enter,
    give_value,
    handle_of,
    has_room,
    new_handle,
    new_object,
    offset_of,
    promote,
    release_handle,
    release_row,
    set_row,
    storage_of,
    value_address,
)  # fmt: skip
from tapegrad_kernels.units import boundary

scalar_forward = jit(_forward)

_FLOAT32 = int(DType.FLOAT32)
_FLOAT64 = int(DType.FLOAT64)
_INT64 = int(DType.INT64)
_INT32 = int(DType.INT32)
_BOOL = int(DType.BOOL)
_CONST = int(Op.CONST)
_LEAF = int(Op.LEAF)
_MM = int(Op.MM)
_ADD = int(Op.ADD)
_MUL = int(Op.MUL)
_DIV = int(Op.DIV)
_FLOOR_DIVIDE = int(Op.FLOOR_DIVIDE)
_RECIPROCAL = int(Op.RECIPROCAL)
_POW = int(Op.POW)
_T = int(Op.T)
_SQUARE = int(Op.SQUARE)
_MEAN = int(Op.MEAN)
_HOST = int(Status.HOST)
_DTYPES = int(Status.DTYPES)
_ROOM = int(Status.ROOM)
_KERNEL = int(Status.KERNEL)
_MEMORY = int(Status.MEMORY)
_SHAPES = int(Status.SHAPES)
_TABLE = int(Status.TABLE)
_BOUNDS = int(Status.BOUNDS)
_FLOAT_RESULT = 1
_BOOL_RESULT = 2


@jit
def in_bounds(t, row):
    """Debug arena: tell whether every element of a row's value lies in its storage."""
    if row == 0 or u16(t.flags)[row] & INLINE:
        return True
    words = layout_words(i32(t.layout)[row])
    if words[L_NUMEL] == 0:
        return True
    c = engine()
    ndim = words[L_NDIM]
    last = offset_of(t, row)
    for k in range(ndim):
        if words[L_SHAPE + ndim + k] < 0:
            return False
        last += (words[L_SHAPE + k] - 1) * words[L_SHAPE + ndim + k]
    return (last + 1) * itemsize_of(words[0]) <= i64(c.s_bytes)[storage_of(t, row)]


@jit
def hold(t, row, flags, a, b, d):
    """Take the references that a row with these flags holds to its inputs."""
    i32(t.ref)[a] += 1
    i32(t.ref)[b] += 1
    i32(t.ref)[d] += 1
    if flags & SAVED0:
        i32(t.vref)[a] += 1
    if flags & SAVED1:
        i32(t.vref)[b] += 1
    if flags & SAVED2:
        i32(t.vref)[d] += 1
    if flags & SAVED_OUT:
        i32(t.vref)[row] += 1


@jit
def grad_flags(t, op, a, b, d):
    """Flags of a new row of an elementwise op: which inputs need an adjoint and what is saved."""
    c = engine()
    if c.grad_mode == 0:
        return int64(0)
    flags = u16(t.flags)
    needed = int64(0)
    if flags[a] & REQUIRES_GRAD:
        needed |= 1
    if b != 0 and flags[b] & REQUIRES_GRAD:
        needed |= 2
    if d != 0 and flags[d] & REQUIRES_GRAD:
        needed |= 4
    if needed == 0:
        return int64(0)
    needed &= i64(c.differentiable)[op]
    if needed == 0:
        return int64(0)
    saved = int64(0)
    saves = i64(c.saves)
    for k in range(3):
        if (needed >> k) & 1:
            saved |= saves[3 * op + k]
    if d != 0 and flags[d] & NUMBER:  # such as the weight of `lerp`: nobody can overwrite it
        saved &= ~int64(4)
    return int64(REQUIRES_GRAD) | needed * NEEDS0 | saved * SAVED0


@boundary
def undo_row(address, row):
    """Take back a row that was appended last and never referred to."""
    t = tape_at(address)
    i32(t.ref)[row] += 1
    return release_row(t.address, row)


@jit
def run_elementwise(t, row, op, a, b, d, address, layout):
    """Run an op's forward kernel from the rows `a, b, d` into memory of the given layout."""
    c = engine()
    dtype = dtype_of(i32(t.layout)[b if (i64(c.condition)[op] & 1) else a])
    function = i64(c.forward)[op * N_DTYPES + dtype]
    n = int64(0)
    set_operand(n, value_address(t, a), i32(t.layout)[a], dtype_of(i32(t.layout)[a]))
    n += 1
    if b != 0:
        set_operand(n, value_address(t, b), i32(t.layout)[b], dtype_of(i32(t.layout)[b]))
        n += 1
    if d != 0:
        set_operand(n, value_address(t, d), i32(t.layout)[d], dtype_of(i32(t.layout)[d]))
        n += 1
    set_operand(n, address, layout, dtype_of(layout))
    at = op * N_DTYPES + dtype
    run_loop(function, i64(c.forward_data)[at], i64(c.forward_kind)[at], n + 1, layout, int64(0))


@jit
def _apply_scalar(t, op, a, b, layout, dtype):
    """Second half of `apply` for one float element everywhere: no kernel, no memory."""
    flags = grad_flags(t, op, a, b, int64(0))
    if dtype == _FLOAT64:
        flags |= WIDE * (flags != 0)
    row = append_row(t, op, int64(0), int64(0), int64(0), layout, flags | INLINE | SCALAR)
    x = value_address(t, a)
    y = value_address(t, b) if b != 0 else x
    if dtype == _FLOAT64:
        f64(t.val)[row] = scalar_forward(float64, op, f64(x)[0], f64(y)[0], f64(y)[0])
    else:  # computed in float64 and rounded once
        wide_x = float64(f32(x)[0])
        wide_y = float64(f32(y)[0])
        f32(t.val + 8 * row)[0] = float32(scalar_forward(float64, op, wide_x, wide_y, wide_y))
    if flags != 0:
        i32(t.in0)[row] = a
        i32(t.in1)[row] = b
        hold(t, row, flags, a, b, int64(0))
    else:
        i16(t.op)[row] = _CONST
        u16(t.flags)[row] = INLINE
    return _handle_or_undo(t, row)


@jit
def _give_value_or_undo(t, row):
    """Give a new row memory for its value, or take the row back where there is none."""
    status = give_value(t.address, row)
    if status < 0:
        i16(t.op)[row] = _CONST
        u16(t.flags)[row] = INLINE
        undo_row(t.address, row)
    return status


@jit
def _handle_or_undo(t, row):
    """Give a handle of a new row, or take the row back where the table of handles is full."""
    handle = new_handle(t.address, row)
    if handle == 0:
        undo_row(t.address, row)
        return int64(_TABLE)
    return handle


@boundary
def apply(op, ha, hb, hd, target):
    """Record and run an elementwise op; a handle, or a negative status.

    `ha, hb, hd` are handles (0: absent). Where `target` is a handle, the value is written to its
    memory and the handle is moved to the new row; the host has checked that shapes, dtypes and
    overlaps allow it.
    """
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return int64(_ROOM)
    a = current_row(ha)
    if a < 0:
        return a
    b = int64(0)
    d = int64(0)
    la = int64(i32(t.layout)[a])
    lb = int64(0)
    ld = int64(0)
    dtype = dtype_of(la)
    if hb != 0:
        b = current_row(hb)
        if b < 0:
            return b
        lb = int64(i32(t.layout)[b])
        if i64(c.condition)[op] & 1:
            if dtype != _BOOL:
                return int64(_DTYPES)
            dtype = dtype_of(lb)
        elif dtype_of(lb) != dtype:
            return int64(_DTYPES)
        if hd != 0:
            d = current_row(hd)
            if d < 0:
                return d
            ld = int64(i32(t.layout)[d])
            if dtype_of(ld) != dtype:
                return int64(_DTYPES)
    result = i64(c.result)[op]
    if result == _FLOAT_RESULT and dtype > _FLOAT64:
        return int64(_DTYPES)
    out_dtype = int64(_BOOL) if result == _BOOL_RESULT else dtype
    # The common case: one element everywhere, floats, and a result in the row.
    plain = target == 0 and (hb == 0 or la == lb) and hd == 0 and i64(c.in_switch)[op] != 0
    if plain and layout_words(la)[L_NDIM] == 0 and dtype <= _FLOAT64:
        return _apply_scalar(t, op, a, b, la, dtype)
    if i64(c.forward)[op * N_DTYPES + dtype] == 0:
        c.error_row = dtype
        return int64(_KERNEL)
    if c.debug != 0 and not (
        in_bounds(t, a) and (b == 0 or in_bounds(t, b)) and (d == 0 or in_bounds(t, d))
    ):
        return int64(_BOUNDS)
    if target != 0:
        return _apply_into(t, op, a, b, d, target)
    layout = broadcast(la, lb, ld, out_dtype)
    if layout < 0:
        return layout
    flags = grad_flags(t, op, a, b, d)
    if numel_of(layout) == 1 and dtype <= _FLOAT64 and i64(c.in_switch)[op] != 0:
        flags |= SCALAR | (WIDE if dtype == _FLOAT64 else 0)
    row = append_row(t, op, int64(0), int64(0), int64(0), layout, flags)
    status = _give_value_or_undo(t, row)
    if status < 0:
        return status
    run_elementwise(t, row, op, a, b, d, value_address(t, row), layout)
    if flags & REQUIRES_GRAD:
        i32(t.in0)[row] = a
        i32(t.in1)[row] = b
        i32(t.aux)[row] = d
        hold(t, row, flags, a, b, d)
    else:
        i16(t.op)[row] = _CONST
        u16(t.flags)[row] &= INLINE
    return _handle_or_undo(t, row)


@jit
def _apply_into(t, op, a, b, d, target):
    """Second half of `apply` for an in-place write: the new row shares the target's memory."""
    c = engine()
    old = int64(i32(c.h_row)[target])
    layout = int64(i32(t.layout)[old])
    storage = storage_of(t, old)
    offset = offset_of(t, old)
    run_elementwise(t, old, op, a, b, d, value_address(t, old), layout)
    flags = grad_flags(t, op, a, b, d)
    version = i32(c.s_version)[storage] + 1
    i32(c.s_version)[storage] = version
    if flags & REQUIRES_GRAD == 0:
        return rewrite(t.address, target, version)
    row = append_row(t, op, a, b, d, layout, flags)
    keep_storage(storage)
    i64(t.val)[row] = storage | (offset << 32)
    i32(t.ver)[row] = version
    hold(t, row, flags, a, b, d)
    set_row(target, t.address, row)
    return target


@boundary
def rewrite(address, handle, version):
    """Bring a handle up to date after an unrecorded write to its memory.

    A row that only the handle refers to takes the new version; a leaf that a graph refers to gets a
    new leaf row (the graph keeps the old one, now stale).
    """
    t = tape_at(address)
    c = engine()
    old = int64(i32(c.h_row)[handle])
    op = i16(t.op)[old]
    if op == _CONST or op == _LEAF:
        if i32(t.ref)[old] == 1:
            i32(t.ver)[old] = version
            return handle
        flags = u16(t.flags)[old]
        row = append_row(t, op, i32(t.in0)[old], int64(0), int64(0), i32(t.layout)[old], flags)
        if op == _LEAF:
            i32(c.h_pins)[handle] += 1
        keep_storage(storage_of(t, old))
        i64(t.val)[row] = i64(t.val)[old]
        i32(t.ver)[row] = version
        set_row(handle, t.address, row)
    return handle


@boundary
def record(op, ha, hb, block, layout, flags, share, offset):
    """Append a row of a structured op; a handle, or a negative status.

    `flags` are those that the row gets if it takes part in differentiation (the host has worked
    them out). `block` is a parameter block (taken over) or 0. `share` is the storage that the value
    lives in (with `offset`), or 0 for memory of its own, which the caller then fills.
    """
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return int64(_ROOM)
    a = int64(0)
    b = int64(0)
    if ha != 0:
        a = current_row(ha)
        if a < 0:
            return a
    if hb != 0:
        b = current_row(hb)
        if b < 0:
            return b
    if c.debug != 0 and not (in_bounds(t, a) and in_bounds(t, b)):
        return int64(_BOUNDS)
    if flags & REQUIRES_GRAD == 0:
        op = int64(_CONST)
    row = append_row(t, op, int64(0), int64(0), int64(0), layout, flags)
    if share != 0:
        keep_storage(share)
        i64(t.val)[row] = share | (offset << 32)
        i32(t.ver)[row] = i32(c.s_version)[share]
    else:
        status = _give_value_or_undo(t, row)
        if status < 0:
            return status
    if c.debug != 0 and not in_bounds(t, row):
        i16(t.op)[row] = _CONST
        undo_row(t.address, row)
        return int64(_BOUNDS)
    if flags & REQUIRES_GRAD:
        i32(t.in0)[row] = a
        i32(t.in1)[row] = b
        i32(t.aux)[row] = block
        hold(t, row, flags, a, b, int64(0))
        if block != 0:
            words = i64(i64(c.s_address)[block])
            for k in range(words[P_VARIADIC]):
                i32(t.ref)[words[1 + k]] += 1
    elif block != 0:
        release_storage(block)
    return _handle_or_undo(t, row)


@boundary
def make_leaf(handle):
    """Turn the constant behind a handle into a leaf that requires a gradient."""
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return int64(_ROOM)
    old = current_row(handle)
    if old < 0:
        return old
    row = old
    if i32(t.ref)[old] > 1:
        row = append_row(
            t, int64(_LEAF), int64(0), int64(0), int64(0), i32(t.layout)[old], u16(t.flags)[old]
        )
        i64(t.val)[row] = i64(t.val)[old]
        i32(t.ver)[row] = i32(t.ver)[old]
        if u16(t.flags)[row] & INLINE == 0:
            keep_storage(storage_of(t, old))
        set_row(handle, t.address, row)
    i16(t.op)[row] = _LEAF
    i32(t.in0)[row] = handle
    i32(c.h_pins)[handle] += 1
    u16(t.flags)[row] |= REQUIRES_GRAD
    return handle


@boundary
def constant(dtype, bits, flags):
    """Make a constant of no dimensions from a float64's bits; a handle, or a negative status.

    `flags` is NUMBER where it stands for a Python number.
    """
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return int64(_ROOM)
    row = append_row(
        t, int64(_CONST), int64(0), int64(0), int64(0), i64(c.zero_dim)[dtype], INLINE | flags
    )
    i64(t.val)[row] = bits
    if dtype != _FLOAT64:
        f32(t.val + 8 * row)[0] = float32(f64(t.val)[row])
    return _handle_or_undo(t, row)


@jit
def _binary_with_number(op, tensor, number, reflected):
    """`tensor op number`, or reflected, for a float tensor and a Python float or int."""
    c = engine()
    handle = handle_of(tensor)
    if handle == 0:
        return int64(_HOST)
    t = tape_at(i64(c.h_tape)[handle])
    dtype = dtype_of(i32(t.layout)[i32(c.h_row)[handle]])
    if dtype > _FLOAT64:
        return int64(_HOST)
    value = float_value(number)
    if op == _POW and value == 2.0 and not reflected:
        return apply(int64(_SQUARE), handle, int64(0), int64(0), int64(0))
    if value == -1.0 and error_occurred() != 0:
        clear_error()
        return int64(_HOST)
    other = constant(dtype, bits_of(value), int64(NUMBER))
    if other < 0:
        return other
    if reflected and op == _DIV:  # as PyTorch: the reciprocal is multiplied
        status = apply(int64(_RECIPROCAL), handle, int64(0), int64(0), int64(0))
        if status > 0:
            inverse = status
            status = apply(int64(_MUL), inverse, other, int64(0), int64(0))
            release_handle(inverse)
    elif reflected and op != _ADD and op != _MUL:
        status = apply(op, other, handle, int64(0), int64(0))
    else:
        status = apply(op, handle, other, int64(0), int64(0))
    release_handle(other)
    return status


@jit
def _is_recorded(thing):
    """Tell whether ops on an object are recorded: a tensor that requires a gradient."""
    c = enter()
    if i64(thing)[1] != c.tensor_type or handle_of(thing) == 0 or c.grad_mode == 0:
        return False
    handle = handle_of(thing)
    t = tape_at(i64(c.h_tape)[handle])
    return u16(t.flags)[i32(c.h_row)[handle]] & REQUIRES_GRAD != 0


@boundary
def binary_object(op, x, y):
    """Number slot and function of a binary op: tensors and numbers take no Python."""
    c = engine()
    status = int64(_HOST)
    if op == _FLOOR_DIVIDE and (_is_recorded(x) or _is_recorded(y)):
        return call_python(c.slow_binary, op, status, x, y)
    kind_x = i64(x)[1]
    kind_y = i64(y)[1]
    if kind_x == c.tensor_type:
        if kind_y == c.tensor_type:
            status = apply(op, handle_of(x), handle_of(y), int64(0), int64(0))
        elif kind_y == c.float_type or kind_y == c.int_type:
            status = _binary_with_number(op, x, y, False)
    elif kind_y == c.tensor_type and (kind_x == c.float_type or kind_x == c.int_type):
        status = _binary_with_number(op, y, x, True)
    if status > 0:
        return new_object(status)
    return call_python(c.slow_binary, op, status, x, y)


@boundary
def unary_object(op, x):
    """Function of a unary op."""
    c = engine()
    status = int64(_HOST)
    if i64(x)[1] == c.tensor_type:
        status = apply(op, handle_of(x), int64(0), int64(0), int64(0))
        if status > 0:
            return new_object(status)
    return call_python(c.slow_unary, op, status, x, int64(0))


@jit
def _matrix_product(x, y):
    """Record and run `x @ y` for matrices of one float dtype; a handle, or a negative status."""
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return int64(_ROOM)
    a = current_row(handle_of(x))
    if a < 0:
        return a
    b = current_row(handle_of(y))
    if b < 0:
        return b
    la = int64(i32(t.layout)[a])
    lb = int64(i32(t.layout)[b])
    dtype = dtype_of(la)
    if layout_words(la)[L_NDIM] != 2 or layout_words(lb)[L_NDIM] != 2:
        return int64(_HOST)
    if dtype > _FLOAT64 or dtype_of(lb) != dtype or dimension(la, 1) != dimension(lb, 0):
        return int64(_HOST)
    m = dimension(la, 0)
    k = dimension(la, 1)
    n = dimension(lb, 1)
    words = i64(c.scratch)
    words[0] = m
    words[1] = n
    words[2] = max(n, int64(1))
    words[3] = 1
    layout = intern(dtype, int64(2), c.scratch, c.scratch + 16)
    if layout < 0:
        return layout
    if c.debug != 0 and not (in_bounds(t, a) and in_bounds(t, b)):
        return int64(_BOUNDS)
    flags = grad_flags(t, int64(_MM), a, b, int64(0))
    row = append_row(t, int64(_MM), int64(0), int64(0), int64(0), layout, flags)
    status = _give_value_or_undo(t, row)
    if status < 0:
        return status
    status = product(
        dtype, m, n, k, value_address(t, a), stride(la, 0), stride(la, 1),
        value_address(t, b), stride(lb, 0), stride(lb, 1), value_address(t, row), int64(0),
    )  # fmt: skip
    if status < 0:
        i16(t.op)[row] = _CONST
        u16(t.flags)[row] &= INLINE
        undo_row(t.address, row)
        return status
    if flags != 0:
        i32(t.in0)[row] = a
        i32(t.in1)[row] = b
        hold(t, row, flags, a, b, int64(0))
    else:
        i16(t.op)[row] = _CONST
    return _handle_or_undo(t, row)


@boundary
def mm_object(x, y):
    """`x.mm(y)`; everything but two conforming float matrices is the host's."""
    c = engine()
    status = int64(_HOST)
    if i64(x)[1] == c.tensor_type and i64(y)[1] == c.tensor_type:
        status = _matrix_product(x, y)
        if status > 0:
            return new_object(status)
    return call_python(c.slow_binary, int64(_MM), status, x, y)


@jit
def _total(op, x):
    """Record and run the sum or mean of all of dense floats; a handle, or a negative status."""
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return int64(_ROOM)
    a = current_row(handle_of(x))
    if a < 0:
        return a
    la = int64(i32(t.layout)[a])
    words = layout_words(la)
    dtype = dtype_of(la)
    ndim = words[L_NDIM]
    numel = words[L_NUMEL]
    if dtype > _FLOAT64 or words[L_DENSE] == 0 or numel == 0:
        return int64(_HOST)
    if c.debug != 0 and not in_bounds(t, a):
        return int64(_BOUNDS)
    flags = grad_flags(t, op, a, int64(0), int64(0))
    block = int64(0)
    if flags != 0:
        ones = i64(c.scratch)
        for k in range(ndim):
            ones[k] = 1
        kept = intern(dtype, ndim, c.scratch, c.scratch)
        if kept < 0:
            return kept
        block = new_storage(int64(16))
        if block == 0:
            return int64(_MEMORY)
        parameters = i64(i64(c.s_address)[block])
        parameters[P_VARIADIC] = 0
        parameters[1] = kept
    row = append_row(
        t, op if flags != 0 else int64(_CONST), int64(0), int64(0), block, i64(c.zero_dim)[dtype],
        flags | INLINE,
    )  # fmt: skip
    total = dense_sum(dtype, value_address(t, a), numel)
    if op == _MEAN:
        total /= float64(numel)
    if dtype == _FLOAT64:
        f64(t.val)[row] = total
    else:
        f32(t.val + 8 * row)[0] = float32(total)
    if flags != 0:
        i32(t.in0)[row] = a
        hold(t, row, flags, a, int64(0), int64(0))
    return _handle_or_undo(t, row)


@boundary
def total_object(op, x):
    """`x.sum()` and `x.mean()`; everything but all elements of dense floats is the host's."""
    c = engine()
    status = int64(_HOST)
    if i64(x)[1] == c.tensor_type:
        status = _total(op, x)
        if status > 0:
            return new_object(status)
    return call_python(c.slow_unary, op, status, x, int64(0))


@boundary
def record_rows(op, a, other, block, layout, flags, share, offset):
    """Append a row whose first input is row `a`, stale or not; a handle, or a negative status.

    The second input is the row of the handle `other` (0: none). The caller has checked the room.
    """
    c = enter()
    t = tape_at(c.tape)
    b = int64(i32(c.h_row)[other]) if other != 0 else int64(0)
    row = append_row(t, op, a, b, block, layout, flags)
    keep_storage(share)
    i64(t.val)[row] = share | (offset << 32)
    i32(t.ver)[row] = i32(c.s_version)[share]
    hold(t, row, flags, a, b, int64(0))
    return _handle_or_undo(t, row)


@boundary
def has_rows(address, rows):
    """Tell whether a tape has room for more rows below its soft limit."""
    return int64(has_room(tape_at(address), rows))


@boundary
def view_object(thing, op, layout, inner, inner_offset, step, output):
    """Record and make a view of a tensor's memory; a status as a Python int where that fails.

    `layout` and `step` (elements) say where the view is in the base's memory, `inner` and
    `inner_offset` where it is in a row-major array of the base's shape. `output` is its number
    among the views that one op made.
    """
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return long_from(int64(_ROOM))
    base = handle_of(thing)
    a = current_row(base)
    if a < 0:
        return long_from(a)
    status = promote(t.address, a)
    if status < 0:
        return long_from(status)
    storage = storage_of(t, a)
    flags = int64(0)
    block = int64(0)
    if c.grad_mode != 0 and u16(t.flags)[a] & REQUIRES_GRAD:
        flags = int64(REQUIRES_GRAD | NEEDS0)
        block = new_storage(int64(32))
        if block == 0:
            return long_from(int64(_MEMORY))
        words = i64(i64(c.s_address)[block])
        words[P_VARIADIC] = 0
        words[1] = inner
        words[2] = inner_offset
        words[3] = output
    row = append_row(
        t, op if flags != 0 else int64(_CONST), int64(0), int64(0), block, layout, flags
    )
    keep_storage(storage)
    i64(t.val)[row] = storage | ((offset_of(t, a) + step) << 32)
    i32(t.ver)[row] = i32(c.s_version)[storage]
    if flags != 0:
        i32(t.in0)[row] = a
        hold(t, row, flags, a, int64(0), int64(0))
    if c.debug != 0 and not in_bounds(t, row):
        undo_row(t.address, row)
        return long_from(int64(_BOUNDS))
    handle = _handle_or_undo(t, row)
    if handle < 0:
        return long_from(handle)
    i32(c.h_parent)[handle] = base
    i32(c.h_ref)[base] += 1
    i32(c.h_layout)[handle] = inner
    i64(c.h_offset)[handle] = inner_offset
    return new_object(handle)


@jit
def _fill(F, address, numel, value):
    x = typed(F, address)
    filler = F(value)
    for k in range(numel):
        x[k] = filler
    return int64(0)


@boundary
def filled_object(layout, bits, leaf):
    """Make a tensor filled with a float64's value, a leaf or a constant; a Python int: a status."""
    c = enter()
    t = tape_at(c.tape)
    if not has_room(t, int64(1)):
        return long_from(int64(_ROOM))
    row = append_row(t, int64(_CONST), int64(0), int64(0), int64(0), layout, int64(0))
    status = _give_value_or_undo(t, row)
    if status < 0:
        return long_from(status)
    i64(c.scratch)[0] = bits
    value = f64(c.scratch)[0]
    words = layout_words(layout)
    dtype = words[0]
    numel = words[L_NUMEL]
    address = value_address(t, row)
    if dtype == _FLOAT64:
        _fill(float64, address, numel, value)
    elif dtype == _FLOAT32:
        _fill(float32, address, numel, value)
    elif dtype == _INT64:
        _fill(int64, address, numel, value)
    elif dtype == _INT32:
        _fill(int32, address, numel, value)
    else:
        _fill(uint8, address, numel, value)
    handle = _handle_or_undo(t, row)
    if handle < 0:
        return long_from(handle)
    if leaf != 0:
        i16(t.op)[row] = _LEAF
        i32(t.in0)[row] = handle
        i32(c.h_pins)[handle] += 1
        u16(t.flags)[row] |= REQUIRES_GRAD
    return new_object(handle)


@boundary
def transpose_object(thing):
    """Record and make the transpose of a matrix; anything else, and failures, are the host's."""
    c = engine()
    if i64(thing)[1] != c.tensor_type or handle_of(thing) == 0:
        return long_from(int64(_HOST))
    handle = handle_of(thing)
    t = tape_at(i64(c.h_tape)[handle])
    words = layout_words(i32(t.layout)[i32(c.h_row)[handle]])
    if words[L_NDIM] != 2:
        return long_from(int64(_HOST))
    place = i64(c.scratch)
    place[0] = words[L_SHAPE + 1]
    place[1] = words[L_SHAPE]
    place[2] = words[L_SHAPE + 3]
    place[3] = words[L_SHAPE + 2]
    place[4] = 1
    place[5] = max(words[L_SHAPE + 1], int64(1))
    layout = intern(words[0], int64(2), c.scratch, c.scratch + 16)
    inner = intern(words[0], int64(2), c.scratch, c.scratch + 32)
    if layout < 0 or inner < 0:
        return long_from(int64(_TABLE))
    return view_object(thing, int64(_T), layout, inner, int64(0), int64(0), int64(0))
