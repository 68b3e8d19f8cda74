"""The command line: ``tapegrad demo``, ``tapegrad warmup``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import metadata
from typing import ParamSpec

import click

_P = ParamSpec("_P")


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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
