r"""LaTeX as MathML, spaced as in print: no scripts, no network."""

from __future__ import annotations

import re

from latex2mathml.converter import convert

from ..theory.functions import ROWS
from ..theory.writing.inline import without_macros

_PRIMES = re.compile(r"('+)\^(?:\{([^{}]*)\}|(\w))")
_EMPTY_BASE = re.compile(r"\{\}(?=[\^_'])")  # between a symbol and its exponent
_OUTER = re.compile(r"^<math[^>]*>")

# What latex2mathml leaves to the browser's table of operators, and fonts to chance.
_CLOSE = '<mo lspace="0" rspace="0"'
_BEFORE_A_SIGN = "|".join(f"&#x{ord(c):05X};" for c in "=<>≤≥↦→,(")
_NAME = "|".join(("log", *(row.word for row in ROWS)))
_BASE = r"<mi>[^<]*</mi>|<mover>(?:(?!</?mover>).)*</mover>"
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (  # | ‖ /
            r'<mo(?: stretchy="false")?>(&#x0(?:007C|2016|002F);)</mo>',
            rf'{_CLOSE} stretchy="false">\1</mo>',
        ),
        (rf"(<mo[^>]*>(?:{_BEFORE_A_SIGN})</mo>)<mo>(&#x02212;)", rf"\1{_CLOSE}>\2"),  # a sign
        (rf"(<mi>(?:{_NAME})</mi>)(?=<m[ins])", r'\1<mspace width="0.167em" />'),
        (rf"(</m(?:i|n|sup|sub|frac)>)(?=<mi>(?:{_NAME})</mi>)", r'\1<mspace width="0.167em" />'),
        (rf"<msup>({_BASE})<mi>(&#x0203[234];)</mi></msup>", rf"<mrow>\1{_CLOSE}>\2</mo></mrow>"),
        ("<mi>&#x00064;</mi>", '<mi mathvariant="normal">d</mi>'),
    )
]


def mathml(latex: str, *, display: bool = False) -> str:
    r"""A formula, or rows aligned at &, as MathML.

    >>> mathml(r"\taEta").startswith('<math xmlns="http://www.w3.org/1998/Math/MathML"')
    True
    """
    lines = latex.split("\n")
    if len(lines) == 1:
        return _math(_converted(latex), display)
    cells = [[_converted(side) for side in line.split("&", 1)] for line in lines]
    table = "".join(
        f'<mtr><mtd style="text-align: right">{left}</mtd>'
        f'<mtd style="text-align: left">{right}</mtd></mtr>'
        for left, right in cells
    )
    return _math(f'<mtable displaystyle="true">{table}</mtable>', display)


def _math(inner: str, display: bool) -> str:
    kind = ' display="block"' if display else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{kind}>{inner}</math>'


def _converted(latex: str) -> str:
    if not latex.strip():
        return ""
    latex = _EMPTY_BASE.sub("", without_macros(latex))
    whole = convert(_PRIMES.sub(_as_superscript, latex))
    inner = _OUTER.sub("", whole).removesuffix("</math>")
    for pattern, replacement in _RULES:
        inner = pattern.sub(replacement, inner)
    return inner


def _as_superscript(match: re.Match[str]) -> str:
    """Primes and a power as one superscript, as latex2mathml wants them."""
    primes = r"\prime " * len(match[1])
    return f"^{{{primes}{match[2] or match[3]}}}"
