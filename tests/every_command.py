"""python every_command.py FOLDER COMMANDS: what each command answers, as JSON.

FOLDER holds models that are not this project's.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from trajalign.theory import models

models.__path__.append(sys.argv[1])
models.built_in.cache_clear()

from trajalign.cli import main  # noqa: E402 - the commands read the names when they are loaded


def answer(words: list[str]) -> tuple[int, str, str, list[str]]:
    before = {path.name for path in Path().iterdir()}
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["trajalign", *words]
    with redirect_stdout(out), redirect_stderr(err):
        status = main()
    new = sorted({path.name for path in Path().iterdir()} - before)
    return status, out.getvalue(), err.getvalue(), new


if __name__ == "__main__":
    print(json.dumps([answer(words) for words in json.loads(sys.argv[2])]))
