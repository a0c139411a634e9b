(* The first Taylor coefficients of a function at a place. *)
From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import BigO Polynomials.
Open Scope R_scope.

(* f has the coefficients t at a: f (a + x) = t_0 + t_1 x + ... + O(x^length t), also at x = 0. *)
Definition taylor f a t := bigO (locally 0) (length t) (fun x => f (a + x) - poly t x).

(* Coefficients of a function whose derivative has coefficients. *)
Fixpoint integ k t := match t with [] => [] | c :: t => over_c c (IZR (Z.of_nat k)) :: integ (S k) t end.
Lemma poly_integ t : forall k x, (1 <= k)%nat ->
  is_derive (fun x => x ^ k * poly (integ k t) x) x (x ^ (k - 1) * poly t x).
Proof.
  induction t as [|c t I]; intros k x L; simpl.
  - apply (is_derive_ext (fun _ => 0)); [intro; simpl; ring|].
    replace (x ^ (k - 1) * 0) with 0 by ring. apply (is_derive_const (V := R_NormedModule)).
  - apply (is_derive_ext (fun x => real c / IZR (Z.of_nat k) * x ^ k + x ^ S k * poly (integ (S k) t) x)).
    { intro y. simpl. rewrite real_over. ring. }
    replace (x ^ (k - 1) * (real c + x * poly t x))
      with (plus (real c / IZR (Z.of_nat k) * (INR k * x ^ pred k)) (x ^ (S k - 1) * poly t x)).
    + apply (is_derive_plus (V := R_NormedModule)); [|apply I; lia].
      apply is_derive_scal. apply is_derive_Reals, derivable_pt_lim_pow.
    + unfold plus; simpl. rewrite <- INR_IZR_INZ, Nat.sub_0_r.
      replace (pred k) with (k - 1)%nat by lia.
      replace (x ^ k) with (x * x ^ (k - 1)) by (replace k with (S (k - 1)) at 2 by lia; reflexivity).
      field. apply not_0_INR. lia.
Qed.
Lemma taylor_of f g a t : (forall x, is_derive f x (g x)) -> taylor g a t ->
  taylor f a (Num (f a) :: integ 1 t).
Proof.
  intros D [C [d H]]. exists (Rabs C). exists d. intros x B. specialize (fun y => H y).
  set (h := fun x => f (a + x) - poly (Num (f a) :: integ 1 t) x).
  assert (DH : forall y, is_derive h y (g (a + y) - poly t y)).
  { intro y. unfold h. apply (is_derive_minus (V := R_NormedModule)).
    - replace (g (a + y)) with (scal 1 (g (a + y))) by (unfold scal; simpl; unfold mult; simpl; ring).
      apply (is_derive_comp (K := R_AbsRing) (V := R_NormedModule)); [apply D|].
      auto_derive; [easy | ring].
    - apply (is_derive_ext (fun y => f a + y ^ 1 * poly (integ 1 t) y)); [intro; simpl; ring|].
      replace (poly t y) with (plus 0 (y ^ (1 - 1) * poly t y))
        by (unfold plus; simpl; ring).
      apply (is_derive_plus (V := R_NormedModule)); [apply (is_derive_const (V := R_NormedModule))|].
      apply poly_integ. lia. }
  destruct (MVT_gen h 0 x (fun y => g (a + y) - poly t y)) as (c & Hc & E).
  - intros y _. apply DH.
  - intros y _. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (V := R_NormedModule)). eexists. apply DH.
  - assert (H0 : h 0 = 0) by (unfold h; simpl; rewrite Rplus_0_r; ring).
    rewrite H0, !Rminus_0_r in E. change (Rabs (h x) <= Rabs C * Rabs x ^ S (length (integ 1 t))).
    assert (LN : forall k, length (integ k t) = length t)
      by (clear; induction t; intro; simpl; auto).
    rewrite LN, E, Rabs_mult. simpl.
    assert (cx : Rabs c <= Rabs x).
    { unfold Rmin, Rmax in Hc. destruct (Rle_dec 0 x); apply Rabs_le;
        [rewrite Rabs_right by lra | rewrite Rabs_left by lra]; lra. }
    assert (G : Rabs (g (a + c) - poly t c) <= C * Rabs c ^ length t).
    { apply H. change (Rabs (x - 0) < d) in B. change (Rabs (c - 0) < d).
      rewrite Rminus_0_r in *. lra. }
    replace (Rabs C * (Rabs x * Rabs x ^ length t)) with (Rabs C * Rabs x ^ length t * Rabs x)
      by ring.
    apply Rmult_le_compat_r; [apply Rabs_pos|].
    eapply Rle_trans; [exact G|].
    apply Rle_trans with (Rabs C * Rabs c ^ length t).
    + apply Rmult_le_compat_r; [apply pow_le, Rabs_pos | apply Rle_abs].
    + apply Rmult_le_compat_l; [apply Rabs_pos|]. apply pow_incr. split; [apply Rabs_pos | exact cx].
Qed.
Lemma taylor_1 f a : (forall x, ex_derive f x) -> taylor f a [Num (f a)].
Proof.
  intro D. destruct (D a) as [l L]. apply is_derive_Reals in L.
  destruct (L 1 Rlt_0_1) as [d H]. exists (Rabs l + 1). exists d. intros x B.
  change (Rabs (x - 0) < d) in B. rewrite Rminus_0_r in B. simpl.
  replace (f (a + x) - (f a + x * 0)) with (f (a + x) - f a) by ring. rewrite Rmult_1_r.
  destruct (Req_dec x 0) as [->|N].
  - rewrite Rplus_0_r, Rminus_eq_0, Rabs_R0. lra.
  - specialize (H x N B). pose proof (Rabs_triang_inv ((f (a + x) - f a) / x) l).
    assert (E : Rabs ((f (a + x) - f a) / x) <= Rabs l + 1) by lra.
    replace (f (a + x) - f a) with ((f (a + x) - f a) / x * x) by (field; exact N).
    rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos | exact E].
Qed.
Lemma taylor_S f a t : (forall x, ex_derive f x) -> taylor (Derive f) a t ->
  taylor f a (Num (f a) :: integ 1 t).
Proof. intro D. apply taylor_of. intro x. apply Derive_correct, D. Qed.
Lemma taylor_nil f a : (forall x, ex_derive f x) -> taylor f a [].
Proof.
  intro D. pose proof (taylor_1 f a D) as T. unfold taylor in *.
  apply (O_ext_all _ (fun x => (f (a + x) - poly [Num (f a)] x) + poly [Num (f a)] x)).
  - intro x. simpl. ring.
  - apply O_plus; [apply (O_weak near_0 0 1); [simpl; lia | exact T] | apply (poly_bounded near_0)].
Qed.
(* The square of an activation, by its derivative 2 z r. *)
Lemma taylor_square w r t : (forall x, ex_derive w x) -> (forall z, Derive w z = 2 * z * r z) ->
  taylor r 0 t -> taylor w 0 (Num (w 0) :: integ 1 (Zero :: scale (Num 2) t)).
Proof.
  intros D U T. apply (taylor_of w (fun z => 2 * z * r z)).
  - intro x. rewrite <- U. apply Derive_correct, D.
  - unfold taylor in *. simpl. unfold scale. rewrite map_length.
    apply (O_ext_all _ (fun x => (2 * x) * (r (0 + x) - poly t x))).
    + intro x. fold (scale (Num 2) t). rewrite poly_scale. simpl. ring.
    + apply (O_mult 1 (length t)); [|exact T].
      apply (O_ext_all _ (fun x => 2 * x ^ 1)); [intro; ring|].
      apply (O_mult 0 1); [apply O_const | apply O_power].
Qed.
Lemma taylor_same f a t u : taylor f a t -> length t = length u -> agree (length u) t u ->
  taylor f a u.
Proof.
  intros T L A. unfold taylor in *. rewrite L in T.
  apply (by_trans _ _ (poly t)); [exact T | now apply (agree_poly near_0)].
Qed.
Lemma odd_at_0 f : (forall x, f (- x) = - f x) -> f 0 = 0.
Proof. intro O. specialize (O 0). rewrite Ropp_0 in O. lra. Qed.
