"""Dtypes of results, operands that are no tensors, and what integers and bools refuse."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pytest

import tapegrad
from tapegrad import engine
from tapegrad._tensor import Tensor
from tapegrad.dtypes import BY_CODE, bool_, dtype, float32, float64, int32, int64
from tapegrad.ops import elementwise_functions as functions

OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
    operator.and_, operator.or_, operator.xor,
]  # fmt: skip
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
BITWISE = ("and_", "or_", "xor")
CHAIN = (bool_, int32, int64, float32, float64)


def category(kind: dtype) -> int:
    return 2 if kind.is_floating_point else 0 if kind is bool_ else 1


def promoted(a: dtype, a_dims: int, b: dtype, b_dims: int) -> dtype:
    """PyTorch's rule: an operand of fewer dimensions counts only if its category is above."""
    if (a_dims > 0) != (b_dims > 0):
        high, low = (a, b) if a_dims else (b, a)
        return low if category(low) > category(high) else high
    return max(a, b, key=CHAIN.index)


def make(kind: dtype, dims: int, values: list[int]) -> Tensor:
    data = np.array(values if dims else values[0]).astype(kind.numpy)
    return tapegrad.tensor(data, dtype=kind)


def values_of(t: Tensor) -> Any:
    return engine.readable(t).copy()


def refused(name: str, a: dtype, b: dtype) -> bool:
    floating = a.is_floating_point or b.is_floating_point
    if name in BITWISE:
        return floating
    if name == "sub":
        return bool_ in (a, b)
    return name in ("floordiv", "mod", "pow") and a is b is bool_


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
def test_two_tensors(op: Any) -> None:
    name = op.__name__
    for (a, b), (m, n) in itertools.product(
        itertools.product(BY_CODE, repeat=2), itertools.product((0, 1), repeat=2)
    ):
        x, y = make(a, m, [3, 0, 2]), make(b, n, [1, 1, 1])
        if refused(name, a, b):
            with pytest.raises(RuntimeError, match=r"not supported|not implemented for"):
                op(x, y)
            continue
        common = promoted(a, m, b, n)
        made = op(x, y)
        if name in COMPARISONS:
            assert made.dtype is bool_
        elif name == "truediv" and not common.is_floating_point:
            assert made.dtype is float32
        else:
            assert made.dtype is common, (a, m, b, n)
        left, right = (values_of(t).astype(common.numpy) for t in (x, y))
        np.testing.assert_allclose(values_of(made), op(left, right), rtol=1e-6)


@pytest.mark.parametrize("kind", BY_CODE, ids=lambda kind: kind.name)
@pytest.mark.parametrize("dims", [0, 1])
def test_numbers_raise_the_category_only(kind: dtype, dims: int) -> None:
    x = make(kind, dims, [1, 0])
    for number, at_least in ((True, bool_), (2, int64), (1.5, float32)):
        wanted = kind if category(at_least) <= category(kind) else at_least
        for made in (x + number, number + x, x * number, number * x):
            assert made.dtype is wanted, number
        for value in (np.float64(number), np.float32(number)):
            wanted = kind if kind.is_floating_point else float32
            assert (x * value).dtype is wanted
            assert (value * x).dtype is wanted
    assert (x / 2).dtype is (kind if kind.is_floating_point else float32)
    assert (x == 1).dtype is bool_


def test_default_dtype_decides_for_integers() -> None:
    x = tapegrad.tensor([1, 2])
    tapegrad.dtypes.set_default_dtype(float64)
    try:
        assert (x + 0.5).dtype is float64
        assert functions.sin(x).dtype is float64
    finally:
        tapegrad.dtypes.set_default_dtype(float32)
    assert (x + 0.5).dtype is float32


def test_gradients_come_back_in_the_leaf_dtype() -> None:
    a = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    b = tapegrad.tensor(np.array([3.0, 4.0]), requires_grad=True)
    c = tapegrad.tensor(np.array(2.0), requires_grad=True)
    made = a * b * c
    assert made.dtype is float64
    made.backward(tapegrad.ones(2, dtype=float64))
    for leaf, slope in ((a, [6.0, 8.0]), (b, [2.0, 4.0]), (c, 11.0)):
        assert leaf.grad is not None
        assert leaf.grad.dtype is leaf.dtype
        assert leaf.grad.tolist() == slope
    (a * tapegrad.tensor([2, 3])).backward(tapegrad.ones(2))
    assert a.grad.tolist() == [8.0, 11.0]  # type: ignore[union-attr]


# Operands that are no tensors ---------------------------------------------------------------------


def test_arrays_on_both_sides() -> None:
    x, array = tapegrad.tensor([1.0, 2.0]), np.array([10.0, 20.0])
    for made in (x + array, array + x):
        assert isinstance(made, Tensor)
        assert made.dtype is float64
        assert made.tolist() == [11.0, 22.0]
    assert (array - x).tolist() == [9.0, 18.0]
    assert (x == np.array([1.0, 0.0])).tolist() == [True, False]
    assert (tapegrad.tensor([1, 2]) & np.array([1, 1])).tolist() == [1, 0]


def test_array_operands_get_gradients_through() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    (np.array([3.0, 4.0]) * x).backward(tapegrad.ones(2, dtype=float64))
    assert x.grad.tolist() == [3.0, 4.0]  # type: ignore[union-attr]


def test_equality_with_foreign_objects() -> None:
    x = tapegrad.tensor([1.0, 2.0])
    foreign: Any
    for foreign in (None, "a", [1.0, 2.0], object()):
        assert (x == foreign) is False
        assert (x != foreign) is True
        assert (foreign == x) is False
    assert (x == 1).tolist() == [True, False]
    assert (x != 1).tolist() == [False, True]
    assert operator.lt(1, x).tolist() == [False, True]


@pytest.mark.parametrize(
    "foreign", [None, "a", [1.0], object(), {}], ids=lambda v: type(v).__name__
)
def test_foreign_operands(foreign: Any) -> None:
    x = tapegrad.ones(2)
    for op in (*OPERATORS[:7], *OPERATORS[13:]):
        for left, right in ((x, foreign), (foreign, x)):
            if op is operator.mod and isinstance(left, str):
                continue  # formatting
            with pytest.raises(TypeError, match=r"unsupported operand|concatenate|an index"):
                op(left, right)
    for op in OPERATORS[7:11]:
        with pytest.raises(TypeError, match="not supported between instances"):
            op(x, foreign)
    with pytest.raises(TypeError, match="unsupported operand type"):
        x += foreign
    assert (x * 2).tolist() == [2.0, 2.0]


def test_the_other_operand_may_take_over() -> None:
    class Unit:
        def __radd__(self, other: object) -> str:
            return "radd"

        def __rand__(self, other: object) -> str:
            return "rand"

        def __gt__(self, other: object) -> str:
            return "gt"

    x = tapegrad.ones(2)
    assert x + Unit() == "radd"
    assert x & Unit() == "rand"
    assert (x < Unit()) == "gt"


def test_big_integers() -> None:
    long, short = tapegrad.tensor([1, 2]), tapegrad.tensor([1, 2], dtype=int32)
    with pytest.raises(OverflowError, match="int too big to convert"):
        _ = long + 2**70
    with pytest.raises(OverflowError, match="int too big to convert"):
        _ = long == 2**63
    assert (long + 2**40).tolist() == [1 + 2**40, 2 + 2**40]
    assert (short + 2**40).tolist() == [1, 2]  # wraps, as in PyTorch
    assert (tapegrad.tensor([1.0]) + 2**70).tolist() == [float(np.float32(2.0**70))]


# What integers and bools refuse -------------------------------------------------------------------


def test_bitwise_operators() -> None:
    a, b = tapegrad.tensor([6, 5]), tapegrad.tensor([3, 1])
    assert (a & b).tolist() == [2, 1]
    assert (a | b).tolist() == [7, 5]
    assert (a ^ b).tolist() == [5, 4]
    assert (~a).tolist() == [-7, -6]
    assert (1 | a).tolist() == [7, 5]
    mask = tapegrad.tensor([True, False])
    assert (~mask).tolist() == [False, True]
    assert (mask & True).tolist() == [True, False]
    assert (mask ^ mask).dtype is bool_
    assert (mask | a).dtype is int64
    x = tapegrad.ones(2)
    for call in (lambda: x & x, lambda: a & 1.5, lambda: x & a, lambda: x.bitwise_and(1)):
        with pytest.raises(RuntimeError, match="\"bitwise_and_cpu\" not implemented for 'Float'"):
            call()
    with pytest.raises(TypeError, match="only implemented on integer and Boolean-type tensors"):
        _ = ~x


def test_integer_division_by_zero() -> None:
    """Each twice, alternating with what is allowed: no check may be skipped once kernels exist."""
    for kind in (int64, int32):
        a, zero = make(kind, 1, [5, -7]), make(kind, 1, [0, 2])
        calls: list[Any] = [
            lambda a=a: a // 0, lambda a=a: a % 0, lambda a=a, z=zero: a // z,
            lambda a=a, z=zero: a % z, lambda a=a: a.clone().floor_divide_(0),
            lambda a=a: a.clone().remainder_(0), lambda a=a, z=zero: 1 // z,
            lambda a=a, z=zero: functions.div(a, z, rounding_mode="trunc"),
            lambda a=a, z=zero: functions.floor_divide(a, z),
        ]  # fmt: skip
        for _ in range(2):
            for call in calls:
                with pytest.raises(RuntimeError, match="ZeroDivisionError"):
                    call()
                assert (a // 2).tolist() == [2, -4]
                assert (a % make(kind, 1, [3, 3])).tolist() == [2, 2]
        assert (a / 0).tolist() == [np.inf, -np.inf]
    assert (tapegrad.tensor([1.0]) // 0).tolist() == [np.inf]


def test_negative_integer_powers() -> None:
    a, minus = tapegrad.tensor([2, 3]), tapegrad.tensor([1, -1])
    for _ in range(2):
        for call in (lambda: a**-1, lambda: a.pow(-2), lambda: a.pow_(-1)):
            with pytest.raises(RuntimeError, match="Integers to negative integer powers"):
                call()
        assert (a**2).tolist() == [4, 9]
        assert (a**a).tolist() == [4, 27]
        assert (a**minus).tolist() == [2, 0]
        assert (tapegrad.tensor([1, -1, -1, 0]) ** tapegrad.tensor([-3, -2, -3, -1])).tolist() == [
            1, 1, -1, 0,
        ]  # fmt: skip
        assert tapegrad.tensor([5, 7]).pow_(minus).tolist() == [5, 0]
    assert (2**minus).tolist() == [2, 0]
    assert (2**a).tolist() == [4, 8]
    assert ((-1) ** a).tolist() == [1, -1]
    np.testing.assert_allclose(values_of(a**-1.0), [0.5, 1 / 3], rtol=1e-6)


def test_bool_arithmetic() -> None:
    mask = tapegrad.tensor([True, False])
    assert (mask + mask).tolist() == [True, False]
    assert (mask * mask).dtype is bool_
    assert (mask / True).dtype is float32
    message = "Subtraction, the `-` operator, with a bool tensor is not supported"
    for call in (lambda: mask - 1, lambda: 1 - mask, lambda: tapegrad.ones(2) - mask):
        with pytest.raises(RuntimeError, match=message):
            call()
    with pytest.raises(RuntimeError, match="with two bool tensors is not supported"):
        _ = mask - mask
    with pytest.raises(RuntimeError, match="Negation, the `-` operator, on a bool tensor"):
        functions.neg(mask)
    with pytest.raises(RuntimeError, match=r"The `\+` operator, on a bool tensor"):
        _ = +mask
    with pytest.raises(RuntimeError, match="Boolean inputs not supported for relu"):
        mask.relu()


def test_negation_operator() -> None:
    for kind in (float32, float64, int64, int32):
        x = make(kind, 1, [1, -2])
        assert (-x).dtype is kind
        assert (-x).tolist() == [-1, 2]
    assert (-tapegrad.tensor(2.0)).tolist() == -2.0
    assert abs(tapegrad.tensor([-3, 2])).tolist() == [3, 2]
    x = tapegrad.tensor([1.0])
    assert (+x) is x
    with pytest.raises(RuntimeError, match="Negation, the `-` operator, on a bool tensor"):
        _ = -tapegrad.tensor([True])


def test_whole_numbers_round_to_themselves() -> None:
    for kind in (int64, int32):
        x = make(kind, 1, [3, -4])
        for name in ("floor", "ceil", "round", "trunc", "fix"):
            made = getattr(functions, name)(x)
            assert made.dtype is kind
            assert made.tolist() == [3, -4]
            assert made is not x
    mask = tapegrad.tensor([True, False])
    assert functions.sign(mask).tolist() == [True, False]
    assert functions.square(mask).dtype is int64
    assert functions.isnan(mask).tolist() == [False, False]
