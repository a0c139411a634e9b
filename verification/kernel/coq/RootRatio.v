(* The response of the loss sqrt (1 + z^2), 1/sqrt (1 + p^2), as a function of x = p^2. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition root x := / sqrt (1 + x).
Definition root1 x := - root x ^ 3 / 2.
Definition root2 x := 3 / 4 * root x ^ 5.

Lemma root_slope x : 0 < x -> is_derive root x (root1 x).
Proof.
  intros X. assert (S : 0 < sqrt (1 + x)) by (apply sqrt_lt_R0; lra).
  unfold root1, root. auto_derive; [repeat split; lra |]. field. lra.
Qed.

Lemma root1_slope x : 0 < x -> is_derive root1 x (root2 x).
Proof.
  intros X. pose proof (root_slope x X) as D. assert (A : ex_derive root x) by (eexists; exact D).
  unfold root1. auto_derive; [auto |].
  replace (Derive (fun x => root x) x) with (root1 x) by (symmetry; apply is_derive_unique, D).
  unfold root2, root1. field.
Qed.
