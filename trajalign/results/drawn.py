"""A drawn figure and a written derivation."""

from __future__ import annotations

import html
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..appendix import html as page
from ..appendix import latex_document, text
from ..appendix.document import Document
from ..figures.drawing import draw, on_axes
from ..figures.picture import Picture
from ..files import write_together
from ..numerics.extras import require

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Figure:
    """A drawn picture; a notebook shows it, `save` writes it. `picture.csv()` has its numbers."""

    picture: Picture

    def save(self, file: str | Path) -> None:
        """Write it as PDF, SVG or PNG, by the suffix of the file."""
        path = Path(file)
        write_together({path: draw(self.picture, path.suffix.removeprefix(".").lower())})

    def plot(self, ax: Axes | tuple[Axes, ...] | None = None) -> Any:
        """Draw it on Matplotlib axes, new ones by default, and return these: as many as the figure
        has panels."""
        axes = on_axes(self.picture, ax)
        return axes[0] if len(axes) == 1 else axes

    def to_frame(self) -> pd.DataFrame:
        """Its points as a pandas frame: of which curve, how that looks, x and y."""
        return require("pandas", "notebook").read_csv(io.StringIO(self.picture.csv()))

    def __repr__(self) -> str:
        return f"{self.picture.caption}."

    def _repr_svg_(self) -> str:
        return draw(self.picture, "svg").decode()


@dataclass(frozen=True, repr=False)
class Derivation:
    """The derivations of a model, every step checked."""

    document: Document

    def __repr__(self) -> str:
        return text.page(self.document)

    def latex(self) -> str:
        """What a LaTeX document of one's own takes in."""
        return latex_document.fragment(self.document)

    def html(self) -> str:
        """A web page."""
        return page.page(self.document, None)

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{html.escape(self.html())}" width="100%" height="600"></iframe>'
