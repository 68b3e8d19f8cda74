"""Fixtures for pytest: `assert_gradient_proved` and `assert_gradient_matches`.

They are the functions of these names in `tapegrad.symbolic`, which is imported once a test uses
them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def assert_gradient_proved() -> Callable[..., Any]:
    """Fail unless the gradient of a function is proved."""
    from tapegrad.symbolic import assertions

    return assertions.assert_gradient_proved


@pytest.fixture(scope="session")
def assert_gradient_matches() -> Callable[..., Any]:
    """Fail unless a hand-written gradient is that of a function."""
    from tapegrad.symbolic import assertions

    return assertions.assert_gradient_matches
