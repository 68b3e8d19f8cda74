"""Single machine instructions for `vector_math`: each is one that the compiler has for vectors too.

Integers stay inside these functions: Numba would widen the 32 bits of a float32 to 64, and halve
the width of every vector. Conversions go through a float whose last bit counts ones, because AVX2
has no instruction for 64-bit integers.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

#: Bits of the significand behind the point, by the kind of float.
_DIGITS = {types.float64: 52, types.float32: 23}
_WIDTH = {types.float64: 64, types.float32: 32}
#: The same for `struct`: the float and its bits.
_FORMATS = {types.float64: ("d", "Q"), types.float32: ("f", "I")}


#: Elements of a block on the stack.
STACKED = 256


def shift_of(digits: int) -> float:
    """Give the float that, added to a small number, leaves its nearest integer in the last bits."""
    return 1.5 * 2.0**digits


def _bits(kind: Any, value: float) -> int:
    float_format, word_format = _FORMATS[kind]
    word: int = struct.unpack(word_format, struct.pack(float_format, value))[0]
    return word


def _word(kind: Any) -> ir.IntType:
    return ir.IntType(_WIDTH[kind])


def _to_bits(builder: Any, kind: Any, value: Any) -> Any:
    return builder.bitcast(value, _word(kind))


def _from_bits(context: Any, builder: Any, kind: Any, word: Any) -> Any:
    return builder.bitcast(word, context.get_value_type(kind))


def _call(builder: Any, name: str, *args: Any) -> Any:
    kind = args[0].type
    signature = ir.FunctionType(kind, [kind] * len(args))
    return builder.call(builder.module.declare_intrinsic(name, [kind], signature), args)


@intrinsic
def multiply_add(_typing: Any, a: Any, b: Any, c: Any) -> Any:
    """Give a * b + c, rounded once where the processor can."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.fmuladd", *args)

    return a(a, a, a), codegen


@intrinsic
def fused(_typing: Any, a: Any, b: Any, c: Any) -> Any:
    """Give a * b + c, rounded once everywhere."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.fma", *args)

    return a(a, a, a), codegen


@intrinsic
def round_down(_typing: Any, x: Any) -> Any:
    """Give the largest integer that is not above x."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.floor", *args)

    return x(x), codegen


@intrinsic
def select(_typing: Any, condition: Any, a: Any, b: Any) -> Any:
    """Give a where the condition holds, b elsewhere, without a branch."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.select(*args)

    return a(types.boolean, a, a), codegen


@intrinsic
def turned(_typing: Any, shifted: Any) -> Any:
    """Give -1 where half the integer in a shifted number, rounded down, is odd, 1 elsewhere."""

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        word = _to_bits(builder, shifted, args[0])
        kind, width = word.type, _WIDTH[shifted]
        sign = builder.and_(builder.shl(word, kind(width - 2)), kind(1 << (width - 1)))
        one = builder.or_(sign, kind(_bits(shifted, 1.0)))
        return _from_bits(context, builder, shifted, one)

    return shifted(shifted), codegen


@intrinsic
def is_odd(_typing: Any, shifted: Any) -> Any:
    """Tell whether the integer in a shifted number (see `shift_of`) is odd."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.trunc(_to_bits(builder, shifted, args[0]), ir.IntType(1))

    return types.boolean(shifted), codegen


@intrinsic
def power_of_two(_typing: Any, shifted: Any) -> Any:
    """Give 2**n for the integer n in a shifted number; n is in the range of normal exponents."""
    digits = _DIGITS[shifted]

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        word = _to_bits(builder, shifted, args[0])
        kind = word.type
        scaled = builder.add(builder.shl(word, kind(digits)), kind(_bits(shifted, 1.0)))
        return _from_bits(context, builder, shifted, scaled)

    return shifted(shifted), codegen


@intrinsic
def exponent(_typing: Any, x: Any) -> Any:
    """Give k of x = 2**k * m with m from sqrt(1/2) to sqrt(2), for a positive normal x."""
    digits = _DIGITS[x]
    above = 2.0**digits

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        word = _to_bits(builder, x, args[0])
        kind = word.type
        moved = builder.add(word, kind(_bits(x, 1.0) - _bits(x, 0.5**0.5)))
        biased = builder.or_(builder.lshr(moved, kind(digits)), kind(_bits(x, above)))
        real = context.get_value_type(x)
        bias = _bits(x, 1.0) >> digits
        return builder.fsub(_from_bits(context, builder, x, biased), real(above + bias))

    return x(x), codegen


@intrinsic
def significand(_typing: Any, x: Any) -> Any:
    """Give m of x = 2**k * m; see `exponent`."""
    digits = _DIGITS[x]

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        word = _to_bits(builder, x, args[0])
        kind = word.type
        low = _bits(x, 0.5**0.5)
        moved = builder.add(word, kind(_bits(x, 1.0) - low))
        kept = builder.add(builder.and_(moved, kind(2**digits - 1)), kind(low))
        return _from_bits(context, builder, x, kept)

    return x(x), codegen


@intrinsic
def upper_half(_typing: Any, x: Any) -> Any:
    """Give x without the lower half of its digits, so that its square is exact."""
    dropped = _DIGITS[x] // 2 + 1

    def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        word = _to_bits(builder, x, args[0])
        mask = 2 ** _WIDTH[x] - 2**dropped
        return _from_bits(context, builder, x, builder.and_(word, word.type(mask)))

    return x(x), codegen


@intrinsic
def stack(_typing: Any, dtype: Any) -> Any:
    """Give a pointer to `STACKED` elements of a dtype, a NumPy scalar class, on the stack."""
    element = dtype.instance_type

    def codegen(context: Any, builder: Any, _sig: Any, _args: Any) -> Any:
        return cgutils.alloca_once(builder, context.get_value_type(element), STACKED)

    return types.CPointer(element)(dtype), codegen


def polynomial(coefficients: Sequence[float]) -> Any:
    """Build the function of x that evaluates a polynomial, given lowest power first.

    Even and odd powers are summed apart: two short chains of operations instead of a long one.
    """

    @intrinsic
    def evaluate(_typing: Any, x: Any) -> Any:
        def codegen(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
            real = context.get_value_type(x)
            argument = args[0]
            square = builder.fmul(argument, argument)
            sums = []
            for half in (coefficients[0::2], coefficients[1::2]):
                total = real(half[-1])
                for c in half[-2::-1]:
                    total = _call(builder, "llvm.fmuladd", total, square, real(c))
                sums.append(total)
            return _call(builder, "llvm.fmuladd", sums[1], argument, sums[0])

        return x(x), codegen

    return evaluate
