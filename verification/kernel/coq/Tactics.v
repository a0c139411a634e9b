(* How the generated lemmas are proved. Nothing here has to be trusted: a tactic only finds a proof,
   and the kernel reads that. *)
From Coq Require Import QArith_base Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require seq.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Numbers Rings.
Open Scope R_scope.

(* Coquelicot's `auto_derive` with another evaluation of the same result, which takes a tenth of the time
   that `simpl` does. *)
Ltac auto_derive_fun f ::=
  let f := eval cbv beta in (f (var O)) in
  let e := AutoDerive.reify f O in
  let H := fresh "H" in
  assert (H := fun x => AutoDerive.auto_derive_helper e (cons x nil) 0);
  cbv beta iota zeta delta [AutoDerive.D AutoDerive.interp AutoDerive.interp_domain
    AutoDerive.simplify_domain AutoDerive.is_const AutoDerive.index_not_const AutoDerive.Derive_Rn
    AutoDerive.ex_derive_Rn AutoDerive.apply seq.nth seq.set_nth seq.map seq.foldr seq.ncons seq.size
    seq.rev seq.catrev seq.cat seq.iota seq.filter ssrnat.iter ssrnat.eqn negb andb orb
    UnaryDiff_f' UnaryDiff_H UnaryDiff'_f' UnaryDiff'_df UnaryDiff'_H UnaryDiff_exp UnaryDiff_pow
    UnaryDiff_Rabs UnaryDiff_Rsqr UnaryDiff_cosh UnaryDiff_sinh UnaryDiff_atan UnaryDiff_ln UnaryDiff_cos
    UnaryDiff_sin UnaryDiff_sqrt pow INR Nat.pred pol Q2R Qnum Qden] in H;
  revert H.

(* The rule of signs: p is > 0, n is < 0, P is >= 0, N is <= 0. *)
Lemma mul_pp x y : 0 < x -> 0 < y -> 0 < x * y. Proof. nra. Qed.
Lemma mul_pn x y : 0 < x -> y < 0 -> x * y < 0. Proof. nra. Qed.
Lemma mul_pP x y : 0 < x -> 0 <= y -> 0 <= x * y. Proof. nra. Qed.
Lemma mul_pN x y : 0 < x -> y <= 0 -> x * y <= 0. Proof. nra. Qed.
Lemma mul_np x y : x < 0 -> 0 < y -> x * y < 0. Proof. nra. Qed.
Lemma mul_nn x y : x < 0 -> y < 0 -> 0 < x * y. Proof. nra. Qed.
Lemma mul_nP x y : x < 0 -> 0 <= y -> x * y <= 0. Proof. nra. Qed.
Lemma mul_nN x y : x < 0 -> y <= 0 -> 0 <= x * y. Proof. nra. Qed.
Lemma mul_Pp x y : 0 <= x -> 0 < y -> 0 <= x * y. Proof. nra. Qed.
Lemma mul_Pn x y : 0 <= x -> y < 0 -> x * y <= 0. Proof. nra. Qed.
Lemma mul_PP x y : 0 <= x -> 0 <= y -> 0 <= x * y. Proof. nra. Qed.
Lemma mul_PN x y : 0 <= x -> y <= 0 -> x * y <= 0. Proof. nra. Qed.
Lemma mul_Np x y : x <= 0 -> 0 < y -> x * y <= 0. Proof. nra. Qed.
Lemma mul_Nn x y : x <= 0 -> y < 0 -> 0 <= x * y. Proof. nra. Qed.
Lemma mul_NP x y : x <= 0 -> 0 <= y -> x * y <= 0. Proof. nra. Qed.
Lemma mul_NN x y : x <= 0 -> y <= 0 -> 0 <= x * y. Proof. nra. Qed.
Lemma inv_p x : 0 < x -> 0 < / x. Proof. apply Rinv_0_lt_compat. Qed.
Lemma inv_n x : x < 0 -> / x < 0. Proof. apply Rinv_lt_0_compat. Qed.
Lemma even_p n x : 0 < x -> 0 < x ^ (2 * n). Proof. intro; apply pow_lt; assumption. Qed.
Lemma even_n n x : x < 0 -> 0 < x ^ (2 * n).
Proof. intro H. rewrite pow_mult. apply pow_lt. nra. Qed.
Lemma even_P n x : 0 <= x ^ (2 * n).
Proof. rewrite pow_mult. apply pow_le. nra. Qed.
Lemma odd_p n x : 0 < x -> 0 < x ^ (S n). Proof. intro; apply pow_lt; assumption. Qed.
Lemma odd_P n x : 0 <= x -> 0 <= x ^ (S n). Proof. intro; apply pow_le; assumption. Qed.

Lemma even_slope f : (forall x, ex_derive f x) -> (forall x, f (- x) = f x) ->
  forall x, Derive f (- x) = - Derive f x.
Proof.
  intros D E x.
  assert (H : Derive (fun y => f (- y)) x = - Derive f (- x)).
  { apply is_derive_unique. auto_derive; [apply D|].
    rewrite (Derive_ext _ f) by easy. ring. }
  rewrite (Derive_ext _ f) in H by (intro; apply E). lra.
Qed.
Lemma odd_slope f : (forall x, ex_derive f x) -> (forall x, f (- x) = - f x) ->
  forall x, Derive f (- x) = Derive f x.
Proof.
  intros D E x.
  assert (H : Derive (fun y => f (- y)) x = - Derive f (- x)).
  { apply is_derive_unique. auto_derive; [apply D|].
    rewrite (Derive_ext _ f) by easy. ring. }
  rewrite (Derive_ext _ (fun y => - f y)) in H by (intro; apply E).
  rewrite Derive_opp in H. lra.
Qed.

Lemma RInt_inverse c a b : 0 < a -> 0 < b -> RInt (fun x => c / x) a b = c * (ln b - ln a).
Proof.
  intros A B. apply is_RInt_unique.
  replace (c * (ln b - ln a)) with (minus (c * ln b) (c * ln a))
    by (unfold minus, plus, opp; simpl; ring).
  assert (P : forall x, Rmin a b <= x <= Rmax a b -> 0 < x)
    by (intros x [H _]; eapply Rlt_le_trans; [apply (Rmin_glb_lt a b 0 A B) | exact H]).
  apply (is_RInt_derive (fun x => c * ln x) (fun x => c / x)).
  - intros x H. specialize (P x H). auto_derive; [assumption | field; lra].
  - intros x H. specialize (P x H).
    apply (ex_derive_continuous (V := R_NormedModule)). auto_derive. lra.
Qed.

Lemma RInt_over f c a b : 0 < a -> 0 < b -> (forall x, 0 < x -> f x = c / x) ->
  RInt f a b = c * (ln b - ln a).
Proof.
  intros A B E. rewrite <- RInt_inverse by assumption. apply RInt_ext. intros x [H _].
  apply E. apply Rlt_trans with (2 := H). now apply Rmin_glb_lt.
Qed.

(* Hyperbolic functions by exponentials, so that one atom is left. *)
Lemma tanh_exp : tanh = fun z => (exp z - / exp z) / (exp z + / exp z).
Proof.
  apply functional_extensionality; intro z. unfold tanh, sinh, cosh. rewrite exp_Ropp.
  field. pose proof (exp_pos z). split; nra.
Qed.
Lemma sinh_exp : sinh = fun z => (exp z - / exp z) / 2.
Proof. apply functional_extensionality; intro z. unfold sinh. now rewrite exp_Ropp. Qed.
Lemma cosh_exp : cosh = fun z => (exp z + / exp z) / 2.
Proof. apply functional_extensionality; intro z. unfold cosh. now rewrite exp_Ropp. Qed.
Lemma exp_two z : exp (2 * z) = exp z * exp z.
Proof. rewrite <- exp_plus; f_equal; ring. Qed.
Lemma cosh_positive z : 0 < cosh z.
Proof. unfold cosh. pose proof (exp_pos z). pose proof (exp_pos (- z)). lra. Qed.
Ltac by_exp := rewrite ?tanh_exp, ?sinh_exp, ?cosh_exp in *; cbv beta in *.
Ltac one_exp := lazymatch goal with
  | |- context [exp _] => rewrite ?exp_two, ?exp_Ropp in *
  | _ : context [exp _] |- _ => rewrite ?exp_two, ?exp_Ropp in *
  | |- _ => idtac end.

(* f given by an equation at every argument: unfolded everywhere, under binders too. *)
Ltac unfold_by f H :=
  let E := fresh "E" in
  match type of H with forall x, f x = @?g x =>
    assert (E : f = g) by (apply functional_extensionality; exact H);
    clear H; subst f; cbv beta in * end.
(* The derivative of f given at every argument. *)
Ltac derivative_by H :=
  match type of H with forall x, Derive ?f x = @?g x =>
    let E := fresh "E" in
    assert (E : Derive f = g) by (apply functional_extensionality; exact H);
    rewrite ?E; cbv beta end.
(* An equation for what stands at one place only. *)
Ltac put_in H :=
  match type of H with ?a = _ =>
    let x := fresh "x" in set (x := a) in *; clearbody x; subst x end.

(* s for sqrt x, x = s^2. *)
Ltac square_root x :=
  let s := fresh "root" in let H := fresh in let E := fresh in
  set (s := sqrt x) in *;
  assert (H : 0 < s) by (apply sqrt_lt_R0; assumption);
  assert (E : x = s * s) by (symmetry; apply sqrt_sqrt; apply Rlt_le; assumption);
  clearbody s; subst x.
Ltac roots := rewrite ?sqrt_0 in *; repeat match goal with
  | |- context [sqrt ?x] => is_var x; square_root x
  | _ : context [sqrt ?x] |- _ => is_var x; square_root x
  end.

Ltac opaque f := first [ is_var f | match f with (fun x => ?g x) => opaque g end
  | match f with Derive ?g => opaque g end | match f with pol _ => idtac end ].

Ltac exponentials := repeat match goal with |- context [exp ?z] =>
  lazymatch goal with _ : 0 < exp z |- _ => fail
  | _ => pose proof (exp_pos z); pose proof (Rinv_0_lt_compat _ (exp_pos z)) end end.

Ltac plainly_non_zero := match goal with
  | |- _ /\ _ => split; plainly_non_zero
  | H : ?P |- ?P => exact H
  | |- ?a * ?b <> 0 => apply Rmult_integral_contrapositive_currified; plainly_non_zero
  | |- ?a ^ _ <> 0 => apply pow_nonzero; plainly_non_zero
  | |- _ => lra
  end.

(* What is a sum of products of what is positive. *)
Lemma not_zero x : 0 < x -> x <> 0. Proof. lra. Qed.
Ltac plainly_positive := match goal with
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < cosh _ => apply cosh_positive
  | |- 0 < _ + _ => apply Rplus_lt_0_compat; plainly_positive
  | |- 0 < _ * _ => apply Rmult_lt_0_compat; plainly_positive
  | |- 0 < _ / _ => apply Rdiv_lt_0_compat; plainly_positive
  | |- 0 < / _ => apply Rinv_0_lt_compat; plainly_positive
  | |- 0 < _ ^ _ => apply pow_lt; plainly_positive
  | |- 0 < Rpower _ _ => apply exp_pos
  | |- 0 < sqrt _ => apply sqrt_lt_R0; plainly_positive
  | H : ?P |- ?P => exact H
  | |- 0 < IZR _ => apply IZR_lt; reflexivity
  end.

(* What a denominator needs: to be another than 0. *)
Ltac non_zero :=
  match goal with
  | |- _ /\ _ => split; non_zero
  | |- True => exact I
  | H : ?P |- ?P => exact H
  | |- _ <> 0 => apply not_zero; plainly_positive
  | |- ?a * ?b <> 0 => apply Rmult_integral_contrapositive_currified; non_zero
  | |- ?a ^ _ <> 0 => apply pow_nonzero; non_zero
  | |- sqrt _ <> 0 => apply Rgt_not_eq, sqrt_lt_R0; non_zero
  | H : 0 < ?a ^ _ |- ?a <> 0 => let E := fresh in intro E; rewrite E in H; simpl in H; lra
  | |- / ?a <> 0 => apply Rinv_neq_0_compat; non_zero
  | |- - ?a <> 0 => apply Ropp_neq_0_compat; non_zero
  | |- _ <> 0 => first [ lra | solve [non_zero_given] | solve [positive] ]
  | |- 0 < _ => exponentials; first [ lra | solve [apply exp_pos] | timeout 4 nra ]
  | |- ex_derive (pol _) _ => apply smooth_pol
  | |- ex_derive (fun x => pol _ x) _ => apply smooth_pol
  | |- ex_derive _ _ => first [ solve [auto] | auto_derive; non_zero ]
  | |- _ => first [ lra | solve [auto] ]
  end
with non_zero_given :=
  match goal with
  | H : ?b <> 0 |- ?g <> 0 =>
    let E := fresh in intro E; apply H; clear H;
    first [ lra | rewrite <- E; solve [ ring_R ] ]
  | H : ?b <> 0, K : ?c <> 0 |- ?g <> 0 =>
    let E := fresh in intro E;
    apply (Rmult_integral_contrapositive_currified _ _ H K); lra
  | H : ?b <> 0, K : ?c <> 0 |- ?g <> 0 =>
    lazymatch b with context [/ _] => idtac | context [_ / _] => idtac end;
    let E := fresh in intro E;
    apply (Rmult_integral_contrapositive_currified _ _ H K);
    first [ rewrite <- E; timeout 4 (field_R; plainly_non_zero)
          | transitivity (/ 2 * g); [ timeout 4 (field_R; plainly_non_zero) | rewrite E; ring_R ] ]
  end
with positive :=
  exponentials; first [ apply Rgt_not_eq; timeout 4 nra | apply Rlt_not_eq; timeout 4 nra ].

(* tanh alone is an atom, of which the slope is known. *)
Lemma tanh_is_derive z : is_derive tanh z (1 - tanh z ^ 2).
Proof.
  pose proof (exp_pos z). rewrite tanh_exp. auto_derive; [ non_zero | field; non_zero ].
Qed.
Lemma tanh_at_zero : tanh 0 = 0.
Proof. unfold tanh, sinh, cosh. rewrite Ropp_0, exp_0. field. Qed.
Ltac by_tanh :=
  pose proof tanh_at_zero as tanh_zero;
  assert (tanh_smooth : forall z, ex_derive tanh z) by (intro z; eexists; apply tanh_is_derive);
  assert (tanh_slope : forall z, Derive tanh z = 1 - tanh z ^ 2)
    by (intro z; apply is_derive_unique, tanh_is_derive);
  set (tanh_ := tanh) in *; clearbody tanh_.

(* A factor of what is not 0 is not 0 either. *)
Ltac factor_of H f rest :=
  let E := fresh in intro E;
  match type of H with ?b <> 0 =>
    apply H; replace b with (f * rest) by (first [ ring_R | field_R; non_zero ]); rewrite E; ring_R end.

Ltac factor_by H f rest by_ :=
  let E := fresh in intro E;
  match type of H with ?b <> 0 => apply H; transitivity (f * rest); [ by_ | rewrite E; ring_R ] end.

(* Roots of what is the same, however it is written, get one form: the one with powers. *)
Ltac alike_roots := repeat match goal with |- context [sqrt ?a] =>
  match goal with |- context [sqrt ?b] =>
    tryif constr_eq a b then fail else
    lazymatch b with context [_ ^ _] => replace (sqrt a) with (sqrt b) by (f_equal; ring_R) end end end.

(* The derivative of what is composed. *)
Ltac differentiate_once :=
  match goal with |- context [Derive ?f ?x] =>
    tryif opaque f then fail else
      (erewrite (is_derive_unique f x) by (auto_derive; [ non_zero | reflexivity ])) end.
Ltac plain := repeat match goal with |- context [Derive (fun x => ?f x) ?y] =>
  change (Derive (fun x => f x) y) with (Derive f y) end.
Ltac differentiate := plain; repeat (differentiate_once; cbv beta; plain); alike_roots.

(* Equal arguments, or opposite ones of an even or odd function, get one form. *)
Ltac same := solve [ reflexivity | lra | timeout 5 (field_R; non_zero) ].
Ltac unify_arguments g :=
  repeat match goal with |- context [g ?a] =>
    match goal with |- context [g ?b] =>
      tryif constr_eq a b then fail else
      tryif (match b with context [g a] => idtac end) then fail else
      first [ replace a with b by same
            | match goal with H : forall x, g (- x) = _ |- _ =>
                replace (g a) with (g (- b)) by (f_equal; same); rewrite (H b) end ]
    end end.
Ltac arguments := repeat match goal with
  | f : R -> R |- _ => progress (try unify_arguments f; try unify_arguments (Derive f);
                                 try unify_arguments (Derive (Derive f)))
  end.

Ltac root_of_1 := repeat match goal with |- context [sqrt ?a] =>
  replace a with 1 by ring_R; rewrite sqrt_1 end.

(* sqrt a of what is no variable: its square is a. *)
Ltac other_root := match goal with |- context [sqrt ?a] =>
  let H := fresh in let K := fresh in
  assert (K : 0 < a) by (first [ lra | nra ]);
  assert (H : sqrt a ^ 2 = a) by (apply pow2_sqrt; lra);
  pose proof (sqrt_lt_R0 a K); field [H]; non_zero end.

(* Powers that are no whole numbers, by those of one root. *)
Lemma power_of_root b n m e : INR m * / INR n = e -> Rpower b e = Rpower b (/ INR n) ^ m.
Proof.
  intros <-. rewrite <- Rpower_pow by apply exp_pos. rewrite Rpower_mult. f_equal. ring.
Qed.
Lemma root_power b n : 0 < b -> INR n <> 0 -> Rpower b (/ INR n) ^ n = b.
Proof.
  intros B N. rewrite <- (power_of_root b n n 1) by (field; exact N). now apply Rpower_1.
Qed.
Lemma root_of a n : 0 < a -> exists s, 0 < s /\ s ^ S n = a.
Proof.
  intro A. exists (Rpower a (/ INR (S n))). split; [apply exp_pos |].
  apply root_power; [exact A | apply not_0_INR; discriminate].
Qed.
Lemma root_of_0 a : 0 <= a -> exists s, 0 <= s /\ s ^ 2 = a.
Proof. intro A. exists (sqrt a). split; [apply sqrt_pos | apply pow2_sqrt, A]. Qed.
Lemma root_is a t k : 0 <= t -> t ^ (2 * k) = a -> sqrt a = t ^ k.
Proof.
  intros P <-. rewrite Nat.mul_comm, pow_mult. apply sqrt_pow2, pow_le, P.
Qed.
Lemma power_is a t n k e : 0 < t -> t ^ n = a -> INR k = e * INR n -> Rpower a e = t ^ k.
Proof.
  intros P <- E. rewrite <- (Rpower_pow n t P), Rpower_mult, <- Rpower_pow by exact P.
  f_equal. rewrite E. ring.
Qed.
Ltac above := first [ assumption | lra | plainly_positive ].
Ltac at_least := first [ assumption | apply Rlt_le; above | apply pow_le; at_least ].
Lemma even_power a n : a <> 0 -> 0 < a ^ (2 * n).
Proof. intro N. rewrite pow_mult. apply pow_lt. nra. Qed.
(* A letter s with s^(n + 1) = a. *)
Ltac take_root a n s E := let H := fresh "above" in
  first [ assert (H : 0 < a) by above; destruct (root_of a n H) as (s & ? & E)
        | assert (H : 0 <= a) by assumption; destruct (root_of_0 a H) as (s & ? & E) ].
(* a is b, by a lemma that asks for one equation, which `by_` proves. *)
Ltac power_known R a b lemma by_ := assert (R : a = b);
  [ etransitivity; [ apply lemma; lazymatch goal with
      | |- _ <= _ => at_least | |- _ < _ => above | |- INR _ = _ => simpl INR; field_R
      | |- _ => simpl Nat.mul; by_ end | ring_R ] | ].
Ltac rewrites a b lemma by_ := let R := fresh in
  power_known R a b lemma by_; rewrite ?R in *; clear R.

(* (sqrt a)^2 is a, in products too; a root that is not 0 is of what is not negative. *)
Lemma under_root a : 0 < sqrt a -> 0 <= a.
Proof.
  intro H. destruct (Rle_or_lt 0 a) as [K | K]; [exact K |].
  rewrite sqrt_neg_0 in H by lra. lra.
Qed.
Ltac squares := rewrite ?Rpow_mult_distr; repeat match goal with |- context [sqrt ?a ^ 2] =>
  rewrite (pow2_sqrt a) by (first [ lra | apply under_root; assumption | apply Rlt_le; assumption ]) end.

(* sqrt (4 b) is 2 sqrt b. *)
Ltac double_root := match goal with |- context [sqrt ?a] =>
  match goal with |- context [sqrt ?b] =>
    tryif constr_eq a b then fail else
    (replace a with ((2 * 2) * b) by (field_R; non_zero);
     rewrite (sqrt_mult_alt (2 * 2) b), sqrt_square by lra) end end.
(* Logarithms of products and powers of what is positive. *)
Ltac above_zero := first [ assumption | lra | apply Rmult_lt_0_compat; above_zero
  | apply Rinv_0_lt_compat; above_zero | apply pow_lt; above_zero | apply sqrt_lt_R0; above_zero ].
Lemma ln_sqrt x : 0 < x -> ln (sqrt x) = ln x * / 2.
Proof.
  intro H. pose proof (sqrt_lt_R0 x H) as K.
  replace (ln x) with (ln (sqrt x * sqrt x)) by (f_equal; apply sqrt_sqrt; lra).
  rewrite ln_mult by assumption. field.
Qed.
Ltac integrated := match goal with |- context [RInt ?f ?a ?b] =>
  let c := eval cbv beta in (f 1) in
  rewrite (RInt_over f c a b) by (first [ assumption | intros; field_R; non_zero ]) end.
Ltac logarithms := unfold Rdiv; repeat first [ rewrite ln_sqrt by above_zero |  rewrite ln_mult by above_zero
  | rewrite ln_Rinv by above_zero | rewrite ln_pow by above_zero ]; simpl INR.

(* e^(a + b) is e^a e^b, where all three stand. *)
Ltac exponents_add := repeat match goal with |- context [exp ?a] =>
  match goal with |- context [exp ?b] => match goal with |- context [exp ?c] =>
    tryif constr_eq a b then fail else tryif constr_eq a c then fail else
    (replace (exp a) with (exp b * exp c) by (rewrite <- exp_plus; f_equal; ring_R)) end end end.

(* What is not 0, also by what powers of letters are, which `by_` puts in. *)
Ltac non_zero_by by_ := match goal with
  | |- _ /\ _ => split; non_zero_by by_
  | |- _ => solve [ non_zero ]
  | |- ?g <> 0 => by_ g; solve [ non_zero ]
  end.
Ltac equal := first [ reflexivity | solve [ timeout 30 (field_R; non_zero) ] | lra ].
Ltac finish := plain; one_exp; alike_roots; first [ assumption | equal | solve [ arguments; equal ]
  | solve [ squares; equal ] | solve [ timeout 10 other_root ] | solve [ root_of_1; equal ] | solve [ double_root; equal ] | solve [ integrated; logarithms; equal ]
  | solve [ logarithms; equal ] | solve [ exponents_add; equal ]
  | match goal with H : ?c ^ _ = IZR _ |- _ => solve [ timeout 10 (field [H]; non_zero) ] end ].

(* The only solution of a linear equation: u - w is a quotient of the left side. *)
Ltac solve_for H slope :=
  plain; match type of H with ?a = 0 =>
    match goal with |- ?u = ?w =>
      transitivity (w + a / slope); [ field_R; non_zero | rewrite H; field_R; non_zero ] end end.

(* For witnesses: polynomials and numbers. *)
Ltac each_computed := repeat match goal with |- _ /\ _ => split end; try computed; try plainly_non_zero.
Ltac number := first [ computed | rewrite ?tanh_exp, ?sinh_exp, ?cosh_exp; cbv beta;
  first [ computed | rewrite ?Derive_pol; differentiate; rewrite ?Derive_pol; first [ computed | lra | plainly_positive
  | apply not_zero; plainly_positive | match goal with |- _ = _ => field_R; each_computed end ] ] ].

(* For equations at every argument. *)
Ltac number_at := first [ number | cbv [pol Q2R Qnum Qden]; first [ field_R | number ] ].

(* A claim and its falsified twin at once: both sides are 0, which the witness excludes. *)
Lemma both_signs (a b : R) : a = b -> a = - b -> b <> 0 -> False. Proof. lra. Qed.
Lemma both_numbers (a : R) : a = 0 -> a = 1 -> False. Proof. lra. Qed.
Lemma both_sides (a : R) : 0 < a -> a < 0 -> False. Proof. lra. Qed.
Ltac refute := repeat match goal with H : _ /\ _ |- _ => destruct H end;
  first [ match goal with
      | H : ?a = ?b, K : ?a = - ?b, Z : ?b <> 0 |- _ => exact (both_signs a b H K Z)
      | H : ?a = 0, K : ?a = 1 |- _ => exact (both_numbers a H K)
      | H : 0 < ?a, K : ?a < 0 |- _ => exact (both_sides a H K) end
    | lra | match goal with Z : ?x <> 0 |- _ => apply Z; lra end ].
