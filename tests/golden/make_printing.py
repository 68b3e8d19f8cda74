"""Write printing.json: tensors and what PyTorch prints for them.

Run ``python tests/golden/make_printing.py`` with torch installed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

TARGET = Path(__file__).with_name("printing.json")
nan, inf = math.nan, math.inf

FLOATS: list[Any] = [
    [1.0], [0.0], [-0.0], [1.5], [-1.5, 2.25], [1.0, -2.0, 30.0], [0.1, 0.25, 0.0], [0.0, 0.0],
    [nan], [inf], [-inf, inf, nan], [nan, 1.0], [nan, 1.5], [inf, 0.0], [-inf, 0.5],
    [0.0, nan, 12.0],
    [0.5, 400.0], [0.5, 500.0], [0.5, 600.0], [-0.5, 600.0], [1e5, 2.0], [1e5, 1e5], [1e8],
    [1.00001e8],
    [123456789.0], [1e-4], [1.0001e-4], [9e-5], [1e-5, 0.0], [1e-5, nan, -inf], [1e-45],
    [1e30, 1.0],
    [3.4028234663852886e38], [1000.0, 1.0], [1001.0, 1.0], [1000.5, 1.0], [1002.5, 1.0], [0.99999],
    [0.99995, 0.00012], [2.0**24, 2.0**24 + 2], [16777217.5], [-0.0, 1.5], [-0.0, 2.0],
    [1 / 3, 2 / 3],
    [99.99999], [0.00005, 0.04],
]  # fmt: skip
INTEGERS: list[Any] = [
    [0], [1, -1], [1, 22, 333], [-5, 1000000], [2**31 - 1, -(2**31)], [7] * 30, list(range(-3, 40)),
]  # fmt: skip
OPTIONS: list[dict[str, Any]] = [
    {"precision": 2}, {"precision": 0}, {"precision": 9}, {"profile": "short"}, {"linewidth": 20},
    {"linewidth": 1}, {"sci_mode": True}, {"sci_mode": False}, {"threshold": 5},
    {"profile": "full"},
    {"threshold": 5, "edgeitems": 1}, {"threshold": 5, "edgeitems": 0}, {"edgeitems": 0},
    {"precision": 6, "linewidth": 50, "threshold": 10, "edgeitems": 2},
]  # fmt: skip


def cases() -> Iterator[dict[str, Any]]:
    """Everything a record holds but its text."""
    for number, data in enumerate(FLOATS):
        yield {"data": data, "shape": [len(data)], "dtype": ("float32", "float64")[number % 2]}
        if len(data) == 1:
            yield {"data": data, "shape": [], "dtype": ("float64", "float32")[number % 2]}
    for number, data in enumerate(INTEGERS):
        yield {"data": data, "shape": [len(data)], "dtype": ("int64", "int32")[number % 2]}
    yield {"data": [-(2**63), 2**63 - 1], "shape": [1, 2], "dtype": "int64"}
    yield {"data": [7], "shape": [], "dtype": "int64"}
    yield {"data": [7], "shape": [], "dtype": "int32"}
    for shape in ([], [1], [1, 1]):
        yield {"data": [True], "shape": shape, "dtype": "bool"}
    yield {"data": [True, False, False, False], "shape": [2, 2], "dtype": "bool"}
    for dtype in ("float32", "float64", "int64", "bool"):
        for shape in ([0], [0, 3], [2, 0], [1, 0, 2]):
            yield {"data": [], "shape": shape, "dtype": dtype}
    for default in ("float32", "float64"):
        for dtype in ("float32", "float64", "int64", "int32", "bool"):
            yield {"data": [1, 0], "shape": [2], "dtype": dtype, "default": default}
    for shape in (
        [1001],
        [1000],
        [2000],
        [7, 200],
        [200, 7],
        [2, 600, 1],
        [10, 20, 10],
        [3, 2, 400],
    ):
        for dtype, step in (("int64", 1), ("float32", 0.25), ("float64", -3.0)):
            yield {"arange": [0, step], "shape": shape, "dtype": dtype}
    for shape in ([2, 2], [3, 1], [2, 3, 4], [2, 1, 2, 2], [1, 1, 1, 1, 1], [4, 30]):
        for dtype, start, step in (("float32", -1.5, 0.37), ("int64", -7, 3)):
            yield {"arange": [start, step], "shape": shape, "dtype": dtype}
    for options in OPTIONS:
        yield {"arange": [-2.5, 0.7], "shape": [3, 8], "dtype": "float32", "options": options}
        yield {"arange": [0, 11], "shape": [2, 9, 2], "dtype": "int32", "options": options}
        yield {"data": [0.0, 3.0, nan], "shape": [3], "dtype": "float64", "options": options}
        yield {"data": [2.5], "shape": [], "dtype": "float32", "options": options}
    for length in range(1, 18):
        suffix = ("requires_grad=True", "grad_fn=<MulBackward0>")[length % 2]
        dtype = ("float32", "float64")[length // 9]
        yield {"arange": [0.5, 0.5], "shape": [length], "dtype": dtype, "suffixes": [suffix]}
    for shape, dtype in (([2, 3, 2], "float64"), ([0, 3], "float64"), ([], "float32")):
        yield {
            "arange": [1.0, 2.0], "shape": shape, "dtype": dtype, "suffixes": ["requires_grad=True"]
        }  # fmt: skip


def printed(case: dict[str, Any]) -> str:
    """What torch prints for a case."""
    dtype, shape = getattr(torch, case["dtype"]), case["shape"]
    if "arange" in case:
        start, step = case["arange"]
        flat = torch.from_numpy(start + step * np.arange(math.prod(shape))).to(dtype)
    else:
        flat = torch.tensor(case["data"], dtype=dtype)
    suffix = case.get("suffixes", [""])[0]
    tensor = flat.reshape(shape).requires_grad_(bool(suffix))
    if suffix.startswith("grad_fn"):
        tensor = tensor * 1
    torch.set_default_dtype(getattr(torch, case.get("default", "float32")))
    torch.set_printoptions(**{"profile": "default", **case.get("options", {})})
    try:
        return repr(tensor)
    finally:
        torch.set_default_dtype(torch.float32)


def is_portable(text: str, linewidth: int) -> bool:
    """Whether the text breaks at the same places when the dtype's name is three letters longer."""
    return not any(
        "dtype=" in line and linewidth - 5 < len(line) <= linewidth for line in text.split("\n")
    )


def plain(value: Any) -> Any:
    """JSON has no infinities."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def text() -> str:
    """The records as they are written, one to a line."""
    records = []
    for case in cases():
        shown = printed(case)
        if is_portable(shown, case.get("options", {}).get("linewidth", 80)):
            if "data" in case:
                case["data"] = [plain(value) for value in case["data"]]
            records.append({**case, "text": shown.replace("torch.", "tapegrad.")})
    lines = ",\n".join(json.dumps(record) for record in records)
    return f"[\n{lines}\n]\n"


def main() -> None:
    """Write the records."""
    TARGET.write_text(text())


if __name__ == "__main__":
    main()
