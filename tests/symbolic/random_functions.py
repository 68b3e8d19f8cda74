"""Random functions of a vector and a matrix, the same for the same seed."""

from __future__ import annotations

import numpy as np

import tapegrad

UNARY = {
    "sin": lambda a: a.sin(),
    "cos": lambda a: a.cos(),
    "tanh": lambda a: a.tanh(),
    "exp": lambda a: (a * 0.5).tanh().exp(),
    "log": lambda a: (a.square() + 0.5).log(),
    "sqrt": lambda a: (a.square() + 1).sqrt(),
    "sigmoid": lambda a: a.sigmoid(),
    "abs": lambda a: a.abs(),
    "relu": lambda a: a.relu(),
    "reciprocal": lambda a: 1 / (a.square() + 1),
    "cube": lambda a: a**3,
    "erf": lambda a: a.erf(),
    "clamp": lambda a: a.clamp(-0.75, 0.8),
    "softmax": lambda a: a.softmax(0),
    "log_softmax": lambda a: a.log_softmax(-1),
    "cumsum": lambda a: a.cumsum(0),
    "centred": lambda a: a - a.mean(),
    "scaled": lambda a: a * 1.5 - 0.25,
    "flipped": lambda a: tapegrad.cat([a[1:], a[:1]]),
    "written": lambda a: _written(a),
    "norm": lambda a: a / (a.norm() + 1),
    "logsumexp": lambda a: a - a.logsumexp(0),
    "largest": lambda a: a * a.amax(),
    "transposed": lambda a: a.t() if a.ndim == 2 else a,
}
BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / (b.square() + 0.5),
    "maximum": tapegrad.maximum,
    "atan2": lambda a, b: tapegrad.atan2(a, b.square() + 1),
    "where": lambda a, b: tapegrad.where(a > 0.1, a * 2, b),
    "matmul": lambda a, b: a @ b if a.ndim == b.ndim == 2 else a * b,
    "power": lambda a, b: (a.square() + 0.5) ** b.tanh(),
}
ENDS = {
    "sum": lambda a: a.sum(),
    "mean": lambda a: a.mean(),
    "square": lambda a: a.square().sum(),
    "itself": lambda a: a,
    "var": lambda a: a.var(),
    "first": lambda a: a[0],
}


def _written(a):
    made = a.clone()
    made[0] = made[1] * 2
    made[1:].mul_(0.5)
    return made


def _pair(rng, count):
    """Two different ones: `maximum(a, a)` has no derivative anywhere."""
    return [int(k) for k in rng.choice(count, size=2, replace=False)]


def random_function(seed, steps=5):
    """A function of a vector and a matrix of two and two times two elements, and its text."""
    rng = np.random.default_rng(seed)
    count, plan = 2, []
    for _ in range(steps):
        if rng.random() < 0.55:
            plan.append((str(rng.choice(list(UNARY))), [int(rng.integers(count))]))
        else:
            plan.append((str(rng.choice(list(BINARY))), _pair(rng, count)))
        count += 1
    end = str(rng.choice(list(ENDS)))

    def function(v, m):
        values = [v, m]
        for name, sources in plan:
            table = UNARY if len(sources) == 1 else BINARY
            values.append(table[name](*(values[k] for k in sources)))
        return ENDS[end](values[-1] + values[-2] * 0.5)

    inputs = [np.round(rng.uniform(-1.5, 1.5, shape), 3) for shape in ((2,), (2, 2))]
    return function, inputs, f"{plan} {end}"
