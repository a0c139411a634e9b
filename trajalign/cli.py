"""The command line.

Exit status: 0 all pass, 1 some fail, 2 bad input, 3 some are undecided, 70 an error of ours.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import click

from . import __version__
from .exits import BAD_INPUT, BROKEN_PIPE, INTERNAL_ERROR, complain
from .theory.errors import InputError

_LONGEST = 200  # characters of an unexpected error
TRACEBACK = "TRAJALIGN_TRACEBACK"  # an environment variable; where it is set, errors are raised


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
        return complain(error.format_message(), BAD_INPUT)
    except InputError as error:
        return complain(str(error), BAD_INPUT)
    except BrokenPipeError:
        _abandon_stdout()
        return BROKEN_PIPE
    except OSError as error:
        _abandon_stdout()
        return complain(f"cannot write the output: {error.strerror}", BAD_INPUT)
    except ImportError:  # what it is about is told by `__main__`
        raise
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        if told := _blamed(error):
            return complain(told, BAD_INPUT)
        what = f"{type(error).__name__}: {error}"
        return complain(
            f"internal error, not yours: {what[:_LONGEST]}; nothing is claimed. Please report it "
            f"with the command and the traceback that {TRACEBACK}=1 shows",
            INTERNAL_ERROR,
        )
    return status or 0


def _blamed(error: Exception) -> str:
    """Where in a user's own code an error arose; "" where none was run."""
    own_code = sys.modules.get(f"{__package__}.own_code")
    return own_code.blamed(error) if own_code is not None else ""


def _abandon_stdout() -> None:
    """Keep the interpreter from complaining, at exit, about output nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_COMMANDS = (
    *("verify", "assumptions", "prove", "edge", "neighbours", "derive", "check", "experiment"),
    *("orbit", "sweep", "figure", "report", "doctor", "completion"),
)


class _Lazy(click.Group):
    """Lists its commands in their order, and loads one when it is asked for: all take a second."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name in self.commands:
            module = import_module(f".commands.{name}", __package__)
            self.commands[name] = getattr(module, name)
        return self.commands.get(name)


@click.group(
    cls=_Lazy,
    commands=[click.Command(name) for name in _COMMANDS],  # names, until they are loaded
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
    """Check what "Trajectory Alignment" (Song & Yun 2023) states, for any loss or activation.

    The statements were rebuilt from the paper's abstract; compare before you quote.

    Every command tells its options and shows examples: trajalign verify --help.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(BAD_INPUT)
