"""Words and numbers of verdicts for people: which hypotheses hold, a number with its sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from .verification.verdicts import Evidence, Outcome, Verdict

EVIDENCE: Mapping[Evidence, str] = {
    Evidence.KERNEL: "kernel-checked",
    Evidence.ENCLOSED: "proved",
    Evidence.DERIVED: "derived",
    Evidence.SAMPLED: "sampled only",
}
NOT_PASSING: Mapping[Outcome, str] = {
    Outcome.FAIL: "fails",
    Outcome.UNDECIDED: "undecided",
    Outcome.NOT_APPLICABLE: "n/a",
}
_NUMBERED = re.compile(r"A(\d)")
_ROOT = re.compile(r"\*?sqrt\((\d+)\)")
_LONGEST = 12  # characters of an exact number that is shown as it is
_SIGNIFICANT, _WIDEST = 6, 9  # digits, and characters, of a decimal
_SHORT = 6  # characters of an argument as a decimal


def hypotheses_in_words(verdicts: Sequence[Verdict]) -> str:
    """How many hypotheses hold, and on which evidence; "" where there are none.

    >>> rows = [Verdict(f"linear/{name}", "linear", "z", Outcome.PASS, Evidence.ENCLOSED)
    ...         for name in ("analytic", "A1", "A2", "A3", "A5")]
    >>> hypotheses_in_words(rows)
    '5 of 5 hold: analytic, A1–A3, A5 proved'
    """
    found = [verdict for verdict in verdicts if verdict.is_hypothesis]
    if not found:
        return ""
    passing = [verdict for verdict in found if verdict.outcome is Outcome.PASS]
    words = [
        _listed(word, (v for v in passing if (v.evidence or Evidence.SAMPLED) is evidence))
        for evidence, word in EVIDENCE.items()
    ]
    words += [
        _listed(word, (v for v in found if v.outcome is outcome))
        for outcome, word in NOT_PASSING.items()
    ]
    return f"{len(passing)} of {len(found)} hold: {'; '.join(filter(None, words))}"


def count_of(labels: Sequence[str]) -> str:
    """How many statements.

    >>> count_of(["linear/limit"]), count_of(["linear/limit", "linear/crossing"])
    ('linear/limit', '2 statements')
    """
    return labels[0] if len(labels) == 1 else f"{len(labels)} statements"


def answer(verdict: Verdict) -> str:
    """What is known of a condition, in a few words."""
    if verdict.outcome is Outcome.PASS:
        return f"yes, {EVIDENCE[verdict.evidence or Evidence.SAMPLED]}"
    if verdict.outcome is Outcome.FAIL:
        return f"no, {', '.join(f'{k} = {v}' for k, v in (verdict.witness or {}).items())}"
    return f"not known, {verdict.reason}"


def in_runs(names: Sequence[str]) -> list[str]:
    """Names, with three or more numbered ones in a row as a range.

    >>> in_runs(["analytic", "A1", "A2", "A3", "A5"])
    ['analytic', 'A1–A3', 'A5']
    """
    found: list[list[str]] = []
    for name in names:
        if found and _follows(found[-1][-1], name):
            found[-1].append(name)
        else:
            found.append([name])
    return [name for run in found for name in (run if len(run) < 3 else [f"{run[0]}–{run[-1]}"])]


def shown(number: str, decimal: str = "") -> str:
    """A number for people: a closed form as it is, a decimal with ≈ to six digits.

    >>> shown("-3/4", "-0.75"), shown("0.370539571"), shown("≥ 1")
    ('−3/4', '≈ 0.370540', '≥ 1')
    >>> shown("244809/1146880", "0.2134565081")
    '≈ 0.213457'
    """
    if len(number) > _LONGEST and decimal:
        number = decimal
    if not ("." in number or "e" in number) or not number.lstrip("-")[:1].isdecimal():
        return in_print(number)
    digits = f"{float(number):#.{_SIGNIFICANT}g}"
    return f"≈ {in_print(digits if len(digits) <= _WIDEST else f'{float(number):.3g}')}"


def in_print(formula: str) -> str:
    """An exact number with the signs of print.

    >>> in_print("-3/(2*pi)"), in_print("-2*sqrt(3)/3")
    ('−3/(2π)', '−2√3/3')
    """
    text = formula.replace("-", "−").replace("*pi", "π").replace("pi", "π")
    return _ROOT.sub(r"√\1", text).replace("**", "^").replace("*", "·")


def argument(value: str) -> str:
    """A rational argument, as a decimal where that is short and exact.

    >>> argument("433/500"), argument("1/3")
    ('0.866', '1/3')
    """
    try:
        exact = Fraction(value)
    except ValueError:
        return value
    text = f"{float(exact):g}"
    return text if len(text) <= _SHORT and Fraction(text) == exact else value


def _listed(word: str, verdicts: Iterable[Verdict]) -> str:
    names = [verdict.label.split("/")[-1] for verdict in verdicts]
    if len(names) > 1 and word == NOT_PASSING[Outcome.FAIL]:
        word = "fail"
    return f"{', '.join(in_runs(names))} {word}" if names else ""


def _follows(one: str, other: str) -> bool:
    both = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    return both[0] is not None and both[1] is not None and int(both[1][1]) == int(both[0][1]) + 1
