(* What holds for every width m and every input dimension d, by hand: the gradient of the two-layer
   linear network, its step, the Gram matrix, the reduced map; and the rung lemma. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Fixpoint sum (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S k => sum k f + f k end.
Definition dot n (u v : nat -> R) := sum n (fun i => u i * v i).

Lemma sum_plus n f g : sum n (fun i => f i + g i) = sum n f + sum n g.
Proof. induction n; simpl; [ring | rewrite IHn; ring]. Qed.
Lemma sum_scal n c f : sum n (fun i => c * f i) = c * sum n f.
Proof. induction n; simpl; [ring | rewrite IHn; ring]. Qed.
Lemma sum_ext n f g : (forall i, f i = g i) -> sum n f = sum n g.
Proof. intro H; induction n; simpl; [easy | rewrite IHn, H; easy]. Qed.
Lemma sum_swap n k f :
  sum n (fun i => sum k (fun j => f i j)) = sum k (fun j => sum n (fun i => f i j)).
Proof.
  induction n; simpl.
  - induction k; simpl; [easy | rewrite <- IHk; ring].
  - rewrite IHn, <- sum_plus. apply sum_ext; easy.
Qed.
Lemma dot_sym n p q : dot n p q = dot n q p.
Proof. apply sum_ext; intro; ring. Qed.
Lemma dot_ext n p p' q q' :
  (forall j, p j = p' j) -> (forall j, q j = q' j) -> dot n p q = dot n p' q'.
Proof. intros H K; apply sum_ext; intro; rewrite H, K; easy. Qed.
Lemma dot_lin n a b c e (p q r s : nat -> R) :
  dot n (fun j => a * p j + b * q j) (fun j => c * r j + e * s j)
  = a * c * dot n p r + a * e * dot n p s + b * c * dot n q r + b * e * dot n q s.
Proof.
  unfold dot.
  rewrite (sum_ext n _ (fun j => a * c * (p j * r j) + (a * e * (p j * s j) +
    (b * c * (q j * r j) + b * e * (q j * s j))))) by (intro; ring).
  rewrite !sum_plus, !sum_scal; ring.
Qed.

Section Network.
(* f = x^T U v and L = l(f - y), with x in R^d, U in R^(d x m), v in R^m. *)
Variables (d m : nat) (x : nat -> R) (l : R -> R) (y eta : R).
Hypothesis l_smooth : forall z, ex_derive l z.
Record weights := Weights { U : nat -> nat -> R; v : nat -> R }.
Definition hidden (w : weights) : nat -> R := fun j => sum d (fun i => x i * U w i j).
Definition output (w : weights) : R := dot m (hidden w) (v w).
Definition objective (w : weights) : R := l (output w - y).
Definition slope (w : weights) : R := Derive l (output w - y).
Definition move (w : weights) (t : R) (e : weights) : weights :=
  Weights (fun i j => U w i j + t * U e i j) (fun j => v w j + t * v e j).
Definition inner (a b : weights) :=
  sum d (fun i => sum m (fun j => U a i j * U b i j)) + dot m (v a) (v b).
Definition gradient (w : weights) : weights :=
  Weights (fun i j => slope w * (x i * v w j)) (fun j => slope w * hidden w j).
Definition step (w : weights) : weights := move w (- eta) (gradient w).
Definition X := dot d x x.

Lemma hidden_move w t e j : hidden (move w t e) j = 1 * hidden w j + t * hidden e j.
Proof.
  unfold hidden, move; simpl.
  rewrite (sum_ext d _ (fun i => x i * U w i j + t * (x i * U e i j))) by (intro; ring).
  rewrite sum_plus, sum_scal; ring.
Qed.
Lemma output_move w t e : output (move w t e) =
  output w + t * (dot m (hidden e) (v w) + dot m (hidden w) (v e))
  + t ^ 2 * dot m (hidden e) (v e).
Proof.
  unfold output.
  rewrite (dot_ext m _ _ _ _ (hidden_move w t e)
    (fun j => eq_refl : v (move w t e) j = v w j + t * v e j)).
  rewrite (dot_ext m _ (fun j => 1 * hidden w j + t * hidden e j) _
    (fun j => 1 * v w j + t * v e j)) by (intro; ring).
  rewrite dot_lin; ring.
Qed.
Lemma inner_gradient w e :
  inner (gradient w) e = slope w * (dot m (hidden e) (v w) + dot m (hidden w) (v e)).
Proof.
  unfold inner, gradient; simpl.
  rewrite sum_swap.
  rewrite (sum_ext m _ (fun j => slope w * (hidden e j * v w j))).
  2:{ intro j. unfold hidden.
      rewrite (sum_ext d _ (fun i => (slope w * v w j) * (x i * U e i j))) by (intro; ring).
      rewrite sum_scal; ring. }
  unfold dot at 1.
  rewrite (sum_ext m (fun i => slope w * hidden w i * v e i)
    (fun i => slope w * (hidden w i * v e i))) by (intro; ring).
  rewrite !sum_scal. unfold dot; ring.
Qed.
(* The gradient is the gradient: along every direction e, the objective changes by <gradient, e>. *)
Theorem gradient_is_gradient w e :
  is_derive (fun t => objective (move w t e)) 0 (inner (gradient w) e).
Proof.
  rewrite inner_gradient. unfold slope.
  set (b := dot m (hidden e) (v w) + dot m (hidden w) (v e)).
  set (c := dot m (hidden e) (v e)).
  apply (is_derive_ext (fun t => l (output w + t * b + t ^ 2 * c - y))).
  { intro t. unfold objective. now rewrite output_move. }
  auto_derive; [apply l_smooth |].
  replace (output w + 0 * b + 0 * (0 * 1) * c + - y) with (output w - y) by ring. change (Derive (fun z => l z)) with (Derive l). ring.
Qed.

Lemma step_hidden w j : hidden (step w) j = hidden w j - eta * slope w * X * v w j.
Proof.
  unfold step. rewrite hidden_move.
  assert (E : hidden (gradient w) j = slope w * v w j * X).
  { unfold hidden, gradient; simpl.
    rewrite (sum_ext d _ (fun i => (slope w * v w j) * (x i * x i))) by (intro; ring).
    now rewrite sum_scal. }
  rewrite E; ring.
Qed.
Lemma step_v w j : v (step w) j = v w j - eta * slope w * hidden w j.
Proof. unfold step, move, gradient; simpl; ring. Qed.

Definition hh w := dot m (hidden w) (hidden w).
Definition vv w := dot m (v w) (v w).
Definition S_ w := hh w + X * vv w.

(* G+ = M G M^T with M = [[1, -eta s X], [-eta s, 1]]. *)
Theorem gram w : let k := eta * slope w in
  hh (step w) = hh w - 2 * k * X * output w + (k * X) ^ 2 * vv w /\
  output (step w) = (1 + k ^ 2 * X) * output w - k * S_ w /\
  vv (step w) = vv w - 2 * k * output w + k ^ 2 * hh w.
Proof.
  intro k.
  assert (H : forall j, hidden (step w) j = 1 * hidden w j + (- (k * X)) * v w j)
    by (intro; rewrite step_hidden; unfold k; ring).
  assert (K : forall j, v (step w) j = 1 * v w j + (- k) * hidden w j)
    by (intro; rewrite step_v; unfold k; ring).
  unfold hh, vv, S_, output, hh, vv.
  rewrite (dot_ext m _ _ _ _ H H), (dot_ext m _ _ _ _ H K), (dot_ext m _ _ _ _ K K), !dot_lin.
  rewrite (dot_sym m (v w) (hidden w)). repeat split; ring.
Qed.
Theorem f_next w :
  output (step w) = (1 + eta ^ 2 * slope w ^ 2 * X) * output w - eta * slope w * S_ w.
Proof. destruct (gram w) as (_ & H & _); rewrite H; ring. Qed.
Theorem s_next w :
  S_ (step w) = (1 + eta ^ 2 * slope w ^ 2 * X) * S_ w - 4 * eta * slope w * X * output w.
Proof. unfold S_ at 1; destruct (gram w) as (H & _ & K); rewrite H, K; unfold S_; ring. Qed.

(* The reduced map, for |x| = 1 and y = 0. *)
Hypothesis unit : X = 1.
Hypothesis target : y = 0.
Hypothesis eta_positive : 0 < eta.
Definition r (z : R) := Derive l z / z.
Definition p w := output w.
Definition q w := 2 / (eta * S_ w).
Theorem reduced_map w : S_ w <> 0 -> S_ (step w) <> 0 -> p w <> 0 ->
  p (step w) = (1 - 2 * r (p w) / q w + eta ^ 2 * (p w) ^ 2 * (r (p w)) ^ 2) * p w /\
  q (step w) = q w / (1 - eta ^ 2 * (p w) ^ 2 * r (p w) * (2 * q w - r (p w))).
Proof.
  intros HS HS' Hp. unfold q. rewrite s_next in *. unfold p in *. rewrite f_next in *.
  assert (E : slope w = output w * r (output w)).
  { unfold slope, r. rewrite target, Rminus_0_r. field. exact Hp. }
  rewrite E, unit in *.
  set (f := output w) in *. set (rr := r f) in *. set (S0 := S_ w) in *.
  assert (N : (1 + eta ^ 2 * (f * rr) ^ 2) * S0 - 4 * eta * (f * rr) * f <> 0)
    by (intro Z; apply HS'; rewrite <- Z; ring).
  split; field; repeat split; try assumption; try lra; intro Z; apply N; nra.
Qed.
End Network.

(* f(0) <= 0 and f' < 0 on (0, b] make f < 0 there: a proof climbs from the last rung to the first. *)
Lemma rung (f g : R -> R) b :
  (forall z, 0 <= z <= b -> is_derive f z (g z)) -> f 0 <= 0 ->
  (forall z, 0 < z <= b -> g z < 0) -> forall z, 0 < z <= b -> f z < 0.
Proof.
  intros D F0 G z Hz.
  destruct (MVT_cor2 f g 0 z) as (c & E & Hc); [lra | |].
  { intros c Hc. apply is_derive_Reals, D; lra. }
  assert (g c < 0) by (apply G; lra). nra.
Qed.
