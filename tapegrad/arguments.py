"""What is wrong with the arguments of a call, in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Never

_HEAP_TYPE: Final = 1 << 9
_LARGEST: Final = 2**63 - 1


def type_name(value: object) -> str:
    """Name of a value's type, as error texts give it.

    >>> import numpy as np
    >>> type_name([]), type_name(np.ones(1))
    ('list', 'numpy.ndarray')
    """
    kind = type(value)
    home, name = kind.__module__, kind.__name__
    if home == "tapegrad":
        return name if name == "Tensor" else f"tapegrad.{name}"
    return name if home == "builtins" or kind.__flags__ & _HEAP_TYPE else f"{home}.{name}"


class Sealed:
    """Base of objects whose attributes never change, and whose errors give the module's name."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Never:
        raise AttributeError(f"{_title(self)} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> Never:
        if not hasattr(self, name):
            raise AttributeError(f"{_title(self)} object has no attribute {name!r}")
        raise AttributeError(f"attribute {name!r} of {_title(self)} objects is not writable")

    def __delattr__(self, name: str) -> Never:
        self.__setattr__(name, None)


def _title(value: object) -> str:
    kind = type(value)
    return f"'{kind.__module__}.{kind.__name__}'"


def invalid_combination(
    function: str, args: Sequence[object], keywords: Mapping[str, object], forms: Sequence[str]
) -> TypeError:
    """Error for arguments that fit none of a function's forms."""
    given = [type_name(value) for value in args]
    given += [f"{name}={type_name(value)}" for name, value in keywords.items()]
    # PyTorch's comma where there are keywords only.
    end = ", " if keywords and not args else ""
    expected = "".join(f"\n * ({form})" for form in forms)
    return TypeError(
        f"{function}() received an invalid combination of arguments - got "
        f"({', '.join(given)}{end}), but expected one of:{expected}\n"
    )


# Sizes --------------------------------------------------------------------------------------------


def is_count(value: Any) -> bool:
    """Tell whether a value can be a size: an int, or something like one, but no bool."""
    if isinstance(value, int):
        return not isinstance(value, bool)
    if not hasattr(type(value), "__index__") or bool(getattr(value, "ndim", False)):
        return False
    kind = getattr(value, "dtype", None)
    return kind is None or "int" in str(kind)


def listed(
    function: str, args: tuple[Any, ...], argument: str = "size"
) -> tuple[Any, ...] | list[Any]:
    """Sizes as they were given, in one sequence or one by one; only the first is looked at."""
    if not args:
        raise TypeError(f'{function}() missing 1 required positional arguments: "{argument}"')
    first = args[0]
    if is_count(first):
        return args
    if len(args) > 1:
        raise TypeError(f"{function}() takes 1 positional argument but {len(args)} were given")
    return one_list(function, first, f"'{argument}' (position 1)")


def one_list(function: str, value: Any, argument: str) -> tuple[Any, ...] | list[Any]:
    """Sizes that must be in one sequence."""
    if not isinstance(value, tuple | list):
        raise TypeError(
            f"{function}(): argument {argument} must be tuple of ints, not {type_name(value)}"
        )
    if value and not is_count(value[0]):
        raise TypeError(
            f"{function}(): argument {argument} must be tuple of ints, but found element of type "
            f"{type_name(value[0])} at pos 0"
        )
    return value


def unpacked(
    function: str, values: Sequence[Any], argument: str = "size", *, negative: str | None = None
) -> tuple[int, ...]:
    """Sizes as ints.

    Parameters
    ----------
    function, argument : str
        Names, for errors.
    values : sequence
        What `listed` gave.
    negative : str, optional
        The error for a negative size, in which ``{0}`` is the size and ``{1}`` all of them; a
        negative one is allowed where left out.
    """
    found = []
    for position, value in enumerate(values, 1):
        if not is_count(value):
            raise TypeError(
                f"{function}(): argument '{argument}' failed to unpack the object at pos "
                f'{position} with error "type must be tuple of ints,but got {type_name(value)}"'
            )
        size = value.__index__()
        if not -_LARGEST <= size <= _LARGEST:
            raise TypeError(
                f"{function}(): argument '{argument}' failed to unpack the object at pos "
                f'{position} with error "Overflow when unpacking long long"'
            )
        found.append(size)
    if negative is not None:
        for size in found:
            if size < 0:
                raise RuntimeError(negative.format(size, found))
    return tuple(found)
