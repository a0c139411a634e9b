(* Linear model, loss sqrt (1 + z^2): the tube is never left, for all steps e <= e0.

   With a = 1/(1 + x) everything is a fraction in a, and E/a is bounded for 0 < a <= 1; m and n
   stand for what the mean value theorem leaves open, (u/u_y)^(3/2) and (u/u_z)^2, u = 1 + x. *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Trajalign Require Import Tube TubeModels RootRatio.
Open Scope R_scope.

Definition e0 := 1 / 400.
Definition C := 5601 / 10000.
Definition X := 1.
Definition low := 994 / 1000.
Definition K := 11 / 10.                   (* bound of |E|/a *)
Definition spread := 101 / 100.      (* bound of m *)
Definition spread2 := 1013 / 1000.     (* bound of n *)

Definition share x := / (1 + x).     (* a *)

Lemma share_range x : 0 < x <= X -> 0 < share x <= 1 /\ x * share x = 1 - share x.
Proof.
  unfold share. intros H. assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra).
  assert (x * / (1 + x) = 1 - / (1 + x)) by (field; lra). nra.
Qed.

Lemma root_square x : 0 < x -> root x ^ 2 = share x.
Proof.
  intros H. unfold root, share. rewrite pow_inv. f_equal.
  simpl. rewrite Rmult_1_r. apply sqrt_sqrt. lra.
Qed.

Lemma root_positive x : 0 < x -> 0 < root x.
Proof. intros H. apply Rinv_0_lt_compat, sqrt_lt_R0. lra. Qed.

Lemma steep_is x : 0 < x -> steep root root1 x = share x / 2.
Proof.
  intros H. rewrite <- root_square by assumption. pose proof (root_positive x H).
  unfold steep, root1. field. lra.
Qed.

Lemma f_is x : 0 < x <= X -> linear_f root x = 1 - share x.
Proof.
  intros H. unfold linear_f. rewrite root_square by lra. apply share_range, H.
Qed.

Lemma h_is x : 0 < x <= X -> linear_h root root1 x = share x / 2.
Proof.
  intros H. destruct (share_range x H) as [A B]. pose proof (root_positive x).
  unfold linear_h. replace (x * root x ^ 2) with (1 - share x).
  - unfold root1. field. lra.
  - rewrite root_square; lra.
Qed.

Lemma M_is x : 0 < x <= X -> linear_M root root1 root2 x = - share x ^ 2 / 2.
Proof.
  intros H. destruct (share_range x H) as [A B]. pose proof (root_positive x).
  unfold linear_M.
  replace (- (5 / 4) * root x ^ 2 + root x ^ 3 * root2 x / (4 * root1 x ^ 2)
    - x * root x * root1 x) with (- (1 / 2) * root x ^ 2 + x * (root x ^ 2) ^ 2 / 2).
  - rewrite root_square by lra. nra.
  - unfold root1, root2. field. lra.
Qed.

Lemma half_is x : 0 < x -> half root root1 root2 x = - root x ^ 3 / 8.
Proof.
  intros H. pose proof (root_positive x H). unfold half, root1, root2. field. lra.
Qed.

(* In a alone. *)
Definition s_of a e w := 1 + e * (a / 2 + e * w).
Definition g_of a e w := 2 * (a / 2 + e * w) / s_of a e w + (1 - a).
Definition den_of a e w := 1 - e * (1 - a) * (2 * s_of a e w - 1).
Definition tau1_of a e w :=
  1 + e * ((2 * w + 2 * (1 - a) * (a / 2 + e * w) + (1 - a) * (2 * s_of a e w - 1))
    / den_of a e w).
Definition E_of a e w m n :=
  let s := s_of a e w in let g := g_of a e w in let t1 := tau1_of a e w in
  let k := g * (2 - e * g) in let T := 1 + e * t1 in
  a ^ 2 / 2
  + s * (t1 + g ^ 2 / 2 - (1 - a) * k ^ 2 * m / 8 - (1 - a) * T * k / 2
         - e * (1 - a) ^ 2 * T * k ^ 2 * m / 8)
  - k * a * n / 2.

Lemma cell_motion a e w : 0 <= a <= 1 -> 0 <= e <= e0 -> - C <= w <= C ->
  (0 < den_of a e w /\ / 2 < s_of a e w) /\ 0 < g_of a e w /\
  e * g_of a e w < 1 /\ low <= (1 - e * g_of a e w) ^ 2.
Proof.
  unfold e0, C, low, den_of, g_of, s_of. intros A E W. repeat split.
  all: interval with (i_prec 40, i_bisect a, i_bisect e, i_bisect w, i_depth 12).
Qed.

Lemma cell_tube a e w m n : 0 <= a <= 1 -> 0 <= e <= e0 -> - C <= w <= C ->
  1 <= m <= spread -> 1 <= n <= spread2 -> Rabs (E_of a e w m n) <= K.
Proof.
  unfold e0, C, K, spread, spread2, E_of, tau1_of, den_of, g_of, s_of. cbv zeta. intros A E W M N.
  interval with (i_prec 40, i_bisect a, i_bisect e, i_bisect w, i_depth 14).
Qed.

(* (u/u_y)^(3/2), from its square. *)
Lemma spread_of x y : 0 < x <= X -> low * x <= y <= x ->
  1 <= (root y / root x) ^ 3 <= spread /\ 1 <= (share y / share x) ^ 2 <= spread2.
Proof.
  intros H Y. assert (Y0 : 0 < y) by (unfold low in Y; nra).
  pose proof (root_positive x ltac:(lra)) as P. pose proof (root_positive y Y0) as Q.
  assert (D : share y / share x = (1 + x) / (1 + y)) by (unfold share; field; lra).
  assert (B : 1 <= (1 + x) / (1 + y) <= 1004 / 1000).
  { split; [apply Rle_div_r | apply Rle_div_l]; unfold low, X in *; lra. }
  assert (S : (root y / root x) ^ 2 = share y / share x).
  { rewrite <- !root_square by lra. field. lra. }
  rewrite <- D in B. set (d := share y / share x) in *. set (c := root y / root x) in *.
  assert (c0 : 0 < c) by (apply Rdiv_lt_0_compat; assumption).
  assert (1 <= c <= 1003 / 1000) by nra.
  unfold spread, spread2. replace (c ^ 3) with (c * d) by (rewrite <- S; ring). nra.
Qed.

Section All.
Variable e : R.
Hypothesis He : 0 < e <= e0.

Lemma motion x w : 0 < x <= X -> Rabs w <= C ->
  let s := ratio (linear_h root root1 x) e w in
  let g := rate (linear_f root x) (linear_h root root1 x) e w in
  0 < linear_den root root1 e x w /\ / 2 < s /\ 0 < g /\ e * g < 1 /\ low <= (1 - e * g) ^ 2.
Proof.
  intros H W. destruct (share_range x H) as [A B]. apply Rabs_le_between in W.
  pose proof (cell_motion (share x) e w ltac:(lra) ltac:(lra) W) as [[D S] [G [G1 Lo]]].
  cbv zeta. unfold linear_den. rewrite f_is, h_is, root_square by lra.
  unfold ratio, rate, bend in *. unfold den_of, g_of, s_of in *.
  replace (1 - e * x * share x * (2 * (1 + e * (share x / 2 + e * w)) - 1))
    with (1 - e * (1 - share x) * (2 * (1 + e * (share x / 2 + e * w)) - 1))
    by (rewrite <- B; ring).
  tauto.
Qed.

Lemma tube x w y z : 0 < x <= X -> Rabs w <= C ->
  low * x <= y <= x -> low * x <= z <= x ->
  let h := linear_h root root1 x in let f := linear_f root x in let L := steep root root1 x in
  let tau1 := linear_first root root1 x + e * linear_tau2 root root1 e x w in
  let E := rest x e h L (root x * half root root1 root2 y) (linear_M root root1 root2 z)
    (ratio h e w) (rate f h e w) (2 * (2 * h + f) * L + e * tau1) tau1 in
  Rabs E <= pull L h e * C /\ x * (pull L h e * C + Rabs E) <= 2 * C.
Proof.
  intros H W Y Z. destruct (motion x w H W) as [D [S _]].
  destruct (share_range x H) as [A B].
  destruct (spread_of x y H Y) as [Sy _]. destruct (spread_of x z H Z) as [_ Sz].
  assert (Y0 : 0 < y <= X) by (unfold low in Y; lra).
  assert (Z0 : 0 < z <= X) by (unfold low in Z; lra).
  pose proof (root_positive x ltac:(lra)) as P.
  apply Rabs_le_between in W.
  pose proof (cell_tube (share x) e w _ _ ltac:(lra) ltac:(lra) W Sy Sz) as T.
  cbv zeta. rewrite (steep_is x), (M_is z), (half_is y) by lra.
  unfold linear_first, linear_tau2, linear_den in *. unfold linear_first.
  rewrite (f_is x H), (h_is x H), (root_square x) in * by lra.
  replace (root x ^ 4) with (share x ^ 2) by (rewrite <- root_square by lra; ring).
  set (m := (root y / root x) ^ 3) in *. set (n := (share z / share x) ^ 2) in *.
  replace (root x * (- root y ^ 3 / 8)) with (- share x ^ 2 * m / 8).
  2: { unfold m. rewrite <- root_square by lra. field. lra. }
  replace (- share z ^ 2 / 2) with (- share x ^ 2 * n / 2) by (unfold n; field; lra).
  match goal with |- context [Rabs ?E] => replace E with (share x * E_of (share x) e w m n) end.
  2: { assert (V : x = (1 - share x) / share x) by (rewrite <- B; field; lra).
       assert (D' : den_of (share x) e w <> 0).
       { unfold den_of, s_of. unfold ratio, bend in D. rewrite <- B.
         replace (e * (x * share x)) with (e * x * share x) by ring. lra. }
       clear - V A D' S. unfold ratio, bend in S. set (a := share x) in *. clearbody a m n.
       subst x.
       unfold E_of, rest, loss, tau1_of, rate, ratio, bend, s_of, g_of.
       cbv zeta. unfold den_of, s_of in *. unfold s_of. field. repeat split; lra. }
  rewrite Rabs_mult, (Rabs_pos_eq (share x)) by lra.
  set (E := Rabs _) in *. pose proof (Rabs_pos (E_of (share x) e w m n)) as E0. fold E in E0.
  unfold pull. set (a := share x) in *.
  unfold C, K, e0, X in *.
  assert (Q : e * (a / 2) <= 1 / 800) by nra.
  assert (Q0 : 0 <= e * (a / 2)) by nra.
  split; [nra |].
  replace (x * (4 * (a / 2) * (1 - e * (a / 2)) * (5601 / 10000) + a * E))
    with ((1 - a) * (2 * (1 - e * (a / 2)) * (5601 / 10000) + E)) by (rewrite <- B; field).
  assert (A1 : 0 <= 1 - a <= 1 / 2) by nra.
  apply Rle_trans with (1 / 2 * (2 * (1 - e * (a / 2)) * (5601 / 10000) + E)).
  - apply Rmult_le_compat_r; lra.
  - lra.
Qed.

Variables p q : nat -> R.
Let rp z := / sqrt (1 + z ^ 2).
Hypothesis p_step : forall t,
  p (S t) = (1 - 2 * rp (p t) / q t + e * p t ^ 2 * rp (p t) ^ 2) * p t.
Hypothesis q_step : forall t,
  q (S t) = q t / (1 - e * p t ^ 2 * rp (p t) * (2 * q t - rp (p t))).
Let on_tube t := p t ^ 2 <= X /\
  Rabs (q t / rp (p t) - 1 - 1 / (2 * (1 + p t ^ 2)) * e) <= C * e ^ 2.

Theorem root_stays : on_tube 0 -> forall t, on_tube t /\
  q t <= q (S t) /\ Rabs (p (S t)) <= Rabs (p t) /\ p t * p (S t) <= 0.
Proof.
  apply (linear_stays X root root1 root2) with (low := low)
    (hp := fun z => 1 / (2 * (1 + z ^ 2))); try (intros; reflexivity); try assumption.
  - intros x H. apply root_slope. lra.
  - intros x H. apply root1_slope. lra.
  - intros x H. apply root_positive. lra.
  - intros x H. pose proof (root_positive x ltac:(lra)). unfold root1.
    assert (0 < root x ^ 3) by now apply pow_lt. lra.
  - lra.
  - exact motion.
  - exact tube.
  - intros z N HX. rewrite h_is by nra. unfold share. field. nra.
Qed.
End All.

(* Half of C would not do: at a = 1, e = 0 the bound of E is false. *)
Lemma twin : ~ (forall a e w m n, 0 <= a <= 1 -> 0 <= e <= e0 -> - C <= w <= C ->
  1 <= m <= spread -> 1 <= n <= spread2 -> Rabs (E_of a e w m n) <= 2 * (C / 2)).
Proof.
  unfold e0, C, spread, spread2. intros H.
  assert (T := H 1 0 0 1 1 ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra)).
  replace (E_of 1 0 0 1 1) with 1 in T.
  - rewrite Rabs_R1 in T. lra.
  - unfold E_of, tau1_of, den_of, g_of, s_of. cbv zeta. field.
Qed.

(* There are points on the tube. *)
Lemma witness e : exists p q, 0 < p /\ p ^ 2 <= X /\
  Rabs (q / (/ sqrt (1 + p ^ 2)) - 1 - 1 / (2 * (1 + p ^ 2)) * e) <= C * e ^ 2.
Proof.
  exists (1 / 10), (/ sqrt (1 + (1 / 10) ^ 2) * (1 + 1 / (2 * (1 + (1 / 10) ^ 2)) * e)).
  unfold X, C. repeat split; try lra.
  assert (0 < sqrt (1 + (1 / 10) ^ 2)) by (apply sqrt_lt_R0; lra).
  replace (Rabs _) with (Rabs 0); [rewrite Rabs_R0; nra |]. f_equal. field. lra.
Qed.
Print Assumptions root_stays.
