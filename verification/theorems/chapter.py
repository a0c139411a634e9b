"""A theorem with numbers as one more derivation of the appendix: its lemmas, all enclosed."""

from __future__ import annotations

from dataclasses import replace

from flint import arb, ctx

from ...theory.derivation.claims import Appendix, Derivation, Enclosed, Step
from ...theory.errors import InputError
from ..numbers import above
from .certificate import Replayed
from .proof import BITS, known_lemmas, leaves
from .words import exactly, sentences, up

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
    return Derivation(
        LABEL,
        "The theorem with numbers",
        f"{words.given[:1].upper()}{words.given[1:]}: {parts}. The certificate has the SHA-256 "
        rf"\texttt{{{found.sha256[:32]}}} \texttt{{{found.sha256[32:]}}}.",
        tuple(Step(step, text, Enclosed(found.sha256)) for step, text in _lemmas(found).items()),
        (f"{name}/step-about-curve", f"{name}/up-to-a-number"),
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


def _funnel_constant(found: Replayed) -> str:
    """C₁ at the innermost level, rounded up."""
    with ctx.workprec(BITS):
        lemmas = known_lemmas(found.model, found.proof.setting)
        return up(above(arb(lemmas.funnel.constant(len(found.proof.setting.levels) - 1))))
