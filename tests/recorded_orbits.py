"""Orbits of the reduced maps, run with few words."""

import sympy as sp
from zoo import to_mpf

from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory.models import SingleNeuron
from trajalign.theory.responses import Activation

TINY = sp.Rational(1, 10**10)
START = (sp.Rational(1, 2), sp.Rational(4, 5))
ROUNDABOUT = SingleNeuron(Activation.parse("z/sqrt(1+z**2)*(cosh(z)**2-sinh(z)**2)"))  # factor 1


def run(
    loop,
    eta,
    start=START,
    *,
    until=TINY,
    max_steps=200_000,
    escape=10**6,
    crossing=False,
    **options,
):
    eta, start = sp.Rational(str(eta)), tuple(sp.Rational(str(x)) for x in start)
    stops = Stops(max_steps, sp.Rational(until), sp.Rational(escape), crossing)
    return iterate(loop, eta, start, stops, **options)


def limit_defect(orbit, power):
    """(q* − 1)/η^power."""
    return float((to_mpf(orbit.q[-1]) - 1) / to_mpf(orbit.eta) ** power)
