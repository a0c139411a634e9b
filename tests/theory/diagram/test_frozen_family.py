"""The frozen-q family g_q(p) = (1 − 2 r(p)/q) p: fixed point, flip, 2-cycle and what follows."""

from dataclasses import FrozenInstanceError, dataclass

import pytest
import sympy as sp
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON, PROBLEMS, evaluated

from trajalign.theory.diagram.frozen_family import (
    criticality,
    flip_coefficient,
    flip_discriminant,
    frozen_family,
)
from trajalign.theory.errors import InputError, NotFiniteError
from trajalign.theory.models import P, Q, R, ReducedModel, TwoLayerLinear
from trajalign.theory.responses import Loss


def g(problem, q):
    return lambda p: (1 - 2 * problem.r(p) / q) * p


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_family_is_the_map_at_step_size_zero(problem):
    family = frozen_family(problem.model)
    with mp.workdps(40):
        p, q = mp.mpf("0.6"), mp.mpf("0.8")
        assert mp.almosteq(evaluated(family.step, p=p, q=q), g(problem, q)(p), 1e-28)
        assert mp.almosteq(evaluated(family.response, p=p), problem.r(p), 1e-28)
        expected = p * problem.r_slope(p) / problem.r(p)
        assert mp.almosteq(evaluated(family.log_slope, p=p), expected, 1e-28)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_fixed_point_loses_stability_at_q_1(problem):
    multiplier = frozen_family(problem.model).trivial_multiplier
    assert sp.simplify(multiplier - (1 - 2 / Q)) == 0
    assert multiplier.subs(Q, 1) == -1
    with mp.workdps(70):  # g is odd, so g'(0) = g(p)/p up to O(p²)
        p = mp.mpf(10) ** -12
        for q in map(mp.mpf, ("0.7", "1", "1.6")):
            assert abs(g(problem, q)(p) / p - evaluated(multiplier, q=q)) < 1e-20


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_flip_coefficient(problem):
    """At q = 1, r = 1 + r₂p²/2: g(p) = −p − r₂p³ and g(g(p)) = p + 2r₂p³ + O(p⁵)."""
    found = frozen_family(problem.model).flip_coefficient
    assert sp.simplify(found - 2 * problem.curvature) == 0
    assert found < 0  # supercritical
    with mp.workdps(60):  # the cubic coefficient, measured
        p = mp.mpf(10) ** -8
        twice = g(problem, 1)
        measured = (twice(twice(p)) - p) / p**3
        assert abs(measured - mp.mpf(str(sp.N(found, 40)))) < 1e-12


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("cosh(z) - 1", sp.Rational(2, 3)),  # r = 1 + z²/6: subcritical
        ("z**2/2", 0),  # linear: no cubic term at all
        ("z**2/2 - z**4/24", -sp.Rational(2, 3)),  # r = 1 − z²/6
    ],
)
def test_the_flip_of_other_losses(loss, expected):
    assert frozen_family(TwoLayerLinear(Loss.parse(loss))).flip_coefficient == expected


def test_the_flip_coefficient_has_the_sign_of_the_general_criterion():
    """x ↦ x − ηF'(x) flips supercritically iff 3F'''² − F''F'''' > 0; F = ℓ even, so iff ℓ'''' < 0,
    and r''(0) = ℓ''''(0)/3."""
    z = sp.Symbol("z")
    for fourth in (-3, -1, 2):
        loss = Loss.parse(f"z**2/2 + ({fourth})*z**4/24")
        coefficient = frozen_family(TwoLayerLinear(loss)).flip_coefficient
        objective = z**2 / 2 + sp.Rational(fourth, 24) * z**4
        second, third, quartic = (sp.diff(objective, z, k).subs(z, 0) for k in (2, 3, 4))
        assert (3 * third**2 - second * quartic > 0) == (coefficient < 0)
        assert coefficient == 2 * sp.Rational(fourth, 3)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_two_cycle_and_its_multiplier(problem):
    """g_q(±p) = ∓p for q = r(p), and (g∘g)'(p) = (1 + 2p r'/r)²."""
    multiplier = frozen_family(problem.model).cycle_multiplier
    with mp.workdps(40):
        for p in map(mp.mpf, ("0.2", "0.6", "1.5")):
            step = g(problem, problem.r(p))
            assert mp.almosteq(step(p), -p, 1e-35)
            measured = mp.diff(lambda x, step=step: step(step(x)), p)
            formula = (1 + 2 * p * problem.r_slope(p) / problem.r(p)) ** 2
            assert mp.almosteq(evaluated(multiplier, p=p), measured, 1e-25)
            assert mp.almosteq(formula, measured, 1e-25)
            assert not mp.almosteq(evaluated(multiplier, p=p * mp.mpf("1.001")), measured, 1e-6)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_below_q_1_the_two_cycle_attracts(problem):
    with mp.workdps(30):
        cycle = mp.mpf("0.5")
        step, p = g(problem, problem.r(cycle)), mp.mpf("0.1")
        for _ in range(4000):
            p = step(p)
        assert abs(abs(p) - cycle) < 1e-12


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_half_map_and_its_flip(problem):
    """F = −g_q at q = r(a) has the fixed point a. Where F' = −1 the cubic coefficient of F∘F is
    −F''²/2 − F'''/3, here with numerical derivatives, at points where F' need not be −1."""
    family = frozen_family(problem.model)
    with mp.workdps(60):
        for a in map(mp.mpf, ("0.3", "0.7", "1.6")):
            step = g(problem, problem.r(a))
            slope, second, third = (-mp.diff(step, a, k) for k in (1, 2, 3))
            assert mp.almosteq(evaluated(family.half_multiplier, p=a), slope, 1e-25)
            found = evaluated(family.half_flip_coefficient, p=a)
            assert mp.almosteq(found, -(second**2) / 2 - third / 3, 1e-20)


@dataclass(frozen=True)
class OtherFamily(TwoLayerLinear):
    """A model whose frozen map has its 2-cycle at q = 3r(p)/2, not at q = r(p)."""

    def generic(self):
        known = super().generic()
        return ReducedModel(P * (1 - 3 * R(P) / Q), known.q_next, known.trace, known.determinant)


def test_a_model_with_another_frozen_family_is_refused():
    with pytest.raises(ArithmeticError, match="2-cycle"):
        frozen_family(OtherFamily(Loss.parse("log-cosh")))


def test_a_family_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        frozen_family(BY_NAME["tanh"].model).flip_coefficient = 0


# Normal forms of any map

X = sp.Symbol("x")


@pytest.mark.parametrize(
    ("step", "at", "expected"),
    [
        # F = −x + bx² + cx³: F∘F = −F + bF² + cF³ = x − (2b² + 2c) x³ + …
        (-X + X**3, 0, -2),
        (-X - 5 * X**3, 0, 10),
        (-X + X**2 + X**3, 0, -4),
        (-X - 3 * X**2, 0, -18),
        (-X + X**4, 0, 0),
        # the same about x = 2: F = 2 − y + y² + y³, y = x − 2
        (2 - (X - 2) + (X - 2) ** 2 + (X - 2) ** 3, 2, -4),
        # the logistic map at 2/3: F = 2/3 − y − 3y²
        (3 * X * (1 - X), sp.Rational(2, 3), -18),
    ],
)
def test_the_cubic_coefficient_of_a_flip(step, at, expected):
    assert flip_coefficient(step, X, sp.sympify(at)) == expected


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (2 - X, r"no flip at 0: F\(0\) is 2, not 0"),
        (-2 - X, r"no flip at 0: F\(0\) is -2, not 0"),
        (X, r"no flip at 0: F'\(0\) is 1, not -1"),
        (-2 * X, r"no flip at 0: F'\(0\) is -2, not -1"),
    ],
)
def test_where_there_is_no_flip(step, message):
    with pytest.raises(InputError, match=message):
        flip_coefficient(step, X, sp.S.Zero)


@pytest.mark.parametrize(
    ("second", "third", "fourth", "expected"),
    [
        (1, 0, -2, 2),  # 3F'''² − F''F''''
        (1, 0, 4, -4),
        (2, 0, 5, -10),
        (3, 5, 7, 54),
        (1, -2, 12, 0),
    ],
)
def test_the_discriminant_of_a_minimum(second, third, fourth, expected):
    y = X - 1
    bend = sp.Rational(third, 6) * y**3 + sp.Rational(fourth, 24) * y**4
    objective = 9 + second * y**2 / 2 + bend
    assert flip_discriminant(objective, X, sp.S.One) == expected
    # −2/(3F''²) times it is the coefficient of gradient descent with step 2/F''
    step = X - 2 * sp.diff(objective, X) / second
    found = flip_coefficient(step, X, sp.S.One)
    assert found == -sp.Rational(2, 3) * sp.Rational(expected, second**2)


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        (X + X**2, "F' is 1"),
        (X**2 / 2 - X, "F' is -1"),
        (-(X**2), "F'' is -2"),
        (X**4, "F'' is 0"),
    ],
)
def test_where_there_is_no_minimum(objective, message):
    with pytest.raises(InputError, match=f"no minimum at 0: .*{message}"):
        flip_discriminant(objective, X, sp.S.Zero)


def test_criticality_in_a_word():
    assert criticality(sp.Rational(-4, 3)) == "supercritical"
    assert criticality(sp.S.Zero) == "degenerate"
    assert criticality(sp.Rational(1, 10**30)) == "subcritical"
    with pytest.raises(NotFiniteError):
        criticality(sp.I)


# Particular responses


def test_log_cosh():
    # r = tanh p / p: p r'/r = p/(sinh p cosh p) − 1
    family = frozen_family(BY_NAME["log-cosh"].model)
    with mp.workdps(50):
        for p in map(mp.mpf, ("0.01", "1", "4")):
            expected = 2 * p / mp.sinh(2 * p) - 1
            assert mp.almosteq(evaluated(family.log_slope, p=p), expected, 1e-40)
            found = evaluated(family.cycle_multiplier, p=p)
            assert mp.almosteq(found, (1 + 2 * expected) ** 2, 1e-40)


def test_log_cosh_is_superstable_where_sinh_2z_is_4z():
    # p r'/r = −½ there: z0 = 1.0886…, r(z0) = 0.7315… (reference.md §4)
    family = frozen_family(BY_NAME["log-cosh"].model)
    with mp.workdps(40):
        z0 = mp.findroot(lambda z: mp.sinh(2 * z) - 4 * z, mp.mpf("1.09"))
        assert mp.nstr(z0, 5).startswith("1.088")
        assert abs(z0 - mp.mpf("1.0886")) < 1e-4
        assert abs(evaluated(family.response, p=z0) - mp.mpf("0.7315")) < 1e-4
        assert evaluated(family.cycle_multiplier, p=z0) < 1e-70
        assert evaluated(family.cycle_multiplier, p=z0 + 1e-3) > 1e-7


def test_the_superstable_points_of_two_algebraic_responses():
    # √(1+z²): p r'/r = −p²/(1+p²) = −½ at p = 1.  z/√(1+z²): −4p²/(1+p²) = −½ at p = 1/√7.
    huber = frozen_family(BY_NAME["pseudo-huber"].model)
    assert sp.simplify(huber.log_slope + P**2 / (1 + P**2)) == 0
    assert sp.simplify(huber.cycle_multiplier.subs(P, 1)) == 0
    assert sp.simplify(huber.response.subs(P, 1) - 1 / sp.sqrt(2)) == 0
    algebraic = frozen_family(BY_NAME["algebraic"].model)
    assert sp.simplify(algebraic.log_slope + 4 * P**2 / (1 + P**2)) == 0
    assert sp.simplify(algebraic.cycle_multiplier.subs(P, 1 / sp.sqrt(7))) == 0
    assert sp.simplify(algebraic.response.subs(P, 1 / sp.sqrt(7))) == sp.Rational(49, 64)


@pytest.mark.parametrize("problem", LINEAR, ids=str)
def test_the_cycle_of_a_convex_loss_never_loses_stability(problem):
    # p r'/r > −1 is ℓ'' > 0: (1 + 2 p r'/r)² < 1 for every p
    multiplier = frozen_family(problem.model).cycle_multiplier
    with mp.workdps(60):
        assert all(evaluated(multiplier, p=mp.mpf(k) / 5) < 1 for k in range(1, 40))


def test_the_tanh_neurons_cycle_loses_stability_at_sinh_p_one_over_root_two():
    """p r'/r = p (1 − 2 sinh² p)/(sinh p cosh p) − 1 equals −1 where sinh² p = ½; there
    tanh p = 1/√3, sech² p = 2/3 and q = r = 2/(3√3 asinh(1/√2)) = 0.5845…"""
    family = frozen_family(BY_NAME["tanh"].model)
    with mp.workdps(50):
        p = mp.asinh(1 / mp.sqrt(2))
        q = 2 / (3 * mp.sqrt(3) * p)
        assert mp.nstr(q, 4) == "0.5845"
        assert mp.almosteq(evaluated(family.response, p=p), q, 1e-45)
        assert mp.almosteq(evaluated(family.log_slope, p=p), -1, 1e-45)
        assert mp.almosteq(evaluated(family.cycle_multiplier, p=p), 1, 1e-45)
        assert evaluated(family.cycle_multiplier, p=p * mp.mpf("0.99")) < 1
        assert evaluated(family.cycle_multiplier, p=p * mp.mpf("1.01")) > 1


def test_past_it_the_symmetric_cycle_gives_way_to_two_others():
    """For −g (which maps p to p on the cycle) this is a flip; for g itself, whose multiplier there
    is +1, the cycle ±a breaks into {a, −b} and {b, −a} with a ≠ b."""
    step = g(BY_NAME["tanh"], 0.57)
    ends = set()
    for p in (0.6, -0.6, 0.7, -0.7):
        for _ in range(2000):
            p = float(step(p))
        assert step(step(p)) == pytest.approx(p, abs=1e-12)  # period 2 …
        assert abs(float(step(p)) + p) > 0.05  # … but not symmetric
        ends.add(frozenset({round(p, 9), round(float(step(p)), 9)}))
    assert len(ends) == 2
    assert {frozenset(-p for p in cycle) for cycle in ends} == ends


@pytest.mark.parametrize("problem", NEURON, ids=str)
def test_every_neurons_cycle_loses_stability_somewhere(problem):
    # φ bounded: r = φφ'/z falls faster than 1/z, so p r'/r < −1 for large p (unlike a convex ℓ)
    assert evaluated(frozen_family(problem.model).cycle_multiplier, p=mp.mpf(3)) > 1
