"""Calling the command line in this process."""

import os

import click

Called = tuple[int, str, str]  # exit status, stdout, stderr


def environment(**changes: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "PYTEST"))}
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM", "LANG"):
        kept.pop(name, None)
    return {**kept, "COLUMNS": "80", "LC_ALL": "C.UTF-8", **changes}


def one_line(text: str) -> str:
    """The single line that a complaint consists of."""
    (line,) = text.splitlines()
    assert line.startswith("trajalign: ")
    assert "Traceback" not in line
    return line


def known_commands() -> dict[str, click.Command]:
    """The commands of `trajalign` by name, in the order of its help."""
    from trajalign.cli import commands  # as a script, test_readme.py finds tests/trajalign instead

    context, found = click.Context(commands), {}
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None
        found[name] = command
    return found
