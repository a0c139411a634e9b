"""How many processes a call takes, and errors that name arguments."""

import os
import sys
from types import ModuleType

import pytest

from trajalign import python_words
from trajalign.theory.errors import InputError, NotEvenError


@pytest.mark.parametrize("forks", [True, False])
@pytest.mark.parametrize("script", [True, False])
def test_a_script_is_not_run_again_by_new_processes(monkeypatch, forks, script):
    """Where they are not forked each new one runs the script; a notebook is no script."""
    main = ModuleType("__main__")
    if script:
        main.__file__ = "mine.py"
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.setattr(python_words, "can_fork", lambda: forks)
    every = os.cpu_count() or 1
    assert python_words.processes(None) == (1 if script and not forks else every)
    assert python_words.processes(3) == 3


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("--eta 5: need less", "eta = 5: need less"),
        ("--at: x is missing; see --eta0", "at: x is missing; see eta0"),
        ("p0 = 0: need p0 != 0", "p0 = 0: need p0 != 0"),
    ],
)
def test_an_option_becomes_an_argument(told, said):
    with pytest.raises(NotEvenError, match=f"^{said}$"), python_words.in_python_words():
        raise NotEvenError(told)


def test_what_is_no_bad_input_goes_through():
    with pytest.raises(KeyError, match="--eta"), python_words.in_python_words():
        raise KeyError("--eta")
    assert issubclass(NotEvenError, InputError)
