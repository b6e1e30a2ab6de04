"""DropQuery: ask for the middle of clusters of images whose class dropout changes."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Positions, Scores
from autoal_gui.strategies.geometry import LLOYD_IMAGES, Array, Rows, lloyd, nearest, one_thread
from autoal_gui.strategies.kmeans import nearest_of_each
from autoal_gui.strategies.uncertainty import lead

NAME = "dropquery"
LABEL = "DropQuery"
SOURCE = "Gupte et al. 2024"
ORDER = 124
NEEDS_LABELLED = False

MOST = 0.5  # of the draws must predict another class, the paper's


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put one image of each of `wanted` clusters of candidates on top.

    A candidate is an image that more than half of the dropout draws put into another class than
    the model without dropout. Where fewer than `wanted` are, those with the most such draws are
    taken, ties by margin, then by image id. Of each cluster (k-means on the features) the image
    nearest to the centroid is chosen, the largest cluster first. Chosen images score k, ..., 2, 1;
    the others by their share of such draws, 0 or less.

    The draws are those of the program's dropout, whatever its rate and their number.
    """
    rows = Rows.of(outputs)
    if not len(rows):
        return np.empty(0)
    changed = _changed(outputs)[rows.order]
    closeness = 1 - lead(outputs.probabilities)[rows.order]
    count = max(min(outputs.wanted, len(rows)), np.count_nonzero(changed > MOST))
    candidates = np.sort(np.lexsort((-closeness, -changed))[:count])
    of_them = Rows(outputs.features, rows.order[candidates], unit=False)
    chosen = candidates[_middles(of_them, outputs.wanted, outputs.seed)]
    half_a_step = 1 / (2 * len(outputs.stochastic))
    return rows.choice(chosen, changed - 1 + half_a_step * (np.clip(closeness, 0, 1) - 1))


def _changed(outputs: ModelOutputs) -> Array:
    """Return (n,) the share of draws that predict another class, in [0, 1]."""
    predicted = outputs.probabilities.argmax(axis=1)
    changed = np.zeros(len(outputs))
    for drawn in outputs.stochastic:
        changed += drawn.argmax(axis=1) != predicted
    return changed / len(outputs.stochastic)


def _middles(rows: Rows, wanted: int, seed: int) -> Positions:
    """Return the places nearest to the centroids of `wanted` clusters."""
    points = rows.read(rows.sample(LLOYD_IMAGES, seed))
    distances, labels = nearest(rows, lloyd(points, wanted, seed))
    return nearest_of_each(distances, labels)
