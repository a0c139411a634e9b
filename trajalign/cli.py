"""The command line. Exit status: 0 all pass, 1 some fail, 2 bad input, 3 some are undecided."""

from __future__ import annotations

import io
import os
import sys

import click

from . import __version__
from .__main__ import complain
from .commands.assumptions import assumptions
from .commands.completion import completion
from .commands.derive import derive
from .commands.doctor import doctor
from .commands.experiment import experiment
from .commands.figure import figure
from .commands.orbit import orbit
from .commands.report import report
from .commands.sweep import sweep
from .commands.verify import verify
from .theory.errors import InputError

_BROKEN_PIPE = 141  # as a shell reports a process that SIGPIPE ended


def main() -> int:
    """Run the command line and return its exit status; trouble is told in one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ≥ or ℓ is no reason to fail
    try:
        status: int | None = commands.main(prog_name="trajalign", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.Abort:  # click's name for Ctrl-C
        raise KeyboardInterrupt from None
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return complain(error.format_message(), 2)
    except InputError as error:
        return complain(str(error), 2)
    except BrokenPipeError:
        _abandon_stdout()
        return _BROKEN_PIPE
    except OSError as error:
        _abandon_stdout()
        return complain(f"cannot write the output: {error.strerror}", 2)
    return status or 0


def _abandon_stdout() -> None:
    """Keep the interpreter from complaining, at exit, about output nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _InOrder(click.Group):
    """Lists the commands in the order in which they were added."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    epilog="""\b
Examples:
  trajalign verify
  trajalign verify linear --loss "z*atan(z) - log(1+z**2)/2"
\b
Exit status: 0 if all is well, 1 if something fails, 2 for bad input (one line
says what), 3 if something is undecided.
""",
)
@click.version_option(__version__)
@click.pass_context
def commands(context: click.Context) -> None:
    """Check the theorems of "Trajectory Alignment" (Song & Yun 2023) for any loss or activation.

    Every command tells its options and shows examples: trajalign verify --help.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(2)


for command in (
    *(verify, assumptions, derive, experiment, orbit, sweep, figure, report),
    *(doctor, completion),
):
    commands.add_command(command)
