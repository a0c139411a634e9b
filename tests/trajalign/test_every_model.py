"""Every command with every model that has a file, with options of some, and with models that are
not this project's: one in the folder of the others, and one of a file of its own."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from calling import one_line
from model_files import SCALARS

from trajalign.theory import models
from trajalign.theory.errors import InputError

HELPER = Path(__file__).parents[1] / "every_command.py"

IMPORTS = "from trajalign.theory import ETA, Loss, Model, P, ParameterSpace, Q, R, ReducedModel, Z"
KIND = "    kind: ClassVar[type] = Loss"

# The model as a file that a contributor adds.
THIRD = SCALARS.replace(
    IMPORTS,
    "from ..expressions.parsing import Z\n"
    "from ..responses import Loss\n"
    "from .base import ETA, About, Model, P, ParameterSpace, Q, R, ReducedModel",
).replace(KIND, KIND + '\n    about: ClassVar[About] = About(standard=("log-cosh",))')

# The same as a user has it.
OWN = (
    THIRD.replace("from ..expressions.parsing", "from trajalign.theory.expressions.parsing")
    .replace("from ..responses", "from trajalign.theory.responses")
    .replace("from .base", "from trajalign.theory.models.base")
    .replace("class Scalars", "class Mine")
    .replace('"scalars"', '"mine"')
)


class Case(NamedTuple):
    """A model as it is typed, the name that its labels have, and the kind of its response."""

    words: tuple[str, ...]
    name: str
    kind: str = "loss"

    @property
    def is_own(self) -> bool:
        return self.words[0].endswith(".py:Mine")


CASES = {
    **{name: Case((name,), name, kind.kind.option[2:]) for name, kind in models.built_in().items()},
    "deep, depth 2": Case(("deep", "--depth", "2"), "deep"),
    "deep, depth 5": Case(("deep", "--depth", "5"), "deep"),
    "linear, input-norm 2": Case(("linear", "--input-norm", "2"), "linear"),
    "product, target 1": Case(("product", "--target", "1"), "product"),
    "scalars": Case(("scalars",), "scalars"),  # one process: no other one knows it
    "mine": Case(("mine.py:Mine",), "mine"),
}
# Beside a model of one's own, which is tried in any case.
THOROUGH = (
    *("deep", "deep, depth 2", "deep, depth 5", "frozen-weight", "linear, input-norm 2"),
    *("product", "product, target 1", "scalars"),
)


# What a loss that need not be even has no theorem, law or theory for; and it takes a loss with a
# minimum elsewhere, 2z + z² at −1.
NOT_EVEN = ("exponential", "proved")
ELSEWHERE = ("response",)


class Said(NamedTuple):
    """What a command answered."""

    status: int
    out: str
    err: str
    written: list[str]


def spelled(case: Case, command: tuple[str, ...]) -> list[str]:
    """A command with the model put in."""
    found: list[str] = []
    for word in command:
        if word == "OWN":  # what a document is made of
            found += case.words if case.is_own else ()
        else:
            put_in = word.replace("MODEL", case.name).replace("KIND", case.kind)
            found += case.words if word == "MODEL" else (put_in,)
    return found


@cache
def answers(name: str, folder: Path, *commands: tuple[str, ...]) -> tuple[Said, ...]:
    """What the commands say of a model, all in one process to which the third model is known."""
    (folder / "built-in").mkdir(exist_ok=True)
    (folder / "built-in" / "scalars.py").write_text(THIRD, encoding="utf-8")
    (folder / "mine.py").write_text(OWN, encoding="utf-8")
    words = [spelled(CASES[name], command) for command in commands]
    found = subprocess.run(
        [sys.executable, "-P", str(HELPER), str(folder / "built-in"), json.dumps(words)],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
    )
    return tuple(Said(*one) for one in json.loads(found.stdout))


BOX = ("--eta0", "1/200", "--q0", "21/25,17/20", "--p0", "1/5,2/5", "--jobs", "1")
COMMANDS = {
    "verify": ("verify", "MODEL", "--statement", "MODEL/reduced-map", "--jobs", "1"),
    "list": ("verify", "MODEL", "--list"),
    "assumptions": ("assumptions", "MODEL", "--certificate", "proof.json"),
    "replay": ("assumptions", "--replay", "proof.json"),
    "orbit": ("orbit", "MODEL", "--eta", "1/10", "--digits", "15", "--json", "orbit.json"),
    "sweep": ("sweep", "MODEL", "--eta", "1/10", "--p0", "1/5", "--q0", "4/5", "--engine", "numpy"),
    "bifurcation": ("figure", "bifurcation", "MODEL", "-o", "bifurcation.svg"),
    "cobweb": ("figure", "cobweb", "MODEL", "-o", "cobweb.svg"),
    "sharpness": ("figure", "sharpness", "MODEL", "-o", "sharpness.svg"),
    "derive": ("derive", "MODEL", "--order", "1", "--format", "json", "-o", "appendix.json"),
    "check": ("derive", "OWN", "--check", "appendix.json"),
}
LONG = {
    "ladder": ("figure", "ladder", "MODEL", "-o", "ladder.svg"),
    "alignment": ("figure", "alignment", "MODEL", "-o", "alignment.svg"),
    "exponential": ("figure", "exponential", "MODEL", "-o", "exponential.svg"),
    "proved": ("figure", "proved", "MODEL", "-o", "proved.svg"),
    "controls": ("verify", "MODEL", "--controls", "--statement", "MODEL/limit", "--jobs", "1"),
    "latex": ("derive", "MODEL", "--no-numbers", "-o", "appendix.tex"),
    "html": ("derive", "MODEL", "--no-numbers", "-o", "appendix.html"),
    "prove": ("prove", "MODEL", *BOX, "--certificate", "theorem.json"),
    "replay of a theorem": ("prove", "OWN", "--replay", "theorem.json"),
    "report": ("report", "MODEL", "--jobs", "1", "-o", "report"),
}


REFUSED = {
    "label": ("verify", "MODEL", "--statement", "MODEL/nothing"),
    "both": ("verify", "MODEL", "--loss", "atan", "--activation", "tanh"),
    "rest": ("orbit", "MODEL", "--eta", "1/10", "--p0", "0"),
    "response": ("orbit", "MODEL", "--eta", "1/10", "--KIND", "2*z + z**2"),
    "theorem": ("prove", "MODEL", *BOX, "--KIND", "2*z + z**2"),
}
OPTIONS = {
    option: ("verify", "MODEL", f"--{option}", text, "--list")
    for option, text in (("loss", "atan"), ("activation", "erf"))
}
CASCADE = {"cascade": ("figure", "cascade", "MODEL", "-o", "cascade.svg")}
QUICK = {**COMMANDS, **REFUSED, **OPTIONS, **CASCADE}


NOTICE = "trajalign: runs the code of mine.py\n"  # in a process once


def param(name: str) -> Any:
    """The paper's models are those of all other tests, too."""
    paper = models.built_in().get(name) in models.from_paper()
    return pytest.param(name, marks=[pytest.mark.thorough] if paper or name in THOROUGH else [])


@pytest.fixture(scope="module", params=[param(name) for name in CASES])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("every")


def said(name: str, folder: Path, commands: dict[str, tuple[str, ...]], command: str) -> Said:
    found = answers(name, folder, *commands.values())[list(commands).index(command)]
    return found._replace(err=found.err.removeprefix(NOTICE))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_every_model(name: str, folder: Path, command: str) -> None:
    found = said(name, folder, QUICK, command)
    assert (found.status, found.err) == (0, "")
    assert found.out


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("command", LONG)
def test_every_long_command_takes_every_model(name: str, folder: Path, command: str) -> None:
    found = said(name, folder, LONG, command)
    if CASES[name].name == "product" and command in NOT_EVEN:
        assert found.status == 2
        assert one_line(found.err.strip())
        return
    assert (found.status, found.err) == (0, "")
    assert found.out


@pytest.mark.parametrize("command", REFUSED)
def test_what_cannot_be_done_is_refused_in_one_line(name: str, folder: Path, command: str) -> None:
    found = said(name, folder, QUICK, command)
    if CASES[name].name == "product" and command in ELSEWHERE:
        assert (found.status, found.err) == (0, "")
        return
    assert found.status == 2
    assert one_line(found.err.strip())
    assert not found.written


@pytest.mark.parametrize("option", OPTIONS)
def test_a_model_takes_the_option_of_its_kind(name: str, folder: Path, option: str) -> None:
    found = said(name, folder, QUICK, option)
    if option == CASES[name].kind:
        assert (found.status, found.err) == (0, "")
    else:
        assert found.status == 2
        assert one_line(found.err.strip()).endswith(f"takes --{CASES[name].kind}")


def test_a_cascade_is_drawn_or_refused_in_one_line(name: str, folder: Path) -> None:
    found = said(name, folder, QUICK, "cascade")
    if CASES[name].kind == "activation" or CASES[name].name == "product":
        assert (found.status, found.written) == (0, ["cascade.svg"])
    else:  # a strictly convex loss keeps its 2-cycle
        assert (found.status, found.written) == (2, [])
        assert one_line(found.err.strip())


def test_a_name_without_a_file_is_refused() -> None:
    with pytest.raises(InputError, match="known are linear, neuron, deep, frozen-weight"):
        models.of("nothing", "tanh")
