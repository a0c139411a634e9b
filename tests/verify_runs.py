"""Short runs of `trajalign verify` with a known answer, and a process to run them in."""

import subprocess
import sys

from calling import environment

# Fast runs with a known answer.
QUICK = ("linear", "--loss", "log-cosh", "--statement", "linear/reduced-map", "--jobs", "1")
LIMIT = ("neuron", "--activation", "tanh", "--statement", "neuron/limit", "--jobs", "1")
FAILING = ("linear", "--loss", "cosh(z) - 1", "--statement", "linear/A1", "--jobs", "1")
# ℓ' grows like log z, but of the sine there is no form at infinity, which could prove it.
UNDECIDED = (
    *("linear", "--loss", "z*asinh(z) - sqrt(1+z**2) + sin(z)**4*exp(-z**2)/1000"),
    *("--statement", "linear/A5", "--jobs", "1"),
)


def trajalign(
    *arguments: str, timeout: float = 120, **changes: str
) -> subprocess.CompletedProcess[str]:
    """`python -m trajalign verify …` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "trajalign", "verify", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
        env=environment(**changes),
    )
