(* How an expansion is proved: what is wanted of a formula are its first coefficients. `sound` says
   that `ser` computes them; `vanishes` and `lasts` what follows for O(v^n). *)
From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Rings Tactics BigO Polynomials Taylor.
Open Scope R_scope.

(* A function of v, each part with what is known of its coefficients; `ser` computes the others.
   A pair (s, l) stands for v^-s (l_0 + l_1 v + ... + O(v^length l)). *)
Inductive expr :=
  | Var (n : nat)
  | Power (n k : nat)
  | Half (n k : nat)                              (* sqrt v ^ 2k, where v is positive *)
  | Const (n : nat) (c : coef)
  | Add (a b : expr)
  | Opp (a : expr)
  | Mul (i : nat) (a : expr) (j : nat) (b : expr) (* of order v^i and v^j *)
  | Inv (k : nat) (q : list coef) (a : expr)         (* 1/a = v^-k (q_0 + ...) *)
  | Fun (f : R -> R) (t : list coef) (a : expr)      (* f has the coefficients t at the value of a *)
  | Root (q : list coef) (a : expr)
  | NthRoot (n : nat) (e : R) (q : list coef) (a : expr)   (* the n-th root, e = 1/n *)
  | Known (l : list coef) (a : expr).                (* the coefficients of a, simplified *)

Fixpoint val e (v : R) : R := match e with
  | Var _ => v
  | Power _ k => v ^ k
  | Half _ k => sqrt v ^ (2 * k)
  | Const _ c => real c
  | Add a b => val a v + val b v
  | Opp a => - val a v
  | Mul _ a _ b => val a v * val b v
  | Inv _ _ a => / val a v
  | Fun f _ a => f (val a v)
  | Root _ a => sqrt (val a v)
  | NthRoot _ e _ a => Rpower (val a v) e
  | Known _ a => val a v
  end.

Definition ser_add (p q : nat * list coef) :=
  let l := pad (fst q - fst p) (snd p) in
  let m := pad (fst p - fst q) (snd q) in
  (Nat.max (fst p) (fst q), firstn (Nat.min (length l) (length m)) (add l m)).
Definition ser_mul i (p : nat * list coef) j (q : nat * list coef) := ((fst p + fst q)%nat,
  take (Nat.min (length (snd p) + j) (length (snd q) + i)) (mul (snd p) (snd q))).
Definition ser_fun t (p : nat * list coef) :=
  let n := Nat.min (length t) (length (snd p)) in (O, take n (comp n t (Zero :: tl (snd p)))).
Fixpoint ser e : nat * list coef := match e with
  | Var n => (O, firstn n (Zero :: One :: repeat Zero n))
  | Power n k | Half n k => (O, firstn n (pad k (One :: repeat Zero n)))
  | Const n c => (O, firstn n (c :: repeat Zero n))
  | Add a b => ser_add (ser a) (ser b)
  | Opp a => (fun p => (fst p, map opp_c (snd p))) (ser a)
  | Mul i a j b => ser_mul i (ser a) j (ser b)
  | Inv k q _ => (k, q)
  | Fun _ t a => ser_fun t (ser a)
  | Root q _ | NthRoot _ _ q _ => (O, q)
  | Known l a => (fst (ser a), l)
  end.

Fixpoint powers n q := match n with O => [One] | S O => q | S n => mul q (powers n q) end.
(* What has to hold for that, of the coefficients (s, l) of the parts. *)
Definition mul_ok i (p : nat * list coef) j (q : nat * list coef) :=
  Nat.leb i (length (snd p)) = true /\ zeros i (snd p) /\ zeros j (snd q).
Definition inv_ok k q (p : nat * list coef) :=
  fst p = O /\ zeros k (snd p) /\ Nat.leb (S k) (length (snd p)) = true /\
  Nat.leb (length q + k) (length (snd p)) = true /\ real (hd Zero (skipn k (snd p))) <> 0 /\
  agree (length q) (mul q (skipn k (snd p))) [One].
Definition fun_ok f t (p : nat * list coef) :=
  fst p = O /\ Nat.leb 1 (length (snd p)) = true /\ taylor f (real (hd Zero (snd p))) t.
Definition root_ok q (p : nat * list coef) :=
  fst p = O /\ 0 < real (hd Zero q) /\ Nat.leb (length q) (length (snd p)) = true /\
  agree (length q) (mul q q) (snd p) /\ Nat.leb 1 (length q) = true.
Definition rooted_ok n e q (p : nat * list coef) :=
  fst p = O /\ 0 < real (hd Zero q) /\ Nat.leb (length q) (length (snd p)) = true /\
  agree (length q) (powers n q) (snd p) /\ Nat.leb 1 (length q) = true /\ INR n * e = 1.
Definition known_ok l (p : nat * list coef) :=
  Nat.leb (length l) (length (snd p)) = true /\ agree (length l) (snd p) l.
Fixpoint ok F e : Prop := match e with
  | Var _ | Power _ _ | Const _ _ => True
  | Half _ _ => F (fun v => 0 <= v)
  | Add a b => ok F a /\ ok F b
  | Opp a => ok F a
  | Mul i a j b => ok F a /\ ok F b /\ mul_ok i (ser a) j (ser b)
  | Inv k q a => ok F a /\ inv_ok k q (ser a)
  | Fun f t a => ok F a /\ fun_ok f t (ser a)
  | Root q a => ok F a /\ root_ok q (ser a)
  | NthRoot n e q a => ok F a /\ rooted_ok n e q (ser a)
  | Known l a => ok F a /\ known_ok l (ser a)
  end.

Section Sound.
Context {F : (R -> Prop) -> Prop} {SF : Small F}.
Lemma within d : 0 < d -> F (fun v => Rabs v < d).
Proof. intro H. apply (filter_imp (F := F) _ _ (fun v B => proj2 B) (small_near d H)). Qed.
Definition has f (p : nat * list coef) :=
  bigO F (length (snd p)) (fun v => v ^ fst p * f v - poly (snd p) v).

Lemma has_firstn n f l : bigO F n (fun v => f v - poly l v) ->
  bigO F (length (firstn n l)) (fun v => f v - poly (firstn n l) v).
Proof.
  intro H. apply (O_weak within _ n); [rewrite firstn_length; lia|].
  apply (by_trans _ _ (poly l)); [exact H|]. apply by_sym, (agree_poly within), agree_firstn.
Qed.
Lemma has_take n f l : bigO F n (fun v => f v - poly l v) ->
  bigO F (length (take n l)) (fun v => f v - poly (take n l) v).
Proof. intro H. rewrite take_length. apply (by_trans _ _ (poly l) _ H (by_take within n l)). Qed.
Lemma has_exactly n f l : (forall v, f v = poly l v) ->
  bigO F (length (firstn n l)) (fun v => f v - poly (firstn n l) v).
Proof.
  intro H. apply has_firstn. apply (O_ext_all _ (fun _ => 0)); [|apply O_zero].
  intro v. rewrite H. ring.
Qed.
Lemma poly_zeros n v : poly (repeat Zero n) v = 0.
Proof. induction n as [|n I]; simpl; [|rewrite I]; ring. Qed.

Lemma has_add f g p q : has f p -> has g q -> has (fun v => f v + g v) (ser_add p q).
Proof.
  destruct p as [s l], q as [t m]. unfold has, ser_add; simpl. intros H K. apply has_firstn.
  assert (P : forall k a h x, bigO F (length x) (fun v => v ^ a * h v - poly x v) ->
    bigO F (length (pad k x)) (fun v => v ^ (k + a) * h v - poly (pad k x) v)).
  { intros k a h x B. unfold pad at 1. rewrite app_length, repeat_length.
    apply (O_ext_all _ (fun v => v ^ k * (v ^ a * h v - poly x v))).
    - intro v. rewrite poly_pad, pow_add. ring.
    - apply O_mult; [apply O_power | exact B]. }
  apply (O_ext_all _ (fun v =>
    (v ^ (t - s + s) * f v - poly (pad (t - s) l) v) +
    (v ^ (s - t + t) * g v - poly (pad (s - t) m) v))).
  { intro v. rewrite poly_add.
    replace (t - s + s)%nat with (Nat.max s t) by lia.
    replace (s - t + t)%nat with (Nat.max s t) by lia. ring. }
  apply O_plus; eapply (O_weak within); try (apply P; eassumption); lia.
Qed.
Lemma has_opp f p : has f p -> has (fun v => - f v) (fst p, map opp_c (snd p)).
Proof.
  unfold has; simpl. rewrite map_length. intro H.
  apply (O_ext_all _ (fun v => 0 - (v ^ fst p * f v - poly (snd p) v))).
  - intro v. rewrite poly_opp. ring.
  - apply O_minus; [apply O_zero | exact H].
Qed.
Lemma has_mul i j f g p q : has f p -> has g q -> (i <= length (snd p))%nat ->
  zeros i (snd p) -> zeros j (snd q) -> has (fun v => f v * g v) (ser_mul i p j q).
Proof.
  unfold has, ser_mul; simpl. intros H K L Z W. rewrite take_length.
  apply (O_ext_all _ (fun v => (v ^ fst p * f v) * (v ^ fst q * g v) -
    poly (take (Nat.min (length (snd p) + j) (length (snd q) + i)) (mul (snd p) (snd q))) v)).
  - intro v. rewrite pow_add. ring.
  - now apply (by_mult within).
Qed.
Lemma has_inv k q f l : has f (O, l) -> zeros k l -> (S k <= length l)%nat ->
  (length q + k <= length l)%nat -> real (hd Zero (skipn k l)) <> 0 ->
  agree (length q) (mul q (skipn k l)) [One] -> has (fun v => / f v) (k, q).
Proof.
  unfold has; simpl. intros H Z L M N A. set (u := skipn k l) in *.
  assert (U : F (fun v => v <> 0 /\ Rabs v < 1)) by (apply small_near; lra).
  (* w = f / v^k *)
  assert (W : bigO F (length l - k) (fun v => / v ^ k * f v - poly u v)).
  { destruct H as [C H]. exists C. generalize (filter_and _ _ U H). apply filter_imp.
    intros v [[V _] h]. rewrite Rmult_1_l, (agree_skipn k l v Z) in h.
    replace (/ v ^ k * f v - poly u v) with (/ v ^ k * (f v - v ^ k * poly u v))
      by (field; now apply pow_nonzero).
    pose proof (Rabs_pos_lt _ (pow_nonzero v k V)) as P.
    rewrite Rabs_mult, Rabs_inv.
    apply (Rmult_le_reg_l (Rabs (v ^ k))); [exact P|].
    rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
    replace (length l) with (k + (length l - k))%nat in h by lia. rewrite pow_add in h.
    rewrite <- RPow_abs. fold u in h. lra. }
  assert (A1 : bigO F 1 (fun v => / v ^ k * f v - real (hd Zero u))).
  { apply (head_by within (length l - k - 1) _ u).
    now replace (S (length l - k - 1)) with (length l - k)%nat by lia. }
  pose proof (apart within _ _ A1 N) as B.
  assert (E : bigO F (length q) (fun v => 1 - poly q v * (/ v ^ k * f v))).
  { apply (O_ext_all _ (fun v => 0 - (poly q v * (/ v ^ k * f v - poly u v)
                                 + (poly (mul q u) v - poly [One] v)))).
    - intro v. rewrite poly_mul. simpl. ring.
    - apply O_minus; [apply O_zero|]. apply O_plus.
      + apply (O_mult 0 (length q)); [apply (poly_bounded within)|].
        apply (O_weak within _ (length l - k)); [lia | exact W].
      + now apply (agree_poly within). }
  destruct E as [C E]. exists (C * (2 / Rabs (real (hd Zero u)))).
  generalize (filter_and _ _ U (filter_and _ _ B E)). apply filter_imp.
  intros v [[V _] [b e]]. pose proof (Rabs_pos_lt _ N) as P.
  assert (Q : / v ^ k * f v <> 0) by (intro Z0; rewrite Z0, Rabs_R0 in b; lra).
  assert (V' : v ^ k <> 0) by now apply pow_nonzero.
  assert (G : f v <> 0) by (intro Z0; apply Q; rewrite Z0; ring).
  replace (v ^ k * / f v - poly q v) with ((1 - poly q v * (/ v ^ k * f v)) * / (/ v ^ k * f v))
    by (field; split; assumption).
  rewrite Rabs_mult, Rabs_inv.
  replace (C * (2 / Rabs (real (hd Zero u))) * Rabs v ^ length q)
    with (C * Rabs v ^ length q * (2 / Rabs (real (hd Zero u)))) by ring.
  apply Rmult_le_compat; auto using Rabs_pos.
  - apply Rlt_le, Rinv_0_lt_compat. lra.
  - replace (2 / Rabs (real (hd Zero u))) with (/ (Rabs (real (hd Zero u)) / 2)) by (field; lra).
    apply Rinv_le_contravar; lra.
Qed.
Lemma has_fun f t g l : has g (O, l) -> (1 <= length l)%nat -> taylor f (real (hd Zero l)) t ->
  has (fun v => f (g v)) (ser_fun t (O, l)).
Proof.
  unfold has, ser_fun; simpl. intros H L T. set (n := Nat.min (length t) (length l)).
  apply (O_ext_all _ (fun v => f (g v) - poly (take n (comp n t (Zero :: tl l))) v)).
  { intro; simpl; ring. }
  apply has_take. set (a := real (hd Zero l)) in *.
  assert (X : bigO F (length l) (fun v => (g v - a) - poly (Zero :: tl l) v)).
  { apply (O_ext_all _ (fun v => 1 * g v - poly l v)); [|exact H].
    intro v. rewrite (poly_head l). simpl. fold a. ring. }
  assert (Y : bigO F 1 (fun v => g v - a)).
  { apply (order_by within (length l) 1 _ (Zero :: tl l)); [exact X | lia | now split]. }
  apply (by_trans _ _ (fun v => poly t (g v - a))).
  2: { apply (by_comp within). apply (O_weak within _ (length l)); [unfold n; lia | exact X]. }
  apply (O_weak within n (length t)); [unfold n; lia|].
  destruct T as [C [d D]], Y as [K Y]. exists (Rabs C * Rabs K ^ length t).
  pose proof (cond_pos d). pose proof (Rabs_pos K). pose proof (Rle_abs K).
  assert (E : 0 < d / (Rabs K + 1)) by (apply Rdiv_lt_0_compat; lra).
  generalize (filter_and _ _ (within _ E) Y). apply filter_imp. intros v [B y].
  rewrite pow_1 in y. pose proof (Rabs_pos v).
  assert (S : Rabs (g v - a) < d).
  { apply Rle_lt_trans with (Rabs v * (Rabs K + 1)); [nra|].
    apply (Rmult_lt_compat_r (Rabs K + 1)) in B; [|lra].
    replace (d / (Rabs K + 1) * (Rabs K + 1)) with (pos d) in B by (field; lra). exact B. }
  specialize (D (g v - a)). replace (a + (g v - a)) with (g v) in D by ring.
  eapply Rle_trans; [apply D; change (Rabs (g v - a - 0) < d); now rewrite Rminus_0_r|].
  rewrite Rmult_assoc, <- Rpow_mult_distr.
  apply Rle_trans with (Rabs C * Rabs (g v - a) ^ length t).
  - apply Rmult_le_compat_r; [apply pow_le, Rabs_pos | apply Rle_abs].
  - apply Rmult_le_compat_l; [apply Rabs_pos|]. apply pow_incr. split; [apply Rabs_pos|nra].
Qed.
Lemma above h c : bigO F 1 (fun v => h v - c) -> 0 < c -> F (fun v => c / 2 <= h v).
Proof.
  intros [C B] Pc. pose proof (Rabs_pos C). pose proof (Rle_abs C).
  assert (D : 0 < c / 2 / (Rabs C + 1)) by (apply Rdiv_lt_0_compat; lra).
  generalize (filter_and _ _ (within _ D) B). apply filter_imp. intros v [b k].
  rewrite pow_1 in k. pose proof (Rabs_pos v).
  apply Rlt_le, (Rmult_le_compat_r (Rabs C + 1)) in b; [|lra].
  replace (c / 2 / (Rabs C + 1) * (Rabs C + 1)) with (c / 2) in b by (field; lra).
  apply Rabs_le_between in k. nra.
Qed.
Lemma has_root q f l : has f (O, l) -> 0 < real (hd Zero q) -> (length q <= length l)%nat ->
  (1 <= length q)%nat -> agree (length q) (mul q q) l -> has (fun v => sqrt (f v)) (O, q).
Proof.
  unfold has; simpl. intros H P L M A.
  assert (A0 : real (hd Zero l) = real (hd Zero q) * real (hd Zero q)).
  { destruct q as [|c q]; [simpl in M; lia|]. destruct A as [A _]. rewrite <- (same_real _ _ A).
    destruct c, q; simpl; ring. }
  assert (H' : bigO F (length q) (fun v => f v - poly l v)).
  { apply (O_weak within _ (length l)); [exact L|].
    apply (O_ext_all _ (fun v => 1 * f v - poly l v)); [intro; ring | exact H]. }
  assert (E : bigO F (length q) (fun v => f v - poly q v * poly q v)).
  { apply (by_trans _ _ (poly l)); [exact H'|].
    apply (O_ext_all _ (fun v => 0 - (poly (mul q q) v - poly l v))).
    - intro; rewrite poly_mul; ring.
    - apply O_minus; [apply O_zero | now apply (agree_poly within)]. }
  assert (Q1 : bigO F 1 (fun v => poly q v - real (hd Zero q))).
  { apply (head_by within 0 _ q). apply (O_ext_all _ (fun _ => 0)); [intro; ring | apply O_zero]. }
  assert (F1 : bigO F 1 (fun v => f v - real (hd Zero l))).
  { apply (head_by within (length q - 1)). replace (S (length q - 1)) with (length q) by lia.
    exact H'. }
  pose proof (above _ _ Q1 P) as BQ.
  assert (P0 : 0 < real (hd Zero l)) by (rewrite A0; nra).
  pose proof (above _ _ F1 P0) as BF. destruct E as [C E]. exists (C * (2 / real (hd Zero q))).
  generalize (filter_and _ _ BQ (filter_and _ _ BF E)). apply filter_imp. intros v [bq [bf e]].
  pose proof (sqrt_lt_R0 (f v) ltac:(lra)) as S.
  replace (1 * sqrt (f v) - poly q v)
    with ((f v - poly q v * poly q v) * / (sqrt (f v) + poly q v)).
  2: { rewrite <- (sqrt_sqrt (f v)) at 1 by lra. field. lra. }
  rewrite Rabs_mult, Rabs_inv.
  replace (C * (2 / real (hd Zero q)) * Rabs v ^ length q)
    with (C * Rabs v ^ length q * (2 / real (hd Zero q))) by ring.
  apply Rmult_le_compat; auto using Rabs_pos.
  - apply Rlt_le, Rinv_0_lt_compat. rewrite Rabs_right; lra.
  - replace (2 / real (hd Zero q)) with (/ (real (hd Zero q) / 2)) by (field; lra).
    rewrite Rabs_right by lra. apply Rinv_le_contravar; lra.
Qed.
Lemma poly_powers n q v : poly (powers n q) v = poly q v ^ n.
Proof.
  induction n as [|n I]; [simpl; ring|]. destruct n as [|n]; [simpl; ring|].
  change (powers (S (S n)) q) with (mul q (powers (S n) q)). rewrite poly_mul, I. simpl. ring.
Qed.
Lemma apart_powers x y k : 0 <= y -> 0 < x ->
  Rabs (y - x) * x ^ k <= Rabs (y ^ S k - x ^ S k) /\ 0 <= (y - x) * (y ^ S k - x ^ S k).
Proof.
  intros Y X. induction k as [|k [I J]]; [rewrite pow_O, !pow_1, Rmult_1_r; split; [apply Rle_refl | exact (Rle_0_sqr (y - x))]|].
  pose proof (pow_lt x (S k) X) as P. set (d := y - x) in *. set (u := y ^ S k - x ^ S k) in *.
  replace (y ^ S (S k) - x ^ S (S k)) with (y * u + d * x ^ S k) by (unfold u, d; simpl; ring).
  assert (D : 0 <= d * (y * u)) by (replace (d * (y * u)) with (y * (d * u)) by ring; nra).
  assert (Q : 0 <= d * (d * x ^ S k)) by (replace (d * (d * x ^ S k)) with (d * d * x ^ S k) by ring; nra).
  split; [|nra]. rewrite <- (Rabs_right (x ^ S k)) at 1 by lra. rewrite <- Rabs_mult.
  destruct (Rtotal_order d 0) as [L | [L | L]].
  - rewrite !Rabs_left1; nra.
  - rewrite L, Rmult_0_l, Rabs_R0. apply Rabs_pos.
  - rewrite !Rabs_right; nra.
Qed.
Lemma has_rooted n e q f l : has f (O, l) -> 0 < real (hd Zero q) -> (length q <= length l)%nat ->
  (1 <= length q)%nat -> agree (length q) (powers n q) l -> INR n * e = 1 ->
  has (fun v => Rpower (f v) e) (O, q).
Proof.
  unfold has; simpl. intros H P L M A N. destruct n as [|k]; [simpl in N; lra|].
  assert (A0 : real (hd Zero l) = real (hd Zero q) ^ S k).
  { assert (T : forall m, poly m 0 = real (hd Zero m)) by (intro m; rewrite poly_head; ring).
    rewrite <- !T, <- poly_powers, !T. destruct (length q); [lia|]. destruct A as [A _].
    now rewrite (same_real _ _ A). }
  assert (H' : bigO F (length q) (fun v => f v - poly l v)).
  { apply (O_weak within _ (length l)); [exact L|].
    apply (O_ext_all _ (fun v => 1 * f v - poly l v)); [intro; ring | exact H]. }
  assert (E : bigO F (length q) (fun v => f v - poly q v ^ S k)).
  { apply (by_trans _ _ (poly l)); [exact H'|].
    apply (O_ext_all _ (fun v => 0 - (poly (powers (S k) q) v - poly l v))).
    - intro; rewrite poly_powers; ring.
    - apply O_minus; [apply O_zero | now apply (agree_poly within)]. }
  assert (Q1 : bigO F 1 (fun v => poly q v - real (hd Zero q))).
  { apply (head_by within 0 _ q). apply (O_ext_all _ (fun _ => 0)); [intro; ring | apply O_zero]. }
  assert (F1 : bigO F 1 (fun v => f v - real (hd Zero l))).
  { apply (head_by within (length q - 1)). replace (S (length q - 1)) with (length q) by lia.
    exact H'. }
  pose proof (above _ _ Q1 P) as BQ. pose proof (pow_lt _ (S k) P) as P0. rewrite <- A0 in P0.
  pose proof (above _ _ F1 P0) as BF. set (c := real (hd Zero q)) in *.
  assert (D : 0 < (c / 2) ^ k) by (apply pow_lt; lra).
  destruct E as [C E]. exists (C * / (c / 2) ^ k).
  generalize (filter_and _ _ BQ (filter_and _ _ BF E)). apply filter_imp. intros v [bq [bf b]].
  assert (G : Rpower (f v) e ^ S k = f v).
  { rewrite <- Rpower_pow by apply exp_pos. rewrite Rpower_mult, Rmult_comm, N. apply Rpower_1. lra. }
  rewrite <- G in b. rewrite Rmult_1_l.
  destruct (apart_powers (poly q v) (Rpower (f v) e) k) as [K _]; [apply Rlt_le, exp_pos | lra |].
  assert (B : (c / 2) ^ k <= poly q v ^ k) by (apply pow_incr; lra).
  pose proof (Rabs_pos (Rpower (f v) e - poly q v)).
  apply (Rmult_le_reg_r ((c / 2) ^ k)); [exact D|].
  replace (C * / (c / 2) ^ k * Rabs v ^ length q * (c / 2) ^ k) with (C * Rabs v ^ length q) by (field; lra).
  apply Rle_trans with (2 := b), Rle_trans with (2 := K). apply Rmult_le_compat_l; assumption.
Qed.
Local Arguments Nat.leb : simpl never.
Theorem sound e : ok F e -> has (val e) (ser e).
Proof.
  induction e as [n | n k | n k | n c | a IA b IB | a IA | i a IA j b IB | k q a IA | f t a IA | q a IA
    | n c q a IA | l a IA]; simpl; intros.
  - apply (O_ext_all _ (fun v => v - poly (firstn n (Zero :: One :: repeat Zero n)) v));
      [intro; simpl; ring|].
    apply has_exactly. intro v. simpl. rewrite poly_zeros. ring.
  - apply (O_ext_all _ (fun v => v ^ k - poly (firstn n (pad k (One :: repeat Zero n))) v));
      [intro; simpl; ring|].
    apply has_exactly. intro v. rewrite poly_pad. simpl. rewrite poly_zeros. ring.
  - apply (O_ext _ (fun v => v ^ k - poly (firstn n (pad k (One :: repeat Zero n))) v)).
    + generalize H. apply filter_imp. intros v P.
      replace (k + (k + 0))%nat with (2 * k)%nat by lia. rewrite pow_mult, pow2_sqrt by exact P. simpl. ring.
    + apply has_exactly. intro v. rewrite poly_pad. simpl. rewrite poly_zeros. ring.
  - apply (O_ext_all _ (fun v => real c - poly (firstn n (c :: repeat Zero n)) v)); [intro; simpl; ring|].
    apply (has_exactly n (fun _ => real c)). intro v. simpl. rewrite poly_zeros. ring.
  - apply has_add; tauto.
  - apply has_opp; tauto.
  - destruct H as (A & B & L & Z & W). unfold mul_ok in *. apply Nat.leb_le in L. apply has_mul; auto.
  - destruct H as (A & S & Z & L & M & N & G). apply Nat.leb_le in L, M.
    specialize (IA A). destruct (ser a) as [s l]. simpl in *. subst s. now apply (has_inv k q _ l).
  - destruct H as (A & S & L & T). apply Nat.leb_le in L.
    specialize (IA A). destruct (ser a) as [s l]. simpl in *. subst s. now apply has_fun.
  - destruct H as (A & S & P & L & G & M). apply Nat.leb_le in L, M.
    specialize (IA A). destruct (ser a) as [s l]. simpl in *. subst s. now apply (has_root q _ l).
  - destruct H as (A & S & P & L & G & M & N). apply Nat.leb_le in L, M.
    specialize (IA A). destruct (ser a) as [s l]. simpl in *. subst s. now apply (has_rooted n c q _ l).
  - destruct H as (A & L & G). apply Nat.leb_le in L. specialize (IA A). unfold has in *. simpl.
    apply (by_trans _ _ (poly (snd (ser a)))); [now apply (O_weak within _ _ _ L)|].
    now apply (agree_poly within).
Qed.

(* e = O(v^n): its coefficients before v^n are 0. *)
Theorem vanishes e n : ok F e -> Nat.leb (fst (ser e) + n) (length (snd (ser e))) = true ->
  zeros (fst (ser e) + n) (snd (ser e)) -> bigO F n (val e).
Proof.
  intros K L Z. apply Nat.leb_le in L. pose proof (sound e K) as H. destruct (ser e) as [s l].
  unfold has in H. simpl in *.
  pose proof (order_by within _ (s + n) _ l H L Z) as [C B]. exists C.
  generalize (filter_and _ _ (small_near 1 Rlt_0_1) B). apply filter_imp. intros v [[V _] b].
  rewrite Rabs_mult, pow_add, <- RPow_abs in b. pose proof (Rabs_pos_lt v V).
  apply (Rmult_le_reg_l (Rabs v ^ s)); [now apply pow_lt | lra].
Qed.
(* f is not O(v^n): a coefficient before v^n, at the place s + k, is another than 0. *)
Lemma not_order f s l n k : has f (s, l) -> (S k <= length l)%nat -> (S k <= s + n)%nat -> zeros k l ->
  real (hd Zero (skipn k l)) <> 0 -> ~ bigO F n f.
Proof.
  intros H L M Z N B. unfold has in H. simpl in *.
  assert (P : bigO F (S k) (fun v => v ^ k * poly (skipn k l) v)).
  { apply (O_ext_all _ (fun v => v ^ s * f v - (v ^ s * f v - poly l v))).
    - intro v. rewrite (agree_skipn k l v Z). ring.
    - apply O_minus; [|now apply (O_weak within _ (length l))].
      apply (O_weak within _ (s + n)); [exact M|]. apply O_mult; [apply O_power | exact B]. }
  assert (Q : bigO F 1 (poly (skipn k l))).
  { destruct P as [C P]. exists C. generalize (filter_and _ _ (small_near 1 Rlt_0_1) P).
    apply filter_imp. intros v [[V _] p]. replace (S k) with (k + 1)%nat in p by lia.
    rewrite Rabs_mult, pow_add, <- RPow_abs in p. pose proof (Rabs_pos_lt v V).
    apply (Rmult_le_reg_l (Rabs v ^ k)); [now apply pow_lt | lra]. }
  assert (W : bigO F 1 (fun v => 0 - real (hd Zero (skipn k l)))).
  { apply (by_trans _ _ (poly (skipn k l))).
    - apply O_minus; [apply O_zero | exact Q].
    - apply (head_by within 0 _ (skipn k l)).
      apply (O_ext_all _ (fun _ => 0)); [intro; ring | apply O_zero]. }
  pose proof (apart within _ _ W N) as A. destruct (filter_ex _ A) as [v a].
  rewrite Rabs_R0 in a. pose proof (Rabs_pos_lt _ N). lra.
Qed.
Theorem lasts e n k : ok F e -> Nat.leb (S k) (length (snd (ser e))) = true ->
  Nat.leb (S k) (fst (ser e) + n) = true -> zeros k (snd (ser e)) ->
  real (hd Zero (skipn k (snd (ser e)))) <> 0 -> ~ bigO F n (val e).
Proof.
  intros K L M. apply Nat.leb_le in L, M. pose proof (sound e K) as H. destruct (ser e) as [s l].
  now apply (not_order _ s l).
Qed.
End Sound.

(* How the generated lemmas are proved: `rules` puts in the equations of the page. *)
Ltac expand := cbv [ok ser ser_add ser_mul ser_fun mul_ok inv_ok fun_ok root_ok rooted_ok powers known_ok zeros agree mul add scale map pad repeat app firstn skipn length hd tl
  comp take plus_c times_c opp_c over_c same real fst snd Nat.leb Nat.min Nat.max Nat.sub Nat.add].
Ltac smooth_enough := first [ assumption | intro; auto_derive; exact I ].
Ltac taylor_list t := lazymatch t with
  | [_] => apply taylor_1; smooth_enough
  | _ :: ?u => eapply taylor_S; [smooth_enough | taylor_list u] end.
Ltac square_list t := lazymatch t with
  | [_; _] => apply taylor_nil; smooth_enough
  | _ :: _ :: ?u => taylor_list u end.
Ltac coefficient rules := lazymatch goal with
  | |- _ = true => reflexivity
  | |- True => exact I
  | |- at_right 0 _ => exact right_above
  | |- taylor ?f ?a ?t => first
    [ lazymatch goal with U : forall z, Derive f z = 2 * z * ?r z |- _ =>
        eapply taylor_same;
          [eapply taylor_square; [assumption | exact U | square_list t] | reflexivity |] end
    | eapply taylor_same; [taylor_list t | reflexivity |] ];
    cbv [integ scale map times_c over_c agree same real hd tl length Z.of_nat Pos.of_succ_nat
      Pos.succ]; coefficients rules
  | |- _ <> _ => first [ assumption | rules; unfold Rdiv; non_zero ]
  | |- _ < _ => rules; first [ lra | plainly_positive ]
  | |- INR _ * _ = 1 => simpl INR; field_R
  | |- ?a = ?a => reflexivity
  | |- context [/ _] => first [ rules; field_R; non_zero | ring_R | rules; ring_R ]
  | |- _ => first [ ring_R | rules; first [ ring_R | field_R; non_zero ] ]
  end
with coefficients rules :=
  expand; repeat match goal with |- _ /\ _ => split end; coefficient rules.
(* An equation for all v, in which a quotient with v below stands for itself. *)
Ltac sides := let v := fresh "v" in intro v; first [ ring_R | solve [ field_R; non_zero ]
  | unfold Rdiv; repeat match goal with |- context [/ ?x] =>
      lazymatch x with context [v] => generalize (/ x); intro end end;
    first [ ring_R | field_R; non_zero ] ].
(* The same but for roots of v and of numbers, of which `by_` knows the powers: what is divided by
   is the same, and then stands for itself. *)
Ltac nicely by_ := unfold Rdiv;
  repeat match goal with |- context [/ ?a] => lazymatch a with IZR _ => fail | _ =>
    match goal with |- context [/ ?b] => lazymatch b with IZR _ => fail | _ =>
      tryif constr_eq a b then fail else replace a with b by (solve [ by_ ]) end end end end;
  repeat match goal with |- context [/ ?x] => lazymatch x with IZR _ => fail | _ =>
    generalize (/ x); intro end end; by_.
Ltac vanish rules := apply vanishes; coefficients rules.
