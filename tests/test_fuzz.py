"""Random programs: the engine against the model (values, directions) and the reference.

``TAPEGRAD_FUZZ=5000 pytest tests/test_fuzz.py`` runs more programs; ``python -m
tapegrad.testing.fuzzing`` makes failures short.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

import tapegrad
from tapegrad import engine
from tapegrad.autograd import views
from tapegrad.testing import fuzzing, random_program, shrink
from tapegrad.testing.model import Model, Unsuitable
from tapegrad.testing.programs import Program, Step

COUNT = int(os.environ.get("TAPEGRAD_FUZZ", "300"))
BATCH = 25


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_programs(first: int) -> None:
    for seed in range(first, min(first + BATCH, COUNT)):
        program = random_program(seed)
        problem = fuzzing.failure(program)
        if problem is not None:
            pytest.fail(fuzzing.report(program, problem))


def test_programs_on_a_private_tape() -> None:
    tape = tapegrad.Tape()
    for seed in range(2000, 2020):
        program = random_program(seed)
        problem = fuzzing.failure(program, tape)
        assert problem is None, f"{problem}\n\n{program.script()}"
        assert len(tape) == 0


def test_nothing_leaks() -> None:
    """Handles, rows, storages and bytes are the same before and after each program."""
    for seed in range(3000, 3020):
        program = random_program(seed)
        problem = fuzzing.failure(program, census=True)
        assert problem is None, f"{problem}\n\n{program.script()}"


def test_long_programs() -> None:
    for seed in range(4000, 4006):
        program = random_program(seed, 120)
        problem = fuzzing.failure(program)
        assert problem is None, f"{problem}\n\n{program.script()}"


def test_the_same_seed_gives_the_same_program() -> None:
    assert random_program(5).script() == random_program(5).script()
    assert random_program(5).script() != random_program(6).script()


def test_a_script_runs() -> None:
    for seed in range(8):
        names: dict[str, Any] = {}
        try:
            exec(random_program(seed).script(), names)
        except RuntimeError as error:
            if not any(text in str(error) for text in fuzzing.EXPECTED):
                raise
        names.clear()


def test_programs_cover_every_statement() -> None:
    seen = {step.kind for seed in range(60) for step in random_program(seed).steps}
    assert seen == set(fuzzing.STATEMENTS)


# That the fuzzer can fail -------------------------------------------------------------------------


def _failing(seeds: range) -> tuple[Program, str] | None:
    for seed in seeds:
        program = random_program(seed)
        problem = fuzzing.failure(program)
        if problem is not None:
            return program, problem
    return None


def test_a_wrong_gradient_is_found_and_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Views that forget to tell their bases of a write give wrong gradients."""
    monkeypatch.setattr(views, "tell_parents", lambda target: None)
    found = _failing(range(60))
    assert found is not None
    short = shrink(found[0], lambda p: fuzzing.failure(p) is not None)
    assert len(short.steps) < len(found[0].steps)
    assert short.script().startswith("import tapegrad as torch\n")


def test_a_wrong_value_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    readable = engine.readable
    monkeypatch.setattr(engine, "readable", lambda t: readable(t) * (1 + 1e-2))
    assert _failing(range(5)) is not None


# The model ----------------------------------------------------------------------------------------


def test_the_model_differentiates_by_itself() -> None:
    """Its tangents agree with differences of its own values along the direction."""
    checked = 0
    for seed in range(40):
        program = random_program(seed, without=("hooked", "hooked_leaf", "detach", "cast", "clear"))
        steps = [s for s in program.steps if not s.no_grad]
        try:
            base = Program(seed, steps).model()
            ahead, behind = (_moved(seed, steps, base, h) for h in (1e-6, -1e-6))
        except Unsuitable:
            continue
        for name, variable in base.variables.items():
            slope = (ahead[name].value - behind[name].value) / 2e-6
            np.testing.assert_allclose(variable.tangent, slope, rtol=1e-4, atol=1e-5)
            checked += 1
    assert checked > 100


def _moved(seed: int, steps: list[Step], base: Model, h: float) -> Model:
    """Run steps from leaves that are moved along the direction."""
    model = Model(seed)
    for step in steps:
        step.model(model)
        if step.kind == "leaf":
            name = step.data[0]
            model[name].value[...] += h * base.directions[name]
    return model
