"""What registering a hook gives."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Final

__all__ = ["RemovableHandle"]

_numbers: Final[Iterator[int]] = itertools.count()


class RemovableHandle:
    """Takes a hook away again; as a context manager, at the end of the block.

    Parameters
    ----------
    hooks_dict : mutable mapping of int to callable
        Where the hook is kept, under the handle's `id`.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.ones(1, requires_grad=True)
    >>> with x.register_hook(lambda gradient: gradient * 2):
    ...     (x * 3).backward()
    >>> (x * 3).backward()
    >>> x.grad
    tensor([9.])
    """

    def __init__(self, hooks_dict: MutableMapping[int, Callable[..., Any]]) -> None:
        self._hooks = hooks_dict
        self.id = next(_numbers)

    def remove(self) -> None:
        """Take the hook away; does nothing the second time."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register(
    hooks: MutableMapping[int, Callable[..., Any]], hook: Callable[..., Any]
) -> RemovableHandle:
    """Add a hook to those of one kind."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle
