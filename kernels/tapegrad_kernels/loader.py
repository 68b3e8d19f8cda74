"""Loads compiled units from the kernel cache, and compiles those that are not in it.

A unit is one object file. Loading one needs LLVM's linker but not Numba, whose import and
registries cost more than all of tapegrad's own start; they are only imported to compile what is
missing.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import llvmlite.binding as llvm

_PACKAGE = Path(__file__).parent
_MAGIC: Final = b"tapegrad-unit-1\n"


class Unit(NamedTuple):
    """An object file with the symbols that it defines, and those that it expects of the process."""

    symbols: list[str]
    needs: list[str]
    code: bytes


@functools.cache
def digest() -> str:
    """Digest of all that decides the machine code: sources, versions, processor."""
    state = hashlib.sha256()
    for source in sorted(_PACKAGE.rglob("*.py")):
        state.update(source.relative_to(_PACKAGE).as_posix().encode())
        state.update(source.read_bytes())
    facts = [version(name) for name in ("numba", "llvmlite", "numpy")]
    facts += [sys.version, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    state.update("\0".join(facts).encode())
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
        except OSError:
            continue
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            continue  # cached code is executed: never trust a folder that somebody else owns
        return folder
    return None


def _read(name: str) -> Unit | None:
    """Unit in the cache; None where there is none, or a damaged one."""
    folder = cache_directory()
    if folder is None:
        return None
    try:
        data = (folder / f"{name}.unit").read_bytes()
    except OSError:
        return None
    magic, _, rest = data.partition(b"\n")
    head, _, code = rest.partition(b"\n")
    try:
        facts = json.loads(head)
        intact = magic + b"\n" == _MAGIC and facts["sha256"] == hashlib.sha256(code).hexdigest()
    except (ValueError, KeyError, TypeError):
        return None
    return Unit(facts["symbols"], facts["needs"], code) if intact else None


def is_cached(name: str) -> bool:
    """Tell whether the cache has a unit of this name, intact or not."""
    folder = cache_directory()
    return folder is not None and (folder / f"{name}.unit").exists()


def store(name: str, unit: Unit) -> None:
    """Put a unit into the cache, all at once; a full or read-only disk costs only time, later."""
    folder = cache_directory()
    if folder is None:
        return
    facts = {
        "symbols": unit.symbols,
        "needs": unit.needs,
        "sha256": hashlib.sha256(unit.code).hexdigest(),
    }
    temporary = folder / f"{name}.{os.getpid()}.tmp"
    try:
        temporary.write_bytes(_MAGIC + json.dumps(facts).encode() + b"\n" + unit.code)
        temporary.replace(folder / f"{name}.unit")
    except OSError:
        temporary.unlink(missing_ok=True)


@functools.cache
def _linker() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(codemodel="jitdefault", jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


@functools.cache
def _process() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _missing(needs: Iterable[str]) -> list[str]:
    """Symbols that neither a unit nor the process defines; LLVM is told of the process's."""
    found = []
    for name in needs:
        if llvm.address_of_symbol(name):
            continue
        try:
            function = getattr(_process(), name)
        except AttributeError:
            found.append(name)
        else:
            llvm.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)
    return found


def load(name: str, build: Callable[[], Unit]) -> dict[str, int]:
    """Load a unit, from the cache or built anew; gives the addresses of its symbols."""
    unit = _read(name)
    if unit is None:
        unit = build()
        store(name, unit)
    if _missing(unit.needs):
        # LLVM ends the process over a missing symbol. Helpers of Numba's are there once it is
        # imported.
        import numba.core.registry

        numba.core.registry.cpu_target.target_context.refresh()
        missing = _missing(unit.needs)
        if missing:
            raise ImportError(f"kernel unit {name!r} needs symbols that are not there: {missing}")
    linker = _linker()
    linker.add_object_file(llvm.ObjectFileRef.from_data(unit.code))
    linker.finalize_object()
    addresses = {symbol: int(linker.get_function_address(symbol)) for symbol in unit.symbols}
    for symbol, address in addresses.items():
        llvm.add_symbol(symbol, address)
    return addresses
