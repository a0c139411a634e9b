"""The ledger: every label with its conclusion, its hypotheses and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from .arguments import one_of, takes
from .interface import Model
from .responses import Loss, Response


@dataclass(frozen=True)
class Statement:
    """One label of the ledger for one model; `rests_on` are the labels its argument uses."""

    label: str
    model: str
    conclusion: str
    hypotheses: tuple[str, ...]
    origin: str
    rests_on: tuple[str, ...] = ()


HYPOTHESES: dict[str, dict[str, str]] = {
    "linear": {
        "analytic": "ℓ has a power series at 0 and is real for real z",
        "symmetry": "ℓ is even",
        "normalised": "ℓ''(0) = 1",
        "A1": "r'(z) < 0 for z > 0",
        "A2": "ℓ''(z) > 0 for z > 0, that is z r'(z)/r(z) > −1",
        "A3": "z r'(z)/r(z) is decreasing for z > 0",
        "A4": "r''(0) < 0",
        "A5": "L = sup |ℓ'| is finite",
        "curved": "r''(0) ≠ 0",
    },
    "neuron": {
        "analytic": "φ has a power series at 0 and is real for real z",
        "symmetry": "φ is odd",
        "normalised": "φ'(0) = 1",
        "A1": "r'(z) < 0 for z > 0",
        "A3": "z r'(z)/r(z) is decreasing where r(z) ≥ c",
        "A4": "r''(0) < 0",
        "A5": "|φ'| ≤ 1 and sup |φ| is finite",
        "curved": "r''(0) ≠ 0",
    },
}

_REGULAR = ("analytic", "symmetry", "normalised")
_EOS = {
    "linear": (*_REGULAR, "A1", "A2", "A3", "A4", "A5"),
    "neuron": (*_REGULAR, "A1", "A3", "A4", "A5"),
}
# For ℓ'' < 0 another eigenvalue is the largest: |ℓ'| if m ≥ 2, possibly 0 if d ≥ 2.
_SHARPNESS = {"linear": ("analytic", "symmetry", "A2"), "neuron": ("analytic",)}
_FLOW = {"linear": (*_REGULAR, "A1", "A2", "A5"), "neuron": (*_REGULAR, "A1", "A5")}
_PAPER = "Song & Yun 2023"
_DERIVED = "re-derived here"
_NEW = "new here"

_ORIGINS = {
    "alignment-time": f"{_PAPER} for the logarithm; its factor is {_DERIVED}",
    "crossing": f"{_PAPER} for the lower bound; the law is {_DERIVED}",
    "progressive-sharpening": f"{_PAPER} for the increase; the size of the gap is {_DERIVED}",
    "slow-curve-2": _NEW,
    "slow-curve-3": _NEW,
    "exponential-alignment": _NEW,
    "exact": _NEW,
    "one-orbit": _NEW,
}
_CONCLUSIONS: dict[str, dict[str, str]] = {
    "linear": {
        "gradient-flow": "|p_t| ≤ L(1−m)^t and q_t stays in [q0, exp(Cη²L²) q0]",
        "alignment": "|q_t/r(p_t) − 1 − h(p_t)η²| ≤ Cη⁴ from some t_a = O(log 1/η) on",
        "alignment-time": "t_a = 4 ln(1/η)/|ln μ| + O(1), μ = 1 + 2p r'/r at p = r̂(q0)",
        "slow-curve-2": "|q_t/r(p_t) − 1 − h(p_t)η² − h₂(p_t)η⁴| ≤ Cη⁶ from such a t_a on",
        "slow-curve-3": "|q_t/r(p_t) − 1 − h(p_t)η² − … − h₃(p_t)η⁶| ≤ Cη⁸ from such a t_a on",
        "exponential-alignment": "limits from the same q0 differ by exp(−(Λ(q0) + O(η²))/η²)",
        "crossing": "q passes 1 at t_b = η⁻² (|r''(0)| ln(1/η) + K(q0)) + O(log 1/η)",
        "limit": "(p_t, q_t) → (0, 1 − η²/(2r''(0)) + O(η⁴))",
        "saturation": "the sharpness tends to 2/η − η/|r''(0)| + O(η³)",
        "progressive-sharpening": "λ̃(q_t) increases and |λ_t − λ̃(q_t)| ≤ 1 + O(η)",
        "one-orbit": "for one η and a box of (p0, q0): |q_t/r − 1 − hη²| ≤ Cη⁴; t_b, q*, λ known",
    },
    "neuron": {
        "gradient-flow": "|p_t| ≤ (1−m)^t |p0| and q_t stays in [q0, q0 exp(2η/((1−η)m))]",
        "alignment": "|q_t/r(p_t) − 1 − h(p_t)η| ≤ Cη² from some t_a = O(log 1/η) on",
        "alignment-time": "t_a = 2 ln(1/η)/|ln μ| + O(1), μ = 1 + 2p r'/r at p = r̂(q0)",
        "slow-curve-2": "|q_t/r(p_t) − 1 − h(p_t)η − h₂(p_t)η²| ≤ Cη³ from such a t_a on",
        "slow-curve-3": "|q_t/r(p_t) − 1 − h(p_t)η − … − h₃(p_t)η³| ≤ Cη⁴ from such a t_a on",
        "exponential-alignment": "limits from the same q0 differ by exp(−(Λ(q0) + O(η))/η)",
        "exact": "for φ = z/√(1+z²), q = κr(p) stays, κ = 2/(1+√(1−η)), and p' = −√(1−η) p",
        "crossing": "q passes 1 at t_b = η⁻¹ ((|r''(0)|/4) ln(1/η) + K(q0)) + O(log 1/η)",
        "limit": "(p_t, q_t) → (0, 1 − η/r''(0) + O(η²))",
        "saturation": "the sharpness tends to 2/η − 2/|r''(0)| + O(η)",
        "progressive-sharpening": "λ̃(q_t) increases and |λ_t − λ̃(q_t)| ≤ sup|D| + O(η)",
        "one-orbit": "for one η and a box of (p0, q0): |q_t/r − 1 − hη| ≤ Cη²; t_b, q*, λ known",
    },
}

# For a model that is neither: the same laws in its small parameter ε, tested and not proved.
_GENERAL: dict[str, str] = {
    "alignment": "|q_t/r(p_t) − 1 − h(p_t)ε| ≤ Cε² from some t_a = O(log 1/η) on",
    "alignment-time": "t_a = 2 ln(1/ε)/|ln μ| + O(1), μ = 1 + 2p r'/r at p = r̂(q0)",
    "slow-curve-2": "|q_t/r(p_t) − 1 − h(p_t)ε − h₂(p_t)ε²| ≤ Cε³ from such a t_a on",
    "slow-curve-3": "|q_t/r(p_t) − 1 − h(p_t)ε − … − h₃(p_t)ε³| ≤ Cε⁴ from such a t_a on",
    "exponential-alignment": "limits from the same q0 differ by exp(−(Λ(q0) + O(ε))/ε)",
    "crossing": "q passes 1 at t_b = (κ ln(1/η) + K(q0))/ε + O(log 1/η)",
    "limit": "(p_t, q_t) → (0, 1 + h(0)ε + O(ε²))",
    "saturation": "the sharpness tends to 2/η + (s + O(ε)) ε/η",
    "progressive-sharpening": "λ̃(q_t) increases and |λ_t − λ̃(q_t)| ≤ (sup|D| + O(ε)) ε/η",
    "one-orbit": "for one η and a box of (p0, q0): |q_t/r − 1 − hε| ≤ Cε²; t_b, q*, λ known",
}
_NOT_PROVED = "tested for this model, not proved"

_RESTS_ON: dict[str, tuple[str, ...]] = {
    "bifurcation/flip": ("reduced-map",),
    "bifurcation/two-cycle": ("reduced-map",),
    "gradient-flow": ("reduced-map",),
    "alignment": ("reduced-map", "bifurcation/two-cycle"),
    "alignment-time": ("alignment", "bifurcation/two-cycle"),
    "slow-curve-2": ("alignment",),
    "slow-curve-3": ("slow-curve-2",),
    "exponential-alignment": ("alignment",),
    "exact": ("reduced-map",),
    "crossing": ("alignment",),
    "limit": ("alignment", "crossing", "bifurcation/flip"),
    "saturation": ("limit", "sharpness"),
    "progressive-sharpening": ("alignment", "sharpness"),
    "one-orbit": ("reduced-map", "sharpness"),
}

_COMMON: dict[str, tuple[str, tuple[str, ...], str]] = {
    "reduced-map": (
        "one gradient step in parameter space is the reduced map in (p, q)",
        ("analytic",),
        _PAPER,
    ),
    "sharpness": (
        "the largest Hessian eigenvalue is the given function of (p, q, η)",
        (),
        _DERIVED,
    ),
    "bifurcation/flip": (
        "p = 0 has multiplier 1 − 2/q; the flip at q = 1 is supercritical iff r''(0) < 0",
        (*_REGULAR, "curved"),
        _PAPER,
    ),
    "bifurcation/two-cycle": (
        "for q < 1, ±p with r(p) = q is a 2-cycle with multiplier (1 + 2p r'/r)²",
        (*_REGULAR, "A1"),
        _PAPER,
    ),
}


@takes(model=one_of(HYPOTHESES))
def statements(model: str) -> tuple[Statement, ...]:
    """The ledger of one model ("linear" or "neuron"), in the order in which it is checked.

    >>> [s.label for s in statements("linear")][:2]
    ['linear/reduced-map', 'linear/sharpness']
    """
    rows = [
        _statement(model, name, text, needs or _SHARPNESS[model], origin)
        for name, (text, needs, origin) in _COMMON.items()
    ]
    for name, text in _CONCLUSIONS[model].items():
        needs = (_FLOW if name == "gradient-flow" else _EOS)[model]
        rows.append(_statement(model, name, text, needs, _ORIGINS.get(name, _PAPER)))
    return tuple(rows)


def name_for(response: Response) -> str:
    """The name of the paper's model with such a response: "linear" for a loss, "neuron" for an
    activation.
    """
    return "linear" if isinstance(response, Loss) else "neuron"


def hypotheses(model: Model) -> dict[str, str]:
    """The hypotheses on a model's response, whichever the model."""
    return HYPOTHESES[name_for(model.response)]


def ledger(model: Model) -> tuple[Statement, ...]:
    """The statements about a model: `statements` of its name, or the general ones for a third
    model. These need all hypotheses on its response.
    """
    if model.name in _CONCLUSIONS:
        return statements(model.name)
    return general_statements(model.name, tuple(hypotheses(model)))


def general_statements(model: str, needs: tuple[str, ...]) -> tuple[Statement, ...]:
    """What is tested for a model that is neither of the two, under its name.

    >>> general_statements("mine", ("A1",))[-1].label
    'mine/one-orbit'
    """
    rows = [
        _statement(model, name, text, own or ("analytic",), _NOT_PROVED)
        for name, (text, own, _) in _COMMON.items()
    ]
    needs = tuple(name for name in needs if name != "curved")  # A4 is stronger
    rows += [_statement(model, name, text, needs, _NOT_PROVED) for name, text in _GENERAL.items()]
    return tuple(rows)


def dependency_graph(model: str) -> str:
    """The ledger of one model as a Mermaid flowchart, with arrows from what a label rests on.

    >>> print(*dependency_graph("neuron").splitlines()[:3], sep="\\n")
    graph TD
      neuron_reduced_map["neuron/reduced-map"]
      neuron_sharpness["neuron/sharpness"]
    """
    rows = statements(model)
    nodes = [f'  {_identifier(row.label)}["{row.label}"]' for row in rows]
    arrows = [
        f"  {_identifier(below)} --> {_identifier(row.label)}"
        for row in rows
        for below in row.rests_on
    ]
    return "\n".join(["graph TD", *nodes, *arrows])


def _identifier(label: str) -> str:
    return label.replace("/", "_").replace("-", "_")


def _statement(model: str, name: str, text: str, needs: tuple[str, ...], origin: str) -> Statement:
    below = tuple(_full(model, other) for other in _RESTS_ON.get(name, ()))
    return Statement(_full(model, name), model, text, needs, origin, below)


def _full(model: str, name: str) -> str:
    return name if name.startswith("bifurcation/") else f"{model}/{name}"
