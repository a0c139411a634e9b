"""Models of a user's own from a file: run on request only, and refused in one line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import model_files
import pytest
from calling import Called, environment

from trajalign import own_code
from trajalign.numerics import pools
from trajalign.numerics.pools import _Spawning, workers
from trajalign.theory.errors import InputError
from trajalign.theory.models import Model, TwoLayerLinear

Command = Callable[..., Called]

SCALARS = model_files.SCALARS.replace("\n\n\n@", '\n\nprint("loaded")\n\n\n@')
WRONG = {
    "bare": ("class Bare(Model):\n    pass\n", "lacks name, exponent, generic, parameter_space"),
    "lacks": (
        'class Lacks(Model):\n    name = "lacks"\n    exponent = sp.S.Half\n    kind = Loss\n',
        "Lacks lacks generic, parameter_space",
    ),
    "clash": ('class Clash(Scalars):\n    name = "linear"\n', "is that of a built-in model"),
    "spaces": ('class Spaces(Scalars):\n    name = "my model"\n', "letters, digits, - and _"),
    "float": ('class Float(Scalars):\n    name = "f"\n    exponent = 0.5\n', "sp.Rational"),
    "kind": ('class Kind(Scalars):\n    name = "k"\n    kind = int\n', "Loss or Activation"),
    "field": (
        '@dataclass(frozen=True)\nclass Field(Scalars):\n    name = "f"\n    width: int\n',
        "its field width needs a default",
    ),
    "symbol": (
        (
            'class Symbol(Scalars):\n    name = "s"\n    def generic(self):\n'
            '        return ReducedModel(sp.Symbol("p"), Q, P, P)\n'
        ),
        "p_next of generic() has the symbol p",
    ),
    "number": (
        'class Number(Scalars):\n    name = "n"\n    def generic(self):\n        return 3\n',
        "generic() has to return a ReducedModel, not int",
    ),
    "raises": (
        'class Raises(Scalars):\n    name = "r"\n    def generic(self):\n        return 1 / 0\n',
        "raises.py, line 35: ZeroDivisionError: division by zero",
    ),
}
BROKEN = {
    "zero": ("x = 1\n1 / 0\n", "zero.py, line 2: ZeroDivisionError"),
    "syntax": ("x = 1\ndef f(:\n", "syntax.py, line 2: invalid syntax"),
    "missing": ("import nothing_of_this_name\n", "line 1: ModuleNotFoundError: No module named"),
    "leaves": ("raise SystemExit(3)\n", "line 1: SystemExit: 3"),
    "other": ("class Other:\n    pass\n", "it has no class X; its models are none"),
}


@pytest.fixture(autouse=True)
def _forgets() -> Iterator[None]:
    """What was run for one test is not known to the next."""
    path, first = list(sys.path), list(pools._first)
    yield
    sys.path[:], pools._first[:] = path, first
    for name in [n for n in sys.modules if n.startswith("trajalign_own_")]:
        del sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "scalars.py").write_text(SCALARS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def last_line(text: str) -> str:
    return text.splitlines()[-1]


def test_a_command_takes_a_model_of_a_file_and_says_that_it_runs_it(
    folder: Path, command: Command
) -> None:
    words = ("--statement", "scalars/reduced-map", "--jobs", "1")
    status, out, err = command("verify", "scalars.py:Scalars", *words)
    assert status == 0
    assert "scalars/reduced-map  pass" in out.partition("Derived")[2]
    assert err.splitlines() == ["trajalign: runs the code of scalars.py", "loaded"]


def test_what_the_file_prints_does_not_go_into_the_output(folder: Path, command: Command) -> None:
    words = ("--statement", "scalars/reduced-map", "--jobs", "1", "--json", "-")
    status, out, _ = command("verify", "scalars.py", *words)
    assert status == 0
    assert {row["model"] for row in json.loads(out)["results"]} == {"scalars"}


def test_the_class_may_be_left_out_where_there_is_one(folder: Path) -> None:
    assert own_code.model_of("scalars.py") is own_code.model_of("./scalars.py:Scalars")
    text = SCALARS + "\n\nclass Second(Scalars):\n    name = 'second'\n"
    (folder / "two.py").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="it has Scalars, Second"):
        own_code.model_of("two.py")
    assert own_code.model_of("two.py:Second").name == "second"


def test_a_helper_beside_the_file_is_found(folder: Path) -> None:
    (folder / "mine.py").write_text(
        "from scalars import Scalars\nclass Mine(Scalars):\n    name = 'mine'\n", encoding="utf-8"
    )
    assert own_code.model_of("mine.py:Mine").name == "mine"


@pytest.mark.parametrize("name", WRONG)
def test_a_class_that_is_no_whole_model_is_refused(
    folder: Path, command: Command, name: str
) -> None:
    source, told = WRONG[name]
    (folder / f"{name}.py").write_text(SCALARS + source, encoding="utf-8")
    status, out, err = command("verify", f"{name}.py:{name.capitalize()}", "--list")
    assert (status, out) == (2, "")
    assert told in last_line(err)
    assert "Traceback" not in err


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_run_is_told_with_its_line(
    folder: Path, command: Command, name: str
) -> None:
    source, told = BROKEN[name]
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    status, out, err = command("verify", f"{name}.py:X", "--list")
    assert (status, out) == (2, "")
    assert told in last_line(err)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing.py:X", "nothing.py: there is no such file"),
        ("folder.py:X", "it is not a file"),
        ("scalars.py:Missing", "it has no class Missing; its models are Scalars"),
        ("scalars.py:ETA", "ETA is no subclass"),
        ("scalars.py:Model", "Model is no subclass"),
    ],
)
def test_what_names_no_model_is_refused(
    folder: Path, command: Command, text: str, told: str
) -> None:
    (folder / "folder.py").mkdir()
    status, _, err = command("verify", text, "--list")
    assert status == 2
    assert told in last_line(err)


def test_a_model_that_a_file_imports_is_taken_by_its_name(folder: Path, command: Command) -> None:
    (folder / "mine.py").write_text("from scalars import Scalars\n", encoding="utf-8")
    try:
        status, out, _ = command("verify", "mine.py:Scalars", "--list")
        assert status == 0
        assert "scalars/limit" in out
        assert command("verify", "mine.py", "--list")[0] == 2
    finally:
        sys.modules.pop("scalars", None)


def test_other_words_are_no_file(command: Command) -> None:
    status, _, err = command("verify", "scalars.txt:Scalars")
    assert status == 2
    assert "is not one of" in err
    assert "nor FILE.py:CLASS" in err
    assert "runs" not in err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_error_in_a_method_is_told_with_its_line(
    folder: Path, command: Command, jobs: str
) -> None:
    late = (
        'class Late(Scalars):\n    name = "late"\n    def parameter_space(self):\n'
        '        if "u" in self.response.text:\n            raise ValueError("no u, please")\n'
        "        return super().parameter_space()\n"
    )
    (folder / "late.py").write_text(SCALARS + late, encoding="utf-8")
    line = SCALARS.count("\n") + 5
    words = ("--loss", "log(cosh(u))", "--statement", "late/reduced-map", "--jobs", jobs)
    status, _, err = command("verify", "late.py:Late", *words)
    assert status == 2
    assert last_line(err) == f"trajalign: late.py, line {line}: ValueError: no u, please"


def _name(model: Model) -> tuple[str, str]:
    return model.name, str(model.generic().p_next)


def test_a_fresh_process_gets_the_model_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pools, "_context", lambda forked: _Spawning())
    model = own_code.model_of("scalars.py:Scalars")("log-cosh")
    capfd.readouterr()
    with workers(2) as pool:
        assert pool is not None
        assert pool.submit(_name, model).result() == _name(model)
    assert capfd.readouterr().err == ""  # it does not say again what the file prints


def test_a_command_runs_its_file_in_many_processes(folder: Path) -> None:
    words = ["verify", "scalars.py", "--statement", "scalars/limit", "--jobs", "2"]
    found = subprocess.run(
        [sys.executable, "-m", "trajalign", *words],
        capture_output=True,
        text=True,
        env=environment(PYTHONPATH=os.environ.get("PYTHONPATH", "")),
    )
    assert found.returncode == 0
    assert found.stderr.count("loaded") == 1


def test_an_orbit_that_was_kept_is_of_the_file_as_it_was(folder: Path, command: Command) -> None:
    words = ("--eta", "1/10", "--digits", "12", "--to-crossing", "--keep", "orbit.db")
    assert command("orbit", "scalars.py", *words)[0] == 0
    changed = SCALARS.replace("2 * R(P) / Q +", "2 * R(P) / Q + 0 +")
    (folder / "scalars.py").write_text(changed, encoding="utf-8")
    status, _, err = command("orbit", "scalars.py", *words)
    assert status == 2
    assert "its source is" in last_line(err)


def test_documents_of_it_are_read_where_the_file_is_given(folder: Path, command: Command) -> None:
    box = ("--eta0", "1/50", "--q0", "21/25,17/20", "--p0", "1/5,2/5", "--jobs", "1")
    assert command("prove", "scalars.py", *box, "--certificate", "t.json")[0] == 0
    status, _, err = command("prove", "--replay", "t.json")
    assert status == 2
    assert "whose file is to be given" in last_line(err)
    assert command("prove", "scalars.py", "--replay", "t.json", "--jobs", "1")[0] == 0
    status, _, err = command("prove", "linear", "--replay", "t.json")
    assert status == 2
    assert "FILE.py:CLASS" in last_line(err)


def test_no_file_is_run_to_complete_a_word(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.shell_completion import ShellComplete

    from trajalign.cli import commands

    def refuse(text: str) -> type[Model]:
        raise AssertionError(text)

    monkeypatch.setattr(own_code, "model_of", refuse)
    complete = ShellComplete(commands, {}, "trajalign", "_TRAJALIGN_COMPLETE")
    for words in (["verify", "scalars.py:Scalars", "--statement"], ["orbit", "scalars.py"]):
        complete.get_completions(words, "")
    assert complete.get_completions(["verify"], "sca")[0].type == "file"


def test_the_words_of_a_command_are_those_typed(folder: Path) -> None:
    model = own_code.model_of("scalars.py:Scalars")("log-cosh")
    assert own_code.word(model) == "scalars.py:Scalars"
    assert own_code.word(TwoLayerLinear("log-cosh")) == "linear"
    assert own_code.source(TwoLayerLinear("log-cosh")) == ""
    assert own_code.source(model).startswith("scalars.py, SHA-256 ")
