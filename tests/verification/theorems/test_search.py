"""The search: what it proposes is a proof, and where it finds none it says so."""

from dataclasses import replace

import pytest
from flint import fmpq
from uniform_cases import BY_NAME

from trajalign.theory import TwoLayerLinear
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.proof import check, leaves
from trajalign.verification.theorems.search import prove
from trajalign.verification.theorems.settings import Wanted

NARROW = Wanted(largest=fmpq(1, 400), q=(fmpq(80, 100), fmpq(81, 100)), p=(fmpq(1, 5), fmpq(1, 3)))
NEURON = Wanted(
    largest=fmpq(1, 200), q=(fmpq(84, 100), fmpq(845, 1000)), p=(fmpq(1, 10), fmpq(1, 6))
)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("pseudo-huber", NARROW),
        pytest.param("log-cosh", NARROW, marks=pytest.mark.thorough),
        pytest.param("tanh", NEURON, marks=pytest.mark.thorough),
        pytest.param("frozen-weight", NEURON, marks=pytest.mark.thorough),
    ],
)
def test_what_it_finds_is_a_proof_of_what_was_wanted(name: str, wanted: Wanted) -> None:
    model, seen = BY_NAME[name].model, list[tuple[int, int]]()
    proof, theorem = prove(model, wanted, lambda *done: seen.append(done))
    assert (proof.setting.largest, proof.setting.q) == (wanted.largest, wanted.q)
    assert proof.setting.p == wanted.p
    assert check(model, proof) == theorem
    assert seen[-1][0] == seen[-1][1] > 0
    assert len(list(leaves(proof.setting.box, proof.cut))) >= 1


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(replace(NARROW, largest=fmpq(1, 4)), id="large steps"),
        pytest.param(
            replace(NARROW, q=(fmpq(2, 5), fmpq(41, 100))),
            id="no stable cycles",
            marks=pytest.mark.thorough,
        ),
        pytest.param(replace(NARROW, q=(fmpq(999, 1000), fmpq(9995, 10000))), id="q0 near 1"),
    ],
)
def test_what_is_not_true_or_out_of_reach_is_not_proved(wanted: Wanted) -> None:
    with pytest.raises(NotProvedError) as refused:
        prove(BY_NAME["pseudo-huber"].model, wanted)
    assert "\n" not in str(refused.value)


def test_a_response_in_other_units_has_the_same_theorem() -> None:
    # z ↦ z/s and ε ↦ ε/s²: h(0) and C become s² and s⁴ times what they were.
    plain = prove(TwoLayerLinear("log-cosh"), Wanted(fmpq(1, 1024), (fmpq(4, 5), fmpq(81, 100))))[1]
    stretched = prove(
        TwoLayerLinear("2**20*log(cosh(z/1024))"),
        Wanted(fmpq(1, 2**30), (fmpq(4, 5), fmpq(81, 100))),
    )[1]
    assert float(stretched.first[0]) == pytest.approx(2**20 * float(plain.first[0]))
    assert float(stretched.alignment) == pytest.approx(2**40 * float(plain.alignment), rel=0.02)
    assert float(stretched.gap) == pytest.approx(2**20 * float(plain.gap), rel=0.02)
