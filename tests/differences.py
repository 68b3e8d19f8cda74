"""Central differences, against which gradients are checked."""

from __future__ import annotations

import numpy as np

import tapegrad

_RNG = np.random.default_rng(23)


def check_gradients(function, *arrays, tolerance=1e-8, step=1e-6):
    """Compare the gradient of every input with central differences, at random output weights.

    Parameters
    ----------
    function : callable
        Of float64 tensors, one for each array.
    *arrays : array_like
        Where to differentiate.
    tolerance : float
        Relative and absolute.
    step : float
        Half the distance of the differences.
    """
    points = [np.array(a, np.float64) for a in arrays]
    leaves = [tapegrad.tensor(a).requires_grad_(True) for a in points]
    out = function(*leaves)
    weights = _RNG.normal(size=tuple(out.shape))
    (out * tapegrad.tensor(weights)).sum().backward()

    def total():
        return float(np.sum(function(*map(tapegrad.tensor, points)).numpy() * weights))

    for x, a in zip(leaves, points, strict=True):
        assert x.grad.shape == x.shape
        assert x.grad.dtype is x.dtype
        expected = np.empty_like(a)
        for at in np.ndindex(a.shape):
            middle = a[at]
            a[at] = middle + step
            up = total()
            a[at] = middle - step
            expected[at] = (up - total()) / (2 * step)
            a[at] = middle
        np.testing.assert_allclose(x.grad.numpy(), expected, rtol=tolerance, atol=tolerance)
