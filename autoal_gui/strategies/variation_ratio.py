"""Variation ratio: ask where the dropout draws disagree about the class."""

import numpy as np

from autoal_gui.strategies.contract import Evidence, Scores
from autoal_gui.strategies.uncertainty import lead

NAME = "variation_ratio"
LABEL = "Variation ratio"
SOURCE = "Freeman 1965; Gal et al. 2017"
ORDER = 60


def score(evidence: Evidence) -> Scores:
    """Return (n,) 1 - share of the modal class among the R argmaxes; ties by margin. In [0, 1].

    Ratios are multiples of 1/R, and R draws tie most images. The margin, brought to [0, 1], adds
    at most half a step, 1/(2R): it orders equal ratios and cannot reorder different ones.
    """
    draws, n, _ = evidence.stochastic.shape
    votes = np.zeros(evidence.probabilities.shape, dtype=np.int64)
    for draw in evidence.stochastic:
        votes[np.arange(n), draw.argmax(axis=1)] += 1
    ratio = 1.0 - votes.max(axis=1) / draws
    closeness = np.clip(1.0 - lead(evidence.probabilities), 0.0, 1.0)
    broken_ties: Scores = ratio + closeness / (2 * draws)
    return broken_ties
