(* Numbers without variables, enclosed in rational numbers that Coq computes: for witnesses. Nothing here
   has to be trusted. *)
From Coq Require Import Reals Lra Lia QArith Qreals Qminmax Qround List FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
Import ListNotations.
Open Scope R_scope.

(* Polynomials with rational coefficients, and their slopes. *)
Fixpoint pol (l : list Q) t := match l with [] => 0 | c :: l => Q2R c + t * pol l t end.
Fixpoint slope_from (k : Z) (l : list Q) : list Q := match l with
  | [] => [] | c :: l => Qred (inject_Z k * c) :: slope_from (k + 1)%Z l end.
Definition slope l := slope_from 1 (tl l).
Lemma Q2R_red x : Q2R (Qred x) = Q2R x. Proof. apply Qeq_eqR, Qred_correct. Qed.
Lemma Q2R_Z k : Q2R (inject_Z k) = IZR k. Proof. unfold Q2R; simpl. field. Qed.
Lemma slope_step l : forall k t,
  pol (slope_from (k + 1)%Z l) t = pol (slope_from k l) t + pol l t.
Proof.
  induction l as [|c l I]; intros; cbn [slope_from pol]; [ring|].
  rewrite I, !Q2R_red, !Q2R_mult, !Q2R_Z, plus_IZR. ring.
Qed.
Lemma pol_is_derive l t : is_derive (pol l) t (pol (slope l) t).
Proof.
  revert t. induction l as [|c l I]; intro t.
  - apply (is_derive_const (V := R_NormedModule)).
  - apply (is_derive_ext (fun t => Q2R c + t * pol l t)); [easy|].
    auto_derive; [eexists; apply I|].
    change (Derive (fun x => pol l x) t) with (Derive (pol l) t).
    rewrite (is_derive_unique _ _ _ (I t)). unfold slope. cbn [tl].
    destruct l as [|d l]; cbn [tl slope_from pol]; [ring|].
    rewrite (slope_step l 1), Q2R_red, Q2R_mult, Q2R_Z. ring.
Qed.
Lemma Derive_pol l : Derive (pol l) = pol (slope l).
Proof. apply functional_extensionality; intro. apply is_derive_unique, pol_is_derive. Qed.
Lemma smooth_pol l t : ex_derive (pol l) t. Proof. eexists. apply pol_is_derive. Qed.
Fixpoint alternating (even : bool) (l : list Q) := match l with
  | [] => true | c :: l => (even || Qeq_bool c 0) && alternating (negb even) l end%bool.
Lemma turned even l : alternating even l = true -> forall t,
  pol l (- t) = if even then pol l t else - pol l t.
Proof.
  revert even. induction l as [|c l I]; intros even H t; simpl in *.
  - destruct even; ring.
  - apply andb_prop in H. destruct H as [H K]. rewrite (I _ K t). destruct even; simpl in *; [ring|].
    apply Qeq_bool_eq in H. rewrite (Qeq_eqR _ _ H). unfold Q2R; simpl. field.
Qed.
Lemma even_pol l : alternating true l = true -> forall t, pol l (- t) = pol l t.
Proof. exact (turned true l). Qed.
Lemma odd_pol l : alternating false l = true -> forall t, pol l (- t) = - pol l t.
Proof. exact (turned false l). Qed.

(* What is computed, and between which numbers it lies. *)
Inductive number :=
  | Int (z : Z) | Plus (a b : number) | Minus (a : number) | Times (a b : number) | Over (a : number)
  | Pow (a : number) (n : nat) | Pol (l : list Q) (a : number) | Absolute (a : number)
  | Root (a : number) | Exp (a : number) | Ln (a : number) | Atan (a : number).
Fixpoint value e := match e with
  | Int z => IZR z | Plus a b => value a + value b | Minus a => - value a
  | Times a b => value a * value b | Over a => / value a | Pow a n => value a ^ n
  | Pol l a => pol l (value a) | Absolute a => Rabs (value a) | Root a => sqrt (value a)
  | Exp a => exp (value a) | Ln a => ln (value a) | Atan a => atan (value a) end.
Definition fine := 1099511627776%Z.
(* n/d, rounded down: where d is a power of 2, as it mostly is, by moving digits. *)
Fixpoint digits_of (d : positive) : option Z := match d with
  | xH => Some 0%Z | xO d => match digits_of d with Some k => Some (Z.succ k) | None => None end
  | xI _ => None end.
Definition whole (n : Z) (d : positive) : Z :=
  match digits_of d with Some k => Z.shiftr n k | None => (n / Zpos d)%Z end.
Definition down (x : Q) : Q := (whole (Z.shiftl (Qnum x) 40) (Qden x) # Z.to_pos fine)%Q.
Definition up_to (x : Q) : Q := (- whole (- Z.shiftl (Qnum x) 40) (Qden x) # Z.to_pos fine)%Q.
Definition box := (Q * Q)%type.
Definition inside (b : box) x := Q2R (fst b) <= x <= Q2R (snd b).
Definition exactly q : box := (q, q).
Definition exact_b (a : box) := Qeq_bool (fst a) (snd a).
(* What is exact is cancelled; what is not is rounded afterwards. *)
Definition add_b (a b : box) : box :=
  if (exact_b a && exact_b b)%bool then (Qred (fst a + fst b), Qred (snd a + snd b))
  else (fst a + fst b, snd a + snd b)%Q.
Definition opp_b (a : box) : box := (- snd a, - fst a)%Q.
Definition mul_b (a b : box) : box :=
  if (exact_b a && exact_b b)%bool then let p := Qred (fst a * fst b) in (p, p) else
  if (Qle_bool 0 (fst a) && Qle_bool 0 (fst b))%bool then (fst a * fst b, snd a * snd b)%Q else
  let p := (fst a * fst b)%Q in let q := (fst a * snd b)%Q in
  let r := (snd a * fst b)%Q in let s := (snd a * snd b)%Q in
  (Qmin (Qmin p q) (Qmin r s), Qmax (Qmax p q) (Qmax r s)).
(* Ends that differ are rounded, so that they stay short. *)
Definition rounded (a : box) : box :=
  if exact_b a then a else (down (fst a), up_to (snd a)).
Definition above_0 (a : box) := negb (Qle_bool (fst a) 0).
Definition below_0 (a : box) := negb (Qle_bool 0 (snd a)).
Definition inv_b (a : box) : option box :=
  if (above_0 a || below_0 a)%bool then Some (Qred (/ snd a), Qred (/ fst a)) else None.
Fixpoint pow_b (a : box) n := match n with O => exactly 1 | S n => rounded (mul_b a (pow_b a n)) end.
Fixpoint pol_b (l : list Q) (a : box) := match l with
  | [] => exactly 0 | c :: l => rounded (add_b (exactly c) (mul_b a (pol_b l a))) end.
Definition abs_b (a : box) : box :=
  if Qle_bool 0 (fst a) then a else if Qle_bool (snd a) 0 then opp_b a else (0%Q, Qmax (- fst a) (snd a)).
(* Roots of p/q = pq/q^2, to twelve digits. *)
Definition root_low (x : Q) :=
  Qred (Z.sqrt (Qnum x * Zpos (Qden x) * fine * fine) # (Qden x * Z.to_pos fine)).
Definition root_high (x : Q) :=
  let q := root_low x in if Qle_bool x (q * q) then q else Qred (q + (1 # Qden x * Z.to_pos fine)).
Definition root_b (a : box) : option box :=
  if (Qle_bool 0 (fst a) && Qle_bool 0 (root_low (fst a)) && Qle_bool (root_low (fst a) * root_low (fst a)) (fst a)
    && Qle_bool 0 (root_high (snd a)) && Qle_bool (snd a) (root_high (snd a) * root_high (snd a)))%bool
  then Some (root_low (fst a), root_high (snd a)) else None.
(* e^x by n squares of what is near 1: 1 + y <= e^y <= 1/(1 - y), rounded. *)
Definition halvings := 12%nat.
Definition part (x : Q) : Q := (x / inject_Z (2 ^ Z.of_nat halvings))%Q.
Fixpoint squares (round : Q -> Q) n q := match n with O => q | S n => squares round n (round (q * q)%Q) end.
Definition from_0 x := Qmax 0 (down x).
Definition exp_low (x : Q) : Q := squares from_0 halvings (Qmax 0 (1 + part x)).
Definition exp_high (x : Q) : option Q :=
  if Qle_bool (1 - part x) 0 then None else Some (squares up_to halvings (Qred (/ (1 - part x)))).
Definition exp_b (a : box) : option box :=
  if (Qeq_bool (fst a) 0 && Qeq_bool (snd a) 0)%bool then Some (exactly 1) else
  match exp_high (snd a) with Some h => Some (exp_low (fst a), h) | None => None end.
(* 1 - 1/x <= ln x <= x - 1, or nearer, where e^y says so of a y that is near ln x. *)
Definition near_ln (x : Q) : Q :=
  let k := (Z.log2 (Qnum x) - Z.log2 (Zpos (Qden x)))%Z in
  let y := (if (0 <=? k)%Z then x / inject_Z (2 ^ k) else x * inject_Z (2 ^ (- k)))%Q in
  let t := down ((y - 1) / (y + 1))%Q in
  down (inject_Z k * (693147 # 1000000) + 2 * t * (1 + t * t * ((1 # 3) + t * t * (1 # 5))))%Q.
Definition margin (x : Q) : Q := ((1 # 1000) + near_ln x * near_ln x * (1 # 1000))%Q.
Definition ln_low (x : Q) : Q := let y := (near_ln x - margin x)%Q in
  match exp_high y with Some h => if Qle_bool h x then y else Qred (1 - / x) | None => Qred (1 - / x) end.
Definition ln_high (x : Q) : Q := let y := (near_ln x + margin x)%Q in
  if Qle_bool x (exp_low y) then y else Qred (x - 1).
Definition ln_b (a : box) : option box :=
  if above_0 a then Some (ln_low (fst a), ln_high (snd a)) else None.
(* 3x/(3 + x^2) <= atan x <= x(15 + 4x^2)/(15 + 9x^2) where x >= 0. *)
Definition atan_low (x : Q) := if Qle_bool 0 x then Qred (3 * x / (3 + x * x))
  else Qred (x * (15 + 4 * (x * x)) / (15 + 9 * (x * x))).
Definition atan_b (a : box) : option box := Some (atan_low (fst a), - atan_low (- snd a))%Q.
Definition bind {A B} (a : option A) (f : A -> option B) := match a with Some a => f a | None => None end.
Fixpoint around e : option box := match e with
  | Int z => Some (exactly (inject_Z z))
  | Plus a b => bind (around a) (fun a => bind (around b) (fun b => Some (rounded (add_b a b))))
  | Minus a => bind (around a) (fun a => Some (opp_b a))
  | Times a b => bind (around a) (fun a => bind (around b) (fun b => Some (rounded (mul_b a b))))
  | Over a => bind (around a) (fun a => bind (inv_b a) (fun a => Some (rounded a)))
  | Pow a n => bind (around a) (fun a => Some (pow_b a n))
  | Pol l a => bind (around a) (fun a => Some (pol_b l a))
  | Absolute a => bind (around a) (fun a => Some (abs_b a))
  | Root a => bind (around a) root_b
  | Exp a => bind (around a) exp_b
  | Ln a => bind (around a) ln_b
  | Atan a => bind (around a) atan_b
  end.

Local Arguments Qred : simpl never.
Local Arguments Qmult : simpl never.
Local Arguments Qplus : simpl never.
Local Arguments Qopp : simpl never.
Local Arguments Qinv : simpl never.
Lemma Q2R_0 : Q2R 0 = 0. Proof. unfold Q2R; simpl; field. Qed.
Lemma Q2R_1 : Q2R 1 = 1. Proof. unfold Q2R; simpl; field. Qed.
Lemma le_bool a b : Qle_bool a b = true -> Q2R a <= Q2R b.
Proof. intro H. apply Qle_Rle. now apply Qle_bool_iff. Qed.
Lemma lt_bool a b : Qle_bool a b = false -> Q2R b < Q2R a.
Proof.
  intro H. apply Qlt_Rlt. apply Qnot_le_lt. intro K. apply Qle_bool_iff in K. congruence.
Qed.
Lemma Q2R_min a b : Q2R (Qmin a b) <= Q2R a /\ Q2R (Qmin a b) <= Q2R b.
Proof. split; apply Qle_Rle; [apply Q.le_min_l | apply Q.le_min_r]. Qed.
Lemma Q2R_max a b : Q2R a <= Q2R (Qmax a b) /\ Q2R b <= Q2R (Qmax a b).
Proof. split; apply Qle_Rle; [apply Q.le_max_l | apply Q.le_max_r]. Qed.
Lemma digits_are d : forall k, digits_of d = Some k -> (0 <= k /\ Zpos d = 2 ^ k)%Z.
Proof.
  induction d as [d I | d I |]; intros k H; simpl in H; [easy | | injection H as <-; easy].
  destruct (digits_of d) as [m|]; [|easy]. injection H as <-. destruct (I m eq_refl) as [P E].
  split; [lia|]. now rewrite Z.pow_succ_r, <- E by exact P.
Qed.
Lemma whole_is n d : whole n d = (n / Zpos d)%Z.
Proof.
  unfold whole. destruct (digits_of d) as [k|] eqn:E; [|easy]. apply digits_are in E.
  destruct E as [P ->]. now apply Z.shiftr_div_pow2.
Qed.
Lemma down_below x : Q2R (down x) <= Q2R x.
Proof.
  unfold down. apply Qle_Rle. destruct x as [n d]. unfold Qle. cbn [Qnum Qden].
  rewrite whole_is, Z.shiftl_mul_pow2 by lia. change (Zpos (Z.to_pos fine)) with (2 ^ 40)%Z.
  pose proof (Z.mul_div_le (n * 2 ^ 40) (Zpos d) eq_refl). lia.
Qed.
Lemma up_above x : Q2R x <= Q2R (up_to x).
Proof.
  unfold up_to. apply Qle_Rle. destruct x as [n d]. unfold Qle. cbn [Qnum Qden].
  rewrite whole_is, Z.shiftl_mul_pow2 by lia. change (Zpos (Z.to_pos fine)) with (2 ^ 40)%Z.
  pose proof (Z.mul_div_le (- (n * 2 ^ 40)) (Zpos d) eq_refl). lia.
Qed.
Lemma in_rounded a x : inside a x -> inside (rounded a) x.
Proof.
  unfold rounded, inside. destruct (exact_b a); [easy|]. simpl. intros [A B].
  pose proof (down_below (fst a)). pose proof (up_above (snd a)). lra.
Qed.
Lemma in_exactly q : inside (exactly q) (Q2R q). Proof. split; apply Rle_refl. Qed.
Lemma in_add a b x y : inside a x -> inside b y -> inside (add_b a b) (x + y).
Proof.
  unfold inside, add_b. destruct (_ && _)%bool; cbn [fst snd]; rewrite ?Q2R_red, !Q2R_plus; lra.
Qed.
Lemma in_opp a x : inside a x -> inside (opp_b a) (- x).
Proof. unfold inside, opp_b; simpl. rewrite !Q2R_opp. lra. Qed.
Lemma corners a b c d x y : a <= x <= b -> c <= y <= d ->
  Rmin (Rmin (a * c) (a * d)) (Rmin (b * c) (b * d)) <= x * y <=
  Rmax (Rmax (a * c) (a * d)) (Rmax (b * c) (b * d)).
Proof.
  intros [A B] [C D].
  assert (L : Rmin (a * y) (b * y) <= x * y <= Rmax (a * y) (b * y)).
  { unfold Rmin, Rmax. destruct (Rle_dec (a * y) (b * y)), (Rle_lt_dec 0 y); split; nra. }
  assert (M : forall z, Rmin (z * c) (z * d) <= z * y <= Rmax (z * c) (z * d)).
  { intro z. unfold Rmin, Rmax. destruct (Rle_dec (z * c) (z * d)), (Rle_lt_dec 0 z); split; nra. }
  pose proof (M a). pose proof (M b). revert L H H0.
  generalize (a * y), (b * y), (a * c), (a * d), (b * c), (b * d). intros.
  unfold Rmin, Rmax in *.
  repeat match goal with _ : context [Rle_dec ?u ?v] |- _ => destruct (Rle_dec u v)
    | |- context [Rle_dec ?u ?v] => destruct (Rle_dec u v) end; lra.
Qed.
Lemma in_mul a b x y : inside a x -> inside b y -> inside (mul_b a b) (x * y).
Proof.
  unfold inside, mul_b. intros A B. destruct (_ && _)%bool eqn:E.
  - apply andb_prop in E. destruct E as [E F]. apply Qeq_bool_eq in E, F.
    apply Qeq_eqR in E, F. simpl. rewrite Q2R_red, Q2R_mult.
    replace x with (Q2R (fst a)) by lra. replace y with (Q2R (fst b)) by lra. lra.
  - clear E. destruct (_ && _)%bool eqn:E.
    { apply andb_prop in E. destruct E as [E F]. apply le_bool in E, F. rewrite Q2R_0 in E, F.
      cbn [fst snd]. rewrite !Q2R_mult. split; apply Rmult_le_compat; lra. }
    clear E. pose proof (corners _ _ _ _ _ _ A B) as K. cbv zeta. cbn [fst snd].
    rewrite <- !Q2R_mult in K.
    revert K. generalize (fst a * fst b)%Q, (fst a * snd b)%Q, (snd a * fst b)%Q, (snd a * snd b)%Q.
    intros p q r s K. clear A B.
    pose proof (Q2R_min p q). pose proof (Q2R_min r s). pose proof (Q2R_min (Qmin p q) (Qmin r s)).
    pose proof (Q2R_max p q). pose proof (Q2R_max r s). pose proof (Q2R_max (Qmax p q) (Qmax r s)).
    unfold Rmin, Rmax in K.
    repeat match goal with _ : context [Rle_dec ?u ?v] |- _ => destruct (Rle_dec u v) end; lra.
Qed.
Lemma in_inv a b x : inv_b a = Some b -> inside a x -> inside b (/ x).
Proof.
  unfold inv_b, inside. destruct (_ || _)%bool eqn:E; [|easy]. intros [= <-] [A B]. simpl.
  assert (N : 0 < Q2R (fst a) \/ Q2R (snd a) < 0).
  { apply Bool.orb_prop in E. destruct E as [E | E]; unfold above_0, below_0 in E;
      apply Bool.negb_true_iff, lt_bool in E; rewrite Q2R_0 in E; auto. }
  assert (Z : forall c, Q2R c <> 0 -> Q2R (Qred (/ c)) = / Q2R c).
  { intros c C. rewrite Q2R_red. apply Q2R_inv. intro H. apply C. rewrite (Qeq_eqR _ _ H). apply Q2R_0. }
  rewrite !Z by lra. destruct N.
  - split; apply Rinv_le_contravar; lra.
  - assert (H2 : forall u w, u <= w -> w < 0 -> / w <= / u).
    { intros u w U W. apply Ropp_le_cancel. rewrite !Ropp_inv_permute by lra.
      apply Rinv_le_contravar; lra. }
    split; apply H2; lra.
Qed.
Lemma in_pow a x n : inside a x -> inside (pow_b a n) (x ^ n).
Proof.
  intro A. induction n as [|n I]; simpl; [rewrite <- Q2R_1; apply in_exactly | now apply in_rounded, in_mul].
Qed.
Lemma in_pol l a x : inside a x -> inside (pol_b l a) (pol l x).
Proof.
  intro A. induction l as [|c l I]; simpl; [rewrite <- Q2R_0; apply in_exactly|].
  apply in_rounded, in_add; [apply in_exactly | now apply in_mul].
Qed.
Lemma in_abs a x : inside a x -> inside (abs_b a) (Rabs x).
Proof.
  unfold abs_b, inside. intros [A B]. destruct (Qle_bool 0 (fst a)) eqn:E.
  { apply le_bool in E. rewrite Q2R_0 in E. rewrite Rabs_pos_eq; lra. }
  destruct (Qle_bool (snd a) 0) eqn:F.
  { apply le_bool in F. rewrite Q2R_0 in F. rewrite Rabs_left1 by lra. unfold opp_b; simpl.
    rewrite !Q2R_opp. lra. }
  simpl. rewrite Q2R_0. split; [apply Rabs_pos|].
  pose proof (Q2R_max (- fst a) (snd a)) as [M N]. rewrite Q2R_opp in M. apply Rabs_le. lra.
Qed.
Lemma in_root a b x : root_b a = Some b -> inside a x -> inside b (sqrt x).
Proof.
  unfold root_b, inside. destruct (_ && _)%bool eqn:E; [|easy]. intros [= <-] [A B]. simpl.
  repeat (apply andb_prop in E; destruct E as [E ?K]). apply le_bool in E, K, K0, K1, K2.
  rewrite Q2R_mult in K, K1. rewrite Q2R_0 in *. split.
  - rewrite <- (sqrt_square (Q2R (root_low (fst a)))) by assumption. apply sqrt_le_1; nra.
  - rewrite <- (sqrt_square (Q2R (root_high (snd a)))) by assumption. apply sqrt_le_1; nra.
Qed.
Lemma Q2R_part x : IZR (2 ^ Z.of_nat halvings) * Q2R (part x) = Q2R x.
Proof.
  unfold part. rewrite <- Q2R_Z, <- Q2R_mult. apply Qeq_eqR. field. intro H. discriminate H.
Qed.
Lemma two_power n : IZR (2 ^ Z.of_nat (S n)) = 2 * IZR (2 ^ Z.of_nat n).
Proof. rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. now rewrite mult_IZR. Qed.
Lemma from_0_is x : 0 <= Q2R (from_0 x) /\ (0 <= Q2R x -> Q2R (from_0 x) <= Q2R x).
Proof.
  unfold from_0. pose proof (Q2R_max 0 (down x)) as [H _]. rewrite Q2R_0 in H. split; [exact H|].
  intro P. pose proof (down_below x). destruct (Q.max_dec 0 (down x)) as [E | E];
    rewrite (Qeq_eqR _ _ E), ?Q2R_0; assumption.
Qed.
Lemma squares_low n : forall q y, 0 <= Q2R q <= exp y ->
  Q2R (squares from_0 n q) <= exp (IZR (2 ^ Z.of_nat n) * y).
Proof.
  induction n as [|n I]; intros q y [P H]; cbn [squares].
  - change (2 ^ Z.of_nat 0)%Z with 1%Z. now rewrite Rmult_1_l.
  - rewrite two_power, Rmult_assoc, (Rmult_comm _ y), <- Rmult_assoc, Rmult_comm.
    apply I. destruct (from_0_is (q * q)) as [A B]. rewrite Q2R_mult in B. split; [exact A|].
    apply Rle_trans with (1 := B ltac:(nra)). replace (2 * y) with (y + y) by ring. rewrite exp_plus. nra.
Qed.
Lemma squares_high n : forall q y, exp y <= Q2R q ->
  exp (IZR (2 ^ Z.of_nat n) * y) <= Q2R (squares up_to n q).
Proof.
  induction n as [|n I]; intros q y H; cbn [squares].
  - change (2 ^ Z.of_nat 0)%Z with 1%Z. now rewrite Rmult_1_l.
  - rewrite two_power, Rmult_assoc, (Rmult_comm _ y), <- Rmult_assoc, Rmult_comm.
    apply I. apply Rle_trans with (2 := up_above _). rewrite Q2R_mult.
    replace (2 * y) with (y + y) by ring. rewrite exp_plus. pose proof (exp_pos y). nra.
Qed.
Lemma exp_low_is x : Q2R (exp_low x) <= exp (Q2R x).
Proof.
  rewrite <- (Q2R_part x). apply squares_low. pose proof (Q2R_max 0 (1 + part x)) as [H _].
  rewrite Q2R_0 in H. split; [exact H|]. pose proof (exp_pos (Q2R (part x))).
  destruct (Q.max_dec 0 (1 + part x)) as [E | E]; rewrite (Qeq_eqR _ _ E), ?Q2R_0; [lra|].
  rewrite Q2R_plus, Q2R_1. apply exp_ineq1_le.
Qed.
Lemma exp_high_is x h : exp_high x = Some h -> exp (Q2R x) <= Q2R h.
Proof.
  unfold exp_high. destruct (Qle_bool _ _) eqn:E; [easy|]. intro H.
  replace h with (squares up_to halvings (Qred (/ (1 - part x)))) by congruence. clear H.
  apply lt_bool in E. rewrite Q2R_minus, Q2R_0, Q2R_1 in E.
  rewrite <- (Q2R_part x). apply squares_high.
  rewrite Q2R_red, Q2R_inv by (intro H; apply Qeq_eqR in H; rewrite Q2R_minus, Q2R_0, Q2R_1 in H; lra).
  rewrite Q2R_minus, Q2R_1.
  pose proof (exp_ineq1_le (- Q2R (part x))) as B. rewrite exp_Ropp in B.
  replace (1 + - Q2R (part x)) with (1 - Q2R (part x)) in B by ring.
  apply Rinv_le_contravar in B; [|assumption]. now rewrite Rinv_inv in B.
Qed.
Lemma in_exp a b x : exp_b a = Some b -> inside a x -> inside b (exp x).
Proof.
  unfold exp_b, inside. intros E [A B]. destruct (_ && _)%bool eqn:Z.
  - injection E as <-. apply andb_prop in Z. destruct Z as [Y Z].
    apply Qeq_bool_eq, Qeq_eqR in Y. apply Qeq_bool_eq, Qeq_eqR in Z. rewrite Q2R_0 in *.
    replace x with 0 by lra. rewrite exp_0. simpl. rewrite Q2R_1. lra.
  - destruct (exp_high (snd a)) eqn:H; [|easy]. injection E as <-. apply exp_high_is in H.
    pose proof (exp_low_is (fst a)). simpl.
    assert (M : forall u w, u <= w -> exp u <= exp w).
    { intros u w [U | ->]; [apply Rlt_le; now apply exp_increasing | apply Rle_refl]. }
    pose proof (M _ _ A). pose proof (M _ _ B). lra.
Qed.
Lemma ln_above x : 0 < x -> ln x <= x - 1.
Proof. intro P. pose proof (exp_ineq1_le (ln x)) as H. rewrite exp_ln in H; lra. Qed.
Lemma ln_low_is x : 0 < Q2R x -> Q2R (ln_low x) <= ln (Q2R x).
Proof.
  intro P. assert (L : Q2R (Qred (1 - / x)) <= ln (Q2R x)).
  { rewrite Q2R_red, Q2R_minus, Q2R_1, Q2R_inv by (intro H; apply Qeq_eqR in H; rewrite Q2R_0 in H; lra).
    pose proof (ln_above (/ Q2R x) ltac:(apply Rinv_0_lt_compat; lra)) as K. rewrite ln_Rinv in K; lra. }
  unfold ln_low. destruct (exp_high _) as [h|] eqn:E; [|exact L].
  destruct (Qle_bool h x) eqn:K; [|exact L]. apply exp_high_is in E. apply le_bool in K.
  rewrite <- ln_exp at 1. apply ln_le; [apply exp_pos | lra].
Qed.
Lemma ln_high_is x : 0 < Q2R x -> ln (Q2R x) <= Q2R (ln_high x).
Proof.
  intro P. unfold ln_high. destruct (Qle_bool _ _) eqn:K.
  - apply le_bool in K. pose proof (exp_low_is (near_ln x + margin x)) as E.
    apply Rle_trans with (ln (exp (Q2R (near_ln x + margin x)))); [apply ln_le; lra | rewrite ln_exp; lra].
  - rewrite Q2R_red, Q2R_minus, Q2R_1. now apply ln_above.
Qed.
Lemma in_ln a b x : ln_b a = Some b -> inside a x -> inside b (ln x).
Proof.
  unfold ln_b, inside. destruct (above_0 a) eqn:E; [|easy]. intros [= <-] [A B].
  apply Bool.negb_true_iff, lt_bool in E. rewrite Q2R_0 in E. cbn [fst snd].
  pose proof (ln_low_is _ E). pose proof (ln_high_is (snd a) ltac:(lra)).
  pose proof (ln_le _ _ E A). pose proof (ln_le x _ ltac:(lra) B). lra.
Qed.
Lemma climbs (f f1 : R -> R) x : 0 <= x -> f 0 = 0 -> (forall y, is_derive f y (f1 y)) ->
  (forall y, 0 <= f1 y) -> 0 <= f x.
Proof.
  intros P Z D S. destruct (MVT_gen f 0 x f1) as (c & _ & E).
  - intros y _. apply D.
  - intros y _. apply derivable_continuous_pt. exists (f1 y). apply is_derive_Reals, D.
  - rewrite Z, !Rminus_0_r in E. rewrite E. apply Rmult_le_pos; auto.
Qed.
Lemma atan_above x : 0 <= x ->
  3 * x / (3 + x * x) <= atan x <= x * (15 + 4 * (x * x)) / (15 + 9 * (x * x)).
Proof.
  intro P. split.
  - assert (H : 0 <= atan x - 3 * x / (3 + x * x)); [|lra].
    apply (climbs (fun y => atan y - 3 * y / (3 + y * y))
      (fun y => 4 * (y * y) ^ 2 / ((1 + y * y) * (3 + y * y) ^ 2))); [exact P | | |].
    + rewrite atan_0. field.
    + intro y. auto_derive; [repeat split; nra | field; split; nra].
    + intro y. apply Rmult_le_pos; [nra|]. apply Rlt_le, Rinv_0_lt_compat, Rmult_lt_0_compat; [nra|].
      apply pow_lt. nra.
  - assert (H : 0 <= x * (15 + 4 * (x * x)) / (15 + 9 * (x * x)) - atan x); [|lra].
    apply (climbs (fun y => y * (15 + 4 * (y * y)) / (15 + 9 * (y * y)) - atan y)
      (fun y => 36 * (y * y) ^ 3 / ((1 + y * y) * (15 + 9 * (y * y)) ^ 2))); [exact P | | |].
    + rewrite atan_0. field.
    + intro y. auto_derive; [repeat split; nra | field; split; nra].
    + intro y. apply Rmult_le_pos.
      * apply Rmult_le_pos; [lra|]. apply pow_le. nra.
      * apply Rlt_le, Rinv_0_lt_compat, Rmult_lt_0_compat; [nra|]. apply pow_lt. nra.
Qed.
Lemma Q2R_square x : 0 <= Q2R (x * x). Proof. rewrite Q2R_mult. nra. Qed.
Lemma atan_low_is x : Q2R (atan_low x) <= atan (Q2R x).
Proof.
  assert (T : Q2R 3 = 3 /\ Q2R 4 = 4 /\ Q2R 9 = 9 /\ Q2R 15 = 15) by (unfold Q2R; simpl; lra).
  destruct T as (T3 & T4 & T9 & T15). pose proof (Q2R_square x) as S.
  unfold atan_low. destruct (Qle_bool 0 x) eqn:E.
  - apply le_bool in E. rewrite Q2R_0 in E.
    assert (N : ~ (3 + x * x == 0)%Q).
    { intro H. apply Qeq_eqR in H. rewrite Q2R_plus, Q2R_0, T3 in H. lra. }
    rewrite Q2R_red, Q2R_div, Q2R_plus, !Q2R_mult, T3 by exact N. apply (atan_above _ E).
  - apply lt_bool in E. rewrite Q2R_0 in E.
    assert (N : ~ (15 + 9 * (x * x) == 0)%Q).
    { intro H. apply Qeq_eqR in H. rewrite Q2R_plus, (Q2R_mult 9), Q2R_0, T15, T9 in H. lra. }
    rewrite Q2R_red, Q2R_div by exact N. rewrite Q2R_mult, !Q2R_plus, !(Q2R_mult _ (x * x)), Q2R_mult, T15, T4, T9.
    pose proof (atan_above (- Q2R x) ltac:(lra)) as [_ H]. rewrite atan_opp in H.
    rewrite Q2R_mult in S. revert H.
    replace (- Q2R x * - Q2R x) with (Q2R x * Q2R x) by ring. intro H.
    replace (- Q2R x * (15 + 4 * (Q2R x * Q2R x)) / (15 + 9 * (Q2R x * Q2R x)))
      with (- (Q2R x * (15 + 4 * (Q2R x * Q2R x)) / (15 + 9 * (Q2R x * Q2R x)))) in H by (field; lra).
    lra.
Qed.
Lemma in_atan a b x : atan_b a = Some b -> inside a x -> inside b (atan x).
Proof.
  unfold atan_b, inside. intros [= <-] [A B]. simpl. rewrite Q2R_opp.
  assert (M : forall u w, u <= w -> atan u <= atan w).
  { intros u w [U | ->]; [apply Rlt_le; now apply atan_increasing | apply Rle_refl]. }
  pose proof (M _ _ A). pose proof (M _ _ B). pose proof (atan_low_is (fst a)).
  pose proof (atan_low_is (- snd a)) as K. rewrite Q2R_opp, atan_opp in K. lra.
Qed.
Theorem encloses e : forall b, around e = Some b -> inside b (value e).
Proof.
  induction e as [z | a I b J | a I | a I b J | a I | a I n | l a I | a I | a I | a I | a I | a I];
    intros c H; cbn [around value bind] in *.
  1: injection H as <-; rewrite <- Q2R_Z; apply in_exactly.
  all: destruct (around a) as [u|]; [|easy]; specialize (I u eq_refl); cbn [bind] in H.
  all: try (destruct (around b) as [w|]; [|easy]; specialize (J w eq_refl); cbn [bind] in H).
  4: { destruct (inv_b u) as [w|] eqn:E; [|easy]. injection H as <-. apply in_rounded. now apply (in_inv u). }
  all: first [  now apply (in_root u) | now apply (in_exp u) | now apply (in_ln u)
    | now apply (in_atan u) | injection H as <- ].
  all: try apply in_rounded; auto using in_add, in_opp, in_mul, in_pow, in_pol, in_abs.
Qed.
Definition positive_b e := match around e with Some a => above_0 a | None => false end.
Definition negative_b e := match around e with Some a => below_0 a | None => false end.
Definition zero_b e := match around e with
  | Some a => (Qeq_bool (fst a) 0 && Qeq_bool (snd a) 0)%bool | None => false end.
Lemma positive_is e : positive_b e = true -> 0 < value e.
Proof.
  unfold positive_b. destruct (around e) eqn:E; [|easy]. apply encloses in E. destruct E as [A B].
  intro H. apply Bool.negb_true_iff, lt_bool in H. rewrite Q2R_0 in H. lra.
Qed.
Lemma negative_is e : negative_b e = true -> value e < 0.
Proof.
  unfold negative_b. destruct (around e) eqn:E; [|easy]. apply encloses in E. destruct E as [A B].
  intro H. apply Bool.negb_true_iff, lt_bool in H. rewrite Q2R_0 in H. lra.
Qed.
Lemma other_is e : (positive_b e || negative_b e)%bool = true -> value e <> 0.
Proof.
  intro H. apply Bool.orb_prop in H. destruct H as [H | H];
    [apply positive_is in H | apply negative_is in H]; lra.
Qed.
Lemma zero_is e : zero_b e = true -> value e = 0.
Proof.
  unfold zero_b. destruct (around e) eqn:E; [|easy]. apply encloses in E. destruct E as [A B].
  intro H. apply andb_prop in H. destruct H as [H K].
  apply Qeq_bool_eq, Qeq_eqR in H. apply Qeq_bool_eq, Qeq_eqR in K. rewrite Q2R_0 in *. lra.
Qed.
Lemma same_is a b : zero_b (Plus a (Minus b)) = true -> value a = value b.
Proof. intro H. apply zero_is in H. simpl in H. lra. Qed.
Lemma less_is a b : positive_b (Plus b (Minus a)) = true -> value a < value b.
Proof. intro H. apply positive_is in H. simpl in H. lra. Qed.

Ltac number_of t := lazymatch t with
  | IZR ?z => constr:(Int z)
  | ?a + ?b => let x := number_of a in let y := number_of b in constr:(Plus x y)
  | ?a - ?b => let x := number_of a in let y := number_of b in constr:(Plus x (Minus y))
  | - ?a => let x := number_of a in constr:(Minus x)
  | ?a * ?b => let x := number_of a in let y := number_of b in constr:(Times x y)
  | ?a / ?b => let x := number_of a in let y := number_of b in constr:(Times x (Over y))
  | / ?a => let x := number_of a in constr:(Over x)
  | ?a ^ ?n => let x := number_of a in constr:(Pow x n)
  | pol ?l ?a => let x := number_of a in constr:(Pol l x)
  | Rabs ?a => let x := number_of a in constr:(Absolute x)
  | sqrt ?a => let x := number_of a in constr:(Root x)
  | exp ?a => let x := number_of a in constr:(Exp x)
  | ln ?a => let x := number_of a in constr:(Ln x)
  | Rpower ?a ?b => let x := number_of a in let y := number_of b in constr:(Exp (Times y (Ln x)))
  | arcsinh ?a => let x := number_of (ln (a + sqrt (a ^ 2 + 1))) in x
  | atan ?a => let x := number_of a in constr:(Atan x)
  | Q2R (?n # ?d) => constr:(Times (Int n) (Over (Int (Zpos d))))
  | sinh ?a => let x := number_of ((exp a - exp (- a)) / 2) in x
  | cosh ?a => let x := number_of ((exp a + exp (- a)) / 2) in x
  | tanh ?a => let x := number_of (sinh a) in let y := number_of (cosh a) in constr:(Times x (Over y))
  end.
Ltac counted := vm_compute; reflexivity.
Ltac computed := lazymatch goal with
  | |- ?a <> 0 => let x := number_of a in refine (other_is x _); counted
  | |- 0 < ?a => let x := number_of a in refine (positive_is x _); counted
  | |- ?a < ?b => let x := number_of a in let y := number_of b in refine (less_is x y _); counted
  | |- ?a <= ?b => apply Rlt_le; computed
  | |- ?a > ?b => change (b < a); computed
  | |- ?a = ?b => let x := number_of a in let y := number_of b in refine (same_is x y _); counted end.
