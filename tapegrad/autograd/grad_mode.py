"""`no_grad` and its kin: context managers and decorators that say whether ops are recorded."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, TypeVar, cast

from tapegrad.autograd.modes import ON, Modes, in_modes, recording
from tapegrad.engine import core
from tapegrad.warning import warn

__all__ = ["enable_grad", "inference_mode", "no_grad", "set_grad_enabled"]

_F = TypeVar("_F", bound=Callable[..., Any])


def context_decorator(modes: Callable[[], Modes], function: _F) -> _F:
    """Give a function, or a generator between its yields, modes of its own."""
    if inspect.isclass(function):
        warn(
            "Decorating classes is deprecated and will be disabled in future versions. You should "
            "only decorate functions or methods. To preserve the current behavior of class "
            "decoration, you can directly decorate the `__init__` method and nothing else.",
            FutureWarning,
        )

    @functools.wraps(function)
    def decorate_context(*args: Any, **kwargs: Any) -> Any:
        return in_modes(modes(), function, *args, **kwargs)

    @functools.wraps(function)
    def generator_context(*args: Any, **kwargs: Any) -> Any:
        return _steps(modes, function(*args, **kwargs))

    generates = inspect.isgeneratorfunction(function)
    return cast("_F", generator_context if generates else decorate_context)


def _steps(modes: Callable[[], Modes], inner: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run a generator in modes, and what is between its steps outside of them."""
    try:
        value = in_modes(modes(), next, inner)
        while True:
            try:
                sent = yield value
            except GeneratorExit:
                in_modes(modes(), inner.close)
                raise
            except BaseException as error:
                value = in_modes(modes(), inner.throw, error)
            else:
                value = in_modes(modes(), inner.send, sent)
    except StopIteration as end:
        return end.value


class _DecoratorContextManager:
    """A mode to enter with ``with``, any number of times, or to decorate functions with."""

    def __init__(self) -> None:
        self._outer: list[int] = []

    def _modes(self) -> Modes:
        """Modes to enter."""
        raise NotImplementedError

    def __call__(self, orig_func: _F) -> _F:
        """Decorate a function, or a generator, which then runs in the mode between its yields."""
        return context_decorator(self._modes, orig_func)

    def __enter__(self) -> None:
        old, depth = core.modes(), len(self._outer)
        try:
            self._outer.append(old)
            core.set_grad_mode(*self._modes())
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


class _NoParamDecoratorContextManager(_DecoratorContextManager):
    """A mode without arguments: its class itself can decorate, too."""

    def __new__(cls, orig_func: Callable[..., Any] | None = None) -> Any:
        """Make the mode, or decorate a function with it."""
        return super().__new__(cls) if orig_func is None else cls()(orig_func)


class no_grad(_NoParamDecoratorContextManager):
    """Record nothing: results do not require gradients.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.ones(2, requires_grad=True)
    >>> with tapegrad.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    >>> @tapegrad.no_grad()
    ... def double(x):
    ...     return x * 2
    >>> double(x)
    tensor([2., 2.])
    """

    def __init__(self) -> None:
        super().__init__()

    def _modes(self) -> Modes:
        return recording(False)


class enable_grad(_NoParamDecoratorContextManager):
    """Record again inside `no_grad`."""

    def _modes(self) -> Modes:
        return recording(True)


class inference_mode(_DecoratorContextManager):
    """Record nothing, whatever `enable_grad` says inside.

    Parameters
    ----------
    mode : bool
        Whether to enter the mode; False leaves it until the end of the block.

    Examples
    --------
    >>> import tapegrad
    >>> with tapegrad.inference_mode():
    ...     print(tapegrad.is_grad_enabled(), tapegrad.is_inference_mode_enabled())
    False True
    """

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        """Make the mode, or decorate a function with it."""
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = mode

    def _modes(self) -> Modes:
        return (0, 1) if self.mode else ON


class set_grad_enabled(_DecoratorContextManager):
    """Turn recording on or off; takes effect at once and, as a context manager, until its end.

    Parameters
    ----------
    mode : bool
        Whether ops are recorded.

    Examples
    --------
    >>> import tapegrad
    >>> with tapegrad.set_grad_enabled(False):
    ...     tapegrad.is_grad_enabled()
    False
    """

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                "set_grad_enabled(): argument 'enabled' (position 1) must be bool, not "
                f"{type(mode).__name__}"
            )
        super().__init__()
        self.mode = mode
        self._before: int = core.set_grad_mode(*self._modes())

    def _modes(self) -> Modes:
        return recording(self.mode)

    def __call__(self, orig_func: _F) -> _F:
        """Decorate a function, whose calls alone then run in the mode."""
        core.set_grad_mode(self._before & 1, self._before >> 1)
        return super().__call__(orig_func)

    def __enter__(self) -> None:
        core.set_grad_mode(*self._modes())

    def __exit__(self, *_: object) -> None:
        core.set_grad_mode(self._before & 1, self._before >> 1)

    def __repr__(self) -> str:
        return f"tapegrad.autograd.grad_mode.set_grad_enabled(mode={self.mode})"
