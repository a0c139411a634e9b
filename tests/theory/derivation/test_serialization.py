import json
from itertools import chain
from typing import Any

import pytest
import sympy as sp

from trajalign.theory.curve.closed import curve_closed, curve_generic
from trajalign.theory.derivation import Definition, Derivation, Expansion, Sign, Solution, Step
from trajalign.theory.derivation.notation import BY_KEY, P_NEXT, Q_LIMIT, H
from trajalign.theory.derivation.serialization import (
    derivation_of,
    derivative_at,
    expression_of,
    to_json,
    tree_of,
)
from trajalign.theory.errors import InputError
from trajalign.theory.models import EPSILON, ETA, P, Q, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

r = R(P)
MODELS = [
    *(TwoLayerLinear(Loss.parse(name)) for name in LOSSES),
    *(SingleNeuron(Activation.parse(name)) for name in ACTIVATIONS),
]
EXPRESSIONS = [
    sp.Integer(0),
    sp.Rational(-3, 7),
    sp.pi * sp.E / P,
    sp.sqrt(1 + P**2),
    sp.Abs(sp.sign(P)) + sp.erf(P) - sp.asinh(P),
    sp.diff(r, P, 3),
    derivative_at(R, 2, sp.S.Zero),
    sp.Integral(sp.log(abs(1 + P * r)), (P, 0, Q)),
    sp.ImmutableMatrix([[1, -ETA * P], [Q, 0]]),
    2 * (P + 1),
    (P + 1) / (2 - ETA),
]
DERIVATION = Derivation(
    "linear/limit",
    "The limit",
    "where it ends",
    (
        Step("curve", "Let", Definition(Q, r * (1 + EPSILON * H[1](P)))),
        Step("place", "so", Expansion(Q, sp.S.One, P, 2, ((EPSILON, sp.S.Zero),)), ("curve",)),
        Step("solve", "and", Solution(P_NEXT, P / 2, 2 * P_NEXT - P)),
        Step("sign", "hence", Sign((ETA * P**2,), "≥", ((ETA, ">"),)), ("curve", "a/b:c")),
    ),
    ("a/b",),
)


def same(a: Any, b: Any) -> bool:
    return bool(sp.srepr(a) == sp.srepr(b))


@pytest.mark.parametrize("e", EXPRESSIONS, ids=str)
def test_an_expression_comes_back_as_it_was(e: Any) -> None:
    assert same(expression_of(json.loads(json.dumps(tree_of(e)))), e)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: f"{m.name} {m.response.text}")
def test_the_formulas_of_every_catalogue_entry_come_back(model: Any) -> None:
    formulas = [*curve_generic(model, 2), model.reduced.p_next, model.reduced.q_next]
    formulas += curve_closed(model, 2)
    for e in chain(formulas, [model.response.response]):
        assert same(expression_of(tree_of(e)), e)


def test_a_derivation_comes_back_as_it_was() -> None:
    assert derivation_of(json.loads(json.dumps(to_json(DERIVATION)))) == DERIVATION


def test_symbols_keep_their_assumptions() -> None:
    assert expression_of("q_limit") is Q_LIMIT
    assert all(expression_of(key) == s for key, s in BY_KEY.items() if isinstance(s, sp.Symbol))


@pytest.mark.parametrize("e", [sp.Symbol("p"), sp.Symbol("k"), sp.Function("g")(P), sp.Float(0.5)])
def test_what_is_not_in_the_notation_cannot_be_written(e: Any) -> None:
    with pytest.raises(TypeError):
        tree_of(e)


@pytest.mark.parametrize(
    "tree",
    [
        "__import__('os')",
        "x y",
        "1.5",
        "",
        [],
        ["+"],
        ["eval", "1"],
        ["p", "1"],  # a symbol is no function
        ["/", "1"],
        ["/", "1", "x"],
        ["/", "1", "0"],
        ["d", "1", "1", ["r", "p"]],
        ["at", "2", "nothing", "0"],
        ["matrix", ["1", "2"], ["3"]],
        ["r", "p", "q"],
        None,
        7,
        {"tree": "p"},
    ],
    ids=str,
)
def test_anything_else_is_refused_in_one_line(tree: Any) -> None:
    with pytest.raises(InputError) as caught:
        expression_of(tree)
    assert "\n" not in str(caught.value)


def test_deep_nesting_is_refused() -> None:
    tree: Any = "p"
    for _ in range(10_000):
        tree = ["sin", tree]
    with pytest.raises(InputError, match="nests too deeply"):
        expression_of(tree)


@pytest.mark.parametrize(
    ("part", "value"),
    [("steps", {}), ("label", 3), ("needs", "a/b"), ("title", None), ("extra", 1)],
)
def test_a_damaged_derivation_is_refused(part: str, value: Any) -> None:
    with pytest.raises(InputError):
        derivation_of(to_json(DERIVATION) | {part: value})


@pytest.mark.parametrize("kind", ["theorem", "", None, ["definition"]])
def test_an_unknown_kind_of_claim_is_refused(kind: Any) -> None:
    data = to_json(DERIVATION)
    data["steps"][0]["claim"]["kind"] = kind
    with pytest.raises(InputError):
        derivation_of(data)
