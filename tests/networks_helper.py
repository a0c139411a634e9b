"""Networks and their gradients in plain NumPy, written out layer by layer."""

import numpy as np
from scipy.special import expit, ndtr

GELU, SOFTPLUS = "z*(1+erf(z/sqrt(2)))/2", "log(1+exp(z))"  # neither odd nor even
SLOPES = {
    "linear": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "elu": (
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
    ),
    "arctan": (np.arctan, lambda z: 1 / (1 + z * z)),
    GELU: (
        lambda z: z * ndtr(z),
        lambda z: ndtr(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi),
    ),
    SOFTPLUS: (lambda z: np.logaddexp(0, z), expit),
}


def forward(weights, x, activation):
    """The output at one point, and each hidden layer before and after the activation."""
    act, _ = SLOPES[activation]
    before, after = [], [x]
    for weight in weights[:-1]:
        before.append(weight @ after[-1])
        after.append(act(before[-1]))
    return weights[-1] @ after[-1], before, after


def output_gradient(weights, x, activation):
    """∇f at one point by backpropagation, one array per layer."""
    _, before, after = forward(weights, x, activation)
    slope = SLOPES[activation][1]
    gradient = [after[-1]]
    back = weights[-1]
    for k in reversed(range(len(weights) - 1)):
        back = back * slope(before[k])
        gradient.insert(0, np.outer(back, after[k]))
        back = weights[k].T @ back
    return gradient


def descent_step(weights, inputs, targets, activation, loss_slope, step_size):
    """Θ − (η/n) Σ ℓ'(f(x_i) − y_i) ∇f(x_i)."""
    change = [np.zeros_like(w) for w in weights]
    for x, y in zip(inputs, targets, strict=True):
        slope = loss_slope(forward(weights, x, activation)[0] - y)
        for total, part in zip(change, output_gradient(weights, x, activation), strict=True):
            total += slope * part / len(inputs)
    return [w - step_size * c for w, c in zip(weights, change, strict=True)]
