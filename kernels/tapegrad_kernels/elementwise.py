"""Builds the kernels of the elementwise ops: the forward loop and the loops of the partials."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from tapegrad_kernels.abi import NUMPY_DTYPES
from tapegrad_kernels.generated import opcodes
from tapegrad_kernels.generated.opcodes import Op
from tapegrad_kernels.loader import Unit, load

#: Places of the loops in what `addresses` gives: the value, then partials 0, 1, 2.
PLACES = 4


def _symbol(name: str, code: int, place: int) -> str:
    return f"tapegrad_loop_{name}_{NUMPY_DTYPES[code].name}_{place}"


def _build(op: Op, code: int) -> Unit:
    # Numba is imported only where a kernel has to be compiled.
    from numba import from_dtype

    from tapegrad_kernels import kernels
    from tapegrad_kernels.generated import formulas
    from tapegrad_kernels.jitting import jit
    from tapegrad_kernels.units import build_loops

    name = op.name.lower()
    suffix = f"{opcodes.ARITY[op]}" + ("_condition" if opcodes.CONDITION[op] & 1 else "")

    def loops() -> Iterator[tuple[str, object, object]]:
        if not opcodes.UFUNC[op] and opcodes.RESULT[op] != 2:
            formula = jit(getattr(formulas, name))
            yield _symbol(name, code, 0), getattr(kernels, "forward" + suffix), formula
        for k in range(3):
            partial = getattr(formulas, f"{name}_d{k}", None)
            if partial is not None:
                yield _symbol(name, code, 1 + k), getattr(kernels, "reverse" + suffix), jit(partial)

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
