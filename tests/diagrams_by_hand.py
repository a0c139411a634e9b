"""The bifurcation diagram of the frozen-q family by direct iteration of maps typed in by hand.

With s(p) = p r(p): the half map is F = −g_q, F(p) = (2/q) s(p) − p, and p r'/r = p s'/s − 1, so the
symmetric 2-cycle loses stability where s' = 0 and is superstable where p s'/s = ½.
"""

from functools import cache

import sympy as sp
from mpmath import mp
from zoo import linear, neuron

from trajalign.theory.diagram.branches import TWO_CYCLE, bifurcation_diagram
from trajalign.theory.responses import ACTIVATIONS, LOSSES

HALF, ONE = sp.Rational(-1, 2), sp.Integer(-1)
CATALOGUE = [("loss", name) for name in LOSSES] + [("activation", name) for name in ACTIVATIONS]

# s = ℓ' or φφ', worked out by hand; an entry of the catalogue that misses is differentiated by mp.
BY_HAND = {
    "log-cosh": mp.tanh,
    "pseudo-huber": lambda z: z / mp.sqrt(1 + z**2),
    "atan": mp.atan,
    "log-cosh-half": lambda z: 2 * mp.tanh(z / 2),
    "langevin": lambda z: 3 * (mp.coth(z) - 1 / z),
    "tanh": lambda z: mp.tanh(z) * mp.sech(z) ** 2,
    "algebraic": lambda z: z / (1 + z**2) ** 2,
    "arctan": lambda z: mp.atan(z) / (1 + z**2),
    "erf": lambda z: mp.erf(mp.sqrt(mp.pi) * z / 2) * mp.exp(-mp.pi * z**2 / 4),
    "gudermannian": lambda z: 2 * mp.atan(mp.tanh(z / 2)) * mp.sech(z),
    "logistic": lambda z: 2 * mp.tanh(z / 2) * mp.sech(z / 2) ** 2,  # φ = 2 tanh(z/2)
}


diagram_of = cache(bifurcation_diagram)


def model_of(entry):
    kind, name = entry
    return linear(name) if kind == "loss" else neuron(name)


def slope_of(entry):
    """s by hand, or by numerical differentiation of the catalogue's text."""
    kind, name = entry
    if name in BY_HAND:
        return BY_HAND[name]
    names = {
        n: getattr(mp, n) for n in ("exp", "log", "sqrt", "tanh", "cosh", "sinh", "atan", "erf")
    }
    text = (LOSSES if kind == "loss" else ACTIVATIONS)[name]

    def function(z):
        return eval(text, {**names, "pi": mp.pi, "z": z})

    if kind == "loss":
        return lambda z: mp.diff(function, z)
    return lambda z: function(z) * mp.diff(function, z)


def mpf(value):
    return mp.mpf(str(sp.N(value, mp.dps + 5)))


def moves_closer(step, target, start, steps):
    """Whether an orbit of `step` from `start` ends up closer to `target`, up to the sign."""
    p = start
    for _ in range(steps):
        p = step(p)
    return abs(abs(p) - target) < abs(abs(start) - target)


def disagreements(diagram, slope, nudge="0.02"):
    """The segments whose stability direct iteration contradicts, beside each special point."""
    found = []
    with mp.workdps(40):
        near = mp.mpf(nudge)
        for branch in diagram.branches:
            for segment in branch.segments:
                for point, side in ((segment.start, 1), (segment.end, -1)):
                    if point is None:
                        continue
                    s = mpf(point.p.digits(40)) if branch.kind == TWO_CYCLE else mp.mpf(1)
                    s = s * (1 + side * near) if s else 2 * near
                    q = slope(s) / s if branch.kind == TWO_CYCLE else s
                    target = s if branch.kind == TWO_CYCLE else mp.mpf(0)
                    start = s * (1 + mp.mpf(10) ** -12) if target else mp.mpf(10) ** -12

                    def step(p, q=q):
                        return p - 2 * slope(p) / q

                    if moves_closer(step, target, start, 200) != segment.stable:
                        found.append((branch.kind, point.kind, side))
    return found
