"""The models and the symbols in which their reduced maps are written."""

from .interface import (
    EPSILON,
    ETA,
    PHI_SQUARED,
    Model,
    P,
    ParameterSpace,
    Q,
    R,
    ReducedModel,
)
from .linear import (
    DiagonalForm,
    LinearSpectrum,
    LinearUpdate,
    TwoLayerLinear,
    diagonal_form,
    linear_spectrum,
    linear_update,
)
from .neuron import SingleNeuron
from .responses import Activation, Loss, Response

__all__ = [
    "EPSILON",
    "ETA",
    "PHI_SQUARED",
    "Activation",
    "DiagonalForm",
    "LinearSpectrum",
    "LinearUpdate",
    "Loss",
    "Model",
    "P",
    "ParameterSpace",
    "Q",
    "R",
    "ReducedModel",
    "Response",
    "SingleNeuron",
    "TwoLayerLinear",
    "diagonal_form",
    "linear_spectrum",
    "linear_update",
]
