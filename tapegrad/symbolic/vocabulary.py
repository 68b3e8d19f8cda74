"""The functions that expressions may call: over tensors, and over arrays of SymPy expressions."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import sympy

from tapegrad._tensor import Tensor
from tapegrad.errors import LiftError
from tapegrad.symbolic import arrays
from tapegrad.symbolic.arrays import Array, mapped

CONSTANTS: Final = ("pi", "e")
#: Comparisons by the names of their nodes.
COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Lt": operator.lt,
    "LtE": operator.le,
}

#: Bits of a number that is still written out.
_MOST_BITS: Final = 100_000


def power(base: Any, exponent: Any) -> Any:
    """A power, unless it would be a number of very many digits."""
    if base.is_number and exponent.is_number and exponent.is_finite and base.is_finite:
        bits = abs(sympy.N(sympy.log(abs(base) + 2), 5) * sympy.N(exponent, 5))
        if bits > _MOST_BITS:
            raise LiftError(f"a power of more than {_MOST_BITS} bits cannot be written in symbols")
    return sympy.exp(exponent) if base is sympy.E else base**exponent


#: Elementwise functions of one operand, by their formulas.
_UNARY: Final[dict[str, Callable[[Any], Any]]] = {
    "exp": lambda x: power(sympy.E, x),
    **{
        name: getattr(sympy, name)
        for name in [
            "log",
            "sqrt",
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "acosh",
            "atanh",
            "erf",
            "erfc",
            "sign",
            "floor",
        ]
    },
    "abs": sympy.Abs,
    "ceil": sympy.ceiling,
    "log2": lambda x: sympy.log(x) / sympy.log(2),
    "log10": lambda x: sympy.log(x) / sympy.log(10),
    "log1p": lambda x: sympy.log(1 + x),
    "expm1": lambda x: sympy.exp(x) - 1,
    "rsqrt": lambda x: 1 / sympy.sqrt(x),
    "square": lambda x: x**2,
    "reciprocal": lambda x: 1 / x,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "relu": lambda x: sympy.Piecewise((0, x <= 0), (x, True)),
}
#: Elementwise functions of more.
_SEVERAL: Final[dict[str, tuple[int, Callable[..., Any]]]] = {
    "pow": (2, power),
    "maximum": (2, sympy.Max),
    "minimum": (2, sympy.Min),
    "atan2": (2, sympy.atan2),
    "where": (3, arrays.choose),
    "clamp": (3, lambda x, low, high: sympy.Min(sympy.Max(x, low), high)),
}


def _log_sum_exp(values: list[Any]) -> Any:
    return sympy.log(sympy.Add(*map(sympy.exp, values)))


def _mean(values: list[Any]) -> Any:
    return sympy.Add(*values) / len(values)


def _variance(values: list[Any]) -> Any:
    if len(values) < 2:
        raise LiftError("var and std need two or more elements")
    centre = _mean(values)
    return sympy.Add(*((v - centre) ** 2 for v in values)) / (len(values) - 1)


#: Functions of the elements along one or all dimensions.
_REDUCTIONS: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "sum": lambda values: sympy.Add(*values),
    "mean": _mean,
    "prod": lambda values: sympy.Mul(*values),
    "max": lambda values: sympy.Max(*values),
    "min": lambda values: sympy.Min(*values),
    "var": _variance,
    "std": lambda values: sympy.sqrt(_variance(values)),
    "norm": lambda values: sympy.sqrt(sympy.Add(*(v**2 for v in values))),
    "logsumexp": _log_sum_exp,
}
_ALONG: Final = ("softmax", "log_softmax", "cumsum")
_MATRICES: Final[dict[str, int]] = {"mm": 2, "matmul": 2, "mv": 2, "dot": 2, "outer": 2, "t": 1}

#: Least and largest number of arguments, and the keywords.
SIGNATURES: Final[dict[str, tuple[int, int, tuple[str, ...]]]] = {
    **dict.fromkeys(_UNARY, (1, 1, ())),
    **{name: (n, n, ()) for name, (n, _) in _SEVERAL.items()},
    **dict.fromkeys(_REDUCTIONS, (1, 1, ("dim", "keepdim"))),
    **dict.fromkeys(_ALONG, (1, 1, ("dim",))),
    **{name: (n, n, ()) for name, n in _MATRICES.items()},
}
NAMES: Final = frozenset(SIGNATURES)


# Tensors ----------------------------------------------------------------------------------------


def as_tensor(value: Any) -> Any:
    """A tensor of a result, which may be a number."""
    import tapegrad

    if isinstance(value, Tensor):
        return value
    return tapegrad.tensor(float(value), dtype=tapegrad.float64)


@functools.cache
def of_tensors() -> Mapping[str, Callable[..., Any]]:
    """The functions over tensors and Python numbers."""
    import tapegrad as torch
    import tapegrad.nn.functional as F

    def lifted(name: str) -> Callable[..., Any]:
        found = getattr(torch, name, None) or getattr(F, name)
        return lambda *operands, **keywords: found(*map(as_tensor, operands), **keywords)

    def reduction(name: str) -> Callable[..., Any]:
        plain = {"max": "amax", "min": "amin"}.get(name, name)

        def reduced(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
            x = as_tensor(x)
            function = getattr(torch, plain)
            if dim is None and (keepdim or name in ("logsumexp", "max", "min")):
                dim = tuple(range(x.dim()))
            if name == "prod" and isinstance(dim, tuple):
                for k in sorted((k % x.dim() for k in dim), reverse=True):
                    x = function(x, k, keepdim=keepdim)
                return x
            return function(x) if dim is None else function(x, dim=dim, keepdim=keepdim)

        return reduced

    def raised(base: Any, exponent: Any) -> Any:
        both = isinstance(base, Tensor) or isinstance(exponent, Tensor)
        return base**exponent if both else as_tensor(base) ** exponent

    def along(name: str) -> Callable[..., Any]:
        return lambda x, dim=-1: getattr(torch, name)(as_tensor(x), dim)

    def chosen(condition: Any, yes: Any, no: Any) -> Any:
        return torch.where(condition, as_tensor(yes), as_tensor(no))

    return {
        **{name: lifted(name) for name in (*_UNARY, *_SEVERAL, *_MATRICES)},
        **{name: reduction(name) for name in _REDUCTIONS},
        **{name: along(name) for name in _ALONG},
        "pow": raised,
        "where": chosen,
        "item": lambda x, at: as_tensor(x)[at],
        **COMPARISONS,
        "number": lambda value: value,
        "pi": lambda: math.pi,
        "e": lambda: math.e,
    }


# Symbols ----------------------------------------------------------------------------------------


def boxed(values: Any) -> Array:
    """Array of expressions, also of a single one."""
    if isinstance(values, np.ndarray):
        return values
    if isinstance(values, sympy.MatrixBase | sympy.NDimArray):
        return np.array(values.tolist(), object).reshape(values.shape)
    made = np.empty((), object)
    made[()] = arrays.exact(values)
    return made


def _reduce_symbols(function: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def reduced(x: Any, dim: Any = None, keepdim: bool = False) -> Array:
        x = boxed(x)
        over = range(x.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
        over = sorted(k % x.ndim for k in over)
        rest = [k for k in range(x.ndim) if k not in over]
        rows = x.transpose([*rest, *over]).reshape(math.prod(x.shape[k] for k in rest), -1)
        made = np.empty(len(rows), object)
        for k, row in enumerate(rows):
            made[k] = function(list(row))
        kept = [1 if k in over else n for k, n in enumerate(x.shape)]
        return made.reshape(kept if keepdim else [x.shape[k] for k in rest])

    return reduced


def _elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *operands: mapped(function, *map(boxed, operands))


def _softmax(x: Any, dim: int = -1) -> Array:
    powers = mapped(sympy.exp, boxed(x))
    return np.asarray(powers / powers.sum(dim, keepdims=True) if powers.ndim else powers / powers)


def _product(a: Any, b: Any) -> Array:
    return boxed(boxed(a) @ boxed(b))


def _choose(condition: Any, yes: Any, no: Any) -> Array:
    return mapped(arrays.choose, boxed(condition), boxed(yes), boxed(no))


OF_SYMBOLS: Final[dict[str, Callable[..., Any]]] = {
    **{name: _elementwise(function) for name, function in _UNARY.items()},
    **{name: _elementwise(function) for name, (_, function) in _SEVERAL.items()},
    **{name: _reduce_symbols(function) for name, function in _REDUCTIONS.items()},
    **dict.fromkeys(("mm", "matmul", "mv", "dot"), _product),
    "outer": lambda a, b: np.multiply.outer(boxed(a), boxed(b)),
    "t": lambda a: boxed(a).T,
    "softmax": _softmax,
    "log_softmax": lambda x, dim=-1: mapped(sympy.log, _softmax(x, dim)),
    "cumsum": lambda x, dim=-1: np.cumsum(boxed(x), dim) if boxed(x).ndim else boxed(x),
    "where": _choose,
    "item": lambda x, at: boxed(boxed(x)[at]),
    **{
        name: _elementwise(getattr(sympy, kind))
        for name, kind in zip(COMPARISONS, ("Gt", "Ge", "Lt", "Le"), strict=True)
    },
    "number": boxed,
    "pi": lambda: boxed(sympy.pi),
    "e": lambda: boxed(sympy.E),
}
