"""The largest eigenvalues beside a study: computed once, kept, drawn as one run's history."""

import csv

import numpy as np
import pytest
from calling import one_line
from small_study import SMALL

from trajalign.figures.spectrum import spectrum_picture
from trajalign.numerics.networks import Spectra
from trajalign.studies.running import finished
from trajalign.studies.spectra import FILE, study_spectra
from trajalign.studies.study import load_study
from trajalign.theory.errors import InputError

pytest.importorskip("jax")

SHORT = SMALL.replace("steps = 600", "steps = 200").replace("flow = 5", "flow = 5\neigenvalues = 2")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A study that asks for two eigenvalues, run once."""
    from click.testing import CliRunner

    from trajalign.commands.experiment import experiment

    place = tmp_path_factory.mktemp("spectra")
    (place / "short.toml").write_text(SHORT)
    CliRunner().invoke(experiment, [str(place / "short.toml"), "-o", str(place / "kept")])
    return place


@pytest.mark.thorough
def test_the_first_is_the_sharpness_that_was_recorded(kept):
    study = load_study(str(kept / "short.toml"))
    found = study_spectra(study, kept / "kept")
    recorded = finished(study, kept / "kept").recorded
    firsts = [rows[0] for _, rows in study.groups()]
    assert found.eigenvalues.shape == (2, 2, len(recorded.sharpness_times))
    np.testing.assert_allclose(found.eigenvalues[:, 0], recorded.sharpness[firsts], rtol=1e-8)
    assert (found.eigenvalues[:, 1] < found.eigenvalues[:, 0]).all()
    assert ((found.alignment >= 0) & (found.alignment <= 1 + 1e-12)).all()


@pytest.mark.thorough
def test_they_are_drawn_with_the_loss_and_the_flow(kept):
    with (kept / "kept" / "network-eigenvalues.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["panel"]: {r["curve"] for r in rows if r["panel"] == row["panel"]} for row in rows}
    assert names["1"] == {"loss"}
    assert names["2"] == {r"$2/\eta$", r"$\lambda_1$", r"$\lambda_2$", "gradient flow"}
    assert names["3"] == {"share of the gradient"}
    (bound,) = {float(row["y"]) for row in rows if row["curve"] == r"$2/\eta$"}
    assert bound == 20


@pytest.mark.thorough
def test_what_was_kept_is_not_computed_again(kept, monkeypatch):
    monkeypatch.setattr("trajalign.studies.spectra.spectra", None)
    study = load_study(str(kept / "short.toml"))
    assert isinstance(study_spectra(study, kept / "kept"), Spectra)


@pytest.mark.thorough
def test_those_of_another_study_or_damaged_ones_are_refused(kept, tmp_path):
    study = load_study(str(kept / "short.toml"))
    (tmp_path / "other.toml").write_text(SHORT.replace("seeds = [0, 1]", "seeds = [2, 1]"))
    with pytest.raises(InputError, match="belongs to a study with other parameters"):
        study_spectra(load_study(str(tmp_path / "other.toml")), kept / "kept")
    (tmp_path / FILE).write_bytes((kept / "kept" / FILE).read_bytes()[:90])
    with pytest.raises(InputError, match="damaged"):
        study_spectra(study, tmp_path)
    (tmp_path / "none.toml").write_text(SMALL)
    with pytest.raises(InputError, match="no eigenvalues"):
        study_spectra(load_study(str(tmp_path / "none.toml")), tmp_path)


@pytest.mark.thorough
def test_values_that_do_not_exist_are_left_out(kept):
    study = load_study(str(kept / "short.toml"))
    recorded = finished(study, kept / "kept").recorded
    found = study_spectra(study, kept / "kept")
    spoilt = Spectra(found.times, found.eigenvalues * np.nan, found.alignment * np.nan)
    picture = spectrum_picture(study, recorded, spoilt, None)
    assert [curve.x for curve in picture.panels[2].curves] == [()]


@pytest.mark.parametrize("many", ["0", "10"])
def test_a_number_out_of_range_is_refused(command, tmp_path, many):
    (tmp_path / "bad.toml").write_text(SMALL.replace("flow = 5", f"eigenvalues = {many}"))
    code, out, err = command("experiment", str(tmp_path / "bad.toml"))
    assert (code, out) == (2, "")
    assert "need 1 to 9" in one_line(err)
