"""Methods that fill tensors with random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from tapegrad import engine, random
from tapegrad.arguments import invalid_combination, is_count, type_name
from tapegrad.drawing import (
    draw_exponential,
    draw_integers,
    draw_normal,
    draw_uniform,
    overwrite_with,
)
from tapegrad.ops.arguments import integer
from tapegrad.options import check_options

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.drawing import Draw
    from tapegrad.random_streams import Generator

_GENERATOR: Final = "*, tapegrad.Generator generator = None"
_RANDOM: Final = (_GENERATOR, f"int from, int to, {_GENERATOR}", f"int to, {_GENERATOR}")
_BERNOULLI: Final = (f"Tensor p, {_GENERATOR}", f"float p = 0.5, {_GENERATOR}")


def _stream(function: str, generator: Any) -> Any:
    if generator is not None:
        check_options(function, {"generator": generator}, frozenset(("generator",)))
    return generator


def _named(
    function: str, names: tuple[str, ...], args: tuple[Any, ...], keywords: dict[str, Any]
) -> dict[str, Any]:
    """Arguments by name; ``from`` cannot be one in Python's own list of parameters."""
    if len(args) > len(names):
        raise TypeError(
            f"{function}() takes {len(names)} positional arguments but {len(args)} were given"
        )
    for name in keywords:
        if name not in names:
            raise TypeError(f"{function}() got an unexpected keyword argument '{name}'")
    return dict(zip(names, args, strict=False)) | keywords


def _real(function: str, value: Any, name: str, position: int) -> float:
    if isinstance(value, engine.TensorBase):
        t: Any = value
        value = t.item() if t.numel() == 1 else value
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(
            f"{function}(): argument '{name}' (position {position}) must be float, not "
            f"{type_name(value)}"
        )
    return float(value)


def _refuse_random(args: tuple[Any, ...], keywords: dict[str, Any]) -> NoReturn:
    raise invalid_combination("random_", args, keywords, _RANDOM) from None


class RandomMethods:
    """Random numbers in place, and draws with given probabilities."""

    __slots__ = ()

    def uniform_(
        self: Tensor, *args: Any, generator: Generator | None = None, **keywords: Any
    ) -> Tensor:
        """Fill with numbers drawn uniformly from [`from`, `to`): ``uniform_(from=0, to=1)``.

        Examples
        --------
        >>> import tapegrad
        >>> _ = tapegrad.manual_seed(0)
        >>> tapegrad.empty(2).uniform_(2, 4)
        tensor([2.9925, 3.5364])
        """
        given = _named("uniform_", ("from", "to"), args, keywords)
        low = _real("uniform_", given.get("from", 0.0), "from", 1)
        high = _real("uniform_", given.get("to", 1.0), "to", 2)
        stream = _stream("uniform_", generator)
        return overwrite_with(self, draw_uniform(low, high), stream)

    def normal_(
        self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
    ) -> Tensor:
        """Fill with numbers from a normal distribution."""
        draw = draw_normal(_real("normal_", mean, "mean", 1), _real("normal_", std, "std", 2))
        return overwrite_with(self, draw, _stream("normal_", generator))

    def exponential_(
        self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None
    ) -> Tensor:
        """Fill with numbers from an exponential distribution of rate `lambd`."""
        draw = draw_exponential(_real("exponential_", lambd, "lambd", 1))
        return overwrite_with(self, draw, _stream("exponential_", generator))

    def random_(
        self: Tensor, *args: Any, generator: Generator | None = None, **keywords: Any
    ) -> Tensor:
        """Fill with integers: ``random_()``, ``random_(to)`` or ``random_(from, to)``.

        They are drawn uniformly from [`from`, `to`), where `from` is 0 if it is left out, and a
        `to` of None stands for the dtype's limit, as does no argument.
        """
        names = ("to",) if len(args) == 1 and "to" not in keywords else ("from", "to")
        try:
            given = _named("random_", names, args, keywords)
        except TypeError:
            _refuse_random(args, keywords)
        bounds = [v for v in given.values() if v is not None]
        if not all(map(is_count, bounds)) or ("from" in given and "to" not in given):
            _refuse_random(args, keywords)
        stream = _stream("random_", generator)
        low = integer("random_", given.get("from", 0), "from") if given else None
        high = given.get("to")
        return overwrite_with(
            self,
            draw_integers(low, None if high is None else integer("random_", high, "to")),
            stream,
        )

    def bernoulli_(
        self: Tensor, p: Tensor | float = 0.5, *, generator: Generator | None = None
    ) -> Tensor:
        """Fill with 1, with probability `p` (one, or one for each element), else 0."""
        stream = _stream("bernoulli_", generator)
        if isinstance(p, engine.TensorBase):
            return overwrite_with(self, _draw_chances(self, p), stream)
        if isinstance(p, bool) or not isinstance(p, int | float | np.number):
            raise invalid_combination("bernoulli_", (p,), {}, _BERNOULLI)
        return overwrite_with(
            self, lambda source, kind, n, whole: source.bernoulli(float(p), n), stream
        )

    def bernoulli(
        self: Tensor, p: float | None = None, *, generator: Generator | None = None
    ) -> Tensor:
        """Draw 1 with the probability that each element gives, else 0."""
        return random.bernoulli(self, p, generator=generator)

    def multinomial(
        self: Tensor,
        num_samples: int,
        replacement: bool = False,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Draw indices with the probabilities that the last dimension gives."""
        return random.multinomial(self, num_samples, replacement, generator=generator)


def _draw_chances(target: Tensor, p: Tensor) -> Draw:
    """Draw with one probability for each element of a tensor, in the order of its memory."""
    if not p.dtype.is_floating_point:
        raise NotImplementedError(
            f'"bernoulli_tensor_cpu_p_" not implemented for {engine.torch_name(p.dtype.code)!r}'
        )
    chances = engine.readable(p.expand(tuple(target.shape)))
    strides = target.stride()
    order = sorted(range(chances.ndim), key=lambda dim: -strides[dim])
    in_order = chances.transpose(order).ravel()
    return lambda source, kind, n, whole: source.bernoulli(in_order)
