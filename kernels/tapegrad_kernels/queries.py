"""Questions and small commands of the host about handles, tapes and modes."""

from __future__ import annotations

from numba import int64

from tapegrad_kernels.abi import INLINE, Status
from tapegrad_kernels.generated.opcodes import Op
from tapegrad_kernels.intrinsics import (
    call_python,
    engine,
    i16,
    i32,
    i64,
    incref,
    is_subtype,
    long_from,
    tape_at,
    u16,
)  # fmt: skip
from tapegrad_kernels.memory import keep_storage, new_storage, release_orphans, release_storage
from tapegrad_kernels.record import rewrite
from tapegrad_kernels.tape import (
    current_row,
    enter,
    has_room,
    new_object,
    offset_of,
    promote,
    set_row,
    storage_of,
    value_address,
)  # fmt: skip
from tapegrad_kernels.units import boundary

_LINK = int(Op.LINK)
_ROOM = int(Status.ROOM)


@boundary
def ask(what, handle):
    """Answer question number `what` of `abi.QUESTIONS` about a handle."""
    c = engine()
    if what == 8:
        return int64(i64(c.h_object)[handle] != 0)
    if what == 10:
        enter()
        return current_row(handle)
    if what == 7:
        return int64(i32(c.h_parent)[handle])
    if what == 1:
        return i64(c.h_tape)[handle]
    row = int64(i32(c.h_row)[handle])
    if what == 0:
        return row
    t = tape_at(i64(c.h_tape)[handle])
    if what == 2:
        return int64(i32(t.layout)[row])
    if what == 3:
        return int64(u16(t.flags)[row])
    if what == 4:
        return value_address(t, row)
    if what == 5:
        status = promote(t.address, row)
        return storage_of(t, row) if status >= 0 else status
    if what == 6:
        return int64(0) if u16(t.flags)[row] & INLINE else offset_of(t, row)
    return int64(i16(t.op)[row] <= _LINK)


@boundary
def handle_object(thing):
    """Handle in a tensor object, as a Python integer; the host raises where there is none."""
    c = engine()
    kind = i64(thing)[1]
    # A C int in a word: only its lower half is defined.
    if kind == c.tensor_type or is_subtype(kind, c.tensor_type) & 0xFFFFFFFF != 0:
        handle = i64(thing)[2]
        if handle != 0:
            return long_from(handle)
    return call_python(c.slow_unary, int64(0), int64(0), thing, int64(0))


@boundary
def tensor_of(handle):
    """New reference to the tensor object of a handle, made where there is none."""
    thing = i64(engine().h_object)[handle]
    if thing != 0:
        incref(thing)
        return thing
    i32(engine().h_ref)[handle] += 1  # the object's
    return new_object(handle)


@boundary
def set_grad_mode(grad_mode, inference):
    """Set the running thread's modes; gives the old ones as grad_mode + 2 * inference."""
    c = enter()
    old = c.grad_mode + 2 * c.inference
    c.grad_mode = grad_mode
    c.inference = inference
    return old


@boundary
def set_tape(address):
    """Set the running thread's tape; gives the old one's address."""
    c = enter()
    old = c.tape
    c.tape = address
    return old


@boundary
def modes():
    """Give grad_mode + 2 * inference of the running thread."""
    c = enter()
    return c.grad_mode + 2 * c.inference


@boundary
def active_tape():
    """Address of the running thread's tape."""
    return enter().tape


@boundary
def new_block(n):
    """Make a parameter block of `n` words; its storage, or 0."""
    return new_storage(8 * n)


@boundary
def set_word(block, k, value):
    """Write a word of a parameter block."""
    i64(i64(engine().s_address)[block])[k] = value
    return int64(0)


@boundary
def keep(storage):
    """Pin a storage."""
    keep_storage(storage)
    return int64(0)


@boundary
def release(storage):
    """Give back a pin or the first reference of a storage."""
    release_storage(storage)
    return release_orphans()


@boundary
def bump(handle):
    """Count a write to a handle's memory and bring the handle up to date."""
    c = enter()
    t = tape_at(i64(c.h_tape)[handle])
    if not has_room(t, int64(1)):
        return int64(_ROOM)
    row = int64(i32(c.h_row)[handle])
    storage = storage_of(t, row)
    version = i32(c.s_version)[storage] + 1
    i32(c.s_version)[storage] = version
    return rewrite(t.address, handle, version)


@boundary
def rebind(handle, other):
    """Point a handle to the row of another one of the same tape."""
    c = engine()
    return set_row(handle, i64(c.h_tape)[handle], int64(i32(c.h_row)[other]))
