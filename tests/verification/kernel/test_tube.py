"""An orbit that is on the tube about the slow curve stays there: for sqrt(1+z²), in Coq."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from trajalign.verification.kernel import calling

FILES = ("Tube", "TubeModels", "TanhRatio", "RootRatio", "RootTube")  # the last has the theorem
REALS = {
    "ClassicalDedekindReals.sig_not_dec",
    "ClassicalDedekindReals.sig_forall_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
}


def _by_hand(name: str) -> str:
    return (files(calling.__package__) / "coq" / f"{name}.v").read_text("utf-8")


def test_nothing_is_assumed_by_hand() -> None:
    for name in FILES:
        assert not any(word in _by_hand(name) for word in ("Admitted", "Axiom ", "admit."))


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("coqc") is None, reason="needs coqc")
def test_orbits_stay_on_the_tube_and_half_its_width_does_not_do(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / f"{name}.v").write_text(_by_hand(name), "utf-8")
    for name in FILES:
        done = calling.coqc(tmp_path, f"{name}.v")
        assert done.returncode == 0, done.stdout
    (found,) = calling.axioms(done.stdout)
    assert found <= REALS
    turned = _by_hand("RootTube").replace("C := 5601 / 10000", "C := 28 / 100")
    assert turned != _by_hand("RootTube")
    (tmp_path / "Turned.v").write_text(turned, "utf-8")
    assert calling.coqc(tmp_path, "Turned.v").returncode != 0
