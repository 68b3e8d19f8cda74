"""`backward` and `grad`."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from tapegrad.arguments import type_name
from tapegrad.autograd.sweep import run_backward
from tapegrad.engine import core
from tapegrad.ops.dispatch import is_tensor
from tapegrad.size import Size
from tapegrad.warning import warn

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


_NO_CREATE_GRAPH: Final = (
    "create_graph=True: derivatives of derivatives are not available yet; the gradients themselves "
    "are, with create_graph=False"
)
_EMPTY: Final = "`inputs` argument to `{}()` cannot be empty."


def _sequence(value: Any, argument: str) -> tuple[Any, ...]:
    """Tensors that were given alone or as something to iterate over."""
    if is_tensor(value):
        return (value,)
    try:
        found = iter(value)
    except TypeError as error:
        raise TypeError(
            f"{error}: `{argument}` must be a Tensor or a sequence of Tensors"
        ) from None
    return tuple(found)


def _given(gradients: Any, argument: str, n: int) -> tuple[Any, ...]:
    return (None,) * n if gradients is None else _sequence(gradients, argument)


def _flag(value: Any) -> bool:
    """Truth of an argument that is a bool, or else an integer."""
    return value if isinstance(value, bool) else bool(operator.index(value))


def _check_roots(
    roots: Sequence[Any], gradients: Sequence[Any], batched: bool = False
) -> list[Tensor | None]:
    """Adjoints of the roots, of their shapes, without graphs; None for ones."""
    checked: list[Tensor | None] = []
    for k, (root, gradient) in enumerate(zip(roots, gradients, strict=False)):
        if not is_tensor(root):
            raise AssertionError(
                f"Expected output to be a tapegrad.Tensor, but output {k} is a {type_name(root)}"
            )
        if gradient is None:
            if root.requires_grad and root.numel() != 1:
                raise RuntimeError(
                    "grad can be implicitly created only for scalar outputs, but output "
                    f"{k} has shape {list(root.shape)}: give its gradient"
                )
        elif not is_tensor(gradient):
            raise TypeError(
                "gradients can be either Tensors or None, but got " + type(gradient).__name__
            )
        else:
            _check_shape(k, gradient, root, batched)
            gradient = gradient.detach()
        checked.append(gradient)
    if len(roots) > len(checked):
        raise RuntimeError(f"got {len(roots)} tensors and {len(checked)} gradients")
    for k, root in enumerate(roots):
        if not root.requires_grad:
            raise RuntimeError(
                f"element {k} of tensors does not require grad and does not have a grad_fn"
            )
    return checked


def _check_shape(k: int, gradient: Tensor, root: Tensor, batched: bool) -> None:
    shape = Size(gradient.shape[1:]) if batched else gradient.shape
    if shape == root.shape and gradient.ndim >= batched:
        return
    words = f"grad_output[{k}] has a shape of {shape} and output[{k}] has a shape of {root.shape}."
    if batched:
        raise RuntimeError(
            "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as "
            "the batch dimension. The sizes of the remaining dimensions are expected to match the "
            f"shape of corresponding output, but a mismatch was detected: {words} If you only want "
            "some tensors in `grad_output` to be considered batched, consider using vmap."
        )
    raise RuntimeError(f"Mismatch in shape: {words}")


def _check_inputs(inputs: Sequence[Any]) -> None:
    for t in inputs:
        if not is_tensor(t):
            raise RuntimeError(
                f"all inputs have to be Tensors or GradientEdges, but got {type_name(t)}"
            )


def backward(
    tensors: Tensor | Iterable[Tensor],
    grad_tensors: Tensor | Iterable[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Tensor | Iterable[Tensor | None] | None = None,
    inputs: Tensor | Iterable[Tensor] | None = None,
) -> None:
    """Add the gradient of `tensors` with respect to the leaves to their ``.grad``.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        The roots.
    grad_tensors : Tensor or sequence of Tensor, optional
        Their adjoints, of the same shapes; may be left out for roots of one element.
    retain_graph : bool, optional
        Keep what the graph saved, so that it can be used again.
    create_graph : bool
        Record the backward pass (not available yet).
    grad_variables : Tensor or sequence of Tensor, optional
        Old name of `grad_tensors`.
    inputs : Tensor or sequence of Tensor, optional
        Tensors to which the gradient is restricted; they retain it if they are not leaves.

    Raises
    ------
    RuntimeError
        If a root needs an adjoint or has no graph, if the graph was used before, or if a value that
        it needs was overwritten.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([1., 2.], requires_grad=True)
    >>> tapegrad.autograd.backward((x * x).sum())
    >>> x.grad
    tensor([2., 4.])
    """
    if grad_variables is not None:
        warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to "
                "`backward()`. Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    targets = None
    if inputs is not None:
        targets = _sequence(inputs, "inputs")
        if not targets:
            raise RuntimeError(_EMPTY.format("backward"))
    roots = _sequence(tensors, "tensors")
    given = (
        (None,) * len(roots) if grad_tensors is None else _sequence(grad_tensors, "grad_tensors")
    )
    if _flag(create_graph):
        raise NotImplementedError(_NO_CREATE_GRAPH)
    retain = retain_graph is not None and _flag(retain_graph)
    gradients = _check_roots(roots, given)
    if targets is not None:
        _check_inputs(targets)
        for t in targets:
            t.retain_grad()
    run_backward(roots, gradients, retain=retain, inputs=targets)


def grad(
    outputs: Tensor | Iterable[Tensor],
    inputs: Tensor | Iterable[Tensor],
    grad_outputs: Tensor | Iterable[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Gradient of the sum of `outputs` with respect to `inputs`; leaves ``.grad`` alone.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
        What is differentiated, and by what.
    grad_outputs : Tensor or sequence of Tensor, optional
        Adjoints of the outputs.
    retain_graph : bool, optional
        Keep what the graph saved.
    create_graph : bool
        Record the backward pass (not available yet).
    only_inputs : bool
        Ignored.
    allow_unused : bool, optional
        Give None for inputs that the outputs do not depend on, instead of raising.
    is_grads_batched : bool
        The first dimension of `grad_outputs` numbers adjoints; so does that of the results.
    materialize_grads : bool
        Give zeros instead of None.

    Returns
    -------
    tuple of Tensor
        One gradient for each input, of its shape and dtype.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor(3., requires_grad=True)
    >>> tapegrad.autograd.grad(x * x, x)
    (tensor(6.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    roots, targets = _sequence(outputs, "outputs"), _sequence(inputs, "inputs")
    given = (
        (None,) * len(roots) if grad_outputs is None else _sequence(grad_outputs, "grad_outputs")
    )
    if not only_inputs:
        warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To "
            "accumulate gradient for other parts of the graph, please use "
            "tapegrad.autograd.backward.",
            FutureWarning,
        )
    if _flag(create_graph):
        raise NotImplementedError(_NO_CREATE_GRAPH)
    retain = retain_graph is not None and _flag(retain_graph)
    gradients = _check_roots(roots, given, is_grads_batched)
    if not targets:
        raise RuntimeError(_EMPTY.format("grad"))
    _check_inputs(targets)
    for t in targets:
        if not t.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    unused = bool(allow_unused or materialize_grads)
    if is_grads_batched:
        found = _batched(roots, targets, gradients, retain, unused)
    else:
        found = _gradients(roots, targets, gradients, retain, unused)
    if materialize_grads:
        return tuple(
            t.detach() * 0 if gradient is None else gradient
            for t, gradient in zip(targets, found, strict=True)
        )
    return found


def _gradients(
    roots: Sequence[Tensor],
    targets: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain: bool,
    allow_unused: bool,
) -> tuple[Tensor | None, ...]:
    found = run_backward(roots, gradients, retain=retain, inputs=targets, accumulate=False)
    results = tuple(found.get(core.handle_of(t)) for t in targets)
    for k, gradient in enumerate(results):
        if gradient is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {k} appears to not have been used in the "
                "graph. Set allow_unused=True if this is the desired behavior."
            )
    return results


def _batched(
    roots: Sequence[Tensor],
    targets: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain: bool,
    allow_unused: bool,
) -> tuple[Tensor | None, ...]:
    """Gradients for one adjoint after the other, stacked."""
    from tapegrad.ops.joining import stack

    sizes = {len(g) for g in gradients if g is not None}
    if len(sizes) != 1 or 0 in sizes:
        raise ValueError(
            "is_grads_batched=True: every grad_output must have the same number of adjoints, at "
            f"least one, but got {sorted(sizes)}"
        )
    (size,) = sizes
    rows = []
    for k in range(size):
        chosen = [None if g is None else g[k] for g in gradients]
        rows.append(_gradients(roots, targets, chosen, retain or k + 1 < size, allow_unused))
    return tuple(None if of_one[0] is None else stack(of_one) for of_one in zip(*rows, strict=True))
