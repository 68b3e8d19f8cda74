"""Differentiation of what the tape recorded."""

from tapegrad.autograd.functions import backward, grad
from tapegrad.autograd.grad_mode import (
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
)
from tapegrad.autograd.modes import is_grad_enabled, is_inference_mode_enabled
from tapegrad.autograd.variable import Variable

__all__ = [
    "Variable",
    "backward",
    "enable_grad",
    "grad",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_grad_enabled",
]
