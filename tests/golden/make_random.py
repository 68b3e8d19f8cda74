"""Write random.json: what PyTorch's CPU generator draws.

Run ``python tests/golden/make_random.py`` with torch installed. Draws of more than 48 elements are
recorded at some places only: the first and last 20, and eight in between.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

TARGET = Path(__file__).with_name("random.json")

SEEDS = [
    0, 1, 42, 2**31, 2**32 - 1, 2**32, 2**40 + 3, 2**63, 2**64 - 1, -1, -7, -(2**63),
    67280421310721,
]  # fmt: skip
SIZES = [1, 2, 7, 14, 15, 16, 17, 18, 31, 32, 33, 100, 1000]
SPANS = [
    (0, 1), (0, 2), (-5, 5), (0, 1000), (0, 2**28 - 1), (0, 2**28), (-(2**31), 2**31),
    (0, 2**32 + 1),
    (-(2**63), 2**63 - 1), (2**62, 2**62 + 10),
]  # fmt: skip


def sequences() -> Iterator[tuple[int, list[list[Any]]]]:
    """Seeds, and the calls made one after another from each."""
    for seed in SEEDS:
        calls: list[list[Any]] = [["rand", 3, "float32"], ["rand", 3, "float64"]]
        calls += [["randn", 3, "float32"], ["randint", 0, 10, 3], ["randperm", 4]]
        yield seed, calls
    for op in ("rand", "randn"):
        for dtype in ("float32", "float64"):
            for size in SIZES:
                yield 5, [[op, size, dtype], ["rand", 1, "float32"]]
    for low, high in SPANS:
        for size in (1, 7, 100):
            yield 11, [["randint", low, high, size], ["rand", 1, "float32"]]
    for size in (0, 1, 2, 7, 16, 33, 1000):
        yield 3, [["randperm", size], ["rand", 1, "float32"]]
    # The spare normal of an odd small draw waits for the next small draw, of either dtype.
    yield 2, [["randn", 1, "float32"], ["rand", 5, "float32"], ["randn", 1, "float64"]]
    yield 2, [["randn", 3, "float64"], ["randn", 20, "float32"], ["randn", 2, "float32"]]
    yield 2, [["randn", 15, "float32"], ["randn", 15, "float32"], ["randn", 15, "float64"]]
    yield 2, [["randn", 1, "float32"], ["randn", 0, "float32"], ["normal", 1.0, 3.0, 1, "float32"]]
    yield 2, [["randn", 100, "float32"]] * 8
    yield 2, [["rand", 623, "float32"], ["rand", 2, "float64"], ["rand", 622, "float32"]]
    for dtype in ("float32", "float64"):
        for low, high in ((0.0, 1.0), (-1.0, 1.0), (0.1, 0.3), (-1000.0, 0.001)):
            yield 9, [["uniform", low, high, 100, dtype], ["rand", 1, "float32"]]
        for size in (1, 15, 16, 33):
            yield 9, [["normal", -2.0, 0.3, size, dtype], ["rand", 1, "float32"]]
        yield 9, [["bernoulli", [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], dtype], ["rand", 1, "float32"]]
    for p in (0.0, 0.3, 0.5, 1.0):
        yield 9, [["bernoulli", p, 33], ["rand", 1, "float32"]]


def draw(generator: torch.Generator, op: str, *args: Any) -> torch.Tensor:
    """Make one call."""
    if op in ("rand", "randn"):
        size, dtype = args
        return getattr(torch, op)(size, dtype=getattr(torch, dtype), generator=generator)
    if op in ("uniform", "normal"):
        first, second, size, dtype = args
        empty = torch.empty(size, dtype=getattr(torch, dtype))
        return getattr(empty, op + "_")(first, second, generator=generator)
    if op == "randint":
        low, high, size = args
        return torch.randint(low, high, (size,), generator=generator)
    if op == "randperm":
        return torch.randperm(*args, generator=generator)
    if isinstance(args[0], list):
        chances = torch.tensor(args[0], dtype=getattr(torch, args[1]))
        return torch.bernoulli(chances, generator=generator).bool()
    # PyTorch draws this one with another library on Intel processors; run it on another make.
    return torch.empty(args[1]).bernoulli_(args[0], generator=generator).bool()


def places(size: int) -> list[int]:
    """Which elements of a draw are recorded."""
    if size <= 48:
        return list(range(size))
    between = np.linspace(20, size - 21, 8).astype(int).tolist()
    return [*range(20), *between, *range(size - 20, size)]


def text() -> str:
    """The records as they are written, one to a line."""
    records = []
    for seed, calls in sequences():
        generator = torch.Generator().manual_seed(seed)
        drawn = []
        for call in calls:
            values = draw(generator, *call).tolist()
            drawn.append([values[place] for place in places(len(values))])
        records.append({"seed": seed, "calls": calls, "drawn": drawn})
    generator = torch.Generator().manual_seed(2**40 + 3)
    torch.randn(1, generator=generator)
    saved = base64.b64encode(generator.get_state().numpy().tobytes()).decode()
    later = (
        torch.randn(3, generator=generator).tolist() + torch.rand(3, generator=generator).tolist()
    )
    state = {"seed": 2**40 + 3, "state": saved, "later": later}
    lines = ",\n".join(json.dumps(record) for record in records)
    return f'{{"sequences": [\n{lines}\n],\n"state": {json.dumps(state)}}}\n'


def main() -> None:
    """Write the records."""
    TARGET.write_text(text())


if __name__ == "__main__":
    main()
