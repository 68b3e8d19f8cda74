"""SymPy expressions as functions of tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import sympy
from sympy.logic import boolalg
from sympy.matrices.expressions import MatrixExpr

from tapegrad._tensor import Tensor
from tapegrad.errors import LiftError


def _torch() -> Any:
    """The functions of tensors, which are not there yet while the package loads."""
    import tapegrad

    return tapegrad


def _call(name: str) -> Callable[..., Any]:
    return lambda *operands: getattr(_torch(), name)(*map(_tensor, operands))


def _tensor(value: Any) -> Any:
    """Operand of a function that takes no Python numbers."""
    return value if isinstance(value, Tensor) else _torch().tensor(value, dtype=_torch().float64)


def _folded(name: str) -> Callable[..., Any]:
    two = _call(name)
    return lambda *operands: functools.reduce(two, operands)


def _heaviside(x: Any, middle: Any = 0.5) -> Any:
    return (1 + _tensor(x).sign()) / 2 + (middle - 0.5) * (1 - _tensor(x).sign().abs())


#: What the nodes of an expression are on the tape.
FUNCTIONS: Final[dict[Any, Callable[..., Any]]] = {
    **{
        getattr(sympy, name): _call(name)
        for name in [
            "exp",
            "log",
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
            "erf",
            "erfc",
            "sign",
            "floor",
        ]
    },
    sympy.asinh: _call("asinh"),
    sympy.acosh: _call("acosh"),
    sympy.atanh: _call("atanh"),
    sympy.Abs: _call("abs"),
    sympy.ceiling: _call("ceil"),
    sympy.atan2: _call("atan2"),
    sympy.Max: _folded("maximum"),
    sympy.Min: _folded("minimum"),
    sympy.Heaviside: _heaviside,
    sympy.Gt: lambda a, b: _tensor(a) > b,
    sympy.Ge: lambda a, b: _tensor(a) >= b,
    sympy.Lt: lambda a, b: _tensor(a) < b,
    sympy.Le: lambda a, b: _tensor(a) <= b,
    sympy.Eq: lambda a, b: _tensor(a) == b,
    sympy.Ne: lambda a, b: _tensor(a) != b,
    boolalg.And: _folded("logical_and"),
    boolalg.Or: _folded("logical_or"),
    boolalg.Not: _call("logical_not"),
    sympy.MatMul: lambda *m: functools.reduce(lambda a, b: _times(a, b), m),
    sympy.MatAdd: lambda *m: functools.reduce(lambda a, b: a + b, m),
    sympy.HadamardProduct: lambda *m: functools.reduce(lambda a, b: a * b, m),
    sympy.Transpose: lambda m: m.t(),
    sympy.Trace: lambda m: m.diagonal().sum(),
}


def _times(a: Any, b: Any) -> Any:
    both = all(isinstance(v, Tensor) and v.dim() == 2 for v in (a, b))
    return a.mm(b) if both else a * b


def lambdify(expression: Any, symbols: Any) -> Callable[..., Any]:
    """Make a SymPy expression a function of tensors, recorded on the tape like any other.

    Parameters
    ----------
    expression : Expr, Matrix, MatrixExpr or NDimArray
        Made of arithmetic, elementary functions, `Abs`, `sign`, `Max`, `Min`, `Piecewise`,
        relations and products of matrices.
    symbols : Symbol, MatrixSymbol, Matrix of symbols, or sequence of these
        What the arguments stand for, in order. A matrix or array of symbols takes a tensor of its
        shape (of one or two dimensions where it is a column).

    Returns
    -------
    callable
        Takes one tensor for each entry. Operands broadcast. The elements of a matrix are stacked
        along dimensions at the end.

    Raises
    ------
    LiftError
        If the expression holds something that the tape has no op for, or a symbol that is not
        among the arguments.

    Examples
    --------
    >>> import sympy, tapegrad
    >>> from tapegrad.symbolic import lambdify
    >>> a, b = sympy.symbols("a b")
    >>> f = lambdify(sympy.sqrt(a) * sympy.Max(a, b), [a, b])
    >>> f(tapegrad.tensor([4.0, 9.0]), tapegrad.tensor(5.0))
    tensor([10., 27.])
    """
    given = [symbols] if _is_one(symbols) else list(symbols)
    whole = _array(expression)
    expressions = [sympy.sympify(expression)] if whole is None else list(whole.reshape(-1))
    made = _Compiled(expressions, given)

    def function(*tensors: Any) -> Any:
        if len(tensors) != len(given):
            raise TypeError(f"the function takes {len(given)} tensors, but got {len(tensors)}")
        results = made(tensors)
        if whole is None:
            return results[0]
        torch = _torch()
        stacked = torch.stack(torch.broadcast_tensors(*results), -1)
        return stacked.reshape(*stacked.shape[:-1], *whole.shape)

    function.__name__ = function.__qualname__ = "expression"
    function.__doc__ = f"Tensors put in the place of {given} in an expression."
    return function


def _is_one(symbols: Any) -> bool:
    return isinstance(symbols, sympy.Basic | sympy.MatrixBase) and not isinstance(
        symbols, sympy.Tuple
    )


def _array(expression: Any) -> Any:
    """Array of an explicit matrix's or array's elements; None of anything else."""
    if isinstance(expression, sympy.MatrixBase | sympy.NDimArray | np.ndarray):
        made = np.empty(expression.shape, object)
        for at in np.ndindex(made.shape):
            made[at] = sympy.sympify(
                expression[at if len(at) > 1 else at[0]] if at else expression[()]
            )
        return made
    if isinstance(expression, list | tuple):
        return np.array([sympy.sympify(e) for e in expression], object)
    return None


class _Compiled:
    """Expressions that are checked once and computed for given tensors."""

    def __init__(self, expressions: list[Any], given: list[Any]) -> None:
        self.expressions = expressions
        self.elements: list[Any] = []
        known: set[Any] = set()
        for entry in given:
            if isinstance(entry, sympy.Symbol | sympy.MatrixSymbol):
                self.elements.append(entry)
                known.add(entry)
                continue
            made = _array(entry)
            if made is None or not all(isinstance(e, sympy.Symbol) for e in made.reshape(-1)):
                raise LiftError(f"an argument must be a symbol or an array of symbols, not {entry}")
            self.elements.append(made)
            known.update(made.reshape(-1))
        for expression in expressions:
            free = {s for s in expression.free_symbols if isinstance(s, sympy.Symbol | MatrixExpr)}
            for symbol in sorted(free - known, key=str):
                raise LiftError(f"the expression holds {symbol}, which is not among the arguments")
            _check(expression)

    def __call__(self, tensors: Sequence[Any]) -> list[Any]:
        values: dict[Any, Any] = {}
        for entry, given in zip(self.elements, tensors, strict=True):
            tensor = given if isinstance(given, Tensor) else _torch().tensor(given)
            if not isinstance(entry, np.ndarray):
                values[entry] = tensor
                continue
            shape = (
                entry.shape[:1] if entry.shape[1:] == (1,) and tensor.dim() == 1 else entry.shape
            )
            if tuple(tensor.shape) != shape:
                raise ValueError(
                    f"a tensor of shape {tuple(tensor.shape)} was given for symbols of shape "
                    f"{entry.shape}"
                )
            for at in np.ndindex(shape):
                values[entry.reshape(shape)[at]] = tensor[at]
        return [_tensor(_compute(e, values)) for e in self.expressions]


def _is_number(node: Any) -> bool:
    return (
        isinstance(node, sympy.Expr) and not isinstance(node, MatrixExpr) and not node.free_symbols
    )


def _number(node: Any) -> int | float:
    if node.is_Integer and abs(int(node)) < 2**53:
        return int(node)
    value = complex(node.evalf(20))
    if value.imag:
        raise LiftError(f"the constant {node} is not real")
    return value.real


def _parts(node: Any) -> tuple[Any, ...]:
    """What has to be computed before a node."""
    if isinstance(node, sympy.Symbol | sympy.MatrixSymbol) or _is_number(node):
        return ()
    if node in (sympy.true, sympy.false) or isinstance(node, sympy.OneMatrix | sympy.Identity):
        return ()
    if isinstance(node, sympy.Piecewise):
        return tuple(part for pair in node.args for part in pair.args)
    if node.func.__name__ == "ElementwiseApplyFunction":
        return (node.expr,)
    if node.func.__name__ == "MatrixElement":
        return (node.parent,)
    return tuple(node.args)


def _check(expression: Any) -> None:
    """Refuse nodes that the tape has no ops for, before anything is computed."""
    stack, seen = [expression], set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        plain = isinstance(node, sympy.Symbol | sympy.MatrixSymbol) or _is_number(node)
        other = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Piecewise, sympy.OneMatrix, sympy.Identity)
        special = node.func.__name__ in ("ElementwiseApplyFunction", "MatrixElement")
        truth = node in (sympy.true, sympy.false)
        if not (plain or special or truth or isinstance(node, other) or node.func in FUNCTIONS):
            raise LiftError(f"the tape has no op for {node.func.__name__} in {node!s:.80}")
        stack.extend(_parts(node))


def _compute(expression: Any, values: dict[Any, Any]) -> Any:
    """Value of an expression; `values` remembers those of its parts."""
    stack = [expression]
    while stack:
        node = stack[-1]
        if node in values:
            stack.pop()
            continue
        missing = [part for part in _parts(node) if part not in values]
        if missing:
            stack.extend(missing)
            continue
        values[node] = _node(node, values)
    return values[expression]


def _node(node: Any, values: dict[Any, Any]) -> Any:
    torch = _torch()
    if _is_number(node):
        return _number(node)
    if node in (sympy.true, sympy.false):
        return torch.tensor(bool(node))
    operands = [values[part] for part in _parts(node)]
    if node.func in FUNCTIONS:  # products of matrices are products, too
        return FUNCTIONS[node.func](*operands)
    if isinstance(node, sympy.Add):
        return functools.reduce(lambda a, b: a + b, operands)
    if isinstance(node, sympy.Mul):
        return _product(node, values)
    if isinstance(node, sympy.Pow):
        return _power(node, *operands)
    if isinstance(node, sympy.Piecewise):
        return _piecewise(operands)
    if isinstance(node, sympy.OneMatrix):
        return torch.ones(*map(int, node.shape))
    if isinstance(node, sympy.Identity):
        return torch.eye(int(node.rows))
    if node.func.__name__ == "ElementwiseApplyFunction":
        inner = node.function
        return _compute(inner.expr, {inner.variables[0]: operands[0]})
    return operands[0][int(node.i), int(node.j)]


def _product(node: Any, values: dict[Any, Any]) -> Any:
    """A product, with a quotient where there are negative powers."""
    above, below = [], []
    for part in node.args:
        base, power = part.as_base_exp()
        if not _is_number(part) and power == -1 and base in values:
            below.append(values[base])
        else:
            above.append(values[part])
    top = functools.reduce(lambda a, b: a * b, above) if above else 1.0
    return functools.reduce(lambda a, b: a / b, below, top)


def _power(node: Any, base: Any, exponent: Any) -> Any:
    if node.exp == sympy.Rational(1, 2):
        return _tensor(base).sqrt()
    if node.exp == -sympy.Rational(1, 2):
        return _tensor(base).rsqrt()
    if node.exp == -1:
        return 1 / _tensor(base)
    if isinstance(base, Tensor) or isinstance(exponent, Tensor):
        return base**exponent
    return _tensor(base) ** exponent


def _piecewise(operands: list[Any]) -> Any:
    torch = _torch()
    made = float("nan")
    for value, condition in reversed([*zip(operands[::2], operands[1::2], strict=True)]):
        made = torch.where(_tensor(condition), _like(value, made), _like(made, value))
    return made


def _like(value: Any, other: Any) -> Any:
    """A Python number in the type of the tensor beside it."""
    if isinstance(value, Tensor):
        return value
    kind = other.dtype if isinstance(other, Tensor) else _torch().float64
    return _torch().tensor(float(value), dtype=kind)
