"""A lemma with its proof, its witness and its falsified twins, as a block of a Coq file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from ...theory.derivation.claims import Step
from ...theory.derivation.substitution import Equation
from ...theory.errors import InputError
from ...theory.writing.plain_text import plain_text
from .claimed import statement
from .names import Untranslatable
from .scripts import script
from .statements import Statement
from .translate import same, term
from .witness_proofs import proof
from .witnesses import said, witness

BLOCK = re.compile(r"^Lemma (\w+) :\n(.*?)^Proof\.\n(.*?)^Qed\.\n", re.MULTILINE | re.DOTALL)
_REFERENCE = re.compile(r"~?\\(?:eq|c|auto|C)?(?:ref|cite)\w*\{[^}]*\}")
_STEP = re.compile(r"\\(?:step|thm)ref\{([^}]*)\}")
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


def blocks_in(text: str) -> tuple[Block, ...]:
    """The lemmas of a file, as they stand there.

    >>> (one,) = blocks_in("Lemma a :\\n  1 = 1.\\nProof.\\n  reflexivity.\\nQed.\\n")
    >>> one.says, one.lines
    ('1 = 1', ('reflexivity.',))
    """
    return tuple(
        Block(name, says.strip().removesuffix("."), tuple(dedent(lines).splitlines()))
        for name, says, lines in BLOCK.findall(text)
    )


@dataclass(frozen=True)
class Lemma:
    """What a step of a derivation becomes.

    `witness` and `twins` are lemmas of their own: that the hypotheses can hold together, and that
    the claim with one sign changed does not follow from them. `missing` says why there are none.
    `further` are written by hand, and say what the lines up to this one come to.
    `before` are lemmas that its proof goes through. `opened` is the case of the witness said
    another way, from which witness and twins follow: to take `exists` apart for each takes long.
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
    further: tuple[Block, ...] = ()
    before: tuple[Block, ...] = ()
    opened: Block | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the statement, by which a file is known to be about the current step."""
        return hashlib.sha256(self.main.says.encode()).hexdigest()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All of it, in order."""
        case = tuple(block for block in (self.opened, self.witness) if block)
        return (*self.before, self.main, *case, *self.twins, *self.further)


def lemma(label: str, step: Step, equations: Sequence[Equation]) -> Lemma:
    """A step as a lemma.

    Parameters: the label of its derivation; an identity, a sign or a solution; what it uses.
    Raises Untranslatable for what has no counterpart in Coq.
    """
    made = statement(step, equations)
    name = re.sub(r"\W", "_", f"{label}__{step.name}")
    main = Block(name, implication(made, made.goals), script(made))
    found = Lemma(label, step.name, type(step.claim).__name__, words(step), main, made)
    try:
        case = witness(made)
        facts = said(made, case)
        opened, block = in_a_case(name, made, facts, proof(made, case))
    except Untranslatable as error:
        return replace(found, missing=str(error))
    twins = tuple(_twin(made, name, place, len(facts)) for place in range(len(made.goals)))
    shown = tuple(case.shown(made).items())
    return replace(found, witness=block, twins=twins, case=shown, opened=opened)


def implication(made: Statement, goals: Sequence[str]) -> str:
    """A statement with these goals, as it stands after the name of a lemma."""
    head = f"forall {made.binders},\n  " if made.binders else ""
    supposed = "".join(f"  ({h.text}) ->\n  " for h in made.hypotheses)
    return f"{head}{supposed}  " + " /\\ ".join(goals)


def existence(made: Statement, facts: Sequence[str]) -> str:
    """That there is a case in which all hypotheses hold, and these facts."""
    parts = [f"({h.text})" for h in made.hypotheses]
    parts += [f"({text})" for text in facts]
    head = f"exists {made.binders},\n  " if made.binders else ""
    return head + "  " + (" /\\\n    ".join(parts) or "True")


def in_a_case(
    name: str, made: Statement, facts: Sequence[str], lines: Sequence[str]
) -> tuple[Block, Block]:
    """What follows for all numbers, if it does from these hypotheses and facts, holds: and so there
    is a case of them.

    Parameters: the name of the lemma; its statement; what is said of the case; how that is proved.
    """
    supposed = "".join(
        f"({text}) ->\n    " for text in (*(h.text for h in made.hypotheses), *facts)
    )
    head = f"forall {made.binders},\n    " if made.binders else ""
    says = f"forall P_ : Prop, ({head}{supposed}P_) ->\n  P_"
    given, _ = taken_apart(made, len(facts))
    known = given[len(made.variables) :]
    proof = [at_the_case(name, given)]
    proof += [f"exists {', '.join(made.variables)}."] if made.variables else []
    proof += [f"exact {_together(known)}."]
    witness = Block(f"{name}__witness", existence(made, facts), tuple(proof))
    return Block(f"{name}__case", says, tuple(lines)), witness


def at_the_case(name: str, given: Sequence[str]) -> str:
    """The line after which variables, hypotheses and facts of the case have these names."""
    return f"apply {name}__case" + (f"; intros {' '.join(given)}." if given else ".")


def _together(names: Sequence[str]) -> str:
    if not names:
        return "I"
    *first, last = names
    return "".join(f"(conj {one} " for one in first) + last + ")" * len(first)


def taken_apart(made: Statement, facts: int) -> tuple[list[str], str]:
    """The names of what a case has, and the arguments that the lemma has there.

    The names are those of variables and hypotheses, and Z_1, Z_2, … of so many facts.
    """
    names = [h.name for h in made.hypotheses]
    told = [f"Z_{k}" for k in range(1, facts + 1)]
    return [*made.variables, *names, *told], " ".join([*made.variables, *names])


def _twin(made: Statement, name: str, place: int, facts: int) -> Block:
    """The claim with one goal falsified does not follow: it and the claim differ at the witness."""
    left, right = made.claimed[place]
    text = term(left, made.names)
    if isinstance(right, str):
        wrong = _FLIPPED[right].format(text)
    elif getattr(left, "shape", ()):
        wrong = same(left, -right, made.names)
    else:
        wrong = f"{text} = {f'- ({term(right, made.names)})' if right != 0 else '1'}"
    given, arguments = taken_apart(made, facts)
    lines = (
        "intro twin_.",
        at_the_case(name, given),
        f"pose proof ({name} {arguments}) as claim_.",
        f"specialize (twin_ {arguments}).",
        "refute_matrices." if getattr(left, "shape", ()) else "refute.",
    )
    return Block(f"{name}__twin_{place + 1}", f"~ ({implication(made, [wrong])})", lines)


def words(step: Step) -> str:
    """The page's words, as they may stand in a comment of Coq."""
    text = _REFERENCE.sub("", _STEP.sub(lambda m: m[1].replace("_", " "), step.text))
    try:
        text = plain_text(text)
    except InputError:
        text = step.name
    return " ".join(text.replace('"', "'").replace("(*", "( *").replace("*)", "* )").split())
