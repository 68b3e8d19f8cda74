"""The debug arena, in processes of its own: memory is poisoned and operands bounds-checked."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

_BEFORE = """
import numpy as np
import tapegrad
from tapegrad import engine
from tapegrad.engine import core
from tapegrad.layouts import number_of
from tapegrad.tape import default_tape
from tapegrad_kernels.context import CONTEXT, view

def corrupt(tensor, column, value):
    default_tape.columns.column(column)[core.row_info(core.handle_of(tensor))] = value

def refused(function, *operands):
    try:
        function(*operands)
    except RuntimeError as error:
        assert "debug arena: an operand reaches outside of its storage" in str(error), error
        return True
    return False
"""


def run(code: str, debug: str = "1", timeout: int = 300) -> str:
    """Run code in a new process; gives what it printed."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "kernels"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths, "TAPEGRAD_DEBUG": debug}
    done = subprocess.run(
        [sys.executable, "-c", _BEFORE + textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


FREE = """
x = tapegrad.tensor(np.arange(64.0))
address, n = x.data_ptr(), x.nbytes
del x
# The first word of a free block is the link to the next one.
print(np.unique(view(address + 8, np.uint8, n - 8)).tolist(), view(address + 8, np.float64, 1)[0])
"""


def test_freed_memory_is_poisoned() -> None:
    assert run(FREE) == "[255] nan"


def test_freed_memory_is_left_alone_without_the_arena() -> None:
    assert run(FREE, debug="0").endswith(" 1.0")
    assert run(FREE, debug="").endswith(" 1.0")


def test_use_after_free_gives_nan() -> None:
    """What reads freed memory cannot go unnoticed."""
    code = """
    x = tapegrad.tensor(np.arange(64.0))
    stolen = engine.array(x)
    del x
    print(np.isnan(stolen[1:]).all())
    """
    assert run(code) == "True"


CORRUPTIONS = """
big = number_of(1, (100,))
for name, column, value in [
    ("layout", "layout", big),
    ("strides", "layout", number_of(1, (3,), (50,))),
    ("negative strides", "layout", number_of(1, (3,), (-1,))),
]:
    x = tapegrad.tensor([1.0, 2.0, 3.0], dtype=tapegrad.float64, requires_grad=True)
    corrupt(x, column, value)
    print(name, refused(lambda: x.sin()), refused(lambda: x + x), refused(lambda: x.sum()))
x = tapegrad.tensor([1.0, 2.0, 3.0], dtype=tapegrad.float64)
value = int(default_tape.columns.column("val")[core.row_info(core.handle_of(x))])
corrupt(x, "val", value | 1 << 40)
print("offset", refused(lambda: x.cos()), refused(lambda: x * x), refused(lambda: x.mean()))
a, b = tapegrad.ones(2, 2), tapegrad.ones(2, 2)
corrupt(b, "layout", number_of(0, (2, 200)))
print("mm", refused(lambda: a.mm(b)), refused(lambda: tapegrad.ones(200, 2)[:2].t().mm(b)), True)
"""


def test_corrupted_rows_are_refused() -> None:
    lines = run(CORRUPTIONS).splitlines()
    assert len(lines) == 5
    for line in lines:
        assert line.endswith("True True True"), line


def test_a_row_outside_of_its_storage_is_not_recorded() -> None:
    code = """
    x = tapegrad.tensor([1.0, 2.0, 3.0])
    rows = len(default_tape)
    storage = core.share(core.handle_of(x))
    make = lambda shape, offset: engine.record(
        engine.Op.CONST, number_of(0, shape), share=storage, offset=offset
    )
    print(refused(make, (200,), 0), refused(make, (3,), 200), refused(make, (3,), 0), end=" ")
    print(len(default_tape) == rows)
    y = (x.requires_grad_() * 2).sum()
    y.backward()
    print(x.grad.tolist())
    """
    assert run(code).splitlines() == ["True True False True", "[2.0, 2.0, 2.0]"]


@pytest.mark.parametrize("first", [7000, 8000])
def test_random_programs_run_clean(first: int) -> None:
    code = f"""
    from tapegrad.testing import fuzzing, random_program
    assert int(CONTEXT[0]["debug"])
    for seed in range({first}, {first} + 60):
        problem = fuzzing.failure(random_program(seed), census=seed % 10 == 0)
        assert problem is None, problem
    print("clean")
    """
    assert run(code) == "clean"
