"""Whether ops are recorded for differentiation: per thread, as context managers and decorators."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Final, TypeVar, cast

from tapegrad.engine import core

_F = TypeVar("_F", bound=Callable[..., Any])
_R = TypeVar("_R")


#: Modes in which nothing is recorded, and in which everything is.
OFF: Final = (0, 0)
ON: Final = (1, 0)


def in_modes(modes: tuple[int, int], function: Callable[..., _R], *args: Any, **kwargs: Any) -> _R:
    """Call a function in modes (grad mode, inference mode).

    An interrupt comes between two calls, so nothing may be called between what sets the modes and
    the protection that restores them: a context manager written in Python cannot promise that.
    """
    old = core.modes()
    try:
        core.set_grad_mode(*modes)
        return function(*args, **kwargs)
    finally:
        core.set_grad_mode(old & 1, old >> 1)


class _Mode:
    _modes = (1, 0)

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """Make the mode, or decorate a function with it."""
        if callable(function):  # used as a bare decorator
            return cls()(function)
        return super().__new__(cls)

    def __init__(self) -> None:
        self._outer: list[int] = []

    def __call__(self, function: _F) -> _F:
        """Decorate a function, or a generator, which then runs in the mode between its yields."""

        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            return in_modes(self._modes, function, *args, **kwargs)

        @functools.wraps(function)
        def generating(*args: Any, **kwargs: Any) -> Any:
            return _steps(self._modes, function(*args, **kwargs))

        return cast("_F", generating if inspect.isgeneratorfunction(function) else decorated)

    def __enter__(self) -> None:
        old, depth = core.modes(), len(self._outer)
        try:
            self._outer.append(old)
            core.set_grad_mode(*self._modes)
        except BaseException:  # an interrupt
            del self._outer[depth:]
            core.set_grad_mode(old & 1, old >> 1)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        old = self._outer.pop()
        core.set_grad_mode(old & 1, old >> 1)


def _steps(modes: tuple[int, int], inner: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run a generator in modes, and what is between its steps outside of them."""
    try:
        value = in_modes(modes, next, inner)
        while True:
            try:
                sent = yield value
            except GeneratorExit:
                in_modes(modes, inner.close)
                raise
            except BaseException as error:
                value = in_modes(modes, inner.throw, error)
            else:
                value = in_modes(modes, inner.send, sent)
    except StopIteration as end:
        return end.value


class no_grad(_Mode):
    """Record nothing: results do not require gradients.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.ones(2, requires_grad=True)
    >>> with tapegrad.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    _modes = (0, 0)


class enable_grad(_Mode):
    """Record again inside `no_grad`."""

    _modes = (1, 0)


class inference_mode(_Mode):
    """Record nothing, as `no_grad`.

    Parameters
    ----------
    mode : bool
        Whether to enter the mode.
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self._modes = (0, 1) if mode else (1, 0)

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        """Make the mode, or decorate a function with it."""
        return super().__new__(cls, mode if callable(mode) else None)


class set_grad_enabled(_Mode):
    """Turn recording on or off; takes effect at once and, as a context manager, until its end.

    Parameters
    ----------
    mode : bool
        Whether ops are recorded.
    """

    def __new__(cls, mode: bool) -> Any:
        """Turn recording on or off."""
        return object.__new__(cls)

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                "set_grad_enabled(): argument 'enabled' (position 1) must be bool, not "
                f"{type(mode).__name__}"
            )
        super().__init__()
        self._modes = (int(mode), 0)
        self._before: int = core.set_grad_mode(*self._modes)

    def __call__(self, function: _F) -> _F:
        """Decorate a function, whose calls alone then run in the mode."""
        core.set_grad_mode(self._before & 1, self._before >> 1)
        return super().__call__(function)

    def __enter__(self) -> None:
        core.set_grad_mode(*self._modes)

    def __exit__(self, *_: object) -> None:
        core.set_grad_mode(self._before & 1, self._before >> 1)


def is_grad_enabled() -> bool:
    """Tell whether ops are recorded for differentiation in this thread."""
    return bool(core.modes() & 1)


def is_inference_mode_enabled() -> bool:
    """Tell whether this thread is in `inference_mode`."""
    return bool(core.modes() & 2)
