"""The op table: the generated files are fresh, and the formulas are right.

SymPy derived the partials, so nothing here asks SymPy for a derivative: mpmath evaluates and
differentiates the definitions at 50 digits, and PyTorch's conventions are tables written by hand.
"""

from __future__ import annotations

import math
import random
from functools import cache
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from numba import njit, types

from tapegrad.ops import codegen
from tapegrad.ops.elementwise import ELEMENTWISE, Elementwise
from tapegrad_kernels import elementwise
from tapegrad_kernels.generated import formulas, opcodes, scalar

inf, nan = math.inf, math.nan
TABLE = {op.name: op for op in ELEMENTWISE}
FLOATING = [op for op in ELEMENTWISE if op.floats and op.result != "bool"]
PREDICATES = [op for op in ELEMENTWISE if op.floats and op.result == "bool"]
DTYPES = [np.float32, np.float64]
SAMPLES = 40

#: Allowed error in ULP of the exact result, for values and for partials.
ULP = 4
#: Where rounding is magnified, and by what.
WIDER = {
    ("lerp", "value"): 128,  # cancels where the result crosses zero
    ("pow", 0): 8,  # y - 1 is rounded
    ("rsqrt", 0): 8,  # the output's rounding, three times
    ("expm1", 0): 16,  # out + 1 cancels for negative x, as in PyTorch
    ("tanh", 0): 96,  # 1 - out cancels for large x, as in PyTorch
    ("sigmoid", 0): 32,  # 1 - out cancels for large x, as in PyTorch
    ("erf", 0): 12,  # exp magnifies the rounding of x * x
    ("erfc", 0): 12,
}


@cache
def switches(dtype: Any) -> tuple[Any, Any]:
    """Compile both scalar switches for `dtype`."""
    flags = {"error_model": "numpy"}
    value, partials = njit(**flags)(scalar.forward), njit(**flags)(scalar.partials)

    @njit(**flags)
    def forward(op, x, y, z):  # type: ignore[no-untyped-def]
        return value(dtype, op, x, y, z)

    @njit(**flags)
    def backward(op, x, y, z, o):  # type: ignore[no-untyped-def]
        return partials(dtype, op, x, y, z, o)

    return forward, backward


def evaluate(op: Elementwise, dtype: Any, *inputs: float) -> tuple[Any, tuple[Any, ...]]:
    """Return the value and the partials, as a scalar sweep computes them."""
    forward, backward = switches(dtype)
    code = int(opcodes.Op[op.name.upper()])
    padded = [dtype(x) for x in (*inputs, 0.0, 0.0, 0.0)[:3]]
    value = forward(code, *padded)
    return value, backward(code, *padded, dtype(value))


def exact(op: Elementwise) -> Any:
    """Return the definition as a function of mpmath numbers."""
    derivation = codegen.Derivation(op)
    return sympy.lambdify(derivation.inputs, derivation.definition, "mpmath")


def samples(op: Elementwise, dtype: Any) -> list[tuple[float, ...]]:
    rng = random.Random(op.name)
    points = []
    for _ in range(SAMPLES):
        point = [float(dtype(rng.uniform(low, high))) for low, high in op.domains]
        points.append(
            tuple(
                float(x > 0) if kind == "bool" else x
                for x, kind in zip(point, op.kinds, strict=True)
            )
        )
    return points


def assert_close(seen: Any, expected: Any, dtype: Any, ulps: int, what: str) -> None:
    ulp = float(np.spacing(max(abs(dtype(float(expected))), np.finfo(dtype).tiny)))
    error = float(abs(mpmath.mpf(float(seen)) - expected)) / ulp
    assert error <= ulps, f"{what}: {seen!r} is {error:.1f} ULP from {mpmath.nstr(expected, 20)}"


def test_generated_files_are_fresh() -> None:
    stale = [path.name for path in codegen.stale(codegen.render())]
    assert not stale, f"{stale} differ from the op table: run {codegen.COMMAND}"


def test_check_reports_a_stale_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "formulas.py"
    monkeypatch.setattr(codegen, "render", lambda: {path: "x = 1\n"})
    assert codegen.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().out
    assert not path.exists()
    assert codegen.main([]) == 0
    assert codegen.main(["--check"]) == 0


def test_names_are_unique() -> None:
    assert len(TABLE) == len(ELEMENTWISE)


@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
def test_declaration(op: Elementwise) -> None:
    assert 1 <= op.arity <= 3
    assert len(op.kinds) == len(op.domains) == op.arity
    assert len(op.partials) in (0, op.arity)
    assert bool(op.node) == bool(op.differentiable_inputs)
    assert not op.ufunc or isinstance(getattr(np, op.ufunc), np.ufunc)
    assert op.why or not (op.forward or op.partials)
    assert op.ufunc or op.floats


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize("op", FLOATING, ids=lambda op: op.name)
def test_value(op: Elementwise, dtype: Any) -> None:
    definition = exact(op)
    ulps = WIDER.get((op.name, "value"), ULP)
    for point in samples(op, dtype):
        with mpmath.workdps(50):
            expected = mpmath.mpf(definition(*map(mpmath.mpf, point)))
        assert_close(evaluate(op, dtype, *point)[0], expected, dtype, ulps, f"{op.name}{point}")


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize("op", [op for op in FLOATING if op.node], ids=lambda op: op.name)
def test_partials(op: Elementwise, dtype: Any) -> None:
    definition = exact(op)
    for point in samples(op, dtype):
        partials = evaluate(op, dtype, *point)[1]
        for k, seen in enumerate(partials):
            expected = mpmath.mpf(0)
            if k in op.differentiable_inputs:
                with mpmath.workdps(50):
                    fixed = [mpmath.mpf(x) for x in point]
                    expected = mpmath.diff(
                        lambda t, k=k, fixed=fixed: definition(*fixed[:k], t, *fixed[k + 1 :]),
                        fixed[k],
                    )
            ulps = WIDER.get((op.name, k), ULP)
            assert_close(seen, expected, dtype, ulps, f"partial {k} of {op.name}{point}")


@pytest.mark.slow
@pytest.mark.parametrize("op", [op for op in ELEMENTWISE if op.floats], ids=lambda op: op.name)
def test_formulas_keep_float32(op: Elementwise) -> None:
    names = {op.name: op.kinds}
    names |= {f"{op.name}_d{k}": (*op.kinds, "T") for k in op.differentiable_inputs}
    for name, kinds in names.items():
        formula = njit(error_model="numpy")(getattr(formulas, name))
        real = types.boolean if op.result == "bool" else types.float32
        inputs = [types.boolean if kind == "bool" else types.float32 for kind in kinds]
        formula.compile((types.NumberClass(types.float32), *inputs))
        assert formula.nopython_signatures[0].return_type == real, name


@pytest.mark.parametrize("op", PREDICATES, ids=lambda op: op.name)
def test_predicates(op: Elementwise) -> None:
    """The formulas agree with NumPy's loops at every pair of special values."""
    formula = getattr(formulas, op.name)
    ufunc = getattr(np, op.ufunc)
    special = [np.float64(x) for x in (0.0, -0.0, 1.0, -2.5, inf, -inf, nan)]
    for x in special:
        for y in special if op.arity == 2 else [x]:
            inputs = (x, y)[: op.arity]
            assert bool(formula(np.float64, *inputs)) == bool(ufunc(*inputs)), inputs


@pytest.mark.parametrize(
    "op", [op for op in FLOATING if op.ufunc and op.name != "pow"], ids=lambda op: op.name
)
def test_formulas_meet_ufuncs_at_special_points(op: Elementwise) -> None:
    """A scalar and a block of one element must not differ in kind, or in the sign of zero."""
    special = (0.0, -0.0, 0.5, -0.5, 1.0, -1.5, 2.5, inf, -inf, nan)
    for x in special:
        for y in special if op.arity == 2 else [x]:
            inputs = (x, y)[: op.arity]
            with np.errstate(all="ignore"):
                expected = getattr(np, op.ufunc)(*map(np.float64, inputs))
            seen = evaluate(op, np.float64, *inputs)[0]
            np.testing.assert_allclose(seen, expected, rtol=1e-15, err_msg=str(inputs))
            either_zero_may_win = op.name in ("maximum", "minimum", "clamp_min", "clamp_max")
            if not (math.isnan(seen) or either_zero_may_win):
                assert math.copysign(1, seen) == math.copysign(1, expected), inputs


#: (op, inputs, value, partials), as PyTorch 2.13 has them.
SPECIAL_POINTS: list[tuple[str, tuple[float, ...], float, tuple[float, ...]]] = [
    ("abs", (0.0,), 0.0, (0.0,)),
    ("abs", (-0.0,), 0.0, (0.0,)),
    ("abs", (nan,), nan, (0.0,)),
    ("abs", (-inf,), inf, (-1.0,)),
    ("relu", (0.0,), 0.0, (0.0,)),
    ("relu", (nan,), nan, (1.0,)),
    ("relu", (inf,), inf, (1.0,)),
    ("relu", (-inf,), 0.0, (0.0,)),
    ("sign", (0.0,), 0.0, (0.0,)),
    ("sign", (nan,), 0.0, (0.0,)),
    ("sign", (-inf,), -1.0, (0.0,)),
    ("floor", (nan,), nan, (0.0,)),
    ("floor", (-inf,), -inf, (0.0,)),
    ("floor", (1e300,), 1e300, (0.0,)),
    ("ceil", (-1e300,), -1e300, (0.0,)),
    ("trunc", (-1.5,), -1.0, (0.0,)),
    ("round", (0.5,), 0.0, (0.0,)),
    ("round", (1.5,), 2.0, (0.0,)),
    ("round", (2.5,), 2.0, (0.0,)),
    ("round", (-2.5,), -2.0, (0.0,)),
    ("round", (0.49999999999999994,), 0.0, (0.0,)),
    ("round", (4503599627370495.5,), 4503599627370496.0, (0.0,)),
    ("sigmoid", (-800.0,), 0.0, (0.0,)),
    ("sigmoid", (800.0,), 1.0, (0.0,)),
    ("sigmoid", (inf,), 1.0, (0.0,)),
    ("sigmoid", (-inf,), 0.0, (0.0,)),
    ("tanh", (800.0,), 1.0, (0.0,)),
    ("tanh", (-inf,), -1.0, (0.0,)),
    ("softplus", (800.0,), 800.0, (1.0,)),
    ("softplus", (-800.0,), 0.0, (0.0,)),
    ("softplus", (inf,), inf, (1.0,)),
    ("softplus", (-inf,), 0.0, (0.0,)),
    ("softplus", (nan,), nan, (nan,)),
    ("logsigmoid", (-800.0,), -800.0, (1.0,)),
    ("logsigmoid", (800.0,), 0.0, (0.0,)),
    ("logsigmoid", (inf,), 0.0, (0.0,)),
    ("logsigmoid", (-inf,), -inf, (1.0,)),
    ("logsigmoid", (nan,), nan, (nan,)),
    ("exp", (-800.0,), 0.0, (0.0,)),
    ("exp", (800.0,), inf, (inf,)),
    ("expm1", (-800.0,), -1.0, (0.0,)),
    ("expm1", (1e-300,), 1e-300, (1.0,)),
    ("log", (0.0,), -inf, (inf,)),
    ("log", (-1.0,), nan, (-1.0,)),
    ("log", (inf,), inf, (0.0,)),
    ("log1p", (-1.0,), -inf, (inf,)),
    ("log1p", (1e-300,), 1e-300, (1.0,)),
    ("log2", (8.0,), 3.0, (0.18033688011112042,)),
    ("log10", (1000.0,), 3.0, (0.0004342944819032518,)),
    ("sqrt", (0.0,), 0.0, (inf,)),
    ("sqrt", (-1.0,), nan, (nan,)),
    ("sqrt", (inf,), inf, (0.0,)),
    ("rsqrt", (0.0,), inf, (-inf,)),
    ("rsqrt", (inf,), 0.0, (0.0,)),
    ("reciprocal", (0.0,), inf, (-inf,)),
    ("reciprocal", (inf,), 0.0, (0.0,)),
    ("square", (inf,), inf, (inf,)),
    ("sin", (inf,), nan, (nan,)),
    ("asin", (1.0,), math.pi / 2, (inf,)),
    ("asin", (2.0,), nan, (nan,)),
    ("acos", (-1.0,), math.pi, (-inf,)),
    ("atan", (inf,), math.pi / 2, (0.0,)),
    ("acosh", (1.0,), 0.0, (inf,)),
    ("atanh", (1.0,), inf, (inf,)),
    ("asinh", (-inf,), -inf, (0.0,)),
    ("erf", (inf,), 1.0, (0.0,)),
    ("erfc", (inf,), 0.0, (0.0,)),
    ("erfc", (-800.0,), 2.0, (0.0,)),
    ("div", (1.0, 0.0), inf, (inf, -inf)),
    ("div", (0.0, 0.0), nan, (inf, nan)),
    ("div", (1.0, inf), 0.0, (0.0, 0.0)),
    ("div", (inf, 1.0), inf, (1.0, -inf)),
    ("div", (1e-300, 1e-200), 1e-100, (1e200, -1e100)),
    ("pow", (0.0, 0.0), 1.0, (0.0, 0.0)),
    ("pow", (0.0, 2.0), 0.0, (0.0, 0.0)),
    ("pow", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("pow", (0.0, 0.5), 0.0, (inf, 0.0)),
    ("pow", (0.0, -1.0), inf, (-inf, -inf)),
    ("pow", (-2.0, 3.0), -8.0, (12.0, nan)),
    ("pow", (-2.0, 0.0), 1.0, (0.0, nan)),
    ("pow", (-2.0, 0.5), nan, (nan, nan)),
    ("pow", (nan, 0.0), 1.0, (0.0, nan)),
    ("pow", (1.0, nan), 1.0, (nan, 0.0)),
    ("pow", (1.0, inf), 1.0, (inf, 0.0)),
    ("pow", (inf, 1.0), inf, (1.0, inf)),
    ("remainder", (-5.0, 3.0), 1.0, (1.0, 2.0)),
    ("remainder", (5.0, -3.0), -1.0, (1.0, 2.0)),
    ("remainder", (1.0, 0.1), 0.09999999999999995, (1.0, -9.0)),
    ("remainder", (-1.0, inf), inf, (1.0, 1.0)),
    ("remainder", (1.0, 0.0), nan, (1.0, -inf)),
    ("floor_divide", (1.0, 0.1), 9.0, ()),
    ("floor_divide", (-1.0, 0.0), -inf, ()),
    ("atan2", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("atan2", (0.0, -1.0), math.pi, (-1.0, 0.0)),
    ("atan2", (1.0, 0.0), math.pi / 2, (0.0, -1.0)),
    ("atan2", (inf, 1.0), math.pi / 2, (0.0, nan)),
    ("maximum", (1.0, 1.0), 1.0, (0.5, 0.5)),
    ("maximum", (inf, inf), inf, (0.5, 0.5)),
    ("maximum", (nan, 1.0), nan, (1.0, 1.0)),
    ("maximum", (1.0, nan), nan, (1.0, 1.0)),
    ("minimum", (1.0, 1.0), 1.0, (0.5, 0.5)),
    ("minimum", (nan, 1.0), nan, (1.0, 1.0)),
    ("minimum", (1.0, nan), nan, (1.0, 1.0)),
    ("clamp_min", (1.0, 1.0), 1.0, (1.0, 0.0)),
    ("clamp_min", (nan, 1.0), nan, (0.0, 0.0)),
    ("clamp_min", (1.0, nan), nan, (0.0, 0.0)),
    ("clamp_max", (1.0, 1.0), 1.0, (1.0, 0.0)),
    ("clamp_max", (1.0, nan), nan, (0.0, 0.0)),
    ("where", (1.0, nan, 1.0), nan, (0.0, 1.0, 0.0)),
    ("where", (0.0, inf, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clamp", (0.0, 0.0, 1.0), 0.0, (1.0, 0.0, 0.0)),
    ("clamp", (1.0, 0.0, 1.0), 1.0, (1.0, 0.0, 0.0)),
    ("clamp", (2.0, 0.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clamp", (-1.0, 0.0, 1.0), 0.0, (0.0, 1.0, 0.0)),
    ("clamp", (0.5, 1.0, 1.0), 1.0, (0.0, 0.0, 0.0)),
    ("clamp", (0.5, 1.0, 0.0), 0.0, (0.0, 0.0, 1.0)),
    ("clamp", (-2.0, 1.0, 0.0), 0.0, (0.0, 0.0, 1.0)),
    ("clamp", (nan, 0.0, 1.0), nan, (0.0, 0.0, 0.0)),
    ("clamp", (0.0, nan, 1.0), nan, (0.0, 0.0, 0.0)),
    ("clamp", (2.0, nan, 1.0), nan, (0.0, 0.0, 1.0)),
    ("clamp", (0.0, 0.0, nan), nan, (0.0, 0.0, 0.0)),
    ("lerp", (0.1, 0.7, 1.0), 0.7, (0.0, 1.0, 0.6)),
    ("lerp", (0.1, 0.7, 0.0), 0.1, (1.0, 0.0, 0.6)),
    ("lerp", (1.0, 2.0, inf), inf, (-inf, inf, 1.0)),
]


@pytest.mark.parametrize(("name", "inputs", "value", "partials"), SPECIAL_POINTS)
def test_special_point(
    name: str, inputs: tuple[float, ...], value: float, partials: tuple[float, ...]
) -> None:
    seen, slopes = evaluate(TABLE[name], np.float64, *inputs)
    np.testing.assert_allclose(seen, value, rtol=2e-16)
    np.testing.assert_allclose(slopes[: len(partials)], partials, rtol=4e-16)


#: The ops whose partials read the output, which PyTorch saves too; the others' must not.
SAVE_OUTPUT = {"exp", "expm1", "sqrt", "rsqrt", "reciprocal", "tan", "tanh", "sigmoid", "relu"}


def test_saved_outputs_are_those_of_pytorch() -> None:
    saved = {
        opcodes.Op(code).name.lower()
        for code in range(opcodes.FIRST_ELEMENTWISE, opcodes.LAST_ELEMENTWISE + 1)
        if (opcodes.SAVES0[code] | opcodes.SAVES1[code] | opcodes.SAVES2[code]) & 8
    }
    assert saved == SAVE_OUTPUT | {"pow"}


def test_linear_ops_save_nothing() -> None:
    for op in (opcodes.Op.ADD, opcodes.Op.SUB, opcodes.Op.NEG, opcodes.Op.FLOOR):
        assert not opcodes.SAVES0[op] | opcodes.SAVES1[op] | opcodes.SAVES2[op]
    mul, where = opcodes.Op.MUL, opcodes.Op.WHERE
    assert (opcodes.SAVES0[mul], opcodes.SAVES1[mul]) == (2, 1)
    assert (opcodes.SAVES0[where], opcodes.SAVES1[where], opcodes.SAVES2[where]) == (0, 1, 1)


#: The inputs that get the gradient as it is.
UNITS = {"add": 3, "sub": 1, "remainder": 1}


def test_unit_partials() -> None:
    ops = {op.name.lower(): mask for op, mask in zip(opcodes.Op, opcodes.UNIT, strict=True)}
    assert {name: mask for name, mask in ops.items() if mask} == UNITS


def test_structured_declarations() -> None:
    declared = SimpleNamespace(name="max", node="MaxBackward1", saves=(9,), differentiable=3)
    assert codegen.Structured.of(declared) == ("max", "MaxBackward1", (9, 0, 0), 3)
    declared = SimpleNamespace(name="argmax", node="")
    assert codegen.Structured.of(declared) == ("argmax", "", (0, 0, 0), 1)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize(
    ("name", "filled"), [("tanh", [1]), ("relu", [0, 1]), ("where", [0, 2, 3]), ("abs", [1])]
)
def test_kernels_are_built_where_there_is_a_formula(
    name: str, filled: list[int], dtype: Any
) -> None:
    code = {np.float32: 0, np.float64: 1}[dtype]
    found = elementwise.addresses(opcodes.Op[name.upper()], code)
    assert np.flatnonzero(found).tolist() == filled


def test_columns_cover_every_opcode() -> None:
    columns = "ARITY NODE_NAMES SAVES0 SAVES1 SAVES2 DIFFERENTIABLE UNIT RESULT UFUNC CONDITION "
    columns += "FORMULA"
    for name in columns.split():
        assert len(getattr(opcodes, name)) == len(opcodes.Op), name
    first, last = opcodes.FIRST_ELEMENTWISE, opcodes.LAST_ELEMENTWISE
    names = [opcodes.Op(code).name.lower() for code in range(first, last + 1)]
    assert names == [op.name for op in ELEMENTWISE]


def test_second_partials_go_through_the_output() -> None:
    """Tanh reads its output, which depends on its input."""
    for name in ("tanh", "sqrt", "div", "sigmoid"):
        derivation = codegen.Derivation(TABLE[name])
        second = derivation.second_partial(0, 0).subs(derivation.output, derivation.definition)
        definition = exact(TABLE[name])
        point = [0.7, 1.3][: TABLE[name].arity]
        with mpmath.workdps(50):
            n = (2,) + (0,) * (len(point) - 1)
            expected = mpmath.diff(definition, tuple(point), n)
            seen = second.subs(dict(zip(derivation.inputs, point, strict=True)))
            assert mpmath.almosteq(mpmath.mpf(sympy.N(seen, 30)), expected, 1e-14, 1e-14)
