"""The numbers of an appendix in LaTeX: booktabs tables, and figures as PDF."""

from __future__ import annotations

import re

from ..figures.drawing import draw
from .numbers import Numbers, Row

_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_FRACTION = re.compile(r"(-?)(\d+)/(\d+)")
_DIGITS = 7
_VERDICTS = {"not-applicable": "n/a"}

PACKAGES = ("booktabs", "graphicx", "placeins")


def fragment(numbers: Numbers, stem: str) -> str:
    r"""What comes after the derivations: \input needs booktabs and graphicx, and the figures."""
    name = numbers.model.name
    parts = [
        rf"\taHeading{{Numbers}}\label{{ta:{name}:numbers}}",
        "Every statement whose hypotheses hold was also tried on orbits of the reduced map, "
        r"computed with at least $50$ digits. \Cref{ta:" + name + ":statements} has, for each, the "
        "coefficient that the derivation gives, the one measured (extrapolated to step size $0$ "
        "where the statement is asymptotic), and the order of its error. The evidence is "
        r"\emph{enclosed} for a proof in ball arithmetic over the whole stated range, "
        r"\emph{derived} for an exact identity, and \emph{sampled} where orbits or random points "
        "agree.",
        _hypotheses(numbers),
        _statements(numbers),
        *(_figure(numbers, stem, k) for k in range(len(numbers.pictures))),
    ]
    return "\n\n".join(parts) + "\n"


def figure_files(numbers: Numbers, stem: str) -> dict[str, bytes]:
    """The figures' contents by the names under which the fragment includes them."""
    return {f"{stem}-{picture.kind}.pdf": draw(picture, "pdf") for picture in numbers.pictures}


def _hypotheses(numbers: Numbers) -> str:
    rows = [[_short(row), row.verdict, row.evidence] for row in numbers.hypotheses]
    caption = "The hypotheses for this response."
    return _table(
        numbers, "hypotheses", caption, "lll", ["hypothesis", "verdict", "evidence"], rows
    )


def _statements(numbers: Numbers) -> str:
    head = ["statement", "verdict", "evidence", "derived", "measured", "order", "measured"]
    rows = [
        [
            rf"\texttt{{{row.label.removeprefix(numbers.model.name + '/')}}}",
            _VERDICTS.get(row.verdict, row.verdict),
            row.evidence,
            *map(_number, (row.exact, row.measured, row.claimed_order, row.measured_order)),
        ]
        for row in numbers.statements
    ]
    caption = "The statements on orbits: coefficients and orders, derived and measured."
    return _table(numbers, "statements", caption, "lllrrrr", head, rows)


def _table(
    numbers: Numbers, name: str, caption: str, columns: str, head: list[str], rows: list[list[str]]
) -> str:
    body = " \\\\\n".join(" & ".join(row) for row in rows)
    return "\n".join(
        [
            r"\begin{table}[!htbp]\centering\footnotesize\setlength{\tabcolsep}{4pt}",
            r"\setlength{\abovecaptionskip}{0pt}\setlength{\belowcaptionskip}{6pt}",
            rf"\caption{{{caption}}}\label{{ta:{numbers.model.name}:{name}}}",
            rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
            r"\toprule",
            " & ".join(head) + r" \\",
            r"\midrule",
            body + r" \\",
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    )


def _figure(numbers: Numbers, stem: str, index: int) -> str:
    kind = numbers.pictures[index].kind
    return "\n".join(
        [
            r"\begin{figure}[!htbp]\centering",
            rf"\includegraphics{{{stem}-{kind}.pdf}}",
            rf"\caption{{{_caption(numbers, kind)}}}\label{{ta:{numbers.model.name}:{kind}}}",
            r"\end{figure}",
        ]
    )


def _caption(numbers: Numbers, kind: str) -> str:
    sizes = [f"${eta}$" for eta in numbers.step_sizes]
    match kind:
        case "bifurcation":
            orbits = f", and orbits with step size {sizes[0]}" if sizes else ""
            return (
                r"The bifurcation diagram of the frozen map (stable branches thick, unstable ones "
                rf"dashed){orbits}."
            )
        case "alignment":
            return (
                r"What is left of $\taQ_t/\taR(\taP_t) - 1$ along an orbit after $0$, $1$ and $2$ "
                r"terms of the slow curve (marks), and the size of the next term (lines); step "
                rf"size {sizes[-1]}."
            )
        case _:
            return (
                r"The same at the passage of $\taQ = 1$ for the step sizes "
                rf"{', '.join(sizes[:-1])} and {sizes[-1]}, against $\taEps$."
            )


def _short(row: Row) -> str:
    return row.label.split("/")[-1]


def _number(text: str) -> str:
    """A number as the verdict has it, its decimals cut to what fits."""
    if match := _FRACTION.fullmatch(text):
        return rf"${match[1]}{match[2]}/{match[3]}$"
    if _PLAIN.fullmatch(text):
        return f"${text[: _DIGITS + 2 + text.startswith('-')]}$"
    return text.replace("≥ ", r"$\ge$ ")
