"""The command `tapegrad`, in this process and in others."""

import os
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from tapegrad import cli, demo, warmup
from tapegrad.engine import Op

ROOT = Path(__file__).parents[1]


def run(*arguments, **environment):
    """Run ``python -m tapegrad`` with its output in a pipe."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "kernels"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "tapegrad", *arguments]
    env = {**os.environ, "PYTHONPATH": path, **environment}
    env.pop("COLUMNS", None)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shown():
    return run("demo", PYTHONIOENCODING="utf-8")


def test_demo_ends_well(shown):
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == ""


def test_demo_in_a_pipe_has_no_colour_and_fits_80_columns(shown):
    assert "\x1b" not in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80


def test_demo_shows_the_seed(shown):
    out = shown.stdout
    assert "tensor(9., grad_fn=<MeanBackward0>)" in out
    assert "tensor([[1.5000, 1.5000],\n        [1.5000, 1.5000]])" in out
    assert "928/25 = 37.12" in out
    assert "992/25 = 39.68" in out
    off = [float(v) for v in re.findall(r"([\d.]+) ULP", out)]
    assert len(off) == 8
    assert max(off) <= 2
    # Every row of the tape has its adjoint.
    rows = [line for line in out.splitlines() if re.match(r"%\d+ ", line)]
    assert len(rows) == 13
    assert all(len(re.split(r"  +", line)) >= 5 for line in rows)
    assert re.search(r"%2 +leaf .*\[\[37\.12, 37\.12\], \[39\.68, 39\.68\]\]", out)


def test_demo_runs_where_only_ascii_can_be_printed():
    done = run("demo", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


def test_version_and_help():
    runner = CliRunner()
    shown = runner.invoke(cli.main, ["--version"])
    assert shown.exit_code == 0
    assert shown.output == f"tapegrad {cli.version()}\n"
    for flag in ("-h", "--help"):
        shown = runner.invoke(cli.main, [flag])
        assert shown.exit_code == 0
        assert "demo" in shown.output
        assert "warmup" in shown.output


def test_unknown_command_is_a_usage_error():
    done = run("nonsense")
    assert done.returncode == 3
    assert "No such command 'nonsense'" in done.stderr
    assert "Traceback" not in done.stderr


def test_warmup_without_a_folder_says_what_to_do(monkeypatch):
    monkeypatch.setattr(warmup, "cache_directory", lambda: None)
    shown = CliRunner().invoke(cli.main, ["warmup"])
    assert shown.exit_code == 1
    assert shown.output.startswith("Error: OSError: the kernel cache needs a folder")
    assert "name one with TAPEGRAD_CACHE_DIR" in shown.output


def test_warmup_loads_every_kernel_of_floats(monkeypatch):
    loaded = set()
    monkeypatch.setattr(warmup.engine, "load_forward", lambda op, code: loaded.add((op, code)))
    monkeypatch.setattr(warmup.engine, "load_reverse", lambda op, code: None)
    shown = CliRunner().invoke(cli.main, ["warmup"])
    assert shown.exit_code == 0
    assert f"{len(loaded)} kernels are ready in " in shown.output
    assert {(Op.TANH, 0), (Op.TANH, 1), (Op.ADD, 0), (Op.WHERE, 1)} <= loaded


def test_failures_are_one_line(monkeypatch):
    def fail(console):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(demo, "tour", fail)
    shown = CliRunner().invoke(cli.main, ["demo"])
    assert shown.exit_code == 1
    assert shown.output == "Error: RuntimeError: the disk is on fire\n"


def test_closed_form_by_hand():
    """s x = (s0 x00 + s1 x10, s0 x01 + s1 x11): the derivative of the mean by xij is si / 2."""
    half = Fraction(1, 2)
    s = [Fraction(3), Fraction(5, 7)]
    assert demo.gradient_of_powers(1, s) == [[3 * half] * 2, [Fraction(5, 7) * half] * 2]


def test_ulps():
    assert demo.ulps(1.0, Fraction(1)) == 0
    assert demo.ulps(1.0 + 2**-52, Fraction(1)) == 1
    assert demo.ulps(1.0 + 2**-23, Fraction(1), single=True) == 1
    assert demo.ulps(0.75, Fraction(3, 4) + Fraction(1, 2**54)) == 0.5


def test_cells_show_output_and_the_last_value():
    names = {}
    assert demo.run_cell("a = 2\nprint(a)\na * 3", names) == "2\n6\n"
    assert demo.run_cell("a = 3", names) == ""
    assert demo.run_cell("None", names) == ""
    assert names["a"] == 3
