r"""Formulas as MathML, by the converter of the appendix: no scripts, no network.

A displayed formula is one line, or rows that end in `\\` and are aligned at `&`.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from trajalign.appendix.mathml import mathml

ROW_END = "\\\\\n"


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    translator.body.append(mathml(" ".join(node.astext().split())))
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number if it has one."""
    rows = [" ".join(row.split()) for row in node.astext().strip().split(ROW_END)]
    classes = "formula numbered" if node["number"] else "formula"
    # A theme may have put a box with the same id around it.
    named = node.parent.get("ids") != node["ids"]
    start = translator.starttag(node, "div", CLASS=classes) if named else f'<div class="{classes}">'
    translator.body.append(start)
    translator.body.append(mathml("\n".join(rows), display=True))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the renderer as `mathml`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
