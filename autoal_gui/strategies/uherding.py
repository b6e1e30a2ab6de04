"""UHerding: ask for images that much of what is uncertain resembles."""

import numpy as np

from autoal_gui.strategies import maxherding
from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.coverage import cover
from autoal_gui.strategies.geometry import Array, Rows, one_thread, parts, squared_distances
from autoal_gui.strategies.uncertainty import lead

NAME = "uherding"
LABEL = "UHerding"
SOURCE = "Bae et al. 2025"
ORDER = 121

TWINS = 1e-3  # distance of unit features up to which images are taken for one


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put a greedy cover of the uncertain part of the pool on top.

    The image is chosen that most raises mean_x u(x) max_s exp(-|x - s|^2 / r^2), over the images x
    of the pool and the labelled and chosen images s, `wanted` times, ties by image id. u is 1 less
    the margin, r the smallest distance between two labelled images that differ: the more labels,
    the smaller, and the nearer to choosing by u alone. Features are scaled to length 1. Chosen
    images score k, ..., 2, 1; the others by u and by how little they resemble a labelled or chosen
    one.

    Without labels, as with a model that is certain of all images, it is MaxHerding.
    """
    if outputs.labelled is None or not len(outputs.labelled):
        return maxherding.score(outputs)
    uncertainty = np.clip(1 - lead(outputs.probabilities), 0, 1)
    if not uncertainty.any():
        return maxherding.score(outputs)
    known = Rows.of(outputs.labelled, unit=True).read()
    return cover(outputs, known, uncertainty, radius_of(known))


def radius_of(known: Array) -> float:
    """Return the smallest distance between two of (m, D) images that differ; where none do, 1.

    Else two copies of an image, which a network's rounding tells apart, would set it.
    """
    smallest = np.inf
    for part in parts(len(known), len(known)):
        squares = squared_distances(known[part], known)
        smallest = squares.min(initial=smallest, where=squares > TWINS**2)
    return float(np.sqrt(smallest)) if np.isfinite(smallest) else maxherding.RADIUS
