"""Activations and losses as functions of tensors, with PyTorch's names and arguments."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.autograd.modes import OFF, in_modes
from tapegrad.engine import Op, core
from tapegrad.ops import exponentials, matrices, shapes
from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.conversion import cast
from tapegrad.ops.dispatch import inplace_unary, recorded, wants_gradient
from tapegrad.ops.reducing import total
from tapegrad.ops.signatures import Mismatch, parsed
from tapegrad.ops.special_elementwise import filled
from tapegrad.warning import warn

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "cross_entropy",
    "linear",
    "log_softmax",
    "logsigmoid",
    "mse_loss",
    "nll_loss",
    "relu",
    "relu_",
    "sigmoid",
    "softmax",
    "softplus",
    "tanh",
]

_RELU: Final = int(Op.RELU)
_unary: Final[Callable[[int, Tensor], Tensor]] = core.unary

# Layers and activations ---------------------------------------------------------------------------


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias``.

    Parameters
    ----------
    input : Tensor
        The last dimension holds the features.
    weight : Tensor
        ``(out_features, in_features)``, or ``(in_features,)`` for one output without a dimension.
    bias : Tensor, optional
        ``(out_features,)``.

    Examples
    --------
    >>> import tapegrad
    >>> tapegrad.nn.functional.linear(tapegrad.ones(1, 2), tapegrad.ones(3, 2), tapegrad.ones(3))
    tensor([[3., 3., 3.]])
    """
    check_tensor("linear", input)
    check_tensor("linear", weight, "weight", 2)
    if input.ndim == 0 or weight.ndim == 0:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and "
            f"{weight.ndim}D"
        )
    across = shapes.t(weight)
    if bias is None:
        return matrices.matmul(input, across)
    check_tensor("linear", bias, "bias", 3)
    if input.ndim == 2 and weight.ndim == 2:
        return matrices.addmm(bias, input, across)
    if weight.ndim == 2 and bias.ndim == 1 and engine.layout_of(input).row_major:
        *before, features = input.shape
        flat = shapes.view(input, (math.prod(before), features))
        return shapes.view(matrices.addmm(bias, flat, across), (*before, weight.shape[0]))
    return engine.apply(Op.ADD, matrices.matmul(input, across), bias)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(input, 0)`` for each element; the derivative at 0 is 0."""
    return relu_(input) if inplace else _unary(_RELU, input)


def relu_(input: Tensor) -> Tensor:
    """Write the result of `relu` to the tensor."""
    check_tensor("relu_", input)
    return inplace_unary(_RELU, input)


def sigmoid(input: Tensor) -> Tensor:
    """``1 / (1 + exp(-input))`` for each element."""
    check_tensor("sigmoid", input)
    return engine.apply(Op.SIGMOID, input)


def tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent of each element."""
    check_tensor("tanh", input)
    return engine.apply(Op.TANH, input)


def logsigmoid(input: Tensor) -> Tensor:
    """Logarithm of `sigmoid`, without underflow."""
    check_tensor("logsigmoid", input)
    _refuse_ints("log_sigmoid_cpu", input)
    return engine.apply(Op.LOGSIGMOID, input)


@parsed()
def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """``log(1 + exp(beta * input)) / beta`` for each element, without overflow.

    Parameters
    ----------
    input : Tensor
        Floats.
    beta : float
        Sharpness of the bend.
    threshold : float
        Where ``beta * input`` is larger, the result is the input. The default is so far out that
        the exact value, which costs no more, is given instead.
    """
    check_tensor("softplus", input)
    _refuse_ints("softplus_cpu", input)
    for name, number in (("beta", beta), ("threshold", threshold)):
        if not isinstance(number, int | float | np.number):
            raise Mismatch(name, "Number", number)
    if beta == 1 and threshold == 20:
        return engine.apply(Op.SOFTPLUS, input)
    value = in_modes(OFF, _bent, input, float(beta), float(threshold))
    words = engine.float_word(beta), engine.float_word(threshold)
    return recorded(Op.SOFTPLUS_BETA, value, input, parameters=words)


def _bent(x: Tensor, beta: float, threshold: float) -> Tensor:
    scaled = x * beta
    bent = engine.apply(Op.SOFTPLUS, scaled) / beta
    return engine.apply(Op.WHERE, scaled > threshold, x, bent)


def _refuse_ints(kernel: str, t: Tensor) -> None:
    if not t.dtype.is_floating_point:
        raise NotImplementedError(
            f'"{kernel}" not implemented for {engine.torch_name(t.dtype.code)!r}'
        )


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtypes.dtype | None = None
) -> Tensor:
    """Exponentials along a dimension, divided by their sum; see `tapegrad.softmax`."""
    check_tensor("softmax", input)
    chosen = _chosen_dim("softmax", input, dim, _stacklevel)
    return input.softmax(chosen, dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtypes.dtype | None = None
) -> Tensor:
    """Logarithm of `softmax`, accurate also where that underflows."""
    check_tensor("log_softmax", input)
    chosen = _chosen_dim("log_softmax", input, dim, _stacklevel)
    return input.log_softmax(chosen, dtype)


def _chosen_dim(name: str, input: Tensor, dim: int | None, stacklevel: int) -> int:
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
        "dim=X as an argument.",
        UserWarning,
        stacklevel=stacklevel,
    )
    return 0 if input.ndim in (0, 1, 3) else 1


# Losses -------------------------------------------------------------------------------------------


def _reduction(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """Bring the older way of saying it to the newer."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            reduction = "none"
        else:
            reduction = "sum" if size_average is False else "mean"
        warn(
            "size_average and reduce args will be deprecated, please use "
            f"reduction='{reduction}' instead."
        )
    if reduction == "elementwise_mean":
        reduction = "mean"
        warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Squared differences of two tensors, or their mean or sum.

    Parameters
    ----------
    input, target : Tensor
        Of one shape; other shapes that broadcast give a warning.
    size_average, reduce
        Older ways to say `reduction`.
    reduction : {"mean", "sum", "none"}
        What becomes of the squares.
    weight : Tensor, optional
        Factor of each square; the mean is then divided by the sum of the weights.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([1., 2.], requires_grad=True)
    >>> tapegrad.nn.functional.mse_loss(x, tapegrad.tensor([0., 0.])).backward()
    >>> x.grad
    tensor([1., 2.])
    """
    reduction = _reduction(reduction, size_average, reduce)
    check_tensor("mse_loss", input)
    check_tensor("mse_loss", target, "target", 2)
    if tuple(input.shape) != tuple(target.shape):
        warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size."
        )
    pair = [(t.dtype, engine.priority(t)) for t in (input, target)]
    kind = dtypes.result(pair)
    input, target = cast(input, kind), cast(target, kind)
    _refuse_ints("mse_cpu", input)
    try:
        shape = np.broadcast_shapes(tuple(input.shape), tuple(target.shape))
    except ValueError:
        engine.raise_shapes((input, target))
    x, y = (t if tuple(t.shape) == shape else shapes.expand(t, shape) for t in (input, target))
    if weight is not None:
        return _weighted_squares(x, y, weight, reduction)
    with np.errstate(all="ignore"):
        squares = np.square(np.subtract(engine.readable(x), engine.readable(y)))
    divisor = float(squares.size) if reduction == "mean" else 1.0
    values = squares if reduction == "none" else _divided(_whole(squares), divisor)
    words = (engine.float_word(divisor),)
    return engine.record_values(Op.MSE_LOSS, np.asarray(values), kind, x, y, parameters=words)


def _weighted_squares(x: Tensor, y: Tensor, weight: Tensor, reduction: str) -> Tensor:
    check_tensor("mse_loss", weight, "weight", 6)
    if weight.shape != x.shape:
        raise ValueError("Weights and input must have the same size.")
    squares = engine.apply(Op.MUL, engine.apply(Op.SQUARE, engine.apply(Op.SUB, x, y)), weight)
    if reduction == "none":
        return squares
    if reduction == "sum":
        return squares.sum()
    return engine.apply(Op.DIV, squares.sum(), weight.sum())


def _whole(values: npt.NDArray[Any]) -> Any:
    return total(values, tuple(range(values.ndim)))


def _divided(value: Any, divisor: float) -> Any:
    with np.errstate(all="ignore"):
        return value / np.float64(divisor)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log-likelihood of classes.

    Parameters
    ----------
    input : Tensor
        Logarithms of probabilities, ``(C,)`` or ``(N, C, ...)``.
    target : Tensor
        Numbers of the true classes, int64, of the shape without `C`.
    weight : Tensor, optional
        A factor for each class; the mean is then divided by the sum of the factors of the targets.
    size_average, reduce
        Older ways to say `reduction`.
    ignore_index : int
        Targets of this class count for nothing.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Examples
    --------
    >>> import tapegrad
    >>> log_p = tapegrad.tensor([[-1., -2.], [-3., -4.]])
    >>> tapegrad.nn.functional.nll_loss(log_p, tapegrad.tensor([0, 1]))
    tensor(2.5000)
    """
    reduction = _reduction(reduction, size_average, reduce)
    check_tensor("nll_loss_nd", input)
    check_tensor("nll_loss_nd", target, "target")
    _check_target(input, target)
    _refuse_ints("nll_loss_out_frame", input)
    classes = engine.readable(target)
    kept = classes != ignore_index
    n_classes = input.shape[_class_dim(input)]
    wrong = classes[kept & ((classes < 0) | (classes >= n_classes))]
    if wrong.size:
        raise IndexError(f"Target {wrong.flat[0]} is out of bounds.")
    known = np.where(kept, classes, 0)
    factors = None
    divisor = float(np.count_nonzero(kept))
    if weight is not None:
        _check_weight(input, weight, n_classes)
        factors = engine.readable(weight)[known]
        divisor = float(np.add.reduce(factors, dtype=np.float64, axis=None, where=kept))
        if wants_gradient(weight):
            input, factors = engine.apply(Op.MUL, input, _along_classes(weight, input)), None
    shape = tuple(input.shape)
    inner = math.prod(shape[2:])
    if input.ndim == 3 or input.ndim > 4:
        input = shapes.reshape(input, (*shape[:2], 1, inner))
    at = known.reshape(-1, inner) * inner + np.arange(inner)
    at += np.arange(len(at))[:, None] * (n_classes * inner)
    at = at.reshape(classes.shape)
    losses = np.where(kept, -engine.readable(input).reshape(-1)[at] if at.size else 0, 0)
    if factors is not None:
        losses = losses * factors
    divisor = divisor if reduction == "mean" else 1.0
    values = losses if reduction == "none" else _divided(_whole(losses), divisor)
    places = np.where(kept, at, -1)
    if factors is not None:
        places = np.stack([places.astype(np.float64), np.where(kept, factors, 0)])
    op = Op.NLL_LOSS if input.ndim < 3 else Op.NLL_LOSS_2D
    words = (engine.float_word(divisor), int(factors is not None))
    return engine.record_values(
        op, np.asarray(values), input.dtype, input, engine.from_array(places), parameters=words
    )


def _class_dim(input: Tensor) -> int:
    return 0 if input.ndim == 1 else 1


def _along_classes(weight: Tensor, beside: Tensor) -> Tensor:
    """Give a weight for each class the shape that broadcasts along the dimension of the classes."""
    after = beside.ndim - 1 - _class_dim(beside)
    return shapes.reshape(weight, (weight.numel(), *(1,) * after))


def _check_target(input: Tensor, target: Tensor) -> None:
    if input.ndim == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if input.ndim == 1 and (target.numel() != 1 or target.ndim > 1):
        raise ValueError(
            "For 1D input, 1D target must have size 1, but got target size: "
            f"{target.shape[0] if target.ndim else 1}"
        )
    batch = target.shape[0] if target.ndim else 1
    if input.ndim > 1 and input.shape[0] != batch:
        raise ValueError(
            f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({batch})."
        )
    if input.ndim == 2 and target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if input.ndim == 4 and target.ndim != 3:
        raise RuntimeError(
            "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
            f"{target.ndim}"
        )
    wanted = [input.shape[0], *input.shape[2:]]
    if input.ndim > 2 and list(target.shape) != wanted:
        raise RuntimeError(f"Expected target size {wanted}, got {list(target.shape)}")
    if target.dtype is not dtypes.int64:
        raise RuntimeError(
            "expected target dtype to be Long or Byte, but got "
            f"{engine.torch_name(target.dtype.code)}"
        )


def _check_weight(input: Tensor, weight: Tensor, n_classes: int) -> None:
    check_tensor("nll_loss", weight, "weight", 3)
    if tuple(weight.shape) != (n_classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {n_classes} classes or no classes but "
            f"got weight tensor of shape: {list(weight.shape)}"
        )
    if weight.dtype is not input.dtype:
        raise RuntimeError(
            f"expected scalar type {engine.torch_name(input.dtype.code)} but found "
            f"{engine.torch_name(weight.dtype.code)}"
        )


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross-entropy between scores and true classes, or probabilities of classes.

    Parameters
    ----------
    input : Tensor
        Scores, ``(C,)`` or ``(N, C, ...)``; they need not be normalised.
    target : Tensor
        Numbers of the true classes (int64, the shape without `C`), or probabilities (the shape of
        `input`).
    weight, size_average, ignore_index, reduce, reduction
        As in `nll_loss`.
    label_smoothing : float
        Share of each target that is spread evenly over all classes.

    Examples
    --------
    >>> import tapegrad
    >>> scores = tapegrad.tensor([[0., 0.]], requires_grad=True)
    >>> tapegrad.nn.functional.cross_entropy(scores, tapegrad.tensor([1])).backward()
    >>> scores.grad
    tensor([[ 0.5000, -0.5000]])
    """
    reduction = _reduction(reduction, size_average, reduce)
    check_tensor("cross_entropy_loss", input)
    check_tensor("cross_entropy_loss", target, "target", 2)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    likely = target.shape == input.shape
    if likely and not target.dtype.is_floating_point:
        raise RuntimeError(
            "Expected floating point type for target with class probabilities, got "
            f"{engine.torch_name(target.dtype.code)}"
        )
    if likely and ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    if not likely:
        _check_target(input, target)
    axis = _class_dim(input)
    log_p = exponentials.log_softmax(input, axis)
    if weight is not None:
        _check_weight(input, weight, input.shape[axis])
    if likely:
        return _against_probabilities(log_p, target, weight, reduction, label_smoothing)
    loss = nll_loss(log_p, target, weight, ignore_index=ignore_index, reduction=reduction)
    if label_smoothing == 0:
        return loss
    even = _evenly(log_p, target, weight, ignore_index, reduction)
    share = label_smoothing / input.shape[axis]
    parts = (_scaled(Op.SCALE, loss, 1 - label_smoothing), _scaled(Op.SCALE, even, share))
    return engine.apply(Op.ADD, *parts)


def _scaled(op: int, t: Tensor, factor: float) -> Tensor:
    """Multiply (`Op.SCALE`) or divide (`Op.SHRINK`) by a number that is no input of the node."""
    kind = Op.MUL if op == Op.SCALE else Op.DIV
    value = in_modes(OFF, engine.apply, kind, t, engine.scalar(factor, t.dtype))
    return recorded(op, value, t, parameters=(engine.float_word(factor),))


def _evenly(
    log_p: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str
) -> Tensor:
    """Loss against all classes at once."""
    weighted = log_p if weight is None else log_p * _along_classes(weight, log_p)
    ignored = engine.apply(Op.EQ, target, engine.scalar(ignore_index, dtypes.int64))
    losses = -weighted.sum(_class_dim(log_p))
    if losses.shape != ignored.shape:
        ignored = shapes.reshape(ignored, losses.shape)
    losses = filled(losses, ignored, 0)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    kept = ~engine.readable(ignored)
    if weight is None:
        divisor = float(np.count_nonzero(kept))
    else:
        classes = engine.readable(target).reshape(kept.shape)[kept]
        divisor = float(np.add.reduce(engine.readable(weight)[classes], dtype=np.float64))
    return engine.apply(Op.DIV, losses.sum(), engine.scalar(divisor, losses.dtype))


def _against_probabilities(
    log_p: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float
) -> Tensor:
    axis = _class_dim(log_p)
    n_classes = log_p.shape[axis]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / n_classes
    terms = log_p * target
    if weight is not None:
        terms = terms * _along_classes(weight, log_p)
    if reduction == "none":
        return -terms.sum(axis)
    loss = -terms.sum()
    if reduction == "sum":
        return loss
    count = float(log_p.numel() // n_classes if n_classes else 0)
    return _scaled(Op.SHRINK, loss, count)
