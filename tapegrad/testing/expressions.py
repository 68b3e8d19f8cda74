"""Expressions of random programs: how they are drawn, printed, and computed in the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from tapegrad.testing.model import Array, Model, Unsuitable, Variable, elementwise, smooth

Data = tuple[Any, ...]


class Draw:
    """Draws what statements are about."""

    def __init__(self, rng: np.random.Generator, model: Model, dtype: str) -> None:
        self.rng = rng
        self.model = model
        self.dtype = dtype
        self._count = 0

    def integer(self, low: int, high: int) -> int:
        """Give an integer from low up to, but without, high."""
        return int(self.rng.integers(low, high))

    def of(self, choices: Any) -> Any:
        """Give one of several things."""
        listed = list(choices)
        if not listed:
            raise Unsuitable("nothing to choose from")
        return listed[self.integer(0, len(listed))]

    def new(self) -> str:
        """Give a name that is not in use."""
        self._count += 1
        return f"v{self._count}"

    def variable(self, *, ndim: int = 0, differentiable: bool = False) -> str:
        """Give the name of a variable, rather a late one."""
        names = [
            n for n, v in self.model.variables.items()
            if v.value.ndim >= ndim and (v.family.requires_grad or not differentiable)
        ]  # fmt: skip
        if len(names) > 4 and self.rng.random() < 0.5:
            names = names[-4:]
        return str(self.of(names))

    def partner(self, shape: tuple[int, ...], *, into: bool = False) -> str:
        """Give the name of a variable that broadcasts with a shape."""
        found = []
        for n, v in self.model.variables.items():
            try:
                together = np.broadcast_shapes(shape, v.shape)
            except ValueError:
                continue
            if len(together) <= 4 and (not into or together == shape):
                found.append(n)
        return str(self.of(found))

    def number(self) -> float:
        """Give a number that every float type represents."""
        return self.integer(-15, 16) / 8 or 0.5

    def shape(self) -> tuple[int, ...]:
        """Give a small shape."""
        ndim = self.of([0, 1, 1, 2, 2, 2, 3])
        return tuple(self.of([1, 2, 2, 3, 3, 4, 0] if ndim < 3 else [1, 2, 3]) for _ in range(ndim))

    def index(self, shape: tuple[int, ...]) -> tuple[Any, ...]:
        """Give a basic index: ints, slices and None."""
        parts: list[Any] = []
        for n in shape[: self.integer(0, len(shape) + 1)]:
            pick = self.integer(0, 5)
            if pick == 0 and n:
                parts.append(self.integer(-n, n))
            elif pick == 1:
                parts.append(None)
                parts.append(slice(None))
            elif pick == 2:
                parts.append(slice(None, None, 2))
            elif pick == 3:
                parts.append(slice(self.integer(0, n + 1), None))
            else:
                parts.append(slice(None, max(n - 1, 1)))
        return tuple(parts) or (Ellipsis,)

    def data(self, shape: tuple[int, ...]) -> Any:
        """Give nested lists of numbers that float32 represents."""
        return self.rng.uniform(-2, 2, shape).astype(np.float32).astype(np.float64).tolist()


def show_index(parts: tuple[Any, ...]) -> str:
    """Source of a basic index."""

    def show(part: Any) -> str:
        if part is Ellipsis:
            return "..."
        if isinstance(part, slice):
            ends = ["" if e is None else str(e) for e in (part.start, part.stop)]
            return ":".join(ends) + ("" if part.step is None else f":{part.step}")
        return str(part)

    return ", ".join(map(show, parts))


class Statement(NamedTuple):
    """How a statement is drawn, printed, and run in the model.

    `weight` says how often it comes, `outside` whether it may stand in a no_grad block.
    """

    draw: Callable[[Draw], Data]
    render: Callable[..., list[str]]
    model: Callable[..., None]
    weight: int = 1
    outside: bool = False


# Expressions of one or two variables: source, and what they are in ops of the table ---------------

UNARY: Final[dict[str, list[tuple[Any, ...]]]] = {
    "{}.sin()": [("SIN",)],
    "{}.cos()": [("COS",)],
    "{}.tanh()": [("TANH",)],
    "{}.sigmoid()": [("SIGMOID",)],
    "{}.neg()": [("NEG",)],
    "{}.abs()": [("ABS",)],
    "{}.relu()": [("RELU",)],
    "{}.square()": [("SQUARE",)],
    "{}.tanh().exp()": [("TANH",), ("EXP",)],
    "({}.abs() + 0.5).log()": [("ABS",), ("ADD", 0.5), ("LOG",)],
    "({}.abs() + 0.5).sqrt()": [("ABS",), ("ADD", 0.5), ("SQRT",)],
    "({}.square() + 1.0).rsqrt()": [("SQUARE",), ("ADD", 1.0), ("RSQRT",)],
    "({} * {}).atan()": [("SQUARE",), ("ATAN",)],
    "({} + {})": [("MUL", 2.0)],
    "{} ** 2": [("SQUARE",)],
    "{} * 1.5": [("MUL", 1.5)],
    "{} + 0.25": [("ADD", 0.25)],
    "2.0 - {}": [("NEG",), ("ADD", 2.0)],
    "{} / 2.0": [("DIV", 2.0)],
    "{}.clamp(-1.0, 1.0)": [("CLAMP_MIN", -1.0), ("CLAMP_MAX", 1.0)],
    "1.5 / ({}.abs() + 1.0)": [("ABS",), ("ADD", 1.0), ("RECIPROCAL",), ("MUL", 1.5)],
}
_BINARY: Final[dict[str, Any]] = {
    "{} + {}": "ADD",
    "{} - {}": "SUB",
    "{} * {}": "MUL",
    "torch.maximum({}, {})": "MAXIMUM",
    "torch.minimum({}, {})": "MINIMUM",
    "torch.atan2({}, {}.square() + 1.0)": "ATAN2",
    "{} / ({}.abs() + 0.5)": "DIV",
    "torch.where({} > 0.125, {}, {})": "WHERE",
}


def chain(ops: list[tuple[Any, ...]], x: Variable) -> tuple[Array, Array]:
    """Value and tangent of ops, one after the other."""
    pair = (x.value, x.tangent)
    for name, *numbers in ops:
        pair = elementwise(name, pair, *((n, None) for n in numbers))
    return pair


def combine(op: str, x: Variable, y: Variable) -> tuple[Array, Array]:
    """Value and tangent of a binary expression."""
    a, b = (x.value, x.tangent), (y.value, y.tangent)
    if op == "DIV":
        b = elementwise("ADD", elementwise("ABS", b), (0.5, None))
    if op == "ATAN2":
        b = elementwise("ADD", elementwise("SQUARE", b), (1.0, None))
    if op == "WHERE":
        if (abs(x.value - 0.125) < 1e-3).any():
            raise Unsuitable("near a kink")
        return elementwise("WHERE", (x.value > 0.125, None), b, a)
    return elementwise(op, a, b)


def unary(m: Model, out: str, source: str, a: str) -> None:
    """Compute a unary expression."""
    m.result(out, chain(UNARY[source], m[a]), m[a])


def _binary(m: Model, out: str, source: str, a: str, b: str) -> None:
    m.result(out, combine(_BINARY[source], m[a], m[b]), m[a], m[b])


def render_unary(out: str, source: str, a: str) -> list[str]:
    """Source of a unary expression."""
    return [f"{out} = " + source.replace("{}", a)]


def _render_binary(out: str, source: str, a: str, b: str) -> list[str]:
    names = (a, b, a) if source.startswith("torch.where") else (a, b)
    return [f"{out} = " + source.format(*names)]


def _draw_binary(d: Draw) -> Data:
    a = d.variable()
    return d.new(), d.of(_BINARY), a, d.partner(d.model[a].shape)


# Reductions and other structured ops --------------------------------------------------------------


def _lse(x: Array, k: Any) -> Array:
    return np.asarray(np.log(np.exp(x).sum(k)))


_REDUCE: Final[dict[str, Callable[[Array, int], Any]]] = {
    "{}.sum()": lambda x, k: x.sum(),
    "{}.mean()": lambda x, k: x.mean(),
    "{}.sum({})": lambda x, k: x.sum(k),
    "{}.sum({}, keepdim=True)": lambda x, k: x.sum(k, keepdims=True),
    "{}.mean({})": lambda x, k: x.mean(k),
    "{}.prod({})": lambda x, k: x.prod(k),
    "{}.logsumexp({})": _lse,
    "{}.softmax({})": lambda x, k: np.exp(x) / np.exp(x).sum(k, keepdims=True),
    "{}.log_softmax({})": lambda x, k: x - np.log(np.exp(x).sum(k, keepdims=True)),
    "{}.cumsum({})": lambda x, k: np.cumsum(x, k),
    "{}.var({})": lambda x, k: ((x - x.mean(k, keepdims=True)) ** 2).sum(k) / (x.shape[k] - 1),
    "({} + 3.0).norm()": lambda x, k: np.sqrt(((x + 3.0) ** 2).sum()),
    "{}.flip({})": lambda x, k: np.flip(x, k),
    "{}.roll(1, {})": lambda x, k: np.roll(x, 1, k),
}


def _reduce(m: Model, out: str, source: str, a: str, k: int) -> None:
    x = m[a]
    if not x.value.ndim or not x.value.size:
        raise Unsuitable("nothing to reduce")
    if "var" in source and x.shape[k] < 2:
        raise Unsuitable("the variance of one number")
    m.result(out, smooth(lambda z: _REDUCE[source](z, k), x), x)


def _draw_reduce(d: Draw) -> Data:
    a = d.variable(ndim=1)
    return d.new(), d.of(_REDUCE), a, d.integer(-d.model[a].value.ndim, d.model[a].value.ndim)


def _product(m: Model, out: str, a: str, b: str) -> None:
    x, y = m[a], m[b]
    if x.dtype != y.dtype:
        raise Unsuitable("matrices of two types")
    pair = (x.value @ y.value, x.value @ y.tangent + x.tangent @ y.value)
    if max(np.shape(pair[0]), default=0) > 4:
        raise Unsuitable("large")
    m.result(out, pair, x, y, plain=True)


def _join(m: Model, out: str, function: str, names: tuple[str, ...], k: int) -> None:
    parts = [m[n] for n in names]
    if any(not p.value.ndim or not p.value.size for p in parts):
        raise Unsuitable("nothing to join")
    join: Any = np.stack if function == "stack" else np.concatenate
    pair = join([p.value for p in parts], k), join([p.tangent for p in parts], k)
    if pair[0].size > 64 or pair[0].ndim > 4:
        raise Unsuitable("large")
    m.result(out, pair, *parts)


def _draw_join(d: Draw) -> Data:
    a = d.variable(ndim=1)
    same = [n for n, v in d.model.variables.items() if v.shape == d.model[a].shape]
    names = (a, *(d.of(same) for _ in range(d.integer(1, 3))))
    return d.new(), d.of(["cat", "stack"]), names, d.integer(0, d.model[a].value.ndim)


def _gather(m: Model, out: str, a: str, places: list[int]) -> None:
    x = m[a]
    m.result(out, (x.value[places], x.tangent[places]), x, plain=True)


def _draw_gather(d: Draw) -> Data:
    a = d.variable(ndim=1)
    n = d.model[a].shape[0]
    if not n:
        raise Unsuitable("empty")
    return d.new(), a, [d.integer(-n, n) for _ in range(d.integer(1, 4))]


def _masked(m: Model, out: str, a: str) -> None:
    x = m[a]
    if (abs(x.value - 0.125) < 1e-3).any():
        raise Unsuitable("near a kink")
    mask = x.value > 0.125
    m.result(out, (x.value[mask], x.tangent[mask]), x, plain=True)


def _cast(m: Model, out: str, a: str, kind: str) -> None:
    x = m[a]
    if x.dtype == kind:
        raise Unsuitable("the same tensor")
    m.result(out, (x.value, x.tangent), x, dtype=kind)


def _clone(m: Model, out: str, a: str) -> None:
    m.result(out, (m[a].value, m[a].tangent), m[a])


#: Statements that make a new tensor of others.
EXPRESSIONS: Final[dict[str, Statement]] = {
    "unary": Statement(
        lambda d: (d.new(), d.of(UNARY), d.variable()), render_unary, unary, 8, True
    ),
    "binary": Statement(_draw_binary, _render_binary, _binary, 10, True),
    "reduce": Statement(
        _draw_reduce,
        lambda out, source, a, k: [f"{out} = " + source.format(a, k)],
        _reduce,
        5,
        True,
    ),
    "product": Statement(
        lambda d: (d.new(), d.variable(ndim=1), d.variable(ndim=1)),
        lambda out, a, b: [f"{out} = {a} @ {b}"],
        _product,
        3,
        True,
    ),
    "join": Statement(
        _draw_join,
        lambda out, f, names, k: [f"{out} = torch.{f}([{', '.join(names)}], {k})"],
        _join,
        2,
        True,
    ),
    "gather": Statement(
        _draw_gather, lambda out, a, places: [f"{out} = {a}[{places}]"], _gather, 2, True
    ),
    "masked": Statement(
        lambda d: (d.new(), d.variable()),
        lambda out, a: [f"{out} = {a}[{a} > 0.125]"],
        _masked,
        1,
        True,
    ),
    "cast": Statement(
        lambda d: (d.new(), d.variable(), d.of(["float32", "float64"])),
        lambda out, a, kind: [f"{out} = {a}.to(torch.{kind})"],
        _cast,
        1,
        True,
    ),
    "clone": Statement(
        lambda d: (d.new(), d.variable()),
        lambda out, a: [f"{out} = {a}.clone()"],
        _clone,
        2,
        True,
    ),
}
