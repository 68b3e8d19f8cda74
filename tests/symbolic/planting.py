"""Make rules of the op table wrong on purpose."""

from __future__ import annotations

import contextlib
import dataclasses

from tapegrad.engine import Op
from tapegrad.ops import rules
from tapegrad.ops.elementwise import ELEMENTWISE
from tapegrad.symbolic import elementary

#: Changes of what a rule gives for one input, in methods that tensors and symbols have.
CHANGES = {
    "negated": lambda g, part: -part,
    "doubled": lambda g, part: part * 2,
    "dropped": lambda g, part: part * 0,
    "squared": lambda g, part: part * part,
    "turned": lambda g, part: part.flip(list(range(part.ndim))) if part.ndim else part * 3,
    "rolled": lambda g, part: part.roll(1, part.ndim - 1) if part.ndim else part * 5,
}

PARTIAL_CHANGES = {
    "negated": lambda S, p, a: -p,
    "doubled": lambda S, p, a: 2 * p,
    "dropped": lambda S, p, a: S.Integer(0),
    "with a term more": lambda S, p, a: p + a[0],
    "with a factor more": lambda S, p, a: p * (1 + a[0] ** 2),
}


@contextlib.contextmanager
def wrong_rule(name, change, k):
    """Change what the rule of a structured op gives for its input `k`, in engine and in symbols."""
    code = Op[name.upper()]
    right = rules._BY_OPCODE[code]

    def rule(step):
        parts = list(right.rule(step))
        if k < len(parts) and parts[k] is not None:
            parts[k] = change(step.gradient, parts[k])
        return tuple(parts)

    rules._BY_OPCODE[code] = dataclasses.replace(right, rule=rule)
    try:
        yield
    finally:
        rules._BY_OPCODE[code] = right


@contextlib.contextmanager
def wrong_partial(name, change, k):
    """Declare another partial of an elementwise op; the kernels stay as they are."""
    right = elementary._BY_NAME[name]
    source = elementary.derivation(name)
    expression = source.partial(k)

    def partial(S, *operands):
        given = dict(zip([*source.inputs, source.output], operands, strict=True))
        return change(S, expression.xreplace(given), operands)

    partials = [right.stable_partial(j) for j in range(right.arity)]
    partials[k] = partial
    _declare(dataclasses.replace(right, partials=tuple(partials)))
    try:
        yield
    finally:
        _declare(right)


def _declare(op):
    elementary._BY_NAME[op.name] = op
    elementary.derivation.cache_clear()
    elementary._function.cache_clear()


DECLARED = [(op.name, k) for op in ELEMENTWISE for k, partial in enumerate(op.partials) if partial]
