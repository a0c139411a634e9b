(* The first coefficients, as rational numbers that Coq computes, of what has no other letters than v: for
   witnesses. Nothing here has to be trusted. *)
From Coq Require Import Reals Lra Lia QArith Qreals List.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import BigO Polynomials Taylor Series Numbers.
Import ListNotations.
Open Scope R_scope.

(* `Arg k` is the k-th of the values at hand, the last `Let` first; `Rooted k` is sqrt v ^ 2k. *)
Inductive program :=
  | V | Rooted (k : nat) | Arg (k : nat) | Given (z : Z) | Sum (a b : program) | Neg (a : program)
  | Prod (a b : program) | Quot (a : program) | Raise (a : program) (n : nat) | Sqrt (a : program) | Root_0
  | Poly (l : list Q) (a : program) | Let (a b : program).
Fixpoint run e (known : list R) (v : R) := match e with
  | V => v | Rooted k => sqrt v ^ (2 * k) | Arg k => nth k known 0 | Given z => IZR z
  | Sum a b => run a known v + run b known v | Neg a => - run a known v
  | Prod a b => run a known v * run b known v | Quot a => / run a known v
  | Raise a n => run a known v ^ n | Sqrt a => sqrt (run a known v) | Root_0 => sqrt 0
  | Poly l a => pol l (run a known v)
  | Let a b => run b (run a known v :: known) v end.

(* Series v^-s (l_0 + l_1 v + ...), the coefficients up to the length of l. *)
Definition series := (nat * list Q)%type.
Fixpoint add_q l m := match l, m with
  | [], m => m | l, [] => l | a :: l, b :: m => Qred (a + b) :: add_q l m end.
Definition scale_q a l := map (fun b => Qred (a * b)) l.
Fixpoint mul_q l m := match l with
  | [] => [] | a :: l => add_q (scale_q a m) (0%Q :: mul_q l m) end.
Definition pad_q k (l : list Q) := repeat 0%Q k ++ l.
Definition take_q n (l : list Q) := firstn n (l ++ repeat 0%Q n).
Definition is_0 q := Qeq_bool q 0.
Fixpoint zeros_q k l := match k, l with
  | S k, c :: l => (is_0 c && zeros_q k l)%bool | _, _ => true end.
Fixpoint leading (l : list Q) := match l with
  | [] => O | c :: l => if is_0 c then S (leading l) else O end.
Fixpoint same_q n l m := match n with
  | O => true | S n => (Qeq_bool (hd 0%Q l) (hd 0%Q m) && same_q n (tl l) (tl m))%bool end.
Definition add_s (p q : series) : series :=
  let l := pad_q (fst q - fst p) (snd p) in let m := pad_q (fst p - fst q) (snd q) in
  (Nat.max (fst p) (fst q), firstn (Nat.min (length l) (length m)) (add_q l m)).
Definition opp_s (p : series) : series := (fst p, map Qopp (snd p)).
Definition mul_s N (p q : series) : series :=
  let i := leading (snd p) in let j := leading (snd q) in
  ((fst p + fst q)%nat, firstn (N + (fst p + fst q))
    (take_q (Nat.min (length (snd p) + j) (length (snd q) + i)) (mul_q (snd p) (snd q)))).
(* n coefficients of 1/(u_0 + u_1 v + ...). *)
Fixpoint inverse_q n (u : list Q) := match n with
  | O => [] | S n => let q := inverse_q n u in
    q ++ [Qred (((if Nat.eqb n 0 then 1 else 0) - nth n (mul_q q u) 0%Q) / hd 0%Q u)] end.
Definition inv_s (p : series) : option series :=
  let k := leading (snd p) in let u := skipn k (snd p) in let q := inverse_q (length u - k) u in
  if (Nat.eqb (fst p) 0 && Nat.leb 1 (length u) && negb (is_0 (hd 0%Q u)) && zeros_q k (snd p)
    && Nat.leb (length q + k) (length (snd p)) && same_q (length q) (mul_q q u) [1%Q])%bool
  then Some (k, q) else None.
Definition root_of (x : Q) := Qred (Z.sqrt (Qnum x) # Z.to_pos (Z.sqrt (Zpos (Qden x)))).
Fixpoint root_q n (u : list Q) := match n with
  | O => [] | S O => [root_of (hd 0%Q u)] | S n => let q := root_q n u in
    q ++ [Qred ((nth n u 0%Q - nth n (mul_q q q) 0%Q) / (2 * hd 0%Q q))] end.
Definition root_s (p : series) : option series :=
  let q := root_q (length (snd p)) (snd p) in
  if (Nat.eqb (fst p) 0 && Nat.leb 1 (length q) && negb (Qle_bool (hd 0%Q q) 0)
    && Nat.leb (length q) (length (snd p)) && same_q (length q) (mul_q q q) (snd p))%bool
  then Some (O, q) else None.
Definition exactly_s N (l : list Q) : series := (O, firstn N (l ++ repeat 0%Q N)).
Fixpoint pow_s N (p : series) n := match n with
  | O => exactly_s N [1%Q] | S n => mul_s N p (pow_s N p n) end.
Fixpoint pol_s N l (p : series) := match l with
  | [] => exactly_s N [0%Q] | c :: l => add_s (exactly_s N [c]) (mul_s N p (pol_s N l p)) end.
(* `half`: whether v is positive, so that its root means something. *)
Fixpoint computed_s half N e (known : list series) : option series := match e with
  | V => Some (exactly_s N [0%Q; 1%Q])
  | Rooted k => if half : bool then Some (exactly_s N (pad_q k [1%Q])) else None
  | Arg k => nth_error known k
  | Given z => Some (exactly_s N [inject_Z z])
  | Sum a b => bind (computed_s half N a known) (fun p =>
      bind (computed_s half N b known) (fun q => Some (add_s p q)))
  | Neg a => bind (computed_s half N a known) (fun p => Some (opp_s p))
  | Prod a b => bind (computed_s half N a known) (fun p =>
      bind (computed_s half N b known) (fun q => Some (mul_s N p q)))
  | Quot a => bind (computed_s half N a known) inv_s
  | Raise a n => bind (computed_s half N a known) (fun p => Some (pow_s N p n))
  | Sqrt a => bind (computed_s half N a known) root_s
  | Root_0 => Some (exactly_s N [0%Q])
  | Poly l a => bind (computed_s half N a known) (fun p => Some (pol_s N l p))
  | Let a b => bind (computed_s half N a known) (fun p => computed_s half N b (p :: known))
  end.

Local Arguments Qred : simpl never.
Local Arguments Qmult : simpl never.
Local Arguments Qplus : simpl never.
Local Arguments Qopp : simpl never.
Definition num (q : Q) := Num (Q2R q).
Definition alike := Forall2 (fun c q => real c = Q2R q).
Lemma alike_num l : alike (map num l) l.
Proof. induction l; constructor; auto. Qed.
Lemma alike_add l m : forall a b, alike l a -> alike m b -> alike (Polynomials.add l m) (add_q a b).
Proof.
  revert m. induction l as [|c l I]; intros m a b H K; inversion H; subst; simpl.
  - destruct m; exact K.
  - inversion K; subst; simpl; [exact H|]. constructor; [|now apply I].
    rewrite real_plus, Q2R_red, Q2R_plus. congruence.
Qed.
Lemma alike_scale c q l m : real c = Q2R q -> alike l m -> alike (Polynomials.scale c l) (scale_q q m).
Proof.
  intros E H. induction H; simpl; constructor; auto.
  rewrite real_times, Q2R_red, Q2R_mult. congruence.
Qed.
Lemma alike_mul l a m b : alike l a -> alike m b -> alike (mul l m) (mul_q a b).
Proof.
  intros H K. induction H; simpl; [constructor|]. apply alike_add; [now apply alike_scale|].
  constructor; [simpl; now rewrite Q2R_0 | assumption].
Qed.
Lemma alike_zeros k : alike (repeat Zero k) (repeat 0%Q k).
Proof. induction k; simpl; constructor; auto. simpl. now rewrite Q2R_0. Qed.
Lemma alike_app l a m b : alike l a -> alike m b -> alike (l ++ m) (a ++ b).
Proof. apply Forall2_app. Qed.
Lemma alike_pad k l a : alike l a -> alike (pad k l) (pad_q k a).
Proof. intro H. apply alike_app; [apply alike_zeros | exact H]. Qed.
Lemma alike_firstn n l a : alike l a -> alike (firstn n l) (firstn n a).
Proof. intro H. revert n. induction H; intros [|n]; simpl; repeat constructor; auto; apply IHForall2. Qed.
Lemma alike_skipn n l a : alike l a -> alike (skipn n l) (skipn n a).
Proof. intro H. revert n. induction H; intros [|n]; simpl; repeat constructor; auto. Qed.
Lemma alike_take n l a : alike l a -> alike (take n l) (take_q n a).
Proof. intro H. apply alike_firstn, alike_app; [exact H | apply alike_zeros]. Qed.
Lemma alike_opp l a : alike l a -> alike (map opp_c l) (map Qopp a).
Proof.
  intro H. induction H; simpl; constructor; auto. rewrite real_opp, Q2R_opp. congruence.
Qed.
Lemma alike_length l a : alike l a -> length l = length a.
Proof. intro H. induction H; simpl; congruence. Qed.
Lemma alike_hd l a : alike l a -> real (hd Zero l) = Q2R (hd 0%Q a).
Proof. intro H. destruct H; simpl; [now rewrite Q2R_0 | assumption]. Qed.
Lemma alike_tl l a : alike l a -> alike (tl l) (tl a).
Proof. intro H. destruct H; simpl; [constructor | assumption]. Qed.
Lemma real_same a b : real a = real b -> Polynomials.same a b.
Proof. destruct a, b; simpl; auto. Qed.
Lemma agree_by n : forall l a m b, alike l a -> alike m b -> same_q n a b = true -> agree n l m.
Proof.
  induction n as [|n I]; intros l a m b H K E; simpl in *; [easy|].
  apply andb_prop in E. destruct E as [E F]. apply Qeq_bool_eq, Qeq_eqR in E. split.
  - apply real_same. now rewrite (alike_hd _ _ H), (alike_hd _ _ K).
  - apply (I _ _ _ _ (alike_tl _ _ H) (alike_tl _ _ K) F).
Qed.
Lemma zeros_by k : forall l a, alike l a -> zeros_q k a = true -> zeros k l.
Proof.
  unfold zeros. induction k as [|k I]; intros l a H E; simpl; [easy|]. split.
  - apply real_same. destruct H as [|c q l a C H]; simpl in *; [easy|].
    apply andb_prop in E. destruct E as [E _]. apply Qeq_bool_eq, Qeq_eqR in E. rewrite C, E. apply Q2R_0.
  - destruct H as [|c q l a C H]; simpl in *; [now apply (I [] []); [constructor|destruct k]|].
    apply andb_prop in E. destruct E as [_ E]. now apply (I l a).
Qed.
Lemma zeros_leading l : zeros_q (leading l) l = true.
Proof. induction l as [|c l I]; simpl; [easy|]. destruct (is_0 c) eqn:E; simpl; [now rewrite E, I | easy]. Qed.
Lemma leading_length l : (leading l <= length l)%nat.
Proof. induction l as [|c l I]; simpl; [lia|]. destruct (is_0 c); lia. Qed.

Section Sound.
Context {F : (R -> Prop) -> Prop} {SF : Small F}.
Variable half : bool.
Hypothesis above : half = true -> F (fun v => 0 <= v).
Definition is f (p : series) := has (F := F) f (fst p, map num (snd p)).
Lemma is_by f s l a : has (F := F) f (s, l) -> alike l a -> is f (s, a).
Proof.
  unfold is, has; simpl. intros H A. rewrite map_length, <- (alike_length _ _ A).
  apply (O_ext_all _ (fun v => v ^ s * f v - poly l v)); [|exact H].
  intro v. assert (E : poly l v = poly (map num a) v); [|now rewrite E].
  clear H. induction A as [|c q l a C A I]; simpl; [easy|]. now rewrite C, I.
Qed.
Lemma is_add f g p q : is f p -> is g q -> is (fun v => f v + g v) (add_s p q).
Proof.
  intros H K. pose proof (has_add _ _ _ _ H K) as A. destruct p as [s l], q as [t m].
  unfold ser_add in A. cbn [fst snd] in *. eapply is_by; [exact A|]. unfold pad, pad_q.
  rewrite !app_length, !repeat_length, !map_length. apply alike_firstn, alike_add; apply alike_pad, alike_num.
Qed.
Lemma is_opp f p : is f p -> is (fun v => - f v) (opp_s p).
Proof. intro H. eapply is_by; [exact (has_opp _ _ H)|]. apply alike_opp, alike_num. Qed.
Lemma is_firstn n f s l : is f (s, l) -> is f (s, firstn n l).
Proof.
  unfold is, has; simpl. intro H. rewrite <- firstn_map.
  apply (by_trans _ _ (poly (map num l))).
  - apply (O_weak within _ (length (map num l))); [rewrite firstn_length; lia | exact H].
  - apply by_sym. apply (O_weak within _ n); [rewrite firstn_length; lia|].
    apply (agree_poly within), agree_firstn.
Qed.
Lemma is_mul N f g p q : is f p -> is g q -> is (fun v => f v * g v) (mul_s N p q).
Proof.
  intros H K. destruct p as [s l], q as [t m]. unfold mul_s. cbn [fst snd]. apply is_firstn.
  assert (A : has (F := F) (fun v => f v * g v)
    (ser_mul (leading l) (s, map num l) (leading m) (t, map num m))).
  { apply has_mul; [exact H | exact K | | |]; cbn [snd].
    - rewrite map_length. apply leading_length.
    - apply (zeros_by _ _ _ (alike_num l)), zeros_leading.
    - apply (zeros_by _ _ _ (alike_num m)), zeros_leading. }
  unfold ser_mul in A. cbn [fst snd] in A. rewrite !map_length in A.
  eapply is_by; [exact A|]. apply alike_take, alike_mul; apply alike_num.
Qed.
Lemma is_inv f p q : inv_s p = Some q -> is f p -> is (fun v => / f v) q.
Proof.
  destruct p as [s l]. unfold inv_s. cbn [fst snd]. destruct (_ && _)%bool eqn:E; [|easy].
  intros [= <-] H. repeat (apply andb_prop in E; destruct E as [E ?K]).
  apply Nat.eqb_eq in E. subst s. set (k := leading l) in *. set (u := skipn k l) in *.
  set (q := inverse_q _ u) in *. clearbody q.
  assert (U : alike (skipn k (map num l)) u) by (apply alike_skipn, alike_num).
  apply (is_by _ _ (map num q) q); [|apply alike_num].
  apply (has_inv k (map num q) f (map num l)).
  - exact H.
  - apply (zeros_by _ _ _ (alike_num l)). assumption.
  - apply Nat.leb_le in K3. unfold u in K3. rewrite map_length. rewrite skipn_length in K3. lia.
  - apply Nat.leb_le in K0. now rewrite !map_length.
  - rewrite (alike_hd _ _ U). apply Bool.negb_true_iff in K2. intro Z.
    unfold is_0 in K2. apply Qeq_bool_neq in K2. apply K2. apply eqR_Qeq. now rewrite Z, Q2R_0.
  - rewrite map_length. apply (agree_by _ _ (mul_q q u) _ [1%Q]); [| | assumption].
    + apply alike_mul; [apply alike_num | exact U].
    + constructor; [simpl; now rewrite Q2R_1 | constructor].
Qed.
Lemma is_root f p q : root_s p = Some q -> is f p -> is (fun v => sqrt (f v)) q.
Proof.
  destruct p as [s l]. unfold root_s. cbn [fst snd]. destruct (_ && _)%bool eqn:E; [|easy].
  intros [= <-] H. repeat (apply andb_prop in E; destruct E as [E ?K]).
  apply Nat.eqb_eq in E. subst s. set (q := root_q _ l) in *. clearbody q.
  apply (is_by _ _ (map num q) q); [|apply alike_num].
  apply (has_root (map num q) f (map num l)).
  - exact H.
  - rewrite (alike_hd _ _ (alike_num q)). apply Bool.negb_true_iff, lt_bool in K1. now rewrite Q2R_0 in K1.
  - rewrite !map_length. now apply Nat.leb_le.
  - rewrite map_length. now apply Nat.leb_le.
  - rewrite map_length. apply (agree_by _ _ (mul_q q q) _ l); [| | assumption].
    + apply alike_mul; apply alike_num.
    + apply alike_num.
Qed.
Lemma is_exactly N f l : (forall v, f v = poly (map num l) v) -> is f (exactly_s N l).
Proof.
  intro H. unfold exactly_s. apply is_firstn. eapply is_by; [|apply alike_num].
  unfold has. simpl. apply (O_ext_all _ (fun _ => 0)); [|apply O_zero].
  intro v. rewrite H. rewrite map_app.
  assert (E : poly (map num l ++ map num (repeat 0%Q N)) v = poly (map num l) v); [|rewrite E; ring].
  clear H. induction l as [|c l I]; simpl; [|now rewrite I].
  induction N as [|N I]; simpl; [easy|]. rewrite I, Q2R_0. ring.
Qed.
Lemma is_pow N f p n : is f p -> is (fun v => f v ^ n) (pow_s N p n).
Proof.
  intro H. induction n as [|n I]; simpl; [|now apply is_mul].
  apply is_exactly. intro v. simpl. rewrite Q2R_1. ring.
Qed.
Lemma is_pol N f p l : is f p -> is (fun v => pol l (f v)) (pol_s N l p).
Proof.
  intro H. induction l as [|c l I]; simpl.
  - apply is_exactly. intro v. simpl. rewrite Q2R_0. ring.
  - apply (is_add (fun _ => Q2R c)); [|now apply is_mul]. apply is_exactly. intro v. simpl. ring.
Qed.
Lemma is_ext f g p : (forall v, f v = g v) -> is f p -> is g p.
Proof. intros E. unfold is, has. apply O_ext_all. intro v. now rewrite E. Qed.
Theorem computed_is N e : forall known given p, Forall2 (fun f s => is f s) given known ->
  computed_s half N e known = Some p -> is (fun v => run e (map (fun f => f v) given) v) p.
Proof.
  induction e as [ | k | k | z | a I b J | a I | a I b J | a I | a I n | a I | | l a I | a I b J];
    intros known given p G H; cbn [computed_s run bind] in *.
  1: injection H as <-; apply is_exactly; intro v; simpl; rewrite Q2R_0, Q2R_1; ring.
  1: { destruct half; [|easy]. injection H as <-. unfold exactly_s. apply is_firstn.
    apply (is_by _ _ (pad k [One] ++ repeat Zero N)).
    - unfold has. cbn [fst snd]. apply (O_ext _ (fun _ => 0)); [|apply O_zero].
      generalize (above eq_refl). apply filter_imp. intros v P.
      rewrite poly_more, poly_pad. replace (k + (k + 0))%nat with (2 * k)%nat by lia.
      rewrite pow_mult, pow2_sqrt by exact P. simpl. ring.
    - apply alike_app; [|apply alike_zeros]. apply alike_pad. constructor; [|constructor].
      simpl. now rewrite Q2R_1. }
  1: { revert k H. induction G as [|f s given known G0 G I]; intros [|k] H; simpl in *; try easy.
    - injection H as <-. exact G0.
    - exact (I k H). }
  1: injection H as <-; apply is_exactly; intro v; simpl; rewrite Q2R_Z; ring.
  7: injection H as <-; apply is_exactly; intro v; simpl; rewrite Q2R_0, sqrt_0; ring.
  all: destruct (computed_s half N a known) as [p1|] eqn:E; [|easy]; specialize (I known given p1 G E); cbn [bind] in H.
  1, 3: destruct (computed_s half N b known) as [p2|] eqn:E2; [|easy]; specialize (J known given p2 G E2); cbn [bind] in H.
  1-3: injection H as <-; auto using is_add, is_opp, is_mul.
  1: now apply (is_inv _ p1).
  1: injection H as <-; now apply is_pow.
  1: now apply (is_root _ p1).
  1: injection H as <-; now apply is_pol.
  specialize (J (p1 :: known) ((fun v => run a (map (fun f => f v) given) v) :: given) p).
  simpl in J. apply J; [constructor; assumption | exact H].
Qed.
(* e is not O(v^n): a coefficient before v^n is another than 0. *)
Definition lasts_b N e n := match computed_s half N e [] with
  | Some (s, l) => let k := leading l in
    (Nat.leb (S k) (length l) && Nat.leb (S k) (s + n) && negb (is_0 (hd 0%Q (skipn k l))))%bool
  | None => false end.
Theorem lasts_by N e n : lasts_b N e n = true -> ~ bigO F n (fun v => run e [] v).
Proof.
  unfold lasts_b. destruct (computed_s half N e []) as [[s l]|] eqn:E; [|easy]. intro H.
  pose proof (computed_is N e [] [] _ (Forall2_nil _) E) as I. clear E. simpl in I.
  repeat (apply andb_prop in H; destruct H as [H ?K]). set (k := leading l) in *.
  apply (not_order _ s (map num l) n k); [exact I | | | |].
  - rewrite map_length. now apply Nat.leb_le.
  - now apply Nat.leb_le.
  - apply (zeros_by _ _ _ (alike_num l)), zeros_leading.
  - rewrite (alike_hd _ _ (alike_skipn k _ _ (alike_num l))). apply Bool.negb_true_iff in K.
    intro Z. apply Qeq_bool_neq in K. apply K. apply eqR_Qeq. now rewrite Z, Q2R_0.
Qed.
End Sound.
Definition on_both_sides N e n (C : lasts_b false N e n = true) : ~ bigO (locally' 0) n (run e []) :=
  lasts_by (F := locally' 0) false (fun H => match Bool.diff_false_true H with end) N e n C.
Definition on_one_side N e n (C : lasts_b true N e n = true) : ~ bigO (at_right 0) n (run e []) :=
  lasts_by (F := at_right 0) true (fun _ => right_above) N e n C.
