"""Vectors of numbers in order, and the identity matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, Unpack

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.arguments import invalid_combination
from tapegrad.creation import new_tensor, number_argument, zeros
from tapegrad.ops.arguments import integer
from tapegrad.options import Options, combined, finished, settled
from tapegrad.scalars import C_NAMES, checked_number
from tapegrad.warning import warn

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["arange", "eye", "linspace", "logspace", "range"]

_REST: Final = (
    "*, Tensor out = None, tapegrad.dtype dtype = None, tapegrad.layout layout = None, "
    "tapegrad.device device = None, bool pin_memory = False, bool requires_grad = False"
)
_EYE: Final = (f"int n, {_REST}", f"int n, int m, {_REST}")
_ARANGE: Final = (
    f"Number end, {_REST}",
    f"Number start, Number end, {_REST}",
    f"Number start, Number end, Number step = 1, {_REST}",
)


def _refuse_bool(function: str, kind: dtypes.dtype) -> None:
    if kind is dtypes.bool_:
        raise NotImplementedError(f"\"{function}_cpu\" not implemented for 'Bool'")


def _written(
    values: npt.NDArray[Any],
    kind: dtypes.dtype,
    options: Mapping[str, Any],
    requires_grad: bool | None,
) -> Tensor:
    made = new_tensor(kind, values.shape)
    with np.errstate(all="ignore"):
        engine.array(made)[...] = values
    return finished(made, options, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[Options],
) -> Tensor:
    """Make a matrix with ones on its diagonal and zeros elsewhere.

    Parameters
    ----------
    n, m : int
        Rows and columns; as many columns as rows where `m` is left out.
    dtype, requires_grad, **options
        As for `zeros`.

    Examples
    --------
    >>> eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    try:
        rows = integer("eye", n, "n")
        columns = rows if m is None else integer("eye", m, "m")
        kind = settled("eye", dtypes.get_default_dtype(), dtype, requires_grad, options, Options)
    except TypeError as error:
        args = (n,) if m is None else (n, m)
        named = {"dtype": dtype, "requires_grad": requires_grad, **options}
        raise combined("eye", error, args, named, _EYE, 1) from None
    for name, size in (("n", rows), ("m", columns)):
        if size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    made = zeros(rows, columns, dtype=kind)
    np.fill_diagonal(engine.array(made), 1)
    return finished(made, options, requires_grad)


def arange(
    *args: Any,
    dtype: Any = None,
    requires_grad: bool | None = False,
    start: Any = None,
    end: Any = None,
    step: Any = None,
    **options: Unpack[Options],
) -> Tensor:
    """Make a vector of the numbers from `start` to before `end`, `step` apart.

    Called as ``arange(end)``, ``arange(start, end)`` or ``arange(start, end, step)``. Where `dtype`
    is left out, it is int64 if all three are ints, else the default dtype.

    Parameters
    ----------
    *args, start, end, step : number
        The numbers.
    dtype, requires_grad, **options
        As for `zeros`.

    Examples
    --------
    >>> arange(1, 7, 2)
    tensor([1, 3, 5])
    >>> arange(1.)
    tensor([0.])
    """
    named = {"start": start, "end": end, "step": step}
    every = {**named, "dtype": dtype, "requires_grad": requires_grad, **options}
    if 0 < len(args) < 4 and start is end is step is None:
        given = {"end": args[0]} if len(args) == 1 else dict(zip(named, args, strict=False))
    else:
        given = _placed(args, named, every)
    try:
        numbers = {
            name: number_argument("arange", value, name, k)
            for k, (name, value) in enumerate(given.items(), 1)
        }
        first, last, by = numbers.get("start", 0), numbers["end"], numbers.get("step", 1)
        is_whole = all(isinstance(value, int) for value in (first, last, by))
        default = dtypes.int64 if is_whole else dtypes.get_default_dtype()
        kind = settled("arange", default, dtype, requires_grad, options, Options)
    except TypeError as error:
        raise combined("arange", error, args, every, _ARANGE, 1) from None
    _refuse_bool("arange", kind)
    return _written(_steps(first, last, by, kind), kind, options, requires_grad)


def _placed(args: tuple[Any, ...], named: dict[str, Any], every: dict[str, Any]) -> dict[str, Any]:
    """Arguments of `arange` by their names."""
    names = ("end",) if len(args) == 1 and named["end"] is None else ("start", "end", "step")
    given = dict(zip(names, args, strict=False))
    named = {name: value for name, value in named.items() if value is not None}
    twice = given.keys() & named.keys()
    if twice:
        raise TypeError(f"arange() got multiple values for argument '{min(twice)}'")
    given |= named
    if "end" not in given and named:
        raise TypeError('arange() missing 1 required positional arguments: "end"')
    if len(args) > 3 or "end" not in given or ("step" in given and "start" not in given):
        shown = {k: v for k, v in every.items() if v is not None and v is not False}
        raise invalid_combination("arange", args, shown, _ARANGE)
    return {name: given[name] for name in ("start", "end", "step") if name in given}


def _steps(first: Any, last: Any, by: Any, kind: dtypes.dtype) -> npt.NDArray[Any]:
    if by == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(first) and math.isfinite(last)):
        raise RuntimeError(f"unsupported range: {first} -> {last}")
    if (last - first) * by < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if kind.is_floating_point:
        count = math.ceil((last - first) / by)
        steps: npt.NDArray[Any] = first + by * np.arange(_countable(count), dtype=np.float64)
        return steps
    first, last, by = (checked_number(value, kind, C_NAMES[kind]) for value in (first, last, by))
    if by == 0:
        raise ValueError("step must be nonzero: it is less than 1, but the dtype has whole numbers")
    count = -((first - last) // by)
    return np.asarray(first + by * np.arange(_countable(count), dtype=np.int64))


def _countable(count: int) -> int:
    """Refuse a vector that no memory can hold before NumPy tries to make it."""
    from tapegrad.errors import OutOfMemoryError

    if count >= 2**40:
        raise OutOfMemoryError(f"a vector of {count} elements does not fit in memory")
    return count


def range(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[Options],
) -> Tensor:
    """Make a vector of the numbers from `start` to `end`, which is included; prefer `arange`."""
    warn(
        "tapegrad.range is deprecated and will be removed in a future release because its "
        "behavior is inconsistent with Python's range builtin. Instead, use tapegrad.arange, "
        "which produces values in [start, end)."
    )
    if end is None:
        start, end = 0, start
    first, last, by = (
        number_argument("range", value, name, k)
        for k, (name, value) in enumerate((("start", start), ("end", end), ("step", step)), 1)
    )
    kind = settled("range", dtypes.get_default_dtype(), dtype, requires_grad, options, Options)
    _refuse_bool("range", kind)
    if by == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(first) and math.isfinite(last)):
        raise RuntimeError(f"unsupported range: {first} -> {last}")
    if (last - first) * by < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    count = math.floor((last - first) / by) + 1
    values = first + by * np.arange(_countable(count), dtype=np.float64)
    return _written(values, kind, options, requires_grad)


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[Options],
) -> Tensor:
    """Make a vector of `steps` numbers evenly spaced from `start` to `end`, both included.

    Parameters
    ----------
    start, end : number or Tensor of no dimensions
        First and last number.
    steps : int
        How many.
    dtype, requires_grad, **options
        As for `zeros`.

    Examples
    --------
    >>> linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    named = {"dtype": dtype, "requires_grad": requires_grad, **options}
    kind, values = _spaced("linspace", start, end, steps, named, ())
    return _written(values, kind, options, requires_grad)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[Options],
) -> Tensor:
    """Make a vector of powers of `base`, whose exponents are what `linspace` gives.

    Examples
    --------
    >>> logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    named = {"dtype": dtype, "requires_grad": requires_grad, **options}
    kind, exponents = _spaced("logspace", start, end, steps, named, (base,))
    with np.errstate(all="ignore"):
        values = np.power(exponents.dtype.type(base), exponents)
    return _written(values, kind, options, requires_grad)


def _spaced(
    function: str, start: Any, end: Any, steps: Any, named: dict[str, Any], more: tuple[Any, ...]
) -> tuple[dtypes.dtype, npt.NDArray[Any]]:
    """Dtype of the result, and evenly spaced numbers in the type in which to compute."""
    options = dict(named)
    kind, requires_grad = options.pop("dtype"), options.pop("requires_grad")
    try:
        first, last = (
            _end(function, value, name) for value, name in ((start, "start"), (end, "end"))
        )
        count = integer(function, steps, "steps")
        for value in more:
            number_argument(function, value, "base", 4)
        default = dtypes.get_default_dtype()
        found = settled(function, default, kind, requires_grad, options, Options)
    except TypeError:
        _refuse_spaced(function, (start, end, steps), named, bool(more))
    if count < 0:
        raise RuntimeError("number of steps must be non-negative")
    _refuse_bool(function, found)
    work = found.numpy.type if found.is_floating_point else np.float64
    values = np.empty(_countable(count), work)
    with np.errstate(all="ignore"):
        a, b = work(first), work(last)
        if count == 1:
            values[0] = a
        elif count:
            # From both ends, so that both are met exactly.
            by = (b - a) / work(count - 1)
            half = count // 2
            values[:half] = a + by * np.arange(half, dtype=work)
            values[half:] = b - by * np.arange(count - half - 1, -1, -1, dtype=work)
    return found, values


def _end(function: str, value: Any, name: str) -> Any:
    if isinstance(value, engine.TensorBase):
        t: Any = value
        if t.ndim:
            raise RuntimeError(
                f"{function} only supports 0-dimensional start and end tensors, but got {name} "
                f"with {t.ndim} dimension(s)."
            )
        return t.item()
    return number_argument(function, value, name, 1)


def _refuse_spaced(
    function: str, args: tuple[Any, ...], named: dict[str, Any], has_base: bool
) -> NoReturn:
    shown = {k: v for k, v in named.items() if v is not None and v is not False}
    base = ", float base = 10.0" if has_base else ""
    forms = [
        f"{a} start, {b} end, int steps{base}, {_REST}"
        for a, b in (
            ("Tensor", "Tensor"), ("Number", "Tensor"), ("Tensor", "Number"), ("Number", "Number"),
        )
    ]  # fmt: skip
    raise invalid_combination(function, args, shown, forms) from None
