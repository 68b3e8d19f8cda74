"""The reference interpreter against mathematics, and the engine's ops against it."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

import tapegrad
from tapegrad import engine, nn
from tapegrad.ops.elementwise import ELEMENTWISE as DECLARED
from tapegrad.tape import default_tape
from tapegrad.testing import Recording, elementwise
from tapegrad.testing.elementwise import ELEMENTWISE

DIFFERENTIABLE = [op for op in DECLARED if op.differentiable_inputs]


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=lambda op: op.name)
def test_partials_are_slopes(op: Any) -> None:
    """Eighth-order central differences of the value give the partials that were written by hand."""
    value, partials = ELEMENTWISE[op.name.upper()]
    rng = np.random.default_rng(len(op.name))
    step, weights = 1e-3, {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}
    for _ in range(20):
        point = [
            bool(rng.random() < 0.5) if kind == "bool" else float(rng.uniform(low, high))
            for (low, high), kind in zip(op.domains, op.kinds, strict=True)
        ]
        for k in op.differentiable_inputs:
            low, high = op.domains[k]
            point[k] = float(np.clip(point[k], low + 6 * step, high - 6 * step))

            def at(x: float, k: int = k, point: list[Any] = point) -> float:
                return float(value(*point[:k], x, *point[k + 1 :]))

            differences = sum(
                w * (at(point[k] + j * step) - at(point[k] - j * step)) for j, w in weights.items()
            )
            slope = float(partials[k](*point))
            near_kink = abs(at(point[k] + 5 * step) - 2 * at(point[k]) + at(point[k] - 5 * step))
            if op.name in _KINKED and near_kink > 1e-12:
                continue
            assert slope == pytest.approx(differences / step, rel=1e-6, abs=1e-8), (point, k)


_KINKED = {
    "abs", "relu", "maximum", "minimum", "clamp_min", "clamp_max", "clamp", "sign", "floor", "ceil",
    "round", "trunc", "floor_divide", "remainder",
}  # fmt: skip


def test_hand_table_has_every_differentiable_op() -> None:
    assert {op.name.upper() for op in DIFFERENTIABLE} <= set(elementwise.ELEMENTWISE)


def test_special_values_against_mpmath() -> None:
    for name, function in (("ERF", mpmath.erf), ("ERFC", mpmath.erfc), ("SIGMOID", _sigmoid)):
        value, (slope,) = ELEMENTWISE[name]
        for x in (-3.5, -0.25, 0.0, 1.0, 4.0):
            assert float(value(x)) == pytest.approx(float(function(x)), rel=1e-14)
            assert float(slope(x)) == pytest.approx(float(mpmath.diff(function, x)), rel=1e-12)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def draw(*shape: int) -> Any:
    values = np.random.default_rng(sum(shape) + 17).uniform(-2, 2, shape)
    return tapegrad.tensor(values, requires_grad=True)


def positions(x: Any) -> Any:
    return tapegrad.tensor([[0, 2], [1, 1]])


F = nn.functional
#: Programs of one or two matrices `x, y` and a batch `b`.
PROGRAMS: dict[str, Any] = {
    "mm": lambda x, y, b: x.mm(y.t()),
    "bmm": lambda x, y, b: b.bmm(b.transpose(1, 2)),
    "mv": lambda x, y, b: x.mv(y[0]),
    "dot": lambda x, y, b: x[0].dot(y[1]),
    "addmm": lambda x, y, b: tapegrad.addmm(x[0, 0], x, y.t(), beta=0.5, alpha=-2.0),
    "matmul": lambda x, y, b: b @ y.t(),
    "sum": lambda x, y, b: b.sum((0, 2), keepdim=True) * b,
    "mean": lambda x, y, b: b.mean(1) * 3,
    "prod": lambda x, y, b: x.prod(1) + x.prod(),
    "amax": lambda x, y, b: b.amax((0, 1)) + b.amin(),
    "max": lambda x, y, b: x.max() * x.min() + x.max(1).values.sum() + x.min(0).values.sum(),
    "var": lambda x, y, b: x.var(0) + x.std(1).sum() + b.var((0, 1), correction=0).sum(),
    "norm": lambda x, y, b: x.norm() + x.norm(1) + x.norm(3, 1).sum() + x.norm(math.inf, 0).sum(),
    "logsumexp": lambda x, y, b: b.logsumexp((0, 1)),
    "cumsum": lambda x, y, b: x.cumsum(0) * x.cumsum(1),
    "softmax": lambda x, y, b: x.softmax(0) * x.log_softmax(1),
    "cat": lambda x, y, b: (
        tapegrad.cat([x, y, x], 0) * tapegrad.stack([x, y, y], 1).reshape(9, 4)[:9]
    ),
    "gather": lambda x, y, b: x.gather(0, tapegrad.tensor([[0, 2], [1, 1]])) ** 2,
    "index": lambda x, y, b: x[[0, 2, 0]] * x[[1, 1, 1], :],
    "index_select": lambda x, y, b: x.index_select(1, tapegrad.tensor([3, 0, 3])),
    "mask": lambda x, y, b: x[x > 0] * 2,
    "views": lambda x, y, b: (
        b.permute(2, 0, 1).reshape(4, -1)[1:, ::2].unsqueeze(0).expand(2, 3, -1)
    ),
    "diagonal": lambda x, y, b: x.squeeze().unbind(0)[1] * x.split(2, 1)[1].sum(),
    "put": lambda x, y, b: put(x, y),
    "slices": lambda x, y, b: slices(x, y),
    "cast": lambda x, y, b: x.to(tapegrad.float32).to(tapegrad.float64) * x,
    "mse": lambda x, y, b: F.mse_loss(x, y) + F.mse_loss(x, y, reduction="none"),
    "cross entropy": lambda x, y, b: F.cross_entropy(x, tapegrad.tensor([1, 0, 3])),
    "nll": lambda x, y, b: F.nll_loss(
        x, tapegrad.tensor([1, 2, 3]), reduction="none", ignore_index=2
    ),
    "linear": lambda x, y, b: F.linear(x, y, y[:, 0]).relu(),
}  # fmt: skip


def put(x: Any, y: Any) -> Any:
    made = x * 2
    made[[2, 0]] = y[:2] * 3
    made[made > 1.5] = 0.25
    return made * x


def slices(x: Any, y: Any) -> Any:
    made, seen = x * 2, None
    seen = made.t()
    made[0, 1:].mul_(y[0, 1:])
    seen[1] += y[:, 1]
    return seen * made.t()


@pytest.mark.parametrize("name", PROGRAMS)
def test_structured_ops(name: str) -> None:
    x, y, b = draw(3, 4), draw(3, 4) * 1.0, draw(2, 3, 4)
    recording = Recording(default_tape)
    root = PROGRAMS[name](x, y, b)
    root = (root * tapegrad.tensor(np.cos(np.arange(root.numel())).reshape(root.shape))).sum()
    recording.observe()
    row = recording.row_of(root)
    values = recording.values(recording.reachable([row]))
    assert float(values[row]) == pytest.approx(float(engine.readable(root)), rel=1e-6)
    adjoints = recording.adjoints({row: 1.0})
    expected = [adjoints.get(recording.row_of(t)) for t in (x, b)]
    root.backward()
    for t, reference in zip((x, b), expected, strict=True):
        if reference is None:
            assert t.grad is None
        else:
            np.testing.assert_allclose(engine.readable(t.grad), reference, rtol=2e-6, atol=1e-9)


def test_interpreter_notices_a_wrong_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference must not follow the engine: with another slope in its table it disagrees."""
    value, _ = ELEMENTWISE["SIN"]
    monkeypatch.setitem(elementwise.ELEMENTWISE, "SIN", (value, (np.sin,)))
    x = tapegrad.tensor([0.5], requires_grad=True)
    recording = Recording(default_tape)
    y = x.sin().sum()
    recording.observe()
    wrong = recording.adjoints({recording.row_of(y): 1.0})[recording.row_of(x)]
    y.backward()
    assert abs(wrong[0] - x.grad.item()) > 0.1


def test_released_and_overwritten_values_are_computed_again() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    recording = Recording(default_tape)
    y = x * 3
    y.add_(1)  # nobody saved 3 x
    z = (y * y).sum()
    recording.observe()
    row = recording.row_of(z)
    assert recording.adjoints({row: 2.0})[recording.row_of(x)].tolist() == [48.0, 84.0]


def test_hooks_scale_adjoints() -> None:
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    recording = Recording(default_tape)
    y = x * x
    recording.hook(y, 0.5)
    recording.hook(x, 10.0)
    z = y.sum()
    recording.observe()
    found = recording.adjoints({recording.row_of(z): 1.0})[recording.row_of(x)]
    assert found.tolist() == [10.0, 20.0]
