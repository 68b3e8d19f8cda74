"""Builds the kernels of the elementwise ops: the forward loop and the loops of the partials."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from tapegrad_kernels.abi import NUMPY_DTYPES, DType
from tapegrad_kernels.generated import opcodes
from tapegrad_kernels.generated.opcodes import Op
from tapegrad_kernels.loader import Unit, load

#: Places of the loops in what `addresses` gives: the value, then partials 0, 1, 2.
PLACES = 4

_FLOATS = (DType.FLOAT32, DType.FLOAT64)
#: Values that are computed here although NumPy has a loop, because that is slower: NumPy calls a
#: function for each float64 sine or cosine and each remainder, and its powers know no exponent.
_COMPILED = {
    Op.SIN: (DType.FLOAT64,),
    Op.COS: (DType.FLOAT64,),
    Op.POW: _FLOATS,
    Op.FLOOR_DIVIDE: _FLOATS,
    Op.REMAINDER: _FLOATS,
}

#: Symbol, template, formulas.
Loop = tuple[str, object, tuple[object, ...]]


def compiles_value(op: int, code: int) -> bool:
    """Tell whether an op's value is computed by our loop for a dtype, not by NumPy's."""
    ours = not opcodes.UFUNC[op] or code in _COMPILED.get(Op(op), ())
    return ours and opcodes.RESULT[op] != 2


def _symbol(name: str, code: int, place: int) -> str:
    return f"tapegrad_loop_{name}_{NUMPY_DTYPES[code].name}_{place}"


def _build(op: Op, code: int) -> Unit:
    # Numba is imported only where a kernel has to be compiled.
    from numba import from_dtype

    from tapegrad_kernels import kernels
    from tapegrad_kernels.generated import formulas
    from tapegrad_kernels.jitting import jit
    from tapegrad_kernels.units import build_loops
    from tapegrad_kernels.vector_math import guard, vectorised

    name = op.name.lower()
    suffix = f"{opcodes.ARITY[op]}" + ("_condition" if opcodes.CONDITION[op] & 1 else "")

    def loop(place: int, direction: str, formula: Callable[..., object]) -> Loop:
        forms: tuple[object, ...] = (vectorised(formula),)
        template = direction + suffix
        guarded = guard(formula)
        if guarded is not None:
            forms = (*forms, jit(formula), guarded.holds)
            template += f"_{guarded.template}"
        return _symbol(name, code, place), getattr(kernels, template), forms

    def loops() -> Iterator[Loop]:
        if compiles_value(op, code):
            yield loop(0, "forward", getattr(formulas, name))
        for k in range(3):
            partial = getattr(formulas, f"{name}_d{k}", None)
            if partial is not None:
                yield loop(1 + k, "reverse", partial)

    return build_loops(f"{name}_{code}", list(loops()), from_dtype(NUMPY_DTYPES[code]))


def addresses(op: int, code: int) -> list[int]:
    """Addresses of an op's loops for a dtype, compiled or loaded; 0 where there is none.

    Formulas exist for ops that are defined for floats; those without are NumPy's loops alone.
    """
    found = [0] * PLACES
    if not opcodes.FORMULA[op]:
        return found
    name = Op(op).name.lower()
    loaded = load(f"{name}_{NUMPY_DTYPES[code].name}", functools.partial(_build, Op(op), code))
    for place in range(PLACES):
        found[place] = loaded.get(_symbol(name, code, place), 0)
    return found
