"""Expressions from the command line, from files and from JSON, by a grammar of what is allowed.

Text is measured, parsed into a tree by `ast` (which runs nothing), and every node of the tree is
held against the grammar. What is left are numbers, names, operators, subscripts, and calls of the
functions in `vocabulary`.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tapegrad.symbolic import vocabulary
from tapegrad.symbolic.arrays import Array, exact_array

#: Limits of an expression.
MOST_CHARACTERS: Final = 10_000
MOST_NESTED: Final = 40
MOST_NODES: Final = 4_000
MOST_DIGITS: Final = 40
LARGEST_EXPONENT: Final = 64
LARGEST_DEGREE: Final = 4_096
LARGEST_NUMBER: Final = 1e100

_OPERATORS: Final[dict[type, Callable[..., Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.MatMult: operator.matmul,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_ALLOWED: Final = re.compile(r"[A-Za-z0-9_ \t\n+\-*/@<>=.,:()\[\]]*", re.ASCII)
#: Long rows of signs, and numbers of very many digits.
_RUNS: Final = re.compile(rf"(?:[-+]\s*){{20,}}|[0-9]{{{MOST_DIGITS + 1},}}")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


class GrammarError(ValueError):
    """An expression that the grammar does not allow."""


@dataclass(frozen=True)
class Expression:
    """An expression that the grammar allows.

    Attributes
    ----------
    text : str
    names : tuple of str
        Names in it that are neither functions nor constants, in order of appearance.
    """

    text: str
    names: tuple[str, ...]
    _tree: ast.expr
    _constants: Mapping[str, Array] = field(default_factory=dict)

    def fixed(self, values: Mapping[str, Array]) -> Expression:
        """Give the expression with numbers in the place of some names.

        Parameters
        ----------
        values : mapping of str to array
        """
        names = tuple(name for name in self.names if name not in values)
        return Expression(self.text, names, self._tree, {**self._constants, **values})

    def in_order(self, names: Sequence[str]) -> Expression:
        """Give the expression with its names in another order."""
        return Expression(self.text, tuple(names), self._tree, self._constants)

    def function(self, names: Sequence[str] | None = None) -> Callable[..., Any]:
        """Give a function of tensors.

        Parameters
        ----------
        names : sequence of str, optional
            What its arguments are, in order; `self.names` if left out.
        """
        order = tuple(self.names if names is None else names)
        missing = [name for name in self.names if name not in order]
        if missing:
            raise GrammarError(f"the expression needs a value for {', '.join(missing)}")

        from tapegrad.engine import from_array

        def function(*tensors: Any) -> Any:
            if len(tensors) != len(order):
                raise TypeError(f"the expression takes {len(order)} tensors, got {len(tensors)}")
            values = {k: from_array(np.array(v)) for k, v in self._constants.items()}
            values |= zip(order, tensors, strict=True)
            made = _Walker(vocabulary.of_tensors(), values)
            return vocabulary.as_tensor(made.value(self._tree))

        function.__name__ = function.__qualname__ = (
            self.text if len(self.text) < 80 else "expression"
        )
        return function

    def closed_form(self, values: Mapping[str, Any] | None = None) -> Array:
        """Give the array of SymPy expressions that it stands for.

        It is computed from definitions of its own, not from the tape.

        Parameters
        ----------
        values : mapping of str to array, optional
            Arrays of SymPy expressions for the names; a real symbol of the name if left out.
        """
        import sympy

        given = {name: sympy.Symbol(name, real=True) for name in self.names} | dict(values or {})
        given |= {k: exact_array(v) for k, v in self._constants.items()}
        walker = _Walker(vocabulary.OF_SYMBOLS, {k: vocabulary.boxed(v) for k, v in given.items()})
        return vocabulary.boxed(walker.value(self._tree))


def parse(text: str) -> Expression:
    """Parse an expression such as ``mean((x + 2)**2)``.

    Parameters
    ----------
    text : str
        Numbers, names, ``+ - * / ** @``, comparisons, subscripts by integers and slices, the
        constants ``pi`` and ``e``, and calls of functions of tensors, with ``dim`` and ``keepdim``.

    Returns
    -------
    Expression

    Raises
    ------
    GrammarError
        If it holds anything else, or is longer, deeper or larger than the limits of this module.

    Examples
    --------
    >>> from tapegrad.symbolic.grammar import parse
    >>> expression = parse("a * exp(-b)")
    >>> expression.names
    ('a', 'b')
    >>> expression.closed_form()[()]
    a*exp(-b)
    >>> parse("().__class__")
    Traceback (most recent call last):
        ...
    tapegrad.symbolic.grammar.GrammarError: attributes are not allowed (column 1)
    """
    if not isinstance(text, str):
        raise GrammarError(f"an expression must be text, not {type(text).__name__}")
    _measure(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(text.strip(), "<expression>", "eval").body
    except SyntaxError as error:
        raise GrammarError(f"{error.msg} (column {error.offset or 1})") from None
    except (MemoryError, RecursionError, ValueError):
        raise GrammarError("the expression cannot be parsed: it is nested too deeply") from None
    checker = _Checker()
    checker.check(tree)
    if _degree(tree) > LARGEST_DEGREE:
        raise GrammarError(f"powers inside of each other may multiply to {LARGEST_DEGREE}")
    return Expression(text.strip(), tuple(checker.names), tree)


def _measure(text: str) -> None:
    """Refuse text that must not even reach the parser."""
    if len(text) > MOST_CHARACTERS:
        raise GrammarError(
            f"an expression may have {MOST_CHARACTERS} characters, but this one has {len(text)}"
        )
    if not text.strip():
        raise GrammarError("the expression is empty")
    allowed = _ALLOWED.match(text)
    if allowed is None or allowed.end() < len(text):
        at = allowed.end() if allowed else 0
        raise GrammarError(f"the character {text[at]!a} is not allowed (column {at + 1})")
    deep = most = 0
    for character in text:
        deep += (character in "([") - (character in ")]")
        most = max(most, deep)
    if most > MOST_NESTED:
        raise GrammarError(f"brackets may be nested {MOST_NESTED} deep, but these are {most} deep")
    for run in _RUNS.finditer(text):
        raise GrammarError(f"{run.group()[:20]!r}... is too long (column {run.start() + 1})")


class _Checker:
    """Holds the nodes of a tree against the grammar."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.count = 0

    def check(self, node: ast.AST, depth: int = 0) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            raise GrammarError(f"an expression may have {MOST_NODES} parts")
        # A sum of many terms is a deep tree, too.
        if depth > 8 * MOST_NESTED:
            raise GrammarError(f"operators may be nested {8 * MOST_NESTED} deep: use brackets")
        method = getattr(self, f"check_{type(node).__name__.lower()}", None)
        if method is None:
            raise GrammarError(f"{_PLURALS.get(type(node), 'this')} not allowed{_column(node)}")
        method(node, depth + 1)

    def check_constant(self, node: ast.Constant, depth: int) -> None:
        number = _constant(node)
        if number is None:
            raise GrammarError(
                f"{type(node.value).__name__} literals are not allowed{_column(node)}"
            )
        if not abs(number) <= LARGEST_NUMBER:
            raise GrammarError(f"numbers may be at most {LARGEST_NUMBER:g}{_column(node)}")

    def check_name(self, node: ast.Name, depth: int) -> None:
        if not _NAME.fullmatch(node.id) or "__" in node.id:
            raise GrammarError(f"the name {node.id!a} is not allowed{_column(node)}")
        if node.id in vocabulary.NAMES:
            raise GrammarError(f"{node.id} is a function, call it{_column(node)}")
        if node.id not in vocabulary.CONSTANTS and node.id not in self.names:
            self.names.append(node.id)

    def check_unaryop(self, node: ast.UnaryOp, depth: int) -> None:
        if type(node.op) not in _OPERATORS:
            raise GrammarError(f"this operator is not allowed{_column(node)}")
        self.check(node.operand, depth)

    def check_binop(self, node: ast.BinOp, depth: int) -> None:
        if type(node.op) not in (*_OPERATORS, ast.Pow):
            raise GrammarError(f"this operator is not allowed{_column(node)}")
        if isinstance(node.op, ast.Pow):
            self.check_exponent(node)
        self.check(node.left, depth)
        self.check(node.right, depth)

    def check_exponent(self, node: ast.BinOp) -> None:
        exponent = _constant(node.right)
        if exponent is not None and abs(exponent) > LARGEST_EXPONENT:
            raise GrammarError(f"exponents may be at most {LARGEST_EXPONENT}{_column(node.right)}")
        if exponent is None and any(
            isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow) for n in ast.walk(node.right)
        ):
            raise GrammarError(f"powers of powers are not allowed{_column(node.right)}")

    def check_compare(self, node: ast.Compare, depth: int) -> None:
        if len(node.ops) > 1 or type(node.ops[0]).__name__ not in vocabulary.COMPARISONS:
            raise GrammarError(f"comparisons may be one of > >= < <={_column(node)}")
        self.check(node.left, depth)
        self.check(node.comparators[0], depth)

    def check_call(self, node: ast.Call, depth: int) -> None:
        if not isinstance(node.func, ast.Name):
            raise GrammarError(f"only functions by name can be called{_column(node)}")
        signature = vocabulary.SIGNATURES.get(node.func.id)
        if signature is None:
            known = ", ".join(sorted(vocabulary.NAMES))
            raise GrammarError(
                f"there is no function {node.func.id!a}{_column(node)}; there are {known}"
            )
        low, high, keywords = signature
        if not low <= len(node.args) <= high:
            wanted = str(low) if low == high else f"{low} to {high}"
            raise GrammarError(
                f"{node.func.id} takes {wanted} arguments, but got {len(node.args)}{_column(node)}"
            )
        for argument in node.args:
            self.check(argument, depth)
        for keyword in node.keywords:
            if keyword.arg not in keywords:
                allowed = " and ".join(keywords) or "no keywords"
                raise GrammarError(
                    f"{node.func.id} takes {allowed}, not {keyword.arg or '**'}{_column(node)}"
                )
            _literal(keyword.value)

    def check_subscript(self, node: ast.Subscript, depth: int) -> None:
        self.check(node.value, depth)
        _literal(node.slice)


#: How messages call what is not allowed.
_PLURALS: Final[dict[type, str]] = {
    ast.Attribute: "attributes are",
    ast.Lambda: "functions are",
    ast.JoinedStr: "texts are",
    ast.ListComp: "comprehensions are",
    ast.GeneratorExp: "comprehensions are",
    ast.SetComp: "comprehensions are",
    ast.DictComp: "comprehensions are",
    ast.List: "lists are",
    ast.Tuple: "tuples are",
    ast.Dict: "dicts are",
    ast.Set: "sets are",
    ast.IfExp: "conditionals are",
    ast.BoolOp: "and and or are",
    ast.NamedExpr: "assignments are",
    ast.Starred: "stars are",
    ast.Await: "await is",
    ast.Yield: "yield is",
    ast.YieldFrom: "yield is",
    ast.Slice: "slices are",
}


def _column(node: ast.AST) -> str:
    return f" (column {node.col_offset + 1})" if hasattr(node, "col_offset") else ""


def _constant(node: ast.AST) -> float | None:
    """Number that a literal with signs is."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        inside = _constant(node.operand)
        return None if inside is None else (-inside if isinstance(node.op, ast.USub) else inside)
    value = node.value if isinstance(node, ast.Constant) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _degree(node: ast.AST) -> float:
    """Product of the exponents of powers inside of each other."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return _degree(node.left) * max(abs(_constant(node.right) or 1.0), 1.0)
    return max(map(_degree, ast.iter_child_nodes(node)), default=1.0)


def _literal(node: ast.AST) -> Any:
    """Value of an index, a dimension or a truth value: integers, slices, tuples of these."""
    if isinstance(node, ast.Constant) and (node.value is Ellipsis or isinstance(node.value, bool)):
        return node.value
    if isinstance(node, ast.Tuple):
        return tuple(_literal(part) for part in node.elts)
    if isinstance(node, ast.Slice):
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if part is None else _literal(part) for part in parts))
    number = _constant(node)
    if number is None or number != int(number) or abs(number) > 2**31:
        raise GrammarError(
            f"indices and keywords must be integers, slices or truth values{_column(node)}"
        )
    return int(number)


class _Walker:
    """Computes a checked tree with the functions of one arithmetic."""

    def __init__(
        self, functions: Mapping[str, Callable[..., Any]], values: Mapping[str, Any]
    ) -> None:
        self.functions = functions
        self.values = values

    def value(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Constant):
            return self.functions["number"](node.value)
        if isinstance(node, ast.Name):
            return self.values[node.id] if node.id in self.values else self.functions[node.id]()
        if isinstance(node, ast.UnaryOp):
            return _OPERATORS[type(node.op)](self.value(node.operand))
        if isinstance(node, ast.BinOp):
            left, right = self.value(node.left), self.value(node.right)
            if isinstance(node.op, ast.Pow):
                return self.functions["pow"](left, right)
            if isinstance(node.op, ast.MatMult):
                return self.functions["matmul"](left, right)
            return _OPERATORS[type(node.op)](left, right)
        if isinstance(node, ast.Compare):
            compare = self.functions[type(node.ops[0]).__name__]
            return compare(self.value(node.left), self.value(node.comparators[0]))
        if isinstance(node, ast.Subscript):
            return self.functions["item"](self.value(node.value), _literal(node.slice))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise GrammarError(f"{type(node).__name__} is not allowed")
        given = {k.arg: _literal(k.value) for k in node.keywords if k.arg}
        return self.functions[node.func.id](*map(self.value, node.args), **given)
