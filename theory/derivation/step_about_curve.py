"""One step about the slow curve: v₊ = v + xΦ exactly, and how small Φ is on the curve."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..algebra.symbolic import cancelled
from ..curve.epsilon_series import RESPONSE, X
from ..curve.normal_form import OMEGA, NormalForm
from ..curve.normal_form import S as HEIGHT
from ..models.base import EPSILON, ETA, PHI_SQUARED, Model, P, Q, R
from .claims import Cited, Definition, Derivation, Expansion, Identity, Solution, Step
from .curve_orders import height_on_curve
from .latex import latex
from .notation import (
    BETA,
    CHANGE,
    DIVIDED_H,
    DIVIDED_INVERSE,
    GAMMA,
    INVERSE,
    LOSS_OF_SQUARE,
    MIRRORED,
    MISFIT,
    MISFIT_NEXT,
    P_NEXT,
    PACE,
    PULL,
    Q_NEXT,
    S_NEXT,
    SIGMA,
    SQUARED,
    SQUARED_NEXT,
    ZETA,
    H,
    S,
)

ORDER = 2  # of the curve about which the step is taken

_H1, _H2, _G0, _SIGMA = H[1](P), H[2](P), PACE(P), SIGMA(P)
_FIRST, _SECOND = (beta(P) for beta in BETA)
_G = LOSS_OF_SQUARE


@dataclass(frozen=True)
class Parts:
    """The normal form in the symbols of the notation.

    γ = 2(S − 1)/S + ε·`forced` and q₊/q = 1 + ε x·`drift`; at S = 1 and ε = 0 they are `resting`
    and `pull`; κ is what the second order of the two contributes.
    """

    forced: sp.Expr
    drift: sp.Expr
    resting: sp.Expr
    pull: sp.Expr
    kappa: sp.Expr

    @property
    def has_omega(self) -> bool:
        """Whether φ² comes in."""
        return any(e.has(OMEGA) for e in (self.forced, self.drift, self.kappa))


def parts_of(form: NormalForm) -> Parts:
    """What the chapter needs of a model's normal form.

    >>> from trajalign.theory.curve.normal_form import normal_form
    >>> from trajalign.theory.models import SingleNeuron
    >>> parts_of(normal_form(SingleNeuron("tanh"))).kappa
    omega**2*squared
    """
    forced, drift = (e.xreplace({X: SQUARED, RESPONSE: R(P)}) for e in (form.forced, form.drift))
    rest = {EPSILON: 0, HEIGHT: 1}
    first = [(sp.diff(e, HEIGHT) * _H1 + sp.diff(e, EPSILON)).subs(rest) for e in (forced, drift)]
    pull = cancelled(drift.subs(rest))
    kappa = first[1] - SQUARED * pull**2 / 2 + _SIGMA * first[0] / SQUARED
    return Parts(forced, drift, cancelled(forced.subs(rest)), pull, sp.factor(cancelled(kappa)))


def step_about_curve(model: Model, parts: Parts, order: int) -> Derivation:
    """The step in x and v, and the coefficients of Φ in ε up to ε²."""
    name, small = model.name, latex(model.small_parameter(ETA))
    needs = ["reduced-map", "alignment"]
    if _has_second(model, order):
        needs.append("slow-curve")
    return Derivation(
        f"{name}/step-about-curve",
        "Step sizes up to a number: a step about the slow curve",
        rf"Assume {model.response.assumed()}, and write $\taEps = {small}$, $x = \taP^2$, "
        r"$S = \taQ/\taR$ and $v = S - 1 - \taEps\taH_1 - \taEps^2\taH_2$. A step takes $v$ to "
        r"$v_{+} = v + x\Phi$ exactly, with $\Phi$ of \stepref{change}. On $v = 0$ the "
        r"coefficients of $\taEps^0$, $\taEps$ and $\taEps^2$ in $\Phi$ vanish if and only if "
        rf"$\taH_1$ is the function of \thmref{{{name}/alignment}} and $\taH_2$ that of "
        r"\stepref{h2}, and for $v = \taEps^3 w$ the next coefficient is $4\,(w - \taH_3)$ times "
        r"the derivative of $\ln\taR$ with respect to $x$, where $\taH_3$ is the next "
        r"coefficient of the curve. Nothing is neglected here for small $\taEps$, so that $\Phi$ "
        r"can be bounded for all $\taEps$ up to a number.",
        (*_normal_form(name, parts), *_change(), *_orders(model, parts, order)),
        tuple(f"{name}/{label}" for label in needs),
    )


def _has_second(model: Model, order: int) -> bool:
    """Whether h_2 is derived elsewhere too."""
    return "curve" in model.about.chapters and order >= ORDER


# The step, exactly ----------------------------------------------------------------------------


def _normal_form(name: str, parts: Parts) -> tuple[Step, ...]:
    map_p, map_q, eps = _map(name)
    omega = _omega_used(parts)
    return (
        Step(
            "mirror",
            rf"Given is the reduced map of \thmref{{{name}/reduced-map}}, with $\taEta$ written "
            rf"in terms of $\taEps$ as in \stepref{{{eps}}}. It is odd in $\taP$; we follow it by "
            r"the reflection and put",
            Definition(MIRRORED, -P_NEXT),
        ),
        Step(
            "x",
            r"All functions of $\taP$ that come in are even. In this section and the next $x$ "
            r"is the square",
            Definition(SQUARED, P**2),
        ),
        Step("x-after", "and", Definition(SQUARED_NEXT, MIRRORED**2)),
        Step(
            "height",
            r"its value after the step. Heights we count in units of the response, with",
            Definition(S, Q / R(P)),
        ),
        Step("height-after", "and", Definition(S_NEXT, Q_NEXT / R(MIRRORED))),
        *(
            [
                Step(
                    "omega",
                    r"The square of the activation is of the order of $x$, so that we take instead",
                    Definition(OMEGA, PHI_SQUARED(P) / SQUARED),
                )
            ]
            if parts.has_omega
            else []
        ),
        Step("gamma", r"How much $|\taP|$ shrinks is said by", Definition(GAMMA, 1 - MIRRORED / P)),
        Step(
            "gamma-form",
            r"We insert the map and find",
            Identity((GAMMA, 2 * (S - 1) / S + EPSILON * parts.forced)),
            (map_p, eps, "mirror", "x", "height", "gamma", *omega),
        ),
        Step(
            "tau",
            r"The growth of $\taQ$ is of the order of $\taEps x$. Put",
            Definition(PULL, parts.drift),
        ),
        Step(
            "growth",
            r"With this, exactly,",
            Identity((Q_NEXT, Q * (1 + EPSILON * SQUARED * PULL))),
            (map_q, eps, "x", "height", "tau", *omega),
        ),
        Step(
            "shrink",
            r"The square of $\taP$ is multiplied by $(1 - \gamma)^2$. With",
            Definition(LOSS_OF_SQUARE, GAMMA * (2 - GAMMA)),
        ),
        Step(
            "x-next",
            r"this reads",
            Identity((SQUARED_NEXT, SQUARED * (1 - GAMMA) ** 2, SQUARED - SQUARED * _G)),
            ("x", "x-after", "gamma", "shrink"),
        ),
    )


def _map(name: str) -> tuple[str, str, str]:
    """The map and the step size in terms of ε."""
    return f"{name}/reduced-map:p-next", f"{name}/reduced-map:q-next", f"{name}/alignment:eps"


def _omega_used(parts: Parts) -> tuple[str, ...]:
    return ("omega",) if parts.has_omega else ()


def _divided(f: sp.Expr) -> sp.Expr:
    after = f.subs(P, MIRRORED)
    return (after - f) / (SQUARED_NEXT - SQUARED)


def _change() -> tuple[Step, ...]:
    steep = _G * R(P) * DIVIDED_INVERSE
    change = S * (EPSILON * PULL * (1 - SQUARED * steep) - steep) + _G * sp.Add(
        *(EPSILON**k * d for k, d in enumerate(DIVIDED_H, start=1))
    )
    return (
        Step(
            "inverse",
            r"It remains to compare $\taR$ at both ends of the step, by way of",
            Definition(INVERSE(P), 1 / R(P)),
        ),
        Step(
            "divided-inverse",
            r"We write $\mathrm{D}f$ for the divided difference of an even function $f$ of $\taP$ "
            r"between $x$ and $x_{+}$, such as",
            Definition(DIVIDED_INVERSE, _divided(INVERSE(P))),
        ),
        Step(
            "height-next",
            r"By \stepref{x-next} we have $\taR\,\iota(\hat{\taP}) = 1 - x G \taR\,\mathrm{D}"
            r"\iota$, hence",
            Identity((S_NEXT, S * (1 - SQUARED * steep) * (1 + EPSILON * SQUARED * PULL))),
            ("height", "height-after", "growth", "x-next", "inverse", "divided-inverse"),
        ),
        Step(
            "misfit",
            r"Now let $\taH_1$ and $\taH_2$ be even functions of $\taP$, and consider the "
            r"distance from the curve that has them as its coefficients,",
            Definition(MISFIT, S - 1 - _curve(P)),
        ),
        Step("misfit-after", "and", Definition(MISFIT_NEXT, S_NEXT - 1 - _curve(MIRRORED))),
        Step(
            "divided-h1",
            r"after the step. We need two more divided differences,",
            Definition(DIVIDED_H[0], _divided(_H1)),
        ),
        Step("divided-h2", "and", Definition(DIVIDED_H[1], _divided(_H2))),
        Step("change", "Let", Definition(CHANGE, change)),
        Step(
            "step",
            r"In terms of it the step is, exactly,",
            Identity((MISFIT_NEXT, MISFIT + SQUARED * CHANGE)),
            (
                *("height-next", "misfit", "misfit-after"),
                *("divided-h1", "divided-h2", "x-next", "change"),
            ),
        ),
        Step(
            "regular",
            r"Nothing in $\Phi$ is 0/0, neither at $x = 0$ nor at $\taEps = 0$. For let $f$ be an "
            r"analytic function of $x$: then $\mathrm{D}f$ is the mean of its derivative between "
            r"$x$ and $x_{+}$, and the $j$-th Taylor coefficient of $\mathrm{D}f$ in $x_{+} - x$ "
            r"is $1/(j+1)!$ times a mean of the derivative of order $j + 1$. "
            r"With \stepref{gamma-form}, \stepref{tau} and $S = 1 + "
            r"\taEps\taH_1 + \taEps^2\taH_2 + v$, $\Phi$ is thus an analytic function of $x$, "
            r"$\taEps$ and $v$ where $S > 0$ and where $\tau$ has no pole, "
            r"and it can be enclosed over boxes of the three.",
            Cited(),
        ),
    )


def _curve(p: sp.Expr) -> sp.Expr:
    return EPSILON * H[1](p) + EPSILON**2 * H[2](p)


# Its orders -----------------------------------------------------------------------------------


def _orders(model: Model, parts: Parts, order: int) -> tuple[Step, ...]:
    """The coefficients of ε and ε² in v₊ on v = 0, whatever h_1 and h_2 are."""
    map_p, map_q, eps = _map(model.name)
    meanings = ("x", "sigma", *_omega_used(parts))
    after = ("misfit-after", "height-after", "mirror", map_p, map_q, eps)
    at_rest = ((EPSILON, sp.S.Zero), (Q, R(P) * (1 + ZETA)))
    return (
        Step(
            "sigma",
            r"How small is $\Phi$ on the curve? To say it, let",
            Definition(_SIGMA, P * sp.Derivative(R(P), P) / R(P)),
        ),
        Step(
            "linear",
            r"which is $2x$ times the derivative of $\ln\taR$ with respect to $x$. For "
            r"$\taEps = 0$ a small distance $v = \zeta$ becomes",
            Expansion(MISFIT_NEXT, ZETA * (1 + 2 * _SIGMA), ZETA, 2, at_rest),
            (*after, "sigma"),
        ),
        Step(
            "curve",
            r"so that there $x\Phi = 2\sigma v + O(v^2)$. On the curve $v = 0$ itself the height "
            r"is",
            Definition(Q, height_on_curve(P, ORDER)),
        ),
        Step(
            "pace",
            r"How fast $|\taP|$ shrinks there is said by",
            Definition(_G0, 2 * _H1 + parts.resting),
        ),
        Step(
            "gamma-on-curve",
            r"since by \stepref{gamma-form}",
            Expansion(GAMMA, EPSILON * _G0, EPSILON, 2),
            ("gamma", "mirror", map_p, eps, "curve", "pace", *meanings),
        ),
        Step("first", "Let further", Definition(_FIRST, SQUARED * parts.pull + _SIGMA * _G0)),
        Step("second", "and", Definition(_SECOND, 2 * _SIGMA * _H2 - second_order(parts) / 2)),
        Step(
            "on-curve",
            r"Whatever $\taH_1$ and $\taH_2$ are, the step leads away from the curve by",
            Expansion(
                MISFIT_NEXT,
                EPSILON * _FIRST + EPSILON**2 * (_SECOND + _H1 * _FIRST + _FIRST**2 / 2),
                EPSILON,
                ORDER + 1,
            ),
            (*after, "curve", "first", "second", "pace", *meanings),
        ),
        *_vanishing(model, parts, order, meanings),
    )


def second_order(parts: Parts) -> sp.Expr:
    """4σ h_2 in terms of h_1, g_0 and σ."""
    return sp.Add(
        _SIGMA * (4 * _H1**2 - _G0**2),
        P * _G0**2 * sp.Derivative(_SIGMA, P),
        -2 * P * _G0 * sp.Derivative(_H1, P),
        -2 * SQUARED * parts.kappa,
    )


def _vanishing(
    model: Model, parts: Parts, order: int, meanings: tuple[str, ...]
) -> tuple[Step, ...]:
    """Both coefficients vanish for the h_1 and h_2 of the slow curve, and for no others."""
    name = model.name
    first, second = f"{name}/alignment:h1", second_order(parts)
    same = []
    if _has_second(model, order):
        square = (f"{name}/reduced-map:phi-squared",) if model.response.square is not None else ()
        uses = (f"{name}/slow-curve:h2", first, "second", "pace", *meanings, *square)
        same = [
            Step(
                "second-vanishes",
                rf"This is the function of \stepref{{{name}/slow-curve:h2}}, for with that one",
                Identity((_SECOND, sp.S.Zero)),
                uses,
            )
        ]
    return (
        Step(
            "first-vanishes",
            r"Both coefficients vanish for one pair of functions. Since $\beta_1$ is linear in "
            r"$\taH_1$ with the factor $2\sigma$, it vanishes for the function of "
            rf"\stepref{{{first}}} alone,",
            Identity((_FIRST, sp.S.Zero)),
            (first, "first", "pace", *meanings),
        ),
        Step(
            "h2",
            r"and $\beta_2$, which is linear in $\taH_2$ with the same factor, for",
            Solution(_H2, second / (4 * _SIGMA), 4 * _SIGMA * _H2 - second),
        ),
        *same,
        Step(
            "kept",
            r"With these two functions the curve $v = 0$ is kept up to",
            Expansion(MISFIT_NEXT, sp.S.Zero, EPSILON, ORDER + 1),
            ("on-curve", "first-vanishes", *(["second-vanishes"] if same else ["second", "h2"])),
        ),
        Step("orders", _ORDERS, Cited()),
    )


_ORDERS = (
    r"So $\Phi = O(\taEps^3)$ on $v = 0$. As $\Phi$ is analytic, \stepref{linear} then gives, for "
    r"$v = \taEps^3 w$, the coefficient of $\taEps^3$ in $x\Phi$ as $2\sigma w$ and something that "
    r"does not depend on $w$. On the curve to third order $w = \taH_3$, and there the coefficient "
    r"vanishes; hence it is $2\sigma(w - \taH_3)$. The same holds for any number $K$ of "
    r"coefficients. If $v = S - 1 - \taEps\taH_1 - \dots - \taEps^K\taH_K$, and $\Phi$ is formed "
    r"with the divided differences of all of them, the coefficients of $\Phi$ below $\taEps^{K+1}$ "
    r"vanish on $v = 0$, and for $v = \taEps^{K+1}w$ that of $\taEps^{K+1}$ in $x\Phi$ is "
    r"$2\sigma(w - \taH_{K+1})$. For $K = 1$ this can be read off \stepref{on-curve}, where "
    r"$\taEps^2\taH_2$ then is $v$."
)
