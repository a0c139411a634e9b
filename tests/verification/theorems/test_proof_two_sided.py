"""Proofs where the map is not odd in p: what they prove, against descent; what is refused."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from half_width_cases import BY_NAME, NAMES, Case, rational
from mpmath import mp

from trajalign.theory.derivation.book import appendix
from trajalign.theory.derivation.claims import Cited, Enclosed, Identity
from trajalign.theory.errors import InputError
from trajalign.verification.derivations.judging import DerivationError, check_appendix
from trajalign.verification.theorems.certificate import (
    Replayed,
    certificate,
    digest,
    replay,
    rounded,
)
from trajalign.verification.theorems.chapter import LABEL, with_theorem
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.proof import (
    BITS,
    Cut,
    Lemmas,
    Proof,
    Setting,
    Theorem,
    check,
)
from trajalign.verification.theorems.two_sided_step import TwoSidedStep
from trajalign.verification.theorems.words import sentences

ZHU = Setting(
    largest=fmpq(1, 400),
    q=(fmpq(920, 1000), fmpq(922, 1000)),
    p=(fmpq(1, 15), fmpq(1, 8)),
    delta=fmpq(1, 64),
    levels=(fmpq(1, 50), fmpq(1, 200), fmpq(1, 1000)),
    tube_end=fmpq(207, 10000),
    funnel_end=fmpq(26, 1000),
    curve_end=fmpq(33, 1000),
)
TARGET = Setting(
    largest=fmpq(1, 1600),
    q=(fmpq(800, 1000), fmpq(803, 1000)),
    p=(fmpq(1, 5), fmpq(1, 3)),
    delta=fmpq(1, 8),
    levels=(fmpq(1, 10), fmpq(1, 50), fmpq(1, 1000)),
    tube_end=fmpq(85, 100),
    funnel_end=fmpq(128, 100),
    curve_end=fmpq(165, 100),
)
SKEWED = Setting(
    largest=fmpq(1, 1600),
    q=(fmpq(890, 1000), fmpq(892, 1000)),
    p=(fmpq(1, 8), fmpq(1, 4)),
    delta=fmpq(1, 64),
    levels=(fmpq(1, 50), fmpq(1, 200), fmpq(1, 1000)),
    tube_end=fmpq(128, 1000),
    funnel_end=fmpq(16, 100),
    curve_end=fmpq(22, 100),
)
CUT = Cut("epsilon", fmpq(1, 6400), None, Cut("epsilon", fmpq(1, 3200)))
ZHUS = Cut("epsilon", fmpq(1, 1600), None, Cut("epsilon", fmpq(1, 800)))
PROOFS = {
    "Zhu": Proof(ZHU, ZHUS),
    "log-cosh, a target": Proof(TARGET, CUT),
    "skewed": Proof(SKEWED, CUT),
}


@pytest.fixture(autouse=True)
def _precision():
    with mp.workdps(40):
        yield


@lru_cache(maxsize=4)
def theorem_of(name: str) -> Theorem:
    return check(BY_NAME[name].model, PROOFS[name])


def starts(case: Case, count: int, seed: int) -> Iterator[tuple[Any, Any, Any]]:
    """p0 on either side, q0 and ε in what a theorem speaks of, small |p0| among them."""
    s, numbers = PROOFS[case.name].setting, random.Random(seed)
    for i in range(count):
        w = [s.p[1], s.p[0], s.p[0] / 1000, s.p[0] * fmpq(999, 1000)][i // 2 % 4]
        q = s.q[0] + (s.q[1] - s.q[0]) * fmpq(numbers.randrange(101), 100)
        epsilon = s.largest / numbers.choice([1, 1, 2, 5])
        yield case.point(rational(w), 1 - 2 * (i % 2)), rational(q), rational(epsilon)


def objections(
    case: Case, theorem: Theorem, p0: Any, q0: Any, epsilon: Any, to_the_end: bool = True
) -> set[str]:
    """What of a theorem an orbit contradicts, until |p| < 10⁻⁵ or to a few steps past t_a."""
    s, found = theorem.setting, set[str]()
    first = rational(case.first_at_zero)
    w0 = case.half_width(p0)
    time = rational(theorem.time) + rational(theorem.per_log) * mp.log(1 / epsilon)
    if w0 < rational(s.p[0]):
        time += 1 + rational(theorem.per_small) * mp.log(rational(s.p[0]) / w0)
    before = mp.inf
    for t, (p, q) in enumerate(case.orbit(p0, q0, epsilon)):
        imbalance = 1 / q**2 - epsilon * (rational(case.z) + p) ** 2
        if imbalance > before:
            found.add("imbalance")
        if t >= time and (t < time + 6 or t % 997 < 2):
            off = abs(q / case.height(p) - 1 - epsilon * case.first_two(p)[0])
            if off > rational(theorem.alignment) * epsilon**2:
                found.add("alignment")
        before = imbalance
        if t > time and abs(p) < 1e-5:
            break
        if t > time + 6 and not to_the_end:
            return found
    slack = 1e-8
    if abs(q - 1 - epsilon * first) > rational(theorem.limit) * epsilon**2 + slack:
        found.add("limit")
    if abs(1 / q - 1 + epsilon * first) > rational(theorem.saturation) * epsilon**2 + slack:
        found.add("saturation")
    return found


def test_a_small_proof_proves_what_orbits_obey() -> None:
    case = BY_NAME["Zhu"]
    for start in starts(case, 4, 1):
        assert objections(case, theorem_of("Zhu"), *start, to_the_end=False) == set()


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_what_is_proved_orbits_obey(name: str) -> None:
    case = BY_NAME[name]
    for start in starts(case, 8, 2):
        assert objections(case, theorem_of(name), *start) == set()


FALSE = {
    "alignment": lambda t: replace(t, alignment=t.second / 2),
    "limit": lambda t: replace(t, limit=(t.limit - t.setting.delta) / 2),
    "saturation": lambda t: replace(t, saturation=t.saturation * fmpq(3, 4)),
    "time": lambda t: replace(t, time=fmpq(0), per_log=t.per_log / 4),
}


@pytest.mark.parametrize("what", ["alignment", "time"])
def test_a_false_alignment_is_contradicted(what: str) -> None:
    case, found = BY_NAME["Zhu"], set[str]()
    for start in starts(case, 2, 1):
        found |= objections(case, FALSE[what](theorem_of("Zhu")), *start, to_the_end=False)
    assert found == {"alignment"}


@pytest.mark.thorough
@pytest.mark.parametrize("what", ["limit", "saturation"])
def test_a_false_limit_is_contradicted(what: str) -> None:
    case, wrong = BY_NAME["Zhu"], FALSE[what](theorem_of("Zhu"))
    s = wrong.setting
    start = case.point(rational(s.p[1]), 1), rational(s.q[0]), rational(s.largest)
    assert objections(case, wrong, *start) == {what}


def test_nothing_is_told_of_sharpness_on_the_way_or_of_the_crossing() -> None:
    found = theorem_of("Zhu")
    assert (found.gap, found.scale, found.crossings, found.flow) == (None, None, (), None)


@pytest.mark.parametrize(
    "name", ["Zhu", *(pytest.param(n, marks=pytest.mark.thorough) for n in NAMES if n != "Zhu")]
)
def test_its_constants_are_near_those_of_the_curve(name: str) -> None:
    """h₁(0), |h₂(0)| and |h₁(0)² − h₂(0)| of the curve in q, and sup |h₂| over both sides."""
    case, theorem = BY_NAME[name], theorem_of(name)
    s = theorem.setting
    assert theorem.first[0] <= case.first_at_zero <= theorem.first[1]
    first, second = case.first_two(mp.mpf("1e-9"))
    assert abs(rational(theorem.limit - s.delta) - abs(second)) < 0.02
    assert abs(rational(theorem.saturation - s.delta) - abs(first**2 - second)) < 0.02
    highest = max(
        abs(case.first_two(case.point(mp.sqrt(rational(s.tube_end) * k / 8), sign))[1])
        for k in range(1, 9)
        for sign in (1, -1)
    )
    highest = max(highest, abs(second))
    assert highest <= rational(theorem.second) < highest * mp.mpf("1.1")
    assert theorem.second < theorem.alignment < theorem.second * fmpq(5, 4)


# What is refused

FALSE_SETTINGS = {
    "a delta of half the floor": {"delta": fmpq(1, 10**5)},
    "tube beyond funnel": {"tube_end": fmpq(27, 1000)},
    "tube too short": {"tube_end": fmpq(18, 1000)},
    "funnel at the tube": {"funnel_end": fmpq(208, 10000)},
    "curve too short": {"curve_end": fmpq(22, 1000)},
    "levels too wide": {"levels": (fmpq(9, 10), fmpq(1, 10))},
    "large steps": {"largest": fmpq(1, 3)},
    "q0 past the stability of cycles": {"q": (fmpq(7, 10), fmpq(922, 1000))},
    "large p0": {"p": (fmpq(1, 15), fmpq(1, 2))},
    "p0 that are jumped over": {"p": (fmpq(1, 10), fmpq(101, 1000))},
}


@pytest.mark.parametrize("change", FALSE_SETTINGS)
def test_a_false_setting_is_not_proved(change: str) -> None:
    setting = replace(ZHU, **FALSE_SETTINGS[change])
    with pytest.raises(NotProvedError) as refused:
        check(BY_NAME["Zhu"].model, Proof(setting, None))
    assert "\n" not in str(refused.value)


def test_past_one_nothing_is_proved() -> None:
    setting = replace(ZHU, flow_q=(fmpq(6, 5), fmpq(2)))
    with pytest.raises(InputError, match="q0 past 1"):
        check(BY_NAME["Zhu"].model, Proof(setting, CUT))


class _Turned(TwoSidedStep):
    """The output with the other sign: another map, of which the curve is not invariant."""

    def output(self, at: Any) -> arb:
        return -super().output(at)


def test_of_another_map_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "trajalign.verification.theorems.proof.known_step",
        lambda model, end: _Turned(model, 2, end),
    )
    with ctx.workprec(BITS), pytest.raises(ArithmeticError, match="not that of the step"):
        Lemmas(BY_NAME["Zhu"].model, ZHU).prepare()


# Certificates, words, and the chapter


def replayed(**told: Any) -> Replayed:
    """What a certificate says in which some numbers were changed, and the hash worked out anew."""
    document = certificate(BY_NAME["Zhu"].model, PROOFS["Zhu"], rounded(theorem_of("Zhu")))
    document["theorem"] |= told
    document["sha256"] = digest(document)
    return replay(document)


def test_a_certificate_is_replayed() -> None:
    found = replayed()
    assert found.theorem == rounded(theorem_of("Zhu"))
    assert found.model == BY_NAME["Zhu"].model
    assert found.proof == PROOFS["Zhu"]


@pytest.mark.parametrize(
    "name", ["alignment", "second", "time", "per_log", "per_small", "limit", "saturation"]
)
def test_a_bound_that_was_improved_is_refused(name: str) -> None:
    better = getattr(theorem_of("Zhu"), name) * fmpq(999, 1000)
    with pytest.raises(NotProvedError, match=f"^{name}: "):
        replayed(**{name: str(better)})


@pytest.mark.parametrize("told", [{"gap": "1"}, {"scale": ["1", "2"]}])
def test_what_is_told_of_even_losses_only_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="malformed certificate: gap, scale: "):
        replayed(**told)


def test_crossings_that_were_not_proved_are_refused() -> None:
    row = {"q": ["4/5", "9/10"], "p": ["1/5", "1/2"], "low": "0", "high": "1"}
    with pytest.raises(NotProvedError, match="crossings"):
        replayed(crossings=[row])


def test_it_says_which_starts_it_is_about() -> None:
    """All p₀ of the interval that is told have a half-width in the box, and little is left out."""
    case, found = BY_NAME["Zhu"], sentences(BY_NAME["Zhu"].model, theorem_of("Zhu"))
    assert tuple(found.parts) == ("alignment", "imbalance", "limit", "saturation")
    told = re.search(r"from \$(-[\d./]+)\$ to \$([\d./]+)\$", found.given)
    assert told
    most = rational(ZHU.p[1])
    for text, sign in zip(told.groups(), (-1, 1), strict=True):
        end = case.point(most, sign)
        assert abs(mp.mpf(text)) <= abs(end)
        assert abs(mp.mpf(text)) > abs(end) * mp.mpf("0.97")
        assert case.half_width(mp.mpf(text)) <= most


def test_of_an_even_loss_the_half_width_is_the_size_of_p() -> None:
    model = BY_NAME["log-cosh, a target"].model
    known = replace(theorem_of("Zhu"), first=(fmpq(3, 4), fmpq(3, 4)))
    assert "so that $w = |\\taP|$" in sentences(model, known).given


def test_it_is_a_chapter_of_the_appendix() -> None:
    book = with_theorem(appendix(BY_NAME["Zhu"].model), replayed())
    checked = check_appendix(book)[-1]
    assert checked.derivation.label == LABEL
    kinds = [type(step.claim) for step in checked.derivation.steps]
    assert kinds == [Cited, Identity, *[Enclosed] * 5]


def test_a_chapter_with_another_target_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "trajalign.verification.theorems.chapter.diagonal_origin", lambda model: sp.Integer(2)
    )
    with pytest.raises(DerivationError):
        check_appendix(with_theorem(appendix(BY_NAME["Zhu"].model), replayed()))
