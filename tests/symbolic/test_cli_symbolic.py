"""The commands verify, derive and show."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import tapegrad as torch
from tapegrad import cli
from tapegrad.symbolic import verification

SOURCE = """
import numpy as np


def energy(x, scale=2.0):
    return (x**2).sum() * scale


def branching(x=2.0):
    return x * x if x > 0 else -x


def examples(x, k):
    return (x[k] ** 2).sum()


examples.example_inputs = [np.array([1.0, 2.0]), np.array([0, 1, 1])]


def needs(x, y):
    return (x * y).sum()


def gradient(x, scale):
    return 2 * x * scale, (x**2).sum()


def wrong(x, scale):
    return 2 * x * scale, (x**2).sum() + 1


def fails(x=1.0):
    raise KeyError("user's own")


def no_tensor(x=1.0):
    return 3


constant = 3
"""


def run(*arguments):
    return CliRunner().invoke(cli.main, [*map(str, arguments)])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path


def test_seed_is_proved():
    done = run("verify", "--expr", "mean((x+2)**2)", "--wrt", "x", "--at", "x=[[1,1],[1,1]]")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("mean((x+2)**2): PROVED")
    assert "references of 50 digits" in done.output
    assert "at 8 points" in done.output


def test_python_dash_m_is_the_same():
    command = [sys.executable, "-m", "tapegrad", "verify", "--expr", "x*x", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "PROVED"
    assert done.stderr == ""  # no progress where nobody looks


def test_exit_codes_of_verdicts(monkeypatch):
    assert run("verify", "--expr", "sin(x)").exit_code == 0
    assert run("verify", "--expr", "relu(x)", "--at", "x=0").exit_code == 2
    assert run("verify", "--expr", "x", "--against", "2*x").exit_code == 1

    def fails(*args, **kwargs):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(verification, "verify", fails)
    broken = run("verify", "--expr", "sin(x)")
    assert broken.exit_code == 3  # neither 1 nor 2, which are verdicts
    assert "ZeroDivisionError: a bug" in broken.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify"], "either a TARGET or --expr"),
        (["verify", "a:b", "--expr", "x"], "either a TARGET or --expr"),
        (["verify", "nonsense"], "must be module:function or file.py:function"),
        (["verify", "saved.plan"], "plans cannot be verified in this version"),
        (["verify", "no_such_module_x:f"], "cannot be imported: ModuleNotFoundError"),
        (["verify", "no_such_file.py:f"], "there is no file"),
        (["verify", "math:nothing"], "has no function 'nothing'"),
        (["verify", "math:pi"], "is no function but float"),
        (["verify", "--bogus"], "No such option"),
        (["verify", "--expr", "x", "--points", "0"], "0 is not in the range"),
        (["verify", "--expr", "x", "--points", "many"], "not a valid integer"),
        (["verify", "--expr", "x", "--format", "pdf"], "is not one of"),
        (["verify", "--expr", "x", "--at", "x"], "must look like name=value"),
        (["verify", "--expr", "x", "--at", "y=1"], "no input y; the inputs are x"),
        (["verify", "--expr", "x", "--at", "x=[1,[2]]"], "finite number or nested lists"),
        (["verify", "--expr", "x", "--at", "x=NaN"], "finite number or nested lists"),
        (["verify", "--expr", "x", "--at", "x=1e999"], "finite number or nested lists"),
        (["verify", "--expr", "x", "--at", "x=" + "[" * 100_000], "finite number or nested lists"),
        (["verify", "--expr", "x", "--at", "x=__import__('os')"], "finite number or nested lists"),
        (["verify", "--expr", "x", "--at", "x=true"], "finite number or nested lists"),
        (["verify", "--expr", "x", "--at", "x=int:1.5"], "finite number or nested lists"),
        (["verify", "--expr", "x", "--shape", "x=a"], "must be sizes"),
        (["verify", "--expr", "x", "--shape", "x=-1"], "must be sizes"),
        (["verify", "--expr", "x", "--shape", "x=99999999999,99999999999"], "must be sizes"),
        (["verify", "--expr", "x", "--domain", "x=1"], "must be low..high"),
        (["verify", "--expr", "x", "--domain", "x=5..1"], "must be low..high"),
        (["verify", "--expr", "x", "--domain", "x=0..inf"], "must be low..high"),
        (["verify", "--expr", "x*y", "--wrt", "x"], "y is not in --wrt"),
        (["verify", "--expr", "x", "--wrt", "z"], "--wrt names z"),
        (["verify", "--expr", "2"], "no name to differentiate by"),
        (["verify", "--expr", "x.__class__"], "attributes are not allowed"),
        (["verify", "--expr", "9**9**9"], "powers of powers"),
        (["verify", "--expr", "(" * 100_000], "10000 characters"),
        (["verify", "--expr", "x", "--against", "x.real"], "attributes are not allowed"),
        (["verify", "--expr", "x", "--against", "y"], "--against holds y"),
        (["verify", "--expr", "x", "--against", "x", "--grad", "a:b"], "--against or --grad"),
        (["verify", "--expr", "mm(x, x)"], "must be a matrix"),
        (["verify", "--expr", "x", "-o", "/no/such/folder/file"], "No such file"),
        (["derive", "--expr", "x", "--shape", "x=2"], "a gradient is that of a single number"),
        (["derive", "--expr", "open(x)"], "no function 'open'"),
        (["derive"], "either a TARGET or --expr"),
        (["show", "--expr", "lambda: 0"], "functions are not allowed"),
        (["nonsense"], "No such command"),
    ],
)
def test_what_cannot_be_used_ends_with_3(arguments, message):
    done = run(*arguments)
    assert done.exit_code == 3, done.output
    assert message in done.output
    assert "Traceback" not in done.output
    assert len(done.output) < 3000


def test_targets_of_files(file):
    assert run("verify", f"{file}:energy", "--at", "x=[1, 2]").exit_code == 0
    both = run("verify", f"{file}:energy", "--at", "x=[1, 2]", "--format", "json")
    inputs = json.loads(both.output)["inputs"]
    assert [i["name"] for i in inputs] == ["x", "scale"]
    assert inputs[1]["value"] == 2.0
    example = json.loads(run("verify", f"{file}:examples", "--format", "json").output)
    assert example["verdict"] == "PROVED"
    assert example["inputs"][1]["dtype"] == "int64"
    integers = run("verify", f"{file}:examples", "--at", "x=[1,2,3]", "--at", "k=int:[0,2]")
    assert integers.exit_code == 0, integers.output


def test_targets_of_modules(file, monkeypatch):
    monkeypatch.syspath_prepend(str(file.parent))
    assert run("verify", "mine:needs", "--shape", "x=2", "--shape", "y=2").exit_code == 0


def test_inputs_without_values_are_named(file):
    done = run("verify", f"{file}:needs", "--shape", "x=2")
    assert done.exit_code == 3
    assert "the input y has no value: give --at y=[1,2] or --shape y=2" in done.output


def test_errors_of_the_users_code(file):
    done = run("verify", f"{file}:fails")
    assert done.exit_code == 3
    assert 'KeyError: "user\'s own"' in done.output
    assert "mine.py:33" in done.output
    done = run("verify", f"{file}:no_tensor")
    assert done.exit_code == 3
    assert "result 0 is int" in done.output
    done = run("verify", f"{file}:constant")
    assert done.exit_code == 3
    assert "is no function but int" in done.output


def test_hand_written_gradients(file):
    right = run("verify", f"{file}:energy", "--at", "x=[1,2]", "--grad", f"{file}:gradient")
    assert right.exit_code == 0, right.output
    assert "PROVED" in right.output
    done = run("verify", f"{file}:energy", "--at", "x=[1,2]", "--grad", f"{file}:wrong")
    assert done.exit_code == 1
    assert "dx: PROVED" in done.output.replace("df/", "")
    assert "culprit: wrong" in done.output


@pytest.mark.parametrize(
    ("formula", "closed", "code", "says"),
    [
        ("mean((x+2)**2)", "sum((x+2)**2)/4", 0, "this value and gradient, by algebra"),
        ("mean((x+2)**2)", "sum((x+2)**2)/3", 1, "another value at x_0_0 ="),
        ("softmax(x, dim=1)", "exp(x)/sum(exp(x), dim=1, keepdim=True)", 0, "by algebra"),
        ("sum(x)", "x", 1, "shape (2, 2), but the result ()"),
        ("sum(log(x*x))", "2*sum(log(abs(x)))", 0, "by algebra"),
        ("where(x > 0, x, -x)", "abs(x)", 0, "by algebra"),
        ("where(x > 0.5, x, 0)", "relu(x)", 1, "another value"),
    ],
)
def test_against_a_closed_form(formula, closed, code, says):
    done = run("verify", "--expr", formula, "--shape", "x=2,2", "--against", closed)
    assert done.exit_code == code, done.output
    assert says in done.output


def test_closed_form_of_the_branch_taken(file):
    # Beyond the branch the tape says nothing, so the formula is not refuted by what is there.
    right = run(
        "verify", f"{file}:branching", "--domain", "x=-1..3", "--against", "where(x>0,x*x,-x)"
    )
    assert right.exit_code in (0, 2), right.output
    wrong = run("verify", f"{file}:branching", "--domain", "x=-1..3", "--against", "x*x*x")
    assert wrong.exit_code == 1


def test_domain_and_points_are_used():
    arguments = ["verify", "--expr", "log(x)", "--shape", "x=3", "--domain", "x=0.1..5"]
    done = run(*arguments, "--points", 3, "--digits", 30, "--format", "json")
    found = json.loads(done.output)
    assert found["digits"] == 30
    assert found["findings"][0]["points"] == 3
    assert all(0.1 <= v <= 5 for v in found["inputs"][0]["value"])


def test_output_file(tmp_path):
    path = tmp_path / "report.html"
    done = run("verify", "--expr", "x*x", "--format", "html", "--output", path)
    assert done.exit_code == 0
    assert done.output == ""
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_derive_as_text_and_latex():
    done = run("derive", "--expr", "exp(-x*x/2)", "--order", "hessian")
    assert done.exit_code == 0, done.output
    assert "d²/dxdx = (x**2 - 1)*exp(-x**2/2)" in done.output
    done = run("derive", "--expr", "sum(x**3)", "--shape", "x=2", "--format", "latex")
    assert r"3 x_{0}^{2}" in done.output
    assert r"\frac{\partial f}{\partial x}" in done.output
    done = run("derive", "--expr", "x * y", "--at", "y=[1,2]", "--order", "jacobian")
    assert "d/dy = [[x, 0], [0, x]]" in done.output


@pytest.mark.parametrize(
    "formula",
    [
        "sum(x**2) * y",
        "norm(x) / (1 + y**2)",
        "abs(y) * max(x) - relu(y) + erf(y)",
        "logsumexp(x * y)",
        "sum(where(x > y, x**3, y * x))",
    ],
)
def test_derive_as_python_computes_the_gradient(formula):
    done = run("derive", "--expr", formula, "--shape", "x=3", "--format", "python", "--wrt", "x,y")
    assert done.exit_code == 0, done.output
    namespace = {}
    exec(done.output, namespace)
    x, y = [0.3, 1.4, -0.8], 0.5
    dx, dy = namespace["gradient"](x, y)
    from tapegrad.symbolic import parse

    tensors = [torch.tensor(np.array(v), requires_grad=True) for v in (x, y)]
    expected = torch.autograd.grad(parse(formula).function(["x", "y"])(*tensors), tensors)
    np.testing.assert_allclose(dx, expected[0].numpy(), rtol=1e-12)
    assert math.isclose(dy, float(expected[1]), rel_tol=1e-12)


def test_derive_says_when_the_time_was_not_enough(monkeypatch):
    from tapegrad.symbolic import derivatives

    monkeypatch.setattr(
        derivatives, "within", lambda s, f, *a: f(*a) if f.__name__ != "shortest" else None
    )
    done = run("derive", "--expr", "sin(x)**2")
    assert done.exit_code == 0
    assert "not enough to simplify" in done.stderr
    assert "2*sin(x)*cos(x)" in done.stdout


def test_show():
    table = run("show", "--expr", "mean((x+2)**2)", "--at", "x=[[1,1],[1,1]]")
    assert table.exit_code == 0, table.output
    assert table.output.startswith("Tape: 5 rows")
    assert "[[1.5, 1.5], [1.5, 1.5]]" in table.output
    dot = run("show", "--expr", "exp(x)", "--format", "dot").output
    assert dot.startswith("digraph tape {")
    assert "r1 -> r2;" in dot
    latex = run("show", "--expr", "exp(x)", "--format", "latex").output
    assert latex.startswith(r"\begin{longtable}")
    svg = run("show", "--expr", "exp(x)", "--format", "svg").output
    assert svg.startswith("<svg ")
    long = run("show", "--expr", "+".join(["x"] * 200), "--format", "svg")
    assert long.exit_code == 3
    assert "too long to be drawn" in long.output


def test_help_says_that_targets_are_run():
    for command in ("verify", "derive", "show"):
        shown = " ".join(run(command, "--help").output.split())
        assert "TARGET is module:function or file.py:function, whose code is run" in shown


def test_help_needs_no_sympy():
    code = "import sys, tapegrad.cli; print('sympy' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
