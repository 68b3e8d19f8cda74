"""How long a fresh process takes to import tapegrad and to give its first gradient."""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from timing import Row, show, write_json

ROOT = Path(__file__).parents[1]
IMPORT = "import tapegrad"
GRADIENT = """\
import tapegrad as torch
s = torch.tensor([[0.01, 0.02]], requires_grad=True)
x = torch.ones(2, 2, requires_grad=True)
for _ in range(10):
    s = s.mm(x)
s.mean().backward()
assert abs(x.grad.tolist()[0][0] - 37.12) < 1e-4
"""
# The clock starts before the interpreter does, so its own start is counted too.
TIMED = "import time\n{}\nprint(time.time())"


def fresh(code, cache):
    """Seconds from the start of a new process to the end of the code in it."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "kernels"), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": path, "TAPEGRAD_CACHE_DIR": str(cache)}
    program = (
        "import subprocess, sys, time\n"
        "start = time.time()\n"
        "end = subprocess.run([sys.executable, '-c', sys.argv[1]], check=True,"
        " capture_output=True, text=True).stdout\n"
        "print(float(end) - start)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, TIMED.format(code)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(done.stderr)
    return float(done.stdout)


@click.command(help=__doc__)
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--cold-rounds", default=2, show_default=True, type=click.IntRange(0))
@click.option("--json", "path", type=click.Path(dir_okay=False), help="Write the figures here.")
def main(rounds, cold_rounds, path):
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cold = []
        for number in range(max(1, cold_rounds)):
            cold.append(fresh(GRADIENT, Path(folder) / str(number)))
        warm = Path(folder) / "0"
        imports = statistics.median(fresh(IMPORT, warm) for _ in range(rounds))
        first = statistics.median(fresh(GRADIENT, warm) for _ in range(rounds))
    rows.append(Row("import tapegrad, cache warm", imports, unit="seconds", target=0.6))
    rows.append(Row("first gradient, cache warm", first, unit="seconds", target=1.2))
    if cold_rounds:
        median = statistics.median(cold)
        rows.append(Row("first gradient, cache cold", median, unit="seconds", target=10))
    show(rows, "fresh processes, the interpreter's start counted, medians")
    if path:
        write_json(path, rows)


if __name__ == "__main__":
    main()
