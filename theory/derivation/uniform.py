"""Step sizes up to a number: a step about the slow curve, and what follows if Φ is bounded."""

from __future__ import annotations

import sympy as sp

from ..curve.normal_form import OMEGA, normal_form
from ..errors import ReducedMapError
from ..models.base import EPSILON, ETA, PHI_SQUARED, Model, P, R
from .claims import Cited, Definition, Derivation, Expansion, Identity, Sign, Step
from .latex import latex
from .notation import (
    CENTRE,
    CHANGE_SLOPE,
    CHI,
    CLOCK,
    CURVATURE,
    FUNNEL,
    KAPPA,
    MAJORANT,
    MIRRORED,
    MISFIT,
    MISFIT_START,
    MU,
    PACE,
    PASSED,
    RATE,
    ROOM,
    SLOWNESS,
    SQUARED,
    STEPS,
    A,
    B,
)
from .serialization import derivative_at
from .step_about_curve import Parts, parts_of, step_about_curve

_G0, _SIZE, _START = PACE(P), sp.Abs(MISFIT), sp.Abs(MISFIT_START)
_SHRUNK = 1 - SQUARED * FUNNEL  # what |v| is multiplied by, at most
_CENTRE = CENTRE * EPSILON**3


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The step and its consequences; nothing for a map that is not of the normal form."""
    try:
        parts = parts_of(normal_form(model))
    except ReducedMapError:
        return ()
    return (step_about_curve(model, parts, order), _uniform(model, parts))


def _uniform(model: Model, parts: Parts) -> Derivation:
    name, small = model.name, latex(model.small_parameter(ETA))
    needs = ["reduced-map", "alignment", "step-about-curve"]
    if _has_crossing(model):
        needs.append("crossing")
    return Derivation(
        f"{name}/up-to-a-number",
        "Step sizes up to a number: from inequalities to conclusions",
        rf"Assume {model.response.assumed()}, and write $\taEps = {small}$, with $x$, $v$ and "
        rf"$\Phi$ as in \thmref{{{name}/step-about-curve}}. Let $\taEps_0$, $\kappa$, $\bar x$ and "
        r"$C_1$ be positive numbers with $C_1\taEps_0^3 \le \kappa$ and $\psi$ a positive function "
        r"of $x$, and suppose that for $0 < \taEps \le \taEps_0$ and $0 < x \le \bar x$ the "
        r"derivative $\Phi_v$ of $\Phi$ with respect to $v$ satisfies $\psi \le -\Phi_v$ and "
        r"$\psi \le (2 + x\Phi_v)/x$ where $|v| \le \kappa$, and that $|\Phi| \le "
        r"\psi C_1\taEps^3$ on $v = 0$. Then for every $\taEps \le \taEps_0$, and as long as "
        r"$x \le \bar x$, an orbit with $|v_0| \le \kappa$ has $|v_t|$ come down to $C_1\taEps^3$ "
        r"as in \stepref{majorant}. Near the curve a clock $\vartheta$ counts its steps, "
        r"\stepref{clock}. The inequalities are not proved here, but for one response after "
        r"another, and with numbers, by \texttt{trajalign prove}.",
        (*_funnel(name), *_decay(), *_clock(model), *_start(model, parts), *_in_balls(name)),
        tuple(f"{name}/{label}" for label in needs),
    )


def _has_crossing(model: Model) -> bool:
    return any(chapter.rpartition(".")[2] == "long_times" for chapter in model.about.chapters)


# The funnel -----------------------------------------------------------------------------------


def _funnel(name: str) -> tuple[Step, ...]:
    """|v₊| ≤ (1 − xψ)|v| + xψC₁ε³."""
    slope = SQUARED * CHANGE_SLOPE
    step = f"{name}/step-about-curve:step"
    return (
        Step(
            "mean-value",
            rf"Given is the step of \stepref{{{step}}}. For fixed $x$ and $\taEps$ let $\Phi_v$ "
            r"be the derivative of $\Phi$ with respect to $v$. By the mean value theorem $v_{+}$ "
            r"is $(1 + x\Phi_v)\,v$, with $\Phi_v$ taken somewhere between $v$ and 0, plus $x$ "
            r"times the value of $\Phi$ at $v = 0$. So $|1 + x\Phi_v|$ has to be bounded.",
            Cited(),
        ),
        Step(
            "above",
            r"By the first of the two inequalities for $\psi$,",
            Sign(
                (
                    sp.Add(_SHRUNK, sp.Mul(-1, 1 + slope, evaluate=False), evaluate=False),
                    SQUARED * (-CHANGE_SLOPE - FUNNEL),
                ),
                "≥",
                ((-CHANGE_SLOPE - FUNNEL, "≥"),),
            ),
        ),
        Step(
            "below",
            "and, by the second,",
            Sign(
                (
                    sp.Add(_SHRUNK, 1 + slope, evaluate=False),
                    SQUARED * ((2 + slope) / SQUARED - FUNNEL),
                ),
                "≥",
                (((2 + slope) / SQUARED - FUNNEL, "≥"),),
            ),
        ),
        Step(
            "funnel",
            r"so that $|1 + x\Phi_v| \le 1 - x\psi$. As $|\Phi| \le \psi C_1\taEps^3$ at "
            r"$v = 0$, $|v_{+}|$ is at most $(1 - x\psi)|v| + x\psi C_1\taEps^3$, and this exceeds "
            r"$C_1\taEps^3$ by",
            Identity(
                (
                    _SHRUNK * _SIZE + SQUARED * FUNNEL * _CENTRE - _CENTRE,
                    _SHRUNK * (_SIZE - _CENTRE),
                )
            ),
        ),
    )


def _decay() -> tuple[Step, ...]:
    """The closed form of |v_t|, and how many steps it takes."""
    bound = _CENTRE + sp.exp(-MU * STEPS) * (_START - _CENTRE)
    room = ROOM - CENTRE * EPSILON
    return (
        Step(
            "rate",
            r"where $1 - x\psi \ge 0$. Hence $|v| \le C_1\taEps^3$ is kept, and what is larger "
            r"comes nearer to $C_1\taEps^3$. Let $1 - x\psi \le m$ with $m < 1$ for all $x$ of an "
            r"orbit up to the step $t$, and write",
            Definition(RATE, sp.exp(-MU)),
        ),
        Step("majorant", r"with $\mu > 0$. Let", Definition(MAJORANT(STEPS), bound)),
        Step(
            "decay",
            r"Then $|v_t|$ is at most the larger one of $C_1\taEps^3$ and $u(t)$. This follows by "
            r"induction, for",
            Identity(
                (RATE * MAJORANT(STEPS) + (1 - RATE) * _CENTRE, MAJORANT(STEPS + 1)),
            ),
            ("rate", "majorant"),
        ),
        Step(
            "steps",
            r"Let $\delta$ be a number with $\delta > C_1\taEps_0$, and $|v_0| \le \kappa$. Then "
            r"$|v_t| \le \delta\taEps^2$ from the first integer on that is at least",
            Definition(STEPS, (2 * sp.log(1 / EPSILON) + sp.log(KAPPA) - sp.log(room)) / MU),
        ),
        Step(
            "reached",
            r"which is at most $A + B \ln(1/\taEps)$ with the same $A$ and $B$ for all "
            r"$\taEps \le \taEps_0$. For at this $t$",
            Identity(
                (
                    sp.log(KAPPA) - MU * STEPS,
                    2 * sp.log(EPSILON) + sp.log(room),
                )
            ),
            ("steps",),
        ),
    )


# The clock ------------------------------------------------------------------------------------


def _clock(model: Model) -> tuple[Step, ...]:
    """ϑ, which falls by ε + O(ε²) in a step on the curve."""
    name = model.name
    about = f"{name}/step-about-curve"
    return (
        Step(
            "moved",
            r"so that $e^{-\mu t}\kappa = \taEps^2(\delta - C_1\taEps)$. Now let the orbit be this "
            rf"near to the curve. How long it takes along the curve is said by $g_0$ of "
            rf"\stepref{{{about}:pace}}, because for every even function $\chi$ of $\taP$",
            Expansion(
                CHI(MIRRORED),
                CHI(P) - EPSILON * P * _G0 * sp.Derivative(CHI(P), P),
                EPSILON,
                2,
            ),
            (
                *(f"{about}:{step}" for step in ("mirror", "curve", "pace", "x")),
                *(f"{name}/reduced-map:p-next", f"{name}/alignment:eps"),
                *_omega_used(model, about),
            ),
        ),
        Step(
            "clock",
            r"on $v = 0$. For $0 < b < a$ take",
            Definition(CLOCK(A), sp.Integral(1 / (P * _G0), (P, B, A))),
        ),
        Step(
            "clock-rate",
            r"which is the integral of $1/(2 x g_0)$ over $x$, and for which",
            Identity((A * PACE(A) * sp.Derivative(CLOCK(A), A), sp.S.One)),
            ("clock",),
        ),
    )


def _omega_used(model: Model, about: str) -> tuple[str, ...]:
    return (f"{about}:omega",) if parts_of(normal_form(model)).has_omega else ()


def _start(model: Model, parts: Parts) -> tuple[Step, ...]:
    """ρ₀, and what ϑ is for small x."""
    name = model.name
    about, first = f"{name}/step-about-curve", f"{name}/alignment:h1"
    pull = parts.pull.subs(OMEGA, PHI_SQUARED(P) / SQUARED).subs(PHI_SQUARED(P), SQUARED)
    pull = pull.subs(R(P), 1).subs(SQUARED, 0)
    inverse = 1 / _G0
    whole = 2 * SLOWNESS * (sp.log(A) - sp.log(B))
    log = SLOWNESS * sp.log(1 / EPSILON)
    steps = [
        Step(
            "slowness",
            r"By \stepref{moved} a step takes $\taEps + O(\taEps^2)$ off $\vartheta(|\taP|)$. "
            r"Near $x = 0$ this runs like a logarithm: let",
            Definition(SLOWNESS, -derivative_at(R, 2, sp.S.Zero) / (2 * pull)),
        ),
        Step(
            "pace-at-zero",
            r"which is positive by A4. Then",
            Expansion(_G0, 1 / (2 * SLOWNESS), P, 2),
            ("slowness", first, f"{about}:pace", f"{about}:x", *_omega_used(model, about)),
        ),
        Step(
            "split",
            "and the integrand has the parts",
            Identity((inverse / P, 2 * SLOWNESS / P + (inverse - 2 * SLOWNESS) / P)),
        ),
        Step(
            "logarithm",
            r"The second is of the order of $\taP$, so that its integral converges at 0. That of "
            r"the first part is",
            Identity((sp.Integral(2 * SLOWNESS / P, (P, B, A)), whole)),
        ),
        Step(
            "passed",
            r"As $v$ is of the order of $\taEps^2$, $\taQ$ passes 1 where $1/\taR - 1$ is about "
            r"$\taEps\taH_1$, hence at an $x$ of the order of $\taEps$. Let the integral end "
            r"there, at",
            Definition(B, sp.sqrt(PASSED * EPSILON)),
        ),
        Step(
            "time",
            r"With this the logarithm of \stepref{logarithm} comes to",
            Identity((whole, log + SLOWNESS * sp.log(A**2 / PASSED))),
            ("passed",),
        ),
    ]
    if _has_crossing(model):
        factor = 1 / (2 * pull * model.exponent)
        steps.append(
            Step(
                "law",
                rf"Its first term is that of the law of \thmref{{{name}/crossing}}, where "
                r"$\rho = |\taR''(0)|$:",
                Identity((log, factor * CURVATURE * sp.log(1 / ETA))),
                ("slowness", f"{name}/crossing:rho", f"{name}/alignment:eps"),
            )
        )
    return tuple(steps)


# What is left to balls -------------------------------------------------------------------------


def _in_balls(name: str) -> tuple[Step, ...]:
    return (
        Step(
            "in-balls",
            r"What has been derived holds for any response and leaves inequalities between "
            r"explicit functions of $x$, $v$ and $\taEps$. For a given response \texttt{trajalign "
            r"prove} proves them in ball arithmetic. It covers $0 \le x \le \bar x$, $|v| \le "
            r"\kappa$ and $0 < \taEps \le \taEps_0$ with boxes, on each of which $\Phi_v$ is "
            r"enclosed, and from it $\psi$; the coefficient of $\taEps^3$ in $\Phi$ at $v = 0$ "
            rf"is enclosed with its remainder, and by \thmref{{{name}/step-about-curve}} nothing "
            r"stands before it, so that $C_1$ is found. From the box of starts to $|v| \le \kappa$ "
            r"all orbits are followed at once, step by step, between two sequences of $x$ and two "
            r"of $\taQ$. From there on \stepref{majorant} and \stepref{steps} bound $t_a$, also "
            r"for the $\taEps$ next to 0, which no finite number of boxes with $\taEps > 0$ would "
            r"cover. On the curve boxes of $x$ show that $\gamma > 0$ and $\tau > 0$, so that "
            r"$|\taP|$ falls and $\taQ$ rises to its limit, which is read off at $x = 0$; the "
            r"factor between $\taEps$ and what a step takes off $\vartheta$ is enclosed in the "
            r"same way, which bounds the time at which $\taQ$ passes 1 from both sides. All of it "
            r"holds for every $\taEps \le \taEps_0$ and every start of the box.",
            Cited(),
        ),
    )
