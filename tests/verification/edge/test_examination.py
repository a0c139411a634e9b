"""Verdicts on objectives of every kind, and their falsified twins."""

from functools import cache
from itertools import pairwise

import pytest
import sympy as sp

from trajalign.numerics.edge.landscape import Landscape
from trajalign.theory.edge.objective import Objective
from trajalign.theory.expressions.parsing import parse_rational
from trajalign.verification.edge.claims import FALSIFIED, SUPERCRITICAL, Law
from trajalign.verification.edge.examination import Examined, examine
from trajalign.verification.edge.rungs import SMALL, STEADY
from trajalign.verification.edge.setting import ladder_in_constant, ladder_in_eta, minimum_of
from trajalign.verification.quantities import Compared, Order

LABELS = ["edge/gap", "edge/start", "edge/crossing", "edge/diagram"]


def at(**values: str) -> dict[str, sp.Rational]:
    return {name: parse_rational(value) for name, value in values.items()}


@cache
def of(text: str, **values: str) -> Examined:
    landscape = Landscape.of(Objective.parse(text))
    return examine(landscape, ladder_in_eta(landscape, at(**values), None))


def outcomes(found: Examined) -> dict[str, str]:
    return {verdict.label: verdict.outcome.value for verdict in found.verdicts()}


def test_a_product_follows_the_law() -> None:
    found = of("log(cosh(x*y))", x="0", y="4")
    assert outcomes(found) == dict.fromkeys(LABELS, "pass")
    for verdict in found.verdicts():
        assert verdict.evidence is not None
        assert verdict.evidence.value == "sampled"
        coefficient, order = verdict.coefficient, verdict.order
        assert isinstance(coefficient, Compared)
        assert float(coefficient.measured) == pytest.approx(1, abs=1e-4)
        assert isinstance(order, Order)
        assert float(order.measured) == pytest.approx(1, abs=0.1)


def test_the_ladder_is_what_the_law_needs() -> None:
    found = of("log(cosh(x*y))", x="0", y="4")
    kappas = [one.rung.kappa for one in found.measured]
    assert len(kappas) == 4
    assert all(0 < b < a / 3 for a, b in pairwise(kappas))
    assert kappas[0] <= SMALL
    for one in found.measured:  # κ = η²/ρ, so that d ln κ/d ln λ = −2
        assert one.rung.power == pytest.approx(-2, rel=1e-4)
        assert one.rung.change == pytest.approx(one.rung.kappa, rel=1e-4)
        assert one.rung.change <= STEADY
        assert one.spread < 1e-5


@pytest.mark.parametrize(
    ("text", "x", "count"),
    [
        ("log(cosh(x*y))", "0", 2),
        pytest.param("(1 - x**2*y**2)**2/2", "1/4", 4, marks=pytest.mark.thorough),
    ],
)
def test_every_falsified_law_is_refuted(text: str, x: str, count: int) -> None:
    """κ doubled and c with the wrong sign; and c without a term, where it has two."""
    found = of(text, x=x, y="4")
    for claim in SUPERCRITICAL:
        mine = [row for row in found.controls() if row.label == claim.label]
        assert {row.falsified for row in mine} == {words for words, _ in FALSIFIED[:count]}
        assert all(row.refuted and row.objection and row.witness for row in mine)


@pytest.mark.thorough
def test_the_stable_modes_are_seen() -> None:
    found = of("log(cosh(x*y)) + 20*s*x**2 + 10*s**2", s="0", x="0", y="5")
    assert outcomes(found) == dict.fromkeys(LABELS, "pass")
    flips = [one.rung.flip for one in found.measured]
    without = Law(stable=0.0)
    assert without.gap(flips[0]) / float(flips[0].kappa) == pytest.approx(
        1 + 3.2 / (50 / 3)
    )  # η = 2/25, L_uuj = 40, λ_j = 20


def test_a_subcritical_flip_jumps() -> None:
    found = of("cosh(x*y)", x="0", y="8")
    assert found.kind == "subcritical"
    assert outcomes(found) == {"edge/jump": "pass", "edge/start": "pass"}
    assert all(row.refuted for row in found.controls())
    assert {row.falsified for row in found.controls()} == {"kappa doubled", "the wrong sign of c"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("log(cosh(x)) + y**2/4", {"x": "0", "y": "0"}),
        ("cosh(x) + y**2/4", {"x": "0", "y": "0"}),
        ("(x**2 + y**2 - 1)**2", {"x": "1", "y": "0"}),
    ],
)
def test_where_nothing_drifts_there_are_2_cycles(text: str, values: dict[str, str]) -> None:
    found = of(text, **values)
    assert found.kind == "still"
    assert outcomes(found) == {"edge/two-cycle": "pass"}
    assert found.controls()
    assert all(row.refuted for row in found.controls())


def test_the_cycles_of_one_parameter_are_those_of_its_frozen_map() -> None:
    # F = log cosh: the 2-cycle ±p of p − ηF' has 2p = η tanh p.
    found = of("log(cosh(x)) + y**2/4", x="0", y="0")
    for cycle in found.cycles:
        p = sp.nsolve(2 * sp.Symbol("p") - (2 + cycle.mu) * sp.tanh(sp.Symbol("p")), 0.5)
        assert cycle.square == pytest.approx(float(p) ** 2, rel=1e-9)


def test_large_kappa_does_not_apply_but_returns_from_near() -> None:
    found = of("(x*y - 1)**2", x="1/4", y="4")
    assert outcomes(found) == {
        **dict.fromkeys(LABELS, "not-applicable"),
        "edge/self-stabilization": "pass",
    }
    assert [row.refuted for row in found.controls()] == [True]


def test_c_0_is_left_undecided() -> None:
    found = of("x**2*y**2/2", x="0", y="4")
    assert outcomes(found) == {"edge/gap": "undecided"}
    assert found.controls() == []


@pytest.mark.thorough
def test_without_a_ladder_it_is_undecided_and_with_one_in_a_constant_it_passes() -> None:
    text, start = "(x**2 - a*y**2)**2/8", at(x="1", y="8")

    def one(n: int) -> tuple[str, Landscape]:
        made = Objective.parse(text, constants={"a": sp.Rational(1, n)})
        return f"a = 1/{n}", Landscape.of(made)

    alone = one(50)[1]
    found = examine(alone, ladder_in_eta(alone, start, None))
    assert outcomes(found)["edge/gap"] == "undecided"
    assert "hardly changes with the step size" in found.rungs.short
    every = [one(n) for n in (25, 50, 100, 200)]
    found = examine(every[0][1], ladder_in_constant(every, start, None))
    assert outcomes(found) == dict.fromkeys(LABELS, "pass")
    for rung, n in zip(found.rungs.ladder, (25, 50, 100, 200), strict=True):
        assert rung.kappa == pytest.approx(1 / n / 2 / (1 - 1 / n) ** 2)  # by hand


@pytest.mark.thorough
def test_small_kappa_is_not_enough() -> None:
    """A counterexample to the law without its second condition, that κ is steady: λ is nearly
    critical along the minima, and descent rests at 0.84 of κ however small κ is."""
    text = "(1+l*y)/2*(x-y-3*y**3/10)**2 - (x-y-3*y**3/10)**4/10"
    every = [
        (f"l = 1/{n}", Landscape.of(Objective.parse(text, ["x", "y"], {"l": sp.Rational(1, n)})))
        for n in (8, 16, 32)
    ]
    found = ladder_in_constant(every, at(x="0", y="0"), None)
    assert found.ladder == ()
    assert "κ changes by more than 0.05 of itself" in found.short


@pytest.mark.parametrize("b", ["1/1000", "249/20"])
def test_a_stable_mode_that_relaxes_slowly_is_no_rung(b: str) -> None:
    known = {"b": parse_rational(b)}  # λ_j = 2b, beside λ = 25
    made = Objective.parse("log(cosh(x*y)) + s*x**2 + b*s**2", constants=known)
    landscape = Landscape.of(made)
    found = ladder_in_eta(landscape, at(s="0", x="0", y="5"), None)
    assert found.ladder == ()
    assert "a stable mode relaxes at the rate" in found.short


def test_a_step_size_chooses_the_flip() -> None:
    landscape = Landscape.of(Objective.parse("log(cosh(x*y))"))
    found = minimum_of(landscape, at(x="0", y="4"), sp.Rational(1, 50))
    assert float(found.sharpness) == pytest.approx(100)


# The law is one for κ → 0 -------------------------------------------------------------------------

TWISTED = "exp(x*y*(1+s/3)) - x*y*(1+s/3) - 1 + 5*(s-x**2)**2"


def test_a_rung_that_is_too_coarse_refutes_nothing() -> None:
    """From μ₀ = 12κ descent leaves at η = 1/8, and from there on down it comes to rest."""
    found = of(TWISTED, s="0", x="0", y="4")
    assert outcomes(found) == dict.fromkeys(LABELS, "pass")
    gap = found.verdicts()[0]
    told = gap.quantities["measured over predicted"]
    assert isinstance(told, tuple)
    assert told[0] == "otherwise"
    assert all(0.99 < float(value) < 1.01 for value in told[1:])
    assert all(control.refuted for control in found.controls())


def test_the_last_rung_refutes_where_descent_leaves_there() -> None:
    found = of(TWISTED, s="0", x="0", y="4")
    only = found.measured[:1]
    judged = SUPERCRITICAL[0].judge(only, "too few")
    assert "descent leaves, where the law says that it comes to rest" in judged.objection
    assert judged.witness is not None


def test_what_is_left_of_a_ladder_may_be_too_little() -> None:
    found = of(TWISTED, s="0", x="0", y="4")
    judged = SUPERCRITICAL[0].judge(found.measured[:3], "")
    assert judged.objection == ""
    assert "few rungs are left" in judged.undecided
