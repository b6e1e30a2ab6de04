"""BALD: ask where the dropout draws are each certain, but of different classes."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.uncertainty import Probabilities, by_parts, shannon_entropy

NAME = "bald"
LABEL = "BALD"
SOURCE = "Houlsby et al. 2011; Gal et al. 2017"
ORDER = 50
NEEDS_LABELLED = False


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) H(mean_r p_r) - mean_r H(p_r) in nats, in [0, log C].

    Means are taken as differences from the first draw: a head without dropout then scores exactly
    0 everywhere, where rounding would otherwise rank its images by noise.
    """
    return by_parts(_information, outputs.stochastic)


def _information(draws: Probabilities) -> Scores:
    """Return (p,) BALD of (R, p, C) draws, one draw at a time."""
    first = draws[0].astype(np.float64)
    first_entropy = shannon_entropy(first)
    shift = np.zeros_like(first)
    entropy_shift = np.zeros_like(first_entropy)
    for draw in draws[1:]:
        shift += draw - first
        entropy_shift += shannon_entropy(draw) - first_entropy
    of_mean = shannon_entropy(first + shift / len(draws))
    mean_of = first_entropy + entropy_shift / len(draws)
    return np.maximum(of_mean - mean_of, 0.0)
