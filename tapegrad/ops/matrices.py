"""Matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapegrad import engine
from tapegrad.engine import Op, core

if TYPE_CHECKING:
    from tapegrad.tensor import Tensor


def mm(input: Any, mat2: Any) -> Tensor:
    """Product of two matrices: what the compiled path handed back."""
    from tapegrad.tensor import Tensor

    for k, value in enumerate((input, mat2)):
        if not isinstance(value, Tensor):
            name = ("input", "mat2")[k]
            raise TypeError(
                f"mm(): argument '{name}' (position {k + 1}) must be Tensor, not {type(value).__name__}"
            )
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if input.shape[1] != mat2.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({input.shape[0]}x{input.shape[1]} and "
            f"{mat2.shape[0]}x{mat2.shape[1]})"
        )
    if input.dtype is not mat2.dtype:
        names = {"float32": "float", "float64": "double", "int64": "long", "int32": "int"}
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: "
            f"{names.get(input.dtype.name, 'bool')} != {names.get(mat2.dtype.name, 'bool')}"
        )
    if not input.dtype.is_floating_point:
        return engine.from_array(engine.readable(input) @ engine.readable(mat2))
    return core.mm(*engine.prepare(Op.MM, (input, mat2)))


class MatrixMethods:
    """Matrix products as methods."""

    __slots__ = ()

    def mm(self: Tensor, mat2: Tensor) -> Tensor:
        """Product of two matrices."""
        return core.mm(self, mat2)
