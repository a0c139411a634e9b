"""`trajalign completion`: what makes a shell complete the commands, options and names."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from ..theory.errors import InputError

SHELLS = ("bash", "zsh", "fish")


@click.command(
    short_help="Print what makes the Tab key complete commands and names.",
    epilog="""\b
Examples:
  trajalign completion bash
  eval "$(trajalign completion bash)"    in ~/.bashrc, or with zsh in ~/.zshrc
  trajalign completion fish | source     in ~/.config/fish/config.fish
""",
)
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def completion(context: click.Context, shell: str | None) -> int:
    """Print the script that lets the Tab key complete what is typed after trajalign.

    Completed are commands, options, models, catalogue names, labels of statements, kinds of
    figures, studies, formats and files. Without SHELL, it is the one that $SHELL names.
    """
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise InputError(f"completion: name a shell: {', '.join(SHELLS)}")
    root = context.find_root()
    made = get_completion_class(name)
    assert made is not None
    program = root.info_name or "trajalign"
    click.echo(made(root.command, {}, program, f"_{program}_COMPLETE".upper()).source(), nl=False)
    return 0
