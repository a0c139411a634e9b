"""The derivation of a third model's reduced map, from its definition in parameter space."""

from __future__ import annotations

import sympy as sp

from ..errors import ReducedMapError
from ..expressions.parsing import Z
from ..models.base import ETA, PHI_SQUARED, Model, P, ParameterSpace, Q, R
from ..models.unspecified import unspecified_space
from .claims import Definition, Derivation, Identity, Step
from .notation import ELL, P_NEXT, PHI, Q_NEXT


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """One gradient step as the model's map of (p, q), for an unspecified response.

    Raises ReducedMapError where the model's definition is not one for every response.
    """
    return (_reduced_map(model),)


def _reduced_map(model: Model) -> Derivation:
    activation = model.response.square is not None
    space = unspecified_space(model, PHI if activation else ELL)
    if space is None:
        raise ReducedMapError(
            f"{model.name}: parameter_space() does not take an unspecified loss or activation, "
            "so its map cannot be derived"
        )
    kind = f"the {model.response.noun} ${model.response.latex}$"
    return Derivation(
        f"{model.name}/reduced-map",
        f"The reduced map of the {model.title}",
        rf"Let {kind} be differentiable, and take one step of gradient descent with step size "
        r"$\taEta$ on the objective of \stepref{objective}. Then $\taP$ and $\taQ$ of \stepref{p} "
        r"and \stepref{q} follow the map of \stepref{p-next} and \stepref{q-next}.",
        (*_step(space), *_places(space, activation), *_map(model)),
    )


_OBJECTIVE = sp.Symbol("L", real=True)


def _next(parameter: sp.Symbol) -> sp.Symbol:
    return sp.Symbol(f"{parameter}_+", real=True)


def _slope_name(parameter: sp.Symbol) -> str:
    return f"slope-in-{parameter}"


def _step(space: ParameterSpace) -> tuple[Step, ...]:
    """The partial derivatives, and the parameters after a step."""
    gradient = {t: sp.diff(space.objective, t) for t in space.parameters}
    slopes = [
        Step(
            _slope_name(t),
            "and" if k else "Its partial derivatives are",
            Identity((sp.Derivative(_OBJECTIVE, t), slope)),
            ("objective",),
        )
        for k, (t, slope) in enumerate(gradient.items())
    ]
    after = [
        Step(
            f"{t}-next",
            "and" if k else r"After a step of size $\taEta$ the parameters are therefore",
            Definition(_next(t), t - ETA * slope),
        )
        for k, (t, slope) in enumerate(gradient.items())
    ]
    opening = "Given is the objective"
    return (Step("objective", opening, Definition(_OBJECTIVE, space.objective)), *slopes, *after)


def _places(space: ParameterSpace, activation: bool) -> tuple[Step, ...]:
    """p and q before and after the step, and the response."""
    later = {t: _next(t) for t in space.parameters}
    slope = PHI(Z) * sp.Derivative(PHI(Z), Z) if activation else sp.Derivative(ELL(Z), Z)
    square = Step(
        "phi-squared",
        r"which says of the square of the activation",
        Identity((sp.Derivative(PHI_SQUARED(P), P), 2 * P * R(P))),
        ("response",),
    )
    return (
        Step("p", "We write", Definition(P, space.p)),
        Step("q", "and", Definition(Q, space.q)),
        Step("response", "where both exist, and the response is", Definition(R(Z), slope / Z)),
        *([square] if activation else []),
        Step("p-after", "After the step", Definition(P_NEXT, space.p.xreplace(later))),
        Step("q-after", "and", Definition(Q_NEXT, space.q.xreplace(later))),
    )


def _map(model: Model) -> tuple[Step, ...]:
    """The map, as the model has it."""
    parameters = model.parameter_space().parameters
    uses = (*(f"{t}-next" for t in parameters), "p", "q", "response")
    generic = model.generic()
    return (
        Step(
            "p-next",
            "Inserted, this gives",
            Identity((P_NEXT, generic.p_next)),
            ("p-after", *uses),
        ),
        Step("q-next", "and", Identity((Q_NEXT, generic.q_next)), ("q-after", *uses)),
    )
