"""BAIT: ask for the images that tell most about the last layer, as the pool will use it."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.fisher import RIDGE, choose, information, total
from autoal_gui.strategies.geometry import Array, Rows, one_thread, squared_lengths

NAME = "bait"
LABEL = "BAIT"
SOURCE = "Ash et al. 2021"
ORDER = 127

IMAGES = 4096  # candidates; of a larger pool, so many at random


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put a batch S with small tr(M^-1 F) on top.

    F is the mean Fisher information of the pool's images in the last layer, M the identity plus
    that of the labelled images and of S. The information of an image is that of the question
    whether its likeliest class is the right one, q (1 - q) h h', q being its probability and h the
    features with a mean square of 1 over the pool (Huseljic et al. 2024; with two classes it is
    the full one). Twice as many images as wanted are chosen greedily, then those
    are dropped that are missed least. Chosen images score k, ..., 2, 1; the others q (1 - q) less
    1/4. Of more than `IMAGES` images a random sample are candidates; F is of all.
    """
    rows = Rows.of(outputs)
    if not len(rows):
        return np.empty(0)
    told = information(outputs.probabilities)[rows.order]
    scale = _mean_square(rows) or 1.0
    fisher, current = _fishers(outputs, rows, told, scale)
    sample = rows.sample(IMAGES, outputs.seed)
    factors = rows.read(sample) * np.sqrt(told[sample] / scale)[:, None]
    chosen = choose(factors, fisher, current, outputs.wanted)
    return rows.choice(sample[chosen], told - 0.25)


def _mean_square(rows: Rows) -> float:
    squares = sum(float(squared_lengths(points).sum()) for _, points in rows.chunks())
    return squares / (len(rows) * int(rows.features.shape[1]))


def _fishers(outputs: ModelOutputs, rows: Rows, told: Array, scale: float) -> tuple[Array, Array]:
    """Return F and M before any image is chosen, (D, D)."""
    current = RIDGE * np.eye(rows.features.shape[1])
    if outputs.labelled is not None:
        known = Rows.of(outputs.labelled)
        current += total(known, information(outputs.labelled.probabilities)[known.order] / scale)
    return total(rows, told / (scale * len(rows))), current
