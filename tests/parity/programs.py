"""Random PyTorch programs as a hypothesis strategy.

A program is a list of lines. While it is drawn it runs in PyTorch, so that the next line can be
drawn for the tensors that are there; lines that PyTorch refuses belong to a program like any other.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import torch
from hypothesis import strategies as st
from operations import words

Draw = Any

UNARY = words(
    "abs acos asin atan ceil cos cosh erf exp expm1 floor log log1p neg reciprocal relu round "
    "rsqrt sigmoid sign sin sinh sqrt square tan tanh trunc isnan isfinite logical_not"
)
UNARY_IN_PLACE = words("abs_ exp_ neg_ relu_ sigmoid_ sin_ sqrt_ tanh_ zero_ square_ floor_")
BINARY = words("+ - * / ** // % == < >=")
METHODS = words(
    "add sub mul div maximum minimum pow atan2 remainder eq lt ge logical_and true_divide "
    "floor_divide"
)
IN_PLACE = words("add_ sub_ mul_ div_ copy_ pow_")
REDUCTIONS = words(
    "sum mean prod amax amin max min argmax argmin logsumexp softmax log_softmax cumsum std "
    "var all any norm count_nonzero"
)
DTYPES = words("float32 float64 float32 float64 int64 int32 bool")
NUMBERS = words("2 -1 0 1.5 -0.5 True 3 0.0")


def tensors(space: dict[str, Any]) -> list[str]:
    """Names of the tensors of a program."""
    return [name for name, value in space.items() if isinstance(value, torch.Tensor)]


def nested(flat: list[Any], shape: list[int]) -> Any:
    """Lists of lists with the elements of a list."""
    if not shape:
        return flat[0] if flat else 0
    step = len(flat) // shape[0] if shape[0] else 0
    return [nested(flat[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])]


@st.composite
def literals(draw: Draw) -> str:
    """Source of a new tensor of up to three dimensions."""
    shape = draw(st.lists(st.sampled_from([0, 1, 2, 3, 2, 3]), max_size=3))
    kind = draw(st.sampled_from(DTYPES))
    if kind == "bool":
        element = st.booleans()
    elif kind.startswith("int"):
        element = st.integers(-4, 5)
    else:
        element = st.integers(-12, 12).map(lambda k: k / 4)
    count = math.prod(shape)
    flat = draw(st.lists(element, min_size=count, max_size=count))
    grad = ", requires_grad=True" if kind.startswith("float") and draw(st.booleans()) else ""
    text = f"torch.tensor({nested(flat, shape)!r}, dtype=torch.{kind})"
    if 0 in shape:
        text = f"torch.empty({tuple(shape)!r}, dtype=torch.{kind})"
    # Not both: that makes a leaf of a view, whose other views PyTorch cuts off after a write.
    if not grad and draw(st.integers(0, 3)) == 0 and len(shape) > 1:
        text += ".transpose(0, -1)"
    return text + (".requires_grad_()" if grad else "")


def _dim(draw: Draw, x: torch.Tensor) -> int:
    return draw(st.integers(-x.dim() - (draw(st.integers(0, 9)) == 0), max(x.dim() - 1, 0)))


def _index(draw: Draw, x: torch.Tensor) -> str:
    items = []
    for size in x.shape[: draw(st.integers(0, x.dim()))]:
        kind = draw(st.integers(0, 8))
        if kind < 3:
            items.append(str(draw(st.integers(-size, max(size - 1, 0)))))
        elif kind < 6:
            a, b = (draw(st.integers(-size - 1, size + 1)) for _ in range(2))
            items.append(draw(st.sampled_from([f"{a}:", f":{b}", f"{a}:{b}", "::2", ":"])))
        elif kind == 6:
            items.append("None")
        elif kind == 7:
            picks = draw(st.lists(st.integers(-size, max(size - 1, 0)), min_size=1, max_size=3))
            items.append(repr(picks))
        else:
            items.append("...") if "..." not in items else None
    return ", ".join(items) or "..."


def _view(draw: Draw, a: str, x: torch.Tensor) -> str:
    kind = draw(st.integers(0, 13))
    if kind < 4:
        return f"{a}[{_index(draw, x)}]"
    if kind == 4:
        return f"{a}.transpose({_dim(draw, x)}, {_dim(draw, x)})"
    if kind == 5:
        return f"{a}.permute({draw(st.permutations(range(x.dim())))!r})"
    if kind == 6:
        return f"{a}.unsqueeze({draw(st.integers(-x.dim() - 1, x.dim()))})"
    if kind == 7:
        return f"{a}.squeeze({draw(st.sampled_from(['', str(_dim(draw, x))]))})"
    if kind == 8:
        n = x.numel()
        sizes = draw(st.sampled_from([(n,), (1, n), (-1,), (n, 1), (2, -1), (3, -1), ()]))
        return f"{a}.{draw(st.sampled_from(['view', 'reshape']))}({sizes!r})"
    if kind == 9:
        sizes = [draw(st.sampled_from([-1, 2, 3])) if n == 1 else n for n in x.shape]
        return f"{a}.expand({[*draw(st.sampled_from([[], [2]])), *sizes]!r})"
    if kind == 10:
        start = draw(st.integers(0, x.dim()))
        return f"{a}.flatten({start and start - 1})"
    if kind == 11:
        return f"{a}.unbind({_dim(draw, x)})[{draw(st.integers(-1, 1))}]"
    if kind == 12:
        return f"{a}.{draw(st.sampled_from(['chunk(2', 'split(2']))}, {_dim(draw, x)})[-1]"
    return draw(
        st.sampled_from([f"{a}.t()", f"{a}.mT", f"{a}.T"] if x.dim() == 2 else [f"{a}.t()"])
    )


def _operand(draw: Draw, names: list[str]) -> str:
    return draw(st.sampled_from(names * 2 + NUMBERS))


def _reduction(draw: Draw, a: str, x: torch.Tensor) -> str:
    name = draw(st.sampled_from(REDUCTIONS))
    whole = name not in ("logsumexp", "softmax", "log_softmax", "cumsum") and draw(st.booleans())
    dims = "" if whole else str(_dim(draw, x))
    keep = ", keepdim=True" if dims and draw(st.integers(0, 2)) == 0 else ""
    if name in ("softmax", "log_softmax", "cumsum", "count_nonzero", "norm"):
        keep = ""
    if name == "norm" and dims:
        dims = f"2, {dims}"
    field = "[0]" if name in ("max", "min") and dims else ""
    return f"{a}.{name}({dims}{keep}){field}"


def _joined(draw: Draw, names: list[str]) -> str:
    some = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    function = draw(st.sampled_from(["cat", "stack"]))
    return f"torch.{function}([{', '.join(some)}], {draw(st.sampled_from(['0', '-1', '1']))})"


def _expression(draw: Draw, space: dict[str, Any], names: list[str], *, views: bool) -> str:
    a = draw(st.sampled_from(names))
    x = space[a]
    # Views made in no_grad() are among the differences that are meant.
    kind = draw(st.sampled_from([k for k in range(20) if views or not 8 <= k < 13]))
    if kind < 3:
        return f"{a}.{draw(st.sampled_from(UNARY))}()"
    if kind < 6:
        return f"{a} {draw(st.sampled_from(BINARY))} {_operand(draw, names)}"
    if kind == 6:
        # `number % x` has a gradient here, and none in PyTorch.
        operators = [sign for sign in BINARY if sign not in ("%", "**")]
        return f"{draw(st.sampled_from(NUMBERS))} {draw(st.sampled_from(operators))} {a}"
    if kind == 7:
        return f"{a}.{draw(st.sampled_from(METHODS))}({draw(st.sampled_from(names))})"
    if kind < 13:
        return _view(draw, a, x)
    if kind < 15:
        return _reduction(draw, a, x)
    if kind == 15:
        return _joined(draw, names)
    if kind == 16:
        b, c = (draw(st.sampled_from(names)) for _ in range(2))
        return draw(
            st.sampled_from(
                [f"{a} @ {b}", f"{a}.mm({b})", f"torch.where({a} > 0, {b}, {c})", f"{a}.dot({b})"]
            )
        )
    if kind == 17:
        return f"{a}.{draw(st.sampled_from(['detach()', 'clone()', 'contiguous()']))}"
    if kind == 18:
        return f"{a}.to(torch.{draw(st.sampled_from(DTYPES))})"
    low = draw(st.sampled_from(["-1", "0.5", "None"]))
    choices = [f"{a}.clamp({low}, 1.5)", f"{a}.masked_fill({a} > 0, 2)", f"{a}[{a} > 0]"]
    choices += [f"{a}.flip({_dim(draw, x)})", f"{a}.roll(1, {_dim(draw, x)})", f"{a}.repeat(2, 1)"]
    return draw(st.sampled_from(choices))


def _write(draw: Draw, space: dict[str, Any], names: list[str]) -> str:
    a = draw(st.sampled_from(names))
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return f"{a}.{draw(st.sampled_from(UNARY_IN_PLACE))}()"
    if kind == 1:
        return f"{a}.{draw(st.sampled_from(IN_PLACE))}({draw(st.sampled_from(names))})"
    if kind == 2:
        return f"{a} {draw(st.sampled_from(['+=', '-=', '*=', '/=']))} {_operand(draw, names)}"
    if kind == 3:
        return f"{a}.masked_fill_({a} > 0.5, {draw(st.sampled_from(['1', '-2.5']))})"
    return f"{a}[{_index(draw, space[a])}] = {_operand(draw, names)}"


def _alone(space: dict[str, Any], name: str) -> bool:
    """Whether no other tensor of the program shares the memory of one."""
    place = space[name].untyped_storage().data_ptr()
    return not any(
        space[other].untyped_storage().data_ptr() == place
        for other in tensors(space)
        if other != name
    )


def _autograd(draw: Draw, space: dict[str, Any], names: list[str]) -> str:
    a, b = (draw(st.sampled_from(names)) for _ in range(2))
    # A view made before its base was asked for gradients follows it in PyTorch, not here.
    if _alone(space, a) and draw(st.integers(0, 6)) == 0:
        return f"{a}.requires_grad_({draw(st.sampled_from(['', 'False']))})"
    keep = draw(st.sampled_from(["", "retain_graph=True"]))
    unused = draw(st.sampled_from(["", ", allow_unused=True"]))
    return draw(
        st.sampled_from(
            [
                f"({a} * 1.5).sum().backward({keep})",
                f"{a}.sum().backward({keep})",
                f"{a}.backward(torch.ones_like({a}){keep and ', ' + keep})",
                f"{a}.backward({keep})",
                f"({a} * {b}).sum().backward(inputs=[{b}])",
                f"torch.autograd.grad({a}.sum(), [{b}]{unused})[0]",
                f"{a}.retain_grad()",
                f"{a}.register_hook(lambda g: g * 2)",
                f"{a}.register_hook(lambda g: None)",
                f"{a}.grad = None",
                f"{a}.grad.zero_()",
                f"{a}.grad",
            ]
        )
    )


def _line(draw: Draw, space: dict[str, Any], new: str) -> str:
    names = tensors(space)
    kind = draw(st.integers(0, 19))
    if not names or kind == 0:
        return f"{new} = {draw(literals())}"
    no_grad = not draw(st.integers(0, 7))
    if kind < 11:
        line = f"{new} = {_expression(draw, space, names, views=not no_grad)}"
    elif kind < 14:
        line = _write(draw, space, names)
    elif kind < 19:
        return _autograd(draw, space, names)
    else:
        return f"del {draw(st.sampled_from(names))}"
    return f"with torch.no_grad(): {line}" if no_grad else line


@st.composite
def programs(draw: Draw, longest: int = 20) -> list[str]:
    """Lines of a program, which name their tensors t0, t1 and so on."""
    space: dict[str, Any] = {"torch": torch}
    lines: list[str] = []
    for number in range(draw(st.integers(1, longest))):
        lines.append(_line(draw, space, f"t{number}"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(lines[-1], space)
            except Exception:  # an error is an outcome, which the test compares
                continue
    return lines
