"""What docs/_ext does to formulas, texts, links and diagrams."""

import api_names
import derivations
import html_repairs
import pytest
import repository_links
import sympy as sp
from derivation_words import words

from trajalign.appendix.document import document
from trajalign.appendix.mathml import mathml
from trajalign.theory import Loss, TwoLayerLinear
from trajalign.theory.derivation import Appendix, Derivation, Identity, Step
from trajalign.theory.models import P
from trajalign.verification.derivations.judging import DerivationError, check_appendix

SIGN = '<mo lspace="0" rspace="0">&#x02212;</mo>'


@pytest.mark.parametrize(
    ("latex", "is_sign"),
    [
        ("x = -1", True),
        (r"p \mapsto -p", True),
        ("f(-a)", True),
        ("a - b", False),
        ("x^2 - 1", False),
    ],
)
def test_a_sign_stands_close_and_a_difference_does_not(latex: str, is_sign: bool) -> None:
    assert (SIGN in mathml(latex)) is is_sign


def test_an_exponent_belongs_to_its_symbol() -> None:
    square = "<msup><mi>p</mi><mrow><mn>2</mn></mrow></msup>"
    assert square in mathml("p{}^{2}")
    assert "msup" not in mathml("r{}'")


def test_rows_are_aligned() -> None:
    shown = mathml("a &= b\n&= c", display=True)
    assert shown.count("<mtr>") == 2
    assert "&=" not in shown


@pytest.mark.parametrize(
    ("docstring", "markup"),
    [
        (["|p| and q* are real."], [r"\|p\| and q\* are real.", ""]),
        (["The name ±`a|b`, x_t and T_."], [r"The name ±\ `a|b`\ , x_t and T\_.", ""]),
        (["*Mixtures* of q* and 2*3."], [r"\ *Mixtures*\  of q\* and 2\*3.", ""]),
        (["One.", "", ">>> 2*3", "6"], ["One.", "", ">>> 2*3", "6", ""]),
        (["a   first", "    line"], ["::", "", "    a   first", "        line", ""]),
    ],
)
def test_the_words_of_a_docstring_are_no_markup(docstring: list[str], markup: list[str]) -> None:
    lines = list(docstring)
    api_names.as_markup(None, "function", "f", None, None, lines)  # type: ignore[arg-type]
    assert lines == markup


@pytest.mark.parametrize(
    ("docname", "link", "shown"),
    [
        ("index", "[changes](../CHANGELOG.md)", "[changes](/changelog.md)"),
        ("api/index", "[changes](../../CHANGELOG.md)", "[changes](/changelog.md)"),
        ("index", "[schemas](../trajalign/schemas)", "schemas (`trajalign/schemas`)"),
        ("index", "[here](theory.md)", "[here](theory.md)"),
        ("api/index", "[here](../theory.md)", "[here](../theory.md)"),
    ],
)
def test_links_out_of_the_pages(docname: str, link: str, shown: str) -> None:
    assert repository_links.on_the_site(f"See {link}.", docname) == f"See {shown}."


def test_a_formula_keeps_its_punctuation() -> None:
    formula = mathml("x")
    assert html_repairs.repaired(f"<p>Let {formula}. Then</p>") == (
        f'<p>Let <span class="together">{formula}.</span> Then</p>'
    )
    assert html_repairs.repaired(f"<p>Let {formula} be</p>") == f"<p>Let {formula} be</p>"


def small_appendix(right: sp.Expr) -> Appendix:
    step = Step("one", "We have", Identity(((1 + P) ** 2, right)))
    derivation = Derivation("linear/x", "X", "So.", (step,))
    return Appendix("linear", "log(cosh(z))", 1, (derivation,), Loss)


def test_a_formula_that_does_not_check_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivations, "appendix", lambda model: small_appendix(1 + 2 * P + P**2))
    assert derivations.derived("linear", "log-cosh").entries[0].numbers == {"one": "1.1"}
    monkeypatch.setattr(derivations, "appendix", lambda model: small_appendix(1 + 3 * P + P**2))
    with pytest.raises(DerivationError, match="step one"):
        derivations.derived("linear", "log-cosh")


def test_texts_of_derivations_are_markdown() -> None:
    made = small_appendix(1 + 2 * P + P**2)
    model = TwoLayerLinear(Loss.parse("log-cosh"))
    checked = document(model, made, check_appendix(made))
    text = r"\emph{If} $\taP^2$ is [not] 0, \stepref{one} holds \cite{song2023}."
    assert words(checked, text, checked.entries[0]) == (
        r"*If* {math}`p{}^2` is \[not\] 0, equation {eq}`ta:linear/x:one` holds "
        r"\[{ref}`1 <ta:linear:cite:song2023>`\]."
    )
