"""Where a tensor lives."""

from __future__ import annotations

import re
from typing import Any, Final, Never

__all__ = ["KINDS", "device"]

KINDS: Final = ("cpu", "cuda")

_SPELLING: Final = re.compile(r"([A-Za-z_]+)(?::(0|[1-9][0-9]*))?")
_SIGNATURES: Final = "\n * (tapegrad.device device)\n * (str type, int index = -1)\n"


class device:
    """A kind of processor and, optionally, which one of that kind.

    Parameters
    ----------
    type : str, int or device
        ``"cpu"``, ``"cuda"``, ``"cuda:1"``; a bare integer is the index of a CUDA device.
    index : int, optional
        Which device of that kind, when ``type`` does not say.

    Examples
    --------
    >>> device("cuda:0")
    device(type='cuda', index=0)
    >>> str(device("cuda", 1))
    'cuda:1'
    >>> device("cpu") == device("cpu", 0)
    False
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(
        self,
        type: str | int | device | None = None,
        index: int | None = None,
        *,
        device: str | int | device | None = None,
    ) -> None:
        given = device if type is None else type
        if isinstance(given, str):
            kind, number = _parse(given, index)
        elif index is not None:
            raise TypeError(
                f"device(): argument 'type' (position 1) must be str, not {_name_of(given)}"
            )
        elif isinstance(given, _Device):
            kind, number = given.type, given.index
        elif isinstance(given, int) and not isinstance(given, bool):
            kind, number = "cuda", given
        else:
            raise TypeError(
                "device() received an invalid combination of arguments - "
                f"got ({_name_of(given)}), but expected one of:{_SIGNATURES}"
            )
        if number is not None and number < 0:
            raise RuntimeError("Device index must not be negative")
        object.__setattr__(self, "type", kind)
        object.__setattr__(self, "index", number)

    def __setattr__(self, attribute: str, value: object) -> Never:
        raise AttributeError(
            f"attribute {attribute!r} of 'tapegrad.device' objects is not writable"
        )

    def __repr__(self) -> str:
        number = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{number})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Device):
            return NotImplemented
        return self.type == other.type and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.index is None:
            return _Device, (self.type,)
        return _Device, (self.type, self.index)


# The keyword argument ``device`` hides the class inside ``__init__``.
_Device: Final = device


def _parse(text: str, index: object) -> tuple[str, int | None]:
    if not text:
        raise RuntimeError("Device string must not be empty")
    match = _SPELLING.fullmatch(text)
    if match is None:
        raise RuntimeError(f"Invalid device string: '{text}'")
    kind, number = match[1], match[2]
    if kind not in KINDS:
        raise RuntimeError(
            f"Expected one of {', '.join(KINDS)} device type at start of device string: {kind}"
        )
    if index is None:
        return kind, None if number is None else int(number)
    if isinstance(index, bool) or not isinstance(index, int):
        raise TypeError(
            f"device(): argument 'index' (position 2) must be int, not {type(index).__name__}"
        )
    if number is not None:
        raise RuntimeError(
            "type (string) must not include an index because index was passed explicitly: " + text
        )
    return kind, index


def _name_of(value: object) -> str:
    return "tapegrad.device" if isinstance(value, _Device) else type(value).__name__
