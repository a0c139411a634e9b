"""Certificates: the proofs and refutations of hypotheses as JSON, and their replay.

A replay takes nothing from the certificate but where to look: it works out anew from the loss or
activation what is to be proved, then checks every box, that they join, and the form at infinity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...theory import models
from ...theory.errors import InputError
from ...theory.expressions.parsing import Z, parse_rational
from ...theory.hypotheses_by_algebra import conditions
from ...theory.models import Model
from ...theory.responses import Loss, Response
from ...theory.valleys import Valley
from ..verdicts import Outcome
from .analyticity import NoAnalyticityError, analytic_claims, prove_analytic
from .assumptions import Assumptions
from .information import NAMES as INFORMATION
from .information import claims as information_claims
from .information import informed
from .proofs import BITS, Proof, SignClaim, objection
from .regularity import is_symmetric
from .sign_claims import (
    PROVABLE,
    before_z0,
    below_one_half,
    c_over,
    claims,
    constant_claims,
    diverges,
    states_bound,
    supremum,
)

SCHEMA = "trajalign.certificate/1"
_PACKAGES = ("trajalign", "sympy", "python-flint")
_OUTWARD = 40  # bits after the point to which bounds are rounded outward


class CertificateError(InputError):
    """A certificate that does not prove what it says."""


@dataclass(frozen=True)
class Replayed:
    """One thing that a replay confirmed; `detail` says how."""

    label: str
    response: str
    outcome: Outcome
    detail: str


def certificate(judged: Sequence[Assumptions]) -> dict[str, Any]:
    """The certificate of all proofs and refutations found, ready for JSON.

    >>> from trajalign.theory.responses import Loss
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> document = certificate([Assumptions(TwoLayerLinear(Loss.parse("log-cosh")))])
    >>> [row.label for row in replay(document)]
    ['linear/analytic', 'linear/A1', 'linear/A2', 'linear/A3', 'linear/A5',
     'linear/I1', 'linear/I2', 'linear/z0']
    """
    versions = {package: version(package) for package in _PACKAGES}
    return {"schema": SCHEMA, "versions": versions, "responses": [_response(a) for a in judged]}


def replay(document: Any) -> list[Replayed]:
    """Check a certificate without searching for anything.

    Raises CertificateError, in one line, where it is malformed or proves less than it says.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise CertificateError(f"not a certificate: its schema has to be {SCHEMA}")
    try:
        return [row for part in document["responses"] for row in _replayed(part)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise CertificateError(f"malformed certificate: {type(error).__name__} {error}") from None


def _response(a: Assumptions) -> dict[str, Any]:
    if isinstance(a.response, Valley):
        return _of_valley(a.response)
    name = models.for_response(a.response).name  # nothing here depends on the map
    verdicts = a.verdicts
    found: dict[str, Any] = {"model": name, "response": a.response.text}
    found["proved"] = {n: [_proof(p) for p in proofs] for n, proofs in a.proofs.items()}
    besides = {n: [_proof(p) for p in proofs] for n, (_, proofs) in informed(a).items() if proofs}
    found |= {"information": besides} if besides else {}
    if "A5" in a.proofs:
        found["supremum"] = _supremum(a)
    found["refuted"] = {
        n: dict(verdicts[n].witness or {})
        for n in _refutable(a.response)
        if verdicts[n].outcome is Outcome.FAIL and "and z" not in (verdicts[n].witness or {})
    }
    if verdicts["A5"].outcome is Outcome.FAIL and (grows := a.unbounded):
        found["refuted"]["A5"] = {"z": str(grows.side * grows.start), "growth": str(grows.like)}
    analytic = verdicts["analytic"].outcome is Outcome.PASS
    if analytic and (constants := a.constants):
        found["constants"] = {
            "z0": [str(end) for end in constants.z0],
            "c": _outward(constants.c),
            "proofs": [_proof(p) for p in constants.proofs],
        }
    return found


def _of_valley(valley: Valley) -> dict[str, Any]:
    """Of a loss about a minimum that it is analytic, which is the same about 0, is proved by boxes;
    no other hypothesis is."""
    loss = Loss(valley.source, valley.text)
    found = prove_analytic(loss).proofs
    proved = {} if found is None else {"analytic": [_proof(p) for p in found]}
    name = models.for_response(loss).name
    return {"model": name, "response": loss.text, "proved": proved, "refuted": {}}


def _refutable(response: Response) -> tuple[str, ...]:
    """The hypotheses that a single z can refute."""
    return tuple(h.name for h in response.hypotheses if h.at_a_point)


def _supremum(a: Assumptions) -> list[str]:
    if a.stated_bound is not None:
        return ["0", str(a.stated_bound)]
    return _outward(supremum(a.response))


def _proof(proof: Proof) -> dict[str, Any]:
    claim = proof.claim
    return {
        "negative": str(claim.expression),
        "low": str(claim.low),
        "high": None if claim.high is None else str(claim.high),
        "boxes": [[str(low), str(high)] for low, high in proof.boxes],
        "tail_from": None if proof.start is None else str(proof.start),
        "bits": proof.bits,
        "terms": proof.terms,
    }


def _replayed(part: Mapping[str, Any]) -> list[Replayed]:
    model = _model(part)
    response, text = model.response, model.response.text
    rows = []
    for name, stated in part["proved"].items():
        if name not in (*PROVABLE, "analytic") or not response.assumes(name):
            raise CertificateError(f"{name!r} is not a hypothesis with a proof by boxes")
        label = f"{model.name}/{name}"
        boxes = _check(label, _expected(response, name, stated, part), stated)
        if name == "A5":
            _check_supremum(label, response, part["supremum"], states_bound(response, len(stated)))
        rows.append(Replayed(label, text, Outcome.PASS, f"{boxes} boxes"))
    rows += [_informed(model, *item) for item in part.get("information", {}).items()]
    for name, witness in part["refuted"].items():
        label = f"{model.name}/{name}"
        if name == "A5":
            rows.append(Replayed(label, text, Outcome.FAIL, _unbounded(label, response, witness)))
            continue
        if name not in _refutable(response):
            raise CertificateError(f"{label}: no witness at a point can refute it")
        z = parse_rational(witness["z"])
        value = compile_balls(conditions(response)[name].expression, [Z])
        if not (z > 0 and evaluate(value, (exact(z),), 30)[0] >= 0):
            raise CertificateError(f"{label}: z = {z} does not refute it")
        rows.append(Replayed(label, text, Outcome.FAIL, f"z = {z}"))
    if constants := part.get("constants"):
        rows.append(_check_constants(model, constants))
    return rows


def _informed(model: Model, name: str, stated: Sequence[Mapping[str, Any]]) -> Replayed:
    """Check the proof of a condition that no statement needs."""
    if name not in INFORMATION:
        raise CertificateError(f"{name!r} is not a condition that is judged for information")
    label = f"{model.name}/{name}"
    if not is_symmetric(model.response):
        raise CertificateError(f"{label}: the symmetry it needs is not derived")
    boxes = _check(label, information_claims(model.response, name), stated)
    return Replayed(label, model.response.text, Outcome.PASS, f"{boxes} boxes, for information")


def _model(part: Mapping[str, Any]) -> Model:
    known = [model.name for model in models.from_paper()]
    if part["model"] not in known:
        raise CertificateError(f"unknown model {part['model']!r}: it is {' or '.join(known)}")
    return models.of(part["model"], part["response"])


def _expected(
    response: Response, name: str, stated: list[Any], part: Mapping[str, Any]
) -> tuple[SignClaim, ...]:
    """What has to be proved; how far A3 of the neuron goes is the certificate's choice, and so is
    the bound of A5 where it states one."""
    if name == "analytic":
        try:
            return analytic_claims(response.expression, response.scale)
        except NoAnalyticityError as error:
            raise CertificateError(f"{name}: {error}") from None
    if name == "A5" and states_bound(response, len(stated)):
        return claims(response, name, bound=parse_rational(part["supremum"][1]))
    if name != "A3" or name in _refutable(response):
        return claims(response, name)
    high = parse_rational(stated[-1]["high"])
    if not below_one_half(response, high):
        raise CertificateError(f"{part['model']}/A3: r(z) < 1/2 is not certain at z = {high}")
    return claims(response, name, high)


def _check(label: str, expected: Sequence[SignClaim], stated: Sequence[Mapping[str, Any]]) -> int:
    """Check the stated proofs of the expected claims; the number of boxes."""
    if len(expected) != len(stated):
        raise CertificateError(f"{label}: {len(expected)} claims to prove, {len(stated)} proved")
    count = 0
    for claim, proof in zip(expected, stated, strict=True):
        shown = str(claim.expression)
        if proof["negative"] != shown:
            raise CertificateError(
                f"{label}: proves {proof['negative'][:60]!r}, not {shown[:60]!r}"
            )
        bits, terms = proof["bits"], proof["terms"]
        if not (isinstance(bits, int) and 30 <= bits <= 4096):
            raise CertificateError(f"{label}: bits = {bits!r}; 30 to 4096 are allowed")
        if not (isinstance(terms, int) and 1 <= terms <= 60):
            raise CertificateError(f"{label}: terms = {terms!r}; 1 to 60 are allowed")
        boxes = tuple((parse_rational(low), parse_rational(high)) for low, high in proof["boxes"])
        start = None if proof["tail_from"] is None else parse_rational(proof["tail_from"])
        wrong = objection(Proof(claim, boxes, start, bits, terms))
        if wrong:
            raise CertificateError(f"{label}: {wrong}")
        count += len(boxes)
    return count


def _unbounded(label: str, response: Response, witness: Mapping[str, str]) -> str:
    """Check that |ℓ'| or |φ| tends to ∞, from the stated z on; in what words."""
    z = parse_rational(witness["z"])
    found = diverges(response, abs(z), 1 if z > 0 else -1)
    if found is None or str(found.like) != witness["growth"]:
        raise CertificateError(
            f"{label}: growth like {witness['growth']} from {z} on is not certain"
        )
    return f"unbounded, like {found.like} from z = {z}"


def _check_supremum(label: str, response: Response, stated: Sequence[str], proved: bool) -> None:
    """`proved`: that it is below the second of the stated ends, which are ["0", bound] then."""
    if not is_symmetric(response):
        raise CertificateError(f"{label}: the symmetry it needs is not derived")
    if proved:
        if stated[0] != "0":
            raise CertificateError(f"{label}: only the bound {stated[1]} is proved")
    elif not _inside(supremum(response), stated):
        raise CertificateError(f"{label}: the supremum is not certainly in {stated}")


def _check_constants(model: Model, stated: Mapping[str, Any]) -> Replayed:
    label, response = f"{model.name}/z0", model.response
    low, high = (parse_rational(end) for end in stated["z0"])
    if not (0 < low < high and before_z0(response, low)):
        raise CertificateError(f"{label}: it is not certainly above {low}")
    boxes = _check(label, constant_claims(response, high), stated["proofs"])
    if not _inside(c_over(response, (low, high)), stated["c"]):
        raise CertificateError(f"{label}: c is not certainly in {stated['c']}")
    return Replayed(label, response.text, Outcome.PASS, f"{boxes} boxes")


def _outward(value: arb) -> list[str]:
    """Rational ends of a slightly larger interval."""
    with ctx.workprec(BITS):
        scaled = value * arb(2) ** _OUTWARD
        ends = scaled.lower().floor().unique_fmpz(), scaled.upper().ceil().unique_fmpz()
    return [str(sp.Rational(int(str(end)), 2**_OUTWARD)) for end in ends]


def _inside(value: arb, ends: Sequence[str]) -> bool:
    low, high = (arb(exact(parse_rational(end))) for end in ends)
    return bool(low <= value and value <= high)
