"""Dtype conversion as an op of the tape, and copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import invalid_combination, type_name
from tapegrad.devices import check_place, device
from tapegrad.engine import Op, TensorBase
from tapegrad.formats import contiguous_format, memory_format, preserve_format, strides_of
from tapegrad.layouts import number_of
from tapegrad.ops import shapes
from tapegrad.ops.arguments import check_tensor

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["clone", "detach", "detach_"]

_SWITCHES: Final = (
    "bool non_blocking = False, bool copy = False, *, tapegrad.memory_format memory_format = None"
)
_FORMS: Final = (
    f"tapegrad.device device = None, tapegrad.dtype dtype = None, {_SWITCHES}",
    f"tapegrad.dtype dtype, {_SWITCHES}",
    f"Tensor tensor, {_SWITCHES}",
)
_PYTHON_TYPES: Final = (float, int, bool)


def cast(
    t: Tensor,
    kind: dtypes.dtype,
    form: memory_format | None = None,
    *,
    always: bool = False,
    op: int = Op.PROMOTE,
) -> Tensor:
    """Give `t` with elements of another dtype.

    Parameters
    ----------
    t : Tensor
        What to convert; given back where it has the dtype already.
    kind : dtype
        The dtype wanted.
    form : memory_format, optional
        How a new tensor lies in memory; in the order of `t` where left out.
    always : bool
        Whether to copy also where the dtype is the same.
    op : int
        `Op.CAST` where the conversion was asked for, so that the graph shows it.
    """
    if t.dtype is kind and not always:
        return t
    values = engine.readable(t)
    made = engine.record(op, number_of(kind.code, tuple(t.shape), _strides(t, form)), t)
    with np.errstate(all="ignore"):
        engine.array(made)[...] = values.astype(kind.numpy, copy=False)
    return made


def _strides(t: Tensor, form: memory_format | None) -> tuple[int, ...] | None:
    if form is None or form is preserve_format:
        return engine.kept_strides(t)
    return strides_of(form, t.shape)


def _check_form(function: str, form: object) -> None:
    if form is not None and not isinstance(form, memory_format):
        raise TypeError(
            f"{function}(): argument 'memory_format' must be tapegrad.memory_format, not "
            f"{type_name(form)}"
        )


def clone(input: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
    """Copy a tensor to memory of its own; the gradient passes through.

    Parameters
    ----------
    input : Tensor
        What to copy.
    memory_format : memory_format, optional
        How the copy lies in memory; in the order of `input` where left out.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.ones(2, requires_grad=True)
    >>> clone(x)
    tensor([1., 1.], grad_fn=<CloneBackward0>)
    """
    check_tensor("clone", input)
    _check_form("clone", memory_format)
    if memory_format is None or memory_format is preserve_format:
        return engine.copy_of(input)
    number = number_of(input.dtype.code, tuple(input.shape), _strides(input, memory_format))
    return engine.copy_of(input, layout=number)


def detach(input: Tensor) -> Tensor:
    """Give a tensor with the same memory and no graph; see `Tensor.detach`."""
    check_tensor("detach", input)
    return input.detach()


def detach_(input: Tensor) -> Tensor:
    """Cut a tensor off its graph; see `Tensor.detach_`."""
    check_tensor("detach_", input)
    return input.detach_()


# Arguments of `to` --------------------------------------------------------------------------------


def _fits(name: str, value: object) -> bool:
    if name == "device":
        return value is None or isinstance(value, device | str) or type(value) is int
    if name == "dtype":
        return value is None or isinstance(value, dtypes.dtype) or value in _PYTHON_TYPES
    if name == "tensor":
        return isinstance(value, TensorBase)
    if name == "memory_format":
        return value is None or isinstance(value, memory_format)
    return name in ("non_blocking", "copy") and isinstance(value, bool)


def _by_name(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of one of the forms of `to`, by their names."""
    switches = ("non_blocking", "copy")
    first = args[0] if args else None
    names: tuple[str, ...] = ("device", "dtype", *switches)
    if isinstance(first, TensorBase):
        names = ("tensor", *switches)
    elif first is not None and not _fits("device", first):
        names = ("dtype", *switches)
    given = dict(zip(names, args, strict=False))
    twice = any(name in given for name in keywords)
    given.update(keywords)
    if len(args) > len(names) or twice or not all(_fits(*pair) for pair in given.items()):
        raise invalid_combination("to", args, keywords, _FORMS)
    return given


class ConversionMethods:
    """Copies and changes of dtype or device."""

    __slots__ = ()

    def clone(self: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Copy to memory of its own; the gradient passes through. See `tapegrad.clone`."""
        return clone(self, memory_format=memory_format)

    def contiguous(self: Tensor, *, memory_format: memory_format = contiguous_format) -> Tensor:
        """Give a tensor with row-major memory: itself where it has that, else a copy."""
        if memory_format is contiguous_format:
            return shapes.contiguous(self)
        if self.is_contiguous(memory_format=memory_format):
            return self
        if memory_format is preserve_format:
            raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
        return clone(self, memory_format=memory_format)

    def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Convert to a dtype, a device, or both, or to those of another tensor.

        Called as ``to(dtype)``, ``to(device, dtype)`` or ``to(tensor)``, each with the further
        arguments `non_blocking`, `copy` and, by name, `memory_format`.

        Parameters
        ----------
        dtype : dtype, optional
            Type of the elements wanted.
        device : device or str, optional
            Only the CPU.
        tensor : Tensor
            Whose dtype and device are wanted.
        non_blocking : bool
            Makes no difference.
        copy : bool
            Whether to copy also where nothing is to be converted.
        memory_format : memory_format
            How a copy lies in memory.

        Examples
        --------
        >>> import tapegrad
        >>> tapegrad.tensor([1.5]).to(tapegrad.int64)
        tensor([1])
        """
        if len(args) == 1 and not kwargs and isinstance(args[0], dtypes.dtype):
            return cast(self, args[0], op=Op.CAST)
        given = _by_name(args, kwargs)
        check_place(given.get("device"))
        kind = given.get("dtype")
        if "tensor" in given:
            kind = given["tensor"].dtype
        wanted = self.dtype if kind is None else dtypes.as_dtype(kind, "to")
        copy = given.get("copy", False)
        return cast(self, wanted, given.get("memory_format"), always=copy, op=Op.CAST)

    def type_as(self: Tensor, other: Tensor) -> Tensor:
        """Convert to the dtype of another tensor."""
        check_tensor("type_as", other, "other", 1)
        return cast(self, other.dtype, op=Op.CAST)

    def float(self: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Convert to float32."""
        return cast(self, dtypes.float32, memory_format, op=Op.CAST)

    def double(self: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Convert to float64."""
        return cast(self, dtypes.float64, memory_format, op=Op.CAST)

    def long(self: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Convert to int64."""
        return cast(self, dtypes.int64, memory_format, op=Op.CAST)

    def int(self: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Convert to int32."""
        return cast(self, dtypes.int32, memory_format, op=Op.CAST)

    def bool(self: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Convert to bool."""
        return cast(self, dtypes.bool_, memory_format, op=Op.CAST)

    def cpu(self: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Give the tensor on the CPU: itself."""
        return self

    def cuda(
        self: Tensor,
        device: object = None,
        non_blocking: object = False,
        *,
        memory_format: memory_format | None = None,
    ) -> Tensor:
        """Copy to a GPU; there is none yet."""
        check_place("cuda" if device is None else device)
        return self
