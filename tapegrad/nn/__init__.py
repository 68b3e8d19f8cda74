"""Functions for neural networks.

==========  ==============================================
functional  activations and losses as functions of tensors
==========  ==============================================
"""

from tapegrad.nn import functional

__all__ = ["functional"]
