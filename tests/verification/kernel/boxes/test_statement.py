"""What the theorem says in Coq."""

from __future__ import annotations

from fractions import Fraction

from trajalign.theory import models
from trajalign.verification.kernel.boxes.statement import Statement, Tube

TUBE = Tube(Fraction(1, 200), Fraction(9, 50), Fraction(7, 25))


def test_of_the_neuron_it_has_its_own_map_and_first_order() -> None:
    said = Statement(models.of("neuron", "tanh"), TUBE)
    assert said.epsilon == "eta"
    assert said.p_next == "p * (1 - 2 * r p / q)"
    assert said.q_next == "q / (eta * w p - 1) ^ 2"
    assert said.h == "- (r p * w p / (p * Derive r p))"
    assert said.at_zero == "3 / 8"
    assert ("square_is", "forall p, w p = tanh p ^ 2") in said.given


def test_a_twin_has_another_conclusion_and_the_same_hypotheses() -> None:
    said = Statement(models.of("linear", "log-cosh"), TUBE)
    head, wrong = said.says().split("forall t, let p := p_ t in let q := q_ t in\n    ", 2)[0], "x"
    assert said.says(wrong).startswith(head)
    assert said.says(wrong) != said.says()
