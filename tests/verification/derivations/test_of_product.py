"""The chapters on losses that are not even hold, and no step survives a changed number."""

import pytest
from derivations_helper import assert_every_falsified_step_is_refuted

from trajalign.theory.derivation.book import chapter
from trajalign.theory.derivation.claims import Expansion
from trajalign.theory.models import ETA, Product
from trajalign.verification.derivations.judging import check_derivation

MODELS = {
    "Zhu": Product("(1 - z**2)**2/4", minimum=1),
    "soft": Product("log(1 + exp(z)) - 4*z/5", target="1/2"),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_step_holds_and_a_changed_number_does_not(name):
    model, earlier = MODELS[name], {}
    for title in model.about.chapters:
        for derivation in chapter(title)(model, 1):
            check_derivation(derivation, model.seen, earlier)
            if name == "Zhu" and title != "own_model":
                assert_every_falsified_step_is_refuted(derivation, model.seen, earlier, at_most=2)
            earlier[derivation.label] = derivation
    last = earlier["product/saturation"].steps[-1].claim
    assert isinstance(last, Expansion)
    # 2/η − η/ϱ with ϱ = 2 and 325/24, worked out in tests/theory/test_valleys.py
    expected = {"Zhu": 2 / ETA - ETA / 2, "soft": 2 / ETA - 24 * ETA / 325}[name]
    assert (last.right - expected).expand() == 0
