"""Interleaved timing of callables in one process, and the table that shows it."""

import gc
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass, field


def one_thread():
    """Start this process again with one thread in every library, before any of them is loaded."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    if all(os.environ.get(name) == "1" for name in names):
        return
    os.environ.update(dict.fromkeys(names, "1"))
    os.execv(sys.executable, [sys.executable, *sys.argv])


@dataclass
class Row:
    """One line of the table.

    ours : our time in seconds, the median of the rounds.
    peers : for each peer, its median time and the ratios peer/ours of the rounds.
    target : the least ratio to the first peer, or (for our own figures) the largest value.
    """

    name: str
    ours: float
    peers: dict[str, tuple[float, list[float]]] = field(default_factory=dict)
    target: float | None = None
    unit: str = "s"

    @property
    def ratio(self):
        if not self.peers:
            return None
        return statistics.median(next(iter(self.peers.values()))[1])

    @property
    def reached(self):
        if self.target is None:
            return None
        if self.unit != "s":
            return self.ours <= self.target
        return None if self.ratio is None else self.ratio >= self.target

    def as_json(self):
        peers = {
            name: {"time": t, "ratio": statistics.median(r), "low": min(r), "high": max(r)}
            for name, (t, r) in self.peers.items()
        }
        return {
            "name": self.name,
            "ours": self.ours,
            "unit": self.unit,
            "peers": peers,
            "target": self.target,
            "reached": self.reached,
        }


def calls_for(function, seconds):
    """Count calls that take about `seconds`, after a first call that compiles and loads."""
    function()
    calls = 1
    while True:
        took = timed(function, calls)
        if took >= seconds / 4 or calls >= 1 << 20:
            return max(1, round(calls * seconds / max(took, 1e-9)))
        calls *= 4


def timed(function, calls):
    """Seconds of that many calls."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return time.perf_counter() - start


def compare(name, ours, peers, *, rounds=7, seconds=0.1, target=None, scale=1.0):
    """Time `ours` and each of `peers` in turn, in rounds.

    Each round gives one ratio; slow drifts of the machine (other processes, its clock) meet both
    sides of a round alike. `scale` divides the times, e.g. by the number of steps of a chain.
    """
    functions = {"": ours, **peers}
    calls = {key: calls_for(function, seconds) for key, function in functions.items()}
    times = {key: [] for key in functions}
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            order = list(functions)
            if number % 2:
                order.reverse()
            for key in order:
                times[key].append(timed(functions[key], calls[key]) / calls[key] / scale)
    finally:
        gc.enable()
    mine = times.pop("")
    table = {
        key: (statistics.median(its), [t / m for t, m in zip(its, mine, strict=True)])
        for key, its in times.items()
    }
    return Row(name, statistics.median(mine), table, target)


def shown_time(seconds):
    """A time with a fitting unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def shown(row):
    return shown_time(row.ours) if row.unit == "s" else f"{row.ours:.3g} {row.unit}"


def verdict(reached):
    return {None: "", True: "[green]reached[/green]", False: "[red]missed[/red]"}[reached]


def show(rows, title, peers=()):
    """Print the rows as a table."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("what", ratio=1)
    table.add_column("tapegrad", justify="right", no_wrap=True)
    for peer in peers:
        table.add_column(peer, justify="right", no_wrap=True)
        table.add_column("ratio (min..max)", justify="right", no_wrap=True)
    table.add_column("target", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows:
        cells = [row.name, shown(row)]
        for peer in peers:
            if peer in row.peers:
                its, ratios = row.peers[peer]
                middle = statistics.median(ratios)
                spread = f"{middle:.2f}x ({min(ratios):.2f}..{max(ratios):.2f})"
                cells += [shown_time(its), spread]
            else:
                cells += ["", ""]
        if row.target is None:
            target = ""
        elif row.unit == "s":
            target = f">= {row.target:g}x"
        else:
            target = f"<= {row.target:g} {row.unit}"
        table.add_row(*cells, target, verdict(row.reached))
    console = Console()
    if not console.is_terminal:
        console = Console(width=150)
    console.print(table)


def write_json(path, rows):
    """Write the rows to a file."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump([row.as_json() for row in rows], file, indent=1)
        file.write("\n")


def resident():
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
