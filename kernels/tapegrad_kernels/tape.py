"""Rows and handles: how they are made, found, shared and let go."""

from __future__ import annotations

from numba import int64

from tapegrad_kernels.abi import (
    FREED,
    INLINE,
    P_VARIADIC,
    SAVED0,
    SAVED1,
    SAVED2,
    SCALAR,
    SPILLED,
    Status,
)  # fmt: skip
from tapegrad_kernels.generated.opcodes import LAST_ELEMENTWISE, Op
from tapegrad_kernels.intrinsics import (
    engine,
    generic_alloc,
    i16,
    i32,
    i64,
    tape_at,
    thread_id,
    thread_state,
    u16,
    u64,
)  # fmt: skip
from tapegrad_kernels.jitting import inlined, jit
from tapegrad_kernels.layouts import dtype_of, itemsize_of, numel_of
from tapegrad_kernels.memory import new_storage, release_orphans, release_storage
from tapegrad_kernels.units import boundary

_DEAD = int(Op.DEAD)
_LEAF = int(Op.LEAF)
_CONST = int(Op.CONST)
_LINK = int(Op.LINK)
_LAST_ELEMENTWISE = int(LAST_ELEMENTWISE)
_ROOM = int(Status.ROOM)
_TABLE = int(Status.TABLE)
_MEMORY = int(Status.MEMORY)
_STALE = int(Status.STALE)
_RELEASED = int(Status.RELEASED)
_FOREIGN = int(Status.FOREIGN)
_MASK32 = 0xFFFFFFFF


@boundary
def switch_thread(identity):
    """Load the grad mode and tape of a thread that was not the last one to run."""
    c = engine()
    modes = i64(c.modes)
    free = int64(-1)
    for k in range(c.n_modes):
        if modes[4 * k] == c.thread:
            free = k
    default = c.grad_mode == 1 and c.inference == 0 and c.tape == c.default_tape
    if c.thread != 0:
        if default:
            if free >= 0:  # a state that is the default again need not be kept
                last = c.n_modes - 1
                for j in range(4):
                    modes[4 * free + j] = modes[4 * last + j]
                c.n_modes = last
        else:
            if free < 0 and c.n_modes < c.modes_capacity:
                free = c.n_modes
                c.n_modes = free + 1
            if free >= 0:
                modes[4 * free] = c.thread
                modes[4 * free + 1] = c.grad_mode
                modes[4 * free + 2] = c.inference
                modes[4 * free + 3] = c.tape
    c.thread = identity
    c.grad_mode = 1
    c.inference = 0
    c.tape = c.default_tape
    for k in range(c.n_modes):
        if modes[4 * k] == identity:
            c.grad_mode = modes[4 * k + 1]
            c.inference = modes[4 * k + 2]
            c.tape = modes[4 * k + 3]
    return int64(0)


@inlined
def enter():
    """Make the context that of the running thread; every entry point begins with it."""
    c = engine()
    identity = thread_id(thread_state())
    if identity != c.thread:
        switch_thread(identity)
    return c


@inlined
def value_address(t, row):
    """Address of a row's first element."""
    if u16(t.flags)[row] & INLINE:
        return t.val + 8 * row
    word = u64(t.val)[row]
    offset = int64(word >> 32)
    return i64(engine().s_address)[int64(word & _MASK32)] + offset * itemsize_of(
        dtype_of(i32(t.layout)[row])
    )


@inlined
def storage_of(t, row):
    """Storage of a row that is not inline."""
    return int64(u64(t.val)[row] & _MASK32)


@inlined
def offset_of(t, row):
    """Element offset of a row that is not inline."""
    return int64(u64(t.val)[row] >> 32)


@jit
def append_row(t, op, in0, in1, aux, layout, flags):
    """Append a row whose value is not set yet. The caller has checked that there is room."""
    row = t.n
    t.n = row + 1
    t.live += 1
    i16(t.op)[row] = op
    u16(t.flags)[row] = flags
    i32(t.in0)[row] = in0
    i32(t.in1)[row] = in1
    i32(t.aux)[row] = aux
    i32(t.layout)[row] = layout
    i32(t.ref)[row] = 0
    i32(t.vref)[row] = 0
    i64(t.val)[row] = 0
    i32(t.ver)[row] = 0
    return row


@boundary
def give_value(address, row):
    """Give a row memory for its value: inside the row for one element, else a new storage."""
    t = tape_at(address)
    layout = i32(t.layout)[row]
    numel = numel_of(layout)
    if numel == 1:
        u16(t.flags)[row] |= INLINE
        return int64(0)
    storage = new_storage(numel * itemsize_of(dtype_of(layout)))
    if storage == 0:
        return int64(_MEMORY)
    i64(t.val)[row] = storage
    return int64(0)


@boundary
def promote(address, row):
    """Move an inline value to a storage, so that its memory can be shared."""
    t = tape_at(address)
    if u16(t.flags)[row] & INLINE == 0:
        return int64(0)
    storage = new_storage(int64(8))
    if storage == 0:
        return int64(_MEMORY)
    i64(i64(engine().s_address)[storage])[0] = i64(t.val)[row]
    i64(t.val)[row] = storage
    i32(t.ver)[row] = 0
    u16(t.flags)[row] &= ~INLINE
    return int64(0)


@jit
def drop_value(t, row):
    """Give back one reference to a row's value."""
    left = i32(t.vref)[row] - 1
    i32(t.vref)[row] = left
    if left == 0 and t.keep == 0 and u16(t.flags)[row] & (INLINE | SPILLED) == 0:
        release_storage(storage_of(t, row))
        u16(t.flags)[row] |= SPILLED


@jit
def _unpin(handle):
    """Give back a row's reference to a handle's slot."""
    c = engine()
    i32(c.h_pins)[handle] -= 1
    if i32(c.h_pins)[handle] == 0 and i32(c.h_ref)[handle] == 0:
        i32(c.h_row)[handle] = c.free_handle
        c.free_handle = handle


@jit
def _lose(t, row, dead):
    """Give back one reference to a row; a dead row is linked before the list `dead`."""
    if row == 0:
        return dead
    left = i32(t.ref)[row] - 1
    i32(t.ref)[row] = left
    if left > 0:
        return dead
    if u16(t.flags)[row] & (INLINE | SPILLED) == 0:
        release_storage(storage_of(t, row))
    i64(t.val)[row] = dead
    return int64(row)


@boundary
def release_row(address, row):
    """Give back one reference to a row and, where it was the last, those that the row held.

    Iterative: the dead rows form a list through their value words.
    """
    t = tape_at(address)
    c = engine()
    dead = _lose(t, row, int64(0))
    while dead != 0:
        row = dead
        dead = i64(t.val)[row]
        flags = u16(t.flags)[row]
        op = i16(t.op)[row]
        a = int64(i32(t.in0)[row])
        b = int64(i32(t.in1)[row])
        aux = int64(i32(t.aux)[row])
        i16(t.op)[row] = _DEAD
        t.live -= 1
        if op == _LEAF or op == _LINK:
            _unpin(a)
            continue
        held = flags & FREED == 0 or flags & SCALAR != 0
        if held:
            if flags & SAVED0:
                drop_value(t, a)
            if flags & SAVED1:
                drop_value(t, b)
        if op <= _LAST_ELEMENTWISE:
            if aux != 0:
                if held and flags & SAVED2:
                    drop_value(t, aux)
                dead = _lose(t, aux, dead)
        elif aux != 0:
            words = i64(i64(c.s_address)[aux])
            for k in range(words[P_VARIADIC]):
                dead = _lose(t, words[1 + k], dead)
            release_storage(aux)
        dead = _lose(t, a, dead)
        dead = _lose(t, b, dead)
    n = t.n
    ops = i16(t.op)
    while n > 1 and ops[n - 1] == _DEAD:
        n -= 1
    t.n = n
    return int64(0)


@boundary
def new_handle(address, row):
    """Make a handle of a row (one strong reference); 0 where the table is full."""
    t = tape_at(address)
    c = engine()
    handle = c.free_handle
    if handle != 0:
        c.free_handle = int64(i32(c.h_row)[handle])
    else:
        handle = c.n_handles
        if handle >= c.handles_capacity:
            return int64(0)
        c.n_handles = handle + 1
    i32(c.h_row)[handle] = row
    i64(c.h_tape)[handle] = t.address
    i32(c.h_ref)[handle] = 1
    i32(c.h_pins)[handle] = 0
    i64(c.h_object)[handle] = 0
    i32(c.h_parent)[handle] = 0
    i32(t.ref)[row] += 1
    i32(t.vref)[row] += 1
    return handle


@boundary
def release_handle(handle):
    """Give back a strong reference to a handle; the last one lets go of its row and its parent."""
    c = engine()
    while handle != 0:
        left = i32(c.h_ref)[handle] - 1
        i32(c.h_ref)[handle] = left
        if left > 0:
            return int64(0)
        t = tape_at(i64(c.h_tape)[handle])
        row = int64(i32(c.h_row)[handle])
        parent = int64(i32(c.h_parent)[handle])
        # The row may be a leaf that refers to this slot: hold the slot until the row is gone.
        i32(c.h_pins)[handle] += 1
        i32(c.h_row)[handle] = 0
        drop_value(t, row)
        release_row(t.address, row)
        _unpin(handle)
        handle = parent
    return int64(0)


@boundary
def set_row(handle, address, row):
    """Point a handle to another row of its tape."""
    t = tape_at(address)
    c = engine()
    old = int64(i32(c.h_row)[handle])
    i32(t.ref)[row] += 1
    i32(t.vref)[row] += 1
    i32(c.h_row)[handle] = row
    drop_value(t, old)
    release_row(t.address, old)
    return int64(0)


@inlined
def handle_of(thing):
    """Handle in a tensor object."""
    return i64(thing)[2]


@boundary
def new_object(handle):
    """Make a handle's tensor object (takes the handle's first reference); 0: Python error set."""
    c = engine()
    thing = generic_alloc(c.tensor_type, int64(0))
    if thing == 0:
        release_handle(handle)
        return int64(0)
    i64(thing)[2] = handle
    i64(c.h_object)[handle] = thing
    return thing


@boundary
def finalize(thing):
    """Finaliser of tensor objects."""
    handle = handle_of(thing)
    if handle != 0:
        c = engine()
        i64(thing)[2] = 0
        i64(c.h_object)[handle] = 0
        release_handle(handle)
        if c.orphans != 0:
            release_orphans()
    return int64(0)


@boundary
def current_row(handle):
    """Row of a handle if its value is up to date; negative: a status.

    A write through another view or alias leaves a handle's row stale. Constants and leaves that
    nothing else refers to are brought up to date here; the rest is the host's.
    """
    c = engine()
    if handle == 0:
        return int64(_RELEASED)
    if i64(c.h_tape)[handle] != c.tape:
        return int64(_FOREIGN)
    t = tape_at(c.tape)
    row = int64(i32(c.h_row)[handle])
    if u16(t.flags)[row] & INLINE:
        return row
    version = i32(c.s_version)[storage_of(t, row)]
    if version == i32(t.ver)[row]:
        return row
    if i32(t.ref)[row] == 1 and i32(c.h_parent)[handle] == 0 and i16(t.op)[row] <= _LINK:
        i32(t.ver)[row] = version
        return row
    return int64(_STALE)


@inlined
def has_room(t, rows):
    """Tell whether `rows` more rows fit below the soft limit."""
    return t.n + rows <= t.soft_limit


@boundary
def compact(address):
    """Move live rows down over dead ones, in order; give the new number of rows.

    `t.remap` holds the new row of every old one (0: dead). Called only while no sweep is running.
    """
    t = tape_at(address)
    c = engine()
    remap = i32(t.remap)
    ops = i16(t.op)
    remap[0] = 0
    to = int64(1)
    for row in range(1, t.n):
        if ops[row] == _DEAD:
            remap[row] = 0
            continue
        remap[row] = to
        op = ops[row]
        aux = int64(i32(t.aux)[row])
        if op != _LEAF and op != _LINK:
            i32(t.in0)[row] = remap[i32(t.in0)[row]]
            i32(t.in1)[row] = remap[i32(t.in1)[row]]
            if op <= _LAST_ELEMENTWISE:
                i32(t.aux)[row] = remap[aux]
            elif aux != 0:
                words = i64(i64(c.s_address)[aux])
                for k in range(words[P_VARIADIC]):
                    words[1 + k] = remap[words[1 + k]]
        if to != row:
            ops[to] = op
            u16(t.flags)[to] = u16(t.flags)[row]
            i32(t.in0)[to] = i32(t.in0)[row]
            i32(t.in1)[to] = i32(t.in1)[row]
            i32(t.aux)[to] = i32(t.aux)[row]
            i32(t.layout)[to] = i32(t.layout)[row]
            i32(t.ref)[to] = i32(t.ref)[row]
            i32(t.vref)[to] = i32(t.vref)[row]
            i64(t.val)[to] = i64(t.val)[row]
            i32(t.ver)[to] = i32(t.ver)[row]
        to += 1
    t.n = to
    for handle in range(1, c.n_handles):
        if i32(c.h_ref)[handle] > 0 and i64(c.h_tape)[handle] == t.address:
            i32(c.h_row)[handle] = remap[i32(c.h_row)[handle]]
    return to
