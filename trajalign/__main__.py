"""`python -m trajalign`, and the command `trajalign`."""

import sys

INTERRUPTED = 130


def complain(message: str, status: int) -> int:
    """Say in one line on stderr what was wrong; returns the exit status."""
    print(f"trajalign: {' '.join(message.split())}", file=sys.stderr)
    return status


def main() -> None:
    """Run the command line; an interrupt ends it quietly even while it is still loading."""
    try:
        from .cli import main as run  # slow to import, so inside the guard

        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(complain("interrupted", INTERRUPTED))


if __name__ == "__main__":
    main()
