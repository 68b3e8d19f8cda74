"""Seeds give PyTorch's numbers.

golden/random.json holds PyTorch's draws; golden/make_random.py writes it and chooses which elements
of long draws are kept.
"""

from __future__ import annotations

import base64
import copy
import json
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tapegrad import random_streams
from tapegrad.random_streams import Generator

GOLDEN = json.loads(Path(__file__).with_name("golden").joinpath("random.json").read_text())

# Uniforms, integers and permutations agree to the bit. Normals go through log, sin and cos, which
# NumPy and PyTorch round differently in the last place.
TOLERANCE = {"float32": {"rtol": 4e-7, "atol": 3e-7}, "float64": {"rtol": 1e-15, "atol": 1e-15}}


@pytest.fixture(autouse=True)
def _stream() -> Iterator[None]:
    state = random_streams.get_rng_state()
    yield
    random_streams.set_rng_state(state)


def draw(generator: Generator, op: str, *args: Any) -> np.ndarray[Any, Any]:
    if op == "bernoulli" and isinstance(args[0], list):
        return generator.bernoulli(np.array(args[0], args[1]))
    made: np.ndarray[Any, Any] = getattr(generator, op)(*args)
    return made


def kept(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if values.size <= 48:
        return values
    between = np.linspace(20, values.size - 21, 8).astype(int)
    return np.concatenate([values[:20], values[between], values[-20:]])


@pytest.mark.parametrize(
    "record",
    GOLDEN["sequences"],
    ids=[f"{record['seed']}-{record['calls'][0][0]}" for record in GOLDEN["sequences"]],
)
def test_draws_as_pytorch(record: dict[str, Any]) -> None:
    generator = Generator().manual_seed(record["seed"])
    for call, expected in zip(record["calls"], record["drawn"], strict=True):
        values = draw(generator, *call)
        if call[0] in ("rand", "randn", "uniform", "normal"):
            assert values.dtype == call[-1]
        if call[0] in ("randn", "normal"):
            np.testing.assert_allclose(kept(values), expected, **TOLERANCE[call[-1]])
        else:
            assert kept(values).tolist() == expected


def test_state_is_laid_out_as_pytorch() -> None:
    golden = GOLDEN["state"]
    saved = np.frombuffer(base64.b64decode(golden["state"]), np.uint8)
    generator = Generator().manual_seed(golden["seed"])
    generator.randn(1)
    assert generator.get_state().tolist() == saved.tolist()
    other = Generator()
    other.set_state(saved)
    later = np.concatenate([other.randn(3), other.rand(3)])
    np.testing.assert_allclose(later, golden["later"], **TOLERANCE["float32"])
    assert other.initial_seed() == golden["seed"]


@pytest.mark.parametrize("before", [0, 1, 623, 624, 625])
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, Generator.clone_state, lambda g: pickle.loads(pickle.dumps(g))],
    ids=["copy", "deepcopy", "clone_state", "pickle"],
)
def test_duplicates_continue_alike(before: int, duplicate: Any) -> None:
    generator = Generator().manual_seed(8)
    generator.rand(before)
    generator.randn(3)
    other = duplicate(generator)
    assert other is not generator
    assert other.get_state().tolist() == generator.get_state().tolist()
    assert other.randn(5).tolist() == generator.randn(5).tolist()
    assert other.rand(700).tolist() == generator.rand(700).tolist()


def test_default_generator() -> None:
    assert random_streams.manual_seed(4) is random_streams.default_generator
    assert random_streams.initial_seed() == 4
    state = random_streams.get_rng_state()
    first = random_streams.default_generator.rand(5).tolist()
    random_streams.set_rng_state(state)
    assert random_streams.default_generator.rand(5).tolist() == first
    assert random_streams.manual_seed(1.7).initial_seed() == 1


def test_new_generators_start_alike() -> None:
    assert Generator().initial_seed() == 67280421310721
    assert Generator().rand(3).tolist() == Generator().rand(3).tolist()


def test_seed_differs_each_time() -> None:
    generator = Generator()
    first, second = generator.seed(), generator.seed()
    assert first != second
    assert generator.initial_seed() == second


def test_seeding_drops_the_spare_normal() -> None:
    generator = Generator().manual_seed(6)
    expected = generator.randn(2).tolist()
    generator.randn(1)
    assert generator.manual_seed(6).randn(2).tolist() == expected


def test_threads_share_a_stream_without_overlap() -> None:
    generator = Generator().manual_seed(12)
    drawn: list[float] = []

    def work() -> None:
        for _ in range(50):
            drawn.extend(generator.rand(7, np.float64).tolist())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == sorted(Generator().manual_seed(12).rand(1400, np.float64).tolist())


def test_bernoulli_keeps_the_shape_of_its_probabilities() -> None:
    assert Generator().bernoulli(np.full((2, 3), 0.5)).shape == (2, 3)
    assert Generator().bernoulli(0.5).shape == (1,)


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (RuntimeError, "expected a long, but got str", lambda g: g.manual_seed("a")),
        (RuntimeError, "expected a long, but got float", lambda g: g.manual_seed(1.5)),
        (ValueError, "Overflow when unpacking long long", lambda g: g.manual_seed(2**64)),
        (ValueError, "Overflow when unpacking long long", lambda g: g.manual_seed(-(2**63) - 1)),
        (RuntimeError, "got from=5 >= to=5", lambda g: g.randint(5, 5, 1)),
        (ValueError, "Overflow when unpacking long long", lambda g: g.randint(0, 2**63, 1)),
        (RuntimeError, "negative dimension -1", lambda g: g.randperm(-1)),
        (RuntimeError, "from=2 > to=1", lambda g: g.uniform(2, 1, 3)),
        (RuntimeError, "to is out of bounds for float", lambda g: g.uniform(0, 1e39, 3)),
        (RuntimeError, "from is out of bounds", lambda g: g.uniform(float("nan"), 1, 3)),
        (RuntimeError, "exceed the limit", lambda g: g.uniform(-3e38, 3e38, 3)),
        (RuntimeError, "normal expects std >= 0.0, but found std -1", lambda g: g.normal(0, -1, 3)),
        (RuntimeError, r"p to be in \[0, 1\], but got p=1.5", lambda g: g.bernoulli(1.5, 3)),
        (RuntimeError, "p_in >= 0 && p_in <= 1", lambda g: g.bernoulli(np.array([0.5, np.nan]))),
        (TypeError, r"rand\(\) draws float32 or float64, but got int64", lambda g: g.rand(3, int)),
        (RuntimeError, "state size to be 3", lambda g: g.set_state(np.zeros(3, np.uint8))),
        (RuntimeError, "Invalid mt19937", lambda g: g.set_state(np.zeros(5056, np.uint8))),
        (TypeError, "array of uint8, not of float64", lambda g: g.set_state(np.zeros(5056))),
        (
            RuntimeError,
            "must be on the cpu, but got device 'cuda:1'",
            lambda g: Generator("cuda:1"),
        ),
    ],
)
def test_errors(error: type[Exception], match: str, call: Any) -> None:
    with pytest.raises(error, match=match):
        call(Generator())
