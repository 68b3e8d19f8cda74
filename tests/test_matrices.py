"""Matrix products: values against NumPy, gradients against differences and against SymPy."""

from __future__ import annotations

import numpy as np
import pytest
from differences import check_gradients
from hypothesis import given, settings
from hypothesis import strategies as st

import tapegrad
from tapegrad.ops import matrices

RNG = np.random.default_rng(11)
FLOATS = (np.float32, np.float64)
TOLERANCE = {np.float32: 3e-6, np.float64: 1e-13, np.int64: 0, np.int32: 0}


def as_leaf(values, kind=tapegrad.float64):
    """Tensor that requires a gradient."""
    return tapegrad.tensor(values, dtype=kind).requires_grad_(True)


def strided(values, how):
    """Tensor of the same values: row-major, column-major, or with gaps in memory."""
    if how == "columns" and values.ndim > 1:
        stored = tapegrad.tensor(np.ascontiguousarray(np.swapaxes(values, -1, -2)))
        return stored.transpose(-1, -2)
    if how == "gaps":
        wide = np.zeros((*values.shape, 2), values.dtype)
        wide[..., 0] = values
        return tapegrad.tensor(wide).select(-1, 0)
    return tapegrad.tensor(values)


def arrays(*shapes):
    return [RNG.normal(size=shape) for shape in shapes]


# Values -------------------------------------------------------------------------------------------

SIZES = st.integers(0, 4)
HOW = st.sampled_from(["rows", "columns", "gaps"])


@st.composite
def matmul_case(draw):
    n, k, m = draw(SIZES), draw(SIZES), draw(SIZES)
    batch = draw(st.lists(st.integers(1, 3), max_size=2))

    def side(core):
        dims = batch[draw(st.integers(0, len(batch))) :]
        return (*(1 if draw(st.booleans()) else d for d in dims), *core)

    left = (k,) if draw(st.integers(0, 4)) == 0 else side((n, k))
    right = (k,) if draw(st.integers(0, 4)) == 0 else side((k, m))
    kind = draw(st.sampled_from([np.float32, np.float64, np.int64, np.int32]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = [rng.integers(-4, 5, shape).astype(kind) for shape in (left, right)]
    if np.issubdtype(kind, np.floating):
        values = [v + rng.random(v.shape).astype(kind) for v in values]
    return values, [strided(v, draw(HOW)) for v in values]


@settings(max_examples=150, deadline=None)
@given(matmul_case())
def test_matmul(case):
    (a, b), (x, y) = case
    found = x @ y
    expected = np.matmul(a, b)
    assert tuple(found.shape) == expected.shape
    assert found.dtype is x.dtype
    tolerance = TOLERANCE[a.dtype.type]
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=tolerance * 50)


@settings(max_examples=40, deadline=None)
@given(SIZES, SIZES, SIZES, HOW, HOW, st.sampled_from(FLOATS))
def test_named_products(n, k, m, how_a, how_b, kind):
    rng = np.random.default_rng(n * 100 + k * 10 + m)
    a, b = rng.normal(size=(n, k)).astype(kind), rng.normal(size=(k, m)).astype(kind)
    x, y = strided(a, how_a), strided(b, how_b)
    tolerance = {"rtol": TOLERANCE[kind], "atol": TOLERANCE[kind] * 10}
    np.testing.assert_allclose(x.mm(y).numpy(), a @ b, **tolerance)
    np.testing.assert_allclose(x.mv(x.sum(0)).numpy(), a @ a.sum(0), **tolerance)
    u, v = strided(a.reshape(-1), how_a), strided(b.reshape(-1), how_b)
    np.testing.assert_allclose(u.outer(v).numpy(), np.outer(a, b), **tolerance)
    np.testing.assert_allclose(u.dot(u).item(), np.vdot(a, a), **tolerance)
    batch = np.stack([a, a + 1])
    other = np.stack([b, b - 1])
    product = strided(batch, how_a).bmm(strided(other, how_b))
    np.testing.assert_allclose(product.numpy(), batch @ other, **tolerance)
    bias = rng.normal(size=m).astype(kind)
    found = tapegrad.tensor(bias).addmm(x, y, beta=0.5, alpha=-2)
    np.testing.assert_allclose(found.numpy(), 0.5 * bias - 2 * (a @ b), **tolerance)


def soil_memory(shape):
    """Leave NaN in the memory that the next tensors of this shape will get."""
    del [tapegrad.tensor(np.full(shape, np.nan)) for _ in range(4)][:]


@pytest.mark.parametrize("name", ["mm", "bmm", "mv"])
def test_nothing_to_sum_gives_zeros_in_used_memory(name):
    a, b = (as_leaf(np.ones(s)) for s in ((3, 0), (0, 2)))
    if name == "bmm":
        a, b = a.unsqueeze(0), b.unsqueeze(0)
    if name == "mv":
        b = b.sum(1)
    soil_memory((3, 2))
    soil_memory((3,))
    out = getattr(a, name)(b)
    assert not out.detach().numpy().any()


def test_no_columns_give_a_gradient_of_zeros():
    c, d = (as_leaf(np.ones(s)) for s in ((3, 2), (2, 0)))
    out = c @ d
    soil_memory((3, 2))
    out.sum().backward()
    assert c.grad.tolist() == [[0, 0]] * 3


def test_nothing_to_sum_gives_zeros():
    a, b = np.ones((3, 0)), np.ones((0, 2))
    x, y = as_leaf(a), as_leaf(b)
    out = x @ y
    assert np.array_equal(out.numpy(force=True), np.zeros((3, 2)))
    out.sum().backward()
    assert tuple(x.grad.shape) == (3, 0)
    assert tuple(y.grad.shape) == (0, 2)
    assert x.mv(as_leaf(np.ones(0))).tolist() == [0, 0, 0]
    assert as_leaf(np.ones(0)).dot(as_leaf(np.ones(0))).item() == 0
    assert tuple((tapegrad.ones(2, 0, 3) @ tapegrad.ones(2, 3, 4)).shape) == (2, 0, 4)
    bias = tapegrad.tensor([1.0, 2.0])
    assert bias.addmm(tapegrad.ones(3, 0), tapegrad.ones(0, 2)).tolist() == [[1, 2]] * 3


def test_addmm_does_not_read_what_counts_for_nothing():
    bias = as_leaf([np.nan, np.nan])
    a, b = as_leaf(np.ones((2, 3))), as_leaf(np.ones((3, 2)))
    out = matrices.addmm(bias, a, b, beta=0)
    assert out.tolist() == [[3, 3], [3, 3]]
    out.sum().backward()
    assert bias.grad.tolist() == [0, 0]


def test_numpy_operands():
    x = tapegrad.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=tapegrad.float64)
    y = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert (x @ y).tolist() == [[2, 1], [4, 3]]
    assert (y @ x).tolist() == [[3, 4], [1, 2]]


def test_overwriting_an_operand_is_noticed():
    a, b = (as_leaf(v) * 1 for v in arrays((2, 2, 3), (2, 3, 2)))
    out = a.bmm(b)
    b.zero_() if hasattr(b, "zero_") else b.mul_(0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


# Gradients ----------------------------------------------------------------------------------------

MATMULS = [
    ((2, 3), (3, 4)),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((4, 2, 3), (3, 2)),
    ((4, 2, 3), (3,)),
    ((3,), (2, 3, 2)),
    ((2, 3), (2, 3, 2)),
    ((2, 2, 3), (2, 3, 2)),
    ((1, 2, 3), (4, 3, 2)),
    ((2, 1, 2, 3), (4, 3, 2)),
    ((1, 1), (1, 1)),
]


@pytest.mark.parametrize("shapes", MATMULS, ids=str)
def test_matmul_gradients(shapes):
    check_gradients(lambda a, b: a @ b, *arrays(*shapes))


PRODUCTS = {
    "mm": (lambda a, b: a.mm(b), (2, 3), (3, 2)),
    "mm of views": (lambda a, b: a.t().mm(b.t()), (3, 2), (2, 3)),
    "mm with itself": (lambda a: a.mm(a), (3, 3)),
    "bmm": (lambda a, b: a.bmm(b), (2, 2, 3), (2, 3, 1)),
    "bmm of views": (lambda a, b: a.transpose(1, 2).bmm(b.transpose(0, 2)), (2, 3, 2), (1, 3, 2)),
    "mv": (lambda a, b: a.mv(b), (2, 3), (3,)),
    "mv of views": (lambda a, b: a.t().mv(b.select(1, 0)), (3, 2), (3, 2)),
    "dot": (lambda a, b: a.dot(b), (4,), (4,)),
    "dot with itself": (lambda a: a.dot(a), (4,)),
    "outer": (lambda a, b: a.outer(b), (3,), (2,)),
    "addmm": (lambda c, a, b: c.addmm(a, b), (2,), (2, 3), (3, 2)),
    "addmm scaled": (lambda c, a, b: c.addmm(a, b, beta=-2, alpha=0.5), (2, 1), (2, 3), (3, 2)),
    "addmm of a number": (lambda c, a, b: c.addmm(a, b), (), (2, 3), (3, 2)),
    "addmm of a matrix": (lambda c, a, b: c.addmm(a, b, alpha=3), (2, 2), (2, 3), (3, 2)),
    "addmm of one": (lambda a: a.addmm(a, a), (2, 2)),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_product_gradients(name):
    function, *shapes = PRODUCTS[name]
    check_gradients(function, *arrays(*shapes))


def test_float32_gradients():
    a, b = arrays((3, 4), (4, 2))
    x, y = as_leaf(a, tapegrad.float32), as_leaf(b, tapegrad.float32)
    x.unsqueeze(0).bmm(y.unsqueeze(0)).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.ones((3, 2)) @ b.T, rtol=1e-6)
    np.testing.assert_allclose(y.grad.numpy(), a.T @ np.ones((3, 2)), rtol=1e-6)


def test_only_what_needs_a_gradient_gets_one():
    a, b = arrays((2, 3), (3, 2))
    for name, shape in (("mm", None), ("bmm", (1,))):
        x, y = as_leaf(a), tapegrad.tensor(b)
        left = x if shape is None else x.unsqueeze(0)
        right = y if shape is None else y.unsqueeze(0)
        getattr(left, name)(right).sum().backward()
        np.testing.assert_allclose(x.grad.numpy(), np.ones((2, 2)) @ b.T)
        assert y.grad is None


@pytest.mark.parametrize("n", [2, 3])
def test_rules_are_the_derivatives_that_sympy_finds(n):
    """Rational matrices, for which SymPy's derivative is exact."""
    sympy = pytest.importorskip("sympy")
    a = sympy.MatrixSymbol("A", n, n).as_explicit()
    b = sympy.MatrixSymbol("B", n, n).as_explicit()
    integers = [RNG.integers(-4, 5, (n, n)) for _ in range(3)]
    weights = sympy.Matrix(integers[2].tolist())
    point = dict(zip([*a, *b], [*integers[0].flat, *integers[1].flat], strict=True))
    loss = sum(w * p**2 for w, p in zip(weights, a * b * a, strict=True))
    expected = [sympy.Matrix(n, n, [loss.diff(s).subs(point) for s in m]) for m in (a, b)]
    for product in (lambda p, q: p.mm(q), lambda p, q: p.unsqueeze(0).bmm(q.unsqueeze(0))[0]):
        x, y = as_leaf(integers[0]), as_leaf(integers[1])
        out = product(product(x, y), x)
        (out * out * tapegrad.tensor(integers[2])).sum().backward()
        for leaf, exact in zip((x, y), expected, strict=True):
            assert np.array_equal(leaf.grad.numpy(), np.array(exact, dtype=np.float64))


# Graph and errors ---------------------------------------------------------------------------------


def test_names_of_nodes():
    x = as_leaf(np.ones((2, 2)))
    y = as_leaf(np.ones((3, 2, 2)))
    v = as_leaf(np.ones(2))
    for out, name in (
        (x @ x, "MmBackward0"),
        (y.bmm(y), "BmmBackward0"),
        (x @ v, "MvBackward0"),
        (v @ v, "DotBackward0"),
        (y @ x, "UnsafeViewBackward0"),
        (y @ y, "UnsafeViewBackward0"),
        (v.addmm(x, x), "AddmmBackward0"),
        (v.outer(v), "MulBackward0"),
    ):
        assert out.grad_fn.name() == name
    edges = v.addmm(x, tapegrad.ones(2, 2).double()).grad_fn.next_functions
    assert sorted(str(n and n.name()) for n, _ in edges) == [
        "None", "torch::autograd::AccumulateGrad", "torch::autograd::AccumulateGrad",
    ]  # fmt: skip


A = tapegrad.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
V = tapegrad.tensor([0.0, 1.0, 2.0])
B3 = tapegrad.tensor(np.ones((2, 3, 4), np.float32))
D = A.double()
L = A.long()
MASK = A > 1
TWO = tapegrad.tensor([1.0, 2.0])

ERRORS = [
    (lambda: A.mm(A), RuntimeError, r"mat1 and mat2 shapes cannot be multiplied \(2x3 and 2x3\)"),
    (lambda: A @ A, RuntimeError, r"mat1 and mat2 shapes cannot be multiplied \(2x3 and 2x3\)"),
    (lambda: V.mm(A), RuntimeError, "self must be a matrix"),
    (lambda: A.mm(V), RuntimeError, "mat2 must be a matrix"),
    (
        lambda: A.mm(D.t()),
        RuntimeError,
        "expected m1 and m2 to have the same dtype, but got: float != d",
    ),
    (lambda: L.mm(A.t()), RuntimeError, "same dtype, but got: long int != float"),
    (lambda: MASK.mm(MASK.t()), NotImplementedError, "not implemented for 'Bool'"),
    (
        lambda: matrices.mm(A, 1),
        TypeError,
        "mm.*argument 'mat2' .position 2. must be Tensor, not int",
    ),
    (lambda: matrices.matmul([1], A), TypeError, "matmul.*'input' .position 1. must be Tensor"),
    (lambda: A @ 1, TypeError, "unsupported operand type"),
    (lambda: 1 @ A, TypeError, "unsupported operand type"),
    (
        lambda: A @ tapegrad.tensor(1.0),
        RuntimeError,
        "need to be at least 1D, but they are 2D and 0D",
    ),
    (lambda: A @ TWO, RuntimeError, r"size mismatch, got input \(2\), mat \(2x3\), vec \(2\)"),
    (
        lambda: V @ TWO,
        RuntimeError,
        r"inconsistent tensor size, expected tensor \[3\] and src \[2\]",
    ),
    (lambda: B3 @ A, RuntimeError, r"cannot be multiplied \(6x4 and 2x3\)"),
    (lambda: B3 @ B3, RuntimeError, r"batch2 tensor to be: \[2, 4\] but got: \[2, 3\]"),
    (
        lambda: B3 @ tapegrad.ones(3, 4, 2),
        RuntimeError,
        r"tensor a \(2\) must match the size of tensor b \(3\) at non-singleton dimension 0",
    ),
    (lambda: A.bmm(B3), RuntimeError, "batch1 must be a 3D tensor"),
    (lambda: B3.bmm(A), RuntimeError, "batch2 must be a 3D tensor"),
    (
        lambda: B3.bmm(B3.transpose(1, 2).double()),
        RuntimeError,
        "expected scalar type Float but found",
    ),
    (lambda: A.mv(A), RuntimeError, r"vector \+ matrix @ vector expected, got 1, 2, 2"),
    (lambda: A.mv(V.double()), RuntimeError, "addmv input tensors must have the same dtype"),
    (lambda: V.dot(A), RuntimeError, "1D tensors expected, but got 1D and 2D tensors"),
    (lambda: V.dot(V.double()), RuntimeError, "dot : expected both vectors to have same dtype"),
    (lambda: V.outer(A), RuntimeError, "outer: Expected 1-D argument vec2, but got 2-D"),
    (lambda: A.outer(V), RuntimeError, "outer: Expected 1-D argument self, but got 2-D"),
    (lambda: V.addmm(A, A.t()), RuntimeError, r"expanded size of the tensor \(2\) must match"),
    (lambda: TWO.addmm(A, A), RuntimeError, "mat1 and mat2 shapes cannot be multiplied"),
    (lambda: TWO.addmm(V, A), RuntimeError, "mat1 must be a matrix, got 1-D tensor"),
    (lambda: TWO.addmm(A, D.t()), RuntimeError, "self and mat2 must have the same dtype"),
]


@pytest.mark.parametrize("case", ERRORS, ids=[pattern for _, _, pattern in ERRORS])
def test_errors(case):
    call, kind, pattern = case
    with pytest.raises(kind, match=pattern):
        call()
    x = as_leaf([[2.0]])
    x.mm(x).sum().backward()
    assert x.grad.tolist() == [[4.0]]
