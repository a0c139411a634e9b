"""The unit of p that a response has by nature, and numbers of a theorem in other units."""

from __future__ import annotations

import math
from collections.abc import Mapping

from flint import fmpq

from ...theory.expressions.parsing import Z
from ...theory.models import Model

_NEAR_UNIT = 8  # times the given unit, or its part, that is near enough


def natural(model: Model) -> tuple[Model, fmpq]:
    """The model in the unit of p that its response has by nature, and that unit; in the given one
    where that is near enough: ln(1/ε) asks for small ε."""
    scale = model.response.scale
    unit = fmpq(int(scale.p), int(scale.q))
    if fmpq(1, _NEAR_UNIT) <= unit <= _NEAR_UNIT:
        return model, fmpq(1)
    response = model.response
    stretched = response.expression.subs(Z, scale * Z) / scale ** (2 // response.degree)
    return model.with_response(type(response)(stretched)), unit


def in_units(values: Mapping[str, float], unit: float) -> dict[str, float]:
    """Numbers in natural units in those of the model: p counts units, 1/ε and h their squares."""
    if unit == 1:
        return dict(values)
    powers = {"p": 1, "h": 2, "D": 2, "gap": 2, "drift": 2, "rho_0": -2, "h_2": 4}
    powers |= dict.fromkeys(("C", "limit", "saturation"), 4)
    found = {}
    for name, value in values.items():
        kind = name.split(",")[0]
        found[name] = value * unit ** powers.get(kind, 0)  # a power of two: exact
        if kind == "A":  # so are steps
            found[name] = math.nextafter(value - 2 * values["B"] * math.log(unit), math.inf)
        if kind in ("k", "left"):  # ρ₀ ln(1/ε) is told with ε in the model's units
            scale = values["rho_0, at least"]
            found[name] = (value - 2 * scale * math.log(unit) * (name != "k, wide")) / unit**2
    return found
