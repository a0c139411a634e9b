"""The ledger: every label with its conclusion, its hypotheses and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from .arguments import one_of, takes
from .models import Model, from_paper


@dataclass(frozen=True)
class Statement:
    """One label of the ledger for one model; `rests_on` are the labels its argument uses.

    `orbits` says which orbits it speaks of, and what its constants depend on; "" where it speaks of
    single steps, of the map with q frozen, or names them itself.
    """

    label: str
    model: str
    conclusion: str
    hypotheses: tuple[str, ...]
    origin: str
    rests_on: tuple[str, ...] = ()
    orbits: str = ""


HYPOTHESES: dict[str, dict[str, str]] = {
    model.name: {hypothesis.name: hypothesis.text for hypothesis in model.kind.hypotheses}
    for model in from_paper()
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
# (p_s, q_s) is where |p_t| is least: a start at p0 = 10⁻²⁰ grows by 2/q0 − 1 a step. A start may
# also be thrown next to p = 0, and q moves meanwhile: q0 in the place of q_s would be wrong.
_T_A = "t_a ≤ A + B ln(1/η) + ln(1/|p_s|)/ln(2/q_s − 1), |p_s| the least up to t_a"
_START = (
    "μ = 1 + 2p r'/r at p = r̂(q0), for a start whose orbit with q frozen is never at 0 or ±r̂(q0)"
)
_TWO_LIMITS = "limits from the same q0 and different |p0| differ, in general, by"

_CONCLUSIONS: dict[str, dict[str, str]] = {
    "linear": {
        "reduced-map": "a gradient step is p' = (1 − 2r/q + η²p²r²) p, q' = q/(1 − η²p²r(2q − r)), "
        "where r(p), q and q' are finite",
        "gradient-flow": "|p_t| ≤ L(1 − m)^t and q_t stays in [q0, q0 exp(Cη²L²)]",
        "alignment": f"|q_t/r(p_t) − 1 − h(p_t)η²| ≤ Cη⁴ for t ≥ t_a, {_T_A}",
        "alignment-time": f"t_a = 4 ln(1/η)/|ln μ| + O(1), {_START}",
        "slow-curve-2": "|q_t/r(p_t) − 1 − h(p_t)η² − h₂(p_t)η⁴| ≤ Cη⁶ from such a t_a on",
        "slow-curve-3": "|q_t/r(p_t) − 1 − h(p_t)η² − … − h₃(p_t)η⁶| ≤ Cη⁸ from such a t_a on",
        "exponential-alignment": f"{_TWO_LIMITS} exp(−(Λ(q0) + O(η²))/η²)",
        "crossing": "q passes 1 at t_b = η⁻² (|r''(0)| ln(1/η) + K(q0)) + O(t_a + log 1/η)",
        "limit": "(p_t, q_t) → (0, 1 − η²/(2r''(0)) + O(η⁴))",
        "saturation": "the sharpness tends to 2/η − η/|r''(0)| + O(η³)",
        "progressive-sharpening": "from t_a on, λ̃(q_t) never falls and |λ_t − λ̃(q_t)| ≤ 1 + O(η)",
        "one-orbit": "for one η and a box of (p0, q0): |q_t/r − 1 − hη²| ≤ Cη⁴; t_b, q*, λ known",
    },
    "neuron": {
        "reduced-map": "a gradient step is p' = (1 − 2r/q) p, q' = q/(1 − ηφ²)², "
        "where r(p), q and q' are finite",
        "gradient-flow": "|p_t| ≤ (1 − m)^t |p0| and q_t stays in [q0, q0 exp(C)]",
        "alignment": f"|q_t/r(p_t) − 1 − h(p_t)η| ≤ Cη² for t ≥ t_a, {_T_A}",
        "alignment-time": f"t_a = 2 ln(1/η)/|ln μ| + O(1), {_START}",
        "slow-curve-2": "|q_t/r(p_t) − 1 − h(p_t)η − h₂(p_t)η²| ≤ Cη³ from such a t_a on",
        "slow-curve-3": "|q_t/r(p_t) − 1 − h(p_t)η − … − h₃(p_t)η³| ≤ Cη⁴ from such a t_a on",
        "exponential-alignment": f"{_TWO_LIMITS} exp(−(Λ(q0) + O(η))/η)",
        "exact": "for φ = z/√(1 + z²/s²) and ηs² ≤ 1, q = κr(p) stays, κ = 2/(1 + √(1 − ηs²)), "
        "and p' = −√(1 − ηs²) p",
        "crossing": "q passes 1 at t_b = η⁻¹ ((|r''(0)|/4) ln(1/η) + K(q0)) + O(t_a + log 1/η)",
        "limit": "(p_t, q_t) → (0, 1 − η/r''(0) + O(η²))",
        "saturation": "the sharpness tends to 2/η − 2/|r''(0)| + O(η)",
        "progressive-sharpening": "from t_a on, λ̃(q_t) never falls and |λ_t − λ̃(q_t)| ≤ "
        "sup|D| + O(η)",
        "one-orbit": "for one η and a box of (p0, q0): |q_t/r − 1 − hη| ≤ Cη²; t_b, q*, λ known",
    },
}

# For a model that is neither: the same laws in its small parameter ε, tested and not proved.
_GENERAL: dict[str, str] = {
    "reduced-map": "a gradient step in parameter space is the reduced map in (p, q), "
    "where both are finite",
    "alignment": f"|q_t/r(p_t) − 1 − h(p_t)ε| ≤ Cε² for t ≥ t_a, {_T_A}",
    "alignment-time": f"t_a = 2 ln(1/ε)/|ln μ| + O(1), {_START}",
    "slow-curve-2": "|q_t/r(p_t) − 1 − h(p_t)ε − h₂(p_t)ε²| ≤ Cε³ from such a t_a on",
    "slow-curve-3": "|q_t/r(p_t) − 1 − h(p_t)ε − … − h₃(p_t)ε³| ≤ Cε⁴ from such a t_a on",
    "exponential-alignment": f"{_TWO_LIMITS} exp(−(Λ(q0) + O(ε))/ε)",
    "crossing": "q passes 1 at t_b = (κ ln(1/η) + K(q0))/ε + O(t_a + log 1/η)",
    "limit": "(p_t, q_t) → (0, 1 + h(0)ε + O(ε²))",
    "saturation": "the sharpness tends to 2/η + (s + O(ε)) ε/η",
    "progressive-sharpening": "from t_a on, λ̃(q_t) never falls and |λ_t − λ̃(q_t)| ≤ "
    "(sup|D| + O(ε)) ε/η",
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
    "reduced-map": ("", ("analytic",), _PAPER),
    "sharpness": (
        "the largest Hessian eigenvalue is the given function of (p, q, η), where q is finite",
        (),
        _DERIVED,
    ),
    "bifurcation/flip": (
        (
            "with q frozen, p = 0 has multiplier 1 − 2/q; the flip at q = 1 is supercritical iff "
            "r''(0) < 0"
        ),
        (*_REGULAR, "curved"),
        _PAPER,
    ),
    "bifurcation/two-cycle": (
        (
            "with q frozen, any p > 0 with r(p) = q, 0 < q < 1, gives the 2-cycle ±p "
            "with multiplier (1 + 2p r'/r)²"
        ),
        (*_REGULAR, "A1"),
        _PAPER,
    ),
}

_EACH = "c < q0 < 1 and p_t ≠ 0 for all t; what is in O(·) depends on the starts"
_EDGE = (
    "c < q0 ≤ 1 − δ, |p0| ≤ P and p_t ≠ 0 for all t; for any fixed δ > 0 and P, the constants "
    "A, B, C and those in O(·) serve all of these and all small η"
)
# Which orbits a statement speaks of, where it does not speak of one step or of a given box.
_ORBITS: dict[str, dict[str, str]] = {
    "linear": {
        "gradient-flow": "|p0| ≤ L and 2/(2 − ηL) < q0 < min{1/(16ηL), r(L)/(2ηL)}, with "
        "m = min{2(q0 − 1)/q0, r(L)/(2q0)} and C = 2q0/m"
    },
    "neuron": {
        "gradient-flow": "|p0| ≤ s, q0 > 1, ηs² < 1 and C ≤ ln 2, with any s > 0, "
        "m = min{2(q0 − 1)/q0, r(s)/q0} and C = 2ηs²/((1 − ηs²)m)",
    },
}


@takes(model=one_of(HYPOTHESES))
def statements(model: str) -> tuple[Statement, ...]:
    """The ledger of one model ("linear" or "neuron"), in the order in which it is checked.

    >>> [s.label for s in statements("linear")][:2]
    ['linear/reduced-map', 'linear/sharpness']
    """
    own = _CONCLUSIONS[model]
    rows = [
        _statement(model, name, text or own[name], needs or _SHARPNESS[model], origin)
        for name, (text, needs, origin) in _COMMON.items()
    ]
    for name, text in own.items():
        if name in _COMMON:
            continue
        needs = (_FLOW if name == "gradient-flow" else _EOS)[model]
        rows.append(_statement(model, name, text, needs, _ORIGINS.get(name, _PAPER)))
    return tuple(rows)


def hypotheses(model: Model) -> dict[str, str]:
    """The hypotheses on a model's response, whichever the model."""
    return {hypothesis.name: hypothesis.text for hypothesis in model.response.hypotheses}


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
        _statement(model, name, text or _GENERAL[name], own or ("analytic",), _NOT_PROVED)
        for name, (text, own, _) in _COMMON.items()
    ]
    needs = tuple(name for name in needs if name != "curved")  # A4 is stronger
    laws = {name: text for name, text in _GENERAL.items() if name not in _COMMON}
    rows += [_statement(model, name, text, needs, _NOT_PROVED) for name, text in laws.items()]
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
    return Statement(_full(model, name), model, text, needs, origin, below, _orbits(model, name))


def _orbits(model: str, name: str) -> str:
    if name in _COMMON or name in ("exact", "one-orbit"):
        return ""
    each = name in ("alignment-time", "exponential-alignment")
    return _ORBITS.get(model, {}).get(name, _EACH if each else _EDGE)


def _full(model: str, name: str) -> str:
    return name if name.startswith("bifurcation/") else f"{model}/{name}"
