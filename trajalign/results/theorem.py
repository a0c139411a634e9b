"""The theorem that was proved for one model: its numbers, its words, its certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from html import escape
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from flint import fmpq

from ..figures.drawing import on_axes
from ..figures.proved import proved_picture
from ..files import dump, write
from ..theory.models import Model
from ..theory.writing.plain_text import plain_text
from ..verification.theorems.certificate import certificate
from ..verification.theorems.proof import Proof, Theorem
from ..verification.theorems.words import Sentences, largest_step, sentences
from . import tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_WIDTH = 92
_MEANINGS = {
    "alignment": "C in |q/r(p) − 1 − h(p) ε| ≤ C ε²",
    "second": "sup |h_2| on the tube",
    "time": "A in t_a ≤ A + B ln(1/ε)",
    "per_log": "B in t_a ≤ A + B ln(1/ε)",
    "per_small": "D: |p0| < a = p0[0] adds 1 + D ln(a/|p0|) steps",
    "limit": "C in |q* − 1 − h(0) ε| ≤ C ε²",
    "saturation": "C in |η λ* − 2 + 2 h(0) ε| ≤ C ε²",
    "gap": "C in |λ − λ̃(q)| ≤ C ε/η",
    "crossing_low": "the least k in ε t_b = ρ ln(1/ε) + k",
    "crossing_high": "the largest k in ε t_b = ρ ln(1/ε) + k",
    "flow_rate": "m in |p_t| ≤ |p_0| (1 − m)^t, q0 past 1",
    "flow_drift": "C in q_t ≤ q_0 exp(C b² ε), b = p0[1], q0 past 1",
}


@dataclass(frozen=True, repr=False)
class Proved:
    """A theorem about one model: for all step sizes up to η₀ and all starts in a box.

    - `model`, `seconds`;
    - `eta0`, `q0` and `p0`: for which step sizes and starts, as texts and pairs of Fractions;
    - `statements`: what is proved, in words, by the labels of the ledger;
    - `numbers`: the constants as Fractions by name, each rounded to the safe side;
    - `theorem`, `proof`: all of it, as `verification.theorems` has it.
    """

    model: Model
    proof: Proof
    theorem: Theorem
    seconds: float

    @property
    def eta0(self) -> str:
        """η₀: exactly, or rounded down where it is not rational."""
        return largest_step(self.model, self.theorem.setting.largest)

    @property
    def q0(self) -> tuple[Fraction, Fraction]:
        """The ends of the range of q0."""
        return _pair(self.theorem.setting.q)

    @property
    def p0(self) -> tuple[Fraction, Fraction]:
        """|p0| up to the second; times are told from the first on."""
        return _pair(self.theorem.setting.p)

    @cached_property
    def _words(self) -> Sentences:
        return sentences(self.model, self.theorem)

    @property
    def given(self) -> str:
        """For which step sizes and starts, in words."""
        return str(plain_text(self._words.given))

    @property
    def statements(self) -> Mapping[str, str]:
        """What is proved, in words, by label."""
        return {f"theorem/{name}": plain_text(text) for name, text in self._words.parts.items()}

    @property
    def numbers(self) -> Mapping[str, Fraction]:
        """The constants by name; `to_frame` says what each is."""
        return dict(_numbers(self.theorem))

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame with a row for each constant: its name, its value as a float, exactly, and
        what it is. Raises MissingExtraError without pandas."""
        rows = ((n, float(x), str(x), _MEANINGS[n]) for n, x in self.numbers.items())
        return tables.Table(("name", "value", "exact", "meaning"), tuple(rows)).frame()

    def certificate(self) -> dict[str, Any]:
        """The proof, ready for JSON, as `trajalign prove --certificate` writes it."""
        return certificate(self.model, self.proof, self.theorem)

    def save(self, file: str | Path) -> None:
        """Write the certificate, for `replay` and `trajalign prove --replay`. Raises InputError."""
        write(str(file), dump(self.certificate()))

    def plot(self, ax: tuple[Axes, Axes] | None = None) -> tuple[Axes, Axes]:
        """Draw where it is proved, over how sampled orbits align, on two axes: (q0, η), (|p0|, q0).

        The orbits are run for it: some seconds. Returns the axes.
        """
        first, second = on_axes(proved_picture(self.model, self.theorem), ax)
        return first, second

    def __repr__(self) -> str:
        head = f"Theorem. The {self.model.spoken()}, {self.model.given}: {self.given}:"
        parts = (f"({label.partition('/')[2]}) {text}" for label, text in self.statements.items())
        lines = [fill(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
                 for line in (head, *parts)]  # fmt: skip
        return "\n".join([*lines, f"proved in ball arithmetic, in {self.seconds:.1f} s"])

    def _repr_html_(self) -> str:
        head = f"<p><b>Theorem.</b> The {escape(self.model.spoken())}, {escape(self.model.given)}: "
        rows = "".join(
            f"<li><code>{label}</code> {escape(text)}</li>"
            for label, text in self.statements.items()
        )
        word = tables.cell("pass")
        how = f"<p>{word}, enclosed: proved in ball arithmetic, in {self.seconds:.1f} s</p>"
        return tables.page(f"{head}{escape(self.given)}:</p><ul>{rows}</ul>{how}")


def _numbers(theorem: Theorem) -> Iterator[tuple[str, Fraction]]:
    for name in ("alignment", "second", "time", "per_log", "per_small", "limit"):
        yield name, _fraction(getattr(theorem, name))
    yield "saturation", 2 * _fraction(theorem.saturation)
    if theorem.gap is not None:
        yield "gap", _fraction(theorem.gap)
    if theorem.crossings:
        yield "crossing_low", _fraction(min(c.low for c in theorem.crossings))
        yield "crossing_high", _fraction(max(c.high for c in theorem.crossings))
    if theorem.flow is not None:
        yield "flow_rate", _fraction(theorem.flow.rate)
        yield "flow_drift", _fraction(theorem.flow.drift)


def _fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def _pair(ends: tuple[fmpq, fmpq]) -> tuple[Fraction, Fraction]:
    low, high = map(_fraction, ends)
    return low, high
