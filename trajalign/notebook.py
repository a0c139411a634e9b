"""What one asks for in a notebook: a model from a text, its verdicts, orbits, figures, derivations.

Names are those of `import trajalign as ta`. A model may be given as what `linear` and `neuron`
return, or as a name of the catalogue; numbers as int, float (its shortest decimal, exactly), text,
Fraction or SymPy Rational.
"""

from __future__ import annotations

import html
import io
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from . import verdict_tables
from .appendix import html as page
from .appendix import latex_document, text
from .appendix.document import Document, document
from .figures.drawing import draw
from .figures.kind import Request
from .figures.kinds import KINDS, require_taken
from .figures.picture import Picture
from .files import write_together
from .numerics.orbits.iteration import Stops
from .numerics.orbits.loops import compile_loop
from .numerics.orbits.native import accelerated
from .numerics.orbits.recorded import Orbit, iterate
from .terminal import Output
from .theory.arguments import integer, optional, rational, shown
from .theory.derivation.book import appendix
from .theory.errors import ArgumentError, InputError
from .theory.models import Model, SingleNeuron, TwoLayerLinear, standard
from .theory.requirements import require_curved
from .theory.responses import ACTIVATIONS, LOSSES, Activation, Loss
from .verification.derivations.judging import check_appendix
from .verification.hypotheses.assumptions import Assumptions
from .verification.measuring.effort import QUICK, THOROUGH
from .verification.running import runner
from .verification.running.options import Options
from .verification.verdicts import Verdict

_STEPS = 10**6
_WIDE = 100  # columns of a table


def linear(loss: Any) -> TwoLayerLinear:
    """The two-layer linear network with a loss: a name of the catalogue, a text in z, a SymPy
    expression or a `Loss`. Raises InputError for what is none.

    >>> linear("log-cosh").name, linear("sqrt(1+z**2) - 1").response.curvature
    ('linear', -1)
    """
    return TwoLayerLinear(loss if isinstance(loss, Loss) else Loss(loss))


def neuron(activation: Any) -> SingleNeuron:
    """The single neuron with an activation, given like the loss of `linear`.

    >>> neuron("tanh").response.curvature
    -8/3
    """
    is_one = isinstance(activation, Activation)
    return SingleNeuron(activation if is_one else Activation(activation))


def model(given: Any) -> Model:
    """A model itself, or that of a name of the catalogue. Raises ArgumentError for anything else.

    >>> model("atan").name, model("arctan").name
    ('linear', 'neuron')
    """
    if isinstance(given, Model):
        return given
    if given in LOSSES:
        return linear(given)
    if given in ACTIVATIONS:
        return neuron(given)
    raise ArgumentError(
        f"model = {shown(given)}: need a model, as linear(...) and neuron(...) make them, or one "
        f"of {', '.join((*LOSSES, *ACTIVATIONS))}"
    )


@dataclass(frozen=True, repr=False)
class Verdicts(Sequence[Verdict]):
    """Verdicts, also by their labels; shown as a table."""

    all: tuple[Verdict, ...]
    seconds: float

    @overload
    def __getitem__(self, place: int | str) -> Verdict: ...
    @overload
    def __getitem__(self, place: slice) -> Verdicts: ...
    def __getitem__(self, place: int | str | slice) -> Verdict | Verdicts:
        if isinstance(place, slice):
            return Verdicts(self.all[place], self.seconds)
        if isinstance(place, int):
            return self.all[place]
        for verdict in self.all:
            if verdict.label == place:
                return verdict
        raise KeyError(place)

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.all)

    def _shown(self, **options: Any) -> Output:
        console = Output(file=io.StringIO(), width=_WIDE, record=True, **options)
        verdict_tables.print_verdicts(console, self.all, self.seconds)
        return console

    def __repr__(self) -> str:
        return self._shown().export_text().rstrip()

    def _repr_html_(self) -> str:
        console = self._shown(force_terminal=True)
        body = '<pre style="line-height:1.2">{code}</pre>'
        return console.export_html(inline_styles=True, code_format=body)


def verify(
    *given: Any,
    statements: Sequence[str] = (),
    eta: Any = None,
    digits: int | None = None,
    thorough: bool = False,
    jobs: int | None = None,
) -> Verdicts:
    """Judge every hypothesis and every statement, as `trajalign verify` does.

    Parameters: models, the paper's with their usual responses if there are none; `statements`, the
    labels to check (all by default); `eta`, the largest step size of the ladder; the decimal
    `digits` of the orbits; `jobs`, how many processes (all cores). Where new processes are not
    forked, a script that calls this begins with `if __name__ == "__main__":`. Raises InputError.

    >>> verify("log-cosh", statements=["linear/reduced-map"], jobs=1)["linear/reduced-map"].outcome
    <Outcome.PASS: 'pass'>
    """
    effort = THOROUGH if thorough else QUICK
    options = Options(frozenset(statements), optional(rational)(eta, "eta"), digits, effort)
    chosen = [model(one) for one in given] or standard()
    runner.require_known(options.labels, chosen, "statements:")
    begin = time.perf_counter()
    found = runner.verify(chosen, options, jobs=_jobs(jobs))
    return Verdicts(tuple(found), time.perf_counter() - begin)


def hypotheses(given: Any) -> Verdicts:
    """Prove or refute the hypotheses of the theorems, as `trajalign assumptions` does.

    >>> [verdict.outcome.value for verdict in hypotheses("log-cosh")] == ["pass"] * 9
    True
    """
    begin = time.perf_counter()
    found = tuple(Assumptions(model(given)).verdicts.values())
    return Verdicts(found, time.perf_counter() - begin)


def orbit(
    given: Any, eta: Any, p0: Any, q0: Any, *, digits: int = 30, steps: int = _STEPS
) -> Orbit:
    """One orbit of the reduced map, until |p| is negligible, as `trajalign orbit` does.

    Parameters: a model; the step size `eta` > 0; the start, p0 ≠ 0 and q0 > 0; the decimal `digits`
    that are to be good; the most `steps`. Raises InputError.

    >>> found = orbit("log-cosh", "1/20", "3/10", "9/10")
    >>> found.outcome, abs(float(found.q[-1]) - (1 + 3 / 4 * 0.05**2)) < 1e-5
    ('converged', True)
    """
    chosen = model(given)
    digits, steps = integer(digits, "digits"), integer(steps, "steps")
    start = rational(p0, "p0"), rational(q0, "q0")
    stops = Stops.at_rest(chosen.response.scale, digits, steps)
    loop = accelerated(compile_loop(chosen))
    return iterate(loop, rational(eta, "eta"), start, stops, digits=digits)


@dataclass(frozen=True)
class Figure:
    """A drawn picture; a notebook shows it, `save` writes it."""

    picture: Picture

    def save(self, file: str | Path) -> None:
        """Write it as PDF, SVG or PNG, by the suffix of the file."""
        path = Path(file)
        write_together({path: draw(self.picture, path.suffix.removeprefix(".").lower())})

    def __repr__(self) -> str:
        return f"{self.picture.caption}."

    def _repr_svg_(self) -> str:
        return draw(self.picture, "svg").decode()


def figure(
    kind: str, given: Any, *, eta: Any = None, p0: Any = None, q0: Any = None, **options: Any
) -> Figure:
    """A figure of one kind, as `trajalign figure` draws it: bifurcation, cobweb, alignment, ladder,
    sharpness, phase, proved, exponential or cascade.

    Parameters: a model; the step size; the start, of a phase diagram the values on its axes; what
    else the kind takes (`order`, `which`, `certificate`). Raises InputError.

    >>> figure("bifurcation", "log-cosh")
    Bifurcation diagram of the frozen map for log(cosh(z)), with an orbit at step size 1/20 ...
    """
    if kind not in KINDS:
        raise ArgumentError(f"kind = {shown(kind)}: known are {', '.join(KINDS)}")
    said = {"eta": eta, "p0": p0, "q0": q0} | options
    require_taken(kind, {name: name for name, value in said.items() if value is not None})
    step_size, start = optional(rational)(eta, "eta"), (_values(p0, "p0"), _values(q0, "q0"))
    return Figure(KINDS[kind].picture(Request(model(given), step_size, *start, **options)))


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


def derive(given: Any, order: int = 2) -> Derivation:
    """The derivation of every statement, each displayed line checked, as `trajalign derive` does.

    Raises InputError for an order not in 1 to 4, and DerivationError for a step that does not hold.
    """
    chosen = model(given)
    if not 1 <= integer(order, "order") <= 4:
        raise InputError(f"order = {order}: the slow curve is derived through h_1 to h_4")
    require_curved(chosen.response)
    found = appendix(chosen, order)
    return Derivation(document(chosen, found, check_appendix(found)))


def _values(given: Any, name: str) -> tuple[Any, ...] | None:
    if given is None:
        return None
    many = hasattr(given, "__iter__") and not isinstance(given, str)
    return tuple(rational(one, name) for one in given) if many else (rational(given, name),)


def _jobs(jobs: int | None) -> int:
    return (os.cpu_count() or 1) if jobs is None else integer(jobs, "jobs")
