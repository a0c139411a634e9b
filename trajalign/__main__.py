"""`python -m trajalign`, and the command `trajalign`."""

import sys

from .exits import FAILED, INTERRUPTED, complain


def main() -> None:
    """Run the command line; an interrupt ends it quietly even while it is still loading."""
    try:
        try:
            from .cli import main as run  # slow to import, so inside the guard

            status = run()
        except ImportError as error:
            if _stems_from_interrupt(error):
                raise KeyboardInterrupt from None
            status = _unloadable(error)
        sys.exit(status)
    except KeyboardInterrupt:
        # Where a text was being executed, as when a dataclass is made, CPython notes the interrupt
        # as one that nobody handles, and would die of SIGINT at exit. The next text takes it back.
        exec("")
        sys.exit(complain("interrupted", INTERRUPTED))


def _stems_from_interrupt(error: BaseException | None) -> bool:
    """Modules in C that are interrupted while they are imported raise an ImportError from it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _unloadable(error: ImportError) -> int:
    """The doctor works where the other commands cannot even be loaded."""
    if sys.argv[1:2] == ["doctor"]:
        from .commands.doctor import doctor

        status: int = doctor.main(sys.argv[2:], "trajalign doctor", standalone_mode=False)
        return status
    return complain(f"{error}; `trajalign doctor` tells what to do", FAILED)


if __name__ == "__main__":
    main()
