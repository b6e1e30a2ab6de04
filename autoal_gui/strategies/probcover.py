"""ProbCover: ask for the images whose neighbourhoods cover most of the pool."""

import numpy as np
import numpy.typing as npt

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.geometry import (
    Array,
    Rows,
    lloyd,
    nearest,
    one_thread,
    parts,
    squared_distances,
)

NAME = "probcover"
LABEL = "ProbCover"
SOURCE = "Yehuda et al. 2022"
ORDER = 120

IMAGES = 4096  # of which the graph of neighbours is made: 16 MB, whatever the pool
PURITY = 0.95  # share of images whose neighbourhood holds one pseudo-class alone, the paper's

Mask = npt.NDArray[np.bool_]


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put a greedy cover of the pool on top.

    Features are scaled to length 1. A neighbourhood is what lies nearer than a radius: the largest
    one at which 95 % of the neighbourhoods are pure, each class standing for one of C clusters
    (at least 2). The image whose neighbourhood holds most that no labelled or chosen image covers
    is chosen, ties by image id, until `wanted` are chosen or all is covered. Chosen images score
    k, ..., 2, 1; the others their distance to the nearest labelled or chosen one, less the
    largest such distance.

    Needs no labels. Of more than `IMAGES` images a random sample is covered, by its own images.
    """
    rows = Rows.of(outputs, unit=True)
    if not len(rows):
        return np.empty(0)
    sample = rows.sample(IMAGES, outputs.seed)
    points = rows.read(sample)
    classes = max(2, outputs.probabilities.shape[1])
    square = _pure_square(points, lloyd(points.copy(), classes, outputs.seed))
    taken = np.empty((0, points.shape[1]))
    if outputs.labelled is not None:
        taken = Rows.of(outputs.labelled, unit=True).read()
    uncovered = np.count_nonzero(_neighbours(points, taken, square), axis=1) == 0
    chosen = _cover(_neighbours(points, points, square), uncovered, outputs.wanted)
    distances, _ = nearest(rows, np.concatenate((taken, points[chosen])))
    return rows.choice(sample[chosen], distances - distances.max())


def _pure_square(points: Array, centroids: Array) -> float:
    """Return the square of the radius: the distance to the nearest image of another cluster.

    Of these distances 95 % are no smaller. Infinite where there is one cluster.
    """
    labels = squared_distances(points, centroids).argmin(axis=1)
    apart = np.empty(len(points))
    for part in parts(len(points), len(points)):
        squares = squared_distances(points[part], points)
        squares[labels[part, None] == labels] = np.inf
        apart[part] = squares.min(axis=1)
    return float(np.sort(apart)[int((1 - PURITY) * len(apart))])


def _neighbours(points: Array, centres: Array, square: float) -> Mask:
    """Return (p, k) whether a point lies nearer to a centre than the radius, or on it."""
    near = np.empty((len(points), len(centres)), np.bool_)
    for part in parts(len(points), len(centres)):
        squares = squared_distances(points[part], centres)
        near[part] = (squares < square) | (squares == 0)
    return near


def _cover(graph: Mask, uncovered: Mask, wanted: int) -> list[int]:
    """Choose rows of the graph (p, p) greedily; `uncovered` (p,) is changed."""
    degrees = np.count_nonzero(graph & uncovered, axis=1)
    chosen: list[int] = []
    while len(chosen) < wanted and uncovered.any():
        best = int(degrees.argmax())
        chosen.append(best)
        newly = np.flatnonzero(graph[best] & uncovered)
        uncovered[newly] = False
        degrees -= np.count_nonzero(graph[:, newly], axis=1)
    return chosen
