"""Diagrams in Mermaid as a drawing and a table: which label rests on which, without a script.

A node of the drawing leads to its row of the table; a label there leads to its theorem on the pages
of `derivations`, where it has one.
"""

import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from trajalign.figures.layered import Node, layered

_NODE = re.compile(r'^\s*(\w+)\["([^"]+)"\]\s*$')
_ARROW = re.compile(r"^\s*(\w+) --> (\w+)\s*$")

_ORDER = re.compile(r"-\d+$")


class Mermaid(SphinxDirective):
    """A `graph` of named nodes and arrows; anything else in it is an error."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The drawing; a row for each node, with those from which arrows lead to it."""
        names: dict[str, str] = {}
        sources: dict[str, list[str]] = {}
        for line in self.content[1:]:
            if match := _NODE.match(line):
                names[match[1]] = match[2]
            elif match := _ARROW.match(line):
                sources.setdefault(match[2], []).append(match[1])
            else:
                raise self.error(f"no part of a diagram: {line.strip()}")
        model = next((n.split("/")[0] for n in names.values() if n.endswith("/reduced-map")), "")
        rows = [
            _row([_label(name, model)], [_label(names[s], model) for s in sources.get(ident, [])])
            for ident, name in names.items()
        ]
        for ident, row in zip(names, rows, strict=True):
            row["ids"].append(f"{model}-{ident}")  # two models share labels
        shown = {
            ident: Node(name.removeprefix(f"{model}/"), f"#{model}-{ident}", name)
            for ident, name in names.items()
        }
        drawing = layered(sources, shown, f"What rests on what: {model}")
        group = nodes.tgroup("", nodes.colspec(colwidth=40), nodes.colspec(colwidth=60), cols=2)
        head = _row([nodes.Text("label")], [nodes.Text("rests on")])
        group += [nodes.thead("", head), nodes.tbody("", *rows)]
        scrolled = f'<div class="scrolled" tabindex="0" role="group">{drawing}</div>'
        return [nodes.raw("", scrolled, format="html"), nodes.table("", group)]


def _row(*cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *map(_entry, cells))


def _entry(shown: list[nodes.Node]) -> nodes.entry:
    inside: list[nodes.Node] = []
    for node in shown or [nodes.Text("—")]:
        inside += [nodes.Text(", "), node] if inside else [node]
    return nodes.entry("", nodes.paragraph("", "", *inside))


def _label(name: str, model: str) -> nodes.Node:
    theorem = _ORDER.sub("", name)  # one for all orders of the slow curve
    anchor = f"ta:{theorem}" if name.startswith(f"{model}/") else f"ta:{model}:{theorem}"
    return pending_xref("", nodes.literal("", name), refdomain="std", reftype="ref",
                        reftarget=anchor, refexplicit=True, if_any=True)  # fmt: skip


def without_theorem(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """A label that has no theorem is shown without a link."""
    return content if node.get("if_any") else None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("mermaid", Mermaid)
    app.connect("missing-reference", without_theorem)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
