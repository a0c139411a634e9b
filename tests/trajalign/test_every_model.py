"""Every command with every model that has a file, and with one that is not this project's."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from calling import one_line

from trajalign.theory import models
from trajalign.theory.errors import InputError

HELPER = Path(__file__).parents[1] / "every_command.py"

# L = ℓ(uv), the linear network with one input and one unit, as a file that a contributor adds.
THIRD = """
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from ..expressions import Z
from ..responses import Loss, Response
from .base import ETA, About, Model, P, ParameterSpace, Q, R, ReducedModel


@dataclass(frozen=True)
class Scalars(Model):
    name: ClassVar[str] = "scalars"
    exponent: ClassVar[sp.Rational] = sp.S.Half
    kind: ClassVar[type[Response]] = Loss
    about: ClassVar[About] = About(standard=("log-cosh",))

    def generic(self):
        slope = P * R(P)
        bend = sp.diff(slope, P)
        return ReducedModel(
            p_next=P * (1 - 2 * R(P) / Q + ETA**2 * slope**2),
            q_next=Q / (1 - ETA**2 * P**2 * R(P) * (2 * Q - R(P))),
            trace=2 * bend / (ETA * Q),
            determinant=-slope * (slope + 2 * P * bend),
        )

    def parameter_space(self):
        u, v = sp.symbols("u v", real=True)
        loss = self.response.expression.subs(Z, u * v)
        return ParameterSpace((u, v), loss, u * v, 2 / (ETA * (u**2 + v**2)))
"""

NAMES = (*models.names(), "scalars")  # one process: no other one knows the third model


class Said(NamedTuple):
    """What a command answered."""

    status: int
    out: str
    err: str
    written: list[str]


@cache
def answers(name: str, folder: Path, *commands: tuple[str, ...]) -> tuple[Said, ...]:
    """What the commands say of a model, all in one process to which the third model is known."""
    (folder / "scalars.py").write_text(THIRD, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-P", str(HELPER), str(folder), name, json.dumps(commands)],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
    )
    return tuple(Said(*one) for one in json.loads(found.stdout))


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
    "check": ("derive", "--check", "appendix.json"),
}
LONG = {
    "ladder": ("figure", "ladder", "MODEL", "-o", "ladder.svg"),
    "alignment": ("figure", "alignment", "MODEL", "-o", "alignment.svg"),
    "exponential": ("figure", "exponential", "MODEL", "-o", "exponential.svg"),
    "controls": ("verify", "MODEL", "--controls", "--statement", "MODEL/limit", "--jobs", "1"),
    "latex": ("derive", "MODEL", "--no-numbers", "-o", "appendix.tex"),
    "html": ("derive", "MODEL", "-o", "appendix.html"),
    "report": ("report", "MODEL", "--jobs", "1", "-o", "report"),
}


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(name)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_every_model(name: str, folder: Path, command: str) -> None:
    said = answers(name, folder, *COMMANDS.values())[list(COMMANDS).index(command)]
    assert (said.status, said.err) == (0, "")
    assert said.out or said.written


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("command", LONG)
def test_every_long_command_takes_every_model(name: str, folder: Path, command: str) -> None:
    said = answers(name, folder, *LONG.values())[list(LONG).index(command)]
    assert (said.status, said.err) == (0, "")
    assert said.out


@pytest.mark.parametrize(
    "words",
    [
        ("figure", "cascade", "MODEL", "-o", "cascade.svg"),
        ("verify", "MODEL", "--statement", "MODEL/nothing"),
        ("verify", "MODEL", "--loss", "atan", "--activation", "tanh"),
        ("orbit", "MODEL", "--eta", "1/10", "--p0", "0"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
@pytest.mark.parametrize("name", ["frozen-weight", "scalars"])
def test_what_cannot_be_done_is_refused_in_one_line(
    name: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    (said,) = answers(name, tmp_path, words)
    if said.status == 0:  # a cascade of an activation is there
        assert (name, words[:2]) == ("frozen-weight", ("figure", "cascade"))
        return
    assert said.status == 2
    assert one_line(said.err)
    assert not said.written


@pytest.mark.parametrize("option", ["--loss", "--activation"])
def test_a_model_takes_the_option_of_its_kind(name: str, folder: Path, option: str) -> None:
    text = {"--loss": "atan", "--activation": "erf"}[option]
    words = ("verify", "MODEL", option, text, "--list")
    (said,) = answers(name, folder, words)
    takes = "--activation" if name in ("neuron", "frozen-weight") else "--loss"
    assert said.status == (0 if option == takes else 2)
    if option != takes:
        assert one_line(said.err).endswith(f"takes {takes}")


def test_a_name_without_a_file_is_refused() -> None:
    with pytest.raises(InputError, match="known are linear, neuron, frozen-weight"):
        models.of("nothing", "tanh")
