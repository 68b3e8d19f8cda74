"""A tour in the terminal. What it shows as code is what it runs."""

from __future__ import annotations

import ast
import io
import linecache
import math
import time
from contextlib import redirect_stdout
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree

import tapegrad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from tapegrad._tensor import Tensor
    from tapegrad.autograd.node import Node

_TENSORS: Final = (
    "import tapegrad as torch",
    "x = torch.tensor([[1., 2., 3.], [4., 5., 6.]])\nx",
    "x[:, 2]",
    "x.mm(x.t())",
    "x + torch.tensor([10., 20., 30.])    # shapes broadcast",
    "x.numpy()                            # the same memory, seen by NumPy",
)
_GRAPH: Final = (
    "x = torch.ones(2, 2, requires_grad=True)\ny = x + 2\nz = y * y\nt = z.mean()\nt",
    "z.grad_fn",
)
_BACKWARD: Final = ("t.backward()\nx.grad",)
_LOOP: Final = (
    "s = torch.tensor([[0.01, 0.02]], requires_grad=True)\n"
    "x = torch.ones(2, 2, requires_grad=True)\n"
    "with torch.Tape() as tape:     # a private tape, to look at\n"
    "    out = s\n"
    "    for _ in range(10):\n"
    "        out = out.mm(x)\n"
    "    z = out.mean()\n"
    "tape.keep_adjoints = True\n"
    "z.backward(retain_graph=True)\n"
    "print(tape)",
)


def run_cell(source: str, namespace: dict[str, Any], name: str = "<cell>") -> str:
    r"""Run source text and give what a notebook would show: its output, then its last expression.

    Parameters
    ----------
    source : str
        Python statements.
    namespace : dict
        Their global names.
    name : str
        File name that warnings and tracebacks show, with the right lines.

    Returns
    -------
    str
        What was printed and the ``repr`` of a last expression that is not None.

    Examples
    --------
    >>> run_cell("a = 2\na + 3", {})
    '5\n'
    """
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    body = ast.parse(source, name).body
    last = None
    if body and isinstance(body[-1], ast.Expr):
        last = body.pop().value  # type: ignore[attr-defined]  # it is the Expr just seen
    output = io.StringIO()
    with redirect_stdout(output):
        exec(compile(ast.Module(body, []), name, "exec"), namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last), name, "eval"), namespace)
            if value is not None:
                print(repr(value))
    return output.getvalue()


def gradient_of_powers(power: int, start: Sequence[Fraction]) -> list[list[Fraction]]:
    """Exact gradient of ``mean(s x^n)`` at a 2x2 matrix of ones, by SymPy from the closed form.

    Parameters
    ----------
    power : int
        The exponent n.
    start : sequence of Fraction
        The row vector s.

    Returns
    -------
    list of list of Fraction
        The derivative with respect to each element of x.
    """
    import sympy

    x = sympy.Matrix(2, 2, sympy.symbols("x:2:2"))
    row = sympy.Matrix([[sympy.Rational(v.numerator, v.denominator) for v in start]])
    for _ in range(power):
        row = (row * x).applyfunc(sympy.expand)
    mean = (row[0] + row[1]) / 2
    at = dict.fromkeys(x, 1)
    exact = [[sympy.diff(mean, x[i, j]).subs(at) for j in range(2)] for i in range(2)]
    return [[Fraction(int(v.p), int(v.q)) for v in line] for line in exact]


def ulps(value: float, exact: Fraction, *, single: bool = False) -> float:
    """Distance of a float from an exact number, in units of the exact number's last place.

    >>> ulps(0.1, Fraction(1, 10)) < 0.5
    True
    """
    place = math.frexp(float(exact))[1] - (24 if single else 53)
    return float(abs(Fraction(value) - exact) / Fraction(2) ** place)


def _graph(node: Node, leaf: str) -> Tree:
    """Backward graph as a tree; a node that is met again is not opened again."""
    tree = Tree(escape(node.name()))
    seen: set[int] = {id(node)}
    known: list[Node] = [node]  # keeps the ids valid

    def grow(branch: Tree, parent: Node) -> None:
        for child, _ in parent.next_functions:
            if child is None:
                continue
            known.append(child)
            again = id(child) in seen
            seen.add(id(child))
            name = type(child).__name__
            if name == "AccumulateGrad":
                branch.add(f"[green]{name}[/green]  the leaf {leaf}")
            elif again:
                branch.add(f"{name}  [dim](the same node)[/dim]")
            else:
                grow(branch.add(name), child)

    grow(tree, node)
    return tree


def _ten_products(kind: Any) -> Tensor:
    s = tapegrad.tensor([[0.01, 0.02]], dtype=kind)
    x = tapegrad.ones(2, 2, dtype=kind, requires_grad=True)
    for _ in range(10):
        s = s.mm(x)
    s.mean().backward()
    gradient = x.grad
    assert gradient is not None
    return gradient


def _proof() -> Table:
    exact = gradient_of_powers(10, [Fraction(1, 100), Fraction(2, 100)])
    single = _ten_products(tapegrad.float32).tolist()
    double = _ten_products(tapegrad.float64).tolist()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("dz/dx")
    table.add_column("SymPy, exact", justify="right")
    for name in ("float32", "off by", "float64", "off by"):
        table.add_column(name, justify="right")
    for i in range(2):
        for j in range(2):
            number = exact[i][j]
            table.add_row(
                escape(f"x[{i},{j}]"),
                f"{number} = {float(number)}",
                f"{single[i][j]:#.8g}",
                f"[green]{ulps(single[i][j], number, single=True):.2f} ULP[/green]",
                f"{double[i][j]:#.16g}",
                f"[green]{ulps(double[i][j], number):.2f} ULP[/green]",
            )
    return table


def _microseconds() -> float:
    """Median time of the ten products with their gradient."""
    times = []
    for _ in range(200):
        start = time.perf_counter()
        _ten_products(tapegrad.float32)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e6


class _Stage:
    """Where the tour is shown."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.names: dict[str, Any] = {}

    def heading(self, text: str) -> None:
        self.console.print()
        self.console.rule(f"[bold]{text}[/bold]", align="left")
        self.console.print()

    def cells(self, sources: Sequence[str]) -> None:
        for source in sources:
            shown = "\n".join(
                ("... " if line.startswith((" ", "\t")) else ">>> ") + line
                for line in source.splitlines()
            )
            self.console.print(
                Syntax(shown, "pycon", theme="ansi_dark", background_color="default")
            )
            # Not wrapped: the listing of a tape is a table.
            self.console.print(run_cell(source, self.names), end="", markup=False, soft_wrap=True)


def tour(console: Console) -> None:
    """Show what tapegrad is on a console.

    Parameters
    ----------
    console : rich.console.Console
        Where to print; colour only where it is a terminal.
    """
    stage = _Stage(console)
    console.print(
        Panel(
            "PyTorch's tensors and autograd over a tape in static arrays, swept by Numba.\n"
            "All that follows is computed now; the first run compiles what it needs.",
            title="[bold]tapegrad[/bold]",
            title_align="left",
            box=box.ROUNDED,
        )
    )
    stage.heading("1  Tensors")
    stage.cells(_TENSORS)

    stage.heading("2  A graph: t(x) = mean((x + 2)^2)")
    stage.cells(_GRAPH)
    console.print("\nThe backward graph, from t down:")
    console.print(_graph(stage.names["t"].grad_fn, "x"))
    console.print()
    stage.cells(_BACKWARD)
    console.print("\nBy hand: dt/dx = 2 (x + 2) / 4 = 3/2 at x = 1.")

    stage.heading("3  The tape: s.mm(x), ten times")
    stage.cells(_LOOP)
    console.print("\nThe same gradient from SymPy, which differentiates mean(s x^10) exactly:")
    console.print(_proof())
    console.print(
        f"Value and gradient of these ten products take {_microseconds():.0f} microseconds here."
    )

    stage.heading("Where to go next")
    for command, what in (
        ("import tapegrad as torch", "run a notebook of yours with this first line"),
        ("tape.to_dot()", "the tape as a graph for Graphviz"),
        ("tapegrad warmup", "compile all kernels ahead"),
        ("python benchmarks/engine.py", "time it against PyTorch on this machine"),
        ("README.md, docs/", "what works, how it is built, how it differs"),
    ):
        console.print(f"  [cyan]{command:<28}[/cyan] {what}")
