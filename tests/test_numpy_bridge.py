"""Memory shared with NumPy, both ways: who sees whose writes, and how long it lives."""

from __future__ import annotations

import gc
import sys
import warnings
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

from tapegrad import dtypes, ones, tensor, warning
from tapegrad.numpy_bridge import from_dlpack, from_numpy
from tapegrad.sharing import frombuffer

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


def test_numpy_copies_only_where_it_must() -> None:
    x = tensor([0.0, 1.0])
    assert np.shares_memory(np.array(x, copy=False), x.numpy())
    assert np.shares_memory(np.asarray(x, dtype=np.float32, copy=False), x.numpy())
    assert not np.shares_memory(np.array(x, copy=True), x.numpy())
    with pytest.raises(ValueError, match=r"Unable to avoid copy .* elements are float32"):
        np.asarray(x, dtype=np.int64, copy=False)


def test_dlpack_shares_memory() -> None:
    a = np.arange(6.0).reshape(2, 3)
    x = from_dlpack(a)
    b = np.from_dlpack(x.t())  # type: ignore[arg-type]
    assert np.shares_memory(a, b)
    assert b.tolist() == a.T.tolist()
    assert from_dlpack(a, copy=True).data_ptr() != x.data_ptr()


def test_dlpack_refuses() -> None:
    with pytest.raises(RuntimeError, match="needs an object with __dlpack__"):
        from_dlpack([1])
    with pytest.raises(ValueError, match="negative strides are not currently supported"):
        from_dlpack(np.ones(3)[::-1])  # PyTorch aborts the process
    capsule = np.ones(2).__dlpack__()
    assert from_dlpack(capsule).tolist() == [1.0, 1.0]
    with pytest.raises(RuntimeError, match="DLTensor capsules can be consumed only once"):
        from_dlpack(capsule)
    with pytest.raises(TypeError, match="stream must be ``int`` or ``none``"):
        ones(2).__dlpack__(stream="a")  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="stream should be None on cpu"):
        ones(2).__dlpack__(stream=3)


def test_buffers_live_as_long_as_a_tensor_needs_them() -> None:
    buffer = bytearray(np.arange(3.0).tobytes())
    x = frombuffer(buffer, dtype=dtypes.float64)
    x[0] = 7
    assert np.frombuffer(buffer)[0] == 7
    with pytest.raises(BufferError):
        buffer.append(1)  # it must not move while the tensor is there
    del x
    gc.collect()
    buffer.append(1)


def test_read_only_arrays_warn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warning, "_given", set())
    a = np.arange(2.0)
    a.flags.writeable = False
    with pytest.warns(UserWarning, match="The given NumPy array is not writable, and tapegrad"):
        x = from_numpy(a)
    assert x.tolist() == [0.0, 1.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_numpy(a)
        with pytest.raises(UserWarning, match="The given buffer is not writable, and tapegrad"):
            frombuffer(b"12345678", dtype=dtypes.float64)


def test_warnings_can_be_given_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warning, "_given", set())
    x = tensor(1.0, requires_grad=True)
    warning.set_warn_always(True)
    try:
        assert warning.is_warn_always_enabled()
        for _ in range(2):
            with pytest.warns(UserWarning, match="Converting a tensor with requires_grad=True"):
                float(x)
    finally:
        warning.set_warn_always(False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        float(x)
    with pytest.raises(RuntimeError, match="expects a bool, but got int"):
        warning.set_warn_always(1)  # type: ignore[arg-type]
