"""Exact mathematics: expressions, responses, models, bifurcation diagram, slow curve."""

from .arguments import rational
from .asymptotics import LongTimes, long_times
from .bifurcation import FrozenFamily, flip_coefficient, flip_discriminant, frozen_family
from .conditions import Condition, conditions
from .curve_closed import curve_closed, curve_generic
from .curve_series import CurveSeries, curve_series
from .diagram import BifurcationDiagram, Branch, Segment, SpecialPoint, bifurcation_diagram
from .errors import (
    ArgumentError,
    ExpressionError,
    InputError,
    NoCurvatureError,
    NoExpansionError,
    NotEvenError,
    NotFiniteError,
    NotNormalisedError,
    NoWeightsError,
    UnresolvedError,
)
from .exact_curve import ExactCurve, exact_curve
from .exact_roots import ExactRoot, log_slope_root, log_slope_roots
from .expressions import Z, parse_expression, parse_rational
from .models import (
    EPSILON,
    ETA,
    HYPOTHESES,
    PHI_SQUARED,
    Model,
    P,
    ParameterSpace,
    Q,
    R,
    ReducedModel,
    SingleNeuron,
    TwoLayerLinear,
    diagonal_form,
    linear_spectrum,
    linear_update,
)
from .responses import ACTIVATIONS, LOSSES, Activation, Loss, Response
from .series import taylor
from .slow_curve import SlowCurve, slow_curve

__all__ = [
    "ACTIVATIONS",
    "EPSILON",
    "ETA",
    "HYPOTHESES",
    "LOSSES",
    "PHI_SQUARED",
    "Activation",
    "ArgumentError",
    "BifurcationDiagram",
    "Branch",
    "Condition",
    "CurveSeries",
    "ExactCurve",
    "ExactRoot",
    "ExpressionError",
    "FrozenFamily",
    "InputError",
    "LongTimes",
    "Loss",
    "Model",
    "NoCurvatureError",
    "NoExpansionError",
    "NoWeightsError",
    "NotEvenError",
    "NotFiniteError",
    "NotNormalisedError",
    "P",
    "ParameterSpace",
    "Q",
    "R",
    "ReducedModel",
    "Response",
    "Segment",
    "SingleNeuron",
    "SlowCurve",
    "SpecialPoint",
    "TwoLayerLinear",
    "UnresolvedError",
    "Z",
    "bifurcation_diagram",
    "conditions",
    "curve_closed",
    "curve_generic",
    "curve_series",
    "diagonal_form",
    "exact_curve",
    "flip_coefficient",
    "flip_discriminant",
    "frozen_family",
    "linear_spectrum",
    "linear_update",
    "log_slope_root",
    "log_slope_roots",
    "long_times",
    "parse_expression",
    "parse_rational",
    "rational",
    "slow_curve",
    "taylor",
]
