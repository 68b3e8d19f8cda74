"""Run PyTorch programs, statement by statement, and note all that a user can observe.

A file in ``cells`` holds cells, divided by ``# %% title`` lines, in which the name ``torch`` is
PyTorch or tapegrad. What PyTorch did in each statement is the file's record. A statement may end in
a comment that says how much of it is compared:

``# differs: why``
    tapegrad means to do something else, for a reason that docs/differences.md gives.
``# words differ: why``
    the exception or warning is of the same kind, but says it in other words.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

CELLS = Path(__file__).with_name("cells")
FILES = sorted(CELLS.glob("*.py"))

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A program of some statements."""

    file: str
    title: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


def cells_of(path: Path) -> Iterator[Cell]:
    """The cells of a file; text before the first one is for readers."""
    parts = re.split(r"^# %% (.+)\n", path.read_text(), flags=re.MULTILINE)
    for title, source in zip(parts[1::2], parts[2::2], strict=True):
        yield Cell(path.stem, title, source)


def observe(cell: Cell, package: ModuleType) -> Iterator[tuple[str, Outcome]]:
    """Run a cell; give the text of each statement with its outcome, as soon as it is known.

    An exception is an outcome: the next statement runs all the same.
    """
    reset(package)
    package.set_warn_always(True)
    space: dict[str, Any] = {"torch": package, "np": np}
    name = f"<{cell}>"
    lines = cell.source.splitlines(keepends=True)
    linecache.cache[name] = (len(cell.source), None, lines, name)
    try:
        for statement in ast.parse(cell.source, name).body:
            first, last = statement.lineno, statement.end_lineno or statement.lineno
            yield "".join(lines[first - 1 : last]), _outcome(statement, space, name)
    finally:
        reset(package)
        package.set_warn_always(False)
        space.clear()


def reset(package: ModuleType) -> None:
    """Take back what a program may have set for all."""
    package.manual_seed(0)
    package.set_default_dtype(package.float32)
    package.set_printoptions(profile="default")
    package.set_grad_enabled(True)


def _outcome(statement: ast.stmt, space: dict[str, Any], name: str) -> Outcome:
    made: Outcome = {}
    output = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(output):
        warnings.simplefilter("always")
        # NumPy's advice to PyTorch about two of its methods.
        warnings.filterwarnings("ignore", "__array", DeprecationWarning)
        try:
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), name, "eval"), space)
                if value is not None:
                    made["shown"] = plain(repr(value))
                    if isinstance(value, space["torch"].Tensor):
                        made |= {"stride": list(value.stride()), "leaf": value.is_leaf}
                del value
            else:
                exec(compile(ast.Module([statement], []), name, "exec"), space)
        except Exception as error:
            made["raised"] = [type(error).__name__, plain(str(error))]
    if output.getvalue():
        made["printed"] = plain(output.getvalue())
    if caught:
        made["warned"] = [
            [w.category.__name__, plain(str(w.message)), w.filename == name and w.lineno]
            for w in caught
        ]
    return made


def plain(text: str) -> str:
    """Without addresses, and without the library's own name."""
    text = re.sub(r"\nException raised from [^\"]*", "", text)  # a trace of addresses
    text = re.sub(r"0x[0-9a-fA-F]+", "0x*", text)
    return re.sub(r"\btorch\b(?=[.'])|\btapegrad\b(?=[.'])", "*", text)


def difference(statement: str, ours: Outcome, theirs: Outcome) -> str | None:
    """Say in what two outcomes disagree, as far as the statement's comment lets one compare.

    Our messages may say more than PyTorch's after the same words.
    """
    same_words = "# words differ:" not in statement
    unlike = [key for key in {**theirs, **ours} if not _agrees(key, ours, theirs, same_words)]
    if "# differs:" in statement:
        return None if unlike else "they agree, so the comment is wrong"
    lines = (
        f"{key}:\n  expected {theirs.get(key)!r}\n  got      {ours.get(key)!r}" for key in unlike
    )
    return "\n".join(lines) or None


def _agrees(key: str, ours: Outcome, theirs: Outcome, same_words: bool) -> bool:
    a, b = ours.get(key), theirs.get(key)
    if a is None or b is None or key not in ("raised", "warned"):
        return bool(a == b)
    if key == "raised":
        a, b = [[*a, 0]], [[*b, 0]]
    return len(a) == len(b) and all(
        kind == kind2 and at == at2 and (not same_words or words(text).startswith(words(text2)))
        for (kind, text, at), (kind2, text2, at2) in zip(a, b, strict=True)
    )


def words(text: str) -> str:
    """A message without line breaks and without what only PyTorch can say.

    Its argument parser ends messages with lists of signatures, its warnings with its own files. How
    many arguments a call has is counted by Python for us, and by the parser, without `self`, there.
    """
    text = re.sub(r"takes .* positional arguments? but .*", "takes other arguments", text)
    text = re.sub(r"(missing \d+ required positional argument).*", r"\1", text)
    text = re.sub(r",? but expected one of:\n.*", "", text, flags=re.DOTALL)
    text = re.sub(r" If you are using DistributedDataParallel.*", "", text)
    return " ".join(re.sub(r"\(Triggered internally at .*\)", "", text).split())
