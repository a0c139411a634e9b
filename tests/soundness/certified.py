"""Certificates: the true one is accepted, falsified ones are refused."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp

from trajalign.verification.hypotheses import assumptions, certificates, sign_claims
from trajalign.verification.hypotheses.proofs import Proof

from .counting import Trial, shown
from .known import Known
from .signs import rational, rounded
from .truth import as_fmpq


def try_certificate(trial: Trial, judged: assumptions.Assumptions, known: list[Known]) -> None:
    """The certificate of one response, its numbers, and three falsified copies."""
    document = certificates.certificate([judged])
    part = document["responses"][0]
    if not part["proved"] and not part["refuted"]:
        return
    tally, text = trial.tally, trial.text
    wrong = _refusal(document)
    tally.check("own certificate accepted", wrong == "", text, lambda: wrong)
    if "supremum" in part:
        top = as_fmpq(Fraction(part["supremum"][1]))
        for k in known:
            tally.check(
                "supremum of a certificate", not abs(k.size) > top, text,
                lambda k=k: f"{part['supremum']}, but {shown(k.size)} at z = {k.z}",
            )  # fmt: skip
    falsified = list(_falsified(trial, part, known))
    chosen = trial.rng.sample(falsified, min(3, len(falsified)))
    for what, changed in [*chosen, *_with_lower_bounds(trial, judged, part, known)]:
        tally.check(
            "falsified certificate refused",
            _refusal({**document, "responses": [changed]}) != "",
            text,
            lambda w=what: f"accepted with {w}",
        )


def _with_lower_bounds(
    trial: Trial, judged: assumptions.Assumptions, part: dict[str, Any], known: list[Known]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A5 with a bound that is false, its boxes before the place where, and a tail from there."""
    if "A5" not in part["proved"]:
        return
    top = rounded(max((abs(k.size) for k in known), key=float), 20)
    for share in (Fraction(88, 100), Fraction(97, 100)):
        bound, end = rational(top * share), judged.response.scale * trial.rng.choice([1, 2, 3])
        ends = [end * sp.Rational(k, 32) for k in range(33)]
        stated = [
            Proof(claim, tuple(pairwise(ends)), end)
            for claim in sign_claims.claims(judged.response, "A5", bound=bound)
        ]
        false = copy.deepcopy(part)
        true = part["proved"]["A5"][: len(stated) - 2]  # |φ'| < 1, for an activation
        false["proved"]["A5"] = [*true, *(certificates._proof(proof) for proof in stated[-2:])]
        false["supremum"] = ["0", str(bound)]
        yield f"|φ| or |ℓ'| below {float(bound)}, a tail from {end}", false


def _refusal(document: dict[str, Any]) -> str:
    try:
        certificates.replay(document)
    except certificates.CertificateError as error:
        return str(error)
    return ""


def _falsified(
    trial: Trial, part: dict[str, Any], known: list[Known]
) -> Iterator[tuple[str, dict[str, Any]]]:
    rng = trial.rng
    for name, found in part["proved"].items():
        if not found:  # what is proved without boxes
            continue
        index = rng.randrange(len(found))
        boxes = found[index]["boxes"]
        i = rng.randrange(len(boxes))
        hole = copy.deepcopy(part)
        del hole["proved"][name][index]["boxes"][i]
        yield f"{name}: box {i} left out", hole
        if i + 1 < len(boxes):
            low, high = (sp.Rational(x) for x in boxes[i])
            gap = copy.deepcopy(part)
            gap["proved"][name][index]["boxes"][i][1] = str(high - (high - low) / 1024)
            yield f"{name}: a gap after box {i}", gap
        if found[index]["tail_from"] is not None:
            moved = copy.deepcopy(part)
            later = sp.Rational(found[index]["tail_from"]) * rng.choice([2, sp.Rational(1, 2)])
            moved["proved"][name][index]["tail_from"] = str(later)
            yield f"{name}: tail from {later}", moved
    if "supremum" in part:
        top = max((abs(k.size) for k in known), key=lambda v: float(v))
        lowered = copy.deepcopy(part)
        below = rounded(top, 40) * Fraction(999, 1000)
        lowered["supremum"] = ["0", str(rational(below))]
        if part["supremum"][0] != "0":
            lowered["supremum"][0] = str(rational(below - Fraction(1, 1000)))
        yield f"the supremum {float(below)}", lowered
    for name in part["refuted"]:
        wrong = copy.deepcopy(part)
        if name == "A5":  # refuted by growth, not at a point
            continue
        point = next((k for k in known if _holds(name, k)), None)
        if point is not None:
            wrong["refuted"][name] = {"z": str(rational(point.z))}
            yield f"{name} refuted at {point.z}", wrong
    if "constants" in part:
        low, high = (sp.Rational(x) for x in part["constants"]["z0"])
        for shift in (-(high - low) * 3 / 2, (high - low) * 3 / 2):
            wrong = copy.deepcopy(part)
            wrong["constants"]["z0"] = [str(low + shift), str(high + shift)]
            for proof in wrong["constants"]["proofs"]:
                if sp.Rational(proof["low"]) == high:
                    proof["low"] = str(high + shift)
                    proof["boxes"][0][0] = str(high + shift)
            yield f"z0 moved by {shift}", wrong
        wrong = copy.deepcopy(part)
        c = [sp.Rational(x) for x in part["constants"]["c"]]
        if c[0] > sp.Rational(3, 5):
            wrong["constants"]["c"] = [str(x - sp.Rational(1, 1000)) for x in c]
            yield "c lowered", wrong


def _holds(name: str, k: Known) -> bool:
    quantity = {"A1": k.a1, "A2": -k.first, "A3": k.a3}[name]
    return bool(quantity < 0)
