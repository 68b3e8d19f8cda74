"""Storages: blocks of memory that never move, from size classes that keep touched pages.

Source of the size classes: four steps for each doubling, as in jemalloc, so that at most a fifth of
a block is unused.
"""

from __future__ import annotations

from numba import int64, uint64

from tapegrad_kernels.intrinsics import decref, engine, i32, i64, leading_zeros, madvise, memset
from tapegrad_kernels.jitting import inlined, jit
from tapegrad_kernels.units import boundary

_DONT_NEED = 4
_PAGE = 4096

OWN = 1
FOREIGN = 2


@jit
def size_class(nbytes):
    """Give the class of a block: 64-byte steps to 1 KB, then four steps for each doubling."""
    if nbytes <= 1024:
        return max((nbytes + 63) >> 6, int64(1))
    top = 63 - leading_zeros(uint64(nbytes - 1))
    step = (nbytes - 1) >> (top - 2)  # 4..7
    return int64(17) + (top - 10) * 4 + (step - 4)


@jit
def class_bytes(number):
    """Bytes of the blocks of a class."""
    if number <= 16:
        return number * 64
    top = (number - 17) // 4 + 10
    step = (number - 17) % 4 + 4
    return (step + 1) << (top - 2)


@boundary
def allocate(nbytes):
    """Give the address of a block of at least `nbytes`, or 0."""
    c = engine()
    if nbytes > c.memory_limit or c.live_bytes + nbytes > c.memory_limit:
        return int64(0)
    number = size_class(nbytes)
    size = class_bytes(number)
    heads = i64(c.heads)
    address = heads[number]
    if address != 0:
        heads[number] = i64(address)[0]
        c.cached_bytes -= size
    else:
        if c.arena_used + size > c.arena_bytes:
            return int64(0)
        address = c.arena + c.arena_used
        c.arena_used += size
    c.live_bytes += size
    return address


@boundary
def release_block(address, nbytes):
    """Hand a block back. Pages beyond the cache limit go back to the system; the address stays."""
    c = engine()
    number = size_class(nbytes)
    size = class_bytes(number)
    if c.debug != 0:
        memset(address, 0xFF, size)
    c.live_bytes -= size
    c.cached_bytes += size
    if size >= 16 * _PAGE and c.cached_bytes > c.cache_limit:
        start = (address + _PAGE - 1) // _PAGE * _PAGE
        madvise(start, (address + size - start) // _PAGE * _PAGE, _DONT_NEED)
    heads = i64(c.heads)
    i64(address)[0] = heads[number]
    heads[number] = address
    return int64(0)


@boundary
def storage_number():
    """Take a storage number, or 0 where the table is full."""
    c = engine()
    number = c.free_storage
    if number != 0:
        c.free_storage = i64(c.s_address)[number]
        return number
    number = c.n_storages
    if number >= c.storages_capacity:
        return int64(0)
    c.n_storages = number + 1
    return number


@boundary
def adopt_block(address, nbytes, kind, owner):
    """Make a storage, with one reference, of memory that is there; 0 where the table is full."""
    c = engine()
    number = storage_number()
    if number == 0:
        return int64(0)
    i64(c.s_address)[number] = address
    i64(c.s_bytes)[number] = nbytes
    i32(c.s_ref)[number] = 1
    i32(c.s_version)[number] = 0
    i32(c.s_kind)[number] = kind
    i64(c.s_owner)[number] = owner
    return number


@boundary
def new_storage(nbytes):
    """Make a storage with one reference; 0 where there is no memory."""
    address = allocate(max(nbytes, int64(8)))
    if address == 0:
        return int64(0)
    number = adopt_block(address, max(nbytes, int64(8)), int64(OWN), int64(0))
    if number == 0:
        release_block(address, max(nbytes, int64(8)))
    return number


@boundary
def adopt_storage(address, nbytes, owner):
    """Make a storage of foreign memory; takes the reference to `owner`, released with it."""
    return adopt_block(address, nbytes, int64(FOREIGN), owner)


@inlined
def keep_storage(number):
    """Take a reference."""
    i32(engine().s_ref)[number] += 1


@boundary
def release_storage(number):
    """Give a reference back; the last one frees the block, or queues the foreign owner."""
    c = engine()
    i32(c.s_ref)[number] -= 1
    if i32(c.s_ref)[number] != 0:
        return int64(0)
    if i32(c.s_kind)[number] == OWN:
        release_block(i64(c.s_address)[number], i64(c.s_bytes)[number])
        i64(c.s_address)[number] = c.free_storage
        c.free_storage = number
    else:
        i64(c.s_address)[number] = c.orphans
        c.orphans = number
    return int64(0)


@boundary
def release_orphans():
    """Release owners of dead foreign storages. May run any Python code, so it is done last."""
    c = engine()
    while c.orphans != 0:
        number = c.orphans
        c.orphans = i64(c.s_address)[number]
        owner = i64(c.s_owner)[number]
        i64(c.s_address)[number] = c.free_storage
        c.free_storage = number
        decref(owner)
    return int64(0)
