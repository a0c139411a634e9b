"""Single orbits, proved: every orbit from a small box of starts, at one η, in ball arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any, ClassVar

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import exact
from ...numerics.curve.cells import curve_cells
from ...numerics.orbits.enclosed_loops import compile_enclosed_loop
from ...numerics.orbits.enclosures import EnclosedOrbit, enclose
from ...numerics.orbits.iteration import Stops
from ...numerics.orbits.limits import LimitEnclosure, compile_tail, enclose_limit
from ..measuring.aligned_curve import grid, largest_gap
from ..measuring.claims import HALF, Claim, DirectClaim, Judgement, Measurement
from ..measuring.orbit_bounds import misalignments, passage, sharpness_gaps
from ..measuring.orbit_view import FAR, REFUTING, OrbitView
from ..measuring.plans import Plan
from ..numbers import ball, number
from ..quantities import Interval, Quantities, Quantity
from ..statement import NEW, Form
from ..verdicts import Evidence

_RADIUS = sp.Rational(1, 10**10)  # of the box, p in its unit
_TAIL = sp.Rational(1, 4000)  # |p| in its unit from where on all further steps are bounded at once
_BITS = 128
_FAR_OFF = sp.Rational(21, 20)  # where the error term of one ε hides less than 5 %
_ROOM = sp.Rational(5, 4)  # for what first order leaves
_DIGITS = 12

Sizes = Mapping[str, tuple[arb, arb, arb]]  # by name: what a misfit is at least, at most, allowed


@dataclass(frozen=True)
class OneOrbitClaim(DirectClaim):
    """For one η and every (p0, q0) in one box, with C the `constant`:

    |q_t/r(p_t) − 1 − h(p_t) ε| ≤ C ε² for all t ≥ t_a; q_t increases up to t_b, where it passes 1
    for good, so that λ̃(q_t) increases too, by A1 and A3; p_t → 0 and q_t → q* with
    |q* − 1 − limit·ε| ≤ C ε²; the sharpness λ = 2/(ηq*) there has |ηλ − 2 − saturation·ε| ≤ 4C ε²;
    and η|λ_t − λ̃(q_t)| ≤ 5/4 gap·ε for t_a ≤ t < t_b. t_b is that of the midpoint of the box, found
    without balls, plus `late`.
    """

    h: sp.Expr
    limit: sp.Expr
    saturation: sp.Expr
    gap: sp.Expr
    constant: sp.Rational
    late: int = 0
    on_orbits: ClassVar[bool] = True

    def falsified_copies(self) -> list[Claim]:
        """Wrong numbers by so much that the error term of one ε does not hide them."""
        return [
            self.wrong("h off by 5 %", h=_FAR_OFF * self.h),
            self.wrong("h has the wrong sign", h=-self.h),
            self.wrong("limit off by 5 %", limit=_FAR_OFF * self.limit),
            self.wrong("sharpness above 2/eta", saturation=-self.saturation),
            self.wrong("half the gap to the surrogate", gap=HALF * self.gap),
            self.wrong("no error term", constant=sp.S.Zero),
            self.wrong("crossing one step later", late=1),
            self.wrong("crossing one step earlier", late=-1),
        ]

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """The step size, the box, the constant and the working precision."""
        (p0, q0), (p_radius, q_radius) = plan.starts[0], _radii(plan)
        return {
            "eta": str(_step_size(plan)),
            "p0": [str(p0 - p_radius), str(p0 + p_radius)],
            "q0": [str(q0 - q_radius), str(q0 + q_radius)],
            "C": str(self.constant),
            "bits": _BITS,
        }

    @property
    def measured(self) -> OneOrbitClaim:
        """Only h is used to measure."""
        zero = sp.S.Zero
        return replace(
            self, limit=zero, saturation=zero, gap=zero, constant=zero, late=0, falsified=""
        )

    def measure(self, plan: Plan) -> list[Measurement]:
        """Bounds on everything that is claimed, rounded outwards."""
        view = OrbitView(plan, _step_size(plan), plan.starts[0])
        if view.trouble:
            return [_lost(view, view.trouble)]
        orbit = _enclosed(view)
        if orbit.outcome == "diverged":
            return [_lost(view, f"{REFUTING}: all orbits of the box diverge")]
        if orbit.outcome != "converged":
            return [_lost(view, f"the boxes do not shrink to p = 0: {orbit.outcome}")]
        with ctx.workprec(_BITS):
            return [self._read(view, orbit, enclose_limit(compile_tail(plan.model), orbit))]

    def _read(self, view: OrbitView, orbit: EnclosedOrbit, limit: LimitEnclosure) -> Measurement:
        q = arb.nan() if limit.q is None else limit.q
        ends = {name: (x.lower(), x.upper()) for name, x in {"q": q, "2/q": 2 / q}.items()}
        ends["misalignment"] = _greatest(misalignments(view, orbit, limit, self.h))
        ends["gap"] = _greatest(sharpness_gaps(view, orbit))
        numbers = {f"{name}, at least": _down(low) for name, (low, _) in ends.items()}
        numbers |= {f"{name}, at most": _up(high) for name, (_, high) in ends.items()}
        numbers |= {"expected": view.crossing, "settled": view.settled, "tail": orbit.steps}
        where = view.place(view.crossing)
        return Measurement(float(view.epsilon), numbers | passage(orbit, limit), where)

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """A bound certainly broken refutes, all certainly kept prove; otherwise it is undecided."""
        (run,) = runs
        if not run.values:
            trouble = run.where["trouble"]
            if trouble.startswith(REFUTING):
                return Judgement(trouble, run.where)
            return Judgement("", None, undecided=trouble)
        sizes = self._sizes(plan.epsilon(_step_size(plan)), run)
        objection = next(filter(None, self._objections(run, sizes)), "")
        doubt = next(filter(None, self._doubts(run, sizes)), "")
        witness = run.where if objection else None
        found = _quantities(run, sizes)
        return Judgement(objection, witness, found, Evidence.ENCLOSED, "" if objection else doubt)

    def _sizes(self, epsilon: sp.Expr, run: Measurement) -> Sizes:
        """Every misfit, and its bound; that of the limit bounds that of 2/q* fourfold."""
        with ctx.workprec(_BITS):
            e, q, size = ball(epsilon), arb.union(*_ends(run, "q")), ball(self.constant)
            limit = abs(((q - 1) / e - ball(self.limit)) / e)
            saturation = abs(((2 / q - 2) / e - ball(self.saturation)) / e)
            return {
                "misalignment/eps^2": (*_ends(run, "misalignment"), size),
                "limit error/eps^2": (limit.lower(), limit.upper(), size),
                "saturation error/eps^2": (saturation.lower(), saturation.upper(), 4 * size),
                "sharpness gap/eps": (*_ends(run, "gap"), ball(_ROOM * self.gap)),
            }

    def _objections(self, run: Measurement, sizes: Sizes) -> Iterator[str]:
        """What is certainly false, of every orbit of the box."""
        for name, (low, _, bound) in sizes.items():
            yield f"{name} is at least {_shown(low)}, past {_shown(bound)}" if low > bound else ""
        crossing = run.values["expected"] + self.late
        apart = crossing < run.values["earliest"] or crossing > run.values["latest"]
        yield f"q does not pass 1 at t = {crossing:.0f}" if apart else ""
        yield "q falls before it passes 1" if run.values["falls"] else ""

    def _doubts(self, run: Measurement, sizes: Sizes) -> Iterator[str]:
        """What is not certainly true, of every orbit of the box."""
        for name, (_, high, bound) in sizes.items():
            yield "" if high <= bound else f"{name} is not known to be at most {_shown(bound)}"
        crossing = run.values["expected"] + self.late
        proved = run.values["earliest"] == run.values["latest"] == crossing
        yield "" if proved else "the orbits are not known to pass q = 1 all at the same step"
        proved = bool(run.values["rises"] and run.values["stays beyond"])
        yield "" if proved else "q is not known to increase up to t_b and to stay above 1 then"


def _quantities(run: Measurement, sizes: Sizes) -> Quantities:
    """What was proved, rounded outwards; without what could not be bounded."""
    v = run.values
    found: dict[str, Quantity] = {"t_a": f"{v['settled']:.0f}"}
    if v["earliest"] == v["latest"]:
        found["t_b"] = f"{v['earliest']:.0f}"
    found["tail bounded from"] = f"{v['tail']:.0f}"
    for name, shown in {"q": "q*", "2/q": "eta times the limiting sharpness"}.items():
        low, high = _ends(run, name)
        if low.is_finite() and high.is_finite():
            found[shown] = Interval(_shown(low), _shown(high, ROUND_CEILING))
    for name, (_, high, _) in sizes.items():
        if high.is_finite():
            found[name] = f"≤ {_shown(high, ROUND_CEILING)}"
    return found


def _ends(run: Measurement, name: str) -> tuple[arb, arb]:
    return arb(run.values[f"{name}, at least"]), arb(run.values[f"{name}, at most"])


def _step_size(plan: Plan) -> sp.Rational:
    """A quarter of the largest ε of the ladder."""
    return plan.smaller(plan.etas[0], 4)


def _radii(plan: Plan) -> tuple[sp.Rational, sp.Rational]:
    return _RADIUS * plan.model.response.scale, _RADIUS


def _enclosed(view: OrbitView) -> EnclosedOrbit:
    """All orbits from the box, until |p| is small enough for the tail."""
    scale = view.plan.model.response.scale
    stops = Stops(len(view.orbit), _TAIL * scale, FAR * scale)
    loop = compile_enclosed_loop(view.plan.model)
    with ctx.workprec(_BITS):
        pairs = zip(view.start, _radii(view.plan), strict=True)
        p0, q0 = (arb(exact(x)) + arb(0, arb(exact(radius)).upper()) for x, radius in pairs)
        return enclose(loop, view.eta, (p0, q0), stops, bits=_BITS)


def _lost(view: OrbitView, trouble: str) -> Measurement:
    where = {name: view.place(0)[name] for name in ("eta", "p0", "q0")}
    return Measurement(float(view.epsilon), {}, where | {"trouble": trouble})


def _greatest(sizes: Iterator[arb]) -> tuple[arb, arb]:
    """Bounds on the greatest of some numbers; NaN for what cannot be had."""
    known = list(sizes)
    finite = [size for size in known if size.is_finite()]
    if not finite:
        return arb.nan(), arb.nan()
    low, high = max(size.lower() for size in finite), max(size.upper() for size in finite)
    return low, high if len(finite) == len(known) else arb.nan()


def _down(x: arb) -> float:
    return math.nextafter(float(x), -math.inf)


def _up(x: arb) -> float:
    return math.nextafter(float(x), math.inf)


def _shown(x: arb, rounding: str = ROUND_FLOOR) -> str:
    """Decimal digits on the safe side."""
    nearby = _down(x) if rounding == ROUND_FLOOR else _up(x)
    return str(Context(prec=_DIGITS, rounding=rounding).create_decimal_from_float(nearby))


def _claim(label: str, plan: Plan) -> Claim:
    # What first order leaves is h_2 ε² + …; as much again by half is room for the rest.
    h, at_zero = plan.curve.h, plan.curve.h_at_zero
    cells = curve_cells(plan.model, 2)
    second = max(abs(float(cells.at((p * p).mid())[2])) for p in grid(plan))
    largest = max(second, number(at_zero) ** 2)
    constant = sp.Rational(f"{1.5 * largest:.3g}")
    saturation, gap = plan.curve.saturation_coefficient, largest_gap(plan)
    return OneOrbitClaim(label, h, at_zero, saturation, gap, constant)


def _told(parameters: Mapping[str, Any], quantities: Quantities) -> str:
    boxes = [tuple(map(sp.Rational, parameters[name])) for name in ("p0", "q0")]
    p0, q0 = (_decimal((low + high) / 2) for low, high in boxes)
    near = _power_of_ten(min(high - low for low, high in boxes) / 2)
    ends = quantities.get("q*")
    limit = rf", ${ends.low} \le \taQ_{{*}} \le {ends.high}$" if isinstance(ends, Interval) else ""
    return (
        rf"$\taEta = {parameters['eta']}$, all starts within ${near}$ of $\taP_0 = {p0}$, "
        rf"$\taQ_0 = {q0}$: $t_b = {quantities['t_b']}${limit}"
    )


def _power_of_ten(x: sp.Rational) -> str:
    """A multiple of a power of 10, rounded down."""
    digit, power = f"{Context(prec=1, rounding=ROUND_FLOOR).divide(x.p, x.q):e}".split("e")
    return f"10^{{{int(power)}}}" if digit == "1" else rf"{digit} \cdot 10^{{{int(power)}}}"


def _decimal(x: sp.Rational) -> str:
    """As a decimal where that is short and exact, else as a fraction."""
    text = f"{float(x):g}"
    return text if sp.Rational(text) == x else str(x)


FORMS = (
    Form(
        "one-orbit",
        150,
        says=lambda laws: (
            r"for one $\taEta$ and a box of $(\taP_0, \taQ_0)$: "
            rf"$|\taQ_t/\taR - 1 - \taH{laws.epsilon()}| \le C{laws.epsilon(2)}$; "
            r"$t_b$, $\taQ_{*}$, $\taSharp$ known"
        ),
        claim=_claim,
        origin=NEW,
        refuted_by="a bound that is certainly broken on the box: its enclosure lies beyond it",
        rests_on=("reduced-map", "sharpness"),
        told=_told,
        numbers={
            "t_b": r"the first $t$ with $\taQ_t > 1$, the same for all orbits of the box",
            "q*": r"bounds on $\taQ_{*}$, rounded outwards",
            "eta times the limiting sharpness": r"bounds on $\taEta\taSharp_{*}$",
        },
    ),
)
