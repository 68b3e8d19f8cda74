"""The structured ops: what each saves, and its reverse rule written in ops of the table.

Importing this needs neither the engine nor SymPy: rules only call methods of the tensors that they
are given, and of the `Step`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.ops.rules import Step

Rule = Callable[["Step"], "tuple[Tensor | None, ...]"]

#: Bits of `saves`.
IN0: Final = 1
IN1: Final = 2
OUT: Final = 8


@dataclass(frozen=True)
class Structured:
    """One structured op.

    Attributes
    ----------
    name : str
        Name in the opcode table.
    node : str
        Name of its nodes in the backward graph, as PyTorch prints it. Rows without a name are the
        engine's own bookkeeping, which the graph does not show.
    rule : callable
        Gives the gradient for each input (first, second, then the variadic ones; None where there
        is none) from a `Step`.
    saves : tuple of int
        For each input (the third stands for all variadic ones), what the rule reads if that input
        needs a gradient: bits `IN0`, `IN1`, `OUT`.
    differentiable : int
        Bit mask of the inputs that can have a gradient.
    """

    name: str
    node: str
    rule: Rule
    saves: tuple[int, int, int] = (0, 0, 0)
    differentiable: int = 1


def _copy_slices(s: Step) -> tuple[Tensor | None, ...]:
    whole = s.gradient.clone()
    part = s.view_of(whole)
    inner = part.clone()
    part.zero_()
    return whole, inner


def _addmm(s: Step) -> tuple[Tensor | None, ...]:
    g, alpha, beta = s.gradient, s.real(0), s.real(1)
    return (
        _times(g.mm(s.input(1).t()), alpha) if s.needs(0) else None,
        _times(s.input(0).t().mm(g), alpha) if s.needs(1) else None,
        _times(s.fold(g, 2), beta) if s.needs(2) else None,
    )


def _times(value: Tensor, factor: float) -> Tensor:
    return value if factor == 1 else value * factor


def _extremum(s: Step) -> tuple[Tensor | None, ...]:
    """Elements that tie share the gradient evenly."""
    x = s.input(0)
    best = s.kept(s.output())
    mask = (x == best).logical_or((x != x).logical_and(best != best))
    return (s.spread(s.gradient) * mask / s.collect(mask),)


def _var(s: Step, gradient: Tensor) -> tuple[Tensor | None, ...]:
    """Word 1 is 2 / (n - correction)."""
    x = s.input(0)
    return ((x - s.collect(x) / s.ratio()) * (s.spread(gradient) * s.real(1)),)


def _std(s: Step) -> tuple[Tensor | None, ...]:
    out = s.output()
    return _var(s, s.where(out == 0, 0.0, s.gradient / (out * 2)))


def _norm(s: Step) -> tuple[Tensor | None, ...]:
    """Word 1 is p; a norm of 0 has the subgradient 0."""
    x, out, g, p = s.input(0), s.kept(s.output()), s.spread(s.gradient), s.real(1)
    if p == 0:
        return (None,)
    if p == 1:
        return (x.sign() * g,)
    if math.isinf(p):
        mask = x.abs() == out
        return (x.sign() * mask * g / s.collect(mask),)
    if p == 2:
        return (s.where(out == 0, 0.0, x / out) * g,)
    # Quotients first: powers of large or small norms would overflow.
    slope = x.sign() * (x.abs() / out) ** (p - 1)
    return (s.where(out == 0 if p > 1 else x == 0, 0.0, slope) * g,)


def _softmax(s: Step) -> tuple[Tensor | None, ...]:
    """Word 0 is the dimension."""
    out, g = s.output(), s.gradient
    return (out * (g - (out * g).sum(s.parameters[0], keepdim=True)),)


def _log_softmax(s: Step) -> tuple[Tensor | None, ...]:
    """Word 0 is the dimension."""
    g = s.gradient
    return (g - s.output().exp() * g.sum(s.parameters[0], keepdim=True),)


def _nll_loss(s: Step) -> tuple[Tensor | None, ...]:
    """Word 0 is the divisor, word 1 says whether the second input also holds factors.

    Negative positions are classes to ignore.
    """
    at, factors = s.positions_and_factors() if s.parameters[1] else (s.input(1), None)
    g = (s.gradient / -s.real(0)).expand(at.shape)
    if factors is not None:
        g = g * factors
    return s.scatter(s.where(at < 0, 0.0, g), s.where(at < 0, 0, at)), None


def _mse_loss(s: Step) -> tuple[Tensor | None, ...]:
    """Word 0 is the divisor; 0 where there are no elements."""
    d = (s.input(0) - s.input(1)) * (s.gradient * (2 / (s.real(0) or 1)))
    return d, -d


def _external(s: Step) -> tuple[Tensor | None, ...]:
    raise RuntimeError("an external row needs a rule of its own")


def _underivable(s: Step) -> tuple[Tensor | None, ...]:
    """Word 0 says which function it was."""
    name = UNDERIVABLE[s.parameters[0]]
    raise RuntimeError(f"derivative for aten::{name} is not implemented")


def _flat(s: Step) -> tuple[Tensor | None, ...]:
    return s.zeros(0), s.zeros(1) if s.needs(1) else None


def _put(s: Step) -> tuple[Tensor | None, ...]:
    return (
        s.cleared(s.gradient, s.input(1)) if s.needs(0) else None,
        None,
        s.take(s.gradient, s.input(1)) if s.needs(2) else None,
    )


def _masked_fill(s: Step) -> tuple[Tensor | None, ...]:
    g, mask = s.gradient, s.input(1)
    return (
        s.fold(s.where(mask, 0.0, g), 0) if s.needs(0) else None,
        None,
        s.fold(s.where(mask, g, 0.0), 2) if s.needs(2) else None,
    )


def _softplus(s: Step) -> tuple[Tensor | None, ...]:
    """Words are beta and the threshold."""
    x, g = s.input(0) * s.real(0), s.gradient
    return (s.where(x > s.real(1), g, g * x.sigmoid()),)


def _repeat(s: Step) -> tuple[Tensor | None, ...]:
    """Words are the numbers of repetitions."""
    shape = s.shape(0)
    lead = (1,) * (len(s.parameters) - len(shape))
    pairs = [n for pair in zip(s.parameters, lead + shape, strict=True) for n in pair]
    if not pairs:
        return (s.gradient,)
    return (s.gradient.reshape(pairs).sum(list(range(0, len(pairs), 2))).reshape(shape),)


def _roll(s: Step) -> tuple[Tensor | None, ...]:
    """Words are the shifts, then the dimensions, or one shift of all as a vector."""
    half = len(s.parameters) // 2
    if not half:
        return (s.gradient.roll(-s.parameters[0]),)
    back = [-n for n in s.parameters[:half]]
    return (s.gradient.roll(back, s.parameters[half:]),)


def _diagonal_copy(s: Step) -> tuple[Tensor | None, ...]:
    whole = s.zeros(0)
    whole.diagonal(s.parameters[0]).copy_(s.gradient)
    return (whole,)


def _unview(s: Step) -> tuple[Tensor | None, ...]:
    return (s.unview(s.gradient),)


def _take(s: Step) -> tuple[Tensor | None, ...]:
    return s.scatter(s.gradient, s.input(1)), None


def _added_at(s: Step) -> tuple[Tensor | None, ...]:
    return s.gradient, None, s.take(s.gradient, s.input(1)) if s.needs(2) else None


def _prod(s: Step) -> tuple[Tensor | None, ...]:
    return (s.spread(s.gradient) * s.product_of_others(s.input(0)),)


def _several(names: dict[str, str], rule: Rule, **facts: Any) -> tuple[Structured, ...]:
    """Declare ops that differ in what PyTorch calls their nodes."""
    return tuple(Structured(name, node, rule, **facts) for name, node in names.items())


#: Functions that have no derivative, in the numbering of `not_implemented`.
UNDERIVABLE: Final = ("floor_divide", "floor_divide_")

#: Every op that is a view; `view` is the first and `unsafe_view` the last.
VIEWS: Final = {
    "view": "ViewBackward0",
    "transpose": "TransposeBackward0",
    "t": "TBackward0",
    "permute": "PermuteBackward0",
    "expand": "ExpandBackward0",
    "squeeze": "SqueezeBackward1",
    "squeeze_all": "SqueezeBackward0",
    "squeeze_dims": "SqueezeBackward2",
    "unsqueeze": "UnsqueezeBackward0",
    "select": "SelectBackward0",
    "slice": "SliceBackward0",
    "as_strided": "AsStridedBackward0",
    "split": "SplitBackward0",
    "unbind": "UnbindBackward0",
    "diagonal": "DiagonalBackward0",
    "alias_view": "AliasBackward0",
    "split_with_sizes": "SplitWithSizesBackward0",
    "squeeze_inplace": "SqueezeBackward4",
    # A view that was made anew of memory that had been written.
    "replay": "AsStridedBackward0",
    # Broadcasting that an op does by itself.
    "broadcast": "",
    "unsafe_view": "UnsafeViewBackward0",
}

#: Ops that gather the elements of the first input at the flat positions that are the second.
GATHERS: Final = {
    "take": "TakeBackward0",
    "index": "IndexBackward0",
    "gather": "GatherBackward0",
    "index_select": "IndexSelectBackward0",
    "masked_select": "MaskedSelectBackward0",
    "max_dim": "MaxBackward0",
    "min_dim": "MinBackward0",
}

#: Extrema in which elements that tie share the gradient.
EXTREMA: Final = {
    "amax": "AmaxBackward0",
    "amin": "AminBackward0",
    "max": "MaxBackward1",
    "min": "MinBackward1",
    # The outputs of `aminmax`.
    "amin_beside": "AminmaxBackward0",
    "amax_beside": "AminmaxBackward0",
}

STRUCTURED: Final[tuple[Structured, ...]] = (
    *_several(VIEWS, _unview),
    Structured("copy", "CloneBackward0", lambda s: (s.gradient,)),
    # The result of an op, written to the memory that it was computed from.
    Structured("written", "", lambda s: (s.gradient,)),
    # Conversion asked for, and conversion that promotion asks for.
    *_several({"cast": "ToCopyBackward0", "promote": ""}, lambda s: (s.gradient.to(s.dtype(0)),)),
    # Word 0 is a number to multiply with.
    *_several({"scale": "MulBackward1", "factor": ""}, lambda s: (s.gradient * s.real(0),)),
    Structured("shrink", "DivBackward1", lambda s: (s.gradient / s.real(0),)),
    Structured(
        "rsub",
        "RsubBackward0",
        lambda s: (s.fold(-s.gradient, 0), s.fold(s.gradient, 1)),
        differentiable=3,
    ),
    Structured("softplus_beta", "SoftplusBackward0", _softplus, saves=(IN0, 0, 0)),
    Structured("round_decimals", "RoundBackward1", lambda s: (s.zeros(0),)),
    Structured("div_rounded", "DivBackward2", _flat, saves=(IN1, IN1, 0), differentiable=3),
    Structured("not_implemented", "NotImplemented", _underivable, differentiable=3),
    # The first input is what was in the memory that was written.
    Structured("copy_into", "CopyBackwards", lambda s: (s.zeros(0), s.gradient), differentiable=3),
    Structured("zero", "ZeroBackward0", lambda s: (s.zeros(0),)),
    Structured("fill", "FillBackward2", lambda s: (s.zeros(0),)),
    Structured(
        "fill_tensor",
        "FillBackward3",
        lambda s: (s.zeros(0), s.fold(s.gradient, 1)),
        differentiable=3,
    ),
    # Words are the dimensions.
    Structured("flip", "FlipBackward0", lambda s: (s.gradient.flip(s.parameters),)),
    Structured("roll", "RollBackward0", _roll),
    Structured("repeat", "RepeatBackward0", _repeat),
    # Words are the number of turns and the dimensions.
    Structured(
        "rot90", "Rot90Backward0", lambda s: (s.gradient.rot90(-s.parameters[0], s.parameters[1:]),)
    ),
    # Word 0 is the diagonal.
    Structured("tril", "TrilBackward0", lambda s: (s.gradient.tril(s.parameters[0]),)),
    Structured("triu", "TriuBackward0", lambda s: (s.gradient.triu(s.parameters[0]),)),
    Structured("diagonal_copy", "DiagonalBackward0_copy", _diagonal_copy),
    # The second input is the mask, the third the value.
    Structured("masked_fill", "MaskedFillBackward1", _masked_fill, saves=(IN1, 0, IN1)),
    *_several(GATHERS, _take, saves=(IN1, 0, 0)),
    # The third input, of the second's shape, is added to or put into the first at flat positions.
    *_several(
        {
            "scatter_add": "ScatterAddBackward0",
            "put_add": "IndexPutBackward0",
            "index_add": "IndexAddBackward0",
        },
        _added_at,
        saves=(0, 0, IN1),
    ),
    *_several(
        {
            "put": "IndexPutBackward0",
            "scatter": "ScatterBackward0",
            "scatter_value": "ScatterBackward1",
            "put_flat": "PutBackward0",
            "index_copy": "IndexCopyBackward0",
            "index_fill": "IndexFillBackward0",
            "index_fill_tensor": "IndexFillBackward1",
            "masked_scatter": "MaskedScatterBackward0",
        },
        _put,
        saves=(IN1, 0, IN1),
    ),
    Structured("copy_slices", "CopySlices", _copy_slices, differentiable=3),
    Structured(
        "mm",
        "MmBackward0",
        lambda s: (
            s.gradient.mm(s.input(1).t()) if s.needs(0) else None,
            s.input(0).t().mm(s.gradient) if s.needs(1) else None,
        ),
        saves=(IN1, IN0, 0),
        differentiable=3,
    ),
    Structured(
        "bmm",
        "BmmBackward0",
        lambda s: (
            s.gradient.bmm(s.input(1).transpose(1, 2)) if s.needs(0) else None,
            s.input(0).transpose(1, 2).bmm(s.gradient) if s.needs(1) else None,
        ),
        saves=(IN1, IN0, 0),
        differentiable=3,
    ),
    Structured(
        "mv",
        "MvBackward0",
        lambda s: (
            s.gradient.outer(s.input(1)) if s.needs(0) else None,
            s.input(0).t().mv(s.gradient) if s.needs(1) else None,
        ),
        saves=(IN1, IN0, 0),
        differentiable=3,
    ),
    Structured(
        "dot",
        "DotBackward0",
        lambda s: (
            s.input(1) * s.gradient if s.needs(0) else None,
            s.input(0) * s.gradient if s.needs(1) else None,
        ),
        saves=(IN1, IN0, 0),
        differentiable=3,
    ),
    Structured("addmm", "AddmmBackward0", _addmm, saves=(IN1, IN0, 0), differentiable=3),
    *_several(
        {"sum": "SumBackward0", "sum_dim": "SumBackward1"}, lambda s: (s.spread(s.gradient),)
    ),
    *_several(
        {"mean": "MeanBackward0", "mean_dim": "MeanBackward1"},
        lambda s: (s.spread(s.gradient) / s.ratio(),),
    ),
    *_several({"prod": "ProdBackward0", "prod_dim": "ProdBackward1"}, _prod, saves=(IN0, 0, 0)),
    *_several(EXTREMA, _extremum, saves=(IN0 | OUT, 0, 0)),
    *_several(
        {"var": "VarBackward0", "var_mean": "VarMeanBackward0"},
        lambda s: _var(s, s.gradient),
        saves=(IN0, 0, 0),
    ),
    *_several(
        {"std": "StdBackward0", "std_mean": "StdMeanBackward0"}, _std, saves=(IN0 | OUT, 0, 0)
    ),
    # The second outputs of `var_mean` and `std_mean`.
    *_several(
        {"mean_of_var": "VarMeanBackward0", "mean_of_std": "StdMeanBackward0"},
        lambda s: (s.spread(s.gradient) / s.ratio(),),
        saves=(IN0, 0, 0),
    ),
    Structured("norm", "LinalgVectorNormBackward0", _norm, saves=(IN0 | OUT, 0, 0)),
    Structured(
        "logsumexp",
        "LogsumexpBackward0",
        lambda s: (s.spread(s.gradient) * (s.input(0) - s.kept(s.output())).exp(),),
        saves=(IN0 | OUT, 0, 0),
    ),
    # Words are the dimension and whether the sum runs backwards.
    Structured("cumsum", "CumsumBackward0", lambda s: (s.running_sum_back(s.gradient),)),
    Structured("softmax", "SoftmaxBackward0", _softmax, saves=(OUT, 0, 0)),
    Structured("log_softmax", "LogSoftmaxBackward0", _log_softmax, saves=(OUT, 0, 0)),
    # All inputs are variadic; word 0 is the dimension.
    Structured("cat", "CatBackward0", lambda s: (None, None, *s.pieces(s.gradient))),
    Structured("stack", "StackBackward0", lambda s: (None, None, *s.slices(s.gradient))),
    *_several(
        {"nll_loss": "NllLossBackward0", "nll_loss_2d": "NllLoss2DBackward0"},
        _nll_loss,
        saves=(IN1, 0, 0),
    ),
    Structured(
        "mse_loss",
        "MseLossBackward0",
        _mse_loss,
        saves=(IN0 | IN1, IN0 | IN1, 0),
        differentiable=3,
    ),
    # A rule that is kept beside the row.
    Structured("external", "", _external, differentiable=3),
)
