"""Models, engines and axes of the grids that the tests run."""

import sympy as sp
from zoo import linear

from trajalign.numerics.grids.grid import linspace

ENGINES = ["numpy", "jax"]
INTEGERS = ("outcome", "t_a", "t_b", "period", "steps")
REALS = ("q_limit", "limiting_sharpness", "p_last", "q_last")


LOG_COSH = linear("log-cosh")
QUADRATIC = linear("z**2/2")  # r = 1: p' = (1 − 2u + η²p²) p, u' = u + η²p² (u − 2), u = 1/q


def only(dataset, name):
    """The value of a grid of one orbit."""
    return dataset[name].values.item()


AXES = ([0.1, 0.2], linspace(sp.Rational(1, 10), sp.Integer(1), 7), [0.8, 0.95, 1.5, 4])


SEVERAL_BLOCKS = ([0.1], linspace(sp.Rational(1, 10), sp.Integer(1), 180), AXES[2] * 25)
