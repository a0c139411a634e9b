"""Forms at infinity, against limits and bounds worked out by hand and values by mpmath."""

from dataclasses import replace

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx
from forgetting import forget

from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.verification.hypotheses.tails import (
    NoTailError,
    bounded,
    forms,
    rewriting,
    scale,
    tail,
    wide,
)

STARTS = [sp.Integer(2) ** k for k in range(1, 7)]

LIMITS = [
    ("tanh(z)", 1),
    ("3*(cosh(z)/sinh(z) - 1/z)", 3),
    ("z/sqrt(1+z**2)", 1),
    ("z/sqrt(1+4*z**2)", mp.mpf(1) / 2),
    ("atan(3*z)", mp.pi / 2),
    ("2*atan(tanh(z/2))", mp.pi / 2),  # 2 atan 1
    ("erf(sqrt(pi)*z/2)", 1),
    ("4/(1+exp(-z)) - 2", 2),
    ("z**5*exp(-z)", 0),
    ("(2*z**2 + 1)/(3*z**2 - z)", mp.mpf(2) / 3),
    ("tanh(tanh(z))", mp.tanh(1)),
    ("asinh(tanh(z))", mp.asinh(1)),
    ("exp(-2*z/sqrt(1+z**2))", mp.exp(-2)),
    ("sinh(z)/sqrt(1+cosh(z)**2)", 1),
    ("tanh(z-3) + tanh(z+3)", 2),
    ("sqrt(1+tanh(z)**2)", mp.sqrt(2)),
    ("sqrt(z**4*exp(-2*z) + exp(-4*z))/(z**2*exp(-z))", 1),
    ("1 - erfc(sqrt(pi)*z/2)", 1),
    ("erf(z**3*exp(-z)) - 1/2", -mp.mpf(1) / 2),  # erf of what vanishes, not of what is infinite
    ("erf((1+z**2)/cosh(z))", 0),
    ("erf(z - 5) - 1/2", mp.mpf(1) / 2),
    ("atan(5 - z)", -mp.pi / 2),
    ("tanh(z + z**3/10)", 1),
    ("exp(3*z - z**2) + 2", 2),
    ("asinh(z)/sqrt(1+asinh(z)**2)", 1),
    ("atan(asinh(asinh(z)))", mp.pi / 2),
    ("asinh(z)**2/z", 0),
    ("z*log(1 + 3/z)", 3),
    ("z*log(1+exp(-z))", 0),
    ("log(1+exp(z))/z", 1),
    ("asinh(2*z) - asinh(z/3)", mp.log(6)),
    ("log(1+z**2) - 2*log(3+z)", 0),
    ("log(z+sqrt(1+z**2))/asinh(z)", 1),
    ("log(log(2+z**2)) - log(log(2+z))", mp.log(2)),
    ("(1+z**2)**(1/4)/sqrt(z)", 1),
    ("sqrt(1+sqrt(1+z**2))/sqrt(z)", 1),
    ("1000*tanh(asinh(z)/1000)", 1000),
    ("exp(asinh(z)/3)/z**(1/3)", mp.cbrt(2)),
    ("acosh(1+z)/asinh(z)", 1),
    ("z*asinh(1/z)", 1),
    ("tanh(z*asinh(z))", 1),
    ("exp(-z*asinh(z))", 0),
]


@pytest.mark.parametrize(("text", "limit"), LIMITS)
def test_limit(text: str, limit: mp.mpf) -> None:
    with ctx.workprec(100):
        found = tail(parse_expression(text)).limit
    assert mp.almosteq(mp.mpf(found.str(25, radius=False)), limit, abs_eps=mp.mpf(10) ** -14)
    assert found.rad() < 1e-25


@pytest.mark.parametrize(("text", "limit"), LIMITS)
@pytest.mark.parametrize("start", [2, 8, 16])
def test_enclosure_holds_what_mpmath_finds_past_the_start(
    text: str, limit: mp.mpf, start: int
) -> None:
    """Just past the start, at 2^k up to 2²⁰, and between."""
    function = sp.lambdify(Z, parse_expression(text), "mpmath")
    found = tail(parse_expression(text)).enclosure(sp.Integer(start))
    if start < 16 and not found.is_finite():
        return  # nothing is claimed so near
    places = [start * (1 + mp.mpf(2) ** -k) for k in (1, 4, 30)]
    places += [start * (1 + mp.mpf(k) / 3) for k in range(12)]
    places += [mp.mpf(2) ** k for k in range(5, 21)]
    with mp.workdps(60):
        for z in places:
            assert found.overlaps(arb(mp.nstr(function(z), 30))), z
    assert not found.contains(arb(float(limit) + 5000))  # no enclosure of everything


# What tends to infinity -----------------------------------------------------------------------

UNBOUNDED = [  # (expression, the sign at infinity, what it grows like)
    ("asinh(z)", 1, "log(z)"),
    ("-asinh(asinh(z))", -1, "log(log(z))"),
    ("asinh(asinh(asinh(asinh(asinh(z)))))", 1, "log(log(log(log(log(z)))))"),
    ("log(1+z**2)", 1, "log(z)"),
    ("log(1+asinh(z))", 1, "log(log(z))"),
    ("log(log(20+z**2))", 1, "log(log(z))"),
    ("asinh(z)/sqrt(1+asinh(asinh(z))**2)", 1, "log(z)/log(log(z))"),
    ("2*(1+z**2)**(3/4)/3", 1, "z**(3/2)"),
    ("sqrt(asinh(z))", 1, "sqrt(log(z))"),
    ("log(1+exp(z))", 1, "z"),
    ("exp(z/2) - 5*z**9", 1, "exp(z/2)"),
    ("acosh(2+z**2)", 1, "log(z)"),
    ("asinh(-z**3)", -1, "log(z)"),
]


@pytest.mark.parametrize(("text", "sign", "like"), UNBOUNDED)
def test_divergence_and_its_rate(text: str, sign: int, like: str) -> None:
    form = tail(parse_expression(text))
    assert form.divergence(sp.Integer(2) ** 10) == sign
    assert form.like == sp.sympify(like, {"z": Z})
    assert not form.limit.is_finite()
    assert not form.enclosure(sp.Integer(2) ** 10).is_finite()


@pytest.mark.parametrize(("text", "limit"), LIMITS)
def test_what_has_a_limit_does_not_diverge(text: str, limit: mp.mpf) -> None:
    assert tail(parse_expression(text)).divergence(sp.Integer(2) ** 10) == 0


@pytest.mark.parametrize("k", [-20, -3, 1, 20])
@pytest.mark.parametrize(
    "text", ["tanh(z) - 99/100", "asinh(asinh(z)) - 2", "z*exp(-z) - 1/50", "log(1+z**2) - 5"]
)
def test_in_other_units_nothing_changes(text: str, k: int) -> None:
    """f(z/s) from s·M on is f from M on."""
    e, s = parse_expression(text), sp.Integer(2) ** k
    one, other = tail(e), tail(e.subs(Z, Z / s), s)
    for start in STARTS:
        assert one.sign(start) == other.sign(s * start)
        first, second = one.enclosure(start), other.enclosure(s * start)
        assert first.is_finite() == second.is_finite()
        assert not first.is_finite() or abs(first - second).abs_lower() == 0


SIGNS = [  # (expression, where its last sign change is, its sign past that)
    ("z - 5", 5, 1),
    ("exp(-z) - 1/1000", mp.log(1000), -1),
    ("tanh(z) - 99/100", mp.atanh(mp.mpf(99) / 100), 1),
    ("z*exp(-z**2) - 1/z**3", 0, -1),  # z⁴ exp(−z²) ≤ 4 e⁻² < 1
    ("sqrt(1+z**2) - z - 1/10", 4.95, -1),  # z = (1 − 1/100)/(2/10)
    ("atan(z) - 3/2", mp.tan(1.5), 1),  # 14.1
    ("tanh(tanh(z)) - 3/4", mp.atanh(mp.atanh(0.75)), 1),  # 2.3
    ("exp(z-3) - z", 4.51, 1),  # e^1.51 = 4.53
    ("cosh(z) - sqrt(1+sinh(z)**2) - 1/z", 0, -1),  # the first two cancel
    ("sqrt(1+cosh(z)**2) - cosh(z) - 1/100", mp.acosh(50), -1),  # near 1/(2 cosh z)
    ("erf(z**3*exp(-z)) - 1/2", 6.9, -1),  # z³ exp(−z) < 0.4769
    ("asinh(z) - 3", mp.sinh(3), 1),  # 10.02
    ("asinh(asinh(z)) - 2", mp.sinh(mp.sinh(2)), 1),  # 18.8
    ("log(1+z**2) - 2*asinh(z) + 1", 0, -1),  # tends to 1 − 2 ln 2; 1 − asinh' … at 2: −0.28
    ("z - 9*asinh(z)", 36.9, 1),  # 9 asinh 36.9 = 38.7; see the test below
    ("exp(z**2/8 - z) - 100", 13.1, 1),  # z²/8 − z = ln 100
    ("tanh(z + z**3/10) - 99/100", 1.9, 1),  # atanh 0.99 = 2.65
    ("log(1+exp(-z)) - 1/1000", 6.91, -1),  # exp(−z) = exp(1/1000) − 1
]


@pytest.mark.parametrize(("text", "change", "sign"), SIGNS)
def test_sign_is_never_told_before_the_last_change_and_always_long_after(
    text: str, change: float, sign: int
) -> None:
    form = tail(parse_expression(text))
    for start in STARTS:
        assert form.sign(start) in ({0} if start < change else {0, sign})
    assert form.sign(STARTS[-1]) == sign or "sqrt" in text  # differences of large terms


@pytest.mark.parametrize(
    "text",
    [
        "sin(z)",
        "sin(asinh(z))",
        "exp(asinh(z)**2)",
        "exp(-z) + exp(-sqrt(2)*z) + 1/z",  # two rates without a common measure
        "tanh(z) + tanh(z/10**9)",  # 10⁹ powers of one E
        "log(-z) - log(-2*z)",  # not real
    ],
)
def test_what_has_no_form_is_refused(text: str) -> None:
    with pytest.raises(NoTailError):
        tail(parse_expression(text))


def test_a_power_that_is_not_rational_is_refused() -> None:
    with pytest.raises(NoTailError):
        tail(Z ** sp.sqrt(2) / (1 + Z))


@pytest.mark.parametrize(
    "text", ["erf(z**3*exp(-z)) - 1/2", "tanh(1/z + asinh(z)*exp(-z))", "atan(z**4*exp(-z)) + 1"]
)
def test_not_known_is_not_infinite(text: str) -> None:
    """At z = 2 the argument has not begun to fall: its bound there is not known."""
    form = tail(parse_expression(text))
    value = form.enclosure(sp.Integer(2))
    assert form.sign(sp.Integer(2)) == 0 or value.is_finite()
    exact = sp.lambdify(Z, parse_expression(text), "mpmath")
    with mp.workdps(40):
        for z in (2, 3, 4, 5, 9, 40):
            size = arb(mp.nstr(exact(mp.mpf(z)), 30))
            assert not value.is_finite() or value.overlaps(size)
            assert form.sign(sp.Integer(2)) in (0, 1 if size > 0 else -1)


@pytest.mark.parametrize(
    "text", ["tanh(z)", "z/sqrt(1+z**2)", "atan(3*z)", "log(1+z**2)", "asinh(asinh(z)/2)"]
)
def test_a_slip_anywhere_in_the_algebra_is_found_out(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The polynomials that the signs are read off are themselves compared with the expression."""
    right = forms.quotient
    tail(parse_expression(text))

    def slipped(*arguments):
        found = right(*arguments)
        leading = max(found.above)
        change = {leading: found.above[leading] + sp.Rational(1, 10**9)}
        return replace(found, above={**found.above, **change})

    monkeypatch.setattr(forms, "quotient", slipped)
    forget()
    with pytest.raises(NoTailError, match="is not"):
        tail(parse_expression(text))


@pytest.mark.parametrize(
    ("text", "size"),  # by hand, and up to a factor 2
    [
        ("sqrt(1+z**2)-z", 1 / (2 * Z)),
        ("sqrt(4+z**2)-sqrt(1+z**2)", 3 / (2 * Z)),
        ("sqrt(1+z**2/10**20)-z/10**10", 10**10 / (2 * Z)),
        ("sqrt(1+sinh(z)**2)-sinh(z)", sp.exp(-Z)),
        ("1/(sqrt(1+z**2)-z)", 2 * Z),
        ("sqrt(z**2+z+5)-z-1/2", 19 / (8 * Z)),
    ],
)
def test_what_cancels_at_infinity_is_freed_of_its_root(text: str, size: sp.Expr) -> None:
    form = tail(parse_expression(text))
    assert form.sign(sp.Integer(16)) == 1
    with mp.workdps(60):
        for z in (10**12, 10**14) if "exp" not in str(size) else (20, 40):
            ratio = sp.lambdify(Z, parse_expression(text) / size, "mpmath")(mp.mpf(z))
            assert 0.5 < ratio < 2
    assert tail(parse_expression(f"{text} - 3*({size})")).sign(sp.Integer(2) ** 40) == -1


def test_what_cancels_and_is_negative_is_not_taken_for_positive() -> None:
    form = tail(parse_expression("sqrt(z**2-z+1)-z"))  # tends to −1/2
    assert form.sign(sp.Integer(2)) in (0, -1)
    assert form.sign(sp.Integer(64)) == -1
    assert tail(parse_expression("z-z*sqrt(1+z**2)/sqrt(1+z**2)+exp(-z)")).sign(2) == 1


def _wrong(right, change):
    def found(right_value):
        return lambda start: wide.Interval.of(change(right_value(start).ball))

    return lambda *arguments: found(right(*arguments))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("log(1+z**2)", "log_of_quotient"),
        ("log(1+z**2)", "log_of_excess"),
        ("asinh(1+z**2)", "log_of_excess"),
        ("sqrt(1+z**2)", "root_of_quotient"),
        ("erf(z)", "of_growing"),
        ("atan(z)", "of_growing"),
        ("tanh(z*asinh(z))", "of_growing"),
        ("atan(z*exp(-z))", "of_vanishing"),
        ("tanh(tanh(z))", "of_bounded"),
    ],
)
def test_a_wrong_bound_of_a_bounded_part_is_found_out(
    text: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tail(parse_expression(text))
    right = getattr(bounded, rule)
    monkeypatch.setattr(rewriting, rule, _wrong(right, lambda ball: ball + arb("0.75")))
    forget()
    with pytest.raises(NoTailError, match="is not in"):
        tail(parse_expression(text))


def test_a_wrong_rule_for_logarithms_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """asinh u = log u + log(1 + √(1 + 1/u²)) without the last part, and log t without −log c."""
    right = rewriting.Rewriter._excess
    monkeypatch.setattr(rewriting.Rewriter, "_excess", lambda *_: sp.S.Zero)
    for text in ("log(1+z**2)", "asinh(1+z**2)"):
        with pytest.raises(NoTailError, match="is not"):
            tail(parse_expression(text))
    monkeypatch.setattr(rewriting.Rewriter, "_excess", right)
    monkeypatch.setattr(scale.Scale, "meanings", property(lambda s: s.symbols))
    forget()
    with pytest.raises((NoTailError, TypeError)):
        tail(parse_expression("log(1+z**2)"))
