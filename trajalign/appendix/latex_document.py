"""The LaTeX files: the fragment, the notation, a standalone document and the bibliography."""

from __future__ import annotations

import re
from pathlib import Path

from .. import __version__
from ..theory.derivation.claims import Cited, Enclosed, Step
from ..theory.errors import InputError
from ..theory.writing.inline import with_references
from ..theory.writing.macros import MACROS
from ..theory.writing.plain_text import plain_text
from ..theory.writing.references import bibtex
from . import latex_numbers
from .document import SHOWN, Document, Entry, continues, punctuation
from .formulas import rows
from .latex_standalone import Paper, standalone
from .numbers import Numbers

WRITTEN_BY = "% Written by trajalign"
NOTATION = "trajalign-notation"
BIBLIOGRAPHY = "trajalign"

_PLAIN = str.maketrans(
    {c: rf"\{c}" for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)
_STEM = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 58.0  # characters, about: 345 pt at 10 pt, the text width of article

_ENCLOSED = (
    r"\providecommand{\taEnclosed}[1]{\emph{(Proved in ball arithmetic; certificate "
    r"\texttt{#1}.)}}"
)


def fragment(document: Document) -> str:
    r"""What a paper takes in with \input, after the notation."""
    parts = [
        f"{WRITTEN_BY} {__version__} for the {document.model.name} model; it needs amsmath, "
        "amsthm, cleveref\n% and, before it, \\input{" + NOTATION + "}.",
        *document.introduction,
        _hypotheses(document),
        *(_entry(document, entry) for entry in document.entries),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def notation() -> str:
    """The macros that the fragment uses; a definition that stands before it is kept."""
    symbols = [rf"\providecommand{{\{name}}}{{{value}}}" for name, value in MACROS.items()]
    return (
        "\n".join(
            [
                f"{WRITTEN_BY} {__version__}. To change a symbol, define it before",
                r"% this file is read: \newcommand{\taEta}{\gamma} makes every step size a gamma.",
                *symbols,
                "% The heading of each derivation, the line that says how it was checked, and the",
                "% marks of what is argued in words or taken from elsewhere:",
                r"\AtBeginDocument{\providecommand{\texorpdfstring}[2]{#1}}% hyperref has its own",
                r"\providecommand{\taHeading}[1]{\section{#1}}",
                r"\providecommand{\taEvidence}[1]{\par\smallskip\noindent{\footnotesize #1}}",
                r"\providecommand{\taInWords}{\emph{(Argued in words.)}}",
                _ENCLOSED,
                r"\providecommand{\taTaken}[1]{\emph{(Taken from \cite{#1}; not proved here.)}}",
                "% The environments, where the document has none:",
                _environment("theorem", "Theorem"),
                _environment("lemma", "Lemma"),
            ]
        )
        + "\n"
    )


def _environment(name: str, title: str) -> str:
    counter = "" if name == "theorem" else "[theorem]"
    new = rf"\newtheorem{{{name}}}{counter}{{{title}}}"
    return rf"\ifcsname {name}\endcsname\else{new}\fi"


def bibliography(document: Document) -> str:
    """BibTeX entries of what is cited."""
    entries = "\n".join(map(bibtex, document.citations))
    return f"{WRITTEN_BY} {__version__}.\n{entries}"


def files(
    document: Document, stem: str, numbers: Numbers | None = None, paper: Paper = "a4"
) -> dict[str, str | bytes]:
    """The content of every file by its name; with numbers also of their tables and figures.

    `paper` is the size of the pages of the document that is complete.
    """
    head, more = f"{WRITTEN_BY} {__version__}.", numbers is not None
    whole = standalone(document, stem, head, with_numbers=more, paper=paper)
    texts: dict[str, str | bytes] = {
        f"{stem}.tex": fragment(document),
        f"{NOTATION}.tex": notation(),
        f"{stem}-standalone.tex": whole,
        f"{BIBLIOGRAPHY}.bib": bibliography(document),
    }
    if numbers is None:
        return texts
    head = f"{WRITTEN_BY} {__version__}; it needs booktabs and graphicx.\n"
    texts[f"{stem}-numbers.tex"] = head + latex_numbers.fragment(numbers, stem)
    return texts | latex_numbers.figure_files(numbers, stem)


def check_names(path: Path) -> None:
    """Refuse a path whose companions could not stand beside it or would replace others' files.

    Raises InputError.
    """
    if path.suffix != ".tex" or not _STEM.fullmatch(path.stem) or path.stem == NOTATION:
        raise InputError(
            f"cannot write {path}: --format latex writes NAME.tex, NAME of letters, digits, - and _"
        )
    companions = (f"{path.stem}-standalone.tex", f"{path.stem}-numbers.tex")
    for name in (f"{NOTATION}.tex", *companions, f"{BIBLIOGRAPHY}.bib"):
        companion = path.with_name(name)
        if companion.exists() and not _is_ours(companion):
            raise InputError(f"cannot write {companion}: it was not written by trajalign derive")


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(len(WRITTEN_BY)) == WRITTEN_BY
    except OSError:
        return False


def _hypotheses(document: Document) -> str:
    (_, general), *named = document.hypotheses
    items = "\n".join(rf"\item[{name}] {text}." for name, text in named)
    return (
        f"Throughout, {general}. The other hypotheses are used where they are named:\n"
        f"\\begin{{description}}\n{items}\n\\end{{description}}"
    )


def _called(entry: Entry) -> str:
    """What the reader calls it, in plain words, which are no LaTeX."""
    return f" [{entry.called.translate(_PLAIN)}]" if entry.called else ""


def _entry(document: Document, entry: Entry) -> str:
    derivation = entry.derivation
    anchor = document.anchor(derivation.label)
    body, steps = [], derivation.steps
    for index, step in enumerate(steps):
        if not step.claim.sides:
            body.append(_marked(document, entry, step))
        elif not continues(steps, index):
            later = range(index + 1, len(steps))
            end = next((k for k in later if not continues(steps, k)), len(steps))
            body.append(_display(document, entry, index, end))
    return "\n".join(
        [
            rf"\taHeading{{{_heading(derivation.title)}{_called(entry)}}}",
            rf"\begin{{{entry.kind}}}[\texttt{{{derivation.label}}}]\label{{{anchor}}}",
            _linked(document, entry, derivation.statement),
            rf"\end{{{entry.kind}}}",
            r"\begin{proof}",
            *body,
            rf"\taEvidence{{{entry.evidence}}}",
            *([rf"\taEvidence{{{_linked(document, entry, entry.read)}}}"] if entry.read else []),
            r"\end{proof}",
        ]
    )


def _heading(title: str) -> str:
    """A title, with how a bookmark says it where it has formulas."""
    if "$" not in title:
        return title
    return rf"\texorpdfstring{{{title}}}{{{plain_text(title)}}}"


def _marked(document: Document, entry: Entry, step: Step) -> str:
    match step.claim:
        case Enclosed(certificate):
            mark = rf"\taEnclosed{{{certificate[:SHOWN]}}}"
        case Cited(source) if source:
            mark = rf"\taTaken{{{source}}}"
        case _:
            mark = r"\taInWords{}"
    return f"{_linked(document, entry, step.text.strip())} {mark}"


def _display(document: Document, entry: Entry, start: int, end: int) -> str:
    """The steps from `start` to `end` as one display, after the words of the first."""
    steps = entry.derivation.steps
    lines = []
    for index in range(start, end):
        label = document.anchor(entry.derivation.label, steps[index].name)
        shown = _aligned(rows(steps[index].claim, _WIDTH), punctuation(steps, index))
        lines.append(f"{shown} \\label{{{label}}}")
    environment = "equation" if len(lines) == 1 else "gather"
    joined = " \\\\\n".join(lines)
    text = _linked(document, entry, steps[start].text.strip())
    shown = f"\\begin{{{environment}}}\n{joined}\n\\end{{{environment}}}"
    return f"{text}\n{shown}" if text else shown


def _aligned(lines: list[str], end: str) -> str:
    if len(lines) == 1:
        return f"  {lines[0]}{end}"
    broken = " \\\\\n  ".join(lines)
    return f"\\begin{{aligned}}\n  {broken}{end}\n\\end{{aligned}}"


def _linked(document: Document, entry: Entry, text: str) -> str:
    def refer(kind: str, names: list[str], begins: bool) -> str:
        places = []
        for name in names:
            target, step = document.target(kind, name, entry.derivation.label)
            places.append(document.anchor(target.derivation.label, step))
        return rf"\{'Cref' if begins else 'cref'}{{{','.join(places)}}}"

    return with_references(text, refer)
