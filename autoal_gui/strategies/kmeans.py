"""k-means: ask for the images that stand in the middle of the pool's clusters."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Positions, Scores
from autoal_gui.strategies.geometry import LLOYD_IMAGES, Array, Rows, lloyd, nearest, one_thread

NAME = "kmeans"
LABEL = "k-means"
SOURCE = "Ahmed et al. 2020"
ORDER = 40
NEEDS_LABELLED = False


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put the image nearest to each of `wanted` centroids on top.

    Each cluster's member nearest to its centroid is chosen, ties by image id. Chosen images score
    k, ..., 2, 1, the largest cluster highest; the others minus the distance to their centroid, 0
    or less. Where images coincide there may be fewer clusters than wanted.

    Lloyd's algorithm finds the centroids, of a random sample where there are more than
    `LLOYD_IMAGES`: for a given `wanted` the cost is at most linear in n.
    """
    rows = Rows.of(outputs)
    if not len(rows):
        return np.empty(0)
    points = rows.read(rows.sample(LLOYD_IMAGES, outputs.seed))
    distances, labels = nearest(rows, lloyd(points, outputs.wanted, outputs.seed))
    return rows.choice(nearest_of_each(distances, labels), -distances)


def nearest_of_each(distances: Array, labels: Positions) -> Positions:
    """Return the place nearest to each cluster's centroid, the largest cluster first."""
    by_cluster = np.lexsort((distances, labels))
    _, first, sizes = np.unique(labels[by_cluster], return_index=True, return_counts=True)
    middle = by_cluster[first]
    largest_first: Positions = middle[np.lexsort((middle, -sizes))]
    return largest_first
