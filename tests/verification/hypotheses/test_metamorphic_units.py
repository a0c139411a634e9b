"""Another unit of z changes no verdict: s² ℓ(z/s) and s φ(z/s) for s from 10⁻⁶ to 10⁶."""

from functools import cache

import pytest
import sympy as sp

from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss, Response
from trajalign.verification import Options, verify
from trajalign.verification.hypotheses.assumptions import Assumptions

UNITS = [sp.Rational(1, 10**6), sp.Rational(1, 1000), sp.Rational(1, 7), 7, 1000, 10**6]
ENTRIES = [*(("linear", name) for name in LOSSES), *(("neuron", name) for name in ACTIVATIONS)]
SPARSE = [("linear", "z*asinh(z) - sqrt(1+z**2)"), ("linear", "log(1+z**2)/2")]


def model(kind: str, text: str, unit: sp.Rational) -> Model:
    loss = kind == "linear"
    plain = (Loss if loss else Activation).parse(text).expression
    stretched = str(sp.Rational(unit) ** (2 if loss else 1) * plain.subs(Z, Z / unit))
    if loss:
        return TwoLayerLinear(Loss.parse(stretched))
    return SingleNeuron(Activation.parse(stretched))


@cache
def verdicts(kind: str, text: str, unit: sp.Rational) -> dict[str, object]:
    """What is found of every hypothesis, on what evidence, and whether z0 is enclosed."""
    judged = Assumptions(model(kind, text, unit))
    found = {name: (v.outcome, v.evidence) for name, v in judged.verdicts.items()}
    return found | {"z0": judged.constants is not None}


@pytest.mark.parametrize("unit", [UNITS[0], UNITS[-1]], ids=str)
@pytest.mark.parametrize(("kind", "text"), [ENTRIES[0], ENTRIES[5], *SPARSE])
def test_hypotheses_in_extreme_units(kind: str, text: str, unit: sp.Rational) -> None:
    assert verdicts(kind, text, unit) == verdicts(kind, text, sp.S.One)


@pytest.mark.thorough
@pytest.mark.parametrize("unit", UNITS, ids=str)
@pytest.mark.parametrize(("kind", "text"), ENTRIES)
def test_hypotheses_of_the_whole_catalogue(kind: str, text: str, unit: sp.Rational) -> None:
    assert verdicts(kind, text, unit) == verdicts(kind, text, sp.S.One)


def test_with_a_fixed_unit_verdicts_would_change(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = verdicts("linear", "log-cosh", sp.S.One)
    monkeypatch.setattr(Response, "scale", sp.S.One)
    judged = Assumptions(model("linear", "log-cosh", 10**6))
    found = {name: (v.outcome, v.evidence) for name, v in judged.verdicts.items()}
    assert found != {name: expected[name] for name in found}


@pytest.mark.thorough
@pytest.mark.parametrize("unit", [UNITS[0], 1000], ids=str)
def test_one_orbit_is_proved_in_every_unit(unit: sp.Rational) -> None:
    """At s = 1000 it was undecided: how near to 0 a box is was counted in z, not in its unit."""
    options = Options(frozenset({"linear/one-orbit"}))
    found = verify([model("linear", "log-cosh", unit)], options)
    assert [v.outcome.value for v in found if v.label == "linear/one-orbit"] == ["pass"]
