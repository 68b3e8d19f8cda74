"""What a command is about: a function to load or an expression, and the inputs that it is given."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.grammar import Expression, GrammarError, parse
from tapegrad.symbolic.lifting import generic

#: Elements of all inputs together that a command takes.
MOST_ELEMENTS: Final = 100_000
#: Endings of saved plans, which this version cannot read.
_PLANS: Final = (".plan", ".tgplan", ".npz")


class TargetError(Exception):
    """A command names something that cannot be loaded or used."""


@dataclass(frozen=True)
class Target:
    """A function with the point at which it is looked at.

    Attributes
    ----------
    name : str
    function : callable
    names : tuple of str
        Names of its inputs.
    inputs : tuple of array
    domain : dict of int to (float, float)
    expression : Expression, optional
        Where it comes from, if it was not loaded.
    """

    name: str
    function: Callable[..., Any]
    names: tuple[str, ...]
    inputs: tuple[Array, ...]
    domain: dict[int, tuple[float, float]] = field(default_factory=dict)
    expression: Expression | None = None


def load(target: str) -> Any:
    """Import ``module:function`` or ``file.py:function``. This runs the code that is there.

    Parameters
    ----------
    target : str

    Returns
    -------
    callable

    Raises
    ------
    TargetError
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        if target.endswith(_PLANS):
            raise TargetError(
                f"{target} looks like a saved plan, and plans cannot be verified in this version: "
                "give module:function, file.py:function, or --expr"
            )
        raise TargetError(
            f"a target must be module:function or file.py:function, but it is {target!r}; "
            "formulas are given with --expr"
        )
    module = _module(place)
    found: Any = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise TargetError(f"{place} has no function {name!r}") from None
    if not callable(found):
        raise TargetError(f"{target} is no function but {type(found).__name__}")
    return found


def _module(place: str) -> Any:
    try:
        if not place.endswith(".py"):
            if os.getcwd() not in sys.path:
                sys.path.insert(0, os.getcwd())
            return importlib.import_module(place)
        path = Path(place)
        if not path.is_file():
            raise TargetError(f"there is no file {place}")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        if spec is None or spec.loader is None:
            raise TargetError(f"{place} cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(path.stem, module)  # what pickles and dataclasses look up
        sys.path.insert(0, str(path.resolve().parent))
        spec.loader.exec_module(module)
        return module
    except TargetError:
        raise
    except Exception as error:
        raise TargetError(f"{place} cannot be imported: {type(error).__name__}: {error}") from error


def resolve(
    target: str | None,
    expression: str | None,
    wrt: Sequence[str] = (),
    at: Sequence[str] = (),
    shapes: Sequence[str] = (),
    domains: Sequence[str] = (),
) -> Target:
    """Find the function that a command is about and the point for it.

    Parameters
    ----------
    target : str, optional
        ``module:function`` or ``file.py:function``.
    expression : str, optional
        A formula for the grammar instead.
    wrt : sequence of str
        Names of the inputs, if the order of an expression's names is not wanted.
    at, shapes, domains : sequence of str
        ``name=value`` each: numbers as in JSON, sizes, and ``low..high``.

    Returns
    -------
    Target

    Raises
    ------
    TargetError, GrammarError
    """
    if (target is None) == (expression is None):
        raise TargetError("give either a TARGET or --expr, and not both")
    given: dict[str, Any] = {k: _numbers(k, v) for k, v in _pairs("--at", at).items()}
    given |= {k: _shape(v) for k, v in _pairs("--shape", shapes).items() if k not in given}
    spans = {k: _span(k, v) for k, v in _pairs("--domain", domains).items()}
    if expression is not None:
        parsed = parse(expression)
        fixed = _constants(parsed, wrt, given)
        parsed = parsed.fixed({name: given.pop(name) for name in fixed})
        names = _differentiated(parsed, wrt)
        defaults: dict[str, Any] = {}
        function = parsed.function(names)
        title: str = expression
    else:
        parsed = None
        if wrt:
            raise TargetError("--wrt belongs to --expr: a target is verified by all of its inputs")
        function = load(str(target))
        names, defaults = _parameters(function, given)
        title = str(target)
    unknown = sorted((given.keys() | spans.keys()) - {*names})
    if unknown:
        known = ", ".join(names) or "none"
        raise TargetError(f"there is no input {', '.join(unknown)}; the inputs are {known}")
    inputs = []
    for k, name in enumerate(names):
        value = given.get(name, defaults.get(name, () if parsed else None))
        if value is None:
            raise TargetError(
                f"the input {name} has no value: give --at {name}=[1,2] or --shape {name}=2"
                ", or a default argument, or function.example_inputs"
            )
        inputs.append(_point(value, k, spans.get(name)))
    if sum(a.size for a in inputs) > MOST_ELEMENTS:
        raise TargetError(f"the inputs may have {MOST_ELEMENTS} elements together")
    domain = {k: spans[name] for k, name in enumerate(names) if name in spans}
    return Target(title, function, tuple(names), tuple(inputs), domain, parsed)


def _differentiated(parsed: Expression, wrt: Sequence[str]) -> tuple[str, ...]:
    """Names of an expression to differentiate by: those chosen, in that order, or all."""
    chosen = [part.strip() for entry in wrt for part in entry.split(",")]
    unknown = [name for name in chosen if name not in parsed.names]
    if unknown:
        raise TargetError(
            f"--wrt names {unknown[0]}, but the expression holds "
            f"{', '.join(parsed.names) or 'no name'}"
        )
    names = tuple(dict.fromkeys(chosen)) or parsed.names
    if not names:
        raise TargetError("the expression holds no name to differentiate by")
    return names


def _constants(parsed: Expression, wrt: Sequence[str], given: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of an expression that stand for numbers."""
    names = _differentiated(parsed, wrt)
    fixed = tuple(name for name in parsed.names if name not in names)
    for name in fixed:
        if name not in given or isinstance(given[name], tuple):
            raise TargetError(f"{name} is not in --wrt, so it needs numbers: --at {name}=...")
    return fixed


def _parameters(function: Any, given: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Names of a loaded function's inputs, and the values that it brings with it."""
    try:
        parameters = [*inspect.signature(function).parameters.values()]
    except (TypeError, ValueError):
        parameters = []
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = tuple(p.name for p in plain)
    examples = getattr(function, "example_inputs", None)
    if callable(examples):
        examples = examples()
    if examples is not None:
        values = examples if isinstance(examples, tuple | list) else (examples,)
        if len(values) > len(names):
            names = (*names, *(f"x{k}" for k in range(len(names), len(values))))
        return names[: len(values)], dict(zip(names, map(_example, values), strict=False))
    defaults = {
        p.name: p.default for p in plain if p.default is not p.empty and p.default is not None
    }
    # An option with a default that is no number stays what it is.
    numbers = {k: _example(v) for k, v in defaults.items() if _is_number_like(v)}
    last = max(
        (k for k, n in enumerate(names) if n in given or n in numbers or n not in defaults),
        default=-1,
    )
    return names[: last + 1], numbers


def _is_number_like(value: Any) -> bool:
    from tapegrad._tensor import Tensor

    return isinstance(value, Tensor | np.ndarray | float | list) or type(value) is int


def _example(value: Any) -> Array:
    from tapegrad._tensor import Tensor

    return np.array(value.detach().numpy()) if isinstance(value, Tensor) else np.asarray(value)


def _pairs(option: str, entries: Sequence[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for entry in entries:
        name, equals, value = entry.partition("=")
        if not equals or not name.strip().isidentifier():
            raise TargetError(f"{option} must look like name=value, but it is {entry[:60]!r}")
        made[name.strip()] = value.strip()
    return made


def _numbers(name: str, text: str) -> Array:
    """Numbers or nested lists of numbers, as JSON writes them."""
    whole, number = text.startswith("int:"), text.removeprefix("int:")
    try:
        made = np.asarray(json.loads(number, parse_constant=_no_constant))
    except (ValueError, RecursionError):
        made = np.asarray(None)
    if made.dtype.kind not in ("iu" if whole else "iuf") or not np.isfinite(made).all():
        raise TargetError(
            f"--at {name} must be a finite number or nested lists of them, such as "
            f"[[1, 2], [3, 4]], but it is {text[:60]!r}"
        )
    return made if whole else made.astype(np.float64)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _shape(text: str) -> tuple[int, ...]:
    try:
        made = tuple(int(part) for part in text.strip("()[] ").split(",") if part.strip())
    except ValueError:
        made = (-1,)
    if any(n < 0 for n in made) or int(np.prod(made, dtype=object)) > MOST_ELEMENTS:
        raise TargetError(
            f"--shape must be sizes such as 2,2 of at most {MOST_ELEMENTS} elements, but it is "
            f"{text[:60]!r}"
        )
    return made


def _span(name: str, text: str) -> tuple[float, float]:
    low, dots, high = text.partition("..")
    try:
        made = float(low), float(high)
    except ValueError:
        made = (0.0, 0.0)
    if not dots or not made[0] < made[1] or not np.isfinite(made).all():
        raise TargetError(
            f"--domain {name} must be low..high such as 0.1..5, but it is {text[:60]!r}"
        )
    return made


def _point(value: Any, position: int, span: tuple[float, float] | None) -> Array:
    """Point of an input given by values, or by a shape and an interval."""
    if not isinstance(value, tuple):
        return np.asarray(value)
    made = generic(value, position)
    if span is None:
        return made
    # The generic numbers lie between 1/4 and 3/4.
    return np.asarray(span[0] + (span[1] - span[0]) * made)


__all__ = ["GrammarError", "Target", "TargetError", "load", "resolve"]
