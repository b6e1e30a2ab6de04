"""Random: every image is equally likely to be asked; what any other strategy must beat."""

import numpy as np

from autoal_gui.strategies.contract import Evidence, Scores

NAME = "random"
LABEL = "Random"
SOURCE = "simple random sampling"
ORDER = 80


def score(evidence: Evidence) -> Scores:
    """Return (n,) uniform numbers in [0, 1), drawn from the seed in order of image id."""
    scores = np.empty(len(evidence))
    scores[np.argsort(evidence.image_ids)] = np.random.default_rng(evidence.seed).random(
        len(evidence)
    )
    return scores
