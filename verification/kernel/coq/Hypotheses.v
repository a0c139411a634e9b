(* A1 to A4 of a response r(z) = s(z)/z, from signs of what has no quotient; and how such a sign is
   found for all z > 0: by rungs, by boxes, by terms that all have one sign. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Tactics.
Open Scope R_scope.

Ltac derivable := repeat match goal with |- _ /\ _ => split end;
  first [ exact I | eexists; eassumption | assumption | lra ].

(* A1 to A3, from the derivatives of s on z > 0. *)
Section Slope.
Variables (r s s1 s2 : R -> R).
Hypothesis r_is : forall z, 0 < z -> r z = s z / z.
Hypothesis s_1 : forall z, 0 < z -> is_derive s z (s1 z).

Lemma near (f g : R -> R) z l : (forall t, 0 < t -> f t = g t) -> 0 < z ->
  is_derive g z l -> is_derive f z l.
Proof.
  intros E Z D. apply (is_derive_ext_loc g); [| exact D].
  exists (mkposreal z Z). intros t B. symmetry. apply E.
  unfold ball in B; simpl in B. unfold AbsRing_ball, abs, minus, plus, opp in B; simpl in B.
  apply Rabs_lt_between in B. lra.
Qed.
Lemma r_slope z : 0 < z -> is_derive r z ((z * s1 z - s z) / z ^ 2).
Proof.
  intro Z. apply (near r (fun t => s t / t)); [exact r_is | exact Z |].
  pose proof (s_1 z Z) as D.
  auto_derive; [derivable |].
  plain; rewrite (is_derive_unique s z _ D). field. lra.
Qed.
Theorem falling : (forall z, 0 < z -> z * s1 z - s z < 0) ->
  forall z, 0 < z -> ex_derive r z /\ Derive r z < 0.
Proof.
  intros N z Z. pose proof (r_slope z Z) as D. split; [now exists ((z * s1 z - s z) / z ^ 2) |].
  rewrite (is_derive_unique _ _ _ D). specialize (N z Z).
  assert (0 < / z ^ 2) by (apply Rinv_0_lt_compat, pow_lt, Z). unfold Rdiv. nra.
Qed.

Hypothesis s_above : forall z, 0 < z -> - s z < 0.
Lemma above z : 0 < z -> 0 < r z.
Proof.
  intro Z. rewrite (r_is z Z). specialize (s_above z Z). apply Rdiv_lt_0_compat; lra.
Qed.
Lemma log_slope z : 0 < z -> z * Derive r z / r z = z * s1 z / s z - 1.
Proof.
  intro Z. rewrite (is_derive_unique _ _ _ (r_slope z Z)), (r_is z Z).
  specialize (s_above z Z). field. lra.
Qed.
Theorem convex : (forall z, 0 < z -> - s1 z < 0) -> forall z, 0 < z ->
  0 < r z /\ ex_derive r z /\ - 1 < z * Derive r z / r z.
Proof.
  intros N z Z. split; [now apply above |]. split; [eexists; now apply r_slope |].
  rewrite (log_slope z Z). specialize (N z Z). specialize (s_above z Z).
  assert (0 < z * s1 z / s z); [| lra].
  apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat |]; lra.
Qed.

Hypothesis s_2 : forall z, 0 < z -> is_derive s1 z (s2 z).
Theorem bending (b : R) : (forall z, 0 < z <= b -> s z * s1 z + z * s z * s2 z - z * s1 z ^ 2 < 0) ->
  forall x y, 0 < x -> x < y -> y <= b -> y * Derive r y / r y < x * Derive r x / r x.
Proof.
  intros N x y X XY B. rewrite !log_slope by lra.
  set (g z := (s z * s1 z + z * s z * s2 z - z * s1 z ^ 2) / s z ^ 2).
  assert (D : forall z, 0 < z -> is_derive (fun z => z * s1 z / s z - 1) z (g z)).
  { intros z Z. pose proof (s_1 z Z) as D1. pose proof (s_2 z Z) as D2. specialize (s_above z Z).
    auto_derive; [derivable |].
    plain; rewrite (is_derive_unique s z _ D1), (is_derive_unique s1 z _ D2).
    unfold g. field. lra. }
  destruct (MVT_cor2 (fun z => z * s1 z / s z - 1) g x y XY) as (c & E & C).
  { intros c C. apply is_derive_Reals, D. lra. }
  assert (c_ : 0 < c) by lra. specialize (N c ltac:(lra)). specialize (s_above c c_).
  assert (g c < 0); [| nra].
  unfold g. assert (0 < / s c ^ 2) by (apply Rinv_0_lt_compat, pow_lt; lra). unfold Rdiv. nra.
Qed.
End Slope.

(* A4: r'' at 0 of the response that is continuous there. *)
Lemma grows (f f1 : R -> R) d c n : (forall z, Rabs z < d -> is_derive f z (f1 z)) -> f 0 = 0 ->
  (forall z, Rabs z < d -> Rabs (f1 z) <= c * Rabs z ^ n) ->
  forall z, Rabs z < d -> Rabs (f z) <= c * Rabs z ^ S n.
Proof.
  intros D F0 B z Z.
  assert (P : forall t, Rmin 0 z <= t <= Rmax 0 z -> Rabs t <= Rabs z).
  { intros t T. unfold Rmin, Rmax in T. destruct (Rle_dec 0 z).
    - rewrite !Rabs_pos_eq; lra.
    - rewrite !Rabs_left1; lra. }
  destruct (MVT_gen f 0 z f1) as (t & T & E).
  - intros t T. apply D. apply Rle_lt_trans with (Rabs z); [apply P; lra | exact Z].
  - intros t T. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (V := R_NormedModule)). exists (f1 t). apply D.
    apply Rle_lt_trans with (Rabs z); [now apply P | exact Z].
  - rewrite F0, !Rminus_0_r in E. rewrite E, Rabs_mult. simpl.
    assert (H : Rabs (f1 t) <= c * Rabs z ^ n).
    { pose proof (P t T) as A. eapply Rle_trans; [apply B; apply Rle_lt_trans with (Rabs z); [exact A | exact Z] |].
      assert (0 <= c \/ c < 0) as [C | C] by lra.
      - apply Rmult_le_compat_l; [exact C |]. apply pow_incr. split; [apply Rabs_pos | exact A].
      - exfalso. assert (W : Rabs 0 < d) by (rewrite Rabs_R0; eapply Rle_lt_trans; [apply Rabs_pos | exact Z]).
        assert (Q : 0 < d) by (rewrite Rabs_R0 in W; exact W).
        assert (V : Rabs (d / 2) < d) by (rewrite Rabs_pos_eq; lra).
        specialize (B (d / 2) V). rewrite (Rabs_pos_eq (d / 2)) in B by lra.
        pose proof (Rabs_pos (f1 (d / 2))). assert (0 < (d / 2) ^ n) by (apply pow_lt; lra). nra. }
    pose proof (Rabs_pos z). nra.
Qed.

Section Zero.
Variables (r s s1 s2 s3 : R -> R).
Hypothesis r_is : forall z, z <> 0 -> r z = s z / z.
Hypothesis s_1 : forall z, is_derive s z (s1 z).
Hypothesis s_2 : forall z, is_derive s1 z (s2 z).
Hypothesis s_3 : forall z, is_derive s2 z (s3 z).
Hypothesis smooth : continuous s3 0.
Hypothesis s_0 : s 0 = 0.
Hypothesis s2_0 : s2 0 = 0.

Lemma expansions e : 0 < e -> exists d, 0 < d /\ forall z, Rabs z < d ->
  Rabs (s1 z - s1 0 - s3 0 * z ^ 2 / 2) <= e * Rabs z ^ 2 /\
  Rabs (s z - s1 0 * z - s3 0 * z ^ 3 / 6) <= e * Rabs z ^ 3.
Proof.
  intro E.
  destruct (proj1 (filterlim_locally s3 (s3 0)) smooth (mkposreal e E)) as (d & D).
  exists d. split; [apply cond_pos |].
  assert (B3 : forall z, Rabs z < d -> Rabs (s3 z - s3 0) <= e * Rabs z ^ 0).
  { intros z Z. simpl. rewrite Rmult_1_r. apply Rlt_le. apply (D z).
    unfold ball; simpl. unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    replace (z + - 0) with z by ring. exact Z. }
  assert (B2 : forall z, Rabs z < d -> Rabs (s2 z - s3 0 * z) <= e * Rabs z ^ 1).
  { apply (grows (fun z => s2 z - s3 0 * z) (fun z => s3 z - s3 0)); [| cbv beta; rewrite s2_0; ring | exact B3].
    intros z _. pose proof (s_3 z) as K. auto_derive; [derivable |].
    plain; rewrite (is_derive_unique s2 z _ K). ring. }
  assert (B1 : forall z, Rabs z < d -> Rabs (s1 z - s1 0 - s3 0 * z ^ 2 / 2) <= e * Rabs z ^ 2).
  { apply (grows (fun z => s1 z - s1 0 - s3 0 * z ^ 2 / 2) (fun z => s2 z - s3 0 * z)); [| field | exact B2].
    intros z _. pose proof (s_2 z) as K. auto_derive; [derivable |].
    plain; rewrite (is_derive_unique s1 z _ K). field. }
  intros z Z. split; [now apply B1 |]. revert z Z.
  apply (grows (fun z => s z - s1 0 * z - s3 0 * z ^ 3 / 6) (fun z => s1 z - s1 0 - s3 0 * z ^ 2 / 2)); [| cbv beta; rewrite s_0; field | exact B1].
  intros z _. pose proof (s_1 z) as K. auto_derive; [derivable |].
  plain; rewrite (is_derive_unique s z _ K). field.
Qed.

Lemma slope_off_0 z : z <> 0 -> is_derive r z ((z * s1 z - s z) / z ^ 2).
Proof.
  intro Z. apply (is_derive_ext_loc (fun t => s t / t)).
  - exists (mkposreal (Rabs z) (Rabs_pos_lt z Z)). intros t B. symmetry. apply r_is. intro T.
    subst t. unfold ball in B; simpl in B. unfold AbsRing_ball, abs, minus, plus, opp in B; simpl in B.
    replace (0 + - z) with (- z) in B by ring. rewrite Rabs_Ropp in B. lra.
  - pose proof (s_1 z) as D. auto_derive; [derivable |].
    plain; rewrite (is_derive_unique s z _ D). field. exact Z.
Qed.

(* What r(0) is for r to be continuous there. *)
Lemma quotient_near_0 e : 0 < e -> exists d, 0 < d /\ forall z, z <> 0 -> Rabs z < d ->
  Rabs (s z / z - s1 0) <= e * Rabs z.
Proof.
  intro E. destruct (expansions 1 Rlt_0_1) as (d & D & B). set (m := Rabs (s3 0) / 6 + 1).
  assert (M : 0 < m) by (unfold m; pose proof (Rabs_pos (s3 0)); lra).
  exists (Rmin d (e / m)). split; [apply Rmin_pos; [exact D | now apply Rdiv_lt_0_compat] |].
  intros z N Z. destruct (B z) as (_ & H).
  { eapply Rlt_le_trans; [exact Z | apply Rmin_l]. }
  assert (Z' : Rabs z < e / m) by (eapply Rlt_le_trans; [exact Z | apply Rmin_r]).
  set (u := s z - s1 0 * z - s3 0 * z ^ 3 / 6) in *.
  replace (s z / z - s1 0) with (s3 0 / 6 * z ^ 2 + u / z) by (unfold u; field; exact N).
  assert (A : 0 < Rabs z) by now apply Rabs_pos_lt.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_mult, (Rabs_div u z N), <- RPow_abs.
  assert (Six : Rabs (s3 0 / 6) = Rabs (s3 0) / 6)
    by (unfold Rdiv; rewrite Rabs_mult, (Rabs_pos_eq (/ 6)); lra).
  rewrite Six.
  assert (Rabs u / Rabs z <= Rabs z ^ 2).
  { apply (Rmult_le_reg_r (Rabs z)); [exact A |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  assert (m * Rabs z < e).
  { apply (Rmult_lt_compat_l m) in Z'; [| exact M]. replace (m * (e / m)) with e in Z' by (field; lra). exact Z'. }
  apply Rle_trans with (m * Rabs z * Rabs z); [unfold m; nra |]. apply Rmult_le_compat_r; lra.
Qed.

Hypothesis r_continuous : continuous r 0.
Lemma r_at_0 : r 0 = s1 0.
Proof.
  destruct (Req_dec (r 0) (s1 0)) as [E | N]; [exact E | exfalso].
  assert (P : 0 < Rabs (r 0 - s1 0)) by (apply Rabs_pos_lt; lra).
  set (e := Rabs (r 0 - s1 0) / 2). assert (E : 0 < e) by (unfold e; lra).
  destruct (proj1 (filterlim_locally r (r 0)) r_continuous (mkposreal e E)) as (d & D).
  destruct (quotient_near_0 e E) as (d' & D' & B).
  set (z := Rmin (Rmin d d') 1 / 2).
  assert (Z : 0 < Rmin (Rmin d d') 1) by (repeat apply Rmin_pos; try lra; apply cond_pos).
  assert (Z1 : Rmin (Rmin d d') 1 <= Rmin d d') by apply Rmin_l.
  assert (Z2 : Rmin (Rmin d d') 1 <= 1) by apply Rmin_r.
  assert (Z3 : Rmin d d' <= d) by apply Rmin_l. assert (Z4 : Rmin d d' <= d') by apply Rmin_r.
  assert (z_ : Rabs z = z) by (apply Rabs_pos_eq; unfold z; lra).
  assert (N0 : z <> 0) by (unfold z; lra).
  assert (H : Rabs (r z - r 0) < e).
  { apply (D z). unfold ball; simpl. unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    replace (z + - 0) with z by ring. rewrite z_. unfold z; lra. }
  assert (K : Rabs (s z / z - s1 0) <= e * Rabs z) by (apply B; [exact N0 | rewrite z_; unfold z; lra]).
  rewrite <- (r_is z N0), z_ in K.
  assert (e * z < e) by (unfold z; nra).
  assert (Rabs (r 0 - s1 0) <= Rabs (r z - r 0) + Rabs (r z - s1 0)); [| unfold e in *; lra].
  replace (r 0 - s1 0) with (- (r z - r 0) + (r z - s1 0)) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_Ropp. lra.
Qed.
Lemma slope_at_0 : is_derive r 0 0.
Proof.
  apply is_derive_Reals. intros e E. destruct (quotient_near_0 (e / 2)) as (d & D & B); [lra |].
  exists (mkposreal d D). intros h N H. rewrite Rplus_0_l, r_at_0, Rminus_0_r, (r_is h N).
  assert (A : 0 < Rabs h) by now apply Rabs_pos_lt.
  rewrite Rabs_div by exact N. apply (Rmult_lt_reg_r (Rabs h)); [exact A |].
  unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l by lra. specialize (B h N H). nra.
Qed.
Theorem curvature : (forall z, ex_derive r z) /\ is_derive (Derive r) 0 (s3 0 / 3).
Proof.
  split.
  - intro z. destruct (Req_dec z 0) as [-> | N]; eexists; [apply slope_at_0 | now apply slope_off_0].
  - apply is_derive_Reals. intros e E. destruct (expansions (e / 4)) as (d & D & B); [lra |].
    exists (mkposreal d D). intros h N H. rewrite Rplus_0_l, (is_derive_unique r 0 0 slope_at_0), Rminus_0_r.
    rewrite (is_derive_unique r h _ (slope_off_0 h N)). destruct (B h H) as (B1 & B0).
    set (u := s1 h - s1 0 - s3 0 * h ^ 2 / 2) in *. set (v := s h - s1 0 * h - s3 0 * h ^ 3 / 6) in *.
    replace ((h * s1 h - s h) / h ^ 2 / h - s3 0 / 3) with (u / h ^ 2 + - v / h ^ 3)
      by (unfold u, v; field; exact N).
    assert (A : 0 < Rabs h) by now apply Rabs_pos_lt.
    assert (A2 : 0 < Rabs h ^ 2) by now apply pow_lt. assert (A3 : 0 < Rabs h ^ 3) by now apply pow_lt.
    eapply Rle_lt_trans; [apply Rabs_triang |].
    rewrite !Rabs_div, Rabs_Ropp, <- !RPow_abs by now apply pow_nonzero.
    assert (Rabs u / Rabs h ^ 2 <= e / 4).
    { apply (Rmult_le_reg_r (Rabs h ^ 2)); [exact A2 |]. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    assert (Rabs v / Rabs h ^ 3 <= e / 4).
    { apply (Rmult_le_reg_r (Rabs h ^ 3)); [exact A3 |]. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    lra.
Qed.
End Zero.

(* There is such an r: the quotient, with its limit at 0. *)
Lemma extension (s s1 s2 s3 : R -> R) : (forall z, is_derive s z (s1 z)) ->
  (forall z, is_derive s1 z (s2 z)) -> (forall z, is_derive s2 z (s3 z)) -> continuous s3 0 ->
  s 0 = 0 -> s2 0 = 0 -> exists r, (forall z, z <> 0 -> r z = s z / z) /\ continuous r 0.
Proof.
  intros D D1 D2 C S0 S2.
  exists (fun z => if Req_EM_T z 0 then s1 0 else s z / z). split.
  { intros z N. now destruct (Req_EM_T z 0). }
  apply filterlim_locally. intro e. destruct (Req_EM_T 0 0) as [_ | N]; [| easy].
  destruct (quotient_near_0 s s1 s2 s3 D D1 D2 C S0 S2 1 Rlt_0_1) as (d & P & B).
  assert (Q : 0 < Rmin d e) by (apply Rmin_pos; [exact P | apply cond_pos]).
  exists (mkposreal _ Q). intros z Z.
  unfold ball in *; simpl in *. unfold AbsRing_ball, abs, minus, plus, opp in *; simpl in *.
  replace (z + - 0) with z in Z by ring.
  destruct (Req_EM_T z 0) as [-> | N].
  - replace (s1 0 + - s1 0) with 0 by ring. rewrite Rabs_R0. apply cond_pos.
  - apply Rle_lt_trans with (1 * Rabs z).
    + apply (B z N). eapply Rlt_le_trans; [exact Z | apply Rmin_l].
    + rewrite Rmult_1_l. eapply Rlt_le_trans; [exact Z | apply Rmin_r].
Qed.

(* Near 0 the quotient is at least 1/2 where it is 1 at 0. *)
Lemma high (s s1 s2 s3 : R -> R) : (forall z, is_derive s z (s1 z)) ->
  (forall z, is_derive s1 z (s2 z)) -> (forall z, is_derive s2 z (s3 z)) -> continuous s3 0 ->
  s 0 = 0 -> s2 0 = 0 -> s1 0 = 1 ->
  exists x y, 0 < x /\ x < y /\ 1 / 2 <= s x / x /\ 1 / 2 <= s y / y.
Proof.
  intros D D1 D2 C S0 S2 S1.
  destruct (quotient_near_0 s s1 s2 s3 D D1 D2 C S0 S2 1 Rlt_0_1) as (d & P & B).
  rewrite S1 in B. set (m := Rmin d 1).
  assert (M : 0 < m) by (apply Rmin_pos; lra).
  assert (m <= d /\ m <= 1) as [M1 M2] by (split; [apply Rmin_l | apply Rmin_r]).
  exists (m / 4), (m / 2).
  assert (H : forall z, 0 < z <= m / 2 -> 1 / 2 <= s z / z).
  { intros z Z. specialize (B z ltac:(lra)). rewrite Rabs_pos_eq in B by lra.
    specialize (B ltac:(lra)). apply Rabs_le_between in B. lra. }
  repeat split; try lra; apply H; lra.
Qed.

(* Signs for all z > 0. *)
Lemma climb (f m n : R -> R) : (forall z, 0 <= z -> 0 < m z) ->
  (forall z, 0 <= z -> is_derive (fun z => f z / m z) z (n z)) -> f 0 <= 0 ->
  (forall z, 0 < z -> n z < 0) -> forall z, 0 < z -> f z < 0.
Proof.
  intros M D F0 N z Z.
  destruct (MVT_cor2 (fun z => f z / m z) n 0 z Z) as (c & E & C).
  { intros c C. apply is_derive_Reals, D. lra. }
  assert (G : f z / m z < f 0 / m 0) by (specialize (N c ltac:(lra)); nra).
  pose proof (M z ltac:(lra)) as Mz. pose proof (Rinv_0_lt_compat _ (M 0 ltac:(lra))) as M0.
  assert (f z / m z < 0) by (unfold Rdiv in *; nra).
  replace (f z) with (f z / m z * m z) by (field; lra). nra.
Qed.

(* e^y is above the beginning of its series. *)
Lemma exp_0_ y : 0 < y -> 0 < exp y - 1.
Proof. intro Y. pose proof (exp_ineq1 y). lra. Qed.
Lemma exp_1_ y : 0 < y -> 0 < exp y - (1 + y).
Proof. intro Y. pose proof (exp_ineq1 y). lra. Qed.
Lemma exp_next (f g : R -> R) : (forall y, is_derive f y (g y)) -> f 0 = 1 ->
  (forall y, 0 < y -> 0 < exp y - g y) -> forall y, 0 < y -> 0 < exp y - f y.
Proof.
  intros D F0 H y Y. apply Ropp_lt_cancel. rewrite Ropp_0.
  replace (- (exp y - f y)) with (f y - exp y) by ring. revert y Y.
  apply (climb (fun y => f y - exp y) (fun _ => 1) (fun y => g y - exp y)).
  - intros; lra.
  - intros y _. pose proof (D y) as K. auto_derive; [derivable |].
    plain; rewrite (is_derive_unique f y _ K). field.
  - rewrite F0, exp_0. lra.
  - intros y Y. specialize (H y Y). lra.
Qed.
Ltac exp_term := intros; auto_derive; [exact I | field].
Lemma exp_2_ y : 0 < y -> 0 < exp y - (1 + y + y ^ 2 / 2).
Proof. apply (exp_next (fun y => 1 + y + y ^ 2 / 2) (fun y => 1 + y)); [exp_term | field | exact exp_1_]. Qed.
Lemma exp_3_ y : 0 < y -> 0 < exp y - (1 + y + y ^ 2 / 2 + y ^ 3 / 6).
Proof. apply (exp_next (fun y => 1 + y + y ^ 2 / 2 + y ^ 3 / 6) (fun y => 1 + y + y ^ 2 / 2)); [exp_term | field | exact exp_2_]. Qed.
Lemma exp_4_ y : 0 < y -> 0 < exp y - (1 + y + y ^ 2 / 2 + y ^ 3 / 6 + y ^ 4 / 24).
Proof.
  apply (exp_next (fun y => 1 + y + y ^ 2 / 2 + y ^ 3 / 6 + y ^ 4 / 24)
    (fun y => 1 + y + y ^ 2 / 2 + y ^ 3 / 6)); [exp_term | field | exact exp_3_].
Qed.
Lemma exp_5_ y : 0 < y -> 0 < exp y - (1 + y + y ^ 2 / 2 + y ^ 3 / 6 + y ^ 4 / 24 + y ^ 5 / 120).
Proof.
  apply (exp_next (fun y => 1 + y + y ^ 2 / 2 + y ^ 3 / 6 + y ^ 4 / 24 + y ^ 5 / 120)
    (fun y => 1 + y + y ^ 2 / 2 + y ^ 3 / 6 + y ^ 4 / 24)); [exp_term | field | exact exp_4_].
Qed.
Lemma root_above a b : 0 <= b -> b ^ 2 < a -> 0 < sqrt a - b.
Proof.
  intros B H. rewrite <- (sqrt_pow2 b B) at 1. apply Rlt_Rminus.
  apply sqrt_lt_1_alt. split; [apply pow2_ge_0 | exact H].
Qed.
Lemma exp_power n x : exp (INR n * x) = exp x ^ n.
Proof.
  induction n; [simpl; rewrite Rmult_0_l; apply exp_0 |].
  rewrite S_INR, Rmult_plus_distr_r, Rmult_1_l, exp_plus, IHn. simpl. ring.
Qed.

Lemma exp_gap y : 0 < y -> 0 < exp y - / exp y.
Proof.
  intro Y. pose proof (exp_0_ y Y) as H. assert (/ exp y < 1); [| lra].
  rewrite <- Rinv_1. apply Rinv_lt_contravar; lra.
Qed.
Lemma arcsinh_slope z : is_derive arcsinh z (/ sqrt (z ^ 2 + 1)).
Proof. apply is_derive_Reals. apply derivable_pt_lim_arcsinh. Qed.

(* What e^(cz), a root, atan and their like are at 0. *)
Ltac value_at_0 := match goal with
  | |- sqrt _ = ?c => transitivity (sqrt (c ^ 2)); [f_equal; field | apply sqrt_pow2; lra]
  | |- _ => unfold tanh, sinh, cosh, Rdiv; rewrite ?Rmult_0_l, ?Rmult_0_r, ?Ropp_0, ?exp_0,
      ?Rminus_diag_eq, ?Rmult_0_l, ?atan_0, ?ln_1, ?arcsinh_0; try lra
  end.

Lemma below_0 a : 0 < a -> - a < 0. Proof. lra. Qed.

(* Sums, products and powers of what is positive. *)
Ltac pos := match goal with
  | |- 0 < ?a => assumption
  | |- 0 < ?a + ?b => first [ apply Rplus_lt_0_compat; [pos | pos]
      | apply Rplus_le_lt_0_compat; [not_neg | pos] | apply Rplus_lt_le_0_compat; [pos | not_neg] ]
  | |- 0 < ?a * ?b => apply Rmult_lt_0_compat; [pos | pos]
  | |- 0 < ?a / ?b => apply Rdiv_lt_0_compat; [pos | pos]
  | |- 0 < / ?a => apply Rinv_0_lt_compat; pos
  | |- 0 < ?a ^ ?n => apply pow_lt; pos
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < sqrt _ => apply sqrt_lt_R0; pos
  | |- 0 < _ => lra
  end
with not_neg := match goal with
  | |- 0 <= ?a => assumption
  | |- 0 <= ?a + ?b => apply Rplus_le_le_0_compat; [not_neg | not_neg]
  | |- 0 <= ?a ^ 2 => apply pow2_ge_0
  | |- 0 <= ?a * ?a => apply Rle_0_sqr
  | |- 0 <= ?a * (?a * 1) => rewrite Rmult_1_r; apply Rle_0_sqr
  | |- 0 <= ?a ^ 4 => apply (even_P 2)
  | |- 0 <= ?a ^ 6 => apply (even_P 3)
  | |- 0 <= ?a * ?b => apply Rmult_le_pos; [not_neg | not_neg]
  | |- 0 <= ?a / ?b => unfold Rdiv; not_neg
  | |- 0 <= ?a ^ ?n => apply pow_le; not_neg
  | |- _ => apply Rlt_le; pos
  end.
(* What a quotient, a root or a logarithm needs where it stands. *)
Ltac sound := repeat match goal with |- _ /\ _ => split end;
  match goal with
  | |- True => exact I
  | |- 0 < _ => pos
  | |- _ * _ <> 0 => apply Rmult_integral_contrapositive_currified; sound
  | |- _ ^ _ <> 0 => apply pow_nonzero; sound
  | D : forall z, is_derive _ z _ |- ex_derive _ _ => eexists; apply D
  | |- _ <> 0 => first [ assumption | apply not_eq_sym, Rlt_not_eq; pos | lra | timeout 5 nra ]
  end.
Ltac put_slopes := plain; repeat match goal with
  D : forall z, is_derive ?f z _ |- context [Derive ?f ?x] =>
    rewrite (is_derive_unique f x _ (D x)) end.
