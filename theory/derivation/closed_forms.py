"""Closed forms as a reader wants them: elementary functions of p by one letter, and in powers of p.

A sum is arranged by powers of p, each coefficient a product; of a factor the lowest term is
positive, and (1 − t)(1 + t) is 1 − t².
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import reduce

import sympy as sp

from ..algebra.symbolic import cancelled, factored, simplified
from ..expressions.parsing import Z
from ..models.base import P
from .latex import latex, width_of
from .notation import ARCTAN, ERROR, EXPONENTIAL, LOGARITHM, ROOT, TANH

Abbreviation = tuple[sp.Expr, sp.Expr]  # the letter, a function of p, and what it stands for

_LETTERS = (
    (sp.tanh, TANH),
    (sp.atan, ARCTAN),
    (sp.erf, ERROR),
    (sp.log, LOGARITHM),
    (sp.exp, EXPONENTIAL),
)
_OFTEN = 3  # what stands less often than this keeps its name


def abbreviated(forms: Sequence[sp.Expr]) -> tuple[tuple[Abbreviation, ...], tuple[sp.Expr, ...]]:
    """The letters to define, in an order in which each is known before it is used, and the forms.

    Parameters: expressions in P that are rational in P, elementary functions and one square root.

    >>> from trajalign.theory.derivation.latex import latex
    >>> t = sp.tanh(P)
    >>> letters, (form,) = abbreviated([t**2 * (1 - t) * (1 + t) / (P * t**2 - P + t)])
    >>> latex(form)
    '\\\\frac{t^{2} (1 - t^{2})}{t - \\\\taP (1 - t^{2})}'
    """
    letters: list[Abbreviation] = []
    for kind, letter in _LETTERS:
        value = _the_one(kind, forms)
        if value is None:
            continue
        forms = [_with_letter(form, value, letter(P)) for form in forms]
        letters = [(name, known.xreplace({value: letter(P)})) for name, known in letters]
        letters.append((letter(P), value))
    root = _the_root(forms)
    if root is not None:
        letters.append((ROOT(P), root))
    letters.sort(key=lambda pair: pair[1].count_ops())
    return tuple(letters), tuple(in_letters(form, letters) for form in forms)


def in_letters(e: sp.Expr, letters: Sequence[Abbreviation]) -> sp.Expr:
    """A form of a response's differential field, in the letters and arranged."""
    for name, value in letters:
        e = _with_letter(e, value, name)
    return arranged(e)


def _the_one(kind: type, forms: Sequence[sp.Expr]) -> sp.Expr | None:
    """The only function of this kind if it stands often; exp(−x) if all are its powers."""
    found: Counter[sp.Expr] = Counter()
    for form in forms:
        for node in sp.preorder_traversal(form):
            if isinstance(node, kind):
                found[node] += 1
    if sum(found.values()) < _OFTEN:
        return None
    if kind is sp.exp:
        smallest = min(found, key=lambda e: abs(float(e.args[0].subs(P, 1))))
        ratios = [e.args[0] / smallest.args[0] for e in found]
        return smallest if all(ratio.is_Integer for ratio in ratios) else None
    return next(iter(found)) if len(found) == 1 else None


def _the_root(forms: Sequence[sp.Expr]) -> sp.Expr | None:
    """The only square root of a function of p."""
    bases = [e.base for form in forms for e in form.atoms(sp.Pow) if not e.exp.is_Integer]
    return sp.sqrt(bases[0]) if len(set(bases)) == 1 and bases[0].has(P) else None


def _with_letter(form: sp.Expr, value: sp.Expr, letter: sp.Expr) -> sp.Expr:
    if isinstance(value, sp.exp):
        return form.replace(sp.exp, lambda inner: letter ** (inner / value.args[0]))
    if not value.is_Pow:
        return form.xreplace({value: letter})
    return form.replace(
        lambda e: e.is_Pow and e.base == value.base and not e.exp.is_Integer,
        lambda e: letter ** int(2 * e.exp),
    )


def arranged(e: sp.Expr) -> sp.Expr:
    """A rational expression in P and functions of P, each factor by powers of P."""
    functions = e.atoms(sp.Function) | {x for x in e.atoms(sp.Pow) if not x.exp.is_Integer}
    known = {f: sp.Dummy(str(f), positive=True) for f in sorted(functions, key=str) if f.has(P)}
    numerator, denominator = sp.fraction(cancelled(e.xreplace(known)))
    (c, above), (d, below) = (_factors(part) for part in (numerator, denominator))
    back = {dummy: f for f, dummy in known.items()}
    product = [(c / d).xreplace(back)]
    for factors, sign in ((above, 1), (below, -1)):
        product += [sp.Pow(_by_powers(base).xreplace(back), sign * n) for base, n in factors]
    return sp.Mul(*product)


def _factors(e: sp.Expr) -> tuple[sp.Expr, list[tuple[sp.Expr, int]]]:
    """The number before a polynomial, and its factors with positive lowest terms."""
    number, factors = sp.factor_list(e)
    oriented = []
    for factor, n in factors:
        if _lowest(factor) < 0:
            factor, number = -factor, number * (-1) ** n
        oriented.append((factor, n))
    return number, _paired(oriented)


def _lowest(e: sp.Expr) -> sp.Expr:
    """The coefficient of the first term: lowest in P, then in degree."""
    symbols = sorted(e.free_symbols, key=lambda s: (s != P, str(s)))
    terms = sp.Poly(e, *symbols).terms()
    (_, coefficient) = min(
        terms, key=lambda term: (term[0][0] if P in e.free_symbols else 0, sum(term[0]), term[0])
    )
    return sp.sign(coefficient)


def _paired(factors: list[tuple[sp.Expr, int]]) -> list[tuple[sp.Expr, int]]:
    """1 − t and 1 + t as 1 − t², as often as both occur."""
    found = dict(factors)
    for factor in list(found):
        symbols = factor.free_symbols
        if len(symbols) != 1 or factor != 1 - min(symbols, key=str):
            continue
        (t,) = symbols
        both = min(found[1 - t], found.get(1 + t, 0))
        if both:
            for part in (1 - t, 1 + t):
                found[part] -= both
            found[1 - t**2] = both
    return [(factor, n) for factor, n in found.items() if n]


def _by_powers(e: sp.Expr) -> sp.Expr:
    if not e.is_Add or not e.has(P) or e.free_symbols == {P}:
        return e
    terms = []
    for (power,), coefficient in sp.Poly(e, P).terms():
        number, factors = _factors(coefficient)
        body = reduce(lambda a, b: a * b, [f**n for f, n in factors], sp.S.One)
        terms.append(number * P**power * body)
    return sp.Add(*terms)


def shortest(e: sp.Expr) -> sp.Expr:
    """The shortest of some forms of an elementary expression.

    >>> z = sp.Symbol("z", real=True)
    >>> shortest(sp.sinh(z) / (z * sp.cosh(z)))
    tanh(z)/z
    """
    tanh = e.replace(sp.sinh, lambda u: sp.tanh(u) * sp.cosh(u))
    tanh = tanh.replace(sp.coth, lambda u: 1 / sp.tanh(u))
    found = [e, tanh, cancelled(tanh), factored(e)]
    roots = any(not power.exp.is_Integer for power in e.atoms(sp.Pow))
    # With roots, or with functions of several arguments, `simplify` can take minutes.
    several = len({f.args for f in e.atoms(sp.Function) if f.has(P, Z)}) > 1
    if not (several or (roots and e.atoms(sp.Function))):
        found.append(simplified(e))
    return min(found, key=lambda form: (width_of(latex(form)), form.count_ops()))
