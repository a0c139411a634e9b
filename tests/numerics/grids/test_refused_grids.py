"""What no grid is run of, and extras that are missing."""

import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from small_grids import LOG_COSH, only
from zoo import linear

from trajalign.numerics import extras
from trajalign.numerics.extras import MissingExtraError
from trajalign.numerics.grids.endings import GRADIENT_FLOW, OUTCOMES
from trajalign.numerics.grids.grid import grid
from trajalign.theory.errors import InputError, NotEvenError, NotFiniteError
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss


@pytest.mark.parametrize(
    ("axes", "options", "message"),
    [
        (([0.1, 0], [1], [1]), {}, r"eta\[1\] = 0: need eta > 0"),
        (([-0.1], [1], [1]), {}, r"eta\[0\] = -.*: need eta > 0"),
        (([0.1], [1, 0.0], [1]), {}, r"p0\[1\] = 0: need p0 != 0"),
        (([0.1], [1], [1, 2, -1]), {}, r"q0\[2\] = -1: need q0 > 0"),
        (([0.1], [float("nan")], [1]), {}, r"p0\[0\] = nan: need a finite rational number"),
        (([0.1], [1], [float("inf")]), {}, r"q0\[0\] = inf: need a finite rational number"),
        (([0.1], [1], [sp.sqrt(2)]), {}, r"q0\[0\] = sqrt\(2\): need a finite rational number"),
        (([0.1], ["one"], [1]), {}, r"p0\[0\]: .one. is not a number"),
        (([True], [1], [1]), {}, r"eta\[0\] = True: need a finite rational number"),
        (([0.1], [], [1]), {}, "p0: need at least one value"),
        (([0.1], [sp.Rational(1, 10**200)], [1]), {}, r"p0\[0\] = 1e-200: need a size of"),
        (([0.1], [1], [sp.Integer(10) ** 400]), {}, r"q0\[0\] = .*: need a size of"),
        (([0.1], [2e6], [1]), {}, r"p0\[0\] = 2000000: orbits count as diverged from 1e\+06 on"),
        (([0.1], [1], [1]), {"steps": 0}, "steps = 0: need 1 to"),
        (([0.1], [1], [1]), {"steps": 10**10}, "steps = 10000000000: need 1 to"),
        (([0.1], [1], [1]), {"alignment": 0}, "alignment = 0: need a positive number"),
        (([0.1], [1], [1]), {"engine": "torch"}, "engine 'torch': known are jax and numpy"),
        (([0.1] * 1000, [1] * 1000, [1] * 1000), {}, "a grid of 1000000000 orbits: at most"),
    ],
)
def test_bad_input(axes, options, message):
    with pytest.raises(InputError, match=message) as caught:
        grid(LOG_COSH, *axes, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "error"),
    [
        (linear("z**2/2 + z**3/6"), NotEvenError),
        (linear("-log(1 - z**2)/2"), NotFiniteError),
    ],
    ids=["odd", "complex"],
)
def test_bad_responses(model, error):
    with pytest.raises(error):
        grid(model, [0.1], [0.5], [2])


@pytest.mark.parametrize("missing", ["xarray", "jax"])
def test_a_missing_extra_is_named(monkeypatch, missing):
    original = extras.import_module

    def refuse(name):
        if name.split(".")[0] == missing:
            raise ImportError(name)
        return original(name)

    monkeypatch.setattr(extras, "import_module", refuse)
    with pytest.raises(
        MissingExtraError, match=rf"^{missing} is not installed: pip install"
    ) as caught:
        grid(LOG_COSH, [0.1], [0.5], [2], engine="jax")
    assert "trajalign[sweeps]" in str(caught.value)
    if missing == "jax":
        assert only(grid(LOG_COSH, [0.1], [0.5], [2], engine="numpy"), "outcome") == GRADIENT_FLOW


def test_without_jax_numpy_is_the_default(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    assert grid(LOG_COSH, [0.1], [0.5], [2]).attrs["engine"] == "numpy"


def test_importing_the_room_imports_no_extra():
    program = "import sys, trajalign.numerics.grids.grid; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "trajalign.numerics.grids.grid" in loaded
    assert loaded.isdisjoint({"jax", "xarray", "zarr", "h5netcdf", "h5py", "dask"})


@pytest.mark.parametrize("engine", ["numpy", "jax"])
@pytest.mark.parametrize("text", ["2*log(1+cosh(z))", "4*log(cosh(z/2))"])
def test_starts_beyond_where_exponentials_overflow(text, engine):
    """Both spellings have ℓ' = 2 tanh(z/2), here stepped by hand from p = 800, q = 6/5."""
    if engine == "jax":
        pytest.importorskip("jax")
    eta, p, u = 0.001, 800.0, 1 / 1.2
    for _ in range(50):
        s = 2 * np.tanh(p / 2)
        grown = 1 + (eta * s) ** 2
        p, u = p * grown - 2 * s * u, u * grown - 2 * eta**2 * p * s
    model = TwoLayerLinear(Loss.parse(text))
    found = grid(model, ["1/1000"], [800], [1.2], steps=50, engine=engine)
    assert found.outcome.values.ravel() == [OUTCOMES.index("undecided")]
    assert found.p_last.values.ravel() == pytest.approx([p], rel=1e-12)
    assert found.q_last.values.ravel() == pytest.approx([1 / u], rel=1e-12)
    assert p != pytest.approx(800, rel=1e-2)
