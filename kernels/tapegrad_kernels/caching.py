"""Numba's `njit` with the engine's flags and a disk cache keyed on contents.

Numba's own cache looks only at the file of the cached function and does not see edits in the files
that it calls. Here the key is a digest of every source file of this package, of the versions of what
compiles them and of the processor, so a stale kernel cannot be loaded.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba import njit
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    _CacheLocator,
)
from numba.core.registry import CPUDispatcher

_PACKAGE = Path(__file__).parent


@functools.cache
def digest() -> str:
    """Digest of all that decides the machine code of the kernels."""
    state = hashlib.sha256()
    for source in sorted(_PACKAGE.rglob("*.py")):
        state.update(source.relative_to(_PACKAGE).as_posix().encode())
        state.update(source.read_bytes())
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.version)
    state.update("\0".join(versions).encode())
    return state.hexdigest()[:20]


@functools.cache
def cache_directory() -> Path | None:
    """Give the folder of the kernel cache, or None where no folder can be written.

    `TAPEGRAD_CACHE_DIR` names it; otherwise it is `tapegrad` under the user's cache folder, and a
    folder under the system's temporary folder where the home is read-only.
    """
    named = os.environ.get("TAPEGRAD_CACHE_DIR")
    user = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    fallback = Path(tempfile.gettempdir()) / f"tapegrad-{owner}"
    for root in [Path(named)] if named else [Path(user) / "tapegrad", fallback]:
        folder = root / digest()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            continue  # cached code is executed: never trust a folder that somebody else owns
        return folder
    return None


class _Locator(_CacheLocator):  # type: ignore[misc]  # numba is untyped
    """Puts every cached function of the engine into the one folder of the current digest."""

    def get_cache_path(self) -> str:
        return str(cache_directory())

    def ensure_cache_path(self) -> None:
        os.makedirs(self.get_cache_path(), exist_ok=True)

    def get_source_stamp(self) -> str:
        return digest()

    def get_disambiguator(self) -> str:
        return ""

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> _Locator:
        return cls()


class _Implementation(CompileResultCacheImpl):  # type: ignore[misc]  # numba is untyped
    _locator_classes = (_Locator,)


class _Cache(FunctionCache):  # type: ignore[misc]  # numba is untyped
    """A function's cache under a name of our own; the folder's digest stands for its contents."""

    _impl_class = _Implementation

    def __init__(self, py_func: Callable[..., Any], name: str) -> None:
        super().__init__(py_func)
        self._name = name
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path, filename_base=name, source_stamp=digest()
        )

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return sig, codegen.magic_tuple(), self._name

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:
            # A full or vanished disk costs the next process a compilation, nothing else.
            self.disable()


#: Compiled functions that call each other; reached from outside only through published addresses.
jit = njit(error_model="numpy", no_cpython_wrapper=True, boundscheck=False)
#: The same, always inlined: accessors of a few instructions.
inlined = njit(
    error_model="numpy", no_cpython_wrapper=True, boundscheck=False, forceinline=True
)


def published(function: Callable[..., None], name: str | None = None) -> Callable[..., None]:
    """Compile a function that hands out addresses, and cache it on disk under a name."""
    dispatcher: CPUDispatcher = njit(error_model="numpy")(function)
    label = name or function.__name__

    @functools.wraps(function)
    def publish(*args: Any) -> None:
        if not dispatcher.overloads and cache_directory() is not None:
            dispatcher._cache = _Cache(function, label)
        dispatcher(*args)

    return publish
