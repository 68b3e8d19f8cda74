"""The kernel cache: filled by a first process, read by later ones, mended where it is damaged."""

import os
import subprocess
import sys
from pathlib import Path

from tapegrad_kernels.binding import UNITS

ROOT = Path(__file__).parents[1]
PROGRAM = """
import sys
import tapegrad
x = tapegrad.ones(2, 2, requires_grad=True)
s = tapegrad.tensor([[0.01, 0.02]])
for _ in range(10):
    s = s.mm(x)
s.mean().backward()
print([[round(g, 2) for g in row] for row in x.grad.tolist()], "numba" in sys.modules)
"""
GRADIENT = "[[37.12, 37.12], [39.68, 39.68]]"


def run(cache: Path) -> str:
    environment = os.environ | {
        "TAPEGRAD_CACHE_DIR": str(cache),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "kernels")]),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return done.stdout.strip()


def test_the_cache_is_filled_read_and_mended(tmp_path: Path) -> None:
    assert run(tmp_path) == f"{GRADIENT} True"
    (folder,) = tmp_path.iterdir()
    names = {file.stem for file in folder.glob("*.unit")}
    assert names >= {*UNITS, "binding"}
    assert not list(folder.glob("*.tmp"))
    assert run(tmp_path) == f"{GRADIENT} False"  # nothing to compile: Numba is not even imported
    damaged = folder / "queries.unit"
    intact = damaged.read_bytes()
    for content in (b"", intact[: len(intact) // 2], intact[:-1] + bytes([intact[-1] ^ 1])):
        damaged.write_bytes(content)
        assert run(tmp_path) == f"{GRADIENT} True"
        assert run(tmp_path) == f"{GRADIENT} False"
