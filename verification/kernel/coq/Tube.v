(* An orbit of a reduced map that is on the tube about its slow curve stays there.

   x = p^2, s = q/r = 1 + e (h + e w): the tube is |w| <= C. A step is x' = x (1 - e g)^2 and
   q' = q (1 + e x tau); with tau = tau0 + e tau1 and tau0 = 2 (2h + f) L, where L = - r'/r,
   it takes w to (1 - x B) w + x E, with nothing divided by x or e. *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(* What auto_derive leaves of a function whose slope is known. *)
Ltac known D := match type of D with is_derive ?f ?x ?l =>
  match goal with |- context [Derive ?g x] =>
    replace (Derive g x) with l by (symmetry; apply is_derive_unique; exact D) end end.

Definition bend h e w := h + e * w.                           (* (s - 1)/e *)
Definition ratio h e w := 1 + e * bend h e w.                 (* s = q/r *)
Definition rate f h e w := 2 * bend h e w / ratio h e w + f.  (* g = (1 - |p'/p|)/e *)
Definition loss g e := g * (2 - e * g).                       (* (1 - x'/x)/e *)
Definition pull L h e := 4 * L * (1 - e * h).                 (* B *)
Definition rest x e h L N M s g tau tau1 :=                   (* E *)
  let k := loss g e in
  4 * L * h ^ 2
  + s * (tau1 + g ^ 2 * L + x * k ^ 2 * N - x * tau * k * L + e * x ^ 2 * tau * k ^ 2 * N)
  + k * M.

(* The step, in numbers: r(x)/r(x') = 1 + L (x' - x) + N (x' - x)^2 and h(x') = h + M (x' - x). *)
Lemma step_identity x e w h f L N M tau1 :
  ratio h e w <> 0 ->
  let s := ratio h e w in let g := rate f h e w in let k := loss g e in
  let tau := 2 * (2 * h + f) * L + e * tau1 in
  s * (1 + e * x * tau) * (1 - e * x * k * L + (e * x * k) ^ 2 * N) - 1 - e * (h - e * x * k * M)
  = e ^ 2 * ((1 - x * pull L h e) * w + x * rest x e h L N M s g tau tau1).
Proof. intros S. unfold rest, pull, loss, rate, ratio, bend in *. cbv zeta. field. exact S. Qed.

(* E is what it is at e = 0, and e times something. *)
Definition start x h g0 L N M first :=
  4 * L * h ^ 2 + first + g0 ^ 2 * (L + 4 * x * (N - L ^ 2)) + 2 * g0 * M.
Definition further_at x e b g0 g1 L N M tau1 tau2 g j k tau0 tau :=
  b * (tau1 + g ^ 2 * L + x * k ^ 2 * N - x * tau * k * L + e * x ^ 2 * tau * k ^ 2 * N)
  + tau2 + L * g1 * (g + g0) + x * N * j * (k + 2 * g0) - x * L * (tau1 * k + tau0 * j)
  + x ^ 2 * tau * k ^ 2 * N + j * M.
Definition further x e b g0 g1 L N M tau1 tau2 :=
  let g := g0 + e * g1 in let j := 2 * g1 - g ^ 2 in
  let tau0 := 2 * g0 * L in
  further_at x e b g0 g1 L N M tau1 tau2 g j (2 * g0 + e * j) tau0 (tau0 + e * tau1).

Lemma rate_split e w h f : ratio h e w <> 0 ->
  rate f h e w = 2 * h + f + e * (2 * (w - h * bend h e w) / ratio h e w).
Proof. intros S. unfold rate, ratio, bend in *. field. exact S. Qed.

Lemma rest_split x e w h f L N M first tau2 :
  ratio h e w <> 0 ->
  let b := bend h e w in let s := ratio h e w in let g0 := 2 * h + f in
  let g1 := 2 * (w - h * b) / s in let tau1 := first + e * tau2 in
  rest x e h L N M s (rate f h e w) (2 * g0 * L + e * tau1) tau1
  = start x h g0 L N M first + e * further x e b g0 g1 L N M tau1 tau2.
Proof.
  intros S b s g0 g1 tau1. rewrite (rate_split e w h f S). fold b s g1 g0.
  unfold rest, start, further, further_at, loss.
  change s with (1 + e * b). unfold tau1. ring.
Qed.

(* What cells have to show of E: of its start, of what e multiplies, and of x L. *)
Lemma assembled x e e0 h top L C share E :
  0 < x -> 0 < e <= e0 -> 0 <= h <= top -> e0 * top < 1 -> 0 < L -> 0 <= C -> 0 <= share ->
  Rabs E <= share * (4 * L * ((1 - e0 * top) * C)) -> share <= 1 -> 4 * L * x * (1 + share) <= 2 ->
  Rabs E <= pull L h e * C /\ x * (pull L h e * C + Rabs E) <= 2 * C.
Proof.
  intros X0 E0 H T L0 C0 S0 HE S1 F. unfold pull.
  assert (A : 1 - e0 * top <= 1 - e * h <= 1) by nra.
  assert (LC : 0 <= L * C) by nra.
  assert (B : L * C * (1 - e0 * top) <= L * C * (1 - e * h) <= L * C) by nra.
  assert (G : Rabs E <= share * (4 * (L * C))).
  { apply Rle_trans with (1 := HE). apply Rmult_le_compat_l; [exact S0 |]. nra. }
  split.
  - apply Rle_trans with (1 := HE).
    assert (0 <= L * C * (1 - e0 * top)) by nra. nra.
  - apply Rle_trans with (x * (4 * (L * C) * (1 + share))).
    + apply Rmult_le_compat_l; [lra |]. nra.
    + assert (C * (4 * L * x * (1 + share)) <= C * 2) by (apply Rmult_le_compat_l; lra). nra.
Qed.

(* A point moved to (1 - x B) w + x E stays within C. *)
Lemma kept x B E C w :
  0 <= x -> Rabs w <= C -> Rabs E <= B * C -> x * (B * C + Rabs E) <= 2 * C ->
  Rabs ((1 - x * B) * w + x * E) <= C.
Proof.
  intros X W H K. apply Rle_trans with (1 := Rabs_triang _ _).
  rewrite !Rabs_mult, (Rabs_pos_eq x) by assumption.
  pose proof (Rabs_pos w). pose proof (Rabs_pos E).
  destruct (Rle_dec 0 (1 - x * B)) as [P | P].
  - rewrite (Rabs_pos_eq (1 - x * B)) by assumption. nra.
  - rewrite (Rabs_left1 (1 - x * B)) by lra. nra.
Qed.

(* The mean value theorem, and Lagrange's remainder of the second order, to the left of x. *)
Lemma first_order (F F1 : R -> R) y x :
  y < x -> (forall t, y <= t <= x -> is_derive F t (F1 t)) ->
  exists z, y <= z <= x /\ F y = F x + F1 z * (y - x).
Proof.
  intros L D. destruct (MVT_cor2 F F1 y x L) as (z & E & I).
  { intros t T. now apply is_derive_Reals, D. }
  exists z. split; [lra |]. lra.
Qed.

Lemma second_order (F F1 F2 : R -> R) y x :
  y < x -> (forall t, y <= t <= x -> is_derive F t (F1 t)) ->
  (forall t, y <= t <= x -> is_derive F1 t (2 * F2 t)) ->
  exists z, y <= z <= x /\ F y = F x + F1 x * (y - x) + F2 z * (y - x) ^ 2.
Proof.
  intros L D D1. set (K := (F y - F x - F1 x * (y - x)) / (y - x) ^ 2).
  set (G := fun t => F t + F1 t * (y - t) + K * (y - t) ^ 2).
  destruct (MVT_cor2 G (fun t => 2 * (F2 t - K) * (y - t)) y x L) as (z & E & I).
  { intros t T. apply is_derive_Reals. pose proof (D t T) as A. pose proof (D1 t T) as A1.
    assert (B : ex_derive F t) by (eexists; exact A).
    assert (B1 : ex_derive F1 t) by (eexists; exact A1).
    unfold G. auto_derive; [auto |].
    replace (Derive (fun x => F x) t) with (F1 t) by (symmetry; apply is_derive_unique, A).
    replace (Derive (fun x => F1 x) t) with (2 * F2 t) by (symmetry; apply is_derive_unique, A1).
    ring. }
  exists z. split; [lra |].
  assert (Z : G x - G y = 0) by (unfold G, K; field; lra).
  rewrite Z in E. assert (F2 z = K) as ->; [| unfold K; field; lra].
  assert ((y - z) * (x - y) <> 0) by (apply Rmult_integral_contrapositive_currified; lra).
  nra.
Qed.

Section Tube.
Variables X e C low : R.
Variables r L half h M f : R -> R.   (* half is half of the second slope of 1/r *)
Variable tau1 : R -> R -> R.         (* of x and w *)
Let s x w := ratio (h x) e w.
Let g x w := rate (f x) (h x) e w.
Let tau x w := 2 * (2 * h x + f x) * L x + e * tau1 x w.
Hypothesis e_positive : 0 < e.
Hypothesis r_positive : forall x, 0 < x <= X -> 0 < r x.
Hypothesis inverse_slope : forall x, 0 < x <= X -> is_derive (fun x => / r x) x (L x / r x).
Hypothesis inverse_slope_2 :
  forall x, 0 < x <= X -> is_derive (fun x => L x / r x) x (2 * half x).
Hypothesis h_slope : forall x, 0 < x <= X -> is_derive h x (M x).
Hypothesis motion : forall x w, 0 < x <= X -> Rabs w <= C ->
  0 < s x w /\ 0 < g x w /\ e * g x w < 1 /\ low <= (1 - e * g x w) ^ 2 /\ 0 <= tau x w.
Hypothesis tube : forall x w y z, 0 < x <= X -> Rabs w <= C ->
  low * x <= y <= x -> low * x <= z <= x ->
  let E := rest x e (h x) (L x) (r x * half y) (M z) (s x w) (g x w) (tau x w) (tau1 x w) in
  Rabs E <= pull (L x) (h x) e * C /\ x * (pull (L x) (h x) e * C + Rabs E) <= 2 * C.

Lemma one_step x w : 0 < x <= X -> Rabs w <= C ->
  let x' := x * (1 - e * g x w) ^ 2 in
  0 < x' <= x /\
  Rabs (s x w * (1 + e * x * tau x w) * (r x / r x') - 1 - e * h x') <= C * e ^ 2.
Proof.
  intros Hx W x'. destruct (motion x w Hx W) as (S & G & G1 & Low & T).
  assert (y2 : 0 < (1 - e * g x w) ^ 2 < 1) by (assert (0 < e * g x w) by nra; nra).
  assert (P : 0 < x' < x) by (unfold x'; nra).
  assert (near : low * x <= x') by (unfold x'; nra).
  split; [lra |].
  destruct (second_order (fun x => / r x) (fun x => L x / r x) half x' x) as (y & Y & Ey); try lra.
  { intros t I. apply inverse_slope. lra. }
  { intros t I. apply inverse_slope_2. lra. }
  destruct (first_order h M x' x) as (z & Z & Ez); try lra.
  { intros t I. apply h_slope. lra. }
  destruct (tube x w y z) as (T1 & T2); try lra.
  pose proof (r_positive x Hx) as R0.
  set (k := loss (g x w) e).
  assert (D : x' - x = - (e * x * k)) by (unfold x', k, loss; ring).
  replace (r x / r x') with (1 - e * x * k * L x + (e * x * k) ^ 2 * (r x * half y)).
  2: { unfold Rdiv at 1. rewrite Ey, D. field. lra. }
  rewrite Ez, D.
  replace (h x + M z * - (e * x * k)) with (h x - e * x * k * M z) by ring.
  pose proof (step_identity x e w (h x) (f x) (L x) (r x * half y) (M z) (tau1 x w)) as I.
  cbv zeta in I. fold (s x w) (g x w) in I. fold (tau x w) in I. fold k in I.
  rewrite I by lra.
  rewrite Rabs_mult, (Rabs_pos_eq (e ^ 2)) by nra. rewrite Rmult_comm.
  apply Rmult_le_compat_r; [nra |]. apply kept; auto; lra.
Qed.

Section Orbit.
Variables rp hp : R -> R.            (* r and h as functions of p *)
Variables p q : nat -> R.
Hypothesis r_even : forall z, z <> 0 -> rp z = r (z ^ 2).
Hypothesis h_even : forall z, z <> 0 -> z ^ 2 <= X -> hp z = h (z ^ 2).
Hypothesis at_rest : forall t, p t = 0 -> p (S t) = 0 /\ q (S t) = q t.
Hypothesis p_step : forall t, p t <> 0 ->
  p (S t) = (1 - 2 * rp (p t) / q t + e * f (p t ^ 2)) * p t.
Hypothesis q_step : forall t w, p t <> 0 -> p t ^ 2 <= X -> Rabs w <= C ->
  q t = r (p t ^ 2) * s (p t ^ 2) w -> q (S t) = q t * (1 + e * p t ^ 2 * tau (p t ^ 2) w).

Let on_tube t := p t ^ 2 <= X /\ Rabs (q t / rp (p t) - 1 - hp (p t) * e) <= C * e ^ 2.

Lemma stays t : on_tube t ->
  on_tube (S t) /\ q t <= q (S t) /\
  Rabs (p (S t)) <= Rabs (p t) /\ p t * p (S t) <= 0.
Proof.
  intros [HX H]. unfold on_tube.
  destruct (Req_dec (p t) 0) as [Z | N].
  { destruct (at_rest t Z) as [A B]. rewrite A, B. rewrite Z in *. rewrite Rabs_R0.
    repeat split; auto; lra. }
  assert (Hx : 0 < p t ^ 2 <= X) by (split; [nra | exact HX]).
  set (x := p t ^ 2) in *.
  pose proof (r_positive x Hx) as R0.
  set (w := (q t / r x - 1 - h x * e) / e ^ 2).
  rewrite (r_even _ N), (h_even _ N HX) in H. fold x in H.
  assert (W : Rabs w <= C).
  { unfold w. unfold Rdiv at 1. rewrite Rabs_mult, (Rabs_pos_eq (/ e ^ 2)).
    - apply Rmult_le_reg_r with (e ^ 2); [nra |].
      rewrite Rmult_assoc, Rinv_l by nra. lra.
    - left. apply Rinv_0_lt_compat. nra. }
  assert (Q : q t = r x * s x w) by (unfold s, ratio, bend, w; field; lra).
  destruct (motion x w Hx W) as (S0 & G & G1 & _ & T).
  destruct (one_step x w Hx W) as (Px & K).
  assert (P' : p (S t) = - (1 - e * g x w) * p t).
  { rewrite (p_step t N), (r_even _ N). fold x. rewrite Q.
    unfold g, rate. fold (s x w). unfold bend.
    replace (h x + e * w) with ((s x w - 1) / e) by (unfold s, ratio, bend; field; lra).
    field. repeat split; lra. }
  assert (x_next : p (S t) ^ 2 = x * (1 - e * g x w) ^ 2) by (rewrite P'; unfold x; ring).
  assert (N' : p (S t) <> 0) by (intros A; rewrite A in x_next; lra).
  split; [split |].
  - rewrite x_next. lra.
  - rewrite (r_even _ N'), (h_even _ N') by lra. rewrite x_next. rewrite (q_step t w N HX W Q). fold x.
    rewrite Q. rewrite (Rmult_comm (h _) e).
    set (x' := x * (1 - e * g x w) ^ 2) in *.
    assert (0 < r x') by (apply r_positive; lra).
    replace (r x * s x w * (1 + e * x * tau x w) / r x')
      with (s x w * (1 + e * x * tau x w) * (r x / r x')) by (field; lra).
    exact K.
  - split; [| split].
    + rewrite (q_step t w N HX W Q). fold x.
      assert (Q0 : 0 < q t) by (rewrite Q; apply Rmult_lt_0_compat; lra).
      assert (0 <= e * x * tau x w) by (apply Rmult_le_pos; [apply Rmult_le_pos |]; lra).
      assert (0 <= q t * (e * x * tau x w)) by (apply Rmult_le_pos; lra). lra.
    + rewrite P', Rabs_mult, Rabs_Ropp, Rabs_pos_eq by lra.
      pose proof (Rabs_pos (p t)). assert (0 < e * g x w) by nra. nra.
    + rewrite P'. replace (p t * (- (1 - e * g x w) * p t)) with (- ((1 - e * g x w) * x))
        by (unfold x; ring).
      assert (0 <= (1 - e * g x w) * x) by (apply Rmult_le_pos; lra). lra.
Qed.

Theorem stays_forever : on_tube 0 -> forall t, on_tube t.
Proof. intros H t. induction t as [| t IH]; [exact H | now apply stays]. Qed.
End Orbit.
End Tube.
