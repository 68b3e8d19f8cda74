"""Random tensor programs, which are short scripts of statements that PyTorch understands, too.

A program is a list of `Step`; `Program.script` prints it. The generator runs every step in the
model first, so that programs hold no invalid statements and no numbers near kinks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tapegrad.testing.expressions import Draw
from tapegrad.testing.model import Model, Unsuitable
from tapegrad.testing.statements import STATEMENTS

__all__ = ["Program", "Step", "Unsuitable", "random_program", "shrink"]


@dataclass(frozen=True)
class Step:
    """One statement.

    Attributes
    ----------
    kind : str
        Which statement, a key of `STATEMENTS`.
    data : tuple
        What the statement is about: names of variables and literals.
    no_grad : bool
        Whether it stands in a ``with torch.no_grad():`` block.
    """

    kind: str
    data: tuple[Any, ...]
    no_grad: bool = False

    @property
    def lines(self) -> list[str]:
        """Source lines."""
        lines = STATEMENTS[self.kind].render(*self.data)
        if self.no_grad:
            return ["with torch.no_grad():\n    " + line for line in lines]
        return lines

    def model(self, model: Model) -> None:
        """Run the step in the model."""
        model.grad_mode = not self.no_grad
        try:
            STATEMENTS[self.kind].model(model, *self.data)
        except (ValueError, IndexError, np.exceptions.AxisError) as error:
            raise Unsuitable(str(error)) from None
        finally:
            model.grad_mode = True


@dataclass
class Program:
    """A list of steps and the seed that they came from."""

    seed: int
    steps: list[Step] = field(default_factory=list)

    def script(self, module: str = "tapegrad") -> str:
        """Give the program as a script that runs."""
        lines = [f"import {module} as torch", ""]
        for step in self.steps:
            lines += step.lines
        return "\n".join(lines) + "\n"

    def model(self) -> Model:
        """Run the program in the model.

        Raises
        ------
        Unsuitable
            If a step makes no sense without steps that are not there.
        """
        model = Model(self.seed)
        for step in self.steps:
            step.model(model)
        return model


_KINDS: Final = [kind for kind, s in STATEMENTS.items() for _ in range(s.weight)]


def random_program(seed: int, length: int = 24, *, without: Sequence[str] = ()) -> Program:
    """Draw a program.

    Parameters
    ----------
    seed : int
        The same seed gives the same program.
    length : int
        Number of steps, roughly.
    without : sequence of str
        Kinds of statements to leave out.
    """
    rng = np.random.default_rng(seed)
    main = ("float64", "float32")[int(rng.integers(2))]
    model, program = Model(seed), Program(seed)
    draw = Draw(rng, model, main)
    for kind in ("leaf", "leaf", "constant"):
        _try(program, model, kind, STATEMENTS[kind].draw(draw), False)
    misses = 0
    while len(program.steps) < length and misses < 500:
        kind = _KINDS[int(rng.integers(len(_KINDS)))]
        if kind in without:
            continue
        no_grad = STATEMENTS[kind].outside and rng.random() < 0.06
        try:
            data = STATEMENTS[kind].draw(draw)
        except Unsuitable:
            misses += 1
            continue
        misses += not _try(program, model, kind, data, no_grad)
    for name in [n for n, v in model.variables.items() if v.family.requires_grad][-2:]:
        _try(program, model, "backward", (name, 1.0, True), False)
    return program


def _try(program: Program, model: Model, kind: str, data: tuple[Any, ...], no_grad: bool) -> bool:
    step = Step(kind, data, no_grad)
    try:
        step.model(model)
    except Unsuitable:
        return False
    program.steps.append(step)
    return True


def shrink(program: Program, fails: Callable[[Program], bool], rounds: int = 6) -> Program:
    """Leave out steps as long as the program still fails."""
    for _ in range(rounds):
        before = len(program.steps)
        k = before - 1
        while k >= 0:
            smaller = Program(program.seed, program.steps[:k] + program.steps[k + 1 :])
            try:
                smaller.model()
            except Unsuitable:
                k -= 1
                continue
            if fails(smaller):
                program = smaller
            k -= 1
        if len(program.steps) == before:
            break
    return program
