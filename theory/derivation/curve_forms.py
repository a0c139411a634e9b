"""The functions h_k of the slow curve for the response at hand: closed forms and power series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from ..curve.adjoining import field_of
from ..curve.closed import curve_in_field
from ..curve.series import curve_series
from ..errors import InputError
from ..models.base import PHI_SQUARED, Model, P, R
from .claims import Definition, Expansion, Identity, Step
from .closed_forms import Abbreviation, abbreviated, in_letters
from .latex import latex, width_of
from .notation import H
from .response import response_steps

Letters = tuple[Abbreviation, ...]
Names = tuple[str, ...]

_TERMS = 3  # of a power series in p²
_WIDEST = 600  # characters of a closed form that is still worth reading, about eight lines


def for_the_response(model: Model, formulas: Sequence[Names]) -> tuple[Step, ...]:
    """Closed forms where they exist and can be read, and the beginning of each power series.

    `formulas[k − 1]` are the steps by which h_k is expressed by r (and φ²), for k up to the order.
    """
    order = len(formulas)
    letters, forms = _closed(model, order)
    named = [Step(_letter(name), "and", Definition(name, value)) for name, value in letters]
    named += _response_in_letters(model, letters)
    closed = [_closed_step(model, k, form, letters, formulas) for k, form in enumerate(forms, 1)]
    series = _series_steps(model, formulas, letters, forms)
    after = (
        rf"so that the curve is invariant up to $O(\taEps^{{{order + 1}}})$. At $\taP = 0$ the "
        r"functions $\taH_k$ are continued by their limits, which exist: each term of $R_k$ is "
        r"$O(\taP^2)$, and $2 \taP \taR'$ is $2 \taR''(0) \taP^2 + O(\taP^4)$. "
    )
    response = rf"For the response of \thmref{{{model.name}/response}} "
    if named:
        named = _opened(named, after + response + "we abbreviate")
        closed = _opened(closed, "and obtain from the formulas above, as functions of $\\taP$,")
    elif closed:
        closed = _opened(closed, after + response + "the formulas above become")
    else:
        series = _opened(series, after + response + _NO_CLOSED_FORM)
    if closed:
        series = _opened(series, "Their power series begin")
    return (*named, *closed, *series)


_NO_CLOSED_FORM = (
    "the formulas in terms of elementary functions are too long to be of use. Their power series "
    "begin"
)


def _opened(steps: list[Step], text: str) -> list[Step]:
    """The steps with another text before the first."""
    return [replace(steps[0], text=text), *steps[1:]] if steps else steps


def _closed(model: Model, order: int) -> tuple[Letters, tuple[sp.Expr, ...]]:
    """The letters, and as many of h_1, h_2, … as have a closed form that can be read."""
    try:
        known = curve_in_field(model, order)
    except InputError:
        return (), ()
    for count in range(order, 0, -1):
        letters, forms = abbreviated(known[:count])
        if max(width_of(latex(form)) for form in forms) <= _WIDEST:
            return letters, forms
    return (), ()


def _letter(name: sp.Expr) -> str:
    return f"letter-{str(name.func).partition('_')[0]}"


def _closed_step(
    model: Model, k: int, form: sp.Expr, letters: Letters, formulas: Sequence[Names]
) -> Step:
    response = response_steps(model)
    if letters:  # of this derivation, in the letters
        response = tuple(name.partition(":")[2] for name in response)
    uses = (*formulas[k - 1], *response, *(_letter(name) for name, _ in letters))
    return Step(f"h{k}-closed", "and", Identity((H[k](P), form)), uses)


def _response_in_letters(model: Model, letters: Letters) -> list[Step]:
    """r, and φ² of an activation, in the letters."""
    if not letters:
        return []
    field, names = field_of(model), tuple(_letter(name) for name, _ in letters)
    pairs = [("response", R(P), field.r), ("square", PHI_SQUARED(P), field.w)]
    return [
        Step(
            name,
            "so that" if name == "response" else "and",
            Identity((of_p, in_letters(field.expression(element), letters))),
            (f"{model.name}/response:{name}", *names),
        )
        for name, of_p, element in pairs
        if name == "response" or model.response.square is not None
    ]


def _series_steps(
    model: Model, formulas: Sequence[Names], letters: Letters, forms: tuple[sp.Expr, ...]
) -> list[Step]:
    if forms and not any(form.has(P) for form in forms):
        return []
    try:
        series = curve_series(model, len(formulas), _TERMS).h
    except InputError:  # the coefficients of r are not rational
        return []
    steps = []
    for k, coefficients in enumerate(series, start=1):
        begin = sp.Add(*(c * P ** (2 * n) for n, c in enumerate(coefficients)))
        closed = (f"h{k}-closed", *(_letter(name) for name, _ in letters))
        uses = closed if k <= len(forms) else (*formulas[k - 1], *response_steps(model))
        claim = Expansion(H[k](P), begin, P, 2 * _TERMS)
        steps.append(Step(f"h{k}-series", "and", claim, uses))
    return steps
