"""Whether ops are recorded for differentiation: per thread, as context managers and decorators."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any, TypeVar

from tapegrad.engine import core

_F = TypeVar("_F", bound=Callable[..., Any])


class _Mode(ContextDecorator):
    _modes = (1, 0)

    def __init__(self) -> None:
        self._outer: list[int] = []

    def __call__(self, function: _F) -> _F:
        return super().__call__(function)

    def __enter__(self) -> None:
        self._outer.append(core.set_grad_mode(*self._modes))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        old = self._outer.pop()
        core.set_grad_mode(old & 1, old >> 1)


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
        if callable(mode):  # used as a bare decorator
            return cls()(mode)
        return super().__new__(cls)


class set_grad_enabled(_Mode):
    """Turn recording on or off; takes effect at once and, as a context manager, until its end.

    Parameters
    ----------
    mode : bool
        Whether ops are recorded.
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._modes = (int(bool(mode)), 0)
        self._outer.append(core.set_grad_mode(*self._modes))

    def __call__(self, function: _F) -> _F:
        """Decorate a function, whose calls alone then run in the mode."""
        old = self._outer.pop()
        core.set_grad_mode(old & 1, old >> 1)
        return super().__call__(function)

    def __enter__(self) -> None:
        core.set_grad_mode(*self._modes)
        if not self._outer:
            super().__enter__()


def is_grad_enabled() -> bool:
    """Tell whether ops are recorded for differentiation in this thread."""
    return bool(core.modes() & 1)


def is_inference_mode_enabled() -> bool:
    """Tell whether this thread is in `inference_mode`."""
    return bool(core.modes() & 2)
