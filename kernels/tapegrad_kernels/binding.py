"""What Python sees of the compiled engine: the tensor base type and the functions of `core`."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import int64

from tapegrad_kernels import context as _context  # noqa: F401  (names the context symbol)
from tapegrad_kernels import linalg, memory, record, sweep, tape
from tapegrad_kernels.abi import INLINE, Status
from tapegrad_kernels.caching import jit, published
from tapegrad_kernels.generated.opcodes import Op
from tapegrad_kernels.intrinsics import (
    engine, fastcall_export, i16, i32, i64, incref, raw_export, tape_at, u16,
)  # fmt: skip
from tapegrad_kernels.layouts import intern_words, row_major
from tapegrad_kernels.record import binary_object, unary_object

_e1, _e2, _e3, _e4, _e5, _e8 = (fastcall_export("i" * n + "i") for n in (1, 2, 3, 4, 5, 8))
_e0 = fastcall_export("i")
_e12 = fastcall_export("i" * 12 + "i")
_object_in = fastcall_export("Oi")
_object_out = fastcall_export("iO")
_unary_export = fastcall_export("iOO")
_binary_export = fastcall_export("iOOO")
_pair_export = fastcall_export("OOO")
_raw1 = raw_export(1)
_raw2 = raw_export(2)
_raw3 = raw_export(3)

_ROOM = int(Status.ROOM)
_LINK = int(Op.LINK)
_OP_ADD = int(Op.ADD)
_OP_SUB = int(Op.SUB)
_OP_MUL = int(Op.MUL)
_OP_DIV = int(Op.DIV)
_OP_POW = int(Op.POW)
_OP_FLOOR_DIVIDE = int(Op.FLOOR_DIVIDE)
_OP_REMAINDER = int(Op.REMAINDER)
_OP_NEG = int(Op.NEG)


@jit
def slot_add(x, y):
    return binary_object(int64(_OP_ADD), x, y)


@jit
def slot_subtract(x, y):
    return binary_object(int64(_OP_SUB), x, y)


@jit
def slot_multiply(x, y):
    return binary_object(int64(_OP_MUL), x, y)


@jit
def slot_true_divide(x, y):
    return binary_object(int64(_OP_DIV), x, y)


@jit
def slot_floor_divide(x, y):
    return binary_object(int64(_OP_FLOOR_DIVIDE), x, y)


@jit
def slot_remainder(x, y):
    return binary_object(int64(_OP_REMAINDER), x, y)


@jit
def slot_power(x, y, modulus):
    return binary_object(int64(_OP_POW), x, y)


@jit
def slot_negative(x):
    return unary_object(int64(_OP_NEG), x)


@jit
def tensor_of(handle):
    """New reference to the tensor object of a handle, made where there is none."""
    c = engine()
    thing = i64(c.h_object)[handle]
    if thing != 0:
        incref(thing)
        return thing
    return tape.new_object(handle)


@jit
def is_alive(handle):
    """Tell whether a handle has a tensor object."""
    return int64(i64(engine().h_object)[handle] != 0)


@jit
def is_leaf(handle):
    """Tell whether a handle's row was not made by a recorded op."""
    c = engine()
    t = tape_at(i64(c.h_tape)[handle])
    return int64(i16(t.op)[i32(c.h_row)[handle]] <= _LINK)


@jit
def set_grad_mode(grad_mode, inference):
    """Set the running thread's modes; gives the old ones as grad_mode + 2 * inference."""
    c = tape.enter()
    old = c.grad_mode + 2 * c.inference
    c.grad_mode = grad_mode
    c.inference = inference
    return old


@jit
def set_tape(address):
    """Set the running thread's tape; gives the old one's address."""
    c = tape.enter()
    old = c.tape
    c.tape = address
    return old


@jit
def modes():
    """Give grad_mode + 2 * inference of the running thread."""
    c = tape.enter()
    return c.grad_mode + 2 * c.inference


@jit
def active_tape():
    """Address of the running thread's tape."""
    return tape.enter().tape


@jit
def row_info(handle):
    """Row of a handle, whatever its state."""
    return int64(i32(engine().h_row)[handle])


@jit
def handle_tape(handle):
    """Address of a handle's tape."""
    return i64(engine().h_tape)[handle]


@jit
def layout_of(handle):
    """Descriptor of a handle's value."""
    c = engine()
    t = tape_at(i64(c.h_tape)[handle])
    return int64(i32(t.layout)[i32(c.h_row)[handle]])


@jit
def flags_of(handle):
    """Flags of a handle's row."""
    c = engine()
    t = tape_at(i64(c.h_tape)[handle])
    return int64(u16(t.flags)[i32(c.h_row)[handle]])


@jit
def address_of(handle):
    """Address of a handle's first element (inline values move: use it at once)."""
    c = engine()
    t = tape_at(i64(c.h_tape)[handle])
    return tape.value_address(t, int64(i32(c.h_row)[handle]))


@jit
def share(handle):
    """Storage of a handle's value, which is moved out of its row where it is inline."""
    c = engine()
    t = tape_at(i64(c.h_tape)[handle])
    row = int64(i32(c.h_row)[handle])
    status = tape.promote(t, row)
    if status < 0:
        return status
    return tape.storage_of(t, row)


@jit
def offset(handle):
    """Element offset of a handle's value in its storage (0 for an inline value)."""
    c = engine()
    t = tape_at(i64(c.h_tape)[handle])
    row = int64(i32(c.h_row)[handle])
    if u16(t.flags)[row] & INLINE:
        return int64(0)
    return tape.offset_of(t, row)


@jit
def current(handle):
    """Row of a handle if it is up to date, else a status."""
    tape.enter()
    return tape.current_row(handle)


@jit
def set_parent(handle, parent, layout, offset_in_parent):
    """Make a handle a view of another: an in-place write to one is seen by the other."""
    c = engine()
    i32(c.h_parent)[handle] = parent
    i32(c.h_ref)[parent] += 1
    i32(c.h_layout)[handle] = layout
    i64(c.h_offset)[handle] = offset_in_parent
    return int64(0)


@jit
def parent_of(handle):
    """Handle that a handle is a view of, or 0."""
    return int64(i32(engine().h_parent)[handle])


@jit
def new_block(n):
    """Make a parameter block of `n` words; its storage, or 0."""
    return memory.new_storage(8 * n)


@jit
def set_word(block, k, value):
    """Write a word of a parameter block."""
    i64(i64(engine().s_address)[block])[k] = value
    return int64(0)


@jit
def keep(storage):
    """Pin a storage."""
    memory.keep_storage(storage)
    return int64(0)


@jit
def release(storage):
    """Give back a pin or the first reference of a storage."""
    memory.release_storage(storage)
    memory.release_orphans()
    return int64(0)


@jit
def bump(handle):
    """Count a write to a handle's memory and bring the handle up to date."""
    c = tape.enter()
    t = tape_at(i64(c.h_tape)[handle])
    if not tape.has_room(t, int64(1)):
        return int64(_ROOM)
    row = int64(i32(c.h_row)[handle])
    storage = tape.storage_of(t, row)
    version = i32(c.s_version)[storage] + 1
    i32(c.s_version)[storage] = version
    return record.rewrite(t, handle, version)


@jit
def rebind(handle, other):
    """Point a handle to the row of another one of the same tape."""
    c = engine()
    t = tape_at(i64(c.h_tape)[handle])
    tape.set_row(handle, t, int64(i32(c.h_row)[other]))
    return int64(0)


@jit
def node_handle(tape_address, row):
    """Make a handle of a row, for the host to hold a node of the graph."""
    return tape.new_handle(tape_at(tape_address), row)


@jit
def drop_handle(handle):
    """Give back a handle that no object holds."""
    tape.release_handle(handle)
    memory.release_orphans()
    return int64(0)


@jit
def compact(address):
    """Compact a tape; gives the new number of rows."""
    return tape.compact(tape_at(address))


@jit
def matmul(dtype, m, n, k, a, sai, sak, b, sbk, sbj, c_address, accumulate):
    """`C = A @ B` on addresses; see `linalg.product`."""
    return linalg.product(dtype, m, n, k, a, sai, sak, b, sbk, sbj, c_address, accumulate != 0)


#: Functions of `core`, in the order of their addresses.
_NAMES = (
    "unary binary handle_of new_object tensor_of set_grad_mode set_tape modes active_tape row_info "
    "handle_tape layout_of flags_of address_of share offset current set_parent parent_of new_block "
    "set_word keep release bump rebind node_handle drop_handle compact matmul apply record make_leaf "
    "intern_words row_major adopt_storage run_sweep open_frame close_frame give_adjoint take_adjoint "
    "finish_rule seed_one mm total is_alive record_rows has_rows is_leaf"
).split()


@published
def _publish(out):
    out[0] = _unary_export(unary_object)
    out[1] = _binary_export(binary_object)
    out[2] = _object_in(tape.handle_of)
    out[3] = _object_out(tape.new_object)
    out[4] = _object_out(tensor_of)
    out[5] = _e2(set_grad_mode)
    out[6] = _e1(set_tape)
    out[7] = _e0(modes)
    out[8] = _e0(active_tape)
    out[9] = _e1(row_info)
    out[10] = _e1(handle_tape)
    out[11] = _e1(layout_of)
    out[12] = _e1(flags_of)
    out[13] = _e1(address_of)
    out[14] = _e1(share)
    out[15] = _e1(offset)
    out[16] = _e1(current)
    out[17] = _e4(set_parent)
    out[18] = _e1(parent_of)
    out[19] = _e1(new_block)
    out[20] = _e3(set_word)
    out[21] = _e1(keep)
    out[22] = _e1(release)
    out[23] = _e1(bump)
    out[24] = _e2(rebind)
    out[25] = _e2(node_handle)
    out[26] = _e1(drop_handle)
    out[27] = _e1(compact)
    out[28] = _e12(matmul)
    out[29] = _e5(record.apply)
    out[30] = _e8(record.record)
    out[31] = _e1(record.make_leaf)
    out[32] = _e1(intern_words)
    out[33] = _e2(row_major)
    out[34] = _e3(memory.adopt_storage)
    out[35] = _e1(sweep.run_sweep)
    out[36] = _e2(sweep.open_frame)
    out[37] = _e1(sweep.close_frame)
    out[38] = _e3(sweep.give_adjoint)
    out[39] = _e2(sweep.take_adjoint)
    out[40] = _e2(sweep.finish_rule)
    out[41] = _e2(sweep.seed_one)
    out[42] = _pair_export(record.mm_object)
    out[43] = _unary_export(record.total_object)
    out[44] = _e1(is_alive)
    out[45] = _e8(record.record_rows)
    out[46] = _e2(record.has_rows)
    out[47] = _e1(is_leaf)
    out[50] = _raw2(slot_add)
    out[51] = _raw2(slot_subtract)
    out[52] = _raw2(slot_multiply)
    out[53] = _raw2(slot_true_divide)
    out[54] = _raw2(slot_floor_divide)
    out[55] = _raw2(slot_remainder)
    out[56] = _raw3(slot_power)
    out[57] = _raw1(slot_negative)
    out[58] = _raw1(tape.finalize)


class _MethodDef(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class _Slot(ctypes.Structure):
    _fields_ = (("slot", ctypes.c_int), ("function", ctypes.c_void_p))


class _Spec(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("basicsize", ctypes.c_int),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_uint),
        ("slots", ctypes.POINTER(_Slot)),
    )


_METH_FASTCALL = 0x80
_TPFLAGS = (1 << 18) | (1 << 10)  # Py_TPFLAGS_DEFAULT's version tag bit, Py_TPFLAGS_BASETYPE
# Slot numbers of CPython's stable ABI (typeslots.h) and where their addresses stand in `_publish`.
_SLOTS = {7: 50, 36: 51, 29: 52, 37: 53, 12: 54, 34: 55, 33: 56, 24: 57, 80: 58}
_HEADER = 16  # reference count and type, as CPython without debug or free-threading builds has them

_kept: list[Any] = []


def _check_interpreter() -> None:
    ok = sys.implementation.name == "cpython" and object.__basicsize__ == _HEADER
    if not ok or not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise ImportError(
            "tapegrad needs a standard CPython build (64-bit, with the GIL); "
            f"this is {sys.implementation.name} {sys.version}"
        )


def _builtin(name: str, address: int) -> Callable[..., Any]:
    """Make a builtin function of a METH_FASTCALL address."""
    definition = _MethodDef(name.encode(), address, _METH_FASTCALL, None)
    _kept.append(definition)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.POINTER(_MethodDef), ctypes.c_void_p, ctypes.c_void_p]
    function: Callable[..., Any] = make(ctypes.byref(definition), None, None)
    return function


def _base_type(addresses: Any) -> type:
    slots = (_Slot * (len(_SLOTS) + 1))(
        *(_Slot(number, int(addresses[k])) for number, k in _SLOTS.items()), _Slot(0, None)
    )
    spec = _Spec(b"tapegrad.TensorBase", _HEADER + 8, 0, _TPFLAGS, slots)
    _kept.extend((slots, spec))
    make = ctypes.pythonapi.PyType_FromSpec
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.POINTER(_Spec)]
    kind: type = make(ctypes.byref(spec))
    return kind


class Core:
    """The compiled entry points. Each takes and gives plain integers or objects and never blocks."""

    unary: Callable[..., Any]
    binary: Callable[..., Any]
    handle_of: Callable[[Any], int]
    new_object: Callable[[int], Any]
    tensor_of: Callable[[int], Any]

    def __init__(self, addresses: Any) -> None:
        for k, name in enumerate(_NAMES):
            setattr(self, name, _builtin(name, int(addresses[k])))

    def __getattr__(self, name: str) -> Callable[..., int]:
        raise AttributeError(name)


_check_interpreter()
_addresses = np.zeros(64, np.int64)
_publish(_addresses)
core = Core(_addresses)
TensorBase = _base_type(_addresses)
