"""`trajalign experiment` where JAX is missing: what is wrong with the study is told first."""

import sys
from collections.abc import Callable

import pytest
from calling import Called, one_line


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nosuch", "study 'nosuch': known are"),
        ("nosuch.toml", "nosuch.toml"),
        ("toy", "jax is not installed: pip install 'trajalign[networks]'"),
    ],
)
def test_an_unknown_study_before_a_missing_library(
    command: Callable[..., Called], monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    code, out, err = command("experiment", name)
    assert (code, out) == (2, "")
    assert told in one_line(err)
    assert ("jax" in err) is (name == "toy")
