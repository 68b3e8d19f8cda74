"""Expressions in the ops that exist, whose values and gradients are recorded for each dtype.

In an expression `x`, `y` and `z` are 2x3 (`z` is a transposed view), `m` is 3x2, `q` 3x3, `r` has 3
elements, `s` one and no dimension, `p` is positive, `u` lies between -1 and 1, `k` holds indices,
`b` booleans and `c` 2x3x2; `F` is nn.functional.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

LISTED = Path(__file__).with_name("operations.txt")
DTYPES = ("float32", "float64", "int64", "int32", "bool")


def words(text: str) -> list[str]:
    """Names in a line."""
    return text.split()


_UNARY = words(
    "abs acos acosh asin asinh atan atanh bitwise_not ceil cos cosh erf erfc exp expm1 floor "
    "isfinite isinf isnan log log10 log1p log2 logical_not neg positive reciprocal relu round "
    "rsqrt sigmoid sign sin sinh sqrt square tan tanh trunc"
)
_BINARY = words(
    "add sub mul div pow atan2 maximum minimum remainder floor_divide true_divide eq ne lt le "
    "gt ge logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor"
)
_WHOLE = words("sum mean prod amax amin max min argmax argmin std var all any norm count_nonzero")
_ALONG = [*_WHOLE[:-2], *words("logsumexp softmax log_softmax cumsum")]


def expressions() -> Iterator[str]:
    """All expressions."""
    yield from (
        f"{'u' if name[-1] in 'sh' and name[0] == 'a' else 'x'}.{name}()" for name in _UNARY
    )
    yield from (f"p.{name}()" for name in ("log", "log2", "log10", "sqrt", "rsqrt", "acosh"))
    for name in _BINARY:
        yield from (f"x.{name}({other})" for other in ("y", "r", "s", "p"))
    yield from (f"{a}.{name}()" for name in _WHOLE for a in ("x", "c", "s", "z"))
    yield from (f"{a}.{name}({d})" for name in _ALONG for a, d in (("x", 0), ("c", 1), ("z", -1)))
    for line in LISTED.read_text().splitlines():
        yield from line.split(" | ")


def inputs(package: ModuleType, kind: str) -> dict[str, Any]:
    """The names of an expression; what can have a gradient asks for one."""
    dtype = getattr(package, kind)

    def make(data: Any) -> Any:
        made = package.tensor(data, dtype=package.float64).to(dtype)
        return made.requires_grad_(dtype.is_floating_point)

    x = [[0.5, -1.25, 2.0], [3.75, 0.25, -2.5]]
    return {
        "torch": package,
        "F": package.nn.functional,
        "x": make(x),
        "y": make([[1.5, -1.25, 0.75], [-2.0, 3.25, 4.0]]),
        "z": make([[1.0, 2.5], [-0.5, 4.25], [0.75, -3.0]]).t(),
        "m": make([[1.0, -2.0], [0.5, 1.5], [-0.75, 2.0]]),
        "q": make([[2.0, -1.0, 0.5], [1.5, 3.0, -0.25], [0.0, 1.0, 1.75]]),
        "r": make([1.25, -0.5, 2.0]),
        "s": make(1.75),
        "p": make([[1.5, 2.25, 1.0], [3.0, 1.125, 4.5]]),
        "u": make([[0.5, -0.25, 0.75], [-0.5, 0.125, 0.9375]]),
        "c": make(
            [[[1.0, -2.0], [0.5, 3.0], [2.5, -1.5]], [[0.25, 4.0], [-3.5, 2.0], [1.75, 0.5]]]
        ),
        "k": package.tensor([1, 0]),
        "i": package.tensor([[2, 0, 1], [1, 1, 0]]),
        "b": package.tensor([[True, False, True], [False, False, True]]),
    }


def evaluate(package: ModuleType, expression: str, kind: str) -> dict[str, Any]:
    """Results of an expression, and the gradients of their sum with weights 1, 2, 3, ..."""
    package.manual_seed(0)
    names = inputs(package, kind)
    variables = {n: v for n, v in names.items() if getattr(v, "requires_grad", False)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made = eval(expression, names)
        except Exception as error:
            return {"raised": type(error).__name__}
        results = list(made) if isinstance(made, tuple | list) else [made]
        record: dict[str, Any] = {"results": [_result(value) for value in results]}
        roots = [v for v in results if getattr(v, "requires_grad", False)]
        if roots:
            record["gradients"] = _gradients(package, roots, variables)
    return record


def _gradients(package: ModuleType, roots: list[Any], variables: dict[str, Any]) -> Any:
    total = sum((v.double() * _weights(package, v)).sum() for v in roots)
    try:
        found = package.autograd.grad(total, list(variables.values()), allow_unused=True)
    except RuntimeError as error:
        return str(error)
    return {n: _numbers(g) for n, g in zip(variables, found, strict=True) if g is not None}


def _weights(package: ModuleType, value: Any) -> Any:
    flat = package.arange(1, value.numel() + 1, dtype=package.float64)
    return flat.reshape(value.shape)


def _result(value: Any) -> Any:
    if not hasattr(value, "stride"):
        return value
    node = value.grad_fn and type(value.grad_fn).__name__
    dtype = str(value.dtype).rpartition(".")[2]
    return [dtype, list(value.shape), list(value.stride()), node, _numbers(value)]


def _numbers(value: Any) -> list[Any]:
    """All elements; JSON has no infinities and no NaN."""
    flat = value.detach().reshape(-1).tolist()
    return [v if not isinstance(v, float) or math.isfinite(v) else str(v) for v in flat]
