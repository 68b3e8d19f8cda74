"""Element types: the dtype objects, promotion between them, and their numeric limits.

The aliases ``float``, ``int`` and ``bool`` at the end of the file hide the built-ins of the same
names, so everything here spells those ``builtins.float`` and so on.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final, Never

import numpy as np

from tapegrad.arguments import Sealed, type_name

__all__ = [
    "BY_CODE",
    "BY_NUMPY",
    "Priority",
    "as_dtype",
    "bool",
    "bool_",
    "can_cast",
    "double",
    "dtype",
    "finfo",
    "float",
    "float32",
    "float64",
    "from_numpy_dtype",
    "get_default_dtype",
    "iinfo",
    "int",
    "int32",
    "int64",
    "long",
    "number_dtype",
    "promote_types",
    "result",
    "set_default_dtype",
]


class dtype(Sealed):
    """The type of a tensor's elements.

    There is one instance per type; copying and unpickling give back that instance, so ``is`` and
    ``==`` agree. The class cannot be instantiated by users.

    Attributes
    ----------
    name : str
        ``"float32"``, ``"float64"``, ``"int64"``, ``"int32"`` or ``"bool"``.
    code : int
        The number by which compiled kernels know the type.
    numpy : numpy.dtype
        The NumPy dtype with the same layout.
    itemsize : int
        Bytes per element.
    is_floating_point, is_complex, is_signed : bool
        The category of the type. ``bool`` counts as unsigned.

    Examples
    --------
    >>> from tapegrad.dtypes import float32
    >>> float32
    tapegrad.float32
    >>> float32.itemsize, float32.is_floating_point
    (4, True)
    """

    __module__ = "tapegrad"
    __slots__ = (
        "code",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "name",
        "numpy",
    )

    name: str
    code: builtins.int
    numpy: np.dtype[Any]
    itemsize: builtins.int
    is_floating_point: builtins.bool
    is_complex: builtins.bool
    is_signed: builtins.bool

    def __new__(cls, *args: object, **kwargs: object) -> dtype:
        """Refuse: the instances are made once, below."""
        raise TypeError("cannot create 'tapegrad.dtype' instances")

    def __init_subclass__(cls) -> None:
        raise TypeError("type 'tapegrad.dtype' is not an acceptable base type")

    def __repr__(self) -> str:
        return f"tapegrad.{self.name}"

    def __reduce__(self) -> str:
        return self.name

    def to_real(self) -> dtype:
        """Return the type of the real part: the type itself, as none is complex."""
        return self


def _make(code: builtins.int, name: str, scalar: type[np.generic]) -> dtype:
    made = object.__new__(dtype)
    layout = np.dtype(scalar)
    values: dict[str, object] = {
        "code": code,
        "name": name,
        "numpy": layout,
        "itemsize": layout.itemsize,
        "is_floating_point": layout.kind == "f",
        "is_complex": layout.kind == "c",
        "is_signed": layout.kind in "fci",
    }
    for attribute, value in values.items():
        object.__setattr__(made, attribute, value)
    return made


float32: Final = _make(0, "float32", np.float32)
float64: Final = _make(1, "float64", np.float64)
int64: Final = _make(2, "int64", np.int64)
int32: Final = _make(3, "int32", np.int32)
bool_: Final = _make(4, "bool", np.bool_)

BY_CODE: Final[tuple[dtype, ...]] = (float32, float64, int64, int32, bool_)
BY_NUMPY: Final[dict[np.dtype[Any], dtype]] = {each.numpy: each for each in BY_CODE}
_BY_PYTHON: Final[dict[object, dtype]] = {
    builtins.float: float64,
    builtins.int: int64,
    builtins.bool: bool_,
}


def from_numpy_dtype(numpy_dtype: np.dtype[Any]) -> dtype:
    """Return the tapegrad dtype with the layout of a NumPy dtype.

    Raises
    ------
    TypeError
        If tapegrad has no such type.
    ValueError
        If the byte order is not the machine's own.

    Examples
    --------
    >>> import numpy as np
    >>> from_numpy_dtype(np.dtype("f8"))
    tapegrad.float64
    """
    found = BY_NUMPY.get(numpy_dtype)
    if found is not None:
        return found
    if not numpy_dtype.isnative and numpy_dtype.newbyteorder("=") in BY_NUMPY:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. "
            "Conversion between byte orders is currently not supported."
        )
    raise TypeError(
        f"can't convert np.ndarray of type numpy.{numpy_dtype.type.__name__}. "
        "The only supported types are: float64, float32, int64, int32, and bool."
    )


def as_dtype(spec: object, function: str = "tensor") -> dtype:
    """Return the dtype meant by a user's ``dtype=`` argument.

    Parameters
    ----------
    spec : dtype or type
        A dtype, or the Python type ``float``, ``int`` or ``bool``.
    function : str
        The name of the function called, for the error message.

    Examples
    --------
    >>> import builtins
    >>> as_dtype(builtins.float)
    tapegrad.float64
    """
    if isinstance(spec, dtype):
        return spec
    if isinstance(spec, type) and spec in _BY_PYTHON:
        return _BY_PYTHON[spec]
    raise TypeError(f"{function}(): argument 'dtype' must be tapegrad.dtype, not {type_name(spec)}")


_default = float32


def get_default_dtype() -> dtype:
    """Return the floating type of tensors made from Python floats.

    Examples
    --------
    >>> get_default_dtype()
    tapegrad.float32
    """
    return _default


def set_default_dtype(d: dtype, /) -> None:
    """Choose the floating type of tensors made from Python floats.

    Parameters
    ----------
    d : dtype
        ``float32`` or ``float64``.

    Examples
    --------
    >>> set_default_dtype(float64)
    >>> get_default_dtype()
    tapegrad.float64
    >>> set_default_dtype(float32)
    """
    global _default
    if not isinstance(d, dtype):
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type"
        )
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d


def number_dtype(value: object) -> dtype:
    """Return the dtype a Python number stands for: default float, ``int64`` or ``bool``.

    Examples
    --------
    >>> number_dtype(True), number_dtype(2), number_dtype(0.5)
    (tapegrad.bool, tapegrad.int64, tapegrad.float32)
    """
    if isinstance(value, builtins.bool):
        return bool_
    if isinstance(value, builtins.int):
        return int64
    if isinstance(value, builtins.float):
        return _default
    raise TypeError(f"expected a Python float, int or bool, but got {type(value).__name__}")


# bool < int32 < int64 < float32 < float64 is a chain, so promotion is a maximum over it.
_CHAIN: Final = (bool_, int32, int64, float32, float64)
_RANK: Final[dict[dtype, builtins.int]] = {each: rank for rank, each in enumerate(_CHAIN)}


def _meant(function: str, argument: str, position: builtins.int, value: object) -> dtype:
    """Dtype meant by an argument, which may be a Python type."""
    if isinstance(value, dtype):
        return value
    if isinstance(value, type) and value in _BY_PYTHON:
        return _BY_PYTHON[value]
    raise TypeError(
        f"{function}(): argument '{argument}' (position {position}) must be tapegrad.dtype, "
        f"not {type_name(value)}"
    )


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """Return the smallest dtype that both dtypes convert to.

    Examples
    --------
    >>> promote_types(int64, float32)
    tapegrad.float32
    """
    first = _meant("promote_types", "type1", 1, type1)
    second = _meant("promote_types", "type2", 2, type2)
    return _CHAIN[max(_RANK[first], _RANK[second])]


def can_cast(from_: dtype, to: dtype) -> builtins.bool:
    """Return whether PyTorch's casting rules let a result of one dtype be stored in another.

    A cast may narrow a type but not leave its category for a lower one: floating to integer and
    integer to bool are refused.

    Examples
    --------
    >>> can_cast(float64, float32), can_cast(float32, int64)
    (True, False)
    """
    return _category(_meant("can_cast", "from_", 1, from_)) <= _category(
        _meant("can_cast", "to", 2, to)
    )


def _category(d: dtype) -> builtins.int:
    return 2 if d.is_floating_point else 1 if d.is_signed else 0


class Priority(IntEnum):
    """How much say an operand has in the dtype of a result; a higher one wins its category."""

    NUMBER = 0
    ZERO_DIM = 1
    DIMENSIONED = 2


def result(kinds: Iterable[tuple[dtype, builtins.int]]) -> dtype:
    """Return the dtype of an operation's result.

    Operands of lower priority count only if their category (bool, integer, floating) is above that
    of every operand of higher priority.

    Parameters
    ----------
    kinds : iterable of (dtype, Priority)
        One pair per operand. A floating Python number counts as the default dtype.

    Examples
    --------
    >>> result([(float32, Priority.DIMENSIONED), (float64, Priority.ZERO_DIM)])
    tapegrad.float32
    >>> result([(int64, Priority.DIMENSIONED), (float64, Priority.NUMBER)])
    tapegrad.float32
    """
    ranks = [-1, -1, -1]
    for operand, priority in kinds:
        if priority == 0 and operand.is_floating_point:
            operand = _default
        rank = _RANK[operand]
        if rank > ranks[priority]:
            ranks[priority] = rank
    best = -1
    for rank in reversed(ranks):
        if rank < 0:
            continue
        if best < 0 or _category(_CHAIN[rank]) > _category(_CHAIN[best]):
            best = rank
    if best < 0:
        raise ValueError("result() needs at least one operand, but got none")
    return _CHAIN[best]


class _Limits(Sealed):
    """What `finfo` and `iinfo` have in common."""

    __slots__ = ("bits", "dtype", "max", "min")
    __hash__ = None  # type: ignore[assignment]  # as in PyTorch

    bits: builtins.int
    dtype: str

    def _set(self, **limits: object) -> None:
        for name, value in limits.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> builtins.bool:
        return self.dtype == other.dtype if isinstance(other, type(self)) else NotImplemented


class finfo(_Limits):
    """Limits of a floating dtype.

    Parameters
    ----------
    type : dtype, optional
        ``float32`` or ``float64``; the default dtype when left out.

    Attributes
    ----------
    bits : int
    eps, max, min, tiny, smallest_normal, resolution : float
    dtype : str

    Examples
    --------
    >>> finfo(float32).eps
    1.1920928955078125e-07
    """

    __module__ = "tapegrad"
    __slots__ = ("eps", "resolution", "smallest_normal", "tiny")

    max: builtins.float
    min: builtins.float
    eps: builtins.float
    smallest_normal: builtins.float
    tiny: builtins.float
    resolution: builtins.float

    def __init__(self, type: dtype | None = None) -> None:
        kind = _default if type is None else _meant("finfo", "type", 1, type)
        if not kind.is_floating_point:
            raise TypeError(
                "tapegrad.finfo() requires a floating point input type. "
                "Use tapegrad.iinfo to handle 'tapegrad.finfo'"
            )
        limits = np.finfo(kind.numpy)
        smallest = builtins.float(limits.smallest_normal)
        self._set(
            bits=builtins.int(limits.bits),
            eps=builtins.float(limits.eps),
            max=builtins.float(limits.max),
            min=builtins.float(limits.min),
            smallest_normal=smallest,
            tiny=smallest,
            # float(np.float32(1e-6)) is 9.99e-07; PyTorch reports the decimal.
            resolution=builtins.float(f"1e-{limits.precision}"),
            dtype=kind.name,
        )

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo(_Limits):
    """Limits of an integer dtype.

    Parameters
    ----------
    type : dtype
        ``int64`` or ``int32``.

    Attributes
    ----------
    bits, max, min : int
    dtype : str

    Examples
    --------
    >>> iinfo(int32).max
    2147483647
    """

    __module__ = "tapegrad"
    __slots__ = ()

    max: builtins.int
    min: builtins.int

    def __init__(self, type: dtype) -> None:
        kind = _meant("iinfo", "type", 1, type)
        if kind.is_floating_point:
            raise TypeError(
                "tapegrad.iinfo() requires an integer input type. "
                "Use tapegrad.finfo to handle 'tapegrad.iinfo'"
            )
        if kind is bool_:
            raise TypeError("tapegrad.bool is not supported by tapegrad.iinfo")
        limits = np.iinfo(kind.numpy)
        self._set(
            bits=builtins.int(limits.bits),
            max=builtins.int(limits.max),
            min=builtins.int(limits.min),
            dtype=kind.name,
        )

    def __repr__(self) -> str:
        # PyTorch prints these limits to six digits too.
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


#: Types that PyTorch has and tapegrad does not.
_ABSENT: Final = frozenset(
    (
        "bfloat16", "bits16", "bits1x8", "bits2x4", "bits4x2", "bits8", "cdouble", "cfloat",
        "chalf", "complex128", "complex32", "complex64", "float16", "float8_e4m3fn",
        "float8_e5m2", "half", "int16", "int8", "qint32", "qint8", "quint8", "short", "uint16",
        "uint32", "uint64", "uint8",
    )
)  # fmt: skip


def refuse_name(name: str) -> Never:
    """Say of a name that the package does not have whether it is a dtype of PyTorch's."""
    text = f"module 'tapegrad' has no attribute {name!r}"
    if name in _ABSENT:
        text += ": the dtypes are float32, float64, int64, int32 and bool, for now"
    raise AttributeError(text, name=name)


float: Final = float32
double: Final = float64
long: Final = int64
int: Final = int32
bool: Final = bool_
