"""Exact mathematics: expressions, responses, models, bifurcation diagram, slow curve."""

from .arguments import rational
from .curve.closed import curve_closed, curve_generic
from .curve.exact import ExactCurve, exact_curve
from .curve.first_order import SlowCurve, slow_curve
from .curve.long_times import LongTimes, long_times
from .curve.series import CurveSeries, curve_series
from .diagram.branches import BifurcationDiagram, Branch, Segment, SpecialPoint, bifurcation_diagram
from .diagram.exact_roots import ExactRoot, log_slope_root, log_slope_roots
from .diagram.frozen_family import FrozenFamily, flip_coefficient, flip_discriminant, frozen_family
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
from .expressions.parsing import Z, parse_expression, parse_rational
from .hypotheses_by_algebra import Condition, conditions
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
