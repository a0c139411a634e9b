"""What a claim displays, in LaTeX: on one line, or broken into rows that are aligned at `&`."""

from __future__ import annotations

from typing import Any

from ..theory.derivation.claims import Claim, Expansion, Sign
from ..theory.derivation.latex import broken_lines, latex, width_of
from ..theory.derivation.notation import name_of

_RELATIONS = {"<": "< 0", ">": "> 0", "≤": r"\le 0", "≥": r"\ge 0"}
_INDENT = 3.0  # of a continued line, in characters


def formula(claim: Claim) -> str:
    """The claim on one line; "" for one without a formula.

    >>> from trajalign.theory.derivation.claims import Expansion
    >>> from trajalign.theory.models import EPSILON, P
    >>> formula(Expansion((1 + EPSILON * P) ** 2, 1 + 2 * EPSILON * P, EPSILON, 2))
    '(1 + \\\\taEps \\\\taP)^{2} = 1 + 2 \\\\taEps \\\\taP + O(\\\\taEps^{2})'
    """
    if not claim.sides:
        return ""
    first, *others = map(latex, _shown_sides(claim))
    return first + "".join(f" = {side}" for side in others) + _tail(claim) + _place(claim)


def rows(claim: Claim, width: float) -> list[str]:
    """The claim in rows no wider than `width` characters, about, where it can be broken.

    One row has no `&`; of several, each has one, where they are aligned.
    """
    whole = formula(claim)
    if width_of(whole) <= width:
        return [whole]
    first, *others = _shown_sides(claim)
    left = latex(first)
    if width_of(left) > width / 2:
        found = _continued("&", broken_lines(first, width), r"&\quad ")
        room = width - _INDENT
        sign = r"&\quad = "
    else:
        room = width - width_of(left) - 3
        found, sign = [], "&= "
    for index, side in enumerate(others):
        lines = broken_lines(side, room)
        begin = f"{left} &= " if not found and not index else sign
        found += _continued(begin, lines, r"&\quad ")
    for tail in (_tail(claim), _place(claim)):
        if tail and width_of(found[-1] + tail) > width:
            found.append(rf"&\quad {{}}{tail}")
        else:
            found[-1] += tail
    return found if len(found) > 1 else [whole]


def _continued(begin: str, lines: list[str], indent: str) -> list[str]:
    return [begin + lines[0], *(indent + line for line in lines[1:])]


def _shown_sides(claim: Claim) -> tuple[Any, ...]:
    """The sides that are written: for an expansion whose right side is 0, only the left."""
    if isinstance(claim, Expansion) and claim.right == 0:
        return (claim.left,)
    return claim.sides


def _tail(claim: Claim) -> str:
    if isinstance(claim, Expansion):
        sign = "=" if claim.right == 0 else "+"
        name = name_of(claim.variable).written
        power = "" if claim.order == 1 else f"^{{{claim.order}}}"
        return f" {sign} O({name}{power})"
    return f" {_RELATIONS[claim.relation]}" if isinstance(claim, Sign) else ""


def _place(claim: Claim) -> str:
    pairs = [f"{latex(a)} = {latex(b)}" for a, b in getattr(claim, "at", ())]
    joined = r",\ ".join(pairs)
    return rf" \quad\text{{at }} {joined}" if pairs else ""
