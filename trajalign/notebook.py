"""What one asks for in a notebook: a model from a text, its verdicts, orbits, figures, derivations.

Names are those of `import trajalign as ta`. A model may be given as what `linear`, `neuron`,
`product` and `deep` return, or as a name of the catalogue; numbers as int, float (its shortest
decimal, exactly), text, Fraction, or a number of SymPy, mpmath or NumPy. What takes longer is in
`notebook_runs`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .appendix.document import document
from .figures.bifurcation import diagram_picture, orbit_curve
from .figures.drawing import on_axes
from .figures.kind import Request
from .figures.kinds import KINDS, require_taken
from .numerics.orbits import recorded
from .numerics.orbits.iteration import Stops
from .numerics.orbits.loops import compile_loop
from .numerics.orbits.native import accelerated
from .progress import bar
from .python_words import in_python_words, processes
from .results.drawn import Derivation, Figure
from .results.orbits import Orbit
from .results.verdicts import Verdicts
from .theory.arguments import each, flag, integer, optional, rational, real, shown, string
from .theory.derivation.book import appendix
from .theory.errors import ArgumentError, InputError
from .theory.models import MODEL, Deep, Product, SingleNeuron, TwoLayerLinear, standard
from .theory.models.product import FOUND
from .theory.requirements import normalised, require_curved
from .theory.responses import Activation, Loss, Response, response_of
from .verification.derivations.judging import check_appendix
from .verification.hypotheses.assumptions import Assumptions
from .verification.measuring.effort import QUICK, THOROUGH
from .verification.running import runner
from .verification.running.options import Options

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = TypeVar("Kind", bound=Response)

_STEPS = 10**6


def linear(loss: Any, *, normalise: bool = False) -> TwoLayerLinear:
    """The two-layer linear network with a loss: a name of the catalogue, a text in z, a SymPy
    expression or a `Loss`.

    `normalise` takes the multiple of the loss with ℓ''(0) = 1, which has the same descent at
    ℓ''(0) times the step size; every η said of the model is such a one. Raises InputError for what
    is no loss.

    >>> linear("log-cosh").name, linear("sqrt(1+z**2) - 1").response.curvature
    ('linear', -1)
    >>> linear("z**2 - z**4/9", normalise=True).response.text
    '(z**2 - z**4/9)/2'
    """
    return TwoLayerLinear(_response(Loss, loss, normalise))


def neuron(activation: Any, *, normalise: bool = False) -> SingleNeuron:
    """The single neuron with an activation, given like the loss of `linear`.

    >>> neuron("tanh").response.curvature
    -8/3
    """
    return SingleNeuron(_response(Activation, activation, normalise))


def product(loss: Any, *, minimum: Any = FOUND, target: Any = 0) -> Product:
    """The two-layer linear network with a target, for any loss about one of its minima.

    Parameters: a loss, which need not be even or normalised; its `minimum`, an exact number or a
    text such as "log(4)" (looked for if none is named); the `target`. Raises InputError.

    >>> product("log-cosh", target=1).settings
    {'minimum': '0', 'target': '1'}
    """
    return Product(_response(Loss, loss, False), minimum, rational(target, "target"))


def deep(loss: Any, *, depth: int = 3) -> Deep:
    """The product of `depth` weights, all but one of them equal, with a loss as for `linear`.

    >>> deep("log-cosh", depth=4).designation
    'deep, depth 4'
    """
    return Deep(_response(Loss, loss, False), integer(depth, "depth"))


def _response(kind: type[Kind], given: Any, normalise: bool) -> Kind:
    found = response_of(kind)(given, kind.noun)
    if flag(normalise, "normalise"):
        found = normalised(found).response
    assert isinstance(found, kind)
    return found


def verify(
    *given: Any,
    statements: str | Sequence[str] = (),
    eta: Any = None,
    digits: int | None = None,
    thorough: bool = False,
    jobs: int | None = None,
) -> Verdicts:
    """Judge every hypothesis and every statement, as `trajalign verify` does.

    Parameters: models, the paper's with their usual responses if there are none; `statements`, the
    label or labels to check (all by default); `eta`, the largest step size of the ladder; the
    decimal `digits` of the orbits; `thorough`, minutes instead of seconds; `jobs`, how many
    processes (all cores; where these could not be forked and this is a script, one: for more, it
    has to begin with `if __name__ == "__main__":`). Returns `Verdicts`. Raises InputError.

    >>> verify("log-cosh", statements="linear/reduced-map", jobs=1)["linear/reduced-map"].outcome
    <Outcome.PASS: 'pass'>
    """
    labels = (
        (statements,) if isinstance(statements, str) else each(string)(statements, "statements")
    )
    effort = THOROUGH if flag(thorough, "thorough") else QUICK
    options = Options(frozenset(labels), optional(rational)(eta, "eta"), digits, effort)
    chosen = [MODEL(one, "model") for one in given] or standard()
    with in_python_words(), bar("checking") as progress:
        runner.require_known(options.labels, chosen, "statements:")
        begin = time.perf_counter()
        jobs = processes(jobs)
        found = runner.examine(chosen, options, controls=False, jobs=jobs, progress=progress)
    seconds = time.perf_counter() - begin
    return Verdicts(tuple(found.verdicts), seconds, found.information)


def hypotheses(given: Any) -> Verdicts:
    """Prove or refute the hypotheses of the theorems, as `trajalign assumptions` does.

    >>> [verdict.outcome.value for verdict in hypotheses("log-cosh")] == ["pass"] * 9
    True
    """
    begin = time.perf_counter()
    found = tuple(Assumptions(MODEL(given, "model")).verdicts.values())
    return Verdicts(found, time.perf_counter() - begin)


def orbit(
    given: Any, eta: Any, p0: Any, q0: Any, *, digits: int = 30, steps: int = _STEPS
) -> Orbit:
    """One orbit of the reduced map, until |p| is negligible, as `trajalign orbit` does.

    Parameters: a model; the step size `eta` > 0; the start, p0 ≠ 0 and q0 > 0; the decimal `digits`
    that are to be good; the most `steps`. Returns an `Orbit`. Raises InputError.

    >>> found = orbit("log-cosh", "1/20", "3/10", "9/10")
    >>> found.outcome, abs(float(found.q[-1]) - (1 + 3 / 4 * 0.05**2)) < 1e-5
    ('converged', True)
    """
    chosen = MODEL(given, "model")
    digits, steps = integer(digits, "digits"), integer(steps, "steps")
    start = rational(p0, "p0"), rational(q0, "q0")
    stops = Stops.at_rest(chosen.response.scale, digits, steps)
    loop = accelerated(compile_loop(chosen))
    found = recorded.iterate(loop, rational(eta, "eta"), start, stops, digits=digits)
    return Orbit.of(chosen, found)


def plot_diagram(given: Any, *runs: Any, ax: Axes | None = None) -> Axes:
    """Draw the bifurcation diagram of a model with runs on it, one's own too, and return the axes.

    A run is an `Orbit`, or a pair of sequences: p_t and q_t from t = 0 on. `ax` are Matplotlib axes
    to draw on, by default new ones. Raises InputError.

    >>> axes = plot_diagram("log-cosh", ([0.3, -0.2, 0.1], [0.8, 0.81, 0.82]))
    >>> axes.get_xlabel(), axes.get_ylabel()
    ('$p$', '$q$')
    """
    curves = [orbit_curve(*_run(run, f"runs[{k}]")) for k, run in enumerate(runs)]
    return on_axes(diagram_picture(MODEL(given, "model"), curves), ax)[0]


def _run(run: Any, name: str) -> tuple[Sequence[Any], Sequence[Any]]:
    if isinstance(run, recorded.Orbit):
        return run.p, run.q
    p, q = each(each(real), 2)(run, name)
    if not p or len(p) != len(q):
        raise ArgumentError(f"{name}: need as many p as q, not {len(p)} and {len(q)}")
    return p, q


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
    return Figure(KINDS[kind].picture(Request(MODEL(given, "model"), step_size, *start, **options)))


def derive(given: Any, order: int = 2) -> Derivation:
    """The derivation of every statement, each displayed line checked, as `trajalign derive` does.

    Raises InputError for an order not in 1 to 4, and DerivationError for a step that does not hold.
    """
    chosen = MODEL(given, "model")
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
