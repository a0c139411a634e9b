"""The response: the loss or activation, r in its shortest form, r''(0) and z r'/r."""

from __future__ import annotations

import sympy as sp

from ..expressions.parsing import Z
from ..hypotheses_by_algebra import log_slope
from ..models.base import PHI_SQUARED, Model, R
from ..requirements import require_curved
from .claims import Cited, Definition, Derivation, Expansion, Identity, Step
from .closed_forms import shortest
from .latex import latex, width_of
from .notation import ELL, PHI
from .serialization import derivative_at

_TERMS = 3  # of the power series of r in z²

_WIDEST = 45  # characters of a formula that is read at a glance


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The response at hand. Raises what `require_curved` raises."""
    require_curved(model.response)
    noun = model.response.noun
    return (
        Derivation(
            f"{model.name}/response",
            "The response",
            rf"From the {noun} of \stepref{{{noun}}} follow the response $\taR$, its power "
            r"series and its curvature at 0. They are used where the general results are "
            r"specialised; everything else holds for any response with the properties that it "
            r"names.",
            (*_source(model), *_consequences(model)),
        ),
    )


def response_steps(model: Model) -> tuple[str, ...]:
    """The steps that say what r, and φ² of an activation, is here."""
    names = ("response",) if model.response.square is None else ("response", "square")
    return tuple(f"{model.name}/response:{name}" for name in names)


def _source(model: Model) -> tuple[Step, ...]:
    """The loss or activation, and how r comes from it."""
    e, square, subject = model.response.expression, model.response.square, model.about.subject
    if square is None:
        slope = sp.Derivative(ELL(Z), Z)
        return (
            Step("loss", "Given is the loss", Definition(ELL(Z), e)),
            Step(
                "slope",
                "which is even. Its derivative is",
                Identity((slope, shortest(sp.diff(e, Z)))),
                ("loss",),
            ),
            Step(
                "quotient",
                rf"{subject} feels the loss only through its response, the even function",
                Definition(R(Z), slope / Z),
            ),
        )
    slope = sp.Derivative(PHI(Z), Z)
    return (
        Step("activation", "Given is the activation", Definition(PHI(Z), e)),
        Step(
            "slope",
            "which is odd. Its derivative is",
            Identity((slope, shortest(sp.diff(e, Z)))),
            ("activation",),
        ),
        Step("square", "and its square", Definition(PHI_SQUARED(Z), square)),
        Step(
            "quotient",
            f"{subject} feels the activation through its square and through its response, "
            "the even function",
            Definition(R(Z), PHI(Z) * slope / Z),
        ),
    )


def _consequences(model: Model) -> tuple[Step, ...]:
    response = model.response
    short = shortest(response.response)
    series = sp.Add(*(c * Z**k for k, c in enumerate(response.response_series)))
    return (
        Step(
            "response",
            r"continued to $z = 0$ by its limit. Here it is",
            Identity((R(Z), short)),
            ("quotient", response.noun),
        ),
        Step(
            "series",
            r"At $z = 0$ it has the power series",
            Expansion(R(Z), series, Z, len(response.response_series)),
            ("response",),
        ),
        Step(
            "curvature",
            r"with the constant term 1, as it should be, and with the second derivative",
            Identity((derivative_at(R, 2, sp.S.Zero), response.curvature)),
            ("response",),
        ),
        *_log_slope(model),
        _assumptions(model),
    )


def _log_slope(model: Model) -> tuple[Step, ...]:
    """z r'/r, where its formula is short enough to tell a reader something."""
    value = shortest(log_slope(model.response))
    if width_of(latex(value)) > _WIDEST:
        return ()
    claim = Identity((Z * sp.Derivative(R(Z), Z) / R(Z), value))
    return (Step("log-slope", "Its logarithmic slope is", claim, ("response",)),)


def _assumptions(model: Model) -> Step:
    others = model.response.assumed(without="A4")
    holds = "holds" if model.response.curvature < 0 else "does not hold"
    return Step(
        "assumptions",
        rf"Of the hypotheses that the results name, A4 {holds}, by \stepref{{curvature}}. The "
        rf"others, {others}, are inequalities for a whole range of $z$; they are assumed here, not "
        r"derived. The results on alignment concern heights above "
        r"$c = \max\{\taR(z_0), 1/2\}$, where $z_0$ is the first $z$ at which "
        r"$z \taR'(z)/\taR(z)$ comes down to $-1/2$.",
        Cited(),
    )
