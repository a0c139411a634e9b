"""Completion by the Tab key: what is offered, and that real shells take the scripts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Called, environment, known_commands, one_line
from click.shell_completion import BashComplete, ShellComplete

from trajalign.cli import commands
from trajalign.figures.drawing import FORMATS
from trajalign.figures.kinds import KINDS
from trajalign.studies.study import shipped
from trajalign.theory import models
from trajalign.theory.responses import ACTIVATIONS, LOSSES
from trajalign.verification.running import runner

SHELLS = ("bash", "zsh", "fish")


def offered(*words: str) -> list[str]:
    """What is offered for the last word, after those before it; files as their type."""
    shell = ShellComplete(commands, {}, "trajalign", "_TRAJALIGN_COMPLETE")
    items = shell.get_completions(list(words[:-1]), words[-1])
    return [item.value if item.type == "plain" else item.type for item in items]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("verify", ""), list(models.names())),
        (("verify", "l"), ["linear"]),
        (("orbit", "n"), ["neuron"]),
        (("verify", "linear", "--loss", ""), list(LOSSES)),
        (("verify", "linear", "--loss", "log"), ["log-cosh", "log-cosh-half"]),
        (("assumptions", "--activation", ""), list(ACTIVATIONS)),
        (("figure", ""), list(KINDS)),
        (("figure", "bif"), ["bifurcation"]),
        (("figure", "cobweb", "--format", ""), list(FORMATS)),
        (("derive", "--format", "la"), ["latex"]),
        (("sweep", "linear", "--engine", ""), ["jax", "numpy"]),
        (("experiment", ""), list(shipped())),
        (("experiment", "to"), ["toy"]),
        (("experiment", "my-network.t"), ["file"]),
        (("verify", "--statement", "neuron/li"), ["neuron/limit"]),
        (("verify", "neuron", "--statement", ""), list(runner.known_labels("neuron"))),
        (("verify", "linear", "--statement", "neuron/"), []),
        (("verify", "--json", ""), ["file"]),
        (("figure", "cobweb", "-o", "f"), ["file"]),
        (("completion", ""), list(SHELLS)),
        (("verify", "--thor"), ["--thorough"]),
        (("verify", "--eta", ""), []),  # any number
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_known_is_offered(words: tuple[str, ...], expected: list[str]) -> None:
    assert offered(*words) == expected


def test_every_command_and_every_option_is_offered() -> None:
    assert offered("") == list(known_commands())
    for name, command in known_commands().items():
        options = {o for p in command.params for o in p.opts if o.startswith("--")}
        assert options <= set(offered(name, "--"))


def test_every_option_that_takes_a_file_completes_files() -> None:
    for name, command in known_commands().items():
        for option in command.params:
            if getattr(option, "metavar", None) in ("FILE", "PATH", "DIR"):
                needed = ["bifurcation"] if name == "figure" else []
                assert offered(name, *needed, option.opts[0], "")[0] in ("file", "dir"), option


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(shell: str, command: Callable[..., Called]) -> None:
    code, out, _ = command("completion", shell)
    assert code == 0
    assert f"_TRAJALIGN_COMPLETE={shell}_complete" in out


def test_the_shell_at_hand_is_the_default(
    command: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    assert command("completion")[1] == command("completion", "fish")[1]
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    code, out, err = command("completion")
    assert (code, out) == (2, "")
    assert "bash, zsh, fish" in one_line(err)
    assert command("completion", "tcsh")[0] == 2


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A PATH on which `trajalign` is found."""
    program = tmp_path / "trajalign"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trajalign "$@"\n')
    program.chmod(0o755)
    return f"{tmp_path}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("trajalign ver", ["verify"]),
        ("trajalign verify linear --loss l", ["langevin", "log-cosh", "log-cosh-half"]),
        ("trajalign figure casc", ["cascade"]),
    ],
)
def test_bash_completes(line: str, expected: list[str], programs: str) -> None:
    """The script is read as ~/.bashrc would, and its function called as the Tab key does."""
    script = f"""
        eval "$(trajalign completion bash)"
        read -ra COMP_WORDS <<< "{line}"
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        complete -p trajalign > registered
        _trajalign_completion trajalign
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    folder = Path(programs.split(os.pathsep)[0])
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=environment(PATH=programs),
    )
    assert done.stderr == ""
    assert sorted(done.stdout.split()) == expected
    assert "_trajalign_completion trajalign" in (folder / "registered").read_text()


def in_shell(shell: str, script: str, programs: str) -> str:
    """What a script prints; in CI a missing shell fails, and skips nothing."""
    if shutil.which(shell) is None and os.environ.get("CI") != "true":
        pytest.skip(f"needs {shell}")
    done = subprocess.run(
        [shell, "-f" if shell == "zsh" else "--no-config", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=environment(PATH=programs),
    )
    assert done.stderr == ""
    return done.stdout


def test_fish_completes(programs: str) -> None:
    script = 'trajalign completion fish | source; complete --do-complete "trajalign figure casc"'
    assert in_shell("fish", script, programs).split() == ["cascade"]


def test_zsh_knows_what_completes(programs: str) -> None:
    """Its completions need a line editor; what they are made of is asked for as zsh asks."""
    script = """
        autoload -Uz compinit && compinit -D
        eval "$(trajalign completion zsh)"
        print $_comps[trajalign]
        COMP_WORDS="trajalign figure casc" COMP_CWORD=2 _TRAJALIGN_COMPLETE=zsh_complete trajalign
    """
    known, *answer = in_shell("zsh", script, programs).split()
    assert known == "_trajalign_completion"
    assert answer == ["plain", "cascade", "_"]


def test_bash_that_is_too_old_is_told(
    command: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> None:
        print(
            "Shell completion is not supported for Bash versions older than 4.4.", file=sys.stderr
        )

    monkeypatch.setattr(BashComplete, "_check_version", staticmethod(told))
    code, _, err = command("completion", "bash")
    assert code == 0
    assert "4.4" in err
