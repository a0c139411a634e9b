"""The bifurcation diagram of the frozen-q family, against hand derivations and direct iteration.

With s(p) = p r(p): the half map is F = −g_q, F(p) = (2/q) s(p) − p, and p r'/r = p s'/s − 1, so the
symmetric 2-cycle loses stability where s' = 0 and is superstable where p s'/s = ½.
"""

from dataclasses import replace
from functools import cache

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory.diagram.branches import (
    END,
    FLIP,
    FOLD,
    SUPERSTABLE,
    SYMMETRY_BREAKING,
    TRIVIAL,
    TWO_CYCLE,
    S,
    bifurcation_diagram,
)
from trajalign.theory.diagram.exact_roots import (
    ExactRoot,
    log_slope,
    log_slope_root,
    log_slope_roots,
    response_zero,
)
from trajalign.theory.diagram.frozen_family import (
    criticality,
    flip_coefficient,
    flip_discriminant,
    frozen_family,
)
from trajalign.theory.errors import InputError, NoExpansionError, NotFiniteError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import P, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

HALF, ONE = sp.Rational(-1, 2), sp.Integer(-1)
CATALOGUE = [("loss", name) for name in LOSSES] + [("activation", name) for name in ACTIVATIONS]

# s = ℓ' or φφ', worked out by hand; an entry of the catalogue that misses is differentiated by mp.
BY_HAND = {
    "log-cosh": mp.tanh,
    "pseudo-huber": lambda z: z / mp.sqrt(1 + z**2),
    "atan": mp.atan,
    "log-cosh-half": lambda z: 2 * mp.tanh(z / 2),
    "langevin": lambda z: 3 * (mp.coth(z) - 1 / z),
    "tanh": lambda z: mp.tanh(z) * mp.sech(z) ** 2,
    "algebraic": lambda z: z / (1 + z**2) ** 2,
    "arctan": lambda z: mp.atan(z) / (1 + z**2),
    "erf": lambda z: mp.erf(mp.sqrt(mp.pi) * z / 2) * mp.exp(-mp.pi * z**2 / 4),
    "gudermannian": lambda z: 2 * mp.atan(mp.tanh(z / 2)) * mp.sech(z),
    "logistic": lambda z: 2 * mp.tanh(z / 2) * mp.sech(z / 2) ** 2,  # φ = 2 tanh(z/2)
}


diagram_of = cache(bifurcation_diagram)


def linear(text):
    return TwoLayerLinear(Loss.parse(text))


def neuron(text):
    return SingleNeuron(Activation.parse(text))


def model_of(entry):
    kind, name = entry
    return linear(name) if kind == "loss" else neuron(name)


def slope_of(entry):
    """s by hand, or by numerical differentiation of the catalogue's text."""
    kind, name = entry
    if name in BY_HAND:
        return BY_HAND[name]
    names = {
        n: getattr(mp, n) for n in ("exp", "log", "sqrt", "tanh", "cosh", "sinh", "atan", "erf")
    }
    text = (LOSSES if kind == "loss" else ACTIVATIONS)[name]

    def function(z):
        return eval(text, {**names, "pi": mp.pi, "z": z})

    if kind == "loss":
        return lambda z: mp.diff(function, z)
    return lambda z: function(z) * mp.diff(function, z)


def mpf(value):
    return mp.mpf(str(sp.N(value, mp.dps + 5)))


def moves_closer(step, target, start, steps):
    """Whether an orbit of `step` from `start` ends up closer to `target`, up to the sign."""
    p = start
    for _ in range(steps):
        p = step(p)
    return abs(abs(p) - target) < abs(abs(start) - target)


def disagreements(diagram, slope, nudge="0.02"):
    """The segments whose stability direct iteration contradicts, beside each special point."""
    found = []
    with mp.workdps(40):
        near = mp.mpf(nudge)
        for branch in diagram.branches:
            for segment in branch.segments:
                for point, side in ((segment.start, 1), (segment.end, -1)):
                    if point is None:
                        continue
                    s = mpf(point.p.digits(40)) if branch.kind == TWO_CYCLE else mp.mpf(1)
                    s = s * (1 + side * near) if s else 2 * near
                    q = slope(s) / s if branch.kind == TWO_CYCLE else s
                    target = s if branch.kind == TWO_CYCLE else mp.mpf(0)
                    start = s * (1 + mp.mpf(10) ** -12) if target else mp.mpf(10) ** -12

                    def step(p, q=q):
                        return p - 2 * slope(p) / q

                    if moves_closer(step, target, start, 200) != segment.stable:
                        found.append((branch.kind, point.kind, side))
    return found


# Every entry of the catalogue -------------------------------------------------------------------


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda e: e[1])
def test_iteration_confirms_every_segment(entry):
    diagram = diagram_of(model_of(entry))
    assert disagreements(diagram, slope_of(entry)) == []
    kinds = {point.kind for point in diagram.special_points}
    assert {FLIP, SUPERSTABLE} <= kinds
    # ℓ convex: s' = ℓ'' > 0. φ bounded: s = (φ²/2)' has an integral, so s' changes its sign.
    assert (SYMMETRY_BREAKING in kinds) == (entry[0] == "activation")


@pytest.mark.parametrize("entry", [("loss", "log-cosh"), ("activation", "tanh")], ids=str)
def test_iteration_contradicts_a_falsified_segment(entry):
    diagram = diagram_of(model_of(entry))
    for i, branch in enumerate(diagram.branches):
        for j, segment in enumerate(branch.segments):
            segments = list(branch.segments)
            segments[j] = replace(segment, stable=not segment.stable)
            branches = list(diagram.branches)
            branches[i] = replace(branch, segments=tuple(segments))
            false = replace(diagram, branches=tuple(branches))
            assert disagreements(false, slope_of(entry))


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda e: e[1])
def test_the_special_points_solve_their_equations(entry):
    """p s'/s − 1 is −½ or −1 there, by mpmath's derivative of the hand-made s."""
    slope = slope_of(entry)
    with mp.workdps(40):
        for point in diagram_of(model_of(entry)).special_points:
            if point.kind == FLIP:
                continue
            p = mpf(point.p.digits(40))
            level = p * mp.diff(slope, p) / slope(p) - 1
            assert abs(level - {SUPERSTABLE: -0.5, SYMMETRY_BREAKING: -1}[point.kind]) < 1e-30
            assert abs(mpf(point.q_digits(30)) - slope(p) / p) < 1e-28
            low, high = (mpf(end) for end in point.p.interval)
            assert low < p < high
            near = p * (1 + mp.mpf(10) ** -6)
            assert abs(near * mp.diff(slope, near) / slope(near) - 1 - level) > 1e-8


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda e: e[1])
def test_branches_are_what_they_say(entry):
    """g_q maps p(s) to ±p(s), and the multipliers are those of numerical differentiation."""
    diagram, slope = diagram_of(model_of(entry)), slope_of(entry)
    trivial, cycle = (diagram.branch(kind) for kind in (TRIVIAL, TWO_CYCLE))
    with mp.workdps(40):
        s = mp.mpf("0.7")
        q = mpf(cycle.q.subs(S, sp.Rational(7, 10)))
        assert abs(q - slope(s) / s) < 1e-35

        def twice(p):
            p -= 2 * slope(p) / q
            return p - 2 * slope(p) / q

        assert abs(twice(s) - s) < 1e-35
        assert abs(s - 2 * slope(s) / q + s) < 1e-35
        measured = mp.diff(twice, s)
        assert abs(mpf(cycle.multiplier.subs(S, sp.Rational(7, 10))) - measured) < 1e-15
        assert abs(mpf(cycle.multiplier.subs(S, sp.Rational(71, 100))) - measured) > 1e-6
    assert (trivial.p, trivial.q, sp.simplify(trivial.multiplier - (1 - 2 / S))) == (0, S, 0)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda e: e[1])
def test_the_flip_agrees_with_the_general_criterion(entry):
    """g_q is gradient descent on F = ℓ or φ²/2 with step 2/q: F'' = 1, F''' = 0, F'''' = 3 r''(0),
    and the coefficient of the flip is −2/(3 F''²) (3 F'''² − F'' F'''')."""
    model = model_of(entry)
    e = model.response.expression
    objective = e if entry[0] == "loss" else e**2 / 2
    if entry[1] == "langevin":  # log(sinh(z)/z) cannot be substituted at 0: its Taylor polynomial
        objective = Z**2 / 2 - Z**4 / 60
    discriminant = flip_discriminant(objective, Z, sp.S.Zero)
    assert sp.simplify(discriminant + 3 * model.response.curvature) == 0
    (flip,) = diagram_of(model).points(FLIP)
    assert sp.simplify(flip.coefficient + sp.Rational(2, 3) * discriminant) == 0
    assert (flip.criticality == "supercritical") == (discriminant > 0) == (flip.coefficient < 0)
    assert (flip.p.closed_form, flip.q, flip.multiplier, flip.of) == (0, 1, -1, "g_q")


# Normal forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("third", "fourth", "expected"),
    [
        (0, -1, "supercritical"),
        (0, 1, "subcritical"),
        (1, 2, "supercritical"),
        (1, 4, "subcritical"),
    ],
)
def test_the_general_criterion_decides_by_iteration(third, fourth, expected):
    """F = x²/2 + a x³/6 + b x⁴/24: 3a² − b. Past η = 2 orbits from near 0 settle on a small 2-cycle
    of size O(√(η − 2)) iff it is positive; otherwise they run off."""
    x = sp.Symbol("x")
    objective = x**2 / 2 + sp.Rational(third, 6) * x**3 + sp.Rational(fourth, 24) * x**4
    discriminant = flip_discriminant(objective, x, sp.S.Zero)
    assert discriminant == 3 * third**2 - fourth
    coefficient = flip_coefficient(x - 2 * sp.diff(objective, x), x, sp.S.Zero)
    assert coefficient == -sp.Rational(2, 3) * discriminant
    assert criticality(coefficient) == expected
    p = 1e-3
    for _ in range(20000):
        p -= 2.002 * (p + third * p**2 / 2 + fourth * p**3 / 6)
        if abs(p) > 0.5:
            break
    assert (abs(p) < 0.2) == (expected == "supercritical")


def test_the_flip_of_the_logistic_map():
    """F = 3x(1 − x) at ⅔: F'' = −6, F''' = 0, so −½ · 36 = −18."""
    x = sp.Symbol("x")
    assert flip_coefficient(3 * x * (1 - x), x, sp.Rational(2, 3)) == -18
    with pytest.raises(InputError, match=r"no flip at 1/2: F\(1/2\) is 3/4"):
        flip_coefficient(3 * x * (1 - x), x, sp.S.Half)
    with pytest.raises(InputError, match=r"F'.*is -2, not -1"):
        flip_coefficient(4 * x * (1 - x), x, sp.Rational(3, 4))


def test_a_discriminant_needs_a_minimum():
    with pytest.raises(InputError, match="no minimum at 1: F' is"):
        flip_discriminant(Z**2, Z, sp.S.One)
    with pytest.raises(InputError, match="F'' is -2"):
        flip_discriminant(-(Z**2), Z, sp.S.Zero)


def test_criticality_never_guesses():
    assert criticality(sp.S.Zero) == "degenerate"
    hidden = sp.cosh(1) ** 2 - sp.sinh(1) ** 2 - 1  # zero, not visibly
    assert criticality(hidden) == "degenerate"
    assert criticality(hidden + sp.Rational(1, 10**30)) == "subcritical"


@pytest.mark.parametrize("text", ["z**2/2", "z**2/2 - z**6/6", "z**2/2 + z**6/6"])
def test_a_degenerate_flip_is_an_error(text):
    with pytest.raises(InputError, match=r"r''\(0\) must not vanish"):
        bifurcation_diagram(linear(text))


def test_a_subcritical_flip():
    """cosh z − 1: r = 1 + z²/6 + …, so the 2-cycles lie at q > 1 and p r'/r > 0 there: unstable."""
    diagram = bifurcation_diagram(linear("cosh(z) - 1"))
    (flip,) = diagram.special_points
    assert (flip.coefficient, flip.criticality) == (sp.Rational(2, 3), "subcritical")
    assert [s.stable for s in diagram.branch(TWO_CYCLE).segments] == [False]
    assert disagreements(diagram, mp.sinh) == []


# Loss of stability of the symmetric 2-cycle -----------------------------------------------------


def test_the_symmetric_cycle_of_the_tanh_neuron():
    """s = t − t³ with t = tanh p, s' = (1 − 3t²)(1 − t²): zero at t = 1/√3, p = L, sinh L = 1/√2.
    There s = 2t/3, q = s/L = 2/(3√3 L), s'' = (12t³ − 8t)(1 − t²) = −8t/3,
    s''' = (−8 + 60t² − 60t⁴)(1 − t²) = 32/9; with 2/q = 3√3 L the half map has F'' = −8 L,
    F''' = 32√3 L/3, and the coefficient is −F''²/2 − F'''/3 = −32 L² − 32√3 L/9."""
    (point,) = diagram_of(neuron("tanh")).points(SYMMETRY_BREAKING)
    L = sp.asinh(1 / sp.sqrt(2))
    assert point.p.closed_form == L
    assert sp.simplify(point.q - 2 / (3 * sp.sqrt(3) * L)) == 0
    assert str(point.q_digits(12)).startswith("0.584529")
    assert sp.expand(point.coefficient + 32 * L**2 + 32 * sp.sqrt(3) * L / 9) == 0
    assert point.criticality == "supercritical"
    # exactly −1 there, and visibly not beside it
    assert sp.simplify(log_slope(Activation.parse("tanh")).subs(P, L)) == -1
    assert abs(sp.N(log_slope(Activation.parse("tanh")).subs(P, L + 1e-6) + 1)) > 1e-7


def test_it_is_a_flip_of_the_half_map_and_a_pitchfork_of_g():
    slope = BY_HAND["tanh"]
    (point,) = diagram_of(neuron("tanh")).points(SYMMETRY_BREAKING)
    assert (point.multiplier, point.of) == (-1, "−g_q")
    with mp.workdps(60):
        a = mpf(point.p.digits(60))
        q = slope(a) / a

        def g(p):
            return p - 2 * slope(p) / q

        assert abs(g(a) + a) < 1e-50
        assert abs(mp.diff(lambda p: -g(p), a) + 1) < 1e-20  # −g_q: −1, a flip
        assert abs(mp.diff(lambda p: g(g(p)), a) - 1) < 1e-20  # the 2-cycle of g_q: +1, no flip
        x = mp.mpf(10) ** -10
        measured = (g(g(a + x)) - a - x) / x**3  # (−g)² = g²
        assert abs(measured - mpf(point.coefficient)) < 1e-8


def ends(slope, q, starts, steps=3000):
    """The 2-cycles of g_q that orbits from `starts` reach, as sets of rounded points."""
    found = set()
    for start in starts:
        p = mp.mpf(start)
        for _ in range(steps):
            p -= 2 * slope(p) / q
        following = p - 2 * slope(p) / q
        found.add(frozenset({mp.nstr(p, 8), mp.nstr(following, 8)}))
    return found


@pytest.mark.parametrize("name", ["tanh", "algebraic", "arctan"])
def test_two_mirror_cycles_replace_the_symmetric_one(name):
    (point,) = diagram_of(neuron(name)).points(SYMMETRY_BREAKING)
    q, p = float(point.q_digits()), float(point.p.digits())
    starts = (p * 1.1, p * 0.9, -p * 1.1, -p * 0.9)
    with mp.workdps(20):
        (before,) = ends(BY_HAND[name], q * 1.02, starts)
        assert sum(mp.mpf(x) for x in before) == 0  # ±a
        after = ends(BY_HAND[name], q * 0.98, starts)
    assert len(after) == 2
    mirrored = {frozenset(x[1:] if x[0] == "-" else "-" + x for x in c) for c in after}
    assert mirrored == after
    assert all(abs(sum(mp.mpf(x) for x in c)) > 0.01 for c in after)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_its_criticality_by_the_normal_form_measured(name):
    """(F(F(a + x)) − a − x)/x³ tends to the coefficient."""
    slope = slope_of(("activation", name))
    (point,) = diagram_of(neuron(name)).points(SYMMETRY_BREAKING)
    with mp.workdps(60):
        a, x = mpf(point.p.digits(60)), mp.mpf(10) ** -12
        q = slope(a) / a
        f = a + x
        for _ in range(2):
            f = 2 * slope(f) / q - f
        measured = (f - a - x) / x**3
        assert abs(measured - mpf(point.p.decimal(point.coefficient))) < 1e-6
    assert point.criticality == ("supercritical" if measured < 0 else "subcritical")


def test_cauchy_loss_by_hand():
    """ℓ = ln(1+z²)/2, s = p/(1+p²), p r'/r = −2p²/(1+p²): −½ at p = 1/√3, q = ¾; −1 at p = 1,
    q = ½, where s'' = −½, s''' = 3/2, 2/q = 4: coefficient −2²/2 − 6/3 = −4."""
    diagram = bifurcation_diagram(linear("log(1 + z**2)/2"))
    flip, superstable, breaking = diagram.special_points
    assert flip.coefficient == -4  # 2 r''(0)
    assert (superstable.p.closed_form, superstable.q) == (1 / sp.sqrt(3), sp.Rational(3, 4))
    assert (breaking.p.closed_form, breaking.q, breaking.coefficient) == (1, sp.S.Half, -4)
    cycle = diagram.branch(TWO_CYCLE)
    assert [s.stable for s in cycle.segments] == [True, True, False]
    assert [cycle.limits(s) for s in cycle.segments] == [
        (0, 1 / sp.sqrt(3)),
        (1 / sp.sqrt(3), 1),
        (1, sp.oo),
    ]
    assert [cycle.q_range(s) for s in cycle.segments] == [
        (1, sp.Rational(3, 4)),
        (sp.Rational(3, 4), sp.S.Half),
        (sp.S.Half, None),
    ]
    trivial = diagram.branch(TRIVIAL)
    assert [trivial.limits(s) for s in trivial.segments] == [(0, 1), (1, sp.oo)]


SUBCRITICAL = "z**2/2 - 4*z**4/15 + 23*z**6/200 - 5*z**8/224"


def test_a_subcritical_symmetry_breaking():
    """With w = 1 − p², s' = w/20 − 3w²/10 + 5w³/4 > 0 for w > 0 (0.09 < 4 · 0.05 · 1.25), so that
    the first zero is p = 1. There q = s = 1 − 16/15 + 69/100 − 5/28 = 467/1050, s'' = −1/10,
    s''' = −5/2, and −½(2/q)²/100 + ⅓(2/q)(5/2) > 0."""
    (point,) = bifurcation_diagram(linear(SUBCRITICAL)).points(SYMMETRY_BREAKING)
    q = sp.Rational(467, 1050)
    assert (point.p.closed_form, point.q) == (1, q)
    assert point.coefficient == -((2 / q) ** 2) / 200 + (2 / q) * sp.Rational(5, 6)
    assert point.criticality == "subcritical"


def test_a_response_that_turns():
    """r = 1 − x + x²/3 with x = p²: p r'/r = −1 at 5x² − 9x + 3 = 0, x = (9 ± √21)/10; −½ at
    3x² − 5x + 1 = 0, x = (5 ± √13)/6; 0 at x = 3/2, q = ¼, where the 2-cycles fold."""
    text = "z**2/2 - z**4/4 + z**6/18"
    diagram = bifurcation_diagram(linear(text))
    r13, r21 = sp.sqrt(13), sp.sqrt(21)
    squares = [0, (5 - r13) / 6, (9 - r21) / 10, (9 + r21) / 10, (5 + r13) / 6, sp.Rational(3, 2)]
    kinds = [FLIP, SUPERSTABLE, SYMMETRY_BREAKING, SYMMETRY_BREAKING, SUPERSTABLE, FOLD]
    assert [point.kind for point in diagram.special_points] == kinds
    for point, square in zip(diagram.special_points, squares, strict=True):
        assert sp.simplify(point.p.closed_form**2 - square) == 0
    stable = [segment.stable for segment in diagram.branch(TWO_CYCLE).segments]
    assert stable == [True, True, False, True, True, False]
    assert diagram.points(FOLD)[0].q == sp.Rational(1, 4)
    assert disagreements(diagram, lambda z: z - z**3 + z**5 / 3, nudge="0.005") == []
    assert dict(diagram.absent) == {}


def test_a_branch_that_ends_where_r_is_zero():
    """r = 1 − p²/6 ends at √6; p r'/r = −2p²/(6 − p²) is −½ at p² = 6/5, −1 at p² = 2."""
    diagram = bifurcation_diagram(linear("z**2/2 - z**4/24"))
    *_, end = diagram.special_points
    assert (end.kind, end.p.closed_form, end.q, end.multiplier) == (END, sp.sqrt(6), 0, None)
    assert [p.p.closed_form for p in diagram.special_points] == [
        0,
        sp.sqrt(30) / 5,
        sp.sqrt(2),
        sp.sqrt(6),
    ]
    cycle = diagram.branch(TWO_CYCLE)
    assert cycle.segments[-1].end is end
    assert cycle.q_range(cycle.segments[-1]) == (sp.Rational(2, 3), 0)
    assert response_zero(Loss.parse("log-cosh")) is None


# Exact roots -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "value", "expected"),
    [
        (Loss.parse("pseudo-huber"), HALF, sp.Integer(1)),  # −p²/(1+p²)
        (Activation.parse("algebraic"), HALF, 1 / sp.sqrt(7)),  # −4p²/(1+p²)
        (Activation.parse("algebraic"), ONE, 1 / sp.sqrt(3)),
        (Activation.parse("tanh"), ONE, sp.asinh(1 / sp.sqrt(2))),
        (Activation.parse("tanh(3*z)/3"), ONE, sp.asinh(1 / sp.sqrt(2)) / 3),
        (Loss.parse("sqrt(1 + 4*z**2)/4"), HALF, sp.S.Half),
        (Loss.parse("log(1 + z**2)/2"), sp.Rational(-3, 2), sp.sqrt(3)),  # −2p²/(1+p²)
    ],
    ids=str,
)
def test_closed_forms(response, value, expected):
    search = log_slope_roots(response, value)
    (root,) = search.roots
    assert sp.simplify(root.closed_form - expected) == 0
    assert search.complete
    assert root.interval[0] < expected < root.interval[1]
    assert abs(sp.N(root.equation.subs(P, root.closed_form), 40)) < 1e-38
    assert abs(sp.N(root.equation.subs(P, root.closed_form * 1.001), 40)) > 1e-5


def test_z0_of_log_cosh():
    """p r'/r = 2p/sinh 2p − 1 = −½ where sinh 2p = 4p: no closed form, thirty digits on demand."""
    root = log_slope_root(Loss.parse("log-cosh"), HALF)
    assert root.closed_form is None
    assert root.of(P**2) is None
    with mp.workdps(60):
        expected = mp.findroot(lambda z: mp.sinh(2 * z) - 4 * z, mp.mpf("1.09"))
        assert abs(mpf(root.digits(30)) - expected) < mp.mpf(10) ** -29
        assert abs(mpf(root.digits(50)) - expected) < mp.mpf(10) ** -49
        low, high = (mpf(end) for end in root.interval)
        assert low < expected < high
        assert (mp.sinh(2 * low) - 4 * low) * (mp.sinh(2 * high) - 4 * high) < 0
    assert str(root.digits(30)).startswith("1.0886")


def test_z0_and_c_of_the_solvable_neuron():
    (point,) = bifurcation_diagram(neuron("algebraic")).points(SUPERSTABLE)
    assert (point.p.closed_form, point.q, point.multiplier) == (
        1 / sp.sqrt(7),
        sp.Rational(49, 64),
        0,
    )


def test_digits_refuse_a_false_root():
    false = ExactRoot(P**2 + 1, (sp.Integer(0), sp.Integer(2)))
    with pytest.raises((ArithmeticError, ValueError)):
        false.digits()


def test_a_root_that_is_a_point_of_the_grid_is_not_lost():
    """The grid contains p = 1, where the equation of the pseudo-Huber loss is exactly 0."""
    (root,) = log_slope_roots(Loss.parse("pseudo-huber"), HALF).roots
    assert root.interval[0] < 1 < root.interval[1]


def test_no_root_is_an_error_that_says_how_far():
    with pytest.raises(InputError, match="no p > 0 has"):
        log_slope_root(Loss.parse("pseudo-huber"), ONE)  # −p²/(1+p²) > −1: exact
    with pytest.raises(InputError, match=r"no p up to \d+ has"):
        log_slope_root(Loss.parse("langevin"), ONE)  # sampled


def test_a_root_of_another_order_keeps_its_meaning():
    """(1+z²)^(7/8): r = (1+p²)^(−1/8), p r'/r = −p²/(4(1+p²)) > −¼ for every p."""
    response = Loss.parse("4*(1 + z**2)**(7/8)/7")
    assert log_slope_roots(response, HALF).roots == ()
    (root,) = log_slope_roots(response, sp.Rational(-1, 5)).roots  # p² = 4
    assert abs(root.digits(20) - 2) < 1e-18


# Absent points -----------------------------------------------------------------------------------


def test_why_a_kind_is_absent():
    exact = bifurcation_diagram(linear("log-cosh"))
    assert "no solution p > 0, exactly" in exact.absent[SYMMETRY_BREAKING]
    sampled = bifurcation_diagram(linear("langevin"))
    assert sampled.absent[SYMMETRY_BREAKING] == f"not found up to p = {sampled.searched_to}"
    told = bifurcation_diagram(linear("langevin"), strictly_convex=True)
    assert "ℓ''(p)/r(p) > 0" in told.absent[SYMMETRY_BREAKING]
    assert SUPERSTABLE not in told.absent


def test_convexity_may_not_be_claimed_falsely():
    # p r'/r = −2p²/(1+p²) ≤ −1 from p = 1 on
    with pytest.raises(InputError, match=r"strictly convex, but .* at p = 1$"):
        bifurcation_diagram(linear("log(1 + z**2)/2"), strictly_convex=True)
    with pytest.raises(InputError, match="hypothesis on losses"):
        diagram_of(neuron("tanh"), strictly_convex=True)


@pytest.mark.parametrize("name", list(LOSSES))
def test_a_convex_loss_may_be_claimed_convex(name):
    diagram = bifurcation_diagram(linear(name), strictly_convex=True)
    assert diagram.absent[SYMMETRY_BREAKING].startswith("excluded")
    assert all(segment.stable for segment in diagram.branch(TWO_CYCLE).segments)


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (linear("1 - sqrt(1 - z**2)"), NotFiniteError, "r is not a finite real number at p = 1"),
        (linear("-log(1 - z**2)/2"), NotFiniteError, "r is not a finite real number at p = 1"),
        (linear("z*log(1 + z)/2"), NotFiniteError, "not a finite real number at p = -1"),
        (linear("z**2/2 + z**3/6"), InputError, r"r must be even, but r\(.*\) = "),
        (neuron("z + z**2"), InputError, r"r must be even, but r\(.*\) = "),
        (linear("z**2"), InputError, r"r\(0\) must be 1, but is 2"),
        (neuron("2*tanh(z)"), InputError, r"r\(0\) must be 1, but is 4"),
        (linear("abs(z)**3"), NoExpansionError, "not known to be smooth at 0"),
        (linear("sqrt(z**2)"), NoExpansionError, "not"),
        (linear("z**2/2"), InputError, r"r''\(0\) = 0"),
    ],
    ids=lambda x: x.response.text if isinstance(x, TwoLayerLinear | SingleNeuron) else "",
)
def test_bad_input(model, error, message):
    with pytest.raises(error, match=message) as caught:
        bifurcation_diagram(model)
    assert "\n" not in str(caught.value)


def test_an_unknown_branch():
    with pytest.raises(InputError, match="no branch 'three-cycle'; there are trivial, two-cycle"):
        bifurcation_diagram(linear("pseudo-huber")).branch("three-cycle")


def test_the_half_map_of_the_family():
    """half_multiplier is 1 + 2 p r'/r and its square the multiplier of the 2-cycle."""
    family = frozen_family(linear("pseudo-huber"))
    assert sp.simplify(family.half_multiplier - (1 - 2 * P**2 / (1 + P**2))) == 0
    assert sp.simplify(family.half_multiplier**2 - family.cycle_multiplier) == 0
