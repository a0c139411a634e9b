"""Verdicts as rows of a page: what each says, and the command that gives it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..own_code import word
from ..theory.models import Model
from ..verification.measuring.effort import THOROUGH
from ..verification.quantities import Compared, to_json
from ..verification.running.options import Options
from ..verification.standing import Standing, standings
from ..verification.verdicts import Verdict

_VARIABLES = {"eta": "η", "1/eta": "1/η"}


@dataclass(frozen=True)
class Row:
    """One verdict, told in plain texts; `called` is what the reader's own text calls it."""

    verdict: Verdict
    standing: Standing
    command: str
    called: str = ""

    @property
    def label(self) -> str:
        """The label of the ledger."""
        return self.verdict.label

    @property
    def outcome(self) -> str:
        """The verdict in one word."""
        return str(self.verdict.outcome.value)

    @property
    def evidence(self) -> str:
        """The evidence in one word, "" where there is none."""
        return str(self.verdict.evidence.value) if self.verdict.evidence else ""

    @property
    def stands(self) -> str:
        """How the statement stands, all that it rests on considered, in one word."""
        evidence = self.standing.evidence
        return self.standing.outcome if evidence is None else str(evidence.value)

    @property
    def coefficient(self) -> Compared | None:
        """The value that theory gives, and the one that was measured."""
        return self.verdict.coefficient

    @property
    def order(self) -> str:
        """The order that was measured, and of what."""
        if (found := self.verdict.order) is None:
            return ""
        variable = _VARIABLES.get(found.variable, found.variable)
        return f"{found.measured} in {variable} (claimed {found.claimed})"

    @property
    def facts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What was found, and what the runs were made with, by name."""
        both = (("Found", to_json(self.verdict.quantities)), ("Run with", self.verdict.parameters))
        return [(title, told(values)) for title, values in both if values]

    @property
    def witness(self) -> list[tuple[str, str]]:
        """What reproduces a failure."""
        return told(self.verdict.witness or {})


def rows(
    model: Model,
    verdicts: Sequence[Verdict],
    options: Options,
    names: Mapping[str, str] = MappingProxyType({}),
) -> list[Row]:
    """One row for each verdict on one response; `names` are what a reader calls some labels."""
    return [
        Row(
            verdict,
            standing,
            command(model, verdict.label, options),
            names.get(verdict.label, ""),
        )
        for verdict, standing in zip(verdicts, standings(verdicts), strict=True)
    ]


def command(model: Model, label: str, options: Options) -> str:
    """What to type in a shell to check one label again, in the same way.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> command(TwoLayerLinear(Loss.parse("atan")), "linear/A1", Options())
    "trajalign verify linear --loss 'z*atan(z) - log(1+z**2)/2' --statement linear/A1"
    """
    given = ["trajalign", "verify", *response_words(model), "--statement", label]
    return shlex.join([*given, *option_words(options)])


def response_words(model: Model) -> list[str]:
    """The words of a command that name a model, its loss or activation and its options."""
    return [word(model), model.response.option, model.response.text, *setting_words(model)]


def setting_words(model: Model) -> list[str]:
    """The words of a command that say what options a model has."""
    return [word for name, value in model.settings.items() for word in (f"--{name}", value)]


def option_words(options: Options) -> list[str]:
    """The words of a command that say how the orbits are run."""
    found = [] if options.top is None else ["--eta", str(options.top)]
    found += [] if options.digits is None else ["--digits", str(options.digits)]
    return found + (["--thorough"] if options.effort == THOROUGH else [])


def told(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values as text.

    >>> told({"eta": ["1/10", "1/20"], "order": {"claimed": "4", "in": "eta"}, "digits": 50})
    [('eta', '1/10, 1/20'), ('order', 'claimed 4, in eta'), ('digits', '50')]
    """
    return [(name, _text(value)) for name, value in found.items()]


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        joint = "; " if any(isinstance(inner, Mapping) for inner in value) else ", "
        return joint.join(map(_text, value))
    return str(value)
