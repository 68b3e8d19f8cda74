"""Random streams and printed tensors beside the installed PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tapegrad import dtypes, printing
from tapegrad.random_streams import Generator

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("seed", range(20))
def test_draws_as_the_installed_pytorch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    theirs, ours = torch.Generator().manual_seed(seed), Generator().manual_seed(seed)
    for _ in range(10):
        size = int(rng.integers(0, 700))
        small = int(rng.integers(0, 40))
        assert ours.rand(size).tolist() == torch.rand(size, generator=theirs).tolist()
        assert ours.randperm(size).tolist() == torch.randperm(size, generator=theirs).tolist()
        expected = torch.randn(small, generator=theirs).numpy()
        np.testing.assert_allclose(ours.randn(small), expected, rtol=3e-7, atol=5e-7)
        assert ours.randint(-9, size, small).tolist() == (
            torch.randint(-9, size, (small,), generator=theirs).tolist()
        )


@pytest.mark.parametrize("seed", range(50))
def test_prints_as_the_installed_pytorch(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Line breaks depend on the length of the name.
    monkeypatch.setattr(dtypes.dtype, "__repr__", lambda self: f"torch.{self.name}")
    rng = np.random.default_rng(seed)
    for _ in range(20):
        shape = rng.integers(0, 9, rng.integers(0, 4))
        scale = 10.0 ** rng.integers(-6, 9)
        dtype = dtypes.BY_CODE[rng.integers(0, 5)]
        values = np.asarray(rng.normal(size=shape) * scale).astype(dtype.numpy)
        expected = repr(torch.from_numpy(values))
        assert printing.format_tensor(values, dtype=dtype) == expected
