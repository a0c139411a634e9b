(* Polynomials by their coefficients, and what agrees with one as v tends to 0. *)
From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import BigO.
Export ListNotations.
Open Scope R_scope.

(* 0 and 1 are told apart, so that they do not add up to terms. *)
Inductive coef := Zero | One | Num (c : R).
Definition real c := match c with Zero => 0 | One => 1 | Num c => c end.
Definition plus_c a b := match a, b with
  | Zero, c | c, Zero => c | _, _ => Num (real a + real b) end.
Definition times_c a b := match a, b with
  | Zero, _ | _, Zero => Zero | One, c | c, One => c | _, _ => Num (real a * real b) end.
Definition opp_c a := match a with Zero => Zero | _ => Num (- real a) end.
Definition over_c a k := match a with Zero => Zero | _ => Num (real a / k) end.
Definition same a b := match a, b with
  | Zero, Zero | One, One => True | _, _ => real a = real b end.
Lemma real_plus a b : real (plus_c a b) = real a + real b.
Proof. destruct a, b; simpl; ring. Qed.
Lemma real_times a b : real (times_c a b) = real a * real b.
Proof. destruct a, b; simpl; ring. Qed.
Lemma real_opp a : real (opp_c a) = - real a.
Proof. destruct a; simpl; ring. Qed.
Lemma real_over a k : real (over_c a k) = real a / k.
Proof. destruct a; simpl; unfold Rdiv; ring. Qed.
Lemma same_real a b : same a b -> real a = real b.
Proof. destruct a, b; simpl; auto. Qed.

Fixpoint poly l v := match l with [] => 0 | a :: l => real a + v * poly l v end.
Fixpoint add l m := match l, m with
  | [], m => m | l, [] => l | a :: l, b :: m => plus_c a b :: add l m end.
Definition scale a l := map (times_c a) l.
Fixpoint mul l m := match l with [] => [] | a :: l => add (scale a m) (Zero :: mul l m) end.
Definition pad k l := repeat Zero k ++ l.
Definition take n l := firstn n (l ++ repeat Zero n).
Fixpoint comp n t m := match t with
  | [] => [] | c :: t => take n (add [c] (mul m (comp n t m))) end.
(* The first n coefficients agree. *)
Fixpoint agree n l m := match n with
  | O => True | S n => same (hd Zero l) (hd Zero m) /\ agree n (tl l) (tl m) end.
Definition zeros n l := agree n l [].

Lemma poly_head l v : poly l v = real (hd Zero l) + v * poly (tl l) v.
Proof. destruct l; simpl; ring. Qed.
Lemma poly_add l : forall m v, poly (add l m) v = poly l v + poly m v.
Proof. induction l as [|a l I]; intros [|b m] v; simpl; rewrite ?I, ?real_plus; ring. Qed.
Lemma poly_scale a l v : poly (scale a l) v = real a * poly l v.
Proof. induction l as [|b l I]; simpl; rewrite ?I, ?real_times; ring. Qed.
Lemma poly_opp l v : poly (map opp_c l) v = - poly l v.
Proof. induction l as [|b l I]; simpl; rewrite ?I, ?real_opp; ring. Qed.
Lemma poly_mul l m v : poly (mul l m) v = poly l v * poly m v.
Proof.
  induction l as [|a l I]; simpl; [ring|]. rewrite poly_add, poly_scale; simpl; rewrite I; ring.
Qed.
Lemma poly_pad k l v : poly (pad k l) v = v ^ k * poly l v.
Proof.
  unfold pad. induction k as [|k I]; simpl; [|rewrite I]; ring.
Qed.
Lemma agree_firstn n : forall l, agree n (firstn n l) l.
Proof.
  induction n as [|n I]; [easy|]. intros [|a l]; split; try easy; [|now destruct a | apply I].
  specialize (I []). now rewrite firstn_nil in I.
Qed.
Lemma poly_more n l v : poly (l ++ repeat Zero n) v = poly l v.
Proof.
  induction l as [|a l I]; simpl; [|now rewrite I].
  induction n as [|n I]; simpl; rewrite ?I; ring.
Qed.
Lemma take_length n l : length (take n l) = n.
Proof. unfold take. rewrite firstn_length, app_length, repeat_length. lia. Qed.
Lemma agree_skipn n : forall l v, zeros n l -> poly l v = v ^ n * poly (skipn n l) v.
Proof.
  induction n as [|n I]; intros l v H; [simpl; ring|]. destruct H as [H K]. destruct l as [|a l].
  - simpl; ring.
  - simpl in *. apply same_real in H. rewrite H, (I l v K). simpl. ring.
Qed.

Section Series.
Context {F : (R -> Prop) -> Prop} {FF : Filter F}.
Hypothesis near : forall d, 0 < d -> F (fun v => Rabs v < d).
Lemma O_weak n m f : (n <= m)%nat -> bigO F m f -> bigO F n f.
Proof.
  intros L [C H]. exists (Rabs C).
  generalize (filter_and _ _ (near 1 Rlt_0_1) H). apply filter_imp. intros v [B h].
  eapply Rle_trans; [exact h|]. replace m with (n + (m - n))%nat by lia. rewrite pow_add.
  pose proof (pow_le (Rabs v) n (Rabs_pos v)). pose proof (pow_le (Rabs v) (m - n) (Rabs_pos v)).
  assert (Rabs v ^ (m - n) <= 1).
  { rewrite <- (pow1 (m - n)). apply pow_incr. split; [apply Rabs_pos | lra]. }
  pose proof (Rle_abs C). pose proof (Rabs_pos C).
  assert (0 <= Rabs v ^ n * Rabs v ^ (m - n) <= Rabs v ^ n) by (split; nra).
  apply Rle_trans with (Rabs C * (Rabs v ^ n * Rabs v ^ (m - n))).
  - apply Rmult_le_compat_r; lra.
  - apply Rmult_le_compat_l; lra.
Qed.
Lemma poly_bounded l : bigO F 0 (poly l).
Proof.
  induction l as [|a l I]; simpl; [apply O_const|].
  apply O_plus; [apply O_const|]. apply (O_mult 0 0); [|exact I].
  apply (O_weak 0 1); [lia|]. apply (O_ext_all _ (fun v => v ^ 1)); [intro; ring | apply O_power].
Qed.
Lemma agree_poly n : forall l m, agree n l m -> near_by (F := F) n (poly l) (poly m).
Proof.
  induction n as [|n I]; intros l m H.
  - apply O_minus; apply poly_bounded.
  - destruct H as [H K]. apply (O_ext_all _ (fun v => v ^ 1 * (poly (tl l) v - poly (tl m) v))).
    + intro v. rewrite (poly_head l), (poly_head m), (same_real _ _ H). ring.
    + apply (O_mult 1 n); [apply O_power | now apply I].
Qed.
Lemma bounded_by n f l : near_by (F := F) n f (poly l) -> bigO F 0 f.
Proof.
  intro H. apply (O_ext_all _ (fun v => (f v - poly l v) + poly l v)); [intro; ring|].
  apply O_plus; [apply (O_weak 0 n); [lia | exact H] | apply poly_bounded].
Qed.
(* O(v^i) from the coefficients. *)
Lemma order_by n i f l : near_by (F := F) n f (poly l) -> (i <= n)%nat -> zeros i l -> bigO F i f.
Proof.
  intros H L Z. apply (O_ext_all _ (fun v => (f v - poly l v) + (poly l v - poly [] v))).
  - intro; simpl; ring.
  - apply O_plus; [now apply (O_weak i n) | now apply agree_poly].
Qed.
Lemma by_take n l : near_by (F := F) n (poly l) (poly (take n l)).
Proof.
  apply (by_trans _ _ (poly (l ++ repeat Zero n))).
  - apply (O_ext_all _ (fun _ => 0)); [intro; rewrite poly_more; ring | apply O_zero].
  - apply by_sym, agree_poly, agree_firstn.
Qed.
Lemma by_mult i j f l g m : near_by (F := F) (length l) f (poly l) ->
  near_by (F := F) (length m) g (poly m) -> (i <= length l)%nat -> zeros i l -> zeros j m ->
  let k := Nat.min (length l + j) (length m + i) in
  near_by (F := F) k (fun v => f v * g v) (poly (take k (mul l m))).
Proof.
  intros H K L Z W k. apply (by_trans _ _ (poly (mul l m))).
  - apply (O_ext_all _ (fun v => f v * (g v - poly m v) + poly m v * (f v - poly l v))).
    + intro. rewrite poly_mul. ring.
    + apply O_plus.
      * apply (O_weak k (i + length m)); [unfold k; lia|]. apply O_mult; [|exact K].
        now apply (order_by (length l) i f l).
      * apply (O_weak k (j + length l)); [unfold k; lia|]. apply O_mult; [|exact H].
        apply (O_ext_all _ (fun v => poly m v - poly [] v)); [intro; simpl; ring|].
        now apply agree_poly.
  - apply by_take.
Qed.
Lemma by_comp n t : forall f m, near_by (F := F) n f (poly m) ->
  near_by (F := F) n (fun v => poly t (f v)) (poly (comp n t m)).
Proof.
  intros f m H. induction t as [|c t I]; simpl.
  - apply (O_ext_all _ (fun _ => 0)); [intro; ring | apply O_zero].
  - apply (by_trans _ _ (poly (add [c] (mul m (comp n t m))))).
    2: apply by_take.
    apply (O_ext_all _ (fun v => f v * (poly t (f v) - poly (comp n t m) v)
                                 + poly (comp n t m) v * (f v - poly m v))).
    + intro v. rewrite poly_add, poly_mul. simpl. ring.
    + apply O_plus; [apply (O_mult 0 n) | apply (O_mult 0 n)]; auto using poly_bounded.
      now apply (bounded_by n f m).
Qed.
(* What is near a number other than 0 stays away from 0. *)
Lemma apart f c : bigO F 1 (fun v => f v - c) -> c <> 0 -> F (fun v => Rabs c / 2 <= Rabs (f v)).
Proof.
  intros [C H] N. pose proof (Rabs_pos_lt c N). pose proof (Rabs_pos C).
  assert (D : 0 < Rabs c / 2 / (Rabs C + 1)) by (apply Rdiv_lt_0_compat; lra).
  generalize (filter_and _ _ (near _ D) H). apply filter_imp. intros v [B h].
  rewrite pow_1 in h. pose proof (Rabs_pos v). pose proof (Rle_abs C).
  assert (Rabs v * (Rabs C + 1) <= Rabs c / 2).
  { apply Rlt_le in B. apply (Rmult_le_compat_r (Rabs C + 1)) in B; [|lra].
    replace (Rabs c / 2 / (Rabs C + 1) * (Rabs C + 1)) with (Rabs c / 2) in B by (field; lra). lra. }
  pose proof (Rabs_triang (f v) (- (f v - c))). rewrite Rabs_Ropp in *.
  replace (f v + - (f v - c)) with c in * by ring. nra.
Qed.
Lemma head_by n f l : near_by (F := F) (S n) f (poly l) -> bigO F 1 (fun v => f v - real (hd Zero l)).
Proof.
  intro H. apply (by_trans _ _ (poly l)); [apply (O_weak 1 (S n)); [lia | exact H]|].
  apply (O_ext_all _ (fun v => poly l v - poly [hd Zero l] v)); [intro; simpl; ring|].
  apply agree_poly. split; [|easy]. now destruct (hd Zero l).
Qed.
End Series.
