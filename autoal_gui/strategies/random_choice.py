"""Random: every image is equally likely to be asked; what any other strategy must beat."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores

NAME = "random"
LABEL = "Random"
SOURCE = "simple random sampling"
ORDER = 80
NEEDS_LABELLED = False


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) uniform numbers in [0, 1), drawn from the seed in order of image id.

    Each size of the pool has a draw of its own: numbers of one seed alone would ask in every round
    at the same places of a list that has hardly changed, and so for neighbours of the last batch.
    """
    generator = np.random.default_rng((outputs.seed, len(outputs)))
    scores = np.empty(len(outputs))
    scores[np.argsort(outputs.image_ids)] = generator.random(len(outputs))
    return scores
