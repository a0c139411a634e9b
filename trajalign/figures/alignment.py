"""How closely orbits follow the slow curve: along one orbit, and on a ladder of step sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ..numerics.compile.balls import compile_balls, evaluate
from ..numerics.curve.two_sided import two_sided_curve
from ..numerics.precision import working_bits
from ..theory.curve.closed import curve_closed
from ..theory.errors import InputError
from ..theory.models import Model, P, R
from ..theory.requirements import require_curved
from ..theory.valleys import Valley
from ..verification.measuring.orbit_view import OrbitView
from ..verification.measuring.plans import MAX_STEPS, Plan
from ..verification.numbers import ball
from .followed_orbits import logarithmic, never_zero
from .kind import Kind, Request
from .picture import MEASURED, PREDICTED, Curve, Picture
from .standard import LARGE, SMALL

_Curve = Callable[[arb, int], tuple[arb, ...]]

_SHOWN = 70
_RUNGS = 4  # of the ladder, each half the one before


@dataclass(frozen=True)
class Residual:
    """At one p of an orbit: |q/r(p) − 1 − Σ_{k<K} h_k(p) εᵏ| for K = 1, 2, …, and |h_K(p)| εᴷ."""

    left: tuple[float, ...]
    predicted: tuple[float, ...]


def _residual(curve: _Curve, p: arb, q: arb, epsilon: arb, bits: int) -> Residual:
    r, *h = curve(p, bits)
    left, predicted, known = [], [], arb(0)
    for k, h_k in enumerate(h, start=1):
        left.append(float(abs(q / r - 1 - known)))
        predicted.append(float(abs(h_k) * epsilon**k))
        known += h_k * epsilon**k
    return Residual(tuple(left), tuple(predicted))


def _compiled(model: Model, order: int) -> _Curve:
    """The curve at ε = 0 and h_1, …, h_order as functions of p."""
    if isinstance(model.response, Valley):
        curve = two_sided_curve(model, order)
        return lambda p, bits: curve.at(p).values
    formulas = compile_balls([model.concrete(R(P)), *curve_closed(model, order)], [P])
    return lambda p, bits: evaluate(formulas, (abs(p),), bits)


def alignment_picture(plan: Plan, step_size: sp.Rational, order: int = 3) -> Picture:
    """Along one orbit: what is left of q/r(p) − 1 after each term of the slow curve.

    Parameters: a plan with starts; the step size; `order`, how many terms are shown.
    Raises InputError for an orbit that diverges or comes to p = 0.
    """
    model, curve = plan.model, _compiled(plan.model, order)
    view = _view(plan, step_size)
    times = logarithmic(len(view.orbit), _SHOWN)
    with ctx.workprec(working_bits(plan.digits)):
        epsilon = ball(plan.epsilon(step_size))
        rows = [
            _residual(curve, view.orbit.p[t], view.orbit.q[t], epsilon, view.bits) for t in times
        ]
    curves = _curves(tuple(map(float, times)), rows, order)
    height = _height(model)
    caption = (
        f"What is left of q/{height[0]} − 1 after k terms of the slow curve (marks), and the size "
        f"of the next term (lines); {model.given}, step size {step_size}, {_from(plan)}"
    )
    return Picture("alignment", caption, "$t$", height[1], curves, log="xy")


def ladder_picture(plan: Plan, order: int = 3) -> Picture:
    """On the plan's ladder: the same at the passage of q = 1, against ε.

    Raises InputError for an orbit that diverges, comes to p = 0 or does not pass q = 1
    from below.
    """
    model, curve = plan.model, _compiled(plan.model, order)
    epsilons, rows = [], []
    for eta in plan.etas:
        view = _view(plan, eta)
        if view.crossing == 0:
            raise InputError(f"orbits align from q0 < 1, got q0 = {plan.starts[0][1]}")
        with ctx.workprec(view.bits):
            p, q = view.orbit.p[view.crossing], view.orbit.q[view.crossing]
            rows.append(_residual(curve, p, q, view.epsilon, view.bits))
        epsilons.append(float(view.epsilon))
    curves = _curves(tuple(epsilons), rows, order)
    caption = (
        f"Alignment on a ladder of step sizes at the passage of q = 1: what is left after k terms "
        f"(marks) against the next term (lines); {model.given}, {_from(plan)}"
    )
    return Picture("ladder", caption, r"$\varepsilon$", _height(model)[1], curves, log="xy")


def _height(model: Model) -> tuple[str, str]:
    """The diagram's q as a caption has it, and what the axis says is left."""
    plain, latex = ("Q₀(p)", "Q_0(p)") if isinstance(model.response, Valley) else ("r(p)", "r(p)")
    return plain, f"what is left of $q/{latex} - 1$"


def _from(plan: Plan) -> str:
    p0, q0 = plan.starts[0]
    return f"from p0 = {p0}, q0 = {q0}"


def _view(plan: Plan, step_size: sp.Rational) -> OrbitView:
    view = OrbitView(plan, step_size, plan.starts[0])
    never_zero(view.orbit, plan.starts[0])
    return view


def _curves(x: tuple[float, ...], rows: Sequence[Residual], order: int) -> tuple[Curve, ...]:
    found = []
    for k in range(order):
        found.append(Curve(_name(k), MEASURED, x, tuple(row.left[k] for row in rows)))
    for k in range(order):
        name = f"$|h_{k + 1}|\\,\\varepsilon{f'^{k + 1}' if k else ''}$"
        found.append(Curve(name, PREDICTED, x, tuple(row.predicted[k] for row in rows)))
    return tuple(found)


def _name(k: int) -> str:
    named = {0: "no term", 1: "after $h_1$", 2: "after $h_1$, $h_2$"}
    return named.get(k, f"after $h_1$ to $h_{k}$")


def _plan(asked: Request, *etas: sp.Rational) -> Plan:
    require_curved(asked.model.response)
    plan = Plan(asked.model, etas=etas, starts=(asked.start,))
    if plan.curve.h_at_zero < 0:
        raise InputError(
            f"{asked.model.given}: orbits align only if r''(0) < 0, but r''(0) = "
            f"{asked.model.response.curvature}"
        )
    if (steps := plan.steps_needed(float(etas[-1]))) > MAX_STEPS:
        raise InputError(f"eta = {etas[-1]}: an orbit takes about {steps:.0e} steps; take a larger")
    return plan


def _alignment(asked: Request) -> Picture:
    eta = asked.step_size(SMALL)
    return alignment_picture(_plan(asked, eta), eta, asked.order)


def _ladder(asked: Request) -> Picture:
    top = asked.step_size(LARGE)
    return ladder_picture(_plan(asked, *(top / 2**k for k in range(_RUNGS))), asked.order)


_TAKES = ("eta", "p0", "q0", "order")
KINDS = (
    Kind(
        "alignment",
        "what is left of q/r(p) - 1 along an orbit, against h_1 to h_3",
        _alignment,
        _TAKES,
    ),
    Kind(
        "ladder",
        "the same at the passage of q = 1, on a ladder of step sizes",
        _ladder,
        _TAKES,
    ),
)
