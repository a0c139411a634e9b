"""The verdicts on one response in groups, as a person reads them: what is proved comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .theory.errors import InputError
from .theory.models import named
from .theory.writing.plain_text import plain_text
from .verdict_words import NOT_PASSING, argument, count_of, in_print, shown
from .verification import ledger
from .verification.ledger import GLUE as G
from .verification.standing import ancestors
from .verification.verdicts import Evidence, Outcome, Verdict

_KINDS = {
    Evidence.KERNEL: "kernel",
    Evidence.ENCLOSED: "proved",
    Evidence.DERIVED: "derived",
    Evidence.SAMPLED: "sampled",
}


_Maker = Callable[[Sequence[Verdict], Sequence[Verdict]], "list[Group]"]


@dataclass(frozen=True)
class Numbers:
    """The number that theory gives, the measured one, the order, at which arguments, and what the
    number is."""

    exact: str
    measured: str
    order: str
    at: str
    meaning: str


@dataclass(frozen=True)
class Row:
    """One verdict: its label and outcome, and either numbers or a sentence."""

    label: str
    outcome: Outcome
    text: str = ""
    numbers: Numbers | None = None


@dataclass(frozen=True)
class Block:
    """Rows with a line above them, "" for none."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Group:
    """Verdicts of one kind: `heading` and what it means, its blocks, and what stands `below`."""

    heading: str
    means: str
    blocks: tuple[Block, ...]
    below: tuple[str, ...] = ()


def groups(verdicts: Sequence[Verdict]) -> list[Group]:
    """What the verdicts on one response say: what fails, what is proved, what is derived, what is
    sampled, what is undecided. Passing hypotheses are not among them where there are statements,
    and what does not apply never is (`not_applicable`)."""
    found: dict[str, list[Verdict]] = {}
    alone = all(verdict.is_hypothesis for verdict in verdicts)
    for verdict in verdicts:
        if alone or not verdict.is_hypothesis or verdict.outcome is not Outcome.PASS:
            found.setdefault(_kind(verdict), []).append(verdict)
    makers: Mapping[str, _Maker] = {
        "fail": _failing,
        "proved": _proved,
        "kernel": _read_by_coq,
        "derived": _derived,
        "sampled": _sampled,
        "undecided": _undecided,
    }
    return [
        group for kind in makers if kind in found for group in makers[kind](found[kind], verdicts)
    ]


def not_applicable(verdicts: Sequence[Verdict]) -> dict[str, list[str]]:
    """The labels of what does not apply, by the reason why."""
    found = _by_reason(v for v in verdicts if v.outcome is Outcome.NOT_APPLICABLE)
    return {reason: labels for reason, labels in found.items() if reason}


def _kind(verdict: Verdict) -> str:
    passing = verdict.outcome is Outcome.PASS
    return _KINDS[verdict.evidence or Evidence.SAMPLED] if passing else verdict.outcome.value


def _by_reason(verdicts: Iterable[Verdict]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.reason, []).append(verdict.label)
    return found


# One function for each kind of group: of its verdicts, among all on the response ---------------


def _failing(found: Sequence[Verdict], verdicts: Sequence[Verdict]) -> list[Group]:
    return [Group("Fails", "", (Block("", tuple(map(_explained, found))),))]


def _undecided(found: Sequence[Verdict], verdicts: Sequence[Verdict]) -> list[Group]:
    apart, below = [], []
    by_label = {verdict.label: verdict for verdict in found}
    for reason, labels in _by_reason(found).items():
        if len(labels) > 1 and reason.startswith("needs "):
            below.append(f"{count_of(labels)} need {reason.removeprefix('needs ')}")
        else:
            apart += [_explained(by_label[label]) for label in labels]
    blocks = (Block("", tuple(apart)),) if apart else ()
    return [Group("Undecided", "", blocks, tuple(below))]


def _explained(verdict: Verdict) -> Row:
    row = _row(verdict)
    evidence = f"{verdict.evidence.value}: " if verdict.evidence else ""
    text = f"{evidence}{verdict.reason}" if verdict.reason else evidence.rstrip(": ")
    if verdict.witness and not verdict.is_hypothesis:
        shown = ", ".join(f"{name} = {value}" for name, value in verdict.witness.items())
        text += f"; witness: {shown}"
    return replace(row, text=text, numbers=None)


def _proved(found: Sequence[Verdict], verdicts: Sequence[Verdict]) -> list[Group]:
    """One group, with what is said of all small step sizes before what is said of one."""
    places: dict[str, list[Verdict]] = {}
    for verdict in sorted(found, key=lambda verdict: "eta0" not in verdict.parameters):
        places.setdefault(_place(verdict), []).append(verdict)
    largest = {str(v.parameters["eta0"]) for v in found if "eta0" in v.parameters}

    blocks = tuple(Block(place, tuple(map(_row, rows))) for place, rows in places.items())
    scope = f" for all η ≤ {largest.pop()}{_small(found[0])}" if len(largest) == 1 else ""
    return [Group(f"Proved{scope}", "enclosed: in ball arithmetic", blocks, _rest(found, verdicts))]


def _place(verdict: Verdict) -> str:
    """Of which orbits a proved statement speaks."""
    if "eta0" not in verdict.parameters:
        return (
            "for one step size and one box of starts alone" if "eta" in verdict.parameters else ""
        )
    reach = verdict.quantities.get("|p|", "")
    ends = [f"{n} {verdict.quantities[n]}" for n in ("q0", "|p0|") if n in verdict.quantities]
    more = f"|p| {reach}" if reach else ", ".join(ends)
    orbits = f"for orbits {verdict.parameters['orbits']}"
    return f"{orbits}, {more}" if more else orbits


def _small(verdict: Verdict) -> str:
    """What ε is, of a built-in model."""
    try:
        epsilon = plain_text(f"${named(verdict.model).laws.epsilon()}$")
    except InputError:
        return ""
    return "" if epsilon == "ε" else f", with ε = {epsilon}"


def _rest(found: Sequence[Verdict], verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """What proved statements rest on, and what has to be trusted for them."""
    labels = {verdict.label for verdict in found}
    statements = {v.label: v for v in verdicts if not v.is_hypothesis}
    if not labels & statements.keys():
        return (f"trusts {Evidence.ENCLOSED.trust}",)
    above = ancestors(ledger.rests_on(found[0].model))
    below = dict.fromkeys(b for label in labels for b in above.get(label, ()) if b not in labels)
    told = [f"{b} ({_standing(statements[b])})" for b in statements if b in below]
    told += [f"{b} (not checked here)" for b in sorted(set(below) - statements.keys())]
    needs = any(verdict.hypotheses for verdict in found)
    rests = ", ".join([*(["the hypotheses above"] if needs else []), *told])
    more = ("trajalign prove does the same for all starts in a box",) if _near(found) else ()
    return (f"rests on {rests}", f"trusts {Evidence.ENCLOSED.trust}", *more)


def _near(found: Sequence[Verdict]) -> bool:
    """Whether something is said of orbits near the slow curve alone."""
    return any(str(v.parameters.get("orbits", "")).startswith("on the tube") for v in found)


def _standing(verdict: Verdict) -> str:
    evidence = verdict.evidence if verdict.outcome is Outcome.PASS else None
    return evidence.value if evidence else NOT_PASSING[verdict.outcome]


def _read_by_coq(found: Sequence[Verdict], verdicts: Sequence[Verdict]) -> list[Group]:
    return [Group("Kernel-checked", Evidence.KERNEL.promise, (_plain(found),))]


def _derived(found: Sequence[Verdict], verdicts: Sequence[Verdict]) -> list[Group]:
    return [Group("Derived", "exact, by algebra, and in balls at random points", (_plain(found),))]


def _plain(found: Sequence[Verdict]) -> Block:
    return Block("", tuple(map(_row, found)))


def _sampled(found: Sequence[Verdict], verdicts: Sequence[Verdict]) -> list[Group]:
    follow = [v for v in found if v.coefficient and v.coefficient.law]
    others = [v for v in found if v not in follow]
    blocks = []
    if follow:
        heading = f"r''(0) = {_curvature(verdicts)}, and multiples of it"
        blocks.append(Block(heading, tuple(map(_row, follow))))
    if others:
        blocks.append(Block("the others" if follow else "", tuple(map(_row, others))))
    return [Group("Sampled", "finitely many points or orbits agree, and no more", tuple(blocks))]


def _curvature(verdicts: Sequence[Verdict]) -> str:
    found = (v.quantities["r''(0)"] for v in verdicts if "r''(0)" in v.quantities)
    return in_print(str(next(found, "…")))


def _row(verdict: Verdict) -> Row:
    text = ""
    if verdict.outcome is Outcome.PASS and verdict.evidence is Evidence.ENCLOSED:
        text = ledger.told(verdict.label, verdict.model, verdict.parameters, verdict.quantities)
    return Row(verdict.label, verdict.outcome, text, None if text else _numbers(verdict))


def _numbers(verdict: Verdict) -> Numbers | None:
    compared, order = verdict.coefficient, verdict.order
    if compared is None:
        return None
    meanings = ledger.numbers_of(verdict.label, verdict.model)
    exact = shown(compared.exact, compared.decimal)
    return Numbers(
        f"{exact} = {compared.law}" if compared.law else exact,
        shown(compared.measured),
        f"{float(order.measured):.2f}".replace("-", "−") if order else "",
        ", ".join(f"{n}{G}={G}{argument(value)}" for n, value in compared.at),
        ledger.unbroken(meanings.get("coefficient", "")),
    )
