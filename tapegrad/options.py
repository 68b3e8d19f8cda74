"""The keywords that all functions that make tensors have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypedDict

from tapegrad import dtypes, engine
from tapegrad.arguments import invalid_combination, type_name
from tapegrad.devices import check_place
from tapegrad.devices import device as _Device
from tapegrad.dtypes import dtype as _Dtype
from tapegrad.engine import core
from tapegrad.formats import layout as _Layout
from tapegrad.formats import memory_format as _Format
from tapegrad.random_streams import Generator

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

Place = _Device | str | int | None


class Common(TypedDict, total=False):
    """Keywords of every function that makes a tensor, beside `dtype` and `requires_grad`."""

    layout: _Layout | None
    device: Place
    pin_memory: bool | None


class Options(Common, total=False):
    """Where the result may be written to a tensor that exists."""

    out: Tensor | None


class SizedOptions(Options, total=False):
    """Where the sizes may be given by name."""

    size: Sequence[int]


class EmptyOptions(SizedOptions, total=False):
    """Where the order in memory may be chosen."""

    memory_format: _Format | None


class LikeOptions(Common, total=False):
    """Of functions that follow another tensor."""

    memory_format: _Format | None


class DrawOptions(Options, total=False):
    """Of functions that draw."""

    generator: Generator | None


class RandomOptions(DrawOptions, total=False):
    """Of functions that draw, where the sizes may be given by name."""

    size: Sequence[int]


class RandomLikeOptions(LikeOptions, total=False):
    """Of functions that draw as many numbers as a tensor has elements."""

    generator: Generator | None


_KINDS: Final[dict[str, tuple[Any, str]]] = {
    "out": (engine.TensorBase, "Tensor"),
    "layout": (_Layout, "tapegrad.layout"),
    "device": ((_Device, str, int), "tapegrad.device"),
    "pin_memory": (bool, "bool"),
    "memory_format": (_Format, "tapegrad.memory_format"),
    "generator": (Generator, "tapegrad.Generator"),
}
_NO_INTEGER_GRADIENTS: Final = (
    "Only Tensors of floating point and complex dtype can require gradients"
)
_NO_PINNED_MEMORY: Final = (
    "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is "
    "available on this system."
)


def check_options(function: str, options: Mapping[str, Any], allowed: frozenset[str]) -> None:
    """Check the keywords of a function and the types of their values."""
    for name, value in options.items():
        if name not in allowed:
            raise TypeError(f"{function}() got an unexpected keyword argument '{name}'")
        if value is None or name == "size":
            continue
        kind, title = _KINDS[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise TypeError(
                f"{function}(): argument '{name}' must be {title}, not {type_name(value)}"
            )


def resolve(
    function: str, kind: object, default: _Dtype, place: object = None, requires_grad: Any = False
) -> _Dtype:
    """Dtype of a new tensor, after checking the options that all functions have."""
    found = default if kind is None else dtypes.as_dtype(kind, function)
    if not isinstance(requires_grad, bool | None):
        raise TypeError(
            f"{function}(): argument 'requires_grad' must be bool, not {type_name(requires_grad)}"
        )
    check_place(place)
    if requires_grad and not found.is_floating_point:
        raise RuntimeError(_NO_INTEGER_GRADIENTS)
    return found


def settled(
    function: str,
    default: _Dtype,
    kind: object,
    requires_grad: Any,
    options: Mapping[str, Any],
    form: Any,
) -> _Dtype:
    """Dtype of a new tensor, after checking all keywords.

    Parameters
    ----------
    function : str
        Name, for errors.
    default : dtype
        The dtype where neither `kind` nor ``out=`` says.
    kind : dtype or type or None
        The keyword ``dtype``.
    requires_grad : bool
        The keyword.
    options : mapping
        The other keywords.
    form : typed dict
        Which there are.
    """
    place = out = None
    if options:
        check_options(function, options, form.__optional_keys__)
        place, out = options.get("device"), options.get("out")
        if isinstance(place, int):
            place = _Device(place)
        if out is not None:
            default = out.dtype
    found = resolve(function, kind, default, place, requires_grad)
    if options.get("pin_memory"):
        raise RuntimeError(_NO_PINNED_MEMORY)
    if out is not None:
        _check_out(function, found, out)
    return found


def _check_out(function: str, kind: _Dtype, out: Tensor) -> None:
    if kind is not out.dtype:
        names = [engine.torch_name(each.code) for each in (kind, out.dtype)]
        raise RuntimeError(f"dtype {names[0]} does not match dtype of out parameter ({names[1]})")
    if core.modes() & 1 and out.requires_grad:
        raise RuntimeError(
            f"aten::{function}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )


def finished(made: Tensor, options: Mapping[str, Any], requires_grad: bool | None) -> Tensor:
    """Write a new tensor to ``out=``, if there is one, and make it a leaf if that is wanted."""
    out: Tensor | None = options.get("out")
    if out is None:
        out = made
    elif out.shape == made.shape:
        from tapegrad.autograd.views import overwrite

        overwrite(out, made)
    else:
        core.rebind(core.handle_of(out), core.handle_of(made))
    return out.requires_grad_(True) if requires_grad else out


def combined(
    function: str,
    error: TypeError,
    args: Sequence[object],
    keywords: Mapping[str, object],
    forms: Sequence[str],
    least: int,
) -> TypeError:
    """Error of a function of several forms: one of them is meant only if `least` values came."""
    given = {
        name: value for name, value in keywords.items() if value is not None and value is not False
    }
    if len(args) + len(given) <= least:
        return error
    return invalid_combination(function, args, given, forms)
