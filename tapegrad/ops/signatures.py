"""Calls as PyTorch's argument parser takes them: NumPy's names, and its words for what is wrong."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from tapegrad.arguments import invalid_combination, type_name
from tapegrad.warning import warn_once

_F = TypeVar("_F", bound=Callable[..., Any])

#: Other names that PyTorch takes for an argument, by argument.
_ALSO: Final = {
    "dim": ("axis",),
    "keepdim": ("keepdims",),
    "input": ("x", "a", "x1"),
    "other": ("x2",),
}


class Mismatch(Exception):  # never leaves the package
    """An argument of the wrong type; without a name, arguments that do not go together.

    Parameters
    ----------
    argument, wanted : str
        Its name and what it must be.
    value : object
        What came.
    alone : bool
        Whether the argument is to be named even where the function has several forms.
    """

    def __init__(
        self, argument: str = "", wanted: str = "", value: object = None, *, alone: bool = False
    ) -> None:
        super().__init__(argument)
        self.argument, self.wanted, self.value, self.alone = argument, wanted, value, alone


def parsed(*forms: str, needs_dim: Sequence[str] = ()) -> Callable[[_F], _F]:
    """Let a function be called as PyTorch's are.

    Parameters
    ----------
    *forms : str
        The argument lists between which a call chooses, where there are several: an error then
        lists them instead of naming the argument that is wrong.
    needs_dim : sequence of str
        Arguments that only the forms with a dimension have.
    """

    def decorate(function: _F) -> _F:
        return cast("_F", _wrapped(function, forms, needs_dim, 0))

    return decorate


def deprecated_form(function: str, old: str, new: str) -> None:
    """Warn of an argument list that PyTorch still takes."""
    warn_once(
        f"This overload of {function} is deprecated:\n\t{function}({old})\n"
        f"Consider using one of the following signatures instead:\n\t{function}({new})"
    )


def parsed_method(*forms: str) -> Callable[[_F], _F]:
    """Do for a method what `parsed` does for a function."""

    def decorate(function: _F) -> _F:
        return cast("_F", _wrapped(function, forms, (), 1))

    return decorate


def as_method(function: _F) -> _F:
    """Make a method of a function that `parsed` made: its errors do not count the tensor."""
    forms, needs_dim = function.parsed  # type: ignore[attr-defined]
    return cast("_F", _wrapped(inspect.unwrap(function), forms, needs_dim, 1))


def _wrapped(
    function: Callable[..., Any], forms: Sequence[str], needs_dim: Sequence[str], skipped: int
) -> Any:
    names = list(inspect.signature(function).parameters)
    others = {also: name for name in names for also in _ALSO.get(name, ())}

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            if not kwargs.keys().isdisjoint(others):
                kwargs = {
                    others.get(k, k) if others.get(k) not in kwargs else k: v
                    for k, v in kwargs.items()
                }
            if needs_dim and len(args) < 2 and "dim" not in kwargs:
                for name in needs_dim:
                    if name in kwargs:
                        raise _no_form(function.__name__, args[skipped:], kwargs, forms, skipped)
        try:
            return function(*args, **kwargs)
        except Mismatch as problem:
            raise _explained(function, forms, skipped, args, kwargs, problem) from None
        except TypeError as problem:
            # Only what the call itself raised: arguments that its signature does not take.
            if problem.__traceback__ is None or problem.__traceback__.tb_next is not None:
                raise
            raise _misfit(function, forms, skipped, args, kwargs) from None

    call.parsed = forms, needs_dim  # type: ignore[attr-defined]
    return call


def _no_form(
    name: str,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    forms: Sequence[str],
    skipped: int,
) -> TypeError:
    """Error for arguments that fit none of the forms; a method's lack the tensor and `out`."""
    if skipped:
        forms = [
            f.removeprefix("Tensor input, ").removesuffix(", Tensor out = None").removesuffix(", *")
            for f in forms
        ]
    problem = invalid_combination(name, args, kwargs, forms)
    if len(forms) == 1:
        head, _, _ = str(problem).partition(" one of:")
        problem = TypeError(f"{head} ({forms[0]})")
    return problem


def _explained(
    function: Callable[..., Any],
    forms: Sequence[str],
    skipped: int,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    problem: Mismatch,
) -> TypeError:
    name = function.__name__
    if (forms and not problem.alone) or not problem.argument:
        return _no_form(name, args[skipped:], kwargs, forms, skipped)
    at = list(inspect.signature(function).parameters).index(problem.argument) - skipped + 1
    place = "" if problem.argument in kwargs else f" (position {at})"
    return TypeError(
        f"{name}(): argument '{problem.argument}'{place} must be {problem.wanted}, not "
        f"{type_name(problem.value)}"
    )


def _misfit(
    function: Callable[..., Any],
    forms: Sequence[str],
    skipped: int,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> TypeError:
    """Error for a call that a function's signature does not take."""
    name = function.__name__
    if forms:
        return _no_form(name, args[skipped:], kwargs, forms, skipped)
    parameters = inspect.signature(function).parameters.values()
    places = [p for p in parameters if p.kind is not p.KEYWORD_ONLY][skipped:]
    given = args[skipped:]
    needed = [p.name for p in places if p.default is p.empty]
    missing = [p for p in needed[len(given) :] if p not in kwargs]
    if len(given) > len(places):
        least = f"from {len(needed)} to " if len(needed) < len(places) else ""
        plural = "s" if len(places) != 1 else ""
        return TypeError(
            f"{name}() takes {least}{len(places)} positional argument{plural} but {len(given)} "
            "were given"
        )
    if missing:
        # PyTorch's plural is the wrong way round.
        plural = "s" if len(missing) == 1 else ""
        listed = ", ".join(f'"{each}"' for each in missing)
        return TypeError(
            f"{name}() missing {len(missing)} required positional argument{plural}: {listed}"
        )
    known = {p.name for p in parameters}
    for key in kwargs:
        if key not in known:
            return TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    twice = next(p.name for p in places[: len(given)] if p.name in kwargs)
    return TypeError(f"{name}() got multiple values for argument '{twice}'")
