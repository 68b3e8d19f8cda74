"""Closed forms of programs, their derivatives, and the way back onto the tape."""

import time

import numpy as np
import pytest
import sympy

import tapegrad as torch
from tapegrad.errors import LiftError
from tapegrad.symbolic import derivatives, derive, lambdify, lift

a, b, x, y = sympy.symbols("a b x y", real=True)
n, m = sympy.symbols("n m", integer=True, positive=True)


def powers(s, x):
    for _ in range(3):
        s = s.mm(x)
    return s.mean()


PROGRAMS = [
    (lambda x: (x + 2) ** 2 / 4, [(2, 2)]),
    (lambda x, y: (x * y).sum(1), [(2, 3), (3,)]),
    (powers, [(1, 2), (2, 2)]),
    (lambda x: x.softmax(0), [(3,)]),
    (lambda x: torch.stack([x.exp(), x.sin()]), [(2, 2)]),
    (lambda x: x.norm() + x.var() + x.prod(), [(4,)]),
    (lambda x: x.t()[1:, None], [(2, 3)]),
    (lambda x: torch.where(x > 0.5, x, -x).amax(), [(5,)]),
]


def numbers(shape):
    return np.random.default_rng(len(shape)).uniform(0.2, 0.9, shape)


def at_point(made, names, points):
    """Value of a lifted result by SymPy's own substitution."""
    at = {}
    for name, point in zip(names, points, strict=True):
        for index in np.ndindex(point.shape):
            symbol = sympy.Symbol("_".join([name, *map(str, index)]), real=True)
            at[symbol] = sympy.Float(point[index], 30)
    replaced = (
        made.subs(at) if isinstance(made, sympy.Expr) else made.applyfunc(lambda e: e.subs(at))
    )
    return np.array(replaced.tolist() if hasattr(replaced, "tolist") else replaced, float)


@pytest.mark.parametrize(("program", "shapes"), PROGRAMS)
def test_closed_form_has_the_values_of_the_program(program, shapes):
    points = [numbers(shape) for shape in shapes]
    expected = program(*map(torch.tensor, points)).numpy()
    names = ["u", "v"][: len(points)]
    made = at_point(lift(program, *points, symbols=" ".join(names)), names, points)
    shape = (*expected.shape, 1) if expected.ndim == 1 else expected.shape
    assert made.shape == shape
    np.testing.assert_allclose(made.reshape(expected.shape), expected, rtol=1e-14)


def test_kinds_of_results():
    assert isinstance(lift(lambda x: x.sum(), (2,)), sympy.Expr)
    assert isinstance(lift(lambda x: x, (2,)), sympy.ImmutableDenseMatrix)
    assert lift(lambda x: x, (2,)).shape == (2, 1)
    assert lift(lambda x: x, (2, 3)).shape == (2, 3)
    cube = lift(lambda x: x, (2, 1, 2))
    assert isinstance(cube, sympy.ImmutableDenseNDimArray)
    assert cube.shape == (2, 1, 2)
    pair = lift(lambda x: (x, x.sum()), (2,))
    assert isinstance(pair, tuple)
    assert len(pair) == 2


def test_inputs_are_points_shapes_names_or_symbols():
    assert lift(lambda x: x * 2, "p") == 2 * sympy.Symbol("p", real=True)
    q = sympy.Symbol("q", positive=True)
    assert lift(lambda x: (x * x).sqrt(), q) == q
    assert lift(lambda x: x * 2, 3.0, symbols=[q]) == 2 * q
    matrix = sympy.Matrix([[a, b]])
    assert lift(lambda x: x[0, 0] - x[0, 1], (1, 2), symbols=[matrix]) == a - b
    # Integers are what they are.
    assert lift(lambda x, k: x[k].sum(), (3,), np.array([0, 2])) == sum(
        sympy.symbols("x_0 x_2", real=True)
    )


def test_branch_is_that_of_the_point():
    def steps(x):
        return x * 3 if x > 1 else x * 5

    assert lift(steps, 2.0, symbols="x") == 3 * x
    assert lift(steps, 0.0, symbols="x") == 5 * x


def test_tensor_is_lifted_from_its_tape():
    w = torch.tensor(3.0, requires_grad=True)
    v = torch.ones(2, requires_grad=True)
    z = (w * v.sin()).sum()
    v0, v1 = sympy.symbols("v_0 v_1", real=True)
    expected = sympy.Symbol("w", real=True) * (sympy.sin(v0) + sympy.sin(v1))
    assert sympy.expand(lift(z, symbols={"v": v, "w": w}) - expected) == 0
    assert sympy.expand(lift(z, symbols="w v") - expected) == 0
    z.backward()  # what the sweep released is not needed
    assert sympy.expand(lift(z, symbols="w v") - expected) == 0


def test_lifting_leaves_no_trace():
    rows = len(torch.current_tape())
    lift(lambda x: x.exp(), (2,))
    assert len(torch.current_tape()) == rows


WHOLE = [
    (lambda p, q: p.mm(q).t() * 3 - p.mm(q) + 1, [(10, 9), (9, 10)]),
    (lambda p: p.tanh() * p / 2, [(10, 9)]),
    (lambda p, q: torch.addmm(p, q, q.t()), [(9, 9), (9, 8)]),
    (lambda p: (p.softmax(1) + p.mean(0)).norm(dim=1), [(9, 9)]),
    (lambda p: (p[1:, ::2] * 2).sum(0), [(10, 9)]),
    (lambda p, q: (p * q).logsumexp(1), [(10, 9), (9,)]),
    (lambda p, q: p.mm(q).mean(), [(8, 9), (9, 8)]),
    (lambda p, q: torch.bmm(p, q).sum((1, 2)), [(2, 5, 7), (2, 7, 5)]),
]


@pytest.mark.parametrize(("program", "shapes"), WHOLE)
def test_large_inputs_are_lifted_as_wholes(program, shapes):
    points = [numbers(shape) for shape in shapes]
    expected = program(*map(torch.tensor, points)).numpy()
    made = lift(program, *points)

    def element(*at):
        if isinstance(made, sympy.Lambda):
            return made(*at)
        return made[at] if at else made

    known = {name: points[k] for k, name in enumerate(["p", "q"][: len(points)])}
    for at in list(np.ndindex(expected.shape))[:: max(1, expected.size - 1)]:
        assert evaluated(element(*at), known) == pytest.approx(expected[at], rel=1e-12)


def evaluated(e, known):
    """Value of an expression with sums over the elements of arrays."""
    done = e.doit()
    at = {}
    for part in done.atoms(sympy.matrices.expressions.matexpr.MatrixElement, sympy.Indexed):
        name, *index = part.args
        at[part] = float(known[str(name)][tuple(int(i) for i in index)])
    return float(done.xreplace(at))


def test_sizes_may_be_symbols():
    p, q = sympy.MatrixSymbol("P", n, m), sympy.MatrixSymbol("Q", m, n)
    square = sympy.MatrixSymbol("S", n, n)
    assert lift(lambda s: s.mm(s).t() - s, square) == square.T * square.T - square
    assert lift(lambda p, q: p.mm(q).t() * 3, p, q) == 3 * q.T * p.T
    v = sympy.IndexedBase("v", shape=(n,))
    total = lift(lambda v: (v * v).sum(), v)
    assert total.subs(n, 3).doit() == sum(v[k] ** 2 for k in range(3)).subs(n, 3)
    mean = lift(lambda p: p.mean(), p).subs({n: 2, m: 2}).doit()
    four = sympy.MatrixSymbol("P", 2, 2)
    assert sympy.expand(mean - sum(four[i, j] for i in range(2) for j in range(2)) / 4) == 0


@pytest.mark.parametrize(
    ("program", "inputs", "message"),
    [
        (lambda p: p * p.shape[0], [sympy.MatrixSymbol("P", n, m)], "depend on sizes"),
        (lambda p: p[-1], [sympy.MatrixSymbol("P", n, m)], "depend on sizes"),
        (lambda p: p.reshape(-1), [np.ones((10, 9))], "joins or splits dimensions"),
        (lambda p: p.cumsum(0), [np.ones(70)], "cumsum .* cannot be lifted"),
        (lambda p: p * torch.arange(70.0), [np.ones(70)], "elements that differ"),
        (lambda p: p.sum(), [sympy.IndexedBase("v")], "needs a shape"),
        (lambda p: 3, [(2,)], "result 0 is int"),
        (lambda p: p, [object()], "real numbers, not object"),
        (lambda p: p, ["two words"], "must be identifiers"),
        (lambda p, q: p, ["x", "x"], "names that differ"),
    ],
)
def test_what_cannot_be_lifted(program, inputs, message):
    with pytest.raises(LiftError, match=message):
        lift(program, *inputs)


def test_what_is_no_program():
    with pytest.raises(LiftError, match="function of tensors or a tensor, not int"):
        lift(3)
    with pytest.raises(LiftError, match="no graph"):
        lift(torch.ones(2).sum())
    with pytest.raises(LiftError, match="100 elements"):
        lift(torch.ones(100, requires_grad=True).sum())
    w = torch.ones(2, requires_grad=True)
    with pytest.raises(LiftError, match=r"none for the leaf of shape \(2,\)"):
        lift(w.sum(), symbols={"v": torch.ones(3, requires_grad=True)})
    with pytest.raises(LiftError, match="symbols names 1"):
        lift(lambda p, q: p + q, (1,), (1,), symbols="p")
    with pytest.raises(LiftError, match=r"within 0\.05 seconds"):
        lift(slow, "x", time_limit=0.05)


def slow(x):
    end = time.monotonic() + 5
    while time.monotonic() < end:
        pass
    return x


# Derivatives ------------------------------------------------------------------------------------


def test_gradients_are_those_found_by_hand():
    assert derive(lambda x: (x**2 + 1).log(), "x").result == 2 * x / (x**2 + 1)
    dx, dy = derive(lambda x, y: x * y.sin(), "x", "y").result
    assert (dx, dy) == (sympy.sin(y), x * sympy.cos(y))
    seed = derive(lambda x: ((x + 2) ** 2).mean(), (2, 2)).result
    assert list(seed.subs(dict.fromkeys(seed.free_symbols, 1))) == [sympy.Rational(3, 2)] * 4


def test_seed_of_ten_products():
    def program(x):
        s = torch.tensor([[0.01, 0.02]], dtype=torch.float64)
        for _ in range(10):
            s = s.mm(x)
        return s.mean()

    made = derive(program, np.ones((2, 2)), simplify=False).result
    exact = made.subs(dict.fromkeys(made.free_symbols, 1))
    expected = [sympy.Rational(928, 25), sympy.Rational(928, 25)] + [sympy.Rational(992, 25)] * 2
    assert [sympy.Float(v, 15) for v in exact] == [sympy.Float(v, 15) for v in expected]


def test_jacobian_and_hessian():
    x0, x1 = sympy.symbols("x_0 x_1", real=True)
    made = derive(lambda x: torch.stack([x[0] * x[1], x[0].exp()]), (2,), order="jacobian").result
    assert made == sympy.Matrix([[x1, x0], [sympy.exp(x0), 0]])
    rosenbrock = derive(
        lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, (2,), order="hessian"
    ).result
    by_sympy = sympy.hessian(100 * (x1 - x0**2) ** 2 + (1 - x0) ** 2, [x0, x1])
    assert (rosenbrock - by_sympy).applyfunc(sympy.expand) == sympy.zeros(2, 2)
    blocks = derive(lambda x, y: x**2 * y**3, "x", "y", order="hessian").result
    assert blocks == ((2 * y**3, 6 * x * y**2), (6 * x * y**2, 6 * x**2 * y))
    cube = derive(lambda x: x.t(), (2, 3), order="jacobian").result
    assert cube.shape == (3, 2, 2, 3)


def test_derivatives_are_those_beside_kinks():
    assert derive(lambda x: x.abs(), "x", order="hessian").result == 0


def test_no_time_to_simplify(monkeypatch):
    def never(expression):
        slow(expression)

    monkeypatch.setattr(derivatives, "shortest", never)
    start = time.monotonic()
    made = derive(lambda x: x.sin() ** 2 + x.cos() ** 2, "x", time_limit=0.5)
    assert time.monotonic() - start < 2
    assert not made.simplified
    assert sympy.simplify(made.result) == 0
    assert derive(lambda x: x * x, "x", simplify=False).simplified is False


def test_what_cannot_be_derived():
    with pytest.raises(LiftError, match=r"result has shape \(2,\)"):
        derive(lambda x: x, (2,))
    with pytest.raises(LiftError, match="one result, not 2"):
        derive(lambda x: (x, x), "x")
    with pytest.raises(LiftError, match="none of the inputs"):
        derive(lambda k: k.sum() * 1.0, np.arange(3))
    with pytest.raises(ValueError, match="order must be one of"):
        derive(lambda x: x, "x", order="laplacian")


# Back onto the tape -----------------------------------------------------------------------------

EXPRESSIONS = [
    a**2 * b - 3 / (a + b),
    sympy.sqrt(a) * sympy.exp(-b) + sympy.log(a + b),
    sympy.Max(a, b, 1) - sympy.Min(a, b) + sympy.Abs(a - b),
    sympy.Piecewise((a * b, a > b), (sympy.sin(a), b > 1), (b**3, True)),
    sympy.erf(a) + sympy.erfc(b) + sympy.atan2(a, b),
    2**a + a**b + sympy.pi * sympy.E,
    sympy.tanh(a) / sympy.cosh(b) + sympy.sinh(a) * sympy.asin(a / 9),
    sympy.Rational(1, 3) * a ** sympy.Rational(2, 3) * 1 / sympy.sqrt(b),
    sympy.Heaviside(a - b) + sympy.sign(a - b) * a + sympy.floor(a) + sympy.ceiling(b),
    sympy.Piecewise((a, (a > 1) & (b < 1)), (b, ~(a < 1) | (b > 3)), (a * b, True)),
]


def between_jumps(slope):
    def nothing(*_):
        return sympy.Integer(0)

    flat = slope.replace(sympy.DiracDelta, nothing)
    return flat.replace(sympy.Subs, nothing).replace(sympy.Derivative, nothing)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_expressions_become_functions_of_tensors(expression):
    left, right = np.array([0.3, 1.6, 2.5]), np.array([[0.7], [1.4]])
    p = torch.tensor(left, requires_grad=True)
    q = torch.tensor(right, requires_grad=True)
    out = lambdify(expression, [a, b])(p, q)
    assert out.shape == (2, 3)
    out.sum().backward()
    da, db = (between_jumps(expression.diff(s)) for s in (a, b))
    for i, j in np.ndindex(2, 3):
        at = {a: sympy.Float(left[j], 30), b: sympy.Float(right[i, 0], 30)}
        assert float(out[i, j].detach()) == pytest.approx(float(expression.subs(at)), rel=1e-13)
    for grads, slope in ((p.grad, da), (q.grad, db)):
        total = sum(
            float(slope.subs({a: sympy.Float(u, 30), b: sympy.Float(v, 30)}).doit())
            for u in left
            for v in right[:, 0]
        )
        assert float(grads.sum()) == pytest.approx(total, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("program", "shapes"), PROGRAMS)
def test_there_and_back(program, shapes):
    points = [numbers(shape) for shape in shapes]
    tensors = [torch.tensor(p, requires_grad=True) for p in points]
    expected = program(*tensors)
    symbols = [
        np.array(derivatives.packed(s)) for s in derivatives.lifted_program(program, points).symbols
    ]
    back = lambdify(lift(program, *points), [sympy.Matrix(s) for s in symbols])(*tensors)
    assert back.numel() == expected.numel()
    np.testing.assert_allclose(
        back.detach().numpy().reshape(-1), expected.detach().numpy().reshape(-1), rtol=1e-13
    )
    ours = torch.autograd.grad(back.sum(), tensors[0])[0]
    theirs = torch.autograd.grad(expected.sum(), tensors[0])[0]
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-11, atol=1e-12)


def test_matrices_become_stacks():
    f = lambdify(sympy.Matrix([[a, b], [1, a * b]]), [a, b])
    made = f(torch.tensor([1.0, 2.0]), torch.tensor(3.0))
    assert made.shape == (2, 2, 2)
    assert made[1].tolist() == [[2.0, 3.0], [1.0, 6.0]]


def test_matrix_expressions_use_products():
    p, q = sympy.MatrixSymbol("P", 2, 3), sympy.MatrixSymbol("Q", 3, 2)
    f = lambdify(2 * p * q + (p * q).T, [p, q])
    left, right = numbers((2, 3)), numbers((3, 2))
    expected = 2 * left @ right + (left @ right).T
    np.testing.assert_allclose(f(torch.tensor(left), torch.tensor(right)).numpy(), expected)
    large = lift(lambda p, q: p.mm(q).t() * 3 - p.mm(q) + 1, np.ones((10, 9)), np.ones((9, 10)))
    left, right = numbers((10, 9)), numbers((9, 10))
    symbols = [sympy.MatrixSymbol("p", 10, 9), sympy.MatrixSymbol("q", 9, 10)]
    made = lambdify(large, symbols)(torch.tensor(left), torch.tensor(right))
    np.testing.assert_allclose(made.numpy(), (left @ right).T * 3 - left @ right + 1)


def test_what_has_no_op():
    with pytest.raises(LiftError, match="no op for gamma"):
        lambdify(sympy.gamma(a), a)
    with pytest.raises(LiftError, match="no op for Integral"):
        lambdify(sympy.Integral(a, (a, 0, b)), [a, b])
    with pytest.raises(LiftError, match="holds b"):
        lambdify(a + b, a)
    with pytest.raises(LiftError, match="must be a symbol"):
        lambdify(a, [a + 1])
    with pytest.raises(LiftError, match="not real"):
        lambdify(a * sympy.I, a)(torch.ones(2))
    with pytest.raises(TypeError, match="takes 1 tensors, but got 2"):
        lambdify(a, a)(torch.ones(1), torch.ones(1))
    with pytest.raises(ValueError, match=r"shape \(3,\) was given"):
        lambdify(a + b, [sympy.Matrix([a, b])])(torch.ones(3))
