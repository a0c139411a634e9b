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
