"""A lemma with its proof, its witness and its falsified twins, as a block of a Coq file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...theory.derivation.claims import Step
from ...theory.derivation.substitution import Equation
from ...theory.errors import InputError
from ...theory.writing.plain_text import plain_text
from .claimed import statement
from .scripts import script
from .statements import Statement
from .translate import Untranslatable, term
from .witnesses import not_zero, proof, witness

_REFERENCE = re.compile(r"~?\\(?:eq|c|auto|C)?(?:ref|cite)\w*\{[^}]*\}")
_FLIPPED = {">": "{} < 0", "<": "0 < {}", "≥": "{} < 0", "≤": "0 < {}"}


@dataclass(frozen=True)
class Block:
    """One lemma of Coq: `about` is the comment, `text` is the lemma with its proof."""

    name: str
    says: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """As it stands in a file."""
        body = "\n  ".join(self.lines)
        return f"Lemma {self.name} :\n  {self.says}.\nProof.\n  {body}\nQed.\n"


@dataclass(frozen=True)
class Lemma:
    """What a step of a derivation becomes.

    `witness` and `twins` are lemmas of their own: that the hypotheses can hold together, and that
    the claim with one sign changed does not follow from them. `missing` says why there are none.
    `before` are lemmas that its proof goes through.
    """

    label: str
    step: str
    kind: str
    about: str
    main: Block
    statement: Statement
    witness: Block | None = None
    twins: tuple[Block, ...] = ()
    case: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    before: tuple[Block, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the statement, by which a file is known to be about the current step."""
        return hashlib.sha256(self.main.says.encode()).hexdigest()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All of it, in order."""
        return (*self.before, self.main, *((self.witness,) if self.witness else ()), *self.twins)


def lemma(label: str, step: Step, equations: Sequence[Equation]) -> Lemma:
    """A step as a lemma.

    Parameters: the label of its derivation; an identity, a sign or a solution; what it uses.
    Raises Untranslatable for what has no counterpart in Coq.
    """
    made = statement(step, equations)
    name = re.sub(r"\W", "_", f"{label}__{step.name}")
    main = Block(name, implication(made, made.goals), script(made))
    found = Lemma(label, step.name, type(step.claim).__name__, _words(step), main, made)
    if all(goal == "0 = 0" for goal in made.goals):
        return _without(found, "taken apart into scalars, both sides are the same: nothing is left")
    try:
        case = witness(made)
        block = Block(f"{name}__witness", existence(made), proof(made, case))
    except Untranslatable as error:
        return _without(found, str(error))
    twins = tuple(_twin(made, name, place) for place in range(len(made.goals)))
    shown = tuple(case.shown(made).items())
    return Lemma(label, step.name, found.kind, found.about, main, made, block, twins, shown)


def _without(found: Lemma, why: str) -> Lemma:
    return Lemma(
        found.label, found.step, found.kind, found.about, found.main, found.statement, missing=why
    )


def implication(made: Statement, goals: Sequence[str]) -> str:
    """What a statement supposes, and that some goals follow from it."""
    head = f"forall {made.binders},\n  " if made.binders else ""
    supposed = "".join(f"  ({h.text}) ->\n  " for h in made.hypotheses)
    return f"{head}{supposed}  " + " /\\ ".join(goals)


def existence(made: Statement) -> str:
    """That what a statement supposes can hold."""
    parts = [f"({h.text})" for h in made.hypotheses]
    parts += [f"({term(e, made.names)} <> 0)" for e in not_zero(made)]
    head = f"exists {made.binders},\n  " if made.binders else ""
    return head + "  " + (" /\\\n    ".join(parts) or "True")


def _twin(made: Statement, name: str, place: int) -> Block:
    """The claim with one goal falsified does not follow: it and the claim differ at the witness."""
    left, right = made.claimed[place]
    text = term(left, made.names)
    if isinstance(right, str):
        wrong = _FLIPPED[right].format(text)
    else:
        wrong = f"{text} = {f'- ({term(right, made.names)})' if right != 0 else '1'}"
    variables = [made.names.real(s) for s in made.reals]
    variables += [made.names.function(f) for f in made.functions]
    names = [h.name for h in made.hypotheses]
    several = len(not_zero(made))
    given = [*names, *(f"Z_{k}" for k in range(1, several + 1))] or ["Z_"]
    arguments = " ".join([*variables, *names])
    lines = (
        "intro twin_.",
        f"destruct {name}__witness as ({' & '.join([*variables, *given])}).",
        f"pose proof ({name} {arguments}) as claim_.",
        f"specialize (twin_ {arguments}).",
        "refute.",
    )
    return Block(f"{name}__twin_{place + 1}", f"~ ({implication(made, [wrong])})", lines)


def _words(step: Step) -> str:
    """The page's words, as they may stand in a comment of Coq."""
    text = _REFERENCE.sub("", step.text)
    try:
        text = plain_text(text)
    except InputError:
        text = step.name
    return " ".join(text.replace('"', "'").replace("(*", "( *").replace("*)", "* )").split())
