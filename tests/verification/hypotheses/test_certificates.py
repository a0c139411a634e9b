"""Certificates replay as they are written, and every way of tampering with one is seen."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from trajalign.theory.errors import InputError
from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss
from trajalign.verification.hypotheses import proofs
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.hypotheses.certificates import CertificateError, certificate, replay
from trajalign.verification.verdicts import Outcome

Document = dict[str, Any]


def written(*models: Model) -> str:
    return json.dumps(certificate([Assumptions(model) for model in models]))


@pytest.fixture(scope="module")
def text() -> str:
    return written(TwoLayerLinear(Loss.parse("log-cosh")), SingleNeuron(Activation.parse("arctan")))


def test_certificate_names_its_versions(text: str) -> None:
    versions = json.loads(text)["versions"]
    assert set(versions) == {"trajalign", "sympy", "python-flint"}


def test_replay_confirms_all_without_searching(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "_boxes", None)
    monkeypatch.setattr(proofs, "_tail_start", None)
    rows = replay(json.loads(text))
    assert [row.label for row in rows] == [
        *("linear/analytic", "linear/A1", "linear/A2", "linear/A3", "linear/A5"),
        *("linear/I1", "linear/I2", "linear/z0"),
        *("neuron/analytic", "neuron/A1", "neuron/A3", "neuron/A5"),
        *("neuron/I1", "neuron/I2", "neuron/z0"),
    ]
    assert {row.outcome for row in rows} == {Outcome.PASS}


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_catalogue_has_a_full_certificate(name: str) -> None:
    assert len(replay(json.loads(written(TwoLayerLinear(Loss.parse(name)))))) == 8


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_a_full_certificate(name: str) -> None:
    assert len(replay(json.loads(written(SingleNeuron(Activation.parse(name)))))) == 7


def test_refutation_is_replayed_at_its_rational_point() -> None:
    # ℓ = ½ ln(1+z²): ℓ'' = (1−z²)/(1+z²)² is 0 at z = 1, negative beyond, positive before.
    document = json.loads(written(TwoLayerLinear(Loss.parse("log(1+z**2)/2"))))
    (row,) = (row for row in replay(document) if row.outcome is Outcome.FAIL)
    assert (row.label, row.detail) == ("linear/A2", "z = 1")
    for z in ("99/100", "0", "-2"):
        document["responses"][0]["refuted"]["A2"]["z"] = z
        with pytest.raises(CertificateError, match="does not refute it"):
            replay(document)


@pytest.mark.parametrize(
    ("model", "like"),
    [
        (TwoLayerLinear(Loss.parse("z*asinh(z) - sqrt(1+z**2)")), "log(z)"),
        (SingleNeuron(Activation.parse("asinh(asinh(z))")), "log(log(z))"),
    ],
)
def test_what_is_unbounded_is_replayed(model: Model, like: str) -> None:
    document = json.loads(written(model))
    (row,) = (row for row in replay(document) if row.outcome is Outcome.FAIL)
    assert row.label == f"{model.name}/A5"
    assert f"like {like} from" in row.detail
    right = document["responses"][0]["refuted"]["A5"]
    for change in ({"z": "0"}, {"growth": "z"}, {"growth": like + "**2"}):
        document["responses"][0]["refuted"]["A5"] = right | change
        with pytest.raises(CertificateError, match="is not certain"):
            replay(document)


def test_what_is_bounded_is_not_refuted_as_unbounded(text: str) -> None:
    for index, label in enumerate(("linear/A5", "neuron/A5")):
        document = json.loads(text)
        document["responses"][index]["refuted"]["A5"] = {"z": "4", "growth": "log(z)"}
        with pytest.raises(CertificateError, match=f"{label}: growth .* is not certain"):
            replay(document)


def test_a_tail_cannot_cut_a_bounded_range_short(text: str) -> None:
    """A3 of the neuron is claimed up to the first z with r < 1/2; the form at infinity says nothing
    of it, so that boxes up to some tail are not enough."""
    document = json.loads(text)
    proof = document["responses"][1]["proved"]["A3"][-1]
    assert proof["high"] is not None
    proof["boxes"] = proof["boxes"][:1]
    proof["tail_from"] = proof["boxes"][-1][1]
    with pytest.raises(CertificateError, match="does not belong"):
        replay(document)


def a1(d: Document) -> dict[str, Any]:
    proof: dict[str, Any] = d["responses"][0]["proved"]["A1"][0]
    return proof


def set_box(index: int, end: int, value: str) -> Callable[[Document], None]:
    return lambda d: a1(d)["boxes"][index].__setitem__(end, value)


def update(**entries: Any) -> Callable[[Document], None]:
    return lambda d: a1(d).update(entries)


def of_response(index: int, **entries: Any) -> Callable[[Document], None]:
    return lambda d: d["responses"][index].update(entries)


def of_constants(**entries: Any) -> Callable[[Document], None]:
    return lambda d: d["responses"][0]["constants"].update(entries)


def neuron_a3(high: str) -> Callable[[Document], None]:
    return lambda d: d["responses"][1]["proved"]["A3"][-1].update(high=high)


TAMPERED: dict[str, tuple[Callable[[Document], object], str]] = {
    "first box removed": (lambda d: a1(d)["boxes"].pop(0), "do not reach"),
    "middle box removed": (lambda d: a1(d)["boxes"].pop(1), "do not join"),
    "last box removed": (lambda d: a1(d)["boxes"].pop(), "do not reach"),
    "no boxes": (update(boxes=[]), "do not reach"),
    "box widened": (set_box(0, 1, "5/8"), "do not join"),
    "box turned round": (lambda d: a1(d)["boxes"].insert(1, ["1/2", "1/2"]), "not certain"),
    "tail earlier": (update(tail_from="1"), "do not reach"),
    "tail later": (update(tail_from="100"), "do not reach"),
    "no tail": (update(tail_from=None), "do not reach"),
    "expression changed": (update(negative="-1"), "proves '-1', not"),
    "too coarse": (update(boxes=[["0", "2"]], terms=1), "not certain on the box"),
    "bits": (update(bits=10**9), "bits = 1000000000"),
    "terms": (update(terms=0), "terms = 0"),
    "terms as text": (update(terms="10"), "terms = '10'"),
    "box without an end": (lambda d: a1(d)["boxes"][0].pop(), "malformed"),
    "number that is none": (set_box(0, 0, "zero"), "zero"),
    "claim dropped": (lambda d: d["responses"][0]["proved"]["A3"].pop(), "2 claims to prove"),
    "other loss": (of_response(0, response="sqrt(1+z**2)"), "proves"),
    "other model": (of_response(0, model="deep"), "unknown model 'deep'"),
    "unknown hypothesis": (of_response(0, proved={"A9": []}), "'A9'"),
    "hypothesis without claims": (of_response(0, proved={"A1": []}), "1 claims to prove"),
    "supremum too small": (of_response(0, supremum=["0", "999/1000"]), "supremum"),
    "z0 past its root": (of_constants(z0=["2", "3"]), "not certainly above 2"),
    "z0 without width": (of_constants(z0=["1", "1"]), "not certainly above 1"),
    "c elsewhere": (of_constants(c=["7/10", "73/100"]), "c is not certainly in"),
    "A3 stops early": (neuron_a3("1/100"), "r\\(z\\) < 1/2 is not certain"),
    "other schema": (lambda d: d.update(schema="trajalign.verify/1"), "not a certificate"),
    "no responses": (lambda d: d.pop("responses"), "malformed"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_refused_in_one_line(name: str, text: str) -> None:
    tamper, complaint = TAMPERED[name]
    document = json.loads(text)
    tamper(document)
    with pytest.raises(InputError, match=complaint) as caught:
        replay(document)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("document", [None, [], "certificate", 1, {}])
def test_what_is_no_certificate_is_refused(document: object) -> None:
    with pytest.raises(CertificateError, match="not a certificate"):
        replay(document)


def test_certificate_of_a_good_response_does_not_prove_a_bad_one(text: str) -> None:
    # Every text in it made to speak of cosh z − 1, which breaks A1: the boxes refute it.
    bad = certificate([Assumptions(TwoLayerLinear(Loss.parse("cosh(z) - 1")))])
    assert "A1" not in bad["responses"][0]["proved"]
    expression = "(z*cosh(z) - sinh(z))/z**3"
    document = json.loads(text)
    document["responses"] = document["responses"][:1]
    document["responses"][0]["response"] = "cosh(z) - 1"
    a1(document)["negative"] = expression
    document["responses"][0]["proved"]["analytic"] = []  # cosh is, without a condition
    with pytest.raises(CertificateError, match="linear/A1: the sign is not certain"):
        replay(document)
