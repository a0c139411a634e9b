"""`figure-command`: a figure drawn by the command that stands under it, while the site is built."""

import os
import shlex
from pathlib import Path
from typing import ClassVar

from click.testing import CliRunner, Result
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from trajalign.cli import commands


class FigureCommand(SphinxDirective):
    """`trajalign figure …`, or another command that writes a figure, which `:file:` then names.

    The caption is what the command prints, or the directive's content.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"file": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Run the command in a folder of the build, and show what it wrote."""
        command = " ".join(self.arguments[0].split())
        program, *arguments = shlex.split(command)
        if program != "trajalign":
            raise self.error(f"not a command of trajalign: {command}")
        folder = Path(self.env.doctreedir, "figures", nodes.make_id(command))
        folder.mkdir(parents=True, exist_ok=True)
        done = _run_in(folder, arguments)
        file = folder / self.options.get("file", arguments[-1])
        if done.exit_code != 0 or not file.is_file():
            why = done.stderr.strip() or done.exception or f"no {file.name} was written"
            raise self.error(f"{command}: {why}")
        caption = nodes.caption("", " ".join(done.stdout.split()))
        if self.content:
            inside, messages = self.parse_inline("\n".join(self.content), lineno=self.lineno)
            caption = nodes.caption("", "", *inside, *messages)
        place = Path(os.path.relpath(file, Path(self.env.doc2path(self.env.docname)).parent))
        image = nodes.image(uri=place.as_posix(), alt=caption.astext(), classes=["drawn"])
        figure = nodes.figure("", image, caption)
        return [figure, nodes.literal_block(command, command, language="sh")]


def _run_in(folder: Path, arguments: list[str]) -> Result:
    before = Path.cwd()
    os.chdir(folder)
    try:
        return CliRunner().invoke(commands, arguments)
    finally:
        os.chdir(before)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("figure-command", FigureCommand)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
