"""What Sphinx and the theme write, put right for keyboards, screen readers and narrow screens."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

_AFTER_THE_THEME = 900
_MATH = r"<math xmlns=[^>]*\"><mrow>(?:(?!</math>).)*</math>"
_TOUCHED = re.compile(rf"(\(?{_MATH}[.,;:)]+)")
_PARAMETERS = re.compile(r"<dl>\n((?:<dd>.*?</dd>\n)+)</dl>")


def repair(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Repair one page before it is written."""
    if "body" in context:
        context["body"] = repaired(context["body"])
    if "furo_navigation_tree" in context:  # headings without a level
        tree = context["furo_navigation_tree"]
        context["furo_navigation_tree"] = tree.replace(
            'role="heading"', 'role="heading" aria-level="2"'
        )


def repaired(body: str) -> str:
    """A page's body: formulas stay with their punctuation, what scrolls is reached by keyboard,
    and the parameters of a long signature are no list of definitions."""
    together = _TOUCHED.sub(r'<span class="together">\1</span>', body)
    return _PARAMETERS.sub(_lines, together.replace("<pre>", '<pre tabindex="0">'))


def _lines(match: re.Match[str]) -> str:
    lines = match[1].replace("<dd>", '<span class="parameter">').replace("</dd>", "</span>")
    return f'<span class="parameters">{lines}</span>'


def setup(app: Sphinx) -> ExtensionMetadata:
    """Listen to the writing of pages, after the theme."""
    app.connect("html-page-context", repair, priority=_AFTER_THE_THEME)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
