"""How a statement stands: the weakest of itself, its hypotheses and everything below it."""

from dataclasses import replace
from graphlib import CycleError

import pytest

from trajalign.verification.ledger import known_statements, rests_on
from trajalign.verification.standing import NOT_CHECKED, Standing, ancestors, standings
from trajalign.verification.verdicts import Evidence, Outcome, Verdict

LEDGER = {s.label: s for s in known_statements("linear")}
WITNESS = {"t": "1"}


def hypothesis(name: str, evidence: Evidence = Evidence.ENCLOSED) -> Verdict:
    return Verdict(f"linear/{name}", "linear", "z", Outcome.PASS, evidence)


def run(
    outcome: dict[str, Outcome] | None = None,
    evidence: dict[str, Evidence] | None = None,
    left_out: tuple[str, ...] = (),
) -> dict[str, Standing]:
    """The standings where every label passes by proof, but for what is said."""
    verdicts = []
    for label, statement in LEDGER.items():
        if label in left_out:
            continue
        found = (outcome or {}).get(label, Outcome.PASS)
        strengths = evidence or {}
        verdicts.append(
            Verdict(
                label,
                "linear",
                "z",
                found,
                strengths.get(label, Evidence.ENCLOSED) if found is Outcome.PASS else None,
                hypotheses=tuple(
                    hypothesis(n, strengths.get(n, Evidence.ENCLOSED)) for n in statement.hypotheses
                ),
                witness=WITNESS if found is Outcome.FAIL else None,
            )
        )
    return dict(zip((v.label for v in verdicts), standings(verdicts), strict=True))


# Worked out by hand from docs/ledger.md: what rests on alignment, directly or not.
ABOVE_ALIGNMENT = {
    *("linear/slow-curve-2", "linear/slow-curve-3", "linear/exponential-alignment"),
    *("linear/crossing", "linear/limit", "linear/saturation", "linear/progressive-sharpening"),
}
BESIDE_ALIGNMENT = {
    *("linear/reduced-map", "linear/sharpness", "linear/gradient-flow"),
    *("bifurcation/flip", "bifurcation/two-cycle"),
}


def test_all_proved_stands_as_it_is() -> None:
    assert set(run().values()) == {Standing("pass", Evidence.ENCLOSED)}


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE])
def test_what_does_not_pass_weakens_all_above_it_and_nothing_else(outcome: Outcome) -> None:
    found = run({"linear/alignment": outcome})
    assert found["linear/alignment"] == Standing(outcome.value, None)
    for label in ABOVE_ALIGNMENT:
        assert found[label] == Standing(outcome.value, None, ("linear/alignment",))
    for label in BESIDE_ALIGNMENT:
        assert found[label] == Standing("pass", Evidence.ENCLOSED)


def test_a_failure_outweighs_what_is_undecided() -> None:
    found = run({"linear/alignment": Outcome.UNDECIDED, "linear/crossing": Outcome.FAIL})
    assert found["linear/limit"] == Standing("fail", None, ("linear/crossing",))
    assert found["linear/slow-curve-2"].outcome == "undecided"


def test_what_does_not_apply_has_no_standing_beyond_that() -> None:
    # Its hypothesis fails: the statement is not refuted by that.
    found = run({"linear/alignment": Outcome.FAIL, "linear/limit": Outcome.NOT_APPLICABLE})
    assert found["linear/limit"] == Standing("not-applicable", None)


def test_a_label_that_was_not_checked_is_named() -> None:
    found = run(left_out=("bifurcation/flip", "linear/crossing"))
    assert found["linear/limit"] == Standing(
        NOT_CHECKED, None, ("bifurcation/flip", "linear/crossing")
    )
    assert found["linear/saturation"].because == ("bifurcation/flip", "linear/crossing")
    assert found["linear/alignment"] == Standing("pass", Evidence.ENCLOSED)


def test_undecided_below_outweighs_not_checked() -> None:
    found = run({"linear/alignment": Outcome.UNDECIDED}, left_out=("bifurcation/flip",))
    assert found["linear/limit"] == Standing("undecided", None, ("linear/alignment",))


def test_sampled_below_makes_a_proof_sampled() -> None:
    found = run(evidence={"linear/limit": Evidence.SAMPLED})
    assert found["linear/saturation"] == Standing("pass", Evidence.SAMPLED, ("linear/limit",))
    assert found["linear/crossing"] == Standing("pass", Evidence.ENCLOSED)
    derived = run(evidence={"linear/limit": Evidence.DERIVED})
    assert derived["linear/saturation"].evidence is Evidence.DERIVED


def test_a_sampled_hypothesis_makes_a_proof_sampled_also_from_below() -> None:
    # A2 is a hypothesis of all but the map and the bifurcations; those do not notice.
    found = run(evidence={"A2": Evidence.SAMPLED})
    assert found["linear/sharpness"] == Standing("pass", Evidence.SAMPLED, ("linear/A2",))
    assert found["linear/reduced-map"] == Standing("pass", Evidence.ENCLOSED)
    curved = run(evidence={"curved": Evidence.SAMPLED})  # of the flip alone
    assert "curved" not in LEDGER["linear/limit"].hypotheses
    assert curved["linear/limit"] == Standing("pass", Evidence.SAMPLED, ("linear/curved",))


def test_two_responses_do_not_mix() -> None:
    good = Verdict("linear/reduced-map", "linear", "z", Outcome.PASS, Evidence.DERIVED)
    bad = Verdict("linear/reduced-map", "linear", "z**2", Outcome.FAIL, witness=WITNESS)
    flow = Verdict("linear/gradient-flow", "linear", "z", Outcome.PASS, Evidence.DERIVED)
    found = standings([good, flow, bad, replace(flow, response="z**2")])
    assert [s.outcome for s in found] == ["pass", "pass", "fail", "fail"]


def test_a_hypothesis_stands_by_itself() -> None:
    assert standings([hypothesis("A1")]) == [Standing("pass", Evidence.ENCLOSED)]
    failing = Verdict("linear/A1", "linear", "z", Outcome.FAIL, witness=WITNESS)
    assert standings([failing]) == [Standing("fail", None)]


# What rests on what ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["linear", "neuron"])
def test_no_label_rests_on_itself(model: str) -> None:
    below = ancestors(rests_on(model))
    assert list(below) != []
    for label, found in below.items():
        assert label not in found
        assert len(found) == len(set(found))


def test_ancestors_of_the_saturation() -> None:
    # By hand: limit and sharpness; alignment, crossing and flip; two-cycle; the map.
    found = ancestors(rests_on("linear"))["linear/saturation"]
    assert set(found) == {
        *("linear/limit", "linear/sharpness", "linear/alignment", "linear/crossing"),
        *("bifurcation/flip", "bifurcation/two-cycle", "linear/reduced-map"),
    }
    place = {label: i for i, label in enumerate(found)}
    for label in found:
        assert all(place[below] < place[label] for below in LEDGER[label].rests_on)


def test_a_cycle_is_refused() -> None:
    chain: dict[str, tuple[str, ...]] = {"a": (), "b": ("a",), "c": ("b",)}
    assert ancestors(chain)["c"] == ("a", "b")
    with pytest.raises(CycleError):
        ancestors(chain | {"a": ("c",)})


def test_the_ladder_of_evidence() -> None:
    assert Evidence.SAMPLED.strength < Evidence.DERIVED.strength < Evidence.ENCLOSED.strength


def test_what_waits_for_an_undecided_hypothesis_stands_as_undecided() -> None:
    """With `analytic` undecided the others do not apply yet; none of them fails."""
    needs = (
        Verdict("linear/analytic", "linear", "z", Outcome.UNDECIDED),
        Verdict("linear/A1", "linear", "z", Outcome.NOT_APPLICABLE, reason="needs analytic"),
    )
    row = Verdict("linear/reduced-map", "linear", "z", Outcome.UNDECIDED, hypotheses=needs)
    assert standings([row])[0].outcome == "undecided"
