"""Fills the kernel cache ahead of the first use."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tapegrad import engine
from tapegrad.engine import Op
from tapegrad_kernels.abi import DType
from tapegrad_kernels.generated import opcodes
from tapegrad_kernels.loader import cache_directory

if TYPE_CHECKING:
    from rich.console import Console


def fill_cache(console: Console) -> tuple[Path, int, float]:
    """Compile or load every elementwise kernel for float32 and float64.

    Parameters
    ----------
    console : rich.console.Console
        Where the progress bar is drawn; nothing is drawn where it is no terminal.

    Returns
    -------
    tuple
        The cache folder, the number of kernels, the seconds that it took.

    Raises
    ------
    OSError
        If there is no folder that can be written.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    folder = cache_directory()
    if folder is None:
        raise OSError(
            "the kernel cache needs a folder that can be written; name one with TAPEGRAD_CACHE_DIR"
        )
    wanted = [
        (op, code)
        for op in Op
        if opcodes.FIRST_ELEMENTWISE <= op <= opcodes.LAST_ELEMENTWISE
        for code in (DType.FLOAT32, DType.FLOAT64)
    ]
    start = time.perf_counter()
    columns = (
        TextColumn("compiling {task.description:<18}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    count = 0
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=len(wanted))
        for op, code in wanted:
            bar.update(task, description=op.name.lower())
            count += _load(op, code)
            bar.advance(task)
    return folder, count, time.perf_counter() - start


def _load(op: int, code: int) -> bool:
    try:
        engine.load_forward(op, code)
    except NotImplementedError:
        return False  # an op of integers or truth values only
    if opcodes.DIFFERENTIABLE[op]:
        engine.load_reverse(op, code)
    return True
