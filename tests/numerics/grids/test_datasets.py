"""Grids as datasets: what they say of themselves, and their files."""

import shutil
from functools import cache

import numpy as np
import pytest
import sympy as sp
import xarray as xr

from trajalign.numerics import extras
from trajalign.numerics.extras import MissingExtraError
from trajalign.numerics.grids.datasets import DatasetError, load, save
from trajalign.numerics.grids.grid import grid, linspace
from trajalign.theory.errors import InputError
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

FORMATS = [".zarr", ".nc"]
THIRD = sp.Rational(1, 3)


@cache
def example():
    model = TwoLayerLinear(Loss.parse("log-cosh"))
    return grid(model, [THIRD / 5], linspace(THIRD, sp.Integer(1), 3), [0.8, 2])


@pytest.fixture(params=FORMATS)
def path(request, tmp_path):
    return tmp_path / f"grid{request.param}"


def test_every_variable_is_described():
    found = example()
    for name, variable in found.variables.items():
        assert variable.attrs["long_name"], name
        assert "units" in variable.attrs or "flag_values" in variable.attrs, name
    outcome = found.outcome.attrs
    assert len(outcome["flag_values"]) == len(outcome["flag_meanings"].split())
    meanings = dict(zip(outcome["flag_values"], outcome["flag_meanings"].split(), strict=True))
    assert meanings[int(found.outcome.values[0, 0, 0])] == "edge_of_stability"
    assert meanings[int(found.outcome.values[0, 0, 1])] == "gradient_flow"


def test_all_parameters_are_in_the_attributes():
    attributes = example().attrs
    assert attributes["model"] == "linear"
    assert attributes["response"] == "log(cosh(z))"
    assert attributes["max_steps"] == 10_000
    assert attributes["alignment"] == "3/2"  # 2 h_1(0), h_1(0) = 3/4
    assert attributes["eta_exact"] == "1/15"
    assert attributes["p0_exact"] == "1/3 2/3 1"
    assert attributes["q0_exact"] == "4/5 2"  # a float is its shortest decimal
    assert attributes["converged_below"] == 1e-10
    assert attributes["diverged_above"] == 1e6
    assert 0 < attributes["response_error"] < 1e-14
    for name in ("trajalign", "numpy", attributes["engine"]):
        assert f"{name}=" in attributes["versions"]
    assert example().eta.values == [1 / 15]


def test_a_file_gives_back_what_was_saved(path):
    save(example(), path)
    found = load(path)
    assert found.identical(example())
    assert found.outcome.dtype == np.int8
    assert list(path.parent.iterdir()) == [path]  # no temporary file stays


def test_a_grid_may_replace_a_grid(path):
    save(example().isel(p0=[0]), path)
    assert load(path).sizes["p0"] == 1
    save(example(), path)
    assert load(path).identical(example())
    assert list(path.parent.iterdir()) == [path]


def test_many_exact_values_fit(path):
    axis = linspace(THIRD, sp.Integer(1), 9001)
    found = grid(TwoLayerLinear(Loss.parse("log-cosh")), [0.1], axis, [2], steps=1)
    assert len(found.attrs["p0_exact"]) > 2**16  # more than a NetCDF file keeps in a header
    save(found, path)
    assert load(path).attrs["p0_exact"] == found.attrs["p0_exact"]


def test_something_else_is_not_overwritten(path):
    foreign = xr.Dataset({"a": ("x", np.arange(3.0))})
    if path.suffix == ".nc":
        foreign.to_netcdf(path, engine="h5netcdf")
    else:
        foreign.to_zarr(path, consolidated=False)
    with pytest.raises(DatasetError, match="is not a grid of orbits"):
        save(example(), path)
    with pytest.raises(DatasetError, match="is not a grid of orbits"):
        load(path)


def test_a_text_is_not_overwritten(path):
    path.write_text("a diary")
    with pytest.raises(DatasetError, match="damaged or of another format"):
        save(example(), path)
    assert path.read_text() == "a diary"


def test_a_failed_save_leaves_the_old_file(path, monkeypatch):
    save(example(), path)

    def fail(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", fail)
    monkeypatch.setattr(xr.Dataset, "to_zarr", fail)
    with pytest.raises(OSError, match="no space"):
        save(example().isel(p0=[0]), path)
    assert load(path).identical(example())
    assert list(path.parent.iterdir()) == [path]


def test_truncated_files_are_seen(tmp_path):
    path = tmp_path / "grid.nc"
    save(example(), path)
    whole = path.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(DatasetError) as caught:
            load(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("piece", ["t_b/c", "q_limit", "zarr.json"])
def test_missing_pieces_of_a_folder_are_seen(tmp_path, piece):
    """Zarr itself reads a chunk that is missing as zeros."""
    path = tmp_path / "grid.zarr"
    save(example(), path)
    lost = path / piece
    if lost.is_dir():
        shutil.rmtree(lost)
    else:
        lost.unlink()
    with pytest.raises(DatasetError):
        load(path)


def test_changed_values_are_seen(tmp_path):
    path = tmp_path / "grid.zarr"
    save(example(), path)
    changed = example().copy(deep=True)
    changed.t_b.values[0, 0, 0] += 1
    changed.t_b.drop_vars(["eta", "p0", "q0"]).to_zarr(path, mode="r+", consolidated=False)
    with pytest.raises(DatasetError, match="do not match its checksum"):
        load(path)


@pytest.mark.parametrize("name", ["grid", "grid.csv", "grid.h5"])
def test_other_suffixes_are_refused(tmp_path, name):
    for use in (load, lambda path: save(example(), path)):
        with pytest.raises(InputError, match=r"a grid is stored as \.zarr or \.nc"):
            use(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_no_file(path):
    with pytest.raises(InputError, match="there is no such file"):
        load(path)
    with pytest.raises(InputError, match="there is no such folder"):
        save(example(), path.parent / "nowhere" / path.name)


@pytest.mark.parametrize(("suffix", "module"), [(".zarr", "zarr"), (".nc", "h5netcdf")])
def test_a_missing_library_is_named(tmp_path, monkeypatch, suffix, module):
    original = extras.import_module

    def refuse(name):
        if name == module:
            raise ImportError(name)
        return original(name)

    monkeypatch.setattr(extras, "import_module", refuse)
    with pytest.raises(MissingExtraError, match=rf"^{module} is not installed: pip install"):
        save(example(), tmp_path / f"grid{suffix}")
