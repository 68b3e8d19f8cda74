"""The factor of the second term of a sum, ``alpha``, and where older programs give it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import type_name
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.engine import Op
from tapegrad.ops.dispatch import is_tensor, recorded, wants_gradient
from tapegrad.ops.signatures import deprecated_form

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


def scaled(function: str, input: Any, other: Any, alpha: Any) -> Any:
    """`other` times `alpha`, for a sum that has the dtype of ``input + other``."""
    operands = input, other
    tensors: list[Tensor] = [t for t in operands if is_tensor(t)]
    if is_tensor(alpha) and not alpha.ndim:
        alpha = alpha.item()
    if not isinstance(alpha, int | float | np.number):
        raise TypeError(f"{function}(): argument 'alpha' must be Number, not {type_name(alpha)}")
    kinds = [t.dtype for t in tensors]
    kinds += [dtypes.number_dtype(x) for x in operands if isinstance(x, int | float)]
    boolean = all(kind is dtypes.bool_ for kind in kinds)
    if isinstance(alpha, bool) and not boolean:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and not any(kind.is_floating_point for kind in kinds):
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    if boolean:
        return other & bool(alpha)
    if is_tensor(other) and isinstance(alpha, float):
        # An integer `other` beside a floating `input`: the product may have a fraction.
        for t in tensors:
            if t.dtype.is_floating_point and not other.dtype.is_floating_point:
                return other.to(t.dtype) * alpha
    if is_tensor(other) and wants_gradient(other):
        value = in_modes(OFF, operator.mul, other, alpha)
        return recorded(Op.FACTOR, value, other, parameters=(engine.float_word(alpha),))
    return other * alpha


def older_function(function: str, input: Any, older: tuple[Any, ...]) -> tuple[Any, Any]:
    """Arguments of ``add(input, alpha, other)``, a form that is deprecated, as alpha and other."""
    alpha, *others = older
    if len(others) != 1 or not isinstance(alpha, int | float):
        taken = "1 positional argument" if input is None else "2 positional arguments"
        given = len(older) + (input is not None)
        raise TypeError(f"{function}() takes {taken} but {given} were given")
    first, end = ("", "") if input is None else ("Tensor input, ", ", Tensor out = None")
    star = ", *" if end else ""
    deprecated_form(
        function,
        f"{first}Number alpha, Tensor other{star}{end}",
        f"{first}Tensor other, *, Number alpha = 1{end}",
    )
    return alpha, others[0]


def older_method(function: str, *older: Any) -> tuple[Any, Any]:
    """Do the same for a method, ``x.add(alpha, other)``."""
    return older_function(function, None, older)
