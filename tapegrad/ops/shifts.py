"""Shifts of the bits of integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import invalid_combination
from tapegrad.autograd.views import overwrite
from tapegrad.ops.dispatch import check_result, is_tensor, write_out

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.ops.dispatch import Operand

__all__ = ["bitwise_left_shift", "bitwise_right_shift"]


def _shifted(name: str, input: Any, other: Any) -> Tensor | None:
    """Shift one operand by the other; None where one is no operand."""
    if is_tensor(input):
        x, y = input, engine.operand_of(other, input)
    elif is_tensor(other):
        x, y = engine.operand_of(input, other), other  # type: ignore[assignment]
    else:
        return None
    if x is None or y is None:
        return None
    kind = dtypes.result([(t.dtype, engine.priority(t)) for t in (x, y)])
    if kind.is_floating_point or kind is dtypes.bool_:
        raise NotImplementedError(
            f'"{name[8]}shift_cpu" not implemented for {engine.torch_name(kind.code)!r}'
        )
    values = engine.readable(x).astype(kind.numpy)
    steps = engine.readable(y).astype(kind.numpy)
    try:
        np.broadcast_shapes(values.shape, steps.shape)
    except ValueError:
        engine.raise_shapes((x, y))
    last = 8 * kind.itemsize - 1
    beyond = (steps < 0) | (steps > last)
    if name == "bitwise_right_shift":
        made = np.right_shift(values, np.where(beyond, last, steps))
    else:
        made = np.where(beyond, 0, np.left_shift(values, np.where(beyond, 0, steps)))
    return engine.from_array(np.asarray(made), kind)


def _function(name: str, input: Any, other: Any, out: Tensor | None) -> Tensor:
    made = _shifted(name, input, other)
    if made is None:
        forms = ("Tensor input, Tensor other", "Tensor input, Number other")
        raise invalid_combination(name, (input, other), {}, forms)
    return made if out is None else write_out(name, made, out)


def _method(name: str, tensor: Tensor, other: Any) -> Tensor:
    made = _shifted(name, tensor, other)
    if made is None:
        raise invalid_combination(name, (other,), {}, ("Tensor other", "Number other"))
    return made


def _operator(name: str, x: Any, y: Any) -> Any:
    made = _shifted(name, x, y)
    return NotImplemented if made is None else made


def _write(target: Tensor, made: Tensor) -> Tensor:
    check_result(made.dtype, target.dtype)
    return overwrite(target, made)


def bitwise_left_shift(input: Operand, other: Operand, *, out: Tensor | None = None) -> Tensor:
    """Integers with their bits moved up by `other` places, which are filled with zeros.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.bitwise_left_shift(tapegrad.tensor([1, 3]), 2)
    tensor([ 4, 12])
    """
    return _function("bitwise_left_shift", input, other, out)


def bitwise_right_shift(input: Operand, other: Operand, *, out: Tensor | None = None) -> Tensor:
    """Integers with their bits moved down by `other` places; the sign stays."""
    return _function("bitwise_right_shift", input, other, out)


class ShiftMethods:
    """Shifts as methods and operators."""

    __slots__ = ()

    def bitwise_left_shift(self: Tensor, other: Operand) -> Tensor:
        """Integers with their bits moved up; see `tapegrad.bitwise_left_shift`."""
        return _method("bitwise_left_shift", self, other)

    def bitwise_left_shift_(self: Tensor, other: Operand) -> Tensor:
        """Move the bits of this tensor up."""
        return _write(self, _method("bitwise_left_shift", self, other))

    def bitwise_right_shift(self: Tensor, other: Operand) -> Tensor:
        """Integers with their bits moved down; the sign stays."""
        return _method("bitwise_right_shift", self, other)

    def bitwise_right_shift_(self: Tensor, other: Operand) -> Tensor:
        """Move the bits of this tensor down."""
        return _write(self, _method("bitwise_right_shift", self, other))

    def __lshift__(self: Tensor, other: Operand) -> Tensor:
        return _operator("bitwise_left_shift", self, other)  # type: ignore[no-any-return]

    def __rlshift__(self: Tensor, other: Operand) -> Tensor:
        return _operator("bitwise_left_shift", other, self)  # type: ignore[no-any-return]

    def __rshift__(self: Tensor, other: Operand) -> Tensor:
        return _operator("bitwise_right_shift", self, other)  # type: ignore[no-any-return]

    def __rrshift__(self: Tensor, other: Operand) -> Tensor:
        return _operator("bitwise_right_shift", other, self)  # type: ignore[no-any-return]

    def __ilshift__(self: Tensor, other: Operand) -> Tensor:
        return self.bitwise_left_shift_(other)

    def __irshift__(self: Tensor, other: Operand) -> Tensor:
        return self.bitwise_right_shift_(other)
