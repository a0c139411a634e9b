"""Grids of orbits as xarray datasets: described by CF attributes, saved to Zarr or NetCDF."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from ...theory.arguments import file, takes
from ...theory.errors import InputError
from ...theory.models import Model
from ..extras import JAX, NUMPY, require
from .endings import OUTCOMES, Columns
from .stepping import compile_stepper

if TYPE_CHECKING:
    import xarray as xr

SCHEMA = "trajalign.grid/1"
_READERS: dict[str, dict[str, Any]] = {
    ".zarr": {"engine": "zarr", "consolidated": False},
    ".nc": {"engine": "h5netcdf"},
}
_LIBRARIES = {".zarr": ("zarr",), ".nc": ("h5netcdf", "h5py")}

_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "eta": {"long_name": "step size", "units": "1"},
    "p0": {"long_name": "initial p", "units": "1"},
    "q0": {"long_name": "initial q", "units": "1"},
    "outcome": {
        "long_name": "how the orbit ends",
        "flag_values": list(range(len(OUTCOMES))),
        "flag_meanings": " ".join(OUTCOMES),
    },
    "t_a": {"long_name": "alignment time, -1 if none", "units": "steps", "valid_min": 0},
    "t_b": {"long_name": "first step with q > 1, -1 if none", "units": "steps", "valid_min": 0},
    "period": {
        "long_name": "period of an undecided orbit's last motion, 0 if none found, -1 if decided",
        "units": "steps",
        "valid_min": 0,
    },
    "steps": {"long_name": "steps made", "units": "steps"},
    "q_limit": {"long_name": "limit of q, NaN if not converged", "units": "1"},
    "limiting_sharpness": {"long_name": "sharpness at the limit, NaN if none", "units": "1"},
    "p_last": {"long_name": "p where the orbit stopped", "units": "1"},
    "q_last": {"long_name": "q where the orbit stopped", "units": "1"},
}


class DatasetError(InputError):
    """A file that is not a grid saved by this package, or not the whole of one."""


@dataclass(frozen=True)
class Axes:
    """The exact values along the dimensions of a grid."""

    eta: tuple[sp.Rational, ...]
    p0: tuple[sp.Rational, ...]
    q0: tuple[sp.Rational, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """The number of values along each."""
        return len(self.eta), len(self.p0), len(self.q0)

    @property
    def size(self) -> int:
        """The number of orbits."""
        return len(self.eta) * len(self.p0) * len(self.q0)


def as_dataset(
    model: Model, axes: Axes, columns: Columns, *, steps: int, alignment: sp.Rational, engine: str
) -> xr.Dataset:
    """The columns, in the order of `Axes.shape`, with coordinates and all parameters."""
    dimensions = ("eta", "p0", "q0")
    exact = {name: getattr(axes, name) for name in dimensions}
    coordinates = {
        name: (name, np.array([float(x) for x in values]), _ATTRIBUTES[name])
        for name, values in exact.items()
    }
    variables = {
        name: (dimensions, values.reshape(axes.shape), _ATTRIBUTES[name])
        for name, values in columns.items()
    }
    stepper = compile_stepper(model, engine)
    packages = ("trajalign", NUMPY, *((JAX,) if engine == JAX else ()))
    attributes = {
        "schema": SCHEMA,
        "model": model.name,
        "response": model.response.text,
        **{f"option_{name}": value for name, value in model.settings.items()},
        "max_steps": steps,
        "alignment": str(alignment),
        "converged_below": stepper.limits.until,
        "diverged_above": stepper.limits.escape,
        "response_error": stepper.error,
        "engine": engine,
        "versions": " ".join(f"{name}={version(name)}" for name in packages),
        **{f"{name}_exact": " ".join(map(str, values)) for name, values in exact.items()},
    }
    found: xr.Dataset = require("xarray").Dataset(variables, coordinates, attributes)
    return found


@takes(path=file)
def save(dataset: xr.Dataset, path: Path) -> None:
    """Write a grid, or a part of one, to a .zarr folder or a .nc file, whole or not at all.

    Raises InputError for another suffix or no folder to write to, DatasetError where something else
    than a grid of ours stands at `path`, MissingExtraError without the format's library.
    """
    check_place(path)
    sealed = dataset.assign_attrs(checksum=_checksum(dataset))
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
        fresh = Path(folder, path.name)
        if path.suffix == ".nc":
            sealed.to_netcdf(fresh, engine="h5netcdf")
        else:
            sealed.to_zarr(fresh, consolidated=False)
            if path.exists():  # a folder cannot replace one that is not empty
                path.rename(Path(folder, "old"))
        fresh.replace(path)


def check_place(path: Path) -> None:
    """Raise what `save` would, before there is anything to save."""
    _require_format(path)
    if not path.resolve().parent.is_dir():
        raise InputError(f"{path}: there is no such folder")
    if path.exists():
        load(path)  # nothing but such a grid is overwritten


@takes(path=file)
def load(path: Path) -> xr.Dataset:
    """Read a grid that `save` wrote, into memory.

    Raises InputError for another suffix or no file, DatasetError for one that is damaged or was
    written by something else, MissingExtraError without the format's library.
    """
    _require_format(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    try:
        found: xr.Dataset = require("xarray").load_dataset(path, **_READERS[path.suffix])
    except Exception as error:  # the formats' libraries raise what they like
        raise DatasetError(f"{path} cannot be read: it is damaged or of another format") from error
    if found.attrs.get("schema") != SCHEMA:
        raise DatasetError(f"{path} is not a grid of orbits: its schema is not {SCHEMA}")
    if found.attrs.pop("checksum", None) != _checksum(found):
        raise DatasetError(f"{path} is damaged: its contents do not match its checksum")
    return found


def _require_format(path: Path) -> None:
    if path.suffix not in _LIBRARIES:
        raise InputError(f"{path}: a grid is stored as {' or '.join(_LIBRARIES)}")
    for module in ("xarray", *_LIBRARIES[path.suffix]):
        require(module)


def _checksum(dataset: xr.Dataset) -> str:
    """Of all values; Zarr reads a missing piece as zeros without a word."""
    digest = hashlib.sha256()
    for name in sorted(map(str, dataset.variables)):
        values = np.ascontiguousarray(dataset[name].values)
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
