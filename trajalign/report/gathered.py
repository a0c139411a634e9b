"""What a report shows, gathered from one run: verdicts, proofs, constants, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar

from flint import arb

from ..figures.explored import explored
from ..figures.kind import Request
from ..figures.kinds import KINDS
from ..figures.picture import Picture
from ..numerics.compile.balls import exact
from ..numerics.pools import Bar, workers
from ..theory.errors import InputError
from ..theory.models import Model
from ..verification.hypotheses.assumptions import Assumptions
from ..verification.hypotheses.certificates import certificate
from ..verification.kernel.readings import judged
from ..verification.running import runner
from ..verification.running.options import Options
from ..verification.running.runner import Control
from ..verification.theorems.certificate import Replayed
from ..verification.verdicts import Outcome, Verdict
from .proofs import ORDER, Proofs, derived

T = TypeVar("T")
P = ParamSpec("P")

FIGURES = ("bifurcation", "ladder", "sharpness", "exponential")
_DIGITS = 10


@dataclass(frozen=True)
class Drawing:
    """A figure, or why there is none."""

    kind: str
    picture: Picture | None
    why_not: str = ""


@dataclass(frozen=True)
class Hypotheses:
    """What is proved of the hypotheses: a certificate; r''(0); z0 and c as balls, if enclosed."""

    certificate: dict[str, Any]
    curvature: str
    z0: str
    c: str


@dataclass(frozen=True)
class Response:
    """All there is of one model with one loss or activation; `number` tells it from others.

    `explored` is the diagram to move through as JSON, "" where there is none.
    """

    number: int
    model: Model
    verdicts: tuple[Verdict, ...]
    hypotheses: Hypotheses
    proofs: Proofs
    drawings: tuple[Drawing, ...]
    explored: str = ""

    @property
    def prefix(self) -> str:
        """What its ids in the page begin with."""
        return prefix(self.number)


@dataclass(frozen=True)
class Content:
    """All there is; `controls` are None where no falsified statement was tried."""

    responses: tuple[Response, ...]
    options: Options
    controls: tuple[Control, ...] | None

    @property
    def verdicts(self) -> list[Verdict]:
        """Those of all responses, in their order."""
        return [verdict for response in self.responses for verdict in response.verdicts]


def gather(
    models: Sequence[Model],
    options: Options,
    *,
    controls: bool = False,
    theorems: Sequence[Replayed] = (),
    kernel: bool = False,
    jobs: int = 1,
    bar: Bar = lambda _: nullcontext(),
) -> Content:
    """Check every statement for every model, derive what can be derived, and draw the figures.

    `theorems` are shown with the derivations of their models; with `kernel` Coq reads these; `bar`
    opens a progress bar with this name. Raises what `runner.examine` raises.
    """
    with bar("verifying") as progress:
        found = runner.examine(models, options, controls=controls, jobs=jobs, progress=progress)
    with bar("deriving") as progress, workers(jobs) as pool:
        # All begin at once, where there is a pool.
        begun = [
            _Begun(number, model, pool, _theorem_of(model, theorems), kernel)
            for number, model in enumerate(models, start=1)
        ]
        responses = []
        for one in begun:
            verdicts = tuple(v for v in found.verdicts if _is_of(v, one.model))
            responses.append(one.finished(verdicts))
            if progress is not None:
                progress(one.number, len(begun))
    return Content(tuple(responses), options, tuple(found.controls) if controls else None)


class _Begun:
    """What stands beside the verdicts on one model, on its way."""

    def __init__(
        self,
        number: int,
        model: Model,
        pool: Executor | None,
        theorem: Replayed | None,
        kernel: bool,
    ) -> None:
        self.number, self.model = number, model
        # First: it takes longest.
        self._proofs = _later(pool, derived, model, prefix(number), theorem, kernel)
        self._drawings = [_later(pool, drawn, model, kind) for kind in FIGURES]
        self._hypotheses = _later(pool, proved, model)
        self._explored = _later(pool, to_explore, model)

    def finished(self, verdicts: tuple[Verdict, ...]) -> Response:
        drawings = tuple(drawing() for drawing in self._drawings)
        hypotheses, proofs = self._hypotheses(), self._proofs()
        verdicts = tuple(judged(verdict, proofs.shares) for verdict in verdicts)
        return Response(
            self.number, self.model, verdicts, hypotheses, proofs, drawings, self._explored()
        )


def prefix(number: int) -> str:
    """What the ids of the response with this number begin with."""
    return f"r{number}-"


def drawn(model: Model, kind: str) -> Drawing:
    """One figure, as `trajalign figure` draws it without further options."""
    try:
        return Drawing(kind, KINDS[kind].picture(Request(model, order=ORDER)))
    except InputError as error:
        return Drawing(kind, None, str(error))


def to_explore(model: Model) -> str:
    """The diagram to move through, as JSON; "" where there is none."""
    try:
        return explored(model).as_json()
    except InputError:
        return ""


def proved(model: Model) -> Hypotheses:
    """The hypotheses with their certificate, as `trajalign assumptions` judges them."""
    judged = Assumptions(model)
    z0 = c = ""
    analytic = judged.verdicts["analytic"].outcome is Outcome.PASS
    if analytic and (constants := judged.constants) is not None:
        low, high = constants.z0
        middle, radius = (low + high) / 2, (high - low) / 2
        z0 = arb(exact(middle), exact(radius)).str(_DIGITS)
        c = constants.c.str(_DIGITS)
    return Hypotheses(certificate([judged]), _curvature(model), z0, c)


def _curvature(model: Model) -> str:
    """r''(0); "" where there is none, or it is not what the laws are about."""
    if model.response.symmetry == "none":
        return ""
    try:
        return str(model.response.curvature)
    except InputError:
        return ""


def _theorem_of(model: Model, theorems: Sequence[Replayed]) -> Replayed | None:
    return next((found for found in theorems if found.model == model), None)


def _is_of(verdict: Verdict, model: Model) -> bool:
    return verdict.subject == (model.designation, model.response.text)


def _later(
    pool: Executor | None, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> Callable[[], T]:
    """Begin at once in the pool, or be ready to begin here."""
    if pool is None:
        return partial(function, *args, **kwargs)
    return pool.submit(function, *args, **kwargs).result
