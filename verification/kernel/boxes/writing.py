"""The cells and what is joined of them as lemmas of Coq."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from .cells import Box, Plan, Range
from .polynomial import Near, derivatives

_BISECTED = "interval with (i_bisect x, i_prec 40)"
_PLAIN = "interval with (i_prec 40)"
_HEADER = """\
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Trajalign Require Import Tube TubeModels {module}.
Open Scope R_scope.
"""


def rational(x: Fraction) -> str:
    """A number in Coq.

    >>> rational(Fraction(-1, 3))
    '(- (1 / 3))'
    """
    text = str(abs(x.numerator)) if x.denominator == 1 else f"{abs(x.numerator)} / {x.denominator}"
    if x < 0:
        return f"(- ({text}))" if x.denominator != 1 else f"(- {text})"
    return text if x.denominator == 1 else f"({text})"


class Names:
    """What Coq calls the functions of x of a plan's model."""

    def __init__(self, plan: Plan) -> None:
        r, r1, r2 = plan.known.r
        self.model = plan.known.model
        omega = " ".join(plan.known.omega[:2]) if plan.known.omega else ""
        first = omega.split(" ")[0]
        self.r = r
        self.L = f"steep {r} {r1}"
        self.half = f"half {r} {r1} {r2}"
        if self.model == "linear":
            self.h, self.M = f"linear_h {r} {r1}", f"linear_M {r} {r1} {r2}"
            self.f, self.first = f"linear_f {r}", f"linear_first {r} {r1}"
            self.den, self.tau2 = f"linear_den {r} {r1} e x w", f"linear_tau2 {r} {r1} e x w"
        else:
            self.h, self.M = f"neuron_h {r} {r1} {first}", f"neuron_M {r} {r1} {r2} {omega}"
            self.f, self.first = "(fun _ => 0)", f"neuron_first {first}"
            self.den, self.tau2 = f"neuron_den e {first} x", f"neuron_tau2 e {first} x"
        self.omega = first

    def at(self, name: str, place: str = "x") -> str:
        """A quantity at a place."""
        if name == "g0":
            return f"2 * {self.h} {place} + {self.force(place)}"
        return f"{getattr(self, name)} {place}"

    def force(self, place: str = "x") -> str:
        """f at a place."""
        return f"{self.f} {place}" if self.model == "linear" else "0"


def header(plan: Plan) -> str:
    """What the file begins with: the polynomial is proved near here, where there is one."""
    unfolded = ["steep", "half", "start"]
    unfolded += [f"linear_{n}" for n in ("first", "h", "M", "f")]
    unfolded += [f"neuron_{n}" for n in ("first", "h", "M")]
    defined = ", ".join([*unfolded, *plan.known.unfolded])
    lines = [_HEADER.format(module=plan.known.module)]
    if plan.near is not None:
        lines += _polynomial(plan.near)
    lines.append(f"Ltac open_ := unfold {defined}.")
    base = "u, tanh, sinh, cosh" if plan.known.polynomial else plan.known.r[0]
    lines.append(f"Ltac enclosed v := let x := eval unfold v, {base} in v in")
    lines.append("  let I := fresh in interval_intro x with (i_prec 100) as I;")
    lines.append("  change x with v in I; clearbody v.")
    return "\n".join([*lines, ""])


def _polynomial(near: Near) -> Iterator[str]:
    tables = derivatives(near.coefficients)
    integral = (Fraction(0), *(a / (k + 1) for k, a in enumerate(near.coefficients)))
    for name, table in zip(("P", "P1", "P2", "P3", "Q"), (*tables, integral), strict=True):
        yield f"Definition {name} x := {_horner(table)}."
    for name, slope in (("P", "P1"), ("P1", "P2"), ("P2", "P3"), ("Q", "P")):
        yield f"Lemma {name}_slope x : is_derive {name} x ({slope} x)."
        yield f"Proof. unfold {name}. auto_derive; [auto | unfold {slope}; field]. Qed."
    end = rational(near.end)
    distances = [rational(d) for d in near.distances]
    said = " /\\ ".join(
        f"Rabs ({u} x - {p} x) <= {d}"
        for u, p, d in zip(("u", "u1", "u2"), ("P", "P1", "P2"), distances, strict=True)
    )
    yield f"Lemma near x : 0 < x <= {end} -> {said}."
    yield "Proof."
    yield "  intros X. repeat split."
    precise = "interval with (i_bisect x, i_taylor x, i_degree 8, i_prec 60)"
    sizes, residuals = (list(map(rational, part)) for part in (near.sizes, near.residuals))
    for k in range(3):
        functions = " ".join(("P", "P1", "P2", "P3")[: k + 2])
        parts = (*sizes[: k + 1], *residuals[: k + 1], *distances[: k + 1])
        yield f"  - apply (near_{k} {functions} Q {end} {' '.join(parts)}); try exact X;"
        yield "    auto using P_slope, P1_slope, P2_slope, Q_slope;"
        yield "    try (clear x X; intros x X; cbv beta; unfold P, P1, P2, P3;"
        yield f"      {precise}); try lra."
    yield "Qed."
    yield "Ltac put_one f g x :="
    yield '  replace (f x) with (g x + (f x - g x)) by ring; let d := fresh "d" in'
    yield "  set (d := f x - g x) in *; clearbody d."
    yield "Ltac put x := let A := fresh in let B := fresh in let D := fresh in"
    yield "  destruct (near x) as (A & B & D); [nra |];"
    yield "  put_one u P x; put_one u1 P1 x; put_one u2 P2 x."


def _horner(table: Sequence[Fraction]) -> str:
    text = rational(table[-1])
    for a in reversed(table[:-1]):
        text = f"({rational(a)} + x * {text})"
    return text


def within(low: str, middle: str, high: str) -> str:
    """A double inequality."""
    return f"{low} <= {middle} <= {high}"


def _in(range_: Range, middle: str) -> str:
    return within(rational(range_[0]), middle, rational(range_[1]))


class Cell:
    """One cell's lemmas."""

    def __init__(self, plan: Plan, names: Names, number: int, box: Box) -> None:
        self.plan, self.names, self.box = plan, names, box
        self.name = f"cell_{number}"
        self.base = [n for n in ("r", "L", "h", "g0", "first", "omega") if n in box.ranges]

    def text(self) -> str:
        """All of them."""
        return "\n".join([*self._ranges(), *self._start(), *self._numbers(), *self._whole()])

    def _opened(self, *places: str) -> str:
        near = self.plan.near is not None
        puts = " ".join(f"put {place if place.isalpha() else f'({place})'}." for place in places)
        return "open_." + (f" {puts} unfold P, P1, P2." if near else "")

    def _ranges(self) -> Iterator[str]:
        low, high = rational(self.box.low), rational(self.box.high)
        for name in (*self.base, "half", "M"):
            lowest = f"{rational(self.plan.drop)} * {low}" if name in ("half", "M") else low
            yield f"Lemma {self.name}_{name} x : 0 < x -> {lowest} <= x <= {high} ->"
            yield f"  {_in(self.box.ranges[name], self.names.at(name))}."
            yield f"Proof. intros X H. {self._opened('x')} split; {_BISECTED}. Qed."

    def _start(self) -> Iterator[str]:
        n, box, plan = self.names, self.box, self.plan
        low, high, drop = rational(box.low), rational(box.high), rational(plan.drop)
        scale = box.share * 4 * (1 - plan.largest * box.ranges["h"][1]) * plan.constant
        spare = plan.largest * box.more
        yield f"Lemma {self.name}_start x t s : 0 < x -> {low} <= x <= {high} ->"
        yield f"  {drop} <= t <= 1 -> {drop} <= s <= 1 ->"
        yield f"  Rabs ({self._start_of('(x * t)', '(x * s)')})"
        yield f"  - {rational(scale)} * ({n.at('L')}) + {rational(spare)} <= 0."
        yield (f"Proof. intros X H T S. {self._opened('x', 'x * t', 'x * s')} {_BISECTED}. Qed.")
        share = rational(1 + box.share)
        yield f"Lemma {self.name}_stable x : 0 < x -> {low} <= x <= {high} ->"
        yield f"  4 * ({n.at('L')}) * x * {share} - 2 <= 0."
        yield f"Proof. intros X H. {self._opened('x')} {_BISECTED}. Qed."

    def _start_of(self, y: str, z: str) -> str:
        n = self.names
        return (
            f"start x ({n.at('h')}) ({n.at('g0')}) ({n.at('L')}) ({n.r} x * {n.half} {y}) "
            f"({n.M} {z}) ({n.at('first')})"
        )

    def _numbers(self) -> Iterator[str]:
        """What follows from the ranges alone."""
        box, plan = self.box, self.plan
        e0, c = rational(plan.largest), rational(plan.constant)
        given = [n for n in ("r", "omega", "L", "h", "g0", "first", "N", "M") if n in box.ranges]
        yield f"Lemma {self.name}_numbers x e w {' '.join(given)} :"
        yield f"  {within(rational(box.low), 'x', rational(box.high))} ->"
        yield f"  0 <= e <= {e0} -> - {c} <= w <= {c} ->"
        for name in given:
            yield f"  {_in(box.ranges[name], name)} ->"
        den, tau2 = _tau2(plan.known.model)
        yield "  let b := bend h e w in let s := ratio h e w in let g1 := 2 * (w - h * b) / s in"
        yield f"  let den := {den} in"
        yield f"  let tau2 := {tau2} in"
        yield f"  {_in(box.ranges['den'], 'den')} /\\ {_in(box.ranges['s'], 's')} /\\"
        yield f"  {_in(box.ranges['g'], 'g0 + e * g1')} /\\"
        yield (
            f"  Rabs (further x e b g0 g1 L N M (first + e * tau2) tau2) <= {rational(box.more)}."
        )
        yield "Proof."
        yield "  intros X E W. intros. pose (g := g0 + e * g1). pose (j := 2 * g1 - g ^ 2)."
        yield "  pose (k := 2 * g0 + e * j). pose (tau0 := 2 * g0 * L)."
        yield "  pose (tau1 := first + e * tau2). pose (tau := tau0 + e * tau1)."
        yield "  change (first + e * tau2) with tau1. change (g0 + e * g1) with g."
        yield "  change (further x e b g0 g1 L N M tau1 tau2) with"
        yield "    (further_at x e b g0 g1 L N M tau1 tau2 g j k tau0 tau)."
        follow = {
            "b": "h + e * w",
            "s": "1 + e * b",
            "den": den,
            "tau2": tau2,
            "g1": "2 * (w - h * b) / s",
            "g": "g0 + e * g1",
            "j": "2 * g1 - g ^ 2",
            "k": "2 * g0 + e * j",
            "tau0": "2 * g0 * L",
            "tau1": "first + e * tau2",
            "tau": "tau0 + e * tau1",
        }
        for name, said in follow.items():
            yield f"  assert (E_{name} : {name} = {said}) by reflexivity."
        yield f"  clearbody {' '.join(reversed(follow))}."
        for name in follow:
            yield f"  assert (R_{name} : {_in(box.ranges[name], name)})"
            yield f"    by (rewrite E_{name}; split; {_PLAIN}). clear E_{name}."
        yield "  split; [exact R_den | split; [exact R_s | split; [exact R_g |]]]."
        yield f"  unfold further_at. {_PLAIN}."
        yield "Qed."

    def _whole(self) -> Iterator[str]:
        n, box, plan = self.names, self.box, self.plan
        drop = rational(plan.drop)
        yield f"Lemma {self.name} e x w y z : 0 < e <= {rational(plan.largest)} -> 0 < x ->"
        yield f"  {within(rational(box.low), 'x', rational(box.high))} ->"
        yield f"  Rabs w <= {rational(plan.constant)} ->"
        yield f"  {drop} * x <= y <= x -> {drop} * x <= z <= x ->"
        yield f"  {motion_goal(plan, n)} /\\ {tube_goal(plan, n)}."
        yield "Proof."
        yield "  intros E X H W Y Z. apply Rabs_le_between in W."
        for name in self.base:
            yield f"  pose proof ({self.name}_{name} x X H) as R_{name}."
        for name, place in (("half", "y"), ("M", "z")):
            yield f"  assert (I_{name} : 0 < {place}) by nra."
            yield (f"  pose proof ({self.name}_{name} {place} I_{name} ltac:(nra)) as R_{name}.")
        yield f"  assert (R_N : {_in(box.ranges['N'], f'{n.r} x * {n.half} y')})."
        yield f"  {{ set (a := {n.r} x) in *. set (c := {n.half} y) in *. clearbody a c."
        yield f"    split; {_PLAIN}. }}"
        yield f"  pose proof ({self.name}_start x (y / x) (z / x) X H) as G."
        yield "  replace (x * (y / x)) with y in G by (field; lra)."
        yield "  replace (x * (z / x)) with z in G by (field; lra)."
        for place in ("y", "z"):
            yield f"  assert (T_{place} : {drop} <= {place} / x <= 1)."
            yield "  { split; apply Rmult_le_reg_r with x; try exact X;"
            yield f"    replace ({place} / x * x) with {place} by (field; lra); lra. }}"
        yield "  specialize (G T_y T_z)."
        yield f"  pose proof ({self.name}_stable x X H) as F."
        values = [n.r + " x", *([n.omega + " x"] if n.omega else []), n.at("L"), n.at("h")]
        values += [n.at("g0"), n.at("first"), f"{n.r} x * {n.half} y", f"{n.M} z"]
        applied = " ".join(f"({v})" for v in values)
        yield f"  destruct ({self.name}_numbers x e w {applied}) as (D & S & R & K);"
        yield "    try assumption; try lra."
        yield f"  assert (S0 : ratio ({n.at('h')}) e w <> 0) by lra."
        yield f"  pose proof (rate_split e w ({n.at('h')}) ({n.force()}) S0) as A."
        yield "  split."
        yield f"  - cbv zeta. rewrite A. change ({n.den}) with ({_den_of(plan, n)})."
        yield "    set (g := _ + e * (2 * _ / _)) in *. clearbody g."
        yield f"    assert (0 < e * g <= {rational(plan.largest * box.ranges['g'][1])})."
        yield f"    {{ replace {rational(plan.largest * box.ranges['g'][1])} with"
        yield f"        ({rational(plan.largest)} * {rational(box.ranges['g'][1])}) by field."
        yield "      split; [apply Rmult_lt_0_compat | apply Rmult_le_compat]; lra. }"
        yield "    repeat split; try lra; nra."
        yield (
            f"  - pose proof (rest_split x e w ({n.at('h')}) ({n.force()}) ({n.at('L')}) "
            f"({n.r} x * {n.half} y) ({n.M} z) ({n.at('first')}) ({n.tau2}) S0) as B."
        )
        yield "    cbv zeta in B, K |- *. rewrite B."
        top = rational(box.ranges["h"][1])
        yield (
            f"    apply (assembled x e {rational(plan.largest)} ({n.at('h')}) {top} "
            f"({n.at('L')}) {rational(plan.constant)} {rational(box.share)}); try lra."
        )
        yield "    apply Rle_trans with (1 := Rabs_triang _ _)."
        yield "    rewrite Rabs_mult, (Rabs_pos_eq e) by lra."
        yield f"    change ({n.tau2}) with ({_tau2_of(plan, n)})."
        yield "    match type of K with Rabs ?a <= _ => set (m := Rabs a) in *;"
        yield "      assert (0 <= m) by apply Rabs_pos end."
        yield f"    assert (e * m <= {rational(plan.largest)} * {rational(box.more)})"
        yield "      by (apply Rmult_le_compat; lra)."
        yield "    match type of G with Rabs ?a - _ + _ <= 0 => set (m2 := Rabs a) in * end. lra."
        yield "Qed."


def _tau2(model: str) -> tuple[str, str]:
    if model == "linear":
        return (
            "1 - e * x * r ^ 2 * (2 * s - 1)",
            "(2 * r ^ 2 * w + 2 * x * r ^ 4 * b + first * (x * r ^ 2 * (2 * s - 1))) / den",
        )
    return "1 - e * x * omega", "x ^ 2 * omega ^ 3 * (4 - 3 * e * x * omega) / den ^ 2"


def _den_of(plan: Plan, n: Names) -> str:
    if plan.known.model == "linear":
        return f"1 - e * x * {n.r} x ^ 2 * (2 * ratio ({n.at('h')}) e w - 1)"
    return f"1 - e * x * {n.omega} x"


def _tau2_of(plan: Plan, n: Names) -> str:
    den = _den_of(plan, n)
    if plan.known.model == "linear":
        return (
            f"(2 * {n.r} x ^ 2 * w + 2 * x * {n.r} x ^ 4 * bend ({n.at('h')}) e w + "
            f"{n.at('first')} * (x * {n.r} x ^ 2 * (2 * ratio ({n.at('h')}) e w - 1))) / ({den})"
        )
    o = f"{n.omega} x"
    return f"x ^ 2 * {o} ^ 3 * (4 - 3 * e * x * {o}) / ({den}) ^ 2"


def motion_goal(plan: Plan, n: Names) -> str:
    """That |p| falls and changes its sign, and that the step is defined."""
    return (
        f"(let s := ratio ({n.at('h')}) e w in let g := rate ({n.force()}) ({n.at('h')}) e w in\n"
        f"    0 < {n.den} /\\ / 2 < s /\\ 0 < g /\\ e * g < 1 /\\ "
        f"{rational(plan.drop)} <= (1 - e * g) ^ 2)"
    )


def tube_goal(plan: Plan, n: Names) -> str:
    """That the step leads w back into [-C, C]."""
    c = rational(plan.constant)
    return (
        f"(let h := {n.at('h')} in let f := {n.force()} in let L := {n.at('L')} in\n"
        f"    let tau1 := {n.at('first')} + e * {n.tau2} in\n"
        f"    let E := rest x e h L ({n.r} x * {n.half} y) ({n.M} z) (ratio h e w) (rate f h e w)\n"
        f"      (2 * (2 * h + f) * L + e * tau1) tau1 in\n"
        f"    Rabs E <= pull L h e * {c} /\\ x * (pull L h e * {c} + Rabs E) <= 2 * {c})"
    )
