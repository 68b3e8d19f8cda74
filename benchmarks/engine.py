"""tapegrad against PyTorch (and HIPS autograd) in one process, one thread each.

Peers that are not installed are left out: ``pip install 'tapegrad[peers]'`` has them. Before
anything is timed, values and gradients of all libraries are compared.
"""

from timing import one_thread

if __name__ == "__main__":
    one_thread()

import gc
import statistics
import time

import click
import numpy as np
from timing import Row, compare, resident, show, timed, write_json

import tapegrad
from tapegrad_kernels.abi import BYTES_PER_ROW

try:
    import torch
except ImportError:
    torch = None
else:
    torch.set_num_threads(1)
try:
    import autograd
    import autograd.numpy as anp
except ImportError:
    autograd = None

LIBRARIES = {"tapegrad": tapegrad} | ({"PyTorch": torch} if torch else {})


def check(results, rtol):
    """Compare what the libraries computed; `results` maps each to a list of numbers or arrays.

    Errors are measured against the largest element, since elements may cancel to nearly zero.
    """
    (_, first), *others = results.items()
    for name, found in others:
        for mine, its in zip(first, found, strict=True):
            message = f"tapegrad differs from {name}"
            near = rtol * np.max(np.abs(its))
            np.testing.assert_allclose(mine, its, rtol=0, atol=near, err_msg=message)


def split(functions):
    """Part our function from those of the peers."""
    functions = dict(functions)
    return functions.pop("tapegrad"), functions


def numbers(*tensors):
    return [t.detach().numpy().copy() for t in tensors]


# Scalar chains ------------------------------------------------------------------------------------


def scalar_chain(lib, steps):
    """x = sin(x) * a + b in float64, with the gradient for x, a and b."""

    def run():
        x0 = x = lib.tensor(0.5, dtype=lib.float64, requires_grad=True)
        a = lib.tensor(0.9, dtype=lib.float64, requires_grad=True)
        b = lib.tensor(0.1, dtype=lib.float64, requires_grad=True)
        for _ in range(steps):
            x = x.sin() * a + b
        x.backward()
        return x, x0.grad, a.grad, b.grad

    return run


def hips_chain(steps):
    def value(p):
        x, a, b = p
        for _ in range(steps):
            x = anp.sin(x) * a + b
        return x

    gradient = autograd.value_and_grad(value)
    return lambda: gradient((0.5, 0.9, 0.1))


def chain(rounds):
    functions = {name: scalar_chain(lib, 1000) for name, lib in LIBRARIES.items()}
    results = {name: numbers(*run()) for name, run in functions.items()}
    if autograd:
        functions["HIPS autograd"] = hips_chain(1000)
        value, gradient = functions["HIPS autograd"]()
        results["HIPS autograd"] = [value, *gradient]
    check(results, 1e-12)
    ours, peers = split(functions)
    yield compare("scalar chain, 1,000 steps", ours, peers, rounds=rounds, target=8)


def long_chain(rounds):
    """Time per op at 100,000 steps over that at 1,000."""
    short = {name: scalar_chain(lib, 1_000) for name, lib in LIBRARIES.items()}
    long = {name: scalar_chain(lib, 100_000) for name, lib in LIBRARIES.items()}
    check({name: numbers(*run()) for name, run in long.items()}, 1e-12)
    for name in LIBRARIES:
        growth, per_op = [], []
        for _ in range(max(3, rounds // 2)):
            at_short = timed(short[name], 100) / 100 / 3e3
            at_long = timed(long[name], 1) / 3e5
            growth.append(at_long / at_short)
            per_op.append(at_long)
        middle = statistics.median(growth)
        label = f"chain, 100,000 steps: time per op over that at 1,000, {name}"
        yield Row(label, middle, unit="times", target=1.1 if name == "tapegrad" else None)
        label = f"chain, 100,000 steps: time per op, {name}"
        yield Row(label, statistics.median(per_op) * 1e9, unit="ns")


# The seed -----------------------------------------------------------------------------------------


def ten_products(lib):
    s0 = lib.tensor([[0.01, 0.02]])

    def run():
        x = lib.ones(2, 2, requires_grad=True)
        s = s0
        for _ in range(10):
            s = s.mm(x)
        z = s.mean()
        z.backward()
        return z, x.grad

    return run


def seed(rounds):
    functions = {name: ten_products(lib) for name, lib in LIBRARIES.items()}
    check({name: numbers(*run()) for name, run in functions.items()}, 1e-6)
    ours, peers = split(functions)
    yield compare("ten mm of the seed, leaf timed", ours, peers, rounds=rounds, target=10)


# Small ops without a gradient ---------------------------------------------------------------------

SMALL = {
    "a + b": lambda a, b: a + b,
    "a * b": lambda a, b: a * b,
    "a - 2": lambda a, b: a - 2,
    "a / b": lambda a, b: a / b,
    "a.exp()": lambda a, b: a.exp(),
    "a.tanh()": lambda a, b: a.tanh(),
    "a.mm(b)": lambda a, b: a.mm(b),
    "a.t()": lambda a, b: a.t(),
    "a.sum()": lambda a, b: a.sum(),
    "a.mean()": lambda a, b: a.mean(),
}


def small(rounds):
    for name, op in SMALL.items():
        functions, results = {}, {}
        for key, lib in LIBRARIES.items():
            a = lib.tensor([[1.0, 2.0], [3.0, 4.0]])
            b = lib.tensor([[0.5, 0.25], [2.0, 1.0]])
            results[key] = numbers(op(a, b))
            functions[key] = lambda op=op, a=a, b=b: op(a, b)
        check(results, 1e-6)
        ours, peers = split(functions)
        yield compare(f"2x2, no grad: {name}", ours, peers, rounds=rounds, target=2, seconds=0.03)


# Large arrays -------------------------------------------------------------------------------------

LARGE = {
    "elementwise chain": lambda x: ((x * 2.0 + 1.0).tanh() * x - x / 3.0).exp(),
    "sum": lambda x: x.sum(),
    "mean of squares": lambda x: (x * x).mean(),
}


def large(rounds):
    values = np.random.default_rng(0).uniform(-1, 1, 1_000_000)
    for kind in ("float32", "float64"):
        rtol = 1e-5 if kind == "float32" else 1e-12
        for name, op in LARGE.items():
            forward, both, results = {}, {}, {}
            for key, lib in LIBRARIES.items():
                plain = lib.tensor(values.astype(kind))
                leaf = lib.tensor(values.astype(kind)).requires_grad_(True)

                def step(op=op, leaf=leaf):
                    leaf.grad = None
                    out = op(leaf)
                    (out.sum() if out.ndim else out).backward()
                    return out, leaf.grad

                results[key] = numbers(*step())
                forward[key] = lambda op=op, plain=plain: op(plain)
                both[key] = step
            check(results, rtol)
            for label, functions in (("forward", forward), ("forward + backward", both)):
                ours, peers = split(functions)
                title = f"10^6 {kind}, {name}, {label}"
                yield compare(title, ours, peers, rounds=rounds, target=1)


def matrix(rounds):
    generator = np.random.default_rng(1)
    left, right = generator.normal(size=(2, 1000, 1000))
    for kind in ("float32", "float64"):
        functions = {}
        for key, lib in LIBRARIES.items():
            a = lib.tensor(left.astype(kind)).requires_grad_(True)
            b = lib.tensor(right.astype(kind)).requires_grad_(True)

            def step(a=a, b=b):
                a.grad = b.grad = None
                out = a.mm(b).sum()
                out.backward()
                return a.grad, b.grad

            functions[key] = step
        check(
            {k: numbers(*f()) for k, f in functions.items()}, 1e-5 if kind == "float32" else 1e-13
        )
        ours, peers = split(functions)
        title = f"1000x1000 mm, forward + backward, {kind}"
        yield compare(title, ours, peers, rounds=rounds, target=0.95, seconds=0.4)


# The sweep ----------------------------------------------------------------------------------------


FACTOR = 1 - 1e-7


def build(steps):
    x = tapegrad.tensor(0.5, dtype=tapegrad.float64, requires_grad=True)
    a = tapegrad.tensor(FACTOR, dtype=tapegrad.float64, requires_grad=True)
    y = x
    for _ in range(steps):
        y = y * a
    return x, a, y


def sweep(rounds):
    """Reverse sweep and bytes of a scalar node."""
    nodes = 1_000_000
    x, a, y = build(nodes)
    times = []
    for _ in range(rounds):
        x.grad = a.grad = None
        start = time.perf_counter()
        y.backward(retain_graph=True)
        times.append((time.perf_counter() - start) / nodes * 1e9)
    np.testing.assert_allclose(x.grad.item(), FACTOR**nodes, rtol=1e-9)
    median = statistics.median(times)
    yield Row("reverse sweep of a scalar tape, y * a", median, unit="ns/node", target=12)
    yield Row("columns of a row, counted", BYTES_PER_ROW, unit="bytes/node", target=48)
    del x, a, y
    gc.collect()
    nodes = 5_000_000
    tape = tapegrad.Tape(rows=nodes + 1024)
    with tape:
        before = resident()
        chain_of_nodes = build(nodes)
        recorded = (resident() - before) / nodes
        counted = tape.nbytes / len(tape)
        chain_of_nodes[-1].backward()
        swept = (resident() - before) / nodes
    yield Row("Tape.nbytes of a chain of 5,000,000", counted, unit="bytes/node", target=48)
    yield Row("its resident growth, recorded", recorded, unit="bytes/node")
    yield Row("its resident growth, with the sweep's sets", swept, unit="bytes/node")


PARTS = {
    "chain": chain,
    "seed": seed,
    "long_chain": long_chain,
    "small": small,
    "large": large,
    "matrix": matrix,
    "sweep": sweep,
}


@click.command(help=__doc__)
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="Run only this part.")
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1))
@click.option("--json", "path", type=click.Path(dir_okay=False), help="Write the figures here.")
def main(only, rounds, path):
    rows = []
    for name in only or PARTS:
        rows.extend(PARTS[name](rounds))
        click.echo(f"{name} done", err=True)
    peers = [p for p in ("PyTorch", "HIPS autograd") if any(p in row.peers for row in rows)]
    versions = f"tapegrad, PyTorch {torch.__version__}" if torch else "tapegrad; PyTorch is missing"
    show(rows, f"{versions}; one thread, {rounds} interleaved rounds, medians", peers)
    if path:
        write_json(path, rows)


if __name__ == "__main__":
    main()
