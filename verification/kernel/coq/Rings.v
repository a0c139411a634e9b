(* `ring` and `field` for real numbers, by the lemmas of Coq's own tactics: only how a formula is read is
   another, in Ltac2, which takes a fraction of the time. Nothing here has to be trusted. *)
From Coq Require Import Reals List Field_theory Ring_polynom InitialRing.
From Ltac2 Require Import Ltac2.
Set Default Proof Mode "Classic".
Open Scope R_scope.

Local Notation norm_p := (norm_subst 0%Z 1%Z Z.add Z.mul Z.sub Z.opp Zeq_bool Z.quotrem 0 nil).
Local Notation norm_f := (Fnorm 0%Z 1%Z Z.add Z.mul Z.sub Z.opp Zeq_bool).
Local Notation value_p := (PEeval 0 1 Rplus Rmult Rminus Ropp IZR N.to_nat pow).
Local Notation value_f := (FEeval 0 1 Rplus Rmult Rminus Ropp Rdiv Rinv IZR N.to_nat pow).
Local Notation others := (PCond 0 1 Rplus Rmult Rminus Ropp eq IZR N.to_nat pow).
(* So that the kernel reads a formula off what stands for it. *)
Global Strategy expand [PEeval FEeval].

Definition same_p (a b : PExpr Z) := Peq Zeq_bool (norm_p a) (norm_p b).
Lemma by_ring l a b : same_p a b = true -> value_p l a = value_p l b.
Proof. exact (RField_ring_lemma1 0 l nil a b I). Qed.
(* What may not be 0, where the equation holds. *)
Definition same_f (a b : FExpr Z) := let f := norm_f a in let g := norm_f b in
  if same_p (PEmul (num f) (denum g)) (PEmul (num g) (denum f))
  then Some (Fapp (Fcons2 0%Z 1%Z Z.add Z.mul Z.sub Z.opp Zeq_bool Z.quotrem)
    (condition f ++ condition g) nil)
  else None.
Lemma by_field l a b c : same_f a b = Some c -> others l c -> value_f l a = value_f l b.
Proof.
  unfold same_f. intro H. destruct (same_p _ _) eqn:E; [|discriminate H]. injection H as <-. intro C.
  eapply (RField_field_lemma1 0 l nil a b I); try reflexivity; [exact E|].
  apply RField_lemma5. intros lock ->. exact C.
Qed.

Ltac2 Type heads := { plus : constr; times : constr; minus : constr; opp : constr; div : constr;
  inv : constr; power : constr; whole : constr; double : constr; double_1 : constr; one : constr; npos : constr }.
Ltac2 Type shapes := { plus_s : constr; times_s : constr; minus_s : constr; opp_s : constr;
  power_s : constr; whole_s : constr; letter_s : constr; quotients : (constr * constr) option }.
Ltac2 Type letters := { mutable found : constr list; mutable count : int }.

Ltac2 app f l := Constr.Unsafe.make (Constr.Unsafe.App f (Array.of_list l)).
Ltac2 rec positive h n := if Int.equal n 1 then h.(one) else
  let half := Int.lsr n 1 in
  app (if Int.equal (Int.land n 1) 1 then h.(double_1) else h.(double)) [positive h half].
Ltac2 rec place t l n := match l with
  | [] => 0 | u :: l => if Constr.equal t u then n else place t l (Int.sub n 1) end.
Ltac2 letter h s m t :=
  let k := place t (m.(found)) (m.(count)) in
  let k := if Int.equal k 0 then
    m.(found) := t :: m.(found); m.(count) := Int.add (m.(count)) 1; m.(count) else k in
  app (s.(letter_s)) [positive h k].
(* Whether a number is written out, and how large one of type nat is. *)
Ltac2 rec written t := match Constr.Unsafe.kind t with
  | Constr.Unsafe.App f a => if Constr.is_constructor f then written (Array.get a 0) else false
  | _ => Constr.is_constructor t end.
Ltac2 rec size t n := match Constr.Unsafe.kind t with
  | Constr.Unsafe.App f a => if Constr.is_constructor f then size (Array.get a 0) (Int.add n 1) else -1
  | _ => if Constr.is_constructor t then n else -1 end.
Ltac2 rec formula h s m t := match Constr.Unsafe.kind t with
  | Constr.Unsafe.App f a =>
    let first () := formula h s m (Array.get a 0) in
    let second () := formula h s m (Array.get a 1) in
    if Int.equal (Array.length a) 2 then
      if Constr.equal f (h.(times)) then let x := first () in app (s.(times_s)) [x; second ()]
      else if Constr.equal f (h.(plus)) then let x := first () in app (s.(plus_s)) [x; second ()]
      else if Constr.equal f (h.(minus)) then let x := first () in app (s.(minus_s)) [x; second ()]
      else if Constr.equal f (h.(power)) then
        let n := size (Array.get a 1) 0 in
        if Int.lt n 1 then letter h s m t
        else app (s.(power_s)) [first (); app (h.(npos)) [positive h n]]
      else if Constr.equal f (h.(div)) then match s.(quotients) with
        | Some q => let (d, _) := q in let x := first () in app d [x; second ()]
        | None => letter h s m t end
      else letter h s m t
    else if Int.equal (Array.length a) 1 then
      if Constr.equal f (h.(whole)) then
        if written (Array.get a 0) then app (s.(whole_s)) [Array.get a 0] else letter h s m t
      else if Constr.equal f (h.(opp)) then app (s.(opp_s)) [first ()]
      else if Constr.equal f (h.(inv)) then match s.(quotients) with
        | Some q => let (_, i) := q in app i [first ()]
        | None => letter h s m t end
      else letter h s m t
    else letter h s m t
  | _ => letter h s m t end.
Ltac2 heads () := { plus := 'Rplus; times := 'Rmult; minus := 'Rminus; opp := 'Ropp; div := 'Rdiv; inv := 'Rinv;
  power := 'pow; whole := 'IZR; double := 'xO; double_1 := 'xI; one := 'xH; npos := 'N.pos }.
Ltac2 shapes_p () := { plus_s := '(@PEadd Z); times_s := '(@PEmul Z); minus_s := '(@PEsub Z); opp_s := '(@PEopp Z);
  power_s := '(@PEpow Z); whole_s := '(@PEc Z); letter_s := '(@PEX Z); quotients := None }.
Ltac2 shapes_f () := { plus_s := '(@FEadd Z); times_s := '(@FEmul Z); minus_s := '(@FEsub Z); opp_s := '(@FEopp Z);
  power_s := '(@FEpow Z); whole_s := '(@FEc Z); letter_s := '(@FEX Z); quotients := Some ('(@FEdiv Z), '(@FEinv Z)) }.
Ltac2 fails () := Control.zero (Tactic_failure None).
(* Both sides of an equation of real numbers, and the letters in them. *)
Ltac2 both s := match Constr.Unsafe.kind (Control.goal ()) with
  | Constr.Unsafe.App e a =>
    if Int.equal (Array.length a) 3 then
      if Constr.equal (Array.get a 0) 'R then
      let h := heads () in let m := { found := []; count := 0 } in
      let x := formula h s m (Array.get a 1) in let y := formula h s m (Array.get a 2) in
      let cons := '(@cons R) in
      let l := List.fold_left (fun l t => app cons [t; l]) (m.(found)) '(@nil R) in
      (l, x, y)
      else fails ()
    else fails ()
  | _ => fails () end.
(* A proof that the virtual machine checks, again as the kernel reads it. *)
Ltac2 computed_as proof says := match Constr.Unsafe.kind '(I <: True) with
  | Constr.Unsafe.Cast _ vm _ => Constr.Unsafe.make (Constr.Unsafe.Cast proof vm says)
  | _ => proof end.
Ltac2 quick_ring () := let (l, x, y) := both (shapes_p ()) in
  let t := app 'same_p [x; y] in
  if Constr.equal (Std.eval_vm None t) 'true then
    let says := app '(@eq bool) [t; 'true] in
    Std.exact_no_check (app 'by_ring [l; x; y; computed_as '(@eq_refl bool true) says])
  else fails ().
Ltac2 quick_field () := let (l, x, y) := both (shapes_f ()) in
  let t := app 'same_f [x; y] in
  let found := Std.eval_vm None t in
  match Constr.Unsafe.kind found with
  | Constr.Unsafe.App f a =>
    if Int.equal (Array.length a) 2 then
      let type := '(option (list (PExpr Z))) in
      let says := app '(@eq) [type; t; found] in
      let proof := computed_as (app '(@eq_refl) [type; found]) says in
      let c := Array.get a 1 in
      let known := app 'by_field [l; x; y; c; proof] in
      Std.cut (app '(PCond 0 1 Rplus Rmult Rminus Ropp (@eq R) IZR N.to_nat pow) [l; c]);
      Control.dispatch [(fun () => Std.intro (Some @known_) None; Std.exact_no_check (app known [&known_])); (fun () => ())]
    else fails ()
  | _ => fails () end.
Ltac ring_R := ltac2:(Control.enter quick_ring).
Ltac field_R := ltac2:(Control.enter quick_field); protect_fv "field_cond"; fold_field_cond (@eq R); try exact I.
