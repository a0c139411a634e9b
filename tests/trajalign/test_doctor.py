"""`trajalign doctor`: what it tells of an installation that is whole, and of broken ones."""

import json
import logging
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from calling import Called, environment, one_line
from packaging.requirements import Requirement

from trajalign.doctor import examination, findings, trials
from trajalign.numerics.grids.stepping import Stepper
from trajalign.numerics.orbits.loops import Loop

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
REQUIREMENTS = [
    *PROJECT["dependencies"],
    *(
        f'{line}; extra == "{extra}"'
        for extra, lines in PROJECT["optional-dependencies"].items()
        for line in lines
    ),
]
PARSED = [Requirement(line) for line in REQUIREMENTS]
WHOLE = {
    "numpy": "2.4.0",
    "sympy": "1.14.0",
    "llvmlite": "0.46.0",
    "jax": "0.8.1",
    "hypothesis": "6.150.0",
    "pytest": "9.0.0",
}


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What is installed, as the test has it: by default everything."""
    changed: dict[str, str | None] = dict(WHOLE)
    fits = {r.name: min((str(s.version) for s in r.specifier), default="1") for r in PARSED}

    def installed(name: str) -> str | None:
        return changed.get(name, fits.get(name, "1"))

    monkeypatch.setattr(examination, "installed", installed)
    monkeypatch.setattr(metadata, "requires", lambda name: REQUIREMENTS)
    return changed


def part(name: str) -> findings.OptionalPart:
    (found,) = (p for p in examination.optional_parts(PARSED) if p.name == name)
    return found


def troubles(lines: Sequence[str] = REQUIREMENTS) -> list[str]:
    return [t.what for t in examination.conflicts([Requirement(line) for line in lines])]


# Versions and optional parts ---------------------------------------------------------------------


def test_every_optional_part_is_an_extra() -> None:
    assert set(examination.PURPOSES) <= set(PROJECT["optional-dependencies"])


@pytest.mark.usefixtures("versions")
def test_a_whole_installation_has_no_trouble() -> None:
    assert troubles() == []
    assert {p.state for p in examination.optional_parts(PARSED)} == {"present"}


def test_a_missing_extra_is_shown_with_what_brings_it(versions: dict[str, str | None]) -> None:
    versions["llvmlite"] = None
    found = part("fast")
    assert (found.state, found.lacks) == ("missing", ("llvmlite",))
    assert found.install == "pip install 'trajalign[fast]'"
    assert part("sweeps").state == "present"
    assert troubles() == []  # it is optional


def test_an_extra_lacks_what_the_extras_in_it_lack(versions: dict[str, str | None]) -> None:
    versions["jax"] = None
    assert "jax" in part("sweeps").lacks
    assert "jax" in part("networks").lacks
    assert "jax" in part("dask").lacks  # which contains sweeps
    assert part("fast").lacks == ()


def test_a_wrong_version_of_what_is_needed_is_serious(versions: dict[str, str | None]) -> None:
    versions["sympy"] = "1.13.3"
    (found,) = examination.conflicts(PARSED)
    assert found.what == "sympy 1.13.3 is installed, but sympy>=1.14,<1.15 is needed"
    assert found.remedy == "pip install 'sympy>=1.14,<1.15'"
    assert found.serious


def test_what_is_needed_and_missing_is_serious(versions: dict[str, str | None]) -> None:
    versions["numpy"] = None
    (found,) = examination.conflicts(PARSED)
    assert found.what == "numpy is missing"
    assert found.serious


def test_a_wrong_version_in_an_extra_is_told_but_not_serious(
    versions: dict[str, str | None],
) -> None:
    versions["llvmlite"] = "0.40.0"
    (found,) = examination.conflicts(PARSED)
    assert "llvmlite 0.40.0 is installed, but llvmlite>=0.45 is needed" in found.what
    assert not found.serious
    assert part("fast").state == "conflict"


def test_metadata_older_than_the_code_is_told(
    versions: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: PROJECT["dependencies"])
    monkeypatch.setattr(examination, "_trials", tuple)
    report = examination.examine()
    assert {p.state for p in report.parts if p.name != "LaTeX"} == {"unknown"}
    (found,) = report.troubles
    assert "older than its code" in found.what
    assert report.works


# Paths -------------------------------------------------------------------------------------------


def test_the_orbit_meets_its_closed_form_by_another_engine() -> None:
    """q (1 + p²)² = 20/19 and p_t = (−9/10)^t p_0, seen in mpmath at 400 digits."""
    from mpmath import mp, mpf

    with mp.workdps(400):
        p, q, eta = mpf(1) / 2, mpf(64) / 95, mpf(19) / 100
        for _ in range(100):
            phi_squared = p**2 / (1 + p**2)
            p, q = p * (1 - 2 / ((1 + p**2) ** 2 * q)), q / (1 - eta * phi_squared) ** 2
        assert mp.almosteq(p, mpf(9) ** 100 / mpf(10) ** 100 / 2, 1e-300)
        assert mp.almosteq(q * (1 + p**2) ** 2, mpf(20) / 19, 1e-300)


def test_machine_code_is_compared_with_python() -> None:
    pytest.importorskip("llvmlite")
    found = trials.orbits()
    assert found.uses == "LLVM and FLINT machine code"
    assert found.speedup is not None
    assert found.speedup > 1
    assert "closed form met to 7" in found.measured  # of the 77 digits that 256 bits are
    assert found.troubles == ()


def test_machine_code_that_errs_in_the_last_bit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(loop: Loop) -> Loop:
        def advance(state, eta, count, watch):  # type: ignore[no-untyped-def]
            (p, u), done = loop.advance(state, eta, count, watch)
            return (p, u * (1 + trials.arb(2) ** -250)), done

        return replace(loop, advance=advance)

    monkeypatch.setattr(trials, "accelerated", wrong)
    (found,) = trials.orbits().troubles
    assert "machine code and Python give orbits that differ" in found.what
    assert "TRAJALIGN_PURE=1" in found.remedy
    assert found.serious


def test_machine_code_that_cannot_be_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(loop: Loop) -> Loop:
        logging.getLogger("trajalign").warning("orbits run without acceleration: no arb_sinc")
        return loop

    monkeypatch.setattr(trials, "accelerated", refusing)
    monkeypatch.setattr(trials, "find_spec", lambda name: object())
    path = trials.orbits()
    (found,) = path.troubles
    assert path.uses == "python-flint"
    assert path.speedup is None
    assert "no arb_sinc" in found.what
    assert not found.serious
    monkeypatch.setattr(trials, "find_spec", lambda name: None)  # not installed at all
    assert trials.orbits().troubles == ()


def test_machine_code_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAJALIGN_PURE", "1")
    path = trials.orbits()
    assert path.uses == "python-flint"
    assert "TRAJALIGN_PURE=1" in path.measured


def test_an_orbit_off_its_closed_form_is_serious(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "_RATE", trials._RATE * (1 + trials.sp.Rational(1, 10**50)))
    (found,) = trials.orbits().troubles
    assert "agrees with its closed form to 47 digits only" in found.what  # 1000 steps of 10⁻⁵⁰
    assert found.serious


def test_sweeps_without_jax_take_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "find_spec", lambda name: None)
    path = trials.sweeps()
    assert (path.uses, path.speedup, path.troubles) == ("NumPy", None, ())


def test_jax_that_is_broken_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str, extra: str = "sweeps") -> object:
        raise RuntimeError("jaxlib is version 0.4, but 0.8 is needed")

    monkeypatch.setattr(trials, "find_spec", lambda name: object())
    monkeypatch.setattr(trials, "require", broken)
    path = trials.sweeps()
    (found,) = path.troubles
    assert path.uses == "NumPy"
    assert "jaxlib is version 0.4" in found.what
    assert "--engine numpy" in found.remedy
    assert not found.serious


def test_the_devices_that_jax_sees_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gpu:
        device_kind = "A fast one"

    class Jax:
        devices = staticmethod(lambda: [Gpu(), Gpu()])
        default_backend = staticmethod(lambda: "gpu")

    def plain(model: object, engine: str) -> Stepper:
        return stepper(model, "numpy")  # type: ignore[arg-type]

    stepper = trials.compile_stepper
    monkeypatch.setattr(trials, "find_spec", lambda name: object())
    monkeypatch.setattr(trials, "require", lambda name: Jax)
    monkeypatch.setattr(trials, "compile_stepper", plain)
    path = trials.sweeps()
    assert path.uses == "JAX on gpu"
    assert path.measured.endswith("; A fast one")


# The command -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("versions")
def test_the_command_tells_that_what_is_needed_works(command: Callable[..., Called]) -> None:
    code, out, err = command("doctor")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for word in ("SymPy", "FLINT", "platform", "fast", "LaTeX", "orbits", "closed form met"):
        assert word in out
    assert out.splitlines()[-1] == "What is needed works."


def test_the_command_fails_if_something_needed_does(
    command: Callable[..., Called],
    versions: dict[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions.update(sympy="1.13.3", llvmlite=None)
    monkeypatch.setattr(examination, "_trials", tuple)
    code, out, _ = command("doctor")
    assert code == 1
    assert "! sympy 1.13.3 is installed, but sympy>=1.14,<1.15 is needed: pip install" in out
    (fast,) = (line.split() for line in out.splitlines() if line.split()[:1] == ["fast"])
    assert fast[1] == "missing"
    assert out.splitlines()[-1] == "What is needed does NOT work."
    code, out, _ = command("doctor", "--json", "-")
    assert code == 1
    assert json.loads(out)["works"] is False


def test_a_trial_that_breaks_is_told(
    command: Callable[..., Called],
    versions: dict[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> findings.Path:
        raise ImportError("libflint.so.20: cannot open shared object file")

    monkeypatch.setattr(examination, "_trials", lambda: (broken,))
    code, out, _ = command("doctor")
    assert code == 1
    assert "libflint.so.20: cannot open" in out


def without(missing: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`trajalign …` where a library is as if it were not installed."""
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        f"sys.argv = ['trajalign', *{arguments}]\n"
        "from trajalign.__main__ import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )


@pytest.mark.parametrize("arguments", [["doctor"], ["doctor", "--json", "-"]], ids=" ".join)
def test_the_doctor_comes_where_nothing_else_loads(arguments: list[str]) -> None:
    done = without("flint", *arguments)
    assert (done.returncode, done.stderr) == (1, "")
    assert "no orbit can be computed: ModuleNotFoundError: import of flint" in done.stdout


@pytest.mark.parametrize(
    ("missing", "name"), [("flint", "verify"), ("jinja2", "report"), ("rich", "verify")]
)
def test_a_command_that_does_not_load_sends_to_the_doctor(missing: str, name: str) -> None:
    done = without(missing, name)
    assert done.returncode == 1
    assert missing in one_line(done.stderr)
    assert "`trajalign doctor` tells what to do" in done.stderr


def test_a_command_that_loads_is_not_held_up_by_one_that_does_not() -> None:
    assert without("jinja2", "completion", "bash").returncode == 0


def test_no_heavy_extra_is_loaded_to_tell_that_it_is_there() -> None:
    program = (
        "import sys; from trajalign.doctor import examination as e\n"
        "e._trials = tuple; e.examine()\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"jax", "xarray", "zarr", "dask", "sklearn", "llvmlite", "hypothesis", "matplotlib"}
    assert heavy.isdisjoint(done.stdout.split())
