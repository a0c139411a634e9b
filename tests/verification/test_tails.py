"""Forms at infinity, against limits and bounds worked out by hand and values by mpmath."""

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx

from trajalign.theory.expressions import Z, parse_expression
from trajalign.verification import tails
from trajalign.verification.tails import Decay, NoTailError, tail

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
]


@pytest.mark.parametrize(("text", "limit"), LIMITS)
def test_limit(text: str, limit: mp.mpf) -> None:
    with ctx.workprec(100):
        found = tail(parse_expression(text)).limit
    assert mp.almosteq(mp.mpf(found.str(25, radius=False)), limit, abs_eps=mp.mpf(10) ** -14)
    assert found.rad() < 1e-25


@pytest.mark.parametrize(("text", "limit"), LIMITS)
@pytest.mark.parametrize("start", [8, 16])
def test_enclosure_holds_what_mpmath_finds_past_the_start(
    text: str, limit: mp.mpf, start: int
) -> None:
    function = sp.lambdify(Z, parse_expression(text), "mpmath")
    found = tail(parse_expression(text)).enclosure(sp.Integer(start))
    for k in range(12):
        with mp.workdps(40):
            value = function(mp.mpf(start) * (1 + mp.mpf(k) / 3))
        assert found.overlaps(arb(mp.nstr(value, 30)))
    assert not found.contains(arb(float(limit) + 100))  # no enclosure of everything


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
        "asinh(z)",
        "log(1+z**2)",
        "exp(-z)*exp(-z**2) + 1/z",  # two kinds of exponentials
        "(1+z**2)**(1/4)",  # grows like √z
        "tanh(z) + tanh(z/10**9)",  # 10⁹ powers of one E
    ],
)
def test_what_has_no_form_is_refused(text: str) -> None:
    with pytest.raises(NoTailError):
        tail(parse_expression(text))


def test_monomial_is_bounded_by_its_value_at_the_start_only_past_its_peak() -> None:
    decay = Decay(sp.Integer(1), 1)  # z⁴ e⁻ᶻ has its peak at z = 4
    assert not decay.monomial(4, 1, arb(3)).is_finite()
    past = decay.monomial(4, 1, arb(5))
    assert past.contains(0)
    assert past.overlaps(arb(625) * arb(-5).exp())
    assert not past.contains(arb(626) * arb(-5).exp())
    assert not decay.monomial(1, 0, arb(5)).is_finite()  # z itself
    assert not decay.monomial(0, -1, arb(5)).is_finite()  # eᶻ


def test_gaussian_decay_has_its_own_peak() -> None:
    decay = Decay(sp.Rational(1, 2), 2)  # z⁴ exp(−z²/2) has its peak at z = 2
    assert not decay.monomial(4, 1, arb("1.9")).is_finite()
    assert decay.monomial(4, 1, arb("2.1")).is_finite()


@pytest.mark.parametrize("text", ["tanh(z)", "z/sqrt(1+z**2)", "atan(3*z)"])
def test_a_slip_anywhere_in_the_algebra_is_found_out(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The polynomials that the signs are read off are themselves compared with the expression."""
    right = tails._polynomials
    tail(parse_expression(text))

    def slipped(*arguments):
        above, below = right(*arguments)
        return above + sp.Rational(1, 10**9), below

    monkeypatch.setattr(tails, "_polynomials", slipped)
    with pytest.raises(NoTailError, match="is not"):
        tail(parse_expression(text))
