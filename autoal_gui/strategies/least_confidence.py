"""Least confidence: ask where even the most probable class is improbable."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores

NAME = "least_confidence"
LABEL = "Least confidence"
SOURCE = "Wang & Shang 2014"
ORDER = 30
NEEDS_LABELLED = False


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) 1 - p_(1) in [0, 1 - 1/C]."""
    highest: Scores = outputs.probabilities.max(axis=1).astype(np.float64)
    return 1.0 - highest
