"""The figure of a proof: its box, its samples, and that a false theorem is seen in it."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from calling import Called, one_line
from flint import fmpq
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trajalign.figures.drawing import with_figure
from trajalign.figures.looks import box as box_look
from trajalign.figures.looks import region as region_look
from trajalign.figures.picture import FAULT, Box, Picture
from trajalign.figures.proved import Samples, proved_picture
from trajalign.files import dump
from trajalign.theorem_file import replayed
from trajalign.theory.errors import InputError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.theorems.certificate import certificate, digest, rounded
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.proof import Proof, Theorem
from trajalign.verification.theorems.search import prove
from trajalign.verification.theorems.settings import Wanted, quick

pytestmark = pytest.mark.thorough  # a theorem, and orbits by the thousand

LINEAR = TwoLayerLinear(Loss.parse("log-cosh"))
NEURON = SingleNeuron(Activation.parse("tanh"))
FEW = Samples(23, 10, 2)
WANTED = Wanted(fmpq(1, 400), (fmpq(21, 25), fmpq(22, 25)), (fmpq(1, 20), fmpq(1, 2)))


@pytest.fixture(scope="module")
def proof() -> tuple[Proof, Theorem]:
    found, theorem = prove(LINEAR, WANTED)
    return found, rounded(theorem)


@pytest.fixture(scope="module")
def theorem(proof: tuple[Proof, Theorem]) -> Theorem:
    return proof[1]


@pytest.fixture(scope="module")
def picture(theorem: Theorem) -> Picture:
    return proved_picture(LINEAR, theorem, FEW)


@pytest.fixture
def written(proof: tuple[Proof, Theorem], tmp_path: Path) -> Path:
    path = tmp_path / "proof.json"
    path.write_text(dump(certificate(LINEAR, *proof)), encoding="utf-8")
    return path


def faults(picture: Picture) -> int:
    curves = [curve for panel in picture.panels for curve in panel.curves]
    return sum(len(curve.x) for curve in curves if curve.look == FAULT)


def sampled(panel: Picture, x: tuple[float, float], y: tuple[float, float]) -> set[str]:
    """What is sampled in a part of a panel."""
    regions = panel.regions
    assert regions is not None
    return {
        regions.names[code]
        for row, height in zip(regions.codes, regions.y, strict=True)
        for code, place in zip(row, regions.x, strict=True)
        if x[0] <= place <= x[1] and y[0] <= height <= y[1]
    }


def test_no_sample_of_the_box_does_otherwise_than_proved(picture: Picture) -> None:
    assert faults(picture) == 0
    assert picture.caption.endswith("orbits sampled in its box do as it says")
    for panel in picture.panels:
        (box,) = panel.boxes
        assert sampled(panel, box.x, box.y) == {"aligns as stated"}


def test_the_box_is_that_of_the_theorem(picture: Picture) -> None:
    above, below = picture.panels
    assert above.boxes == (Box("proved", (0.84, 0.88), (0.0, 0.05)),)
    assert below.boxes == (Box("proved", (0.0, 0.5), (0.84, 0.88)),)
    assert "0 < η ≤ 1/20, 21/25 ≤ q0 ≤ 22/25 and 0 < |p0| ≤ 1/2" in picture.caption
    assert (above.x_label, above.y_label) == ("$q_0$", r"$\eta$")
    assert (below.x_label, below.y_label) == ("$|p_0|$", "$q_0$")


def test_near_the_edge_orbits_do_not_align(picture: Picture) -> None:
    """From q0 → 1 an orbit is past the edge before it is on the curve, for larger η the earlier."""
    above, below = picture.panels
    assert "does not align" in sampled(above, (0.985, 1.0), (0.1, 0.15))
    assert "does not align" not in sampled(above, (0.8, 0.9), (0.0, 0.15))
    assert "does not align" in sampled(below, (0.3, 1.0), (0.99, 1.0))
    assert sampled(above, (1.01, 2.0), (0.0, 1.0)) == {"$q_0 > 1$"}


@pytest.mark.parametrize(
    "change",
    [
        lambda t: replace(t, alignment=t.second * fmpq(95, 100)),
        lambda t: replace(t, time=fmpq(0), per_log=fmpq(0)),
        lambda t: replace(t, limit=t.second * fmpq(98, 100)),
        lambda t: replace(t, crossings=tuple(replace(c, high=c.low) for c in t.crossings)),
    ],
    ids=["C below sup|h_2|", "t_a = 0", "limit below h_2(0)", "crossing in a point"],
)
def test_a_false_theorem_is_seen(change: Callable[[Theorem], Theorem], theorem: Theorem) -> None:
    """Each number that is better than the truth contradicts samples, and they are drawn."""
    picture = proved_picture(LINEAR, change(theorem), FEW)
    found = faults(picture)
    assert found > 5
    assert f"; {found} of the " in picture.caption
    assert "contradict it" in picture.caption
    assert "contradicts the theorem" in {row["curve"] for row in rows_of(picture)}

    def look(figure: Figure) -> None:
        (legend,) = figure.legends
        assert "contradicts the theorem" in [text.get_text() for text in legend.get_texts()]
        crosses = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "X"]
        (box, *_) = (p for p in figure.axes[0].patches if isinstance(p, Rectangle))
        assert sum(len(line.get_xdata()) for line in crosses) == found  # type: ignore[arg-type]
        assert all(line.get_zorder() > box.get_zorder() for line in crosses)

    with_figure(picture, look)


def test_a_box_without_samples_is_not_praised(theorem: Theorem) -> None:
    picture = proved_picture(LINEAR, theorem, Samples(2, 1, 1))
    assert picture.caption.endswith("no orbit is sampled in its box")


def test_starts_below_the_told_sizes_have_their_time(theorem: Theorem) -> None:
    """At |p0| = 1/96 the bound on t_a is later, by what is told for |p0| < 1/20."""
    many = Samples(23, 60, 1)
    assert faults(proved_picture(LINEAR, theorem, many)) == 0
    assert faults(proved_picture(LINEAR, replace(theorem, per_small=fmpq(-40)), many)) > 0


def rows_of(picture: Picture) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(picture.csv())))


def test_the_data_tell_the_panel(picture: Picture) -> None:
    rows = rows_of(picture)
    assert set(rows[0]) == {"panel", "curve", "look", "x", "y"}
    boxes = [(row["panel"], row["x"], row["y"]) for row in rows if row["look"] == "box"]
    assert boxes == [("1", "0.84", "0.0"), ("1", "0.88", "0.05"),
                     ("2", "0.0", "0.84"), ("2", "0.5", "0.88")]  # fmt: skip
    assert {row["panel"] for row in rows if row["look"] == "region"} == {"1", "2"}


def test_two_panels_share_a_legend(picture: Picture) -> None:
    def look(figure: Figure) -> None:
        assert len(figure.axes) == 2
        (legend,) = figure.legends
        names = [text.get_text() for text in legend.get_texts()]
        assert len(names) == len(set(names))
        assert names[0] == "proved"
        assert [axes.texts[0].get_text() for axes in figure.axes] == [
            panel.note for panel in picture.panels
        ]
        figure.draw_without_rendering()
        first, second = (axes.get_window_extent() for axes in figure.axes)
        assert first.y0 > second.y1

    with_figure(picture, look)


def test_what_is_told_apart_by_filling_is_so_in_grey(picture: Picture) -> None:
    assert picture.regions is not None
    light, later, dark, leaves = (region_look(n) for n in picture.regions.looks[:4])
    looks = [light, later, dark, leaves, box_look()]

    def grey(fill: str) -> float:
        return sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(fill), strict=True))

    for i, one in enumerate(looks):
        for other in looks[:i]:
            assert one.hatch != other.hatch or abs(grey(one.fill) - grey(other.fill)) > 0.2


def test_the_certificate_is_replayed(
    written: Path, theorem: Theorem, figure: Callable[..., Called], tmp_path: Path
) -> None:
    assert replayed(written, "--certificate", of=LINEAR).theorem == theorem
    file, data = tmp_path / "a.png", tmp_path / "a.csv"
    arguments = ("proved", "linear", "--certificate", str(written), "-o", str(file))
    code, out, err = figure(*arguments, "--data", str(data))
    assert (code, err) == (0, "")
    assert "orbits sampled in its box do as it says" in out
    assert file.read_bytes().startswith(b"\x89PNG")
    assert data.read_text(encoding="utf-8").startswith("panel,curve,look,x,y\n1,")


@pytest.fixture
def figure(command: Callable[..., Called]) -> Callable[..., Called]:
    return lambda *arguments: command("figure", *arguments)


def test_a_certificate_that_proves_less_is_refused(written: Path) -> None:
    """C below sup|h₂|, written into the file by hand with the digest that goes with it."""
    document = json.loads(written.read_text(encoding="utf-8"))
    document["theorem"]["alignment"] = "3/4"
    written.write_text(dump(document | {"sha256": digest(document)}), encoding="utf-8")
    with pytest.raises(NotProvedError, match="alignment"):
        replayed(written, "--certificate", of=LINEAR)


def test_a_certificate_of_another_model_is_refused(written: Path) -> None:
    with pytest.raises(InputError, match=r"of linear log\(cosh\(z\)\), not of neuron tanh"):
        replayed(written, "--certificate", of=NEURON)


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file"), ("{", "not JSON"), ("[]", "not a certificate"), ("{}", "schema")],
)
def test_what_is_no_certificate_is_one_line(
    content: str | None, told: str, figure: Callable[..., Called], tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    picture = tmp_path / "a.pdf"
    code, out, err = figure("proved", "linear", "--certificate", str(file), "-o", str(picture))
    assert (code, out) == (2, "")
    assert told in one_line(err)
    assert not picture.exists()


def test_step_sizes_that_take_too_long_are_refused(theorem: Theorem) -> None:
    tiny = replace(theorem, setting=replace(theorem.setting, largest=fmpq(1, 10**8)))
    with pytest.raises(InputError, match="at most 3000000"):
        proved_picture(LINEAR, tiny, FEW)


@pytest.mark.parametrize(("model", "h"), [(LINEAR, 3 / 4), (NEURON, 3 / 8)], ids=["linear", "tanh"])
def test_the_proof_made_on_the_spot_is_a_small_one(
    model: TwoLayerLinear | SingleNeuron, h: float
) -> None:
    largest = quick(model).largest
    assert largest is not None
    assert 0.001 < float(largest) * h <= 0.002
