"""From models to verdicts: order, filters, what is missing, and the same answer for any --jobs."""

from dataclasses import fields, replace

import pytest
import sympy as sp
from zoo import linear, neuron

from trajalign.theory.errors import InputError
from trajalign.theory.models import HYPOTHESES, TwoLayerLinear
from trajalign.theory.responses import Loss
from trajalign.verification.controls import with_wrong_map
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.ledger import known_statements
from trajalign.verification.measuring.effort import EFFORTS, QUICK, THOROUGH, Effort
from trajalign.verification.running.options import Options
from trajalign.verification.running.preparation import prepare
from trajalign.verification.running.runner import control, examine, known_labels, verify
from trajalign.verification.verdicts import Evidence, Outcome, Verdict, exit_status

ETA = sp.Rational(1, 40)  # for neurons; coarser than the default ladder, so faster


def only(*labels: str, top: sp.Rational | None = None, digits: int = 50) -> Options:
    return Options(frozenset(labels), top, digits)


def timeless(verdict: Verdict) -> dict[str, object]:
    shown = {f.name: getattr(verdict, f.name) for f in fields(verdict) if f.name != "seconds"}
    shown["hypotheses"] = [timeless(h) for h in verdict.hypotheses]
    return shown


def outcomes(verdicts: list[Verdict]) -> dict[str, str]:
    return {verdict.label: verdict.outcome.value for verdict in verdicts}


def test_known_labels_are_hypotheses_then_statements() -> None:
    for kind in ("linear", "neuron"):
        names = [f"{kind}/{name}" for name in HYPOTHESES[kind]]
        assert list(known_labels(kind)) == names + [s.label for s in known_statements(kind)]


@pytest.mark.thorough
def test_one_process_and_two_give_the_same_verdicts() -> None:
    models = [neuron("tanh"), linear("log(1+z**2)/2")]
    options = Options(top=ETA)
    alone, spread = verify(models, options, jobs=1), verify(models, options, jobs=2)
    assert [timeless(v) for v in alone] == [timeless(v) for v in spread]
    expected = [
        (m.response.text, label)
        for m in models
        for label in known_labels(m.name)
        if "/flat-" not in label  # neither is flat; such rows are silent then
    ]
    assert [(v.response, v.label) for v in spread] == expected


def test_one_process_and_two_give_the_same_controls() -> None:
    models, options = [neuron("algebraic")], only("neuron/limit", "neuron/A1", top=ETA)
    assert control(models, options, jobs=1) == control(models, options, jobs=2)


def test_same_run_twice_gives_the_same_verdicts() -> None:
    options = only("neuron/limit", "neuron/gradient-flow", top=ETA)
    first, second = (verify([neuron("algebraic")], options) for _ in range(2))
    assert [timeless(v) for v in first] == [timeless(v) for v in second]


def test_digits_change_no_measured_number() -> None:
    # 40 digits and 90 digits: what is reported (10 digits) is not noise.
    few, many = (
        verify([neuron("tanh")], only("neuron/limit", top=ETA, digits=digits))[-1]
        for digits in (40, 90)
    )
    assert few.quantities["values"] == many.quantities["values"]
    assert (few.parameters["digits"], many.parameters["digits"]) == (40, 90)


# Effort ----------------------------------------------------------------------------------------


def test_thorough_does_more_of_everything() -> None:
    for field in fields(Effort):
        if field.name not in ("name", "seed", "starts"):
            assert getattr(THOROUGH, field.name) > getattr(QUICK, field.name)
    assert set(QUICK.starts) < set(THOROUGH.starts)
    assert EFFORTS == {"quick": QUICK, "thorough": THOROUGH}


def test_the_effort_reaches_every_claim() -> None:
    small = Effort(
        "small",
        digits=30,
        linear_rungs=4,
        neuron_rungs=4,
        starts=((0.4, 0.8), (0.2, -1.2), (0.1, 0.5)),
        points=3,
        draws=2,
        flow_rungs=1,
        halvings=4,
        levels=5,
        pair_rungs=3,
    )
    names = ("limit", "gradient-flow", "sharpness", "exponential-alignment")
    labels = frozenset({*(f"neuron/{name}" for name in names), "bifurcation/two-cycle"})
    options = Options(labels, ETA, effort=small)
    found = {v.label: v for v in verify([neuron("algebraic")], options)}
    limit, flow = found["neuron/limit"].parameters, found["neuron/gradient-flow"].parameters
    assert (len(limit["eta"]), len(limit["starts"]), limit["digits"]) == (4, 3, 30)
    assert (len(flow["eta"]), flow["draws"]) == (1, 2)
    assert found["neuron/sharpness"].parameters["points"] == 3
    assert found["neuron/sharpness"].quantities["points"] == "3"
    assert len(found["bifurcation/two-cycle"].quantities["levels"]) == 5
    pairs = found["neuron/exponential-alignment"].parameters
    assert (len(pairs["eta"]), len(pairs["starts"])) == (3, 3)


@pytest.mark.parametrize(
    "field", [f.name for f in fields(Effort) if f.name not in ("name", "seed")]
)
def test_an_effort_below_what_the_checks_need_is_refused(field: str) -> None:
    nothing = () if field == "starts" else -1
    with pytest.raises(InputError, match=f"{field}.*at least"):
        replace(QUICK, **{field: nothing})


def test_digits_asked_for_outweigh_those_of_the_effort() -> None:
    options = Options(frozenset({"neuron/reduced-map"}), digits=40, effort=THOROUGH)
    assert verify([neuron("tanh")], options)[-1].parameters["digits"] == 40
    options = replace(options, digits=None)
    assert verify([neuron("tanh")], options)[-1].parameters["digits"] == THOROUGH.digits


@pytest.mark.parametrize("label", ["linear/reduced-map", "linear/sharpness"])
def test_the_seed_that_is_shown_draws_the_same_points_again(label: str) -> None:
    wrong = with_wrong_map(
        TwoLayerLinear(Loss.parse("log-cosh"))
    )  # so that there is a witness to compare

    def place(effort: Effort) -> tuple[object, dict[str, str]]:
        found = verify([wrong], Options(frozenset({"linear/reduced-map"}), effort=effort))[-1]
        assert found.witness is not None
        return found.parameters["seed"], dict(found.witness)

    seed, witness = place(replace(QUICK, seed=271828))
    assert seed == 271828
    assert place(replace(THOROUGH, points=5, seed=int(str(seed))))[1] == witness
    assert place(replace(QUICK, seed=314159))[1] != witness
    assert verify([wrong], only(label))[-1].parameters["seed"] == QUICK.seed


# Verdicts and controls together ------------------------------------------------------------------


def test_verdicts_and_controls_in_one_run_are_those_of_two() -> None:
    models = [neuron("algebraic")]
    options = only("neuron/limit", "neuron/gradient-flow", "neuron/A1", top=ETA)
    units: list[int] = []
    together = examine(models, options, progress=lambda done, total: units.append(total))
    assert [timeless(v) for v in together.verdicts] == [
        timeless(v) for v in verify(models, options)
    ]
    assert together.controls == control(models, options)
    # Ten orbits, ten of a wrong map, and the flow with two rates m: nothing is run twice.
    assert units[-1] == 10 + 10 + 2


def test_examine_does_only_what_it_is_asked_for() -> None:
    models, options = [neuron("algebraic")], only("neuron/reduced-map")
    assert examine(models, options, controls=False).controls == []
    assert examine(models, options, verdicts=False).verdicts == []


# Filters ---------------------------------------------------------------------------------------


def test_statement_comes_with_the_hypotheses_it_rests_on() -> None:
    (flip,) = (s for s in known_statements("linear") if s.label == "bifurcation/flip")
    found = verify([linear("log-cosh")], only("bifurcation/flip"))
    assert [v.label for v in found] == [*(f"linear/{n}" for n in flip.hypotheses), flip.label]
    assert found[-1].evidence is Evidence.SAMPLED
    assert [h.label for h in found[-1].hypotheses] == [v.label for v in found[:-1]]


def test_hypothesis_alone() -> None:
    assert outcomes(verify([linear("log-cosh")], only("linear/A3"))) == {"linear/A3": "pass"}


def test_filter_of_one_model_says_nothing_of_the_other() -> None:
    found = verify([linear("log-cosh"), neuron("tanh")], only("linear/reduced-map"))
    assert {v.model for v in found} == {"linear"}


def test_shared_label_is_judged_for_both_models() -> None:
    found = verify([linear("log-cosh"), neuron("tanh")], only("bifurcation/flip"))
    models = [v.model for v in found if v.label == "bifurcation/flip"]
    assert models == ["linear", "neuron"]


def test_no_models_no_verdicts() -> None:
    assert verify([]) == []
    assert control([]) == []


# What cannot be tried --------------------------------------------------------------------------


def test_missing_hypotheses_are_named_and_the_rest_is_tried() -> None:
    # log(1+z²)/2 breaks A2 alone: convexity, used by all but the map, the flip and the 2-cycle.
    found = {v.label: v for v in verify([linear("log(1+z**2)/2")])}
    assert found["linear/A2"].outcome is Outcome.FAIL
    for name in ("alignment", "crossing", "limit", "saturation", "progressive-sharpening"):
        verdict = found[f"linear/{name}"]
        assert verdict.outcome is Outcome.NOT_APPLICABLE
        assert verdict.reason == "needs A2"
        assert verdict.evidence is None
        assert not verdict.quantities
        assert "linear/A2" in [h.label for h in verdict.hypotheses]
    assert found["linear/gradient-flow"].reason == "needs A2"
    for label in ("linear/reduced-map", "bifurcation/flip", "bifurcation/two-cycle"):
        assert found[label].outcome is Outcome.PASS
    assert exit_status([v.outcome for v in found.values()]) == 1


def test_all_missing_hypotheses_are_listed_in_order() -> None:
    found = {v.label: v for v in verify([linear("cosh(z) - 1")])}
    assert found["linear/limit"].reason == "needs A1, A3, A4, A5"
    assert found["linear/gradient-flow"].reason == "needs A1, A5"
    assert found["bifurcation/two-cycle"].reason == "needs A1"
    assert found["bifurcation/flip"].outcome is Outcome.PASS  # subcritical, as the statement says


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ({"analytic": Outcome.UNDECIDED, "A1": Outcome.NOT_APPLICABLE}, Outcome.UNDECIDED),
        ({"analytic": Outcome.FAIL, "A1": Outcome.NOT_APPLICABLE}, Outcome.NOT_APPLICABLE),
        ({"A1": Outcome.UNDECIDED, "A4": Outcome.FAIL}, Outcome.NOT_APPLICABLE),
        ({"A3": Outcome.NOT_APPLICABLE}, Outcome.NOT_APPLICABLE),
    ],
)
def test_a_statement_does_not_apply_only_where_a_hypothesis_fails_or_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, Outcome], outcome: Outcome
) -> None:
    """What merely waits for an undecided hypothesis is undecided."""
    judged = {
        name: Verdict(
            f"linear/{name}",
            "linear",
            "z",
            found.get(name, Outcome.PASS),
            witness={"z": "1"} if found.get(name) is Outcome.FAIL else None,
        )
        for name in HYPOTHESES["linear"]
    }
    monkeypatch.setattr(Assumptions, "verdicts", judged)
    prepared = prepare((linear("log-cosh"), only("linear/limit")))
    assert [v.outcome for v in prepared.settled] == [outcome]


def test_nothing_is_tried_on_what_is_not_analytic() -> None:
    found = outcomes(verify([linear("abs(z)")]))
    assert found.pop("linear/analytic") == "fail"
    assert set(found.values()) == {"not-applicable"}


def test_undecided_hypothesis_leaves_the_statement_undecided() -> None:
    # ℓ' grows like log z, but there is no form at infinity for the sine, and no sample refutes A5.
    verdicts = verify([linear("z*asinh(z) - sqrt(1+z**2) + sin(z)**4*exp(-z**2)/1000")])
    found = outcomes(verdicts)
    assert found["linear/A5"] == "undecided"
    assert found["linear/limit"] == "undecided"
    assert found["linear/reduced-map"] == "pass"
    assert exit_status([v.outcome for v in verdicts]) == 3


def test_failing_hypothesis_outweighs_an_undecided_one() -> None:
    # Not normalised as well: then the statement does not apply, whatever A5 may be.
    verdicts = verify([linear("2*(z*asinh(z) - sqrt(1+z**2) + sin(z)**4*exp(-z**2)/1000)")])
    found = outcomes(verdicts)
    assert (found["linear/normalised"], found["linear/A5"]) == ("fail", "undecided")
    assert found["linear/limit"] == "not-applicable"


def test_bad_step_size_is_refused() -> None:
    for jobs in (1, 2):
        with pytest.raises(InputError, match="must lie between"):
            verify([linear("log-cosh")], only("linear/limit", top=sp.Integer(2)), jobs=jobs)


# Evidence --------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_no_word_is_stronger_than_what_was_done() -> None:
    found = {v.label: v for v in verify([neuron("algebraic")], Options(top=ETA))}
    derived = {label for label, v in found.items() if v.evidence is Evidence.DERIVED}
    # Exact identities, exact numbers, and what exact algebra decides for every z > 0: this r is
    # rational. Whatever ran an orbit or a grid is "sampled".
    assert derived <= {
        "neuron/reduced-map",
        "neuron/sharpness",
        "neuron/symmetry",
        "neuron/normalised",
        "neuron/A1",
        "neuron/A3",
        "neuron/A4",
        "neuron/curved",
        "neuron/exact",
    }
    assert {v.outcome for v in found.values()} == {Outcome.PASS}
    for verdict in found.values():
        assert verdict.evidence is not None
        assert verdict.witness is None
        assert verdict.seconds >= 0


def test_parameters_allow_the_run_to_be_repeated() -> None:
    found = verify([neuron("tanh")], only("neuron/limit", top=ETA))[-1]
    assert found.parameters["eta"] == ["1/40", "1/80", "1/160", "1/320", "1/640"]
    for start in found.parameters["starts"]:
        assert {"p0", "q0"} == set(start)
        assert all(sp.Rational(text).is_Rational for text in start.values())


def test_progress_counts_up_to_the_whole() -> None:
    seen: list[tuple[int, int]] = []
    verify(
        [neuron("tanh")],
        only("neuron/limit", "neuron/reduced-map", top=ETA),
        progress=lambda done, total: seen.append((done, total)),
    )
    total = seen[0][1]
    assert seen == [(k, total) for k in range(1, total + 1)]
    assert total == 2 * 5 + 1  # two starts at five step sizes, and one direct claim


@pytest.mark.thorough
@pytest.mark.parametrize("text", ["1e40*log(cosh(1e-20*z))", "1e-40*log(cosh(1e20*z))"])
def test_the_unit_of_z_changes_no_verdict(text: str) -> None:
    """log-cosh stretched by 10^±20: h(0) = −1/(2r''(0)) is stretched by 10^±40, and all passes."""
    stretched = verify([linear(text)])
    assert {verdict.outcome for verdict in stretched} == {Outcome.PASS}
    limit = next(v for v in stretched if v.label == "linear/limit")
    factor = sp.Integer(10) ** (40 if text.startswith("1e40") else -40)
    assert sp.Rational(limit.quantities["coefficient"].exact) == sp.Rational(3, 4) * factor
