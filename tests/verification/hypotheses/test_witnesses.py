"""The witnesses against a hypothesis hold in mpmath, and the reason names them."""

from collections.abc import Callable

import mpmath as mp
import pytest
import sympy as sp
from hypotheses_by_hand import TABLE, failing, judged

from trajalign.theory.models import HYPOTHESES
from trajalign.verification.verdicts import Verdict

# The same functions once more, typed in for mpmath; nothing of the project's parser is used.
MPMATH: dict[str, Callable[[mp.mpf], mp.mpf]] = {
    "cosh(z) - 1": lambda z: mp.cosh(z) - 1,
    "z**2/2": lambda z: z**2 / 2,
    "exp(z) - 1 - z": lambda z: mp.exp(z) - 1 - z,
    "2*log(cosh(z))": lambda z: 2 * mp.log(mp.cosh(z)),
    "log(1+z**2)/2": lambda z: mp.log(1 + z**2) / 2,
    "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)": lambda z: (
        mp.sqrt(1 + z**2) / 2 + 5000 * mp.sqrt(1 + z**2 / 10000)
    ),
    "z*asinh(z) - sqrt(1+z**2)": lambda z: z * mp.asinh(z) - mp.sqrt(1 + z**2),
    "atan(z**2)/2": lambda z: mp.atan(z**2) / 2,
    "1 - exp(-z**2/2)": lambda z: 1 - mp.exp(-(z**2) / 2),
    "exp(z**2/2) - 1": lambda z: mp.exp(z**2 / 2) - 1,
    "z**2/2 + z**4/4": lambda z: z**2 / 2 + z**4 / 4,
    "z**4": lambda z: z**4,
    "z**3": lambda z: z**3,
    "-log(cosh(z))": lambda z: -mp.log(mp.cosh(z)),
    "2*(1+z**2)**(3/4)/3": lambda z: 2 * mp.root(1 + z**2, 4) ** 3 / 3,
    "exp(-z) - 1 + z": lambda z: mp.exp(-z) - 1 + z,
    "sin(z)": mp.sin,
    "z": lambda z: z,
    "asinh(z)": mp.asinh,
    "tanh(2*z)": lambda z: mp.tanh(2 * z),
    "tanh(z)/2": lambda z: mp.tanh(z) / 2,
    "-tanh(z)": lambda z: -mp.tanh(z),
    "erf(z)": mp.erf,
    "tanh(100*z)/1000 + 9*tanh(z)/10": lambda z: mp.tanh(100 * z) / 1000 + 9 * mp.tanh(z) / 10,
    "z/(1+z**2)": lambda z: z / (1 + z**2),
    "z*exp(-z**2)": lambda z: z * mp.exp(-(z**2)),
    "cosh(z)": mp.cosh,
    "sinh(z)": mp.sinh,
    "exp(z) - 1": lambda z: mp.exp(z) - 1,
    "z/(1+z**4)**(1/4)": lambda z: z / mp.root(1 + z**4, 4),
    "tanh(z)**3": lambda z: mp.tanh(z) ** 3,
    "1 - exp(-z)": lambda z: 1 - mp.exp(-z),
}


def slope(kind: str, f: Callable[[mp.mpf], mp.mpf]) -> Callable[[mp.mpf], mp.mpf]:
    """z r(z): ℓ' or φφ'."""
    return (lambda z: mp.diff(f, z)) if kind == "linear" else (lambda z: f(z) * mp.diff(f, z))


def point(witness: str) -> mp.mpf:
    """A rational witness, also as "2^40" or "1/2 * 2^40"."""
    value = sp.sympify(witness.replace("^", "**"))
    assert value.is_Rational
    return mp.mpf(int(value.p)) / int(value.q)


@pytest.mark.parametrize(("kind", "text", "broken"), TABLE)
def test_witnesses_hold_in_mpmath(kind: str, text: str, broken: set[str]) -> None:
    for name in broken & failing(kind, text):
        check_witness(kind, text, judged(kind, text).verdicts[name], name)


def check_witness(kind: str, text: str, verdict: Verdict, name: str) -> None:
    assert verdict.witness is not None
    with mp.workdps(120):
        f, endless = MPMATH[text], "∞" in verdict.witness["z"]
        sign_of_z = -1 if verdict.witness["z"].startswith("−") else 1
        z = mp.mpf(sign_of_z) if endless else point(verdict.witness["z"])
        s = slope(kind, f)

        def log_slope(z: mp.mpf) -> mp.mpf:
            return z * mp.diff(s, z) / s(z) - 1

        tiny = mp.mpf(10) ** -30
        # r''(0)/2 is the coefficient of z³ in z r(z).
        curvature = mp.taylor(s, 0, 3)[3] * 2
        sign = 1 if kind == "linear" else -1
        held = {
            "symmetry": lambda: abs(f(z) - sign * f(-z)) < tiny,
            "normalised": lambda: abs(mp.diff(f, 0, 2 if kind == "linear" else 1) - 1) < tiny,
            "A1": lambda: mp.diff(lambda x: s(x) / x, z) < -tiny,
            "A2": lambda: mp.diff(s, z) > tiny,
            "A3": lambda: mp.diff(log_slope, z) < -tiny,
            "A4": lambda: curvature < -tiny,
            "curved": lambda: abs(curvature) > tiny,
        }
        if name != "A5":
            assert not held[name]()
            return
        # A5 at one point: |φ'| > 1, or a size that the witness states and that still grows.
        if "φ'(z)" in verdict.witness:
            assert abs(mp.diff(f, z)) > 1
            return
        size = (lambda x: abs(mp.diff(f, x))) if kind == "linear" else (lambda x: abs(f(x)))
        if endless:  # it goes on growing, by steps that shrink no faster than those of a logarithm
            sizes = [size(z * mp.mpf(10) ** k) for k in (2, 4, 8)]
            assert sizes[0] < sizes[1] < sizes[2]
            return
        shown = next(v for k, v in verdict.witness.items() if k.startswith("|"))
        # (2¹⁰⁰⁰ times the size of the numbers would not survive numerical differentiation.)
        if abs(z) < 10**9:
            assert mp.almosteq(size(z), mp.mpf(shown), rel_eps=1e-4)
        near = mp.sign(z) * min(abs(z), 10**6)
        assert size(4 * near) > size(near)


@pytest.mark.parametrize(("kind", "text", "broken"), TABLE)
def test_reason_says_what_fails_and_where(kind: str, text: str, broken: set[str]) -> None:
    for name in broken & failing(kind, text):
        verdict = judged(kind, text).verdicts[name]
        assert verdict.witness is not None
        assert verdict.reason.startswith(HYPOTHESES[kind][name])
        assert f"z = {verdict.witness['z']}" in verdict.reason
        assert "\n" not in verdict.reason
