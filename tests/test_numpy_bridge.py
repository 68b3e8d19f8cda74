"""Memory shared with NumPy, both ways: who sees whose writes, and how long it lives."""

from __future__ import annotations

import gc
import re
import sys
import warnings
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

from tapegrad import dtypes, numpy_bridge
from tapegrad.creation import arange, from_numpy, ones, tensor, zeros
from tapegrad.numpy_bridge import from_dlpack

SUPPORTED = (np.float32, np.float64, np.int64, np.int32, np.bool_)


@pytest.mark.parametrize("kind", SUPPORTED)
def test_writes_are_seen_in_both(kind: type[np.generic]) -> None:
    a = np.zeros((2, 3), kind)
    x = from_numpy(a)
    assert x.dtype.numpy == a.dtype
    a[0, 1] = 1
    assert x[0, 1].item() == 1
    x[1, 2] = 1
    assert a[1, 2] == 1
    b = x.numpy()
    b[1, 0] = 1
    assert np.shares_memory(a, b)
    assert x.tolist() == a.tolist() == b.tolist()


@settings(max_examples=80, deadline=None)
@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)))
def test_there_and_back(a: np.ndarray[Any, Any]) -> None:
    for b in (a, a.T, a[..., None], np.broadcast_to(a, (2, *a.shape)).copy()):
        x = from_numpy(b)
        assert x.shape == b.shape
        assert x.numel() == 0 or [8 * s for s in x.stride()] == list(b.strides)
        np.testing.assert_array_equal(x.numpy(), b)
        assert b.size == 0 or np.shares_memory(x.numpy(), b)


def test_strided_and_broadcast_arrays() -> None:
    a = np.arange(24.0).reshape(4, 6)
    x = from_numpy(a[1::2, ::3])
    assert x.stride() == (12, 3)
    assert (x + 1).tolist() == (a[1::2, ::3] + 1).tolist()
    x[0, 0] = -1
    assert a[1, 0] == -1
    spread = np.lib.stride_tricks.as_strided(np.arange(3.0), (2, 3), (0, 8))
    y = from_numpy(spread)
    assert y.stride() == (0, 1)
    assert y.tolist() == spread.tolist()


def test_the_array_lives_as_long_as_a_tensor_needs_it() -> None:
    class Owner(np.ndarray[Any, Any]):
        pass

    a = np.arange(4.0).view(Owner)
    died = weakref.ref(a)
    x = from_numpy(a)
    part = x[1:]
    del a, x
    gc.collect()
    assert died() is not None
    assert part.tolist() == [1.0, 2.0, 3.0]
    del part
    gc.collect()
    assert died() is None


def test_reference_counts_are_balanced() -> None:
    a = np.ones(3)
    before = sys.getrefcount(a)
    for _ in range(100):
        x = from_numpy(a)
        y = x * 2
        del x
    assert sys.getrefcount(a) == before
    assert y.tolist() == [2.0] * 3


def test_arrays_outlive_tensors_and_the_tapes_rows() -> None:
    kept = []
    for k in range(200):
        x = tensor([float(k)] * 5)
        y = x * 2 if k % 2 else x
        kept.append((y.numpy(), k * (2 if k % 2 else 1)))
        scalar = tensor(float(k))  # lives in its row until it is exported
        kept.append((scalar.numpy(), k))
        del x, y, scalar
    gc.collect()
    filler = [ones(5) * -1 for _ in range(1000)]
    for array, value in kept:
        assert (array == value).all()
    del filler


def test_writes_through_an_array_reach_later_results() -> None:
    x = ones(2, 2)
    a = x.numpy()
    y = x * 3
    a[:] = 5
    assert (x * 3).tolist() == [[15.0] * 2] * 2
    assert y.tolist() == [[3.0] * 2] * 2


def test_leaf_on_an_arrays_memory() -> None:
    a = np.arange(3.0)
    x = from_numpy(a).requires_grad_(True)
    (x * x).backward(ones(3, dtype=dtypes.float64))
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), 2 * a)
    np.testing.assert_array_equal(x.detach().numpy(), a)


def test_numpys_functions_take_tensors() -> None:
    x = tensor([0.0, 1.0])
    np.testing.assert_array_equal(np.asarray(x), [0, 1])
    assert np.asarray(x).dtype == np.float32
    assert np.array(x, dtype=np.int64).tolist() == [0, 1]
    copied = np.array(x, copy=True)
    copied[0] = 9
    assert x.tolist() == [0.0, 1.0]
    assert np.shares_memory(np.asarray(x), x.numpy())
    with pytest.raises(ValueError, match="a copy is needed"):
        np.asarray(x, dtype=np.int64, copy=False)


def test_dlpack_both_ways() -> None:
    a = np.arange(6.0).reshape(2, 3)
    x = from_dlpack(a)
    x[0, 0] = 9
    assert a[0, 0] == 9
    b = np.from_dlpack(x.t())  # type: ignore[arg-type]
    assert np.shares_memory(a, b)
    assert b.tolist() == a.T.tolist()
    assert x.__dlpack_device__() == (1, 0)
    assert from_dlpack(arange(3)).tolist() == [0, 1, 2]
    with pytest.raises(BufferError, match="Can't export tensors that require gradient"):
        ones(2, requires_grad=True).__dlpack__()
    with pytest.raises(RuntimeError, match="expected an object with __dlpack__"):
        from_dlpack([1])


def test_tensors_that_require_gradients_must_be_detached() -> None:
    x = ones(2, requires_grad=True)
    text = re.escape(
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
    )
    with pytest.raises(RuntimeError, match=text):
        x.numpy()
    with pytest.raises(RuntimeError, match=text):
        np.asarray(x)
    assert x.numpy(force=True).tolist() == [1.0, 1.0]
    assert x.detach().numpy().tolist() == [1.0, 1.0]


def test_refused_arrays() -> None:
    with pytest.raises(TypeError, match=r"expected np.ndarray \(got list\)"):
        from_numpy([1])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"got numpy.float64"):
        from_numpy(np.float64(1))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="negative strides are not currently supported"):
        from_numpy(np.ones(3)[::-1])
    with pytest.raises(ValueError, match="byte order different from the native byte order"):
        from_numpy(np.ones(2, ">f8"))
    with pytest.raises(ValueError, match="strides not a multiple of the element byte size"):
        from_numpy(np.zeros(3, [("a", "i1"), ("b", "f8")])["b"])
    for kind, name in (
        (object, "object_"),
        ("U1", "str_"),
        ("f2", "float16"),
        ("c16", "complex128"),
    ):
        with pytest.raises(TypeError, match=f"can't convert np.ndarray of type numpy.{name}"):
            from_numpy(np.zeros(2, kind))


def test_read_only_arrays_warn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_bridge, "_warned_read_only", False)
    a = np.arange(2.0)
    a.flags.writeable = False
    with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
        x = from_numpy(a)
    assert x.tolist() == [0.0, 1.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_numpy(a)


def test_python_numbers_and_lists() -> None:
    assert tensor(2).item() == 2
    assert isinstance(tensor(True).item(), bool)
    assert ones(1, 1).item() == 1.0
    assert ones(2, 1).tolist() == [[1.0], [1.0]]
    assert zeros(0, 2).tolist() == []
    assert tensor(1.5).tolist() == 1.5
    with pytest.raises(
        RuntimeError, match="a Tensor with 6 elements cannot be converted to Scalar"
    ):
        ones(2, 3).item()
