"""The documentation site: it is built from scratch once, and everything is asked of that build."""

import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from browser import CHROMIUM, WANTED_IN_CI, chromium, complaints, shown
from bs4 import BeautifulSoup
from site_reader import article, documented, faults, soup

from trajalign.figures.kinds import KINDS
from trajalign.theory import Activation, Loss, SingleNeuron, TwoLayerLinear
from trajalign.theory.derivation.book import appendix
from trajalign.theory.derivation.claims import Cited, Derivation
from trajalign.verification.ledger import known_statements

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROOMS = ("theory", "numerics", "numerics.networks", "verification")
DERIVED = {
    "linear": TwoLayerLinear(Loss.parse("log-cosh")),
    "neuron": SingleNeuron(Activation.parse("tanh")),
}


def build(sources: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Build pages with the settings of docs/, as `make docs` does."""
    program = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going"]
    places = ["-c", DOCS, "-d", out.parent / "doctrees", sources, out]
    return subprocess.run([*program, *places], capture_output=True, text=True, check=False)


def public_names() -> set[str]:
    found = {"trajalign.__version__"}
    for room in ROOMS:
        module = importlib.import_module(f"trajalign.{room}")
        found |= {f"trajalign.{room}.{name}" for name in module.__all__}
    return found


@cache
def derivations(name: str) -> tuple[Derivation, ...]:
    return appendix(DERIVED[name]).derivations


def check_mathematics(page: Path, name: str) -> None:
    """The page has every statement, every displayed formula, and the evidence of every proof."""
    expected = derivations(name)
    boxes = article(page).select("div.proof")
    assert [box.code.get_text() for box in boxes if box.code] == [d.label for d in expected]
    labels = {d.label for d in expected}
    ledger = {s.label for s in known_statements(name)} & labels
    assert {b.code.get_text() for b in article(page).select("div.theorem") if b.code} >= ledger
    steps = [step for d in expected for step in d.steps]
    formulas = article(page).select("div.formula.numbered")
    assert len(formulas) == sum(not isinstance(step.claim, Cited) for step in steps)
    assert all(formula.math is not None and formula.math.find("mi") for formula in formulas)
    numbers = [formula.select(".eqno")[0].get_text() for formula in formulas]
    assert len(set(numbers)) == len(numbers)
    evidence = [line.get_text() for line in article(page).select("p.evidence")]
    assert len(evidence) == len(expected)
    assert all("checked by exact algebra" in line for line in evidence)


def without_the_last(selector: str, site: Path, folder: Path) -> Path:
    """A copy of the neuron's page that lacks one thing."""
    whole = BeautifulSoup((site / "mathematics" / "neuron.html").read_text("utf-8"), "html.parser")
    whole.select(selector)[-1].extract()
    copy = folder / f"without {selector}.html"
    copy.write_text(str(whole), encoding="utf-8")
    return copy


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_site_is_whole_and_was_built_without_a_warning(tmp_path: Path) -> None:
    done = build(DOCS, tmp_path / "site")
    assert done.returncode == 0, done.stderr
    site = tmp_path / "site"
    assert faults(site, DOCS) == []

    words = documented(site)
    assert public_names() - set(words) == set()
    assert [name for name in public_names() if not words[name]] == []
    signature = soup(site / "api" / "numerics.html").find(id="trajalign.numerics.crossing_time")
    assert signature is not None
    assert "model: Model" in " ".join(signature.get_text().split())

    assert article(site / "api" / "verification.html").select("a[href='../verdicts.html']")
    assert article(site / "orbits.html").select("a[href='benchmarks.html']")

    for name in DERIVED:
        check_mathematics(site / "mathematics" / f"{name}.html", name)
    ledger = {str(a["href"]) for a in article(site / "ledger.html").select("td a")}
    assert {"mathematics/linear.html#ta:linear:bifurcation/flip"} <= ledger
    assert {f"mathematics/{n}.html#ta:{n}/slow-curve" for n in DERIVED} <= ledger
    for formula_or_theorem in ("div.formula.numbered", "div.proof", "p.evidence"):
        with pytest.raises(AssertionError):
            check_mathematics(without_the_last(formula_or_theorem, site, tmp_path), "neuron")
    # By hand: h_1(0) = 3/5 for the tutorial's loss, and 2 − 3/128 for log cosh(xy) at (0, 4).
    assert "0 < |p₀| ≤ 1" in article(site / "tutorial.html").get_text()
    assert "(3/5)" in article(site / "tutorial.html").get_text()
    assert "1.9765625" in article(site / "review.html").get_text()
    gallery = article(site / "figures.html")
    drawn = {figure.img["src"] for figure in gallery.select("figure") if figure.img}
    commands = gallery.select("figure + div")
    assert len(drawn) == len(commands) == len(gallery.select("figure"))
    for kind in KINDS:
        assert any(f"trajalign figure {kind} " in command.get_text() for command in commands), kind

    if WANTED_IN_CI or CHROMIUM:
        looked_at = (
            "index",
            "mathematics",
            "tutorial",
            "review",
            "figures",
            "ledger",
            "command-line",
            "api/verification",
        )
        assert complaints(*(site / f"{name}.html" for name in looked_at)) == []
        with chromium() as browser:
            page = site / "mathematics" / "linear.html"
            with shown(browser, page, scripts=False) as view:
                assert view.locator("text=Theorem 9").first.is_visible()
                assert view.locator("div.formula math").first.is_visible()


BROKEN = {
    "a reference": ("{ref}`no-such-label`", "no-such-label"),
    "an equation": ("{eq}`ta:linear/limit:no-such-step`", "no-such-step"),
    "a link": ("[there](no-such-page.md)", "no-such-page.md"),
    "a name of the API": ("{py:class}`trajalign.theory.NoSuchClass`", "NoSuchClass"),
    "a figure": (":::{figure-command} trajalign figure no-such-kind -o x.svg\n:::", "no-such-kind"),
    "a loss": (":::{derivations} linear cosh(x*y)\n:::", "need one variable"),
    "a diagram": ("```mermaid\ngraph TD\n  a ~~> b\n```", "a ~~> b"),
    "a page outside": ("", "other.md: WARNING: document isn't included in any toctree"),
}


@pytest.mark.thorough
def test_whatever_is_broken_fails_the_build(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    text = "\n\n".join(body for body, _ in BROKEN.values())
    (sources / "index.md").write_text(f"# Broken\n\n{text}\n", encoding="utf-8")
    (sources / "other.md").write_text("# Other\n", encoding="utf-8")
    done = build(sources, tmp_path / "site")
    assert done.returncode == 1
    warnings = [line for line in done.stderr.splitlines() if "WARNING" in line or "ERROR" in line]
    for what, (_, named) in BROKEN.items():
        assert any(named in line for line in warnings), f"{what}: {done.stderr}"
    assert len(warnings) == len(BROKEN)


@pytest.mark.thorough
def test_a_cell_that_raises_fails_the_build(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    head = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
    (sources / "index.md").write_text(f"{head}# Cell\n\n```{{code-cell}}\n1 / 0\n```\n", "utf-8")
    done = build(sources, tmp_path / "site")
    assert done.returncode != 0
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "index.html loads https://cdn"),
        ('<img src="//cdn.example/x.png">', "index.html loads //cdn"),
        ('<link rel="stylesheet" href="https://cdn.example/x.css">', "index.html loads https"),
        ('<a href="nowhere.html">x</a>', "index.html: nowhere.html is no file"),
        ('<a href="#nowhere">x</a>', "index.html: #nowhere is nowhere in index.html"),
        (r"<p>so \taEta is small</p>", r"index.html: so \taEta"),
        ("<p>see {ref}`that`</p>", "index.html: see {ref}"),
        ("<p>of $x^2$ is</p>", "index.html: of $x^2$"),
    ],
)
def test_a_fault_of_a_page_is_seen(tmp_path: Path, body: str, fault: str) -> None:
    (tmp_path / "index.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    found = faults(tmp_path, tmp_path)
    assert any(line.startswith(fault) for line in found), found


def test_a_page_that_is_in_order_has_no_fault(tmp_path: Path) -> None:
    good = (
        '<body><nav><a href="two.html">2</a></nav><p id="a">η, <code>\\frac{ref}</code>, 3 $</p>'
        '<a href="#a">a</a><a href="https://arxiv.org/abs/2307.04204">paper</a>'
    )
    (tmp_path / "index.html").write_text(good, encoding="utf-8")
    (tmp_path / "two.html").write_text("<body>2</body>", encoding="utf-8")
    (tmp_path / "two.md").write_text("# 2\n", encoding="utf-8")
    assert faults(tmp_path, tmp_path) == []


def test_a_name_without_words_is_seen(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    page = '<dl><dt id="a.f">f</dt><dd>What f is.</dd><dt id="a.g">g</dt><dd> </dd></dl>'
    (tmp_path / "api" / "a.html").write_text(page, encoding="utf-8")
    assert documented(tmp_path) == {"a.f": "What f is.", "a.g": ""}


def test_what_else_can_be_wrong_is_seen(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<body>1</body>", encoding="utf-8")
    (tmp_path / "lost.md").write_text("# Lost\n", encoding="utf-8")
    (tmp_path / "style.css").write_text("@import 'https://cdn.example/f.css';", encoding="utf-8")
    assert faults(tmp_path, tmp_path) == [
        "style.css loads https://cdn.example/f.css",
        "lost.html is not in the sidebar",
    ]
