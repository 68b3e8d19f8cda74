"""Units of compiled code that call each other through named symbols.

Numba links everything that a function calls into the function's own module and optimises it again, so a
deep call tree is compiled many times over. Functions marked `boundary` are compiled once, into the unit of
the module that defines them; callers refer to them by symbol. All arguments and results are words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, compiler
from numba.core.compiler import Flags
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from tapegrad_kernels.caching import published
from tapegrad_kernels.intrinsics import word_call

_I64 = ir.IntType(64)

#: (symbol, function) of the boundaries of each module, in the order of definition.
_boundaries: dict[str, list[tuple[str, Callable[..., Any]]]] = {}


# The unit that is being compiled ("" between units), and what it has compiled so far, by symbol.
_unit = ""
_compiled: dict[str, Any] = {}


def _caller(symbol: str, function: Callable[..., Any]) -> Any:
    """Build the intrinsic that calls a boundary.

    Within its unit the function is linked; from another unit it is called by its symbol.
    """
    n_args = function.__code__.co_argcount
    signature = types.int64(*[types.int64] * n_args)
    module = function.__module__

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        if _unit == module:
            return _call_inner(context, builder, symbol, function, args)
        shell = _external(builder.module, symbol, _word_function(n_args))
        return builder.call(shell, args)

    return word_call(signature, codegen)


def boundary(function: Callable[..., Any]) -> Any:
    """Make a function of words a boundary of its module's unit."""
    symbol = "tapegrad_" + function.__name__
    _boundaries.setdefault(function.__module__, []).append((symbol, function))
    return _caller(symbol, function)


def _call_inner(
    context: Any, builder: Any, symbol: str, function: Callable[..., Any], args: Any
) -> Any:
    """Call a boundary of the unit that is being compiled, compiling it on first sight."""
    signature = types.int64(*[types.int64] * function.__code__.co_argcount)
    compiled = _compiled.get(symbol)
    if compiled is None:
        flags = Flags()
        flags.no_compile = True
        flags.no_cpython_wrapper = True
        flags.no_cfunc_wrapper = True
        flags.error_model = "numpy"
        compiled = _compiled[symbol] = compiler.compile_internal(
            cpu_target.typing_context, context, None, function, signature.args,
            signature.return_type, flags, {},
        )  # fmt: skip
    context.add_linking_libs([compiled.library])
    inner = context.declare_function(builder.module, compiled.fndesc)
    _, result = context.call_conv.call_function(
        builder, inner, signature.return_type, signature.args, list(args)
    )
    return result


def _define(context: Any, module: Any, symbol: str, function: Callable[..., Any]) -> Any:
    """Define a boundary's symbol in a module."""
    kind = _word_function(function.__code__.co_argcount)
    shell = ir.Function(module, kind, symbol)
    b = ir.IRBuilder(shell.append_basic_block())
    b.ret(_call_inner(context, b, symbol, function, shell.args))
    return shell


def load_unit(module: str) -> None:
    """Compile a module's boundaries, or load them from the disk cache, and bind their symbols."""
    entries = _boundaries[module]

    @intrinsic
    def export(_typing: Any, out: Any) -> Any:
        def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
            table = builder.inttoptr(args[0], _I64.as_pointer())
            for k, (symbol, function) in enumerate(entries):
                shell = _define(context, builder.module, symbol, function)
                builder.store(builder.ptrtoint(shell, _I64), builder.gep(table, [_I64(k)]))
            return context.get_dummy_value()

        return types.void(types.int64), codegen

    def publish(out: int) -> None:
        export(out)

    global _unit
    addresses = np.zeros(len(entries), np.int64)
    _unit = module
    _compiled.clear()
    try:
        published(publish, name=module.rpartition(".")[2])(np.int64(addresses.ctypes.data))
    finally:
        _unit = ""
    for (symbol, _), address in zip(entries, addresses.tolist(), strict=True):
        llvm.add_symbol(symbol, address)


def bind(exports: dict[str, tuple[str, str]], slots: dict[int, tuple[str, int | None]]) -> tuple[
    dict[str, int], dict[int, int]
]:
    """Make what Python calls: METH_FASTCALL functions and type slots around boundaries.

    Parameters
    ----------
    exports
        Name: (boundary, kinds). `kinds` names the arguments, then the result: `i` integer, `O` object,
        `s` (first) the integer that the builtin is bound to.
    slots
        Slot number of a type: (boundary, opcode that it gets first or None). Slots get as many words as
        their boundary takes besides the opcode.

    Returns
    -------
    tuple
        Addresses by name, and by slot number.
    """
    arguments = {
        symbol: function.__code__.co_argcount
        for entries in _boundaries.values()
        for symbol, function in entries
    }

    @intrinsic
    def export(_typing: Any, out: Any) -> Any:
        def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
            table = builder.inttoptr(args[0], _I64.as_pointer())
            shells = [
                _fastcall(builder.module, name, "tapegrad_" + target, kinds)
                for name, (target, kinds) in exports.items()
            ] + [
                _slot(builder.module, number, "tapegrad_" + target, opcode, arguments)
                for number, (target, opcode) in slots.items()
            ]
            for k, shell in enumerate(shells):
                builder.store(builder.ptrtoint(shell, _I64), builder.gep(table, [_I64(k)]))
            return context.get_dummy_value()

        return types.void(types.int64), codegen

    def publish(out: int) -> None:
        export(out)

    found = np.zeros(len(exports) + len(slots), np.int64)
    published(publish, name="binding")(np.int64(found.ctypes.data))
    addresses = found.tolist()
    return (
        dict(zip(exports, addresses, strict=False)),
        dict(zip(slots, addresses[len(exports) :], strict=True)),
    )


def _external(module: Any, name: str, kind: Any) -> Any:
    return module.globals.get(name) or ir.Function(module, kind, name)


def _word_function(n: int) -> Any:
    return ir.FunctionType(_I64, [_I64] * n)


def _slot(module: Any, number: int, symbol: str, opcode: int | None, arguments: Any) -> Any:
    """C function of a type slot: the boundary with the opcode, if any, put first."""
    n = arguments[symbol] - (opcode is not None)
    # The power slot gets a third argument, the modulus, which is dropped.
    shell = ir.Function(module, _word_function(n + (number == _POWER)), f"tapegrad_slot_{number}")
    shell.linkage = "internal"
    b = ir.IRBuilder(shell.append_basic_block())
    first = [] if opcode is None else [_I64(opcode)]
    target = _external(module, symbol, _word_function(arguments[symbol]))
    b.ret(b.call(target, [*first, *shell.args[:n]]))
    return shell


_POWER = 33


def _fastcall(module: Any, name: str, symbol: str, kinds: str) -> Any:
    """METH_FASTCALL function that converts its arguments and calls a boundary."""
    *arguments, result_kind = kinds
    bound = bool(arguments) and arguments[0] == "s"
    given = arguments[bound:]
    shell = ir.Function(
        module, ir.FunctionType(_I64, [_I64, _I64.as_pointer(), _I64]), "tapegrad_call_" + name
    )
    shell.linkage = "internal"
    b = ir.IRBuilder(shell.append_basic_block())
    as_integer = _external(module, "PyLong_AsLongLong", _word_function(1))
    occurred = _external(module, "PyErr_Occurred", _word_function(0))
    with cgutils.if_unlikely(b, b.icmp_signed("!=", shell.args[2], _I64(len(given)))):
        bad_call = ir.FunctionType(ir.IntType(32), [])
        b.call(_external(module, "PyErr_BadArgument", bad_call), [])
        b.ret(_I64(0))
    values = [b.call(as_integer, [shell.args[0]])] if bound else []
    for k, kind in enumerate(given):
        value = b.load(b.gep(shell.args[1], [_I64(k)]))
        if kind == "i":
            value = b.call(as_integer, [value])
            # -1 is also the C API's error value.
            with (
                cgutils.if_unlikely(b, b.icmp_signed("==", value, _I64(-1))),
                b.if_then(b.icmp_signed("!=", b.call(occurred, []), _I64(0))),
            ):
                b.ret(_I64(0))
        values.append(value)
    result = b.call(_external(module, symbol, _word_function(len(values))), values)
    if result_kind == "i":
        result = b.call(_external(module, "PyLong_FromLongLong", _word_function(1)), [result])
    b.ret(result)
    return shell
