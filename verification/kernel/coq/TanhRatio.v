(* tanh p / p as a function u of x = p^2: its derivatives, and how near a polynomial is to them. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Tube.
Open Scope R_scope.

Lemma cosh_positive z : 0 < cosh z.
Proof. unfold cosh. pose proof (exp_pos z). pose proof (exp_pos (- z)). lra. Qed.

Lemma tanh_slope z : is_derive tanh z (1 - tanh z ^ 2).
Proof.
  pose proof (cosh_positive z) as C.
  unfold tanh, sinh, cosh in *. auto_derive.
  - lra.
  - replace (- z) with (- z) by reflexivity. field. lra.
Qed.

Lemma tanh_0 : tanh 0 = 0.
Proof. unfold tanh. rewrite sinh_0. lra. Qed.

Lemma tanh_small z : 1 - tanh z ^ 2 > 0.
Proof.
  pose proof (cosh_positive z) as C.
  assert (1 - tanh z ^ 2 = / cosh z ^ 2) as ->.
  { unfold tanh, sinh, cosh in *. rewrite exp_Ropp in *. pose proof (exp_pos z). field. nra. }
  apply Rinv_0_lt_compat. nra.
Qed.

(* What rises from 0 is positive. *)
Lemma risen (y y' : R -> R) z :
  0 <= z -> (forall t, 0 <= t <= z -> is_derive y t (y' t)) -> (forall t, 0 <= t <= z -> 0 <= y' t) ->
  y 0 <= y z.
Proof.
  intros [Z | <-] D P; [| lra].
  destruct (MVT_cor2 y y' 0 z Z) as (c & E & I).
  { intros t T. apply is_derive_Reals. now apply D. }
  assert (0 <= y' c) by (apply P; lra). nra.
Qed.

Lemma tanh_bounds z : 0 <= z -> 0 <= tanh z <= z /\ z - z ^ 3 / 3 <= tanh z.
Proof.
  assert (low : forall z, 0 <= z -> 0 <= tanh z).
  { intros t T. rewrite <- tanh_0. apply (risen tanh (fun t => 1 - tanh t ^ 2)); auto.
    - intros; apply tanh_slope.
    - intros s _. pose proof (tanh_small s). lra. }
  assert (high : forall z, 0 <= z -> tanh z <= z).
  { intros t T.
    pose proof (risen (fun t => t - tanh t) (fun t => tanh t ^ 2) t T) as Q. cbv beta in Q.
    rewrite tanh_0 in Q. enough (0 - 0 <= t - tanh t) by lra. apply Q.
    - intros s _. pose proof (tanh_slope s) as D.
      assert (A : ex_derive tanh s) by (eexists; exact D).
      auto_derive; [auto |]. known D. ring.
    - intros s _. nra. }
  intros Z. split; [split; auto |].
  pose proof (risen (fun t => tanh t - (t - t ^ 3 / 3)) (fun t => t ^ 2 - tanh t ^ 2) z Z) as Q.
  cbv beta in Q. rewrite tanh_0 in Q. enough (0 - (0 - 0 ^ 3 / 3) <= tanh z - (z - z ^ 3 / 3)) by lra.
  apply Q.
  - intros s _. pose proof (tanh_slope s) as D.
    assert (A : ex_derive tanh s) by (eexists; exact D).
    auto_derive; [auto |]. known D. field.
  - intros s S. pose proof (low s (proj1 S)). pose proof (high s (proj1 S)). nra.
Qed.

Definition u x := tanh (sqrt x) / sqrt x.
Definition u1 x := (1 - u x - x * u x ^ 2) / (2 * x).
Definition u2 x := - (u x ^ 2 + 2 * x * u x * u1 x + 3 * u1 x) / (2 * x).
Definition u3 x := - (4 * u x * u1 x + 2 * x * (u1 x ^ 2 + u x * u2 x) + 5 * u2 x) / (2 * x).

Lemma u_slope x : 0 < x -> is_derive u x (u1 x).
Proof.
  intros X. pose proof (sqrt_lt_R0 x X) as S.
  pose proof (tanh_slope (sqrt x)) as D. unfold u1, u.
  assert (A : ex_derive tanh (sqrt x)) by (eexists; exact D).
  auto_derive.
  - repeat split; auto; lra.
  - known D.
    set (T := tanh (sqrt x)) in *. set (s := sqrt x) in *.
    replace x with (s * s) by (apply sqrt_def; lra). field. nra.
Qed.

Lemma u1_slope x : 0 < x -> is_derive u1 x (u2 x).
Proof.
  intros X. pose proof (u_slope x X) as D.
  assert (A : ex_derive u x) by (eexists; exact D).
  unfold u1. auto_derive.
  - repeat split; auto; lra.
  - known D. unfold u2, u1. field. lra.
Qed.

Lemma u2_slope x : 0 < x -> is_derive u2 x (u3 x).
Proof.
  intros X. pose proof (u_slope x X) as D. pose proof (u1_slope x X) as D1.
  assert (A : ex_derive u x) by (eexists; exact D).
  assert (A1 : ex_derive u1 x) by (eexists; exact D1).
  unfold u2. auto_derive.
  - repeat split; auto; lra.
  - known D. known D1.
    unfold u3, u2. field. lra.
Qed.

Lemma u_even p : p <> 0 -> tanh p / p = u (p ^ 2).
Proof.
  intros N. unfold u. replace (p ^ 2) with (p * p) by ring.
  destruct (Rle_lt_dec 0 p) as [P | P].
  - now rewrite sqrt_square.
  - replace (p * p) with (- p * - p) by ring. rewrite sqrt_square by lra.
    replace (tanh (- p)) with (- tanh p); [field; lra |].
    unfold tanh. rewrite <- (Ropp_involutive p) at 3 4.
    unfold sinh, cosh. rewrite !Ropp_involutive. pose proof (exp_pos p). pose proof (exp_pos (- p)).
    field. lra.
Qed.

Lemma u_bounds x : 0 < x -> 1 - x / 3 <= u x <= 1 /\ 0 <= u x.
Proof.
  intros X. pose proof (sqrt_lt_R0 x X) as S.
  destruct (tanh_bounds (sqrt x)) as [[A B] C]; [lra |].
  unfold u. set (s := sqrt x) in *. replace x with (s * s) by (apply sqrt_def; lra).
  assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  assert (E : s * / s = 1) by (field; lra).
  unfold Rdiv in *. repeat split; try nra.
Qed.

(* 2x y' + (m + x a) y = phi with a >= 0 and y bounded near 0: then |y| <= sup |phi| / m.
   W with W' = W a/2 is the integrating factor, beside p^m. *)
Lemma settled (m : nat) (W a y y' phi : R -> R) X B F :
  (0 < m)%nat ->
  (forall x, 0 < x <= X -> 0 < W x /\ is_derive W x (W x * a x / 2) /\ 0 <= a x) ->
  (forall x, 0 < x <= X -> is_derive y x (y' x)) ->
  (forall x, 0 < x <= X -> 2 * x * y' x + (INR m + x * a x) * y x = phi x) ->
  (forall x, 0 < x <= X -> Rabs (y x) <= B) ->
  (forall x, 0 < x <= X -> phi x <= F) ->
  0 <= F ->
  forall x, 0 < x <= X -> y x <= F / INR m.
Proof.
  intros M HW D E HB HF F0 x Hx.
  assert (M0 : 0 < INR m) by (apply lt_0_INR; lia).
  set (p := sqrt x). assert (P : 0 < p) by (apply sqrt_lt_R0; lra).
  assert (Px : p * p = x) by (apply sqrt_def; lra).
  assert (rise : forall s, 0 < s <= x -> W s <= W x).
  { intros s [S [T | ->]]; [| lra].
    destruct (MVT_cor2 W (fun s => W s * a s / 2) s x T) as (c & Ec & I).
    { intros c C. apply is_derive_Reals. apply HW. lra. }
    destruct (HW c) as (H1 & _ & H3); [lra |].
    assert (0 <= W c * a c / 2) by nra. nra. }
  set (K := W x * (F / INR m)).
  set (phi_ := fun t => t ^ m * (W (t * t) * y (t * t) - K)).
  assert (slope : forall t, 0 < t <= p ->
    is_derive phi_ t (t ^ pred m * (W (t * t) * phi (t * t) - W x * F))).
  { intros t T. assert (I : 0 < t * t <= X) by nra.
    destruct (HW _ I) as (H1 & H2 & H3). pose proof (D _ I) as H4.
    assert (A1 : ex_derive W (t * t)) by (eexists; exact H2).
    assert (A2 : ex_derive y (t * t)) by (eexists; exact H4).
    unfold phi_. auto_derive; [repeat split; auto |].
    known H2. known H4.
    rewrite <- (E _ I). unfold K. destruct m as [| k]; [lia |].
    replace (t ^ S k) with (t * t ^ k) by reflexivity. simpl pred.
    field. lra. }
  assert (small : forall t, 0 < t < Rmin p 1 -> phi_ p <= (W x * B + Rabs K) * t).
  { intros t T. assert (T1 : t < p /\ t < 1).
    { pose proof (Rmin_l p 1). pose proof (Rmin_r p 1). lra. }
    destruct (MVT_cor2 phi_ (fun t => t ^ pred m * (W (t * t) * phi (t * t) - W x * F)) t p)
      as (c & Ec & I); [lra | |].
    { intros c C. apply is_derive_Reals, slope. lra. }
    assert (N : c ^ pred m * (W (c * c) * phi (c * c) - W x * F) <= 0).
    { assert (J : 0 < c * c <= x) by nra.
      assert (0 <= c ^ pred m) by (apply pow_le; lra).
      pose proof (rise _ J). destruct (HW (c * c)) as (H1 & _); [lra |].
      assert (phi (c * c) <= F) by (apply HF; lra).
      assert (W (c * c) * phi (c * c) <= W x * F) by nra. nra. }
    assert (phi_ p <= phi_ t) by nra.
    apply Rle_trans with (phi_ t); [assumption |].
    assert (J : 0 < t * t <= x) by nra.
    pose proof (rise _ J). destruct (HW (t * t)) as (H1 & _); [lra |].
    assert (Y : Rabs (y (t * t)) <= B) by (apply HB; lra).
    apply Rle_trans with (1 := Rle_abs _). unfold phi_. rewrite Rabs_mult.
    assert (Q : Rabs (W (t * t) * y (t * t) - K) <= W x * B + Rabs K).
    { apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq (W _)) by lra.
      pose proof (Rabs_pos (y (t * t))). nra. }
    assert (G : Rabs (t ^ m) <= t).
    { rewrite Rabs_pos_eq by (apply pow_le; lra). destruct m as [| k]; [lia |]. simpl.
      assert (t ^ k <= 1) by (rewrite <- (pow1 k); apply pow_incr; lra).
      pose proof (pow_lt t k (proj1 T)). nra. }
    pose proof (Rabs_pos (t ^ m)). pose proof (Rabs_pos (W (t * t) * y (t * t) - K)). nra. }
  assert (neg : phi_ p <= 0).
  { destruct (Rle_lt_dec (phi_ p) 0) as [| G]; [assumption | exfalso].
    set (A := W x * B + Rabs K + 1).
    assert (0 < A).
    { unfold A. destruct (HW x Hx) as (H1 & _). pose proof (Rabs_pos K). pose proof (Rabs_pos (y x)).
      pose proof (HB x Hx). assert (0 <= W x * B) by nra. lra. }
    set (t := Rmin (Rmin p 1 / 2) (phi_ p / (2 * A))).
    assert (0 < Rmin p 1) by (apply Rmin_pos; lra).
    assert (0 < phi_ p / (2 * A)) by (apply Rdiv_lt_0_compat; lra).
    assert (T : 0 < t) by (apply Rmin_pos; lra).
    pose proof (Rmin_l (Rmin p 1 / 2) (phi_ p / (2 * A))). fold t in H2.
    pose proof (Rmin_r (Rmin p 1 / 2) (phi_ p / (2 * A))). fold t in H3.
    assert (S := small t ltac:(lra)).
    assert (A * t <= phi_ p / 2).
    { replace (phi_ p / 2) with (A * (phi_ p / (2 * A))) by (field; lra).
      apply Rmult_le_compat_l; lra. }
    unfold A in *. nra. }
  unfold phi_ in neg. rewrite Px in neg.
  assert (0 < p ^ m) by now apply pow_lt.
  destruct (HW x Hx) as (H1 & _).
  assert (W x * y x - K <= 0) by nra. unfold K in *.
  apply Rmult_le_reg_l with (W x); lra.
Qed.

Lemma settled_abs (m : nat) (W a y y' phi : R -> R) X B F :
  (0 < m)%nat ->
  (forall x, 0 < x <= X -> 0 < W x /\ is_derive W x (W x * a x / 2) /\ 0 <= a x) ->
  (forall x, 0 < x <= X -> is_derive y x (y' x)) ->
  (forall x, 0 < x <= X -> 2 * x * y' x + (INR m + x * a x) * y x = phi x) ->
  (forall x, 0 < x <= X -> Rabs (y x) <= B) ->
  (forall x, 0 < x <= X -> Rabs (phi x) <= F) ->
  forall x, 0 < x <= X -> Rabs (y x) <= F / INR m.
Proof.
  intros M HW D E HB HF x Hx.
  assert (F0 : 0 <= F) by (apply Rle_trans with (2 := HF x Hx), Rabs_pos).
  apply Rabs_le. split.
  - enough (- y x <= F / INR m) by lra.
    apply (settled m W a (fun x => - y x) (fun x => - y' x) (fun x => - phi x) X B F); auto.
    + intros s S. apply (is_derive_opp y), D, S.
    + intros s S. rewrite <- (E s S). ring.
    + intros s S. rewrite Rabs_Ropp. auto.
    + intros s S. pose proof (HF s S) as Q. apply Rabs_le_between in Q. lra.
  - apply (settled m W a y y' phi X B F); auto.
    intros s S. apply Rle_trans with (2 := HF s S), Rle_abs.
Qed.

Lemma by_cosh x : 0 < x -> is_derive (fun x => cosh (sqrt x)) x (cosh (sqrt x) * u x / 2).
Proof.
  intros X. pose proof (sqrt_lt_R0 x X). pose proof (cosh_positive (sqrt x)).
  unfold u, tanh, sinh, cosh in *. auto_derive; [auto |]. field. split; lra.
Qed.

Lemma u1_near_0 x : 0 < x <= 1 -> Rabs (u1 x + / 3) <= 2 * x.
Proof.
  intros X.
  assert (crude : forall s, 0 < s -> -/ 2 <= u1 s <= / 6).
  { intros s S. destruct (u_bounds s S) as [[A B] C]. unfold u1.
    assert (0 <= s * (1 - u s ^ 2) /\ 0 <= s * u s ^ 2) by (split; apply Rmult_le_pos; nra).
    split; apply Rmult_le_reg_r with (2 * s); try lra.
    - replace ((1 - u s - s * u s ^ 2) / (2 * s) * (2 * s)) with (1 - u s - s * u s ^ 2)
        by (field; lra). nra.
    - replace ((1 - u s - s * u s ^ 2) / (2 * s) * (2 * s)) with (1 - u s - s * u s ^ 2)
        by (field; lra). nra. }
  replace (2 * x) with (6 * x / INR 3) by (simpl; field).
  apply (settled_abs 3 (fun _ => 1) (fun _ => 0) (fun s => u1 s + / 3) u2
    (fun s => 1 - u s ^ 2 - 2 * s * u s * u1 s) x 1 (6 * x)); try lia; try lra.
  - intros s S. split; [lra | split; [| lra]]. replace (1 * 0 / 2) with 0 by field.
    apply @is_derive_const.
  - intros s S. replace (u2 s) with (u2 s + 0) by ring.
    apply (is_derive_plus u1 (fun _ => / 3)); [apply u1_slope; lra | apply @is_derive_const].
  - intros s S. unfold u2. simpl. field. lra.
  - intros s S. destruct (crude s); [lra |]. apply Rabs_le. lra.
  - intros s S. destruct (crude s) as [A B]; [lra |].
    destruct (u_bounds s) as [[A1 B1] C1]; [lra |].
    assert (Rabs (u s * u1 s) <= / 2) by (apply Rabs_le; nra).
    apply Rabs_le_between in H. apply Rabs_le. nra.
Qed.

Lemma slopes_bounded x : 0 < x -> exists B, forall s, 0 < s <= x -> Rabs (u1 s) <= B /\ Rabs (u2 s) <= B.
Proof.
  intros X. exists (10 + 2 * (1 + x)). intros s S.
  destruct (u_bounds s) as [[A1 B1] C1]; [lra |].
  assert (crude : Rabs (u1 s) <= 1).
  { unfold u1.
    assert (0 <= s * (1 - u s ^ 2) /\ 0 <= s * u s ^ 2) by (split; apply Rmult_le_pos; nra).
    apply Rabs_le. split; apply Rmult_le_reg_r with (2 * s); try lra;
    replace ((1 - u s - s * u s ^ 2) / (2 * s) * (2 * s)) with (1 - u s - s * u s ^ 2)
      by (field; lra); nra. }
  split; [lra |].
  destruct (Rle_lt_dec s 1) as [L | L].
  - pose proof (u1_near_0 s (conj (proj1 S) L)) as N. unfold u2.
    apply Rabs_le_between in N. apply Rabs_le_between in crude.
    apply Rabs_le. split; apply Rmult_le_reg_r with (2 * s); try lra;
    replace (- (u s ^ 2 + 2 * s * u s * u1 s + 3 * u1 s) / (2 * s) * (2 * s))
      with (- (u s ^ 2 + 2 * s * u s * u1 s + 3 * u1 s)) by (field; lra).
    + assert (u s * u1 s <= 1) by nra. nra.
    + assert (- 1 <= u s * u1 s) by nra. nra.
  - apply Rabs_le_between in crude. unfold u2.
    apply Rabs_le. split; apply Rmult_le_reg_r with (2 * s); try lra;
    replace (- (u s ^ 2 + 2 * s * u s * u1 s + 3 * u1 s) / (2 * s) * (2 * s))
      with (- (u s ^ 2 + 2 * s * u s * u1 s + 3 * u1 s)) by (field; lra).
    + assert (u s * u1 s <= 1) by nra. nra.
    + assert (- 1 <= u s * u1 s) by nra. nra.
Qed.

Lemma by_cosh_twice x : 0 < x ->
  is_derive (fun x => cosh (sqrt x) ^ 2) x (cosh (sqrt x) ^ 2 * (2 * u x) / 2).
Proof.
  intros X. pose proof (by_cosh x X) as D.
  replace (cosh (sqrt x) ^ 2 * (2 * u x) / 2)
    with (INR 2 * (cosh (sqrt x) * u x / 2) * cosh (sqrt x) ^ 1) by (simpl; field).
  exact (is_derive_pow (fun x => cosh (sqrt x)) 2 x _ D).
Qed.

Lemma u1_bound x : 0 < x -> Rabs (u1 x) <= / 3.
Proof.
  intros X. destruct (slopes_bounded x X) as [B HB].
  replace (/ 3) with (1 / INR 3) by (simpl; field).
  apply (settled_abs 3 (fun x => cosh (sqrt x) ^ 2) (fun x => 2 * u x) u1 u2 (fun s => - u s ^ 2)
    x B 1); try lia; try lra.
  - intros s S. split; [apply pow_lt, cosh_positive |]. split; [apply by_cosh_twice; lra |].
    pose proof (u_bounds s). lra.
  - intros s S. apply u1_slope. lra.
  - intros s S. unfold u2. simpl. field. lra.
  - intros s S. now apply HB.
  - intros s S. destruct (u_bounds s) as [[A1 B1] C1]; [lra |]. apply Rabs_le. nra.
Qed.

Lemma u2_bound x : 0 < x -> Rabs (u2 x) <= (4 / 3 + 2 / 9 * x) / 5.
Proof.
  intros X. destruct (slopes_bounded x X) as [B HB].
  replace 5 with (INR 5) by (simpl; ring).
  apply (settled_abs 5 (fun x => cosh (sqrt x) ^ 2) (fun x => 2 * u x) u2 u3
    (fun s => - (4 * u s * u1 s + 2 * s * u1 s ^ 2)) x B); try lia; try lra.
  - intros s S. split; [apply pow_lt, cosh_positive |]. split; [apply by_cosh_twice; lra |].
    pose proof (u_bounds s). lra.
  - intros s S. apply u2_slope. lra.
  - intros s S. unfold u3. simpl. field. lra.
  - intros s S. now apply HB.
  - intros s S. destruct (u_bounds s) as [[A1 B1] C1]; [lra |].
    pose proof (u1_bound s (proj1 S)) as Q. apply Rabs_le_between in Q.
    assert (Rabs (u s * u1 s) <= / 3) by (apply Rabs_le; nra).
    assert (0 <= u1 s ^ 2 <= / 9) by nra.
    apply Rabs_le_between in H. apply Rabs_le. nra.
Qed.

(* A polynomial that nearly solves 2x y' + y + x y^2 = 1 is near u, and its slopes are near those. *)
Section Near.
Variables (P P1 P2 P3 Q : R -> R) (X p0 p1 p2 R0 R1 R2 d0 d1 d2 : R).
Let good (f : R -> R) b := forall x, 0 < x <= X -> Rabs (f x) <= b.
Hypothesis P_slope : forall x, is_derive P x (P1 x).
Hypothesis P1_slope : forall x, is_derive P1 x (P2 x).
Hypothesis P2_slope : forall x, is_derive P2 x (P3 x).
Hypothesis Q_slope : forall x, is_derive Q x (P x).
Hypothesis P_positive : forall x, 0 < x <= X -> 0 <= P x.
Hypothesis P_good : good P p0.
Hypothesis P1_good : good P1 p1.
Hypothesis P2_good : good P2 p2.
Hypothesis R0_good : good (fun x => 2 * x * P1 x + P x + x * P x ^ 2 - 1) R0.
Hypothesis R1_good : good (fun x => 2 * x * P2 x + 3 * P1 x + P x ^ 2 + 2 * x * P x * P1 x) R1.
Hypothesis R2_good :
  good (fun x => 2 * x * P3 x + 5 * P2 x + 4 * P x * P1 x + 2 * x * (P1 x ^ 2 + P x * P2 x)) R2.
Hypothesis D0 : R0 <= d0.
Hypothesis D1 : (R1 + (1 + p0) * d0 + X * (/ 3 + p1) * d0) / 3 <= d1.
Hypothesis D2 : (R2 + 2 * (1 + p0) * d1 + 2 * (/ 3 + p1) * d0 + 2 * X * (/ 3 + p1) * d1
  + X * ((4 / 3 + 2 / 9 * X) / 5 + p2) * d0) / 5 <= d2.

Let W x := cosh (sqrt x) * exp (Q x / 2).
Let a x := u x + P x.

Lemma weight x : 0 < x <= X -> 0 < W x /\ is_derive W x (W x * a x / 2) /\ 0 <= a x.
Proof.
  intros Hx. pose proof (by_cosh x (proj1 Hx)) as D. pose proof (Q_slope x) as DQ.
  pose proof (cosh_positive (sqrt x)). pose proof (exp_pos (Q x / 2)).
  split; [unfold W; nra |]. split.
  - set (c := fun x => cosh (sqrt x)) in *. change (W) with (fun x => c x * exp (Q x / 2)).
    assert (A : ex_derive c x) by (eexists; exact D).
    assert (A2 : ex_derive Q x) by (eexists; exact DQ).
    auto_derive; [auto |]. known D. known DQ. unfold a. change (c x) with (cosh (sqrt x)). change (Q x * / 2) with (Q x / 2). field.
  - unfold a. pose proof (u_bounds x (proj1 Hx)). pose proof (P_positive x Hx). lra.
Qed.

Lemma product_bound y z b c : Rabs y <= b -> Rabs z <= c -> Rabs (y * z) <= b * c.
Proof.
  intros H K. rewrite Rabs_mult. pose proof (Rabs_pos y). pose proof (Rabs_pos z). nra.
Qed.

Lemma sum_bound y z b c : Rabs y <= b -> Rabs z <= c -> Rabs (y + z) <= b + c.
Proof. intros H K. pose proof (Rabs_triang y z). lra. Qed.

Lemma u_abs x : 0 < x -> Rabs (u x) <= 1.
Proof. intros Hx. destruct (u_bounds x Hx) as [[A B] C]. apply Rabs_le. lra. Qed.

Lemma near_0 : good (fun x => u x - P x) d0.
Proof.
  intros x Hx. apply Rle_trans with (R0 / INR 1); [| simpl; lra].
  apply (settled_abs 1 W a (fun x => u x - P x) (fun x => u1 x - P1 x)
    (fun x => - (2 * x * P1 x + P x + x * P x ^ 2 - 1)) X (1 + p0)); try lia; auto.
  - apply weight.
  - intros s S. apply (is_derive_minus u P); [apply u_slope; lra | apply P_slope].
  - intros s S. unfold a, u1. simpl. field. lra.
  - intros s S. unfold Rminus. apply sum_bound; [apply u_abs; lra | rewrite Rabs_Ropp; auto].
  - intros s S. rewrite Rabs_Ropp. now apply R0_good.
Qed.

Lemma near_1 : good (fun x => u1 x - P1 x) d1.
Proof.
  intros x Hx. apply Rle_trans with ((R1 + ((1 + p0) * d0 + X * (/ 3 + p1) * d0)) / INR 3);
    [| simpl; lra].
  apply (settled_abs 3 W a (fun x => u1 x - P1 x) (fun x => u2 x - P2 x)
    (fun x => - (2 * x * P2 x + 3 * P1 x + P x ^ 2 + 2 * x * P x * P1 x)
      + - ((u x + P x) * (u x - P x) + x * (u1 x + P1 x) * (u x - P x))) X (/ 3 + p1));
    try lia; auto.
  - apply weight.
  - intros s S. apply (is_derive_minus u1 P1); [apply u1_slope; lra | apply P1_slope].
  - intros s S. unfold a, u2. simpl. field. lra.
  - intros s S. unfold Rminus. apply sum_bound; [apply u1_bound; lra | rewrite Rabs_Ropp; auto].
  - intros s S. assert (B : Rabs s <= X) by (rewrite Rabs_pos_eq; lra).
    apply sum_bound; rewrite Rabs_Ropp; [now apply R1_good |].
    pose proof (near_0 s S) as N.
    apply sum_bound; repeat apply product_bound; auto; apply sum_bound; auto.
    + apply u_abs; lra.
    + apply u1_bound; lra.
Qed.

Lemma near_2 : good (fun x => u2 x - P2 x) d2.
Proof.
  intros x Hx.
  set (b2 := (4 / 3 + 2 / 9 * X) / 5) in *.
  assert (U2 : forall s, 0 < s <= X -> Rabs (u2 s) <= b2).
  { intros s S. apply Rle_trans with (1 := u2_bound s (proj1 S)). unfold b2. lra. }
  apply Rle_trans with ((R2 + (2 * ((1 + p0) * d1) + (2 * ((/ 3 + p1) * d0)
    + (2 * (X * ((/ 3 + p1) * d1)) + X * ((b2 + p2) * d0))))) / INR 5); [| simpl; lra].
  apply (settled_abs 5 W a (fun x => u2 x - P2 x) (fun x => u3 x - P3 x)
    (fun x => - (2 * x * P3 x + 5 * P2 x + 4 * P x * P1 x + 2 * x * (P1 x ^ 2 + P x * P2 x))
      + - (2 * ((u x + P x) * (u1 x - P1 x)) + (2 * ((u1 x + P1 x) * (u x - P x))
      + (2 * (x * ((u1 x + P1 x) * (u1 x - P1 x))) + x * ((u2 x + P2 x) * (u x - P x)))))) X
    (b2 + p2)); try lia; auto.
  - apply weight.
  - intros s S. apply (is_derive_minus u2 P2); [apply u2_slope; lra | apply P2_slope].
  - intros s S. unfold a, u3. simpl. field. lra.
  - intros s S. unfold Rminus. apply sum_bound; [now apply U2 | rewrite Rabs_Ropp; auto].
  - intros s S. assert (B : Rabs s <= X) by (rewrite Rabs_pos_eq; lra).
    pose proof (near_0 s S) as N0. pose proof (near_1 s S) as N1.
    assert (T : Rabs 2 <= 2) by (rewrite Rabs_pos_eq; lra).
    assert (S0 : Rabs (u s + P s) <= 1 + p0) by (apply sum_bound; [apply u_abs; lra | auto]).
    assert (S1 : Rabs (u1 s + P1 s) <= / 3 + p1) by (apply sum_bound; [apply u1_bound; lra | auto]).
    assert (S2 : Rabs (u2 s + P2 s) <= b2 + p2) by (apply sum_bound; auto).
    apply sum_bound; rewrite Rabs_Ropp; [now apply R2_good |].
    repeat apply sum_bound; repeat apply product_bound; assumption.
Qed.
End Near.

(* The response of the neuron with tanh, tanh p (1 - tanh^2 p)/p. *)
Definition bell x := u x - x * u x ^ 3.
Definition bell1 x := u1 x - u x ^ 3 - 3 * x * u x ^ 2 * u1 x.
Definition bell2 x :=
  u2 x - 6 * u x ^ 2 * u1 x - 6 * x * u x * u1 x ^ 2 - 3 * x * u x ^ 2 * u2 x.
Definition square x := u x ^ 2.
Definition square1 x := 2 * u x * u1 x.

Lemma bell_slope x : 0 < x -> is_derive bell x (bell1 x).
Proof.
  intros X. pose proof (u_slope x X) as D. assert (A : ex_derive u x) by (eexists; exact D).
  unfold bell. auto_derive; [auto |]. known D. unfold bell1. ring.
Qed.

Lemma bell1_slope x : 0 < x -> is_derive bell1 x (bell2 x).
Proof.
  intros X. pose proof (u_slope x X) as D. assert (A : ex_derive u x) by (eexists; exact D).
  pose proof (u1_slope x X) as D1. assert (A1 : ex_derive u1 x) by (eexists; exact D1).
  unfold bell1. auto_derive; [auto |]. known D. known D1. unfold bell2. ring.
Qed.

Lemma square_slope x : 0 < x -> is_derive square x (square1 x).
Proof.
  intros X. pose proof (u_slope x X) as D. assert (A : ex_derive u x) by (eexists; exact D).
  unfold square. auto_derive; [auto |]. known D. unfold square1. ring.
Qed.
