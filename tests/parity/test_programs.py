"""Random programs do in tapegrad, line for line, what they do in PyTorch."""

from __future__ import annotations

import os
import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from observing import plain, words
from programs import programs, tensors

import tapegrad

pytestmark = pytest.mark.parity
COUNT = int(os.environ.get("TAPEGRAD_PARITY", "400"))

#: Relative and absolute difference that rounding explains.
TOLERANCE = 2e-5
#: What only PyTorch refuses (docs/differences.md); from there on the programs differ.
ALLOWED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor",
    "is a view and its base or another view of its base has been modified inplace",
    "one of the variables needed for gradient computation has been modified",
)
#: What only tapegrad refuses.
REFUSED = "unsupported operation: more than one element of the written-to tensor refers to"
#: Of two things that are wrong with a line, another one may be named first.
LEAF = "leaf Variable that requires grad is being used in an in-place operation"
#: Which of the dimensions is named depends on which is looked at first.
VARIED = "is out of bounds for dimension"
State = dict[str, Any]


def run(line: str, space: dict[str, Any]) -> tuple[str, str]:
    """Kind and words of the exception of a line, or empty strings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(line, space)
        except Exception as error:
            return type(error).__name__, words(plain(str(error)))
    return "", ""


def graph(node: Any, depth: int = 6) -> Any:
    """Names of the nodes above one, with the outputs that they are."""
    if node is None or depth == 0:
        return None
    return type(node).__name__, [(graph(above, depth - 1), k) for above, k in node.next_functions]


def facts(x: Any) -> State:
    """All of a tensor but its elements, and but what is free or meant to differ."""
    found = {
        "shape": tuple(x.shape),
        "dtype": plain(str(x.dtype)),
        "retains_grad": x.retains_grad,
        "version": x._version,
        # Where there are no steps to make, strides are free, and ours are sometimes others.
        "stride": [s for n, s in zip(x.shape, x.stride(), strict=True) if n > 1 and x.numel()],
    }
    if x.is_floating_point():
        found |= {"requires_grad": x.requires_grad, "leaf": x.is_leaf}
    if x.numel():
        found["offset"] = x.storage_offset()
        if x.is_floating_point():
            found["graph"] = graph(x.grad_fn)
    return found


def values(x: Any) -> Any:
    """The elements."""
    return np.array(x.detach().numpy())


def gradient(x: Any) -> Any:
    """`x.grad` without the warning of non-leaves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x.grad


def same_elements(ours: Any, theirs: Any) -> bool:
    """Whether two tensors are equal up to rounding; NaN is equal to NaN."""
    a, b = values(ours), values(theirs)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind != "f":
        return bool((a == b).all())
    scale = max(1.0, float(np.abs(b[np.isfinite(b)]).max(initial=0.0)))
    return bool(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE * scale, equal_nan=True))


def aliases(space: dict[str, Any], names: list[str]) -> dict[str, list[str]]:
    """For each tensor the ones that start at the same address."""
    return {
        a: [b for b in names if space[b].numel() and space[b].data_ptr() == space[a].data_ptr()]
        for a in names
        if space[a].numel()
    }


def readable(space: dict[str, Any]) -> bool:
    """Whether PyTorch gives the nodes of all tensors: not those of some views after a write."""
    try:
        for name in tensors(space):
            space[name].grad_fn  # noqa: B018
    except RuntimeError:
        return False
    return True


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> str | None:
    """Say what differs in two namespaces."""
    names = tensors(theirs)
    for name in names:
        a, b = ours.get(name), theirs[name]
        if not isinstance(a, tapegrad.Tensor):
            return f"{name} is {a!r}"
        found, expected = facts(a), facts(b)
        if found != expected:
            unlike = [key for key in expected if found[key] != expected[key]]
            return "\n".join(f"{name}.{k}: {found[k]!r}, not {expected[k]!r}" for k in unlike)
        if not same_elements(a, b):
            return f"{name} is {values(a).tolist()}, not {values(b).tolist()}"
        ga, gb = gradient(a), gradient(b)
        if (ga is None) != (gb is None):
            return f"{name}.grad is {ga!r}, not {gb!r}"
        if gb is not None and not same_elements(ga, gb):
            return f"{name}.grad is {values(ga).tolist()}, not {values(gb).tolist()}"
    found_aliases, expected_aliases = aliases(ours, names), aliases(theirs, names)
    if found_aliases != expected_aliases:
        return f"memory is shared by {found_aliases}, not {expected_aliases}"
    return None


def alike(kind: str, text: str, kind2: str, text2: str) -> bool:
    """Whether an exception is the one that PyTorch raises."""
    if LEAF in text2:
        return bool(kind)
    return kind == kind2 and (VARIED in text2 or text.startswith(text2))


def disagreement(lines: list[str]) -> str | None:
    """Run a program in both libraries; give the first difference."""
    spaces: list[dict[str, Any]] = [{"torch": package} for package in (tapegrad, torch)]
    ours, theirs = spaces
    try:
        for number, line in enumerate(lines):
            (kind, text), (kind2, text2) = run(line, ours), run(line, theirs)
            differs = text.startswith(REFUSED) or any(allowed in text2 for allowed in ALLOWED)
            if differs or not readable(theirs):
                return None
            problem = None
            if not alike(kind, text, kind2, text2):
                problem = f"raised {kind}: {text}\nnot    {kind2}: {text2}"
            problem = problem or compare(ours, theirs)
            if problem:
                return "\n".join([*lines[: number + 1], "", problem])
        return None
    finally:
        reset(ours, tapegrad)
        reset(theirs, torch)


def reset(space: dict[str, Any], package: ModuleType) -> None:
    """Let go of the tensors of a program."""
    space.clear()
    package.set_grad_enabled(True)


@settings(
    max_examples=COUNT,
    derandomize=True,
    deadline=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(programs())
def test_programs(lines: list[str]) -> None:
    problem = disagreement(lines)
    if problem:
        pytest.fail(problem, pytrace=False)
