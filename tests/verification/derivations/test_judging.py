"""The judge of derivations, on the linear model's first-order curve worked out by hand."""

from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from trajalign.theory.derivation import (
    Appendix,
    Cited,
    Definition,
    Derivation,
    Expansion,
    Identity,
    Sign,
    Solution,
    Step,
)
from trajalign.theory.derivation.notation import ELL, P_NEXT, PHI, Q_NEXT, H, S
from trajalign.theory.derivation.serialization import derivative_at
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import EPSILON, ETA, PHI_SQUARED, P, Q, R
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations.judging import (
    Checked,
    DerivationError,
    check_appendix,
    check_derivation,
)

r, w, h = R(P), PHI_SQUARED(P), H[1](P)
dr = sp.diff(r, P)
r2 = derivative_at(R, 2, sp.S.Zero)
OFF = sp.Rational(101, 100)

MAP = (
    Step("map-p", "", Definition(P_NEXT, (1 - 2 * r / Q + ETA**2 * P**2 * r**2) * P)),
    Step("map-q", "", Definition(Q_NEXT, Q / (1 - ETA**2 * P**2 * r * (2 * Q - r)))),
    Step("eps", "", Definition(ETA, sp.sqrt(EPSILON))),
    Step("curve", "", Definition(Q, r * (1 + EPSILON * h))),
)
MIRROR = P + EPSILON * (-2 * h * P - P**3 * r**2)
CURVE = Derivation(
    "linear/alignment",
    "The slow curve",
    "",
    (
        *MAP,
        Step("mirror", "", Expansion(-P_NEXT, MIRROR, EPSILON, 2), ("map-p", "curve", "eps")),
        Step("h", "", Solution(h, -(P * r**3 / dr + P**2 * r**2) / 2,
                               dr * (-2 * h * P - P**3 * r**2) - P**2 * r**3)),
        Step("zero", "", Expansion(h, -1 / (2 * r2), P, 2), ("h",)),
    ),
)  # fmt: skip


def with_claim(name: str, claim: Any, derivation: Derivation = CURVE) -> Derivation:
    steps = (replace(s, claim=claim) if s.name == name else s for s in derivation.steps)
    return replace(derivation, steps=tuple(steps))


def single(claim: Any, *before: Step, uses: tuple[str, ...] = ()) -> Derivation:
    return Derivation("x/y", "", "", (*before, Step("last", "", claim, uses)))


def test_a_right_derivation_is_checked_at_random_points() -> None:
    checked = check_derivation(CURVE, Loss)
    assert isinstance(checked, Checked)
    kinds = {check.name: check.how for check in checked.checks}
    assert kinds["map-p"] == "definition"
    assert kinds["h"] == "checked"
    assert all(check.points >= 8 for check in checked.checks if check.how == "checked")


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("mirror", Expansion(-P_NEXT, OFF * MIRROR, EPSILON, 2)),
        ("mirror", Expansion(-P_NEXT, MIRROR, EPSILON, 3)),
        ("mirror", Expansion(-P_NEXT, MIRROR + EPSILON * P, EPSILON, 2)),
        ("h", Solution(h, -(P * r**3 / dr + OFF * P**2 * r**2) / 2,
                       dr * (-2 * h * P - P**3 * r**2) - P**2 * r**3)),
        ("zero", Expansion(h, -1 / (3 * r2), P, 2)),
        ("zero", Expansion(h, -1 / (2 * r2), P, 4)),
    ],
)  # fmt: skip
def test_a_wrong_step_is_refused_by_name(name: str, claim: Any) -> None:
    with pytest.raises(DerivationError, match=f"linear/alignment: step {name}"):
        check_derivation(with_claim(name, claim), Loss)


@pytest.mark.parametrize(
    "claim",
    [
        Identity(((P + 1) ** 2, P**2 + 2 * P + 1)),
        Identity((sp.tanh(P), (sp.exp(2 * P) - 1) / (sp.exp(2 * P) + 1))),
        Identity((sp.Derivative(P * r, P), r + P * dr)),
        Identity((1 - 2 * r / Q, sp.Integer(-1)), at=((Q, r),)),
        Identity((sp.ImmutableMatrix([[P * (1 + P), 0]]), sp.ImmutableMatrix([[P + P**2, 0]]))),
        Expansion(sp.cos(P), 1 - P**2 / 2, P, 4),
        Expansion(r, 1 + r2 * P**2 / 2, P, 4),
        Sign((P**3 - 2 * P**2 * Q + P * Q**2, P * (P - Q) ** 2), "≥", ((P, ">"),)),
        Sign((-dr / Q,), ">", ((dr, "<"),)),
    ],
)
def test_true_lines_pass(claim: Any) -> None:
    check_derivation(single(claim), Loss)


@pytest.mark.parametrize(
    "claim",
    [
        Identity(((P + 1) ** 2, P**2 + 2 * P + OFF)),
        Identity((sp.tanh(P), (sp.exp(2 * P) - OFF) / (sp.exp(2 * P) + 1))),
        Identity((1 - 2 * r / Q, sp.Integer(-1))),  # holds at q = r(p) only
        Identity((sp.sqrt(Q**2 + P**2), Q + P)),
        Identity((P, P)),  # says nothing
        Identity((sp.ImmutableMatrix([[P, 0]]), sp.ImmutableMatrix([[P, Q]]))),
        Identity((r, sp.Integer(1))),
        Expansion(sp.cos(P), 1 - P**2 / 2, P, 5),
        Expansion(sp.cos(P), 1 - OFF * P**2 / 2, P, 4),
        Expansion(sp.cos(P), sp.Integer(2), P, 0),  # says nothing
        Sign((P * Q,), ">", ((P, "<"),)),
        Sign((P - Q,), ">", ((P, ">"),)),
        Sign((P**2,), ">", ()),  # may be 0
        Sign((P * Q, P * Q + 1), ">", ((P, ">"),)),  # the sides differ
        Solution(P_NEXT, P, P_NEXT**2 - P**2),  # two solutions
        Solution(P_NEXT, P_NEXT, P_NEXT - P),
        Solution(P_NEXT, P, sp.S.Zero * P),
        Definition(Q, Q + 1),
    ],
)
def test_false_or_empty_lines_are_refused(claim: Any) -> None:
    with pytest.raises(DerivationError):
        check_derivation(single(claim), Loss)


def test_generic_functions_keep_what_relates_them() -> None:
    loss = Step("loss", "", Definition(R(Z), sp.diff(ELL(Z), Z) / Z))
    slope = sp.Derivative(ELL(P), P)
    check_derivation(single(Identity((P * r, slope)), loss, uses=("loss",)), Loss)
    neuron = Step("r", "", Definition(R(Z), PHI(Z) * sp.diff(PHI(Z), Z) / Z))
    square = Step("w", "", Definition(PHI_SQUARED(Z), PHI(Z) ** 2))
    claim = Identity((sp.diff(w, P), 2 * P * r))
    check_derivation(single(claim, neuron, square, uses=("r", "w")), Activation)
    with pytest.raises(DerivationError):  # without the definitions it is no identity
        check_derivation(single(claim), Activation)


def test_a_step_stands_on_earlier_steps_only() -> None:
    later = Derivation("x/y", "", "", (
        Step("first", "", Identity((S, P + Q)), ("second",)),
        Step("second", "", Definition(S, P + Q)),
    ))  # fmt: skip
    with pytest.raises(DerivationError, match="no earlier step"):
        check_derivation(later, Loss)


def test_definitions_that_go_in_circles_are_refused() -> None:
    circle = (Step("a", "", Definition(S, Q + 1)), Step("b", "", Definition(Q, S - 2)))
    with pytest.raises(DerivationError, match="circles"):
        check_derivation(single(Identity((S, Q)), *circle, uses=("a", "b")), Loss)


def test_a_name_is_defined_once() -> None:
    twice = (Step("a", "", Definition(S, P)), Step("b", "", Definition(S, Q)))
    with pytest.raises(DerivationError, match="defined before"):
        check_derivation(Derivation("x/y", "", "", twice), Loss)


def test_steps_of_other_derivations_are_used_by_label() -> None:
    first = Derivation("x/first", "", "", (Step("sum", "", Definition(S, P + Q)),))
    step = Step("use", "", Identity((S - P, Q)), ("x/first:sum",))
    second = Derivation("x/second", "", "", (step,), ("x/first",))
    assert len(check_appendix(Appendix("linear", "", 1, (first, second), Loss))) == 2
    with pytest.raises(DerivationError, match="not among its needs"):
        check_appendix(Appendix("linear", "", 1, (first, replace(second, needs=())), Loss))
    with pytest.raises(DerivationError, match="no earlier step"):
        check_appendix(Appendix("linear", "", 1, (second, first), Loss))


def test_what_is_argued_in_words_is_counted_as_such() -> None:
    checked = check_derivation(single(Cited("song-yun-2023")), Loss)
    assert checked.checks[0].how == "cited"
    assert checked.checks[0].points == 0


EXPANDED = (
    Step("s", "", Definition(S, sp.cos(ETA) * P)),
    Step("short", "", Expansion(S, P, ETA, 2), ("s",)),
)


@pytest.mark.parametrize(
    "claim",
    [
        Expansion(S**2, P**2, ETA, 2),
        Expansion(S / ETA, P / ETA, ETA, 1),
        Identity((S, P), at=((ETA, sp.S.Zero),)),
    ],
)
def test_an_expansion_may_be_used_as_far_as_it_goes(claim: Any) -> None:
    check_derivation(single(claim, *EXPANDED, uses=("short",)), Loss)


@pytest.mark.parametrize(
    "claim",
    [
        Identity((S, P)),
        Expansion(S, P, ETA, 3),
        Expansion(S / ETA, P / ETA, ETA, 2),
    ],
)
def test_the_remainder_of_a_used_expansion_is_not_forgotten(claim: Any) -> None:
    with pytest.raises(DerivationError):
        check_derivation(single(claim, *EXPANDED, uses=("short",)), Loss)
