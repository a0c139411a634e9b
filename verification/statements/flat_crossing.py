"""The time of crossing if r''(0) = 0: t_b = (K(q0) − ρ κ_β a^(β−2)/d)/ε, without a logarithm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp

from ...numerics.curve.flat import inner_orbit
from ...numerics.curve.long_times import flat_crossing_constant
from ...theory.curve.flat import flat_edge
from ..measuring.aligned_curve import from_integral
from ..measuring.claims import OFF, Claim, Judgement, Measurement, wrong_coefficients
from ..measuring.flat_claims import FlatClaim, computed, not_flat
from ..measuring.ladder import COEFFICIENT_TOLERANCE
from ..measuring.orbit_claims import judgement, settled_or_open
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan
from ..numbers import number
from ..quantities import Compared, Quantities
from ..statement import BY_LADDER, FLAT, FLAT_ORBITS, NEW, Form
from .crossing import passage


@dataclass(frozen=True)
class FlatCrossingClaim(FlatClaim):
    """(K(q0) − ε t_b) d/(ρ a^(β−2)) → coefficient. The order of what is left is not judged: terms
    in a^m and in a^β ln(1/a) may cancel.

    `constants` are K(q0) for the starts of the plan; each is fitted, too, with the coefficient and
    further terms left free.
    """

    constants: tuple[sp.Expr, ...] = field(kw_only=True)

    def falsified_copies(self) -> list[Claim]:
        """Wrong coefficients, none at all, and a wrong constant."""
        off = tuple(OFF * K for K in self.constants)
        return [
            *wrong_coefficients(self, self.coefficient),
            self.wrong("without the correction", coefficient=sp.Integer(0)),
            self.wrong("K(q0) off by 1 %", constants=off),
        ]

    def read(self, view: OrbitView) -> Measurement:
        t, time = passage(view)
        return view.measurement(t, scaled=time * view.epsilon)

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        heights = [str(q0) for _, q0 in plan.starts]
        expected = self.constants[heights.index(runs[0].where["q0"])]
        ladder = self.ladder([self._relative(run, number(expected)) for run in runs])
        constants = [self._constant(runs[1:]), self._constant(runs)]
        found: Quantities = {
            "coefficient": Compared.of(self.coefficient, ladder.extrapolated),
            "constant K(q0)": Compared.of(expected, constants[-1], q0=runs[0].where["q0"]),
            "values": tuple(f"{v:.10g}" for v in ladder.values),
            "t_b": tuple(run.where["t"] for run in runs),
        }
        off = abs(constants[-1] - number(expected))
        finding = ladder.judge_value()
        if not off <= COEFFICIENT_TOLERANCE * number(expected):
            text = f"K(q0) = {constants[-1]:.8g} instead of {number(expected):.8g}"
            finding = settled_or_open(text, abs(constants[-1] - constants[0]) <= off / 2)
        return judgement(finding, runs, found)

    def _relative(self, run: Measurement, constant: float) -> Measurement:
        """What ε t_b falls short of K, in its own unit."""
        value = (constant - run.values["scaled"]) / self._unit(run.epsilon)
        residual = value - number(self.coefficient)
        return replace(run, values={**run.values, "value": value, "residual": residual})

    def _unit(self, epsilon: float) -> float:
        rho, drift = number(self.edge.rho), number(self.edge.drift)
        return float(rho * self.width(epsilon) ** (self.edge.beta - 2) / drift)

    def _constant(self, runs: Sequence[Measurement]) -> float:
        """K in ε t_b = K + a^(β−2) (A + B a^m + …), with as many terms as there are rungs."""
        units = np.array([self._unit(run.epsilon) for run in runs])
        small = np.array([self.small(run.epsilon) for run in runs])
        columns = [units * small**k for k in range(len(runs) - 1)]
        rows = np.column_stack([np.ones(len(runs)), *columns])
        scaled = np.array([run.values["scaled"] for run in runs])
        return float(np.linalg.solve(rows, scaled)[0])


def _claim(label: str, plan: Plan) -> Claim:
    edge = flat_edge(plan.model)
    constants = (flat_crossing_constant(plan.model, q0) for _, q0 in plan.starts)
    return FlatCrossingClaim(
        label,
        computed(inner_orbit(edge.beta).delay),
        edge=edge,
        power=edge.beta - 2,
        constants=tuple(map(from_integral, constants)),
    )


FORMS = (
    Form(
        "flat-crossing",
        144,
        says=lambda laws: (
            r"$\taQ$ passes 1 at $t_b = (K(\taQ_0) - "
            rf"{laws.flat_unit}\kappa_\beta a^{{\beta-2}} (1 + o(1)))/{laws.epsilon()}$"
            if laws.flat
            else ""
        ),
        about=lambda laws: FLAT_ORBITS,
        claim=_claim,
        needs=lambda laws: FLAT,
        origin=NEW,
        refuted_by=BY_LADDER,
        rests_on=("flat-alignment",),
        numbers={
            "coefficient": r"$\kappa_\beta$",
            "constant K(q0)": r"$K(\taQ_0)$",
        },
        silent=not_flat,
    ),
)
