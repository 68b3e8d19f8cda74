"""Small questions about tensors, as functions."""

from __future__ import annotations

from tapegrad import dtypes, engine
from tapegrad._tensor import Tensor
from tapegrad.ops.shapes import check_tensor
from tapegrad.size import Size

__all__ = [
    "broadcast_shapes",
    "is_floating_point",
    "is_nonzero",
    "is_tensor",
    "numel",
    "result_type",
]


def is_tensor(obj: object) -> bool:
    """Tell whether an object is a tensor."""
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> bool:
    """Tell whether the dtype of a tensor is a floating one."""
    check_tensor("is_floating_point", input)
    return input.dtype.is_floating_point


def is_nonzero(input: Tensor) -> bool:
    """Tell whether a tensor of one element is not zero."""
    check_tensor("is_nonzero", input)
    return bool(input)


def numel(input: Tensor) -> int:
    """Number of elements of a tensor."""
    check_tensor("numel", input)
    return input.numel()


def result_type(tensor1: object, tensor2: object) -> dtypes.dtype:
    """Dtype of the result of an operation on two tensors or numbers.

    Examples
    --------
    >>> import tapegrad
    >>> result_type(tapegrad.tensor([1, 2]), 1.5)
    tapegrad.float32
    """
    operands = []
    for value in (tensor1, tensor2):
        if isinstance(value, Tensor):
            operands.append((value.dtype, engine.priority(value)))
        else:
            operands.append((dtypes.number_dtype(value), dtypes.Priority.NUMBER))
    return dtypes.result(operands)


def broadcast_shapes(*shapes: tuple[int, ...]) -> Size:
    """Shape that arrays of the given shapes broadcast to.

    Raises
    ------
    RuntimeError
        If they do not broadcast.
    """
    import numpy as np

    try:
        return Size(np.broadcast_shapes(*(tuple(s) for s in shapes)))
    except ValueError:
        raise RuntimeError(
            f"Shape mismatch: objects cannot be broadcast to a single shape, got {list(shapes)}"
        ) from None
