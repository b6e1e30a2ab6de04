"""CoreSet: ask for the images that are farthest from all that are labelled or asked for."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.geometry import Array, Rows, distances_to, nearest, one_thread, spread

NAME = "coreset"
LABEL = "CoreSet"
SOURCE = "Sener & Savarese 2018"
ORDER = 100


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores by k-center greedy in the space of the features.

    The image farthest from the nearest labelled or chosen one is chosen, `wanted` times, ties by
    image id. Chosen images score k, ..., 2, 1; the others their distance to the nearest, less the
    largest such distance. Where all others coincide with these, fewer are chosen.

    Without labels the first choice is the image nearest to the mean of the pool.
    """
    rows = Rows.of(outputs)
    if not len(rows):
        return np.empty(0)

    def measure(place: int) -> Array:
        return distances_to(rows, rows.read(slice(place, place + 1))[0])

    if outputs.labelled is not None and len(outputs.labelled):
        chosen = []
        distances, _ = nearest(rows, Rows.of(outputs.labelled).read())
    else:
        chosen = [int(distances_to(rows, _mean(rows)).argmin())]
        distances = measure(chosen[0])
    chosen = spread(chosen, distances, outputs.wanted, lambda away: int(away.argmax()), measure)
    return rows.choice(chosen, distances - distances.max())


def _mean(rows: Rows) -> Array:
    """Return the mean (D,) of at least one image."""
    total = np.zeros(rows.features.shape[1])
    for _, points in rows.chunks():
        total += points.sum(axis=0)
    return total / len(rows)
