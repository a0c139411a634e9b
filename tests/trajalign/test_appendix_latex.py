"""The LaTeX of the derivations: what is written, that it compiles, and what it looks like."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from latex_tools import complaints, darkest_of_each_page, needs_latex, told_of_pdf
from small_appendix import CURVE, SMALL, small_document

from trajalign import __version__
from trajalign.appendix import latex_document, pdf
from trajalign.appendix.document import document
from trajalign.appendix.formulas import formula, rows
from trajalign.appendix.latex_standalone import Paper
from trajalign.theory.derivation.claims import (
    Appendix,
    Cited,
    Derivation,
    Expansion,
    Identity,
    Step,
)
from trajalign.theory.derivation.latex import width_of
from trajalign.theory.derivation.notation import P_NEXT
from trajalign.theory.errors import InputError
from trajalign.theory.hypotheses import OF_A_LOSS, OF_AN_ACTIVATION
from trajalign.theory.models import ETA, P, Q, R
from trajalign.theory.writing.macros import MACROS
from trajalign.theory.writing.references import REFERENCES, bibtex, plain
from trajalign.verification.derivations.judging import check_appendix

r = R(P)


def test_an_expansion_prints_its_remainder_and_a_place_where_it_holds() -> None:
    claim = Expansion(P_NEXT, -P, ETA, 1, ((Q, r), (ETA, sp.S.Zero)))
    shown = r"\taP_{+} = -\taP + O(\taEta) \quad\text{at } \taQ = \taR,\ \taEta = 0"
    assert formula(claim) == shown
    assert formula(Expansion(P - P_NEXT, sp.S.Zero, ETA, 3)).endswith(r"= O(\taEta^{3})")


@pytest.mark.parametrize("width", [30, 45, 60])
def test_a_long_chain_is_broken_into_aligned_rows(width: float) -> None:
    wide = sum((k * P**k * Q ** (20 - k) for k in range(2, 12)), sp.S.Zero)
    for sides in ((P_NEXT, wide, 2 * wide), (wide, P_NEXT), (wide / r, wide / Q)):
        found = rows(Identity(sides), width)
        assert len(found) > 2
        assert all(width_of(row.replace("&", "")) <= width + 3 for row in found)
        assert all(row.count("&") == 1 for row in found)
        assert sum(row.count("= ") for row in found) == len(sides) - 1


def test_what_cannot_be_broken_is_one_row() -> None:
    claim = Identity((P_NEXT, sp.Mul(*(R(P * k) for k in range(1, 30)))))
    assert rows(claim, 40) == [formula(claim)]


def test_every_step_has_a_label_and_every_theorem_its_name() -> None:
    source = latex_document.fragment(small_document())
    labels = re.findall(r"\\label\{([^}]*)\}", source)
    assert len(set(labels)) == len(labels)
    assert {"ta:linear/alignment", "ta:linear/alignment:h", "ta:linear/height:sign"} <= set(labels)
    assert set(re.findall(r"\\[cC]ref\{([^}]*)\}", source)) <= set(labels)
    assert r"\begin{theorem}[\texttt{linear/alignment}]" in source
    assert r"\begin{lemma}[\texttt{linear/height}]" in source
    assert r"\stepref" not in source


def test_words_and_formulas_read_on() -> None:
    source = latex_document.fragment(small_document())
    assert r"By \cref{ta:linear/alignment} and A4," in source
    assert "\n\\Cref{ta:linear/alignment:q-next} becomes\n" in source
    assert r"\quad\text{and} \label{ta:linear/alignment:p-next}" in source  # one display of two
    assert source.count(r"\begin{gather}") == 1
    assert r"The curve attracts. \taTaken{song2023}" in source
    assert r"That a sum is near an integral is clear. \taInWords{}" in source
    assert "3 formulas checked by exact algebra and at 24 random points" in source


def test_what_both_models_share_has_labels_of_its_own_in_each() -> None:
    made = small_document()
    assert made.anchor("bifurcation/flip", "map") == "ta:linear:bifurcation/flip:map"
    assert made.anchor("linear/limit") == "ta:linear/limit"


def test_the_notation_defines_every_macro_and_lets_others_win() -> None:
    source = latex_document.notation()
    for name in MACROS:
        assert rf"\providecommand{{\{name}}}" in source
    assert r"\newcommand{\ta" not in re.sub("%.*", "", source)


def test_a_hypothesis_in_plain_text() -> None:
    """Read off the LaTeX by hand."""
    said = {hypothesis.name: hypothesis.text for hypothesis in OF_A_LOSS}
    assert said["A2"] == "ℓ''(z) > 0 for z > 0, that is z r'(z)/r(z) > −1"
    assert said["A5"] == "L = sup |ℓ'| is finite"
    said = {hypothesis.name: hypothesis.text for hypothesis in OF_AN_ACTIVATION}
    assert said["A3"] == "z r'(z)/r(z) is decreasing where r(z) ≥ c"
    assert said["analytic"] == "φ is real and analytic on the whole real line"


def test_only_what_is_cited_is_in_the_bibliography() -> None:
    keys = re.findall(r"@\w+\{(\w+),", latex_document.bibliography(small_document()))
    assert keys == ["song2023", "meurer2017", "johansson2017", "kuznetsov2004"]


@pytest.mark.parametrize("key", REFERENCES)
def test_every_reference_has_an_author_a_title_and_a_year(key: str) -> None:
    assert REFERENCES[key]["title"] in bibtex(key)
    assert plain(key).count(REFERENCES[key]["year"]) >= 1
    assert bibtex(key).count("{") == bibtex(key).count("}")


def with_text(text: str) -> Appendix:
    steps = (*CURVE.steps[:2], Step("last", text, Cited()))
    cut = Derivation(CURVE.label, CURVE.title, "Nothing.", steps)
    return Appendix(SMALL.model, SMALL.response, SMALL.order, (cut,), SMALL.kind)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (r"See \stepref{nowhere}.", r"\\stepref\{nowhere\} refers to nothing"),
        (r"See \stepref{linear/limit:q}.", "refers to nothing"),
        (r"See \thmref{linear/limit}.", "refers to nothing"),
        (r"See \cite{nobody1999}.", "'nobody1999' is no reference"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(text: str, complaint: str) -> None:
    appendix = with_text(text)
    with pytest.raises(InputError, match=complaint):
        document(small_document().model, appendix, check_appendix(appendix))


def test_what_was_not_checked_is_not_printed() -> None:
    made = small_document()
    checked = check_appendix(made.appendix)
    with pytest.raises(InputError, match="only derivations that were checked"):
        document(made.model, made.appendix, checked[:1])


@needs_latex
@pytest.mark.parametrize(("paper", "size"), [("a4", "595"), ("letter", "612 x 792")])
def test_a_pdf_says_what_it_is_and_has_links(paper: Paper, size: str, tmp_path: Path) -> None:
    files = latex_document.files(small_document(), "appendix", paper=paper)
    content, _ = pdf.compiled(files, "appendix-standalone.tex")
    about = told_of_pdf(content, tmp_path)
    assert re.search(r"Title: +Derivations for the two-layer linear network", about)
    assert "ln(cosh(z))" in about
    assert f"trajalign {__version__}" in about
    assert f"Page size:       {size}" in about
    assert {"section.1", "equation.1.1", "theorem.1"} <= set(re.findall(r'"([^"]*)"', about))


def test_a_heading_with_a_formula_has_plain_words_for_the_bookmark() -> None:
    made = small_document()
    first = made.entries[0]
    titled = replace(first, derivation=replace(first.derivation, title="Where $\\taR''(0) = 0$"))
    source = latex_document.fragment(replace(made, entries=(titled, *made.entries[1:])))
    assert r"\taHeading{\texorpdfstring{Where $\taR''(0) = 0$}{Where r''(0) = 0}}" in source


@needs_latex
def test_the_document_compiles_without_complaint(tmp_path: Path) -> None:
    files = latex_document.files(small_document(), "appendix")
    content, log = pdf.compiled(files, "appendix-standalone.tex")
    assert content.startswith(b"%PDF")
    assert complaints(log) == []
    assert max(darkest_of_each_page(content, tmp_path)) < 128


@needs_latex
def test_complaints_are_seen(tmp_path: Path) -> None:
    files = latex_document.files(small_document(), "appendix")
    wide = r"\noindent\hbox{\vrule width 2\textwidth height 1pt}\par See \cref{nowhere}."
    files["appendix.tex"] += wide
    _, log = pdf.compiled(files, "appendix-standalone.tex")
    assert any("nowhere" in line for line in complaints(log))
    assert any("Overfull" in line for line in complaints(log))


@needs_latex
def test_own_notation_and_own_environments_win() -> None:
    files = latex_document.files(small_document(), "appendix")
    own = (
        r"\newcommand{\taEta}{\gamma}\newcommand{\taHeading}[1]{\subsection*{#1}}"
        r"\newtheorem{theorem}{Satz}\newtheorem{lemma}{Hilfssatz}"
    )
    main = files["appendix-standalone.tex"].replace(r"\input{trajalign-notation}", own + "%")
    files["appendix-standalone.tex"] = main.replace("%\n", "\n\\input{trajalign-notation}\n")
    assert own in files["appendix-standalone.tex"]
    content, log = pdf.compiled(files, "appendix-standalone.tex")
    assert content.startswith(b"%PDF")
    assert [line for line in complaints(log) if "Overfull" not in line] == []


@needs_latex
def test_a_failure_of_latex_names_its_first_error() -> None:
    files = latex_document.files(small_document(), "appendix")
    files["appendix.tex"] += r"\nosuchcommand"
    with pytest.raises(pdf.LatexError, match="! Undefined control sequence") as caught:
        pdf.compiled(files, "appendix-standalone.tex")
    assert r"\nosuchcommand" in caught.value.log


@needs_latex
def test_no_program_can_be_run_from_the_document(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    files = latex_document.files(small_document(), "appendix")
    files["appendix.tex"] += rf"\immediate\write18{{touch {mark}}}"
    _, log = pdf.compiled(files, "appendix-standalone.tex")
    assert not mark.exists()
    assert r"\write18 enabled" not in log  # not even what TeX Live calls restricted


def test_a_missing_latexmk_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="apt install latexmk texlive-latex-extra"):
        pdf.compiled({}, "x.tex")


@pytest.mark.parametrize(
    "name", ["a b.tex", "appendix", "x.pdf", "trajalign-notation.tex", "a%.tex"]
)
def test_a_name_that_latex_could_not_input_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"NAME\.tex"):
        latex_document.check_names(tmp_path / name)


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    latex_document.check_names(tmp_path / "appendix.tex")
    (tmp_path / "trajalign.bib").write_text("@book{mine,}", encoding="utf-8")
    with pytest.raises(InputError, match=r"trajalign\.bib: it was not written by"):
        latex_document.check_names(tmp_path / "appendix.tex")
    (tmp_path / "trajalign.bib").write_text(latex_document.bibliography(small_document()))
    latex_document.check_names(tmp_path / "appendix.tex")
