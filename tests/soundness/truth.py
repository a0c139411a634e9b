"""Independent values of an expression and its derivatives, from its text alone.

Two truths. The first is mpmath on Python's syntax tree of the text, at two precisions that have to
agree. The second, many times faster, walks the same tree with FLINT's complex balls at a thin point
and takes derivatives from Cauchy's integral over a small circle. Neither sees SymPy, the program's
compilers, its jets or its forms at infinity; of FLINT they share the elementary functions, and of
the table of functions the names.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from flint import acb, arb, ctx, fmpq

from trajalign.theory.functions import ROWS

_ROWS = [row for row in ROWS if row.typed and row.name != "abs"]  # names, no mathematics
NODES = 16  # on the circle, of which symmetry spares nearly half
_RADII = (Fraction(11, 10 * 2**20), Fraction(11, 10 * 2**56))
_PRECISIONS = (300, 600, 1200, 2400, 4800)
_GOOD = 120  # correct bits of a value
_SPILL = 60  # bits of the last coefficient that must be free of what no power series has
_DIGITS = ((60, 90), (200, 300))  # pairs of precisions of mpmath
_AGREED = mpmath.mpf(10) ** -45


def expression_code(text: str) -> tuple[Any, list[Fraction]]:
    """The text as a Python function of z, constants c, pi, e and functions; and its constants."""
    tree = ast.parse(text.strip(), mode="eval").body
    constants: list[Fraction] = []

    def rational(node: ast.expr) -> Fraction:
        match node:
            case ast.Constant():
                return Fraction(ast.get_source_segment(text.strip(), node) or "")
            case ast.UnaryOp(op=ast.USub(), operand=u):
                return -rational(u)
            case ast.BinOp(left=a, op=ast.Div(), right=b):
                return rational(a) / rational(b)
        raise ValueError(f"not a plain exponent: {ast.unparse(node)}")

    def written(node: ast.expr) -> str:
        match node:
            case ast.Constant():
                constants.append(rational(node))
                return f"c[{len(constants) - 1}]"
            case ast.Name(id=name):
                return "e" if name == "E" else name
            case ast.UnaryOp(op=op, operand=u):
                return f"(-{written(u)})" if isinstance(op, ast.USub) else written(u)
            case ast.BinOp(left=a, op=ast.Pow(), right=b):
                power = rational(b)
                return f"f_power({written(a)}, {power.numerator}, {power.denominator})"
            case ast.BinOp(left=a, op=op, right=b):
                sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(op)]
                return f"({written(a)} {sign} {written(b)})"
            case ast.Call(func=ast.Name(id=name), args=[u]):
                return f"f_{name}({written(u)})"
        raise ValueError(ast.unparse(node))

    return compile(f"lambda z, c, pi, e: {written(tree)}", "<text>", "eval"), constants


def _ball_power(base: acb, above: int, below: int) -> acb:
    if below == 1:
        return base**above
    if below == 2:
        return base.sqrt() ** above
    return base.pow(acb(fmpq(above, below)))


def _ball_absolute(u: acb) -> acb:
    """|u| continued off the real line; NaN unless u is clearly on one side of the kink, or on it.

    So no circle of which every point has a value goes around a zero of u, but for one of order 8 or
    16, which looks the same at all of them: for these there is one point more.
    """
    if abs(u.imag) < u.real / 2:
        return u
    if abs(u.imag) < -u.real / 2:
        return -u
    return acb(0) if u.is_zero() else acb(arb.nan())


def _spelled(f: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """The other names that the parser takes, by their definitions."""
    log, exp, sin, cos = f["f_log"], f["f_exp"], f["f_sin"], f["f_cos"]
    inverse = {"sin": "a", "cos": "a", "tan": "a", "sinh": "a", "cosh": "a", "tanh": "a"}
    found = {f"f_{alias}": f[f"f_{row.name}"] for row in _ROWS for alias in row.aliases}
    found |= {f"f_arc{name}": f[f"f_{a}{name}"] for name, a in inverse.items()}
    found |= {"f_arsinh": f["f_asinh"], "f_arcosh": f["f_acosh"], "f_artanh": f["f_atanh"]}
    return found | {
        "f_ln": log,
        "f_fabs": f["f_abs"],
        "f_Abs": f["f_abs"],
        "f_log1p": lambda u: log(1 + u),
        "f_expm1": lambda u: exp(u) - 1,
        "f_log2": lambda u: log(u) / log(0 * u + 2),
        "f_log10": lambda u: log(u) / log(0 * u + 10),
        "f_sinc": lambda u: sin(u) / u,
        "f_coth": lambda u: f["f_cosh"](u) / f["f_sinh"](u),
        "f_sech": lambda u: 1 / f["f_cosh"](u),
        "f_csch": lambda u: 1 / f["f_sinh"](u),
        "f_cot": lambda u: cos(u) / sin(u),
        "f_sec": lambda u: 1 / cos(u),
        "f_csc": lambda u: 1 / sin(u),
        "f_expit": lambda u: 1 / (1 + exp(-u)),
        "f_sigmoid": lambda u: 1 / (1 + exp(-u)),
        "f_softplus": lambda u: log(1 + exp(u)),
    }


_BALLS: dict[str, Callable[..., Any]] = {
    **{f"f_{row.name}": getattr(acb, row.name) for row in _ROWS},
    "f_sqrt": acb.sqrt,
    "f_abs": _ball_absolute,
    "f_power": _ball_power,
}
_MPMATH: dict[str, Callable[..., Any]] = {
    **{f"f_{row.name}": getattr(mpmath, row.name) for row in _ROWS},
    "f_sqrt": mpmath.sqrt,
    "f_abs": lambda u: u if mpmath.re(u) >= 0 else -u,
    "f_power": lambda u, a, b: u**a if b == 1 else u ** (mpmath.mpf(a) / b),
}

_BALLS |= _spelled(_BALLS)
_MPMATH |= _spelled(_MPMATH)


class Truth:
    """Values and Taylor coefficients of one expression in z at rational points, remembered."""

    def __init__(self, text: str) -> None:
        self.text = text
        code, self._constants = expression_code(text)
        self._balls, self._mpmath = eval(code, dict(_BALLS)), eval(code, dict(_MPMATH))
        self._values: dict[Fraction, arb | None] = {}
        self._series: dict[tuple[Fraction, int], list[arb] | None] = {}

    def value(self, z: Fraction) -> arb | None:
        """The value (the limit, where it is 0/0); None where it is not known to be real."""
        if z not in self._values:
            self._values[z] = self._value(z)
        return self._values[z]

    def _value(self, z: Fraction) -> arb | None:
        for precision in _PRECISIONS:
            with ctx.workprec(precision):
                found = self._at(acb(as_fmpq(z)))
                if not found.imag.is_finite() or not found.real.is_finite():
                    continue
                if not found.imag.contains(0):
                    return None
                if found.real.rel_accuracy_bits() >= _GOOD or found.real.is_zero():
                    return found.real
        if found.real.is_finite() and found.real.abs_upper() < arb(2) ** -_PRECISIONS[-2]:
            return found.real
        if z == 0 or found.real.is_finite():
            series = self.series(z, 1)
            return None if series is None else series[0]
        return None

    def series(self, z: Fraction, n: int) -> list[arb] | None:
        """The first n ≤ 8 Taylor coefficients; None where the function is not seen to be analytic.

        n is rounded up to 5 or 8, so that what is remembered serves more often.
        """
        wanted = 5 if n <= 5 else 8
        if (z, wanted) not in self._series:
            self._series[z, wanted] = self._from_circles(z, wanted)
        found = self._series[z, wanted]
        return None if found is None else found[:n]

    def _from_circles(self, z: Fraction, n: int) -> list[arb] | None:
        for radius, precision in zip(_RADII, (400, 1000), strict=True):
            with ctx.workprec(precision + (200 if n > 5 else 0)):
                found = self._from_circle(z, n, radius)
            if found is not None:
                return found
        return None

    def is_smooth_within(self, z: Fraction, radius: Fraction, n: int) -> bool:
        """Whether the function is seen to be analytic in a disc."""
        for precision in (400, 1200):
            with ctx.workprec(precision):
                if self._from_circle(z, n, radius) is not None:
                    return True
        return False

    def _from_circle(self, z: Fraction, n: int, radius: Fraction) -> list[arb] | None:
        """Σ f(z + ρω^j) ω^(−jk)/(16 ρ^k); what the exponents 12 … 15 show bounds the error."""
        centre, rho = acb(as_fmpq(z)), arb(as_fmpq(radius))
        roots = [acb(arb(fmpq(2 * j, NODES))).exp_pi_i() for j in range(NODES)]
        half = [self._at(centre + rho * roots[j]) for j in range(NODES // 2 + 1)]
        if not all(v.real.is_finite() and v.imag.is_finite() for v in half):
            return None
        if not (half[0].imag.contains(0) and half[-1].imag.contains(0)):
            return None
        values = half + [v.conjugate() for v in half[-2:0:-1]]
        size = max(float_size(v) for v in values)
        if size == 0:
            return [arb(0)] * n
        inside = self._at(centre + rho / 8)  # past a pole inside it exceeds all that is around
        if not inside.abs_upper() < 2 * size:
            return None
        # u⁸ and u¹⁶ are real, of one size, at all points of the circle; 6° further on they are not.
        if not self._at(centre + rho * acb(arb(fmpq(1, 30))).exp_pi_i()).is_finite():
            return None
        sums = {
            k: sum((v * roots[-j * k % NODES] for j, v in enumerate(values)), acb(0)) / NODES
            for k in (*range(n), *range(NODES - 4, NODES))
        }
        spill = max((sums[k].abs_upper() for k in range(NODES - 4, NODES)), key=arb_key)
        if not spill < size * rho ** (n - 1) * arb(2) ** -_SPILL:
            return None
        slack = arb(0, spill * 2**12)  # of a function with a kink more is in the lower exponents
        return [(sums[k].real + slack) / rho**k for k in range(n)]

    def _at(self, z: acb) -> acb:
        constants = [acb(as_fmpq(c)) for c in self._constants]
        return acb(self._balls(z, constants, acb(arb.pi()), acb(arb.const_e())))

    # The first truth

    def by_mpmath(self, z: Fraction) -> mpmath.mpf | None:
        """The value by mpmath; None where two precisions do not agree, or it is not real."""
        for low, high in _DIGITS:
            one, other = self._digits(z, low), self._digits(z, high)
            if one is None or other is None:
                return None
            with mpmath.workdps(high):
                if abs(one - other) <= _AGREED * abs(other):
                    return other
        return None

    def _digits(self, z: Fraction, digits: int) -> mpmath.mpf | None:
        with mpmath.workdps(digits):
            try:
                found = self._in_mpmath(mpmath.mpf(z.numerator) / z.denominator)
            except (ArithmeticError, ValueError, mpmath.libmp.ComplexResult):
                return None
            if mpmath.im(found) != 0 or not mpmath.isfinite(found):
                return None
            return mpmath.re(found)

    def _in_mpmath(self, z: Any) -> Any:
        constants = [mpmath.mpf(c.numerator) / c.denominator for c in self._constants]
        return self._mpmath(z, constants, +mpmath.pi, +mpmath.e)

    def series_by_mpmath(self, z: Fraction, n: int) -> list[mpmath.mpf] | None:
        """The first n Taylor coefficients by mpmath's finite differences at 100 digits."""
        with mpmath.workdps(100):
            centre = mpmath.mpf(z.numerator) / z.denominator
            try:
                found = mpmath.taylor(self._in_mpmath, centre, n - 1)
            except (ArithmeticError, ValueError, mpmath.libmp.ComplexResult):
                return None
            real = all(mpmath.im(c) == 0 and mpmath.isfinite(c) for c in found)
            return [mpmath.re(c) for c in found] if real else None


def as_fmpq(value: Fraction) -> fmpq:
    """A fraction as FLINT's."""
    return fmpq(value.numerator, value.denominator)


def from_mpmath(value: mpmath.mpf) -> arb:
    """The exact ball of an mpmath number, at any precision in force."""
    sign, mantissa, exponent, _ = value._mpf_
    return arb(((-1) ** sign * int(mantissa), int(exponent)))


def arb_key(value: arb) -> Any:
    """A key to order exact balls by, of any size."""
    mantissa, exponent = value.mid().man_exp()
    size = int(mantissa).bit_length() + int(exponent)
    return (int(mantissa) != 0, size, Fraction(int(mantissa), 2 ** int(mantissa).bit_length()))


def float_size(value: acb) -> arb:
    """An upper bound of |value|, as an exact ball that compares with others."""
    return value.abs_upper()
