"""What a model is: its definition in parameter space and its reduced map in (p, q).

The reduced map is kept generic in r, so that one derivation serves every loss and activation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import sympy as sp

from ..arguments import Convert, shown
from ..errors import ArgumentError
from ..expressions.parsing import Z
from ..responses import Response, response_of
from .laws import GENERAL, Laws
from .options import ModelOption, told
from .solution import SolutionSharpness

P = sp.Symbol("p", real=True)
Q = sp.Symbol("q", positive=True)
ETA = sp.Symbol("eta", positive=True)
EPSILON = sp.Symbol("epsilon", positive=True)

R = sp.Function("r")  # the response, while it is generic
PHI_SQUARED = sp.Function("w")  # φ², while it is generic (neuron only)


@dataclass(frozen=True)
class ReducedModel:
    """p' and q' in P, Q, ETA, and the Hessian's 2×2 block that carries the largest eigenvalue."""

    p_next: sp.Expr
    q_next: sp.Expr
    trace: sp.Expr
    determinant: sp.Expr

    @property
    def sharpness(self) -> sp.Expr:
        """The larger eigenvalue of the block."""
        return (self.trace + sp.sqrt(self.trace**2 - 4 * self.determinant)) / 2


@dataclass(frozen=True)
class ParameterSpace:
    """The definition a reduced model is checked against: objective, p and q of the parameters."""

    parameters: tuple[sp.Symbol, ...]
    objective: sp.Expr
    p: sp.Expr
    q: sp.Expr


# What is derived for a model of which nothing but its map is known, as modules of
# theory/derivation, in reading order.
FOR_ANY = ("response", "own_model", "frozen", "first_order", "uniform")


@dataclass(frozen=True)
class About:
    """What is said of a model beside its mathematics.

    `title` names it in a sentence after "the" (in LaTeX), `spoken` in a message, `subject` begins a
    sentence about it; "" leaves it to the model's name. `from_paper`: its laws were proved in the
    paper. `chapters` are those of the appendix that apply: modules of theory/derivation, in reading
    order. `standard` are the responses of the catalogue that are taken where none is named, and
    `start` is (p0 in its unit, q0) where nothing is. `any_size`: its parameter space is one of
    many sizes, and its chapters derive its map and sharpness for all of them.
    """

    title: str = ""
    spoken: str = ""
    subject: str = "The model"
    from_paper: bool = False
    chapters: tuple[str, ...] = FOR_ANY
    standard: tuple[str, ...] = ()
    start: tuple[sp.Rational, sp.Rational] = (sp.Rational(3, 10), sp.Rational(4, 5))
    any_size: bool = False


@dataclass(frozen=True)
class Model(ABC):
    """One model with one response. A new model defines `name`, `exponent` and two methods.

    `about` and `laws` are not inherited by a subclass with a name of its own: what was proved for
    the one is not for the other. What a model takes beside its response are further fields, each
    with its row in `options`.
    """

    response: Response
    name: ClassVar[str]
    kind: ClassVar[type[Response]] = Response  # of its response, as it is given
    seen: ClassVar[type[Response]]  # what the model makes of it; the same if nothing is said
    about: ClassVar[About] = About()
    laws: ClassVar[Laws] = GENERAL  # how its laws read
    options: ClassVar[tuple[ModelOption, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" in vars(cls):
            cls.about = vars(cls).get("about", About())
            cls.laws = vars(cls).get("laws", GENERAL)
        if "kind" in vars(cls) or not hasattr(cls, "seen"):
            cls.seen = vars(cls).get("seen", cls.kind)

    def __post_init__(self) -> None:
        object.__setattr__(self, "response", response_of(self.kind)(self.response, "response"))
        for option in self.options:
            value = option.read(getattr(self, option.field))
            object.__setattr__(self, option.field, value)

    def with_options(self, values: Mapping[str, Any]) -> Self:
        """The same model with other values of its options, by the names of their fields."""
        return replace(self, **values)

    @property
    def settings(self) -> dict[str, str]:
        """The options that are told of this model, as texts, by name: those not at their default,
        and those that are always told."""
        found = {option: getattr(self, option.field) for option in self.options}
        return {o.name: str(v) for o, v in found.items() if o.always or v != o.default}

    @property
    def designation(self) -> str:
        """The name of the model with its settings: no two models have the same."""
        return told(self.name, self.settings)

    @property
    def given(self) -> str:
        """What it is given: the text of its response, and the settings."""
        return told(self.response.text, self.settings)

    @property
    def title(self) -> str:
        """The model in a sentence, after "the", in LaTeX."""
        title = self.about.title or "model " + self.name.replace("_", r"\_")
        told = ", ".join(f"{name} ${value}$" for name, value in self.settings.items())
        return f"{title} ({told})" if told else title

    @property
    def hypotheses(self) -> dict[str, str]:
        """What is assumed of its response, in words, by the names of the hypotheses."""
        return {hypothesis.name: hypothesis.text for hypothesis in self.response.hypotheses}

    @classmethod
    def usual(cls) -> tuple[str, ...]:
        """The responses that are taken where none is named: by default the catalogue's first."""
        return cls.about.standard or tuple(cls.kind.catalogue)[:1]

    @classmethod
    def spoken(cls) -> str:
        """The model in a message, after "the"."""
        return cls.about.spoken or f"model {cls.name}"

    @property
    @abstractmethod
    def exponent(self) -> sp.Rational:
        """η ~ ε^exponent, ε being what the slow curve expands in; most models say it in the class,
        as `exponent: ClassVar[sp.Rational] = …`."""

    @property
    def output(self) -> sp.Expr:
        """What `largest_p` bounds, in P: p itself unless the model says otherwise."""
        return P

    def with_response(self, response: Response) -> Self:
        """The same model with another response; what belongs to the response goes with it."""
        return replace(self, response=response)

    def step_size(self, epsilon: sp.Expr) -> sp.Expr:
        """η as a function of the small parameter ε."""
        return epsilon**self.exponent

    def small_parameter(self, eta: sp.Expr) -> sp.Expr:
        """ε as a function of η."""
        return eta ** (1 / self.exponent)

    @property
    def step_unit(self) -> float:
        """η at ε = 1 in double precision: η is this times ε^exponent."""
        return float(self.step_size(sp.S.One))

    @property
    def largest_p(self) -> sp.Expr | None:
        """The largest |`output`| that weights have, in Q and ETA; None where none is known or there
        is none."""
        return None

    @abstractmethod
    def generic(self) -> ReducedModel:
        """The reduced model for an unspecified response R(P) (and PHI_SQUARED(P))."""

    @abstractmethod
    def parameter_space(self) -> ParameterSpace:
        """Objective, p and q in parameter space, for this response."""

    @property
    def solution(self) -> SolutionSharpness | None:
        """The sharpness where gradient flow ends, for an unspecified response; None where it is not
        known as a function of p, q and η."""
        return None

    def concrete(self, expression: sp.Expr) -> sp.Expr:
        """An expression in R(P), its derivatives and PHI_SQUARED(P), for this response."""
        known = {R(P): self.response.response.subs(Z, P)}
        if self.response.square is not None:
            known[PHI_SQUARED(P)] = self.response.square.subs(Z, P)
        return expression.subs(known).doit()

    @cached_property
    def reduced(self) -> ReducedModel:
        """The reduced model for this response."""
        g = self.generic()
        parts = (g.p_next, g.q_next, g.trace, g.determinant)
        return ReducedModel(*(self.concrete(part) for part in parts))


def _model(value: Any, name: str) -> Model:
    """A model itself, or the paper's of a name of the catalogue. Raises ArgumentError."""
    if isinstance(value, Model):
        return value
    known: dict[str, type[Model]] = {}
    for kind in Model.__subclasses__():
        if kind.about.from_paper:
            known = dict.fromkeys(kind.kind.catalogue, kind) | known
    if isinstance(value, str) and value in known:
        return known[value](known[value].kind.parse(value))
    made = "a model, such as linear(...) and neuron(...) make"
    if isinstance(value, str | sp.Expr):
        made = f"a model: linear({shown(value)}) of a loss, neuron({shown(value)}) of an activation"
    raise ArgumentError(
        f"{name} = {shown(value)}: need {made}, or a name of the catalogue: {', '.join(known)}"
    )


MODEL: Convert = _model
