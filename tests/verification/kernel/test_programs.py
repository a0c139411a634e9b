"""Programs for formulas of one variable, and what Coq computes by them and with numbers."""

from pathlib import Path

import pytest
import sympy as sp
from coq_tools import needs_coq

from trajalign.theory.models import R
from trajalign.verification.kernel.calling import build_library, coqc
from trajalign.verification.kernel.names import Untranslatable
from trajalign.verification.kernel.programs import Programs, coefficients
from trajalign.verification.kernel.translate import Names, term

v, q, t = sp.Symbol("v", positive=True), sp.Symbol("q", positive=True), sp.Symbol("t", real=True)
F = sp.Function("F")
HEADER = (
    "From Coq Require Import QArith_base Reals List.\nImport ListNotations.\n"
    "From Coquelicot Require Import Coquelicot.\n"
    "From Trajalign Require Import Numbers BigO Programs.\nOpen Scope R_scope.\n"
)
# By hand: e = 2.718…, √2 = 1.414…, ln 3 = 1.09…, atan 1 = 0.78….
TRUE = (
    "exp 1 < 272 / 100",
    "271 / 100 < exp 1",
    "sqrt 2 * sqrt 2 < 2001 / 1000",
    "ln 3 <> 0",
    "0 < atan 1",
    "1 / 3 + 2 / 3 = 1",
    "Rabs (1 - 2) = 1",
    "pol [1 # 1; 0 # 1; -1 # 8]%Q 2 = 1 / 2",
)
FALSE = (
    "exp 1 < 271 / 100",
    "1 / 3 + 2 / 3 = 2",
    "sqrt 2 * sqrt 2 < 2",
    "1 - 1 <> 0",
    "/ 0 <> 0",
)


def programs() -> Programs:
    return Programs(v, {q: sp.Rational(3, 4)}, {F: (v, 1 + v * q)}, {R: 1 - t**2 / 8})


def test_a_function_at_the_variable_is_computed_once() -> None:
    text = programs().difference(F(v) ** 2 - F(v), sp.S.Zero)
    assert text.startswith("Let (")
    assert (text.count("V"), text.count("Arg 0")) == (1, 2)


def test_a_derivative_of_a_polynomial_is_taken() -> None:
    slope = sp.Subs(sp.Derivative(R(t), t), t, v)
    assert programs().difference(slope, sp.S.Zero) == "Poly [0 # 1; -1 # 4]%Q (V)"
    assert coefficients(sp.S.Zero) == "nil"


def test_only_even_powers_of_a_root_are_computed() -> None:
    assert programs().difference(sp.sqrt(v) ** 2 * q, sp.S.Zero)
    with pytest.raises(Untranslatable):
        programs().difference(sp.sqrt(v) * q, sp.S.Zero)


def test_what_has_no_number_is_not_computed() -> None:
    with pytest.raises(Untranslatable, match="has no number"):
        programs().difference(sp.Symbol("w") * v, sp.S.Zero)


@pytest.mark.thorough
@needs_coq
def test_coq_counts_what_is_true_and_nothing_else(tmp_path: Path) -> None:
    build_library(tmp_path)
    lines = [f"Goal {says}. computed. Qed." for says in TRUE]
    lines += [f"Goal {says}. Fail computed. Abort." for says in FALSE]
    (tmp_path / "A.v").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
    done = coqc(tmp_path, "A.v")
    assert done.returncode == 0, done.stdout


@pytest.mark.thorough
@needs_coq
def test_coq_finds_the_first_coefficient(tmp_path: Path) -> None:
    """1/(1 − v) − 1 − v begins with v²: it is not O(v³), and that it were not O(v²) is refused."""
    build_library(tmp_path)
    left, right = 1 / (1 - v), 1 + v
    body = f"{term(left, Names())} - ({term(right, Names())})"
    says = f"~ bigO (locally' 0) {{n}} (fun v => {body})"
    program = programs().difference(left, right)
    tactic = f"refine (on_both_sides 6 ({program}) {{n}} _); counted."
    lines = f"Goal {says}. {tactic} Qed.\n".format(n=3)
    lines += f"Goal {says}. Fail {tactic} Abort.\n".format(n=2)
    (tmp_path / "A.v").write_text(HEADER + lines, "utf-8")
    done = coqc(tmp_path, "A.v")
    assert done.returncode == 0, done.stdout
