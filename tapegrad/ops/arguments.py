"""Arguments of functions: what may be given, and PyTorch's words for what may not."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import CodeType, FrameType
from typing import Any, Final

from tapegrad.arguments import invalid_combination, is_count, listed, one_list, type_name, unpacked
from tapegrad.engine import TensorBase

_PACKAGE: Final = __name__.partition(".")[0]
_LARGEST: Final = 2**63 - 1
_VARIADIC: Final = 4  # flag of code objects with *args


# Who called ---------------------------------------------------------------------------------------


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE


def _names(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount]


def _place(argument: str) -> str:
    """Position of an argument in the function that the user called, as error texts give it."""
    frame: FrameType | None = sys._getframe(2)
    found = 1
    while frame is not None and _is_ours(frame):
        names = _names(frame.f_code)
        if argument in names:
            found = names.index(argument) + (names[0] != "self")
        elif frame.f_code.co_flags & _VARIADIC:
            found = 1
        frame = frame.f_back
    return f"(position {found})"


def _called(argument: str) -> str:
    """Name of the outermost function of ours that has an argument."""
    frame: FrameType | None = sys._getframe(2)
    found = "function"
    while frame is not None and _is_ours(frame):
        if argument in _names(frame.f_code):
            found = frame.f_code.co_name
        frame = frame.f_back
    return found


# Refusals -----------------------------------------------------------------------------------------


def wrong_type(function: str, argument: str, wanted: str, value: object) -> TypeError:
    """Error for an argument of the wrong type."""
    return TypeError(
        f"{function}(): argument '{argument}' {_place(argument)} must be {wanted}, not "
        f"{type_name(value)}"
    )


def no_such_call(
    function: str, args: Sequence[object], keywords: Mapping[str, object], *forms: str
) -> TypeError:
    """Error for arguments that fit none of a function's forms; keywords that are None count not."""
    named = {name: value for name, value in keywords.items() if value is not None}
    return invalid_combination(function, args, named, forms)


# Checks -------------------------------------------------------------------------------------------


def check_tensor(function: str, value: object, argument: str = "input", position: int = 0) -> None:
    """Refuse an argument that is no tensor."""
    if not isinstance(value, TensorBase):
        place = f"(position {position})" if position else _place(argument)
        raise TypeError(
            f"{function}(): argument '{argument}' {place} must be Tensor, not {type_name(value)}"
        )


def in_int64(value: int) -> int:
    """Give an int that an int64 can hold."""
    if not -_LARGEST - 1 <= value <= _LARGEST:
        raise ValueError("Overflow when unpacking long long")
    return value


def integer(function: str, value: Any, argument: str = "dim") -> int:
    """Give an argument that counts something as an int."""
    if isinstance(value, int) and not isinstance(value, bool):
        return in_int64(value)
    if not is_count(value):
        raise wrong_type(function, argument, "int", value)
    return in_int64(int(value.__index__()))


def wrap_dim(
    dim: Any, ndim: int, function: str = "", argument: str = "dim", *, scalar: bool = True
) -> int:
    """Number of a dimension that may be counted from the end.

    Parameters
    ----------
    dim : int
        What was given.
    ndim : int
        Number of dimensions.
    function, argument : str
        Names for the error text; that of the function is found where it is left out.
    scalar : bool
        Whether a tensor without dimensions allows 0 and -1.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    n = ndim or 1
    if dim.__class__ is not int:
        dim = integer(function or _called(argument), dim, argument)
    if not -n <= dim < n:
        in_int64(dim)
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"
        )
    if not (ndim or scalar):
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    found: int = dim % n
    return found


def sizes_of(function: str, args: tuple[Any, ...], argument: str = "size") -> tuple[int, ...]:
    """Sizes given as one sequence or as several ints."""
    given = args[0] if len(args) == 1 and isinstance(args[0], list | tuple) else args
    if given and all(n.__class__ is int and -_LARGEST <= n <= _LARGEST for n in given):
        return tuple(given)
    if len(args) == 1 and not is_count(args[0]):
        given = one_list(function, args[0], f"'{argument}' {_place(argument)}")
    else:
        given = listed(function, args, argument)
    return unpacked(function, given, argument)


def tuple_of_ints(
    function: str, value: Any, argument: str, *, single: bool = False
) -> tuple[int, ...]:
    """Ints of a sequence; where `single`, also one int."""
    if isinstance(value, list | tuple) or (single and is_count(value)):
        return sizes_of(function, (value,), argument)
    raise wrong_type(function, argument, "tuple of ints", value)


def either(function: str, args: tuple[Any, ...], keyword: Any, argument: str) -> tuple[int, ...]:
    """Ints given as arguments, or by their name as one sequence."""
    if keyword is not None:
        if args:
            raise TypeError(f"{function}() got multiple values for argument '{argument}'")
        args = (keyword,)
    return sizes_of(function, args, argument)


def check_list(tensors: Sequence[object]) -> None:
    """Refuse a sequence that holds something else than tensors."""
    for k, t in enumerate(tensors):
        if not isinstance(t, TensorBase):
            raise TypeError(f"expected Tensor as element {k} in argument 0, but got {type_name(t)}")
