"""A slow, obvious interpreter of the tape: the oracle that the engine is compared with.

It reads the rows that the engine recorded, computes every row's value anew from the constants and
leaves, and runs reverse mode over the rows with rules of its own: closed forms written by hand for
elementwise ops, complex steps through its own forward functions for the rest. No kernel, generated
formula or rule of the engine is called.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad.layouts import Layout, layout_at
from tapegrad.testing.elementwise import ELEMENTWISE
from tapegrad_kernels import abi
from tapegrad_kernels.context import CONTEXT, view
from tapegrad_kernels.generated.opcodes import Op

if TYPE_CHECKING:
    from tapegrad.tape import Tape

Array = npt.NDArray[Any]
_STEP: Final = 1e-30

_VIEWS: Final = range(Op.VIEW, Op.UNSAFE_VIEW + 1)
_TAKES: Final = range(Op.TAKE, Op.MIN_DIM + 1)
#: Rows whose values come from outside of the tape. An alias shows memory as it was when the row was
#: made.
_SOURCES: Final = (Op.CONST, Op.LEAF, Op.LINK, Op.ALIAS)


def float_of(word: int) -> float:
    """Float in a parameter word."""
    return float(np.array(word, np.int64).view(np.float64))


def strided(whole: Array, inner: Layout, offset: int) -> Array:
    """Writable view of a row-major array by strides in elements."""
    flat = whole.reshape(-1)
    steps = [s * flat.itemsize for s in inner.strides]
    return np.lib.stride_tricks.as_strided(flat[offset:], tuple(inner.shape), steps)


# Values of structured rows. `x, y` are the inputs, `words` the parameters, `rest` the variadic
# inputs.


def _axes(x: Array, kept: int) -> tuple[int, ...]:
    shape = layout_at(kept).shape
    return tuple(k for k, n in enumerate(x.shape) if n != shape[k])


def _centred(x: Array, words: list[int]) -> Array:
    axes = _axes(x, words[0])
    mean = x.sum(axes, keepdims=True) / max(math.prod(x.shape[k] for k in axes), 1)
    return np.asarray(((x - mean) ** 2).sum(axes) * (float_of(words[1]) / 2))


def _norm(x: Array, words: list[int]) -> Array:
    axes, p = _axes(x, words[0]), float_of(words[1])
    if p == 0:
        return np.asarray((x.real != 0).sum(axes) + 0.0)
    if math.isinf(p):
        return np.asarray((np.max if p > 0 else np.min)(abs(x), axes))
    if p == 2:
        return np.asarray(np.sqrt((x**2).sum(axes)))
    return np.asarray((np.sqrt(x**2) ** p).sum(axes) ** (1 / p))


def _log_sum(x: Array, axis: Any, keepdims: bool = False) -> Array:
    top = np.max(x.real, axis, keepdims=True)
    sums = np.log(np.exp(x - top).sum(axis, keepdims=True)) + top
    return np.asarray(sums if keepdims else sums.sum(axis))


def _running(x: Array, dim: int, backwards: int) -> Array:
    if x.ndim == 0:
        return x
    return np.flip(np.cumsum(np.flip(x, dim), dim), dim) if backwards else np.cumsum(x, dim)


def _picked(x: Array, at: Array) -> Array:
    return np.where(at < 0, 0.0, -x.reshape(-1)[np.maximum(at, 0)])


def _loss(values: Array, words: list[int], shape: tuple[int, ...]) -> Array:
    whole = shape != values.shape
    return np.asarray(values.sum() / float_of(words[0])) if whole else values


_REDUCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "SUM": np.sum, "SUM_DIM": np.sum, "MEAN": np.mean, "MEAN_DIM": np.mean, "PROD": np.prod,
    "PROD_DIM": np.prod, "AMAX": np.max, "MAX": np.max, "AMIN": np.min, "MIN": np.min,
    "LOGSUMEXP": _log_sum, "MEAN_OF_VAR": np.mean, "MEAN_OF_STD": np.mean, "AMIN_BESIDE": np.min,
    "AMAX_BESIDE": np.max,
}  # fmt: skip

_SAME: Final = ("COPY", "CAST", "PROMOTE", "WRITTEN")
_PUTS: Final = (
    "PUT", "SCATTER", "SCATTER_VALUE", "PUT_FLAT", "INDEX_COPY", "INDEX_FILL", "INDEX_FILL_TENSOR",
    "MASKED_SCATTER",
)  # fmt: skip
_ADDITIONS: Final = ("SCATTER_ADD", "PUT_ADD", "INDEX_ADD")
#: Ops that write the second input over the first.
_WRITES: Final = ("COPY_INTO", "ZERO", "FILL", "FILL_TENSOR")
_MOVES: Final[dict[str, Callable[[Array, list[int]], Array]]] = {
    "FLIP": lambda x, words: np.flip(x, tuple(words)),
    "ROLL": lambda x, words: np.roll(
        x, words[: (len(words) + 1) // 2], words[len(words) // 2 :] if len(words) > 1 else None
    ),
    "REPEAT": np.tile,
    "ROT90": lambda x, words: np.rot90(x, words[0], (words[1], words[2])),
    "TRIL": lambda x, words: np.tril(x, words[0]),
    "TRIU": lambda x, words: np.triu(x, words[0]),
    "DIAGONAL_COPY": lambda x, words: np.diagonal(x, words[0]),
    "SCALE": lambda x, words: x * float_of(words[0]),
    "FACTOR": lambda x, words: x * float_of(words[0]),
    "SHRINK": lambda x, words: x / float_of(words[0]),
}


def structured_value(
    op: int, x: Array, y: Array, words: list[int], rest: list[Array], shape: tuple[int, ...]
) -> Array:
    """Value of a structured row; also for complex inputs where the op is smooth."""
    name = Op(op).name
    if op in _VIEWS:
        return strided(np.ascontiguousarray(x), layout_at(words[0]), words[1]).copy()
    if name in _SAME:
        return x
    if op in _TAKES:
        return np.asarray(x.reshape(-1)[y])
    if name in _MOVES:
        return _MOVES[name](x, words)
    if name in _WRITES:
        return np.broadcast_to(y, shape)
    if name == "RSUB":
        return y - x
    if name == "MASKED_FILL":
        return np.where(y, rest[0], x)
    if name in _PUTS + _ADDITIONS:
        made = np.array(x, np.result_type(x, rest[0])).reshape(-1)
        if name in _PUTS:
            made[y.reshape(-1)] = rest[0].reshape(-1)
        else:
            np.add.at(made, y.reshape(-1), rest[0].reshape(-1))
        return made.reshape(x.shape)
    if name == "COPY_SLICES":
        made = np.array(x, np.result_type(x, y), order="C")
        strided(made, layout_at(words[0]), words[1])[...] = y
        return made
    if name in ("MM", "BMM", "MV", "DOT"):
        return np.asarray(x @ y)
    if name == "ADDMM":
        return float_of(words[0]) * (x @ y) + float_of(words[1]) * rest[0]
    if name in _REDUCTIONS:
        return np.asarray(_REDUCTIONS[name](x, axis=_axes(x, words[0])) if x.ndim else x)
    if name in ("VAR", "STD", "VAR_MEAN", "STD_MEAN"):
        return _centred(x, words) if name[0] == "V" else np.sqrt(_centred(x, words))
    if name == "NORM":
        return _norm(x, words)
    if name == "CUMSUM":
        return _running(x, *words)
    if name in ("SOFTMAX", "LOG_SOFTMAX"):
        logs = x - _log_sum(x, words[0] if x.ndim else (), keepdims=True)
        return logs if name == "LOG_SOFTMAX" else np.exp(logs)
    if name in ("CAT", "STACK"):
        if name == "STACK":
            return np.stack(rest, words[0])
        return np.concatenate([a for a in rest if a.ndim == len(shape)], words[0])
    if name in ("NLL_LOSS", "NLL_LOSS_2D"):
        if words[1]:
            return _loss(_picked(x, y[0].astype(np.int64)) * y[1], words, shape)
        return _loss(_picked(x, y), words, shape)
    if name == "MSE_LOSS":
        return _loss((x - y) ** 2, words, shape)
    raise NotImplementedError(f"the reference interpreter does not know {name}")


def _extremum_gradient(x: Array, words: list[int], out: Array, g: Array) -> Array:
    kept = layout_at(words[0]).shape
    ties = x == out.reshape(kept)
    return np.asarray(ties * g.reshape(kept) / ties.sum(_axes(x, words[0]), keepdims=True))


def _complex_step(value: Callable[[Array], Array], x: Array, g: Array) -> Array:
    """Gradient of ``sum(g * value(x))``, one element of `x` after the other."""
    found = np.zeros(x.shape)
    moved = x.astype(np.complex128)
    for at in np.ndindex(x.shape):
        moved[at] += _STEP * 1j
        found[at] = (g * value(moved).imag).sum() / _STEP
        moved[at] = x[at]
    return found


def _folded(g: Array, shape: tuple[int, ...]) -> Array:
    """Sum over what broadcasting repeated."""
    g = g.sum(tuple(range(g.ndim - len(shape))))
    return np.asarray(
        g.sum(tuple(k for k, n in enumerate(shape) if g.shape[k] != n), keepdims=True)
    )


class Recording:
    """What the reference interpreter knows of a running program.

    Call `observe` before and after every statement: it takes copies of the values that cannot be
    computed from other rows, before somebody overwrites or releases them.

    Parameters
    ----------
    tape : Tape
        The tape that the program is recorded on.

    Examples
    --------
    >>> import tapegrad
    >>> from tapegrad.tape import default_tape
    >>> recording = Recording(default_tape)
    >>> x = tapegrad.tensor([1., 2.], requires_grad=True)
    >>> y = (x * x).sum()
    >>> recording.observe()
    >>> adjoints = recording.adjoints({recording.row_of(y): 1.0})
    >>> adjoints[recording.row_of(x)]
    array([2., 4.])
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._factors: dict[int, tuple[tuple[int, ...], list[float]]] = {}
        self._known: dict[int, tuple[tuple[int, ...], Array]] = {}
        self._now: dict[int, tuple[tuple[int, ...], Array]] = {}

    def hook(self, tensor: Any, factor: float) -> None:
        """Expect a hook on a tensor that multiplies its adjoint."""
        row = self.row_of(tensor)
        key = self._owner(row)
        known = self._factors.get(key)
        if known is None or known[0] != self._identity(row):  # none yet, or a dead row's
            known = self._factors[key] = (self._identity(row), [])
        known[1].append(factor)

    def _hooks(self, row: int) -> list[float]:
        identity, factors = self._factors.get(self._owner(row), ((), []))
        return factors if identity == self._identity(row) else []

    def _owner(self, row: int) -> int:
        """Key of a row's hooks: those of a leaf stay with it whatever row it gets."""
        return -self._word("in0", row) if self._word("op", row) == Op.LEAF else row

    # Reading rows -------------------------------------------------------------------------------

    @staticmethod
    def row_of(tensor: Any) -> int:
        """Row of a tensor."""
        from tapegrad.engine import core

        return int(core.row_info(core.handle_of(tensor)))

    def _word(self, column: str, row: int) -> int:
        return int(self.tape.columns.column(column)[row])

    def _layout(self, row: int) -> Layout:
        return layout_at(self._word("layout", row))

    def _identity(self, row: int) -> tuple[int, ...]:
        return tuple(self._word(name, row) for name in ("op", "in0", "in1", "layout"))

    def memory(self, row: int, *, any_version: bool = False) -> Array | None:
        """Copy of the value in a row's memory; None where it was released or overwritten."""
        flags, layout = self._word("flags", row), self._layout(row)
        kind = layout.dtype.numpy
        if flags & abi.SPILLED:
            return None
        if flags & abi.INLINE:
            address = int(self.tape.columns.record[0]["val"]) + 8 * row
            return view(address, kind, tuple(layout.shape)).copy()
        word = self._word("val", row)
        storage, offset = word & 0xFFFFFFFF, word >> 32 & 0xFFFFFFFF
        version = int(view(int(CONTEXT[0]["s_version"]), np.int32, storage + 1)[storage])
        # A source that only its tensor refers to follows its memory.
        follows = self._word("op", row) in (Op.CONST, Op.LEAF) and self._word("ref", row) <= 1
        if version != self._word("ver", row) and not (follows or any_version):
            return None
        address = int(view(int(CONTEXT[0]["s_address"]), np.int64, storage + 1)[storage])
        steps = tuple(layout.byte_strides)
        return view(address + offset * kind.itemsize, kind, tuple(layout.shape), steps).copy()

    def observe(self) -> None:
        """Take copies of the values that rows have now."""
        for row in np.flatnonzero(self.tape.columns.column("op")).tolist():
            value = self.memory(row)
            if value is not None:
                self._known[row] = (self._identity(row), value)
            # What an alias of the row would show that is made before the next look.
            now = self.memory(row, any_version=True)
            if now is not None:
                self._now[row] = (self._identity(row), now)

    def inputs(self, row: int) -> tuple[list[int], list[int]]:
        """Input rows (0: absent), variadic ones last, and parameter words."""
        op = self._word("op", row)
        fixed = [self._word("in0", row), self._word("in1", row)]
        if op in _SOURCES:
            return ([fixed[0]] if op == Op.ALIAS else []), []
        if op <= Op.LERP:
            return [*fixed, self._word("aux", row)], []
        words = self.tape.parameters(row)
        return [*fixed, *words[1 : 1 + words[0]]], words[1 + words[0] :]

    # Forward ------------------------------------------------------------------------------------

    def reachable(self, roots: list[int]) -> list[int]:
        """Rows that the roots were computed from, in ascending order."""
        found: set[int] = set()
        stack = list(roots)
        while stack:
            row = stack.pop()
            if row and row not in found:
                found.add(row)
                stack.extend(self.inputs(row)[0])
        return sorted(found)

    def values(self, rows: list[int]) -> dict[int, Array]:
        """Compute the values of rows, given in ascending order, from constants and leaves."""
        values: dict[int, Array] = {}
        for row in rows:
            values[row] = self._value(row, values)
        return values

    def _observed(self, row: int) -> Array:
        """Value as it was observed; NaN where a statement made and released it."""
        known = self._known.get(row)
        if known is not None and known[0] == self._identity(row):
            return known[1]
        below = self._word("in0", row)
        if self._word("op", row) == Op.ALIAS and self._now.get(below, (0,))[0] == self._identity(
            below
        ):
            return self._now[below][1]
        layout = self._layout(row)
        return np.full(tuple(layout.shape), np.nan if layout.dtype.is_floating_point else 0)

    def _value(self, row: int, values: dict[int, Array]) -> Array:
        op = self._word("op", row)
        layout = self._layout(row)
        sources, words = self.inputs(row)
        unknown = any(
            k and values[k].dtype.kind == "f" and np.isnan(values[k]).any() for k in sources
        )
        if op in _SOURCES or unknown:
            return self._observed(row)
        arrays = [_wide(values[k]) if k else np.zeros(0) for k in sources]
        with np.errstate(all="ignore"):
            if op <= Op.LERP:
                value = ELEMENTWISE[Op(op).name][0](
                    *[a for a, k in zip(arrays, sources, strict=True) if k]
                )
            else:
                value = structured_value(
                    op, arrays[0], arrays[1], words, arrays[2:], tuple(layout.shape)
                )
            return np.asarray(value).astype(layout.dtype.numpy).reshape(layout.shape)

    # Reverse ------------------------------------------------------------------------------------

    def adjoints(self, seeds: dict[int, Any]) -> dict[int, Array]:
        """Adjoints of all rows that roots depend on, given the adjoints of the roots."""
        rows = self.reachable(list(seeds))
        values = self.values(rows)
        found: dict[int, Array] = {}
        for row, seed in seeds.items():
            found[row] = np.broadcast_to(
                np.asarray(seed, np.float64), self._layout(row).shape
            ).copy()
        for row in reversed(rows):
            if row not in found:
                continue
            for factor in self._hooks(row):
                found[row] = found[row] * factor
            sources, _ = self.inputs(row)
            flags = self._word("flags", row)
            for k, source in enumerate(sources):
                wants = flags & (abi.NEEDS0 << min(k, 2))
                if source and wants and self._word("flags", source) & abi.REQUIRES_GRAD:
                    part = self._gradient(row, k, values, found[row])
                    found[source] = found.get(source, np.zeros(part.shape)) + part
        return found

    def _gradient(self, row: int, k: int, values: dict[int, Array], g: Array) -> Array:
        """Gradient with respect to input `k` of a row whose adjoint is `g`."""
        op, shape = self._word("op", row), tuple(self._layout(row).shape)
        sources, words = self.inputs(row)
        arrays = [_wide(values[s]) if s else np.zeros(0) for s in sources]
        x, out, name = arrays[k], _wide(values[row]), Op(op).name
        if op == Op.ALIAS:
            return g
        with np.errstate(all="ignore"):
            if op <= Op.LERP:
                operands = [a for a, s in zip(arrays, sources, strict=True) if s]
                slope = ELEMENTWISE[name][1][k](*operands)
                return _folded(np.broadcast_to(g * slope, shape), x.shape)
            if name in ("AMAX", "AMIN", "MAX", "MIN") or (
                name == "NORM" and math.isinf(float_of(words[1]))
            ):
                sign = np.sign(x) if name == "NORM" else 1.0
                return sign * _extremum_gradient(abs(x) if name == "NORM" else x, words, out, g)
            if name == "NORM" and float_of(words[1]) == 0:
                return np.zeros(x.shape)
            return _folded(self._smooth(op, k, arrays, words, shape, g), x.shape)

    @staticmethod
    def _smooth(
        op: int, k: int, arrays: list[Array], words: list[int], shape: tuple[int, ...], g: Array
    ) -> Array:
        def value(moved: Array) -> Array:
            a = [*arrays[:k], moved, *arrays[k + 1 :]]
            return structured_value(op, a[0], a[1], words, a[2:], shape).reshape(shape)

        return _complex_step(value, arrays[k], g)


def _wide(a: Array) -> Array:
    return a.astype(np.float64) if a.dtype.kind == "f" else a
