"""`trajalign orbit`: one orbit of a reduced map, at high precision."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import sympy as sp
from click.core import ParameterSource
from flint import arb, ctx

from .. import __version__, orbit_output
from ..files import check_outputs, write
from ..numerics.compile.program import exact
from ..numerics.curve.fast_forward import fast_forward
from ..numerics.curve.motion import Estimate
from ..numerics.orbits.enclosed_loops import compile_enclosed_loop
from ..numerics.orbits.enclosures import enclose_accurately
from ..numerics.orbits.files import OrbitFile
from ..numerics.orbits.iteration import Moment, Stops
from ..numerics.orbits.limits import compile_tail, enclose_limit
from ..numerics.orbits.loops import compile_loop
from ..numerics.orbits.native import accelerated
from ..numerics.orbits.recorded import iterate
from ..numerics.precision import working_bits
from ..orbit_output import Question, Result
from ..terminal import Output, status_line
from ..theory import models
from ..theory.errors import InputError
from ..theory.models import Model
from .model_options import Asked, model_options
from .options import FILE, WholeNumber, json_option, positive, rational

_HEIGHTS = "; ".join(f"{n}: {m.about.start[1]}" for n, m in models.built_in().items())
_ENDED = ("converged", "crossed", "at the minimum")


@click.command(
    short_help="Follow one orbit at high precision.",
    epilog="""\b
Examples:
  trajalign orbit linear --eta 0.05
  trajalign orbit neuron --activation erf --eta 1/100 --p0 0.2 --digits 200
  trajalign orbit linear --eta 1e-6 --fast-forward
""",
)
@model_options(required=True)
@click.option("--eta", metavar="R", required=True, help="The step size, such as 0.05 or 1/20.")
@click.option(
    "--p0", metavar="R", help="Where p starts [default: 3/10]; with --fast-forward also: curve."
)
@click.option("--q0", metavar="R", help=f"Where q starts [default: {_HEIGHTS}].")
@click.option(
    "--digits",
    metavar="N",
    type=WholeNumber(5, 10_000),
    default=50,
    show_default=True,
    help="Decimal digits that are to be good.",
)
@click.option(
    "--steps",
    metavar="N",
    type=WholeNumber(1, 10**9),
    default=10**6,
    show_default=True,
    help="Stop after N steps.",
)
@click.option(
    "--until",
    metavar="R",
    help="Stop at |p| <= R with q > 1 [default: where q no longer moves in its digits].",
)
@click.option("--to-crossing", is_flag=True, help="Stop at the first q > 1.")
@click.option(
    "--every",
    metavar="K",
    type=WholeNumber(1, 10**9),
    default=100,
    show_default=True,
    help="Record each K-th step, and the last.",
)
@click.option(
    "--fast-forward",
    "fast",
    is_flag=True,
    help="Go along the slow curve, in time that does not depend on the number of steps.",
)
@click.option(
    "--at",
    "places",
    metavar="T",
    multiple=True,
    type=WholeNumber(0, 10**30),
    help="With --fast-forward: show this step (repeatable).",
)
@click.option("--enclose", is_flag=True, help="Rigorous: balls that contain the true orbit.")
@click.option(
    "--keep",
    metavar="FILE",
    type=FILE,
    help="Save the orbit here while it runs; go on from it if it exists.",
)
@json_option
@click.option(
    "--csv", "csv_file", metavar="FILE", type=FILE, help="Write t, p, q as CSV; - for stdout."
)
def orbit(
    asked: Asked,
    eta: str,
    p0: str | None,
    q0: str | None,
    digits: int,
    steps: int,
    until: str | None,
    to_crossing: bool,
    every: int,
    fast: bool,
    places: tuple[int, ...],
    enclose: bool,
    keep: str | None,
    json_file: str | None,
    csv_file: str | None,
) -> int:
    """Follow one orbit of the reduced map from (p0, q0).

    Numbers are exact: 0.05, 1/20 and 5e-2 are the same. The precision is chosen so that the digits
    asked for are good, which a second run at higher precision checks. Exit status 0 if the orbit
    converges or comes to p = 0, 3 if it does not. Refused are a response with r(0) other than 1,
    for which q = 1 is not the edge, and a start that no weights of the model have.
    """
    chosen = asked.model()
    if fast and enclose:
        raise InputError("--fast-forward and --enclose exclude each other")
    if keep is not None and (fast or enclose):
        raise InputError("--keep is for orbits that are run step by step")
    if fast:
        _refuse_given("steps", "until", "every", "to_crossing")
    if places and not fast:
        raise InputError("--at needs --fast-forward; step by step, --every says what is recorded")
    check_outputs(json=json_file, csv=csv_file)
    question = Question(
        chosen,
        positive(eta, "--eta"),
        _start(chosen, p0, q0, fast),
        digits,
        every,
        Stops.at_rest(
            chosen.response.scale,
            digits,
            steps,
            until=None if until is None else positive(until, "--until"),
            at_crossing=to_crossing,
        ),
    )
    begin = time.perf_counter()
    with status_line("orbit") as tell:
        if fast:
            result = _fast_forward(question, places)
        elif enclose:
            result = _enclosed(question)
        else:
            result = _step_by_step(question, keep, tell)
    seconds = time.perf_counter() - begin
    if json_file is not None:
        write(json_file, orbit_output.as_json(question, result, __version__))
    if csv_file is not None:
        write(csv_file, orbit_output.as_csv(result))
    if "-" not in (json_file, csv_file):
        orbit_output.show(Output(), question, result, seconds)
    return 0 if result.outcome in _ENDED else 3


def _refuse_given(*names: str) -> None:
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            option = name.replace("_", "-")
            raise InputError(f"--{option} has no meaning with --fast-forward; --at chooses steps")


def _start(
    model: Model, p0: str | None, q0: str | None, fast: bool
) -> tuple[sp.Rational | None, sp.Rational]:
    q = positive(q0 or str(model.about.start[1]), "--q0")
    if p0 == "curve" and fast:
        return None, q
    p = rational(p0 or str(model.about.start[0]), "--p0")
    if p == 0:
        raise InputError(f"--p0 {p0}: an orbit from p = 0 stays there; start at another p")
    return p, q


def _step_by_step(question: Question, keep: str | None, tell: Callable[[str], None]) -> Result:
    def progress(now: Moment) -> None:
        p, q = now.p.str(5, radius=False), (1 / now.u).str(12, radius=False)
        tell(f"t = {now.step}, p = {p}, q = {q}")

    keeper = None if keep is None else OrbitFile(Path(keep), question.about)
    found = iterate(
        accelerated(compile_loop(question.model)),
        question.eta,
        question.start,
        question.stops,
        digits=question.digits,
        every=question.every,
        progress=progress,
        keeper=keeper,
    )
    rows = [
        (t, _number(p, question.digits), _number(q, question.digits))
        for t, p, q in zip(found.times, found.p, found.q, strict=True)
    ]
    facts: dict[str, str | int | None] = {
        "steps": found.steps,
        "crossing": found.crossing,
        "good_digits": found.good_digits,
        "zero_digits": found.zero_digits,
        "last_q": rows[-1][2],
        "last_2/(eta*q)": _sharpness(question, found.q[-1]),
    }
    if found.zero_digits is None:
        del facts["zero_digits"]
    return Result("step by step", found.outcome, rows, facts)


def _fast_forward(question: Question, places: Sequence[int]) -> Result:
    found = fast_forward(question.model, question.eta, question.start, digits=question.digits)
    steps = places or (0, found.aligned, found.crossing // 2, found.crossing - 1, found.crossing)
    rows = []
    for t in sorted(set(steps)):
        p, q = found.at(t)
        rows.append((t, _estimate(p, question.digits), _estimate(q, question.digits)))
    facts: dict[str, str | int | None] = {
        "aligned": found.aligned,
        "crossing": found.crossing,
        "crossing_error": found.crossing_error,
        "good_digits": found.good_digits,
        "limit": _estimate(found.limit, question.digits),
        "limit_error": found.limit.error.str(3, radius=False),
        "limiting_sharpness": _limiting_sharpness(question, found.limit),
    }
    return Result("fast-forward", "converged", rows, facts)


def _enclosed(question: Question) -> Result:
    found = enclose_accurately(
        compile_enclosed_loop(question.model),
        question.eta,
        question.start,
        question.stops,
        digits=question.digits,
        every=question.every,
    )
    limit = enclose_limit(compile_tail(question.model), found)
    digits = question.digits
    rows = [
        (t, p.str(digits), q.str(digits))
        for t, p, q in zip(found.times, found.p, found.q, strict=True)
    ]
    facts: dict[str, str | int | None] = {
        "steps": found.steps,
        "earliest_crossing": found.earliest_crossing,
        "latest_crossing": found.latest_crossing,
        "limit": limit.outcome if limit.q is None else limit.q.str(digits),
    }
    if limit.q is not None:
        with ctx.workprec(found.bits):
            facts["limiting_sharpness"] = (2 / (exact(question.eta) * limit.q)).str(digits)
    return Result("enclosed", found.outcome, rows, facts)


def _sharpness(question: Question, q: arb) -> str:
    """The sharpness at p = 0 for this q."""
    with ctx.workprec(working_bits(question.digits)):
        return _number(2 / (exact(question.eta) * q), question.digits)


def _limiting_sharpness(question: Question, limit: Estimate) -> str:
    """2/(ηq*), in as many digits as are good of q*."""
    with ctx.workprec(working_bits(question.digits)):
        value = 2 / (exact(question.eta) * limit.value)
        error = abs(value * limit.error / limit.value).upper()
        return _estimate(Estimate(value.mid(), error), question.digits)


def _number(x: arb, digits: int) -> str:
    return x.str(digits, radius=False)


def _estimate(x: Estimate, digits: int) -> str:
    """In the digits that are good; where none is, 0 and how far from it the number can be."""
    if x.good_digits < 1:
        with ctx.workprec(64):
            return f"0 +/- {(abs(x.value) + x.error).upper().str(3, radius=False)}"
    return _number(x.value, min(digits, x.good_digits))
