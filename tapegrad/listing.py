"""The tape in words: a table of its rows, and its graph in the DOT language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad import engine
from tapegrad.engine import Op, core
from tapegrad.layouts import layout_at
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from tapegrad.tape import Tape

#: Rows shown at each end of a long tape.
EDGE: Final = 20
_CELL: Final = 32
_SHORT: Final = {"float32": "f32", "float64": "f64", "int64": "i64", "int32": "i32", "bool": "bool"}
_HEADINGS: Final = ("row", "op", "inputs", "type", "value")


def short_value(values: npt.NDArray[Any]) -> str:
    """Values of an array on one short line.

    >>> short_value(np.array([[1.0, 0.25], [3.0, 4.0]]))
    '[[1, 0.25], [3, 4]]'
    >>> short_value(np.arange(100.0))
    '[0, ..., 99]'
    """
    if values.ndim == 0:
        return _number(values[()])
    for edge in (2, 1):
        text = np.array2string(
            values,
            max_line_width=1 << 30,
            threshold=6,
            edgeitems=edge,
            separator=", ",
            formatter={"all": _number},
        )
        text = " ".join(text.split())
        if len(text) <= _CELL:
            return text
    return text[: _CELL - 3] + "..."


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, np.floating) else str(value)


def short_type(tape: Tape, row: int) -> str:
    """Dtype and shape of a row, such as ``f32[2,3]``."""
    layout = layout_at(int(tape.columns.column("layout")[row]))
    name = layout.dtype.name
    return f"{_SHORT.get(name, name)}[{','.join(map(str, layout.shape))}]"


def op_name(tape: Tape, row: int) -> str:
    """Name of a row's op."""
    return Op(int(tape.columns.column("op")[row])).name.lower()


def listing(tape: Tape) -> str:
    """Table of the rows in use, oldest first; long tapes are shown by their two ends.

    The adjoint column appears once a backward pass has kept adjoints (`Tape.keep_adjoints`). Rows
    that only hold such an adjoint are left out.

    Examples
    --------
    >>> import tapegrad
    >>> with tapegrad.Tape() as tape:
    ...     x = tapegrad.tensor([1., 2.], requires_grad=True)
    ...     y = x * x
    >>> print(listing(tape))
    Tape: 2 rows, ... bytes
    row  op    inputs  type    value
    %1   leaf          f32[2]  [1, 2]
    %2   mul   %1 %1   f32[2]  [1, 4]
    """
    hidden = {
        core.row_info(core.handle_of(adjoint))
        for swept in list(engine.tapes.values())
        for adjoint in swept.adjoints.values()
        if core.handle_tape(core.handle_of(adjoint)) == tape.columns.address
    }
    rows = [row for row in tape.rows() if row not in hidden]
    head = f"Tape: {len(tape)} row{'' if len(tape) == 1 else 's'}, {tape.nbytes} bytes"
    if hidden:
        head += f" ({len(hidden)} rows that hold kept adjoints are not shown)"
    if not rows:
        return head
    skipped = len(rows) - 2 * EDGE
    shown = rows if skipped <= 0 else rows[:EDGE] + rows[-EDGE:]
    with_adjoints = bool(tape.adjoints)
    table = [_HEADINGS + (("adjoint",) if with_adjoints else ())]
    table.extend(_cells(tape, row, with_adjoints) for row in shown)
    lines = _aligned(table)
    if skipped > 0:
        lines.insert(1 + EDGE, f"...  ({skipped} more rows)")
    return "\n".join([head, *lines])


def _cells(tape: Tape, row: int, with_adjoints: bool) -> tuple[str, ...]:
    values = tape.value(row)
    cells = (
        f"%{row}",
        op_name(tape, row),
        " ".join(f"%{k}" for k in tape.inputs(row)),
        short_type(tape, row),
        "released" if values is None else short_value(values),
    )
    if not with_adjoints:
        return cells
    adjoint = tape.adjoints.get(row)
    return (*cells, "" if adjoint is None else short_value(engine.readable(adjoint)))


def _aligned(table: Iterable[tuple[str, ...]]) -> list[str]:
    table = list(table)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]


def to_dot(tape: Tape) -> str:
    r"""Graph of the rows in use in the DOT language; leaves and constants are coloured.

    Examples
    --------
    >>> import tapegrad
    >>> with tapegrad.Tape() as tape:
    ...     x = tapegrad.tensor(2., requires_grad=True)
    ...     y = x.exp()
    >>> print(to_dot(tape))
    digraph tape {
      rankdir=LR;
      node [shape=box, style="rounded,filled", fillcolor="white", fontname="monospace"];
      r1 [label="%1 leaf\nf32[]", fillcolor="palegreen"];
      r2 [label="%2 exp\nf32[]"];
      r1 -> r2;
    }
    """
    rows = tape.rows()
    known = set(rows)
    flags = tape.columns.column("flags")
    lines = [
        "digraph tape {",
        "  rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fillcolor="white", fontname="monospace"];',
    ]
    for row in rows:
        name = op_name(tape, row)
        colour = ""
        if name == "leaf":
            colour = ', fillcolor="palegreen"'
        elif not flags[row] & abi.REQUIRES_GRAD:
            colour = ', fillcolor="lightgrey"'
        label = _quoted(f"%{row} {name}\n{short_type(tape, row)}")
        lines.append(f"  r{row} [label={label}{colour}];")
    for row in rows:
        lines.extend(f"  r{k} -> r{row};" for k in tape.inputs(row) if k in known)
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
