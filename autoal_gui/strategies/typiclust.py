"""TypiClust: ask for the most typical image of each cluster that has no labels yet."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Positions, Scores
from autoal_gui.strategies.geometry import (
    LLOYD_IMAGES,
    Array,
    Rows,
    lloyd,
    nearest,
    one_thread,
    squared_distances,
)

NAME = "typiclust"
LABEL = "TypiClust"
SOURCE = "Hacohen et al. 2022"
ORDER = 110

MOST_CLUSTERS = 500  # the paper's
SMALL = 5  # clusters of so few images are passed over, the paper's
NEIGHBOURS = 20  # the paper's K
MEMBERS = 1000  # of a cluster whose neighbours are sought; keeps the cost linear in n


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put the most typical image of each uncovered cluster on top.

    Features are scaled to length 1, and pool and labelled images together make as many clusters as
    there are labels and wanted images, 500 at most. Clusters with the fewest labels come first,
    among them the largest; each gives its most typical image, then each its next. Typicality is
    the inverse of the mean distance to the 20 nearest unlabelled images of the cluster (to half
    of them in a small cluster), ties by image id. Chosen images score k, ..., 2, 1; the others
    minus the distance to their centroid, 0 or less.

    Needs no labels. Of more than `LLOYD_IMAGES` images and `MEMBERS` members of a cluster a random
    sample is looked at. Clusters of up to 5 images are passed over where there are larger ones.
    """
    rows = Rows.of(outputs, unit=True)
    if not len(rows):
        return np.empty(0)
    known = Rows.of(outputs.labelled, unit=True) if outputs.labelled is not None else None
    centroids = _centroids(rows, known, outputs)
    distances, labels = nearest(rows, centroids)
    covered = np.zeros(len(centroids), np.int64)
    if known is not None:
        covered = np.bincount(nearest(known, centroids)[1], minlength=len(centroids))
    chosen = _choose(rows, labels, covered, outputs)
    return rows.choice(chosen, -distances)


def _centroids(rows: Rows, known: Rows | None, outputs: ModelOutputs) -> Array:
    seed, labelled = outputs.seed, len(known) if known is not None else 0
    points = rows.read(rows.sample(LLOYD_IMAGES, seed))
    if known is not None:
        points = np.concatenate((known.read(known.sample(LLOYD_IMAGES, seed)), points))
    return lloyd(points, min(labelled + outputs.wanted, MOST_CLUSTERS), seed)


def _choose(rows: Rows, labels: Positions, covered: Positions, outputs: ModelOutputs) -> Positions:
    """Return up to `wanted` places, cluster by cluster in turn."""
    clusters = _clusters_in_turn(np.bincount(labels, minlength=len(covered)), covered)
    turns = -(-outputs.wanted // len(clusters))
    random = np.random.default_rng(outputs.seed)
    places = np.full((turns, len(clusters)), -1)
    for column, cluster in enumerate(clusters[: outputs.wanted]):
        members = np.flatnonzero(labels == cluster)
        if len(members) > MEMBERS:
            members = np.sort(random.choice(members, MEMBERS, replace=False))
        typical = members[np.argsort(_remoteness(rows.read(members)), kind="stable")][:turns]
        places[: len(typical), column] = typical
    in_turn: Positions = places[places >= 0][: outputs.wanted]
    return in_turn


def _clusters_in_turn(sizes: Positions, covered: Positions) -> Positions:
    """Return the clusters to choose from, the one to begin with in front.

    Args:
        sizes: (k,) unlabelled images of each cluster.
        covered: (k,) labelled ones.
    """
    held = np.flatnonzero(sizes)
    large = held[(sizes + covered)[held] > SMALL]
    usable = large if len(large) else held
    in_turn: Positions = usable[np.lexsort((-(sizes + covered)[usable], covered[usable]))]
    return in_turn


def _remoteness(points: Array) -> Array:
    """Return (p,) the mean distance of each point to its nearest ones, 1 / typicality."""
    neighbours = min(NEIGHBOURS, len(points) // 2)
    if not neighbours:
        return np.zeros(len(points))
    squares = squared_distances(points, points)
    np.fill_diagonal(squares, 0.0)
    closest = np.sqrt(np.partition(squares, neighbours, axis=1)[:, : neighbours + 1])
    means: Array = closest.sum(axis=1) / neighbours  # the point itself adds 0
    return means
