"""`trajalign sweep`: what it prints, saves and refuses."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from calling import Called, one_line

from trajalign.numerics.grids.datasets import load

ONE = ("--eta", "1/10", "--p0", "1/2", "--q0", "4/5")


@pytest.fixture
def sweep(command: Callable[..., Called]) -> Callable[..., Called]:
    return lambda *arguments: command("sweep", *arguments)


def test_every_outcome_has_its_sign_in_the_map(sweep: Callable[..., Called]) -> None:
    """Quadratic loss, p' = (1 − 2/q + η²p²) p: to 0 for q > 1, away for q = 1/5; 30 steps are too
    few at q = 1.001, where |p| falls by two thousandths a step."""
    code, out, err = sweep(
        *("linear", "--loss", "z**2/2", "--steps", "30"),
        *("--eta", "1/1000", "--p0", "1/10:1/5:2", "--q0", "1/5,1001/1000,3"),
    )
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    rows = [line.split() for line in out.splitlines() if line.strip()]
    assert ["0.001", "2", "0", "0", "2", "2"] in rows  # flow, edge, collapsed, diverged, undecided
    assert [row for row in rows if row[1:] == ["x?."]] == [["0.2", "x?."], ["0.1", "x?."]]


def test_the_edge_of_stability_and_the_limit_of_the_theory(sweep: Callable[..., Called]) -> None:
    """reference.md §4: q* = 1 + 0.75802085 η² at η = 0.1, and the sharpness is 2/(η q*)."""
    code, out, _ = sweep("linear", *ONE)
    assert code == 0
    (row,) = (line.split() for line in out.splitlines() if line.split()[:1] == ["0.1"])
    share = 1 / (1 + 0.0075802085)
    assert row[1:] == ["0", "1", "0", "0", "0", f"{share:.5f}–{share:.5f}"]


@pytest.mark.parametrize("name", ["grid.nc", "grid.zarr"])
def test_what_is_saved_has_the_exact_parameters(
    name: str, sweep: Callable[..., Called], tmp_path: Path
) -> None:
    path = tmp_path / name
    axes = ("--eta", "1/30", "--p0", "0.1:1:4", "--q0", "0.3,2/3")
    code, _, err = sweep("neuron", "--activation", "erf", *axes, "--save", str(path))
    assert (code, err) == (0, "")
    found = load(path)
    assert found.attrs["eta_exact"] == "1/30"
    assert found.attrs["p0_exact"] == "1/10 2/5 7/10 1"
    assert found.attrs["q0_exact"] == "3/10 2/3"
    assert dict(found.sizes) == {"eta": 1, "p0": 4, "q0": 2}
    assert np.all(found.t_b.values > 0)
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.thorough
def test_a_dask_cluster_gives_the_same(sweep: Callable[..., Called], tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    here, there = tmp_path / "here.nc", tmp_path / "there.nc"
    axes = ("linear", "--eta", "1/20", "--p0", "0.1:1:5", "--q0", "0.3:1.2:7")
    with distributed.LocalCluster(1, threads_per_worker=1, dashboard_address=":0") as cluster:
        address = cluster.scheduler_address
        assert sweep(*axes, "--dask", address, "--save", str(there))[0] == 0
    assert sweep(*axes, "--save", str(here))[0] == 0
    assert load(here).identical(load(there))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--eta", "1/10"), "--p0"),
        ((*ONE, "--eta", "nan"), "--eta"),
        ((*ONE, "--eta", "0"), "eta > 0"),
        ((*ONE, "--p0", "-1:1:3"), "p0 != 0"),
        ((*ONE, "--q0", "0"), "q0 > 0"),
        ((*ONE, "--q0", "1:2"), "FIRST:LAST:COUNT"),
        ((*ONE, "--q0", "1:2:x"), "FIRST:LAST:COUNT"),
        ((*ONE, "--q0", "1:2:0"), "--q0: an axis of 0 values"),
        ((*ONE, "--q0", "1:2:999999999"), "--q0: an axis of 999999999 values"),
        ((*ONE, "--q0", "1,,2"), "--q0"),
        ((*ONE, "--steps", "0"), "steps"),
        ((*ONE, "--engine", "abacus"), "engine"),
        ((*ONE, "--save", "grid.txt"), ".zarr or .nc"),
        ((*ONE, "--save", "no/grid.nc"), "no such folder"),
        ((*ONE, "--save", "notes.nc"), "notes.nc"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_that_names_it(
    arguments: tuple[str, ...],
    told: str,
    sweep: Callable[..., Called],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.nc").write_text("not a grid")
    code, out, err = sweep("linear", *arguments)
    assert (code, out) == (2, "")
    assert told in one_line(err)
    assert (tmp_path / "notes.nc").read_text() == "not a grid"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_extra_is_one_line_that_brings_it(
    sweep: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    code, out, err = sweep("linear", *ONE)
    assert (code, out) == (2, "")
    assert "pip install 'trajalign[sweeps]'" in one_line(err)


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        (("0.3", "0.3:1:50"), "no map of (q0, p0): it takes two values of p0 and two of q0"),
        (("0.1:1:3", "0.3:1:65"), "no map of (q0, p0): 3 p0 by 65 q0; 40 by 64 fit"),
        (("0.1:1:41", "0.3:1:3"), "no map of (q0, p0): 41 p0 by 3 q0; 40 by 64 fit"),
        (("0.1:1:3", "0.3:1:64"), "p0 upwards, q0 to the right"),
    ],
)
def test_a_map_that_is_not_drawn_is_accounted_for(
    sweep: Callable[..., Called], axes: tuple[str, str], told: str
) -> None:
    p0, q0 = axes
    code, out, _ = sweep(
        "linear", "--eta", "1/10", "--p0", p0, "--q0", q0, "--steps", "10", "--engine", "numpy"
    )
    assert code == 0
    assert told in out
    assert ("no map" in out) != ("p0 upwards" in out)
