"""The sharpness of the two-layer linear network as a function of p, q and η."""

from __future__ import annotations

import sympy as sp

from ...models.base import ETA, Model, P, Q, R
from ...models.linear import linear_spectrum
from ..claims import Definition, Derivation, Expansion, Identity, Sign, Solution, Step
from ..notation import DETERMINANT, ELL, LAMBDA, TAU, TRACE, U_SQUARED, V_SQUARED, S
from ..serialization import derivative_at
from ..sharpness import AT_REST, LARGER_ROOT, RISE

_ELL1, _ELL2 = (sp.diff(ELL(P), P, k) for k in (1, 2))


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The largest eigenvalue of the Hessian."""
    return (_sharpness(),)


def _sharpness() -> Derivation:
    spectrum = linear_spectrum()
    trace, determinant = (
        e.subs(
            {
                spectrum.x_squared: 1,
                spectrum.f: P,
                spectrum.s: S,
                spectrum.first: _ELL1,
                spectrum.second: _ELL2,
            }
        )
        for e in (spectrum.trace, spectrum.determinant)
    )
    along, mirrored = P + TAU * S + TAU**2 * P, (1 + TAU) ** 2 * P
    rest = (RISE / (ETA * Q)) ** 2 + P**2 * R(P) * (3 * R(P) + 2 * P * sp.diff(R(P), P))
    steps = (
        Step(
            "size",
            r"Write $u = U^{\mathsf T}x$, so that $\taP = u\cdot v$, and",
            Definition(S, U_SQUARED + V_SQUARED),
        ),
        Step(
            "output",
            r"Since $\lVert x\rVert = 1$, the loss depends on $U$ through $u$ only, and $u$ is a "
            r"block of orthonormal coordinates of $U$. The other $m(d-1)$ coordinates do not "
            r"enter the loss; they give the eigenvalue $0$ with that multiplicity. In the "
            r"coordinates $(u, v)$ the gradient of $u\cdot v$ is $(v, u)$, hence that of the loss "
            r"is $\taEll'(\taP)\,(v, u)$. We apply the Hessian to a vector by differentiating this "
            r"gradient in its direction. At $(u + \tau v,\ v + \tau u)$ the output is",
            Identity(
                (P + TAU * U_SQUARED + TAU * V_SQUARED + TAU**2 * P, P + TAU * S + TAU**2 * P)
            ),
            ("size",),
        ),
        Step(
            "along-gradient",
            r"and the gradient of the loss is a multiple of $(v + \tau u,\ u + \tau v)$ whose "
            r"factor is",
            Expansion(derivative_at(ELL, 1, along), _ELL1 + TAU * S * _ELL2, TAU, 2),
        ),
        Step(
            "along-mirror",
            r"The Hessian thus maps $(v, u)$ to $\taEll'' S\,(v, u) + \taEll'\,(u, v)$. Along "
            r"$(u, v)$, that is at $((1+\tau)u,\ (1+\tau)v)$, the output is $(1+\tau)^2\taP$, and "
            r"the gradient is a multiple of $(v, u)$ with the factor",
            Expansion(
                (1 + TAU) * derivative_at(ELL, 1, mirrored),
                _ELL1 + TAU * (_ELL1 + 2 * P * _ELL2),
                TAU,
                2,
            ),
        ),
        Step(
            "block-trace",
            r"The Hessian thus maps $(u, v)$ to $(\taEll' + 2\taP\taEll'')\,(v, u)$. The plane of "
            r"$(v, u)$ and $(u, v)$ is therefore invariant, and on it the Hessian has the trace",
            Definition(TRACE, trace),
        ),
        Step("block-determinant", "and the determinant", Definition(DETERMINANT, determinant)),
        Step(
            "characteristic",
            "since its characteristic polynomial on the plane is",
            Identity(
                (
                    (LAMBDA - S * _ELL2) * LAMBDA - (_ELL1 + 2 * P * _ELL2) * _ELL1,
                    LAMBDA**2 - TRACE * LAMBDA + DETERMINANT,
                )
            ),
            ("block-trace", "block-determinant"),
        ),
        Step("larger-root", "Its larger root is", LARGER_ROOT),
        Step(
            "largest",
            r"It remains to see that no other eigenvalue is larger. Along a vector $(a, b)$ that "
            r"is orthogonal to the plane, the output does not change to first order in $\tau$, so "
            r"the Hessian maps it to $\taEll'\,(b, a)$. The exchange of $a$ and $b$ has the "
            r"eigenvectors $(w, \pm w)$, so the remaining eigenvalues are $\taEll'$ and "
            r"$-\taEll'$, each with multiplicity $m-1$. Replacing $u$ by $-u$ changes the sign of "
            r"$\taP$ and leaves the eigenvalues as they are, so let $\taP \ge 0$. By A2, "
            r"$\taEll'' > 0$, hence $\taEll' \ge 0$ and $\taSharp \ge 0$. At $\taEll'$ the "
            r"characteristic polynomial has the value",
            Sign(
                (
                    _ELL1**2 - TRACE * _ELL1 + DETERMINANT,
                    -_ELL1 * _ELL2 * (S + 2 * P),
                ),
                "≤",
                ((_ELL1, "≥"), (_ELL2, ">"), (P, "≥")),
            ),
            ("block-trace", "block-determinant"),
        ),
        Step(
            "slope",
            r"so $\taEll'$ lies between its roots, and $\taSharp$ is the largest eigenvalue of "
            r"all. To bring it into the variables of the reduced map we insert the definition of "
            r"the response,",
            Definition(_ELL1, P * R(P)),
        ),
        Step(
            "size-in-q",
            r"with its derivative $\taEll'' = (\taP\taR)'$, and that of $\taQ$, which is "
            r"$\taQ = 2/(\taEta S)$, or",
            Solution(S, 2 / (ETA * Q), Q * ETA * S - 2),
        ),
        Step(
            "trace",
            "Then",
            Identity((TRACE, 2 * RISE / (ETA * Q))),
            ("block-trace", "slope", "size-in-q"),
        ),
        Step(
            "determinant",
            "and",
            Identity(
                (DETERMINANT, -(P**2) * R(P) * (3 * R(P) + 2 * P * sp.diff(R(P), P))),
            ),
            ("block-determinant", "slope"),
        ),
        *AT_REST,
        Step(
            "sharpness",
            r"so that the sharpness tends to $2/(\taEta\taQ)$ there. In general",
            Identity((LAMBDA, RISE / (ETA * Q) + sp.sqrt(rest))),
            ("larger-root", "trace", "determinant"),
        ),
    )
    statement = (
        r"Let $\taEll$ be even and satisfy A2, and let $\lVert x\rVert = 1$. For every input "
        r"dimension $d$ and width $m$, the largest eigenvalue $\taSharp$ of the Hessian of the "
        r"loss is the larger root of $\taSharp^2 - T\taSharp + \Delta = 0$, with $T$ and $\Delta$ "
        r"the functions of $\taP$, $\taQ$ and $\taEta$ in \stepref{trace} and "
        r"\stepref{determinant}; the other eigenvalues are the smaller root, $\pm\taEll'(\taP)$ "
        r"and $0$."
    )
    return Derivation(
        "linear/sharpness", "The sharpness of the two-layer linear network", statement, steps
    )
