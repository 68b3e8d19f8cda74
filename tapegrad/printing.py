"""How a tensor prints."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from tapegrad.dtypes import bool_, dtype, get_default_dtype, int64

__all__ = ["format_tensor", "get_printoptions", "printoptions", "set_printoptions"]

_PREFIX: Final = "tensor("


@dataclass(frozen=True, slots=True)
class _Options:
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES: Final = {
    "default": _Options(),
    "short": _Options(precision=2, edgeitems=2),
    "full": _Options(threshold=math.inf),
}

_options = _PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors print.

    An option left out keeps its value, except `sci_mode`, which goes back to automatic.

    Parameters
    ----------
    precision : int, optional
        Digits after the decimal point.
    threshold : float, optional
        A tensor with more elements is summarised.
    edgeitems : int, optional
        How many elements a summary shows at each end of a dimension.
    linewidth : int, optional
        Characters per line.
    profile : {"default", "short", "full"}, optional
        A set of options to start from; another name is ignored, as in PyTorch.
    sci_mode : bool, optional
        Whether floating elements are in scientific notation; None decides from their values.

    Examples
    --------
    >>> set_printoptions(precision=2)
    >>> get_printoptions()["precision"]
    2
    >>> set_printoptions(profile="default")
    """
    global _options
    start = _options
    if profile is not None:
        start = _PROFILES.get(profile, start)
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    _options = replace(start, **changes, sci_mode=sci_mode)


def get_printoptions() -> dict[str, Any]:
    """Return the options in force, by the names `set_printoptions` takes.

    Examples
    --------
    >>> get_printoptions()["linewidth"]
    80
    """
    return asdict(_options)


@contextmanager
def printoptions(**kwargs: Any) -> Iterator[None]:
    """Set print options for the length of a ``with`` block.

    Parameters
    ----------
    **kwargs
        As for `set_printoptions`.

    Examples
    --------
    >>> with printoptions(precision=1):
    ...     get_printoptions()["precision"]
    1
    """
    global _options
    before = _options
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        _options = before


def format_tensor(
    values: np.ndarray[Any, Any],
    *,
    dtype: dtype,
    suffixes: Sequence[str] = (),
    indent: int = len(_PREFIX),
) -> str:
    r"""Return what ``repr`` of a tensor shows.

    Parameters
    ----------
    values : numpy.ndarray
        The elements.
    dtype : dtype
        The tensor's dtype; named in the text unless it is the one inferred from such elements.
    suffixes : sequence of str
        Further facts, such as ``"requires_grad=True"``, in order. One that starts with
        ``"device="`` comes before the size and the dtype, the others after.
    indent : int
        The column at which continuation lines start.

    Examples
    --------
    >>> from tapegrad.dtypes import float32
    >>> import numpy as np
    >>> format_tensor(np.ones((2, 2), np.float32), dtype=float32, suffixes=[])
    'tensor([[1., 1.],\n        [1., 1.]])'
    """
    facts = [suffix for suffix in suffixes if suffix.startswith("device=")]
    body = _body(values, indent)
    if values.ndim != 1 if values.size == 0 else _options.edgeitems == 0:
        facts.append(f"size={values.shape}")
    inferred = (get_default_dtype(), int64, bool_) if values.size else (get_default_dtype(),)
    if dtype not in inferred:
        facts.append(f"dtype={dtype!r}")
    facts += [suffix for suffix in suffixes if not suffix.startswith("device=")]
    return _append(_PREFIX + body, facts, indent)


def _append(text: str, facts: Sequence[str], indent: int) -> str:
    parts = [text]
    # One more than the length of the last line: the comma or bracket to come.
    column = len(text) - text.rfind("\n") + 1
    for fact in facts:
        if column + len(fact) + 2 > _options.linewidth:
            parts.append(",\n" + " " * indent + fact)
            column = indent + len(fact)
        else:
            parts.append(", " + fact)
            column += len(fact) + 2
    return "".join(parts) + ")"


def _body(values: np.ndarray[Any, Any], indent: int) -> str:
    if values.size == 0:
        return "[]"
    edge = _options.edgeitems
    is_cut = [False] * values.ndim
    if values.size > _options.threshold and values.ndim:
        if edge == 0:
            return "[...]"
        is_cut = [length > 2 * edge for length in values.shape]
        for axis, cut in enumerate(is_cut):
            if cut:
                ends = [*range(edge), *range(-edge, 0)]
                values = values.take(ends, axis)
    cells = _cells(values)
    if values.ndim == 0:
        return cells[0]
    grid = np.empty(len(cells), dtype=object)
    grid[:] = cells
    # Elements that are not finite, or zero, do not count towards the width and may exceed it.
    return _nest(grid.reshape(values.shape), is_cut, indent, _width(values, cells))


def _nest(cells: np.ndarray[Any, Any], is_cut: Sequence[bool], indent: int, width: int) -> str:
    edge = _options.edgeitems
    if cells.ndim == 1:
        words: list[str] = [cell.rjust(width) for cell in cells]
        if is_cut[0]:
            words.insert(edge, " ...")
        per_line = max(1, (_options.linewidth - indent) // (width + 2))
        rows = [", ".join(words[i : i + per_line]) for i in range(0, len(words), per_line)]
        gap = "\n"
    else:
        rows = [_nest(inner, is_cut[1:], indent + 1, width) for inner in cells]
        if is_cut[0]:
            rows.insert(edge, "...")
        gap = "\n" * (cells.ndim - 1)
    return "[" + ("," + gap + " " * (indent + 1)).join(rows) + "]"


def _width(values: np.ndarray[Any, Any], cells: Sequence[str]) -> int:
    if values.dtype.kind != "f":
        return max(map(len, cells))
    counts = (np.isfinite(values) & (values != 0)).ravel()
    return max((len(cell) for cell, count in zip(cells, counts, strict=True) if count), default=1)


def _cells(values: np.ndarray[Any, Any]) -> list[str]:
    if values.dtype.kind != "f":
        return [str(value) for value in values.ravel().tolist()]
    as_text = _float_style(values)
    return [as_text(value) for value in values.ravel().tolist()]


def _float_style(values: np.ndarray[Any, Any]) -> Callable[[float], str]:
    precision = _options.precision
    counted = values[np.isfinite(values) & (values != 0)]
    if counted.size == 0:
        return _whole
    is_whole = bool((counted == np.ceil(counted)).all())
    scientific = _options.sci_mode
    if scientific is None:
        magnitudes = np.abs(counted)
        largest, smallest = float(magnitudes.max()), float(magnitudes.min())
        scientific = (
            largest / smallest > 1000.0 or largest > 1.0e8 or (not is_whole and smallest < 1.0e-4)
        )
    if scientific:
        return f"{{:.{precision}e}}".format
    if is_whole:
        return _whole
    return f"{{:.{precision}f}}".format


def _whole(value: float) -> str:
    return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"
