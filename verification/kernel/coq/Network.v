(* The lines of the page speak of the network of Generic.v: its step, its output and its S satisfy
   what they suppose, so that the page's lemmas, applied to it, give its reduced map. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Tactics Matrices linear_reduced_map.
From Trajalign Require Generic.
Open Scope R_scope.

Lemma linear_reduced_map__network_step :
  forall (d m : nat) (x : nat -> R) (l : R -> R) (y eta : R) (w : Generic.weights),
    let slope := Generic.slope d m x l y w in
    let next := Generic.step d m x l y eta w in
    same d m (Generic.U next)
      (Generic.U w -m (slope * eta) *: (column x *[1] (column (Generic.v w))^T)) /\
    same m 1 (column (Generic.v next))
      (column (Generic.v w) -m (slope * eta) *: ((Generic.U w)^T *[d] column x)).
Proof.
  intros d m x l y eta w slope next. split; intros i j I J; unfold subtract, scale;
    [ rewrite multiply_one | ]; unfold column, transpose, multiply, next, Generic.step,
    Generic.move, Generic.gradient, Generic.hidden; cbn [Generic.U Generic.v]; fold slope.
  - ring.
  - rewrite (Generic.sum_ext d (fun k => Generic.U w k i * x k) (fun k => x k * Generic.U w k i))
      by (intro; ring). ring.
Qed.

Lemma linear_reduced_map__network_values :
  forall (d m : nat) (x : nat -> R) (w : Generic.weights),
    let column_x := column x in
    let column_v := column (Generic.v w) in
    Generic.X d x = trace 1 (column_x^T *[d] column_x) /\
    Generic.output d m x w = trace 1 (column_x^T *[d] Generic.U w *[m] column_v) /\
    Generic.S_ d m x w = trace 1 (column_x^T *[d] column_x) * trace 1 (column_v^T *[m] column_v) +
      trace 1 (column_x^T *[d] Generic.U w *[m] (Generic.U w)^T *[d] column_x).
Proof.
  intros d m x w column_x column_v. rewrite !trace_one.
  rewrite (multiply_assoc d m (column_x^T *[d] Generic.U w)).
  repeat split; unfold Generic.S_, Generic.X, Generic.hh, Generic.vv, Generic.output.
  rewrite Rplus_comm. f_equal. apply Generic.sum_ext; intro j. unfold Generic.hidden. f_equal.
  apply Generic.sum_ext; intro i. unfold transpose, column_x, column. ring.
Qed.

Lemma linear_reduced_map__network :
  forall (d m : nat) (x : nat -> R) (l : R -> R) (y eta : R) (w : Generic.weights),
    let next := Generic.step d m x l y eta w in
    let r := Generic.r l in
    let p := Generic.p d m x in
    let q := Generic.q d m x eta in
    (Generic.X d x = 1) -> (y = 0) -> (0 < eta) ->
    (0 < Generic.S_ d m x w) -> (0 < Generic.S_ d m x next) -> (p w <> 0) ->
    p next = (1 - 2 * r (p w) / q w + eta ^ 2 * p w ^ 2 * r (p w) ^ 2) * p w /\
    q next = q w / (1 - eta ^ 2 * p w ^ 2 * r (p w) * (2 * q w - r (p w))).
Proof.
  intros d m x l y eta w next r p q unit target P1 P2 P3 N1.
  destruct (linear_reduced_map__network_step d m x l y eta w) as [W1 W2].
  destruct (linear_reduced_map__network_values d m x w) as (U1 & U2 & U3).
  destruct (linear_reduced_map__network_values d m x next) as (_ & U4 & U5).
  rewrite U1 in unit.
  assert (Q1 : 0 < q w) by (apply Rdiv_lt_0_compat; nra).
  assert (Q2 : 0 < q next) by (apply Rdiv_lt_0_compat; nra).
  assert (E : Generic.slope d m x l y w = p w * r (p w)).
  { apply (linear_reduced_map__slope_at_p (p w) (p w) _ y l r); auto. }
  epose proof (linear_reduced_map__f_next d m _ eta _ _ _ _ _ _ _ _ P2 P1 U2 W1 W2 U4 U3) as F.
  epose proof (linear_reduced_map__s_next d m _ _ eta _ _ _ _ _ _ _ P2 P3 P1 U2 W1 W2 U3 U5) as K.
  fold next in F, K. change (Generic.output d m x) with p in *. rewrite E in F, K.
  set (S0 := Generic.S_ d m x w) in *. set (S1 := Generic.S_ d m x next) in *.
  assert (A : q w = 2 / (S0 * eta)) by (unfold q, Generic.q; fold S0; f_equal; ring).
  assert (B : q next = 2 / (S1 * eta)) by (unfold q, Generic.q; fold S1; f_equal; ring).
  set (s := p w * r (p w)) in *.
  assert (M : S1 = S0 * (- (2 * p w * s * q w * eta ^ 2) + s ^ 2 * eta ^ 2 + 1))
    by (rewrite K, unit, A; field; lra).
  assert (N : - (2 * p w * s * q w * eta ^ 2) + s ^ 2 * eta ^ 2 + 1 <> 0)
    by (intro Z; rewrite Z in M; lra).
  destruct (linear_reduced_map__p_next d S0 eta (p w) (p next) (p w) (p next) (q w) s r (column x)
    P2 P1 Q1 F eq_refl unit eq_refl A eq_refl) as [_ C].
  destruct (linear_reduced_map__q_next d S0 S1 eta (p w) (p w) (q w) (q next) s r (column x)
    P2 P3 P1 Q1 Q2 K B unit eq_refl A eq_refl N) as [_ D].
  rewrite C, D. split; [ring | f_equal; ring].
Qed.
