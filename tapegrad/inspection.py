"""Small questions about tensors, as functions."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad._tensor import Tensor
from tapegrad.arguments import invalid_combination
from tapegrad.ops.arguments import check_tensor
from tapegrad.size import Size

__all__ = [
    "broadcast_shapes",
    "is_complex",
    "is_conj",
    "is_floating_point",
    "is_inference",
    "is_neg",
    "is_nonzero",
    "is_same_size",
    "is_signed",
    "is_storage",
    "is_tensor",
    "numel",
    "result_type",
    "typename",
]


def is_tensor(obj: object, /) -> bool:
    """Tell whether an object is a tensor."""
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> bool:
    """Tell whether the dtype of a tensor is a floating one."""
    check_tensor("is_floating_point", input)
    return input.dtype.is_floating_point


def is_complex(input: Tensor) -> bool:
    """Tell whether the dtype of a tensor is complex."""
    check_tensor("is_complex", input)
    return input.is_complex()


def is_signed(input: Tensor) -> bool:
    """Tell whether the dtype of a tensor has negative numbers."""
    check_tensor("is_signed", input)
    return input.is_signed()


def is_nonzero(input: Tensor) -> bool:
    """Tell whether a tensor of one element is not zero."""
    check_tensor("is_nonzero", input)
    return bool(input)


def numel(input: Tensor) -> int:
    """Number of elements of a tensor."""
    check_tensor("numel", input)
    return input.numel()


def is_conj(input: Tensor) -> bool:
    """Tell whether elements are conjugated when they are read: never."""
    check_tensor("is_conj", input)
    return False


def is_neg(input: Tensor) -> bool:
    """Tell whether elements are negated when they are read: never."""
    check_tensor("is_neg", input)
    return False


def is_inference(input: Tensor) -> bool:
    """Tell whether a tensor may not take part in differentiation: never."""
    check_tensor("is_inference", input)
    return False


def is_storage(obj: object, /) -> bool:
    """Tell whether an object is a storage: none is, as memory belongs to the engine."""
    return False


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have the same shape."""
    check_tensor("is_same_size", input)
    check_tensor("is_same_size", other, "other", 2)
    return input.shape == other.shape


def typename(obj: Any, /) -> str:
    """Name of an object's type, with its module; of a tensor also the dtype.

    Examples
    --------
    >>> import tapegrad
    >>> typename(tapegrad.ones(1)), typename(3)
    ('tapegrad.FloatTensor', 'int')
    """
    if isinstance(obj, Tensor):
        return str(obj.type())
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(named, "__module__", None)
    name: str = named.__qualname__
    return name if module in (None, "builtins") else f"{module}.{name}"


_RESULT_TYPE: Final = (
    ("tensor", "other"),
    ("scalar", "tensor"),
    ("scalar1", "scalar2"),
)


def result_type(*args: Any, **keywords: Any) -> dtypes.dtype:
    """Dtype of the result of an operation on two tensors or numbers.

    Parameters
    ----------
    *args : Tensor or number
        The two operands.

    Examples
    --------
    >>> import tapegrad
    >>> result_type(tapegrad.tensor([1, 2]), 1.5)
    tapegrad.float32
    """
    values = [*args, *keywords.values()]
    names = [pair[len(args) :] for pair in _RESULT_TYPE]
    operands = []
    for value in values:
        if isinstance(value, Tensor):
            operands.append((value.dtype, engine.priority(value)))
        elif isinstance(value, bool | int | float | np.number | np.bool_):
            number = value.item() if isinstance(value, np.generic) else value
            operands.append((dtypes.number_dtype(number), dtypes.Priority.NUMBER))
    if len(values) != 2 or len(operands) != 2 or set(keywords) not in map(set, names):
        raise invalid_combination(
            "result_type",
            args,
            keywords,
            (
                "Tensor tensor, Tensor other",
                "Number scalar, Tensor tensor",
                "Tensor tensor, Number other",
                "Number scalar1, Number scalar2",
            ),
        )
    return dtypes.result(operands)


def broadcast_shapes(*shapes: Any) -> Size:
    """Shape that arrays of the given shapes broadcast to.

    Parameters
    ----------
    *shapes : sequence of int, or int
        The shapes; an int stands for a shape of one dimension.

    Raises
    ------
    RuntimeError
        If they do not broadcast.

    Examples
    --------
    >>> broadcast_shapes((2, 1), 3)
    tapegrad.Size([2, 3])
    """
    listed = [(shape,) if isinstance(shape, int) else shape for shape in shapes]
    common: list[Any] = [1] * max(map(len, listed), default=0)
    for position, shape in enumerate(listed):
        for k in range(-1, -1 - len(shape), -1):
            if shape[k] < 0:
                raise ValueError(
                    "Attempting to broadcast a dimension with negative length! "
                    f"Argument {position} is {shape}"
                )
            if shape[k] in (1, common[k]):
                continue
            if common[k] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[k]} at {k}! Mismatching "
                    f"argument at index {position} had {shape}; but expected shape should be "
                    f"broadcastable to {common}"
                )
            common[k] = shape[k]
    return Size(common)
