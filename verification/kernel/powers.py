"""Roots and powers that are no whole numbers: what they are of, and how a proof goes through them.

Each number, symbol or value of a function of which roots are taken gets one letter s with s > 0 and
sⁿ = it, and every power of a product of those becomes a product of whole powers of the letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.substitution import Equation, resolved
from .conditions import factors_of
from .names import Names
from .translate import term

Powers = dict[Any, sp.Rational]  # of a product: factor, and its exponent


def roots_in(expressions: Iterable[Any]) -> Iterator[tuple[Any, sp.Rational]]:
    """Base and exponent of every power that is no whole number and of no bound variable."""
    for e in expressions:
        bound = {v for d in e.atoms(sp.Subs, sp.Integral) for v in d.variables}
        for power in sorted(e.atoms(sp.Pow), key=str):
            broken = power.exp.is_Rational and not power.exp.is_Integer
            if broken and not power.base.free_symbols & bound:
                yield power.base, power.exp


def by_field(equations: str) -> str:
    """The tactic that proves an equation between quotients, given the names of others.

    >>> by_field("power_of_s"), by_field("")
    ('field [power_of_s]; non_zero', 'field_R; non_zero')
    """
    return f"{f'field [{equations}]' if equations else 'field_R'}; non_zero"


def at_zero_put_in(
    equations: Sequence[Equation], at: Sequence[Equation], alone: bool = True
) -> list[Equation]:
    """The equations, with the value at the place of those in which a root of 0 is taken there.

    A root of 0 is 0, but Coq's `Rpower 0 (1/3)` is another number; √0 is left, unless it does not
    stand `alone` and this is asked for.
    """
    zero = {name: value for name, value in at if value == 0}
    symbols = [name for name, _ in equations if name.is_Symbol]
    zero |= {s: sp.S.Zero for s in symbols if zero and resolved(s, equations, at) == 0}
    found = []
    for name, value in equations:
        roots = [(base, e) for base, e in roots_in([value]) if base.xreplace(zero) == 0]
        if any(e.q > 2 or (not alone and value != sp.sqrt(base)) for base, e in roots):
            value = value.subs(zero)
        found.append((name, value))
    return found


def root_conditions(
    written: Iterable[Any], equations: Sequence[Equation], at: Sequence[Equation]
) -> dict[Any, bool]:
    """What has to be > 0 (True) or at least not negative for the roots that are written to be real.

    >>> z = sp.Symbol("z", real=True)
    >>> root_conditions([sp.sqrt(1 + z), sp.cbrt(2 * z), sp.sqrt(1 + z**2)], (), ())
    {z + 1: False, z: True}
    """
    fixed = {name for name, _ in at}
    found: dict[Any, bool] = {}
    for base, exponent in roots_in(written):
        whole = resolved(base, equations)
        if base.is_positive and not fixed & whole.free_symbols:
            continue
        whole = resolved(base, equations, at) if fixed & whole.free_symbols else base
        if whole.is_number or (whole.is_positive and not fixed & whole.free_symbols):
            continue
        strict = exponent.q > 2 or exponent < 0
        found[whole] = found.get(whole, False) or strict
    return found


def factors(e: Any) -> Powers | None:
    """A product taken apart: positive numbers into primes; None for what is 0 or negative.

    >>> q = sp.Symbol("q", positive=True)
    >>> factors(sp.sqrt(8 / q))
    {2: 3/2, q: -1/2}
    """
    found: Powers = {}
    for base, exponent in sp.powsimp(e).as_powers_dict().items():
        if not exponent.is_Rational:
            return None
        if base.is_Rational:
            if base <= 0:
                return None
            parts = [(p, k) for p, k in sp.factorrat(base).items()]
        elif base.is_Mul or (base.is_Pow and base.exp.is_Rational):
            inner = factors(base)
            if inner is None:
                return None
            parts = list(inner.items())
        else:
            parts = [(base, sp.S.One)]
        for part, k in parts:
            found[sp.sympify(part)] = found.get(part, sp.S.Zero) + k * exponent
    return {base: k for base, k in found.items() if k != 0}


@dataclass(frozen=True)
class _Base:
    """What a root is taken of: as it is written, its factors and the common denominator."""

    written: Any
    parts: Powers
    exponents: tuple[sp.Rational, ...]

    @property
    def count(self) -> int:
        """n: its n-th root to a whole power is each of its powers."""
        return int(sp.ilcm(*(e.q for e in self.exponents), 1))


class Roots:
    """The letters for the roots in some expressions, and the lines that bring them in.

    Parameters: the expressions, as they are written; the equations that are put into what roots
    are taken of; the names of the lemma; for symbols and functions with an equation, by which
    hypotheses it is known, and what is not 0 by which.
    """

    def __init__(
        self,
        written: Iterable[Any],
        equations: Sequence[Equation],
        names: Names,
        known: Sequence[tuple[Any, str]] = (),
        given: Sequence[tuple[Any, str]] = (),
    ) -> None:
        self.names, self.known, self.given = names, list(known), list(given)
        self.equations_put_in = tuple(equations)
        exponents: dict[Any, set[sp.Rational]] = {}
        for base, exponent in roots_in(written):
            exponents.setdefault(base, set()).add(abs(exponent))
        self.bases: list[_Base] = []
        self.kept: list[str] = []
        self.sums: list[Any] = []
        self._letters: dict[Any, tuple[str, int]] = {}
        denominators: dict[Any, int] = {}
        for base in sorted(exponents, key=sp.default_sort_key):
            parts = factors(resolved(base, equations))
            if base.is_Add and not base.is_positive:
                self.sums.append(base)
            if parts is None or any(part.is_Add for part in parts):
                continue
            self.bases.append(one := _Base(base, parts, tuple(sorted(exponents[base]))))
            for part, k in parts.items():
                q = (k / one.count).q
                denominators[part] = int(sp.ilcm(denominators.get(part, 1), q))
        for part, n in denominators.items():
            if n > 1:
                self._letters[part] = (f"root_{len(self._letters) + 1}", n)

    @property
    def needed(self) -> bool:
        """Whether there is any."""
        return bool(self._letters or self.sums)

    @property
    def squares(self) -> list[str]:
        """The names of all equations sⁿ = …."""
        return [f"power_of_{letter}" for letter, _ in self._letters.values()]

    @property
    def equations(self) -> str:
        """The names of the equations sⁿ = …, for numbers, and of (√a)² = a for sums a."""
        found = [
            f"power_of_{letter}" for part, (letter, _) in self._letters.items() if part.is_number
        ]
        return " ".join([*found, *(f"square_{k}" for k in range(1, len(self.sums) + 1))])

    def lines(self, keep: bool = False) -> Iterator[str]:
        """Each letter, what is above 0, and each power by letters: put in, or kept as equations.

        A root of a sum stays as it is.
        """
        for k, one in enumerate(self.sums, start=1):
            yield f"pose proof (pow2_sqrt {self._text(one)} ltac:(assumption)) as square_{k}."
        for part, (letter, n) in self._letters.items():
            text = self._text(part)
            yield f"take_root {text} {n - 1}%nat {letter} power_of_{letter}."
        yield from self._even_powers()
        own = [b for b in self.bases if b.written in self._letters]
        for base in (*own, *(b for b in self.bases if b not in own)):
            for left, whole, lemma, by in self._powers(base):
                if keep:
                    self.kept.append(name := f"known_{len(self.kept) + 1}")
                    yield f"power_known {name} ({left}) ({whole}) ({lemma}) ltac:({by})."
                else:
                    yield f"rewrites ({left}) ({whole}) ({lemma}) ltac:({by})."

    def _even_powers(self) -> Iterator[str]:
        """What may be negative stands in a root to an even power, and is not 0."""
        found = {
            (part, abs(int(k / base.count)))
            for base in self.bases
            for part, k in base.parts.items()
            if part not in self._letters and not part.is_positive
        }
        for part, n in sorted(found, key=str):
            text = self._text(part)
            for e, name in self.given:
                rest = factors_of(resolved(e, self.equations_put_in)).get(part)
                if rest is not None and e != part:
                    put_in = "".join(f"rewrite ?{known} in {name}; " for known in self._names(e))
                    other = f"({term(rest, self.names)})"
                    yield f"try assert ({text} <> 0) by ({put_in}factor_of {name} {text} {other})."
                    break
            by = f"apply (even_power {text} {n // 2}); assumption"
            yield f"try assert (0 < {text} ^ {n}) by ({by})."

    def _powers(self, base: _Base) -> Iterator[tuple[str, str, str, str]]:
        """What is written, what it is by letters, by which lemma, and how that is proved."""
        n, text = base.count, self._text(base.written)
        root = self._product({part: k / n for part, k in base.parts.items()})
        by = self._proof(base)
        if any(e.q == 2 for e in base.exponents):
            whole = root if n == 2 else f"({root}) ^ {n // 2}"
            yield f"sqrt {text}", whole, f"root_is {text} ({root}) {n // 2}", by
        for q in sorted({e.q for e in base.exponents if e.q > 2}):
            left, k = f"Rpower {text} (1 / {q})", n // q
            yield left, f"({root}) ^ {k}", f"power_is {text} ({root}) {n} {k}", by

    def _proof(self, base: _Base) -> str:
        """That a whole power of the product is the base."""
        letters = [self._letters[p][0] for p in base.parts if p in self._letters and p.is_number]
        others = [f"power_of_{x}" for p, (x, _) in self._letters.items() if not p.is_number]
        rewritten = "".join(f"rewrite ?{name}; " for name in self._names(base.written))
        rewritten += "".join(f"rewrite <- ?{name}; " for name in others)
        given = " ".join(f"power_of_{letter}" for letter in letters)
        return f"{rewritten}first [ ring_R | {by_field(given)} ]"

    def not_zero(self, name: str, e: Any) -> Iterator[str]:
        """What is not 0 because a hypothesis of that name says so of a product with it."""
        symbols = {
            part: sp.Symbol(letter, positive=True) ** n
            for part, (letter, n) in self._letters.items()
        }
        numbers = {part: one for part, one in symbols.items() if part.is_number}
        e = e.xreplace({part: one for part, one in symbols.items() if part not in numbers})
        e = e.replace(
            lambda a: a.is_Pow and a.base in numbers and not a.exp.is_Integer,
            lambda a: numbers[a.base] ** a.exp,
        )
        for count, (factor, rest) in enumerate(factors_of(e).items(), start=1):
            text, other = (f"({term(part, self.names)})" for part in (factor, rest))
            by = f"factor_by {name} {text} {other} ltac:({self._field})"
            yield f"try assert ({name}_{count} : {text} <> 0) by ({by})."

    @property
    def _field(self) -> str:
        return by_field(self.equations)

    def closing(self) -> Iterator[str]:
        """What roots are taken of, by the letters."""
        for part, (letter, _) in self._letters.items():
            if part.is_Symbol:
                yield f"try subst {self.names.real(part)}."
            elif isinstance(part, AppliedUndef):
                yield f"rewrite <- ?power_of_{letter} in *."

    def _product(self, parts: Powers) -> str:
        above: list[str] = []
        below: list[str] = []
        for part, k in parts.items():
            letter, n = self._letters.get(part, (self._text(part), 1))
            whole = int(k * n)
            power = letter if abs(whole) == 1 else f"{letter} ^ {abs(whole)}"
            (above if whole > 0 else below).append(power)
        text = " * ".join(above) or "1"
        return f"{text} / ({' * '.join(below)})" if below else text

    def _names(self, e: Any) -> list[str]:
        """The hypotheses that put equations into an expression, in order."""
        found: list[str] = []
        for _ in range(len(self.known)):
            new = [(n, h) for n, h in self.known if h not in found and e.has(n)]
            if not new:
                break
            found += [h for _, h in new]
            e = sp.Tuple(e, *(n for n, _ in new))
        return found

    def _text(self, e: Any) -> str:
        text = term(e, self.names)
        return text if text.isidentifier() or text.isdecimal() else f"({text})"
