"""A watched run, judged: what aligns with what, and what the command says and keeps."""

import json
from dataclasses import replace

import numpy as np
import pytest
from calling import one_line
from watched_run import ETA, LOSS, record, saved

from trajalign.figures.watched import watched_pictures
from trajalign.monitor import load_record, watched
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss


@pytest.fixture(scope="module")
def seen():
    return record()


def test_a_run_at_the_edge_is_on_its_diagram_and_on_no_other(seen):
    """The kernel stays, so that descent ends on a 2-cycle: near that of the frozen map, because the
    rest w, which dies out but for what alternates, does not quite stay. So Q₀(p; 0) fits as well.
    """
    found = watched(seen)
    assert (found.verdict, found.transient, found.crossing) == ("pass", 12, None)
    assert found.judged == 36
    late = watched(seen, 90)
    assert late.fits["effective"].most < 0.003
    for name in ("one_point", "other_loss"):
        assert late.fits[name].median > 10 * late.fits["effective"].most
    assert found.sharpness == pytest.approx(seen.looks[20].sharpness * ETA / 2)


def test_with_another_loss_it_is_not(seen):
    wrong = replace(seen, loss=Loss.parse("pseudo-huber"))
    assert watched(wrong).verdict == "fail"
    assert watched(wrong).asked.other_loss == LOSS


def test_above_the_edge_nothing_is_judged(seen):
    looks = tuple(replace(look, q=look.q * 1.5, sharpness=float("nan")) for look in seen.looks)
    found = watched(replace(seen, looks=looks))
    assert (found.verdict, found.judged, found.crossing) == ("undecided", 0, 12)
    assert found.sharpness is None
    assert [picture.kind for picture in watched_pictures(found)] == [
        "watched-diagram",
        "watched-misfit",
    ]


@pytest.mark.parametrize("transient", [-1, 118])
def test_a_transient_that_leaves_no_look_is_refused(seen, transient):
    with pytest.raises(InputError, match="steps 0 to 117"):
        watched(seen, transient)


def test_what_is_drawn(seen):
    diagram, misfit, sharpness = watched_pictures(watched(seen))
    response, edge, run = diagram.curves
    assert len(run.x) == 40
    assert len(response.x) == len(edge.x) == 36
    assert list(response.x) == sorted(response.x)
    assert max(abs(np.array(misfit.curves[1].y[-10:]))) < min(misfit.curves[2].y[-10:])
    assert len(sharpness.curves[1].x) == 2


def test_the_command_judges_and_draws(command, tmp_path, monkeypatch):
    monkeypatch.chdir(saved(tmp_path / "run").parent)
    code, out, err = command("experiment", "--from", "run", "-o", "figures", "--format", "svg")
    assert (code, err) == (0, "")
    assert "log(cosh(z))" in out
    assert "36 of them" in out
    assert "pass: asked for |q/Q₀ − 1|" in out
    kinds = ("diagram", "misfit", "sharpness")
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {
        "judged.json",
        *(f"watched-{kind}.{suffix}" for kind in kinds for suffix in ("svg", "csv")),
    }
    code, out, err = command("experiment", "--from", "run", "--json", "-", "--transient", "90")
    assert (code, err) == (0, "")
    again = watched(load_record(tmp_path / "run"), 90)
    assert json.loads(out)["diagrams"]["effective"]["median"] == again.fits["effective"].median


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "nowhere"), "no report.json"),
        (("toy", "--from", "run"), "a study, or a run of your own"),
        (("toy", "--transient", "3"), "--from"),
        (("--from", "run", "--transient", "900"), "steps 0 to 117"),
    ],
)
def test_what_the_command_refuses(command, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(saved(tmp_path / "run").parent)
    code, out, err = command("experiment", *arguments)
    assert (code, out) == (2, "")
    assert words in one_line(err)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert len(list((tmp_path / "run").iterdir())) == 2
