"""Losses each of which violates an assumption of the commands, alone where that can be.

The tests `test_what_…_assume.py` ask a command of each: it gives what gradient descent on weights
gives (`descents.py`), or refuses in one line that names what is missing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from descents import Point, linear
from mpmath import mp

DIGITS = 30


@dataclass(frozen=True)
class Broken:
    """A loss, its ℓ' and ℓ'' by hand, and how a refusal names the assumption that it violates."""

    text: str
    first: Callable
    second: Callable
    named: str
    q0: str = "4/5"
    p0: str = "3/10"
    eta: str = "1/10"

    def descent(self) -> Iterator[Point]:
        """Exact to `DIGITS` and ten more."""
        numbers = (mp.mpf(x.split("/")[0]) / mp.mpf(x.split("/")[1])
                   for x in (self.eta, self.p0, self.q0))  # fmt: skip
        return linear(self.first, self.second, *numbers)

    @property
    def start(self) -> tuple[str, ...]:
        return ("--eta", self.eta, "--p0", self.p0, "--q0", self.q0)


def odd_part(z):  # the derivative of z³ e^(−z²)/20
    return (3 * z**2 - 2 * z**4) * mp.exp(-(z**2)) / 20


def odd_part_slope(z):
    return (6 * z - 14 * z**3 + 4 * z**5) * mp.exp(-(z**2)) / 20


BROKEN = {
    "real": Broken(
        "z*atanh(z)+log(1-z**2)/2", mp.atanh, lambda z: 1 / (1 - z**2), "not a finite real number"
    ),
    "analytic": Broken(
        "abs(z)-log(1+abs(z))",
        lambda z: z / (1 + abs(z)),
        lambda z: 1 / (1 + abs(z)) ** 2,
        "at 0",
    ),
    "even": Broken(
        "sqrt(1+z**2)+z**3*exp(-z**2)/20",
        lambda z: z / mp.sqrt(1 + z**2) + odd_part(z),
        lambda z: (1 + z**2) ** mp.mpf("-1.5") + odd_part_slope(z),
        "r must be even",
    ),
    "normalised": Broken(
        "2*log(cosh(z))", lambda z: 2 * mp.tanh(z), lambda z: 2 * mp.sech(z) ** 2, "r(0) must be 1"
    ),
    "curved": Broken(
        "atan(z**2)/2",
        lambda z: z / (1 + z**4),
        lambda z: (1 - 3 * z**4) / (1 + z**4) ** 2,
        "r''(0) must not vanish",
    ),
    "A1": Broken("cosh(z)", mp.sinh, mp.cosh, "stays above"),
    "A2": Broken(
        "log(1+z**2)/2",
        lambda z: z / (1 + z**2),
        lambda z: (1 - z**2) / (1 + z**2) ** 2,
        "",
    ),
    "A5": Broken(
        "z*asinh(z)-sqrt(1+z**2)", mp.asinh, lambda z: 1 / mp.sqrt(1 + z**2), "", eta="1/20"
    ),
}
