"""The texts of derivations in the Markdown of the pages, with references that Sphinx resolves."""

import re

from trajalign.appendix.document import Document, Entry, Link, links
from trajalign.theory.writing.inline import Style, rendered, without_macros

_MARKS = {"em": ("*", "*"), "strong": ("**", "**"), "code": ("`", "`")}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~^:])")


def words(document: Document, text: str, entry: Entry | None = None) -> str:
    """A text as MyST Markdown."""

    def refer(kind: str, names: list[str], begins: bool) -> str:
        here = entry.derivation.label if entry else ""
        return "".join(map(_link, links(document, kind, names, here, begins)))

    def cite(keys: list[str]) -> str:
        numbers = (document.citations.index(key) + 1 for key in keys)
        refs = (
            f"{{ref}}`{number} <ta:{document.model.name}:cite:{key}>`"
            for number, key in zip(numbers, keys, strict=True)
        )
        return rf"\[{', '.join(refs)}\]"

    def marked(mark: str, inside: str) -> str:
        opening, closing = _MARKS[mark]
        return f"{opening}{inside}{closing}"

    return rendered(
        text,
        Style(
            characters=lambda plain: _SPECIAL.sub(r"\\\1", plain),
            formula=lambda latex: f"{{math}}`{without_macros(latex)}`",
            marked=marked,
            reference=refer,
            citation=cite,
        ),
    )


def _link(link: Link) -> str:
    if not link.anchor:
        return link.text
    is_equation = link.text.startswith("(")
    return f"{{eq}}`{link.anchor}`" if is_equation else f"{{ref}}`{link.anchor}`"
