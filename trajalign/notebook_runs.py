"""What takes longer, in a notebook: a theorem proved, an objective descended, many orbits run.

Names are those of `import trajalign as ta`; models and numbers are given as in `notebook`.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp

from .numerics.edge.landscape import Landscape
from .numerics.edge.traced import traced
from .numerics.grids.grid import grid
from .progress import bar
from .python_words import in_python_words, processes
from .results.edge import Edge
from .results.neighbours import Neighbours
from .results.sweep import Sweep
from .results.theorem import Proved
from .results.verdicts import Verdicts
from .theorem_file import replayed
from .theory.arguments import Convert, each, flag, optional, rational, shown, string
from .theory.edge.objective import Objective
from .theory.errors import ArgumentError
from .theory.from_sympy import as_text
from .theory.models import MODEL
from .verification.edge.examination import examine
from .verification.edge.setting import ladder_of
from .verification.neighbours import effort
from .verification.neighbours.table import check, rows_of
from .verification.theorems import search
from .verification.theorems.asked import wanted
from .verification.theorems.certificate import rounded

_ENDS: Convert = optional(each(rational, 2))


def prove(
    given: Any, *, eta0: Any = None, q0: Any = None, p0: Any = None, jobs: int | None = None
) -> Proved:
    """Prove alignment, limit, saturation, sharpening and crossing for all η ≤ η₀ and all starts in
    a box, as `trajalign prove` does, in ball arithmetic.

    Parameters: a model; η₀, the largest that is found if none is said; the ends (A, B) of q0, with
    c < A < B < 1; the ends of |p0|: all up to B, times being told from A on. Returns a `Proved`.
    Raises InputError for what no theorem is about, NotProvedError where the search finds no proof.

    >>> found = prove("log-cosh", eta0="1/50", q0=("4/5", "0.81"), jobs=1)
    >>> found.eta0, found.numbers["alignment"] < 1
    ('1/50', True)
    """
    chosen = MODEL(given, "model")
    asked = optional(rational)(eta0, "eta0"), _ENDS(q0, "q0"), _ENDS(p0, "p0")
    said = {"eta0": eta0, "q0": q0, "p0": p0}
    told = {name: f"{name} = {shown(value)}" for name, value in said.items()}
    begin = time.perf_counter()
    with in_python_words(), bar("proving") as progress:
        proof, theorem = search.prove(
            chosen, wanted(chosen, *asked, told), progress, processes(jobs)
        )
    return Proved(chosen, proof, rounded(theorem), time.perf_counter() - begin)


def replay(file: Any, *, jobs: int | None = None) -> Proved:
    """Prove a certificate anew, one that `Proved.save` or `trajalign prove --certificate` wrote;
    nothing is searched. Raises InputError, and NotProvedError where it does not prove what it says.
    """
    begin = time.perf_counter()
    with in_python_words():
        found = replayed(file, "--file", jobs=processes(jobs), bar=bar)
    return Proved(found.model, found.proof, found.theorem, time.perf_counter() - begin)


def edge(
    objective: Any,
    *,
    parameters: Sequence[str] | None = None,
    at: Mapping[str, Any] | None = None,
    eta: Any = None,
    constants: Mapping[str, Any] | None = None,
    along: tuple[str, Sequence[Any]] | None = None,
) -> Edge:
    """Say what descent on an objective does where ηλ passes 2, and hold descent against it, as
    `trajalign edge` does.

    Parameters: L as a text or a SymPy expression in any names, or as a function of its parameters
    in JAX; the names of its `parameters` in their order (every name, sorted); a point near a
    minimum (one is looked for); the first step size of the ladder (2/λ there); the values of names
    that are `constants`; a constant with its values, (name, values), that makes the ladder instead
    of the step size. Returns an `Edge`. Raises InputError.

    >>> edge("log(cosh(x*y))", at={"x": 0, "y": 4}).kind
    'supercritical'
    """
    point, size = optional(_values)(at, "at"), optional(rational)(eta, "eta")
    known = _values({} if constants is None else constants, "constants")
    names = optional(each(string))(parameters, "parameters")

    def landscape(more: Mapping[str, sp.Rational]) -> Landscape:
        return _landscape(objective, names, known | dict(more))

    with in_python_words(), bar("descending") as progress:
        first, rungs = ladder_of(landscape, _axis(along), point, size)
        found = examine(first, rungs, progress)
    return Edge(found, Verdicts(tuple(found.verdicts()), found.seconds))


def neighbours(
    *keys: str, thorough: bool = False, controls: bool = False, jobs: int | None = None
) -> Neighbours:
    """Check what neighbouring papers claim, as `trajalign neighbours` does.

    Parameters: the keys of the papers ("damian", …), all by default; `thorough`, a minute instead
    of ten seconds; `controls`, falsified claims too. Returns `Neighbours`. Raises InputError.

    >>> [one.finding.label for one in neighbours("damian", jobs=1)]
    ['damian/reflection']
    """
    chosen = effort.THOROUGH if flag(thorough, "thorough") else effort.QUICK
    begin = time.perf_counter()
    with in_python_words(), bar("descending") as progress:
        found = check(
            rows_of(each(string)(keys, "keys")),
            chosen,
            controls=flag(controls, "controls"),
            jobs=processes(jobs),
            progress=progress,
        )
    return Neighbours(tuple(found), time.perf_counter() - begin)


def sweep(
    given: Any,
    eta: Any,
    p0: Any,
    q0: Any,
    *,
    steps: int = 100_000,
    engine: str | None = None,
) -> Sweep:
    """How the orbits from every (p0, q0) at every step size end, as `trajalign sweep` does.

    Parameters: a model; η, p0 and q0, each a number or a sequence of numbers, such as `linspace`
    gives; the most `steps`; the engine, "jax" or "numpy". Returns a `Sweep`. Raises InputError, and
    MissingExtraError without xarray.

    >>> sweep("log-cosh", 0.1, 1, [0.8, 4], engine="numpy").counts
    {'edge_of_stability': 1, 'gradient_flow': 1}
    """
    chosen, axes = MODEL(given, "model"), (_axis_of(v) for v in (eta, p0, q0))
    begin = time.perf_counter()
    with in_python_words(), bar("orbits") as progress:
        found = grid(chosen, *axes, steps=steps, engine=engine, progress=progress)
    return Sweep(chosen, found, time.perf_counter() - begin)


def _axis_of(values: Any) -> Any:
    """One number as a sequence of one."""
    several = hasattr(values, "__iter__") and getattr(values, "shape", None) != ()
    return values if several and not isinstance(values, str) else [values]


def _values(given: Any, name: str) -> dict[str, sp.Rational]:
    if not isinstance(given, Mapping):
        raise ArgumentError(f"{name} = {shown(given)}: need a mapping of names to numbers")
    return {string(k, name): rational(value, f"{name}[{k!r}]") for k, value in given.items()}


def _axis(along: Any) -> tuple[str, tuple[sp.Rational, ...]] | None:
    if along is None:
        return None
    name, values = each(lambda part, _: part, 2)(along, "along")
    return string(name, "along[0]"), each(rational)(values, "along[1]")


def _landscape(
    objective: Any, names: tuple[str, ...] | None, known: Mapping[str, sp.Rational]
) -> Landscape:
    if isinstance(objective, str | sp.Expr):
        text = objective if isinstance(objective, str) else as_text(objective)
        return Landscape.of(Objective.parse(text, names, known))
    if not callable(objective):
        raise ArgumentError(
            f"objective = {shown(objective)}: need a text, a SymPy expression or a function in JAX"
        )
    if known:
        raise ArgumentError("constants and along go with an expression, not with a function")
    return traced(
        _name(objective), names or tuple(inspect.signature(objective).parameters), objective
    )


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "objective"))
