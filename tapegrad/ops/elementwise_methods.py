"""Elementwise methods and functions of tensors, made from the op table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapegrad import engine
from tapegrad.autograd.views import apply_inplace
from tapegrad.engine import Op, core

if TYPE_CHECKING:
    from tapegrad.tensor import Tensor

_unary = core.unary
_binary = core.binary
_ABS = int(Op.ABS)


class ElementwiseMethods:
    """Elementwise methods; those named after ops are set below."""

    __slots__ = ()

    def __abs__(self: Tensor) -> Tensor:
        return _unary(_ABS, self)

    def __pos__(self: Tensor) -> Tensor:
        return self


def _set_methods() -> None:
    from tapegrad_kernels.generated import opcodes

    def unary(op: int) -> Any:
        def method(self: Tensor) -> Tensor:
            return _unary(op, self)

        def inplace(self: Tensor) -> Tensor:
            return apply_inplace(op, self)

        return method, inplace

    def binary(op: int) -> Any:
        def method(self: Tensor, other: Any) -> Tensor:
            return _binary(op, self, other)

        def inplace(self: Tensor, other: Any) -> Tensor:
            return apply_inplace(op, self, engine.operand_of(other, self))

        return method, inplace

    for op in Op:
        if opcodes.FIRST_ELEMENTWISE <= op <= opcodes.LAST_ELEMENTWISE and opcodes.ARITY[op] < 3:
            make = unary if opcodes.ARITY[op] == 1 else binary
            name = op.name.lower()
            method, inplace = make(int(op))
            setattr(ElementwiseMethods, name, method)
            setattr(ElementwiseMethods, name + "_", inplace)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(ElementwiseMethods, f"__{name}__", getattr(ElementwiseMethods, name))
    for name, op in (("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div"), ("pow", "pow")):
        setattr(ElementwiseMethods, f"__i{name}__", getattr(ElementwiseMethods, op + "_"))


_set_methods()
