"""What to type for a loss or activation that a model does not take as it is: the normalised one, or
another model for a minimum elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from .theory.errors import InputError
from .theory.models import Product, named
from .theory.requirements import normalised
from .theory.responses import Activation, Loss, Response
from .theory.valleys import Valley
from .verdict_words import in_print
from .verification.verdicts import Outcome, Verdict


@dataclass(frozen=True)
class Remedy:
    """Why a response is not taken as it is, the command that takes it, and what that `means`."""

    why: str
    command: str
    means: str


def remedies(verdicts: Sequence[Verdict]) -> list[Remedy]:
    """What helps one response of a built-in model; none where its hypotheses need no help."""
    failing = {v.label.split("/")[-1]: v for v in verdicts if v.outcome is Outcome.FAIL}
    if not failing.keys() & {"normalised", "symmetry"}:
        return []
    some = next(iter(failing.values()))
    try:
        kind = named(some.model).kind
        response = kind.parse(some.response)
    except InputError:  # a model of the user's own
        return []
    if "symmetry" in failing and isinstance(response, Loss):
        return [found] if (found := _elsewhere(response)) else []
    if "normalised" in failing and isinstance(response, Loss | Activation):
        return [found] if (found := _normalised(response, some)) else []
    return []


def _normalised(response: Response, verdict: Verdict) -> Remedy | None:
    try:
        found = normalised(response)
    except InputError:  # no multiple of it is
        return None
    factor, letter = found.factor, response.letter
    size, value = ("''", factor) if isinstance(response, Loss) else ("'", sp.sqrt(factor))
    return Remedy(
        f"{letter}{size}(0) = {_printed(value)}, not 1. The normalised {response.noun} is "
        f"{found.response.text}",
        _command(verdict, found.response.option, found.response.text),
        f"Both have the same descent: a step of size η on yours is one of {_times(factor, 'η')} on "
        f"it. What is proved of it for η ≤ η₀ holds of yours for η ≤ {_times(1 / factor, 'η₀')}; "
        f"where yours has sharpness λ, it has {_times(1 / factor, 'λ')}. The option --normalise "
        "does the same.",
    )


def _elsewhere(loss: Loss) -> Remedy | None:
    name = Product.name
    try:
        place = Valley.of(loss).minimum
    except InputError as error:
        if "minimum" not in str(error):
            return None
        return Remedy(
            f"{loss.letter} is not even. The model {name} takes a loss about any minimum z₀",
            shlex.join(["trajalign", "verify", name, loss.option, loss.text, "--minimum", "Z0"]),
            f"with a number for Z0: {error}.",
        )
    where = "is not even" if place == 0 else f"has its minimum at z = {_printed(place)}, not at 0"
    return Remedy(
        f"{loss.letter} {where}. The model {name} takes it about its minimum",
        shlex.join(["trajalign", "verify", name, loss.option, loss.text]),
        "There p is the output less the output at the minimum, and η and the sharpness are those "
        "of the loss as it is.",
    )


def _command(verdict: Verdict, option: str, text: str) -> str:
    settings = [w for name, value in verdict.options.items() for w in (f"--{name}", value)]
    return shlex.join(["trajalign", "verify", verdict.model, option, text, *settings])


def _printed(value: sp.Expr) -> str:
    return in_print(str(value))


def _times(factor: sp.Expr, letter: str) -> str:
    """A factor times a letter.

    >>> _times(sp.Rational(1, 2), "η"), _times(sp.Integer(2), "η"), _times(sp.Rational(3, 4), "λ")
    ('η/2', '2η', '(3/4) λ')
    """
    if factor.is_Integer:
        return f"{factor}{letter}"
    return f"{letter}/{1 / factor}" if (1 / factor).is_Integer else f"({_printed(factor)}) {letter}"
