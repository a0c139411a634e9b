"""Networks of the studies as PyTorch has them."""

import numpy as np


def torch_model(torch, weights):
    """tanh networks without biases, with the weights of one run of ours."""
    layers = []
    for weight in weights:
        matrix = np.atleast_2d(weight)
        layer = torch.nn.Linear(matrix.shape[1], matrix.shape[0], bias=False, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(matrix))
        layers += [layer, torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])
