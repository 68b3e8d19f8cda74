"""Each rule that a person wrote, made wrong on purpose, is refuted and named."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from planting import CHANGES, DECLARED, PARTIAL_CHANGES, wrong_partial, wrong_rule

from tapegrad.ops.structured import STRUCTURED
from tapegrad.symbolic import Verdict, verify
from tapegrad.symbolic.elementary import derivation
from tapegrad.symbolic.numerics import swept_gradient
from tapegrad.symbolic.proof_programs import NOT_PROVABLE, programs_of
from tapegrad.symbolic.trace import record

#: Rules that give zero, whatever is done to them.
FLAT = {"zero", "fill", "round_decimals", "div_rounded", "not_implemented"}
NAMES = [op.name for op in STRUCTURED if op.name not in NOT_PROVABLE and op.name not in FLAT]
#: Inputs of the rules: the first, the second and the variadic ones.
PLACES = (0, 1, 2, 3)


def gradients(programs):
    """What the rules give for all programs, to tell changes that change nothing."""
    found = []
    for program in programs:
        trace, _ = record(program.function, program.inputs)
        for output in range(len(trace.outputs)):
            adjoints = swept_gradient(trace, program.inputs, output)[1]
            for k, place in enumerate(trace.inputs):
                if program.inputs[k].dtype.kind == "f":
                    found.append(adjoints.get(place, np.zeros(program.inputs[k].shape)))
    return found


def differ(ours, theirs):
    return any(not np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def refutation(programs):
    for program in programs:
        report = verify(program.function, *program.inputs, points=1, time_limit=5)
        for finding in report.findings:
            if finding.verdict is Verdict.REFUTED:
                return finding
    return None


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_rule_is_refuted_and_named(name):
    programs = programs_of(name)
    right = gradients(programs)
    changed = 0
    for kind, change in CHANGES.items():
        for k in PLACES:
            with wrong_rule(name, change, k):
                if not differ(gradients(programs), right):
                    continue
                changed += 1
                finding = refutation(programs)
            assert finding is not None, (kind, k)
            assert finding.counterexample.culprit.startswith(f"{name} (row"), (kind, k)
            assert finding.counterexample.expected != finding.counterexample.got
    assert changed >= 3, "the changes of this rule change nothing"


@pytest.mark.parametrize(("name", "k"), DECLARED)
def test_a_wrong_partial_is_refuted_and_named(name, k):
    source = derivation(name)
    right = source.partial(k)
    changed = 0
    for kind, change in PARTIAL_CHANGES.items():
        if change(sympy, right, source.inputs) == right:
            continue
        changed += 1
        with wrong_partial(name, change, k):
            finding = refutation(programs_of(name))
        assert finding is not None, kind
        assert finding.counterexample.culprit.startswith(f"{name} (row"), kind
    assert changed


def test_the_right_rules_are_back():
    for name in ("mm", "maximum"):
        assert refutation(programs_of(name)) is None
