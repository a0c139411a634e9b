"""Verdicts, controls and the ledger as tables in the terminal."""

import io
from dataclasses import replace

import pytest
import sympy as sp
from mixed_verdicts import COSH, MIXED, WITNESS, verdict
from rich.cells import cell_len
from rich.console import Console

from trajalign import verdict_tables
from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.models import HYPOTHESES
from trajalign.theory.models import of as model_of
from trajalign.theory.responses import ACTIVATIONS, LOSSES
from trajalign.theory.writing.plain_text import plain_text
from trajalign.verification.ledger import known_statements
from trajalign.verification.quantities import Compared, Order, Quantity
from trajalign.verification.running.runner import Control
from trajalign.verification.verdicts import Evidence, Outcome, Verdict


def printed(verdicts: list[Verdict], width: int = 80) -> list[str]:
    stream = io.StringIO()
    verdict_tables.print_verdicts(Console(file=stream, width=width), verdicts, 1.0)
    return stream.getvalue().splitlines()


CATALOGUE = [
    *(("linear", name) for name in LOSSES),
    *(("neuron", name) for name in ACTIVATIONS),
    ("neuron", "erf(sqrt(pi)*z/2)"),
    ("linear", "3*log(sinh(z)/z)"),
]


def full_run(kind: str, name: str) -> list[Verdict]:
    """All labels with the true exact values and a measured number of ten digits: no run needed."""
    model = model_of(kind, name)
    curve = slow_curve(model)
    exact: dict[str, sp.Expr] = {
        "bifurcation/flip": 2 * model.response.curvature,
        f"{kind}/alignment": curve.h_at_zero,
        f"{kind}/limit": curve.h_at_zero,
        f"{kind}/saturation": curve.saturation_coefficient,
        f"{kind}/crossing": curve.crossing_coefficient(model),
        f"{kind}/progressive-sharpening": 6 * curve.h_at_zero,
    }
    rows = [
        Verdict(f"{kind}/{n}", kind, model.response.text, Outcome.PASS, Evidence.SAMPLED)
        for n in HYPOTHESES[kind]
    ]
    for statement in known_statements(kind):
        quantities: dict[str, Quantity] = {}
        if statement.label in exact:
            value = exact[statement.label]
            quantities["coefficient"] = Compared.of(value, float(value) * 1.000012345)
            quantities["order"] = Order("4", "3.998", "eta")
        rows.append(
            Verdict(
                statement.label,
                kind,
                model.response.text,
                Outcome.PASS,
                Evidence.DERIVED if "map" in statement.label else Evidence.SAMPLED,
                quantities=quantities,
            )
        )
    return rows


@pytest.mark.parametrize(("kind", "name"), CATALOGUE)
def test_table_fits_80_columns_with_every_label_on_one_line(kind: str, name: str) -> None:
    lines = printed(full_run(kind, name))
    assert max(map(cell_len, lines)) <= 80
    for statement in known_statements(kind):
        (row,) = (line for line in lines if line.split()[:1] == [statement.label])
        assert row.split()[1] == "pass"
    assert model_of(kind, name).response.text in lines[0]
    assert lines[-1].endswith("in 1.0 s")


def test_table_gathers_passing_hypotheses_and_shows_the_others() -> None:
    lines = printed(MIXED)
    assert "Hypotheses  1 of 2 hold: A1 sampled only; A5 undecided" in lines
    assert any(line.split()[:2] == ["linear/A5", "undecided"] for line in lines)
    assert not any(line.split()[:1] == ["linear/A1"] for line in lines)


def test_failure_is_explained_below_the_table() -> None:
    text = "\n".join(printed(MIXED))
    told = " ".join(text.split())
    assert "linear/limit fail sampled: coefficient 0.76 instead of 0.75; witness:" in told
    assert "z = 2, r'(z) = 0.974383" in told
    assert "linear/crossing  needs A5" in text
    assert "3 pass, 2 undecided, 1 fail, 1 not-applicable in 1.0 s" in text


def test_what_does_not_apply_for_one_reason_is_one_line() -> None:
    several = [
        verdict(f"linear/{name}", Outcome.NOT_APPLICABLE, reason=reason)
        for name, reason in (("a", "needs A2"), ("b", "needs A1"), ("c", "needs A2"))
    ]
    lines = [line.strip() for line in printed(several)]
    assert "2 statements need A2" in lines
    assert "linear/b  needs A1" in lines
    assert not any(line.startswith("linear/a  needs") for line in lines)


FLOW = verdict("linear/gradient-flow", Outcome.PASS, evidence=Evidence.SAMPLED)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.FAIL, "fails"),
        (Outcome.UNDECIDED, "undecided"),
        (Outcome.NOT_APPLICABLE, "does not apply"),
    ],
)
def test_a_pass_that_rests_on_no_pass_is_told_in_one_line(outcome: Outcome, words: str) -> None:
    below = verdict("linear/reduced-map", outcome, witness=WITNESS, reason="…")
    lines = printed([below, FLOW])
    expected = f"linear/gradient-flow  passes, but rests on linear/reduced-map: {words}"
    assert sum(line.strip() == expected for line in lines) == 1


def test_nothing_is_told_of_a_pass_that_rests_on_passes_or_on_what_was_not_asked_for() -> None:
    below = verdict("linear/reduced-map", Outcome.PASS, evidence=Evidence.DERIVED)
    for rows in ([below, FLOW], [FLOW]):
        assert "rests on" not in "".join(printed(rows))


FAILED = {"witness": WITNESS, "reason": "…", "evidence": Evidence.ENCLOSED}


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ((Outcome.PASS, Outcome.PASS), "2 of 2 hold: A1, A2 sampled only"),
        ((Outcome.PASS, Outcome.FAIL), "1 of 2 hold: A1 sampled only; A2 fails"),
        ((Outcome.FAIL, Outcome.UNDECIDED), "0 of 2 hold: A1 fails; A2 undecided"),
        ((Outcome.NOT_APPLICABLE, Outcome.PASS), "1 of 2 hold: A2 sampled only; A1 n/a"),
    ],
)
def test_the_line_of_all_hypotheses_hides_none(
    outcomes: tuple[Outcome, Outcome], told: str
) -> None:
    found = [
        verdict(f"linear/{name}", outcome, **(FAILED if outcome is Outcome.FAIL else {}))
        for name, outcome in zip(("A1", "A2"), outcomes, strict=True)
    ]
    passing = [
        replace(v, evidence=Evidence.SAMPLED) if v.outcome is Outcome.PASS else v for v in found
    ]
    assert f"Hypotheses  {told}" in printed([*passing, FLOW])


def test_what_was_judged_for_information_is_told_and_not_counted() -> None:
    besides = [
        verdict("linear/I1", Outcome.PASS, evidence=Evidence.ENCLOSED),
        verdict("linear/I2", Outcome.FAIL, evidence=Evidence.ENCLOSED, witness={"z": "1/2"}),
    ]
    stream = io.StringIO()
    rows = [verdict("linear/A1", Outcome.PASS, evidence=Evidence.ENCLOSED), FLOW]
    verdict_tables.print_verdicts(Console(file=stream, width=120), rows, 1.0, information=besides)
    text = stream.getvalue()
    assert "Hypotheses  1 of 1 hold: A1 proved" in text
    assert "for information: r'(z)/r(z)² is decreasing on the whole real line: yes, proved" in text
    assert "for information: z r(z)/r'(z) is decreasing for z > 0: no, z = 1/2" in text
    assert "2 pass in 1.0 s" in text


def test_controls_of_nothing_say_so() -> None:
    stream = io.StringIO()
    verdict_tables.print_controls(Console(file=stream, width=80), [], 1.0)
    assert "No falsified statement was tried" in stream.getvalue()


def test_square_brackets_in_a_reason_are_text_not_markup() -> None:
    row = verdict(
        "linear/limit", Outcome.FAIL, reason="[bold]p[/bold] [1.2 +/- 3]", witness={"a": "[b]"}
    )
    text = "\n".join(printed([row]))
    assert "[bold]p[/bold] [1.2 +/- 3]" in text
    assert "a = [b]" in text


def test_long_response_is_told_in_full() -> None:
    loss = "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000) + 0*log(1+z**2) + 12345*(1+z**2)**(9/20)"
    row = verdict("linear/A1", Outcome.FAIL, response=loss, reason="no", witness=WITNESS)
    joined = "".join(line.strip() for line in printed([row])).replace(" ", "")
    assert loss.replace(" ", "") in joined


def test_table_without_verdicts_says_so() -> None:
    assert printed([])[-1].strip().endswith("in 1.0 s")


def test_controls_fit_80_columns_with_every_label_on_one_line() -> None:
    long = ["linear/progressive-sharpening", "neuron/progressive-sharpening"]
    labels = [*long, "linear/crossing", "linear/A3"]
    text = "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)"
    rows = [
        Control(label, text, "orbits of a wrong map: drift of q doubled", True, "off", {"t": "1"})
        for label in labels
    ]
    stream = io.StringIO()
    verdict_tables.print_controls(Console(file=stream, width=80), rows, 1.0)
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    for label in labels:
        assert sum(line.split()[:1] == [label] for line in lines) == 1
    shown = {line.split()[0]: line for line in lines if line.strip()}
    assert "orbits of a wrong map: drift of q" in shown["linear/crossing"]
    assert text in shown["linear/A3"]  # the response that breaks it


def test_unrefuted_control_stands_out() -> None:
    rows = [
        Control("linear/limit", COSH, "off by 1 %", True, "x", {"t": "1"}),
        Control("linear/limit", COSH, "wrong sign", False, "", None),
    ]
    stream = io.StringIO()
    verdict_tables.print_controls(Console(file=stream, width=80), rows, 1.0)
    assert "NO" in stream.getvalue()
    assert "1 of 2 falsified statements refuted" in stream.getvalue()


def test_printed_ledger_says_of_every_label_what_it_claims_and_rests_on() -> None:
    stream = io.StringIO()
    ledger = [*known_statements("linear"), *known_statements("neuron")]
    verdict_tables.print_ledger(Console(file=stream, width=80), ledger)
    text = " ".join(stream.getvalue().split())
    for statement in ledger:
        needs = ", ".join((*statement.hypotheses, *statement.rests_on))
        about = f"for {statement.orbits}" if statement.orbits else ""
        numbers = " ".join(f"{name}: {plain_text(x)}" for name, x in statement.meanings)
        said = f"[{statement.origin}] {statement.conclusion} {about} {numbers} rests on {needs}"
        shown = f"{statement.label} {said}"
        assert " ".join(shown.split()) in text
    # In columns of a terminal: the tilde of λ̃ takes none.
    assert max(map(cell_len, stream.getvalue().splitlines())) <= 80
