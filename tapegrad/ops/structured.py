"""The structured ops: what each saves, and its reverse rule written in ops of the table.

Importing this needs neither the engine nor SymPy: rules only call methods of the tensors they are given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tapegrad.ops.rules import Step
    from tapegrad.tensor import Tensor

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
        Name of its nodes in the backward graph, as PyTorch prints it.
    rule : callable
        Gives the gradient for each input (first, second, then the variadic ones; None where there is
        none) from a `Step`.
    saves : tuple of int
        For each input, what the rule reads if that input needs a gradient (bits `IN0`, `IN1`, `OUT`).
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


STRUCTURED: Final[tuple[Structured, ...]] = (
    Structured("view", "ViewBackward0", lambda s: (s.unview(s.gradient),)),
    Structured("copy", "CloneBackward0", lambda s: (s.gradient,)),
    Structured("cast", "ToCopyBackward0", lambda s: (s.gradient.to(s.dtype(0)),)),
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
    Structured("sum", "SumBackward0", lambda s: (s.spread(s.gradient),)),
    Structured("mean", "MeanBackward0", lambda s: (s.spread(s.gradient) / s.ratio(),)),
)
