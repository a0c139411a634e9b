"""Where r''(0) = 0, for the linear network and the neuron: the inner problem, Airy's function."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..models.base import Model
from .claims import Cited, Definition, Derivation, Expansion, Identity, Step
from .notation import (
    AIRY,
    AIRY_SCALE,
    AIRY_ZERO,
    CUBE_ROOT,
    FLATNESS,
    INNER_LIMIT,
    INNER_P,
    INNER_Q,
    NEXT_TERM,
    SQUARED,
)

_P, _Q = CUBE_ROOT * INNER_P, 1 + CUBE_ROOT**4 * INNER_Q
_R = 1 - FLATNESS * _P**4 / 4 + NEXT_TERM * _P**6
_SQUARE = _P**2 - FLATNESS * _P**6 / 12 + NEXT_TERM * _P**8 / 4  # its derivative is 2pr


@dataclass(frozen=True)
class _Scaled:
    """A model in ν: its step size, −p₊/p and q₊ − q, and the words for it."""

    eta: sp.Expr
    turn: sp.Expr
    rise: sp.Expr
    noun: str
    response: str
    written: str
    step: str
    error: str


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """Where orbits end if r''(0) = 0 and r⁗(0) < 0."""
    return (_flat(model.name, _SCALED[model.name]),)


def _linear() -> _Scaled:
    epsilon = CUBE_ROOT**6
    return _Scaled(
        CUBE_ROOT**3,
        2 * _R / _Q - 1 - epsilon * _P**2 * _R**2,
        _Q / (1 - epsilon * _P**2 * _R * (2 * _Q - _R)) - _Q,
        "Losses",
        r"Let $\taEll$ be even",
        r"$\taR = 1 - \rho\taP^4/4 + \gamma\taP^6 + O(\taP^8)$, $\nu = \taEta^{1/3}$",
        r"$\taEta = \nu^3$",
        r"\taEta^{2/3}",
    )


def _neuron() -> _Scaled:
    eta = CUBE_ROOT**6 / 2
    return _Scaled(
        eta,
        2 * _R / _Q - 1,
        _Q / (1 - eta * _SQUARE) ** 2 - _Q,
        "Activations",
        r"Let $\taPhi$ be odd",
        r"$\taR = 1 - \rho\taP^4/4 + \gamma\taP^6 + O(\taP^8)$, hence $\taPhi^2 = \taP^2 - "
        r"\rho\taP^6/12 + \gamma\taP^8/4 + O(\taP^{10})$, $\nu = (2\taEta)^{1/6}$",
        r"$\taEta = \nu^6/2$",
        r"\taEta^{1/3}",
    )


_SCALED = {"linear": _linear(), "neuron": _neuron()}


def _flat(name: str, scaled: _Scaled) -> Derivation:
    return Derivation(
        f"{name}/flat-saturation",
        rf"{scaled.noun} with $\taR''(0) = 0$",
        rf"{scaled.response} with $\taR''(0) = 0$ and $\taR''''(0) < 0$ (so that A4 fails, and "
        r"what is said above does not apply), and let $\rho = |\taR''''(0)|/6$. An orbit that "
        r"follows the 2-cycles down to $\taP = 0$ ends with a sharpness whose gap to $2/\taEta$ is "
        rf"that of \stepref{{sharpness}}, up to a factor $1 + O({scaled.error})$, where $a'_1$ is "
        r"the first zero of $\mathrm{Ai}'$, the derivative of Airy's function.",
        (*_inner(name, scaled), *_airy(scaled)),
        (f"{name}/reduced-map",),
    )


def _inner(name: str, scaled: _Scaled) -> tuple[Step, ...]:
    """The step of the reduced map where its terms are of one size."""
    return (
        Step(
            "turn",
            rf"Write {scaled.written}, $\taP = \pm\nu X$ and $\taQ = 1 + \nu^4 Y$. By "
            rf"\stepref{{{name}/reduced-map:p-next}} a step takes $X$ to itself times",
            Expansion(
                scaled.turn,
                1 - 2 * CUBE_ROOT**4 * (FLATNESS * INNER_P**4 / 4 + INNER_Q),
                CUBE_ROOT,
                6,
            ),
        ),
        Step(
            "rise",
            rf"and by \stepref{{{name}/reduced-map:q-next}} it adds to $\taQ$",
            Expansion(scaled.rise, CUBE_ROOT**8 * INNER_P**2, CUBE_ROOT, 12),
        ),
        Step(
            "square",
            r"So in a step $X$ and $Y$ change by $\nu^4$ times $-2X(\rho X^4/4 + Y)$ and $X^2$, in "
            r"the limit by these rates. The frozen 2-cycle is $Y = -\rho X^4/4$; along it the "
            r"orbit comes from large $X$. We take",
            Definition(SQUARED, INNER_P**2 / 2),
        ),
        Step(
            "riccati",
            r"as a function of $Y$. Its derivative is $X$ times the first rate over the second,",
            Identity(
                (
                    -2 * (FLATNESS * INNER_P**4 / 4 + INNER_Q),
                    -2 * (FLATNESS * SQUARED**2 + INNER_Q),
                )
            ),
            ("square",),
        ),
    )


def _airy(scaled: _Scaled) -> tuple[Step, ...]:
    """The orbit as a solution of Airy's equation, and where it ends."""
    u = AIRY(INNER_Q)
    candidate = sp.diff(u, INNER_Q) / (2 * FLATNESS * u)
    linear = (sp.diff(u, INNER_Q, 2) + 4 * FLATNESS * INNER_Q * u) / (2 * FLATNESS * u)
    return (
        Step(
            "linear",
            r"which is a Riccati equation. For $x = u'/(2\rho u)$ the derivative plus "
            r"$2(\rho x^2 + Y)$ is",
            Identity(
                (
                    sp.diff(candidate, INNER_Q) + 2 * (FLATNESS * candidate**2 + INNER_Q),
                    linear,
                )
            ),
        ),
        Step(
            "scale",
            r"so that it has to be $u'' = -4\rho Y u$. With",
            Definition(AIRY_SCALE, sp.cbrt(4 * FLATNESS)),
        ),
        Step(
            "airy",
            r"any solution $w$ of Airy's equation $w''(z) = z\,w(z)$ gives $u(Y) = w(-kY)$, as",
            Identity((AIRY_SCALE**2 * (-AIRY_SCALE * INNER_Q), -4 * FLATNESS * INNER_Q)),
            ("scale",),
        ),
        Step(
            "choice",
            r"As $Y \to -\infty$ the orbit is near the cycle, so $u'/u > 0$ there: $u$ falls off "
            r"in that direction, and $w = \mathrm{Ai}$, the only such solution. The orbit ends at "
            r"$x = 0$, where $u' = 0$ for the first time, at $-kY = a'_1 < 0$:",
            Cited(),
        ),
        Step("end", r"thus at the height", Definition(INNER_LIMIT, AIRY_ZERO / AIRY_SCALE)),
        Step(
            "rest",
            rf"At $\taP = 0$ the sharpness is $2/(\taEta\taQ)$ with {scaled.step},",
            Expansion(
                2 / (scaled.eta * (1 + CUBE_ROOT**4 * INNER_LIMIT)),
                2 / scaled.eta - 2 * CUBE_ROOT**4 / scaled.eta * INNER_LIMIT,
                CUBE_ROOT,
                8 - int(sp.degree(scaled.eta, CUBE_ROOT)),
            ),
        ),
        Step(
            "sharpness",
            r"in which the gap to $2/\taEta$ is",
            Identity(
                (
                    2 * CUBE_ROOT**4 / scaled.eta * INNER_LIMIT,
                    sp.cbrt(2) * AIRY_ZERO * CUBE_ROOT**4 / (scaled.eta * sp.cbrt(FLATNESS)),
                )
            ),
            ("end", "scale"),
        ),
    )
