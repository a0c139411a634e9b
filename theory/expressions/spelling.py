"""Signs of print and names of other languages, in the few signs that the grammar knows.

z², ½·z, √(1+z²), |z|, −z and np.tanh(z) are read; what is shown to the user stays what he typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

_SIGNS = {
    **dict.fromkeys("−–‐‑", "-"),  # minus, en dash, hyphens
    **dict.fromkeys("·⋅×∙", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "^": "**",
    "π": " pi ",
    "√": " sqrt",
}
_VULGAR = {
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "⅕": "1/5",
    "⅖": "2/5",
    "⅗": "3/5",
    "⅘": "4/5",
    "⅙": "1/6",
    "⅚": "5/6",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
    "⅞": "7/8",
}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
_MODULES = "math|cmath|np|numpy|jnp|torch|scipy.special|sp|sympy|mp|mpmath".replace(".", r"\.")
_NORMALISED = re.compile(r"(?:np|numpy|jnp|torch|scipy\.special)\.sinc", re.ASCII)
_PIECE = re.compile(
    rf"(?P<raised>[{''.join(_RAISED)}]+)|(?P<module>(?<![\w.])(?:{_MODULES})\.)(?=(?P<name>[A-Za-z]\w*))|.",
    re.ASCII | re.DOTALL,
)


class Spelled(NamedTuple):
    """A text in plain signs; `places[i]` is where its sign i came from in the text as typed."""

    text: str
    typed: str
    places: tuple[int, ...]

    def as_typed(self, start: int, end: int) -> str:
        """The piece of the typed text from which text[start:end] came."""
        return self.typed[self.places[start] : self.places[end]]


def plain(typed: str, names: Collection[str]) -> Spelled:
    """A text in plain signs; the modules before `names` are dropped, |u| becomes abs(u).

    What is not understood stays as it is, for the grammar to refuse.

    >>> plain("½·z² − |np.tanh(z)|", ["tanh"]).text
    '(1/2)*z**2 - abs(tanh(z))'
    """
    pieces: list[str] = []
    places: list[int] = []
    open_bars = 0
    for match in _PIECE.finditer(typed):
        found = match[0]
        if match["raised"]:
            power = "".join(_RAISED[c] for c in found)
            new = f"**{power}" if re.fullmatch(r"-?\d+", power) else found
        elif match["module"]:
            known = match["name"] in names and not _NORMALISED.match(typed, match.start())
            new = "" if known else found
        elif found == "|":
            before = "".join(pieces).rstrip(" ")
            closes = bool(before) and (before[-1].isalnum() or before[-1] in "_.)")
            new = "|" if closes and not open_bars else ")" if closes else "abs("
            open_bars += {"abs(": 1, ")": -1, "|": 0}[new]
        elif found in _VULGAR:
            new = f"({_VULGAR[found]})"
        else:
            new = _SIGNS.get(found, found)
        pieces.append(new)
        places += [match.start()] * len(new)
    return Spelled("".join(pieces), typed, (*places, len(typed)))


def plain_number(typed: str) -> str:
    """A number in plain signs.

    >>> plain_number("−½"), plain_number("3⁄4")
    ('-1/2', '3/4')
    """
    text = "".join(_SIGNS.get(c, c) for c in typed).strip(" ")
    # Nothing but a sign may stand beside it: 2½ is not 21/2.
    return text[:-1] + _VULGAR[text[-1]] if text.strip("+-") in _VULGAR else text
