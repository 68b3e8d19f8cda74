"""A normal form of expressions: polynomials in generators that satisfy known relations.

A generator is a symbol, a constant, a value of a function, or a root of a polynomial in earlier
generators. Exponents may be negative. A monomial is one integer that holds the exponents of all
generators in fields of equal width, so that monomials are multiplied by an addition.

Everything here is sound whatever the relations are that it does *not* know: an expression is taken
for zero only if it follows from those that it does know.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import mpmath
import sympy
from sympy import QQ

from tapegrad.symbolic.polynomials import (
    Polynomial,
    accumulate,
    in_powers,
    negative,
    product,
    scaled,
)
from tapegrad.symbolic.walk import Digits, NoValueError

#: Bits of an exponent in a monomial.
WIDTH: Final = 40
_HALF: Final = 1 << (WIDTH - 1)
_MASK: Final = (1 << WIDTH) - 1
#: Powers of more terms are kept as powers.
MOST_TERMS: Final = 400
#: Roots of higher orders, and exponents with larger numerators, are kept as exponentials.
HIGHEST_ROOT: Final = 12
#: Exponentials of sums of more terms are not split.
MOST_FACTORS: Final = 30
#: A number smaller than this has no certain sign.
TINY: Final = mpmath.mpf(10) ** -30

_ODD: Final = ("asin", "atan", "asinh", "atanh", "erf")


class UnknownSignError(Exception):
    """The sign of a polynomial is wanted.

    Attributes
    ----------
    key : frozenset
        Its terms.
    """

    def __init__(self, key: Any) -> None:
        super().__init__("a sign is not known")
        self.key = key


class Normal:
    """Arithmetic of polynomials in generators.

    Parameters
    ----------
    signs : mapping of key to {-1, 1}
        Signs of polynomials that were decided to be cases.
    symbols : mapping of Symbol to {-1, 1}
        Signs of symbols that the domain decides.
    point : mapping of Symbol to Rational, optional
        Decides all signs.
    """

    def __init__(
        self,
        signs: Mapping[Any, int],
        symbols: Mapping[Any, int],
        point: Mapping[Any, Any] | None = None,
    ) -> None:
        self._signs = signs
        self._symbols = symbols
        self._digits = None if point is None else Digits(point)
        self._table: dict[Any, int] = {}
        #: Of each generator: the polynomial that its power of this order is.
        self._relations: list[tuple[Polynomial, int] | None] = []
        self._known_signs: list[int] = []
        self._logarithms: list[Polynomial | None] = []
        self._numbers: list[Any] = []
        #: Exponentials by their monomial: (coefficient, generator).
        self._exponentials: dict[Any, list[tuple[Any, int]]] = {}
        self._implied: dict[Any, int] = {}
        #: Arguments of the logarithms, by their monomial.
        self._arguments: dict[int, Polynomial] = {}
        self._bias = 0

    # Generators ---------------------------------------------------------------------------------

    def _generator(
        self,
        key: Any,
        number: Any = None,
        *,
        relation: tuple[Polynomial, int] | None = None,
        sign: int = 0,
        logarithm: Polynomial | None = None,
    ) -> int:
        """Place of a generator, made if it is new; `number` computes its value at the point."""
        known = self._table.get(key)
        if known is None:
            known = self._table[key] = len(self._relations)
            self._relations.append(relation)
            self._known_signs.append(sign)
            self._logarithms.append(logarithm)
            self._numbers.append(number() if self._digits and number else None)
            self._bias |= _HALF << (WIDTH * known)
        return known

    def _exponents(self, monomial: int) -> Iterator[tuple[int, int]]:
        k = 0
        while monomial:
            low = monomial & _MASK
            if low >= _HALF:
                low -= 1 << WIDTH
            if low:
                yield k, low
            monomial = (monomial - low) >> WIDTH
            k += 1

    def _exponent(self, monomial: int, k: int) -> int:
        return (((monomial + self._bias) >> (WIDTH * k)) & _MASK) - _HALF

    @staticmethod
    def _power_of(k: int, exponent: int = 1) -> Polynomial:
        return {exponent << (WIDTH * k): QQ(1)}

    @property
    def is_rational(self) -> bool:
        """Whether nothing but rational numbers and symbols came up."""
        named = (key for key in self._table if not getattr(key, "is_Symbol", False))
        return all(isinstance(key, tuple) and key[0] == "root" and key[2] == 1 for key in named)

    # Arithmetic ---------------------------------------------------------------------------------

    def number(self, value: Any) -> Polynomial:
        """A rational number."""
        return {0: QQ(int(value.p), int(value.q))} if value else {}

    def atom(self, atom: Any) -> Polynomial:
        """A symbol or a constant."""
        if atom is sympy.E:
            return self._exponential({0: QQ(1)})
        digits = self._digits
        return self._power_of(
            self._generator(
                atom,
                lambda: digits.atom(atom) if digits else None,
                sign=self._symbols.get(atom, 0) if atom.is_Symbol else (1 if atom > 0 else -1),
            )
        )

    def add(self, terms: Sequence[Polynomial]) -> Polynomial:
        """Sum."""
        made: Polynomial = {}
        for term in terms:
            accumulate(made, term)
        return made

    def multiply(self, factors: Sequence[Polynomial]) -> Polynomial:
        """Product."""
        made, *rest = factors
        for factor in sorted(rest, key=len):
            made = product(made, factor)
        return made

    def power(self, base: Polynomial, exponent: Any) -> Polynomial:
        """Power with a rational exponent."""
        p, q = int(exponent.p), int(exponent.q)
        base = self._reduced(base) if len(base) > 1 else base
        if not base:
            if p > 0:
                return {}
            raise NoValueError("division by zero")
        if abs(p) > 10_000 * q:
            return self._opaque("power", [base, {0: QQ(p, q)}])
        if q == 1:
            return self._whole_power(base, p)
        if q > HIGHEST_ROOT:
            whole, part = divmod(p, q)
            logarithm = self._logarithm(base)
            rest = self._exponential({m: c * QQ(part, q) for m, c in logarithm.items()})
            return product(self._whole_power(base, whole), rest)
        return self._root(base, p, q)

    def _whole_power(self, base: Polynomial, n: int) -> Polynomial:
        if n >= 0 and (n <= 1 or math.comb(n + len(base) - 1, n) <= MOST_TERMS):
            made = {0: QQ(1)}
            for _ in range(n if len(base) > 1 else 0):
                made = product(made, base)
            if len(base) > 1 or n == 0:
                return made
        scale, monomial, primitive = self._split(base)
        outer = {monomial * n: scale**n}
        if len(primitive) == 1:
            return outer
        return product(outer, self._power_of(self._named(primitive, 1), n))

    def _reduced(self, p: Polynomial) -> Polynomial:
        """The same with powers of roots below their order, so that equals look equal."""
        made: Polynomial = {}
        for monomial, c in p.items():
            term = {monomial: c}
            for k, e in self._exponents(monomial):
                base, order = self._relations[k] or ({}, 1)
                if order > 1 and not 0 <= e < order:
                    whole, rest = divmod(e, order)
                    term = {m - ((e - rest) << (WIDTH * k)): c for m, c in term.items()}
                    term = product(term, self._whole_power(base, whole))
            accumulate(made, term)
        return made if made == p else self._reduced(made)

    def _split(self, p: Polynomial) -> tuple[Any, int, Polynomial]:
        """Number, monomial and the rest, which has no monomial factor and 1 for a coefficient."""
        if len(p) == 1:
            ((monomial, scale),) = p.items()
            return scale, monomial, {0: QQ(1)}
        least: dict[int, int] = {}
        every = [dict(self._exponents(m)) for m in p]
        for k in {k for exponents in every for k in exponents}:
            least[k] = min(exponents.get(k, 0) for exponents in every)
        common = 0
        for k, e in least.items():
            common += e << (WIDTH * k)
        scale = p[max(p)]
        return scale, common, {m - common: c / scale for m, c in p.items()}

    def _named(self, p: Polynomial, order: int) -> int:
        """Generator whose power of this order is a polynomial."""
        key = ("root", frozenset(p.items()), order)
        if key not in self._table and self.is_zero(p):
            raise NoValueError("division by zero")
        return self._generator(
            key,
            lambda: self._number(p) if order == 1 else self._real_root(p, order),
            relation=(p, order),
            sign=1 if order % 2 == 0 else self._sign_of_terms(p),
        )

    def _real_root(self, p: Polynomial, order: int) -> Any:
        value = self._number(p)
        if value < 0:
            raise NoValueError("root of a negative number")
        return mpmath.root(value, order)

    def _root(self, base: Polynomial, p: int, q: int) -> Polynomial:
        """Power p/q; what is known to be positive leaves the root."""
        scale, monomial, primitive = self._split(base)
        made = {0: QQ(1)}
        inside = 0
        for k, e in self._exponents(monomial):
            if self._generator_sign(k) > 0:
                made = product(made, self._fraction_of_generator(k, e * p, q))
            else:
                inside += e << (WIDTH * k)
        made = product(made, self._number_root(abs(scale), p, q))
        one = QQ(1) if scale > 0 else QQ(-1)
        rest = {m + inside: c * one for m, c in primitive.items()}
        if rest == {0: QQ(1)}:
            return made
        return product(made, self._power_of(self._named(rest, q), p))

    def _fraction_of_generator(self, k: int, p: int, q: int) -> Polynomial:
        common = math.gcd(p, q)
        p, q = p // common, q // common
        if q == 1:
            return self._power_of(k, p)
        return self._power_of(self._named(self._power_of(k), q), p)

    def _number_root(self, value: Any, p: int, q: int) -> Polynomial:
        made = {0: QQ(1)}
        for part, direction in ((int(value.numerator), 1), (int(value.denominator), -1)):
            factors = sympy.factorint(part) if part < 10**12 else {part: 1}
            for prime, e in factors.items():
                if prime == 1:
                    continue
                whole, rest = divmod(e * p * direction, q)
                made = product(made, {0: QQ(int(prime)) ** whole})
                if rest:
                    root = self._named({0: QQ(int(prime))}, q)
                    made = product(made, self._power_of(root, rest))
        return made

    # Functions ----------------------------------------------------------------------------------

    def call(self, name: str, arguments: Sequence[Polynomial]) -> Polynomial:
        """Value of a function."""
        arguments = [self._reduced(a) for a in arguments]
        x = arguments[0]
        if name == "exp":
            return self._exponential(x)
        if name == "log":
            return self._logarithm(x)
        if name in ("sin", "cos", "tan"):
            return self._trigonometric(name, x)
        if name in ("sinh", "cosh", "tanh"):
            return self._hyperbolic(name, x)
        if name == "erfc":
            return self.add([{0: QQ(1)}, negative(self.call("erf", [x]))])
        if name == "acos":
            half = scaled(self.atom(sympy.pi), QQ(1, 2))
            return self.add([half, negative(self.call("asin", [x]))])
        if name in _ODD and x and x[max(x)] < 0:
            return negative(self._opaque(name, [negative(x)]))
        return self._opaque(name, arguments)

    def _opaque(self, name: str, arguments: Sequence[Polynomial]) -> Polynomial:
        """Generator of which nothing is known."""
        key = (name, *(frozenset(a.items()) for a in arguments))
        digits = self._digits

        def number() -> Any:
            values = [self._number(a) for a in arguments]
            if name == "power":
                return mpmath.power(*values)
            return digits.call(name, values) if digits else None

        return self._power_of(self._generator(key, number))

    def _trigonometric(self, name: str, x: Polynomial) -> Polynomial:
        if not x:
            return {0: QQ(1)} if name == "cos" else {}
        back = x[max(x)] < 0
        angle = negative(x) if back else x
        key = frozenset(angle.items())
        cosine = self._generator(("cos", key), lambda: mpmath.cos(self._number(angle)))
        if name == "cos":
            return self._power_of(cosine)
        square = self.add([{0: QQ(1)}, negative(self._power_of(cosine, 2))])
        sine = self._power_of(
            self._generator(
                ("sin", key), lambda: mpmath.sin(self._number(angle)), relation=(square, 2)
            )
        )
        if back:
            sine = negative(sine)
        return sine if name == "sin" else product(sine, self._power_of(cosine, -1))

    def _hyperbolic(self, name: str, x: Polynomial) -> Polynomial:
        up, down = self._exponential(x), self._exponential(negative(x))
        odd, even = self.add([up, negative(down)]), self.add([up, down])
        if name == "tanh":
            return product(odd, self._whole_power(even, -1))
        return scaled(odd if name == "sinh" else even, QQ(1, 2))

    def _exponential(self, x: Polynomial) -> Polynomial:
        if len(x) > MOST_FACTORS:
            scale = x[max(x)]
            whole = {m: c / scale for m, c in x.items()}
            return self._exponential_of(whole, scale)
        made = {0: QQ(1)}
        for monomial, c in x.items():
            made = product(made, self._exponential_of({monomial: QQ(1)}, c))
        return made

    def _exponential_of(self, x: Polynomial, scale: Any) -> Polynomial:
        """Exponential of a multiple of a polynomial."""
        argument = self._arguments.get(next(iter(x))) if len(x) == 1 else None
        if argument is not None and scale.denominator <= HIGHEST_ROOT:
            ratio = sympy.Rational(int(scale.numerator), int(scale.denominator))
            if ratio.q == 1 and ratio.p % 2 == 0:
                return self.power(argument, ratio)
            return self.power(scaled(argument, QQ(self.sign(argument))), ratio)
        family = self._exponentials.setdefault(frozenset(x.items()), [])
        for known, k in family:
            ratio = scale / known
            if abs(ratio.numerator) <= 64 and ratio.denominator <= 64:
                p, q = int(ratio.numerator), int(ratio.denominator)
                return self._fraction_of_generator(k, p, q)
        size = abs(scale)
        multiple = scaled(x, size)
        made = self._generator(
            ("exp", frozenset(multiple.items())),
            lambda: mpmath.exp(self._number(multiple)),
            sign=1,
            logarithm=multiple,
        )
        family.append((size, made))
        return self._power_of(made, 1 if scale > 0 else -1)

    def _logarithm(self, x: Polynomial) -> Polynomial:
        """Logarithm of the absolute value, split into those of factors."""
        if not x:
            raise NoValueError("logarithm of zero")
        scale, monomial, primitive = self._split(x)
        made: Polynomial = {}
        for part, direction in ((int(abs(scale).numerator), 1), (int(scale.denominator), -1)):
            factors = sympy.factorint(part) if part < 10**12 else {part: 1}
            for prime, e in factors.items():
                if prime != 1:
                    logarithm = self._logarithm_of({0: QQ(int(prime))})
                    accumulate(made, scaled(logarithm, QQ(e * direction)))
        for k, e in self._exponents(monomial):
            logarithm = self._logarithms[k] or self._logarithm_of(self._power_of(k))
            accumulate(made, scaled(logarithm, QQ(e)))
        if len(primitive) > 1:
            accumulate(made, self._logarithm_of(primitive))
        return made

    def _logarithm_of(self, x: Polynomial) -> Polynomial:
        made = self._power_of(
            self._generator(("log", frozenset(x.items())), lambda: mpmath.log(abs(self._number(x))))
        )
        self._arguments[next(iter(made))] = x
        return made

    # Signs --------------------------------------------------------------------------------------

    def sign(self, value: Polynomial) -> int:
        """-1, 0 or 1, by the signs that are known; `UnknownSignError` where they do not tell."""
        if self.is_zero(value):
            return 0
        if self._digits is not None:
            number = self._number(value)
            if abs(number) < TINY:
                raise NoValueError("a case is not decided at the point")
            return 1 if number > 0 else -1
        scale, monomial, primitive = self._split(value)
        sign = 1 if scale > 0 else -1
        for k, e in self._exponents(monomial):
            if e % 2:
                sign *= self._generator_sign(k) or self._case(self._power_of(k))
        if len(primitive) > 1:
            sign *= self._sign_of_terms(primitive) or self._case(primitive)
        return sign

    def _case(self, p: Polynomial) -> int:
        key = frozenset(p.items())
        known = self._signs.get(key) or self._implied.get(key)
        if known is None:
            known = self._implied[key] = self._sum_of_signs(p)
        if not known:
            del self._implied[key]
            raise UnknownSignError(key)
        return known

    def _sum_of_signs(self, p: Polynomial, depth: int = 2) -> int:
        """Sign of a sum of polynomials of the same known sign, which `a - c` may be."""
        every = {**self._signs, **self._implied}
        for first, sign in every.items():
            for scale in (1, -1):
                rest = dict(p)
                accumulate(rest, scaled(dict(first), QQ(-scale)))
                if not rest or len(rest) > len(p):
                    continue
                factor = rest[max(rest)]
                unit = scaled(rest, 1 / factor)
                other = every.get(frozenset(unit.items()))
                if other is None and depth:
                    other = self._sum_of_signs(unit, depth - 1)
                if other and (other > 0) == ((factor > 0) == (scale * sign > 0)):
                    return 1 if scale * sign > 0 else -1
        return 0

    def _generator_sign(self, k: int) -> int:
        key = frozenset(self._power_of(k).items())
        return self._known_signs[k] or self._signs.get(key, 0)

    def _sign_of_terms(self, p: Polynomial) -> int:
        """Sign that all terms share; 0 if they do not."""
        signs = set()
        for monomial, c in p.items():
            sign = 1 if c > 0 else -1
            for k, e in self._exponents(monomial):
                if e % 2:
                    sign *= self._generator_sign(k)
            signs.add(sign)
        return signs.pop() if len(signs) == 1 else 0

    def _number(self, p: Polynomial) -> Any:
        """Value at the point."""
        total = mpmath.mpf(0)
        for monomial, c in p.items():
            term = mpmath.mpf(int(c.numerator)) / int(c.denominator)
            for k, e in self._exponents(monomial):
                term *= self._numbers[k] ** e
            total += term
        return total

    # Zeros --------------------------------------------------------------------------------------

    def is_zero(self, p: Polynomial) -> bool:
        """Whether a polynomial vanishes, by the relations of the generators."""
        if not p:
            return True
        if len(p) == 1:
            return False
        present = {k for monomial in p for k, _ in self._exponents(monomial)}
        related = [k for k in present if self._relations[k] is not None]
        if not related:
            return False
        k = max(related)
        base, order = self._relations[k] or ({}, 1)
        groups: dict[int, dict[int, Polynomial]] = {}
        for monomial, c in p.items():
            e = self._exponent(monomial, k)
            whole, rest = divmod(e, order)
            without = {monomial - (e << (WIDTH * k)): c}
            accumulate(groups.setdefault(rest, {}).setdefault(whole, {}), without)
        return all(self.is_zero(in_powers(group, base)) for group in groups.values())
