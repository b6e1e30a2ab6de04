"""Small networks on features; not a strategy itself."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def perceptron(sizes: Sequence[int], generator: "torch.Generator") -> "torch.nn.Sequential":
    """Return linear layers of these sizes with ReLU between them.

    Initial weights come from the generator, never from the global random state.
    """
    import torch
    from torch import nn

    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        linear = nn.Linear(inputs, outputs, device="meta").to_empty(device="cpu")
        bound = inputs**-0.5  # torch's own
        with torch.no_grad():
            linear.weight.uniform_(-bound, bound, generator=generator)
            linear.bias.uniform_(-bound, bound, generator=generator)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])
