(* The tube of the two models, of r and its first two slopes as functions of x = p^2. *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Tube.
Open Scope R_scope.

Ltac slopes := repeat match goal with D : is_derive _ _ _ |- _ => progress known D end.

Section Response.
Variable X : R.
Variables r r1 r2 : R -> R.
Hypothesis r_slope : forall x, 0 < x <= X -> is_derive r x (r1 x).
Hypothesis r1_slope : forall x, 0 < x <= X -> is_derive r1 x (r2 x).
Hypothesis r_positive : forall x, 0 < x <= X -> 0 < r x.
Hypothesis r_falls : forall x, 0 < x <= X -> r1 x < 0.

Definition steep x := - r1 x / r x.                              (* L *)
Definition half x := (r1 x ^ 2 / r x - r2 x / 2) / r x ^ 2.      (* half the second slope of 1/r *)

Lemma inverse_slope x : 0 < x <= X -> is_derive (fun x => / r x) x (steep x / r x).
Proof.
  intros Hx. pose proof (r_positive x Hx). pose proof (r_slope x Hx) as D.
  assert (A : ex_derive r x) by (eexists; exact D).
  auto_derive; [split; [auto | lra] |]. known D. unfold steep. field. lra.
Qed.

Lemma inverse_slope_2 x : 0 < x <= X -> is_derive (fun x => steep x / r x) x (2 * half x).
Proof.
  intros Hx. pose proof (r_positive x Hx). pose proof (r_slope x Hx) as D.
  pose proof (r1_slope x Hx) as D1.
  assert (A : ex_derive r x) by (eexists; exact D).
  assert (A1 : ex_derive r1 x) by (eexists; exact D1).
  unfold steep. auto_derive; [repeat split; auto; lra |]. known D. known D1. unfold half. field. lra.
Qed.

(* Of a function of p with the values of r at p^2 the slope is 2p r1(p^2). *)
Lemma chain (rp : R -> R) p : (forall z, z <> 0 -> rp z = r (z ^ 2)) ->
  p <> 0 -> p ^ 2 <= X -> Derive rp p = 2 * p * r1 (p ^ 2).
Proof.
  intros E N HX. assert (Hx : 0 < p ^ 2 <= X) by nra.
  pose proof (r_slope _ Hx) as D.
  assert (A : ex_derive r (p ^ 2)) by (eexists; exact D).
  apply is_derive_unique. apply is_derive_ext_loc with (fun z => r (z ^ 2)).
  - assert (P : 0 < Rabs p) by now apply Rabs_pos_lt.
    exists (mkposreal _ P). intros z Z. symmetry. apply E. intros ->.
    apply Rabs_lt_between' in Z. simpl in Z. destruct (Rle_dec 0 p).
    + rewrite Rabs_pos_eq in Z; lra.
    + rewrite Rabs_left in Z; lra.
  - auto_derive; [auto |]. replace (p * (p * 1)) with (p ^ 2) by ring. known D. ring.
Qed.

Section Linear.
Variables e C low : R.
Definition linear_f x := x * r x ^ 2.
Definition linear_h x := - r x ^ 3 / (4 * r1 x) - x * r x ^ 2 / 2.
Definition linear_M x := - (5 / 4) * r x ^ 2 + r x ^ 3 * r2 x / (4 * r1 x ^ 2) - x * r x * r1 x.
Definition linear_first x := r x ^ 2 * (2 * linear_h x + linear_f x).
Definition linear_den x w := 1 - e * x * r x ^ 2 * (2 * ratio (linear_h x) e w - 1).
Definition linear_tau2 x w :=
  (2 * r x ^ 2 * w + 2 * x * r x ^ 4 * bend (linear_h x) e w
   + linear_first x * (x * r x ^ 2 * (2 * ratio (linear_h x) e w - 1))) / linear_den x w.

Lemma linear_h_slope x : 0 < x <= X -> is_derive linear_h x (linear_M x).
Proof.
  intros Hx. pose proof (r_falls x Hx). pose proof (r_slope x Hx) as D.
  pose proof (r1_slope x Hx) as D1.
  assert (A : ex_derive r x) by (eexists; exact D).
  assert (A1 : ex_derive r1 x) by (eexists; exact D1).
  unfold linear_h. auto_derive; [repeat split; auto; lra |].
  known D. known D1. unfold linear_M. field. lra.
Qed.

(* tau0 = r^2 is 2 (2h + f) L, and tau that of the map. *)
Lemma linear_tau x w : 0 < x <= X -> linear_den x w <> 0 ->
  2 * (2 * linear_h x + linear_f x) * steep x + e * (linear_first x + e * linear_tau2 x w)
  = r x ^ 2 * (2 * ratio (linear_h x) e w - 1) / linear_den x w.
Proof.
  intros Hx D. pose proof (r_falls x Hx). pose proof (r_positive x Hx).
  assert (T : 2 * (2 * linear_h x + linear_f x) * steep x = r x ^ 2).
  { unfold linear_h, linear_f, steep. field. lra. }
  assert (F : linear_first x = r x ^ 2 * (2 * linear_h x + x * r x ^ 2)) by reflexivity.
  rewrite T. unfold linear_tau2. rewrite F. unfold linear_den, ratio, bend in *.
  set (hx := linear_h x) in *. field. exact D.
Qed.

Hypothesis e_positive : 0 < e.
Hypothesis motion : forall x w, 0 < x <= X -> Rabs w <= C ->
  let s := ratio (linear_h x) e w in let g := rate (linear_f x) (linear_h x) e w in
  0 < linear_den x w /\ / 2 < s /\ 0 < g /\ e * g < 1 /\ low <= (1 - e * g) ^ 2.
Hypothesis tube : forall x w y z, 0 < x <= X -> Rabs w <= C ->
  low * x <= y <= x -> low * x <= z <= x ->
  let h := linear_h x in let f := linear_f x in let L := steep x in
  let tau1 := linear_first x + e * linear_tau2 x w in
  let E := rest x e h L (r x * half y) (linear_M z) (ratio h e w) (rate f h e w)
    (2 * (2 * h + f) * L + e * tau1) tau1 in
  Rabs E <= pull L h e * C /\ x * (pull L h e * C + Rabs E) <= 2 * C.

Variables rp hp : R -> R.
Variables p q : nat -> R.
Hypothesis r_even : forall z, z <> 0 -> rp z = r (z ^ 2).
Hypothesis h_even : forall z, z <> 0 -> z ^ 2 <= X -> hp z = linear_h (z ^ 2).
Hypothesis p_step : forall t,
  p (S t) = (1 - 2 * rp (p t) / q t + e * p t ^ 2 * rp (p t) ^ 2) * p t.
Hypothesis q_step : forall t,
  q (S t) = q t / (1 - e * p t ^ 2 * rp (p t) * (2 * q t - rp (p t))).

Let on_tube t := p t ^ 2 <= X /\ Rabs (q t / rp (p t) - 1 - hp (p t) * e) <= C * e ^ 2.

Theorem linear_stays : on_tube 0 -> forall t, on_tube t /\
  q t <= q (S t) /\ Rabs (p (S t)) <= Rabs (p t) /\ p t * p (S t) <= 0.
Proof.
  intros H.
  assert (all : forall t, on_tube t -> on_tube (S t) /\
    q t <= q (S t) /\ Rabs (p (S t)) <= Rabs (p t) /\ p t * p (S t) <= 0).
  { intros t. apply (stays X e C low r steep half linear_h linear_M linear_f
      (fun x w => linear_first x + e * linear_tau2 x w)); auto.
    - exact inverse_slope.
    - exact inverse_slope_2.
    - exact linear_h_slope.
    - intros x w Hx W. destruct (motion x w Hx W) as (D & S & G & G1 & Low).
      repeat split; try lra. rewrite (linear_tau x w Hx) by lra.
      apply Rmult_le_pos; [| left; now apply Rinv_0_lt_compat].
      apply Rmult_le_pos; [apply pow2_ge_0 | lra].
    - intros s Z. rewrite p_step, q_step, Z. split; [ring | field].
    - intros s N. rewrite p_step. unfold linear_f. rewrite (r_even _ N). ring.
    - intros s w N HX W Q. assert (Hx : 0 < p s ^ 2 <= X) by nra.
      destruct (motion _ w Hx W) as (D & S & _).
      rewrite q_step, (r_even _ N), (linear_tau _ w Hx) by lra. rewrite Q.
      pose proof (r_positive _ Hx).
      unfold linear_den in *. set (x := p s ^ 2) in *. set (S' := ratio (linear_h x) e w) in *.
      replace (1 - e * x * r x * (2 * (r x * S') - r x)) with (1 - e * x * r x ^ 2 * (2 * S' - 1))
        by ring.
      field. lra. }
  assert (forever : forall t, on_tube t).
  { intros t. induction t as [| t IH]; [exact H | now apply all]. }
  intros t. split; [apply forever | apply all, forever].
Qed.
End Linear.

Section Neuron.
Variables e C low : R.
Variables omega omega1 : R -> R.    (* phi(p)^2/p^2 and its slope *)
Hypothesis omega_slope : forall x, 0 < x <= X -> is_derive omega x (omega1 x).
Hypothesis omega_positive : forall x, 0 < x <= X -> 0 < omega x.
Definition neuron_h x := - omega x * r x / (2 * r1 x).
Definition neuron_M x :=
  - (omega1 x * r x / r1 x + omega x - omega x * r x * r2 x / r1 x ^ 2) / 2.
Definition neuron_first x := 3 * x * omega x ^ 2.
Definition neuron_den x := 1 - e * x * omega x.
Definition neuron_tau2 x := x ^ 2 * omega x ^ 3 * (4 - 3 * e * x * omega x) / neuron_den x ^ 2.

Lemma neuron_h_slope x : 0 < x <= X -> is_derive neuron_h x (neuron_M x).
Proof.
  intros Hx. pose proof (r_falls x Hx). pose proof (r_slope x Hx) as D.
  pose proof (r1_slope x Hx) as D1. pose proof (omega_slope x Hx) as D2.
  assert (A : ex_derive r x) by (eexists; exact D).
  assert (A1 : ex_derive r1 x) by (eexists; exact D1).
  assert (A2 : ex_derive omega x) by (eexists; exact D2).
  unfold neuron_h. auto_derive; [repeat split; auto; lra |].
  known D. known D1. known D2. unfold neuron_M. field. lra.
Qed.

Lemma neuron_tau x : 0 < x <= X -> neuron_den x <> 0 ->
  2 * (2 * neuron_h x + 0) * steep x + e * (neuron_first x + e * neuron_tau2 x)
  = omega x * (2 - e * x * omega x) / neuron_den x ^ 2.
Proof.
  intros Hx D. pose proof (r_falls x Hx). pose proof (r_positive x Hx).
  assert (T : 2 * (2 * neuron_h x + 0) * steep x = 2 * omega x).
  { unfold neuron_h, steep. field. lra. }
  rewrite T. unfold neuron_tau2, neuron_first, neuron_den in *. field. exact D.
Qed.

Hypothesis e_positive : 0 < e.
Hypothesis motion : forall x w, 0 < x <= X -> Rabs w <= C ->
  let s := ratio (neuron_h x) e w in let g := rate 0 (neuron_h x) e w in
  0 < neuron_den x /\ / 2 < s /\ 0 < g /\ e * g < 1 /\ low <= (1 - e * g) ^ 2.
Hypothesis tube : forall x w y z, 0 < x <= X -> Rabs w <= C ->
  low * x <= y <= x -> low * x <= z <= x ->
  let h := neuron_h x in let L := steep x in
  let tau1 := neuron_first x + e * neuron_tau2 x in
  let E := rest x e h L (r x * half y) (neuron_M z) (ratio h e w) (rate 0 h e w)
    (2 * (2 * h + 0) * L + e * tau1) tau1 in
  Rabs E <= pull L h e * C /\ x * (pull L h e * C + Rabs E) <= 2 * C.

Variables rp hp square : R -> R.    (* square is phi^2 *)
Variables p q : nat -> R.
Hypothesis r_even : forall z, z <> 0 -> rp z = r (z ^ 2).
Hypothesis h_even : forall z, z <> 0 -> z ^ 2 <= X -> hp z = neuron_h (z ^ 2).
Hypothesis square_even : forall z, square z = z ^ 2 * omega (z ^ 2).
Hypothesis p_step : forall t, p (S t) = (1 - 2 * rp (p t) / q t) * p t.
Hypothesis q_step : forall t, q (S t) = q t / (1 - e * square (p t)) ^ 2.

Let on_tube t := p t ^ 2 <= X /\ Rabs (q t / rp (p t) - 1 - hp (p t) * e) <= C * e ^ 2.

Theorem neuron_stays : on_tube 0 -> forall t, on_tube t /\
  q t <= q (S t) /\ Rabs (p (S t)) <= Rabs (p t) /\ p t * p (S t) <= 0.
Proof.
  intros H.
  assert (all : forall t, on_tube t -> on_tube (S t) /\
    q t <= q (S t) /\ Rabs (p (S t)) <= Rabs (p t) /\ p t * p (S t) <= 0).
  { intros t. apply (stays X e C low r steep half neuron_h neuron_M (fun _ => 0)
      (fun x w => neuron_first x + e * neuron_tau2 x)); auto.
    - exact inverse_slope.
    - exact inverse_slope_2.
    - exact neuron_h_slope.
    - intros x w Hx W. destruct (motion x w Hx W) as (D & S & G & G1 & Low).
      repeat split; try lra. rewrite (neuron_tau x Hx) by lra.
      pose proof (omega_positive x Hx). unfold neuron_den in *.
      apply Rmult_le_pos; [nra | left; apply Rinv_0_lt_compat; nra].
    - intros s Z. rewrite p_step, q_step, square_even, Z. split; [ring | field].
    - intros s N. rewrite p_step. ring.
    - intros s w N HX W Q. assert (Hx : 0 < p s ^ 2 <= X) by nra.
      destruct (motion _ w Hx W) as (D & S & _).
      rewrite q_step, square_even, (neuron_tau _ Hx) by lra.
      unfold neuron_den in *. set (x := p s ^ 2) in *.
      replace (1 - e * (x * omega x)) with (1 - e * x * omega x) by ring.
      field. lra. }
  assert (forever : forall t, on_tube t).
  { intros t. induction t as [| t IH]; [exact H | now apply all]. }
  intros t. split; [apply forever | apply all, forever].
Qed.
End Neuron.
End Response.
