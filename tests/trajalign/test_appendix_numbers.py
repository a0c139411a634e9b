"""The numbers of an appendix: what the table has, and that it is what the checks found."""

import re
from xml.etree import ElementTree as ET

import pytest
from latex_tools import complaints, needs_latex
from small_appendix import small_document

from trajalign.appendix import html, latex_document, latex_numbers, pdf
from trajalign.appendix.numbers import Numbers, numbers
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

NOT_CONVEX = TwoLayerLinear(Loss.parse("log(1+z**2)/2"))


@pytest.fixture(scope="module")
def found() -> Numbers:
    return numbers(SingleNeuron(Activation.parse("algebraic")))


def test_every_statement_has_a_row_with_derived_and_measured_numbers(found: Numbers) -> None:
    rows = {row.label: row for row in found.statements}
    # By hand: h(0) = 1/4, 1/8, 5/64 for z/√(1+z²) (reference.md §3).
    for label, exact in (("alignment", "1/4"), ("slow-curve-2", "1/8"), ("slow-curve-3", "5/64")):
        row = rows[f"neuron/{label}"]
        assert (row.exact, row.verdict, row.evidence) == (exact, "pass", "sampled")
        top, bottom = map(int, exact.split("/"))
        assert float(row.measured) == pytest.approx(top / bottom, rel=2e-3)
        assert float(row.measured_order) == pytest.approx(float(row.claimed_order), abs=0.25)
    assert rows["neuron/exact"].evidence == "derived"
    assert {row.label for row in found.hypotheses} >= {"neuron/A1", "neuron/A5"}
    assert [picture.kind for picture in found.pictures] == ["bifurcation", "alignment", "ladder"]


def test_the_latex_table_has_the_numbers_as_they_were_found(found: Numbers) -> None:
    source = latex_numbers.fragment(found, "x")
    for row in found.statements:
        line = next(
            line for line in source.splitlines()
            if line.startswith(rf"\texttt{{{row.label.removeprefix('neuron/')}}}")
        )  # fmt: skip
        cells = [cell.strip(" \\$") for cell in line.split("&")]
        assert row.measured.startswith(cells[4])
        assert cells[3] == row.exact or not row.exact[0].isdigit() or cells[3] in row.exact
        assert len(cells) == 7
    for picture in found.pictures:
        assert rf"\includegraphics{{x-{picture.kind}.pdf}}" in source
    assert set(latex_numbers.figure_files(found, "x")) == {
        f"x-{p.kind}.pdf" for p in found.pictures
    }


def test_where_a_hypothesis_fails_the_diagram_is_drawn_without_orbits() -> None:
    made = numbers(NOT_CONVEX)
    assert {row.label: row.verdict for row in made.hypotheses}["linear/A2"] == "fail"
    verdicts = {row.label: row.verdict for row in made.statements}
    assert verdicts["linear/alignment"] == "not-applicable"
    assert [picture.kind for picture in made.pictures] == ["bifurcation"]
    assert "with step size" not in latex_numbers.fragment(made, "x")


def test_the_page_has_both_tables_and_the_figures_within_it(found: Numbers) -> None:
    page = html.page(small_document(), found)
    assert page.count("<table>") == 2
    figures = re.findall(r"<figure>(<svg.*?</svg>)", page, re.DOTALL)
    assert len(figures) == 3
    names = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in figures]
    assert not names[0] & names[1]
    for svg in figures:
        ET.fromstring(svg)
        for target in re.findall(r'(?:href="#|url\(#)([^")]+)', svg):
            assert f'id="{target}"' in svg
    assert "<table>" not in html.page(small_document())


@needs_latex
def test_the_document_compiles_with_its_numbers(found: Numbers) -> None:
    files = latex_document.files(small_document(), "x", found)
    content, log = pdf.compiled(files, "x-standalone.tex")
    assert content.startswith(b"%PDF")
    assert complaints(log) == []
