"""Verdicts of every kind, made by hand, for what shows them."""

from typing import Any

from trajalign.theory.models import HYPOTHESES
from trajalign.verification.quantities import Compared
from trajalign.verification.verdicts import Evidence, Outcome, Verdict

COSH = "log(cosh(z))"


def verdict(label: str, outcome: Outcome, **more: Any) -> Verdict:
    model = label.split("/")[0] if label.split("/")[0] in HYPOTHESES else "linear"
    more.setdefault("response", COSH)
    return Verdict(label, model, outcome=outcome, **more)


WITNESS = {"z": "2", "r'(z)": "0.974383"}
A1 = verdict("linear/A1", Outcome.PASS, evidence=Evidence.SAMPLED)
A5 = verdict("linear/A5", Outcome.UNDECIDED, reason="sup |ℓ'| not settled")
MIXED = [
    A1,
    A5,
    verdict("linear/reduced-map", Outcome.PASS, evidence=Evidence.DERIVED, seconds=0.25),
    verdict(
        "linear/limit",
        Outcome.FAIL,
        evidence=Evidence.SAMPLED,
        reason="coefficient 0.76 instead of 0.75",
        witness=WITNESS,
        quantities={"coefficient": Compared("3/4", "0.76")},
        hypotheses=(A1, A5),
        seconds=1.5,
    ),
    verdict("linear/crossing", Outcome.NOT_APPLICABLE, reason="needs A5", hypotheses=(A5,)),
    verdict("linear/alignment", Outcome.UNDECIDED, reason="needs A5"),
    verdict("neuron/limit", Outcome.PASS, evidence=Evidence.SAMPLED, response="tanh(z)"),
]
