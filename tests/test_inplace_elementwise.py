"""In-place elementwise methods: value, gradient, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import tapegrad
from tapegrad import engine
from tapegrad._tensor import Tensor
from tapegrad.dtypes import bool_, float32, float64, int64
from tapegrad.ops.elementwise import ELEMENTWISE, Elementwise

Array = npt.NDArray[Any]
INPLACE = [op for op in ELEMENTWISE if op.inplace and op.name != "where"]
FLOATING = [op for op in INPLACE if op.differentiable_inputs]
STALE = "modified by an inplace operation"


def values_of(t: Tensor) -> Array:
    return engine.readable(t).copy()


def draw(op: Elementwise, shapes: Any) -> list[Array]:
    rng = np.random.default_rng([*map(ord, op.name)])
    return [
        np.asarray(rng.uniform(low, high, shape))
        for (low, high), shape in zip(op.domains, shapes, strict=True)
    ]


def leaves_of(arrays: list[Array]) -> list[Tensor]:
    return [tapegrad.tensor(a, dtype=float64, requires_grad=True) for a in arrays]


def method(op: Elementwise, inplace: bool) -> Callable[..., Tensor]:
    def call(first: Tensor, *others: Any) -> Tensor:
        made: Tensor = getattr(first, op.name + "_" * inplace)(*others)
        return made

    return call


SHAPES = {1: [((),), ((2, 3),)], 2: [((), ()), ((2, 3), (3,)), ((3,), (1,))]}
SHAPES[3] = [((), (), ()), ((2, 3), (3,), (2, 1))]  # type: ignore[list-item]


def close(found: Any, expected: Any) -> None:
    """Compare to 2 ULP: out of place, one element is computed with libm, not the vector loop."""
    if expected is None:
        assert found is None
    else:
        np.testing.assert_allclose(found, expected, rtol=2 * np.finfo(np.float64).eps, atol=0)


@pytest.mark.parametrize("op", FLOATING, ids=lambda op: op.name)
def test_value_and_gradient_are_those_of_the_function(op: Elementwise) -> None:
    for shapes in SHAPES[op.arity]:
        arrays = draw(op, shapes)
        results = []
        for inplace in (False, True):
            leaves = leaves_of(arrays)
            start = leaves[0] * 1
            made = method(op, inplace)(start, *leaves[1:])
            assert (made is start) == inplace
            assert made.requires_grad
            (made * made).backward(tapegrad.ones(tuple(made.shape), dtype=float64))
            grads = [None if t.grad is None else values_of(t.grad) for t in leaves]
            results.append([values_of(made), *grads])
        for out_of_place, in_place in zip(*results, strict=True):
            close(in_place, out_of_place)


@pytest.mark.parametrize("op", INPLACE, ids=lambda op: op.name)
def test_value_without_a_graph(op: Elementwise) -> None:
    kind = float64 if op.floats else int64
    for shapes in SHAPES[op.arity]:
        arrays = [np.ceil(a) if kind is int64 else a for a in draw(op, shapes)]
        tensors = [tapegrad.tensor(a.astype(kind.numpy), dtype=kind) for a in arrays]
        expected = method(op, False)(*tensors)
        first = tensors[0]
        address, version = first.data_ptr(), first._version
        assert method(op, True)(*tensors) is first
        assert first.data_ptr() == address
        assert first._version > version or op.name in ("floor", "ceil", "round", "trunc")
        assert first.dtype is kind
        close(values_of(first), values_of(expected).astype(kind.numpy))


@pytest.mark.parametrize("name", ["sin", "exp", "mul", "clamp", "eq"])
def test_strided_targets(name: str) -> None:
    """Longer than the engine's blocks, in memory that is not row-major."""
    op = next(op for op in ELEMENTWISE if op.name == name)
    arrays = draw(op, [(3000, 2)] * op.arity)
    base = tapegrad.tensor(arrays[0])
    others = [tapegrad.tensor(a).t() for a in arrays[1:]]
    expected = values_of(method(op, False)(base.t().clone(), *others))
    method(op, True)(base.t(), *others)
    np.testing.assert_array_equal(values_of(base), expected.T)


def test_operators() -> None:
    x = first = tapegrad.tensor([1.0, 5.0])
    x += 2
    x -= tapegrad.tensor([1.0, 1.0])
    x *= 3
    x /= 2
    x **= 2
    x //= 2
    x %= 7
    assert x is first
    assert x.tolist() == [4.0, 5.0]
    i = whole = tapegrad.tensor([6, 5])
    i &= 3
    i |= 8
    i ^= tapegrad.tensor([1, 1])
    assert i is whole
    assert i.tolist() == [11, 8]


def test_reading_the_target_while_writing_it() -> None:
    x = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    x.add_(x.t())
    assert x.tolist() == [[2.0, 5.0], [5.0, 8.0]]
    x.mul_(x)
    assert x.tolist() == [[4.0, 25.0], [25.0, 64.0]]
    leaf = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = leaf * 1
    y.mul_(y)
    y.backward(tapegrad.ones(2))
    assert leaf.grad.tolist() == [2.0, 4.0]  # type: ignore[union-attr]


# Version counters ---------------------------------------------------------------------------------

READS_INPUT = [op.name for op in FLOATING if op.arity == 1 and op.name in ("sin", "log", "square")]
READS_OUTPUT = ["exp", "tanh", "sigmoid", "sqrt"]


@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
@pytest.mark.parametrize("name", [*READS_INPUT, "mul"])
def test_stale_inputs(name: str, shape: tuple[int, ...]) -> None:
    leaf = tapegrad.tensor(np.full(shape, 0.5), requires_grad=True)
    x = leaf * 1
    made = x * x if name == "mul" else getattr(x, name)()
    x.add_(1)
    with pytest.raises(RuntimeError, match=STALE):
        made.backward(tapegrad.ones(shape, dtype=float64))
    check_engine()


@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
@pytest.mark.parametrize("name", READS_OUTPUT)
def test_stale_outputs(name: str, shape: tuple[int, ...]) -> None:
    leaf = tapegrad.tensor(np.full(shape, 0.5), requires_grad=True)
    made = getattr(leaf * 1, name)()
    made.mul_(2)
    with pytest.raises(RuntimeError, match=STALE):
        made.backward(tapegrad.ones(shape, dtype=float64))
    check_engine()


@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
def test_what_was_not_saved_may_change(shape: tuple[int, ...]) -> None:
    """Sums save nothing, a quotient not its output, and a product with a constant only that."""
    leaf = tapegrad.tensor(np.full(shape, 0.5), requires_grad=True)
    x = leaf * 3
    total = x + 1
    x.mul_(2)
    quotient = total / 4
    quotient.add_(1)
    quotient.backward(tapegrad.ones(shape, dtype=float64))
    np.testing.assert_array_equal(values_of(leaf.grad), np.full(shape, 0.75))  # type: ignore[arg-type]


def test_writes_through_detached_memory_are_seen() -> None:
    leaf = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    x = leaf * 1
    made = x.sin()
    x.detach().zero_()
    with pytest.raises(RuntimeError, match=STALE):
        made.backward(tapegrad.ones(2))
    check_engine()


def check_engine() -> None:
    """The next gradient is right."""
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    (x * x).backward(tapegrad.ones(2))
    assert x.grad.tolist() == [2.0, 4.0]  # type: ignore[union-attr]


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("op", FLOATING, ids=lambda op: op.name)
def test_leaves(op: Elementwise) -> None:
    arrays = draw(op, [(2,)] * op.arity)
    leaf, *others = leaves_of(arrays)
    with pytest.raises(
        RuntimeError, match="a leaf Variable that requires grad is being used in an in-place"
    ):
        method(op, True)(leaf, *others)
    np.testing.assert_array_equal(values_of(leaf), arrays[0])
    with tapegrad.no_grad():
        method(op, True)(leaf, *others)
    assert leaf.requires_grad
    assert leaf.is_leaf


def test_views_of_leaves() -> None:
    leaf = tapegrad.ones(2, 2, requires_grad=True)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
        leaf.view(4).mul_(2)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
        leaf.t().zero_()


def test_result_types() -> None:
    i, mask = tapegrad.tensor([1, 2]), tapegrad.tensor([True, False])
    for call in (lambda: i.add_(1.5), lambda: i.div_(2), lambda: i.sin_(), lambda: i.mul_(0.5)):
        with pytest.raises(
            RuntimeError, match="result type Float can't be cast to the desired output type Long"
        ):
            call()
    with pytest.raises(RuntimeError, match=r"result type Long can't be cast to .* type Bool"):
        mask.add_(1)
    assert i.tolist() == [1, 2]
    x = tapegrad.tensor([1.0, 2.0])
    x.add_(tapegrad.tensor(np.array([0.5, 0.5])))
    assert x.dtype is float32
    assert x.eq_(2.5).tolist() == [0.0, 1.0]
    assert x.logical_not_().tolist() == [1.0, 0.0]
    assert i.clone().floor_().tolist() == [1, 2]


def test_shapes() -> None:
    x = tapegrad.ones(3)
    message = r"output with shape \[3\] doesn't match the broadcast shape \[2, 3\]"
    for call in (
        lambda: x.add_(tapegrad.ones(2, 3)),
        lambda: x.copy_(tapegrad.ones(2, 3)),
        lambda: x.masked_fill_(tapegrad.ones(2, 3) > 0, 0),
    ):
        with pytest.raises(RuntimeError, match=message):
            call()
    with pytest.raises(RuntimeError, match=r"size of tensor a \(3\) must match .* tensor b \(2\)"):
        x.mul_(tapegrad.ones(2))
    with pytest.raises(RuntimeError, match=r"size of tensor a \(3\) must match .* tensor b \(2\)"):
        x.copy_(tapegrad.ones(2))
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        tapegrad.ones(1).expand(3).add_(1)
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_bitwise_and_bool_checks() -> None:
    x, mask = tapegrad.ones(2), tapegrad.tensor([True, False])
    with pytest.raises(RuntimeError, match="\"bitwise_and_cpu\" not implemented for 'Float'"):
        x &= x
    with pytest.raises(RuntimeError, match="\"bitwise_not_cpu\" not implemented for 'Float'"):
        x.bitwise_not_()
    with pytest.raises(RuntimeError, match="with two bool tensors is not supported"):
        mask -= mask
    with pytest.raises(RuntimeError, match="Negation, the `-` operator, on a bool tensor"):
        mask.neg_()


# Plain writes -------------------------------------------------------------------------------------


def test_fill_and_zero() -> None:
    x = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.fill_(2.5) is x
    assert x.tolist() == [[2.5, 2.5], [2.5, 2.5]]
    x.t().fill_(tapegrad.tensor(7))
    assert x.zero_().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert tapegrad.tensor([1, 2]).fill_(2.7).tolist() == [2, 2]
    assert tapegrad.tensor([True, False]).fill_(3).tolist() == [True, True]
    with pytest.raises(RuntimeError, match="fill_ only supports 0-dimension value tensor"):
        x.fill_(tapegrad.ones(1))
    with pytest.raises(OverflowError, match="int too big to convert"):
        tapegrad.tensor([1]).fill_(2**70)
    with pytest.raises(RuntimeError, match="value cannot be converted to type int without"):
        tapegrad.tensor([1], dtype=tapegrad.int32).fill_(2**40)
    with pytest.raises(TypeError, match=r"fill_\(\) received an invalid combination.*\(str\)"):
        x.fill_("a")


def test_filling_cuts_the_gradient() -> None:
    leaf = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    x = leaf * 3
    x.masked_fill_(tapegrad.tensor([True, False]), 5)
    x.backward(tapegrad.ones(2))
    assert x.tolist() == [5.0, 6.0]
    assert leaf.grad.tolist() == [0.0, 3.0]  # type: ignore[union-attr]


def test_masked_fill() -> None:
    i, mask = tapegrad.tensor([1, 2]), tapegrad.tensor([True, False])
    assert i.masked_fill(mask, 3.5).tolist() == [3, 2]
    assert i.masked_fill(tapegrad.tensor([[True], [False]]), 0).tolist() == [[0, 0], [1, 2]]
    with pytest.raises(RuntimeError, match="only supports boolean masks"):
        i.masked_fill(i, 1)
    x = tapegrad.tensor([1.0, 2.0])
    value = tapegrad.tensor(4.0, requires_grad=True)
    x.masked_fill(mask, value).backward(tapegrad.ones(2))
    assert value.grad.tolist() == 1.0  # type: ignore[union-attr]


def test_copy() -> None:
    target = tapegrad.zeros(2, 3)
    leaf = tapegrad.tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True)
    assert target.copy_(leaf) is target
    assert target.tolist() == [[1.0, 2.0, 3.0]] * 2
    assert target.dtype is float32
    assert target.requires_grad
    target.backward(tapegrad.ones(2, 3))
    assert leaf.grad.dtype is float64  # type: ignore[union-attr]
    assert leaf.grad.tolist() == [2.0, 2.0, 2.0]  # type: ignore[union-attr]
    assert tapegrad.zeros(2, dtype=bool_).copy_(tapegrad.tensor([0.0, 2.0])).tolist() == [
        False,
        True,
    ]
    assert tapegrad.zeros(2).copy_(2.0).tolist() == [2.0, 2.0]


def test_in_place_on_a_view_reaches_the_base() -> None:
    leaf = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    base = leaf * 1
    column = base.t()
    column.mul_(tapegrad.tensor([2.0, 3.0]))
    base.exp_()
    assert column.requires_grad
    base.backward(tapegrad.ones(2, 2))
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    factors = np.array([[2.0, 2.0], [3.0, 3.0]])
    np.testing.assert_allclose(values_of(base), np.exp(values * factors), rtol=1e-6)
    np.testing.assert_allclose(
        values_of(leaf.grad),  # type: ignore[arg-type]
        factors * np.exp(values * factors),
        rtol=1e-6,
    )


def test_alpha_and_rounding() -> None:
    x = tapegrad.tensor([1.0, 2.0])
    assert x.add_(x.clone(), alpha=2).tolist() == [3.0, 6.0]
    assert x.sub_(1, alpha=2).tolist() == [1.0, 4.0]
    assert x.div_(tapegrad.tensor([2.0, 3.0]), rounding_mode="trunc").tolist() == [0.0, 1.0]
    assert tapegrad.tensor([7, -7]).div_(2, rounding_mode="trunc").tolist() == [3, -3]
    assert tapegrad.tensor([1.26]).round_(decimals=1).tolist() == [float(np.float32(1.3))]
    with pytest.raises(RuntimeError, match="alpha must not be a floating point number"):
        tapegrad.tensor([1]).add_(1, alpha=0.5)
