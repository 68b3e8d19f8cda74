"""Units of compiled code that call each other through named symbols.

Numba links everything that a function calls into the function's own module and optimises it again,
so a deep call tree is compiled many times over. Functions marked `boundary` are compiled once, into
the unit of the module that defines them; callers refer to them by symbol. All arguments and results
are words.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, compiler
from numba.core.compiler import Flags
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target

from tapegrad_kernels.intrinsics import word_call
from tapegrad_kernels.jitting import link_only
from tapegrad_kernels.loader import Unit

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
        link_only(compiled.library)
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


def _build(name: str, define: Callable[[Any, Any], list[str]]) -> Unit:
    """Compile an object file of what `define(context, module)` defines; it gives the symbols."""
    context = cpu_target.target_context
    cpu_target.typing_context.refresh()
    context.refresh()
    codegen = context.codegen()
    library = codegen.create_library(name)
    module = library.create_ir_module(name)
    with global_compiler_lock, context.push_code_library(library):
        symbols = define(context, module)
        library.add_ir_module(module)
        # Not for Numba's engine, but for the loader's.
        library._finalize_final_module = lambda: None
        library.finalize()
    compiled = library._final_module
    declared = [*compiled.functions, *compiled.global_variables]
    needs = sorted(d.name for d in declared if d.is_declaration and not d.name.startswith("llvm."))
    return Unit(symbols, needs, codegen._tm.emit_object(compiled))


def build_unit(module: str) -> Unit:
    """Compile the boundaries of a module."""
    importlib.import_module(module)

    def define(context: Any, target: Any) -> list[str]:
        for symbol, function in _boundaries[module]:
            _define(context, target, symbol, function)
        return [symbol for symbol, _ in _boundaries[module]]

    global _unit
    _unit = module
    _compiled.clear()
    try:
        return _build(module.rpartition(".")[2], define)
    finally:
        _unit = ""


def build_binding(
    exports: dict[str, tuple[str, str]], slots: dict[int, tuple[str, int | None]]
) -> Unit:
    """Compile what Python calls: METH_FASTCALL functions and type slots around boundaries.

    Parameters
    ----------
    exports
        Name: (boundary, kinds). `kinds` names the arguments, then the result: `i` integer, `O`
        object, `s` (first) the integer that the builtin is bound to.
    slots
        Slot number of a type: (boundary, opcode that it gets first or None). Slots get as many
        words as their boundary takes besides the opcode.
    """
    arguments = {
        symbol: function.__code__.co_argcount
        for entries in _boundaries.values()
        for symbol, function in entries
    }

    def define(_context: Any, module: Any) -> list[str]:
        shells = [
            _fastcall(module, name, "tapegrad_" + target, kinds)
            for name, (target, kinds) in exports.items()
        ] + [
            _slot(module, number, "tapegrad_" + target, opcode, arguments)
            for number, (target, opcode) in slots.items()
        ]
        return [shell.name for shell in shells]

    return _build("binding", define)


def build_loops(name: str, loops: list[tuple[str, Any, tuple[Any, ...]]], kind: Any) -> Unit:
    """Compile ufunc inner loops: (symbol, template, formula), `template(kind, formula, ...)`."""
    words = (types.int64,) * 4

    def define(context: Any, module: Any) -> list[str]:
        for symbol, template, formulas in loops:
            compiled_in = [types.Dispatcher(formula) for formula in formulas]
            signature = types.int64(types.NumberClass(kind), *compiled_in, *words)
            if signature.args not in template.overloads:
                template.compile(signature.args)
            compiled = template.overloads[signature.args]
            context.add_linking_libs([compiled.library])
            inner = context.declare_function(module, compiled.fndesc)
            shell = ir.Function(module, ir.FunctionType(ir.VoidType(), [_I64] * 4), symbol)
            b = ir.IRBuilder(shell.append_basic_block())
            dummies = [context.get_dummy_value()] * (1 + len(formulas))
            context.call_conv.call_function(
                b, inner, signature.return_type, signature.args, [*dummies, *shell.args]
            )
            b.ret_void()
        return [symbol for symbol, _, _ in loops]

    return _build(name, define)


def _external(module: Any, name: str, kind: Any) -> Any:
    return module.globals.get(name) or ir.Function(module, kind, name)


def _word_function(n: int) -> Any:
    return ir.FunctionType(_I64, [_I64] * n)


def _slot(module: Any, number: int, symbol: str, opcode: int | None, arguments: Any) -> Any:
    """C function of a type slot: the boundary with the opcode, if any, put first."""
    n = arguments[symbol] - (opcode is not None)
    # The power slot gets a third argument, the modulus, which is dropped.
    shell = ir.Function(module, _word_function(n + (number == _POWER)), f"tapegrad_slot_{number}")
    b = ir.IRBuilder(shell.append_basic_block())
    first = [] if opcode is None else [_I64(opcode)]
    target = _external(module, symbol, _word_function(arguments[symbol]))
    b.ret(b.call(target, [*first, *shell.args[:n]]))
    return shell


_POWER = 33


def _fastcall(module: Any, name: str, symbol: str, kinds: str) -> Any:
    """METH_FASTCALL function that converts its arguments and calls a boundary."""
    *arguments, result_kind = list(kinds)
    bound = bool(arguments) and arguments[0] == "s"
    given = arguments[bound:]
    shell = ir.Function(
        module, ir.FunctionType(_I64, [_I64, _I64.as_pointer(), _I64]), "tapegrad_call_" + name
    )
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
