From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Trajalign Require Import Tactics Hypotheses.
From Trajalign Require Generic.
Open Scope R_scope.
Set Default Timeout 60.

(* The hypotheses on the response: deep/hypotheses *)

Lemma deep_hypotheses__slope :
  forall z,
  is_derive (fun z => ln (cosh z)) z ((exp (2 * z) - 1) / (exp (2 * z) + 1)).
Proof.
  intro z.
  by_exp; auto_derive; [sound |]. put_slopes.
  by_exp.
  try replace (exp (- z)) with (/ (exp (z) ^ 1)) by (rewrite <- exp_power, <- exp_Ropp; f_equal; simpl; field).
  try replace (exp (2 * z)) with (exp (z) ^ 2) by (rewrite <- exp_power; f_equal; simpl; field).
  unfold Rdiv, Rminus; cbn [pow]; field; sound.
Qed.

Lemma deep_hypotheses__derived :
  forall z,
  Derive (fun z => ln (cosh z)) z = (exp (2 * z) - 1) / (exp (2 * z) + 1).
Proof.
  intro z.
  assert (D : Derive (fun z => ln (cosh z)) z = (exp (2 * z) - 1) / (exp (2 * z) + 1)) by exact (is_derive_unique _ _ _ (deep_hypotheses__slope z)).
  rewrite D.
  reflexivity.
Qed.

Lemma deep_hypotheses__quotient :
  forall ell r : R -> R, (forall z, ell z = ln (cosh z)) ->
  (forall z, z <> 0 -> r z = Derive ell z / z) ->
  forall z, z <> 0 -> r z = ((exp (2 * z) - 1) / (exp (2 * z) + 1)) / z.
Proof.
  intros ell r ell_is r_is z Z.
  assert (N : z <> 0) by lra.
  rewrite (r_is z N), (Derive_ext ell (fun z => ln (cosh z)) z ell_is).
  now rewrite (deep_hypotheses__derived z).
Qed.

Lemma deep_hypotheses__sign_0 :
  forall z, 0 < z ->
  0 < exp (2 * z) ^ 2 - 4 * exp (2 * z) * z - 1.
Proof.
  intros z Z.
  set (u_ := exp (2 * z) - (2 * z ^ 2 + 2 * z + 1)) in *.
  assert (0 < u_).
  { pose proof (exp_2_ (2 * z) ltac:(lra)) as more. unfold u_.
    match type of more with 0 < _ - ?y => replace (2 * z ^ 2 + 2 * z + 1) with y by field end.
    exact more. }
  replace (exp (2 * z) ^ 2 - 4 * exp (2 * z) * z - 1) with (u_ ^ 2 + 4 * u_ * z ^ 2 + 2 * u_ + 4 * z ^ 4)
    by (unfold u_; field).
  pos.
Qed.

Lemma deep_hypotheses__sign_1 :
  forall z, 0 < z ->
  0 < exp (2 * z) + 1.
Proof.
  intros z Z.
  set (u_ := exp (2 * z) - (1)) in *.
  assert (0 < u_).
  { pose proof (exp_0_ (2 * z) ltac:(lra)) as more. unfold u_.
    match type of more with 0 < _ - ?y => replace (1) with y by field end.
    exact more. }
  replace (exp (2 * z) + 1) with (u_ + 2)
    by (unfold u_; field).
  pos.
Qed.

Lemma deep_hypotheses__falls_0 :
  forall z, 0 < z ->
  - ((exp (2 * z) ^ 2 - 4 * exp (2 * z) * z - 1) / (exp (2 * z) + 1) ^ 2) < 0.
Proof.
  intros z Z.
  pose proof (deep_hypotheses__sign_0 z Z) as S0.
  pose proof (deep_hypotheses__sign_1 z Z) as S1.
  replace (- ((exp (2 * z) ^ 2 - 4 * exp (2 * z) * z - 1) / (exp (2 * z) + 1) ^ 2)) with (- ((1) * (exp (2 * z) ^ 2 - 4 * exp (2 * z) * z - 1) * / ((exp (2 * z) + 1) ^ 2))) by (field; sound).
  apply below_0; pos.
Qed.

Lemma deep_hypotheses__falls :
  forall z, 0 < z ->
  z * (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) - ((exp (2 * z) - 1) / (exp (2 * z) + 1)) < 0.
Proof.
  intros z Z.
  pose proof (deep_hypotheses__falls_0 z Z) as below.
  pose proof (exp_gap (2 * z) ltac:(lra)).
  pose proof (exp_0_ (2 * z) ltac:(lra)).
  assert (same : z * (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) - ((exp (2 * z) - 1) / (exp (2 * z) + 1)) = - ((exp (2 * z) ^ 2 - 4 * exp (2 * z) * z - 1) / (exp (2 * z) + 1) ^ 2)).
  {
    unfold Rdiv, Rminus; cbn [pow]; field; sound.
  }
  exact (Rle_lt_trans _ _ _ (Req_le _ _ same) below).
Qed.

Lemma deep_hypotheses__slope_1 :
  forall z,
  is_derive (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) z (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2).
Proof.
  intro z.
  auto_derive; [sound |]. put_slopes.
  unfold Rdiv, Rminus; cbn [pow]; field; sound.
Qed.

(* deep/hypotheses, step A1. r'(z) < 0 for z > 0 *)
Lemma deep_hypotheses__A1 :
  forall (z : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (0 < z) ->
    ex_derive r z /\ Derive r z < 0.
Proof.
  intros z ell r ell_is r_is Z.
  assert (r_s : forall z, 0 < z -> r z = ((exp (2 * z) - 1) / (exp (2 * z) + 1)) / z) by (intros t T; exact (deep_hypotheses__quotient ell r ell_is r_is t (Rgt_not_eq t 0 T))).
  exact (falling r (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) r_s (fun z _ => deep_hypotheses__slope_1 z) deep_hypotheses__falls z Z).
Qed.

Lemma deep_hypotheses__A1__witness :
  exists (z : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) /\
    (forall z, z <> 0 -> r z = Derive ell z / z) /\
    (0 < z).
Proof.
  exists (1), (fun z => ln (cosh z)), (fun z => Derive (fun z => ln (cosh z)) z / z).
  split; [reflexivity | split; [reflexivity |]].
  repeat split; lra.
Qed.

Lemma deep_hypotheses__A1__twin_1 :
  ~ (forall (z : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (0 < z) ->
    ex_derive r z /\ 0 < Derive r z).
Proof.
  intro twin_.
  destruct deep_hypotheses__A1__witness as (z & ell & r & ell_is & r_is & Z).
  pose proof (deep_hypotheses__A1 z ell r ell_is r_is Z) as claim_.
  specialize (twin_ z ell r ell_is r_is Z).
  refute.
Qed.

Lemma deep_hypotheses__sign_2 :
  forall z, 0 < z ->
  0 < exp (2 * z).
Proof.
  intros z Z.
  set (u_ := exp (2 * z) - (1)) in *.
  assert (0 < u_).
  { pose proof (exp_0_ (2 * z) ltac:(lra)) as more. unfold u_.
    match type of more with 0 < _ - ?y => replace (1) with y by field end.
    exact more. }
  replace (exp (2 * z)) with (u_ + 1)
    by (unfold u_; field).
  pos.
Qed.

Lemma deep_hypotheses__rises_0 :
  forall z, 0 < z ->
  - (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) < 0.
Proof.
  intros z Z.
  pose proof (deep_hypotheses__sign_2 z Z) as S0.
  pose proof (deep_hypotheses__sign_1 z Z) as S1.
  replace (- (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2)) with (- ((4) * (exp (2 * z)) * / ((exp (2 * z) + 1) ^ 2))) by (field; sound).
  apply below_0; pos.
Qed.

Lemma deep_hypotheses__sign_3 :
  forall z, 0 < z ->
  0 < exp (2 * z) - 1.
Proof.
  intros z Z.
  set (u_ := exp (2 * z) - (1)) in *.
  assert (0 < u_).
  { pose proof (exp_0_ (2 * z) ltac:(lra)) as more. unfold u_.
    match type of more with 0 < _ - ?y => replace (1) with y by field end.
    exact more. }
  replace (exp (2 * z) - 1) with (u_)
    by (unfold u_; field).
  pos.
Qed.

Lemma deep_hypotheses__above_0 :
  forall z, 0 < z ->
  - ((exp (2 * z) - 1) / (exp (2 * z) + 1)) < 0.
Proof.
  intros z Z.
  pose proof (deep_hypotheses__sign_3 z Z) as S0.
  pose proof (deep_hypotheses__sign_1 z Z) as S1.
  replace (- ((exp (2 * z) - 1) / (exp (2 * z) + 1))) with (- ((1) * (exp (2 * z) - 1) * / (exp (2 * z) + 1))) by (field; sound).
  apply below_0; pos.
Qed.

(* deep/hypotheses, step A2. ℓ''(z) > 0 for z > 0, that is z r'(z)/r(z) > −1 *)
Lemma deep_hypotheses__A2 :
  forall (z : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (0 < z) ->
    ex_derive (Derive ell) z /\ 0 < Derive (Derive ell) z /\ ex_derive r z /\ 0 < r z /\ - 1 < z * Derive r z / r z.
Proof.
  intros z ell r ell_is r_is Z.
  assert (r_s : forall z, 0 < z -> r z = ((exp (2 * z) - 1) / (exp (2 * z) + 1)) / z) by (intros t T; exact (deep_hypotheses__quotient ell r ell_is r_is t (Rgt_not_eq t 0 T))).
  assert (D : is_derive (Derive ell) z ((fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) z)).
  { apply (near (Derive ell) (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1))); [| exact Z | exact ((fun z _ => deep_hypotheses__slope_1 z) z Z)].
    clear z Z; intros z Z. rewrite (Derive_ext ell (fun z => ln (cosh z)) z ell_is). exact (deep_hypotheses__derived z). }
  pose proof (convex r (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) r_s (fun z _ => deep_hypotheses__slope_1 z) deep_hypotheses__above_0 deep_hypotheses__rises_0 z Z) as all.
  pose proof (deep_hypotheses__rises_0 z Z) as F.
  split; [eexists; exact D |]. rewrite (is_derive_unique _ _ _ D).
  split; [cbv beta; lra | split; [apply all | split; apply all]].
Qed.

Lemma deep_hypotheses__A2__witness :
  exists (z : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) /\
    (forall z, z <> 0 -> r z = Derive ell z / z) /\
    (0 < z).
Proof.
  exists (1), (fun z => ln (cosh z)), (fun z => Derive (fun z => ln (cosh z)) z / z).
  split; [reflexivity | split; [reflexivity |]].
  repeat split; lra.
Qed.

Lemma deep_hypotheses__A2__twin_1 :
  ~ (forall (z : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (0 < z) ->
    ex_derive (Derive ell) z /\ 0 < Derive (Derive ell) z /\ ex_derive r z /\ 0 < r z /\ z * Derive r z / r z < - 1).
Proof.
  intro twin_.
  destruct deep_hypotheses__A2__witness as (z & ell & r & ell_is & r_is & Z).
  pose proof (deep_hypotheses__A2 z ell r ell_is r_is Z) as claim_.
  specialize (twin_ z ell r ell_is r_is Z).
  refute.
Qed.

Lemma deep_hypotheses__sign_4 :
  forall z, 0 < z ->
  0 < z.
Proof.
  intros z Z.
  replace (z) with (z)
    by (field).
  pos.
Qed.

Lemma deep_hypotheses__bends_1 :
  forall z, 0 < z ->
  - (4 * z * (exp (2 * z) + 1) * (exp (2 * z) - 1) / exp (2 * z)) < 0.
Proof.
  intros z Z.
  pose proof (deep_hypotheses__sign_3 z Z) as S0.
  pose proof (deep_hypotheses__sign_1 z Z) as S1.
  pose proof (deep_hypotheses__sign_4 z Z) as S2.
  pose proof (deep_hypotheses__sign_2 z Z) as S3.
  replace (- (4 * z * (exp (2 * z) + 1) * (exp (2 * z) - 1) / exp (2 * z))) with (- ((4) * (exp (2 * z) - 1) * (exp (2 * z) + 1) * (z) * / (exp (2 * z)))) by (field; sound).
  apply below_0; pos.
Qed.

Lemma deep_hypotheses__bends_left_0 :
  forall z, 0 < z ->
  - (2 * z * exp (2 * z) ^ 2) + exp (2 * z) ^ 2 - 2 * z - 1 < 0.
Proof.
  apply (climb (fun z => - (2 * z * exp (2 * z) ^ 2) + exp (2 * z) ^ 2 - 2 * z - 1) (fun z => exp (2 * z)) (fun z => - (4 * z * (exp (2 * z) + 1) * (exp (2 * z) - 1) / exp (2 * z)))).
  { intros z Z. pos. }
  { intros z Z.
    auto_derive; [sound |]. put_slopes.
    unfold Rdiv, Rminus; cbn [pow]; field; sound.
  }
  { cbv beta.
    assert (A0 : (fun z => exp (2 * z)) 0 = 1) by (cbv beta; at_zero).
    cbv beta in A0; rewrite ?A0; clear A0.
    lra. }
  exact deep_hypotheses__bends_1.
Qed.

Lemma deep_hypotheses__bends_0 :
  forall z, 0 < z ->
  - (4 * exp (2 * z) * (2 * z * exp (2 * z) ^ 2 - exp (2 * z) ^ 2 + 2 * z + 1) / (exp (2 * z) + 1) ^ 4) < 0.
Proof.
  intros z Z.
  pose proof (deep_hypotheses__sign_2 z Z) as S0.
  pose proof (deep_hypotheses__sign_1 z Z) as S1.
  pose proof (deep_hypotheses__bends_left_0 z Z) as below.
  replace (- (4 * exp (2 * z) * (2 * z * exp (2 * z) ^ 2 - exp (2 * z) ^ 2 + 2 * z + 1) / (exp (2 * z) + 1) ^ 4)) with ((4) * (exp (2 * z)) * / ((exp (2 * z) + 1) ^ 4) * (- (2 * z * exp (2 * z) ^ 2) + exp (2 * z) ^ 2 - 2 * z - 1)) by (field; sound).
  apply mul_pn; [pos | exact below].
Qed.

Lemma deep_hypotheses__bends :
  forall z, 0 < z ->
  ((exp (2 * z) - 1) / (exp (2 * z) + 1)) * (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) + z * ((exp (2 * z) - 1) / (exp (2 * z) + 1)) * (- (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)) - z * (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) ^ 2 < 0.
Proof.
  intros z Z.
  pose proof (deep_hypotheses__bends_0 z Z) as below.
  pose proof (exp_gap (2 * z) ltac:(lra)).
  pose proof (exp_0_ (2 * z) ltac:(lra)).
  assert (same : ((exp (2 * z) - 1) / (exp (2 * z) + 1)) * (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) + z * ((exp (2 * z) - 1) / (exp (2 * z) + 1)) * (- (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)) - z * (4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) ^ 2 = - (4 * exp (2 * z) * (2 * z * exp (2 * z) ^ 2 - exp (2 * z) ^ 2 + 2 * z + 1) / (exp (2 * z) + 1) ^ 4)).
  {
    unfold Rdiv, Rminus; cbn [pow]; field; sound.
  }
  exact (Rle_lt_trans _ _ _ (Req_le _ _ same) below).
Qed.

Lemma deep_hypotheses__slope_2 :
  forall z,
  is_derive (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) z (- (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)).
Proof.
  intro z.
  auto_derive; [sound |]. put_slopes.
  unfold Rdiv, Rminus; cbn [pow]; field; sound.
Qed.

(* deep/hypotheses, step A3. z r'(z)/r(z) is decreasing for z > 0 *)
Lemma deep_hypotheses__A3 :
  forall (x y : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (0 < x) ->
    (x < y) ->
    ex_derive r x /\ 0 < r x /\ ex_derive r y /\ 0 < r y /\ y * Derive r y / r y < x * Derive r x / r x.
Proof.
  intros x y ell r ell_is r_is X X_y.
  assert (r_s : forall z, 0 < z -> r z = ((exp (2 * z) - 1) / (exp (2 * z) + 1)) / z) by (intros t T; exact (deep_hypotheses__quotient ell r ell_is r_is t (Rgt_not_eq t 0 T))).
  assert (Y : 0 < y) by lra.
  pose proof (r_slope r (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) r_s (fun z _ => deep_hypotheses__slope_1 z)) as D.
  pose proof (above r (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) r_s deep_hypotheses__above_0) as P.
  do 2 (split; [eexists; apply D; assumption | split; [apply P; assumption |]]).
  exact (bending r (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) (fun z => - (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)) r_s (fun z _ => deep_hypotheses__slope_1 z) deep_hypotheses__above_0 (fun z _ => deep_hypotheses__slope_2 z) y (fun z B => deep_hypotheses__bends z (proj1 B)) x y X X_y (Rle_refl y)).
Qed.

Lemma deep_hypotheses__A3__witness :
  exists (x y : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) /\
    (forall z, z <> 0 -> r z = Derive ell z / z) /\
    (0 < x) /\
    (x < y).
Proof.
  exists (1 / 8), (1 / 4), (fun z => ln (cosh z)), (fun z => Derive (fun z => ln (cosh z)) z / z).
  split; [reflexivity | split; [reflexivity |]].
  repeat split; lra.
Qed.

Lemma deep_hypotheses__A3__twin_1 :
  ~ (forall (x y : R) (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (0 < x) ->
    (x < y) ->
    ex_derive r x /\ 0 < r x /\ ex_derive r y /\ 0 < r y /\ x * Derive r x / r x < y * Derive r y / r y).
Proof.
  intro twin_.
  destruct deep_hypotheses__A3__witness as (x & y & ell & r & ell_is & r_is & X & X_y).
  pose proof (deep_hypotheses__A3 x y ell r ell_is r_is X X_y) as claim_.
  specialize (twin_ x y ell r ell_is r_is X X_y).
  refute.
Qed.

Lemma deep_hypotheses__at_0 :
  (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) 0 = 0 /\
  (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) 0 = 1 /\
  (fun z => - (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)) 0 = 0 /\
  (fun z => 16 * exp (2 * z) * (exp (2 * z) ^ 2 - 4 * exp (2 * z) + 1) / (exp (2 * z) + 1) ^ 4) 0 = - 2 /\
  continuous (fun z => 16 * exp (2 * z) * (exp (2 * z) ^ 2 - 4 * exp (2 * z) + 1) / (exp (2 * z) + 1) ^ 4) 0.
Proof.
  repeat split.
  { cbv beta.
    assert (A0 : (fun z => exp (2 * z)) 0 = 1) by (cbv beta; at_zero).
    cbv beta in A0; rewrite ?A0; clear A0.
    field. }
  { cbv beta.
    assert (A0 : (fun z => exp (2 * z)) 0 = 1) by (cbv beta; at_zero).
    cbv beta in A0; rewrite ?A0; clear A0.
    field. }
  { cbv beta.
    assert (A0 : (fun z => exp (2 * z)) 0 = 1) by (cbv beta; at_zero).
    cbv beta in A0; rewrite ?A0; clear A0.
    field. }
  { cbv beta.
    assert (A0 : (fun z => exp (2 * z)) 0 = 1) by (cbv beta; at_zero).
    cbv beta in A0; rewrite ?A0; clear A0.
    field. }
  apply (ex_derive_continuous (V := R_NormedModule)).
  auto_derive; sound.
Qed.

Lemma deep_hypotheses__slope_3 :
  forall z,
  is_derive (fun z => - (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)) z (16 * exp (2 * z) * (exp (2 * z) ^ 2 - 4 * exp (2 * z) + 1) / (exp (2 * z) + 1) ^ 4).
Proof.
  intro z.
  auto_derive; [sound |]. put_slopes.
  unfold Rdiv, Rminus; cbn [pow]; field; sound.
Qed.

(* deep/hypotheses, step A4. r''(0) < 0 *)
Lemma deep_hypotheses__A4 :
  forall (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (continuous r 0) ->
    (forall z, ex_derive r z) /\ ex_derive (Derive r) 0 /\ Derive (Derive r) 0 = - (2 / 3) /\ Derive (Derive r) 0 < 0.
Proof.
  intros ell r ell_is r_is r_continuous.
  destruct deep_hypotheses__at_0 as (S0 & S1 & S2 & S3 & C).
  pose proof (curvature r (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) (fun z => - (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)) (fun z => 16 * exp (2 * z) * (exp (2 * z) ^ 2 - 4 * exp (2 * z) + 1) / (exp (2 * z) + 1) ^ 4) (deep_hypotheses__quotient ell r ell_is r_is) deep_hypotheses__slope_1 deep_hypotheses__slope_2 deep_hypotheses__slope_3 C S0 S2
    r_continuous) as (A & B).
  cbv beta in B; rewrite S3 in B. rewrite (is_derive_unique _ _ _ B).
  split; [exact A | split; [eexists; exact B | split; lra]].
Qed.

Lemma deep_hypotheses__A4__witness :
  exists (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) /\
    (forall z, z <> 0 -> r z = Derive ell z / z) /\
    (continuous r 0).
Proof.
  destruct deep_hypotheses__at_0 as (S0 & S1 & S2 & _ & C).
  destruct (extension (fun z => (exp (2 * z) - 1) / (exp (2 * z) + 1)) (fun z => 4 * exp (2 * z) / (exp (2 * z) + 1) ^ 2) (fun z => - (8 * exp (2 * z) * (exp (2 * z) - 1) / (exp (2 * z) + 1) ^ 3)) (fun z => 16 * exp (2 * z) * (exp (2 * z) ^ 2 - 4 * exp (2 * z) + 1) / (exp (2 * z) + 1) ^ 4) deep_hypotheses__slope_1 deep_hypotheses__slope_2 deep_hypotheses__slope_3 C S0 S2) as (r & R1 & R2).
  exists (fun z => ln (cosh z)), r. split; [reflexivity | split; [| exact R2]].
  intros z N. rewrite (R1 z N). symmetry. now rewrite (deep_hypotheses__derived z).
Qed.

Lemma deep_hypotheses__A4__twin_1 :
  ~ (forall (ell r : R -> R),
    (forall z, ell z = ln (cosh z)) ->
    (forall z, z <> 0 -> r z = Derive ell z / z) ->
    (continuous r 0) ->
    (forall z, ex_derive r z) /\ ex_derive (Derive r) 0 /\ Derive (Derive r) 0 = - (2 / 3) /\ 0 < Derive (Derive r) 0).
Proof.
  intro twin_.
  destruct deep_hypotheses__A4__witness as (ell & r & ell_is & r_is & r_continuous).
  pose proof (deep_hypotheses__A4 ell r ell_is r_is r_continuous) as claim_.
  specialize (twin_ ell r ell_is r_is r_continuous).
  refute.
Qed.

Unset Default Timeout.
Definition deep_hypotheses__all := (deep_hypotheses__slope, deep_hypotheses__derived, deep_hypotheses__quotient, deep_hypotheses__sign_0, deep_hypotheses__sign_1, deep_hypotheses__falls_0, deep_hypotheses__falls, deep_hypotheses__slope_1, deep_hypotheses__A1, deep_hypotheses__A1__witness, deep_hypotheses__A1__twin_1, deep_hypotheses__sign_2, deep_hypotheses__rises_0, deep_hypotheses__sign_3, deep_hypotheses__above_0, deep_hypotheses__A2, deep_hypotheses__A2__witness, deep_hypotheses__A2__twin_1, deep_hypotheses__sign_4, deep_hypotheses__bends_1, deep_hypotheses__bends_left_0, deep_hypotheses__bends_0, deep_hypotheses__bends, deep_hypotheses__slope_2, deep_hypotheses__A3, deep_hypotheses__A3__witness, deep_hypotheses__A3__twin_1, deep_hypotheses__at_0, deep_hypotheses__slope_3, deep_hypotheses__A4, deep_hypotheses__A4__witness, deep_hypotheses__A4__twin_1).
Print Assumptions deep_hypotheses__all.
