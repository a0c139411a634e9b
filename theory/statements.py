"""The hypotheses on a response, and which of the two models' it is."""

from __future__ import annotations

from .interface import Model
from .responses import Loss, Response

HYPOTHESES: dict[str, dict[str, str]] = {
    "linear": {
        "analytic": "ℓ is real and analytic on the whole real line",
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
        "analytic": "φ is real and analytic on the whole real line",
        "symmetry": "φ is odd",
        "normalised": "φ'(0) = 1",
        "A1": "r'(z) < 0 for z > 0",
        "A3": "z r'(z)/r(z) is decreasing where r(z) ≥ c",
        "A4": "r''(0) < 0",
        "A5": "|φ'| ≤ 1 and sup |φ| is finite",
        "curved": "r''(0) ≠ 0",
    },
}


def name_for(response: Response) -> str:
    """The name of the paper's model with such a response: "linear" for a loss, "neuron" for an
    activation.
    """
    return "linear" if isinstance(response, Loss) else "neuron"


def hypotheses(model: Model) -> dict[str, str]:
    """The hypotheses on a model's response, whichever the model."""
    return HYPOTHESES[name_for(model.response)]
