"""No right gradient of a random function is refuted, and few are left undecided."""

from __future__ import annotations

import collections
import os

from random_functions import random_function

from tapegrad.symbolic import Verdict, verify

#: The whole run is that of `TAPEGRAD_RANDOM_FUNCTIONS=500`.
COUNT = int(os.environ.get("TAPEGRAD_RANDOM_FUNCTIONS", "25"))


def test_random_functions_are_not_refuted():
    verdicts = collections.Counter()
    for seed in range(COUNT):
        function, inputs, text = random_function(seed)
        report = verify(function, *inputs, points=3, time_limit=6)
        assert report.verdict is not Verdict.REFUTED, (seed, text, report.findings)
        verdicts[report.verdict] += 1
    assert verdicts[Verdict.UNDECIDED] <= COUNT / 20, verdicts
    assert verdicts[Verdict.PROVED] >= COUNT * 0.9
    assert sum(verdicts.values()) == COUNT


def test_a_seed_gives_one_function():
    assert random_function(3)[2] == random_function(3)[2] != random_function(4)[2]
