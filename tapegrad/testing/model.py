"""A functional model of tensor programs: NumPy arrays for values, and tangents that follow them.

It knows no graph and no tape. Every variable is an array that shares memory where PyTorch's would,
with a tangent that shares memory in the same way; a tangent is the derivative along one random
direction of all leaves together. Reverse mode is right when gradients times directions give the
root's tangent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad.testing.elementwise import ELEMENTWISE

Array = npt.NDArray[Any]
_STEP: Final = 1e-30
#: Nearer to a kink than this, float32 and float64 may fall on different sides.
_KINK: Final = 1e-3
_LIMIT: Final = 300.0

#: How far the first input is from the op's kink.
_KINKS: Final[dict[str, Callable[..., Any]]] = {
    "ABS": lambda x: x,
    "RELU": lambda x: x,
    "MAXIMUM": lambda x, y: x - y,
    "MINIMUM": lambda x, y: x - y,
    "CLAMP_MIN": lambda x, y: x - y,
    "CLAMP_MAX": lambda x, y: x - y,
}


class Unsuitable(Exception):
    """A step that a random program had better not contain; the text says why."""


class Family:
    """Variables that are views of one another."""

    __slots__ = ("is_leaf", "requires_grad")

    def __init__(self, requires_grad: bool, is_leaf: bool) -> None:
        self.requires_grad = requires_grad
        self.is_leaf = is_leaf


class Variable:
    """A tensor of the model.

    Attributes
    ----------
    value, tangent : array
        What it holds and the derivative along the direction.
    dtype : str
        ``"float32"`` or ``"float64"``; the model itself computes in float64.
    family : Family
        The views that it belongs to.
    plain : bool
        Whether the memory is certainly row-major in every implementation.
    """

    __slots__ = ("dtype", "family", "plain", "tangent", "value")

    def __init__(
        self, value: Array, tangent: Array, dtype: str, family: Family, plain: bool = True
    ) -> None:
        self.value = value
        self.tangent = tangent
        self.dtype = dtype
        self.family = family
        self.plain = plain

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions."""
        return self.value.shape


def common_dtype(*operands: Variable) -> str:
    """Promoted dtype: tensors without dimensions count only among themselves."""
    dimensioned = [v.dtype for v in operands if v.value.ndim]
    return max(dimensioned or [v.dtype for v in operands])  # "float64" is the larger string


def checked(value: Any, tangent: Any) -> tuple[Array, Array]:
    """Refuse numbers that would make comparisons meaningless."""
    value, tangent = np.asarray(value, np.float64), np.asarray(tangent, np.float64)
    for a in (value, tangent):
        if not np.isfinite(a).all() or (a.size and abs(a).max() > _LIMIT):
            raise Unsuitable("large or undefined numbers")
    return value, tangent


def elementwise(name: str, *operands: tuple[Any, Any]) -> tuple[Array, Array]:
    """Value and tangent of an elementwise op of (value, tangent) pairs."""
    values = [np.asarray(v) for v, _ in operands]
    forward, partials = ELEMENTWISE[name]
    if name in _KINKS and (abs(_KINKS[name](*values)) < _KINK).any():
        raise Unsuitable("near a kink")
    with np.errstate(all="ignore"):
        value = np.asarray(forward(*values))
        tangent = np.zeros(value.shape)
        for slope, (_, t) in zip(partials, operands, strict=True):
            if t is not None:
                tangent = tangent + slope(*values) * t
    return checked(value, tangent)


def smooth(function: Callable[[Array], Array], x: Variable) -> tuple[Array, Array]:
    """Value and tangent of a function that also takes complex numbers, by a complex step."""
    with np.errstate(all="ignore"):
        moved = np.asarray(function(x.value + 1j * _STEP * x.tangent))
    return checked(moved.real.copy(), moved.imag / _STEP)


class Model:
    """The state of a program in the model.

    Parameters
    ----------
    seed : int
        Of the direction.

    Attributes
    ----------
    variables : dict of str to Variable
        What has a name.
    directions : dict of str to array
        The direction, by leaf.
    total : float
        Sum of the tangents of all roots since gradients were last cleared.
    grad_mode : bool
        Whether what is done is recorded.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 7])
        self.variables: dict[str, Variable] = {}
        self.directions: dict[str, Array] = {}
        self.total = 0.0
        self.grad_mode = True

    def __getitem__(self, name: str) -> Variable:
        try:
            return self.variables[name]
        except KeyError:
            raise Unsuitable(f"there is no {name}") from None

    def leaf(self, name: str, values: Array, dtype: str, requires_grad: bool) -> None:
        """Make a tensor of given values."""
        value = np.array(values, np.float64)
        tangent = np.zeros(value.shape)
        if requires_grad:
            tangent = self.directions[name] = self._rng.uniform(-1, 1, value.shape)
        self.variables[name] = Variable(value, tangent.copy(), dtype, Family(requires_grad, True))

    def result(
        self, name: str, pair: tuple[Array, Array], *inputs: Variable, plain: bool = False,
        dtype: str | None = None,
    ) -> None:  # fmt: skip
        """Name a new tensor with memory of its own."""
        wants = self.grad_mode and any(v.family.requires_grad for v in inputs)
        value, tangent = np.array(pair[0]), np.array(pair[1])
        if not wants:
            tangent = np.zeros(value.shape)
        plain = plain or all(v.plain for v in inputs)
        kind = dtype or common_dtype(*inputs)
        self.variables[name] = Variable(value, tangent, kind, Family(wants, not wants), plain)

    def view(self, x: Variable, look: Callable[[Array], Array]) -> Variable:
        """Make a view."""
        value, tangent = look(x.value), look(x.tangent)
        shares = np.shares_memory(value, x.value) or not value.size
        if not (shares and isinstance(value, np.ndarray)):
            raise Unsuitable("not a view in NumPy")
        return Variable(value, tangent, x.dtype, x.family, False)

    def write(
        self, target: Variable, pair: tuple[Any, Any], *sources: Variable, overwrites: bool = False
    ) -> None:
        """Write to the memory of a variable."""
        family = target.family
        if self.grad_mode and family.requires_grad and family.is_leaf:
            raise Unsuitable("a leaf cannot be written in place")
        if any(s == 0 and n > 1 for s, n in zip(target.value.strides, target.shape, strict=True)):
            raise Unsuitable("elements share memory")
        for source in sources:
            same = source is target or (
                source.value.__array_interface__ == target.value.__array_interface__
                and min(target.shape, default=0) > 1
            )
            if not same and np.shares_memory(source.value, target.value):
                raise Unsuitable("overlap")
        value, tangent = checked(*pair)
        if np.broadcast_shapes(value.shape, target.shape) != target.shape:
            raise Unsuitable("the target would have to grow")
        target.value[...] = value
        if self.grad_mode:
            target.tangent[...] = tangent
            if any(s.family.requires_grad for s in sources):
                family.requires_grad, family.is_leaf = True, False
