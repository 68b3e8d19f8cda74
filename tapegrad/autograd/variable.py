"""`Variable`, the name that PyTorch gave to differentiable tensors until 2018."""

from __future__ import annotations

import operator
import warnings
from typing import TYPE_CHECKING

from tapegrad.arguments import type_name

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


class _VariableMeta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        from tapegrad._tensor import Tensor

        return isinstance(instance, Tensor)


class Variable(metaclass=_VariableMeta):
    """Make a tensor that shares the data of another; every tensor is an instance.

    Examples
    --------
    >>> import tapegrad
    >>> x = Variable(tapegrad.ones(2), requires_grad=True)
    >>> x
    tensor([1., 1.], requires_grad=True)
    """

    def __new__(  # type: ignore[misc]  # it makes tensors, as PyTorch's does
        cls, data: Tensor | None = None, requires_grad: bool = False, volatile: bool = False
    ) -> Tensor:
        """Make a tensor that shares the data of another."""
        from tapegrad._tensor import Tensor

        if volatile:
            warnings.warn(
                "volatile was removed and now has no effect. "
                "Use `with tapegrad.no_grad():` instead.",
                UserWarning,
                stacklevel=2,
            )
        if data is None:
            from tapegrad.creation import empty

            data = empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type_name(data)}")
        if requires_grad and not data.dtype.is_floating_point:
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        return data.detach().requires_grad_(bool(operator.index(requires_grad)))
