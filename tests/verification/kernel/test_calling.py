"""What Coq's programs say, taken apart."""

import pytest

from trajalign.verification.kernel import calling
from trajalign.verification.kernel.running import AXIOMS


def test_the_floats_of_the_machine_are_foreign_and_its_integers_are_not() -> None:
    told = (
        "Axioms:\nPrimInt63.add : int -> int -> int\nFloatAxioms.add_spec\n  : forall x y, True\n"
    )
    (found,) = calling.axioms(told)
    assert found == {"FloatAxioms.add_spec"}
    assert not found <= AXIOMS


def test_each_answer_about_axioms_is_one() -> None:
    told = "Axioms:\na : True\nClosed under the global context\nAxioms:\nb : True\n"
    assert calling.axioms(told) == ({"a"}, frozenset(), {"b"})
    assert calling.axioms("") == ()  # silence is not "none"


def test_where_coqc_stopped() -> None:
    told = 'File "./A.v", line 12, characters 2-9:\nError: No applicable\ntactic.\n'
    assert calling.place(told) == (12, "Error: No applicable tactic.")
    assert calling.place("killed") == (0, "killed")


def test_without_coq_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling.shutil, "which", lambda _: None)
    with pytest.raises(calling.CoqMissing, match="apt install coq"):
        calling.require_coq()
