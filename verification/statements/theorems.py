"""The conclusions proved for all step sizes up to a number, in ball arithmetic.

With little effort of orbits that are on the tube about the slow curve; with more, of all starts in
box, and how long they take. What is not proved is undecided, never a failure; a falsified copy is
refuted by a point that excludes it as ε → 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any, ClassVar

import sympy as sp
from flint import arb, ctx, fmpq

from ...theory.errors import InputError
from ...theory.models.laws import Laws
from ..measuring.aligned_curve import largest_gap
from ..measuring.claims import OFF, Claim, DirectClaim, Judgement, Measurement
from ..measuring.effort import THOROUGH
from ..measuring.plans import Plan
from ..numbers import above, below, number
from ..quantities import Quantities
from ..statement import DERIVED, PAPER, Form
from ..theorems.crossing import Arrival
from ..theorems.exit import Gap
from ..theorems.flow import flow
from ..theorems.proof import BITS, Lemmas, Theorem, known_lemmas
from ..theorems.search import prove
from ..theorems.settings import FLOW, standard, tube_only
from ..theorems.told import TOLD
from ..theorems.units import in_units, natural
from ..theorems.words import largest_step, shown
from ..verdicts import Evidence

_SHARE = sp.Integer(2)  # of sup |h₂|, which C may be
_NEARLY = sp.Rational(3, 2)  # of sup |D|, which the gap's constant may be
_FASTER = sp.Rational(6, 5)
_LESS = sp.Rational(99, 100)


@dataclass(frozen=True)
class TheoremClaim(DirectClaim):
    """What the theorem says under one label, in numbers that a point can refute.

    `h` is h(0); `alignment` and `gap` are multiples of sup |h₂| and of sup |D| that C and the
    gap's constant do not exceed, `crossing` is a multiple of ρ₀ and `rate` one of m.
    """

    h: sp.Expr
    largest_gap: sp.Expr
    alignment: sp.Rational = _SHARE
    gap: sp.Rational = _NEARLY
    crossing: sp.Rational = sp.S.One
    rate: sp.Rational = sp.S.One
    on_orbits: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The label without its heading."""
        return self.label.split("/")[-1]

    def falsified_copies(self) -> list[Claim]:
        """What is wrong by a little as ε → 0, under each label."""
        off = self.wrong("h off by 1 %", h=OFF * self.h)
        copies: dict[str, list[Claim]] = {
            "alignment": [self.wrong("C below sup |h_2|", alignment=_LESS), off],
            "limit": [self.wrong("h has the wrong sign", h=-self.h), off],
            "saturation": [self.wrong("sharpness above 2/eta", h=-self.h), off],
            "progressive-sharpening": [self.wrong("gap below sup |D|", gap=_LESS), off],
            "crossing": [self.wrong("rho_0 off by 1 %", crossing=OFF), off],
            "gradient-flow": [self.wrong("decay faster by 20 %", rate=_FASTER)],
        }
        return copies[self.name]

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """The largest step size, of which orbits it is, and the precision."""
        model, unit = natural(plan.model)
        largest = standard(model).largest
        assert largest is not None
        whole = plan.effort == THOROUGH
        return {
            "eta0": largest_step(plan.model, largest / unit**2),
            "orbits": "from a box of starts" if whole else "on the tube about the slow curve",
            "bits": BITS,
        }

    @property
    def measured(self) -> TheoremClaim:
        """All labels share what is proved."""
        return TheoremClaim("theorem", sp.S.Zero, sp.S.Zero)

    def measure(self, plan: Plan) -> list[Measurement]:
        """The numbers of the theorem, and what no number can be below, rounded outwards."""
        model, unit = natural(plan.model)
        try:
            if plan.effort == THOROUGH:
                proof, theorem = prove(model, standard(model))
                lemmas = known_lemmas(model, proof.setting)
                values = _numbers(theorem)
            else:
                lemmas = tube_only(model, standard(model))
                values = {}
            with ctx.workprec(BITS):
                found = _on_tube(lemmas) | _least(lemmas) | values
        except InputError as error:
            return [Measurement(0.0, {}, {"trouble": str(error)})]
        size = float(lemmas.setting.largest / unit**2)
        return [Measurement(size, in_units(found, float(unit)), _place(lemmas, unit))]

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Refuted where a point excludes a number; undecided where it is not proved."""
        (run,) = runs
        if not run.values:
            return Judgement("", None, undecided=run.where["trouble"])
        v = run.values
        objection = next(filter(None, self._objections(v)), "")
        doubt = next(filter(None, self._doubts(v)), "")
        return Judgement(
            objection,
            run.where if objection else None,
            {**_quantities(self.name, v, run.where), **self._exactly()},
            Evidence.ENCLOSED,
            "" if objection else doubt,
        )

    def _objections(self, v: Mapping[str, float]) -> Iterator[str]:
        h = number(self.h)
        if self.name != "gradient-flow" and not v["h, at least"] <= h <= v["h, at most"]:
            yield f"h(0) lies between {v['h, at least']:.10g} and {v['h, at most']:.10g}"
        if self.name == "alignment" and number(self.alignment) * v["h_2, at most"] < v["h_2"]:
            yield f"|h_2| is {v['h_2']:.6g} at p = {v['p']:.6g}, which C cannot be below"
        if self.name == "progressive-sharpening" and self._gap < v["D"]:
            yield f"|D| is {v['D']:.6g} at p = 0, which the gap's constant cannot be below"
        if self.name == "crossing":
            low, high = v["rho_0, at least"], v["rho_0, at most"]
            if not low <= number(self.crossing / (4 * self.h)) <= high:
                yield f"rho_0 lies between {low:.10g} and {high:.10g}"
        if self.name == "gradient-flow" and number(self.rate) * v["m"] > v["m, at most"]:
            yield f"1 - |p'/p| is {v['m, at most']:.6g} at p = 0, which m cannot exceed"

    def _doubts(self, v: Mapping[str, float]) -> Iterator[str]:
        if self.name == "alignment" and v["C"] > number(self.alignment) * v["h_2"]:
            yield f"C = {v['C']:.6g} is proved; more than {self.alignment} sup |h_2|"
        if self.name == "progressive-sharpening" and v["gap"] > self._gap:
            yield f"the gap's constant {v['gap']:.6g} is proved; more than {self.gap} sup |D|"

    def _exactly(self) -> dict[str, str]:
        """The rational numbers that the statement has beside its constants."""
        exact = {
            "limit": {"h(0)": self.h},
            "saturation": {"2h(0)": 2 * self.h},
            "crossing": {"1/(4h(0))": 1 / (4 * self.h)},
        }
        found = exact.get(self.name, {}) if self.h.is_Rational else {}
        return {name: str(value) for name, value in found.items()}

    @property
    def _gap(self) -> float:
        return number(self.gap * self.largest_gap)


class PastOneClaim(TheoremClaim):
    """The same of orbits past q = 1, whose numbers are those of any map of the right form."""

    on_orbits: ClassVar[bool] = False

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """The same, with the range of q0."""
        low, high = FLOW
        return super().parameters(plan) | {"orbits": f"with q0 from {low} to {high}"}


def _on_tube(lemmas: Lemmas) -> dict[str, float]:
    """What is proved of orbits on the tube, and of those past q = 1."""
    tube, clock, s = lemmas.method.tube, lemmas.method.clock, lemmas.setting
    assert clock is not None
    first, limit, saturation = tube.limit()
    alignment = tube.alignment()
    end, now = arb(s.tube_end).lower(), (arb(0), arb(0))
    left = clock.constants(Arrival(now, (end, end), tube.every))
    assert s.flow_q is not None
    past = flow(lemmas.step, s.flow_q, s.p[1], s.largest)
    return {
        "C": _up(above(alignment)),
        "h_2, at most": _up(above(alignment - arb(s.delta))),
        **_ends("h", first),
        "limit": _up(above(limit)),
        "saturation": _up(above(2 * saturation)),
        "gap": _up(above(Gap(tube).constant())),
        **_ends("rho_0", clock.start),
        "left, at least": _down(below(left[0])),
        "left, at most": _up(above(left[1])),
        "m": _down(past.rate),
        "drift": _up(past.drift * s.p[1] * s.p[1]),
    }


def _least(lemmas: Lemmas) -> dict[str, float]:
    """What the constants cannot be below, at points, as ε → 0; and what m cannot exceed."""
    curve, tube = lemmas.step.curve, lemmas.method.tube
    places = [arb(lemmas.setting.tube_end * k / 64) for k in range(65)]
    sizes = [abs(curve.value("h2", x)).lower() for x in places]
    highest = max(range(65), key=lambda k: sizes[k])
    q = lemmas.setting.flow_q
    assert q is not None
    return {
        "h_2": _down(below(sizes[highest])),
        "p": math.sqrt(float(places[highest])),
        "D": _down(below(abs(Gap(tube).at_rest(arb(0))).lower())),
        "m, at most": _up(above(2 - 2 / arb(q[0]))),
    }


def _numbers(theorem: Theorem) -> dict[str, float]:
    crossings = theorem.crossings
    return {
        "A": _up(theorem.time),
        "B": _up(theorem.per_log),
        "D_0": _up(theorem.per_small),
        "k, at least": _down(min(c.low for c in crossings)),
        "k, at most": _up(max(c.high for c in crossings)),
        "k, wide": _up(max(c.high - c.low for c in crossings)),
    }


def _place(lemmas: Lemmas, unit: fmpq) -> dict[str, str]:
    s = lemmas.setting
    return {
        "epsilon": str(s.largest / unit**2),
        "q0": f"{s.q[0]} to {s.q[1]}",
        "p0": f"up to {s.p[1] * unit}",
        "p": f"up to {math.sqrt(float(s.tube_end)) * float(unit):.4g}",
    }


def _quantities(name: str, v: Mapping[str, float], where: Mapping[str, str]) -> Quantities:
    """The numbers of one label, rounded on the safe side."""

    def most(key: str) -> str:
        return f"≤ {shown(v[key], ROUND_CEILING)}"

    found: dict[str, dict[str, str]] = {
        "alignment": {"C": most("C"), "sup |h_2|": most("h_2, at most")},
        "limit": {"C": most("limit")},
        "saturation": {"C": most("saturation")},
        "progressive-sharpening": {"gap in eps/eta": most("gap")},
        "crossing": {"rho_0": f"≈ {v['rho_0, at least']:.8g}"},
        "gradient-flow": {
            "m": f"≥ {shown(v['m'], ROUND_FLOOR)}",
            "ln(q_t/q0) in eps": most("drift"),
        },
    }
    told = found[name]
    if "A" in v and name == "alignment":
        told |= {"A": most("A"), "B": most("B"), "D": most("D_0")}
    if "A" in v and name == "crossing":
        low, high = shown(v["k, at least"], ROUND_FLOOR), shown(v["k, at most"], ROUND_CEILING)
        told |= {"k": f"{low} to {high}", "k on each range of starts within": most("k, wide")}
    if "A" not in v and name == "crossing":
        low, high = (
            shown(v["left, at least"], ROUND_FLOOR),
            shown(v["left, at most"], ROUND_CEILING),
        )
        told |= {"k from the tube's end": f"{low} to {high}"}
    if name != "gradient-flow":
        told |= {"q0": where["q0"], "|p0|": where["p0"]} if "A" in v else {"|p|": where["p"]}
    return told


def _ends(name: str, x: arb) -> dict[str, float]:
    return {f"{name}, at least": _down(below(x)), f"{name}, at most": _up(above(x))}


def _down(x: fmpq) -> float:
    return math.nextafter(float(x), -math.inf)


def _up(x: fmpq) -> float:
    return math.nextafter(float(x), math.inf)


def _claim(label: str, plan: Plan) -> Claim:
    kind = PastOneClaim if label.endswith("gradient-flow") else TheoremClaim
    return kind(label, plan.curve.h_at_zero, largest_gap(plan))


_C = {"C": r"$C$, rounded up"}


def _always(text: str) -> Callable[[Laws], str]:
    return lambda laws: r"for all $\taEta \le \taEta_0$, with its constants: " + text


def _form(
    name: str,
    place: int,
    says: Callable[[Laws], str],
    numbers: Mapping[str, str],
    origin: str = f"{PAPER} for small step sizes; the numbers are new here",
    rests_on: tuple[str, ...] = ("reduced-map",),
) -> Form:
    return Form(
        f"theorem/{name}",
        place,
        says=says,
        claim=_claim,
        origin=origin,
        refuted_by=(
            r"a point at which what the constant bounds, enclosed as $\taEps \to 0$, exceeds it; "
            "where the proof does not go through, the row is undecided"
        ),
        rests_on=rests_on,
        about=lambda laws: "what the verdict names: on a tube about the curve, or all from a box",
        numbers=numbers,
        told=TOLD[name],
    )


FORMS = (
    _form(
        "alignment",
        160,
        _always(
            r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEps| \le C\taEps^2$, kept "
            r"on the tube, and from a box of starts reached by "
            r"$t_a \le A + B \ln(1/\taEps) + D \ln(1/|\taP_0|)$"
        ),
        _C | {"sup |h_2|": "what $C$ cannot be below, rounded up"},
    ),
    _form("limit", 161, _always(r"$|\taQ_{*} - 1 - \taH(0)\taEps| \le C\taEps^2$"), _C),
    _form(
        "saturation",
        162,
        _always(r"$|\taEta\taSharp_{*} - 2 + 2\taH(0)\taEps| \le C\taEps^2$"),
        _C,
        rests_on=("theorem/limit", "sharpness"),
    ),
    _form(
        "progressive-sharpening",
        163,
        _always(
            r"$\taQ_t$ increases, $\tilde{\taSharp}(\taQ_t)$ never falls and "
            r"$|\taSharp_t - \tilde{\taSharp}(\taQ_t)| \le C\taEps/\taEta$"
        ),
        {"gap in eps/eta": "$C$, rounded up"},
        rests_on=("reduced-map", "sharpness"),
    ),
    _form(
        "crossing",
        164,
        _always(r"$\taEps t_b - \rho_0 \ln(1/\taEps)$ lies between two numbers"),
        {
            "rho_0": r"$\rho_0$",
            "k": "the two numbers, of orbits from a box",
            "k from the tube's end": r"the same with steps counted from the largest $|\taP|$",
        },
        origin=f"{DERIVED} for small step sizes; the numbers are new here",
    ),
    _form(
        "gradient-flow",
        165,
        _always(
            r"$|\taP_t| \le |\taP_0|(1 - m)^t$ and $\taQ_0 \le \taQ_t \le \taQ_0\exp(C\taEps)$ "
            r"for $\taQ_0$ in a range past 1"
        ),
        {"m": "$m$, rounded down", "ln(q_t/q0) in eps": "$C$, rounded up"},
        origin=f"{PAPER}, with other constants; {DERIVED}",
    ),
)
