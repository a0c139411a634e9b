"""Realistic slips, put into the program on purpose: each has to be found by the trials of a kind.

Most change the text of one function and put the changed one wherever the old one is known; the
forms at infinity are wrapped instead, so that they may be written anew without a change here.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from trajalign.numerics import inverse_response
from trajalign.numerics.compile import elementary, jet_compiler, jets, program
from trajalign.numerics.orbits import enclosed_loops, enclosures, limits
from trajalign.theory.functions import BY_NAME, X
from trajalign.verification.hypotheses import analyticity, certificates, proofs, sign_claims
from trajalign.verification.theorems import approach, cells
from trajalign.verification.theorems import exit as exit_lemmas
from trajalign.verification.theorems import flow as flow_lemmas

from .planting import (
    Plant,
    changed,
    from_twice_the_start,
    limit_for_all,
    limit_rounded,
    nan_is_infinite,
    not_negative_is_positive,
    other_condition,
    other_method,
    other_row,
    other_tails,
    sign_at_start,
    taken_for_monotone,
    wrong_rewriting,
)
from .trials import run_trial

_SECONDS = 240  # for each fault


@dataclass(frozen=True)
class Planted:
    """A fault, and the kind of trials that have to find it."""

    name: str
    kind: str
    plant: Plant


PLANTED: Sequence[Planted] = (
    Planted("not finite taken for infinite in erf", "tails", other_tails(nan_is_infinite)),
    Planted("sign of a tail at its start only", "tails", other_tails(sign_at_start)),
    Planted("a tail taken for monotone", "tails", other_tails(taken_for_monotone)),
    Planted("the limit taken for the whole tail", "tails", other_tails(limit_for_all)),
    Planted("a tail from twice its start", "tails", other_tails(from_twice_the_start)),
    Planted("a wrong rewriting of tanh unnoticed", "tails", other_tails(wrong_rewriting)),
    Planted("a limit as one double", "tails", other_tails(limit_rounded)),
    Planted(
        "Lagrange's remainder at the midpoint",
        "values",
        changed(
            jets.taylor_enclosure,
            ("order + terms - 1, *parameters", "order + terms, *parameters"),
            ("over_box[k + terms]]", "at_centre[k + terms]]"),
        ),
    ),
    Planted(
        "Lagrange's remainder one order short",
        "values",
        changed(
            jets.taylor_enclosure,
            ("*at_centre[k : k + terms], over_box[k + terms]", "*at_centre[k : k + terms]"),
        ),
    ),
    Planted(
        "two enclosures joined to a point",
        "values",
        changed(
            jet_compiler.sharper, ("first.intersection(second)", "first.intersection(second).mid()")
        ),
    ),
    Planted(
        "a box's left end instead of the box",
        "claims",
        changed(proofs._enclosed, (".union(arb(exact(box[1])))", "")),
    ),
    Planted(
        "an even power over 0 taken for monotone",
        "elementary",
        changed(elementary.whole_power, ("exponent % 2 == 0:", "exponent % 2 == 0 and x < 0:")),
    ),
    Planted(
        "cosh taken for monotone",
        "elementary",
        other_row("cosh", shape="monotone"),
    ),
    Planted(
        "the sign of acos'",
        "elementary",
        other_row("acos", slope=BY_NAME["asin"].slope),
    ),
    Planted("erf' without 2/√π", "elementary", other_row("erf", slope=sp.exp(-(X**2)))),
    Planted(
        "tanh with the signs of tan",
        "elementary",
        other_row("tanh", addition=1),
    ),
    Planted(
        "Horner's rule one term short",
        "values",
        changed(elementary.substituted, ("reversed(lower)", "reversed(lower[:-1])")),
    ),
    Planted(
        "a binomial coefficient",
        "elementary",
        changed(elementary._binomials, ("/ (k + 1)", "/ (k + 2)")),
    ),
    Planted(
        "a monotone function at one end only",
        "elementary",
        changed(elementary._monotone, (".union(function(x.upper()))", "")),
    ),
    Planted(
        "|u| on its kink",
        "values",
        changed(jet_compiler._kinked, ("u[0].contains(0) or ", "")),
    ),
    Planted(
        "rationals through floats",
        "values",
        changed(
            program.exact,
            ("fmpq(int(value.p), int(value.q))", "fmpq(*float(value).as_integer_ratio())"),
        ),
    ),
    Planted(
        "gaps between boxes",
        "claims",
        changed(proofs.objection, ("if gap:", "if not gap and gap:")),
    ),
    Planted(
        "the first box may begin anywhere",
        "claims",
        changed(proofs.objection, ("boxes[0][0] != claim.low or ", "")),
    ),
    Planted(
        "the tail of a proof unchecked",
        "claims",
        changed(proofs.objection, ("if claim.high is None and not", "if not boxes and not")),
    ),
    Planted(
        "a tail may start anywhere",
        "claims",
        changed(proofs._tail_start, (" if form.sign(z) < 0", "")),
    ),
    Planted(
        "a witness that is none", "claims", changed(proofs._refuting, ("value >= 0", "value >= -1"))
    ),
    Planted(
        "not negative taken for positive",
        "analytic",
        other_method(analyticity._Conditions, "_where_positive", not_negative_is_positive),
    ),
    Planted(
        "asin where |u| ≤ 1",
        "analytic",
        other_condition("asin", positive=2 - X**2),
    ),
    Planted(
        "|u| at its kink",
        "analytic",
        other_condition("abs", nonzero=1 + X**2),
    ),
    Planted(
        "conditions for z > 0 only",
        "analytic",
        changed(analyticity.analytic_claims, ("for side in (1, -1)", "for side in (1,)")),
    ),
    Planted(
        "what is not refuted taken for proved",
        "analytic",
        changed(
            analyticity.prove_analytic,
            (
                "if isinstance(proof, Proof):\n            found.append(proof)",
                "if not isinstance(proof, Witness):",
            ),
        ),
    ),
    Planted(
        "errors of a step dropped",
        "orbit",
        changed(
            enclosed_loops._compiled,
            ("x_error, y_error = {p_next} - r0, {u_next} - r1", "x_error = y_error = straight"),
        ),
    ),
    Planted(
        "the short side of a frame dropped",
        "orbit",
        changed(
            enclosed_loops._compiled,
            ("x_long * long + x_short * short + x_error", "x_long * long + x_error"),
        ),
    ),
    Planted(
        "a crossing one step late",
        "orbit",
        changed(enclosures._judged, ("earliest=now.step", "earliest=now.step + 1")),
    ),
    Planted(
        "a crossing one step early",
        "orbit",
        changed(enclosures._judged, ("latest=now.step", "latest=now.step - 1")),
    ),
    Planted(
        "the tail of an orbit left out",
        "orbit",
        changed(limits.enclose_limit, ("1 / (u * (rate * p**2 / (1 - squares)).exp())", "1 / u")),
    ),
    Planted(
        "a contraction rounded inward",
        "orbit",
        changed(limits.enclose_limit, ("abs(ratio).upper()", "abs(ratio).lower()")),
    ),
    Planted(
        "a supremum rounded inward",
        "response",
        changed(
            certificates._outward,
            (".lower().floor()", ".lower().ceil()"),
            (".upper().ceil()", ".upper().floor()"),
        ),
    ),
    Planted(
        "any supremum in a certificate",
        "response",
        changed(
            certificates._check_supremum,
            ("elif not _inside(supremum(response), stated)", "elif not stated"),
        ),
    ),
    Planted(
        "the box of z0 beside it",
        "response",
        changed(
            sign_claims.enclose_constants,
            ("middle - step, middle + step", "middle + step, middle + 2 * step"),
            ("if not before_z0(response, box[0]):", "if not box:"),
        ),
    ),
    Planted(
        "c at one end of z0",
        "response",
        changed(
            sign_claims.c_over,
            ("response.response, z0", "response.response, (z0[0], z0[0])"),
        ),
    ),
    Planted(
        "a root to half its digits",
        "response",
        changed(
            inverse_response.solve_decreasing,
            ("tolerance = arb(2) ** (-bits)", "tolerance = arb(2) ** (-bits // 5)"),
        ),
    ),
    Planted(
        "half of the tube's constant",
        "theorem",
        other_method(exit_lemmas.Tube, "alignment", lambda true: lambda self: true(self) / 2),
    ),
    Planted(
        "small starts in half the time",
        "theorem",
        other_method(
            approach.Approach,
            "weight",
            lambda true: property(lambda self: (1 / (2 * self.growth.log())).upper()),
        ),
    ),
    Planted(
        "the crossing told without the phase's sign",
        "theorem",
        changed(cells._rounded, ("below(low), above(high)", "below(-low), above(-low)")),
    ),
    Planted(
        "half of the gap to the surrogate",
        "theorem",
        other_method(exit_lemmas.Gap, "constant", lambda true: lambda self: true(self) / 2),
    ),
    Planted(
        "the decay past 1 from its middle",
        "theorem",
        changed(flow_lemmas.flow, ("below(rate)", "below(rate * 3 / 2)")),
    ),
)


@dataclass(frozen=True)
class Found:
    """What came of one planted fault; `by` is the comparison that found it, "" if none did."""

    name: str
    kind: str
    by: str
    trials: int
    comparisons: int
    seconds: float


def hunt(planted: Planted, seed: int = 1, seconds: float = _SECONDS) -> Found:
    """Run trials with the fault in place, in a process of its own, until one finds it.

    What finds it must hold without the fault.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_hunt, args=(planted, seed, seconds, sender))
    process.start()
    sender.close()
    try:
        found = receiver.recv() if receiver.poll(2 * seconds + 60) else None
    except EOFError:
        found = None
    process.kill()
    process.join()
    return found or Found(planted.name, planted.kind, "", 0, 0, seconds)


def _hunt(planted: Planted, seed: int, seconds: float, sender: Any) -> None:
    begin, comparisons, index, by = time.monotonic(), 0, 0, ""
    while not by and time.monotonic() - begin < seconds:
        with planted.plant():
            result = run_trial(seed, index, planted.kind, stop_at_first=True)
        comparisons += sum(result.counts.values())
        index += 1
        if result.found and not run_trial(seed, index - 1, planted.kind).found:
            by = result.found[0]["kind"]
    sender.send(Found(planted.name, planted.kind, by, index, comparisons, time.monotonic() - begin))


def report(seed: int, seconds: float) -> int:
    """Hunt for every planted fault; exit status 1 if one is missed."""
    missed = 0
    for planted in PLANTED:
        found = hunt(planted, seed, min(seconds, _SECONDS))
        missed += not found.by
        what = f"found by: {found.by}" if found.by else "MISSED"
        cost = f"{found.trials} trials, {found.comparisons:,} comparisons, {found.seconds:.0f} s"
        print(f"{planted.name:42} {planted.kind:10} {what:42} {cost}", flush=True)
    print(f"{len(PLANTED) - missed} of {len(PLANTED)} planted faults found")
    return 1 if missed else 0
