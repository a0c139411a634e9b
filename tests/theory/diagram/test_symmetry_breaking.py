"""Where the symmetric 2-cycle loses its stability, and what there is beyond."""

import pytest
import sympy as sp
from diagrams_by_hand import BY_HAND, diagram_of, disagreements, mpf, slope_of
from mpmath import mp
from zoo import linear, neuron

from trajalign.theory.diagram.branches import (
    END,
    FLIP,
    FOLD,
    SUPERSTABLE,
    SYMMETRY_BREAKING,
    TRIVIAL,
    TWO_CYCLE,
    bifurcation_diagram,
)
from trajalign.theory.diagram.exact_roots import log_slope, response_zero
from trajalign.theory.models import P
from trajalign.theory.responses import ACTIVATIONS, Activation, Loss


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
