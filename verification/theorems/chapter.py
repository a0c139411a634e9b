"""A theorem with numbers as one more derivation of the appendix: its lemmas, all enclosed."""

from __future__ import annotations

from dataclasses import replace

from flint import arb, ctx

from ...theory.curve.half_width import diagonal_origin
from ...theory.derivation.claims import Appendix, Cited, Derivation, Enclosed, Identity, Step
from ...theory.derivation.notation import P_NEXT, Q_NEXT
from ...theory.errors import InputError
from ...theory.models.base import ETA, P, Q, R
from ..numbers import above
from .certificate import Replayed
from .proof import BITS, is_two_sided, known_lemmas, leaves
from .words import exactly, output_of, sentences, up

LABEL = "theorem"  # the heading of its labels in the ledger


def with_theorem(appendix: Appendix, found: Replayed) -> Appendix:
    """An appendix that ends in a theorem that was replayed.

    Raises InputError for another model's.
    """
    model = found.model
    told = model.name, model.response.text, model.settings
    if told != (appendix.model, appendix.response, appendix.options):
        raise InputError(f"the certificate is of {model.name} {model.given}")
    return replace(appendix, derivations=(*appendix.derivations, derivation(found)))


def derivation(found: Replayed) -> Derivation:
    """The theorem and its lemmas with their numbers, on the strength of a replay."""
    words, name = sentences(found.model, found.theorem), found.model.name
    parts = "; ".join(rf"(\emph{{{part}}}) {text}" for part, text in words.parts.items())
    if is_two_sided(found.model):
        steps, rests = _two_sided(found), ("reduced-map", "alignment")
    else:
        lemmas, rests = _lemmas(found), ("step-about-curve", "up-to-a-number")
        steps = tuple(Step(step, text, Enclosed(found.sha256)) for step, text in lemmas.items())
    return Derivation(
        LABEL,
        "The theorem with numbers",
        f"{words.given[:1].upper()}{words.given[1:]}: {parts}. The certificate has the SHA-256 "
        rf"\texttt{{{found.sha256[:32]}}} \texttt{{{found.sha256[32:]}}}.",
        steps,
        tuple(f"{name}/{label}" for label in rests),
    )


def _lemmas(found: Replayed) -> dict[str, str]:
    """What balls prove, in the order of `Lemmas`."""
    name, s, theorem = found.model.name, found.proof.setting, found.theorem
    cells = len(list(leaves(s.box, found.proof.cut)))
    small, most = exactly(s.p[0]), exactly(s.p[1])
    low, high = map(exactly, s.q)
    constant = _funnel_constant(found)
    tube = rf"$|v| \le {exactly(s.delta)}\,\taEps^2$, $x \le {exactly(s.tube_end)}$"
    step, number = f"{name}/step-about-curve", f"{name}/up-to-a-number"
    lemmas = {
        "functions": rf"Everything is in the coordinates of \thmref{{{step}}}. For $0 \le x \le "
        rf"{exactly(s.curve_end)}$ the functions $\taR$, $1/\taR$, $\taH_1$ and $\taH_2$ of $x$ "
        r"are enclosed with their derivatives, and $\taR$ falls.",
        "funnel": rf"The inequalities that \thmref{{{number}}} supposes hold for $0 < \taEps \le "
        rf"{exactly(s.largest)}$, $x \le {exactly(s.funnel_end)}$ and $|v| \le "
        rf"{exactly(s.levels[0])}$; for $|v| \le {exactly(s.levels[-1])}$ with $C_1 = {constant}$.",
        "approach": rf"From $0 < |\taP_0| < {small}$ an orbit has $|\taP_t|$ between {small} and "
        rf"{most} at most $1 + {up(theorem.per_small)} \ln({small}/|\taP_0|)$ steps later; "
        r"how much $\taQ$ may have risen by then is enclosed too.",
        "entry": rf"The box of all starts with ${low} \le \taQ_0 \le {high}$ and ${small} \le "
        rf"|\taP_0| \le {most}$ and of all $\taEps$ is covered by {cells} cells. From each, all "
        rf"orbits come to {tube}, in at most ${up(theorem.time)} + "
        rf"{up(theorem.per_log)} \ln(1/\taEps)$ steps.",
        "tube": rf"Nothing leaves {tube}; there "
        r"$|\taP|$ falls to 0 and $\taQ$ rises. With $|\taH_2| \le "
        rf"{up(theorem.second)}$ this is the alignment, and at $x = 0$ the limit and the "
        "saturation.",
        "gap": r"The sharpness of the block and $\tilde{\taSharp}$ are compared there, which is "
        "the progressive sharpening.",
        "clock": rf"The clock of \thmref{{{number}}} is enclosed from the arrival on the tube to "
        rf"$\taQ = 1$, for each of the cells; what it shows on arrival is enclosed along "
        r"the way. This is the crossing.",
    }
    if s.flow_q is not None:
        first, last = map(exactly, s.flow_q)
        lemmas["past-one"] = (
            rf"For ${first} \le \taQ_0 \le {last}$ and $|\taP_0| \le {most}$ the step shrinks "
            r"$|\taP|$ by a factor below 1, and $\taQ$ rises by a summable amount: the gradient "
            "flow."
        )
    return lemmas


def _two_sided(found: Replayed) -> tuple[Step, ...]:
    """The coordinates, and the lemmas, where the map is not odd in p."""
    model, f = found.model, output_of(found.model)
    maps, small = f"{model.name}/reduced-map", model.small_parameter(ETA)
    origin, push = diagonal_origin(model), small * (P * R(P)) ** 2
    kept = 1 / Q**2 - small * (origin + P) ** 2
    return (
        Step(
            "half-width",
            r"Of a 2-cycle $\{\taP, \tilde{\taP}\}$ let $w = |\taP - \tilde{\taP}|/2$, $x = w^2$, "
            r"and $s = w$ where $\taP > 0$, $s = -w$ where $\taP < 0$; then $Q_0$ and "
            r"$c = (\taP + \tilde{\taP})/2$ are functions of $x$, $\taP = c + s$ and $g = sQ_0$. "
            rf"Let $\hat{{\taQ}} > 0$ have $1/\hat{{\taQ}}^2 = 1/\taQ^2 - \taEps ({f})^2$, and let "
            r"$S = \hat{\taQ}/Q_0$.",
            Cited(),
        ),
        Step(
            "imbalance",
            rf"Under the reduced map of \thmref{{{maps}}}, $1/\hat{{\taQ}}^2$ becomes",
            Identity((1 / Q_NEXT**2 - small * (origin + P_NEXT) ** 2, (1 - push) ** 2 * kept)),
            (f"{maps}:p-next", f"{maps}:q-next"),
        ),
        *(
            Step(step, text, Enclosed(found.sha256))
            for step, text in _lemmas_two_sided(found).items()
        ),
    )


def _lemmas_two_sided(found: Replayed) -> dict[str, str]:
    """What balls prove then."""
    s, theorem = found.proof.setting, found.theorem
    cells = len(list(leaves(s.box, found.proof.cut)))
    small, most = exactly(s.p[0]), exactly(s.p[1])
    low, high = map(exactly, s.q)
    tube = rf"$|v| \le {exactly(s.delta)}\,\taEps^2$, $x \le {exactly(s.tube_end)}$"
    return {
        "functions": rf"For $0 \le x \le {exactly(s.curve_end)}$ the functions $Q_0$ and $c$ of "
        r"$x$ are enclosed with their derivatives, $g$ rises at all points of these cycles, and "
        r"$Q_0$ falls. So are $a_1$, $b_1$, $a_2$ and $b_2$, with which the curve $S = 1 + "
        r"\taEps (a_1 + sxb_1) + \taEps^2 (a_2 + sxb_2)$ is invariant but for $O(\taEps^3)$. Let "
        r"$v$ be what $S$ has beyond it.",
        "funnel": rf"On either side, for $0 < \taEps \le {exactly(s.largest)}$, $x \le "
        rf"{exactly(s.funnel_end)}$ and $|v| \le {exactly(s.levels[0])}$, a step shrinks what "
        rf"$|v|$ has beyond $C_1 \taEps^3$; for $|v| \le {exactly(s.levels[-1])}$ with $C_1 = "
        rf"{_funnel_constant(found)}$.",
        "approach": rf"From $0 < w_0 < {small}$ an orbit has $w_t$ between {small} and {most} at "
        rf"most $1 + {up(theorem.per_small)} \ln({small}/w_0)$ steps later.",
        "entry": rf"The box of all starts with ${low} \le \taQ_0 \le {high}$ and ${small} \le "
        rf"w_0 \le {most}$ on both sides, and of all $\taEps$, is covered by {cells} cells. From "
        rf"each, all orbits come to {tube}, in at most ${up(theorem.time)} + {up(theorem.per_log)} "
        r"\ln(1/\taEps)$ steps.",
        "tube": rf"Nothing leaves {tube}: $\hat{{\taQ}}$ rises, and farther out it would be "
        r"smaller. As it is bounded, $\taP \to 0$. Back in $\taQ$, with $|\taH_2| \le "
        rf"{up(theorem.second)}$, this is the alignment, and at $x = 0$ the limit and the "
        "saturation.",
    }


def _funnel_constant(found: Replayed) -> str:
    """C₁ at the innermost level, rounded up."""
    with ctx.workprec(BITS):
        lemmas = known_lemmas(found.model, found.proof.setting)
        return up(above(arb(lemmas.funnel.constant(len(found.proof.setting.levels) - 1))))
