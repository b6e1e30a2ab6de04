"""Variation ratio: ask where the dropout draws disagree about the class."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.uncertainty import disagreement

NAME = "variation_ratio"
LABEL = "Variation ratio"
SOURCE = "Freeman 1965; Gal et al. 2017"
ORDER = 60
NEEDS_LABELLED = False


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) 1 - share of the modal class among the R argmaxes; ties by margin. In [0, 1]."""
    _, n, _ = outputs.stochastic.shape
    votes = np.zeros(outputs.probabilities.shape, dtype=np.int64)
    for draw in outputs.stochastic:
        votes[np.arange(n), draw.argmax(axis=1)] += 1
    return disagreement(votes, outputs.probabilities)
