"""The law of the edge on some thirty objectives, against descent: the table of docs/edge.md.

`python benchmarks/bench_edge.py` prints it, in a minute; with `--write` it goes into the page.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import sympy as sp

from trajalign.numerics.edge.landscape import Landscape
from trajalign.theory.edge.objective import Objective
from trajalign.theory.errors import InputError
from trajalign.theory.expressions.parsing import parse_rational
from trajalign.verification.edge.examination import Examined, examine
from trajalign.verification.edge.setting import ladder_in_constant, ladder_in_eta
from trajalign.verification.verdicts import Outcome, worst


@dataclass(frozen=True)
class Case:
    """An objective with what it is, a point near a minimum, constants, and the constant of the
    ladder where the step size is not it."""

    about: str
    text: str
    at: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    along: tuple[str, tuple[str, ...]] | None = None


_SMALL = ("1/25", "1/50", "1/100", "1/200")
CASES = (
    Case("the paper's toy", "log(cosh(x*y))", {"x": "0", "y": "4"}),
    Case("a product", "sqrt(1+(x*y)**2)", {"x": "0", "y": "4"}),
    Case("a loss that is not even", "exp(x*y) - x*y", {"x": "0", "y": "4"}),
    Case("soft cross-entropy", "log(1+exp(x*y)) - 4*x*y/5", {"x": "0.3", "y": "4"}),
    Case("a target", "log(cosh(x*y - 1))", {"x": "0.2", "y": "5"}),
    Case("Zhu et al.", "(1 - x**2*y**2)**2/2", {"x": "1/4", "y": "4"}),
    Case("tanh, then linear", "(tanh(x)*y)**2/2", {"x": "0", "y": "4"}),
    Case("tanh, log-cosh", "log(cosh(y*tanh(x)))", {"x": "0", "y": "4"}),
    Case("softplus with target", "sqrt(1+(y*log(1+exp(x)) - 2)**2)", {"x": "0.5", "y": "4"}),
    Case("sine unit", "(y*sin(x))**2/2", {"x": "0", "y": "4"}),
    Case(
        "Agarwala et al.",
        "(x**2 - a*y**2)**2/8",
        {"x": "1", "y": "8"},
        along=("a", _SMALL),
    ),
    Case("a valley along a parabola", "log(cosh(8*(y - x**2)))/8", {"x": "2", "y": "4"}),
    Case("a valley that narrows", "(1 + y**2)*log(cosh(x))", {"x": "0", "y": "6"}),
    Case(
        "the same, exponentially",
        "exp(a*y)*log(cosh(x))",
        {"x": "0", "y": "1"},
        along=("a", ("1/10", "1/20", "1/40", "1/80")),
    ),
    Case(
        "four weights, two units", "log(cosh(a*b + c*d))", {"a": "0", "b": "4", "c": "0", "d": "2"}
    ),
    Case("depth 3, log-cosh", "log(cosh(x*y*w))", {"x": "0", "y": "3", "w": "2"}),
    Case("depth 4, log-cosh", "log(cosh(a*b*c*d))", {"a": "0", "b": "2", "c": "3/2", "d": "2"}),
    Case(
        "a stable mode",
        "log(cosh(x*y)) + g*s*x**2/2 + 10*s**2",
        {"x": "0", "y": "6", "s": "0"},
        {"g": "40"},
    ),
    Case(
        "two stable modes",
        "log(cosh(x*y)) + 5*s*x**2 + 4*s**2 - 3*r*x**2 + 6*r**2 + s*r",
        {"x": "0", "y": "6", "s": "0", "r": "0"},
    ),
    Case(
        "tanh network, two layers and bias",
        "log(cosh(v*tanh(w) + b))",
        {"v": "4", "w": "0", "b": "0"},
    ),
    Case("square loss", "(x*y - 1)**2/2", {"x": "1/4", "y": "4"}),
    Case("square loss, depth 3", "(x*y*w - 1)**2/2", {"x": "1/8", "y": "4", "w": "2"}),
    Case("square loss, balanced", "(x*y - 1)**2/2", {"x": "1", "y": "1"}),
    Case("subcritical", "cosh(x*y)", {"x": "0", "y": "8"}),
    Case("subcritical, with target", "cosh(x*y - 1/2)", {"x": "0.1", "y": "8"}),
    Case("an isolated minimum", "log(cosh(x)) + (y - x**2)**2/4", {"x": "0", "y": "0"}),
    Case("an isolated one, subcritical", "cosh(x) + y**2/4", {"x": "0", "y": "0"}),
    Case("a circle of minima", "(x**2 + y**2 - 1)**2", {"x": "1", "y": "0"}),
    Case("c = 0", "x**2*y**2/2", {"x": "0", "y": "4"}),
    Case("λ critical on the minima", "(1 + y**2/10)*log(cosh(x))", {"x": "0", "y": "3"}),
    Case("a degenerate minimum", "x**2 + y**4", {"x": "0", "y": "0"}),
)
HEAD = (
    "| | objective | κ | measured over predicted, down the ladder | order | verdict |",
    "|---|---|---|---|---|---|",
)
PAGE = Path(__file__).parents[1] / "docs" / "edge.md"
_MARKS = "<!-- written by benchmarks/bench_edge.py -->\n", "<!-- to here -->\n"


def examined(case: Case) -> Examined:
    """What `trajalign edge` finds of it."""
    at = {name: parse_rational(value) for name, value in case.at.items()}
    known = {name: parse_rational(value) for name, value in case.constants.items()}
    names = tuple(sorted(at))

    def landscape(constants: dict[str, sp.Rational]) -> Landscape:
        return Landscape.of(Objective.parse(case.text, names, known | constants))

    if case.along is None:
        one = landscape({})
        return examine(one, ladder_in_eta(one, at, None))
    name, values = case.along
    every = [(f"{name} = {v}", landscape({name: parse_rational(v)})) for v in values]
    return examine(every[0][1], ladder_in_constant(every, at, None))


def row(case: Case) -> str:
    """The row of the table."""
    text = f"| {case.about} | `{case.text}` |"
    try:
        found = examined(case)
    except InputError as error:
        return f"{text} | | | refused: {str(error).split(': ', 1)[-1]} |"
    verdicts = found.verdicts()
    first = next((v for v in verdicts if "measured over predicted" in v.quantities), verdicts[0])
    values = first.quantities.get("measured over predicted", ())
    # A word stands for a rung that does not count.
    shown = (str(v) for v in values)
    numbers = ", ".join(v if v.isalpha() else f"{float(v):.5f}" for v in shown)
    sizes = [f"{one.rung.kappa:.3g}" for one in found.measured]
    kappas = f"{sizes[0]} … {sizes[-1]}" if len(sizes) > 1 else f"{found.first.kappa:.3g}"
    order = first.order.measured if first.order else ""
    outcome = worst([v.outcome for v in verdicts])
    why = verdicts[0].reason if outcome is not Outcome.PASS else ""
    label = "" if first.label in ("edge/gap", "edge/two-cycle") else f" ({first.label})"
    verdict = f"{outcome.value}{': ' if why else ''}{why}".replace("|κ|", "κ")
    return f"{text} {kappas} | {numbers}{label if numbers else ''} | {order} | {verdict} |"


def table() -> list[str]:
    """All of it."""
    return [*HEAD, *map(row, CASES)]


def shown(page: str) -> list[str]:
    """The rows that the page has."""
    return page.split(_MARKS[0])[1].split(_MARKS[1])[0].strip().split("\n")


if __name__ == "__main__":
    rows = table()
    if sys.argv[1:] == ["--write"]:
        text = PAGE.read_text("utf-8")
        before, after = text.split(_MARKS[0])[0], text.split(_MARKS[1])[1]
        PAGE.write_text(before + _MARKS[0] + "\n".join(rows) + "\n" + _MARKS[1] + after, "utf-8")
    else:
        print("\n".join(rows))
