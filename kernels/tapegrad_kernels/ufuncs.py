"""Addresses of NumPy's ufunc inner loops, which serve as forward kernels.

The layout of `PyUFuncObject` is public C API; its first fields have not changed since NumPy 1.0.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy._core import umath

from tapegrad_kernels.abi import NUMPY_DTYPES


class _PyUFunc(ctypes.Structure):
    _fields_ = (
        ("ob_refcnt", ctypes.c_ssize_t),
        ("ob_type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    )


def find(name: str) -> np.ufunc | None:
    """Find a ufunc by name, also one that NumPy keeps for itself (`clip`)."""
    found: Any = getattr(np, name, None)
    if not isinstance(found, np.ufunc):
        found = getattr(umath, name, None)
    return found if isinstance(found, np.ufunc) else None


def inner_loop(name: str, dtype: int, *, bool_result: bool) -> tuple[int, int] | None:
    """Address and data word of a ufunc's inner loop for one ABI dtype; None where there is none."""
    ufunc = find(name)
    if ufunc is None:
        return None
    code = NUMPY_DTYPES[dtype].char
    signature = code * ufunc.nin + "->" + ("?" if bool_result else code)
    if signature not in ufunc.types:
        return None
    record = _PyUFunc.from_address(id(ufunc))
    k = ufunc.types.index(signature)
    return int(record.functions[k] or 0), int(record.data[k] or 0)
