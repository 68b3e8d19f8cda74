"""`backward` and `grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from tapegrad.autograd.sweep import run_backward
from tapegrad.engine import core
from tapegrad.size import Size

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor


def _as_tuple(value: Tensor | Sequence[Tensor | None] | None, n: int) -> tuple[Tensor | None, ...]:
    if value is None:
        return (None,) * n
    # Any other single value is left for the checks to refuse.
    return tuple(value) if isinstance(value, list | tuple) else (cast("Tensor", value),)


def _given(function: str, argument: str, value: Any) -> tuple[Tensor, ...]:
    """Tensors of an argument that must name at least one."""
    from tapegrad._tensor import Tensor

    given = tuple(value) if isinstance(value, list | tuple) else (value,)
    for t in given:
        if not isinstance(t, Tensor):
            raise TypeError(
                f"{function}(): `{argument}` must be a Tensor or a sequence of Tensors, but got "
                f"{type(t).__name__}"
            )
    return given


def _check_roots(
    roots: Sequence[Tensor], gradients: Sequence[Tensor | None]
) -> list[Tensor | None]:
    from tapegrad._tensor import Tensor

    if len(roots) != len(gradients):
        raise RuntimeError(f"got {len(roots)} tensors and {len(gradients)} gradients")
    checked: list[Tensor | None] = []
    for k, (root, gradient) in enumerate(zip(roots, gradients, strict=True)):
        if not root.requires_grad:
            raise RuntimeError(
                f"element {k} of tensors does not require grad and does not have a grad_fn"
            )
        if gradient is None:
            if root.numel() != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
        elif not isinstance(gradient, Tensor):
            raise TypeError(
                "gradients can be either Tensors or None, but got " + type(gradient).__name__
            )
        elif gradient.shape != root.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{k}] has a shape of {Size(gradient.shape)} and "
                f"output[{k}] has a shape of {Size(root.shape)}."
            )
        else:
            gradient = gradient.detach()
        checked.append(gradient)
    return checked


def _check_targets(targets: Sequence[Tensor]) -> None:
    for t in targets:
        if not t.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
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
    inputs : Tensor or sequence of Tensor, optional
        Leaves to which the gradient is restricted.

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
    if create_graph:
        raise NotImplementedError(
            "create_graph=True: derivatives of derivatives are not available yet"
        )
    roots = _given("backward", "tensors", tensors)
    gradients = _check_roots(roots, _as_tuple(grad_tensors, len(roots)))
    targets = None
    if inputs is not None:
        targets = _given("backward", "inputs", inputs)
        if not targets:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        _check_targets(targets)
    run_backward(roots, gradients, retain=bool(retain_graph), inputs=targets)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
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
    allow_unused : bool, optional
        Give None for inputs that the outputs do not depend on, instead of raising.
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
    if create_graph:
        raise NotImplementedError(
            "create_graph=True: derivatives of derivatives are not available yet"
        )
    roots = _given("grad", "outputs", outputs)
    targets = _given("grad", "inputs", inputs)
    if not targets:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    gradients = _check_roots(roots, _as_tuple(grad_outputs, len(roots)))
    _check_targets(targets)
    found = run_backward(
        roots, gradients, retain=bool(retain_graph), inputs=targets, accumulate=False
    )
    results: list[Tensor | None] = []
    for k, t in enumerate(targets):
        gradient = found.get(core.handle_of(t))
        if gradient is None:
            if materialize_grads:
                gradient = t.detach() * 0
            elif not allow_unused:
                raise RuntimeError(
                    f"The differentiated Tensor at index {k} appears to not have been used in the "
                    "graph. Set allow_unused=True if this is the desired behavior."
                )
        results.append(gradient)
    return tuple(results)
