"""The vectorised functions against mpmath, and the loops' choice between them and `math`'s."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from numba import njit

from tapegrad_kernels import abi, context, elementwise, vector_math  # noqa: F401
from tapegrad_kernels.generated.opcodes import Op

inf, nan = math.inf, math.nan
DTYPES: Final = [np.float32, np.float64]
Array = npt.NDArray[Any]

#: Allowed error in ULP: of every function, and of those whose steps lose more.
ULP: Final = 2.0
WIDER: Final = {"erf": 4.0, "erfc": 4.0, "tan": 4.0}
#: Arguments to sample evenly, and the largest magnitude of arguments sampled by exponent.
RANGES: Final = {
    "exp": ((-746.0, 710.0), 710.0),
    "expm1": ((-40.0, 710.0), 710.0),
    "log": ((1e-3, 4.0), 1e308),
    "log1p": ((-0.999, 3.0), 1e308),
    "sin": ((-300.0, 300.0), 1e5),
    "cos": ((-300.0, 300.0), 1e5),
    "tan": ((-300.0, 300.0), 1e5),
    "sinh": ((-12.0, 12.0), 711.0),
    "cosh": ((-12.0, 12.0), 711.0),
    "erf": ((-6.5, 6.5), 1e3),
    "erfc": ((-6.5, 27.5), 1e3),
}
TRIGONOMETRIC: Final = ("sin", "cos", "tan")


@cache
def compiled(name: str) -> Callable[..., None]:
    """Compile a loop over one function, as a kernel does."""
    function = getattr(vector_math, name)
    flags = {"error_model": "numpy"}
    if name == "pow":

        @njit(**flags)
        def loop(x, y, out):  # type: ignore[no-untyped-def]
            for k in range(x.size):
                out[k] = function(x[k], y[k])

    else:

        @njit(**flags)
        def loop(x, out):  # type: ignore[no-untyped-def]
            for k in range(x.size):
                out[k] = function(x[k])

    found: Callable[..., None] = loop
    return found


def values(name: str, *inputs: Array) -> Array:
    """Evaluate a vectorised function."""
    out = np.empty_like(inputs[0])
    compiled(name)(*inputs, out)
    return out


def points(name: str, dtype: Any) -> Array:
    """Sample evenly, by exponent, and near multiples of pi / 2 and the steps of the reductions."""
    rng = np.random.default_rng(list(RANGES).index(name))
    (low, high), largest = RANGES[name]
    limit = float(np.finfo(dtype).max)
    small = float(np.finfo(dtype).smallest_subnormal)
    by_exponent = np.exp(rng.uniform(math.log(small), math.log(min(largest, limit)), 150))
    period = math.pi if name in TRIGONOMETRIC else math.log(2)
    multiples = np.arange(-60, 61) * period / 2
    if name in TRIGONOMETRIC:
        multiples = np.concatenate([multiples, np.arange(62000, 62040) * math.pi / 2])
    x = np.concatenate(
        [
            rng.uniform(low, high, 300),
            rng.uniform(-2.0, 2.0, 200),
            by_exponent,
            -by_exponent,
            multiples,
            np.float64(dtype(1.0)) + np.arange(-8, 9) * float(np.finfo(dtype).eps),
        ]
    )
    with np.errstate(over="ignore"):
        x = x.astype(dtype)
    x = np.concatenate([x, np.nextafter(x, dtype(inf)), np.nextafter(x, dtype(-inf))])
    x = x[np.isfinite(x) & (abs(x).astype(np.float64) <= largest)]
    lowest = {"log": 0.0, "log1p": -1.0}.get(name, -inf)
    return np.extract(x > lowest, x)


def ulps(got: Array, exact: list[Any]) -> Array:
    """Errors in units of the last place of the exact result; 0 for the right infinity."""
    kind = np.finfo(got.dtype)
    errors = []
    for value, want in zip(got.tolist(), exact, strict=True):
        if abs(want) > mpmath.mpf(float(kind.max)) * (1 + mpmath.mpf(float(kind.eps)) / 4):
            errors.append(0.0 if value == math.copysign(inf, want) else inf)
            continue
        if not math.isfinite(value):
            errors.append(inf)
            continue
        exponent = mpmath.frexp(want)[1] if want else -5000
        unit = max(
            mpmath.ldexp(1, exponent - kind.nmant - 1), mpmath.mpf(float(kind.smallest_subnormal))
        )
        errors.append(float(abs(mpmath.mpf(value) - want) / unit))
    return np.array(errors)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize("name", RANGES)
def test_error(name: str, dtype: Any) -> None:
    x = points(name, dtype)
    function = getattr(mpmath, name)
    with mpmath.workdps(50 if name not in ("expm1", "log1p") else 400):
        errors = ulps(values(name, x), [function(mpmath.mpf(v)) for v in x.tolist()])
    worst = int(errors.argmax())
    print(f"{name} {dtype.__name__}: {errors[worst]:.2f} ULP at {x[worst]!r}")
    assert errors[worst] <= WIDER.get(name, ULP), f"at {x[worst]!r}"


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
def test_error_of_powers(dtype: Any) -> None:
    rng = np.random.default_rng(5)
    x = np.exp(rng.uniform(-80.0, 80.0, 1500))
    y = rng.uniform(-9.0, 9.0, 1500)
    largest = 130.0 if dtype is np.float32 else 1100.0
    y[:300] = rng.uniform(-largest, largest, 300) / np.log(x[:300])
    x[300:600] = 1 + rng.uniform(-1e-3, 1e-3, 300)
    y[300:600] *= 1e4
    y[600:800] = rng.integers(-9, 10, 200)
    x[600:900:2] *= -1
    x, y = x.astype(dtype), y.astype(dtype)
    y = np.where((x < 0) & (y != np.rint(y)), np.rint(y), y)
    with mpmath.workdps(50):
        pairs = zip(x.tolist(), y.tolist(), strict=True)
        exact = [mpmath.mpf(a) ** mpmath.mpf(b) for a, b in pairs]
        errors = ulps(values("pow", x, y), exact)
    worst = int(errors.argmax())
    print(f"pow {dtype.__name__}: {errors[worst]:.2f} ULP at {x[worst]!r}, {y[worst]!r}")
    assert errors[worst] <= 1.0, f"at {x[worst]!r}, {y[worst]!r}"
    whole = np.array([2.0, 3.0, 2.0**30, 2.0**60, 0.5, 2.5, -1.0], dtype)
    base = np.full_like(whole, -1.5)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(values("pow", base, whole), np.power(base, whole), rtol=1e-6)


#: Where each function is exact: argument, result.
SPECIAL: Final = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (1e30, inf), (-1e30, 0.0)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -1.0), (1e30, inf), (-1e30, -1.0)],
    "log": [(1.0, 0.0), (0.0, -inf), (-0.0, -inf), (inf, inf), (-1.0, nan), (-inf, nan)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -inf), (inf, inf), (-2.0, nan), (-inf, nan)],
    "sin": [(0.0, 0.0), (-0.0, -0.0)],
    "cos": [(0.0, 1.0), (-0.0, 1.0)],
    "tan": [(0.0, 0.0), (-0.0, -0.0)],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (1e30, inf), (-1e30, -inf)],
    "cosh": [(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, inf), (1e30, inf)],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (1e30, 1.0)],
    "erfc": [(0.0, 1.0), (inf, 0.0), (-inf, 2.0), (1e30, 0.0), (-1e30, 2.0)],
}


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize("name", SPECIAL)
def test_special_values(name: str, dtype: Any) -> None:
    pairs = [*SPECIAL[name], (nan, nan)]
    given, wanted = (np.array(column, dtype) for column in zip(*pairs, strict=True))
    got = values(name, given)
    np.testing.assert_array_equal(got, wanted)
    np.testing.assert_array_equal(np.signbit(got[:-1]), np.signbit(wanted[:-1]))


# The loops ----------------------------------------------------------------------------------------

_LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)


def run(op: Op, place: int, arrays: list[Array | None], mode: int = 0) -> Array:
    """Run a kernel; the last array is the one that it writes."""
    out = arrays[-1]
    assert out is not None
    code = {np.dtype(np.float32): 0, np.dtype(np.float64): 1}[out.dtype]
    assert abi.NUMPY_DTYPES[code] == out.dtype
    pointers = np.array([0 if a is None else a.ctypes.data for a in arrays], np.int64)
    count = np.array([out.size], np.int64)
    address = elementwise.addresses(op, code)[place]
    _LOOP(address)(pointers.ctypes.data, count.ctypes.data, None, mode)
    return out


def huge(dtype: Any) -> Array:
    """Blocks of moderate and of large arguments, and one with a single large one in it."""
    x = np.linspace(-50.0, 50.0, 1500)
    x[300:600] *= 1e9
    x[700] = 1e18
    x[1000], x[1001] = inf, nan
    return x.astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize(
    ("op", "slope"), [(Op.SIN, np.cos), (Op.COS, lambda x: -np.sin(x))], ids=["sin", "cos"]
)
def test_large_arguments(op: Op, slope: Callable[[Array], Array], dtype: Any) -> None:
    x = huge(dtype)
    g = np.random.default_rng(3).uniform(-1, 1, x.size).astype(dtype)
    with np.errstate(invalid="ignore"):
        wide = x.astype(np.float64)
        expected = g * slope(wide)
        value = getattr(np, op.name.lower())(wide)
    tolerance = 4 * float(np.finfo(dtype).eps)
    start = np.full_like(x, 0.25)
    got = run(op, 1, [g, x, None, None, None, np.empty_like(x)])
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)
    got = run(op, 1, [g, x, None, None, None, start.copy()], mode=1)
    np.testing.assert_allclose(got, expected + 0.25, rtol=0, atol=tolerance)
    if dtype is np.float64:
        np.testing.assert_allclose(run(op, 0, [x, np.empty_like(x)]), value, rtol=0, atol=tolerance)


def test_a_value_is_the_same_whatever_block_it_is_in() -> None:
    x = np.linspace(-9.0, 9.0, 700)
    alone = run(Op.SIN, 0, [x, np.empty_like(x)])
    mixed = x.copy()
    mixed[::50] = 1e9
    got = run(Op.SIN, 0, [mixed, np.empty_like(x)])
    np.testing.assert_array_equal(got[mixed == x], alone[mixed == x])


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize(
    "exponent", [2.0, 3.0, 0.5, -1.0, 1.0, 0.0, -0.5, 4.0, 2.5, -2.0, inf, nan]
)
def test_powers_of_one_exponent(exponent: float, dtype: Any) -> None:
    tiny = float(np.finfo(dtype).smallest_subnormal)
    edges = [0.0, -0.0, inf, -inf, nan, tiny, -tiny, 1.0, -1.0, float(np.finfo(dtype).max)]
    regular = np.random.default_rng(4).uniform(-3, 3, 600)
    x = np.concatenate([regular, edges, abs(regular)]).astype(dtype)
    y = np.full_like(x, exponent)
    g = np.full_like(x, 0.5)
    wide = np.longdouble(1) * x
    with np.errstate(all="ignore"):
        value = np.power(wide, y.astype(np.longdouble)).astype(dtype)
        slope = (np.power(wide, y.astype(np.longdouble) - 1) * exponent).astype(dtype)
    slope = np.zeros_like(x) if exponent == 0 else slope
    tolerance = 4 * float(np.finfo(dtype).eps)
    out = run(Op.POW, 0, [x, y, np.empty_like(x)])
    np.testing.assert_allclose(out, value, rtol=tolerance)
    got = run(Op.POW, 1, [g, x, y, None, out, np.empty_like(x)])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(got, g * slope, rtol=tolerance, atol=2 * tiny)
        got = run(Op.POW, 1, [g, x, y, None, out, np.ones_like(x)], mode=1)
        np.testing.assert_allclose(got, 1 + g * slope, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
def test_powers_of_mixed_exponents(dtype: Any) -> None:
    rng = np.random.default_rng(6)
    x, y = rng.uniform(-3, 3, 2000).astype(dtype), rng.integers(-3, 4, 2000).astype(dtype)
    x[900], y[1500] = 0.0, nan
    wide = np.longdouble(1) * x
    with np.errstate(all="ignore"):
        value = np.power(wide, y)
    tolerance = 2 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(run(Op.POW, 0, [x, y, np.empty_like(x)]), value, rtol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize("op", [Op.REMAINDER, Op.FLOOR_DIVIDE], ids=lambda op: op.name.lower())
def test_quotients(op: Op, dtype: Any) -> None:
    rng = np.random.default_rng(7)
    y = rng.uniform(-3, 3, 4000).astype(dtype)
    x = (rng.uniform(-1, 1, 4000) * 10.0 ** rng.integers(-3, 7, 4000)).astype(dtype)
    # Multiples of y, rounded either way, where the quotient is an integer or just misses one.
    x[1000:2000] = y[1000:2000] * rng.integers(-900, 900, 1000).astype(dtype)
    x[1500:2000] = np.nextafter(x[1500:2000], dtype(inf))
    x[2000:2500] = rng.integers(-20, 20, 500)
    y[2000:2500] = rng.choice([-3.0, -2.0, -0.5, 0.5, 1.0, 7.0], 500)
    tiny = float(np.finfo(dtype).smallest_subnormal)
    x[2500:2506] = [0.0, -0.0, tiny, -tiny, 1.0, -1.0]
    x[3000:3006], y[3000:3006] = [inf, 1.0, -1.0, nan, 1.0, 0.0], [1.0, inf, inf, 1.0, 0.0, 0.0]
    x[3500] = 1e30
    with np.errstate(all="ignore"):
        remainder = np.remainder(x, y)
        quotient = np.floor_divide(x, y)
    got = run(op, 0, [x, y, np.empty_like(x)])
    expected = remainder if op == Op.REMAINDER else quotient
    np.testing.assert_array_equal(got, expected)
    number = ~np.isnan(got)
    np.testing.assert_array_equal(np.signbit(got[number]), np.signbit(expected[number]))


def test_formulas_are_vectorised_by_name() -> None:
    from tapegrad_kernels.generated import formulas

    assert vector_math.guard(formulas.sin_d0) == ("guarded", vector_math.trigonometric)
    assert vector_math.guard(formulas.pow_d0) == ("power", vector_math.power)
    assert vector_math.guard(formulas.remainder_d1) == ("guarded", vector_math.divisible)
    assert vector_math.guard(formulas.sigmoid) is None
    assert vector_math.sqrt is math.sqrt
