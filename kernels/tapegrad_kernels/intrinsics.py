"""Typed pointers, calls through addresses, and what compiled code uses of Python's C API.

Everything here is a thin name for one or two machine instructions.
"""

from __future__ import annotations

import inspect
from typing import Any

from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic

from tapegrad_kernels import abi
from tapegrad_kernels.abi import CONTEXT_SYMBOL

_I64 = ir.IntType(64)
_I8P = ir.IntType(8).as_pointer()


def _pointer(element: Any) -> Any:
    @intrinsic
    def as_pointer(_typing: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(types.CPointer(element)))

        return types.CPointer(element)(types.int64), codegen

    return as_pointer


i8 = _pointer(types.int8)
i16 = _pointer(types.int16)
u16 = _pointer(types.uint16)
i32 = _pointer(types.int32)
i64 = _pointer(types.int64)
u64 = _pointer(types.uint64)
f32 = _pointer(types.float32)
f64 = _pointer(types.float64)


@intrinsic
def typed(_typing: Any, dtype: Any, address: Any) -> Any:
    """Pointer to elements of `dtype`, a NumPy scalar class, at `address`."""
    element = dtype.instance_type
    if element is types.boolean:
        element = types.uint8

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.inttoptr(args[1], context.get_value_type(types.CPointer(element)))

    return types.CPointer(element)(dtype, types.int64), codegen


def _record_at(dtype: Any) -> Any:
    record = from_dtype(dtype)

    @intrinsic
    def record_at(_typing: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(record))

        return record(types.int64), codegen

    return record_at


tape_at = _record_at(abi.TAPE)
frame_at = _record_at(abi.FRAME)
_CONTEXT_RECORD = from_dtype(abi.CONTEXT)


@intrinsic
def engine(_typing: Any) -> Any:
    """Give the context record, found through its symbol: cached code has no addresses in it."""

    def codegen(context: Any, builder: Any, _sig: Any, _args: Any) -> Any:
        module = builder.module
        symbol = module.globals.get(CONTEXT_SYMBOL)
        if symbol is None:
            symbol = ir.GlobalVariable(
                module, ir.ArrayType(ir.IntType(8), abi.CONTEXT.itemsize), CONTEXT_SYMBOL
            )
            symbol.linkage = "external"
        return builder.bitcast(symbol, context.get_value_type(_CONTEXT_RECORD))

    return _CONTEXT_RECORD(), codegen


@intrinsic
def call_loop(_typing: Any, function: Any, args: Any, count: Any, strides: Any, data: Any) -> Any:
    """Call a ufunc inner loop: `void(char **args, intp *count, intp *strides, void *data)`."""

    def codegen(context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [_I8P] * 4)
        pointer = builder.inttoptr(values[0], kind.as_pointer())
        builder.call(pointer, [builder.inttoptr(v, _I8P) for v in values[1:]])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen


@intrinsic
def call_gemm(_typing: Any, function: Any, args: Any) -> Any:
    """Call BLAS gemm; `args` is the address of its thirteen pointer arguments."""

    def codegen(context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [_I8P] * 13)
        pointer = builder.inttoptr(values[0], kind.as_pointer())
        table = builder.inttoptr(values[1], _I8P.as_pointer())
        words = [builder.load(builder.gep(table, [_I64(k)])) for k in range(13)]
        builder.call(pointer, words)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


def _c_function(name: str, n_args: int, *, returns: bool = True) -> Any:
    """Build an intrinsic that calls the C function `name` with word-sized arguments."""
    result = types.int64 if returns else types.void
    kind = ir.FunctionType(_I64 if returns else ir.VoidType(), [_I64] * n_args)

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        value = builder.call(function, args)
        return value if returns else context.get_dummy_value()

    return word_call(result(*[types.int64] * n_args), codegen)


def word_call(signature: Any, codegen: Any) -> Any:
    """Build an intrinsic of a signature from its code generator."""

    def typing(_typing: Any, *_args: Any) -> Any:
        return signature, codegen

    # Numba wants to see each argument.
    names = ["_typing", *(f"word{k}" for k in range(len(signature.args)))]
    parameters = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in names]
    typing.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return intrinsic(typing)


memset = _c_function("memset", 3)
memcpy = _c_function("memcpy", 3)
madvise = _c_function("madvise", 3)
thread_state = _c_function("PyThreadState_Get", 0)
thread_id = _c_function("PyThreadState_GetID", 1)
generic_alloc = _c_function("PyType_GenericAlloc", 2)
incref = _c_function("Py_IncRef", 1, returns=False)
is_subtype = _c_function("PyType_IsSubtype", 2)
decref = _c_function("Py_DecRef", 1, returns=False)
long_from = _c_function("PyLong_FromLongLong", 1)
error_occurred = _c_function("PyErr_Occurred", 0)
clear_error = _c_function("PyErr_Clear", 0, returns=False)


@intrinsic
def float_value(_typing: Any, number: Any) -> Any:
    """Value of a Python number; -1.0 with a Python error set where it has none."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.DoubleType(), [_I64])
        function = cgutils.get_or_insert_function(builder.module, kind, "PyFloat_AsDouble")
        return builder.call(function, args)

    return types.float64(types.int64), codegen


@intrinsic
def call_python(_typing: Any, function: Any, op: Any, status: Any, x: Any, y: Any) -> Any:
    """Call a Python object with two ints and one or two objects (`y` may be 0)."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        module = builder.module
        variadic = ir.FunctionType(_I64, [_I64], var_arg=True)
        call = cgutils.get_or_insert_function(module, variadic, "PyObject_CallFunctionObjArgs")
        box = cgutils.get_or_insert_function(
            module, ir.FunctionType(_I64, [_I64]), "PyLong_FromLongLong"
        )
        drop = cgutils.get_or_insert_function(
            module, ir.FunctionType(ir.VoidType(), [_I64]), "Py_DecRef"
        )
        ints = [builder.call(box, [word]) for word in args[1:3]]
        value = builder.call(call, [args[0], *ints, *args[3:5], _I64(0)])
        for boxed in ints:
            builder.call(drop, [boxed])
        return value

    return types.int64(*[types.int64] * 5), codegen


@intrinsic
def bits_of(_typing: Any, value: Any) -> Any:
    """Give the 64 bits of a float64."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _I64)

    return types.int64(types.float64), codegen


@intrinsic
def leading_zeros(_typing: Any, word: Any) -> Any:
    """Count the leading zero bits of a non-zero word."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.ctlz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), codegen
