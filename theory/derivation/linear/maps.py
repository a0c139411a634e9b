"""The reduced map of the two-layer linear network, and its diagonal form."""

from __future__ import annotations

import sympy as sp

from ...expressions.parsing import Z
from ...models.base import ETA, Model, P, Q, R
from ..claims import Definition, Derivation, Identity, Step
from ..notation import (
    A_NEXT,
    B_NEXT,
    ELL,
    F_NEXT,
    GRAM,
    GRAM_NEXT,
    INPUT,
    OUTER,
    OUTER_CHANGE,
    OUTER_NEXT,
    P_NEXT,
    Q_NEXT,
    S_NEXT,
    SLOPE,
    STEP_MATRIX,
    WEIGHTS,
    WEIGHTS_CHANGE,
    WEIGHTS_NEXT,
    A,
    B,
    F,
    S,
    Y,
)
from ..serialization import derivative_at


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The reduced map and its diagonal form."""
    return (_reduced_map(), _diagonal_form())


def _norm(vector: sp.MatrixExpr) -> sp.Expr:
    return sp.Trace(vector.T * vector)


_INPUT_NORM = _norm(INPUT)


def _reduced_map() -> Derivation:
    return Derivation(
        "linear/reduced-map",
        "The reduced map of the two-layer linear network",
        r"Let $f = x^{\mathsf{T}} U v$ be the output of a two-layer linear network with $d$ inputs "
        r"and width $m$, let $\taEll$ be a differentiable loss, and take one step of gradient "
        r"descent with step size $\taEta$ on $\taEll(f - y)$. For all $d$ and $m$, and for given "
        r"$x$ and $y$, the values of $f$ and $S = \lVert U^{\mathsf{T}} x\rVert^2 + \lVert "
        r"x\rVert^2 \lVert v\rVert^2$ after the step depend on $f$ and $S$ before it alone, by "
        r"\stepref{f-next} and \stepref{s-next}. If $\lVert x\rVert = 1$ and $y = 0$, then "
        r"$\taP = f$ and "
        r"$\taQ = 2/(\taEta S)$ follow the map of \stepref{p-next} and \stepref{q-next}.",
        (*_step(), *_gram(), *_reduction()),
    )


def _step() -> tuple[Step, ...]:
    """The gradient, and what a step does to Uᵀx and v."""
    x, u, v = INPUT, WEIGHTS, OUTER
    return (
        Step(
            "output",
            r"Given are an input $x$ with $d$ entries, a matrix $U$ of $d \times m$ weights, a "
            r"vector $v$ of $m$ weights, and a target $y$. The network computes",
            Definition(F, sp.Trace(x.T * u * v)),
        ),
        Step(
            "slope",
            r"and its loss is $\taEll(f - y)$. We abbreviate",
            Definition(SLOPE, derivative_at(ELL, 1, F - Y)),
        ),
        Step(
            "gradient-in-u",
            r"We show that a step of gradient descent moves $f$ and $S$ by themselves, and begin "
            r"with the gradient of $f$. The output is linear in $U$, so for every $d \times m$ "
            r"matrix $E$",
            Identity(
                (
                    sp.Trace(x.T * (u + WEIGHTS_CHANGE) * v),
                    F + sp.Trace((x * v.T).T * WEIGHTS_CHANGE),
                )
            ),
            ("output",),
        ),
        Step(
            "gradient-in-v",
            r"which says that the gradient of $f$ with respect to $U$ is the matrix "
            r"$x v^{\mathsf{T}}$. Likewise, for every vector $e$ with $m$ entries,",
            Identity(
                (sp.Trace(x.T * u * (v + OUTER_CHANGE)), F + sp.Trace(x.T * u * OUTER_CHANGE))
            ),
            ("output",),
        ),
        Step(
            "u-next",
            r"so that the gradient with respect to $v$ is $U^{\mathsf{T}} x$. By the chain rule "
            r"the gradient of the loss is $\taEll'$ times that of $f$. After a step of size "
            r"$\taEta$ the weights are therefore",
            Definition(WEIGHTS_NEXT, u - ETA * SLOPE * x * v.T),
        ),
        Step("v-next", "and", Definition(OUTER_NEXT, v - ETA * SLOPE * u.T * x)),
        Step(
            "hidden",
            r"The output depends on the weights through the two vectors $U^{\mathsf{T}} x$ and $v$ "
            r"alone. Of these \stepref{v-next} gives the second after the step; the first is, by "
            r"\stepref{u-next},",
            Identity((WEIGHTS_NEXT.T * x, u.T * x - ETA * SLOPE * _INPUT_NORM * v)),
            ("u-next",),
        ),
    )


def _gram() -> tuple[Step, ...]:
    """The Gram matrix, and with it f and S, after a step."""
    x, u, v = INPUT, WEIGHTS, OUTER
    after = WEIGHTS_NEXT.T * x, OUTER_NEXT
    both = ("output", "u-next", "v-next")
    return (
        Step(
            "matrix",
            r"In each of the $m$ coordinates, then, the step multiplies the pair formed by an "
            r"entry of $U^{\mathsf{T}} x$ and the same entry of $v$ by one and the same matrix",
            Definition(
                STEP_MATRIX,
                sp.ImmutableMatrix([[1, -ETA * SLOPE * _INPUT_NORM], [-ETA * SLOPE, 1]]),
            ),
        ),
        Step(
            "gram",
            r"Hence the width $m$ does not matter: it is enough to follow the inner products of "
            r"the two vectors. Before the step they make up the Gram matrix",
            Definition(GRAM, sp.ImmutableMatrix([[_norm(u.T * x), F], [F, _norm(v)]])),
        ),
        Step(
            "f-after",
            "After the step the output is",
            Definition(F_NEXT, sp.Trace(after[0].T * after[1])),
        ),
        Step(
            "gram-after",
            r"and the Gram matrix",
            Definition(
                GRAM_NEXT,
                sp.ImmutableMatrix([[_norm(after[0]), F_NEXT], [F_NEXT, _norm(after[1])]]),
            ),
        ),
        Step(
            "gram-next",
            r"Because the same matrix acts in all coordinates, the two are related by",
            Identity((GRAM_NEXT, STEP_MATRIX * GRAM * STEP_MATRIX.T)),
            (*both, "matrix", "gram", "f-after", "gram-after"),
        ),
        Step(
            "s",
            r"Of the diagonal we need only the squared norm of the gradient of $f$,",
            Definition(S, _norm(u.T * x) + _INPUT_NORM * _norm(v)),
        ),
        Step(
            "s-after",
            "and after the step",
            Definition(S_NEXT, _norm(after[0]) + _INPUT_NORM * _norm(after[1])),
        ),
        Step(
            "f-next",
            r"The entry off the diagonal in \stepref{gram-next} is",
            Identity((F_NEXT, (1 + ETA**2 * SLOPE**2 * _INPUT_NORM) * F - ETA * SLOPE * S)),
            (*both, "f-after", "s"),
        ),
        Step(
            "s-next",
            r"and its first diagonal entry plus $\lVert x\rVert^2$ times its second is",
            Identity(
                (
                    S_NEXT,
                    (1 + ETA**2 * SLOPE**2 * _INPUT_NORM) * S - 4 * ETA * SLOPE * _INPUT_NORM * F,
                )
            ),
            (*both, "s", "s-after"),
        ),
    )


def _reduction() -> tuple[Step, ...]:
    """y = 0, ‖x‖ = 1: the map of (p, q)."""
    r = R(P)
    place = ("unit", "p", "q", "slope-at-p")
    return (
        Step(
            "unit",
            r"These two equations hold for every input and target, and no other function of the "
            r"weights enters them. From here on the input has norm one,",
            Definition(_INPUT_NORM, sp.S.One),
        ),
        Step("target", r"and the target is", Definition(Y, sp.S.Zero)),
        Step("p", r"so that the residual is the output itself. We write", Definition(P, F)),
        Step("q", "and", Definition(Q, 2 / (ETA * S))),
        Step(
            "response",
            r"The loss enters through its response, the function",
            Definition(R(Z), sp.diff(ELL(Z), Z) / Z),
        ),
        Step(
            "slope-at-p",
            r"in terms of which the derivative of the loss at the output is",
            Identity((SLOPE, P * r)),
            ("slope", "target", "p", "response"),
        ),
        Step("p-after", r"After the step the same quantities are", Definition(P_NEXT, F_NEXT)),
        Step("q-after", "and", Definition(Q_NEXT, 2 / (ETA * S_NEXT))),
        Step(
            "p-next",
            r"where $S_{+} \ne 0$ (otherwise the gradient vanishes, and no later step changes "
            r"anything). We insert $S = 2/(\taEta \taQ)$ and \stepref{slope-at-p} into "
            r"\stepref{f-next} and find",
            Identity(
                (
                    P_NEXT,
                    (1 + ETA**2 * SLOPE**2) * P - 2 * SLOPE / Q,
                    (1 - 2 * r / Q + ETA**2 * P**2 * r**2) * P,
                )
            ),
            ("f-next", "p-after", *place),
        ),
        Step(
            "q-next",
            r"and, inserting the same into \stepref{s-next},",
            Identity(
                (
                    Q_NEXT,
                    Q / (1 + ETA**2 * SLOPE**2 - 2 * ETA**2 * Q * SLOPE * P),
                    Q / (1 - ETA**2 * P**2 * r * (2 * Q - r)),
                )
            ),
            ("s-next", "q-after", *place),
        ),
    )


def _diagonal_form() -> Derivation:
    ones, signs = (sp.ImmutableMatrix([[1, sign]]) for sign in (1, -1))
    before = tuple(f"linear/reduced-map:{name}" for name in ("output", "s", "unit", "p", "q"))
    step = tuple(f"linear/reduced-map:{name}" for name in ("slope-at-p", "p-next", "q-next"))
    norms = [_norm(WEIGHTS.T * INPUT + sign * OUTER) / 2 for sign in (1, -1)]
    shrinking = [1 - ETA * SLOPE, 1 + ETA * SLOPE]
    return Derivation(
        "linear/diagonal-form",
        "The linear network in diagonal form",
        r"Let $\lVert x\rVert = 1$ and $y = 0$. The quantities $a = 1/(\taEta \taQ) + \taP$ and "
        r"$b = 1/(\taEta \taQ) - \taP$ are non-negative, and a step of gradient descent multiplies "
        r"each by a factor of its own, \stepref{a-next} and \stepref{b-next}. Their product is "
        r"multiplied by $(1 - \taEta^2 \taEll'^2)^2$.",
        (
            Step(
                "a",
                r"In the setting of \thmref{linear/reduced-map} with $\lVert x\rVert = 1$ and "
                r"$y = 0$, put",
                Definition(A, 1 / (ETA * Q) + P),
            ),
            Step("b", "and", Definition(B, 1 / (ETA * Q) - P)),
            Step(
                "a-norm",
                r"Since $1/(\taEta \taQ) = S/2$ and $\taP = x^{\mathsf{T}} U v$, both are squared "
                r"lengths and so not negative:",
                Identity((A, norms[0])),
                ("a", *before),
            ),
            Step("b-norm", "and", Identity((B, norms[1])), ("b", *before)),
            Step(
                "p-back",
                r"Conversely $\taP$ and $\taQ$ follow from them, by",
                Identity((P, (A - B) / 2)),
                ("a", "b"),
            ),
            Step("q-back", "and", Identity((1 / (ETA * Q), (A + B) / 2)), ("a", "b")),
            Step(
                "plus",
                r"These two combinations are natural because, for $\lVert x\rVert = 1$, the rows "
                r"$(1, 1)$ and $(1, -1)$ are eigenvectors of the matrix of a step, "
                r"\stepref{linear/reduced-map:matrix}:",
                Identity((ones * STEP_MATRIX, sp.MatMul(shrinking[0], ones))),
                ("linear/reduced-map:matrix", "linear/reduced-map:unit"),
            ),
            Step(
                "minus",
                "and",
                Identity((signs * STEP_MATRIX, sp.MatMul(shrinking[1], signs))),
                ("linear/reduced-map:matrix", "linear/reduced-map:unit"),
            ),
            Step(
                "a-after",
                r"A step therefore stretches $U^{\mathsf{T}} x + v$ by the first factor and "
                r"$U^{\mathsf{T}} x - v$ by the second, and their squared lengths by the squares. "
                r"To see this in the reduced map, consider the same quantities after the step,",
                Definition(A_NEXT, 1 / (ETA * Q_NEXT) + P_NEXT),
            ),
            Step("b-after", "and", Definition(B_NEXT, 1 / (ETA * Q_NEXT) - P_NEXT)),
            Step(
                "a-next",
                r"\stepref{linear/reduced-map:p-next} and \stepref{linear/reduced-map:q-next} give",
                Identity((A_NEXT, shrinking[0] ** 2 * A)),
                ("a", "a-after", *step),
            ),
            Step(
                "b-next", "and", Identity((B_NEXT, shrinking[1] ** 2 * B)), ("b", "b-after", *step)
            ),
            Step(
                "product",
                r"The product of the two equations is",
                Identity((A_NEXT * B_NEXT, (1 - ETA**2 * SLOPE**2) ** 2 * A * B)),
                ("a-next", "b-next"),
            ),
        ),
        ("linear/reduced-map",),
    )
