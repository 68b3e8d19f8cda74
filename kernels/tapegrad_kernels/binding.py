"""What Python sees of the compiled engine: the tensor base type and the functions of `core`."""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapegrad_kernels import context as _context  # noqa: F401  (names the context symbol)
from tapegrad_kernels.abi import QUESTIONS
from tapegrad_kernels.build import ELSEWHERE, start
from tapegrad_kernels.generated.opcodes import Op
from tapegrad_kernels.loader import Unit, is_cached, load, store

if TYPE_CHECKING:
    from typing import Self

    import numpy as np
    import numpy.typing as npt

#: The units of compiled code; each may refer to those before it.
UNITS = ("memory", "layouts", "tape", "loops", "reduce", "linalg", "record", "sweep", "queries")

#: Functions of `core`: (boundary, kinds); see `units.bind`.
_EXPORTS = {
    "unary": ("unary_object", "iOO"),
    "binary": ("binary_object", "iOOO"),
    "mm": ("mm_object", "OOO"),
    "total": ("total_object", "iOO"),
    "transpose": ("transpose_object", "OO"),
    "view": ("view_object", "OiiiiiiO"),
    "filled": ("filled_object", "iiiO"),
    "handle_of": ("handle_object", "OO"),
    "new_object": ("new_object", "iO"),
    "tensor_of": ("tensor_of", "iO"),
    "set_grad_mode": ("set_grad_mode", "iii"),
    "set_tape": ("set_tape", "ii"),
    "modes": ("modes", "i"),
    "active_tape": ("active_tape", "i"),
    "new_block": ("new_block", "ii"),
    "set_word": ("set_word", "iiii"),
    "keep": ("keep", "ii"),
    "release": ("release", "ii"),
    "bump": ("bump", "ii"),
    "rebind": ("rebind", "iii"),
    "node_handle": ("new_handle", "iii"),
    "compact": ("compact", "ii"),
    "reduce_into": ("reduce_into", "i" * 9),
    "apply": ("apply", "iiiiii"),
    "record": ("record", "i" * 9),
    "record_rows": ("record_rows", "i" * 9),
    "has_rows": ("has_rows", "iii"),
    "make_leaf": ("make_leaf", "ii"),
    "constant": ("constant", "iiii"),
    "intern_words": ("intern_words", "ii"),
    "adopt_storage": ("adopt_storage", "iiii"),
    "run_sweep": ("run_sweep", "ii"),
    "backward": ("backward_object", "Oii"),
    "take_result": ("take_result", "iiO"),
    "begin": ("begin", "iii"),
    "count_results": ("count_results", "ii"),
    "result_row": ("result_row", "iii"),
    "result_leaf": ("result_leaf", "iii"),
    "close_frame": ("close_frame", "ii"),
    "give_adjoint": ("give_adjoint", "iiii"),
    "take_adjoint": ("take_adjoint", "iii"),
    "finish_rule": ("finish_rule", "iii"),
    "seed_one": ("seed_one", "iii"),
    "ask": ("ask", "sii"),
}
# Slots of the tensor type by their numbers in CPython's stable ABI (typeslots.h).
_SLOTS: dict[int, tuple[str, int | None]] = {
    7: ("binary_object", Op.ADD),
    36: ("binary_object", Op.SUB),
    29: ("binary_object", Op.MUL),
    37: ("binary_object", Op.DIV),
    12: ("binary_object", Op.FLOOR_DIVIDE),
    34: ("binary_object", Op.REMAINDER),
    33: ("binary_object", Op.POW),
    30: ("unary_object", Op.NEG),
    80: ("finalize", None),
}


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
# Py_TPFLAGS_DEFAULT's version tag bit, Py_TPFLAGS_BASETYPE, Py_TPFLAGS_DISALLOW_INSTANTIATION (a
# tensor that `object.__new__` made would have no handle).
_TPFLAGS = (1 << 18) | (1 << 10) | (1 << 7)
_HEADER = 16  # reference count and type, as CPython without debug or free-threading builds has them

# The interpreter keeps raw pointers to these.
_kept: list[Any] = []


def _check_interpreter() -> None:
    ok = sys.implementation.name == "cpython" and object.__basicsize__ == _HEADER
    if not ok or not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise ImportError(
            "tapegrad needs a standard CPython build (64-bit, with the GIL); "
            f"this is {sys.implementation.name} {sys.version}"
        )


def _builtin(name: str, address: int, bound: int | None = None) -> Callable[..., Any]:
    """Make a builtin function of a METH_FASTCALL address, bound to an integer or to nothing."""
    definition = _MethodDef(name.encode(), address, _METH_FASTCALL, None)
    _kept.append(definition)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.POINTER(_MethodDef), ctypes.c_void_p, ctypes.c_void_p]
    function: Callable[..., Any] = make(
        ctypes.byref(definition), None if bound is None else id(bound), None
    )
    return function


def _base_type(addresses: dict[int, int]) -> type:
    slots = (_Slot * (len(addresses) + 1))(*(_Slot(*pair) for pair in addresses.items()), _Slot())
    spec = _Spec(b"tapegrad.TensorBase", _HEADER + 8, 0, _TPFLAGS, slots)
    _kept.extend((slots, spec))
    make = ctypes.pythonapi.PyType_FromSpec
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.POINTER(_Spec)]
    kind: type = make(ctypes.byref(spec))
    return kind


class Core:
    """The compiled entry points. Each takes and gives integers or objects and never blocks."""

    def __init__(self, addresses: dict[str, int]) -> None:
        for name, address in addresses.items():
            if name != "ask":
                setattr(self, name, _builtin(name, address))
        for what, name in enumerate(QUESTIONS):
            setattr(self, name, _builtin(name, addresses["ask"], what))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AttributeError(name)


def _build_unit(name: str) -> Unit:
    from tapegrad_kernels.units import build_unit

    return build_unit("tapegrad_kernels." + name)


def _build_binding() -> Unit:
    # Numba's modules are imported only where something has to be compiled.
    import importlib

    from tapegrad_kernels.units import build_binding

    for name in UNITS:
        importlib.import_module("tapegrad_kernels." + name)
    return build_binding(_EXPORTS, _SLOTS)


_symbols: dict[str, int] = {}


def address_of(boundary: str) -> int:
    """Address of a boundary of the loaded units."""
    return _symbols["tapegrad_" + boundary]


def _fill_cache() -> None:
    """Compile the missing units, half of them in a second process."""
    helper = start(UNITS)
    if helper is None:
        return  # each is compiled as it is loaded
    try:
        for name in UNITS:
            if name not in ELSEWHERE and not is_cached(name):
                store(name, _build_unit(name))
        if not is_cached("binding"):
            store("binding", _build_binding())
    finally:
        helper.wait()  # what it failed to compile is compiled as it is loaded


def _load() -> tuple[Core, type]:
    _check_interpreter()
    if not all(map(is_cached, (*UNITS, "binding"))):
        _fill_cache()
    for name in UNITS:
        _symbols.update(load(name, functools.partial(_build_unit, name)))
    addresses = load("binding", _build_binding)
    functions = {name: addresses["tapegrad_call_" + name] for name in _EXPORTS}
    slots = {number: addresses[f"tapegrad_slot_{number}"] for number in _SLOTS}
    return Core(functions), _base_type(slots)


core, _tensor_base = _load()

if TYPE_CHECKING:
    _Other = float | np.generic | npt.NDArray[Any]

    class TensorBase:
        """Base of tensors: a handle, and the number slots of `_SLOTS`."""

        __slots__ = ()

        def __add__(self, other: Self | _Other) -> Self: ...
        def __sub__(self, other: Self | _Other) -> Self: ...
        def __mul__(self, other: Self | _Other) -> Self: ...
        def __truediv__(self, other: Self | _Other) -> Self: ...
        def __floordiv__(self, other: Self | _Other) -> Self: ...
        def __mod__(self, other: Self | _Other) -> Self: ...
        def __pow__(self, other: Self | _Other) -> Self: ...
        def __radd__(self, other: _Other) -> Self: ...
        def __rsub__(self, other: _Other) -> Self: ...
        def __rmul__(self, other: _Other) -> Self: ...
        def __rtruediv__(self, other: _Other) -> Self: ...
        def __rfloordiv__(self, other: _Other) -> Self: ...
        def __rmod__(self, other: _Other) -> Self: ...
        def __rpow__(self, other: _Other) -> Self: ...
        def __neg__(self) -> Self: ...
else:
    TensorBase = _tensor_base
