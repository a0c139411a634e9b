"""The linear network where r''(0) = 0: the inner problem at p = 0, and Airy's function."""

from __future__ import annotations

import sympy as sp

from ...models.base import Model
from ..claims import Cited, Definition, Derivation, Expansion, Identity, Step
from ..notation import (
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

_P, _Q, _EPSILON = CUBE_ROOT * INNER_P, 1 + CUBE_ROOT**4 * INNER_Q, CUBE_ROOT**6
_R = 1 - FLATNESS * _P**4 / 4 + NEXT_TERM * _P**6


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """Where orbits end if r''(0) = 0 and r⁗(0) < 0."""
    return (_flat(),)


def _flat() -> Derivation:
    return Derivation(
        "linear/flat-saturation",
        r"Losses with $\taR''(0) = 0$",
        r"Let $\taEll$ be even with $\taR''(0) = 0$ and $\taR''''(0) < 0$ (so that A4 fails, and "
        r"what is said above does not apply), and let $\rho = |\taR''''(0)|/6$. An orbit that "
        r"follows the 2-cycles down to $\taP = 0$ ends with a sharpness whose gap to $2/\taEta$ is "
        r"that of \stepref{sharpness}, up to a factor $1 + O(\taEta^{2/3})$, where $a'_1$ is the "
        r"first zero of $\mathrm{Ai}'$, the derivative of Airy's function.",
        (*_inner(), *_airy()),
        ("linear/reduced-map",),
    )


def _inner() -> tuple[Step, ...]:
    """The step of the reduced map where its terms are of one size."""
    turn = 2 * _R / _Q - 1 - _EPSILON * _P**2 * _R**2
    rise = _Q / (1 - _EPSILON * _P**2 * _R * (2 * _Q - _R)) - _Q
    return (
        Step(
            "turn",
            r"Write $\taR = 1 - \rho\taP^4/4 + \gamma\taP^6 + O(\taP^8)$, $\nu = \taEta^{1/3}$, "
            r"$\taP = \pm\nu X$ and $\taQ = 1 + \nu^4 Y$. By \stepref{linear/reduced-map:p-next} a "
            r"step takes $X$ to itself times",
            Expansion(
                turn, 1 - 2 * CUBE_ROOT**4 * (FLATNESS * INNER_P**4 / 4 + INNER_Q), CUBE_ROOT, 6
            ),
        ),
        Step(
            "rise",
            r"and by \stepref{linear/reduced-map:q-next} it adds to $\taQ$",
            Expansion(rise, CUBE_ROOT**8 * INNER_P**2, CUBE_ROOT, 12),
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


def _airy() -> tuple[Step, ...]:
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
            r"At $\taP = 0$ the sharpness is $2/(\taEta\taQ)$ with $\taEta = \nu^3$,",
            Expansion(
                2 / (CUBE_ROOT**3 * (1 + CUBE_ROOT**4 * INNER_LIMIT)),
                2 / CUBE_ROOT**3 - 2 * CUBE_ROOT * INNER_LIMIT,
                CUBE_ROOT,
                5,
            ),
        ),
        Step(
            "sharpness",
            r"in which the gap to $2/\taEta$ is",
            Identity(
                (
                    2 * CUBE_ROOT * INNER_LIMIT,
                    sp.cbrt(2) * AIRY_ZERO * CUBE_ROOT / sp.cbrt(FLATNESS),
                )
            ),
            ("end", "scale"),
        ),
    )
