"""How a command ends: its exit status, and the one line on stderr that says why.

Imports nothing, so that it works where nothing else can be loaded.
"""

import sys

FAILED, BAD_INPUT = 1, 2
INTERNAL_ERROR = 70  # as sysexits.h has it
INTERRUPTED = 130  # as a shell reports a process that SIGINT ended
BROKEN_PIPE = 141  # and SIGPIPE


def notice(message: str) -> None:
    """Say something in one line on stderr that is no error."""
    print(f"trajalign: {' '.join(message.split())}", file=sys.stderr)


def complain(message: str, status: int) -> int:
    """Say in one line on stderr what was wrong; returns the exit status."""
    notice(message)
    return status
