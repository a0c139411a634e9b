"""Two conditions on r that theorems may use, judged for information: no statement here needs them.

I1: r'/r² decreases on all of ℝ, which is that 1/r is convex. I2: z r/r' decreases for z > 0. With
s = z r and r > 0, (r'/r²)' has the sign of z s s'' + 2 s s' − 2 z s'², of order z³ at 0; with
r' < 0, (z r/r')' has that of z s s' + z² s'² − z² s s'' − 2 s², of order z⁶.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import sympy as sp

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...theory.errors import NotFiniteError
from ...theory.expressions.parsing import Z
from ...theory.hypotheses import Hypothesis
from ...theory.hypotheses_by_algebra import is_negative
from ...theory.identities import is_identically_zero
from ...theory.responses import Response
from ...theory.valleys import Valley
from ..verdicts import Evidence, Outcome, Verdict
from .assumptions import Assumptions, verdict_on
from .proofs import Proof, SignClaim, Witness, prove
from .regularity import Finding, failed, passed, undecided

CONDITIONS = (
    Hypothesis(
        "I1",
        r"$\taR'(z)/\taR(z)^2$ is decreasing on the whole real line",
        "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)",  # 1/r levels off between two scales
        at_a_point=True,
    ),
    Hypothesis(
        "I2",
        r"$z \taR(z)/\taR'(z)$ is decreasing for $z > 0$",
        "atan((2*z**2+1)/sqrt(3))/sqrt(3)",  # r = 1/(1+z²+z⁴): it is −(1+u+u²)/(2+4u), u = z²
        at_a_point=True,
    ),
)
WORDS = {condition.name: condition.text for condition in CONDITIONS}
NAMES = tuple(WORDS)
_NEEDS = {"I1": ("analytic", "symmetry"), "I2": ("analytic", "symmetry", "A1")}
_SHOWN = {"I1": "(r'/r²)'(z)", "I2": "(z r/r')'(z)"}
_BITS = 30


def claims(response: Response, name: str) -> tuple[SignClaim, ...]:
    """What has to be proved for one of them: first that it makes sense, then what it says.

    >>> from trajalign.theory.responses import Loss
    >>> claims(Loss.parse("z**2/2"), "I1")[0].expression
    -1
    """
    s, unit = response.slope, response.scale
    first, second = sp.diff(s, Z), sp.diff(s, Z, 2)
    if name == "I1":
        bend = Z * s * second + 2 * s * first - 2 * Z * first**2
        return SignClaim(-s / Z, unit=unit), SignClaim(bend / Z**3, unit=unit)
    bend = Z * s * first + Z**2 * first**2 - Z**2 * s * second - 2 * s**2
    falling = SignClaim((Z * first - s) / Z**3, unit=unit)
    return falling, SignClaim(bend / Z**6, unit=unit)


def informed(assumed: Assumptions) -> dict[str, tuple[Verdict, tuple[Proof, ...]]]:
    """A verdict on each, with its proofs in ball arithmetic; none of a loss about a minimum, which
    has no r.

    >>> from trajalign.theory.models import of
    >>> {name: found.outcome.value for name, (found, _) in informed(
    ...     Assumptions(of("linear", "log-cosh"))).items()}
    {'I1': 'pass', 'I2': 'pass'}
    """
    if isinstance(assumed.response, Valley):
        return {}
    found = {}
    for condition in CONDITIONS:
        begin = time.perf_counter()
        finding, proofs = _judged(assumed, condition.name)
        seconds = time.perf_counter() - begin
        found[condition.name] = (
            verdict_on(assumed.model, condition.name, condition.text, finding, seconds),
            proofs,
        )
    return found


def _judged(assumed: Assumptions, name: str) -> tuple[Finding, tuple[Proof, ...]]:
    missing = [n for n in _NEEDS[name] if assumed.verdicts[n].outcome is not Outcome.PASS]
    if missing:
        return Finding(Outcome.NOT_APPLICABLE, reason=f"needs {', '.join(missing)}"), ()
    sense, says = claims(assumed.response, name)
    found = prove(sense), prove(says)
    if isinstance(found[0], Witness):
        return Finding(Outcome.NOT_APPLICABLE, reason=f"r(z) > 0 fails at z = {found[0].z}"), ()
    if isinstance(found[1], Witness):
        return _refuted(assumed.response, name, found[1].z), ()
    if is_identically_zero(sp.expand(says.expression)):
        return failed({"z": "1", _SHOWN[name]: "0"}, Evidence.DERIVED), ()
    sampled = Evidence.SAMPLED in (assumed.verdicts[n].evidence for n in _NEEDS[name])
    derived = all(is_negative(claim.expression) for claim in (sense, says))
    proofs = tuple(proof for proof in found if isinstance(proof, Proof))
    if not derived and len(proofs) < len(found):
        return _sampled(assumed, name, (sense, says)), ()
    known = Evidence.DERIVED if derived else Evidence.ENCLOSED
    evidence = Evidence.SAMPLED if sampled else known
    if sampled or len(proofs) < len(found):
        return passed(evidence), ()
    return passed(evidence, boxes=str(sum(len(proof.boxes) for proof in proofs))), proofs


def _refuted(response: Response, name: str, z: sp.Rational) -> Finding:
    r = response.response
    slope = sp.diff(r, Z)
    rate = sp.diff(slope / r**2 if name == "I1" else Z * r / slope, Z)
    try:
        value = evaluate(compile_balls(rate, [Z]), (exact(z),), _BITS)[0].str(6, radius=False)
    except NotFiniteError:
        value = "not negative"
    return failed({"z": str(z), _SHOWN[name]: str(value)}, Evidence.ENCLOSED)


def _sampled(assumed: Assumptions, name: str, both: Sequence[SignClaim]) -> Finding:
    """What points say where there is no proof."""
    sense, says = (compile_balls(claim.expression, [Z]) for claim in both)
    for z in assumed.grid:
        try:
            makes_sense = evaluate(sense, (exact(z),), _BITS)[0] < 0
            value = evaluate(says, (exact(z),), _BITS)[0]
        except NotFiniteError as error:
            return undecided(str(error))
        if not makes_sense:
            return undecided(f"whether it makes sense is not certain at z = {z}")
        if value >= 0:
            return _refuted(assumed.response, name, z)
    return passed(points=str(len(assumed.grid)))
