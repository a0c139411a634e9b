"""How precise is the alignment? Two orbits with the same q0 and different p0 end at limits that
differ by exp(−Λ(q0)/ε (1 + O(ε))).

Prints ε ln|Δq*| for two orbits at falling step sizes, and Λ from its integral:

    python benchmarks/alignment_exponent.py

Each difference is far below what floating-point numbers show, so the orbits run with as many digits
as the predicted difference has zeros, and forty more.
"""

from __future__ import annotations

import math
import time

import mpmath
import sympy as sp

from trajalign.numerics.curve.long_times import alignment_exponent
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.native import accelerated
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

ROWS: tuple[tuple[Model, str, tuple[str, str], tuple[str, ...]], ...] = (
    (
        TwoLayerLinear(Loss.parse("log-cosh")),
        "4/5",
        ("3/10", "3/5"),
        ("1/10", "2/25", "1/16", "1/20"),
    ),
    (SingleNeuron(Activation.parse("tanh")), "17/20", ("1/5", "3/10"), ("1/200", "1/400")),
)
SPARE_DIGITS = 40
MOST_STEPS = 10**7


def measured_exponent(
    model: Model, q0: sp.Rational, p0s: tuple[sp.Rational, sp.Rational], eta: sp.Rational
) -> tuple[float, int, int]:
    """−ε ln|Δq*|, the digits of the orbits and the steps of the longer one."""
    epsilon = model.small_parameter(eta)
    size = float(alignment_exponent(model, q0)) / float(epsilon) / math.log(10)
    digits = int(size) + SPARE_DIGITS
    # What q still moves by after |p| has fallen to `until` is of the order of its square.
    stops = Stops(MOST_STEPS, until=sp.Rational(1, 10 ** (digits // 2 + 5)))
    loop = accelerated(compile_loop(model))
    orbits = [iterate(loop, eta, (p0, q0), stops, digits=digits, every=MOST_STEPS) for p0 in p0s]
    assert all(orbit.outcome == "converged" for orbit in orbits)
    with mpmath.workdps(digits):
        one, two = (mpmath.mpf(orbit.q[-1]) for orbit in orbits)
        exponent = -float(mpmath.log(abs(one - two))) * float(epsilon)
    return exponent, digits, max(orbit.steps for orbit in orbits)


def main() -> None:
    """Print both rows."""
    for model, q0_text, p0_texts, etas in ROWS:
        q0, (p0, other) = sp.Rational(q0_text), (sp.Rational(text) for text in p0_texts)
        begin = time.perf_counter()
        print(f"{model.name}, {model.response.text}: q0 = {q0}, p0 = {p0} and {other}")
        for eta_text in etas:
            eta = sp.Rational(eta_text)
            exponent, digits, steps = measured_exponent(model, q0, (p0, other), eta)
            shown = f"eta = {float(eta):<7}  eps ln|dq*| = {-exponent:.4f}"
            print(f"  {shown}  ({steps} steps, {digits} digits)")
        limit = float(alignment_exponent(model, q0))
        print(f"  eta -> 0       -Lambda     = {-limit:.4f}  (the integral)")
        print(f"  {time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main()
