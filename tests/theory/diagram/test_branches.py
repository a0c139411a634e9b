"""Every segment and special point of a bifurcation diagram, against direct iteration."""

from dataclasses import replace

import pytest
import sympy as sp
from diagrams_by_hand import CATALOGUE, diagram_of, disagreements, model_of, mpf, slope_of
from mpmath import mp
from zoo import linear, neuron

from trajalign.theory.diagram.branches import (
    FLIP,
    SUPERSTABLE,
    SYMMETRY_BREAKING,
    TRIVIAL,
    TWO_CYCLE,
    S,
    bifurcation_diagram,
)
from trajalign.theory.diagram.frozen_family import flip_discriminant, frozen_family
from trajalign.theory.errors import InputError, NoExpansionError, NotFiniteError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import P, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import LOSSES

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
