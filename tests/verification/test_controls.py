"""The checks checked: falsified statements are refuted, and a sabotaged check is found out."""

import pickle
import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sympy as sp

from trajalign.__main__ import main
from trajalign.theory.models import ETA, P, Q, from_paper
from trajalign.theory.models import of as model_of
from trajalign.verification.controls import with_wrong_map
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.ledger import forms, known_statements
from trajalign.verification.measuring import ladder
from trajalign.verification.measuring.claims import Claim, Judgement
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.running import runner
from trajalign.verification.running.options import Options
from trajalign.verification.statements.alignment import AlignmentClaim
from trajalign.verification.statements.alignment_time import AlignmentTimeClaim
from trajalign.verification.statements.crossing import CrossingClaim
from trajalign.verification.statements.exact import ExactClaim
from trajalign.verification.statements.exponential_alignment import ExponentialClaim
from trajalign.verification.statements.flat_alignment import FlatAlignmentClaim
from trajalign.verification.statements.flat_crossing import FlatCrossingClaim
from trajalign.verification.statements.flat_end import FlatLimitClaim, FlatSaturationClaim
from trajalign.verification.statements.flip import FlipClaim
from trajalign.verification.statements.gradient_flow import FlowClaim
from trajalign.verification.statements.limit import LimitClaim
from trajalign.verification.statements.one_orbit import OneOrbitClaim
from trajalign.verification.statements.progressive_sharpening import SharpeningClaim
from trajalign.verification.statements.reduced_map import MapClaim
from trajalign.verification.statements.saturation import SaturationClaim
from trajalign.verification.statements.sharpness import SharpnessClaim
from trajalign.verification.statements.solution_sharpness import SolutionClaim
from trajalign.verification.statements.theorems import PastOneClaim, TheoremClaim
from trajalign.verification.statements.two_cycle import CycleClaim
from trajalign.verification.verdicts import Outcome

# Twins: a response for every hypothesis --------------------------------------------------------

ALL_TWINS = [(m.name, h.name, h.twin) for m in from_paper() for h in m.kind.hypotheses]

# Those said to break nothing else, and those for which that is easily seen.
ALONE = {
    ("linear", "A2"),
    ("linear", "A3"),
    ("linear", "A5"),
    ("linear", "normalised"),
    ("neuron", "A5"),
    ("neuron", "A3"),
    ("neuron", "A1"),
}


@pytest.mark.parametrize(("kind", "name", "text"), ALL_TWINS)
def test_twin_breaks_the_hypothesis_it_is_named_for(kind: str, name: str, text: str) -> None:
    verdicts = Assumptions(model_of(kind, text)).verdicts
    assert verdicts[name].outcome is Outcome.FAIL
    assert verdicts[name].witness
    if (kind, name) in ALONE:
        others = {v.outcome for n, v in verdicts.items() if n != name}
        assert others == {Outcome.PASS}


def test_wrong_map_moves_q_twice_as_far_and_leaves_p_alone() -> None:
    for model in (model_of("linear", "log-cosh"), model_of("neuron", "tanh")):
        right, wrong = model.reduced, with_wrong_map(model).reduced
        at = {P: sp.Rational(1, 2), Q: sp.Rational(4, 5), ETA: sp.Rational(1, 10)}
        drift = (right.q_next - Q).subs(at), (wrong.q_next - Q).subs(at)
        assert abs(sp.N(drift[1] / drift[0], 30) - 2) < sp.Float("1e-20")
        assert wrong.p_next == right.p_next
        assert wrong.sharpness == right.sharpness
        assert with_wrong_map(model) == pickle.loads(pickle.dumps(with_wrong_map(model)))
        assert with_wrong_map(model) != model


def test_a_claim_cannot_do_without_falsified_copies() -> None:
    class Unheard(Claim):
        def judge(self, plan: Plan, runs: Sequence[object]) -> Judgement:
            return Judgement("", None)

    with pytest.raises(TypeError, match="falsified_copies"):
        Unheard("linear/unheard")  # type: ignore[abstract]  # which is what is tried


# The whole of it -------------------------------------------------------------------------------


@pytest.mark.thorough
def test_every_control_on_the_default_responses_is_refuted() -> None:
    models = [
        model_of("linear", "log-cosh"),
        model_of("linear", "pseudo-huber"),
        model_of("neuron", "tanh"),
    ]
    rows = runner.control(models, jobs=2)
    assert [(row.label, row.response, row.falsified) for row in rows if not row.refuted] == []
    for row in rows:
        assert row.falsified
        assert row.objection
        assert row.witness
    for model in models:
        seen = {row.label for row in rows if row.response == model.response.text}
        # Of the default responses none has an exact slow curve, and none is flat.
        expected = {s.label for s in known_statements(model.name)} - {"neuron/exact"}
        assert seen == {label for label in expected if "/flat-" not in label}
    tested = {(row.label, row.response) for row in rows}
    assert {(f"{k}/{name}", text) for k, name, text in ALL_TWINS} <= tested
    # Orbit claims also meet orbits of a wrong map.
    wrong_maps = {row.label for row in rows if "wrong map" in row.falsified}
    assert {
        f"{m}/{n}"
        for m in ("linear", "neuron")
        for n in ("limit", "alignment", "crossing", "alignment-time", "one-orbit")
    } <= (wrong_maps)


# Sabotage --------------------------------------------------------------------------------------


def always_pleased(self: Claim, plan: Plan, runs: object) -> Judgement:
    return Judgement("", None)


SABOTAGED = [
    (MapClaim, "linear/reduced-map"),
    (SharpnessClaim, "neuron/sharpness"),
    (SolutionClaim, "linear/solution-sharpness"),
    (FlipClaim, "bifurcation/flip"),
    (CycleClaim, "bifurcation/two-cycle"),
    (FlowClaim, "linear/gradient-flow"),
    (AlignmentClaim, "neuron/alignment"),
    (AlignmentTimeClaim, "neuron/alignment-time"),
    (AlignmentClaim, "neuron/slow-curve-2"),
    (AlignmentClaim, "neuron/slow-curve-3"),
    (ExponentialClaim, "neuron/exponential-alignment"),
    (ExactClaim, "neuron/exact"),
    (CrossingClaim, "neuron/crossing"),
    (LimitClaim, "neuron/limit"),
    (SaturationClaim, "neuron/saturation"),
    (SharpeningClaim, "neuron/progressive-sharpening"),
    (OneOrbitClaim, "neuron/one-orbit"),
    (TheoremClaim, "theorem/alignment"),
    (TheoremClaim, "theorem/limit"),
    (TheoremClaim, "theorem/saturation"),
    (TheoremClaim, "theorem/progressive-sharpening"),
    (TheoremClaim, "theorem/crossing"),
    (PastOneClaim, "theorem/gradient-flow"),
    (FlipClaim, "bifurcation/flat-flip"),
    (FlatAlignmentClaim, "neuron/flat-alignment"),
    (FlatCrossingClaim, "neuron/flat-crossing"),
    (FlatLimitClaim, "neuron/flat-limit"),
    (FlatSaturationClaim, "neuron/flat-saturation"),
]


def run_cli(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["trajalign", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


def arguments_for(label: str) -> tuple[str, ...]:
    kind = "neuron" if label.startswith("neuron") or "/flat-" in label else "linear"
    eta = "1/700" if "/flat-" in label else "1/40" if kind == "neuron" else "1/10"
    activation = "algebraic" if label == "neuron/exact" else "tanh"
    if "/flat-" in label:
        activation = "z/(1+z**4)**(1/4)"
    option = ("--activation", activation) if kind == "neuron" else ("--loss", "log-cosh")
    rest = ("--statement", label, "--eta", eta, "--jobs", "1", "--controls")
    return ("verify", kind, *option, *rest)


def test_sabotage_covers_every_kind_of_claim() -> None:
    kinds = {label.removeprefix("linear/").removeprefix("neuron/") for _, label in SABOTAGED}
    assert kinds == {form.name for form in forms()}


@pytest.mark.parametrize(("kind_of_claim", "label"), SABOTAGED)
def test_check_that_always_passes_is_found_out(
    kind_of_claim: type[Claim],
    label: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(kind_of_claim, "judge", always_pleased)
    assert run_cli(monkeypatch, *arguments_for(label)) == 1
    out = capsys.readouterr().out
    rows = len(out.split("refuted in")[0].splitlines())
    assert rows > 3
    assert "NO" in out
    # Every control of the sabotaged claim stays unrefuted, and says so at the end.
    assert " 0 of " in " " + out.splitlines()[-1]


def test_check_that_works_is_not_blamed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(monkeypatch, *arguments_for("neuron/limit")) == 0
    out = capsys.readouterr().out
    assert "NO" not in out.split()
    assert "5 of 5 falsified statements refuted" in out


def test_check_that_judges_without_measuring_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A subtler sabotage: the order is not looked at any more."""
    monkeypatch.setattr(ladder, "ORDER_SLACK", 10.0)
    rows = runner.control(
        [model_of("neuron", "tanh")],
        Options(frozenset({"neuron/limit"}), sp.Rational(1, 40)),
    )
    missed = [row.falsified for row in rows if not row.refuted]
    assert missed == ["order one too high"]


def test_slack_coefficient_tolerance_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "COEFFICIENT_TOLERANCE", 10.0)
    monkeypatch.setattr(ladder, "_FINE", 10.0)
    monkeypatch.setattr(ladder, "ORDER_SLACK", 10.0)
    rows = runner.control(
        [model_of("neuron", "tanh")],
        Options(frozenset({"neuron/limit"}), sp.Rational(1, 40)),
    )
    missed = {row.falsified for row in rows if not row.refuted}
    assert {"coefficient off by 1 %", "coefficient has the wrong sign"} <= missed


@pytest.mark.parametrize("name", ["A1", "A2", "A3", "A5"])
def test_hypothesis_that_always_passes_is_found_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Assumptions.verdicts.func

    def blind(self: Assumptions) -> dict[str, object]:
        found = dict(right(self))
        old = found[name]
        found[name] = replace(old, outcome=Outcome.PASS, reason="", witness=None)
        return found

    monkeypatch.setattr(Assumptions, "verdicts", property(blind))
    rows = runner.control([model_of("linear", "log-cosh")], Options(frozenset({f"linear/{name}"})))
    assert [row.refuted for row in rows] == [False]
    assert (
        run_cli(
            monkeypatch,
            "verify",
            "linear",
            "--loss",
            "log-cosh",
            "--statement",
            f"linear/{name}",
            "--controls",
            "--jobs",
            "1",
        )
        == 1
    )
