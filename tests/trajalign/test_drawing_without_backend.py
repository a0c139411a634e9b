"""Figures need no backend, so that none in the environment stands in their way."""

import os
import subprocess
import sys

import pytest

DRAW = """
import os
from trajalign.figures.drawing import FORMATS, draw
from trajalign.figures.picture import MAP, Curve, Picture

picture = Picture("kind", "caption", "x", "y", (Curve("name", MAP, (0.0, 1.0), (0.0, 1.0)),))
assert all(len(draw(picture, name)) > 1000 for name in FORMATS)
"""


def run(code, backend):
    environment = os.environ | {"MPLBACKEND": backend}
    return subprocess.run(
        [sys.executable, "-c", DRAW + code], env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "backend", ["module://matplotlib_inline.backend_inline", "inline", "GTKAgg", "nonsense", ""]
)
def test_any_backend_in_the_environment_draws(backend):
    done = run(f"assert os.environ['MPLBACKEND'] == {backend!r}", backend)
    assert (done.returncode, done.stderr) == (0, "")


def test_matplotlib_alone_refuses_nonsense():
    """Else the test above would not show anything."""
    done = subprocess.run(
        [sys.executable, "-c", "import matplotlib"],
        env=os.environ | {"MPLBACKEND": "nonsense"},
        capture_output=True,
        text=True,
    )
    assert "ValueError" in done.stderr


@pytest.mark.parametrize("backend", ["svg", "pdf", "Agg"])
def test_what_a_caller_chose_stays_chosen(backend):
    """Whether by the environment or in the program, before or after a figure is drawn."""
    check = f"import matplotlib; assert matplotlib.get_backend().lower() == {backend.lower()!r}\n"
    assert run(check, backend).returncode == 0
    assert run(f"import matplotlib; matplotlib.use({backend!r})\n{check}", "ps").returncode == 0
    assert run(check, "ps").returncode == 1
    first = f"import matplotlib; matplotlib.use({backend!r})\n" + DRAW + check
    done = subprocess.run([sys.executable, "-c", first], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
