"""Tensors print as PyTorch prints them.

golden/printing.json holds PyTorch's text; golden/make_printing.py writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tapegrad import dtypes, printing

RECORDS = json.loads(Path(__file__).with_name("golden").joinpath("printing.json").read_text())
BY_NAME = {each.name: each for each in dtypes.BY_CODE}


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    default = dtypes.get_default_dtype()
    with printing.printoptions(profile="default"):
        yield
    dtypes.set_default_dtype(default)


def values_of(record: dict[str, Any]) -> np.ndarray[Any, Any]:
    dtype = BY_NAME[record["dtype"]].numpy
    shape = record["shape"]
    if "arange" in record:
        start, step = record["arange"]
        return (start + step * np.arange(math.prod(shape))).astype(dtype).reshape(shape)
    data = [float(value) if isinstance(value, str) else value for value in record["data"]]
    return np.array(data, dtype).reshape(shape)


@pytest.mark.parametrize("record", RECORDS, ids=range(len(RECORDS)))
def test_prints_as_pytorch(record: dict[str, Any]) -> None:
    dtypes.set_default_dtype(BY_NAME[record.get("default", "float32")])
    printing.set_printoptions(**record.get("options", {}))
    text = printing.format_tensor(
        values_of(record), dtype=BY_NAME[record["dtype"]], suffixes=record.get("suffixes", [])
    )
    assert text == record["text"]


def test_records_are_many() -> None:
    assert len(RECORDS) >= 200


def test_device_comes_before_size_and_dtype() -> None:
    text = printing.format_tensor(
        np.zeros((0, 3)),
        dtype=dtypes.float64,
        suffixes=["device='cuda:0'", "requires_grad=True"],
    )
    assert text == (
        "tensor([], device='cuda:0', size=(0, 3), dtype=tapegrad.float64,\n"
        "       requires_grad=True)"
    )


def test_layout_in_memory_does_not_matter() -> None:
    straight = np.arange(12.0, dtype=np.float32).reshape(3, 4)
    turned = np.asfortranarray(straight)[::-1].T
    same = np.ascontiguousarray(turned)
    assert printing.format_tensor(turned, dtype=dtypes.float32) == printing.format_tensor(
        same, dtype=dtypes.float32
    )


def test_extreme_ratios_do_not_warn() -> None:
    values = np.array([1e308, 5e-324])
    text = printing.format_tensor(values, dtype=dtypes.float64)
    assert text == "tensor([1.0000e+308, 4.9407e-324], dtype=tapegrad.float64)"


def test_options_start_from_a_profile() -> None:
    printing.set_printoptions(profile="short", linewidth=100)
    assert printing.get_printoptions() == {
        "precision": 2,
        "threshold": 1000,
        "edgeitems": 2,
        "linewidth": 100,
        "sci_mode": None,
    }


def test_sci_mode_goes_back_to_automatic() -> None:
    printing.set_printoptions(sci_mode=True)
    printing.set_printoptions(precision=3)
    assert printing.get_printoptions()["sci_mode"] is None


def test_printoptions_restores_after_an_error() -> None:
    before = printing.get_printoptions()
    with pytest.raises(KeyError), printing.printoptions(precision=1, sci_mode=True):
        raise KeyError
    assert printing.get_printoptions() == before


def test_unknown_profile_is_ignored() -> None:
    before = printing.get_printoptions()
    printing.set_printoptions(profile="x")
    assert printing.get_printoptions() == before
