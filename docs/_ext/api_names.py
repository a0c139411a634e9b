"""Docstrings that are plain words, and types that are named by the module they are defined in.

Docstrings are written to be read as they are: |p| and q* in them are mathematics, not markup. The
public name of `trajalign.theory.responses.Loss` is `trajalign.theory.Loss`; there the links lead.
"""

import importlib
import re
from functools import cache
from itertools import groupby

import click
from docutils.nodes import Element
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

ROOMS = (
    *("trajalign", "trajalign.theory", "trajalign.numerics", "trajalign.numerics.networks"),
    *("trajalign.verification", "trajalign.theory.models"),
)
_MARKED = re.compile(r"(`[^`]*`|(?<!\w)\*[^\s*](?:[^*]*[^\s*])?\*(?!\w))")  # code, emphasis
_ABSOLUTE = re.compile(r"\|(\S+?)\|")
_MARKUP = re.compile(r"([*|\\]|(?<=\w)_(?!\w))")


def as_markup(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Make a docstring markup: its words escaped, its tables literal, its examples as they are."""
    if what == "data":  # the docstring of a value is that of its class
        lines.clear()
    blocks = [list(block) for filled, block in groupby(lines, key=lambda s: s != "") if filled]
    lines[:] = [line for block in blocks for line in (*_block(block), "")]


def _block(lines: list[str]) -> list[str]:
    if lines[0].startswith(">>>"):
        return lines
    if any(line.startswith(" ") for line in lines):
        return ["::", "", *(f"    {line}" for line in lines)]
    return [_escaped(line) for line in lines]


def _escaped(line: str) -> str:
    parts = _MARKED.split(line)
    parts[::2] = [_MARKUP.sub(r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [rf"\ {part}\ " for part in parts[1::2]]  # whatever touches it
    return "".join(parts)


def of_commands(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Escape |p| in the help of a command."""
    lines[:] = [_ABSOLUTE.sub(r"\\|\1\\|", line) for line in lines]


@cache
def public_names() -> dict[str, str]:
    """The public name of everything that a room names, by where it is defined."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(room)
        for name in module.__all__:
            thing = getattr(module, name)
            home = getattr(thing, "__module__", None)
            if isinstance(home, str):
                place = f"{home}.{getattr(thing, '__qualname__', name)}"
                found.setdefault(place, f"{room}.{name}")
    return found


def find_public(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element
) -> Element | None:
    """Resolve a reference to a class by where it is defined, or by its bare name.

    What exists and is not public is named without a link.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    names = public_names()
    bare = [public for public in names.values() if public.rpartition(".")[2] == target]
    public = names.get(target) or (bare[0] if len(bare) == 1 else None)
    if public is None:
        return content if _exists(target) else None
    domain = env.domains.python_domain
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", public, node, content)


def _exists(target: str) -> bool:
    module, _, name = target.rpartition(".")
    if not module.startswith("trajalign."):
        return False
    try:
        return hasattr(importlib.import_module(module), name)
    except ImportError:
        return False


def setup(app: Sphinx) -> ExtensionMetadata:
    """Listen to autodoc and sphinx-click, and for references that nobody finds."""
    app.connect("autodoc-process-docstring", as_markup)
    for part in ("description", "options", "epilog"):
        app.connect(f"sphinx-click-process-{part}", of_commands)
    app.connect("missing-reference", find_public)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
