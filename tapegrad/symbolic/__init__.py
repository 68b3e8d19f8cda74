"""Gradients that are proved: the tape in SymPy's symbols, and the engine held against them.

`lift` gives closed forms, `derive` their derivatives, `lambdify` goes back onto the tape, and
`verify` compares. `verify_gradient` does so with a gradient that somebody else wrote.
"""

from tapegrad.symbolic.assertions import assert_gradient_matches, assert_gradient_proved
from tapegrad.symbolic.derivatives import Derived, derive
from tapegrad.symbolic.foreign import verify_gradient
from tapegrad.symbolic.grammar import Expression, GrammarError, parse
from tapegrad.symbolic.lambdify import lambdify
from tapegrad.symbolic.lifting import lift
from tapegrad.symbolic.report import render
from tapegrad.symbolic.verification import Counterexample, Finding, Report, Verdict, verify

__all__ = [
    "Counterexample",
    "Derived",
    "Expression",
    "Finding",
    "GrammarError",
    "Report",
    "Verdict",
    "assert_gradient_matches",
    "assert_gradient_proved",
    "derive",
    "lambdify",
    "lift",
    "parse",
    "render",
    "verify",
    "verify_gradient",
]
