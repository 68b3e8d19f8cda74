"""The functions of `math` in a form that the compiler vectorises: no branch, no table, no call.

Stands in for `math` in the formulas that kernels are made of (`vectorised`); what is not here is
`math`'s. Arguments are reduced as by Cody and Waite (Software Manual for the Elementary Functions,
1980); logarithms follow Tang (Table-driven implementation of the logarithm function, ACM TOMS 16,
1990) without the table; the error functions have the forms of Cody (Rational Chebyshev
approximations for the error function, Math. Comp. 23, 1969) with polynomials. Products and sums of
two floats are Dekker's (A floating-point technique for extending the available precision, Numer.
Math. 18, 1971). The coefficients are in `vector_coefficients`.

Trigonometric functions, powers and quotients hold on part of their range only: the kernels ask
`guard`'s function about each block of elements.
"""

# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numba import float64, types
from numba.extending import intrinsic

from tapegrad_kernels import special as scalar_special
from tapegrad_kernels import vector_coefficients as coefficients
from tapegrad_kernels.jitting import inlined
from tapegrad_kernels.vector_instructions import (
    exponent,
    fused,
    is_odd,
    multiply_add,
    polynomial,
    power_of_two,
    round_down,
    select,
    shift_of,
    significand,
    turned,
    upper_half,
)

#: Largest argument of `sin`, `cos` and `tan`: the multiple of pi / 2 has 16 bits, so its products
#: with the 36 bits of each part of pi are exact.
_TRIGONOMETRIC_LIMIT = 1e5
_PI = (3.1415926535846666, 5.1266883031679116e-12, 2.1125998133974855e-23)
_SHIFT = shift_of(52)
_LN2 = math.log(2.0)


def _exponentials(F, ln2_high, ln2_low, digits, low, high, which):
    """`exp` and what comes from it, for one dtype.

    The results of `low` and `high` round to zero and to infinity.
    """
    shift = F(shift_of(digits))
    inverse, ln2_high, ln2_low = F(1 / _LN2), F(ln2_high), F(ln2_low)
    low, high, tiny = F(low), F(high), F(2.0**-60)
    half, one, two, quarter, three = F(0.5), F(1.0), F(2.0), F(0.25), F(3.0)
    tail = polynomial(coefficients.EXP[which])

    @inlined
    def clamped(x):
        x = select(x > high, high, x)
        return select(x < low, low, x)

    @inlined
    def scaled(p, shifted):
        """Give p * 2**n for any n, rounding once."""
        n = shifted - shift
        first = multiply_add(n, half, shift)
        return p * power_of_two(first) * power_of_two(n - (first - shift) + shift)

    @inlined
    def sum_exp(x, rest):
        """Give exp(x + rest)."""
        shifted = multiply_add(x, inverse, shift)
        n = shifted - shift
        r = multiply_add(-n, ln2_low, multiply_add(-n, ln2_high, x)) + rest
        return scaled(multiply_add(r * r, tail(r), r) + one, shifted)

    @inlined
    def exp(x):
        x = clamped(x)
        shifted = multiply_add(x, inverse, shift)
        n = shifted - shift
        r = multiply_add(-n, ln2_low, multiply_add(-n, ln2_high, x))
        return scaled(multiply_add(r * r, tail(r), r) + one, shifted)

    @inlined
    def reduced_expm1(x, shifted):
        n = shifted - shift
        above = multiply_add(-n, ln2_high, x)
        r = multiply_add(-n, ln2_low, above)
        lost = multiply_add(-n, ln2_low, above - r)
        return r + multiply_add(r * r, tail(r), lost)

    @inlined
    def expm1(x):
        clear = clamped(x)
        shifted = multiply_add(clear, inverse, shift)
        small = reduced_expm1(clear, shifted)
        # 2**n - 1 is out of range for the largest n; halves of both are not.
        n = shifted - shift
        scale = power_of_two(select(n > -F(digits + 9), n, -F(digits + 9)) - one + shift)
        value = multiply_add(scale, small, scale - half) * two
        return select(math.fabs(x) < tiny, x, value)

    @inlined
    def half_exp(x):
        """exp(x) / 2 for x >= 0, without overflow as long as the half has none."""
        shifted = multiply_add(x, inverse, shift)
        small = reduced_expm1(x, shifted)
        first = multiply_add(shifted - shift, half, shift)
        rest = shifted - shift - (first - shift) - one + shift
        return (small + one) * power_of_two(first) * power_of_two(rest)

    largest = F(float(high) + 1.0)

    @inlined
    def cosh(x):
        t = math.fabs(x)
        e = half_exp(select(t > largest, largest, t))
        return e + quarter / e

    @inlined
    def sinh(x):
        t = math.fabs(x)
        t = select(t > largest, largest, t)
        e = half_exp(t)
        shifted = multiply_add(t, inverse, shift)
        small = reduced_expm1(t, shifted)
        scale = power_of_two(select(t < three, shifted, shift))
        near = multiply_add(scale, small, scale - one)
        near = half * (near + near / (near + one))
        value = math.copysign(select(t < one, near, e - quarter / e), x)
        return select(math.fabs(x) < tiny, x, value)

    return SimpleNamespace(
        exp=exp, expm1=expm1, sinh=sinh, cosh=cosh, sum_exp=sum_exp, clamped=clamped
    )


def _logarithms(F, ln2_high, ln2_low, digits, which):
    """`log` and `log1p` for one dtype."""
    ln2_high, ln2_low = F(ln2_high), F(ln2_low)
    zero, half, one, two = F(0.0), F(0.5), F(1.0), F(2.0)
    infinity, nothing = F(math.inf), F(math.nan)
    normal = F(np.finfo(F).tiny)
    raised, bits = F(2.0 ** (digits + 2)), F(digits + 2)
    series = polynomial(coefficients.LOG[which])

    @inlined
    def assembled(f, k, rest):
        """Give k log(2) + log(1 + f) + rest."""
        s = f / (two + f)
        z = s * s
        h = half * f * f
        low = multiply_add(k, ln2_low, rest)
        correction = h - multiply_add(s, h + z * series(z), low)
        return multiply_add(k, ln2_high, f - correction)

    @inlined
    def log(x):
        small = x < normal
        y = select(small, x * raised, x)
        k = exponent(y) - select(small, bits, zero)
        value = assembled(significand(y) - one, k, zero)
        value = select(x < infinity, value, x)
        value = select(x == zero, -infinity, value)
        return select(x < zero, nothing, value)

    @inlined
    def log1p(x):
        u = one + x
        # What the rounding of u lost, without the loss that the larger term would bring.
        lost = select(x < one, x - (u - one), one - (u - x))
        k = exponent(u)
        near = k == zero
        value = assembled(select(near, x, significand(u) - one), k, select(near, zero, lost / u))
        value = select(x < infinity, value, x)
        value = select(x == zero, x, value)
        value = select(u == zero, -infinity, value)
        return select(u < zero, nothing, value)

    return SimpleNamespace(log=log, log1p=log1p)


def _error_functions(F, exponentials, largest, which):
    """`erf` and `erfc` for one dtype; `largest` is where `erfc` is zero."""
    zero, one, two, four, end = F(0.0), F(1.0), F(2.0), F(4.0), F((6.0, 4.0)[which])
    largest, middle = F(largest), F(0.5)
    exp, sum_exp = exponentials.exp, exponentials.sum_exp
    series = polynomial(coefficients.ERF[which])
    decay = polynomial(coefficients.ERF_EXPONENT[which])
    complement = polynomial(coefficients.ERFC[which])

    @inlined
    def erf(x):
        t = math.fabs(x)
        near = multiply_add(x, series(x * x), x)
        far = one - exp(-decay(select(t > end, end, t)))
        return select(t < one, near, math.copysign(far, x))

    @inlined
    def erfc(x):
        t = math.fabs(x)
        t = select(t > largest, largest, t)
        high = upper_half(t)
        low = t - high
        factor = complement((t - four) / (t + four)) / multiply_add(two, t, one)
        value = factor * sum_exp(-high * high, -low * (t + high))
        value = select(x < zero, two - value, value)
        # Near 0, where the terms of the fraction are larger than their sum.
        clear = select(t < middle, x, zero)
        near = multiply_add(clear, series(clear * clear), clear)
        return select(t < middle, one - near, value)

    return SimpleNamespace(erf=erf, erfc=erfc)


_sine = tuple(map(polynomial, coefficients.SIN))
_cosine = tuple(map(polynomial, coefficients.COS))


def _trigonometry(F, which):
    """`sin`, `cos` and `tan` for one dtype. Arguments are reduced in float64, which serves both."""
    sine_tail, cosine_tail = _sine[which], _cosine[which]
    zero, half, one = F(0.0), F(0.5), F(1.0)

    @inlined
    def nearest(x):
        """The nearest multiple of pi / 2, as a number with a shift."""
        return multiply_add(float64(x), 2.0 / math.pi, _SHIFT)

    @inlined
    def remainder(x, shifted):
        q = 0.5 * (shifted - _SHIFT)
        d = multiply_add(-q, _PI[0], float64(x))
        return F(multiply_add(-q, _PI[2], multiply_add(-q, _PI[1], d)))

    @inlined
    def sine(d, z):
        return multiply_add(d * z, sine_tail(z), d)

    @inlined
    def cosine(z):
        return multiply_add(z * z, cosine_tail(z), multiply_add(-half, z, one))

    @inlined
    def sin(x):
        shifted = nearest(x)
        d = remainder(x, shifted)
        z = d * d
        value = F(turned(shifted)) * select(is_odd(shifted), cosine(z), sine(d, z))
        return select(x == zero, x, value)

    @inlined
    def cos(x):
        shifted = nearest(x)
        d = remainder(x, shifted)
        z = d * d
        return F(turned(shifted + 1.0)) * select(is_odd(shifted), sine(d, z), cosine(z))

    @inlined
    def tan(x):
        shifted = nearest(x)
        d = remainder(x, shifted)
        z = d * d
        s, c = sine(d, z), cosine(z)
        odd = is_odd(shifted)
        return select(x == zero, x, select(odd, -c, s) / select(odd, s, c))

    return SimpleNamespace(sin=sin, cos=cos, tan=tan)


#: log(2) in two parts, the first with as many zeros at its end as an exponent has bits.
_LN2_32 = (0.693145751953125, 1.428606765330187e-06)
_LN2_64 = (0.6931471805598903, 5.497923018708371e-14)

_exp32 = _exponentials(np.float32, *_LN2_32, 23, -104.5, 88.8, which=1)
_exp64 = _exponentials(np.float64, *_LN2_64, 52, -746.0, 709.9, which=0)
_log32 = _logarithms(np.float32, *_LN2_32, 23, which=1)
_log64 = _logarithms(np.float64, *_LN2_64, 52, which=0)
_erf32 = _error_functions(np.float32, _exp32, 10.3, which=1)
_erf64 = _error_functions(np.float64, _exp64, 27.3, which=0)
_trigonometry32 = _trigonometry(np.float32, which=1)
_trigonometry64 = _trigonometry(np.float64, which=0)


# Powers -------------------------------------------------------------------------------------------


def _powers(F, ln2_high, ln2_low, two_thirds_low, digits, exponentials, which):
    """`pow` of a normal x for one dtype.

    The logarithm and its product with y are sums of two floats.
    """
    ln2_high, ln2_low, shift = F(ln2_high), F(ln2_low), F(shift_of(digits))
    thirds, thirds_low = F(2.0 / 3.0), F(two_thirds_low)
    zero, half, one, two, nothing = F(0.0), F(0.5), F(1.0), F(2.0), F(math.nan)
    tail = polynomial(coefficients.LOG_TAIL[which])
    sum_exp, clamped = exponentials.sum_exp, exponentials.clamped

    @inlined
    def signed(x, y, magnitude):
        """Give the power of |x| the sign, or the NaN, of the power of x."""
        nearest, halved = y + shift, y * half
        large = math.fabs(y) >= shift
        whole = large | (nearest - shift == y)
        odd = whole & (not large) & (halved + shift - shift != halved)
        negative = select(whole, select(odd, -magnitude, magnitude), nothing)
        return select(x < zero, negative, magnitude)

    @inlined
    def pow(x, y):
        t = math.fabs(x)
        k, m = exponent(t), significand(t)
        f, d = m - one, m + one
        d_low = m - (d - one)
        inverse = one / d
        s = f * inverse
        s_low = inverse * fused(-s, d_low, fused(-s, d, f))
        z = s * s
        z_low = fused(two * s, s_low, fused(s, s, -z))
        c = s * z
        c_low = fused(s, z, -c) + (s * z_low + s_low * z)
        w = c * thirds
        w_low = fused(c, thirds, -w) + (c * thirds_low + c_low * thirds)
        first = k * ln2_high
        second = first + two * s
        total = second + w
        lost = (first - second + two * s) + (second - total + w)
        lost += multiply_add(c * z, tail(z), multiply_add(k, ln2_low, two * s_low + w_low))
        high = total + lost
        low = total - high + lost
        product = y * high
        product_low = multiply_add(y, low, fused(y, high, -product))
        clear = clamped(product)
        value = sum_exp(clear, select(clear == product, product_low, zero))
        return signed(x, y, value)

    return pow


_pow32 = _powers(
    np.float32, *_LN2_32, float(2 / 3 - np.float64(np.float32(2 / 3))), 23, _exp32, which=1
)
_pow64 = _powers(np.float64, *_LN2_64, 3.700743415417188e-17, 52, _exp64, which=0)


# Quotients ----------------------------------------------------------------------------------------


@inlined
def _floor_divide(F, x, y):
    q = round_down(x / y)
    rest = fused(-q, y, x)
    return select(_beyond(F, rest, y), q - F(1.0), q)


@inlined
def _remainder(F, x, y):
    rest = fused(-round_down(x / y), y, x)
    rest = select(_beyond(F, rest, y), rest + y, rest)
    return select(rest == F(0.0), math.copysign(rest, y), rest)


@inlined
def _beyond(F, rest, y):
    """Tell whether a quotient just below an integer was rounded up to it.

    Its remainder is exact still.
    """
    return (rest != F(0.0)) & ((rest < F(0.0)) != (y < F(0.0)))


# By dtype -----------------------------------------------------------------------------------------


def _by_dtype(narrow: Any, wide: Any) -> Any:
    """Build the function that is `narrow` for float32 and `wide` for float64."""

    def call(args: Any) -> Any:
        kind = args[0]
        dispatcher = wide if kind == types.float64 else narrow

        def codegen(context: Any, builder: Any, _sig: Any, values: Any) -> Any:
            compiled = dispatcher.overloads.get(args)
            if compiled is None:
                dispatcher.compile(args)
                compiled = dispatcher.overloads[args]
            context.add_linking_libs([compiled.library])
            function = context.declare_function(builder.module, compiled.fndesc)
            _, result = context.call_conv.call_function(builder, function, kind, args, values)
            return result

        return kind(*args), codegen

    @intrinsic
    def unary(_typing: Any, x: Any) -> Any:
        return call((x,))

    @intrinsic
    def binary(_typing: Any, x: Any, y: Any) -> Any:
        return call((x, y))

    return unary if wide.py_func.__code__.co_argcount == 1 else binary


exp = _by_dtype(_exp32.exp, _exp64.exp)
expm1 = _by_dtype(_exp32.expm1, _exp64.expm1)
sinh = _by_dtype(_exp32.sinh, _exp64.sinh)
cosh = _by_dtype(_exp32.cosh, _exp64.cosh)
log = _by_dtype(_log32.log, _log64.log)
log1p = _by_dtype(_log32.log1p, _log64.log1p)
erf = _by_dtype(_erf32.erf, _erf64.erf)
erfc = _by_dtype(_erf32.erfc, _erf64.erfc)
sin = _by_dtype(_trigonometry32.sin, _trigonometry64.sin)
cos = _by_dtype(_trigonometry32.cos, _trigonometry64.cos)
tan = _by_dtype(_trigonometry32.tan, _trigonometry64.tan)
pow = _by_dtype(_pow32, _pow64)


def __getattr__(name: str) -> Any:
    return getattr(math, name)


class _Special(ModuleType):
    """Stands in for `special`: its functions, some in a form that is vectorised."""

    floor_divide = staticmethod(_floor_divide)
    remainder = staticmethod(_remainder)

    def __getattr__(self, name: str) -> Any:
        return getattr(scalar_special, name)


_REPLACED = {"math": sys.modules[__name__], "special": _Special("special")}


def vectorised(formula: Callable[..., Any]) -> Any:
    """Compile a formula with the functions of this module in the place of `math` and `special`."""
    names = formula.__globals__ | _REPLACED
    return inlined(FunctionType(formula.__code__, names, formula.__name__))


@inlined
def trigonometric(F, x):
    """Tell whether `sin`, `cos` and `tan` hold for x (NaN counts as one that they do)."""
    return not (math.fabs(x) > F(_TRIGONOMETRIC_LIMIT))


@inlined
def power(F, x, y):
    """Tell whether `pow` holds for x and y."""
    t = math.fabs(x)
    largest = F(np.finfo(F).max)
    return (t >= F(np.finfo(F).tiny)) & (t <= largest) & (math.fabs(y) <= largest)


@inlined
def divisible(F, x, y):
    """Tell whether `floor_divide` and `remainder` hold: the quotient has all its digits."""
    return (math.fabs(x / y) < F(0.25) / F(np.finfo(F).eps)) & (math.fabs(y) < F(np.inf))


class Guard(NamedTuple):
    """What tells whether a vectorised formula holds, and the kind of template that asks it."""

    template: str
    holds: Any


_GUARDS = {
    "pow": Guard("power", power),
    "floor_divide": Guard("guarded", divisible),
    "remainder": Guard("guarded", divisible),
    **dict.fromkeys(("sin", "cos", "tan"), Guard("guarded", trigonometric)),
}


def guard(formula: Callable[..., Any]) -> Guard | None:
    """Give the guard of a vectorised formula; None where it always holds."""
    found = {_GUARDS[name] for name in formula.__code__.co_names if name in _GUARDS}
    return found.pop() if found else None
