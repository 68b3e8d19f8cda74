"""Assertions about gradients, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.symbolic.findings import Report, Verdict
from tapegrad.symbolic.foreign import verify_gradient
from tapegrad.symbolic.report import render
from tapegrad.symbolic.verification import verify


def assert_gradient_proved(function: Callable[..., Any], *inputs: Any, **options: Any) -> Report:
    """Fail unless the gradient of a function is proved.

    Parameters
    ----------
    function : callable
    *inputs : tensor, array_like or number
    **options
        As `verify` takes them.

    Returns
    -------
    Report

    Examples
    --------
    >>> from tapegrad.symbolic import assert_gradient_proved
    >>> assert_gradient_proved(lambda x: x.exp() * x, 0.5).verdict
    <Verdict.PROVED: 'PROVED'>
    """
    __tracebackhide__ = True
    return _required(verify(function, *inputs, **options), (Verdict.PROVED,))


def assert_gradient_matches(
    function: Callable[..., Any], gradient: Callable[..., Any], *inputs: Any, **options: Any
) -> Report:
    """Fail unless a hand-written gradient is that of a function: proved, or verified in numbers.

    Parameters
    ----------
    function, gradient : callable
    *inputs : tensor, array_like or number
    **options
        As `verify_gradient` takes them.

    Returns
    -------
    Report

    Examples
    --------
    >>> import numpy as np
    >>> from tapegrad.symbolic import assert_gradient_matches
    >>> report = assert_gradient_matches(lambda x: x.sin().sum(), np.cos, np.ones(2))
    """
    __tracebackhide__ = True
    report = verify_gradient(function, gradient, *inputs, **options)
    return _required(report, (Verdict.PROVED, Verdict.VERIFIED))


def _required(report: Report, allowed: tuple[Verdict, ...]) -> Report:
    __tracebackhide__ = True
    if report.verdict not in allowed:
        raise AssertionError(render(report))
    return report
