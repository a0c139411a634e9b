"""The table of verdicts on terminals of several widths: what is proved is read off the screen."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from mixed_verdicts import WITNESS, verdict
from rich.cells import cell_len
from rich.console import Console

from trajalign.terminal import Output
from trajalign.verdict_tables import print_verdicts
from trajalign.verification.quantities import Compared, Interval, Order
from trajalign.verification.verdicts import Evidence, Outcome, Verdict

WIDTHS = (60, 80, 120)
TUBE = {"eta0": "1/10", "orbits": "on the tube about the slow curve", "bits": 128}


def passing(label: str, evidence: Evidence, **more: Any) -> Verdict:
    return verdict(label, Outcome.PASS, evidence=evidence, **more)


def number(label: str, compared: Compared, order: str = "") -> Verdict:
    found: dict[str, Any] = {"coefficient": compared}
    found |= {"order": Order("4", order, "eta")} if order else {}
    return passing(label, Evidence.SAMPLED, quantities=found)


HYPOTHESES = [
    *(passing(f"linear/{name}", Evidence.ENCLOSED) for name in ("analytic", "A1", "A2", "A3")),
    passing("linear/A4", Evidence.DERIVED, quantities={"r''(0)": "-2/3"}),
    passing("linear/A5", Evidence.ENCLOSED),
]
THEOREMS = [
    passing("theorem/alignment", Evidence.ENCLOSED, parameters=TUBE,
            quantities={"C": "≤ 0.8051", "sup |h_2|": "≤ 0.7876", "|p|": "up to 1.135"}),
    passing("theorem/limit", Evidence.ENCLOSED, parameters=TUBE,
            quantities={"C": "≤ 0.8051", "h(0)": "3/4", "|p|": "up to 1.135"}),
    passing("theorem/saturation", Evidence.ENCLOSED, parameters=TUBE,
            quantities={"C": "≤ 0.4854", "2h(0)": "3/2", "|p|": "up to 1.135"}),
    passing("theorem/progressive-sharpening", Evidence.ENCLOSED, parameters=TUBE,
            quantities={"gap in eps/eta": "≤ 4.680", "|p|": "up to 1.135"}),
    passing("theorem/crossing", Evidence.ENCLOSED, parameters=TUBE,
            quantities={"rho_0": "≈ 0.33333333", "k from the tube's end": "-0.1570 to -0.06714",
                        "1/(4h(0))": "1/3", "|p|": "up to 1.135"}),
    passing("theorem/gradient-flow", Evidence.ENCLOSED,
            parameters=TUBE | {"orbits": "with q0 from 6/5 to 2"},
            quantities={"m": "≥ 0.3236", "ln(q_t/q0) in eps": "≤ 6.039"}),
]  # fmt: skip
ONE = passing(
    "linear/one-orbit",
    Evidence.ENCLOSED,
    parameters={
        "eta": "1/20",
        "p0": ["3749999999/10000000000", "3750000001/10000000000"],
        "q0": ["8659999999/10000000000", "8660000001/10000000000"],
    },
    quantities={"t_b": "608", "q*": Interval("1.00187994466", "1.00187994467")},
)
DERIVED = [
    passing("linear/reduced-map", Evidence.DERIVED),
    passing("linear/sharpness", Evidence.DERIVED),
]
SAMPLED = [
    number("linear/limit", Compared("3/4", "0.7500000", "0.75", law="−1/(2r''(0))"), "4.001"),
    number("linear/progressive-sharpening",
           Compared("9/2", "4.49999709", "4.5", law="−3/r''(0)"), "2.998"),
    number("bifurcation/two-cycle", Compared("0.370539571", "0.370539571", at=(("q", "9/10"),))),
    number("linear/alignment-time",
           Compared("5.45210597358081", "5.452152404", "5.452105974", (("q0", "433/500"),))),
    number("linear/slow-curve-2", Compared("63/80", "0.7874995766", "0.7875"), "6.000"),
]  # fmt: skip
ALL = [*HYPOTHESES, *DERIVED, *SAMPLED, ONE, *THEOREMS]


def text_at(width: int, verdicts: list[Verdict] = ALL, **more: Any) -> str:
    stream = io.StringIO()
    print_verdicts(Output(file=stream, width=width), verdicts, 1.0, **more)
    return stream.getvalue()


def told(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_and_no_word_is_cut(width: int) -> None:
    text = text_at(width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text
    words = set(re.findall(r"\S+", text))
    for one in ALL:
        if not one.is_hypothesis:
            assert one.label in words
    # Every number is whole at every width.
    for number in ("0.8051", "0.4854", "4.680", "−0.1570", "−0.06714", "0.3236", "1.00187994466"):
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", text)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_theorems_with_their_numbers_come_first(width: int) -> None:
    text = told(text_at(width))
    for sentence in (
        "Hypotheses 6 of 6 hold: analytic, A1–A3, A5 proved; A4 derived",
        "Proved for all η ≤ 1/10, with ε = η²",
        "for orbits on the tube about the slow curve, |p| up to 1.135",
        "theorem/alignment pass |qₜ/r(pₜ) − 1 − h(pₜ)ε| ≤ 0.8051 ε²",
        "theorem/limit pass |q* − 1 − (3/4) ε| ≤ 0.8051 ε²",
        "theorem/saturation pass |η λ* − 2 + (3/2) ε| ≤ 0.4854 ε²",
        "|λₜ − λ̃(qₜ)| ≤ 4.680 ε/η",
        "ε t_b = (1/3) ln(1/ε) + k, k from −0.1570 to −0.06714",
        "for orbits with q0 from 6/5 to 2",
        "|pₜ| ≤ |p₀|(1 − 0.3236)ᵗ, q₀ ≤ qₜ ≤ q₀exp(6.039 ε)",
        "for one step size and one box of starts alone",
        "η = 1/20, all starts within 10⁻¹⁰ of p₀ = 0.375, q₀ = 0.866: t_b = 608",
        "rests on linear/reduced-map (derived), linear/sharpness (derived)",
        "trusts FLINT",
    ):
        assert sentence in text
    places = [text.index(word) for word in ("Hypotheses", "Proved", "Derived", "Sampled")]
    assert places == sorted(places)
    # The heading says for which step sizes before any theorem is read.
    assert text.index("η ≤ 1/10") < text.index("theorem/alignment")


@pytest.mark.parametrize("width", WIDTHS)
def test_multiples_of_the_curvature_stand_together(width: int) -> None:
    text = told(text_at(width))
    fact, others = text.index("r''(0) = −2/3, and multiples of it"), text.index("the others")
    for label in ("linear/limit", "linear/progressive-sharpening"):
        assert fact < text.index(f"{label} pass") < others
    for label in ("bifurcation/two-cycle", "linear/slow-curve-2"):
        assert others < text.index(f"{label} pass")
    assert "9/2 = −3/r''(0)" in text
    assert "sup |D|, the gap to λ̃ in units of ε/η" in text  # what 9/2 is
    assert "≈ 0.370540" in text
    assert not re.search(r"(?<!≈ )(?<!\d)0\.370540", text)  # no decimal that looks exact


@pytest.mark.parametrize("width", WIDTHS)
def test_the_arguments_are_told(width: int) -> None:
    text = told(text_at(width))
    assert "q = 0.9" in text
    assert "q0 = 0.866" in text


def test_wider_terminals_take_fewer_lines() -> None:
    counts = [text_at(width).count("\n") for width in WIDTHS]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == len(counts)


def test_a_label_with_a_name_has_it_in_the_next_line() -> None:
    text = text_at(80, names={"theorem/limit": "Theorem 3.2 (i): it converges"})
    lines = text.splitlines()
    (place,) = (k for k, line in enumerate(lines) if line.split()[:1] == ["theorem/limit"])
    assert lines[place + 1].strip() == "Theorem 3.2 (i): it converges"


@pytest.mark.parametrize("width", WIDTHS)
def test_one_line_for_all_that_need_the_same(width: int) -> None:
    rows = [
        verdict(f"linear/{k}", Outcome.NOT_APPLICABLE, reason="needs A2") for k in "abcdefghijkl"
    ]
    lines = text_at(width, [*HYPOTHESES, *rows]).splitlines()
    assert "12 statements need A2" in lines
    assert not any("linear/a" in line.split() for line in lines)


def test_failures_stand_before_everything_else_with_their_witness() -> None:
    failing = verdict(
        "linear/limit",
        Outcome.FAIL,
        evidence=Evidence.SAMPLED,
        reason="coefficient 0.76 instead of 0.75",
        witness=WITNESS,
    )
    text = told(text_at(80, [*HYPOTHESES, *DERIVED, failing]))
    assert text.index("Fails") < text.index("Derived")
    assert "linear/limit fail sampled: coefficient 0.76" in text
    assert "witness: z = 2" in text


def test_what_is_undecided_for_one_reason_is_told_once() -> None:
    rows = [verdict(f"linear/{k}", Outcome.UNDECIDED, reason="needs A5") for k in "abc"]
    lines = text_at(80, [*HYPOTHESES, *rows]).splitlines()
    assert [line.strip() for line in lines if "need" in line] == ["3 statements need A5"]


def test_a_theorem_above_a_sample_is_not_said_to_rest_on_a_proof() -> None:
    """The falsified twin: the rest is what it is, not what it ought to be."""
    sampled = replace(DERIVED[0], evidence=Evidence.SAMPLED)
    text = told(text_at(80, [*HYPOTHESES, sampled, *THEOREMS]))
    assert "linear/reduced-map (sampled)" in text
    assert "linear/sharpness (not checked here)" in text


def test_colours_are_for_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(**options: Any) -> str:
        stream = io.StringIO()
        print_verdicts(Console(file=stream, width=80, **options), ALL, 1.0)
        return stream.getvalue()

    assert "\x1b" not in shown()
    assert "\x1b[32m" in shown(force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in shown(force_terminal=True)


def test_a_terminal_without_these_signs_shows_question_marks() -> None:
    """As the command line sets its streams: nothing fails."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    print_verdicts(Console(file=stream, width=80), ALL, 1.0)
    stream.flush()
    text = stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]  # a BytesIO
    assert "theorem/alignment" in text
    assert "?" in text
