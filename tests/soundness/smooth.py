"""Proved analyticity against the Laurent coefficients of discs that cover the real line.

Where a disc shows powers that no power series has, it is cut in two, down to 2⁻²⁸: so kinks are
found wherever they lie, and layers that are only thin are passed.
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from trajalign.theory.responses import Loss
from trajalign.verification.hypotheses import analyticity

from .counting import Trial

_NARROWEST = Fraction(1, 2**28)  # layers of a width of 10⁻⁶ are passed
_MOST_DISCS = 800  # of one interval
_TERMS = 2  # so that a kink in the third derivative shows in the smallest disc
_INTERVALS = [Fraction(k) for k in range(-3, 3)]
_FAR = [Fraction(40), Fraction(-40), Fraction(1000), Fraction(-1000)]


def try_analytic(trial: Trial, e: sp.Expr) -> None:
    """Whether what is proved analytic is so on unit intervals, near 0 and further out."""
    with trial.tally.trying("analytic", trial.text):
        if analyticity.prove_analytic(Loss(e, trial.text)).proofs is None:
            trial.tally.passed_over["analytic: not proved"] += 1
            return
        for low in (*_INTERVALS, trial.rng.choice(_FAR)):
            _try_interval(trial, low)


def _try_interval(trial: Trial, low: Fraction) -> None:
    waiting, tried = [(low, Fraction(1))], 0
    while waiting:
        left, width = waiting.pop()
        tried += 1
        if tried > _MOST_DISCS or trial.tally.found:
            trial.tally.passed_over["analytic: the rest of an interval"] += 1
            return
        centre = left + width / 2
        smooth = trial.truth.is_smooth_within(centre, width, _TERMS)
        if smooth or width < _NARROWEST:
            trial.tally.check(
                "analyticity", smooth, trial.text,
                lambda z=centre: f"proved, but not so within {float(_NARROWEST):.1g} of {float(z)}",
            )  # fmt: skip
        else:
            waiting += [(left, width / 2), (centre, width / 2)]
