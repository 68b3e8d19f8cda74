"""Functions that make tensors."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.devices import device as _Device
from tapegrad.dtypes import dtype as _Dtype
from tapegrad.engine import Op, core
from tapegrad.layouts import number_of
from tapegrad.nested import array_of
from tapegrad.numpy_bridge import from_dlpack, from_numpy
from tapegrad.ops.shapes import check_tensor, integer, sizes_of
from tapegrad.scalars import checked_number

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "arange",
    "as_tensor",
    "asarray",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "ones",
    "ones_like",
    "scalar_tensor",
    "tensor",
    "zeros",
    "zeros_like",
]

_Place = _Device | str | int | None

_NO_INTEGER_GRADIENTS: Final = (
    "Only Tensors of floating point and complex dtype can require gradients"
)


# What all functions share -------------------------------------------------------------------------


def check_place(place: _Place) -> None:
    """Refuse a device that is not there."""
    if place is not None and _Device(place).type != "cpu":
        raise AssertionError("tapegrad was not set up with CUDA: use device='cpu'")


def resolve(
    function: str, kind: object, default: _Dtype, place: _Place, requires_grad: bool
) -> _Dtype:
    """Dtype of a new tensor, after checking the options that all functions have."""
    found = default if kind is None else dtypes.as_dtype(kind, function)
    if place is not None:
        check_place(place)
    if requires_grad and not found.is_floating_point:
        raise RuntimeError(_NO_INTEGER_GRADIENTS)
    return found


def checked_sizes(function: str, args: tuple[Any, ...], size: Any = None) -> tuple[int, ...]:
    """Sizes from positional arguments or the keyword `size`; none is negative."""
    if size is not None:
        if args:
            raise TypeError(f"{function}() got multiple values for argument 'size'")
        args = (size,)
    found = sizes_of(function, args)
    for n in found:
        if n < 0:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {n}: {list(found)}"
            )
    return found


def new(layout: int) -> int:
    """Make a constant with memory that nobody has written; gives its handle."""
    while True:
        handle = core.record(_CONST, 0, 0, 0, layout, 0, 0, 0)
        if handle > 0:
            return int(handle)
        engine.repair(handle, _CONST, ())


def finished(handle: int, requires_grad: bool) -> Tensor:
    """Tensor of a new handle."""
    made: Tensor = core.new_object(handle)
    if requires_grad:
        engine.make_leaf(handle)
    return made


def from_values(values: npt.NDArray[Any], kind: _Dtype, requires_grad: bool) -> Tensor:
    """Make a tensor with a copy of an array, cast to a dtype."""
    handle = new(number_of(kind.code, values.shape))
    made: Tensor = core.new_object(handle)
    with np.errstate(all="ignore"):
        engine.array(made)[...] = values
    if requires_grad:
        engine.make_leaf(handle)
    return made


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
    size: Any,
    value: int,
    kind: object,
    place: _Place,
    requires_grad: bool,
) -> Tensor:
    found = kind if isinstance(kind, _Dtype) else dtypes.get_default_dtype()
    if size is None and place is None and (kind is None or kind is found):
        try:
            known = _known.get((args, found))
        except TypeError:  # sizes in a list
            known = None
        # True, 2.0 and 2 are equal as keys, but no float or bool is a size.
        if known is not None and tuple(map(type, args)) == known.types:
            if requires_grad and found.code > 1:
                raise RuntimeError(_NO_INTEGER_GRADIENTS)
            return filled(known.layout, value, requires_grad)
    sizes = checked_sizes(function, args, size)
    found = resolve(function, kind, dtypes.get_default_dtype(), place, requires_grad)
    layout = number_of(found.code, sizes)
    # A tensor may count, too, but its value can change.
    if size is None and all(isinstance(n, int) for n in args):
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[args, found] = _Known(tuple(map(type, args)), layout)
    return filled(layout, value, requires_grad)


def _fill(handle: int, value: Any, requires_grad: bool) -> Tensor:
    made: Tensor = core.new_object(handle)
    with np.errstate(all="ignore"):
        engine.array(made).fill(value)
    if requires_grad:
        engine.make_leaf(handle)
    return made


def zeros(
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of zeros.

    Parameters
    ----------
    *args : int or sequence of int
        Sizes, as several ints or one sequence (also as ``size=``).
    dtype : dtype, optional
        Type of the elements; the default dtype where left out.
    device : device or str, optional
        Only the CPU.
    requires_grad : bool
        Whether gradients with respect to the tensor are wanted.

    Examples
    --------
    >>> zeros(2, 2)
    tensor([[0., 0.],
            [0., 0.]])
    """
    return _uniform("zeros", args, size, 0, dtype, device, requires_grad)


def ones(
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of ones; see `zeros` for the parameters.

    Examples
    --------
    >>> ones(2, requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """
    return _uniform("ones", args, size, 1, dtype, device, requires_grad)


def empty(
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor with whatever the memory holds; see `zeros` for the parameters."""
    sizes = checked_sizes("empty", args, size)
    kind = resolve("empty", dtype, dtypes.get_default_dtype(), device, requires_grad)
    return finished(new(number_of(kind.code, sizes)), requires_grad)


def _number_argument(function: str, value: Any, argument: str, position: int) -> Any:
    """Give a number, NumPy number or 0-d tensor as a Python number."""
    if isinstance(value, engine.TensorBase):
        t: Any = value
        if t.ndim == 0:
            return t.item()
    elif isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if not isinstance(value, int | float):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be Number, not "
            f"{type(value).__name__}"
        )
    return value


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor that has one value everywhere.

    Parameters
    ----------
    size : sequence of int
        Sizes.
    fill_value : number
        The value; where `dtype` is left out, it decides the dtype.
    dtype, device, requires_grad
        As for `zeros`.

    Examples
    --------
    >>> full((2,), 3)
    tensor([3, 3])
    """
    if not isinstance(size, list | tuple):
        raise TypeError(
            f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}"
        )
    value = _number_argument("full", fill_value, "fill_value", 2)
    sizes = checked_sizes("full", (size,))
    kind = resolve("full", dtype, dtypes.number_dtype(value), device, requires_grad)
    return _fill(new(number_of(kind.code, sizes)), checked_number(value, kind), requires_grad)


def scalar_tensor(
    s: Any, *, dtype: Any = None, device: _Place = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of no dimensions, of the default dtype where none is given."""
    kind = dtypes.get_default_dtype() if dtype is None else dtype
    return full((), s, dtype=kind, device=device, requires_grad=requires_grad)


# Like another tensor ------------------------------------------------------------------------------


def like(
    function: str, input: Tensor, kind: object, place: _Place, requires_grad: bool
) -> tuple[int, _Dtype]:
    """Handle of a new tensor with the shape, and where they are dense the strides, of another."""
    check_tensor(function, input)
    found = resolve(function, kind, input.dtype, place, requires_grad)
    layout = engine.layout_of(input)
    strides = layout.strides if engine.is_dense(input) else None
    return new(number_of(found.code, tuple(layout.shape), strides)), found


def zeros_like(
    input: Tensor, *, dtype: Any = None, device: _Place = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of zeros with the shape, dtype and order of memory of another.

    Examples
    --------
    >>> zeros_like(ones(3, dtype=dtypes.int64))
    tensor([0, 0, 0])
    """
    made, _ = like("zeros_like", input, dtype, device, requires_grad)
    return _fill(made, 0, requires_grad)


def ones_like(
    input: Tensor, *, dtype: Any = None, device: _Place = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of ones with the shape, dtype and order of memory of another."""
    made, _ = like("ones_like", input, dtype, device, requires_grad)
    return _fill(made, 1, requires_grad)


def empty_like(
    input: Tensor, *, dtype: Any = None, device: _Place = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor with the shape, dtype and order of memory of another, and any elements."""
    made, _ = like("empty_like", input, dtype, device, requires_grad)
    return finished(made, requires_grad)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of one value with the shape, dtype and order of memory of another."""
    value = _number_argument("full_like", fill_value, "fill_value", 2)
    made, kind = like("full_like", input, dtype, device, requires_grad)
    return _fill(made, checked_number(value, kind), requires_grad)


# Sequences ----------------------------------------------------------------------------------------


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a matrix with ones on its diagonal and zeros elsewhere.

    Examples
    --------
    >>> eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    rows = integer("eye", n, "n")
    columns = rows if m is None else integer("eye", m, "m")
    for name, size in (("n", rows), ("m", columns)):
        if size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    kind = resolve("eye", dtype, dtypes.get_default_dtype(), device, requires_grad)
    made = zeros(rows, columns, dtype=kind)
    np.fill_diagonal(engine.array(made), 1)
    return made.requires_grad_(True) if requires_grad else made


def arange(
    *args: Any,
    start: Any = None,
    end: Any = None,
    step: Any = None,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a vector of the numbers from `start` to before `end`, `step` apart.

    Called as ``arange(end)``, ``arange(start, end)`` or ``arange(start, end, step)``. Where `dtype`
    is left out, it is int64 if all three are ints, else the default dtype.

    Examples
    --------
    >>> arange(1, 7, 2)
    tensor([1, 3, 5])
    >>> arange(1.)
    tensor([0.])
    """
    names = ("end",) if len(args) == 1 and end is None else ("start", "end", "step")
    given = {"start": start, "end": end, "step": step}
    for name, value in zip(names, args, strict=False):
        if given[name] is not None:
            raise TypeError(f"arange() got multiple values for argument '{name}'")
        given[name] = value
    if len(args) > 3 or given["end"] is None:
        raise TypeError(
            "arange() received an invalid combination of arguments: expected arange(end), "
            "arange(start, end) or arange(start, end, step)"
        )
    numbers = {
        name: _number_argument("arange", value, name, k + 1)
        for k, (name, value) in enumerate(given.items())
        if value is not None
    }
    first, last, by = numbers.get("start", 0), numbers["end"], numbers.get("step", 1)
    integers = all(isinstance(value, int) for value in (first, last, by))
    default = dtypes.int64 if integers else dtypes.get_default_dtype()
    kind = resolve("arange", dtype, default, device, requires_grad)
    if kind is dtypes.bool_:
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    if by == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(first) and math.isfinite(last)):
        raise RuntimeError(f"unsupported range: {first} -> {last}")
    if (last - first) * by < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if not kind.is_floating_point:
        first, last, by = int(first), int(last), int(by)
        if by == 0:
            raise RuntimeError("step must be nonzero")
        count = -((first - last) // by)
    else:
        count = math.ceil((last - first) / by)
    made = new(number_of(kind.code, (count,)))
    t: Tensor = core.new_object(made)
    memory = engine.array(t)
    if kind.is_floating_point:
        memory[...] = first + by * np.arange(count, dtype=np.float64)
    else:
        memory[...] = first + by * np.arange(count, dtype=np.int64)
    return t.requires_grad_(True) if requires_grad else t


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: Any = None,
    device: _Place = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a vector of `steps` numbers evenly spaced from `start` to `end`, both included.

    Examples
    --------
    >>> linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    first = _number_argument("linspace", start, "start", 1)
    last = _number_argument("linspace", end, "end", 2)
    count = integer("linspace", steps, "steps")
    if count < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = resolve("linspace", dtype, dtypes.get_default_dtype(), device, requires_grad)
    handle = new(number_of(kind.code, (count,)))
    made: Tensor = core.new_object(handle)
    memory = engine.array(made)
    work = kind.numpy.type if kind.is_floating_point else np.float64
    a, b = work(first), work(last)
    if count == 1:
        memory[0] = a
    elif count:
        # From both ends, so that both are met exactly.
        by = (b - a) / work(count - 1)
        half = count // 2
        steps_up = np.arange(half, dtype=work)
        steps_down = np.arange(count - half - 1, -1, -1, dtype=work)
        memory[:half] = a + by * steps_up
        memory[half:] = b - by * steps_down
    if requires_grad:
        engine.make_leaf(handle)
    return made


# From data ----------------------------------------------------------------------------------------


def tensor(
    data: Any, *, dtype: Any = None, device: _Place = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor with a copy of data.

    Parameters
    ----------
    data : number, nested sequence of numbers, or array
        Python floats get the default dtype, ints int64, bools bool; NumPy's numbers and arrays keep
        theirs.
    dtype, device, requires_grad
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
    if isinstance(data, engine.TensorBase):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use "
            "sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than "
            "tapegrad.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    values, found = array_of(data, wanted)
    kind = resolve("tensor", dtype, found, device, requires_grad)
    return from_values(values, kind, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: _Place = None) -> Tensor:
    """Give data as a tensor, without a copy where it is a tensor or an array of the right dtype.

    Examples
    --------
    >>> import numpy as np
    >>> as_tensor(np.arange(2))
    tensor([0, 1])
    """
    if isinstance(data, engine.TensorBase):
        given: Any = data
        check_place(device)
        as_wanted: Tensor = given if dtype is None else given.to(dtypes.as_dtype(dtype))
        return as_wanted
    if isinstance(data, np.ndarray):
        made = from_numpy(data)
        kind = resolve("as_tensor", dtype, made.dtype, device, False)
        return made.to(kind)
    return tensor(data, dtype=dtype, device=device)


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: _Place = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Give an object as a tensor; `copy` says whether it must or must not be copied."""
    made = as_tensor(obj, dtype, device)
    shared = isinstance(obj, engine.TensorBase | np.ndarray)
    if shared and dtype is not None:
        shared = obj.dtype in (made.dtype, made.dtype.numpy)
    if copy is False and not shared:
        raise ValueError("can't alias arbitrary sequence or convert the dtype without a copy")
    if copy and shared:
        made = made.clone()
    return made.detach().requires_grad_(True) if requires_grad else made


# Pickles -----------------------------------------------------------------------------------------


def rebuild(values: npt.NDArray[Any], requires_grad: bool) -> Tensor:
    """Make a tensor of what pickle kept."""
    made = engine.from_array(values)
    return made.requires_grad_(True) if requires_grad else made
