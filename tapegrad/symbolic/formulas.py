"""What the commands write and compare besides reports."""

from __future__ import annotations

import keyword
import time
from typing import Any

import numpy as np
import sympy

from tapegrad.engine import from_array
from tapegrad.errors import LiftError
from tapegrad.symbolic import replay
from tapegrad.symbolic.arrays import Array
from tapegrad.symbolic.derivatives import Derived
from tapegrad.symbolic.facts import Facts
from tapegrad.symbolic.findings import Finding, Report, Verdict
from tapegrad.symbolic.grammar import Expression, parse
from tapegrad.symbolic.lifting import MOST_SYMBOLS, symbols_like
from tapegrad.symbolic.limits import OutOfTimeError, at_most
from tapegrad.symbolic.numerics import engine_gradient
from tapegrad.symbolic.picture import picture
from tapegrad.symbolic.report import latex_tape, tex
from tapegrad.symbolic.targets import Target
from tapegrad.symbolic.trace import record
from tapegrad.symbolic.verification import neighbourhood, verify
from tapegrad.symbolic.walk import derivative
from tapegrad.symbolic.zero import Answer, decide_all

# Derivatives ------------------------------------------------------------------------------------


def written(found: Derived, form: str) -> str:
    """Write closed-form derivatives as text, LaTeX or Python.

    Parameters
    ----------
    found : Derived
    form : {'text', 'latex', 'python'}
    """
    if form == "python":
        return _python(found)
    if form == "latex":
        lines = [rf"f = {sympy.latex(found.value)}"]
        for key, value in found.derivatives.items():
            lines.append(rf"{_tex_title(found, key)} = {sympy.latex(value)}")
        return "\n".join(rf"\[{line}\]" for line in lines)
    lines = [f"f = {_plain(found.value)}"]
    lines += [f"{found.title(k)} = {_plain(v)}" for k, v in found.derivatives.items()]
    return "\n".join(lines)


def _tex_title(found: Derived, key: Any) -> str:
    if found.order == "hessian":
        first, second = (tex(found.names[k]) for k in key)
        return rf"\frac{{\partial^2 f}}{{\partial {first}\,\partial {second}}}"
    return tex(f"df/d{found.names[key]}")


def _plain(value: Any) -> str:
    return str(_nested(value))


def _nested(value: Any) -> Any:
    """Lists of the elements of a matrix; a column is a vector."""
    if isinstance(value, sympy.MatrixBase) and value.shape[1] == 1:
        return [row[0] for row in value.tolist()]
    return value.tolist() if isinstance(value, sympy.MatrixBase | sympy.NDimArray) else value


def _python(found: Derived) -> str:
    """A module with a function for the derivative, which takes and gives lists of numbers."""
    names = [f"{n}_" if keyword.iskeyword(n) or n == "math" else n for n in found.names]
    lines = ["import math", "", "", f"def {found.order}({', '.join(names)}):"]
    for name, symbols in zip(names, found.symbols, strict=True):
        unpacked = str(_nested(symbols))
        if symbols.free_symbols and unpacked != name:
            lines.append(f"    {unpacked} = {name}")
    results = [_code(value) for value in found.derivatives.values()]
    made = results[0] if len(results) == 1 else f"({', '.join(results)})"
    return "\n".join([*lines, f"    return {made}"])


def _code(value: Any) -> str:
    nested = _nested(value)
    if isinstance(nested, list):
        return f"[{', '.join(_code(part) for part in nested)}]"
    plain = nested.rewrite(sympy.Piecewise) if nested.has(sympy.Heaviside, sympy.sign) else nested
    try:
        return str(sympy.pycode(plain, fully_qualified_modules=True, strict=True))
    except NotImplementedError as error:
        raise LiftError(f"Python's math has no function for this derivative: {error}") from None


# Closed forms -----------------------------------------------------------------------------------


def verify_against(about: Target, formula: str, **options: Any) -> Report:
    """Compare the closed form that a function should have, and its gradients, with the tape.

    Parameters
    ----------
    about : Target
    formula : str
        For the grammar, in the names of the inputs.
    **options
        As `verify` takes them.

    Returns
    -------
    Report
        With one finding for the values (of input 0) and one for each gradient.
    """
    start = time.monotonic()
    parsed = parse(formula)
    unknown = [name for name in parsed.names if name not in about.names]
    if unknown:
        raise LiftError(
            f"--against holds {unknown[0]}, but the inputs are {', '.join(about.names)}"
        )
    report = verify(about.function, *about.inputs, name=f"{about.name} = {formula}", **options)
    end = start + options["time_limit"]
    findings = tuple(_against(about, report, f, parsed, end) for f in report.findings)
    seconds = time.monotonic() - start
    return Report(report.name, findings, report.trace, report.kinks, seconds, report.notes)


def _against(
    about: Target, report: Report, known: Finding, parsed: Expression, end: float
) -> Finding:
    """The finding on one gradient, given the formula for its function."""
    if known.verdict is Verdict.REFUTED:
        return known
    if sum(a.size for a in about.inputs) > MOST_SYMBOLS:
        why = "the inputs have too many elements for symbols"
        return Finding(known.output, known.input, Verdict.UNDECIDED, why)
    symbols = {n: symbols_like(n, a.shape) for n, a in zip(about.names, about.inputs, strict=True)}
    box = {
        s: about.domain.get(k, neighbourhood(about.inputs[k]))
        for k, n in enumerate(about.names)
        for s in symbols[n].reshape(-1)
    }
    try:
        with at_most(max(end - time.monotonic(), 0.5)):
            mine = _own_form(about, report, known.output, symbols)
            given = parsed.closed_form(symbols)
            if given.shape != mine.shape:
                why = f"the closed form has shape {given.shape}, but the result {mine.shape}"
                return Finding(known.output, known.input, Verdict.REFUTED, why)
            rests = [a - b for a, b in zip(mine.reshape(-1), given.reshape(-1), strict=True)]
            variables = symbols[about.names[known.input]].reshape(-1)
            slopes = [derivative(rest, s) for rest in rests for s in variables]
    except OutOfTimeError:
        why = "the time for the closed form was not enough"
        return Finding(known.output, known.input, Verdict.UNDECIDED, why)
    here = {
        s: sympy.Rational(float(v))
        for n, a in zip(about.names, about.inputs, strict=True)
        for s, v in zip(symbols[n].reshape(-1), np.asarray(a).reshape(-1), strict=True)
    }
    if not report.kinks and _differ(about, parsed, known.output, symbols, {}):
        return _judged(known, Answer.NOT_ZERO, True, here)
    left = max(end - time.monotonic(), 0.5)
    answer, k, point = decide_all([*rests, *slopes], box, left, here)
    if answer is Answer.NOT_ZERO and not _differ(about, parsed, known.output, symbols, point):
        answer = Answer.UNKNOWN  # only beyond a branch that was not taken
    return _judged(known, answer, k < len(rests), point)


def _own_form(about: Target, report: Report, output: int, symbols: dict[str, Array]) -> Array:
    """Closed form of a result, with all branches if it comes from an expression."""
    if about.expression is not None:
        return about.expression.closed_form(symbols)
    values = replay.forward(report.trace, list(symbols.values()))
    return values[report.trace.outputs[output]]


def _differ(
    about: Target, parsed: Expression, output: int, symbols: dict[str, Array], point: dict[Any, Any]
) -> bool:
    """Whether a function and a formula differ at a point in values or gradients of floats."""
    points = []
    for of, given in zip(symbols.values(), about.inputs, strict=True):
        flat = [
            float(point.get(s, v)) for s, v in zip(of.flat, np.asarray(given).flat, strict=True)
        ]
        points.append(np.array(flat).reshape(of.shape))
    found = []
    for function, which in ((about.function, output), (parsed.function(about.names), 0)):
        recorded = record(function, points)[1]
        gradients = [engine_gradient(recorded, which, k) for k in range(len(points))]
        parts = [recorded.outputs[which].detach().numpy(), *gradients]
        empty = [np.zeros_like(a) for a in (parts[0], *points)]
        found.append([e if p is None else p for p, e in zip(parts, empty, strict=True)])
    pairs = zip(*found, strict=True)
    return not all(np.allclose(a, b, rtol=1e-6, atol=1e-9) for a, b in pairs)


def _judged(known: Finding, answer: Answer, is_value: bool, point: dict[Any, Any]) -> Finding:
    what = "value" if is_value else "gradient"
    facts: dict[str, Any] = {
        "worst_ulp": known.worst_ulp,
        "points": known.points,
        "closed_form": known.closed_form,
    }
    if answer is Answer.NOT_ZERO:
        at = ", ".join(f"{s} = {float(v):.6g}" for s, v in point.items())
        why = f"the closed form has another {what} at {at or 'every point'}"
        return Finding(known.output, known.input, Verdict.REFUTED, why, **facts)
    if answer is Answer.UNKNOWN:
        why = f"the algebra did not decide whether the closed form has this {what}; {known.how}"
        return Finding(known.output, known.input, Verdict.UNDECIDED, why, **facts)
    why = f"the closed form has this value and gradient, by algebra; {known.how}"
    return Finding(known.output, known.input, known.verdict, why, **facts)


# Tapes ------------------------------------------------------------------------------------------


def tape_text(about: Target, form: str) -> str:
    """Write the tape of a function as a table, in DOT, as SVG or as a table of LaTeX.

    Parameters
    ----------
    about : Target
    form : {'table', 'dot', 'svg', 'latex'}
    """
    from tapegrad.autograd.functions import grad

    trace, recorded = record(about.function, about.inputs)
    if form in ("table", "dot"):
        tape = recorded.tape
        if form == "dot":
            return tape.to_dot()
        outputs = [out for out in recorded.outputs if out.requires_grad]
        leaves = [leaf for leaf in recorded.leaves if leaf.requires_grad]
        tape.keep_adjoints = True
        if outputs and leaves:
            ones = [from_array(np.ones(tuple(out.shape)), out.dtype) for out in outputs]
            grad(outputs, leaves, ones, retain_graph=True, allow_unused=True)
            del ones
        return str(tape)
    facts = Facts.of(Report(about.name, (), trace, (), 0.0), about.names)
    if form == "latex":
        return latex_tape(facts)
    drawn = picture(facts)
    if not drawn:
        raise LiftError(f"a tape of {len(trace)} rows is too long to be drawn: use --format table")
    return drawn
