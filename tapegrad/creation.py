"""Functions that make tensors from numbers and data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Unpack

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.arguments import listed, one_list, type_name, unpacked
from tapegrad.dtypes import dtype as _Dtype
from tapegrad.engine import Op, core
from tapegrad.formats import preserve_format, strides_of
from tapegrad.layouts import number_of
from tapegrad.nested import array_of
from tapegrad.ops.arguments import check_tensor
from tapegrad.options import (
    Common,
    EmptyOptions,
    LikeOptions,
    Options,
    Place,
    SizedOptions,
    finished,
    resolve,
    settled,
)
from tapegrad.scalars import filling_number
from tapegrad.warning import warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapegrad._tensor import Tensor

__all__ = [
    "empty",
    "empty_like",
    "empty_strided",
    "full",
    "full_like",
    "ones",
    "ones_like",
    "scalar_tensor",
    "tensor",
    "zeros",
    "zeros_like",
]

_NEGATIVE: Final = "Trying to create tensor with negative dimension {0}: {1}"


# What all functions share -------------------------------------------------------------------------


def given_sizes(
    function: str, args: tuple[Any, ...], options: Mapping[str, Any]
) -> tuple[Any, ...] | list[Any]:
    """Sizes from positional arguments or the keyword `size`, not yet as ints."""
    if "size" not in options:
        return listed(function, args)
    if args:
        raise TypeError(f"{function}() got multiple values for argument 'size'")
    return one_list(function, options["size"], "'size'")


def checked_sizes(function: str, values: Any) -> tuple[int, ...]:
    """Sizes as ints; none is negative."""
    negative = "zeros: Dimension size must be non-negative." if function == "zeros" else _NEGATIVE
    return unpacked(function, values, negative=negative)


def new(layout: int) -> int:
    """Make a constant with memory that nobody has written; gives its handle."""
    while True:
        handle = core.record(_CONST, 0, 0, 0, layout, 0, 0, 0)
        if handle > 0:
            return int(handle)
        engine.repair(handle, _CONST, ())


def new_tensor(kind: _Dtype, shape: tuple[int, ...], strides: Any = None) -> Tensor:
    """Make a constant with memory that nobody has written."""
    made: Tensor = core.new_object(new(number_of(kind.code, shape, strides)))
    return made


def from_values(values: npt.NDArray[Any], kind: _Dtype, requires_grad: bool | None) -> Tensor:
    """Make a tensor with a copy of an array, cast to a dtype."""
    strides = None
    if not values.flags.c_contiguous and values.size:
        order = np.empty_like(values, kind.numpy, order="K", subok=False)
        strides = tuple([s // kind.itemsize for s in order.strides])
    made = new_tensor(kind, values.shape, strides)
    with np.errstate(all="ignore"):
        engine.array(made)[...] = values
    return made.requires_grad_(True) if requires_grad else made


_CONST: Final = int(Op.CONST)


# One value everywhere -----------------------------------------------------------------------------


class _Known(NamedTuple):
    """Sizes that were checked before: the types of the arguments, and the descriptor."""

    types: tuple[type, ...]
    layout: int


_MOST_KNOWN: Final = 4096
_known: dict[tuple[tuple[Any, ...], _Dtype], _Known] = {}


def filled(layout: int, value: float, requires_grad: bool) -> Tensor:
    """Make a tensor of one value, which float64 must hold exactly."""
    word = engine.float_word(value)
    while True:
        made: Any = core.filled(layout, word, requires_grad)
        if made.__class__ is not int:
            tensor: Tensor = made
            return tensor
        engine.repair(made, _CONST, ())


def _uniform(
    function: str,
    args: tuple[Any, ...],
    value: int,
    kind: object,
    requires_grad: bool | None,
    options: SizedOptions,
) -> Tensor:
    found = kind if isinstance(kind, _Dtype) else dtypes.get_default_dtype()
    if not options and (kind is None or kind is found) and requires_grad.__class__ is bool:
        try:
            known = _known.get((args, found))
        except TypeError:  # sizes in a list
            known = None
        # True, 2.0 and 2 are equal as keys, but no float or bool is a size.
        fits = known is not None and tuple(map(type, args)) == known.types
        if known is not None and fits and (not requires_grad or found.code <= 1):
            return filled(known.layout, value, bool(requires_grad))
    given = given_sizes(function, args, options)
    found = settled(
        function, dtypes.get_default_dtype(), kind, requires_grad, options, SizedOptions
    )
    sizes = checked_sizes(function, given)
    layout = number_of(found.code, sizes)
    # A tensor may count, too, but its value can change.
    if not options and all(isinstance(n, int) for n in args):
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[args, found] = _Known(tuple(map(type, args)), layout)
    if not options:
        return filled(layout, value, bool(requires_grad))
    return finished(filled(layout, value, False), options, requires_grad)


def _fill(made: Tensor, value: Any) -> Tensor:
    with np.errstate(all="ignore"):
        engine.array(made).fill(value)
    return made


def zeros(
    *args: Any,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[SizedOptions],
) -> Tensor:
    """Make a tensor of zeros.

    Parameters
    ----------
    *args : int or sequence of int
        Sizes, as several ints or one sequence (also as ``size=``).
    dtype : dtype, optional
        Type of the elements; the default dtype where left out.
    requires_grad : bool
        Whether gradients with respect to the tensor are wanted.
    out : Tensor, optional
        Where to write the result; it takes the result's shape, and gives it its dtype.
    device : device or str, optional
        Only the CPU.
    layout, pin_memory
        As in PyTorch; only ``strided`` and False.

    Examples
    --------
    >>> zeros(2, 2)
    tensor([[0., 0.],
            [0., 0.]])
    """
    return _uniform("zeros", args, 0, dtype, requires_grad, options)


def ones(
    *args: Any,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[SizedOptions],
) -> Tensor:
    """Make a tensor of ones; see `zeros` for the parameters.

    Examples
    --------
    >>> ones(2, requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """
    return _uniform("ones", args, 1, dtype, requires_grad, options)


def empty(
    *args: Any,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[EmptyOptions],
) -> Tensor:
    """Make a tensor with whatever the memory holds; see `zeros` for the parameters."""
    given = given_sizes("empty", args, options)
    kind = settled("empty", dtypes.get_default_dtype(), dtype, requires_grad, options, EmptyOptions)
    sizes = checked_sizes("empty", given)
    form, out = options.get("memory_format"), options.get("out")
    if form is preserve_format:
        raise RuntimeError("unsupported memory format Preserve: an empty tensor follows no other")
    if out is not None and tuple(out.shape) == sizes:
        return out.requires_grad_(True) if requires_grad else out
    made = new_tensor(kind, sizes, strides_of(form, sizes) if form else None)
    return finished(made, options, requires_grad)


def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[Common],
) -> Tensor:
    """Make a tensor with given strides (in elements) and whatever the memory holds."""
    sizes, strides = (
        unpacked("empty_strided", one_list("empty_strided", values, place), name)
        for values, place, name in (
            (size, "'size' (position 1)", "size"),
            (stride, "'stride' (position 2)", "stride"),
        )
    )
    kind = settled(
        "empty_strided", dtypes.get_default_dtype(), dtype, requires_grad, options, Common
    )
    return strided_tensor(sizes, strides, kind, requires_grad)


def strided_tensor(
    sizes: tuple[int, ...], strides: tuple[int, ...], kind: _Dtype, requires_grad: bool | None
) -> Tensor:
    """Make a tensor with given strides on memory that it may not fill."""
    if len(sizes) != len(strides):
        raise RuntimeError(
            f"dimensionality of sizes ({len(sizes)}) must match dimensionality of strides "
            f"({len(strides)})"
        )
    if min((*sizes, *strides), default=0) < 0:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(sizes)} and "
            f"strides={list(strides)}: none may be negative"
        )
    reach = sum((n - 1) * s for n, s in zip(sizes, strides, strict=True)) + 1
    memory = new_tensor(kind, (reach if all(sizes) else 0,))
    made = memory.as_strided(sizes, strides)
    return made.requires_grad_(True) if requires_grad else made


def number_argument(function: str, value: Any, argument: str, position: int) -> Any:
    """Give a number, NumPy number or 0-d tensor as a Python number."""
    if isinstance(value, int | float):
        return value
    found = value
    if isinstance(value, engine.TensorBase):
        t: Any = value
        if t.ndim == 0 and not t.requires_grad:
            found = t.item()
    elif isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        found = value.item()
    if not isinstance(found, int | float):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be Number, not "
            f"{type_name(value)}"
        )
    return found


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[Options],
) -> Tensor:
    """Make a tensor that has one value everywhere.

    Parameters
    ----------
    size : sequence of int
        Sizes.
    fill_value : number
        The value; where `dtype` is left out, it decides the dtype.
    dtype, requires_grad, **options
        As for `zeros`.

    Examples
    --------
    >>> full((2,), 3)
    tensor([3, 3])
    """
    given = one_list("full", size, "'size' (position 1)")
    value = number_argument("full", fill_value, "fill_value", 2)
    kind = settled("full", dtypes.number_dtype(value), dtype, requires_grad, options, Options)
    made = new_tensor(kind, checked_sizes("full", given))
    return finished(_fill(made, filling_number(value, kind)), options, requires_grad)


def scalar_tensor(
    s: Any,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[Common],
) -> Tensor:
    """Make a tensor of no dimensions, of the default dtype where none is given."""
    value = number_argument("scalar_tensor", s, "s", 1)
    kind = settled(
        "scalar_tensor", dtypes.get_default_dtype(), dtype, requires_grad, options, Common
    )
    made = _fill(new_tensor(kind, ()), filling_number(value, kind))
    return made.requires_grad_(True) if requires_grad else made


# Like another tensor ------------------------------------------------------------------------------


def like(
    function: str,
    input: Tensor,
    kind: object,
    requires_grad: bool | None,
    options: Mapping[str, Any],
    form: Any = LikeOptions,
) -> Tensor:
    """Make a tensor with the shape and, if nothing else is asked for, the order of another."""
    check_tensor(function, input)
    found = settled(function, input.dtype, kind, requires_grad, options, form)
    shape, order = tuple(input.shape), options.get("memory_format")
    if order is None or order is preserve_format:
        plain = engine.layout_of(input).row_major and 0 not in shape
        return new_tensor(found, shape, None if plain else engine.kept_strides(input))
    return new_tensor(found, shape, strides_of(order, shape))


def zeros_like(
    input: Tensor,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[LikeOptions],
) -> Tensor:
    """Make a tensor of zeros with the shape, dtype and order of memory of another.

    Parameters
    ----------
    input : Tensor
        The other tensor.
    dtype : dtype, optional
        Another type for the elements.
    requires_grad : bool
        Whether gradients with respect to the new tensor are wanted.
    memory_format : memory_format, optional
        Another order of memory.
    layout, device, pin_memory
        As for `zeros`.

    Examples
    --------
    >>> zeros_like(ones(3, dtype=dtypes.int64))
    tensor([0, 0, 0])
    """
    made = _fill(like("zeros_like", input, dtype, requires_grad, options), 0)
    return made.requires_grad_(True) if requires_grad else made


def ones_like(
    input: Tensor,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[LikeOptions],
) -> Tensor:
    """Make a tensor of ones with the shape, dtype and order of memory of another."""
    made = _fill(like("ones_like", input, dtype, requires_grad, options), 1)
    return made.requires_grad_(True) if requires_grad else made


def empty_like(
    input: Tensor,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[LikeOptions],
) -> Tensor:
    """Make a tensor with the shape, dtype and order of memory of another, and any elements."""
    made = like("empty_like", input, dtype, requires_grad, options)
    return made.requires_grad_(True) if requires_grad else made


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: Any = None,
    requires_grad: bool | None = False,
    **options: Unpack[LikeOptions],
) -> Tensor:
    """Make a tensor of one value with the shape, dtype and order of memory of another."""
    value = number_argument("full_like", fill_value, "fill_value", 2)
    made = like("full_like", input, dtype, requires_grad, options)
    _fill(made, filling_number(value, made.dtype))
    return made.requires_grad_(True) if requires_grad else made


# From data ----------------------------------------------------------------------------------------

_COPY: Final = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {}(sourceTensor)."
)


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Place = None,
    requires_grad: bool | None = False,
    pin_memory: bool | None = False,
) -> Tensor:
    """Make a tensor with a copy of data.

    Parameters
    ----------
    data : number, nested sequence of numbers, or array
        Python floats get the default dtype, ints int64, bools bool; NumPy's numbers and arrays keep
        theirs.
    dtype, device, requires_grad, pin_memory
        As for `zeros`.

    Raises
    ------
    ValueError
        If rows of a nested sequence differ in length.

    Examples
    --------
    >>> tensor([[1., 2.], [3., 4.]], requires_grad=True)
    tensor([[1., 2.],
            [3., 4.]], requires_grad=True)
    """
    if device is not None or pin_memory:
        settled("tensor", dtypes.float32, None, False, {"device": device, "pin_memory": pin_memory},
                Common)  # fmt: skip
    if isinstance(data, engine.TensorBase):
        warn(_COPY.format("tapegrad.tensor"))
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    if not isinstance(requires_grad, bool | None):
        resolve("tensor", None, dtypes.float32, None, requires_grad)
    values, found = array_of(data, wanted)
    kind = resolve("tensor", dtype, found, None, requires_grad)
    return from_values(values, kind, requires_grad)


def new_from_data(
    owner: Tensor, data: Any, kind: object, requires_grad: bool | None, options: Mapping[str, Any]
) -> Tensor:
    """Make a tensor with a copy of data, of another tensor's dtype where none is given."""
    found = settled("new_tensor", owner.dtype, kind, requires_grad, options, Common)
    if isinstance(data, engine.TensorBase):
        warn(_COPY.format("tensor.new_tensor"))
    values, _ = array_of(data, found)
    return from_values(values, found, requires_grad)
