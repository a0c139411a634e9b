(* Slopes of slopes: of a formula, and at 0 of g(z)/z, where it is a limit of 0/0. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Rings Tactics.
Open Scope R_scope.
Lemma grows (F f : R -> R) e n d h : (forall z, is_derive F z (f z)) -> F 0 = 0 ->
  (forall z, Rabs z < d -> Rabs (f z) <= e * Rabs z ^ n) -> 0 <= e -> Rabs h < d ->
  Rabs (F h) <= e * Rabs h ^ S n.
Proof.
  intros D Z B E H.
  destruct (MVT_abs F f 0 h) as (c & K & C); [intros; apply is_derive_Reals, D |].
  assert (M : Rabs c <= Rabs h).
  { unfold Rmin, Rmax in C. destruct (Rle_dec 0 h);
      [rewrite !Rabs_pos_eq by lra | rewrite !Rabs_left1 by lra]; lra. }
  rewrite Z, !Rminus_0_r in K. rewrite K.
  replace (e * Rabs h ^ S n) with (e * Rabs h ^ n * Rabs h) by (simpl; ring).
  apply Rmult_le_compat_r; [apply Rabs_pos |].
  apply Rle_trans with (1 := B c ltac:(lra)). apply Rmult_le_compat_l; [assumption |].
  apply pow_incr. split; [apply Rabs_pos | assumption].
Qed.
Lemma slope_near (f : R -> R) l : is_derive f 0 l -> f 0 = 0 -> forall e, 0 < e ->
  exists d, 0 < d /\ forall z, Rabs z < d -> Rabs (f z - l * z) <= e * Rabs z.
Proof.
  intros D Z e E. apply is_derive_Reals in D. destruct (D e E) as [[d P] B]. exists d.
  split; [assumption |]. intros z H. destruct (Req_dec z 0) as [-> | N].
  { rewrite Z, Rabs_R0. replace (0 - l * 0) with 0 by ring. rewrite Rabs_R0; lra. }
  specialize (B z N H). rewrite Rplus_0_l, Z in B.
  replace (f z - l * z) with (((f z - 0) / z - l) * z) by (field; assumption).
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos | lra].
Qed.
Lemma slope_at_zero (f : R -> R) l : (forall e, 0 < e -> exists d, 0 < d /\ forall z, z <> 0 ->
  Rabs z < d -> Rabs (f z - f 0 - l * z) <= e * Rabs z) -> is_derive f 0 l.
Proof.
  intros B. apply is_derive_Reals. intros e E. destruct (B (e / 2)) as (d & P & K); [lra |].
  exists (mkposreal d P). intros h N H. simpl in H. specialize (K h N H).
  rewrite Rplus_0_l. replace ((f h - f 0) / h - l) with ((f h - f 0 - l * h) * / h) by (field; assumption).
  rewrite Rabs_mult, Rabs_Rinv by assumption. assert (0 < Rabs h) by (apply Rabs_pos_lt; assumption).
  apply Rle_lt_trans with (e / 2 * Rabs h * / Rabs h).
  - apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat |]; assumption.
  - field_simplify; lra.
Qed.
(* g(z)/z and, at 0, its limit there: the slope of its slope at 0 is g'''(0)/3. *)
Lemma twice_at_zero (r g g1 g2 : R -> R) k : (forall z, z <> 0 -> r z = g z / z) -> r 0 = g1 0 ->
  g 0 = 0 -> g2 0 = 0 -> (forall z, is_derive g z (g1 z)) -> (forall z, is_derive g1 z (g2 z)) ->
  is_derive g2 0 k -> Derive (Derive r) 0 = k / 3.
Proof.
  intros E L G0 G2 D D1 D2.
  assert (A : forall z, z <> 0 -> Derive r z = (g1 z * z - g z) / z ^ 2).
  { intros z N. apply is_derive_unique. apply (is_derive_ext_loc (fun t => g t / t)).
    - exists (mkposreal _ (Rabs_pos_lt z N)). intros t B. symmetry. apply E. intros ->.
      change (Rabs (0 + - z) < Rabs z) in B. rewrite Rplus_0_l, Rabs_Ropp in B. lra.
    - auto_derive; [ repeat split; [ eexists; apply D | assumption ] |].
      plain; rewrite (is_derive_unique g z _ (D z)). field. assumption. }
  assert (B : is_derive r 0 0).
  { apply slope_at_zero. intros e P.
    destruct (slope_near (fun z => g1 z - g1 0) 0) with (e := e) as (d & Q & H);
      [auto_derive; [eexists; apply D1 | plain; rewrite (is_derive_unique g1 0 _ (D1 0)); lra] | lra | assumption |].
    exists d. split; [assumption |]. intros z N K.
    rewrite (E z N), L. replace (g z / z - g1 0 - 0 * z) with ((g z - g1 0 * z) * / z) by (field; assumption).
    rewrite Rabs_mult, Rabs_Rinv by assumption.
    assert (Rabs (g z - g1 0 * z) <= e * Rabs z ^ 2).
    { apply (grows (fun z => g z - g1 0 * z) (fun z => g1 z - g1 0) e 1 d); [| | | lra | assumption].
      - intro t. auto_derive; [eexists; apply D |]. plain; rewrite (is_derive_unique g t _ (D t)). lra.
      - rewrite G0; ring.
      - intros t T. specialize (H t T). rewrite pow_1. replace (g1 t - g1 0) with (g1 t - g1 0 - 0 * t) by ring. exact H. }
    assert (0 < Rabs z) by (apply Rabs_pos_lt; assumption).
    apply Rle_trans with (e * Rabs z ^ 2 * / Rabs z).
    - apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat |]; assumption.
    - apply Req_le. field. lra. }
  apply is_derive_unique, slope_at_zero. rewrite (is_derive_unique r 0 0 B). intros e P.
  destruct (slope_near g2 k D2 G2 e P) as (d & Q & H). exists d. split; [assumption |].
  intros z N K. rewrite (A z N).
  replace ((g1 z * z - g z) / z ^ 2 - 0 - k / 3 * z) with ((g1 z * z - g z - k / 3 * z ^ 3) * / z ^ 2)
    by (field; assumption).
  assert (M : Rabs (g1 z * z - g z - k / 3 * z ^ 3) <= e * Rabs z ^ 3).
  { apply (grows (fun z => g1 z * z - g z - k / 3 * z ^ 3) (fun z => z * (g2 z - k * z)) e 2 d);
      [| | | lra | assumption].
    - intro t. auto_derive; [repeat split; eexists; [apply D1 | apply D] |].
      plain; rewrite (is_derive_unique g t _ (D t)), (is_derive_unique g1 t _ (D1 t)). lra.
    - rewrite G0; ring.
    - intros t T. rewrite Rabs_mult. replace (e * Rabs t ^ 2) with (Rabs t * (e * Rabs t)) by ring.
      apply Rmult_le_compat_l; [apply Rabs_pos | apply H; assumption]. }
  rewrite Rabs_mult, Rabs_Rinv, <- RPow_abs by (apply pow_nonzero; assumption).
  assert (0 < Rabs z) by (apply Rabs_pos_lt; assumption).
  apply Rle_trans with (e * Rabs z ^ 3 * / Rabs z ^ 2).
  - apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, pow_lt |]; assumption.
  - apply Req_le. field. lra.
Qed.
Lemma locally_other (x y : R) : x <> y -> locally x (fun z => z <> y).
Proof.
  intro N. assert (P : 0 < Rabs (y - x)) by (apply Rabs_pos_lt; lra).
  exists (mkposreal _ P). intros t B ->. change (Rabs (y + - x) < Rabs (y - x)) in B. unfold Rminus in B. lra.
Qed.
Lemma second_derivative (f g : R -> R) (x l : R) : locally x (fun z => is_derive f z (g z)) -> is_derive g x l ->
  Derive (Derive f) x = l.
Proof.
  intros D E. apply is_derive_unique. apply (is_derive_ext_loc g); [| assumption].
  apply (filter_imp (fun z => is_derive f z (g z))); [| assumption].
  intros z H. symmetry. apply is_derive_unique, H.
Qed.

Ltac known_slopes :=
  repeat match goal with H : forall z, Derive ?f z = _ |- _ => progress rewrite ?H end.
Ltac slopes_are := intros; by_exp; one_exp; auto_derive;
  [ non_zero | plain; known_slopes; alike_roots; first [ solve [ field_R; non_zero ] | other_root ] ].
(* A slope g of f, so that the slope of the slope is that of g. *)
Ltac second_derivative g :=
  match goal with |- context [Derive (Derive ?f) ?x] =>
    let H := fresh in eassert (H : Derive (Derive f) x = _);
    [ apply (second_derivative f g);
      [ first [ apply filter_forall; solve [ slopes_are ]
              | apply (filter_imp (fun z => z <> 0));
                [ slopes_are | apply locally_other; assumption ] ]
      | by_exp; one_exp; auto_derive; [ non_zero | reflexivity ] ]
    | rewrite H; clear H; cbv beta ] end.
(* r is g(z)/z by U, and by L its limit at 0. *)
Ltac counted_at_zero :=
  rewrite ?Rmult_0_r, ?exp_0, ?atan_0 in *; try match goal with H : _ 0 = 0 |- _ => rewrite !H end;
  field_R; non_zero.
Ltac at_zero r U L g g1 g2 k :=
  rewrite (twice_at_zero r g g1 g2 k);
  [ | intros; rewrite U by assumption; field_R; non_zero
    | rewrite L; by_exp; one_exp; counted_at_zero
    | by_exp; one_exp; counted_at_zero
    | by_exp; one_exp; counted_at_zero
    | by_exp; one_exp; slopes_are
    | by_exp; one_exp; slopes_are
    | by_exp; one_exp; auto_derive; [ non_zero | plain; known_slopes; counted_at_zero ] ].

(* An integral to a place is differentiated there. *)
Ltac integral_slope I C :=
  match type of I with locally ?a (fun t => ex_RInt ?f ?b t) =>
    let F := fresh "primitive" in let D := fresh in let X := fresh in let Y := fresh in
    assert (D : is_derive (RInt f b) a (f a)) by
      (apply (is_derive_RInt f (RInt f b) b a);
       [ apply (filter_imp (fun t => ex_RInt f b t)); [ intros ? ?; now apply (RInt_correct f) | exact I ]
       | exact C ]);
    assert (X : ex_derive (RInt f b) a) by (eexists; exact D);
    assert (Y : Derive (RInt f b) a = f a) by (apply is_derive_unique, D);
    clear I C D; set (F := RInt f b) in *; clearbody F; cbv beta in Y end.
Ltac integral_slopes := plain; repeat match goal with H : Derive ?F ?a = _ |- _ => progress rewrite ?H end.
(* For witnesses: the integrand is 0, or a quotient by what is positive. *)
Ltac integrable_here :=
  let u := fresh in let U := fresh in let z := fresh in let Z := fresh in let P := fresh in
  match goal with |- locally ?a (fun t => ex_RInt ?f ?b t) =>
    first
    [ exists (mkposreal 1 Rlt_0_1); intros u _; apply (ex_RInt_ext (fun _ => 0));
      [ intros; match goal with |- _ = ?c / _ => replace c with 0 by field_R end;
        unfold Rdiv; symmetry; apply Rmult_0_l | apply ex_RInt_const ]
    | assert (P : 0 < a / 2) by lra; exists (mkposreal _ P); intros u U;
      change (Rabs (u - a) < a / 2) in U; apply Rabs_def2 in U;
      apply (ex_RInt_continuous (V := R_CompleteNormedModule)); intros z [Z _];
      assert (0 < z) by (apply Rlt_le_trans with (2 := Z); apply Rmin_glb_lt; lra);
      apply (ex_derive_continuous (V := R_NormedModule)); auto_derive; non_zero ] end.
Ltac continuous_here := apply (ex_derive_continuous (V := R_NormedModule)); auto_derive; non_zero.
