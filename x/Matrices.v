(* Matrices of any size: A i j is the entry in row i and column j, both counted from 0. A vector is a
   matrix with one column. The sizes stand where they matter: at a product the inner one, at a trace
   that of the matrix, and where two are the same all of it. What lies beyond them means nothing. *)
From Coq Require Import Reals Lra Lia List FunctionalExtensionality Setoid Morphisms.
From Trajalign Require Import Generic.
Open Scope R_scope.

Definition matrix := nat -> nat -> R.
Definition same (n k : nat) (A B : matrix) :=
  forall i j, (i < n)%nat -> (j < k)%nat -> A i j = B i j.
Definition add (A B : matrix) : matrix := fun i j => A i j + B i j.
Definition subtract (A B : matrix) : matrix := fun i j => A i j - B i j.
Definition scale (c : R) (A : matrix) : matrix := fun i j => c * A i j.
Definition transpose (A : matrix) : matrix := fun i j => A j i.
Definition multiply (k : nat) (A B : matrix) : matrix := fun i j => sum k (fun l => A i l * B l j).
Definition trace (n : nat) (A : matrix) : R := sum n (fun i => A i i).
Definition rows (l : list (list R)) : matrix := fun i j => nth j (nth i l nil) 0.
Notation "[ x ; .. ; y ]" := (cons x .. (cons y nil) ..).
Definition column (u : nat -> R) : matrix := fun i _ => u i.
Definition zero : matrix := fun _ _ => 0.
Notation "A +m B" := (add A B) (at level 50, left associativity).
Notation "A -m B" := (subtract A B) (at level 50, left associativity).
Notation "c *: A" := (scale c A) (at level 40, left associativity).
Notation "A *[ k ] B" := (multiply k A B) (at level 40, left associativity, format "A  *[ k ]  B").
Notation "A ^T" := (transpose A) (at level 8, left associativity, format "A ^T").

(* Being the same is an equivalence, and all of the above respects it. *)
Lemma sum_same n f g : (forall i, (i < n)%nat -> f i = g i) -> sum n f = sum n g.
Proof. induction n; simpl; intro H; [easy | rewrite IHn, (H n) by auto; easy]. Qed.
#[export] Instance same_equivalence n k : Equivalence (same n k).
Proof.
  split; [easy | intros A B H i j I J; symmetry; auto |].
  intros A B C H K i j I J. rewrite H; auto.
Qed.
#[export] Instance add_same n k : Proper (same n k ==> same n k ==> same n k) add.
Proof. intros A A' H B B' K i j I J. unfold add. rewrite H, K; auto. Qed.
#[export] Instance subtract_same n k : Proper (same n k ==> same n k ==> same n k) subtract.
Proof. intros A A' H B B' K i j I J. unfold subtract. rewrite H, K; auto. Qed.
#[export] Instance scale_same n k c : Proper (same n k ==> same n k) (scale c).
Proof. intros A A' H i j I J. unfold scale. rewrite H; auto. Qed.
#[export] Instance transpose_same n k : Proper (same n k ==> same k n) transpose.
Proof. intros A A' H i j I J. apply H; assumption. Qed.
#[export] Instance multiply_same n l k :
  Proper (same n l ==> same l k ==> same n k) (multiply l).
Proof.
  intros A A' H B B' K i j I J. apply sum_same. intros s L. rewrite H, K; auto.
Qed.
#[export] Instance trace_same n : Proper (same n n ==> eq) (trace n).
Proof. intros A A' H. apply sum_same. intros. apply H; assumption. Qed.

(* Products of sums, multiples, transposes and products. *)
Ltac entrywise := let i := fresh in let j := fresh in
  apply functional_extensionality; intro i; apply functional_extensionality; intro j.
Lemma sum_minus n f g : sum n (fun i => f i - g i) = sum n f - sum n g.
Proof. induction n; simpl; [ring | rewrite IHn; ring]. Qed.
Lemma multiply_add_l k A B C : (A +m B) *[k] C = A *[k] C +m B *[k] C.
Proof. entrywise. unfold multiply, add. rewrite <- sum_plus. apply sum_ext; intro; ring. Qed.
Lemma multiply_add_r k A B C : A *[k] (B +m C) = A *[k] B +m A *[k] C.
Proof. entrywise. unfold multiply, add. rewrite <- sum_plus. apply sum_ext; intro; ring. Qed.
Lemma multiply_sub_l k A B C : (A -m B) *[k] C = A *[k] C -m B *[k] C.
Proof. entrywise. unfold multiply, subtract. rewrite <- sum_minus. apply sum_ext; intro; ring. Qed.
Lemma multiply_sub_r k A B C : A *[k] (B -m C) = A *[k] B -m A *[k] C.
Proof. entrywise. unfold multiply, subtract. rewrite <- sum_minus. apply sum_ext; intro; ring. Qed.
Lemma multiply_scale_l k c A B : (c *: A) *[k] B = c *: (A *[k] B).
Proof. entrywise. unfold multiply, scale. rewrite <- sum_scal. apply sum_ext; intro; ring. Qed.
Lemma multiply_scale_r k c A B : A *[k] (c *: B) = c *: (A *[k] B).
Proof. entrywise. unfold multiply, scale. rewrite <- sum_scal. apply sum_ext; intro; ring. Qed.
Lemma multiply_assoc k l A B C : (A *[l] B) *[k] C = A *[l] (B *[k] C).
Proof.
  entrywise. unfold multiply.
  erewrite sum_ext by (intro; rewrite Rmult_comm; symmetry; apply sum_scal).
  rewrite sum_swap. apply sum_ext; intro. rewrite <- sum_scal. apply sum_ext; intro; ring.
Qed.
Lemma transpose_multiply k A B : (A *[k] B)^T = B^T *[k] A^T.
Proof. entrywise. apply sum_ext; intro; unfold transpose; ring. Qed.
Lemma transpose_add A B : (A +m B)^T = A^T +m B^T. Proof. reflexivity. Qed.
Lemma transpose_sub A B : (A -m B)^T = A^T -m B^T. Proof. reflexivity. Qed.
Lemma transpose_scale c A : (c *: A)^T = c *: A^T. Proof. reflexivity. Qed.
Lemma transpose_twice A : A^T^T = A. Proof. reflexivity. Qed.
Lemma trace_add n A B : trace n (A +m B) = trace n A + trace n B.
Proof. apply sum_plus. Qed.
Lemma trace_sub n A B : trace n (A -m B) = trace n A - trace n B.
Proof. apply sum_minus. Qed.
Lemma trace_scale n c A : trace n (c *: A) = c * trace n A.
Proof. apply sum_scal. Qed.
(* A trace of a product where the size is 1 in between, is that of a 1 x 1 matrix. *)
Lemma trace_between n A B : trace n (A *[1] B) = (B *[n] A) 0%nat 0%nat.
Proof. apply sum_ext; intro; unfold multiply; simpl; ring. Qed.
Lemma trace_one A : trace 1 A = A 0%nat 0%nat. Proof. unfold trace; simpl; ring. Qed.
Lemma multiply_one A B i j : (A *[1] B) i j = A i 0%nat * B 0%nat j.
Proof. unfold multiply; simpl; ring. Qed.
Lemma multiply_two A B i j : (A *[2] B) i j = A i 0%nat * B 0%nat j + A i 1%nat * B 1%nat j.
Proof. unfold multiply; simpl; ring. Qed.
Lemma turned k A B i j : (A *[k] B) i j = (B^T *[k] A^T) j i.
Proof. apply sum_ext; intro; unfold transpose; ring. Qed.

(* What follows only finds proofs. Sums and multiples leave the products, transposes go inwards,
   and a product is cut where the size in between is 1: what is left are entries of products that cannot be cut. *)
Ltac multiplied := rewrite ?transpose_add, ?transpose_sub, ?transpose_scale, ?transpose_multiply,
  ?transpose_twice, ?multiply_add_l, ?multiply_add_r, ?multiply_sub_l, ?multiply_sub_r,
  ?multiply_scale_l, ?multiply_scale_r.
Ltac cut_products := repeat match goal with
  | |- context [?A *[?k] (?B *[1] ?C)] =>
      tryif constr_eq k 1%nat then fail else rewrite <- (multiply_assoc 1 k A B C)
  | |- context [(?A *[?l] ?B) *[?k] ?C] =>
      tryif constr_eq k 1%nat then fail else rewrite (multiply_assoc k l A B C)
  end.
Ltac written_out := rewrite ?multiply_one, ?multiply_two; repeat match goal with
  | |- context [(?A +m ?B) ?i ?j] => change ((A +m B) i j) with (A i j + B i j)
  | |- context [(?A -m ?B) ?i ?j] => change ((A -m B) i j) with (A i j - B i j)
  | |- context [(?c *: ?A) ?i ?j] => change ((c *: A) i j) with (c * A i j)
  | |- context [?A^T ?i ?j] => change (A^T i j) with (A j i)
  | |- context [rows ?l ?i ?j] =>
      let e := eval cbn [rows nth] in (rows l i j) in change (rows l i j) with e
  end.
Ltac reduced := repeat progress multiplied; rewrite ?trace_add, ?trace_sub, ?trace_scale;
  cut_products; rewrite ?trace_between, ?trace_one; cut_products;
  unfold add, subtract, scale; repeat progress written_out.
(* (x^T *[d] y) 0 0 and (y^T *[d] x) 0 0 are one number. *)
Ltac one_way := repeat match goal with |- context [(?A *[?k] ?B) ?i ?j] =>
    let H := fresh in
    pose proof (turned k A B i j) as H; rewrite ?transpose_multiply, ?transpose_twice in H;
    rewrite ?multiply_assoc in H;
    lazymatch type of H with ?a = ?b =>
      tryif constr_eq a b then fail else
      (lazymatch goal with |- context [b] => rewrite <- H; clear H end) end end.
Ltac small := match goal with
  | H : (?i < 1)%nat |- _ => assert (i = 0%nat) by lia; subst i; clear H
  | H : (?i < 2)%nat |- _ =>
      let E := fresh in assert (E : i = 0%nat \/ i = 1%nat) by lia; destruct E; subst i; clear H
  | H : (?i < 3)%nat |- _ =>
      let E := fresh in assert (E : i = 0%nat \/ i = 1%nat \/ i = 2%nat) by lia;
      destruct E as [E | [E | E]]; subst i; clear H
  end.
Ltac entries := try match goal with |- same _ _ _ _ => intros ? ? ? ?; repeat small end.
(* What is supposed of numbers with traces in them is reduced as well. *)
Ltac traces_back := repeat match goal with
  | H : ?P |- _ => lazymatch P with
      | context [trace _ _] => lazymatch P with same _ _ _ _ => fail | _ => revert H end end end.
Ltac traces_in := intros; repeat match goal with H : (_ *[_] _) _ _ = _ |- _ =>
  match type of H with ?a = _ =>
    let t := fresh in set (t := a) in *; clearbody t; subst t end end.

(* For witnesses and twins. *)
Ltac by_entries := cbv beta iota delta
  [trace multiply transpose add subtract scale rows zero sum nth].
Ltac other_than_zero := let Z := fresh in intro Z;
  specialize (Z 0%nat 0%nat);
  do 2 match type of Z with (0 < ?n)%nat -> _ =>
    let I := fresh in assert (I : (0 < n)%nat) by (apply Nat.ltb_lt; reflexivity);
    specialize (Z I); clear I end;
  revert Z;
  match goal with |- ?a = ?b -> False => change (a <> b) end.
Ltac refute_matrices := repeat match goal with H : _ /\ _ |- _ => destruct H end;
  match goal with Z : ~ same ?n ?k ?A zero, H : same ?n ?k _ ?A, K : same ?n ?k _ _ |- _ =>
    let i := fresh in let j := fresh in let I := fresh in let J := fresh in
    apply Z; intros i j I J; specialize (H i j I J); specialize (K i j I J);
    unfold scale, subtract, add, zero in *; lra end.
