"""Matrix products."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.autograd.views import make_view, overwrite
from tapegrad.engine import Op, TensorBase, core
from tapegrad.layouts import layout_at
from tapegrad.ops import shapes
from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.dispatch import c_name, is_tensor, write_out
from tapegrad.ops.parts import selection
from tapegrad.ops.signatures import Mismatch, as_method, deprecated_form, parsed

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["addmm", "bmm", "dot", "ger", "inner", "matmul", "mm", "mv", "outer", "vdot"]

_ADDMM: Final = (
    "Tensor input, Tensor mat1, Tensor mat2, *, Number beta = 1, Number alpha = 1, "
    "Tensor out = None"
)


# Checks -------------------------------------------------------------------------------------------


def _name(t: Tensor) -> str:
    return engine.torch_name(t.dtype.code)


def _refuse_bool(kernel: str, t: Tensor) -> None:
    if t.dtype is dtypes.bool_ and (t.numel() or kernel == "dot"):
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


def mm(input: Any, mat2: Any, *, out: Tensor | None = None) -> Tensor:
    """Product of two matrices.

    Examples
    --------
    >>> import tapegrad
    >>> a = tapegrad.tensor([[1., 2.], [3., 4.]])
    >>> tapegrad.mm(a, a)
    tensor([[ 7., 10.],
            [15., 22.]])
    """
    made: Tensor = core.mm(input, mat2)
    return made if out is None else write_out("mm", made, out, input, mat2)


def slow_mm(input: Any, mat2: Any) -> Tensor:
    """Do what compiled code leaves of `mm`: other dtypes, repairs and errors."""
    check_tensor("mm", input)
    check_tensor("mm", mat2, "mat2")
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    _check_conforming(input, mat2)
    if input.dtype is not mat2.dtype:
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: "
            f"{c_name(input.dtype)} != {c_name(mat2.dtype)}"
        )
    _refuse_bool("addmm_impl_cpu_", input)
    if not input.dtype.is_floating_point:
        return _product(Op.MM, input, mat2)
    made: Tensor = core.mm(*engine.prepare(Op.MM, (input, mat2)))
    return made


def _require(input: object, other: object, argument: str) -> None:
    """Refuse operands that are no tensors."""
    if not isinstance(input, TensorBase):
        raise Mismatch("input", "Tensor", input, alone=True)
    if not isinstance(other, TensorBase):
        raise Mismatch(argument, "Tensor", other, alone=True)


@parsed()
def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Products of the matrices of two batches of equal size."""
    _require(input, mat2, "mat2")
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
    _refuse_bool("bmm", input)
    made = _product(Op.BMM, input, mat2)
    return made if out is None else write_out("bmm", made, out, input, mat2)


def _check_scalar_types(a: Tensor, b: Tensor) -> None:
    if a.dtype is not b.dtype:
        raise RuntimeError(f"expected scalar type {_name(a)} but found {_name(b)}")


@parsed()
def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Product of a matrix and a vector."""
    _require(input, vec, "vec")
    if input.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise _size_mismatch(input.shape[0], input.shape[1], vec.shape[0])
    if input.dtype is not vec.dtype:
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {_name(vec)}, {_name(input)}, "
            f"and {_name(vec)}"
        )
    _refuse_bool("addmv_impl_cpu", input)
    made = _product(Op.MV, input, vec)
    return made if out is None else write_out("mv", made, out, input, vec)


def _size_mismatch(rows: int, columns: int, size: int) -> RuntimeError:
    return RuntimeError(f"size mismatch, got input ({rows}), mat ({rows}x{columns}), vec ({size})")


@parsed()
def dot(input: Tensor, tensor: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Sum of the products of the elements of two vectors."""
    _require(input, tensor, "tensor")
    return _dot("dot", input, tensor, out)


@parsed()
def vdot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Sum of the products of the elements of two vectors, the first conjugated."""
    _require(input, other, "other")
    return _dot("vdot", input, other, out)


def _dot(name: str, input: Tensor, tensor: Tensor, out: Tensor | None) -> Tensor:
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
    made = _product(Op.DOT, input, tensor)
    return made if out is None else write_out(name, made, out, input, tensor)


@parsed()
def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Matrix of the products of all pairs of elements of two vectors."""
    _require(input, vec2, "vec2")
    for name, t in (("self", input), ("vec2", vec2)):
        if t.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {t.ndim}-D")
    product: Tensor = shapes.reshape(input, (input.shape[0], 1)) * vec2
    return product if out is None else write_out("outer", product, out, input, vec2)


@parsed()
def ger(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Matrix of the products of all pairs of elements of two vectors: an older name of `outer`."""
    _require(input, vec2, "vec2")
    return outer(input, vec2, out=out)


@parsed()
def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Sums of products along the last dimensions of two tensors.

    Examples
    --------
    >>> import tapegrad
    >>> a = tapegrad.tensor([[1., 2.], [3., 4.]])
    >>> tapegrad.inner(a, tapegrad.tensor([10., 1.]))
    tensor([12., 34.])
    """
    _require(input, other, "other")
    if not input.ndim or not other.ndim:
        made: Tensor = input * other
    elif input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    elif other.ndim == 1:
        made = matmul(input, other)
    else:
        rows, columns = input.shape[:-1], other.shape[:-1]
        n = input.shape[-1]
        flat = shapes.reshape(input, (math.prod(rows), n))
        across = shapes.t(shapes.reshape(other, (math.prod(columns), n)))
        made = shapes.reshape(mm(flat, across), (*rows, *columns))
    return made if out is None else write_out("inner", made, out, input, other)


@parsed(_ADDMM)
def addmm(
    input: Any,
    mat1: Any,
    mat2: Any,
    *older: Any,
    beta: float = 1,
    alpha: float = 1,
    out: Tensor | None = None,
) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)``, with `input` broadcast.

    Parameters
    ----------
    input : Tensor
        Not read where `beta` is 0.
    mat1, mat2 : Tensor
        Matrices.
    *older
        What a call of a form that is deprecated has besides: ``addmm(beta, input, alpha, mat1,
        mat2)``, in which `alpha` may be left out.
    beta, alpha : float
        Factors.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import tapegrad
    >>> a = tapegrad.tensor([[1., 2.], [3., 4.]])
    >>> tapegrad.addmm(tapegrad.tensor([10., 20.]), a, a)
    tensor([[17., 30.],
            [25., 42.]])
    """
    if older:
        return _older_addmm((input, mat1, mat2, *older), out)
    for name, t in (("input", input), ("mat1", mat1), ("mat2", mat2)):
        if not isinstance(t, TensorBase):
            raise Mismatch(name, "Tensor", t, alone=True)
    beta, alpha = _factor(beta, input), _factor(alpha, input)
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
    with np.errstate(all="ignore"):
        if alpha == 0:
            values = np.zeros(shape, kind)
        else:
            values = np.matmul(engine.readable(mat1), engine.readable(mat2))
        if alpha not in (0, 1):
            values *= kind(alpha)
        if beta != 0:
            values += addend if beta == 1 else addend * kind(beta)
    words = (engine.float_word(alpha), engine.float_word(beta))
    made = engine.record_values(
        Op.ADDMM, values, input.dtype, mat1, mat2, parameters=words, variadic=(input,)
    )
    return made if out is None else write_out("addmm", made, out, input, mat1, mat2)


def _factor(value: Any, beside: Tensor) -> float:
    """Factor of a product as a number; integer results take the whole part of it."""
    if is_tensor(value) and not value.ndim:
        value = value.item()
    if not isinstance(value, int | float | np.number):
        raise Mismatch
    return float(value) if beside.dtype.is_floating_point else int(value)


def _older_addmm(args: tuple[Any, ...], out: Tensor | None) -> Tensor:
    if len(args) == 4:
        args = (*args[:2], 1, *args[2:])
        form = "Number beta, Tensor input, Tensor mat1, Tensor mat2, *, Tensor out = None"
    else:
        form = (
            "Number beta, Tensor input, Number alpha, Tensor mat1, Tensor mat2, *, "
            "Tensor out = None"
        )
    numbers, tensors = args[:3:2], (args[1], *args[3:])
    fits = all(isinstance(t, TensorBase) for t in tensors)
    if len(args) != 5 or not fits or not all(isinstance(k, int | float) for k in numbers):
        raise Mismatch
    deprecated_form("addmm", form, _ADDMM)
    return addmm(*tensors, beta=numbers[0], alpha=numbers[1], out=out)


def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Product of vectors, matrices or batches of matrices.

    Parameters
    ----------
    input, other : Tensor
        Two vectors give their dot product; a vector stands for a row on the left and a column on
        the right; dimensions before the last two are broadcast.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.matmul(tapegrad.ones(5, 2, 3), tapegrad.ones(3, 4)).shape
    tapegrad.Size([5, 2, 4])
    """
    if out is not None:
        return write_out("matmul", matmul(input, other), out, input, other)
    check_tensor("matmul", input)
    check_tensor("matmul", other, "other")
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
        if b > 2 and not other.numel() and input.shape[0] != other.shape[-2]:
            rows = math.prod(other.shape[:-2]) * other.shape[-1]
            raise _size_mismatch(rows, other.shape[-2], input.shape[0])
        return _dropped(matmul(shapes.unsqueeze(input, 0), other))
    return _folded(input, other) if b == 2 else _batched(input, other)


def _dropped(product: Tensor) -> Tensor:
    """Take away the dimension, the last but one, that was made for a vector on the left."""
    k = product.ndim - 2
    return make_view(product, selection(k, 0), Op.SQUEEZE_INPLACE, k)


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


def _promoted(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Bring a tensor and what was a NumPy array to one dtype."""
    common = dtypes.promote_types(a.dtype, b.dtype)
    return a.to(common), b.to(common)


class MatrixMethods:
    """Matrix products as methods."""

    __slots__ = ()

    def mm(self: Tensor, mat2: Tensor) -> Tensor:
        """Product of two matrices."""
        made: Tensor = core.mm(self, mat2)
        return made

    def __matmul__(self: Tensor, other: Any) -> Tensor:
        if not is_tensor(other):
            if not isinstance(other, np.ndarray):
                return NotImplemented
            return matmul(*_promoted(self, engine.from_array(other)))
        if _ndim(self) == 2 == _ndim(other):
            made: Tensor = core.mm(self, other)
            return made
        return matmul(self, other)

    def __rmatmul__(self: Tensor, other: Any) -> Tensor:
        if isinstance(other, np.ndarray):
            return matmul(*_promoted(engine.from_array(other), self))
        return NotImplemented

    def addmm_(
        self: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1
    ) -> Tensor:
        """Write ``beta * self + alpha * (mat1 @ mat2)`` to this tensor."""
        shape = mat1.shape[:1] + mat2.shape[1:]
        if mat1.ndim == mat2.ndim == 2 and self.shape != shape:
            raise RuntimeError(
                f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size "
                f"{list(shape)} should match"
            )
        made = self.addmm(mat1, mat2, beta=beta, alpha=alpha)
        return overwrite(self, made)

    addmm: ClassVar[Callable[..., Tensor]] = as_method(addmm)
    bmm: ClassVar[Callable[..., Tensor]] = as_method(bmm)
    dot: ClassVar[Callable[..., Tensor]] = as_method(dot)
    vdot: ClassVar[Callable[..., Tensor]] = as_method(vdot)
    inner: ClassVar[Callable[..., Tensor]] = as_method(inner)
    mv: ClassVar[Callable[..., Tensor]] = as_method(mv)
    outer: ClassVar[Callable[..., Tensor]] = as_method(outer)
    ger: ClassVar[Callable[..., Tensor]] = as_method(ger)

    def matmul(self: Tensor, other: Tensor) -> Tensor:
        """Product of vectors, matrices or batches of matrices; see `tapegrad.matmul`."""
        return matmul(self, other)
