"""A whole LaTeX document around the derivations: a page of its own size, links, bookmarks."""

from __future__ import annotations

from typing import Literal

from .. import __version__
from ..theory.writing.plain_text import plain_text
from . import latex_numbers
from .document import Document

Paper = Literal["a4", "letter"]
PAPERS: tuple[Paper, ...] = ("a4", "letter")

# cleveref has to be the last package, and hyperref to be before it alone.
_PREAMBLE = r"""\documentclass[{paper}paper]{{article}}
\usepackage[textwidth=390pt,vmargin=1.1in,heightrounded]{{geometry}}
\usepackage[T1]{{fontenc}}
\usepackage{{lmodern}}
\usepackage{{amsmath,amsthm}}
{packages}\usepackage[unicode,colorlinks,allcolors=taLink,bookmarksnumbered,bookmarksopen]{{hyperref}}
\usepackage[noabbrev]{{cleveref}}
\crefname{{theorem}}{{Theorem}}{{Theorems}}
\crefname{{lemma}}{{Lemma}}{{Lemmas}}
\numberwithin{{equation}}{{section}}
\definecolor{{taLink}}{{rgb}}{{0.04,0.31,0.63}}
\emergencystretch=3em
\renewcommand{{\topfraction}}{{0.9}}
\renewcommand{{\bottomfraction}}{{0.6}}
\renewcommand{{\textfraction}}{{0.05}}
\renewcommand{{\floatpagefraction}}{{0.75}}
"""


def standalone(
    document: Document, stem: str, head: str, *, with_numbers: bool = False, paper: Paper = "a4"
) -> str:
    """A whole document around the fragment in STEM.tex, and STEM-numbers.tex after it.

    `head` is its first line; `paper` the size of its pages.
    """
    packages = ["xcolor", *latex_numbers.PACKAGES] if with_numbers else ["xcolor"]
    about = {
        "pdftitle": plain_text(document.title),
        "pdfauthor": f"trajalign {__version__}",
        "pdfsubject": "Companion to Song and Yun, Trajectory Alignment, NeurIPS 2023",
    }
    return "\n".join(
        [
            head,
            _PREAMBLE.format(paper=paper, packages=f"\\usepackage{{{','.join(packages)}}}\n"),
            rf"\hypersetup{{{','.join(f'{name}={{{text}}}' for name, text in about.items())}}}",
            r"\input{trajalign-notation}",
            rf"\title{{{document.title}}}",
            rf"\author{{trajalign {__version__}}}",
            r"\date{}",
            r"\begin{document}",
            r"\maketitle",
            rf"\input{{{stem}}}",
            *([rf"\input{{{stem}-numbers}}", r"\FloatBarrier"] if with_numbers else []),
            r"\bibliographystyle{plain}",
            r"\bibliography{trajalign}",
            r"\end{document}",
            "",
        ]
    )
