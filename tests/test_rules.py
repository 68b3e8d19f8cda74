"""The rules of structured ops: SymPy runs them as they stand, linear ones are adjoint."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import tapegrad
from tapegrad import engine
from tapegrad.autograd.views import make_view
from tapegrad.engine import Op
from tapegrad.layouts import number_of
from tapegrad.ops import gathering, joining, structured
from tapegrad.ops.rules import Step
from tapegrad_kernels.generated import opcodes

RULES = {s.name: s.rule for s in structured.STRUCTURED}
FLOAT64 = tapegrad.float64.code


# Symbols in place of tensors ----------------------------------------------------------------------


def exact(value):
    """Make a float a rational; SymPy would carry its rounding along."""
    return sympy.Rational(value) if isinstance(value, float) else value


class Symbolic:
    """What the rules use of a tensor, over an array of SymPy expressions."""

    def __init__(self, values):
        self.values = np.asarray(values, object)

    @property
    def shape(self):
        return self.values.shape

    @property
    def ndim(self):
        return self.values.ndim

    def _with(self, other, function):
        other = other.values if isinstance(other, Symbolic) else exact(other)
        return Symbolic(np.frompyfunc(function, 2, 1)(self.values, other))

    def _each(self, function):
        return Symbolic(np.frompyfunc(function, 1, 1)(self.values))

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, lambda a, b: a / b)

    def __pow__(self, other):
        return self._with(other, lambda a, b: a**b)

    def __eq__(self, other):
        return self._with(other, sympy.Eq)

    __hash__ = None

    def __neg__(self):
        return self._each(lambda a: -a)

    def exp(self):
        return self._each(sympy.exp)

    def abs(self):
        return self._each(sympy.Abs)

    def sign(self):
        return self._each(sympy.sign)

    def sum(self, dims, keepdim=False):
        axis = tuple(dims) if isinstance(dims, list | tuple) else dims
        return Symbolic(np.sum(self.values, axis=axis, keepdims=keepdim))

    def reshape(self, *shape):
        shape = shape[0] if shape and not isinstance(shape[0], int) else shape
        return Symbolic(self.values.reshape(shape))

    def expand(self, shape):
        return Symbolic(np.broadcast_to(self.values, shape))

    def new_ones(self, shape):
        return Symbolic(np.full(tuple(shape), sympy.Integer(1), dtype=object))

    def narrow(self, dim, start, length):
        return Symbolic(np.take(self.values, range(start, start + length), dim))

    def select(self, dim, k):
        return Symbolic(np.take(self.values, k, dim))

    def transpose(self, a, b):
        return Symbolic(np.swapaxes(self.values, a, b))

    def t(self):
        return Symbolic(self.values.T)

    def mm(self, other):
        return Symbolic(self.values @ other.values)

    bmm = mv = mm

    def outer(self, other):
        return Symbolic(np.outer(self.values, other.values))


class SymbolicStep(Step):
    """A `Step` whose row is a formula; what reads the parameters is the original."""

    def __init__(self, inputs, output, gradient, parameters=(), n_variadic=0):
        self._values = inputs
        self._result = output
        self.gradient = gradient
        self.parameters = list(parameters)
        self._n_variadic = n_variadic

    def input(self, k):
        return self._values[k]

    def output(self):
        return self._result

    def needs(self, k):
        return True

    def shape(self, k=0):
        return self._values[k].shape

    def sources(self):
        return [0, 0, *range(self._n_variadic)]

    def where(self, condition, yes, no):
        yes, no = (v.values if isinstance(v, Symbolic) else exact(v) for v in (yes, no))

        def pick(c, a, b):
            return sympy.Piecewise((a, c), (b, True))

        return Symbolic(np.frompyfunc(pick, 3, 1)(condition.values, yes, no))


def symbols(name, shape, **facts):
    """Array of distinct symbols."""
    facts = facts or {"positive": True}
    found = np.empty(shape, object)
    for k, at in enumerate(np.ndindex(shape)):
        found[at] = sympy.Symbol(f"{name}{k}", **facts)
    return found


def prove(name, forward, *shapes, parameters=(), n_variadic=0):
    """Show that a rule gives the derivatives of ``sum(g * forward(...))``, whatever `g` is."""
    inputs = [symbols(letter, shape) for letter, shape in zip("xyz", shapes, strict=False)]
    out = np.asarray(forward(*inputs), object)
    g = symbols("g", out.shape, real=True)
    loss = np.sum(g * out)
    step = SymbolicStep(
        [Symbolic(v) for v in inputs], Symbolic(out), Symbolic(g), parameters, n_variadic
    )
    parts = RULES[name](step)
    parts = parts[2:] if n_variadic else parts
    # Variadic inputs are the last of a block, the first two of the others.
    for values, part in zip(inputs, parts, strict=False):
        assert part.shape == values.shape
        for at in np.ndindex(values.shape):
            difference = sympy.simplify(sympy.diff(loss, values[at]) - part.values[at])
            if difference != 0:  # what simplify cannot decide
                point = {s: sympy.Rational(k + 2, 7) for k, s in enumerate(difference.free_symbols)}
                assert abs(difference.subs(point).evalf(40)) < 1e-35, (name, at, difference)


def kept(*shape):
    return number_of(FLOAT64, shape)


def words(*values):
    return [engine.float_word(float(v)) for v in values]


def power_norm(p, axis=None):
    return lambda x: np.sum(x**p, axis=axis) ** (1 / sympy.Rational(p))


def softmax(x):
    e = np.frompyfunc(sympy.exp, 1, 1)(x)
    return e / e.sum(1, keepdims=True)


def elementwise(function):
    return lambda x: np.frompyfunc(function, 1, 1)(x)


log, exp, root = elementwise(sympy.log), elementwise(sympy.exp), elementwise(sympy.sqrt)


def variance(x, divisor=1):
    return np.sum((x - x.sum(1, keepdims=True) / x.shape[1]) ** 2, axis=1) / divisor


PROOFS = {
    "mm": ("mm", lambda a, b: a @ b, (2, 3), (3, 2)),
    "bmm": ("bmm", lambda a, b: a @ b, (2, 1, 2), (2, 2, 1)),
    "mv": ("mv", lambda a, b: a @ b, (2, 3), (3,)),
    "dot": ("dot", lambda a, b: a @ b, (3,), (3,)),
    "addmm": (
        "addmm", lambda a, b, c: a @ b * sympy.Rational(1, 2) + c * 3, (2, 2), (2, 2), (2,),
        {"parameters": words(0.5, 3)},
    ),
    "sum": ("sum_dim", lambda x: x.sum(1), (2, 3), {"parameters": [kept(2, 1)]}),
    "mean": ("mean_dim", lambda x: x.sum(0) / 2, (2, 3), {"parameters": [kept(1, 3)]}),
    "prod": ("prod_dim", lambda x: np.prod(x, axis=1), (1, 5), {"parameters": [kept(1, 1)]}),
    "prod of all": ("prod", np.prod, (2, 3), {"parameters": [kept(1, 1)]}),
    "var": ("var", lambda x: variance(x, 2), (2, 3), {"parameters": [kept(2, 1), *words(1)]}),
    "var with other corrections": (
        "var", lambda x: variance(x, 4), (2, 3), {"parameters": [kept(2, 1), *words(0.5)]},
    ),
    "std": (
        "std", lambda x: root(variance(x, 2)), (1, 3), {"parameters": [kept(1, 1), *words(1)]},
    ),
    "logsumexp": (
        "logsumexp", lambda x: log(exp(x).sum(1)), (2, 2), {"parameters": [kept(2, 1)]},
    ),
    "softmax": ("softmax", softmax, (2, 3), {"parameters": [1]}),
    "log_softmax": ("log_softmax", lambda x: log(softmax(x)), (1, 3), {"parameters": [1]}),
    "mse_loss": (
        "mse_loss", lambda x, y: ((x - y) ** 2).sum() / 4, (2, 2), (2, 2),
        {"parameters": words(4)},
    ),
    "cat": (
        "cat", lambda x, y: np.concatenate([x, y], 1), (2, 2), (2, 1),
        {"parameters": [1], "n_variadic": 2},
    ),
    "stack": (
        "stack", lambda x, y: np.stack([x, y], 1), (2, 2), (2, 2),
        {"parameters": [1], "n_variadic": 2},
    ),
    "copy": ("copy", lambda x: x, (2,)),
    **{
        f"norm of order {p}": (
            "norm", power_norm(p, 1), (2, 2), {"parameters": [kept(2, 1), *words(p)]},
        )
        for p in (sympy.Rational(1, 2), 1, 2, 3, -1)
    },
}  # fmt: skip


@pytest.mark.parametrize("name", PROOFS)
def test_the_rule_is_the_derivative(name, monkeypatch):
    monkeypatch.setattr(
        joining, "cat", lambda parts, dim: Symbolic(np.concatenate([p.values for p in parts], dim))
    )
    case = list(PROOFS[name])
    options = case.pop() if isinstance(case[-1], dict) else {}
    rule, forward, *shapes = case
    if name == "addmm":
        monkeypatch.setattr(SymbolicStep, "fold", lambda self, g, k: g.sum(0))
    if options.get("n_variadic"):
        monkeypatch.setattr(
            SymbolicStep, "shape", lambda self, k=0: self._values[max(k - 2, 0)].shape
        )
    prove(rule, forward, *shapes, **options)


def test_a_wrong_rule_is_found():
    rule = RULES["softmax"]
    RULES["softmax"] = lambda s: (s.output() * s.gradient,)
    try:
        with pytest.raises(AssertionError):
            prove("softmax", softmax, (2, 2), parameters=[1])
    finally:
        RULES["softmax"] = rule


# Gathering ----------------------------------------------------------------------------------------


@st.composite
def gather_case(draw):
    shape = tuple(draw(st.lists(st.integers(1, 3), max_size=3)))
    size = math.prod(shape)
    at = draw(st.lists(st.integers(0, size - 1), max_size=6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(1, 2))
    return rng.normal(size=shape), np.array(at * rows, np.int64).reshape(rows, len(at)), rng


@settings(max_examples=60, deadline=None)
@given(gather_case())
def test_gathering(case):
    values, at, rng = case
    places = tapegrad.tensor(at)
    x = tapegrad.tensor(values).requires_grad_(True)
    read = x.t() if x.ndim == 2 else x
    seen = values.T if values.ndim == 2 else values
    taken = gathering.take(read, places)
    assert np.array_equal(taken.numpy(force=True), np.take(seen, at))
    new, g = rng.normal(size=at.shape), rng.normal(size=at.shape)
    (taken * tapegrad.tensor(g)).sum().backward()
    expected = np.zeros(values.size)
    np.add.at(expected, at, g)
    expected = expected.reshape(seen.shape)
    np.testing.assert_allclose(x.grad.numpy(), expected.T if values.ndim == 2 else expected)

    outer = rng.normal(size=seen.shape)
    for function in (gathering.add_at, gathering.put_at):
        x = tapegrad.tensor(values).requires_grad_(True)
        y = tapegrad.tensor(new).requires_grad_(True)
        out = function(x.t() if x.ndim == 2 else x, places, y)
        flat = seen.copy().reshape(-1)
        if function is gathering.add_at:
            np.add.at(flat, at, new)
        else:
            flat[at.reshape(-1)] = new.reshape(-1)
        np.testing.assert_allclose(out.numpy(force=True), flat.reshape(seen.shape), atol=1e-15)
        (out * tapegrad.tensor(outer)).sum().backward()
        kept_part = outer.copy()
        if function is gathering.put_at:
            kept_part.reshape(-1)[at.reshape(-1)] = 0
        expected = kept_part.T if values.ndim == 2 else kept_part
        np.testing.assert_allclose(x.grad.numpy(), expected)
        np.testing.assert_allclose(y.grad.numpy(), outer.reshape(-1)[at])


def test_gathering_notices_overwritten_positions():
    x = tapegrad.tensor([1.0, 2.0]).requires_grad_(True)
    at = tapegrad.tensor([1, 0])
    out = gathering.take(x, at)
    at.add_(-1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


# Views --------------------------------------------------------------------------------------------

GEOMETRIES = [
    ((2, 3), (3, 1), 0),
    ((3, 2), (1, 3), 0),
    ((2, 2), (3, 2), 0),
    ((3,), (2,), 1),
    ((), (), 4),
    ((4, 3), (0, 1), 2),  # repeats elements
    ((3, 2), (1, 1), 1),  # overlaps itself
    ((0, 2), (2, 1), 0),
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("name", structured.VIEWS)
def test_every_view_puts_its_gradient_back(name, geometry):
    op = Op[name.upper()]
    x = tapegrad.tensor(np.arange(6.0).reshape(2, 3)).requires_grad_(True)
    shape, strides, start = geometry
    view = make_view(x * 1, lambda g: (shape, strides, g[2] + start), op)
    at = start + np.zeros(shape, np.int64)
    for k, (n, s) in enumerate(zip(shape, strides, strict=True)):
        at += (np.arange(n) * s).reshape([-1 if j == k else 1 for j in range(len(shape))])
    assert np.array_equal(view.numpy(force=True), at.astype(float))
    assert view.grad_fn.name() == (structured.VIEWS[name] or "MulBackward0")
    g = np.random.default_rng(3).normal(size=shape)
    (view * tapegrad.tensor(g)).sum().backward()
    expected = np.zeros(6)
    np.add.at(expected, at, g)
    np.testing.assert_allclose(x.grad.numpy(), expected.reshape(2, 3))


def test_writing_through_a_view():
    x = tapegrad.tensor(np.ones((2, 3))).requires_grad_(True)
    y = tapegrad.tensor(np.full(3, 5.0)).requires_grad_(True)
    base = x * 2
    base[1].mul_(y)
    (base * tapegrad.tensor(np.arange(6.0).reshape(2, 3))).sum().backward()
    assert base.grad_fn.name() == "torch::autograd::CopySlices"
    assert x.grad.tolist() == [[0, 2, 4], [30, 40, 50]]
    assert y.grad.tolist() == [6, 8, 10]


# The table ----------------------------------------------------------------------------------------


def test_the_table_and_the_opcodes_agree():
    names = [s.name for s in structured.STRUCTURED]
    assert len(set(names)) == len(names)
    for s in structured.STRUCTURED:
        op = Op[s.name.upper()]
        assert opcodes.NODE_NAMES[op] == s.node
        assert opcodes.DIFFERENTIABLE[op] == s.differentiable
        saved = (opcodes.SAVES0[op], opcodes.SAVES1[op], opcodes.SAVES2[op])
        assert saved == s.saves


def test_views_come_in_one_run():
    codes = [Op[name.upper()] for name in structured.VIEWS]
    assert codes == list(range(Op.VIEW, Op.UNSAFE_VIEW + 1))
    for a, b in itertools.pairwise(("SUM", "SUM_DIM", "MEAN", "MEAN_DIM")):
        assert Op[b] == Op[a] + 1


def test_a_rule_must_give_the_shape_of_the_input(monkeypatch):
    from tapegrad.ops import rules

    wrong = structured.Structured("norm", "", lambda s: (s.gradient,))
    monkeypatch.setitem(rules._BY_OPCODE, Op.NORM, wrong)
    x = tapegrad.tensor([1.0, 2.0]).requires_grad_(True)
    with pytest.raises(RuntimeError, match=r"the rule of norm gave a gradient of shape \[\] for"):
        x.norm().backward()
