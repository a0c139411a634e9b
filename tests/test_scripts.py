"""The scripts that users are told to run."""

import re
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


def test_the_pages_can_be_written_anew() -> None:
    """A script finds what lies beside it first, and here that is tests/trajalign."""
    program = (
        "import runpy, sys; sys.path[0] = sys.argv[1]; "
        "runpy.run_path(f'{sys.argv[1]}/test_readme.py')"
    )
    here = str(Path(__file__).resolve().parent)
    subprocess.run([sys.executable, "-c", program, here], check=True, timeout=120)


def test_the_rows_of_the_alignment_exponent() -> None:
    """reference.md §3: η²·ln|Δq*| and η·ln|Δq*|, and the integrals Λ they tend to."""
    script = BENCHMARKS / "alignment_exponent.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120
    )
    linear, neuron = done.stdout.split("neuron, ")
    number = re.compile(r"(?:ln\|dq\*\||-Lambda) +?= (-[\d.]+)")
    assert number.findall(linear) == ["-0.4575", "-0.4464", "-0.4387", "-0.4344", "-0.4267"]
    assert number.findall(neuron) == ["-0.5624", "-0.5540", "-0.5455"]
