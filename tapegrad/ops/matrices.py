"""Matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.engine import Op, TensorBase, core
from tapegrad.layouts import layout_at
from tapegrad.ops import shapes
from tapegrad.ops.shapes import check_tensor

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["addmm", "bmm", "dot", "matmul", "mm", "mv", "outer"]

_C_NAMES = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int"}


# Checks -------------------------------------------------------------------------------------------


def _name(t: Tensor) -> str:
    return engine.torch_name(t.dtype.code)


def _refuse_bool(kernel: str, t: Tensor) -> None:
    if t.dtype is dtypes.bool_:
        raise NotImplementedError(f'"{kernel}" not implemented for {_name(t)!r}')


def _check_conforming(a: Tensor, b: Tensor) -> None:
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and "
            f"{b.shape[0]}x{b.shape[1]})"
        )


def _product(op: int, a: Tensor, b: Tensor) -> Tensor:
    """Record a product that NumPy knows."""
    values = np.asarray(np.matmul(engine.readable(a), engine.readable(b)))
    return engine.record_values(op, values, a.dtype, a, b)


# Products -----------------------------------------------------------------------------------------


def mm(input: Any, mat2: Any) -> Tensor:
    """Product of two matrices.

    Examples
    --------
    >>> import tapegrad
    >>> a = tapegrad.tensor([[1., 2.], [3., 4.]])
    >>> tapegrad.mm(a, a)
    tensor([[ 7., 10.],
            [15., 22.]])
    """
    check_tensor("mm", input)
    check_tensor("mm", mat2, "mat2", 2)
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    _check_conforming(input, mat2)
    if input.dtype is not mat2.dtype:
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: "
            f"{_C_NAMES.get(input.dtype.name, 'bool')} != {_C_NAMES.get(mat2.dtype.name, 'bool')}"
        )
    _refuse_bool("addmm_impl_cpu_", input)
    if not input.dtype.is_floating_point:
        return _product(Op.MM, input, mat2)
    made: Tensor = core.mm(*engine.prepare(Op.MM, (input, mat2)))
    return made


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Products of the matrices of two batches of equal size."""
    check_tensor("bmm", input)
    check_tensor("bmm", mat2, "mat2", 2)
    for name, t in (("batch1", input), ("batch2", mat2)):
        if t.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    wanted = [input.shape[0], input.shape[2]]
    if list(mat2.shape[:2]) != wanted:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: {wanted} but got: "
            f"{list(mat2.shape[:2])}."
        )
    _check_scalar_types(input, mat2)
    _refuse_bool("baddbmm", input)
    return _product(Op.BMM, input, mat2)


def _check_scalar_types(a: Tensor, b: Tensor) -> None:
    if a.dtype is not b.dtype:
        raise RuntimeError(f"expected scalar type {_name(a)} but found {_name(b)}")


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """Product of a matrix and a vector."""
    check_tensor("mv", input)
    check_tensor("mv", vec, "vec", 2)
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat "
            f"({input.shape[0]}x{input.shape[1]}), vec ({vec.shape[0]})"
        )
    if input.dtype is not vec.dtype:
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {_name(vec)}, {_name(input)}, "
            f"and {_name(vec)}"
        )
    _refuse_bool("addmv_impl_cpu", input)
    return _product(Op.MV, input, vec)


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Sum of the products of the elements of two vectors."""
    check_tensor("dot", input)
    check_tensor("dot", tensor, "tensor", 2)
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input.dtype is not tensor.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{_name(input)} and {_name(tensor)}"
        )
    n, m = input.shape[0], tensor.shape[0]
    if n != m:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{n}] and src [{m}] to have the same "
            f"number of elements, but got {n} and {m} elements respectively"
        )
    _refuse_bool("dot", input)
    return _product(Op.DOT, input, tensor)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Matrix of the products of all pairs of elements of two vectors."""
    check_tensor("outer", input)
    check_tensor("outer", vec2, "vec2", 2)
    for name, t in (("self", input), ("vec2", vec2)):
        if t.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {t.ndim}-D")
    product: Tensor = shapes.reshape(input, (-1, 1)) * vec2
    return product


def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)``, with `input` broadcast.

    Parameters
    ----------
    input : Tensor
        Not read where `beta` is 0.
    mat1, mat2 : Tensor
        Matrices.
    beta, alpha : float
        Factors.

    Examples
    --------
    >>> import tapegrad
    >>> a = tapegrad.tensor([[1., 2.], [3., 4.]])
    >>> tapegrad.addmm(tapegrad.tensor([10., 20.]), a, a)
    tensor([[17., 30.],
            [25., 42.]])
    """
    for k, (name, t) in enumerate((("input", input), ("mat1", mat1), ("mat2", mat2))):
        check_tensor("addmm", t, name, k + 1)
    for name, t in (("mat1", mat1), ("mat2", mat2)):
        if t.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {t.ndim}-D tensor")
        if t.dtype is not input.dtype:
            raise RuntimeError(
                f"self and mat2 must have the same dtype, but got {_name(input)} and {_name(t)}"
            )
    _check_conforming(mat1, mat2)
    _refuse_bool("addmm_impl_cpu_", input)
    shape = (mat1.shape[0], mat2.shape[1])
    addend = engine.readable(shapes.expand(input.detach(), shape))
    kind = input.dtype.numpy.type
    values = np.matmul(engine.readable(mat1), engine.readable(mat2))
    with np.errstate(all="ignore"):
        if alpha != 1:
            values *= kind(alpha)
        if beta != 0:
            values += addend if beta == 1 else addend * kind(beta)
    words = (engine.float_word(alpha), engine.float_word(beta))
    return engine.record_values(
        Op.ADDMM, values, input.dtype, mat1, mat2, parameters=words, variadic=(input,)
    )


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Product of vectors, matrices or batches of matrices.

    Parameters
    ----------
    input, other : Tensor
        Two vectors give their dot product; a vector stands for a row on the left and a column on
        the right; dimensions before the last two are broadcast.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.matmul(tapegrad.ones(5, 2, 3), tapegrad.ones(3, 4)).shape
    tapegrad.Size([5, 2, 4])
    """
    check_tensor("matmul", input)
    check_tensor("matmul", other, "other", 2)
    a, b = input.ndim, other.ndim
    if a == 2 and b == 2:
        made: Tensor = core.mm(input, other)
        return made
    if a == 0 or b == 0:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a}D and {b}D"
        )
    if b == 1:
        return dot(input, other) if a == 1 else _folded(input, other)
    if a == 1:
        return shapes.squeeze(matmul(shapes.unsqueeze(input, 0), other), -2)
    return _folded(input, other) if b == 2 else _batched(input, other)


def _ndim(t: Tensor) -> int:
    """Dimensions of a tensor, in half the time that the property takes."""
    return len(layout_at(core.layout_of(core.handle_of(t))).shape)


def _folded(input: Tensor, other: Tensor) -> Tensor:
    """Multiply all rows of a batch of matrices by one matrix or vector at once."""
    shape = tuple(input.shape)
    if input.ndim == 2:
        return mv(input, other)
    rows = 1
    for n in shape[:-1]:
        rows *= n
    flat = shapes.reshape(input, (rows, shape[-1]))
    product = mv(flat, other) if other.ndim == 1 else mm(flat, other)
    return _reshaped(product, (*shape[:-1], *other.shape[1:]))


def _reshaped(product: Tensor, shape: tuple[int, ...]) -> Tensor:
    return shapes._reviewed(product, shape, Op.UNSAFE_VIEW)


def _batched(input: Tensor, other: Tensor) -> Tensor:
    left, right = tuple(input.shape[:-2]), tuple(other.shape[:-2])
    n, k = input.shape[-2:]
    m, p = other.shape[-2:]
    try:
        batch = np.broadcast_shapes(left, right)
    except ValueError:
        engine.raise_shapes([_batch_of(input), _batch_of(other)])
    count = 1
    for size in batch:
        count *= size
    a = shapes.reshape(shapes.expand(input, (*batch, n, k)), (count, n, k))
    b = shapes.reshape(shapes.expand(other, (*batch, m, p)), (count, m, p))
    return _reshaped(bmm(a, b), (*batch, n, p))


def _batch_of(t: Tensor) -> Tensor:
    """Give a tensor of the batch's shape, for the error about it."""
    return shapes.expand(engine.scalar(0, t.dtype), tuple(t.shape[:-2]))


class MatrixMethods:
    """Matrix products as methods."""

    __slots__ = ()

    def mm(self: Tensor, mat2: Tensor) -> Tensor:
        """Product of two matrices."""
        made: Tensor = core.mm(self, mat2)
        return made

    def __matmul__(self: Tensor, other: Any) -> Tensor:
        if not isinstance(other, TensorBase):
            if not isinstance(other, np.ndarray):
                return NotImplemented
            other = engine.from_array(other)
        if _ndim(self) == 2 == _ndim(other):
            made: Tensor = core.mm(self, other)
            return made
        return matmul(self, other)

    def __rmatmul__(self: Tensor, other: Any) -> Tensor:
        if isinstance(other, np.ndarray):
            return matmul(engine.from_array(other), self)
        return NotImplemented

    def addmm(
        self: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1
    ) -> Tensor:
        """``beta * self + alpha * (mat1 @ mat2)``; see `tapegrad.addmm`."""
        return addmm(self, mat1, mat2, beta=beta, alpha=alpha)

    def bmm(self: Tensor, mat2: Tensor) -> Tensor:
        """Products of the matrices of two batches of equal size."""
        return bmm(self, mat2)

    def dot(self: Tensor, tensor: Tensor) -> Tensor:
        """Sum of the products of the elements of two vectors."""
        return dot(self, tensor)

    def matmul(self: Tensor, other: Tensor) -> Tensor:
        """Product of vectors, matrices or batches of matrices; see `tapegrad.matmul`."""
        return matmul(self, other)

    def mv(self: Tensor, vec: Tensor) -> Tensor:
        """Product of a matrix and a vector."""
        return mv(self, vec)

    def outer(self: Tensor, vec2: Tensor) -> Tensor:
        """Matrix of the products of all pairs of elements of two vectors."""
        return outer(self, vec2)
