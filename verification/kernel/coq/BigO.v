(* f v = O(v^n) as v tends to 0, and how it is proved: by the first coefficients of f. Only the
   definition of bigO has to be read, with Coquelicot's `locally' 0` (near 0, but not at 0) and
   `at_right 0` (near 0, and above it); the kernel reads the rest. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition bigO (near : (R -> Prop) -> Prop) (n : nat) (f : R -> R) :=
  exists C, near (fun v => Rabs (f v) <= C * Rabs v ^ n).

(* The filters that stand for "as v tends to 0": neither has v = 0 in it. *)
Class Small (F : (R -> Prop) -> Prop) := {
  small_proper :> ProperFilter F;
  small_near : forall d, 0 < d -> F (fun v => v <> 0 /\ Rabs v < d) }.
Lemma near_0 d : 0 < d -> locally 0 (fun v => Rabs v < d).
Proof.
  intro H. exists (mkposreal d H). intros v B. change (Rabs (v - 0) < d) in B.
  now rewrite Rminus_0_r in B.
Qed.
#[export] Instance small_both : Small (locally' 0).
Proof.
  constructor; [constructor; [|typeclasses eauto] | intros d H].
  { intros P [d H]. exists (d / 2). pose proof (cond_pos d). apply H; [|lra].
    change (Rabs (d / 2 - 0) < d). rewrite Rabs_right; lra. }
  apply (filter_imp (F := locally 0) (fun v => Rabs v < d)); [tauto | now apply near_0].
Qed.
#[export] Instance small_right : Small (at_right 0).
Proof.
  constructor; [apply at_right_proper_filter | intros d H].
  apply (filter_imp (F := locally 0) (fun v => Rabs v < d)); [|now apply near_0].
  intros v B P; split; [lra | exact B].
Qed.

Lemma right_above : at_right 0 (fun v => 0 <= v).
Proof. exists (mkposreal 1 Rlt_0_1). intros v _ P. lra. Qed.

Section Filter.
Context {F : (R -> Prop) -> Prop} {FF : Filter F}.
Lemma O_ext n f g : F (fun v => f v = g v) -> bigO F n f -> bigO F n g.
Proof.
  intros E [C H]. exists C. generalize (filter_and _ _ E H). apply filter_imp.
  intros v [e h]. now rewrite <- e.
Qed.
Lemma O_ext_all n f g : (forall v, f v = g v) -> bigO F n f -> bigO F n g.
Proof. intro E. apply O_ext, filter_forall, E. Qed.
Lemma O_plus n f g : bigO F n f -> bigO F n g -> bigO F n (fun v => f v + g v).
Proof.
  intros [C H] [D K]. exists (C + D). generalize (filter_and _ _ H K). apply filter_imp.
  intros v [h k]. pose proof (Rabs_triang (f v) (g v)). lra.
Qed.
Lemma O_mult n m f g : bigO F n f -> bigO F m g -> bigO F (n + m) (fun v => f v * g v).
Proof.
  intros [C H] [D K]. exists (C * D). generalize (filter_and _ _ H K). apply filter_imp.
  intros v [h k]. rewrite Rabs_mult, pow_add.
  replace (C * D * _) with ((C * Rabs v ^ n) * (D * Rabs v ^ m)) by ring.
  apply Rmult_le_compat; auto using Rabs_pos.
Qed.
Lemma O_power n : bigO F n (fun v => v ^ n).
Proof. exists 1. apply filter_forall. intro v. rewrite RPow_abs. lra. Qed.
Lemma O_const c : bigO F 0 (fun _ => c).
Proof. exists (Rabs c). apply filter_forall. intro v. simpl. lra. Qed.
Lemma O_zero n : bigO F n (fun _ => 0).
Proof.
  exists 1. apply filter_forall. intro v. rewrite Rabs_R0.
  pose proof (pow_le (Rabs v) n (Rabs_pos v)). lra.
Qed.
Lemma O_minus n f g : bigO F n f -> bigO F n g -> bigO F n (fun v => f v - g v).
Proof.
  intros H K. apply (O_ext_all _ (fun v => f v + -1 * g v)); [intro; ring|].
  apply O_plus; [exact H|]. apply (O_mult 0 n); [apply O_const | exact K].
Qed.
(* A claim and its falsified twin at once: their right sides agree. *)
Lemma both n f g h : bigO F n (fun v => f v - g v) -> bigO F n (fun v => f v - h v) ->
  bigO F n (fun v => g v - h v).
Proof.
  intros H K. apply (O_ext_all _ (fun v => (f v - h v) - (f v - g v))); [intro; ring|].
  now apply O_minus.
Qed.
Lemma other n (f h : R -> R) : bigO F n f -> bigO F n (fun v => f v - h v) -> bigO F n h.
Proof.
  intros H K. apply (O_ext_all _ (fun v => f v - (f v - h v))); [intro; ring|].
  now apply O_minus.
Qed.
Lemma by_known n f g : bigO F n (fun v => f v - g v) -> bigO F n g -> bigO F n f.
Proof.
  intros H K. apply (O_ext_all _ (fun v => (f v - g v) + g v)); [intro; ring|]. now apply O_plus.
Qed.
(* Same first coefficients: f = g + O(v^n). *)
Definition near_by n f g := bigO F n (fun v => f v - g v).
Lemma by_trans n f g h : near_by n f g -> near_by n g h -> near_by n f h.
Proof.
  intros H K. apply (O_ext_all _ (fun v => (f v - g v) + (g v - h v))); [intro; ring|].
  now apply O_plus.
Qed.
Lemma by_sym n f g : near_by n f g -> near_by n g f.
Proof. intro H. apply (O_ext_all _ (fun v => 0 - (f v - g v))); [intro; ring|].
  apply O_minus; [apply O_zero | exact H]. Qed.
End Filter.
(* What is the same above 0. *)
Lemma O_right n (f g : R -> R) : (forall v, 0 < v -> f v = g v) -> bigO (at_right 0) n f ->
  bigO (at_right 0) n g.
Proof.
  intro E. apply O_ext. exists (mkposreal 1 Rlt_0_1). intros v _ P. now apply E.
Qed.
