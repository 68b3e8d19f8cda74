"""Functions that the generated formulas call where one expression of ``math`` would not do.

``math.floor`` and its relatives return an int64 in compiled code, which overflows; ``np.floor`` is
missing on CUDA. ``F`` is the dtype class, so that a float32 stays one.
"""

# mypy: disable-error-code="no-untyped-def"

import math

from numba.extending import register_jitable

#: From 2**52 on every float64 is an integer, from 2**23 on every float32.
_ALL_INTEGERS = 4503599627370496.0


@register_jitable
def floor(F, x):
    """Round down; keeps the sign of zero, infinities and NaN."""
    return math.copysign(F(math.floor(x)), x) if math.fabs(x) < F(_ALL_INTEGERS) else x


@register_jitable
def ceil(F, x):
    """Round up; keeps the sign of zero, infinities and NaN."""
    return math.copysign(F(math.ceil(x)), x) if math.fabs(x) < F(_ALL_INTEGERS) else x


@register_jitable
def trunc(F, x):
    """Round towards zero; keeps the sign of zero, infinities and NaN."""
    return math.copysign(F(math.trunc(x)), x) if math.fabs(x) < F(_ALL_INTEGERS) else x


@register_jitable
def round_half_even(F, x):
    """Round to nearest, ties to even; keeps the sign of zero, infinities and NaN."""
    magnitude = math.fabs(x)
    down = floor(F, magnitude)
    rest = magnitude - down
    half = down * F(0.5)
    up = rest > F(0.5) or (rest == F(0.5) and floor(F, half) != half)
    return math.copysign(down + F(1.0) if up else down, x)


@register_jitable
def floor_divide(F, x, y):
    """Python's ``x // y``."""
    return x // y


@register_jitable
def remainder(F, x, y):
    """Python's ``x % y``."""
    return x % y
