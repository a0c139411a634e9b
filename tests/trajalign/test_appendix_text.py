"""The derivations as plain text and as a web page: the same words and formulas, without LaTeX."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from small_appendix import small_document

from trajalign.appendix import html, text
from trajalign.appendix.mathml import mathml
from trajalign.theory.errors import InputError
from trajalign.theory.writing.inline import Style, rendered, without_macros
from trajalign.theory.writing.plain_math import plain_math

MATHML = "{http://www.w3.org/1998/Math/MathML}"
BRACKETS = Style(
    characters=lambda s: s,
    formula=lambda s: f"<{s}>",
    marked=lambda mark, s: f"[{mark} {s}]",
    reference=lambda kind, names, begins: f"[{kind} {'+'.join(names)} {begins}]",
    citation=lambda keys: f"[{'+'.join(keys)}]",
)


# Formulas in plain text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"\frac{1}{2 \taR''(0)}", "1/(2 r''(0))"),
        (r"-\frac{1}{2}\left(\taP + 1\right)", "−(1/2) (p + 1)"),
        (r"\frac{\taP}{\taQ^{2}} + 1", "p/q² + 1"),
        (r"\frac{1 - \taP}{\taQ}", "(1 − p)/q"),
        (r"\frac{-\taP}{1 + \taQ}", "−p/(1 + q)"),
        (r"\frac{2 \taP}{3 \taQ}", "2 p/(3 q)"),
        (r"\taP \frac{\taR}{\taQ} \taP", "p (r/q) p"),
        (r"\frac{1}{\taR(\taP)(1 + \taP)}", "1/(r(p)(1 + p))"),
        (r"\frac{1}{\taR'(0)}", "1/r'(0)"),
        (r"\frac{1}{(1 + \taP)^{2}}", "1/(1 + p)²"),
        (r"\frac{\lVert x - y\rVert^2}{2}", "‖x − y‖²/2"),
        (r"\frac{a/b}{c}", "a/b/c"),
        (r"e^{-2 \taP/3}", "e^(−2p/3)"),
        (r"{\left(1 + \taP\right)}^{3/2}", "(1 + p)^(3/2)"),
        (r"\taR^{(4)}(0) \taEps^{12}", "r⁽⁴⁾(0) ε¹²"),
        (r"\taH_{10}'^{2}", "h₁₀'²"),
        (r"\sqrt{\taEps} \sqrt{1 + \taP}", "√ε √(1 + p)"),
        (r"\hat{\taR}(\tilde{\taSharp})", "r̂(λ̃)"),
        (r"U_{+}^{\mathsf{T}} x \in \mathbb{R}^{m}", "U₊ᵀ x ∈ ℝᵐ"),
        (r"\begin{pmatrix}1 & -\frac{\taP}{2} \\ 0 & 1\end{pmatrix}", "(1, −p/2; 0, 1)"),
        (r"\int_{0}^{\taP} \ln(\taR)\,\mathrm{d}\taP", "∫₀ᵖ ln(r) dp"),
        (r"x\to\pm\taP, 2 \cdot 3 \le 7", "x → ±p, 2 · 3 ≤ 7"),
        (r"\taP \quad\text{at } \taQ=\taR", "p   at q = r"),
    ],
)
def test_a_formula_reads_the_same_in_plain_text(latex: str, plain: str) -> None:
    assert plain_math(latex) == plain


@pytest.mark.parametrize(
    "latex", [r"\unknowncommand{x}", r"\frac{1}{", r"\begin{tikzpicture}x\end{tikzpicture}"]
)
def test_a_formula_that_is_not_understood_is_refused(latex: str) -> None:
    with pytest.raises(InputError):
        plain_math(latex)


def test_macros_are_replaced_by_what_they_mean_and_no_others() -> None:
    assert without_macros(r"\taEta\taP_{+}\pm\taP \taPhi") == r"\eta{} p{}_{+}\pm p{} \varphi{}"
    assert without_macros(r"\taPx \tau") == r"\taPx \tau"


# Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"``So''~it is -- \emph{now $\taP$}.", "“So”\xa0it is – [em now <\\taP>]."),
        (r"By \stepref{a} and \stepref{b:c}, so.", "By [stepref a+b:c False], so."),
        (r"End. \thmref{x/y} holds", "End. [thmref x/y True] holds"),
        (r"\stepref{a}, \stepref{b} and \stepref{c}", "[stepref a+b+c True]"),
        (r"\cite{a, b} 5\,\% \texttt{q}", "[a+b] 5\xa0% [code q]"),
    ],
)
def test_words_are_taken_apart(latex: str, expected: str) -> None:
    assert rendered(latex, BRACKETS) == expected


@pytest.mark.parametrize(
    "latex", [r"\input{secret}", r"\begin{itemize}\item a\end{itemize}", "a $b"]
)
def test_a_command_that_no_text_should_have_is_refused(latex: str) -> None:
    with pytest.raises(InputError):
        rendered(latex, BRACKETS)


# The text ----------------------------------------------------------------------------------------


def test_the_text_fits_in_80_columns_and_contains_no_latex() -> None:
    page = text.page(small_document())
    assert max(map(len, page.splitlines())) <= 80
    assert not re.search(r"[\\${}\ue000-\uf8ff\xa0]", page)
    assert not any(line.endswith(" ") for line in page.splitlines())


def test_the_text_has_every_part() -> None:
    page = text.page(small_document())
    paragraphs = " ".join(page.split())
    assert page.startswith(
        "Derivations for the two-layer linear network with the loss ℓ(z) = ln(cosh(z))"
    )
    assert "Theorem 1 (linear/alignment). Assume A1 and A4. Then q = r(1 + ε h₁) is" in paragraphs
    assert "with equation (1.7); see [4]." in paragraphs
    assert "Lemma 2 (linear/height). By Theorem 1 and A4, h₁(0) > 0." in paragraphs
    assert "p₊ = p (1 − 2 r/q + η² p² r²)   and" in page
    assert "Equation (1.2) becomes" in page
    assert "The curve attracts. (Taken from [1]; not proved here.)" in paragraphs
    assert "near an integral is clear. (Argued in words.)" in paragraphs
    assert "−1/(2 r''(0)) > 0." in page
    assert "at q = r." in page
    assert "[4] Yuri A. Kuznetsov. Elements" in page


# The page ----------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags of a page: they must close, ids be unique, and links lead to one."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.seen.add(tag)
        if tag not in ("meta", "mspace"):
            self.open.append(tag)
        self.ids += [str(given["id"])] if "id" in given else []
        self.links += [str(given["href"])] if "href" in given else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_stands_alone() -> None:
    source = html.page(small_document())
    page = Page()
    page.feed(source)
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert all(link.startswith("#") for link in page.links)
    assert "script" not in page.seen
    assert not re.search(r"(src|url|@import)\s*[=(]", source)
    assert "https:" not in source
    assert {"ta:linear/alignment:h", "ta:linear/height", "ref-song2023"} <= set(page.ids)
    assert "color-scheme: light dark" in source
    assert not re.search(r"\\[a-zA-Z]", source)


def leaves(latex: str) -> str:
    """All characters of a formula, in the order in which they stand."""
    tree = ElementTree.fromstring(mathml(latex))
    assert tree.tag == f"{MATHML}math"
    return "".join(part.strip() for part in tree.itertext())


@pytest.mark.parametrize(
    ("latex", "characters"),
    [
        (r"\frac{\taEta \taP}{2}", "ηp2"),
        (r"\taR'^{2}(0) + \taR''", "r′2(0)+r″"),
        (r"\bigl(e^{\taP}\bigr)^{2}", "(ep)2"),
        ("\\taP &= \\taQ \\\\ &\\quad + 1".replace("\\\\ ", "\n"), "p=q+1"),
        (r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}", "(1234)"),
        (r"-\taP < 0 \quad\text{at } \taQ = 1", "−p<0at\xa0q=1".replace("\xa0", "")),
    ],
)
def test_mathml_has_every_character_of_the_formula(latex: str, characters: str) -> None:
    assert leaves(latex).replace("\xa0", "") == characters


@pytest.mark.parametrize("before", ["z", "2", r"\frac{1}{2}", "z^{2}"])
def test_a_named_function_stands_apart_from_what_it_follows(before: str) -> None:
    assert '<mspace width="0.167em" /><mi>arctan</mi>' in mathml(rf"{before} \arctan(z)")
    assert "<mspace" not in mathml(r"(\arctan(z))")


def test_rows_become_the_rows_of_a_table() -> None:
    tree = ElementTree.fromstring(mathml("a &= b\n&\\quad {}+ c", display=True))
    assert tree.get("display") == "block"
    assert len(tree.findall(f".//{MATHML}mtr")) == 2
    assert len(tree.findall(f".//{MATHML}mtd")) == 4
