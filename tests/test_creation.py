"""Functions that make tensors: values, dtypes, seeds, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tapegrad as c
from tapegrad import dtypes, random
from tapegrad import legacy_types as old
from tapegrad._tensor import Tensor
from tapegrad.dtypes import bool_, float32, float64, int32, int64
from tapegrad.random_streams import Generator
from tapegrad.size import Size

INFERRED: list[tuple[Any, dtypes.dtype]] = [
    (1, int64), (1.5, float32), (True, bool_), ([], float32), ([[], []], float32),
    ([1, 2.5], float32), ([True, 2], int64), ([True, 2.0], float32), ((1, 2), int64),
    (range(3), int64), (np.float64(1.5), float64), (np.float32(1.5), float32),
    ([np.float64(1.5)], float64), ([1.5, np.float64(1.5)], float64), ([np.float32(1), 2], float32),
    ([np.int32(1)], int32), (np.ones((2, 2)), float64),
    (np.array(1.5), float64), ([np.bool_(True)], bool_), ([[1.0], [2]], float32),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(INFERRED)))
def test_dtype_and_values_of_data(case: int) -> None:
    data, kind = INFERRED[case]
    made = c.tensor(data)
    assert made.dtype is kind
    expected = np.array(data, kind.numpy)
    np.testing.assert_array_equal(made.numpy(), expected)
    assert made.shape == expected.shape


numbers = st.integers(-(2**31), 2**31 - 1) | st.floats(width=32) | st.booleans()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(numbers, min_size=2, max_size=2), max_size=4))
def test_nested_lists(data: list[list[Any]]) -> None:
    made = c.tensor(data)
    flat = [x for row in data for x in row]
    if any(isinstance(x, float) for x in flat) or not flat:
        kind = float32
    elif any(type(x) is int for x in flat):
        kind = int64
    else:
        kind = bool_
    assert made.dtype is kind
    shape = (len(data), 2) if data else (0,)
    np.testing.assert_array_equal(made.numpy(), np.array(flat, kind.numpy).reshape(shape))


def test_tensor_copies_and_as_tensor_shares() -> None:
    a = np.zeros(2)
    copied, shared = c.tensor(a), c.as_tensor(a)
    a[0] = 1
    assert copied.tolist() == [0.0, 0.0]
    assert shared.tolist() == [1.0, 0.0]
    assert c.as_tensor(shared) is shared
    assert c.as_tensor(a, dtype=float32).dtype is float32
    assert c.asarray(a, copy=True).data_ptr() != shared.data_ptr()
    with pytest.raises(ValueError, match="can't alias"):
        c.asarray([1], copy=False)
    with pytest.warns(UserWarning, match=r"recommended to use sourceTensor\.detach\(\)\.clone\(\)"):
        again = c.tensor(shared)
    again[0] = 7
    assert a[0] == 1


def test_a_list_of_arrays_is_slow() -> None:
    c.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match="list of numpy.ndarrays is extremely slow"):
            made = c.tensor([np.ones(2), np.zeros(2)])
    finally:
        c.set_warn_always(False)
    assert made.dtype is float64
    assert made.tolist() == [[1.0, 1.0], [0.0, 0.0]]


def test_conversions_follow_pytorch() -> None:
    assert c.tensor(1.9, dtype=int64).item() == 1
    assert c.tensor([2, 0], dtype=bool_).tolist() == [True, False]
    assert c.tensor([1.5e300]).item() == np.inf
    assert c.tensor([1], dtype=float).dtype is float64
    assert c.tensor([c.tensor(1.0), 2]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("make", [c.zeros, c.ones, c.empty, random.rand, random.randn])
def test_sizes_in_every_spelling(make: Callable[..., Tensor]) -> None:
    for _ in range(2):  # small ones are remembered
        for args, shape in (
            ((2, 3), (2, 3)), (((2, 3),), (2, 3)), (([2, 3],), (2, 3)), ((Size([2]),), (2,)),
            (((),), ()), ((np.int64(2),), (2,)), ((c.tensor(2),), (2,)), ((0, 3), (0, 3)),
        ):  # fmt: skip
            assert make(*args).shape == shape
    assert make(size=(2, 2)).shape == (2, 2)
    made = make(2, 2, dtype=float64, requires_grad=True)
    assert made.dtype is float64
    assert made.requires_grad
    assert made.is_leaf


def test_small_tensors_do_not_share() -> None:
    x, y = c.ones(2, 2), c.ones(2, 2)
    x[0, 0] = 5
    assert y.tolist() == c.ones(2, 2).tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert c.zeros(2).tolist() == [0.0, 0.0]
    assert c.ones(3, dtype=int64).tolist() == [1, 1, 1]
    assert c.ones(3, dtype=bool_).tolist() == [True] * 3
    assert c.ones(1000, 1000).numpy().sum() == 1e6


def test_default_dtype() -> None:
    dtypes.set_default_dtype(float64)
    try:
        for made in (c.ones(2), c.tensor(1.5), c.arange(1.0), c.eye(2), random.rand(2)):
            assert made.dtype is float64
    finally:
        dtypes.set_default_dtype(float32)
    assert c.ones(2).dtype is float32


def test_full_and_eye() -> None:
    assert c.full((2,), 1).dtype is int64
    assert c.full((2,), True).dtype is bool_
    assert c.full([2, 1], 2.5).tolist() == [[2.5], [2.5]]
    assert c.full((2,), c.tensor(3)).tolist() == [3, 3]
    assert c.full((), 1.5, dtype=int32).item() == 1
    np.testing.assert_array_equal(c.eye(3, 2).numpy(), np.eye(3, 2))
    assert c.eye(2, dtype=bool_).tolist() == [[True, False], [False, True]]
    assert c.scalar_tensor(3).dtype is float32


def test_like_forms_keep_order_of_memory() -> None:
    x = c.ones(2, 3, dtype=float64).t()
    for made in (c.zeros_like(x), c.ones_like(x), c.empty_like(x), c.full_like(x, 2)):
        assert made.stride() == (1, 3)
        assert made.dtype is float64
        assert not made.requires_grad
    assert c.full_like(x, 2).tolist() == [[2.0] * 2] * 3
    assert c.ones_like(c.ones(1, 3).expand(2, 3)).stride() == (3, 1)
    assert c.full_like(c.ones(2, dtype=int64), 1.5).tolist() == [1, 1]
    assert random.rand_like(x).shape == x.shape
    assert random.randint_like(c.ones(2), 5).dtype is float32


@settings(max_examples=100, deadline=None)
@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 7))
def test_arange_of_integers(start: int, end: int, step: int) -> None:
    if end < start:
        step = -step
    made = c.arange(start, end, step)
    assert made.dtype is int64
    assert made.tolist() == list(range(start, end, step))


def test_arange_of_floats() -> None:
    np.testing.assert_allclose(
        c.arange(0, 1, 0.1, dtype=float64).numpy(), np.arange(0, 1, 0.1), rtol=1e-15
    )
    assert c.arange(1.0, 2.0, 0.25).tolist() == [1.0, 1.25, 1.5, 1.75]
    assert c.arange(3, 1, -0.5).dtype is float32
    assert c.arange(2.5, dtype=int64).tolist() == [0, 1]
    assert c.arange(start=1, end=3).tolist() == [1, 2]
    assert c.arange(c.tensor(3)).tolist() == [0, 1, 2]


@settings(max_examples=60, deadline=None)
@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(0, 30))
def test_linspace(start: int, end: int, steps: int) -> None:
    made = c.linspace(start, end, steps, dtype=float64).numpy()
    np.testing.assert_allclose(made, np.linspace(start, end, steps), rtol=1e-14, atol=1e-14)
    if steps > 1:
        assert made[0] == start
        assert made[-1] == end


def test_seeds_give_pytorchs_numbers() -> None:
    random.manual_seed(0)
    np.testing.assert_array_equal(
        random.rand(3).numpy(), np.array([0.49625659, 0.76822180, 0.08847743], np.float32)
    )
    stream = Generator().manual_seed(3)
    expected = Generator().manual_seed(3)
    np.testing.assert_array_equal(
        random.randn(4, 5, generator=stream).numpy().ravel(), expected.randn(20)
    )
    np.testing.assert_array_equal(
        random.randint(2, 9, (6,), generator=stream).numpy(), expected.randint(2, 9, 6)
    )
    np.testing.assert_array_equal(
        random.randperm(7, generator=stream).numpy(), expected.randperm(7)
    )
    random.manual_seed(5)
    first = random.rand(2, 2, dtype=float64).tolist()
    random.manual_seed(5)
    assert random.rand(2, 2, dtype=float64).tolist() == first


def test_randint_in_every_spelling() -> None:
    for made in (
        random.randint(5, (3,)), random.randint(0, 5, (3,)), random.randint(high=5, size=(3,)),
        random.randint(low=0, high=5, size=[3]), random.randint(5, size=(3,)),
    ):  # fmt: skip
        assert made.dtype is int64
        assert made.shape == (3,)
        assert all(0 <= n < 5 for n in made.tolist())
    assert random.randint(0, 3, (2,), dtype=float32).dtype is float32
    assert random.bernoulli(c.tensor([0.0, 1.0])).tolist() == [0.0, 1.0]
    assert random.normal(0.0, 1.0, (2, 2)).shape == (2, 2)


def test_types_of_old() -> None:
    assert old.FloatTensor(2, 3).shape == (2, 3)
    assert old.FloatTensor(Size([2, 3])).shape == (2, 3)
    assert old.FloatTensor((2, 3)).tolist() == [2.0, 3.0]
    assert old.FloatTensor(np.ones(2)).dtype is float32
    assert old.LongTensor([1.5]).tolist() == [1]
    assert old.BoolTensor([1, 0]).tolist() == [True, False]
    assert old.FloatTensor().shape == (0,)
    assert Tensor([1, 2]).dtype is float32
    assert Tensor(2, 3).shape == (2, 3)
    x = c.ones(2)
    assert old.FloatTensor(x).data_ptr() == x.data_ptr()
    assert isinstance(x, old.FloatTensor)
    assert not isinstance(x, old.DoubleTensor)
    assert not isinstance(3, old.FloatTensor)
    assert repr(old.FloatTensor) == "<class 'tapegrad.FloatTensor'>"
    assert x.type() == "tapegrad.FloatTensor"
    for spelled in ("tapegrad.DoubleTensor", "torch.DoubleTensor", old.DoubleTensor, float64):
        assert x.type(spelled).dtype is float64  # type: ignore[arg-type]


ERRORS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: c.tensor([[1, 2], [3]]), ValueError, "expected sequence of length 2 at dim 1 (got 1)"),
    (lambda: c.tensor([[1], 2]), TypeError, "not a sequence"),
    (lambda: c.tensor([1, [2]]), TypeError, "'list' object cannot be interpreted as an integer"),
    (lambda: c.tensor("a"), TypeError, "new(): invalid data type 'str'"),
    (lambda: c.tensor([1, "a"]), TypeError, "new(): invalid data type 'str'"),
    (lambda: c.tensor(None), RuntimeError, "Could not infer dtype of NoneType"),
    (lambda: c.tensor([None, 1]), RuntimeError, "Could not infer dtype of NoneType"),
    (lambda: c.tensor({1: 2}), RuntimeError, "Could not infer dtype of dict"),
    (lambda: c.tensor(1j), TypeError, "complex tensors are not supported"),
    (lambda: c.tensor([2**63]), ValueError, "Overflow when unpacking long long"),
    (lambda: c.tensor([2**40], dtype=int32), RuntimeError,
     "value cannot be converted to type int32 without overflow"),
    (lambda: c.tensor(float("nan"), dtype=int64), RuntimeError, "type int64 without overflow"),
    (lambda: c.tensor([c.ones(2)]), ValueError,
     "only one element tensors can be converted to Python scalars"),
    (lambda: c.tensor([1], requires_grad=True), RuntimeError,
     "Only Tensors of floating point and complex dtype can require gradients"),
    (lambda: c.tensor([1], dtype="a"), TypeError,
     "tensor(): argument 'dtype' must be tapegrad.dtype, not str"),
    (lambda: c.tensor([1], foo=1), TypeError,  # type: ignore[call-arg]
     "tensor() got an unexpected keyword argument 'foo'"),
    (lambda: c.tensor([1], device="cuda"), AssertionError, "not compiled with CUDA enabled"),
    (lambda: c.tensor([1], device="tpu"), RuntimeError, "at start of device string: tpu"),
    (lambda: c.tensor(np.ones(3)[::-1]), ValueError, "negative strides"),
    (lambda: c.zeros(), TypeError, 'zeros() missing 1 required positional arguments: "size"'),
    (lambda: c.zeros(2, size=(2,)), TypeError, "multiple values for argument 'size'"),
    (lambda: c.zeros(2.5), TypeError,
     "zeros(): argument 'size' (position 1) must be tuple of ints, not float"),
    (lambda: c.zeros(True), TypeError, "must be tuple of ints, not bool"),
    (lambda: c.ones(2, 2.0), TypeError, "failed to unpack the object at pos 2"),
    (lambda: c.ones(2, -3), RuntimeError,
     "Trying to create tensor with negative dimension -3: [2, -3]"),
    (lambda: c.ones(2**62), RuntimeError, "Storage size calculation overflowed"),
    (lambda: c.ones(2**40, 2**40), RuntimeError, "Storage size calculation overflowed"),
    (lambda: c.ones(2**63), TypeError, "Overflow when unpacking long long"),
    (lambda: c.ones(10**13), RuntimeError, "not enough memory: you tried to allocate"),
    (lambda: c.ones(2, dtype=int64, requires_grad=True), RuntimeError, "can require gradients"),
    (lambda: c.full(2, 1), TypeError, "(position 1) must be tuple of ints, not int"),
    (lambda: c.full((2,), "a"), TypeError,
     "full(): argument 'fill_value' (position 2) must be Number, not str"),
    (lambda: c.full((2,), 1e300, dtype=int32), RuntimeError, "without overflow"),
    (lambda: c.eye(-1), RuntimeError, "n must be greater or equal to 0, got -1"),
    (lambda: c.eye(2.5), TypeError, "must be int, not float"),  # type: ignore[arg-type]
    (lambda: c.arange(3, 1), RuntimeError,
     "upper bound and lower bound inconsistent with step sign"),
    (lambda: c.arange(0, 1, 0), RuntimeError, "step must be nonzero"),
    (lambda: c.arange(0, float("inf")), RuntimeError, "unsupported range: 0 -> inf"),
    (lambda: c.arange(2, dtype=bool_), NotImplementedError, "\"arange_cpu\" not implemented"),
    (lambda: c.arange("a"), TypeError, "must be Number, not str"),
    (lambda: c.arange(), TypeError, "invalid combination of arguments"),
    (lambda: c.linspace(0, 1, -1), RuntimeError, "number of steps must be non-negative"),
    (lambda: random.rand(2, dtype=int64), NotImplementedError, "not implemented for 'Long'"),
    (lambda: random.randint(0, 0, (2,)), RuntimeError, "'from' to be less than 'to'"),
    (lambda: random.randint(10, 2), TypeError, "(position 2) must be tuple of ints, not int"),
    (lambda: random.randperm(-1), RuntimeError, "negative dimension -1: [-1]"),
    (lambda: c.zeros_like(3), TypeError,  # type: ignore[arg-type]
     "zeros_like(): argument 'input' (position 1) must be Tensor, not int"),
    (lambda: old.FloatTensor(c.ones(2).double()), TypeError, "expected a tensor with dtype"),
    (lambda: old.FloatTensor(2.5), TypeError, "new(): data must be a sequence (got float)"),
    (lambda: old.FloatTensor(-1), RuntimeError, "negative dimension -1: [-1]"),
    (lambda: c.ones(2).type("foo"), ValueError, "invalid type: 'foo'"),
    (lambda: c.ones(2).type(3), TypeError,  # type: ignore[arg-type]
     "dtype must be a type, str, or dtype object"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(ERRORS)))
def test_errors(case: int) -> None:
    call, kind, text = ERRORS[case]
    with pytest.raises(kind, match=re.escape(text)):
        call()
    x = c.ones(2, requires_grad=True)
    (x * x).backward(c.ones(2))
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 2.0]


def test_set_default_tensor_type() -> None:
    with pytest.warns(UserWarning, match="set_default_tensor_type.. is deprecated"):
        c.set_default_tensor_type(c.DoubleTensor)
    try:
        assert c.get_default_dtype() is float64
        with pytest.warns(UserWarning, match="deprecated"):
            c.set_default_tensor_type("torch.FloatTensor")
        assert c.get_default_dtype() is float32
        for wrong in (c.LongTensor, float32):
            with (
                pytest.warns(UserWarning, match="deprecated"),
                pytest.raises(
                    TypeError, match="only floating-point types are supported as the default type"
                ),
            ):
                c.set_default_tensor_type(wrong)
        with pytest.raises(TypeError, match="there is no tensor type 'foo'"):
            c.set_default_tensor_type("foo")
    finally:
        c.set_default_dtype(float32)


@pytest.mark.parametrize("name", ["float16", "half", "int8", "complex64"])
def test_dtypes_that_are_missing(name: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}': the dtypes are float32"):
        getattr(c, name)
    assert not hasattr(c, "nothing_of_this_name")


def test_diagonals_that_wrap() -> None:
    made = c.zeros(7, 2, dtype=int64).fill_diagonal_(5, wrap=True)
    assert made.nonzero().tolist() == [[0, 0], [1, 1], [3, 0], [4, 1], [6, 0]]
    with pytest.raises(RuntimeError, match="must be of equal length"):
        c.zeros(2, 2, 3).fill_diagonal_(1)
    assert c.zeros(2, 2, 2).fill_diagonal_(1).sum().item() == 2


def test_draws_follow_the_order_of_memory() -> None:
    x = c.empty(3, 5).t()
    c.manual_seed(3)
    x.uniform_()
    c.manual_seed(3)
    assert c.rand(3, 5).t().tolist() == x.tolist()


def test_distributions_give_zero_gradients() -> None:
    p = c.tensor([0.25, 0.75], requires_grad=True)
    (c.bernoulli(p) * 3).sum().backward()
    mean = c.zeros(2, requires_grad=True)
    (c.normal(mean, p) * 3).sum().backward()
    assert p.grad is not None
    assert mean.grad is not None
    assert p.grad.tolist() == mean.grad.tolist() == [0.0, 0.0]
