"""LaTeX formulas as one line of plain Unicode."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from pylatexenc.latex2text import get_default_latex_context_db
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexSpecialsNode,
)

from ..errors import InputError
from ..functions import ROWS
from .inline import nodes_of, without_macros

_PLAIN = "0123456789+-()=ijnkmptx"
_SUPERSCRIPTS = dict(zip(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾⁼ⁱʲⁿᵏᵐᵖᵗˣ", strict=True)) | {
    "⊤": "ᵀ",
    "−": "⁻",
    "T": "ᵀ",
}
_SUBSCRIPTS = dict(zip(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₍₎₌ᵢⱼₙₖₘₚₜₓ", strict=True)) | {
    "*": "*",
    "−": "₋",
    "∞": "∞",
    "v": "ᵥ",
}
_ACCENTS = MappingProxyType({"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"})
_IGNORED = frozenset(
    ("left", "right", "big", "bigl", "bigr", "Big", "Bigl", "Bigr", "!", "displaystyle")
)
_SPACES = frozenset((",", ";", ":", " ", "quad", "qquad"))
_SYMBOLS = MappingProxyType(
    {name: name for name in ("log", "max", "min", "sup", "inf", "lim", "det")}
    | {row.word: row.word for row in ROWS}
    | {"lvert": "|", "rvert": "|", "vert": "|"}
    | {"lVert": "‖", "rVert": "‖", "|": "‖", "{": "{", "}": "}", "colon": ":", "top": "⊤"}
    | {"dots": "…", "ldots": "…", "cdots": "…", "tr": "tr", "implies": "⟹", "iff": "⟺"}
    | {"varphi": "φ", "phi": "φ", "varepsilon": "ε", "epsilon": "ε", "ne": "≠"}
)
_LETTERS = MappingProxyType({"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ"})
_RELATION = re.compile(r"\s*([=<>≤≥≠≈∈→↦⟹⟺≪≫∼×·∘∪∩⊂])\s*")
_BINARY = re.compile(r"(?<=[\w)'|‖⁰-₎])([+−])(?=[\w(√|‖])")
_RAISED = re.escape("".join((*_SUPERSCRIPTS.values(), *_SUBSCRIPTS.values())))
_NAME = rf"[^\W\d_][{_RAISED}{''.join(_ACCENTS.values())}']*"
_FACTOR = re.compile(rf"\d+[{_RAISED}]*|√?{_NAME}|√?\(\)[{_RAISED}]*")
_WORDS = "|".join(row.word for row in ROWS)
_APPLIED = re.compile(rf"(?:[rφℓhλμΛDδO]|{_WORDS})[{_RAISED}']*\(\)[{_RAISED}]*")
_FRACTION = "\ue000"  # private marks around a fraction, while it is not known what follows
_END = "\ue001"


def plain_math(latex: str) -> str:
    r"""One line of Unicode that says the same.

    >>> plain_math(r"\taP \left(1 - \frac{2 \taR}{\taQ} + \taEta^{2} \taP^{2} \taR^{2}\right)")
    'p (1 − 2 r/q + η² p² r²)'
    >>> plain_math(r"-\frac{1}{2}\left(\frac{\taP}{\taR + 1}\right)")
    '−(1/2) (p/(r + 1))'

    Raises InputError for a command that it does not know.
    """
    text = _all(nodes_of(without_macros(latex)))
    return _tidy(text)


def _tidy(text: str) -> str:
    # A fraction that something multiplies gets parentheses: (1/2) x, not 1/2 x.
    inside = rf"{_FRACTION}([^{_FRACTION}{_END}]*){_END}"
    text = re.sub(rf"(?<=[\w)'⁰-₎]){inside}", r" (\1)", text)
    text = re.sub(rf"{inside}(?=\s*[\w(√|‖∫∑])", r"(\1) ", text)
    text = text.replace(_FRACTION, "").replace(_END, "")
    text = _RELATION.sub(r" \1 ", text.replace("-", "−"))
    text = _BINARY.sub(r" \1 ", text)
    text = re.sub(r"\s*\xa0\s*", "   ", text.replace("( · )", "(·)"))
    return re.sub(r"(?<! ) {2}(?! )", " ", text).strip()


def _all(nodes: Sequence[Any]) -> str:
    found, index = "", 0
    pieces = _pieces(nodes)
    while index < len(pieces):
        piece = pieces[index]
        if piece in ("^", "_") and index + 1 < len(pieces):
            found = found.rstrip() + _script(piece, _tidy(pieces[index + 1]))
            index += 2
        else:
            found += piece
            index += 1
    return found


def _pieces(nodes: Sequence[Any]) -> list[str]:
    """The formula in pieces; each ^ and _ stands alone, before what it raises or lowers."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, LatexCharsNode):
            for part in re.split(r"([\^_])", re.sub(r"\s+", " ", node.chars)):
                if found and found[-1] in ("^", "_") and part not in ("", "^", "_"):
                    part = part.lstrip()
                    found += [part[0], part[1:]]
                elif part:
                    found.append(part)
        else:
            found.append(_one(node))
    return found


def _one(node: Any) -> str:
    if isinstance(node, LatexGroupNode):
        return _all(node.nodelist)
    if isinstance(node, LatexSpecialsNode):
        return str({"''": "''", "&": "", "~": " "}.get(node.specials_chars, node.specials_chars))
    if isinstance(node, LatexEnvironmentNode) and node.environmentname == "pmatrix":
        source = "".join(inner.latex_verbatim() for inner in node.nodelist)
        lines = [[plain_math(x) for x in line.split("&")] for line in source.split(r"\\")]
        return f"({'; '.join(', '.join(line) for line in lines)})"
    if isinstance(node, LatexMacroNode):
        return _macro(node)
    raise InputError(f"no part of a formula: {node.latex_verbatim()[:60]!r}")


def _macro(node: Any) -> str:
    name, space = node.macroname, node.macro_post_space and " "
    arguments = [a for a in (node.nodeargd.argnlist if node.nodeargd else ()) if a is not None]
    if name in ("frac", "tfrac", "dfrac"):
        above, below = (_tidy(_one_or_chars(a)) for a in arguments)
        if re.search(r"[-+−=]", re.sub(r"‖[^‖]*‖", "", _outside(above))[1:]):
            above = f"({above})"
        return f"{_FRACTION}{above}/{_as_factor(below)}{_END}{space}"
    if name == "sqrt":
        return f"√{_as_factor(_tidy(_one_or_chars(arguments[0])))}{space}"
    if name in _ACCENTS:
        return f"{_tidy(_one_or_chars(arguments[0]))}{_ACCENTS[name]}{space}"
    if name == "mathbb":
        letter = _one_or_chars(arguments[0])
        return f"{_LETTERS.get(letter, letter)}{space}"
    if name == "text":
        return "".join(str(inner.latex_verbatim()) for inner in arguments[0].nodelist)
    if name in ("mathrm", "mathsf", "operatorname"):
        return _one_or_chars(arguments[0]) + space
    if name in _IGNORED:
        return ""
    if name in ("lvert", "lVert"):
        return _SYMBOLS[name]
    if name in _SPACES:
        return "\xa0" if "quad" in name else " "
    symbol = _SYMBOLS.get(name) or _symbols().get(name)
    if symbol is None:
        raise InputError(f"\\{name} has no form in plain text")
    return symbol if name in ("pm", "mp") else f"{symbol}{space}"


def _one_or_chars(node: Any) -> str:
    return str(node.chars) if isinstance(node, LatexCharsNode) else _one(node)


def _script(kind: str, text: str) -> str:
    text = text.replace(" ", "")
    table = _SUPERSCRIPTS if kind == "^" else _SUBSCRIPTS
    if text and all(c in table for c in text):
        return "".join(table[c] for c in text)
    return f"{kind}{text}" if len(text) == 1 else f"{kind}({text})"


def _as_factor(text: str) -> str:
    """In parentheses unless it is one factor."""
    outside = _outside(text, "()")
    one = _FACTOR.fullmatch(outside) or _APPLIED.fullmatch(outside)
    return text if one else f"({text})"


def _outside(text: str, instead: str = "") -> str:
    """What stands outside of all parentheses; `instead` stands for each of them."""
    found, depth = "", 0
    for c in text:
        depth -= c == ")"
        if depth == 0 and c not in "()":
            found += c
        found += instead if depth == 0 and c == ")" else ""
        depth += c == "("
    return found


@cache
def _symbols() -> dict[str, str]:
    """What pylatexenc knows of commands that are a symbol."""
    context = get_default_latex_context_db()
    found = {}
    for category in context.category_list:
        for spec in context.d[category]["macros"].values():
            if isinstance(spec.simplify_repl, str) and len(spec.simplify_repl) == 1:
                found[spec.macroname] = spec.simplify_repl
    return found
