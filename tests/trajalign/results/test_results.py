"""What the functions of the surface return: fields, frames, HTML in the report's colours, axes."""

import re
import sys
from fractions import Fraction
from functools import cache
from importlib import resources

import matplotlib as mpl
import numpy as np
import pytest
import sympy as sp
from bs4 import BeautifulSoup
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

import trajalign as ta
from trajalign.results import tables

mpl.use("Agg")
mpl.rcParams["figure.max_open_warning"] = 0
CAUCHY = "log(1+z**2)/2"  # ℓ''(1) = 0


@cache
def orbit():
    return ta.orbit("log-cosh", 0.05, "3/10", 0.9)


@cache
def verdicts():
    return ta.verify(ta.linear(CAUCHY), statements="linear/limit", jobs=1)


@cache
def theorem():
    return ta.prove("log-cosh", eta0=0.02, q0=(0.8, "81/100"), jobs=1)


@cache
def objective():
    return ta.edge("log(cosh(x*y))", at={"x": 0, "y": 4})


@cache
def papers():
    return ta.neighbours("damian", controls=True, jobs=1)


@cache
def ends():
    return ta.sweep("log-cosh", [0.1], [0.5, 1], [0.8, 4], engine="numpy")


RESULTS = {
    "orbit": orbit,
    "verdicts": verdicts,
    "theorem": theorem,
    "edge": objective,
    "neighbours": papers,
    "sweep": ends,
}


LONG = pytest.mark.thorough
NAMES = [pytest.param(n, marks=LONG) if n == "edge" else n for n in RESULTS]


@pytest.mark.parametrize("name", NAMES)
def test_a_result_is_shown_in_a_few_lines_without_an_address(name):
    shown = repr(RESULTS[name]())
    assert 0 < len(shown) < 6000
    assert " at 0x" not in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_columns_without_an_entry_are_left_out():
    table = tables.Table(("a", "b", "c"), ((1, None, 0), (None, None, "")))
    assert table.filled() == tables.Table(("a", "c"), ((1, 0), (None, "")))
    assert "measured" not in verdicts()._repr_html_()  # nothing was


def test_what_the_rooms_return_is_told_in_a_line():
    """By hand: for ½ log(1 + z²), r = 1/(1 + z²) and z r'/r = −1 at z = 1, where r = 1/2; the limit
    of the neuron z/√(1 + z²) at η = 10⁻⁶ is 1 + η/4 + …."""
    diagram = repr(ta.bifurcation_diagram(ta.linear(CAUCHY)))
    assert "flip at p = 0, q = 1.00000" in diagram
    assert "symmetry-breaking (flip of −g_q) at p = 1.00000, q = 0.500000" in diagram
    assert repr(ta.cascade(ta.linear(CAUCHY), 2)).count(" at q = ") == 2
    fast = repr(ta.fast_forward("algebraic", "1e-6", (None, "4/5")))
    assert "q* = 1.00000025" in fast
    assert all(len(told) < 400 and "\n" not in told for told in (diagram, fast))


@pytest.mark.parametrize("name", NAMES)
def test_html_is_whole_and_has_the_colours_of_the_report(name):
    found = BeautifulSoup(RESULTS[name]()._repr_html_(), "html.parser")
    assert found.select("table, ul")
    sheet = resources.files("trajalign.report").joinpath("templates/report.css").read_text("utf-8")
    for colour in ("pass", "fail", "undecided"):
        light, dark = re.findall(rf"--{colour}: (#\w+)", sheet)[:2]
        style = found.style.get_text()
        assert f"--{colour}: {light}" in style.split("{")[1]
        assert f"--{colour}: {dark}" in style.split('data-jp-theme-light="false"')[1]


def test_in_a_notebook_the_plain_text_is_returned_and_not_displayed(monkeypatch):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert not tables.plain().is_jupyter
    assert "linear/A2" in repr(verdicts())


def test_a_text_of_a_user_is_no_markup():
    assert tables.cell("<b>&") == "&lt;b&gt;&amp;"
    assert "<script>" not in tables.Table(("<script>",), (("x",),)).html("<script>")


def test_verdicts_as_a_frame_and_by_label():
    found, frame = verdicts(), verdicts().to_frame().set_index("label")
    assert frame.loc["linear/A2", "verdict"] == found["linear/A2"].outcome.value == "fail"
    assert frame.loc["linear/limit", "verdict"] == "not-applicable"
    assert list(frame.index) == [verdict.label for verdict in found]
    passing = ta.verify("log-cosh", statements="linear/limit", jobs=1).to_frame().iloc[-1]
    # reference.md §3: −1/(2r''(0)) = 3/4, and an error of order η⁴.
    assert (passing["exact"], passing["value"]) == ("3/4", 0.75)
    assert passing["measured"] == pytest.approx(0.75, abs=1e-5)
    assert passing["order"] == pytest.approx(passing["claimed_order"], abs=0.05)


def test_a_witness_stands_in_the_html():
    found = BeautifulSoup(verdicts()._repr_html_(), "html.parser")
    assert "z = 1" in found.get_text()
    row = next(r for r in found.select("tr") if "linear/A2" in r.get_text())
    assert row.select_one(".verdict.fail").get_text() == "✗ fail"


def test_an_orbit_as_a_frame():
    """The limit 1 + 3/4 η² of reference.md §3, and a step of the map worked out by hand."""
    frame = orbit().to_frame()
    assert list(frame.columns) == ["t", "p", "q"]
    assert frame["q"].iloc[-1] == pytest.approx(1 + 0.75 * 0.05**2, abs=1e-5)
    p, q, r = 0.3, 0.9, np.tanh(0.3) / 0.3
    assert frame["p"][1] == pytest.approx((1 - 2 * r / q + (0.05 * p * r) ** 2) * p)
    assert "q passes 1 at t = 561" in repr(orbit())
    assert orbit().crossing == int(frame.index[frame["q"] > 1][0])


def test_a_theorem_has_its_numbers():
    """h(0) = 3/4, and every constant is on the safe side of what orbits show."""
    found = theorem()
    assert (found.eta0, found.q0) == ("1/50", (Fraction("4/5"), Fraction("81/100")))
    assert found.numbers["alignment"] > 63 / 80  # h_2(0), which C cannot be below
    assert found.numbers["alignment"] < 1
    frame = found.to_frame().set_index("name")
    assert frame.loc["alignment", "value"] == float(found.numbers["alignment"])
    assert all(frame["meaning"])
    assert "(3/4)" in found.statements["theorem/limit"]
    assert repr(found).startswith("Theorem. The linear model, log(cosh(z)): for all 0 < η ≤ 1/50")
    seen = ta.orbit("log-cosh", "1/50", "1/2", "0.805").q[-1]
    epsilon = 1 / 50**2
    assert abs(float(seen) - 1 - 0.75 * epsilon) <= float(found.numbers["limit"]) * epsilon**2


@pytest.mark.thorough
def test_a_theorem_is_replayed_and_a_better_number_refused(tmp_path):
    theorem().save(tmp_path / "it.json")
    again = ta.replay(tmp_path / "it.json", jobs=1)
    assert again.numbers == theorem().numbers
    assert again.certificate()["sha256"] == theorem().certificate()["sha256"]
    text = (tmp_path / "it.json").read_text()
    told = theorem().certificate()["theorem"]["alignment"]
    (tmp_path / "false.json").write_text(text.replace(f'"{told}"', '"1/2"'))
    with pytest.raises(ta.InputError, match="the certificate was changed"):
        ta.replay(tmp_path / "false.json", jobs=1)


@pytest.mark.thorough
def test_an_edge_has_its_flip_and_its_ladder():
    """Worked out by hand: at (0, 4) of log cosh(xy), λ = y² = 16 and η = 2/16."""
    found = objective()
    assert (found.kind, found.eta) == ("supercritical", 0.125)
    assert found.kappa == pytest.approx(3 / 128)
    frame = found.to_frame()
    gap = frame[frame["label"] == "edge/gap"]
    assert len(gap) >= 3
    assert gap["measured over predicted"].iloc[-1] == pytest.approx(1, abs=0.01)
    assert "supercritical" in found.facts["c"]


@pytest.mark.thorough
def test_an_objective_may_be_a_sympy_expression():
    x, y = sp.symbols("x y")
    found = ta.edge(sp.log(sp.cosh(x * y)), at={"x": 0, "y": 4})
    assert found.c == objective().c


def test_neighbours_as_a_frame():
    frame = papers().to_frame()
    assert set(frame["label"]) == {one.finding.label for one in papers()}
    inside = (frame["low"] <= frame["measured"]) & (frame["measured"] <= frame["high"])
    assert (inside == (frame["verdict"] == "pass")).all()
    assert papers()["damian/reflection"].falsified
    assert "refuted" in repr(papers())
    with pytest.raises(KeyError):
        papers()["nobody/nothing"]


def test_a_sweep_as_a_frame():
    """reference: from q0 = 4 > 1 gradient flow's side, from 0.8 the edge of stability."""
    frame = ends().to_frame()
    assert len(frame) == sum(ends().counts.values()) == 4
    edge = frame[(frame["q0"] == 0.8) & (frame["p0"] == 0.5)]
    assert list(edge["outcome"]) == ["edge_of_stability"]


@pytest.mark.parametrize(
    ("draw", "count"),
    [
        (lambda ax: orbit().plot(ax), 1),
        (lambda ax: ends().plot(ax), 1),
        (lambda ax: ta.figure("cobweb", "tanh", p0=0.4, q0=0.9).plot(ax), 1),
        (lambda ax: ta.plot_diagram("log-cosh", orbit(), ([0.1, -0.1], [1, 1]), ax=ax), 1),
        pytest.param(lambda ax: objective().plot(ax), 2, marks=LONG),
    ],
    ids=["orbit", "sweep", "figure", "diagram", "edge"],
)
def test_plots_return_the_axes(draw, count):
    new = draw(None)
    assert all(isinstance(ax, Axes) for ax in (new if isinstance(new, tuple) else (new,)))
    mine = Canvas().subplots(count, squeeze=False)[:, 0]
    kept = draw(mine[0] if count == 1 else tuple(mine))
    assert list(kept if isinstance(kept, tuple) else (kept,)) == list(mine)
    assert all(ax.has_data() and ax.get_xlabel() for ax in mine)
    with pytest.raises(ta.InputError, match=r"^ax"):
        draw(Canvas().subplots(3))
    mpl.pyplot.close("all")


def test_a_run_of_ones_own_is_drawn_where_it_went():
    ax = ta.plot_diagram("log-cosh", ([0.25, -0.2], [0.8, 0.85]))
    points = [
        (tuple(map(float, line.get_xdata())), tuple(map(float, line.get_ydata())))
        for line in ax.lines
    ]
    assert ((0.25, -0.2), (0.8, 0.85)) in points
    mpl.pyplot.close("all")


def test_a_missing_pandas_is_told_in_a_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for name in ("orbit", "verdicts", "theorem", "neighbours", "sweep"):
        with pytest.raises(ta.InputError) as caught:
            RESULTS[name]().to_frame()
        assert str(caught.value) == (
            "pandas is not installed: pip install 'trajalign[notebook]' brings it"
        )


def test_the_html_has_the_groups_of_the_terminal():
    """What is proved, derived and sampled apart, and a remark on what is not needed."""
    rows = (
        ta.Verdict("linear/A1", "linear", "z", ta.Outcome.PASS, ta.Evidence.ENCLOSED),
        ta.Verdict("linear/sharpness", "linear", "z", ta.Outcome.PASS, ta.Evidence.DERIVED),
        ta.Verdict("linear/limit", "linear", "z", ta.Outcome.PASS, ta.Evidence.SAMPLED),
        ta.Verdict(
            "linear/crossing", "linear", "z", ta.Outcome.NOT_APPLICABLE, reason="needs <A2>"
        ),
    )
    about = ta.Verdict("linear/I1", "linear", "z", ta.Outcome.PASS, ta.Evidence.ENCLOSED)
    found = BeautifulSoup(ta.Verdicts(rows, 1.0, (about,))._repr_html_(), "html.parser")
    headings = [p.b.get_text() for p in found.select("p")]
    assert headings == ["linear", "Derived", "Sampled"]
    told = [div.get_text() for div in found.select("div div")]
    assert told[0] == "Hypotheses 1 of 1 hold: A1 proved"
    assert told[1].startswith("for information: ")
    assert told[1].endswith(": yes, proved")
    assert "linear/crossing: needs <A2>" in told
    assert [row.td.get_text() for row in found.select("tbody tr")] == [
        "linear/sharpness",
        "linear/limit",
    ]
