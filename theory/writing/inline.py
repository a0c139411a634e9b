"""The texts of derivations, LaTeX with a few commands, taken apart for other formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerParseError,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import MacroSpec

from ..errors import InputError
from .macros import MACROS

REFERENCE = re.compile(r"\\(stepref|thmref)\{([^{}]*)\}")
_REFERENCES = re.compile(r"\\(stepref|thmref)\{[^{}]*\}(?:(?:,| and|, and)\s\\\1\{[^{}]*\})*")
_ONE_ARGUMENT = (
    *("stepref", "thmref", "cite", "emph", "textit", "textbf", "texttt", "text"),
    *("operatorname", "mathrm", "mathsf", "mathbb", "hat", "tilde", "bar"),
)
_MARKS = MappingProxyType({"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code"})
_SPECIALS = MappingProxyType({"``": "“", "''": "”", "~": "\xa0", "--": "–", "---": "—", "`": "‘"})
_CHARACTERS = MappingProxyType(
    {" ": " ", ",": "\xa0", "&": "&", "%": "%", "$": "$", "#": "#", "_": "_"}
    | {"dots": "…", "ldots": "…", "S": "§", "quad": " ", "-": ""}
)


@dataclass(frozen=True)
class Style:
    """How a format writes the parts of a text."""

    characters: Callable[[str], str]
    formula: Callable[[str], str]  # of inline LaTeX
    marked: Callable[[str, str], str]  # ("em", "strong" or "code"; what is inside)
    reference: Callable[[str, list[str], bool], str]  # (command, names, begins a sentence)
    citation: Callable[[list[str]], str]


def rendered(text: str, style: Style) -> str:
    r"""A text in another format. Raises InputError for a command that it does not know.

    It may contain $formulas$, \emph and the like, \stepref, \thmref and \cite.
    """
    together = with_references(text, lambda kind, names, _: rf"\{kind}{{{'|'.join(names)}}}")
    return _Renderer(style).all(nodes_of(together))


def with_references(text: str, refer: Callable[[str, list[str], bool], str]) -> str:
    """A text with \\stepref and \\thmref replaced by refer(kind, names, begins a sentence).

    References of one kind with nothing but commas and "and" between them come together.
    """

    def replaced(match: re.Match[str]) -> str:
        before = text[: match.start()].rstrip()
        names = [name for _, name in REFERENCE.findall(match[0])]
        return refer(match[1], names, not before or before[-1] in ".:?!")

    return _REFERENCES.sub(replaced, text)


def nodes_of(latex: str) -> list[Any]:
    """The parse tree of a piece of LaTeX. Raises InputError where it cannot be parsed."""
    try:
        found, _, _ = LatexWalker(
            latex, latex_context=_context(), tolerant_parsing=False
        ).get_latex_nodes()
    except LatexWalkerParseError as error:
        raise InputError(f"not the LaTeX of a text: {' '.join(str(error).split())}") from None
    return list(found)


def without_macros(latex: str) -> str:
    r"""LaTeX with the macros of the notation replaced by their default meaning.

    >>> without_macros(r"\taEta^{2} \taP")
    '\\eta{}^{2} p{}'
    """
    while True:
        before = latex
        latex = _MACRO.sub(_meaning, latex)
        if latex == before:
            return latex


def _meaning(match: re.Match[str]) -> str:
    before = f"{match[1]} " if match[1] else ""  # a command ends where the macro began
    return f"{before}{MACROS[match[2]]}{{}}"


_MACRO = re.compile(
    rf"(\\[A-Za-z]+)?\\({'|'.join(sorted(MACROS, key=len, reverse=True))})(?![A-Za-z])"
)


@cache
def _context() -> Any:
    context = get_default_latex_context_db()
    known = [MacroSpec(name, "{") for name in _ONE_ARGUMENT]
    known += [MacroSpec(name, "{{") for name in ("frac", "tfrac", "dfrac")]
    context.add_context_category("derivations", macros=known, prepend=True)
    return context


@dataclass
class _Renderer:
    style: Style
    before: str = ""  # what was written last, to see where sentences begin

    def all(self, nodes: Sequence[Any]) -> str:
        return "".join(self.one(node) for node in nodes)

    def one(self, node: Any) -> str:
        shown = self._shown(node)
        self.before = shown.rstrip() or self.before
        return shown

    def _shown(self, node: Any) -> str:
        if isinstance(node, LatexCharsNode):
            return self.style.characters(node.chars)
        if isinstance(node, LatexMathNode):
            left, right = node.delimiters
            return self.style.formula(node.latex_verbatim()[len(left) : -len(right)])
        if isinstance(node, LatexSpecialsNode) and node.specials_chars in _SPECIALS:
            return self.style.characters(_SPECIALS[node.specials_chars])
        if isinstance(node, LatexSpecialsNode) and not node.specials_chars.strip():
            return self.style.characters(" ")
        if isinstance(node, LatexGroupNode):
            return self.all(node.nodelist)
        if isinstance(node, LatexMacroNode):
            return self._macro(node)
        raise InputError(f"no part of a text: {node.latex_verbatim()[:60]!r}")

    def _macro(self, node: Any) -> str:
        name, space = node.macroname, self.style.characters(node.macro_post_space)
        if name in ("stepref", "thmref"):
            begins = not self.before or self.before[-1] in ".:?!"
            return self.style.reference(name, argument(node).split("|"), begins)
        if name == "cite":
            return self.style.citation([key.strip() for key in argument(node).split(",")])
        if name in _MARKS:
            inside = self.all(node.nodeargd.argnlist[0].nodelist)
            return self.style.marked(_MARKS[name], inside)
        if name in _CHARACTERS:
            return self.style.characters(_CHARACTERS[name]) + space
        raise InputError(f"a text may not contain \\{name}")


def argument(node: Any) -> str:
    """The first argument of a command, as it is written, without its braces."""
    found = node.nodeargd.argnlist[0]
    if isinstance(found, LatexGroupNode):
        return "".join(str(inner.latex_verbatim()) for inner in found.nodelist)
    return str(found.latex_verbatim())
