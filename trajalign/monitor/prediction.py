"""Where the sharpness of a run will come to rest, told from its weights of now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.networks.averaged import flow, sharpness_at
from ..numerics.networks.flat import FlatFunctions
from ..numerics.networks.saturation import below
from ..studies.saturation import LARGEST_SECOND, LEAST_MARGIN
from ..theory.arguments import integer, real, string
from ..theory.errors import InputError
from ..theory.requirements import require_normalised
from ..theory.responses import Loss
from .objective import Objective, Theory

_CHANGE = 1e-9  # of ηλ, as if all weights moved by their own length
_FAR = 0.5  # from the edge, of 2 − ηλ


@dataclass(frozen=True)
class Prediction:
    """What is predicted at step `step` of a run for `steps` more steps; λ is the sharpness.

    By the averaged flow: `flow`, 2 − ηλ where the run is after these steps (on that side of its
    oscillation, if there still is one), and `second`, the largest ηλ₂ on the way. By the law of the
    edge, at the minimum below: `c`, positive where the flip is supercritical; `law`, the 2 − ηλ* =
    κ of a run that comes to the edge from far above (None for c ≤ 0); `from_here`, 2 − ηλ* of a run
    that is where this one is (None where it is predicted to jump or to leave); `margin`, how many
    times faster than the drift the slowest stable mode is (None without such modes); `mu`, ηλ − 2
    there. None where there is no such number; `why` says why. No theorem covers it.
    """

    step: int
    steps: int
    flow: float | None
    second: float | None
    c: float | None
    law: float | None
    from_here: float | None
    margin: float | None
    mu: float | None
    why: tuple[str, ...] = ()

    @property
    def flow_holds(self) -> bool:
        """Whether the flow has a number, and no second direction came to the edge (ηλ₂ ≤ 1.9)."""
        return self.flow is not None and (self.second or 0.0) <= LARGEST_SECOND

    @property
    def law_objections(self) -> tuple[str, ...]:
        """What speaks against the law, in words: stable modes that are not fast enough for it (a
        margin below 10), the edge far away (|μ| or κ above 1/2), a flow that does not get there."""
        objections = {
            "stable modes are too slow": self.margin is not None and self.margin < LEAST_MARGIN,
            "the edge is far": max(abs(self.mu or 0.0), self.law or 0.0) > _FAR,
            "the averaged flow has no number": self.flow is None and not self.leaves,
        }
        return tuple(words for words, holds in objections.items() if holds)

    @property
    def law_holds(self) -> bool:
        """Whether there is a law, and nothing is known to speak against it."""
        return self.c is not None and not self.law_objections

    @property
    def leaves(self) -> bool:
        """Whether the law says that the run does not come to rest here: it jumps or diverges."""
        return self.c is not None and self.c <= 0 and self.from_here is None

    def __str__(self) -> str:
        """The same in words."""
        return "\n".join([*_of_flow(self), *_of_law(self), *self.why])


def _of_flow(found: Prediction) -> Iterator[str]:
    if found.flow is None:
        return
    told = f"step {found.step}, {found.steps} steps ahead: 2 − ηλ = {found.flow:.4g}"
    yield f"{told} by the averaged flow, ηλ₂ ≤ {found.second or 0:.3g} on the way" + (
        "" if found.flow_holds else ": a second direction is at the edge, do not rely on it"
    )


def _of_law(found: Prediction) -> Iterator[str]:
    if found.c is None:
        return
    if found.leaves:
        told = f"subcritical flip, c = {found.c:.3g}: the run is predicted to jump or to leave"
    elif found.law is None:
        told = f"subcritical flip, c = {found.c:.3g}, not met: 2 − ηλ* = {found.from_here:.4g}"
    else:
        told = f"supercritical flip: 2 − ηλ* = {found.law:.4g} by the law"
        told += "" if found.from_here is None else f", {found.from_here:.4g} from here"
    told += "" if found.margin is None else f"; margin {found.margin:.3g}"
    yield told + (
        "" if found.law_holds else f": {', '.join(found.law_objections)}, do not rely on it"
    )


def required_loss(objective: Objective) -> Loss:
    """The loss of an objective that has a minimum to come to rest at. Raises InputError."""
    if not isinstance(objective, Theory):
        raise InputError(
            "predict: need a loss of f − y, such as 'log-cosh'; of an objective of outputs and "
            "targets, such as a cross-entropy, no minimum is known that fits all data"
        )
    require_normalised(objective.loss)
    return objective.loss


def predicted(functions: FlatFunctions, flat: Floats, step: int, steps: int) -> Prediction:
    """The prediction from flat weights, by the derivatives of any engine.

    Raises InputError for steps < 1 and weights at which the residuals are not finite.
    """
    steps = integer(steps, "steps")
    if steps < 1:
        raise InputError(f"steps = {steps}: need at least 1")
    if not np.isfinite(np.asarray(functions.residuals(flat))).all():
        raise InputError("predict: the residuals are not finite, the run has flown away")
    found: dict[str, Any] = dict.fromkeys(_NUMBERS)
    why = []
    for part in (_flow, _law):
        try:
            found |= part(functions, flat, steps)
        except InputError as error:
            why.append(str(error))
    return Prediction(step, steps, **found, why=tuple(why))


_NUMBERS = ("flow", "second", "c", "law", "from_here", "margin", "mu")


def _flow(functions: FlatFunctions, flat: Floats, steps: int) -> dict[str, float]:
    end = flow(functions, flat, steps)
    found = 2 - functions.step_size * sharpness_at(functions, end.beside)
    if not np.isfinite(found):
        raise InputError("the averaged flow does not get there")
    return {"flow": found, "second": end.second}


def _law(functions: FlatFunctions, flat: Floats, _: int) -> dict[str, float | None]:
    here = below(functions, flat)
    law = here.law
    size = np.linalg.norm(flat)
    changes = law.step_size * np.linalg.norm(law.force) * size > _CHANGE
    if law.is_flat or not changes or not abs(law.c) * size**2 > _CHANGE:
        raise InputError(
            "the law has no number where the sharpness does not change along the minima, such as "
            "for a model that is linear in its weights, or where c = 0 to rounding, as it may be "
            "for the square loss"
        )
    return {
        "c": law.c,
        "law": law.kappa if law.c > 0 else None,
        "from_here": law.gap_from(law.mu, here.square),
        "margin": law.margin if np.isfinite(law.margin) else None,
        "mu": law.mu,
    }


def as_fields(found: Prediction) -> dict[str, Any]:
    """For JSON."""
    return asdict(found) | {"why": list(found.why)}


def from_fields(given: Mapping[str, Any]) -> Prediction:
    """What `as_fields` gave. Raises KeyError, TypeError, ValueError, InputError."""
    numbers = {n: None if given[n] is None else real(given[n], n) for n in _NUMBERS}
    step, steps = (integer(given[name], name) for name in ("step", "steps"))
    why = tuple(string(line, "why") for line in given["why"])
    return Prediction(step, steps, **numbers, why=why)
