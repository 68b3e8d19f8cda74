"""Assertions about gradients, as functions and as fixtures of pytest."""

import subprocess
import sys

import numpy as np
import pytest

import tapegrad as torch
from tapegrad.symbolic import Verdict, assert_gradient_matches, assert_gradient_proved

pytest_plugins = "pytester"


def test_proved():
    report = assert_gradient_proved(lambda x: ((x + 2) ** 2).mean(), torch.ones(2, 2))
    assert report.verdict is Verdict.PROVED
    with pytest.raises(AssertionError, match="UNDECIDED"):
        assert_gradient_proved(lambda x: x.relu().sum(), np.zeros(2))


def test_matches():
    assert_gradient_matches(lambda x: x.sin().sum(), np.cos, np.ones(3))
    with pytest.raises(
        AssertionError, match=r"REFUTED[\s\S]*expected[\s\S]*got[\s\S]*culprit: sin"
    ):
        assert_gradient_matches(lambda x: x.sin().sum(), np.sin, np.ones(3))
    with pytest.raises(AssertionError, match="UNDECIDED"):
        assert_gradient_matches(lambda x: x.abs().sum(), np.sign, np.zeros(3))


def test_fixtures(pytester, monkeypatch):
    # Where tapegrad is installed, pytest would load the plugin a second time.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
        import numpy as np

        def energy(x):
            return (x**2).sum()

        def test_right(assert_gradient_proved, assert_gradient_matches):
            assert_gradient_proved(energy, np.ones(2))
            assert_gradient_matches(energy, lambda x: 2 * x, np.ones(2))

        def test_wrong(assert_gradient_matches):
            assert_gradient_matches(energy, lambda x: 3 * x, np.ones(2))
        """
    )
    result = pytester.runpytest_inprocess("-p", "tapegrad.pytest_plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: <lambda> as the gradient of energy: REFUTED*"])
    # The traceback ends in the test, not inside of the tool.
    result.stdout.no_fnmatch_line("*assertions.py*")


def test_plugin_needs_no_sympy_until_a_test_does():
    code = (
        "import sys, tapegrad.pytest_plugin; print('sympy' in sys.modules, 'mpmath' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
