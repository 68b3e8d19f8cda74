"""The statements of random programs: how each is drawn, printed, and run in the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from tapegrad.testing.model import Array, Family, Model, Unsuitable, Variable, elementwise, smooth

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

_UNARY: Final[dict[str, list[tuple[Any, ...]]]] = {
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


def _chain(ops: list[tuple[Any, ...]], x: Variable) -> tuple[Array, Array]:
    pair = (x.value, x.tangent)
    for name, *numbers in ops:
        pair = elementwise(name, pair, *((n, None) for n in numbers))
    return pair


def _pair(op: str, x: Variable, y: Variable) -> tuple[Array, Array]:
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


def _unary(m: Model, out: str, source: str, a: str) -> None:
    m.result(out, _chain(_UNARY[source], m[a]), m[a])


def _binary(m: Model, out: str, source: str, a: str, b: str) -> None:
    m.result(out, _pair(_BINARY[source], m[a], m[b]), m[a], m[b])


def _render_unary(out: str, source: str, a: str) -> list[str]:
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


# Views --------------------------------------------------------------------------------------------

Look = tuple[str, tuple[Any, ...]]


def show_look(a: str, look: Look) -> str:
    """Source of a view of a variable."""
    kind, arguments = look
    if kind == "index":
        return f"{a}[{show_index(arguments)}]"
    return f"{a}.{kind}({', '.join(map(str, arguments))})"


def take_look(x: Variable, look: Look) -> Callable[[Array], Array]:
    """Make a view of an array as a statement says."""
    kind, arguments = look
    if kind == "index":
        # Indexing with ints alone gives a number; a trailing Ellipsis keeps it an array.
        return lambda a: np.asarray(
            a[arguments if Ellipsis in arguments else (*arguments, Ellipsis)]
        )
    if kind == "transpose":
        return lambda a: a.swapaxes(*arguments)
    if kind == "permute":
        return lambda a: a.transpose(arguments)
    if kind == "unsqueeze":
        return lambda a: np.expand_dims(a, arguments[0])
    if kind == "squeeze":
        return lambda a: np.squeeze(a)
    if kind == "expand":
        return lambda a: np.lib.stride_tricks.as_strided(
            a,
            arguments,
            [
                0 if n == 1 and m != 1 else s
                for n, m, s in zip(a.shape, arguments, a.strides, strict=True)
            ],
        )  # fmt: skip
    if kind == "reshape":
        if not (x.plain and x.value.flags.c_contiguous):
            raise Unsuitable("whether this is a view is each implementation's own affair")
        return lambda a: a.reshape(arguments)
    raise ValueError(kind)


def draw_look(d: Draw, shape: tuple[int, ...]) -> Look:
    """Draw a view of a shape."""
    kinds = ["index", "index", "index", "unsqueeze", "squeeze", "reshape"]
    kind = d.of(kinds + ["transpose", "permute", "expand"] * (len(shape) > 0))
    ndim = len(shape)
    if kind == "index":
        return kind, d.index(shape)
    if kind == "transpose":
        return kind, (d.integer(-ndim, ndim), d.integer(-ndim, ndim))
    if kind == "permute":
        return kind, tuple(int(k) for k in d.rng.permutation(ndim))
    if kind == "unsqueeze":
        return kind, (d.integer(0, ndim + 1),)
    if kind == "expand":
        return kind, tuple(d.of([1, 2, 3]) if n == 1 else n for n in shape)
    if kind == "reshape":
        n = int(np.prod(shape))
        return kind, d.of([(n,), (1, n), (n, 1), (2, n // 2) if n % 2 == 0 else (n,)])
    return kind, ()


def _view(m: Model, out: str, a: str, look: Look) -> None:
    x = m[a]
    made = m.view(x, take_look(x, look))
    made.plain = look[0] in ("reshape", "unsqueeze") and x.plain
    m.variables[out] = made


def _draw_view(d: Draw) -> Data:
    a = d.variable()
    return d.new(), a, draw_look(d, d.model[a].shape)


# Writing in place ---------------------------------------------------------------------------------

#: Source after the target's name, and the op.
_INPLACE: Final[dict[str, Any]] = {
    ".add_({})": "ADD",
    ".sub_({})": "SUB",
    ".mul_({})": "MUL",
    ".copy_({})": "COPY",
    " += {}": "ADD",
    " *= {}": "MUL",
}
_INPLACE_UNARY: Final[dict[str, Any]] = {
    ".sin_()": "SIN",
    ".tanh_()": "TANH",
    ".neg_()": "NEG",
    ".sigmoid_()": "SIGMOID",
    ".mul_(1.5)": ("MUL", 1.5),
    ".add_(0.5)": ("ADD", 0.5),
    ".div_(2.0)": ("DIV", 2.0),
    " -= 0.25": ("ADD", -0.25),
    ".zero_()": 0.0,
    ".fill_(0.75)": 0.75,
}


def _target(m: Model, a: str, look: Look | None) -> Variable:
    return m[a] if look is None else m.view(m[a], take_look(m[a], look))


def _show_target(a: str, look: Look | None) -> str:
    return a if look is None else show_look(a, look)


def _inplace(m: Model, a: str, look: Look | None, source: str, b: str) -> None:
    target, y = _target(m, a, look), m[b]
    op = _INPLACE[source]
    pair = (y.value, y.tangent) if op == "COPY" else _pair(op, target, y)
    m.write(target, pair, target, y)


def _draw_inplace(d: Draw) -> Data:
    a = d.variable()
    look = draw_look(d, d.model[a].shape) if d.rng.random() < 0.4 else None
    source = d.of(s for s in _INPLACE if look is None or s[0] == ".")
    return a, look, source, d.partner(_target(d.model, a, look).shape, into=True)


def _inplace_unary(m: Model, a: str, look: Look | None, source: str) -> None:
    target = _target(m, a, look)
    op = _INPLACE_UNARY[source]
    if isinstance(op, float):
        m.write(target, (op, 0.0))
    else:
        m.write(target, _chain([(op,) if isinstance(op, str) else op], target), target)


def _draw_inplace_unary(d: Draw) -> Data:
    a = d.variable()
    look = draw_look(d, d.model[a].shape) if d.rng.random() < 0.4 else None
    return a, look, d.of(s for s in _INPLACE_UNARY if look is None or s[0] == ".")


def _assign(m: Model, a: str, parts: tuple[Any, ...], b: str | float) -> None:
    target = _target(m, a, ("index", parts))
    if isinstance(b, str):
        m.write(target, (m[b].value, m[b].tangent), m[b])
    else:
        m.write(target, (b, 0.0))


def _draw_assign(d: Draw) -> Data:
    a = d.variable(ndim=1)
    parts = d.index(d.model[a].shape)
    target = _target(d.model, a, ("index", parts))
    return a, parts, d.partner(target.shape, into=True) if d.rng.random() < 0.8 else d.number()


def _assign_at(m: Model, a: str, places: list[int], b: str | float) -> None:
    x = m[a]
    y = m[b] if isinstance(b, str) else None
    if not places or (y is not None and y.dtype != x.dtype):
        raise Unsuitable("nothing to write, or of another type")
    value, tangent = x.value.copy(), x.tangent.copy()
    value[places], tangent[places] = (y.value, y.tangent) if y else (b, 0.0)
    if y is not None and np.shares_memory(y.value, x.value):
        raise Unsuitable("overlap")
    m.write(x, (value, tangent), *([y] if y else []))


def _draw_assign_at(d: Draw) -> Data:
    a = d.variable(ndim=1)
    n = d.model[a].shape[0]
    places = [int(k) for k in d.rng.permutation(n)[: d.integer(1, max(n, 1) + 1)]]
    shape = (len(places), *d.model[a].shape[1:])
    return a, places, d.partner(shape, into=True) if d.rng.random() < 0.8 else d.number()


def _assign_mask(m: Model, a: str, number: float) -> None:
    x = m[a]
    if (abs(x.value - 0.125) < 1e-3).any():
        raise Unsuitable("near a kink")
    mask = x.value > 0.125
    m.write(x, (np.where(mask, number, x.value), np.where(mask, 0.0, x.tangent)))


# Graphs -------------------------------------------------------------------------------------------


def _detach(m: Model, out: str, a: str) -> None:
    x = m[a]
    family = Family(False, True)
    m.variables[out] = Variable(x.value, np.zeros(x.shape), x.dtype, family, x.plain)


def _drop(m: Model, a: str) -> None:
    if a in m.directions:
        raise Unsuitable("leaves stay, their gradients are compared")
    m[a]
    del m.variables[a]


def _hook(m: Model, a: str, factor: float) -> None:
    """Scaling an adjoint is, for everything that is computed from now on, scaling the tangent."""
    if not m[a].family.requires_grad:
        raise Unsuitable("no gradient")
    m[a].tangent *= factor


def _hooked(m: Model, out: str, source: str, a: str, factor: float) -> None:
    _unary(m, out, source, a)
    _hook(m, out, factor)


def _retain(m: Model, a: str) -> None:
    if not m[a].family.requires_grad or m[a].family.is_leaf:
        raise Unsuitable("nothing to retain")


def _backward(m: Model, a: str, weight: float, retain: bool) -> None:
    if not m[a].family.requires_grad or not m[a].value.size:
        raise Unsuitable("no graph")
    m.total += weight * float(m[a].tangent.sum())


def _render_backward(a: str, weight: float, retain: bool) -> list[str]:
    return [f"root = ({a} * {weight}).sum()", f"root.backward(retain_graph={retain})", "del root"]


def _render_gradient(a: str, weight: float, retain: bool) -> list[str]:
    return [
        f"root = {a}",
        f"root.backward(torch.full_like(root, {weight}), retain_graph={retain})",
        "del root",
    ]


def _clear(m: Model, names: tuple[str, ...]) -> None:
    if set(names) != set(m.directions):
        raise Unsuitable("gradients are compared all together")
    m.total = 0.0


def _hooked_leaf(m: Model, out: str, data: Any, kind: str, factor: float) -> None:
    m.leaf(out, np.array(data), kind, True)
    m[out].tangent *= factor


def _draw_leaf(requires_grad: bool) -> Callable[[Draw], Data]:
    def draw(d: Draw) -> Data:
        kind = d.dtype if d.rng.random() < 0.85 else d.of(["float32", "float64"])
        return d.new(), d.data(d.shape()), kind, requires_grad

    return draw


def _render_leaf(out: str, data: Any, kind: str, requires_grad: bool) -> list[str]:
    suffix = ", requires_grad=True" if requires_grad else ""
    return [f"{out} = torch.tensor({data}, dtype=torch.{kind}{suffix})"]


def _leaf(m: Model, out: str, data: Any, kind: str, requires_grad: bool) -> None:
    m.leaf(out, np.array(data), kind, requires_grad)


def _draw_backward(d: Draw) -> Data:
    return d.variable(differentiable=True), d.number(), bool(d.rng.random() < 0.6)


STATEMENTS: Final[dict[str, Statement]] = {
    "leaf": Statement(_draw_leaf(True), _render_leaf, _leaf, 1),
    "constant": Statement(_draw_leaf(False), _render_leaf, _leaf, 1),
    "unary": Statement(
        lambda d: (d.new(), d.of(_UNARY), d.variable()), _render_unary, _unary, 8, True
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
    "view": Statement(
        _draw_view, lambda out, a, look: [f"{out} = {show_look(a, look)}"], _view, 10
    ),
    "inplace": Statement(
        _draw_inplace,
        lambda a, look, source, b: [_show_target(a, look) + source.format(b)],
        _inplace,
        8,
        True,
    ),
    "inplace_unary": Statement(
        _draw_inplace_unary,
        lambda a, look, source: [_show_target(a, look) + source],
        _inplace_unary,
        6,
        True,
    ),
    "assign": Statement(
        _draw_assign, lambda a, parts, b: [f"{a}[{show_index(parts)}] = {b}"], _assign, 4, True
    ),
    "assign_at": Statement(
        _draw_assign_at, lambda a, places, b: [f"{a}[{places}] = {b}"], _assign_at, 2, True
    ),
    "assign_mask": Statement(
        lambda d: (d.variable(ndim=1), d.number()),
        lambda a, number: [f"{a}[{a} > 0.125] = {number}"],
        _assign_mask,
        1,
        True,
    ),
    "detach": Statement(
        lambda d: (d.new(), d.variable()), lambda out, a: [f"{out} = {a}.detach()"], _detach, 2
    ),
    "drop": Statement(lambda d: (d.variable(),), lambda a: [f"del {a}"], _drop, 4),
    "hooked": Statement(
        lambda d: (d.new(), d.of(_UNARY), d.variable(differentiable=True), d.number()),
        lambda out, source, a, factor: [
            *_render_unary(out, source, a),
            f"{out}.register_hook(lambda g: g * {factor})",
        ],
        _hooked,
        1,
    ),
    "retain": Statement(
        lambda d: (d.variable(differentiable=True),),
        lambda a: [f"{a}.retain_grad()"],
        _retain,
        1,
    ),
    "backward": Statement(_draw_backward, _render_backward, _backward, 4),
    "gradient": Statement(_draw_backward, _render_gradient, _backward, 2),
    "clear": Statement(
        lambda d: (tuple(d.model.directions),),
        lambda names: [f"{name}.grad = None" for name in names],
        _clear,
        1,
    ),
    "hooked_leaf": Statement(
        lambda d: (d.new(), d.data(d.shape()), d.dtype, d.number()),
        lambda out, data, kind, factor: [
            *_render_leaf(out, data, kind, True),
            f"{out}.register_hook(lambda g: g * {factor})",
        ],
        _hooked_leaf,
        1,
    ),
}  # fmt: skip
