"""Helpers that PyTorch keeps in `torch.utils`."""

from tapegrad.utils import hooks

__all__ = ["hooks"]
