"""Compiles units into the kernel cache: `python -m tapegrad_kernels.build UNIT ...`.

A start with an empty cache runs this beside itself, so that two processors compile.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

from tapegrad_kernels.loader import cache_directory, is_cached, store

#: What a second process compiles: about half of the work.
ELSEWHERE = ("loops", "linalg", "sweep", "queries")


def start(units: Iterable[str]) -> subprocess.Popen[bytes] | None:
    """Start a process that compiles some of the units that are missing, where that helps."""
    missing = [name for name in units if not is_cached(name)]
    there = [name for name in missing if name in ELSEWHERE]
    if len(there) < 2 or len(missing) == len(there):
        return None
    if cache_directory() is None or (os.cpu_count() or 1) < 2:
        return None
    if not os.path.basename(sys.executable or "").startswith("python"):
        return None  # Python is embedded in another program
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen(
        [sys.executable, "-m", "tapegrad_kernels.build", *there],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main(units: list[str]) -> None:
    """Compile units; the cache's folder is found as always."""
    from tapegrad_kernels.units import build_unit

    for name in units:
        store(name, build_unit("tapegrad_kernels." + name))


if __name__ == "__main__":
    main(sys.argv[1:])
