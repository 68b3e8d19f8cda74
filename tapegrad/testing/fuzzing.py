"""Runs programs with the engine, the model and the reference, and compares them step by step.

``python -m tapegrad.testing.fuzzing 1000 --first 5000`` runs a thousand programs and prints those
that fail, made short, as scripts.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from contextlib import nullcontext
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import tapegrad
from tapegrad import engine
from tapegrad.tape import Tape, default_tape
from tapegrad.testing.census import engine_census
from tapegrad.testing.model import Model
from tapegrad.testing.programs import Program, Step, random_program, shrink
from tapegrad.testing.reference import Recording
from tapegrad.testing.statements import STATEMENTS
from tapegrad_kernels.abi import Status

__all__ = ["EXPECTED", "STATEMENTS", "Run", "check", "failure", "report"]

Array = npt.NDArray[Any]

#: Relative and absolute differences that rounding explains.
TOLERANCES: Final = {"float64": 1e-9, "float32": 2e-3}
#: Errors that a backward pass of a random program may give.
EXPECTED: Final = ("modified by an inplace operation", "through the graph a second time")


def differ(found: Array, expected: Array, dtype: str, scale: float = 1.0) -> bool:
    """Tell whether two arrays differ by more than rounding explains."""
    if found.shape != expected.shape:
        return True
    expected = np.asarray(expected, np.float64)
    size = max(scale, float(abs(expected).max(initial=0.0)))
    return not bool((abs(found - expected) <= TOLERANCES[dtype] * size).all())


class Run:
    """One program on the engine, in step with the model and the reference interpreter.

    Parameters
    ----------
    program : Program
        What runs.
    tape : Tape, optional
        A private tape to record on.
    reference : bool
        Whether to compare with the reference interpreter, which needs to be alone with the tape.
    """

    def __init__(
        self, program: Program, tape: Tape | None = None, *, reference: bool = True
    ) -> None:
        self.program = program
        self._reference = reference
        self.model = Model(program.seed)
        self.names: dict[str, Any] = {"torch": tapegrad}
        self.recording = Recording(tape or default_tape)
        self.errors: list[str] = []
        self._mixed = "float32" in program.script()

    @property
    def dtype(self) -> str:
        """Type whose tolerance holds for everything that is computed from several variables."""
        return "float32" if self._mixed else "float64"

    def run(self) -> None:
        """Run all steps.

        Raises
        ------
        AssertionError
            If the engine's values or gradients are wrong; the text holds the step.
        """
        for step in self.program.steps:
            self._observe()
            if step.kind in ("backward", "gradient"):
                self._backward(step)
            else:
                for line in step.lines:
                    exec(line, self.names)
                step.model(self.model)
                if step.kind in ("hooked", "hooked_leaf"):
                    self.recording.hook(self.names[step.data[0]], step.data[-1])
            self._observe()
            if step.kind == "clone":  # looking brings views up to date, so look only now and then
                self.compare_values(step)
        self.compare_values(self.program.steps[-1])
        self.compare_gradients(self.program.steps[-1])

    def _observe(self) -> None:
        if self._reference:
            self.recording.observe()

    def _gradients(self) -> dict[str, Array]:
        found = {}
        for name in self.model.directions:
            grad = self.names[name].grad
            shape = tuple(self.names[name].shape)
            found[name] = np.zeros(shape) if grad is None else engine.readable(grad).astype(float)
        return found

    def _backward(self, step: Step) -> None:
        _, weight, _ = step.data
        first, second, last = step.lines
        exec(first, self.names)
        self._observe()
        rows = {n: self.recording.row_of(self.names[n]) for n in self.model.directions}
        row = self.recording.row_of(current(self.names["root"]))
        seed = weight if step.kind == "gradient" else 1.0
        before = self._gradients()
        adjoints = self.recording.adjoints({row: seed}) if self._reference else {}
        leaves = self._leaf_rows(adjoints)
        try:
            exec(second, self.names)
        except RuntimeError as error:
            if not any(text in str(error) for text in EXPECTED):
                raise
            self.errors.append(str(error))
            for leaf, grad in self._gradients().items():
                if not np.array_equal(grad, before[leaf]):
                    raise AssertionError(
                        f"{step.lines}: a failed pass changed {leaf}.grad"
                    ) from None
            return
        finally:
            exec(last, self.names)
        step.model(self.model)
        after = self._gradients()
        for leaf in rows if self._reference else ():
            expected = leaves.get(self._handle(leaf), np.zeros(before[leaf].shape))
            found = after[leaf] - before[leaf]
            scale = max(1.0, float(abs(before[leaf]).max(initial=0.0)))
            if differ(found, expected, self.dtype, scale):
                raise AssertionError(
                    f"{step.lines}: the gradient of {leaf} is {found.tolist()}, the reference says "
                    f"{expected.tolist()}"
                )
        self.compare_gradients(step)

    def _handle(self, name: str) -> int:
        return int(engine.core.handle_of(self.names[name]))

    def _leaf_rows(self, adjoints: dict[int, Array]) -> dict[int, Array]:
        """Sum the adjoints of leaf rows by the tensor that they belong to."""
        columns = self.recording.tape.columns
        found: dict[int, Array] = {}
        for row, adjoint in adjoints.items():
            if columns.column("op")[row] == engine.Op.LEAF:
                handle = int(columns.column("in0")[row])
                found[handle] = found.get(handle, 0.0) + adjoint
        return found

    def compare_values(self, step: Step) -> None:
        """Compare all variables with the model."""
        for name, expected in self.model.variables.items():
            tensor = self.names[name]
            if tensor.dtype.name != expected.dtype:
                raise AssertionError(
                    f"{step.lines}: {name} is {tensor.dtype}, not {expected.dtype}"
                )
            found = engine.readable(tensor)
            if tensor.requires_grad != expected.family.requires_grad:
                raise AssertionError(
                    f"{step.lines}: {name}.requires_grad is {tensor.requires_grad}"
                )
            if differ(found, expected.value, self.dtype):
                raise AssertionError(
                    f"{step.lines}: {name} is {found.tolist()}, the model says "
                    f"{expected.value.tolist()}"
                )

    def compare_gradients(self, step: Step) -> None:
        """Compare gradients along the direction with the sum of the roots' tangents."""
        found = scale = 0.0
        for name, grad in self._gradients().items():
            found += float((grad * self.model.directions[name]).sum())
            scale += float(abs(grad).sum())
        if differ(np.array(found), np.array(self.model.total), self.dtype, max(scale, 1.0)):
            raise AssertionError(
                f"{step.lines}: the gradients give {found} along the direction, the model says "
                f"{self.model.total}"
            )


def current(tensor: Any) -> Any:
    """Bring a tensor up to date, so that its row is the one that a backward pass starts from."""
    if engine.core.current(engine.core.handle_of(tensor)) == Status.STALE:
        engine.refresh(tensor)
    return tensor


def check(program: Program, tape: Tape | None = None, *, reference: bool = True) -> list[str]:
    """Run a program and compare; gives the errors that it raised and PyTorch would, too."""
    with tape or nullcontext():
        run = Run(program, tape, reference=reference)
        try:
            run.run()
        finally:
            run.names.clear()  # hooks refer to their globals, which hold the hooked tensors
    return run.errors


def failure(
    program: Program, tape: Tape | None = None, *, census: bool = False, reference: bool = True
) -> str | None:
    """Run a program; gives what went wrong, or None."""
    before = engine_census() if census else None
    try:
        check(program, tape, reference=reference)
    except Exception as error:  # whatever it is, it is a finding
        text = traceback.format_exc() if not isinstance(error, AssertionError) else str(error)
        return f"{type(error).__name__}: {text}"
    if before is not None:
        after = engine_census()
        if after != before:
            return f"leak: {before} became {after}"
    return None


def report(program: Program, problem: str) -> str:
    """Make a failing program short and print it."""
    kind = problem.split(":")[0]

    def fails(candidate: Program) -> bool:
        return (failure(candidate, census=kind == "leak") or "").startswith(kind)

    short = shrink(program, fails)
    problem = failure(short, census=kind == "leak") or problem
    return f"seed {program.seed}: {problem}\n\n{short.script()}"


def main() -> int:
    """Run programs from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--length", type=int, default=24)
    parser.add_argument("--stop", type=int, default=5, help="stop after so many failures")
    options = parser.parse_args()
    failures = 0
    for seed in range(options.first, options.first + options.count):
        program = random_program(seed, options.length)
        problem = failure(program, census=True)
        if problem is not None:
            failures += 1
            print(report(program, problem), flush=True)
            if failures >= options.stop:
                break
    print(f"{failures} of {options.count} programs failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
