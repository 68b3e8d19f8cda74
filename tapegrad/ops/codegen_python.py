"""Write the Python functions and methods of the elementwise ops as source; see `codegen`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tapegrad.ops.elementwise import Elementwise

FOLDER: Final = Path(__file__).parent

#: Ops whose functions and methods `special_elementwise` has.
HANDWRITTEN: Final = ("add", "sub", "div", "clamp", "where", "lerp", "round")
#: What `special_elementwise` offers besides.
MORE: Final = (
    "allclose",
    "clip",
    "divide",
    "equal",
    "isclose",
    "masked_fill",
    "positive",
    "rsub",
    "subtract",
    "true_divide",
)

# Operators by op. The arithmetic ones of two operands and unary minus are not here: they are number
# slots in C, which a method in Python would replace.
COMPARISONS: Final = ("eq", "ne", "lt", "le", "gt", "ge")
BITWISE: Final = {"bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "xor"}
UNARY_OPERATORS: Final = {"abs": "__abs__"}
INPLACE_OPERATORS: Final = {
    "add": "iadd",
    "sub": "isub",
    "mul": "imul",
    "div": "itruediv",
    "pow": "ipow",
    "floor_divide": "ifloordiv",
    "remainder": "imod",
    "bitwise_and": "iand",
    "bitwise_or": "ior",
    "bitwise_xor": "ixor",
}

_METHODS_HEAD: Final = """
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tapegrad.engine import core
from tapegrad.ops.dispatch import inplace_binary, inplace_unary, refuse
from tapegrad.ops.special_methods import SpecialMethods

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.ops.dispatch import Operand

_unary: Final[Callable[[int, Tensor], Tensor]] = core.unary
_binary: Final[Callable[[int, Any, Any], Tensor]] = core.binary
#: What `_binary` gives for an operand that is neither a tensor nor a number.
_FOREIGN: Final[Any] = NotImplemented

"""

_FUNCTIONS_HEAD: Final = """
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tapegrad.engine import core
from tapegrad.ops.dispatch import binary, write_out
from tapegrad.ops.special_elementwise import (
{names}
)

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.ops.dispatch import Operand

_unary: Final[Callable[[int, Tensor], Tensor]] = core.unary
#: What `binary` gives for an operand that is neither a tensor nor a number.
_FOREIGN: Final[Any] = NotImplemented

"""


def _constants(table: Sequence[tuple[int, Elementwise]]) -> list[str]:
    return [f"_{op.name.upper()}: Final = {code}  # Op.{op.name.upper()}" for code, op in table]


def _method(name: str, arguments: str, doc: str, *body: str, note: str = "") -> list[str]:
    docstring = [f'        """{doc}"""'] if doc else []
    return [
        f"    def {name}(self: Tensor{arguments}) -> Tensor:{note}",
        *docstring,
        *(f"        {line}" for line in body),
        "",
    ]


def _methods_of(op: Elementwise) -> Iterable[list[str]]:
    """Give the methods that are named after an op."""
    code, name = f"_{op.name.upper()}", op.name
    written = f"Write the result of `{name}` to this tensor."
    if op.arity == 1:
        yield _method(name, "", op.doc, f"return _unary({code}, self)")
        if op.inplace:
            yield _method(f"{name}_", "", written, f"return inplace_unary({code}, self)")
    else:
        other = op.argument_names[1]
        arguments = f", {other}: Operand"
        position = "" if other == "other" else f", {other!r}".replace("'", '"')
        yield _method(
            name,
            arguments,
            op.doc.replace("`input`", "this tensor"),
            f"made = _binary({code}, self, {other})",
            f'return made if made is not _FOREIGN else refuse("{name}", {other}{position})',
        )
        if op.inplace:
            yield _method(
                f"{name}_",
                arguments,
                written,
                f"made = inplace_binary({code}, self, {other})",
                f'return made if made is not _FOREIGN else refuse("{name}_", {other}{position})',
            )
    for alias in op.aliases:
        yield [f"    {alias} = {name}", *([f"    {alias}_ = {name}_"] if op.inplace else []), ""]


def _operators() -> Iterable[list[str]]:
    for name in COMPARISONS:
        note = "  # type: ignore[override]  # elementwise" if name in ("eq", "ne") else ""
        body = f"return _binary(_{name.upper()}, self, other)"
        yield _method(f"__{name}__", ", other: object", "", body, note=note)
    for op, name in BITWISE.items():
        code = f"_{op.upper()}"
        yield _method(f"__{name}__", ", other: Operand", "", f"return _binary({code}, self, other)")
        yield _method(
            f"__r{name}__", ", other: Operand", "", f"return _binary({code}, other, self)"
        )
    for op, name in UNARY_OPERATORS.items():
        yield _method(name, "", "", f"return _unary(_{op.upper()}, self)")
    for op, name in INPLACE_OPERATORS.items():
        body = f"return inplace_binary(_{op.upper()}, self, other)"
        yield _method(f"__{name}__", ", other: Operand", "", body)


def methods(table: Sequence[tuple[int, Elementwise]], header: Sequence[str]) -> str:
    """Return the source of ``elementwise_methods.py``.

    Parameters
    ----------
    table : sequence of (int, Elementwise)
        The ops and their opcodes.
    header : sequence of str
        The first lines.
    """
    generated = [(code, op) for code, op in table if op.name not in HANDWRITTEN]
    used = [
        (code, op)
        for code, op in table
        if op.name not in HANDWRITTEN or op.name in INPLACE_OPERATORS
    ]
    lines = [*header, *_METHODS_HEAD.strip().split("\n"), "", *_constants(used), "", ""]
    lines += [
        "class ElementwiseMethods(SpecialMethods):",
        '    """The elementwise ops as methods and operators.',
        "",
        "    The arithmetic operators are not here: compiled number slots have them.",
        '    """',
        "",
        "    __slots__ = ()",
        "",
    ]
    for _, op in generated:
        for method in _methods_of(op):
            lines += method
    for method in _operators():
        lines += method
    return "\n".join(lines[:-1]) + "\n"


def _function(op: Elementwise) -> list[str]:
    code = f"_{op.name.upper()}"
    names = op.argument_names
    if op.arity == 1:
        arguments = "input: Tensor"
        call = f"_unary({code}, input)"
        plain = "out is None"
    else:
        arguments = f"input: Operand, {names[1]}: Operand"
        call = f"binary({code}, input, {names[1]})"
        plain = "out is None and made is not _FOREIGN"
    lines = [
        "",
        "",
        f"def {op.name}({arguments}, *, out: Tensor | None = None) -> Tensor:",
        f'    """{op.doc}"""',
        f"    made = {call}",
        f"    if {plain}:",
        "        return made",
        f'    return write_out("{op.name}", made, out, {", ".join(names)})',
    ]
    lines += ["", ""] if op.aliases else []
    return lines + [f"{alias} = {op.name}" for alias in op.aliases]


def _natural(name: str) -> list[tuple[int, str]]:
    """Key of the order in which Ruff wants `__all__`: log2 before log10."""
    parts = re.findall(r"\d+|\D+", name)
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def functions(table: Sequence[tuple[int, Elementwise]], header: Sequence[str]) -> str:
    """Return the source of ``elementwise_functions.py``; see `methods`."""
    generated = [(code, op) for code, op in table if op.name not in HANDWRITTEN]
    imported = sorted([*HANDWRITTEN, *MORE])
    offered = [*imported]
    for _, op in generated:
        offered += [op.name, *op.aliases] if op.public else []
    head = _FUNCTIONS_HEAD.format(names="\n".join(f"    {name}," for name in imported))
    lines = [*header, *head.strip().split("\n"), ""]
    lines += ["__all__ = [", *(f'    "{name}",' for name in sorted(offered, key=_natural)), "]", ""]
    lines += _constants(generated)
    for _, op in generated:
        lines += _function(op)
    return "\n".join(lines) + "\n"


def render(table: Sequence[tuple[int, Elementwise]], header: Sequence[str]) -> dict[Path, str]:
    """Return the text of every generated file of this folder.

    Parameters
    ----------
    table : sequence of (int, Elementwise)
        The ops and their opcodes.
    header : sequence of str
        The comment that names the generator.
    """
    return {
        FOLDER / "elementwise_methods.py": methods(
            table, ['"""Elementwise methods of tensors."""', *header]
        ),
        FOLDER / "elementwise_functions.py": functions(
            table, ['"""Elementwise functions of tensors."""', *header]
        ),
    }
