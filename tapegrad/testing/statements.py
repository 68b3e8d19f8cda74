"""The statements of random programs: how each is drawn, printed, and run in the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tapegrad.testing.expressions import (
    EXPRESSIONS,
    UNARY,
    Data,
    Draw,
    Statement,
    chain,
    combine,
    render_unary,
    show_index,
    unary,
)
from tapegrad.testing.model import Array, Family, Model, Unsuitable, Variable

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
    pair = (y.value, y.tangent) if op == "COPY" else combine(op, target, y)
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
        m.write(target, chain([(op,) if isinstance(op, str) else op], target), target)


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
    unary(m, out, source, a)
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


STATEMENTS: Final[dict[str, Statement]] = EXPRESSIONS | {
    "leaf": Statement(_draw_leaf(True), _render_leaf, _leaf, 1),
    "constant": Statement(_draw_leaf(False), _render_leaf, _leaf, 1),
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
        lambda d: (d.new(), d.of(UNARY), d.variable(differentiable=True), d.number()),
        lambda out, source, a, factor: [
            *render_unary(out, source, a),
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
}  # fmt: skip  # fmt: skip
