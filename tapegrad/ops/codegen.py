"""Derive the partials of the op table with SymPy and write them as source.

``python -m tapegrad.ops.codegen`` rewrites ``tapegrad_kernels/generated`` and the elementwise
functions and methods; with ``--check`` it changes nothing and exits 1 if a file is stale. The files
are checked in: Numba cannot cache code that was exec'd, and importing tapegrad must not import
SymPy.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tapegrad.ops import codegen_python
from tapegrad.ops.elementwise import ELEMENTWISE, Elementwise

FOLDER = Path(__file__).parents[2] / "kernels" / "tapegrad_kernels" / "generated"
COMMAND = "python -m tapegrad.ops.codegen"
WIDTH = 100

STRUCTURAL = ("DEAD", "CONST", "LEAF", "LINK", "ALIAS")
RESULTS = ("same", "float", "bool")
#: Names of the inputs and of the output in the generated source.
INPUTS = ("x", "y", "z")
OUTPUT = "o"

# Relative costs of operations, for choosing between forms of a partial.
_ADD, _COMPARE, _DIVIDE, _SQRT, _CALL, _POWER = 1, 1, 4, 6, 20, 40


class Derivation:
    """An op's definition and its partials as SymPy expressions.

    Parameters
    ----------
    op : Elementwise
        The declaration.

    Attributes
    ----------
    inputs : list of Symbol
        The op's inputs.
    output : Symbol
        The op's output, which partials may read.
    definition : Expr
        The op as an expression of `inputs`.
    """

    def __init__(self, op: Elementwise) -> None:
        self.op = op
        self.S: Any = importlib.import_module("sympy")
        positive = True if op.arity == 1 and op.domains[0][0] > 0 else None
        real = {"real": True, "positive": positive}
        self.inputs = [
            self.S.Symbol(name, **({} if kind == "bool" else real))
            for name, kind in zip(INPUTS, op.kinds, strict=False)
        ]
        self.definition: Any = self.S.sympify(op.definition(self.S, *self.inputs))
        positive = getattr(self.definition, "is_positive", None) or None
        self.output: Any = self.S.Symbol(OUTPUT, real=True, positive=positive)

    def partial(self, k: int) -> Any:
        """Return the partial with respect to input `k`, in the inputs and the output."""
        stable = self.op.stable_partial(k)
        if stable is not None:
            return self.S.sympify(stable(self.S, *self.inputs, self.output))
        return self.cheapest(self.definition.diff(self.inputs[k]))

    def second_partial(self, k: int, j: int) -> Any:
        """Return the derivative of partial `k` by input `j`, through the output too."""
        first = self.partial(k)
        direct = first.diff(self.inputs[j])
        return self.cheapest(direct + first.diff(self.output) * self.partial(j))

    def cheapest(self, derivative: Any) -> Any:
        """Return the form of `derivative` that costs least to compute."""
        S = self.S
        if derivative.has(S.Piecewise):
            return derivative
        forms = [derivative, S.simplify(derivative), S.factor(derivative)]
        if self.op.reads_output:
            rewritten = self._in_terms_of_output(derivative)
            forms += [form for form in rewritten if self._same(form, derivative)]
        forms = [self._factor_squares(form) for form in forms]
        # Of equal cost, a product loses fewer digits than a sum.
        rank = [(cost(S, f), f.is_Add, len(f.free_symbols), str(f)) for f in forms]
        return forms[rank.index(min(rank))]

    def _in_terms_of_output(self, derivative: Any) -> Iterator[Any]:
        """Solve ``definition = output`` for each of its parts; substitute what is cheap."""
        S = self.S
        parts = self.definition.atoms(S.Function, S.Pow) | set(self.inputs)
        for part in sorted(parts, key=str):
            unknown = S.Dummy(real=True, positive=part.is_positive)
            equation = self.definition.subs(part, unknown) - self.output
            if not equation.has(unknown):
                continue
            solutions = S.solve(equation, unknown)
            if len(solutions) == 1 and cost(S, solutions[0]) < _CALL:
                form = derivative.subs(part, unknown).subs(unknown, solutions[0])
                yield from (form, S.simplify(form), S.factor(form))

    def _same(self, form: Any, derivative: Any) -> bool:
        """Compare at a few points of the domain: a solution may be the wrong branch."""
        for fraction in (0.32, 0.58, 0.91):
            point = {
                x: self.S.Float(low + (fraction - 0.1 * i) * (high - low), 30)
                for i, (x, (low, high)) in enumerate(zip(self.inputs, self.op.domains, strict=True))
            }
            point[self.output] = self.definition.subs(point)
            error = self.S.N(form.subs(point) - derivative.subs(point), 30)
            if not error.is_finite or abs(error) > 1e-20:
                return False
        return True

    def _factor_squares(self, form: Any) -> Any:
        """Write 1 - x**2 as (1 - x) * (1 + x), which keeps its digits near 1."""
        for x in self.inputs:
            form = form.xreplace({1 - x**2: (1 - x) * (1 + x), x**2 - 1: (x - 1) * (x + 1)})
        return form


def cost(S: Any, form: Any) -> int:
    """Return the relative cost of computing `form`.

    Parameters
    ----------
    S : module
        SymPy.
    form : Expr
        Any expression.

    Returns
    -------
    int
        The sum over its operations.
    """
    total: int = sum(cost(S, argument) for argument in form.args)
    if form.is_number or form.is_Symbol:
        return 0
    if form.is_Add or form.is_Mul:
        return total + _ADD * (len(form.args) - 1 - int(form.args[0] == -1))
    if form.is_Pow and form.exp.is_Rational:
        roots = _SQRT if form.exp.q == 2 else 0
        divisions = _DIVIDE if form.exp < 0 else 0
        if form.exp.q <= 2:
            return total + roots + divisions + _ADD * (abs(int(form.exp.p)) - 1)
    if form.is_Pow and form.base != S.E:
        return total + _POWER
    return total + (_CALL if form.is_Function or form.is_Pow else _COMPARE)


class Printer:
    """Prints SymPy expressions as source in which every literal is typed with ``F``.

    Untyped, ``0.5 * x`` is a float64 for a float32 `x`.
    """

    #: SymPy's functions that ``math`` has under the same name.
    CALLS = re.compile("a?(sin|cos|tan)h?|atan2|exp|log|erfc?|fabs")
    # Strengths of binding, from the weakest.
    IF, OR, AND, COMPARE, SUM, PRODUCT, POWER, ATOM = range(8)

    def __init__(self) -> None:
        self.S: Any = importlib.import_module("sympy")

    def text(self, form: Any) -> str:
        """Return the source of `form`."""
        return self._print(form)[0]

    def _at(self, form: Any, strength: int) -> str:
        text, own = self._print(form)
        return text if own >= strength else f"({text})"

    def _print(self, form: Any) -> tuple[str, int]:
        """Return the source of `form` and how strongly its outermost operator binds."""
        S = self.S
        if form.is_Symbol:
            return form.name, self.ATOM
        if form in (S.true, S.false):
            return str(bool(form)), self.ATOM
        if getattr(form, "is_number", False):
            return f"F({float(form)!r})", self.ATOM
        if form.is_Add:
            return self._sum(form), self.SUM
        if form.is_Mul or (form.is_Pow and form.exp.is_Rational):
            return self._product(form)
        if form.is_Pow:
            return f"math.pow({', '.join(map(self.text, form.args))})", self.ATOM
        if isinstance(form, S.Piecewise):
            return self._cases(form.args), self.IF
        if form.is_Relational:
            sides = (self._at(side, self.SUM) for side in form.args)
            return f" {form.rel_op} ".join(sides), self.COMPARE
        if isinstance(form, S.And | S.Or):
            word, strength = ("and", self.AND) if isinstance(form, S.And) else ("or", self.OR)
            terms = sorted(self._at(term, strength + 1) for term in form.args)
            return f" {word} ".join(terms), strength
        if isinstance(form, S.floor):
            numerator, denominator = form.args[0].as_numer_denom()
            if denominator != 1:
                quotient = f"{self.text(numerator)}, {self.text(denominator)}"
                return f"special.floor_divide(F, {quotient})", self.ATOM
        return self._call(form), self.ATOM

    def _call(self, form: Any) -> str:
        name = type(form).__name__.replace("Abs", "fabs")
        if not self.CALLS.fullmatch(name):
            raise NotImplementedError(f"no source for {name} in {form}: declare a stable form")
        return f"math.{name}({', '.join(self.text(argument) for argument in form.args)})"

    def _sum(self, form: Any) -> str:
        terms = [term for term in form.as_ordered_terms() if not term.could_extract_minus_sign()]
        taken = [-term for term in form.as_ordered_terms() if term.could_extract_minus_sign()]
        if not terms:
            return f"-({self.text(-form)})"
        text = " + ".join(self._at(term, self.PRODUCT) for term in terms)
        return text + "".join(f" - {self._at(term, self.PRODUCT)}" for term in taken)

    def _product(self, form: Any) -> tuple[str, int]:
        S = self.S
        factors = form.as_ordered_factors()
        constant = S.Mul(*(factor for factor in factors if factor.is_number))
        above: list[str] = []
        below: list[str] = []
        repeated: list[str] = []
        roots_above: list[Any] = []
        roots_below: list[Any] = []
        for factor in factors:
            if factor.is_number:
                continue
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, S.Integer(1))
            if constant < 0 and abs(exponent) == 1 and self._ends_in_minus(base):
                # o * (1 - o) rather than -o * (o - 1).
                base, constant = -base, -constant
            if not exponent.is_Rational or exponent.q > 2 or base == S.E:
                base, exponent = factor, S.Integer(1)
            if exponent.q == 2:
                (roots_above if exponent > 0 else roots_below).append(base)
            whole = abs(exponent.p) // exponent.q
            text = self._at(base, self.POWER)
            if exponent > 0:
                above += [text] * whole
            elif whole:
                below.append(text)
                # x / y / y, not x / (y * y), which under- and overflows.
                repeated += [text] * (whole - 1)
        if roots_above:
            above.append(f"math.sqrt({self.text(S.Mul(*roots_above, evaluate=False))})")
        if roots_below:
            below.append(f"math.sqrt({self.text(S.Mul(*roots_below, evaluate=False))})")
        minus = constant == -1 and bool(above)
        if not above or (constant != 1 and not minus):
            above.insert(0, self.text(constant))
        text = ("-" if minus else "") + " * ".join(above)
        if not below and len(above) == 1 and not minus:
            return text, self.ATOM
        if below:
            text += f" / {below[0]}" if len(below) == 1 else f" / ({' * '.join(below)})"
        return text + "".join(f" / {base}" for base in repeated), self.PRODUCT

    @staticmethod
    def _ends_in_minus(form: Any) -> bool:
        return bool(form.is_Add and any(term.is_number and term < 0 for term in form.args))

    def _cases(self, cases: Sequence[Any]) -> str:
        value, condition = cases[0].args
        if condition == self.S.true:
            return self._at(value, self.OR)
        test = self._at(condition, self.OR)
        rest = self._cases(cases[1:])
        rest = f"({rest})" if len(cases) > 2 else rest
        return f"{self._at(value, self.OR)} if {test} else {rest}"


_IMPORTS = [
    "import math",
    "",
    "from tapegrad_kernels import special",
]


class Formulas:
    """The generated source of one op: its value and its partials."""

    def __init__(self, op: Elementwise, printer: Printer) -> None:
        self.op = op
        self.printer = printer
        self.derivation = Derivation(op)
        definition = self.derivation.definition
        self.value = op.forward or (printer.text(definition) if op.floats else "")
        self.partials = {k: self.derivation.partial(k) for k in op.differentiable_inputs}

    def saves(self, k: int) -> int:
        """Return the bit mask of what partial `k` reads: 1, 2, 4 the inputs, 8 the output."""
        if k not in self.partials:
            return 0
        names = {symbol.name for symbol in self.partials[k].free_symbols}
        return sum(1 << bit for bit, name in enumerate((*INPUTS, OUTPUT)) if name in names)

    @property
    def units(self) -> int:
        """Bit mask of the inputs whose partial is the constant 1."""
        return sum(1 << k for k, form in self.partials.items() if form == 1)

    def statements(self, ks: Iterable[int]) -> tuple[list[str], list[str]]:
        """Return assignments of what the partials `ks` share, and the source of each."""
        S = self.printer.S
        names = (S.Symbol(f"t{i}", real=True) for i in range(99))
        shared, forms = S.cse([self.partials[k] for k in ks], symbols=names, order="none")
        lines = [f"{name} = {self.printer.text(form)}" for name, form in shared]
        return lines, [self.printer.text(form) for form in forms]


def _returned(indent: str, text: str) -> list[str]:
    """Lay out ``return text``; a long conditional goes one clause a line."""
    line = f"{indent}return {text}"
    if len(line) <= WIDTH:
        return [line]
    clauses = [""]
    for word in text.split(" "):
        outside = all(clause.count("(") == clause.count(")") for clause in clauses)
        if word in ("if", "else") and outside:
            clauses.append(word)
        else:
            clauses[-1] += f" {word}"
    lines = [f"{indent}    {clause.strip()}" for clause in clauses]
    return [f"{indent}return (", *lines, f"{indent})"]


def _header(doc: str) -> list[str]:
    return [f'"""{doc}"""', "", f"# Generated by `{COMMAND}`; edit `tapegrad/ops` instead.", ""]


class Structured(NamedTuple):
    """What the columns say of a structured op."""

    name: str
    node: str = ""
    saves: tuple[int, ...] = (0, 0, 0)
    differentiable: int = 1

    @classmethod
    def of(cls, declared: Any) -> Structured:
        """Read a declaration; what it leaves out has the default."""
        given = {key: getattr(declared, key) for key in cls._fields if hasattr(declared, key)}
        op = cls(**given)
        return op._replace(saves=(*op.saves, 0, 0, 0)[: len(INPUTS)])


def _structured() -> list[Structured]:
    """Return the structured ops, a stand-in before they are declared."""
    if importlib.util.find_spec("tapegrad.ops.structured") is None:
        words = (
            "view copy cast take scatter_add put copy_slices mm bmm dot sum mean prod amax "
            "amin cat cumsum norm var std logsumexp softmax log_softmax nll_loss mse_loss "
            "max_dim min_dim addmm external"
        )
        known = {"mm": ((2, 1, 0), 3), "sum": ((0, 0, 0), 1), "mean": ((0, 0, 0), 1)}
        return [
            Structured(name, _node(name.title().replace("_", "")), *known.get(name, ((0, 0, 0), 0)))
            for name in words.split()
        ]
    declared = importlib.import_module("tapegrad.ops.structured").STRUCTURED
    return [Structured.of(op) for op in declared]


def _node(stem: str) -> str:
    """Complete a grad_fn's name; PyTorch's CopySlices has no number."""
    return stem if stem == "CopySlices" else f"{stem}Backward0"


def _opcodes(table: Sequence[Formulas]) -> list[str]:
    structured = _structured()
    before = len(STRUCTURAL)
    names = [*STRUCTURAL, *(f.op.name for f in table), *(op.name for op in structured)]
    lines = _header("Opcodes of the tape and what the engine knows of each, indexed by opcode.")
    lines += ["from enum import IntEnum", "from typing import Final", "", ""]
    lines += ["class Op(IntEnum):", '    """What an instruction does."""', ""]
    lines += [f"    {name.upper()} = {code}" for code, name in enumerate(names)]
    lines += ["", "", f"N_STRUCTURAL: Final = {before}", f"FIRST_ELEMENTWISE: Final = {before}"]
    lines += [f"LAST_ELEMENTWISE: Final = {before + len(table) - 1}"]

    def column(name: str, kind: str, doc: str, values: Sequence[Any], default: Any) -> None:
        items = [default] * before + list(values)
        items += [default] * (len(names) - len(items))
        lines.extend(("", f"#: {doc}", f"{name}: Final[tuple[{kind}, ...]] = ("))
        for item, op in zip(items, names, strict=True):
            text = f'"{item}"' if isinstance(item, str) else repr(item)
            lines.append(f"    {text},  # {op}")
        lines.append(")")

    column("ARITY", "int", "Inputs of an elementwise op.", [f.op.arity for f in table], 0)
    nodes = [f.op.node_name for f in table] + [op.node for op in structured]
    column("NODE_NAMES", "str", "PyTorch's name of the grad_fn.", nodes, "")
    for k in range(len(INPUTS)):
        doc = f"What partial {k} reads: 1, 2, 4 for the inputs, 8 for the output."
        saves = [f.saves(k) for f in table] + [op.saves[k] for op in structured]
        column(f"SAVES{k}", "int", doc, saves, 0)
    masks = [sum(1 << k for k in f.op.differentiable_inputs) for f in table]
    masks += [op.differentiable for op in structured]
    column("DIFFERENTIABLE", "int", "Bit mask of the inputs that have a partial.", masks, 0)
    units = [f.units for f in table]
    column("UNIT", "int", "Bit mask of the inputs whose partial is the constant 1.", units, 0)
    results = [RESULTS.index(f.op.result) for f in table]
    column("RESULT", "int", "0: the promoted dtype, 1: made floating, 2: bool.", results, 0)
    ufuncs = [f.op.ufunc for f in table]
    column("UFUNC", "str", "The NumPy ufunc whose loops compute it.", ufuncs, "")
    bools = [sum(1 << k for k, kind in enumerate(f.op.kinds) if kind == "bool") for f in table]
    column("CONDITION", "int", "Bit mask of the inputs that are bool.", bools, 0)
    column("FORMULA", "bool", "Whether `formulas` has it.", [f.op.floats for f in table], False)
    return lines


def _formulas(table: Sequence[Formulas]) -> list[str]:
    lines = _header("The value and the partials of every elementwise op.")
    lines += _IMPORTS
    for f in table:
        if not f.op.floats:
            continue
        args = ", ".join(("F", *INPUTS[: f.op.arity]))
        lines += ["", "", f"def {f.op.name}({args}):", *_returned("    ", f.value)]
        for k in f.partials:
            shared, (text,) = f.statements([k])
            lines += ["", "", f"def {f.op.name}_d{k}({args}, {OUTPUT}):"]
            lines += [f"    {line}" for line in shared] + _returned("    ", text)
    return lines


def _scalar(table: Sequence[Formulas]) -> list[str]:
    lines = _header("The switches of the scalar sweeps: the value and the partials of one op.")
    lines += [*_IMPORTS, "", "", "def forward(F, op, x, y, z):"]
    lines += ['    """Return the value of a floating elementwise op, 0 for any other op."""']
    coded = [(code, f) for code, f in enumerate(table, len(STRUCTURAL)) if f.op.floats]
    for code, f in coded:
        if f.op.result != "bool":
            lines += [f"    if op == {code}:  # {f.op.name}", *_returned(" " * 8, f.value)]
    lines += ["    return F(0.0)", "", "", "def partials(F, op, x, y, z, o):"]
    lines += ['    """Return the partials of a floating elementwise op, 0 for each it has not."""']
    for code, f in coded:
        if not any(f.partials.values()):
            continue
        shared, texts = f.statements(f.partials)
        forms = dict(zip(f.partials, texts, strict=True))
        lines.append(f"    if op == {code}:  # {f.op.name}")
        lines += [f"        {line}" for line in shared]
        items = [forms.get(k, "F(0.0)") for k in range(len(INPUTS))]
        items = [item if " if " not in item else f"({item})" for item in items]
        lines += _tuple(" " * 8, items)
    lines += ["    return F(0.0), F(0.0), F(0.0)"]
    return lines


def _tuple(indent: str, items: Sequence[str]) -> list[str]:
    line = f"{indent}return {', '.join(items)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{indent}return (", *(f"{indent}    {item}," for item in items), f"{indent})"]


def render() -> dict[Path, str]:
    """Return the text of every generated file.

    Returns
    -------
    dict of Path to str
        The files under ``tapegrad_kernels/generated``, and those of `codegen_python`.
    """
    printer = Printer()
    table = [Formulas(op, printer) for op in ELEMENTWISE]
    modules = "``opcodes``, ``formulas``, ``scalar``"
    package = _header(f"Generated from the op table: {modules}.")[:-1]
    files = {
        "__init__.py": package,
        "opcodes.py": _opcodes(table),
        "formulas.py": _formulas(table),
        "scalar.py": _scalar(table),
    }
    texts = {FOLDER / name: "\n".join(lines) + "\n" for name, lines in files.items()}
    coded = list(enumerate(ELEMENTWISE, len(STRUCTURAL)))
    return texts | codegen_python.render(coded, _header("")[1:])


def stale(texts: dict[Path, str]) -> list[Path]:
    """Return the files that differ from `texts`."""
    return [
        path
        for path, text in texts.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the generated files, or only check them."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Generate the kernels' formulas.")
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if stale")
    check = parser.parse_args(argv).check
    texts = render()
    old = stale(texts)
    for path in old:
        print(f"stale: {path}" if check else f"wrote: {path}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
    return int(check and bool(old))


if __name__ == "__main__":
    sys.exit(main())
