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


# As Coq 8.16 says it of `#[bypass_check(guard)]` and `Unset Universe Checking`.
@pytest.mark.parametrize(
    "told",
    [
        "Axioms:\nforged is assumed to be guarded.\n",
        "Axioms:\nforged relies on an unsafe hierarchy.\nTheory:\nType hierarchy is collapsed\n",
        "Axioms:\nforged is assumed to be positive.\n",
    ],
)
def test_what_coq_was_told_not_to_check_is_foreign(told: str) -> None:
    (found,) = calling.axioms(told)
    assert not found <= AXIOMS
    assert "forged" in found


def test_what_continues_a_line_is_no_axiom() -> None:
    told = "Axioms:\nClassical_Prop.classic\n  : forall P : Prop, P \\/ ~ P\n    (more : of it)\n"
    assert calling.axioms(told) == ({"Classical_Prop.classic"},)


def test_where_coqc_stopped() -> None:
    told = 'File "./A.v", line 12, characters 2-9:\nError: No applicable\ntactic.\n'
    assert calling.place(told) == (12, "Error: No applicable tactic.")
    assert calling.place("killed") == (0, "killed")


def test_without_coq_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling.shutil, "which", lambda _: None)
    with pytest.raises(calling.CoqMissing, match="apt install coq"):
        calling.require_coq()
