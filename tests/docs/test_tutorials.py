"""The pages that are notebooks: run cell by cell, their numbers against those found by hand."""

import ast
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import mpmath as mp
import numpy as np
import pytest
from notebook_cells import cells, run

import trajalign as ta

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("tutorial", "review", "own-network")
mpl.use("Agg")


def values(page, monkeypatch, folder):
    """What each cell shows, by its last line."""
    monkeypatch.chdir(folder)
    found = {code.strip().splitlines()[-1]: value for code, value in run(DOCS / f"{page}.md")}
    plt.close("all")
    return found


def shown(found, begin):
    """The value of a line, or of the one line that begins so."""
    lines = [begin] if begin in found else [line for line in found if line.startswith(begin)]
    assert len(lines) == 1, lines
    return found[lines[0]]


@pytest.mark.parametrize("page", PAGES)
def test_the_cells_name_what_there_is(page):
    """The quick one; those below run them."""
    code = cells(DOCS / f"{page}.md")
    assert len(code) >= 8
    for node in ast.walk(ast.parse("\n".join(code))):
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "ta":
            assert hasattr(ta, node.attr), node.attr
    assert "kernelspec" in (DOCS / f"{page}.md").read_text(encoding="utf-8").split("---")[1]


@pytest.mark.thorough
def test_the_author_s_way(monkeypatch, tmp_path):
    found = values("tutorial", monkeypatch, tmp_path)
    with mp.workdps(30):  # h = −p²r²/2 − p r³/(2r') at p = 1, with the slope by hand
        r = (mp.tanh(1) + 1 / mp.sqrt(2)) / 2
        rise = (1 / mp.cosh(1) ** 2 + mp.mpf(2) ** mp.mpf("-1.5")) / 2 - r  # r' = ℓ'' − r
        h = -(r**2) / 2 - r**3 / (2 * rise)
        assert abs(mp.mpf(str(shown(found, "sp.N(h"))) - h) < mp.mpf(10) ** -19
    assert str(shown(found, "ta.slow_curve")) == "3/5"
    theorem = shown(found, "theorem")
    assert theorem.eta0 == "1/50"
    seen, bound = shown(found, "float(abs(q[-1]")
    assert seen <= bound == float(theorem.numbers["limit"])
    aligned, gap, constant = shown(found, "aligned, float")
    assert aligned < 100
    assert 0.1 * constant < gap <= constant
    table = shown(found, "found.to_frame()")
    assert set(table["verdict"]) == {"pass"}


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore:.torch.jit.:DeprecationWarning")
def test_the_way_of_who_trains_a_network(monkeypatch, tmp_path, capsys):
    found = values("own-network", monkeypatch, tmp_path)
    assert shown(found, "len(monitor.looks)") == 100
    step, p, q, response, edge = shown(found, "look.step, look.p")
    assert step == 180
    # w shifts where ℓ'' is looked at: below r(p) of one point, and its edge below 1.
    assert q < edge < 1
    assert abs(q / response - 1) < 0.02 < abs(q / (np.tanh(p) / p) - 1)
    assert shown(found, "found.verdict")[0] == "pass"
    printed = capsys.readouterr().out.splitlines()
    fits = [float(line.split()[1]) for line in printed[:4]]
    assert 3 * fits[0] < min(fits[1:])
    crossing, sharpness = shown(found, "found.crossing")
    assert 180 < crossing < 891
    assert 0.95 < sharpness < 1
    at, told, measured = shown(found, "held.step, prediction.flow")
    assert at == 891
    assert measured == pytest.approx(2 - 2 * sharpness)
    assert told == pytest.approx(measured, rel=0.02)
    assert printed[4].startswith("step 99, 792 steps ahead: 2 − ηλ = ")
    assert printed[5].endswith("do not rely on it")
    assert shown(found, "load_record") is True


@pytest.mark.thorough
def test_the_reviewer_s_way(monkeypatch, tmp_path, capsys):
    found = values("review", monkeypatch, tmp_path)
    said = capsys.readouterr().out
    assert shown(found, "found.outcome.value, found.evidence.value")[:3] == (
        "pass",
        "sampled",
        "-1",
    )
    assert shown(found, "again.numbers == theorem.numbers") is True
    limit, refuted = shown(found, "float(1 / (2 * (C + K)))")
    assert refuted is True
    assert 1 / 2500 < limit < 1 / 200
    assert said.count("claimed: -0.5") == 3
    lines = [line.split() for line in said.splitlines() if "claimed" in line]
    assert all(abs(float(line[2]) + 1) < 0.02 for line in lines)
    verdicts = shown(found, "found")
    assert verdicts["linear/A2"].outcome is ta.Outcome.FAIL
    assert verdicts["linear/saturation"].outcome is ta.Outcome.NOT_APPLICABLE
    assert shown(found, "ends.counts") == {"edge_of_stability": 400}
    assert "1.9765625" in said  # 2 − 3/128
