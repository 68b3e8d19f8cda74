"""Random numbers: PyTorch's CPU streams, drawn with NumPy.

A stream is the 32-bit words of MT19937. Each distribution below takes them in the order in which
PyTorch's CPU generator does, so a seed gives the same numbers.
"""

from __future__ import annotations

import math
import secrets
import threading
from operator import index
from typing import Any, Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from tapegrad.arguments import type_name
from tapegrad.devices import device as _Device

__all__ = [
    "Generator",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]

_Array = np.ndarray[Any, Any]

_DEFAULT_SEED: Final = 67280421310721
_WORDS: Final = 624
_BLOCK: Final = 16  # PyTorch makes normals sixteen at a time, from as many uniforms

# The layout in which PyTorch saves a CPU generator, so that saved states can be exchanged.
_STATE: Final = np.dtype(
    [
        ("initial_seed", "<u8"),
        ("left", "<i4"),
        ("seeded", "<i4"),
        ("next", "<u8"),
        ("words", "<u8", (_WORDS,)),
        ("normal_x", "<f8"),
        ("normal_y", "<f8"),
        ("normal_rho", "<f8"),
        ("normal_is_valid", "<i4"),
        ("padding", "V12"),
    ]
)


class Generator:
    """A stream of random numbers.

    A new generator starts from a fixed seed. The drawing methods return NumPy arrays.

    Parameters
    ----------
    device : device or str
        Only ``"cpu"``.

    Examples
    --------
    >>> Generator().manual_seed(0).rand(3)
    array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
    """

    __module__ = "tapegrad"

    def __init__(self, device: _Device | str | None = "cpu") -> None:
        if not isinstance(device, _Device | str | int | None) or isinstance(device, bool):
            raise TypeError(
                "Generator(): argument 'device' (position 1) must be tapegrad.device, not "
                f"{type_name(device)}"
            )
        place = _Device("cpu" if device is None else device)
        self._device = _Device(place.type)  # there is one CPU, whatever its index
        if self._device.type != "cpu":
            raise RuntimeError(f"Generator() must be on the cpu, but got device '{place}'")
        self._lock = threading.RLock()
        self._words = np.random.MT19937(0)
        self._initial_seed: int
        self._is_fresh: bool  # no word was drawn since seeding
        self._spare_normal: float | None
        self._reseed(_DEFAULT_SEED)

    @property
    def device(self) -> _Device:
        """The device the generator draws for."""
        return self._device

    def manual_seed(self, seed: SupportsIndex) -> Generator:
        """Restart the stream from a seed, and return the generator.

        Parameters
        ----------
        seed : int
            From ``-2**63`` to ``2**64 - 1``; a negative one stands for ``2**64 + seed``. The
            stream depends on the lowest 32 bits only.

        Examples
        --------
        >>> Generator().manual_seed(-1).initial_seed()
        18446744073709551615
        """
        try:
            number = index(seed)
        except TypeError:
            raise RuntimeError(
                f"manual_seed expected a long, but got {type(seed).__name__}"
            ) from None
        if not -(2**63) <= number < 2**64:
            raise ValueError(
                "Overflow when unpacking long long: "
                f"manual_seed() needs a seed from -2**63 to 2**64 - 1, but got {number}"
            )
        self._reseed(number % 2**64)
        return self

    def seed(self) -> int:
        """Restart the stream from an unpredictable seed, and return that seed."""
        number = secrets.randbits(53)
        self._reseed(number)
        return number

    def initial_seed(self) -> int:
        """Return the seed from which the stream started.

        Examples
        --------
        >>> Generator().initial_seed()
        67280421310721
        """
        return self._initial_seed

    def get_state(self) -> npt.NDArray[np.uint8]:
        """Return the state of the stream, as the bytes PyTorch saves.

        Examples
        --------
        >>> generator = Generator()
        >>> state = generator.get_state()
        >>> before = generator.rand(4)
        >>> generator = generator.set_state(state)
        >>> bool((generator.rand(4) == before).all())
        True
        """
        record = np.zeros((), _STATE)
        with self._lock:
            twister = self._words.state["state"]
            position = int(twister["pos"])
            record["initial_seed"] = self._initial_seed
            record["seeded"] = 1
            record["words"] = twister["key"]
            if self._is_fresh:
                record["left"], record["next"] = 1, 0
            else:
                record["left"], record["next"] = _WORDS - position + 1, position
            if self._spare_normal is not None:
                record["normal_y"], record["normal_is_valid"] = self._spare_normal, 1
        return np.frombuffer(record.tobytes(), np.uint8).copy()

    def set_state(self, new_state: npt.ArrayLike) -> Generator:
        """Continue from a state that `get_state` returned.

        Parameters
        ----------
        new_state : array of uint8
            The state; one saved by PyTorch's CPU generator also serves.
        """
        if isinstance(new_state, list | tuple) or not hasattr(new_state, "dtype"):
            raise TypeError(
                f"expected a tapegrad.ByteTensor, but got {type_name(new_state)}: a state is what "
                "get_state() gave, an array of uint8"
            )
        state = np.asarray(new_state)
        if state.dtype != np.uint8:
            raise TypeError(
                f"RNG state must be a tapegrad.ByteTensor, an array of uint8, not of {state.dtype}"
            )
        if state.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} "
                f"but found the input RNG state size to be {state.size}"
            )
        record = np.frombuffer(state.tobytes(), _STATE)[0]
        left, following = int(record["left"]), int(record["next"])
        if record["seeded"] != 1 or not 0 < left <= _WORDS or following > _WORDS:
            raise RuntimeError("Invalid mt19937 state")
        with self._lock:
            self._place(record["words"].astype(np.uint32), _WORDS if left == 1 else following)
            self._initial_seed = int(record["initial_seed"])
            self._is_fresh = left == 1 and following == 0
            self._spare_normal = float(record["normal_y"]) if record["normal_is_valid"] else None
        return self

    def clone_state(self) -> Generator:
        """Return a new generator that continues from the same state."""
        return _restore(self.get_state())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.get_state(),)

    def rand(self, n: int, np_dtype: npt.DTypeLike = np.float32) -> _Array:
        """Draw `n` numbers uniformly from [0, 1).

        Examples
        --------
        >>> Generator().manual_seed(1).rand(2)
        array([0.7576316 , 0.27931088], dtype=float32)
        """
        with self._lock:
            return self._unit(n, _floating("rand", np_dtype))

    def uniform(self, a: float, b: float, n: int, np_dtype: npt.DTypeLike = np.float32) -> _Array:
        """Draw `n` numbers uniformly from [`a`, `b`).

        Examples
        --------
        >>> bool((abs(Generator().uniform(-2, 2, 100)) <= 2).all())
        True
        """
        dtype = _floating("uniform", np_dtype)
        largest = float(np.finfo(dtype).max)
        for name, bound in (("from", a), ("to", b)):
            if not -largest <= bound <= largest:
                raise RuntimeError(f"{name} is out of bounds for {_C_NAMES[dtype]}")
        if a > b:
            raise RuntimeError(
                f"uniform_ expects to return a [from, to) range, but found from={a:g} > to={b:g}"
            )
        if b - a > largest:
            raise RuntimeError(
                "uniform_ expects to-from <= std::numeric_limits<Float>::max(), but found "
                f"to={b:g} and from={a:g} which result in to-from to exceed the limit"
            )
        start, stop = dtype.type(a), dtype.type(b)
        return _scale(self.rand(n, dtype), stop - start, start)

    def randn(self, n: int, np_dtype: npt.DTypeLike = np.float32) -> _Array:
        """Draw `n` numbers from the standard normal distribution.

        Examples
        --------
        >>> Generator().manual_seed(0).randn(2).round(4)
        array([ 1.541 , -0.2934], dtype=float32)
        """
        dtype = _floating("randn", np_dtype)
        with self._lock:
            if n < _BLOCK:
                return np.array([self._one_normal() for _ in range(n)], np.float64).astype(dtype)
            drawn = self._unit(n, dtype)
            rest = n % _BLOCK
            _to_normals(drawn[: n - rest])
            if rest:
                drawn[-_BLOCK:] = self._unit(_BLOCK, dtype)
                _to_normals(drawn[-_BLOCK:])
            return drawn

    def normal(
        self,
        mean: float,
        std: float,
        n: int,
        np_dtype: npt.DTypeLike = np.float32,
        *,
        blocks: bool = True,
    ) -> _Array:
        """Draw `n` numbers from a normal distribution.

        Without `blocks` they are drawn one by one, as PyTorch does for memory with gaps.

        Examples
        --------
        >>> Generator().manual_seed(0).normal(10, 2, 2).round(4)
        array([13.082 ,  9.4131], dtype=float32)
        """
        if not std >= 0.0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
        dtype = _floating("normal", np_dtype)
        if n < _BLOCK or not blocks:
            with self._lock:
                drawn = np.array([self._one_normal() for _ in range(n)], np.float64)
            return (drawn * std + mean).astype(dtype)
        drawn = self.randn(n, dtype)
        drawn *= dtype.type(std)
        drawn += dtype.type(mean)
        return drawn

    def randint(self, low: int, high: int, n: int) -> npt.NDArray[np.int64]:
        """Draw `n` integers uniformly from [`low`, `high`).

        Examples
        --------
        >>> Generator().manual_seed(0).randint(0, 10, 5)
        array([4, 9, 3, 0, 3])
        """
        if low >= high:
            raise RuntimeError(
                f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
            )
        if low < -(2**63) or high >= 2**63:
            raise ValueError(
                "Overflow when unpacking long long: "
                f"randint() needs bounds from -2**63 to 2**63 - 1, but got {low} and {high}"
            )
        return self.between(low, high - low, n)

    def between(self, low: int, span: int, n: int) -> npt.NDArray[np.int64]:
        """Draw `n` of the `span` integers from `low` on; at most 2**64 of them.

        Examples
        --------
        >>> Generator().manual_seed(0).between(-2, 3, 5)
        array([ 0,  0, -1, -2, -1])
        """
        # One word modulo the span is visibly uneven for wide spans.
        drawn = self.below(span, n, wide=span >= 2**28)
        return drawn.view(np.int64) + np.int64(low)

    def below(self, span: int, n: int, *, wide: bool) -> npt.NDArray[np.uint64]:
        """Draw `n` integers from 0 to `span` - 1, as remainders of one word or of two."""
        with self._lock:
            drawn = self._raw_pairs(n) if wide else self._raw(n)
        return drawn if span == 2**64 else drawn % np.uint64(span)

    def exponential(self, rate: float, n: int, np_dtype: npt.DTypeLike = np.float32) -> _Array:
        """Draw `n` numbers from an exponential distribution.

        Examples
        --------
        >>> bool((Generator().exponential(2, 100) >= 0).all())
        True
        """
        if not rate > 0.0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
        dtype = _floating("exponential", np_dtype)
        with np.errstate(under="ignore"):
            drawn: _Array = (-1.0 / rate * np.log1p(-self.rand(n, np.float64))).astype(dtype)
        return drawn

    def randperm(self, n: int) -> npt.NDArray[np.int64]:
        """Draw a permutation of 0 to `n` - 1.

        Examples
        --------
        >>> Generator().manual_seed(0).randperm(5)
        array([4, 0, 1, 3, 2])
        """
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
        with self._lock:
            drawn = self._raw(max(n - 1, 0))
        steps = (drawn % np.arange(n, 1, -1, dtype=np.uint64)).tolist()
        order = list(range(n))
        for here, step in enumerate(steps):
            there = here + step
            order[here], order[there] = order[there], order[here]
        return np.array(order, np.int64)

    def bernoulli(self, p: float | _Array, n: int | None = None) -> npt.NDArray[np.bool_]:
        """Draw booleans that are true with probability `p`.

        Parameters
        ----------
        p : float or array
            One probability for all, or one for each.
        n : int, optional
            How many, when `p` is one number.

        Examples
        --------
        >>> Generator().manual_seed(0).bernoulli(0.5, 4)
        array([False, False,  True, False])
        """
        if isinstance(p, np.ndarray):
            if not bool(((p >= 0) & (p <= 1)).all()):
                raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false.")
            below: _Array = self.rand(p.size, p.dtype).reshape(p.shape) < p
            return below
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        return np.asarray(self.rand(1 if n is None else n, np.float64) < p)

    def _reseed(self, seed: int) -> None:
        words = [seed & 0xFFFFFFFF]
        for i in range(1, _WORDS):
            last = words[-1]
            words.append((1812433253 * (last ^ (last >> 30)) + i) & 0xFFFFFFFF)
        with self._lock:
            self._place(np.array(words, np.uint32), _WORDS)
            self._initial_seed = seed
            self._is_fresh = True
            self._spare_normal = None

    def _place(self, words: npt.NDArray[np.uint32], position: int) -> None:
        self._words.state = {
            "bit_generator": "MT19937",
            "state": {"key": words, "pos": position},
        }

    def _raw(self, n: int) -> npt.NDArray[np.uint64]:
        if n:
            self._is_fresh = False
        return np.asarray(self._words.random_raw(n), np.uint64)

    def _raw_pairs(self, n: int) -> npt.NDArray[np.uint64]:
        words = self._raw(2 * n)
        return (words[0::2] << np.uint64(32)) | words[1::2]

    def _unit(self, n: int, dtype: np.dtype[Any]) -> _Array:
        if dtype == np.float32:
            low_bits = (self._raw(n) & np.uint64(2**24 - 1)).astype(np.float32)
            return low_bits * np.float32(2.0**-24)
        return (self._raw_pairs(n) & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53

    def _one_normal(self) -> float:
        if self._spare_normal is not None:
            value, self._spare_normal = self._spare_normal, None
            return value
        turn, tail = self._unit(2, np.dtype(np.float64)).tolist()
        radius = math.sqrt(-2.0 * math.log1p(-tail))
        angle = 2.0 * math.pi * turn
        self._spare_normal = radius * math.sin(angle)
        return radius * math.cos(angle)


_C_NAMES: Final = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}


def _floating(function: str, np_dtype: npt.DTypeLike) -> np.dtype[Any]:
    dtype = np.dtype(np_dtype)
    if dtype not in _C_NAMES:
        raise TypeError(f"{function}() draws float32 or float64, but got {dtype}")
    return dtype


def _to_normals(uniforms: _Array) -> None:
    """Replace blocks of uniforms by normals (Box-Muller), in place."""
    blocks = uniforms.reshape(-1, 2, _BLOCK // 2)
    one, minus_two = uniforms.dtype.type(1), uniforms.dtype.type(-2)
    radius = np.sqrt(minus_two * np.log(one - blocks[:, 0]))
    angle = uniforms.dtype.type(2 * math.pi) * blocks[:, 1]
    blocks[:, 0], blocks[:, 1] = radius * np.cos(angle), radius * np.sin(angle)


def _scale(x: _Array, factor: Any, offset: Any) -> _Array:
    """``x * factor + offset`` rounded once, as the fused instruction PyTorch uses rounds it."""
    if x.dtype == np.float32:
        wide = x.astype(np.float64) * np.float64(factor) + np.float64(offset)
        return wide.astype(np.float32)
    x_high, x_low = _halves(x)
    f_high, f_low = _halves(factor)
    product = x * factor
    product_error = ((x_high * f_high - product) + x_high * f_low + x_low * f_high) + x_low * f_low
    total = product + offset
    shift = total - product
    total_error = (product - (total - shift)) + (offset - shift)
    scaled: _Array = total + (total_error + product_error)
    return scaled


def _halves(x: Any) -> tuple[Any, Any]:
    """Split doubles into two of at most 26 bits each, whose products are exact (Dekker)."""
    shifted = x * 134217729.0
    high = shifted - (shifted - x)
    return high, x - high


def _restore(state: npt.NDArray[np.uint8]) -> Generator:
    generator = Generator()
    generator.set_state(state)
    return generator


default_generator: Final = Generator()


def manual_seed(seed: SupportsIndex | float) -> Generator:
    """Restart the default generator from a seed, and return it.

    Examples
    --------
    >>> manual_seed(0).rand(1)
    array([0.4962566], dtype=float32)
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Restart the default generator from an unpredictable seed, and return that seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed from which the default generator started.

    Examples
    --------
    >>> _ = manual_seed(3)
    >>> initial_seed()
    3
    """
    return default_generator.initial_seed()


def get_rng_state() -> npt.NDArray[np.uint8]:
    """Return the state of the default generator; see `Generator.get_state`."""
    return default_generator.get_state()


def set_rng_state(new_state: npt.ArrayLike) -> None:
    """Continue the default generator from a state; see `Generator.set_state`."""
    default_generator.set_state(new_state)
