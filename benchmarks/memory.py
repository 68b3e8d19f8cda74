"""Memory of long runs: training loops in constant memory, and a chain of ten million ops."""

import gc
import math
import time

import click
from timing import Row, resident, show, write_json

import tapegrad

GROWTH = 5.0  # MB


def descend(w, x):
    """One step of gradient descent on mean((x w)^2 - x w)."""
    y = w * x
    loss = (y * y - y).mean()
    loss.backward()
    with tapegrad.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
    return loss


def training(iterations, *, keep_metrics=False, drop=False):
    """Growth in MB of the resident set, after a warm-up of a tenth of the iterations."""
    w = tapegrad.tensor([0.5, -0.5], requires_grad=True)
    x = tapegrad.tensor([1.0, 2.0])
    kept = []
    warm = iterations // 10
    start = 0
    for k in range(iterations):
        if k == warm:
            gc.collect()
            start = resident()
        if drop:
            y = w * x
            loss = (y * y - y).mean()
        else:
            loss = descend(w, x)
        if keep_metrics and k % 1000 == 0:
            kept.append(loss.detach())
    gc.collect()
    return (resident() - start) / 1e6


def chain(ops):
    """A chain of scalar ops forward and backward: seconds, and GB resident at the end."""
    x = tapegrad.tensor(1.0, dtype=tapegrad.float64, requires_grad=True)
    factor = 1 - 1e-8
    a = tapegrad.tensor(factor, dtype=tapegrad.float64)
    start = time.perf_counter()
    y = x
    for _ in range(ops):
        y = y * a
    recorded = time.perf_counter() - start
    y.backward()
    swept = time.perf_counter() - start - recorded
    assert math.isclose(x.grad.item(), factor**ops, rel_tol=1e-9)
    return recorded, swept, resident() / 1e9


PARTS = ("loop", "metric", "dropped", "chain")


@click.command(help=__doc__)
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="Run only this part.")
@click.option("--iterations", default=1_000_000, show_default=True, type=click.IntRange(100))
@click.option("--ops", default=10_000_000, show_default=True, type=click.IntRange(1))
@click.option("--json", "path", type=click.Path(dir_okay=False), help="Write the figures here.")
def main(only, iterations, ops, path):
    parts = only or PARTS
    rows = []
    loops = {
        "loop": ("training loop", {}),
        "metric": ("training loop, a metric kept each 1,000", {"keep_metrics": True}),
        "dropped": ("graphs dropped without backward", {"drop": True}),
    }
    for part, (name, options) in loops.items():
        if part in parts:
            start = time.perf_counter()
            growth = training(iterations, **options)
            step = (time.perf_counter() - start) / iterations * 1e6
            title = f"{name}, {iterations:,} iterations: resident growth"
            rows.append(Row(title, growth, unit="MB", target=GROWTH))
            rows.append(Row(f"{name}: one iteration", step, unit="us"))
            click.echo(f"{part} done", err=True)
    if "chain" in parts:
        recorded, swept, gigabytes = chain(ops)
        rows.append(Row(f"chain of {ops:,} scalar ops, forward", recorded, unit="seconds"))
        rows.append(Row(f"chain of {ops:,} scalar ops, backward", swept, unit="seconds"))
        rows.append(Row("resident set after it", gigabytes, unit="GB"))
    show(rows, "memory")
    if path:
        write_json(path, rows)


if __name__ == "__main__":
    main()
