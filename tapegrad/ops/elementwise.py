"""The elementwise ops, one declaration each.

A declaration says what an op *is*: a SymPy expression of its inputs. Its partials are derived from
that expression by `tapegrad.ops.codegen`, and so are the opcodes, the kernels' formulas and the
tests. What SymPy cannot know stands beside the definition: a stable way to compute the value,
PyTorch's convention at a kink, a domain to sample.

SymPy reaches the expressions as their argument ``S``; importing this module imports nothing but the
standard library.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

#: A SymPy expression: ``(S, x, y, z)`` for a definition, ``(S, x, y, z, out)`` for a partial.
Expression = Callable[..., Any]
Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Elementwise:
    """The declaration of one elementwise op.

    Attributes
    ----------
    name : str
        PyTorch's name of the function.
    definition : callable
        ``(S, x, ...)``, the op as a SymPy expression over the reals; its arity is the op's.
    node : str
        PyTorch's ``grad_fn`` without ``Backward0``, empty where there is none.
    suffix : int
        The number behind ``Backward``.
    ufunc : str
        The NumPy ufunc whose inner loops are the forward kernel, empty where there is none.
    result : {"same", "float", "bool"}
        The dtype of the result: the promoted one, the promoted one with integers made the default
        float, or bool.
    inputs : tuple of {"T", "bool"}
        The kind of each input; empty means ``T`` for all.
    differentiable : tuple of bool
        Which inputs have a partial; empty means all, or none where the result is bool.
    forward : str
        Source of the value in ``F, x, y, z``, where the printed definition would lose digits or
        mishandle NaN.
    partials : tuple of callable or None
        ``(S, x, ..., out)`` for each input: a convention at a kink, or a stable form. None is
        derived.
    why : str
        The reason for `forward`, `partials` or `reads_output`.
    reads_output : bool
        Whether derived partials may read the output. It is False where PyTorch's do not, because
        programs then change the output in place.
    floats : bool
        Whether the op takes floats; without them it has no formula, only NumPy's loop.
    doc : str
        The first line of the Python function's and method's docstring.
    arguments : tuple of str
        PyTorch's names of the inputs; empty means ``input`` and ``other``.
    aliases : tuple of str
        PyTorch's other names of the function.
    inplace : bool
        Whether there is a method that writes the result to its tensor.
    public : bool
        Whether the function belongs to the top-level namespace.
    domain : (low, high) or a tuple of them
        Where tests and fuzzing sample the inputs. A unary op with a positive domain is derived for
        positive numbers.
    """

    name: str
    definition: Expression
    node: str = ""
    suffix: int = 0
    ufunc: str = ""
    result: Literal["same", "float", "bool"] = "same"
    inputs: tuple[Literal["T", "bool"], ...] = ()
    differentiable: tuple[bool, ...] = ()
    forward: str = ""
    partials: tuple[Expression | None, ...] = ()
    why: str = ""
    reads_output: bool = True
    floats: bool = True
    doc: str = ""
    arguments: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    inplace: bool = True
    public: bool = True
    domain: Interval | tuple[Interval, ...] = (-3.0, 3.0)

    @property
    def arity(self) -> int:
        """Number of inputs, read off the definition."""
        return len(inspect.signature(self.definition).parameters) - 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each input."""
        return self.inputs or ("T",) * self.arity

    @property
    def argument_names(self) -> tuple[str, ...]:
        """PyTorch's names of the inputs."""
        return self.arguments or ("input", "other")[: self.arity]

    @property
    def differentiable_inputs(self) -> tuple[int, ...]:
        """Indices of the inputs that have a partial."""
        default = (self.result != "bool",) * self.arity
        return tuple(i for i, yes in enumerate(self.differentiable or default) if yes)

    @property
    def domains(self) -> tuple[Interval, ...]:
        """The sampling interval of each input."""
        if isinstance(self.domain[0], tuple):
            return self.domain
        return (self.domain,) * self.arity

    @property
    def node_name(self) -> str:
        """PyTorch's name of the ``grad_fn``."""
        return f"{self.node}Backward{self.suffix}" if self.node else ""

    def stable_partial(self, k: int) -> Expression | None:
        """The declared partial with respect to input `k`, None where it is derived."""
        return self.partials[k] if k < len(self.partials) else None


#: An op that makes integers the default float.
_floating = partial(Elementwise, result="float")


def _flat(S: Any, *_: Any) -> Any:
    return S.Integer(0)


_FLAT = "piecewise constant: PyTorch's gradient is zero, at the jumps too"

_BINARY = (
    Elementwise(
        name="add",
        doc="Sum of the elements of two tensors, or of a tensor and a number.",
        node="Add",
        ufunc="add",
        definition=lambda S, x, y: x + y,
    ),
    Elementwise(
        name="sub",
        doc="Difference of the elements of two tensors, or of a tensor and a number.",
        node="Sub",
        ufunc="subtract",
        definition=lambda S, x, y: x - y,
    ),
    Elementwise(
        name="mul",
        doc="Product of the elements of two tensors, or of a tensor and a number.",
        aliases=("multiply",),
        node="Mul",
        ufunc="multiply",
        definition=lambda S, x, y: x * y,
    ),
    _floating(
        name="div",
        doc="Quotient of the elements of two tensors, or of a tensor and a number.",
        node="Div",
        ufunc="true_divide",
        definition=lambda S, x, y: x / y,
        reads_output=False,
        why="y = a / b; y += 1 must leave the gradient intact, as in PyTorch",
        domain=((-3.0, 3.0), (0.3, 3.0)),
    ),
    Elementwise(
        name="pow",
        doc="Elements to the power of `exponent`; either side may be a number.",
        arguments=("input", "exponent"),
        node="Pow",
        suffix=1,
        ufunc="power",
        definition=lambda S, x, y: x**y,
        partials=(
            lambda S, x, y, out: S.Piecewise((0, S.Eq(y, 0)), (y * x ** (y - 1), True)),
            lambda S, x, y, out: S.Piecewise(
                (0, S.And(S.Eq(x, 0), S.Ge(y, 0))), (out * S.log(x), True)
            ),
        ),
        why="x**y * y / x is 0 / 0 at x = 0, and so is out * log(x)",
        domain=((0.1, 3.0), (-3.0, 3.0)),
    ),
    Elementwise(
        name="floor_divide",
        doc="Quotient rounded down, as of Python's ``//``; it has no gradient.",
        ufunc="floor_divide",
        differentiable=(False, False),
        definition=lambda S, x, y: S.floor(x / y),
        forward="special.floor_divide(F, x, y)",
        why="the floor of the rounded quotient can be one too many",
        domain=((-5.0, 5.0), (0.5, 3.0)),
    ),
    Elementwise(
        name="remainder",
        doc="Remainder with the sign of the divisor, as of Python's ``%``.",
        node="Remainder",
        suffix=1,
        ufunc="remainder",
        definition=lambda S, x, y: x - y * S.floor(x / y),
        forward="special.remainder(F, x, y)",
        partials=(
            lambda S, x, y, out: S.Integer(1),
            lambda S, x, y, out: -S.floor(x / y),
        ),
        why="x - y * floor(x / y) cancels; the jumps have no slope",
        domain=((-5.0, 5.0), (0.5, 3.0)),
    ),
    _floating(
        name="atan2",
        doc="Angle of the point (`other`, `input`) in radians, in its quadrant.",
        aliases=("arctan2",),
        node="Atan2",
        ufunc="arctan2",
        definition=lambda S, x, y: S.atan2(x, y),
        partials=(
            lambda S, x, y, out: S.Piecewise((0, S.Eq(x**2 + y**2, 0)), (y / (x**2 + y**2), True)),
            lambda S, x, y, out: S.Piecewise((0, S.Eq(x**2 + y**2, 0)), (-x / (x**2 + y**2), True)),
        ),
        why="PyTorch's gradient is zero at the origin",
    ),
    Elementwise(
        name="maximum",
        doc="Larger of the elements of two tensors; NaN where either is NaN.",
        inplace=False,
        node="Maximum",
        ufunc="maximum",
        definition=lambda S, x, y: S.Max(x, y),
        forward="x if x >= y or x != x else y",
        partials=(
            lambda S, x, y, out: S.Piecewise((0, x < y), (S.Rational(1, 2), S.Eq(x, y)), (1, True)),
            lambda S, x, y, out: S.Piecewise((0, x > y), (S.Rational(1, 2), S.Eq(x, y)), (1, True)),
        ),
        why="a NaN wins and passes the gradient to both; a tie halves it",
    ),
    Elementwise(
        name="minimum",
        doc="Smaller of the elements of two tensors; NaN where either is NaN.",
        inplace=False,
        node="Minimum",
        ufunc="minimum",
        definition=lambda S, x, y: S.Min(x, y),
        forward="x if x <= y or x != x else y",
        partials=(
            lambda S, x, y, out: S.Piecewise((0, x > y), (S.Rational(1, 2), S.Eq(x, y)), (1, True)),
            lambda S, x, y, out: S.Piecewise((0, x < y), (S.Rational(1, 2), S.Eq(x, y)), (1, True)),
        ),
        why="a NaN wins and passes the gradient to both; a tie halves it",
    ),
    Elementwise(
        name="clamp_min",
        doc="Elements, or `min` where that is larger.",
        arguments=("input", "min"),
        node="ClampMin",
        suffix=1,
        ufunc="maximum",
        definition=lambda S, x, y: S.Max(x, y),
        forward="x if x >= y or x != x else y",
        partials=(
            lambda S, x, y, out: S.Piecewise((1, x >= y), (0, True)),
            lambda S, x, y, out: S.Piecewise((1, x < y), (0, True)),
        ),
        why="a tie passes the gradient to x; a NaN passes it to neither",
    ),
    Elementwise(
        name="clamp_max",
        doc="Elements, or `max` where that is smaller.",
        arguments=("input", "max"),
        node="ClampMax",
        suffix=1,
        ufunc="minimum",
        definition=lambda S, x, y: S.Min(x, y),
        forward="x if x <= y or x != x else y",
        partials=(
            lambda S, x, y, out: S.Piecewise((1, x <= y), (0, True)),
            lambda S, x, y, out: S.Piecewise((1, x > y), (0, True)),
        ),
        why="a tie passes the gradient to x; a NaN passes it to neither",
    ),
)

_LOGIC = (
    Elementwise(
        name="eq",
        doc="Tell where elements are equal.",
        ufunc="equal",
        result="bool",
        definition=lambda S, x, y: S.Eq(x, y),
    ),
    Elementwise(
        name="ne",
        doc="Tell where elements differ.",
        aliases=("not_equal",),
        ufunc="not_equal",
        result="bool",
        definition=lambda S, x, y: S.Ne(x, y),
    ),
    Elementwise(
        name="lt",
        doc="Tell where elements are less than those of `other`.",
        aliases=("less",),
        ufunc="less",
        result="bool",
        definition=lambda S, x, y: x < y,
    ),
    Elementwise(
        name="le",
        doc="Tell where elements are at most those of `other`.",
        aliases=("less_equal",),
        ufunc="less_equal",
        result="bool",
        definition=lambda S, x, y: x <= y,
    ),
    Elementwise(
        name="gt",
        doc="Tell where elements are greater than those of `other`.",
        aliases=("greater",),
        ufunc="greater",
        result="bool",
        definition=lambda S, x, y: x > y,
    ),
    Elementwise(
        name="ge",
        doc="Tell where elements are at least those of `other`.",
        aliases=("greater_equal",),
        ufunc="greater_equal",
        result="bool",
        definition=lambda S, x, y: x >= y,
    ),
    Elementwise(
        name="logical_and",
        doc="Tell where both elements are not zero.",
        ufunc="logical_and",
        result="bool",
        definition=lambda S, x, y: S.And(S.Ne(x, 0), S.Ne(y, 0)),
    ),
    Elementwise(
        name="logical_or",
        doc="Tell where at least one of two elements is not zero.",
        ufunc="logical_or",
        result="bool",
        definition=lambda S, x, y: S.Or(S.Ne(x, 0), S.Ne(y, 0)),
    ),
    Elementwise(
        name="logical_xor",
        doc="Tell where exactly one of two elements is not zero.",
        ufunc="logical_xor",
        result="bool",
        definition=lambda S, x, y: S.Xor(S.Ne(x, 0), S.Ne(y, 0)),
        forward="(x != F(0.0)) != (y != F(0.0))",
        why="SymPy turns the negations into comparisons that differ for NaN",
    ),
    Elementwise(
        name="bitwise_and",
        doc="Bits set in both of two integers, or truth of both bools.",
        ufunc="bitwise_and",
        floats=False,
        differentiable=(False, False),
        definition=lambda S, x, y: S.Function("bitwise_and")(x, y),
    ),
    Elementwise(
        name="bitwise_or",
        doc="Bits set in at least one of two integers, or truth of at least one bool.",
        ufunc="bitwise_or",
        floats=False,
        differentiable=(False, False),
        definition=lambda S, x, y: S.Function("bitwise_or")(x, y),
    ),
    Elementwise(
        name="bitwise_xor",
        doc="Bits set in exactly one of two integers, or truth of exactly one bool.",
        ufunc="bitwise_xor",
        floats=False,
        differentiable=(False, False),
        definition=lambda S, x, y: S.Function("bitwise_xor")(x, y),
    ),
)

_UNARY = (
    Elementwise(
        name="neg",
        doc="Elements with the other sign.",
        aliases=("negative",),
        node="Neg",
        # Not NumPy's loop: that of 2.4.6 reads the wrong elements for some strides.
        definition=lambda S, x: -x,
    ),
    Elementwise(
        name="abs",
        doc="Absolute value of each element.",
        aliases=("absolute",),
        node="Abs",
        ufunc="absolute",
        definition=lambda S, x: S.Abs(x),
        partials=(lambda S, x, out: S.Piecewise((1, x > 0), (-1, x < 0), (0, True)),),
        why="zero at 0 and at NaN",
    ),
    _floating(
        name="exp",
        doc="Exponential of each element.",
        node="Exp",
        ufunc="exp",
        definition=lambda S, x: S.exp(x),
    ),
    _floating(
        name="expm1",
        doc="Exponential minus 1, accurate near 0.",
        node="Expm1",
        ufunc="expm1",
        definition=lambda S, x: S.exp(x) - 1,
        forward="math.expm1(x)",
        why="exp(x) - 1 cancels near 0",
    ),
    _floating(
        name="log",
        doc="Natural logarithm of each element.",
        node="Log",
        ufunc="log",
        definition=lambda S, x: S.log(x),
        domain=(0.05, 9.0),
    ),
    _floating(
        name="log1p",
        doc="Natural logarithm of 1 plus each element, accurate near 0.",
        node="Log1P",
        ufunc="log1p",
        definition=lambda S, x: S.log(1 + x),
        forward="math.log1p(x)",
        why="1 + x drops the digits of a small x",
        domain=(-0.9, 5.0),
    ),
    _floating(
        name="log2",
        doc="Logarithm to base 2 of each element.",
        node="Log2",
        ufunc="log2",
        definition=lambda S, x: S.log(x, 2),
        forward="math.log2(x)",
        why="log(x) / log(2) misses the integers at powers of two",
        domain=(0.05, 9.0),
    ),
    _floating(
        name="log10",
        doc="Logarithm to base 10 of each element.",
        node="Log10",
        ufunc="log10",
        definition=lambda S, x: S.log(x, 10),
        forward="math.log10(x)",
        why="log(x) / log(10) misses the integers at powers of ten",
        domain=(0.05, 9.0),
    ),
    _floating(
        name="sqrt",
        doc="Square root of each element.",
        node="Sqrt",
        ufunc="sqrt",
        definition=lambda S, x: S.sqrt(x),
        domain=(0.05, 9.0),
    ),
    _floating(
        name="rsqrt",
        doc="Reciprocal of the square root of each element.",
        node="Rsqrt",
        definition=lambda S, x: 1 / S.sqrt(x),
        domain=(0.05, 9.0),
    ),
    _floating(
        name="reciprocal",
        doc="Reciprocal of each element.",
        node="Reciprocal",
        ufunc="reciprocal",
        definition=lambda S, x: 1 / x,
        domain=(0.3, 3.0),
    ),
    Elementwise(
        name="square",
        doc="Square of each element.",
        node="Pow",
        ufunc="square",
        definition=lambda S, x: x**2,
    ),
    _floating(
        name="sin",
        doc="Sine of each element, in radians.",
        node="Sin",
        ufunc="sin",
        definition=lambda S, x: S.sin(x),
    ),
    _floating(
        name="cos",
        doc="Cosine of each element, in radians.",
        node="Cos",
        ufunc="cos",
        definition=lambda S, x: S.cos(x),
    ),
    _floating(
        name="tan",
        doc="Tangent of each element, in radians.",
        node="Tan",
        ufunc="tan",
        definition=lambda S, x: S.tan(x),
        domain=(-1.3, 1.3),
    ),
    _floating(
        name="asin",
        doc="Angle in radians whose sine is the element.",
        aliases=("arcsin",),
        node="Asin",
        ufunc="arcsin",
        definition=lambda S, x: S.asin(x),
        domain=(-0.99, 0.99),
    ),
    _floating(
        name="acos",
        doc="Angle in radians whose cosine is the element.",
        aliases=("arccos",),
        node="Acos",
        ufunc="arccos",
        definition=lambda S, x: S.acos(x),
        domain=(-0.99, 0.99),
    ),
    _floating(
        name="atan",
        doc="Angle in radians whose tangent is the element.",
        aliases=("arctan",),
        node="Atan",
        ufunc="arctan",
        definition=lambda S, x: S.atan(x),
    ),
    _floating(
        name="sinh",
        doc="Hyperbolic sine of each element.",
        node="Sinh",
        ufunc="sinh",
        definition=lambda S, x: S.sinh(x),
    ),
    _floating(
        name="cosh",
        doc="Hyperbolic cosine of each element.",
        node="Cosh",
        ufunc="cosh",
        definition=lambda S, x: S.cosh(x),
    ),
    _floating(
        name="tanh",
        doc="Hyperbolic tangent of each element.",
        node="Tanh",
        ufunc="tanh",
        definition=lambda S, x: S.tanh(x),
    ),
    _floating(
        name="asinh",
        doc="Inverse hyperbolic sine of each element.",
        aliases=("arcsinh",),
        node="Asinh",
        ufunc="arcsinh",
        definition=lambda S, x: S.asinh(x),
    ),
    _floating(
        name="acosh",
        doc="Inverse hyperbolic cosine of each element.",
        aliases=("arccosh",),
        node="Acosh",
        ufunc="arccosh",
        definition=lambda S, x: S.acosh(x),
        domain=(1.01, 5.0),
    ),
    _floating(
        name="atanh",
        doc="Inverse hyperbolic tangent of each element.",
        aliases=("arctanh",),
        node="Atanh",
        ufunc="arctanh",
        definition=lambda S, x: S.atanh(x),
        domain=(-0.99, 0.99),
    ),
    _floating(
        name="sigmoid",
        doc="Logistic function ``1 / (1 + exp(-x))`` of each element.",
        node="Sigmoid",
        definition=lambda S, x: 1 / (1 + S.exp(-x)),
    ),
    Elementwise(
        name="relu",
        doc="Elements, or 0 where they are negative.",
        node="Relu",
        definition=lambda S, x: S.Piecewise((0, x <= 0), (x, True)),
        partials=(lambda S, x, out: S.Piecewise((0, out <= 0), (1, True)),),
        why="read from the output, so that the input may be overwritten; slope 0 at 0",
    ),
    _floating(
        name="erf",
        doc="Error function of each element.",
        node="Erf",
        definition=lambda S, x: S.erf(x),
    ),
    _floating(
        name="erfc",
        doc="Complement ``1 - erf(x)`` of the error function, accurate for large elements.",
        node="Erfc",
        definition=lambda S, x: S.erfc(x),
    ),
    Elementwise(
        name="sign",
        doc="-1, 0 or 1 with the sign of each element; 0 for NaN.",
        node="Sign",
        definition=lambda S, x: S.sign(x),
        forward="F(1.0) if x > F(0.0) else (F(-1.0) if x < F(0.0) else F(0.0))",
        partials=(_flat,),
        why=_FLAT + "; the sign of NaN is 0, where NumPy's is NaN",
    ),
    Elementwise(
        name="floor",
        doc="Largest whole number that is at most the element.",
        node="Floor",
        ufunc="floor",
        definition=lambda S, x: S.floor(x),
        forward="special.floor(F, x)",
        partials=(_flat,),
        why=_FLAT,
    ),
    Elementwise(
        name="ceil",
        doc="Smallest whole number that is at least the element.",
        node="Ceil",
        ufunc="ceil",
        definition=lambda S, x: S.ceiling(x),
        forward="special.ceil(F, x)",
        partials=(_flat,),
        why=_FLAT,
    ),
    Elementwise(
        name="round",
        doc="Nearest whole number; the even one where two are equally near.",
        node="Round",
        ufunc="rint",
        definition=lambda S, x: S.Piecewise(
            (2 * S.floor(x / 2 + S.Rational(1, 4)), S.Eq(x - S.floor(x), S.Rational(1, 2))),
            (S.floor(x + S.Rational(1, 2)), True),
        ),
        forward="special.round_half_even(F, x)",
        partials=(_flat,),
        why=_FLAT + "; x + 1/2 rounds up the number below 1/2",
    ),
    Elementwise(
        name="trunc",
        doc="Whole part of each element, rounded toward 0.",
        aliases=("fix",),
        node="Trunc",
        ufunc="trunc",
        definition=lambda S, x: S.sign(x) * S.floor(S.Abs(x)),
        forward="special.trunc(F, x)",
        partials=(_flat,),
        why=_FLAT,
    ),
    _floating(
        name="softplus",
        doc="Smooth form ``log(1 + exp(x))`` of `relu`.",
        inplace=False,
        public=False,
        node="Softplus",
        definition=lambda S, x: S.log(1 + S.exp(x)),
        forward="(x if x > F(0.0) else F(0.0)) + math.log1p(math.exp(-math.fabs(x)))",
        partials=(lambda S, x, out: 1 / (1 + S.exp(-x)),),
        why="exp(x) overflows from 710 on, exp(x) / (1 + exp(x)) is then NaN",
    ),
    _floating(
        name="logsigmoid",
        doc="Logarithm of `sigmoid`, accurate for negative elements.",
        inplace=False,
        public=False,
        node="LogSigmoid",
        definition=lambda S, x: -S.log(1 + S.exp(-x)),
        forward="(x if x < F(0.0) else F(0.0)) - math.log1p(math.exp(-math.fabs(x)))",
        partials=(lambda S, x, out: 1 / (1 + S.exp(x)),),
        why="exp(-x) overflows below -710, exp(-x) / (1 + exp(-x)) is then NaN",
    ),
    Elementwise(
        name="logical_not",
        doc="Tell where elements are zero.",
        ufunc="logical_not",
        result="bool",
        definition=lambda S, x: S.Eq(x, 0),
    ),
    Elementwise(
        name="bitwise_not",
        doc="Integers with all bits flipped, or bools negated.",
        ufunc="invert",
        floats=False,
        differentiable=(False,),
        definition=lambda S, x: S.Function("bitwise_not")(x),
    ),
    Elementwise(
        name="isnan",
        doc="Tell where elements are NaN.",
        inplace=False,
        ufunc="isnan",
        result="bool",
        definition=lambda S, x: S.false,
        forward="math.isnan(x)",
        why="no real number is NaN",
    ),
    Elementwise(
        name="isinf",
        doc="Tell where elements are infinite.",
        inplace=False,
        ufunc="isinf",
        result="bool",
        definition=lambda S, x: S.false,
        forward="math.isinf(x)",
        why="no real number is infinite",
    ),
    Elementwise(
        name="isfinite",
        doc="Tell where elements are neither NaN nor infinite.",
        inplace=False,
        ufunc="isfinite",
        result="bool",
        definition=lambda S, x: S.true,
        forward="math.isfinite(x)",
        why="every real number is finite",
    ),
)

_TERNARY = (
    Elementwise(
        name="where",
        doc="Elements of `input` where `condition` holds, elsewhere those of `other`.",
        node="Where",
        inputs=("bool", "T", "T"),
        differentiable=(False, True, True),
        definition=lambda S, x, y, z: S.Piecewise((y, x), (z, True)),
    ),
    Elementwise(
        name="clamp",
        doc="Elements kept between `min` and `max`.",
        node="Clamp",
        definition=lambda S, x, y, z: S.Min(S.Max(x, y), z),
        forward=(
            "x if x != x or (x >= y and x <= z) else "
            "(z if z != z or y > z or (x > z and y == y) else y)"
        ),
        partials=(
            lambda S, x, y, z, out: S.Piecewise((1, S.And(x >= y, x <= z)), (0, True)),
            lambda S, x, y, z, out: S.Piecewise((1, S.And(x < y, y < z)), (0, True)),
            lambda S, x, y, z, out: S.Piecewise((1, S.Or(x > z, y > z)), (0, True)),
        ),
        why="the closed interval passes the gradient to x; a NaN spreads and passes none",
        domain=((-3.0, 3.0), (-2.0, 0.5), (-0.5, 2.0)),
    ),
    Elementwise(
        name="lerp",
        doc="Point between `input` and `end` at the fraction `weight`.",
        node="Lerp",
        suffix=1,
        definition=lambda S, x, y, z: x + z * (y - x),
        forward="x + z * (y - x) if math.fabs(z) < F(0.5) else y - (y - x) * (F(1.0) - z)",
        why="the end that is nearer is met exactly",
        domain=((-3.0, 3.0), (-3.0, 3.0), (0.0, 1.0)),
    ),
)

#: Every elementwise op, in the order of the opcodes.
ELEMENTWISE: tuple[Elementwise, ...] = _BINARY + _LOGIC + _UNARY + _TERNARY
