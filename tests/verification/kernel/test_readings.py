"""What Coq read is told where the derivation and its verdict are: no more than what it read."""

from dataclasses import replace

import pytest
from coq_tools import needs_coq
from mixed_verdicts import verdict
from small_appendix import MODEL, SMALL

from trajalign.appendix.document import document
from trajalign.theory.derivation.claims import Appendix, Derivation, Identity, Step
from trajalign.theory.models import P, Q, R
from trajalign.verification.derivations.judging import check_appendix
from trajalign.verification.kernel.project import chapters_of
from trajalign.verification.kernel.readings import Readings, judged, readings
from trajalign.verification.kernel.running import Read
from trajalign.verification.verdicts import Evidence, Outcome, ReadShare

PLAIN = Derivation(
    "linear/reduced-map",
    "Two lines",
    "Two lines hold.",
    (
        Step("square", "Here", Identity(((P + 1) ** 2, P**2 + 2 * P + 1))),
        Step("quotient", "Also", Identity(((R(P) + P) / R(P), 1 + P / R(P)))),
    ),
)
BOOK = Appendix("linear", MODEL.response.text, 2, (PLAIN, *SMALL.derivations), MODEL.kind)
DERIVED = verdict("linear/reduced-map", Outcome.PASS, evidence=Evidence.DERIVED)


def read_by_hand(book: Appendix, refused: tuple[str, ...] = ()) -> Readings:
    """As if Coq had accepted all lemmas but those of some steps."""
    made = chapters_of(book)
    found = tuple(
        Read(one, one.step not in refused, True, True, {}, frozenset())
        for chapter in made
        for one in chapter.lemmas
    )
    return Readings("8.0", made, found, frozenset({"linear/alignment", "linear/height"}))


@pytest.mark.parametrize(
    ("refused", "share", "evidence"),
    [
        ((), ReadShare("8.0", 2, 2), Evidence.KERNEL),
        (("square",), ReadShare("8.0", 1, 2), Evidence.DERIVED),
    ],
)
def test_a_label_is_kernel_checked_only_if_all_of_its_formulas_are(refused, share, evidence):
    found = judged(DERIVED, read_by_hand(BOOK, refused).shares)
    assert (found.read, found.evidence) == (share, evidence)


@pytest.mark.parametrize(
    "other",
    [
        replace(DERIVED, evidence=Evidence.SAMPLED),
        replace(DERIVED, evidence=Evidence.ENCLOSED),
        replace(DERIVED, outcome=Outcome.UNDECIDED, evidence=None),
        replace(DERIVED, label="linear/sharpness"),
        replace(DERIVED, label="linear/height"),
    ],
)
def test_no_other_verdict_is(other):
    assert judged(other, read_by_hand(BOOK).shares).evidence == other.evidence


def test_what_is_argued_in_words_no_kernel_reads():
    whole = ReadShare("8.0", 3, 3, argued=True)
    assert judged(DERIVED, {DERIVED.label: whole}).evidence is Evidence.DERIVED


def test_the_appendix_says_which_formulas_were_read_and_where():
    plain = replace(BOOK, derivations=(PLAIN,))
    found = document(MODEL, plain, check_appendix(plain), read_by_hand(plain))
    assert found.entries[0].read == (
        r"The kernel of Coq 8.0 accepts \stepref{square}; \stepref{quotient} where $\taR \neq 0$."
    )
    found = document(MODEL, plain, check_appendix(plain), read_by_hand(plain, ("quotient",)))
    assert found.entries[0].read == (
        r"The kernel of Coq 8.0 accepts \stepref{square}; not read by it is \stepref{quotient}."
    )
    assert document(MODEL, plain, check_appendix(plain)).entries[0].read == ""


@needs_coq
def test_coq_reads_what_is_wanted_and_no_more():
    found = readings(MODEL, BOOK, wanted={"linear/reduced-map"})
    theorems = {f"linear/A{k}": ReadShare(found.coq, 1, 1) for k in (1, 2, 3, 4)}
    assert found.shares == {
        "linear/reduced-map": ReadShare(found.coq, 2, 2),
        **theorems,
        "linear/hypotheses": ReadShare(found.coq, 4, 4),
    }
    a1 = verdict("linear/A1", Outcome.PASS, evidence=Evidence.ENCLOSED)
    resting = judged(replace(DERIVED, hypotheses=(a1,)), found.shares)
    assert [h.evidence for h in resting.hypotheses] == [Evidence.KERNEL]
    assert judged(replace(a1, outcome=Outcome.UNDECIDED), found.shares).evidence is a1.evidence
    assert found.argued == {"linear/alignment", "linear/height"}
    assert found.checked("linear/reduced-map") == {
        "square": (),
        "quotient": ((R(P), "≠"),),
    }
    wrong = Step("square", "Here", Identity((P * Q, P * Q + 1)))
    twin = replace(BOOK, derivations=(replace(PLAIN, steps=(wrong, PLAIN.steps[1])),))
    assert readings(MODEL, twin).shares["linear/reduced-map"].checked == 1
