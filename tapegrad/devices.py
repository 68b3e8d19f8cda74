"""Where a tensor lives."""

from __future__ import annotations

import re
from typing import Any, Final

from tapegrad.arguments import Sealed, invalid_combination, type_name

__all__ = ["KINDS", "check_place", "device", "get_default_device", "set_default_device"]

#: The kinds that PyTorch knows; tensors live on the first one only.
KINDS: Final = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga",
    "maia", "xla", "lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip

_SPELLING: Final = re.compile(r"([A-Za-z_]+)(?::(0|[1-9][0-9]*))?")
_FORMS: Final = ("tapegrad.device device", "str type, int index = -1")


class device(Sealed):
    """A kind of processor and, optionally, which one of that kind.

    In a ``with`` block it is the default device.

    Parameters
    ----------
    type : str or device
        ``"cpu"``, ``"cuda"``, ``"cuda:1"``. A bare integer would be the index of a GPU; it is
        refused, as there is none.
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

    __module__ = "tapegrad"
    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kind, number = _parse(args, kwargs)
        object.__setattr__(self, "type", kind)
        object.__setattr__(self, "index", number)

    def __init_subclass__(cls) -> None:
        raise TypeError("type 'tapegrad.device' is not an acceptable base type")

    def __repr__(self) -> str:
        number = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{number})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, device):
            return NotImplemented
        return self.type == other.type and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.index is None:
            return device, (self.type,)
        return device, (self.type, self.index)

    def __enter__(self) -> device:
        check_place(self)
        _entered.append(get_default_device())
        set_default_device(self)
        return self

    def __exit__(self, *error: object) -> None:
        set_default_device(_entered.pop())


def _parse(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, int | None]:
    """Kind and index meant by the arguments of `device`."""
    named = dict(zip(("type", "index"), args, strict=False)) | kwargs
    if len(args) > 2 or len(named) < len(args) + len(kwargs) or not named:
        raise invalid_combination("device", args, kwargs, _FORMS)
    if named.keys() == {"device"} or (named.keys() == {"type"} and args):
        (given,) = named.values()
    elif named.keys() <= {"type", "index"} and "type" in named:
        given = named["type"]
        if not isinstance(given, str | bytes):
            raise TypeError(
                f"device(): argument 'type' (position 1) must be str, not {type_name(given)}"
            )
    else:
        raise invalid_combination("device", args, kwargs, _FORMS)
    if isinstance(given, device):
        return given.type, given.index
    if isinstance(given, int) and not isinstance(given, bool):
        if given < 0:
            raise RuntimeError("Device index must not be negative")
        raise RuntimeError(
            "Cannot access accelerator device when none is available. tapegrad has the CPU only: "
            "use device='cpu'"
        )
    if not isinstance(given, str | bytes):
        raise invalid_combination("device", args, kwargs, _FORMS)
    text = given.decode() if isinstance(given, bytes) else given
    return _spelled(text, named.get("index"))


def _spelled(text: str, index: object) -> tuple[str, int | None]:
    if index is not None and (isinstance(index, bool) or not isinstance(index, int)):
        raise TypeError(
            f"device(): argument 'index' (position 2) must be int, not {type_name(index)}"
        )
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
    if number is not None:
        raise RuntimeError(
            "type (string) must not include an index because index was passed explicitly: " + text
        )
    if index < 0:
        raise RuntimeError("Device index must not be negative")
    return kind, index


def check_place(place: object) -> None:
    """Refuse a device that is not there.

    Raises
    ------
    AssertionError
        PyTorch's exception for a missing GPU.
    RuntimeError
        If there is no device of that name.
    """
    if place is None:
        return
    found = place if isinstance(place, device) else device(place)
    if found.type != "cpu":
        raise AssertionError(
            f"Torch not compiled with CUDA enabled: tapegrad has the CPU only, not '{found}'; use "
            "device='cpu'"
        )


# The default --------------------------------------------------------------------------------------

_default: device | None = None
_entered: Final[list[device]] = []
_CPU: Final = device("cpu")


def get_default_device() -> device:
    """Device of new tensors.

    Examples
    --------
    >>> get_default_device()
    device(type='cpu')
    """
    return _default or _CPU


def set_default_device(device: device | str | None) -> None:
    """Choose the device of new tensors: the CPU, which None stands for, too."""
    global _default
    found = None if device is None else _Device(device)
    check_place(found)
    _default = found


_Device: Final = device  # for where an argument hides the name
