"""How long the theorems with numbers take, and how sharp they are; run it on a quiet machine.

`python benchmarks/bench_prove.py` looks at the tube of each response of the catalogue and at three
that are not in it; with names it proves the whole theorem for these and replays its certificate.
"""

import os
import sys
import time

from flint import arb, ctx, fmpq

from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.proof import BITS, check, leaves
from trajalign.verification.theorems.search import prove
from trajalign.verification.theorems.settings import Wanted, tube_only

OTHERS = (
    "2*sqrt(1+z**2)-2*log(1+sqrt(1+z**2))",
    "sqrt(pi)/2*z*erf(z)+exp(-z**2)/2",
    "2*(1+z**2)**(1/4)",
)
_TUBE, _STANDARD = 0.05, 0.01  # ε₀ h(0)/0.75


def models() -> dict[str, Model]:
    """By the text of the response."""
    found: dict[str, Model] = {name: TwoLayerLinear(name) for name in LOSSES}
    found |= {name: SingleNeuron(name) for name in ACTIVATIONS}
    return found | {text: TwoLayerLinear(text) for text in OTHERS}


def largest(model: Model, size: float) -> fmpq:
    """ε₀ with ε₀ h(0)/0.75 = size, nearly."""
    h = float(slow_curve(model).h_at_zero)
    return fmpq(round(size * 0.75 / h * 10**5), 10**5)


def tube(name: str, model: Model) -> None:
    """C/sup |h₂| of the tube alone, and the seconds."""
    begin = time.perf_counter()
    lemmas = tube_only(model, Wanted(largest(model, _TUBE)))
    with ctx.workprec(BITS):
        found = lemmas.method.tube
        found.check_motion()
        share = found.alignment() / (found.alignment() - arb(lemmas.setting.delta))
    seconds = time.perf_counter() - begin
    print(f"tube {name:40} C/sup|h2| = {float(share):.3f}  {seconds:5.1f} s", flush=True)


def whole(name: str, model: Model) -> None:
    """The whole theorem at the standard size, its replay, and the widths of the crossing."""
    jobs, begin = os.cpu_count() or 1, time.perf_counter()
    try:
        proof, theorem = prove(model, Wanted(largest(model, _STANDARD)), jobs=jobs)
    except NotProvedError as error:
        print(f"whole {name:40} {error}  {time.perf_counter() - begin:5.1f} s", flush=True)
        return
    seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    check(model, proof, jobs=jobs)
    again = time.perf_counter() - begin
    widths = sorted(float(c.high - c.low) for c in theorem.crossings)
    cells = sum(1 for _ in leaves(proof.setting.box, proof.cut))
    s = theorem.setting
    print(
        f"whole {name}: eps0 = {s.largest}, q0 in [{float(s.q[0]):.3f}, {float(s.q[1]):.3f}], "
        f"C/sup|h2| = {float(theorem.alignment / theorem.second):.3f}, "
        f"gap {float(theorem.gap):.4g}, k within {widths[len(widths) // 2]:.2f} (median) and "
        f"{widths[-1]:.2f} (largest), {cells} cells, {seconds:.1f} s, replay {again:.1f} s",
        flush=True,
    )


def main() -> None:
    """Everything, or the responses named."""
    known = models()
    if len(sys.argv) == 1:
        for name, model in known.items():
            tube(name, model)
    for name in sys.argv[1:]:
        whole(name, known[name])


if __name__ == "__main__":
    main()
