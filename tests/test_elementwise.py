"""Elementwise functions: values against NumPy and SciPy, gradients against central differences."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tapegrad
from tapegrad import engine
from tapegrad._tensor import Tensor
from tapegrad.dtypes import BY_CODE, bool_, float32, float64, from_numpy_dtype, int32, int64
from tapegrad.ops import elementwise_functions as functions
from tapegrad.ops.codegen_python import HANDWRITTEN
from tapegrad.ops.elementwise import ELEMENTWISE, Elementwise

Array = npt.NDArray[Any]
inf, nan = math.inf, math.nan
TABLE = {op.name: op for op in ELEMENTWISE}
UNARY = [op for op in ELEMENTWISE if op.arity == 1]
BINARY = [op for op in ELEMENTWISE if op.arity == 2]
DIFFERENTIABLE = [op for op in ELEMENTWISE if op.differentiable_inputs]
FLOATS = (float32, float64)
INTEGERS = (int64, int32)

#: NumPy or SciPy by op, where the table names no ufunc.
REFERENCES: dict[str, Callable[..., Any]] = {
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sigmoid": scipy.special.expit,
    "relu": lambda x: np.where(x <= 0, x.dtype.type(0), x),
    "neg": lambda x: 0 - x if x.dtype.kind == "i" else x * -1,
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    "sign": lambda x: np.nan_to_num(np.sign(x), nan=0.0),
    "softplus": lambda x: np.logaddexp(x.dtype.type(0), x),
    "logsigmoid": lambda x: -np.logaddexp(x.dtype.type(0), -x),
    "where": np.where,
    "clamp": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "lerp": lambda x, y, w: x + w * (y - x),
}
#: What PyTorch refuses by dtype category: f, i and b.
REFUSED = {
    **dict.fromkeys(("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"), "f"),
    **dict.fromkeys(("softplus", "logsigmoid", "lerp"), "ib"),
    **dict.fromkeys(("neg", "abs", "relu", "floor", "ceil", "round", "trunc"), "b"),
    **dict.fromkeys(("sub", "pow", "floor_divide", "remainder", "clamp"), "b"),
}
TOLERANCE = {float32: 3e-6, float64: 1e-14}


def reference(op: Elementwise) -> Callable[..., Any]:
    return REFERENCES.get(op.name) or getattr(np, op.ufunc)


def function(op: Elementwise) -> Callable[..., Tensor]:
    found: Callable[..., Tensor] = getattr(functions, op.name)
    return found


def category(kind: Any) -> str:
    return "f" if kind.is_floating_point else "b" if kind is bool_ else "i"


def accepts(op: Elementwise, kind: Any) -> bool:
    return category(kind) not in REFUSED.get(op.name, "")


def sample(op: Elementwise, k: int, shape: tuple[int, ...], kind: Any, seed: int = 0) -> Array:
    """Draw input `k` of an op from its domain."""
    rng = np.random.default_rng([seed, k, len(op.name), *map(ord, op.name)])
    low, high = op.domains[k]
    if op.kinds[k] == "bool" or kind is bool_:
        return np.asarray(rng.random(shape) < 0.5)
    values = np.asarray(rng.uniform(low, high, shape))
    if kind.is_floating_point:
        return values.astype(kind.numpy)
    if op.name in ("floor_divide", "remainder", "pow") and k:
        return np.asarray(rng.integers(1, 4, shape)).astype(kind.numpy)
    return np.round(values).astype(kind.numpy)


def inputs(op: Elementwise, shapes: Any, kind: Any, seed: int = 0) -> list[Array]:
    return [sample(op, k, shape, kind, seed) for k, shape in enumerate(shapes)]


def tensors(arrays: list[Array]) -> list[Tensor]:
    return [tapegrad.tensor(a, dtype=from_numpy_dtype(a.dtype)) for a in arrays]


def values_of(t: Tensor) -> Array:
    return engine.readable(t).copy()


def result_dtype(op: Elementwise, kind: Any) -> Any:
    if op.result == "bool":
        return bool_
    if op.result == "float" and not kind.is_floating_point:
        return float32
    return int64 if op.name == "square" and kind is bool_ else kind


def expected_of(op: Elementwise, arrays: list[Array], kind: Any) -> Array:
    """Compute the reference in the dtype of the result."""
    if op.result == "float" and not kind.is_floating_point:
        arrays = [a.astype(np.float32) for a in arrays]
    if kind is bool_ and op.name in ("square", "sign"):
        arrays = [a.astype(np.int64) for a in arrays]
    with np.errstate(all="ignore"):
        return np.asarray(reference(op)(*arrays))


def assert_same(seen: Tensor, expected: Array, kind: Any, scale: float = 1.0) -> None:
    assert tuple(seen.shape) == expected.shape
    values = values_of(seen)
    if kind.is_floating_point:
        tolerance = TOLERANCE[kind] * scale
        np.testing.assert_allclose(values, expected, rtol=tolerance, atol=tolerance)
    else:
        np.testing.assert_array_equal(values, expected.astype(kind.numpy))


# Values -------------------------------------------------------------------------------------------

CASES = [(op, kind) for op in ELEMENTWISE for kind in BY_CODE if accepts(op, kind)]
SHAPES: dict[int, list[tuple[tuple[int, ...], ...]]] = {
    1: [((),), ((3,),), ((2, 3),), ((0,),), ((2, 0, 3),)],
    2: [
        ((), ()), ((3,), ()), ((), (2, 3)), ((2, 3), (3,)), ((2, 1), (3,)), ((2, 1), (1, 3)),
        ((0,), ()), ((0, 3), (3,)), ((1,), (0,)), ((4, 1, 3), (2, 1)),
    ],
    3: [
        ((), (), ()), ((2, 3), (3,), (2, 1)), ((), (3,), ()), ((2, 1), (), (3,)), ((0,), (), (1,)),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("op", "kind"), CASES, ids=lambda p: getattr(p, "name", ""))
def test_value(op: Elementwise, kind: Any) -> None:
    for seed, shapes in enumerate(SHAPES[op.arity]):
        arrays = inputs(op, shapes, kind, seed)
        made = function(op)(*tensors(arrays))
        assert made.dtype is result_dtype(op, kind), shapes
        assert_same(made, expected_of(op, arrays, kind), made.dtype, 4)


@pytest.mark.parametrize("kind", FLOATS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
def test_layouts(op: Elementwise, kind: Any) -> None:
    """Transposed, expanded and strided operands, longer than the engine's blocks."""
    if not accepts(op, kind):
        kind = int64
    wide = (2, 3000)
    for turned in range(1 << op.arity):
        arrays = inputs(op, [wide] * op.arity, kind)
        operands = [
            t.t().contiguous().t() if turned >> k & 1 else t for k, t in enumerate(tensors(arrays))
        ]
        made = function(op)(*operands)
        assert_same(made, expected_of(op, arrays, kind), made.dtype, 4)
    columns = inputs(op, [(3000, 1)] * op.arity, kind)
    made = function(op)(*(t.expand(3000, 2).t() for t in tensors(columns)))
    wanted = [np.broadcast_to(a, (3000, 2)).T for a in columns]
    assert_same(made, expected_of(op, wanted, kind), made.dtype, 4)


SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.5, -0.5, 1e-300, 1e300, inf, -inf, nan]


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE if op.floats], ids=lambda op: op.name)
def test_special_values(op: Elementwise) -> None:
    """NaN, infinities and zeros; one element and many take different ways through the engine."""
    grid = np.array(list(itertools.product(SPECIAL, repeat=op.arity)))
    columns = [
        np.ascontiguousarray(grid[:, k] > 0 if kind == "bool" else grid[:, k])
        for k, kind in enumerate(op.kinds)
    ]
    many = values_of(function(op)(*tensors(columns)))
    if op.name not in ("clamp", "lerp"):
        expected = expected_of(op, columns, float64)
        if op.name == "sigmoid":
            np.testing.assert_allclose(many, expected, rtol=1e-13, atol=1e-300)
        else:
            np.testing.assert_allclose(many, expected, rtol=1e-13)
    step = 1 if op.arity < 3 else 13
    for row in range(0, len(grid), step):
        one = function(op)(
            *(tapegrad.tensor(c[row], dtype=from_numpy_dtype(c.dtype)) for c in columns)
        )
        np.testing.assert_allclose(values_of(one), many[row], rtol=1e-14, err_msg=str(grid[row]))


@pytest.mark.parametrize(
    ("op", "kind"),
    [(op, kind) for op in ELEMENTWISE for kind in BY_CODE if not accepts(op, kind)],
    ids=lambda p: getattr(p, "name", ""),
)
def test_refused_dtypes(op: Elementwise, kind: Any) -> None:
    """Twice, because the first call may have left a kernel behind."""
    operands = tensors(inputs(op, [(3,)] * op.arity, kind))
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"not implemented for|not supported"):
            function(op)(*operands)
    assert (tapegrad.ones(2) + 1).tolist() == [2.0, 2.0]


def turned_over(t: Any) -> Any:
    return t.permute(tuple(reversed(range(t.ndim))))


@given(
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4, min_side=0),
    name=st.sampled_from(["add", "mul", "div", "maximum", "atan2", "eq", "pow", "remainder"]),
    turned=st.tuples(st.booleans(), st.booleans()),
)
@settings(max_examples=60, deadline=None)
def test_broadcasting(shapes: Any, name: str, turned: tuple[bool, bool]) -> None:
    op = TABLE[name]
    arrays = inputs(op, shapes.input_shapes, float64)
    operands = [
        turned_over(turned_over(t).contiguous()) if turn else t
        for t, turn in zip(tensors(arrays), turned, strict=True)
    ]
    made = function(op)(*operands)
    assert_same(made, expected_of(op, arrays, float64), made.dtype)


def test_shapes_that_do_not_broadcast() -> None:
    a, b = tapegrad.ones(2, 3), tapegrad.ones(2, 2)
    message = r"The size of tensor a \(3\) must match the size of tensor b \(2\) at non-singleton"
    for call in (lambda: a + b, lambda: functions.where(a > 0, b, b), lambda: a.lerp(b, 0.5)):
        with pytest.raises(RuntimeError, match=message):
            call()


# Gradients ----------------------------------------------------------------------------------------

GRADIENT_SHAPES: dict[int, list[tuple[tuple[int, ...], ...]]] = {
    1: [((),), ((3,),), ((2, 3),)],
    2: [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (3,)), ((3,), ()), ((), (2, 3))],
    3: [((), (), ()), ((2, 3), (3,), (2, 1)), ((2, 1), (), (3,)), ((), (2, 3), ())],
}


def gradients(call: Callable[..., Tensor], arrays: list[Array], weights: Array) -> list[Any]:
    """Gradients of ``sum(weights * call(...))``, None for inputs that are no floats."""
    leaves = [t.requires_grad_() if t.is_floating_point() else t for t in tensors(arrays)]
    call(*leaves).backward(tapegrad.tensor(weights, dtype=from_numpy_dtype(weights.dtype)))
    for leaf in leaves:
        if leaf.grad is not None:
            assert leaf.grad.shape == leaf.shape
            assert leaf.grad.dtype is leaf.dtype
    return [None if t.grad is None else values_of(t.grad) for t in leaves]


def difference(call: Callable[..., Tensor], arrays: list[Array], k: int, weights: Array) -> Array:
    """Central differences of ``sum(weights * call(...))`` by input `k`."""
    slope = np.zeros_like(arrays[k])
    for at in np.ndindex(arrays[k].shape):
        sums = []
        for sign in (1, -1):
            moved = [a.copy() for a in arrays]
            moved[k][at] += sign * 1e-6
            sums.append(float((values_of(call(*tensors(moved))) * weights).sum()))
        slope[at] = (sums[0] - sums[1]) / 2e-6
    return slope


def check_gradient(call: Callable[..., Tensor], arrays: list[Array]) -> list[Any]:
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    weights = np.asarray(np.random.default_rng(1).uniform(0.5, 2.0, shape))
    seen = gradients(call, arrays, weights)
    for k, a in enumerate(arrays):
        if a.dtype.kind == "f" and seen[k] is not None:
            slope = difference(call, arrays, k, weights)
            np.testing.assert_allclose(seen[k], slope, rtol=2e-7, atol=2e-7)
    return seen


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=lambda op: op.name)
def test_gradient(op: Elementwise) -> None:
    for seed, shapes in enumerate(GRADIENT_SHAPES[op.arity]):
        seen = check_gradient(function(op), inputs(op, shapes, float64, seed))
        assert [k for k, g in enumerate(seen) if g is not None] == list(op.differentiable_inputs)


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=lambda op: op.name)
def test_gradients_do_not_depend_on_the_layout(op: Elementwise) -> None:
    """One element at a time, all at once, transposed, and in float32."""
    shape = (2, 1500)
    arrays = inputs(op, [shape] * op.arity, float64)
    weights = np.random.default_rng(2).uniform(0.5, 2.0, shape)
    whole = gradients(function(op), arrays, weights)
    turned = gradients(
        lambda *ts: function(op)(*(t.t() for t in ts)),
        [np.ascontiguousarray(a.T) for a in arrays],
        weights,
    )
    halves = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arrays]
    single = gradients(function(op), halves, weights.astype(np.float32))
    for k in op.differentiable_inputs:
        np.testing.assert_allclose(turned[k].T, whole[k], rtol=1e-14, atol=1e-14)
        # The input is rounded too, which the slope's slope magnifies.
        np.testing.assert_allclose(single[k], whole[k], rtol=2e-3, atol=2e-4)
    for at in ((0, 0), (1, 7), (1, 1499)):
        one = gradients(function(op), [np.asarray(a[at]) for a in arrays], np.asarray(weights[at]))
        for k in op.differentiable_inputs:
            np.testing.assert_allclose(one[k], whole[k][at], rtol=1e-13, atol=1e-14)


def test_one_tensor_in_both_places() -> None:
    x = tapegrad.tensor(np.array([0.7, 1.3]), requires_grad=True)
    (x * x / (x + x)).backward(tapegrad.ones(2, dtype=float64))
    np.testing.assert_allclose(x.grad.numpy(), [0.5, 0.5], rtol=1e-15)


def test_numbers_on_both_sides() -> None:
    for call in (
        lambda x: x + 2, lambda x: 2 - x, lambda x: 3 * x, lambda x: 2 / x, lambda x: x / 4,
        lambda x: x**3, lambda x: 2**x, lambda x: x % 0.7, lambda x: functions.pow(1.5, x),
        lambda x: functions.neg(x), lambda x: functions.rsub(x, 2, alpha=3),
        lambda x: functions.add(x, x * x, alpha=0.5), lambda x: x.sub(x * x, alpha=3),
        lambda x: functions.clamp(x, 0.5, 1.0), lambda x: x.clamp(max=1.1), lambda x: x.clip(0.8),
        lambda x: functions.where(x > 1, x, 0.0), lambda x: functions.where(x > 1, 2.0, x * x),
        lambda x: x.lerp(x * x, 0.3), lambda x: x.masked_fill(x > 1, 5.0),
        lambda x: x.where(x > 1, x * 3),
    ):  # fmt: skip
        for shape in ((), (3,), (2, 3)):
            check_gradient(call, [np.random.default_rng(3).uniform(0.4, 1.6, shape)])


#: Slopes at kinks: (call, inputs, gradients).
KINKS = [
    (functions.abs, [0.0], [0.0]),
    (functions.relu, [0.0], [0.0]),
    (functions.sign, [0.0], [0.0]),
    (functions.round, [0.5], [0.0]),
    (functions.maximum, [1.0, 1.0], [0.5, 0.5]),
    (functions.minimum, [1.0, 1.0], [0.5, 0.5]),
    (functions.clamp_min, [1.0, 1.0], [1.0, 0.0]),
    (functions.clamp_max, [1.0, 1.0], [1.0, 0.0]),
    (lambda x: functions.clamp(x, 0, 1), [1.0], [1.0]),
    (lambda x: functions.clamp(x, 0, 1), [-0.1], [0.0]),
    (functions.atan2, [0.0, 0.0], [0.0, 0.0]),
    (functions.pow, [0.0, 2.0], [0.0, 0.0]),
    (functions.sqrt, [0.0], [inf]),
    (lambda x, y: functions.div(x, y, rounding_mode="floor"), [7.0, 0.0], [0.0, 0.0]),
    (lambda x, y: functions.div(x, y, rounding_mode="trunc"), [7.0, 2.0], [0.0, 0.0]),
]


@pytest.mark.parametrize("repeat", [(), (3,), (2, 2)], ids=str)
def test_kinks(repeat: tuple[int, ...]) -> None:
    for call, points, slopes in KINKS:
        arrays = [np.full(repeat, x) for x in points]
        for seen, slope in zip(gradients(call, arrays, np.ones(repeat)), slopes, strict=True):
            np.testing.assert_array_equal(seen, np.full(repeat, slope))


# The functions as PyTorch has them ----------------------------------------------------------------


def test_every_public_name_is_documented() -> None:
    for name in functions.__all__:
        assert getattr(functions, name).__doc__
    for op in ELEMENTWISE:
        assert op.doc.endswith(".")
        assert "\n" not in op.doc
        if op.public and op.name not in HANDWRITTEN:
            assert {op.name, *op.aliases} <= set(functions.__all__)
        assert hasattr(Tensor, op.name)
        assert hasattr(Tensor, op.name + "_") == (op.inplace and op.name != "where")


def test_arithmetic_operators_stay_compiled() -> None:
    for name in ("add", "sub", "mul", "truediv", "pow", "floordiv", "mod"):
        for prefix in ("", "r"):
            method = f"__{prefix}{name}__"
            assert not any(
                method in vars(c) for c in Tensor.__mro__[:-2] if c.__module__ != "tapegrad"
            )


def test_keywords() -> None:
    x, y = tapegrad.tensor([0.5, -2.0]), tapegrad.tensor([1.0, 3.0])
    assert functions.sin(input=x).tolist() == x.sin().tolist()
    assert functions.add(input=x, other=y).tolist() == [1.5, 1.0]
    assert functions.pow(input=x, exponent=2).tolist() == [0.25, 4.0]
    assert functions.clamp(input=x, min=0).tolist() == [0.5, 0.0]
    assert functions.clamp_max(input=x, max=0).tolist() == [0.0, -2.0]
    assert functions.lerp(input=x, end=y, weight=1).tolist() == y.tolist()
    assert functions.where(condition=x > 0, input=x, other=y).tolist() == [0.5, 3.0]
    assert x.atan2(other=y).tolist() == functions.arctan2(x, y).tolist()


def test_not_a_tensor() -> None:
    with pytest.raises(
        TypeError, match=r"sin\(\): argument 'input' \(position 1\) must be Tensor, not float"
    ):
        functions.sin(2.0)  # type: ignore[arg-type]
    x = tapegrad.ones(2)
    with pytest.raises(TypeError, match=r"mul\(\): argument 'other' \(position 1\) must be Tensor"):
        x.mul("a")
    with pytest.raises(TypeError, match=r"mul\(\): argument 'other' \(position 2\).*not str"):
        functions.mul(x, "a")
    with pytest.raises(TypeError, match=r"mul\(\): argument 'input' \(position 1\).*not NoneType"):
        functions.mul(None, x)
    for name in ("pow", "remainder", "eq"):
        with pytest.raises(TypeError, match=r"invalid combination of arguments - got \(int, int\)"):
            getattr(functions, name)(2, 3)
    for name in ("maximum", "atan2", "logical_and"):
        with pytest.raises(TypeError, match=r"'input' \(position 1\) must be Tensor, not int"):
            getattr(functions, name)(2, 3)
    with pytest.raises(TypeError, match=r"clamp\(\) received an invalid comb.* got \(str\)"):
        x.clamp("a")
    with pytest.raises(TypeError, match=r"where\(\) received an invalid comb.*\(Tensor, Tensor\)"):
        functions.where(x > 0, x)
    with pytest.raises(TypeError, match=r"add_\(\): argument 'other'.*not str"):
        x.add_("a")


def test_out() -> None:
    x = tapegrad.tensor([0.5, -2.0])
    for kind in FLOATS:
        out = tapegrad.zeros(2, dtype=kind)
        assert functions.sin(x, out=out) is out
        np.testing.assert_allclose(out.numpy(), np.sin([0.5, -2.0]), rtol=1e-6)
    empty = tapegrad.zeros(0)
    assert functions.add(x, 1, out=empty).tolist() == [1.5, -1.0]
    assert empty.shape == (2,)
    other = tapegrad.zeros(3)
    with pytest.warns(UserWarning, match="An output with one or more elements was resized"):
        functions.mul(x, x, out=other)
    assert other.tolist() == [0.25, 4.0]
    functions.eq(x, 0.5, out=other)
    assert other.tolist() == [1.0, 0.0]
    functions.where(x > 0, x, 0.0, out=other)
    functions.sin(x, out=x)
    np.testing.assert_allclose(x.numpy(), np.sin([0.5, -2.0]), rtol=1e-6)


def test_out_keeps_views_in_step() -> None:
    base = tapegrad.zeros(2, 2)
    functions.exp(tapegrad.zeros(4), out=base.view(4))
    assert base.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_out_errors() -> None:
    x, leaf = tapegrad.ones(2), tapegrad.ones(2, requires_grad=True)
    message = r"sin\(\): functions with out=... arguments don't support automatic differentiation"
    for call in (
        lambda: functions.sin(leaf, out=x),
        lambda: functions.sin(x, out=leaf),
    ):
        with pytest.raises(RuntimeError, match=message):
            call()
    with tapegrad.no_grad():
        functions.sin(leaf, out=x)
    with pytest.raises(
        RuntimeError, match="result type Float can't be cast to the desired output type Long"
    ):
        functions.sin(x, out=tapegrad.zeros(2, dtype=int64))
    with pytest.raises(TypeError, match=r"sin\(\): argument 'out' must be Tensor, not int"):
        functions.sin(x, out=2)


# Hand-written ones --------------------------------------------------------------------------------


def test_alpha() -> None:
    i, f = tapegrad.tensor([1, 2]), tapegrad.tensor([1.0, 2.0])
    assert functions.add(i, i, alpha=3).tolist() == [4, 8]
    assert functions.sub(f, 1, alpha=2).tolist() == [-1.0, 0.0]
    assert functions.add(f, i, alpha=0.5).tolist() == [1.5, 3.0]
    assert functions.rsub(f, 1).tolist() == [0.0, -1.0]
    with pytest.raises(RuntimeError, match="alpha must not be a floating point number"):
        functions.add(i, i, alpha=0.5)
    with pytest.raises(TypeError, match="argument 'alpha' must be Number, not str"):
        functions.add(i, i, alpha="a")


@pytest.mark.parametrize("kind", [float64, *INTEGERS], ids=lambda kind: kind.name)
def test_rounding_mode(kind: Any) -> None:
    a = np.array([7, -7, 8, -8, 0]).astype(kind.numpy)
    for b in (np.array([2, 2, -3, 4, 5]).astype(kind.numpy), 2, -3):
        x = tapegrad.tensor(a, dtype=kind)
        y = tapegrad.tensor(b, dtype=kind) if isinstance(b, np.ndarray) else b
        floor = functions.div(x, y, rounding_mode="floor")
        trunc = functions.div(x, y, rounding_mode="trunc")
        assert floor.dtype is trunc.dtype is kind
        assert floor.tolist() == np.floor_divide(a, b).tolist()
        assert trunc.tolist() == np.trunc(a / np.asarray(b)).tolist()
        assert x.div(y, rounding_mode="trunc").tolist() == trunc.tolist()
    with pytest.raises(RuntimeError, match="rounding_mode to be one of None, 'trunc', or 'floor'"):
        functions.div(x, 2, rounding_mode="up")


def test_round_to_decimals() -> None:
    x = tapegrad.tensor(np.array([1.2345, -2.555, 1250.0, 1350.0]))
    assert x.round(decimals=2).tolist() == np.round(x.numpy(), 2).tolist()
    assert x.round(decimals=-2).tolist() == [0.0, -0.0, 1200.0, 1400.0]
    with pytest.raises(NotImplementedError, match="\"round_cpu\" not implemented for 'Long'"):
        tapegrad.tensor([1]).round(decimals=1)


def test_clamp() -> None:
    x = tapegrad.tensor([-1.0, 0.5, 3.0])
    low = tapegrad.tensor([0.0, 0.6, 0.0])
    assert x.clamp(0, 1).tolist() == [0.0, 0.5, 1.0]
    assert x.clamp(1, 0).tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(
        x.clamp(low, tapegrad.tensor(2.0)).numpy(), [0.0, 0.6, 2.0], rtol=1e-7
    )
    assert tapegrad.tensor([1, 5]).clamp(max=2.5).tolist() == [1.0, 2.5]
    assert tapegrad.tensor([1, 5]).clamp(max=2).dtype is int64
    with pytest.raises(RuntimeError, match="At least one of 'min' or 'max' must not be None"):
        x.clamp()


def test_where() -> None:
    x = tapegrad.tensor([[0.0, 2.0], [3.0, 0.0]])
    assert [k.tolist() for k in functions.where(x)] == [[0, 1], [1, 0]]
    assert functions.where(x > 0, 1, 0).dtype is int64
    assert functions.where(x > 0, 1, 0.5).dtype is float32
    assert functions.where(x > 0, tapegrad.tensor([1, 2]), 0.5).dtype is float32
    with pytest.raises(RuntimeError, match="where expected condition to be a boolean tensor"):
        functions.where(x, x, x)


def test_lerp_wants_one_dtype() -> None:
    x = tapegrad.ones(2)
    with pytest.raises(RuntimeError, match="expected dtype float for `end` but got dtype double"):
        x.lerp(x.double(), 0.5)
    with pytest.raises(RuntimeError, match="for `weight` but got dtype double"):
        x.lerp(x, x.double())


def test_closeness() -> None:
    x = tapegrad.tensor([1.0, 2.0, nan, inf])
    y = tapegrad.tensor([1.0 + 5e-6, 2.1, nan, inf])
    assert functions.isclose(x, y).tolist() == [True, False, False, True]
    assert x.isclose(y, equal_nan=True, atol=0.2).tolist() == [True] * 4
    assert functions.allclose(x, y, atol=0.2, equal_nan=True)
    assert not functions.allclose(x, y)
    assert functions.equal(y, y.clone()) is False  # NaN
    assert functions.equal(tapegrad.ones(2), tapegrad.ones(2)) is True
    assert functions.equal(tapegrad.ones(2), tapegrad.ones(1)) is False
    with pytest.raises(RuntimeError, match="Float did not match Double"):
        x.isclose(x.double())
    with pytest.raises(RuntimeError, match="rtol must be greater than or equal to zero"):
        x.isclose(x, rtol=-1)
    with pytest.raises(TypeError, match=r"equal\(\): argument 'other' \(position 2\)"):
        functions.equal(x, 2)
