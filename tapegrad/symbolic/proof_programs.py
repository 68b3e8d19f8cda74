"""Small programs for each op of the table, from which its proof row is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

import tapegrad
from tapegrad import engine
from tapegrad.engine import Op
from tapegrad.nn import functional
from tapegrad.ops.elementwise import ELEMENTWISE, Elementwise
from tapegrad.symbolic.arrays import Array


@dataclass(frozen=True)
class Program:
    """A program that uses an op, and the point at which it runs.

    Attributes
    ----------
    function : callable
    inputs : tuple of array
    """

    function: Callable[..., Any]
    inputs: tuple[Array, ...]


#: Places within a domain: none is a whole or a half, and no two are equal.
_PLACES: Final = (0.31, 0.87, 0.13, 0.62, 0.44, 0.78, 0.23, 0.55, 0.93)


def _in(low: float, high: float, shape: tuple[int, ...], turn: int = 0) -> Array:
    count = int(np.prod(shape))
    places = [_PLACES[(k + turn) % len(_PLACES)] + 0.003 * (k + turn) for k in range(count)]
    return np.round(low + (high - low) * np.array(places), 3).reshape(shape)


def x(*shape: int, turn: int = 0) -> Array:
    """Distinct numbers between -2 and 2 and not near a whole one."""
    return _in(-2.0, 2.0, shape, turn)


def positive(*shape: int) -> Array:
    """Distinct numbers between 1/4 and 2."""
    return _in(0.25, 2.0, shape)


def at(*positions: Any) -> Array:
    """Positions."""
    return np.array(positions, np.int64)


#: Shapes of the operands of elementwise ops: alone, together, and broadcast.
_SHAPES: Final[dict[int, tuple[tuple[tuple[int, ...], ...], ...]]] = {
    1: (((),), ((3,),), ((2, 3),)),
    2: (((), ()), ((3,), (3,)), ((2, 1), (3,)), ((3,), ()), ((), (2, 2))),
    3: (((), (), ()), ((3,), (3,), (3,)), ((2, 1), (3,), ()), ((), (2,), (2, 1))),
}


def elementwise_programs(op: Elementwise) -> tuple[Program, ...]:
    """Programs of an elementwise op, at points in its domain."""
    code = Op[op.name.upper()]

    def function(*operands: Any) -> Any:
        return engine.apply(code, *operands)

    return tuple(
        Program(
            function,
            tuple(
                (_in(*domain, shape, 3 * k) > 0)
                if kind == "bool"
                else _in(*domain, shape, 3 * k).astype(np.float64 if op.floats else np.int64)
                for k, (shape, domain, kind) in enumerate(
                    zip(shapes, op.domains, op.kinds, strict=True)
                )
            ),
        )
        for shapes in _SHAPES[op.arity]
    )


def _programs(*pairs: Any) -> tuple[Program, ...]:
    """Programs from functions, each followed by its inputs in a tuple."""
    return tuple(Program(function, inputs) for function, inputs in pairs)


def _reductions(name: str, make: Callable[..., Array] = x, **options: Any) -> tuple[Program, ...]:
    """Reduction over all, one and several dimensions, kept or not."""

    def reduced(**where: Any) -> Callable[..., Any]:
        return lambda a: getattr(a, name)(**where, **options)

    return _programs(
        (reduced(dim=0), (make(3),)),
        (reduced(dim=1), (make(2, 3),)),
        (reduced(dim=0, keepdim=True), (make(3, 2),)),
        (reduced(dim=-1), (make(2, 1, 3),)),
    )


def _total(name: str) -> tuple[Program, ...]:
    return _programs(
        *((lambda a: getattr(a, name)(), (x(*shape),)) for shape in ((), (3,), (2, 3)))
    )


def _several_dims(name: str) -> tuple[Program, ...]:
    return _programs((lambda a: getattr(a, name)(dim=(0, 2)), (x(2, 2, 2),)))


def _write_slice(a: Any, b: Any) -> Any:
    made = a.clone()
    made[1:] = b
    return made


def _multiply_view(a: Any) -> Any:
    made = a * 2
    made[0].mul_(3)
    return made


def _in_place(name: str, *shape: int, arguments: tuple[Any, ...] = ()) -> tuple[Program, ...]:
    """A method that writes to a product."""

    def function(a: Any) -> Any:
        made = a * 2
        getattr(made, name)(*arguments)
        return made

    return _programs((function, (x(*shape),)))


def _plus_own_transpose(a: Any) -> Any:
    made = a * 2
    made.add_(made.t())
    return made


def _read_again(a: Any) -> Any:
    made = a * 2
    view = made[0]
    made.mul_(3)
    return view * 1


def _classes(a: Any, target: Any, **options: Any) -> Any:
    return functional.nll_loss(a, target, **options)


#: Matrices for products.
_PAIR: Final = (x(2, 3), x(3, 2, turn=4))

STRUCTURED_PROGRAMS: Final[dict[str, tuple[Program, ...]]] = {
    "view": _programs(
        (lambda a: a.view(6), (x(2, 3),)), (lambda a: a.view(3, 1, 2) * 2, (x(2, 3),))
    ),
    "transpose": _programs(
        (lambda a: a.transpose(0, 1), (x(2, 3),)), (lambda a: a.transpose(0, 2), (x(1, 2, 3),))
    ),
    "t": _programs((lambda a: a.t(), (x(2, 3),)), (lambda a: a.t() @ a, (x(3, 2),))),
    "permute": _programs((lambda a: a.permute(2, 0, 1), (x(1, 2, 3),))),
    "expand": _programs(
        (lambda a: a.expand(3, 2), (x(2),)), (lambda a: a.expand(2, 3) * 1.5, (x(2, 1),))
    ),
    "squeeze": _programs((lambda a: a.squeeze(1), (x(3, 1),))),
    "squeeze_all": _programs((lambda a: a.squeeze(), (x(1, 3, 1),))),
    "squeeze_dims": _programs((lambda a: a.squeeze((0, 2)), (x(1, 3, 1),))),
    "unsqueeze": _programs(
        (lambda a: a.unsqueeze(0), (x(3),)), (lambda a: a.unsqueeze(-1), (x(2, 3),))
    ),
    "select": _programs((lambda a: a[1], (x(3),)), (lambda a: a.select(1, -1), (x(2, 3),))),
    "slice": _programs((lambda a: a[1:], (x(3),)), (lambda a: a[:, ::2], (x(2, 3),))),
    "as_strided": _programs(
        # Its elements overlap.
        (lambda a: a.as_strided((2, 2), (1, 1)), (x(3),)),
        (lambda a: a.as_strided((2, 2), (1, 2), 1), (x(2, 3),)),
    ),
    "split": _programs((lambda a: a.split(2), (x(3),)), (lambda a: a.chunk(3, 1)[1], (x(2, 3),))),
    "unbind": _programs((lambda a: a.unbind(), (x(3, 2),)), (lambda a: a.unbind(1)[1], (x(2, 3),))),
    "diagonal": _programs(
        (lambda a: a.diagonal(), (x(3, 3),)), (lambda a: a.diagonal(1), (x(2, 3),))
    ),
    "unsafe_view": _programs((lambda a: a.t().reshape(6), (x(2, 3),))),
    "copy": _programs(
        (lambda a: a.clone(), (x(2, 3),)), (lambda a: a.t().contiguous(), (x(2, 3),))
    ),
    "cast": _programs(
        (lambda a: a.float(), (x(3),)), (lambda a: a.double() * 2, (x(3).astype(np.float32),))
    ),
    "take": _programs((lambda a, i: a.take(i), (x(2, 3), at(5, 0, 0)))),
    "index": _programs(
        (lambda a, i: a[i], (x(3), at(2, 0, 2))), (lambda a, i: a[:, i], (x(2, 3), at(2, 0, 2)))
    ),
    "gather": _programs(
        (lambda a, i: a.gather(0, i), (x(3, 2), at([2, 0], [2, 1]))),
        (lambda a, i: a.gather(1, i), (x(2, 3), at([2, 2, 0], [1, 0, 0]))),
    ),
    "index_select": _programs(
        (lambda a, i: a.index_select(0, i), (x(3, 2), at(2, 0, 2))),
        (lambda a, i: a.index_select(1, i), (x(2, 3), at(2, 2))),
    ),
    "masked_select": _programs((lambda a: a.masked_select(a > 0), (x(2, 3),))),
    "alias_view": _programs((lambda a: a[...] * 2, (x(2, 3),))),
    "rot90": _programs(
        (lambda a: a.rot90(1, (0, 1)), (x(2, 3),)),
        (lambda a: a.rot90(3, (1, 2)), (x(1, 2, 3),)),
    ),
    "tril": _programs((lambda a: a.tril(), (x(3, 3),)), (lambda a: a.tril(-1), (x(3, 2),))),
    "triu": _programs((lambda a: a.triu(), (x(3, 3),)), (lambda a: a.triu(1), (x(2, 3),))),
    "diagonal_copy": _programs((lambda a: a.diag(), (x(3, 3),)), (lambda a: a.diag(1), (x(2, 3),))),
    "index_add": _programs(
        (lambda a, i, b: a.index_add(0, i, b), (x(3, 2), at(2, 0, 2), x(3, 2, turn=4))),
        (lambda a, i, b: a.index_add(1, i, b, alpha=2.5), (x(2, 3), at(1, 1), x(2, 2, turn=5))),
    ),
    "put_flat": _programs((lambda a, i, b: a.put(i, b), (x(2, 3), at(5, 0), x(2, turn=4)))),
    "index_copy": _programs(
        (lambda a, i, b: a.index_copy(0, i, b), (x(3, 2), at(2, 0), x(2, 2, turn=4))),
        (lambda a, i, b: a.index_copy(1, i, b), (x(2, 3), at(1), x(2, 1, turn=5))),
    ),
    "index_fill": _programs((lambda a, i: a.index_fill(1, i, 2.5), (x(2, 3), at(0, 2)))),
    "index_fill_tensor": _programs(
        (lambda a, i, b: a.index_fill(0, i, b), (x(3, 2), at(0, 2), x()))
    ),
    "masked_scatter": _programs(
        (lambda a, b: a.masked_scatter(a > 0, b), (x(2, 3), x(6, turn=4))),
    ),
    "amin_beside": _programs((lambda a: tapegrad.aminmax(a, dim=1)[0], (x(2, 3),))),
    "amax_beside": _programs((lambda a: tapegrad.aminmax(a, dim=1)[1], (x(2, 3),))),
    "split_with_sizes": _programs(
        (lambda a: a.split([1, 2]), (x(3),)), (lambda a: a.split([2, 1], 1)[0], (x(2, 3),))
    ),
    "squeeze_inplace": _programs((lambda a, b: a @ b, (x(2), x(2, 3, turn=4)))),
    "replay": _programs((_read_again, (x(3),)), (_read_again, (x(2, 3),))),
    "broadcast": _programs((lambda a, b: (a * 2).copy_(b), (x(2, 3), x(3, turn=4)))),
    "written": _programs((_plus_own_transpose, (x(2, 2),))),
    "promote": _programs((lambda a, b: a * b, (x(3), x(3, turn=4).astype(np.float32)))),
    "scale": _programs(
        (
            lambda a, t: functional.cross_entropy(a, t, label_smoothing=0.25),
            (x(2, 3), at(1, 0)),
        )
    ),
    "factor": _programs((lambda a, b: tapegrad.add(a, b, alpha=2.5), (x(3), x(3, turn=4)))),
    "shrink": _programs((lambda a, p: functional.cross_entropy(a, p), (x(2, 3), x(2, 3, turn=4)))),
    "rsub": _programs(
        (lambda a, b: tapegrad.rsub(a, b), (x(3), x(3, turn=4))),
        (lambda a, b: tapegrad.rsub(a, b), (x(2, 1), x(3, turn=4))),
    ),
    "softplus_beta": _programs((lambda a: functional.softplus(a, 2, 3), (x(2, 3),))),
    "copy_into": _programs((lambda a, b: (a * 2).copy_(b), (x(3), x(3, turn=4)))),
    "zero": _in_place("zero_", 3),
    "fill": _in_place("fill_", 3, arguments=(1.5,)),
    "fill_tensor": _programs((lambda a, b: (a * 2).fill_(b), (x(3), x()))),
    "flip": _programs(
        (lambda a: a.flip(0), (x(3),)),
        (lambda a: a.flip(0, 1), (x(2, 3),)),
        (lambda a: a.flip(1), (x(2, 3),)),
    ),
    "roll": _programs(
        (lambda a: a.roll(1, 0), (x(3),)), (lambda a: a.roll((1, -1), (0, 1)), (x(2, 3),))
    ),
    "repeat": _programs(
        (lambda a: a.repeat(2), (x(3),)), (lambda a: a.repeat(2, 1, 2), (x(2, 2),))
    ),
    "masked_fill": _programs(
        (lambda a: a.masked_fill(a > 0, 2.5), (x(2, 3),)),
        (lambda a, b: a.masked_fill(a > 0, b), (x(2, 3), x())),
    ),
    "scatter": _programs(
        (lambda a, i, b: a.scatter(0, i, b), (x(3), at(2, 0), x(2, turn=4))),
        (lambda a, i, b: a.scatter(1, i, b), (x(2, 3), at([0], [2]), x(2, 1, turn=5))),
    ),
    "scatter_value": _programs((lambda a, i: a.scatter(0, i, 2.5), (x(3), at(2, 0)))),
    **{
        name: _programs(
            (lambda a, f=name[:3] + "_mean": getattr(tapegrad, f)(a), (x(2, 3),)),
            (lambda a, f=name[:3] + "_mean": getattr(tapegrad, f)(a, 1), (x(2, 3),)),
        )
        for name in ("var_mean", "std_mean")
    },
    "mean_of_var": _programs((lambda a: tapegrad.var_mean(a, 1)[1], (x(2, 3),))),
    "mean_of_std": _programs((lambda a: tapegrad.std_mean(a, 1)[1], (x(2, 3),))),
    "max_dim": _programs(
        (lambda a: a.max(0)[0], (x(3, 2),)), (lambda a: a.max(1, keepdim=True)[0], (x(2, 3),))
    ),
    "min_dim": _programs(
        (lambda a: a.min(0)[0], (x(3, 2),)), (lambda a: a.min(1, keepdim=True)[0], (x(2, 3),))
    ),
    "scatter_add": _programs(
        (lambda a, i, b: a.scatter_add(0, i, b), (x(3), at(2, 0, 2), x(3, turn=4))),
        (lambda a, i, b: a.scatter_add(1, i, b), (x(2, 3), at([0, 0], [2, 1]), x(2, 2, turn=5))),
    ),
    "put_add": _programs(
        (lambda a, i, b: a.index_put((i,), b, accumulate=True), (x(3), at(2, 0, 2), x(3, turn=4))),
    ),
    "put": _programs(
        (lambda a, i, b: a.index_put((i,), b), (x(3), at(2, 0), x(2, turn=4))),
    ),
    "copy_slices": _programs(
        (_write_slice, (x(3), x(2, turn=4))),
        (_write_slice, (x(3, 2), x(2, turn=7))),
        (_multiply_view, (x(2, 3),)),
    ),
    "mm": _programs(
        (lambda a, b: a.mm(b), _PAIR),
        (lambda a: a.mm(a), (x(2, 2),)),
        (lambda a, b: a.mm(b), (x(3, 1), x(1, 3))),
    ),
    "bmm": _programs((lambda a, b: a.bmm(b), (x(2, 1, 2), x(2, 2, 3, turn=4)))),
    "mv": _programs((lambda a, b: a.mv(b), (x(2, 3), x(3, turn=4)))),
    "dot": _programs((lambda a, b: a.dot(b), (x(3), x(3, turn=4)))),
    "addmm": _programs(
        (lambda c, a, b: tapegrad.addmm(c, a, b), (x(2, 2), *_PAIR)),
        (lambda c, a, b: tapegrad.addmm(c, a, b, beta=0.5, alpha=-2), (x(2), *_PAIR)),
    ),
    "sum": _total("sum"),
    "sum_dim": _reductions("sum") + _several_dims("sum"),
    "mean": _total("mean"),
    "mean_dim": _reductions("mean") + _several_dims("mean"),
    "prod": _total("prod"),
    "prod_dim": _reductions("prod"),
    "amax": _reductions("amax") + _several_dims("amax"),
    "amin": _reductions("amin") + _several_dims("amin"),
    "max": _total("max"),
    "min": _total("min"),
    "var": _reductions("var")
    + _reductions("var", correction=0)
    + _programs((lambda a: a.var(), (x(2, 3),))),
    "std": _reductions("std")
    + _reductions("std", correction=0)
    + _programs((lambda a: a.std(), (x(2, 3),))),
    "norm": _programs(
        *((lambda a, p=p: a.norm(p), (x(3),)) for p in (0, 1, 2, 3, 0.5, np.inf, -np.inf)),
        *((lambda a, p=p: a.norm(p, dim=1), (x(2, 2),)) for p in (1, 2, 3, np.inf)),
    ),
    "logsumexp": _reductions("logsumexp"),
    "cumsum": _programs(
        (lambda a: a.cumsum(0), (x(3),)),
        (lambda a: a.cumsum(0), (x(3, 2),)),
        (lambda a: a.cumsum(1), (x(2, 3),)),
    ),
    "softmax": _programs(
        (lambda a: a.softmax(0), (x(3),)),
        (lambda a: a.softmax(0), (x(3, 2),)),
        (lambda a: a.softmax(1), (x(2, 3),)),
    ),
    "log_softmax": _programs(
        (lambda a: a.log_softmax(0), (x(3),)), (lambda a: a.log_softmax(1), (x(2, 3),))
    ),
    "cat": _programs(
        (lambda a, b: tapegrad.cat([a, b]), (x(2), x(3, turn=4))),
        (lambda a, b: tapegrad.cat([a, b, a], 1), (x(2, 1), x(2, 3, turn=4))),
    ),
    "stack": _programs(
        (lambda a, b: tapegrad.stack([a, b]), (x(3), x(3, turn=4))),
        (lambda a, b: tapegrad.stack([a, b, a], 1), (x(2), x(2, turn=4))),
    ),
    "nll_loss": _programs(
        (_classes, (x(2, 3), at(2, 0))),
        (lambda a, t: _classes(a, t, reduction="sum"), (x(2, 3), at(1, 1))),
        (lambda a, t: _classes(a, t, reduction="none"), (x(2, 3), at(1, 2))),
        (lambda a, t: _classes(a, t, ignore_index=1), (x(3, 2), at(1, 0, 0))),
    ),
    "nll_loss_2d": _programs((_classes, (x(1, 2, 2, 2), at([[0, 1], [1, 1]])))),
    "mse_loss": _programs(
        (lambda a, b: functional.mse_loss(a, b), (x(3), x(3, turn=4))),
        (lambda a, b: functional.mse_loss(a, b, reduction="sum"), (x(2, 2), x(2, 2, turn=4))),
        (lambda a, b: functional.mse_loss(a, b, reduction="none"), (x(3), x(3, turn=4))),
    ),
}

#: Ops without a proof, and why.
NOT_PROVABLE: Final = {
    "external": "its rule is a Python function that the user gave, not one of the table",
    "round_decimals": "the row does not hold to how many decimals; the gradient is zero",
    "div_rounded": "the row does not hold which way it rounds; the gradient is zero",
    "not_implemented": "its rule raises an error",
}


def programs_of(name: str) -> tuple[Program, ...]:
    """Programs of an op; none if nobody has written them yet."""
    for op in ELEMENTWISE:
        if op.name == name:
            return elementwise_programs(op)
    return STRUCTURED_PROGRAMS.get(name, ())
