"""Verdicts on hypotheses, their suprema and constants, and certificates, true and falsified."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

from flint import arb, ctx, fmpq

from trajalign.numerics import inverse_response
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.hypotheses import assumptions, sign_claims
from trajalign.verification.verdicts import Evidence, Outcome

from .certified import try_certificate
from .counting import Trial, shown
from .known import BITS, Known
from .signs import FAR, FARTHEST, limit_is, rounded
from .truth import as_fmpq

_POINTS = [
    Fraction(p)
    for p in [
        "1/16384",
        "1/64",
        "1/4",
        "1/2",
        "3/4",
        "1",
        "5/4",
        "3/2",
        "2",
        "5/2",
        "3",
        "4",
        "5",
        "6",
    ]
]
_RIGOROUS = (Evidence.DERIVED, Evidence.ENCLOSED)


def try_response(trial: Trial, neuron: bool) -> None:
    """All that is said about the hypotheses of one response."""
    with trial.tally.trying("response", trial.text):
        response = (Activation if neuron else Loss).parse(trial.text)
        model = SingleNeuron(response) if neuron else TwoLayerLinear(response)
        judged = assumptions.Assumptions(model)
        _ = judged.verdicts
        scale = Fraction(int(response.scale.p), int(response.scale.q))
        points = [*_POINTS, *FAR, *(Fraction(trial.rng.randrange(1, 2048), 256) for _ in range(6))]
        known = [Known(trial, neuron, scale * z) for z in points]
        known = [k for k in known if k.good]
        _try_verdicts(trial, judged, known)
        _try_bounds(trial, judged, [*known, *(Known(trial, neuron, z) for z in FARTHEST)], neuron)
        if judged.verdicts["analytic"].outcome is Outcome.PASS:
            _try_constants(trial, judged, known, neuron)
            _try_inverse(trial, response, known)
            try_certificate(trial, judged, known)


def _try_verdicts(trial: Trial, judged: assumptions.Assumptions, known: list[Known]) -> None:
    quantities: dict[str, Callable[[Known], arb]] = {
        "A1": lambda k: k.a1,
        "A2": lambda k: -k.first,
        "A3": lambda k: k.a3,
    }
    neuron = judged.model.name == "neuron"
    for name, quantity in quantities.items():
        verdict = judged.verdicts.get(name)
        if verdict is None:
            continue
        if verdict.outcome is Outcome.PASS and verdict.evidence in _RIGOROUS:
            for k in known:
                if name == "A3" and neuron and not k.r > fmpq(1, 2):
                    continue
                value = quantity(k)
                trial.tally.check(
                    f"{name} passes", not value > 0, trial.text,
                    lambda k=k, v=value, n=name: f"{n} passes, but is {shown(v)} at z = {k.z}",
                )  # fmt: skip
        witness = verdict.witness or {}
        if verdict.outcome is Outcome.FAIL and set(witness) & {"z"} and "and z" not in witness:
            k = Known(trial, neuron, Fraction(witness["z"]))
            rigorous = verdict.evidence in _RIGOROUS or name != "A3"
            if k.good and k.z > 0 and rigorous:
                value = quantity(k)
                trial.tally.check(
                    f"{name} fails", not value < 0, trial.text,
                    lambda n=name, k=k, v=value: f"{n} fails at z = {k.z}, but is {shown(v)}",
                )  # fmt: skip
    _try_symmetry(trial, judged)
    _try_at_zero(trial, judged)


def _try_symmetry(trial: Trial, judged: assumptions.Assumptions) -> None:
    verdict = judged.verdicts["symmetry"]
    sign = 1 if judged.response.symmetry == "even" else -1
    witness = verdict.witness or {}
    places = [Fraction(1, 3), Fraction(7, 5), Fraction(5)]
    failing = verdict.outcome is Outcome.FAIL and set(witness) == {"z", "defect"}
    if failing:
        places = [Fraction(witness["z"])]
    elif verdict.outcome is not Outcome.PASS or verdict.evidence not in _RIGOROUS:
        return
    for z in places:
        right, left = trial.value(z), trial.value(-z)
        if right is None or left is None:
            continue
        with ctx.workprec(BITS):
            equal = bool((right - sign * left).contains(0))
        trial.tally.check(
            "symmetry", equal != failing, trial.text,
            lambda z=z: f"{verdict.outcome.value}, {verdict.evidence} at z = ±{z}",
        )  # fmt: skip


def _try_at_zero(trial: Trial, judged: assumptions.Assumptions) -> None:
    """Whether ℓ''(0) = 1 or φ'(0) = 1, and the sign of r''(0)."""
    series = trial.series(Fraction(0), 5)
    if series is None:
        return
    with ctx.workprec(BITS):
        if judged.model.name == "neuron":
            steep, bent = series[1], 12 * (series[0] * 0 + 2 * series[1] * series[3] / 3)
            # φφ' = φ1² z + (4 φ1 φ3 + 2 φ2²/…) z³; φ2 = 0 for an odd φ.
            bent = 8 * series[1] * series[3]
        else:
            steep, bent = 2 * series[2], 8 * series[4]
    outcomes = {name: judged.verdicts[name].outcome for name in ("normalised", "A4")}
    if outcomes["normalised"] in (Outcome.PASS, Outcome.FAIL):
        equal = bool((steep - 1).contains(0))
        trial.tally.check(
            "normalised", equal == (outcomes["normalised"] is Outcome.PASS), trial.text,
            lambda: f"{outcomes['normalised'].value}, but it is {shown(steep)}",
        )  # fmt: skip
    odd = judged.verdicts["symmetry"].outcome is Outcome.PASS
    if odd and outcomes["A4"] in (Outcome.PASS, Outcome.FAIL):
        holds = bent > 0 if outcomes["A4"] is Outcome.FAIL else bent < 0
        trial.tally.check(
            "A4", bool(holds or bent.contains(0)) , trial.text,
            lambda: f"{outcomes['A4'].value}, but r''(0) is {shown(bent)}",
        )  # fmt: skip


def _try_bounds(
    trial: Trial, judged: assumptions.Assumptions, known: list[Known], neuron: bool
) -> None:
    """The supremum of A5 where it is proved, and the limit that it is."""
    known = [k for k in known if k.good]
    limit = sign_claims.supremum(judged.response)
    if neuron:
        far = [v for z in FARTHEST if (v := trial.value(z)) is not None]
    else:
        far = [k.size for k in known if k.z in FARTHEST]
    limit_is(trial, "supremum as a limit", limit, far)
    if "A5" not in judged.proofs:
        return
    stated = judged.stated_bound
    upper = (
        limit.upper() if stated is None else arb(as_fmpq(Fraction(int(stated.p), int(stated.q))))
    )
    sizes = [(k.z, k.size) for k in known] + ([(None, v) for v in far] if neuron else [])
    for z, value in sizes:
        trial.tally.check(
            "bound of A5", not abs(value) > upper, trial.text,
            lambda z=z, v=value: f"A5 with {shown(upper)}, but {shown(v)} at z = {z}",
        )  # fmt: skip
    for k in known if neuron else []:
        trial.tally.check(
            "bound of A5", not abs(k.slope) > 1, trial.text,
            lambda k=k: f"|φ'| <= 1, but {shown(k.slope)} at z = {k.z}",
        )  # fmt: skip


def _try_constants(
    trial: Trial, judged: assumptions.Assumptions, known: list[Known], neuron: bool
) -> None:
    constants = judged.constants
    if constants is None:
        return
    low, high = (Fraction(int(z.p), int(z.q)) for z in constants.z0)
    ends = Known(trial, neuron, low), Known(trial, neuron, high)
    if not (ends[0].good and ends[1].good):
        return
    for k, right in [(ends[0], -1), (ends[1], 1), *((k, 1) for k in known if k.z > high)]:
        trial.tally.check(
            "z0", not right * k.past > 0, trial.text,
            lambda k=k: f"z0 in [{low}, {high}], but 2 z s' - s = {shown(k.past)} at {k.z}",
        )  # fmt: skip
    for _ in range(60):
        middle = Known(trial, neuron, (low + high) / 2)
        low, high = (middle.z, high) if middle.past > 0 else (low, middle.z)
    with ctx.workprec(BITS):
        c = Known(trial, neuron, low).r.max(arb(fmpq(1, 2))) + arb(0, arb(2) ** -60)
    trial.tally.inside("c", trial.text, c, constants.c, lambda: f"z0 = {float(low)}")


def _try_inverse(trial: Trial, response: Loss | Activation, known: list[Known]) -> None:
    """r̂(q) against r on both sides of it."""
    ordered = sorted((k for k in known if k.z <= 5), key=lambda k: k.z)
    if not all(a.r > b.r for a, b in pairwise(ordered)):
        return
    neuron, inverse = response.symmetry == "odd", inverse_response.InverseResponse(response)
    for bits in (40, 80):
        k = trial.rng.choice(ordered[1:])
        q = rounded(k.r, 20)
        with trial.tally.trying("inverse response", trial.text):
            z = rounded(inverse(as_fmpq(q), bits), bits + 30)
            sides = [
                Known(trial, neuron, z * (1 + s * Fraction(1, 2 ** (bits - 6)))) for s in (-1, 1)
            ]
            if all(side.good for side in sides):
                right = not (sides[0].r < as_fmpq(q) or sides[1].r > as_fmpq(q))
                trial.tally.check(
                    "root",
                    right,
                    trial.text,
                    lambda q=q, z=z, b=bits: f"r(z) = {q}: not z = {float(z)}, {b} bits",
                )
