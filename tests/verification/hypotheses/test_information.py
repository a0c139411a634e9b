"""Two conditions judged for information: the truth by mpmath, proofs, and twins that fail."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import mpmath
import pytest
import sympy as sp
from calling import Called

from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import Model
from trajalign.theory.models import of as model_of
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.hypotheses.certificates import CertificateError, certificate, replay
from trajalign.verification.hypotheses.information import CONDITIONS, claims, informed
from trajalign.verification.hypotheses.proofs import objection
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import examine
from trajalign.verification.verdicts import Evidence, Outcome, Verdict

CATALOGUE = [*(("linear", n) for n in LOSSES), *(("neuron", n) for n in ACTIVATIONS)]
GRID = [mpmath.mpf(k) / 4 for k in range(1, 41)]  # to z = 10, where r of erf is about 1e-35


def judged(kind: str, text: str) -> dict[str, Verdict]:
    return {n: verdict for n, (verdict, _) in informed(Assumptions(model_of(kind, text))).items()}


def sums(kind: str, text: str) -> dict[str, list[Any]]:
    """r'/r² on −z and z, and z r/r' for z > 0, by mpmath's own derivatives of ℓ or φ."""
    source = model_of(kind, text).response.expression
    f = _function(source)
    with mpmath.workdps(90):

        def r(z: Any) -> Any:
            slope = mpmath.diff(f, z)
            return (slope if kind == "linear" else f(z) * slope) / z

        values = [(z, r(z), mpmath.diff(r, z)) for z in GRID]
        return {
            "I1": [slope / value**2 for _, value, slope in values],
            "I2": [z * value / slope for z, value, slope in values],
        }


def _function(expression: Any) -> Callable[[Any], Any]:
    found: Callable[[Any], Any] = sp.lambdify(Z, expression, "mpmath")
    return found


def falls(values: list[Any]) -> bool:
    return all(after < before for before, after in pairwise(values))


@pytest.mark.parametrize(("kind", "name"), CATALOGUE)
def test_both_hold_for_the_catalogue_by_another_computation(kind: str, name: str) -> None:
    verdicts, values = judged(kind, name), sums(kind, name)
    for condition in CONDITIONS:
        assert falls(values[condition.name])
        assert verdicts[condition.name].outcome is Outcome.PASS
        assert verdicts[condition.name].evidence in (Evidence.ENCLOSED, Evidence.DERIVED)


# For I1 1/r = 2/(1/√(1+u) + 1/√(1+u/10⁴)) levels off at 2 between z = 1 and 100, so it is not
# convex; for I2 z r/r' = −(1+u+u²)/(2+4u) has derivative −(2u²+2u−1)/(1+2u)² in u/2, which is
# positive for u < (√3 − 1)/2 = 0.366.
@pytest.mark.parametrize("name", ["I1", "I2"])
def test_the_twin_of_each_is_refuted_and_the_other_condition_holds_for_it(name: str) -> None:
    twin = next(condition.twin for condition in CONDITIONS if condition.name == name)
    verdicts = judged("linear", twin)
    found = verdicts.pop(name)
    assert (found.outcome, found.evidence) == (Outcome.FAIL, Evidence.ENCLOSED)
    assert found.witness is not None
    assert not falls(sums("linear", twin)[name])
    (other,) = verdicts.values()
    assert other.outcome is Outcome.PASS


def test_the_witness_is_where_it_rises() -> None:
    """At u = 1/4: d/dz = 2z·(−(2/16 + 1/2 − 1))/(2·(3/2)²) = 1·(3/8)/(9/2) = 1/12."""
    found = judged("linear", CONDITIONS[1].twin)["I2"]
    assert found.witness == {"z": "1/2", "(z r/r')'(z)": "0.0833333"}


def test_what_neither_rises_nor_falls_does_not_decrease() -> None:
    """r = exp(−z²/2): z r/r' = −1."""
    found = judged("linear", "1 - exp(-z**2/2)")["I2"]
    assert (found.outcome, found.evidence) == (Outcome.FAIL, Evidence.DERIVED)


def test_where_it_makes_no_sense_it_is_not_called_false() -> None:
    verdicts = judged("linear", "cosh(z) - 1")  # r grows
    assert verdicts["I2"].outcome is Outcome.NOT_APPLICABLE
    assert verdicts["I2"].reason == "needs A1"
    assert judged("neuron", "sin(z)")["I1"].outcome is Outcome.NOT_APPLICABLE  # r < 0 somewhere
    assert judged("product", "log(cosh(z-1))") == {}


@pytest.mark.parametrize("name", ["I1", "I2"])
def test_the_boxes_of_a_true_claim_prove_nothing_of_the_twin(name: str) -> None:
    _, proofs = informed(Assumptions(model_of("linear", "log-cosh")))[name]
    assert [objection(proof) for proof in proofs] == ["", ""]
    twin = Loss.parse(next(c.twin for c in CONDITIONS if c.name == name))
    assert objection(replace(proofs[1], claim=claims(twin, name)[1])) != ""


def written(model: Model) -> Any:
    return json.loads(json.dumps(certificate([Assumptions(model)])))


def test_the_certificate_is_replayed_and_a_forged_one_is_not() -> None:
    document = written(model_of("linear", "log-cosh"))
    assert {"linear/I1", "linear/I2"} <= {row.label for row in replay(document)}
    proved = document["responses"][0]["information"]
    proved["I1"], proved["I2"] = proved["I2"], proved["I1"]
    with pytest.raises(CertificateError, match="linear/I1: proves"):
        replay(document)


def test_a_box_that_is_missing_is_seen() -> None:
    document = written(model_of("linear", "log-cosh"))
    del document["responses"][0]["information"]["I2"][1]["boxes"][1]
    with pytest.raises(CertificateError, match="do not join"):
        replay(document)


def test_an_unknown_condition_is_refused() -> None:
    document = written(model_of("linear", "log-cosh"))
    parts = document["responses"][0]["information"]
    parts["I3"] = parts["I1"]
    with pytest.raises(CertificateError, match="I3"):
        replay(document)


def test_it_is_never_required_and_never_counted() -> None:
    """The twin of I1 fails A3 too; what is n/a is so for A3."""
    text = CONDITIONS[0].twin
    report = examine([model_of("linear", text)], Options(frozenset({"linear/A1"})), controls=False)
    assert report.information == ()  # of a part of a run
    assert [v.label for v in report.verdicts] == ["linear/A1"]
    assert not any(kind.assumes(name) for kind in (Loss, Activation) for name in ("I1", "I2"))


def test_assumptions_tells_them_apart(command: Callable[..., Called]) -> None:
    code, out, _ = command("assumptions", "linear", "--loss", CONDITIONS[1].twin)
    assert code == 1  # for A2 alone
    assert "1 fail" in out.splitlines()[-1]
    assert "linear/I2" in out
    code, out, _ = command("assumptions", "linear", "--loss", "log-cosh", "--json", "-")
    assert code == 0
    rows = {row["label"]: row for row in json.loads(out)["information"]}
    assert rows["linear/I1"]["verdict"] == "pass"
    assert "linear/I1" not in {row["label"] for row in json.loads(out)["results"]}
