"""The command line: ``tapegrad demo``, ``derive``, ``show``, ``verify``, ``warmup``."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec

import click

if TYPE_CHECKING:
    from tapegrad.symbolic.targets import Target

_P = ParamSpec("_P")

#: What commands end with. A verdict is never mistaken for a mistake in the command.
PROVED, REFUTED, UNDECIDED, UNUSABLE, INTERRUPTED = 0, 1, 2, 3, 130
EXITS: Final = {
    "PROVED": PROVED,
    "VERIFIED": PROVED,
    "REFUTED": REFUTED,
    "UNDECIDED": UNDECIDED,
}


class UnusableError(click.ClickException):
    """Something that a command was given cannot be loaded or used."""

    exit_code = UNUSABLE


class Commands(click.Group):
    """Commands whose usage errors end with 3, as 1 and 2 are verdicts."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse arguments."""
        with _exit_codes():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _exit_codes():
            return super().invoke(ctx)


@contextmanager
def _exit_codes() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        error.exit_code = UNUSABLE  # type: ignore[misc]  # click reads it from the instance
        raise
    except KeyboardInterrupt:
        click.echo("Aborted!", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


def version() -> str:
    """Version of the installed package."""
    try:
        return metadata.version("tapegrad")
    except metadata.PackageNotFoundError:
        return "(not installed: run from its source folder)"


def _plain_errors(command: Callable[_P, None]) -> Callable[_P, None]:
    """Report what can go wrong on a machine in one line instead of a traceback."""

    @functools.wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except BrokenPipeError:
            raise  # click ends quietly when the reader of a pipe has gone
        except (ImportError, MemoryError, OSError, RuntimeError) as error:
            raise click.ClickException(f"{type(error).__name__}: {error}") from error

    return run


def _unusable(command: Callable[_P, None]) -> Callable[_P, None]:
    """Report any error, also one of the user's own code, in a line or two, and end with 3."""

    @functools.wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        from tapegrad.errors import LiftError
        from tapegrad.symbolic.grammar import GrammarError
        from tapegrad.symbolic.targets import TargetError

        try:
            command(*args, **kwargs)
        except (BrokenPipeError, click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (TargetError, GrammarError, LiftError) as error:
            raise UnusableError(str(error)) from error
        except Exception as error:
            raise UnusableError(f"{type(error).__name__}: {error}{_where(error)}") from error

    return run


def _where(error: Exception) -> str:
    """Last line of code outside of this package that an error came through."""
    here = str(Path(__file__).parent)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_file()]
    others = (here, sys.prefix)
    own = [f for f in frames if not f.filename.startswith(others)]
    return f"\n  in {own[-1].filename}:{own[-1].lineno}: {own[-1].line}" if own else ""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="tapegrad", message="%(prog)s %(version)s")
def main() -> None:
    """PyTorch's tensors and autograd over a tape swept by Numba."""


@main.command()
@_plain_errors
def demo() -> None:
    """Take a short tour: tensors, graphs, gradients, the tape."""
    from rich.console import Console

    from tapegrad.demo import tour

    tour(Console(highlight=False, width=min(Console().width, 100)))


@main.command()
@_plain_errors
def warmup() -> None:
    """Compile all kernels for floats ahead and fill the kernel cache."""
    from rich.console import Console

    from tapegrad.warmup import fill_cache

    folder, count, seconds = fill_cache(Console(stderr=True))
    click.echo(f"{count} kernels are ready in {folder} ({seconds:.1f} s)")


# Gradients --------------------------------------------------------------------------------------

_RUNS_CODE = (
    "TARGET is module:function or file.py:function, whose code is run. A formula given with --expr "
    "is only parsed, by a grammar that lists what it allows."
)


def _about(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what a command is about."""
    options = [
        click.argument("target", required=False),
        click.option("--expr", metavar="FORMULA", help='A formula, such as "mean((x + 2)**2)".'),
        click.option(
            "--wrt",
            multiple=True,
            metavar="NAME",
            help="Names in the formula to differentiate by, instead of all. Repeatable.",
        ),
        click.option(
            "--at",
            multiple=True,
            metavar="NAME=NUMBERS",
            help="Value of an input, as in JSON: x=[[1, 2], [3, 4]]; int:[1, 0] for integers.",
        ),
        click.option(
            "--shape", multiple=True, metavar="NAME=SIZES", help="Shape of an input: x=2,2."
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(dir_okay=False, writable=True, allow_dash=True),
            default="-",
            help="File to write to.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _formats(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "--format", "form", type=click.Choice(names), default=names[0], show_default=True
    )


def _write(text: str, output: str) -> None:
    with click.open_file(output, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else text + "\n")


def _resolved(
    target: str | None,
    expr: str | None,
    wrt: tuple[str, ...],
    at: tuple[str, ...],
    shape: tuple[str, ...],
    domain: tuple[str, ...] = (),
) -> Target:
    from tapegrad.symbolic.targets import resolve

    return resolve(target, expr, wrt, at, shape, domain)


@contextmanager
def _working(what: str) -> Iterator[None]:
    """Show on a terminal that work goes on, and for how long."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(what[:60], total=None)
        yield


@main.command(epilog=_RUNS_CODE)
@_about
@click.option("--domain", multiple=True, metavar="NAME=LOW..HIGH", help="Where points are drawn.")
@click.option("--points", type=click.IntRange(1, 10_000), default=8, show_default=True)
@click.option("--digits", type=click.IntRange(15, 1_000), default=50, show_default=True)
@click.option(
    "--time-limit",
    type=click.FloatRange(0.01, 86_400),
    default=20.0,
    show_default=True,
    help="Seconds for the algebra.",
)
@_formats("text", "json", "markdown", "html", "latex")
@click.option("--against", metavar="FORMULA", help="Closed form that the function should have.")
@click.option("--grad", metavar="TARGET", help="Hand-written gradient to verify instead.")
@_unusable
def verify(
    target: str | None,
    expr: str | None,
    wrt: tuple[str, ...],
    at: tuple[str, ...],
    shape: tuple[str, ...],
    output: str,
    domain: tuple[str, ...],
    points: int,
    digits: int,
    time_limit: float,
    form: str,
    against: str | None,
    grad: str | None,
) -> None:
    """Prove, verify or refute gradients.

    Ends with 0 if all are proved or verified, with 1 if one is refuted, with 2 if one is undecided,
    and with 3 if the command cannot be used as it is.
    """
    from tapegrad.symbolic import render
    from tapegrad.symbolic.foreign import verify_gradient
    from tapegrad.symbolic.formulas import verify_against
    from tapegrad.symbolic.targets import load
    from tapegrad.symbolic.verification import verify as verified

    if against is not None and grad is not None:
        raise click.UsageError("give --against or --grad, and not both")
    about = _resolved(target, expr, wrt, at, shape, domain)
    options: dict[str, Any] = {
        "points": points,
        "digits": digits,
        "time_limit": time_limit,
        "domain": about.domain,
    }
    with _working(f"verifying {about.name}"):
        if grad is not None:
            label = f"{grad} as the gradient of {about.name}"
            claimed = load(grad)
            report = verify_gradient(about.function, claimed, *about.inputs, name=label, **options)
        elif against is not None:
            report = verify_against(about, against, **options)
        else:
            report = verified(about.function, *about.inputs, name=about.name, **options)
        text = render(report, form, names=about.names, digits=digits)
    _write(text, output)
    raise click.exceptions.Exit(EXITS[report.verdict.value])


@main.command(epilog=_RUNS_CODE)
@_about
@click.option(
    "--order",
    type=click.Choice(["gradient", "jacobian", "hessian"]),
    default="gradient",
    show_default=True,
)
@click.option("--simplify/--no-simplify", default=True, show_default=True)
@click.option("--time-limit", type=click.FloatRange(0.01, 86_400), default=20.0, show_default=True)
@_formats("text", "latex", "python")
@_unusable
def derive(
    target: str | None,
    expr: str | None,
    wrt: tuple[str, ...],
    at: tuple[str, ...],
    shape: tuple[str, ...],
    output: str,
    order: Any,
    simplify: bool,
    time_limit: float,
    form: str,
) -> None:
    """Find closed-form derivatives.

    Names without --at or --shape stand for single numbers in a formula.
    """
    from tapegrad.symbolic.derivatives import derive as derived
    from tapegrad.symbolic.formulas import written

    about = _resolved(target, expr, wrt, at, shape)
    with _working(f"deriving {about.name}"):
        found = derived(
            about.function if about.expression is None else about.expression.in_order(about.names),
            *about.inputs,
            order=order,
            symbols=list(about.names),
            simplify=simplify,
            time_limit=time_limit,
        )
        text = written(found, form)
    if simplify and not found.simplified:
        click.echo("The time was not enough to simplify everything.", err=True)
    _write(text, output)


@main.command(epilog=_RUNS_CODE)
@_about
@_formats("table", "dot", "svg", "latex")
@_unusable
def show(
    target: str | None,
    expr: str | None,
    wrt: tuple[str, ...],
    at: tuple[str, ...],
    shape: tuple[str, ...],
    output: str,
    form: str,
) -> None:
    """Show the tape of a function: values, and the adjoints of the sum of its results."""
    from tapegrad.symbolic.formulas import tape_text

    _write(tape_text(_resolved(target, expr, wrt, at, shape), form), output)
