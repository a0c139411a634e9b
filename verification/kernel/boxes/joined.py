"""Cells joined for all x, and the theorem about orbits with its witness and twins."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import count, takewhile

from ....theory.models import ETA, Model
from ..lemmas import Block
from .cells import Plan
from .outside import leaves
from .statement import Statement
from .writing import Cell, Names, header, motion_goal, rational, tube_goal

_PLACE = Fraction(1, 10)  # p at which the witness begins
_NATURAL = 10**6  # the smallest step size tried is one over this


def label(model: Model) -> str:
    """The name of the theorem."""
    return f"{model.name.replace('-', '_')}__tube_kept"


def written(plan: Plan, said: Statement) -> str:
    """The whole file: cells, what is joined of them, the theorem, its witness and its twins."""
    names = Names(plan)
    cells = [Cell(plan, names, k, box).text() for k, box in enumerate(plan.boxes, start=1)]
    blocks = theorem(plan, said)
    parts = [header(plan), *cells, *_joined(plan, names), *_even(plan, said)]
    parts += [block.text for block in blocks]
    return "\n".join([*parts, ""])


def _joined(plan: Plan, n: Names) -> Iterator[str]:
    end, c, drop = (rational(v) for v in (plan.end, plan.constant, plan.drop))
    cells = len(plan.boxes)
    signs = [
        [
            f"pose proof (cell_{k}_r x (proj1 X) ltac:(lra)) as R.",
            f"pose proof (cell_{k}_L x (proj1 X) ltac:(lra)) as L. unfold steep in L.",
            f"replace ({plan.known.r[1]} x) with (- (- {plan.known.r[1]} x / {n.r} x) * {n.r} x)",
            "  by (field; lra). split; nra.",
        ]
        for k in range(1, cells + 1)
    ]
    yield f"Lemma signs x : 0 < x <= {end} -> 0 < {n.r} x /\\ {plan.known.r[1]} x < 0."
    yield from _by_cells(plan, "intros X.", signs)
    told = f"0 < e <= {rational(plan.largest)} -> forall x w"
    yield f"Lemma motion e : {told}, 0 < x <= {end} -> Rabs w <= {c} ->"
    yield f"  {motion_goal(plan, n)}."
    cases = [[f"destruct (cell_{k} e x w x x) as [A _]; try lra; exact A."] for k in _upto(cells)]
    yield from _by_cells(plan, "intros E x w X W.", cases)
    yield f"Lemma tube e : {told} y z, 0 < x <= {end} -> Rabs w <= {c} ->"
    yield f"  {drop} * x <= y <= x -> {drop} * x <= z <= x ->"
    yield f"  {tube_goal(plan, n)}."
    cases = [[f"destruct (cell_{k} e x w y z) as [_ A]; try lra; exact A."] for k in _upto(cells)]
    yield from _by_cells(plan, "intros E x w y z X W Y Z.", cases)


def _upto(last: int) -> range:
    return range(1, last + 1)


def _by_cells(plan: Plan, begin: str, cases: list[list[str]]) -> Iterator[str]:
    yield f"Proof.\n  {begin}"
    for box, lines in zip(plan.boxes[:-1], cases, strict=False):
        yield f"  destruct (Rle_dec x {rational(box.high)}) as [B | B].\n  {{ {lines[0]}"
        yield from (f"    {line}" for line in lines[1:])
        yield "  }"
    yield from (f"  {line}" for line in cases[-1])
    yield "Qed."


def _even(plan: Plan, said: Statement) -> Iterator[str]:
    """The functions of p are those of p²."""
    known = plan.known
    yield f"Lemma r_even (r : R -> R) : ({said.given[0][1]}) ->"
    yield f"  forall z, z <> 0 -> {said.r} z = {known.r[0]} (z ^ 2)."
    yield f"Proof. intros r_is z N. rewrite (r_is z N). {known.equal} Qed."


def theorem(plan: Plan, said: Statement) -> tuple[Block, ...]:
    """The theorem, a case in which its hypotheses hold, and what is not so."""
    name = label(said.model)
    main = Block(name, said.says(), tuple(_proof(plan, said)))
    witness = Block(f"{name}__witness", said.exists(), tuple(_witness(said)))
    wrong = (said.misfit(plan.constant, ">"), "q_ (S t) < q", "Rabs (p_ (S t)) > Rabs p")
    twins = tuple(
        Block(f"{name}__twin_{k}", f"~ ({said.says(text)})", tuple(_twin(said)))
        for k, text in enumerate(wrong, start=1)
    )
    return (main, witness, *twins, *_halved(plan, said, len(twins) + 1))


def _halved(plan: Plan, said: Statement, number: int) -> Iterator[Block]:
    """That the theorem with half of C is false, where an orbit shows it."""
    half = plan.constant / 2
    first, end = _place(plan.end), plan.end
    places = takewhile(lambda p: p * p <= end, (k * first for k in count(1)))
    if place := leaves(said.model, _step_size(said), places, half):
        says, lines = f"~ ({said.says(constant=half)})", tuple(_half(plan, said, place))
        yield Block(f"{label(said.model)}__twin_{number}", says, lines)


def _names(said: Statement) -> list[str]:
    return ["eta", *said.arguments, "p_", "q_", "E0", "E1", *(name for name, _ in said.given)]


def _proof(plan: Plan, said: Statement) -> Iterator[str]:
    known = plan.known
    r, r1, r2 = known.r
    end, e = rational(plan.end), said.epsilon
    yield f"intros {' '.join(_names(said))} step start."
    yield f"assert (e : 0 < {e} <= {rational(plan.largest)}) by (split; [nra | exact E1])."
    yield "pose proof (r_even r r_is) as even."
    slope = _slope(plan)
    slope1 = f"(fun x (I : 0 < x <= {end}) => {known.slopes[1]} x (proj1 I))"
    yield from _h_even(plan, said)
    yield f"assert (all : forall t, (p_ t ^ 2 <= {end} /\\"
    yield f"  Rabs (q_ t / {said.r} (p_ t) - 1 - h (p_ t) * {e})"
    yield f"    <= {rational(plan.constant)} * {e} ^ 2) /\\"
    yield "  q_ t <= q_ (S t) /\\ Rabs (p_ (S t)) <= Rabs (p_ t) /\\ p_ t * p_ (S t) <= 0)."
    c, drop = rational(plan.constant), rational(plan.drop)
    signs = (
        f"(fun x (I : 0 < x <= {end}) => proj1 (signs x I)) "
        f"(fun x (I : 0 < x <= {end}) => proj2 (signs x I))"
    )
    common = f"{end} {r} {r1} {r2} {slope} {slope1} {signs} ({e}) {c} {drop}"
    if known.omega:
        omega, omega1, rule = known.omega
        yield f"{{ refine (neuron_stays {common} {omega} {omega1}"
        yield f"    (fun x (I : 0 < x <= {end}) => {rule} x (proj1 I)) _ (proj1 e)"
        yield f"    (motion ({e}) e) (tube ({e}) e) {said.r} h {said.square} p_ q_ even h_even"
        yield "    w_even _ _ start)."
        yield f"  - intros x X. unfold {omega}. apply pow_lt."
        yield "    destruct (u_bounds x (proj1 X)) as [_ [P | P]]; [exact P |]."
        yield f"    destruct (signs x X) as [A _]. unfold {r} in A. rewrite <- P in A. lra."
    else:
        yield f"{{ refine (linear_stays {common} (proj1 e) (motion ({e}) e) (tube ({e}) e)"
        yield f"    {said.r} h p_ q_ even h_even _ _ start)."
    yield "  - intros t. destruct (step t) as [A _]. rewrite A. unfold Rdiv. ring."
    yield "  - intros t. destruct (step t) as [_ A]. rewrite A. unfold Rdiv."
    yield "    apply f_equal, f_equal. ring. }"
    yield "intros t p q. destruct (all t) as ((A & B) & D & F & G). repeat split; assumption."


def _slope(plan: Plan) -> str:
    return f"(fun x (I : 0 < x <= {rational(plan.end)}) => {plan.known.slopes[0]} x (proj1 I))"


def _h_even(plan: Plan, said: Statement) -> Iterator[str]:
    """h of p is that of p², and so is φ² of the neuron."""
    n, end = Names(plan), rational(plan.end)
    r, r1, _ = plan.known.r
    if plan.known.omega:
        yield f"assert (w_even : forall z, {said.square} z = z ^ 2 * {n.omega} (z ^ 2))."
        yield f"{{ intros z. rewrite square_is. unfold {n.omega}."
        yield "  destruct (Req_dec z 0) as [-> | N]; [rewrite tanh_0; ring |]."
        yield "  rewrite <- (u_even z N). field. exact N. }"
    yield f"assert (h_even : forall z, z <> 0 -> z ^ 2 <= {end} -> h z = {n.h} (z ^ 2))."
    yield "{ intros z N HX. assert (I : 0 < z ^ 2) by (apply pow2_gt_0; exact N)."
    yield "  destruct (signs _ (conj I HX)) as [A B]. rewrite (h_is z N)."
    yield f"  rewrite (chain {end} {r} {r1} {_slope(plan)} {said.r} z even N HX), (even z N)."
    if plan.known.omega:
        yield "  rewrite w_even. unfold neuron_h. field. split; [lra | exact N]. }"
    else:
        yield "  unfold linear_h. field. split; [lra | exact N]. }"


def _witness(said: Statement) -> Iterator[str]:
    yield from _orbit(said, _place(said.tube.end), f"1 + h p0 * {said.epsilon}")
    functions = ", ".join(said.arguments)
    yield f"exists eta, {functions}, (fun t => fst (o t)), (fun t => snd (o t))."
    yield from _positive(said)
    yield "split; [unfold eta; lra |]. split; [unfold eta; lra |]. split; [exact r_is |]."
    yield "split; [unfold r; now destruct (Req_EM_T 0 0) |]."
    yield "split; [intros p N; unfold h; now destruct (Req_EM_T p 0) |]."
    yield "split; [unfold h; now destruct (Req_EM_T 0 0) |]."
    if said.square:
        yield "split; [intros p; reflexivity |]."
    yield "split; [intros t; split; reflexivity |]."
    yield "split; [| unfold o, p0; simpl; lra]. cbv zeta. unfold o."
    yield "cbn [Nat.iter nat_rect fst snd]. split; [unfold p0; lra |]."
    yield f"replace (r p0 * (1 + h p0 * {said.epsilon}) / r p0 - 1 - h p0 * {said.epsilon})"
    yield "  with 0 by (field; lra). rewrite Rabs_R0. lra."


def _orbit(said: Statement, place: Fraction, ratio: str) -> Iterator[str]:
    """The functions, and an orbit from p0 = `place` and q0/r(p0) = `ratio`."""
    yield f"set (eta := {rational(_step_size(said))})."
    yield f"set (r := fun p => if Req_EM_T p 0 then 1 else {said.formula})."
    if said.square:
        yield f"set ({said.square} := (fun p => {said.square_formula}))."
    yield f"set (h := fun p => if Req_EM_T p 0 then {said.at_zero} else {said.h})."
    yield "set (F := fun pq : R * R => let p := fst pq in let q := snd pq in"
    yield f"  ({said.p_next}, {said.q_next}))."
    yield f"set (p0 := {rational(place)})."
    yield f"set (o := fun t => Nat.iter t F (p0, r p0 * ({ratio})))."


def _positive(said: Statement) -> Iterator[str]:
    yield f"assert (r_is : forall p, p <> 0 -> r p = {said.formula})."
    yield "{ intros p N. unfold r. now destruct (Req_EM_T p 0). }"
    yield "assert (P : 0 < r p0)."
    yield "{ rewrite (r_even r r_is) by (unfold p0; lra). apply signs. unfold p0. lra. }"


def _half(plan: Plan, said: Statement, place: Fraction) -> Iterator[str]:
    """With half of C it is not so: an orbit from the edge of that tube is outside a step later."""
    end, e = rational(plan.end), said.epsilon
    half = rational(plan.constant / 2)
    yield "intros twin."
    yield from _orbit(said, place, f"1 + h p0 * {e} + {half} * {e} ^ 2")
    yield from _positive(said)
    yield "assert (r_0 : r 0 = 1) by (unfold r; now destruct (Req_EM_T 0 0))."
    yield f"assert (h_is : forall p, p <> 0 -> h p = {said.h})."
    yield "{ intros p N. unfold h. now destruct (Req_EM_T p 0). }"
    yield f"assert (h_0 : h 0 = {said.at_zero}) by (unfold h; now destruct (Req_EM_T 0 0))."
    if said.square:
        yield f"assert (square_is : forall p, {said.square} p = {said.square_formula}) by easy."
    yield "assert (E0 : 0 < eta) by (unfold eta; lra)."
    yield f"assert (E1 : {e} <= {rational(plan.largest)}) by (unfold eta; lra)."
    yield f"assert (start : p0 ^ 2 <= {end} /\\"
    yield f"  Rabs (r p0 * (1 + h p0 * {e} + {half} * {e} ^ 2) / r p0 - 1 - h p0 * {e})"
    yield f"    <= {half} * {e} ^ 2)."
    yield "{ split; [unfold p0; lra |]."
    yield f"  replace (_ - 1 - h p0 * {e}) with ({half} * {e} ^ 2) by (field; lra)."
    yield "  rewrite Rabs_pos_eq; [apply Rle_refl | unfold eta; lra]. }"
    arguments = " ".join(["eta", *said.arguments])
    given = " ".join(["E0", "E1", *(name for name, _ in said.given)])
    yield f"pose proof (twin {arguments} (fun t => fst (o t)) (fun t => snd (o t)) {given}"
    yield "  (fun t => conj eq_refl eq_refl) start 1%nat) as claim."
    yield "cbv zeta in claim. destruct claim as (_ & claim & _). clear twin start."
    yield "unfold o in claim. cbn [Nat.iter nat_rect fst snd] in claim."
    yield "unfold F in claim. cbn [fst snd] in claim."
    yield "pose proof (r_even r r_is) as even."
    yield from _h_even(plan, said)
    yield "rewrite (even p0), (h_even p0) in claim by (unfold p0; lra)."
    if said.square:
        yield "rewrite ?w_even in claim."
    base = "u" if plan.known.polynomial else plan.known.r[0]
    defined = [name for name in plan.known.unfolded if name != base]
    opened = ", ".join(["linear_h", "neuron_h", *defined, *(["u1"] if base == "u" else [])])
    yield f"unfold {opened} in claim. set (b0 := {base} (p0 ^ 2)) in claim. subst p0 eta."
    yield "match type of claim with Rabs (?y / r ?x - 1 - h ?x * _) <= _ =>"
    yield "  set (p1 := x) in claim; set (q1 := y) in claim end."
    yield "enclosed b0. enclosed p1. enclosed q1."
    yield f"assert (N1 : p1 < 0 /\\ p1 ^ 2 <= {end}) by (split; interval with (i_prec 100))."
    yield "rewrite (even p1), (h_even p1) in claim by (try apply N1; lra)."
    yield f"unfold {opened} in claim. set (b1 := {base} (p1 ^ 2)) in claim. enclosed b1."
    yield "revert claim. apply Rlt_not_le. interval with (i_prec 100)."


def case(said: Statement) -> dict[str, str]:
    """Where the witness begins: on the curve to first order."""
    return {"eta": str(_step_size(said)), "p_0": str(_place(said.tube.end))}


def _step_size(said: Statement) -> Fraction:
    power = 1
    while power < _NATURAL:
        value = said.model.small_parameter(ETA).subs(ETA, Fraction(1, power))
        if value <= said.tube.largest:
            return Fraction(1, power)
        power *= 10
    raise ValueError("no step size is small enough")


def _place(end: Fraction) -> Fraction:
    place = _PLACE
    while place * place > end:
        place /= 10
    return place


def _twin(said: Statement) -> Iterator[str]:
    names = _names(said)
    arguments = " ".join(names)
    yield "intros twin."
    yield f"destruct {label(said.model)}__witness as ({' & '.join(names)} & step & start & N)."
    yield f"assert (e : 0 < {said.epsilon}) by nra."
    yield "assert (from : let p := p_ 0%nat in let q := q_ 0%nat in"
    yield f"  p ^ 2 <= {rational(said.tube.end)} /\\ {said.misfit(said.tube.constant)})."
    yield "{ cbv zeta in *. destruct start as [A B]. split; [exact A |]. nra. }"
    yield f"pose proof ({label(said.model)} {arguments} step from 1%nat) as claim."
    yield f"specialize (twin {arguments} step from 1%nat). cbv zeta in *. lra."
