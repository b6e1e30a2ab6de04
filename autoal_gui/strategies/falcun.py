"""FALCUN: draw images that are uncertain, and predicted unlike those drawn before."""

from collections.abc import Callable

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.geometry import Array, parts
from autoal_gui.strategies.uncertainty import Probabilities, lead

NAME = "falcun"
LABEL = "FALCUN"
SOURCE = "Gilhuber et al. 2024"
ORDER = 125
NEEDS_LABELLED = False

GAMMA = 10  # power of the relevance that images are drawn by, the authors'


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put a draw by relevance on top.

    Each image is drawn by the 10th power of its relevance: u, 1 less the margin, plus d, its
    distance (L1, of class probabilities) to the nearest image drawn before, scaled to [0, 1] over
    the pool; before the first draw d is u. Chosen images score k, ..., 2, 1; the others their
    relevance, less 2. Only probabilities are looked at, not features.
    """
    order = np.argsort(outputs.image_ids)
    probabilities = outputs.probabilities[order]
    random = np.random.default_rng(outputs.seed)

    def pick(chances: Array) -> int:
        reached = np.cumsum(chances)
        place = np.searchsorted(reached, random.random() * reached[-1], side="right")
        return min(int(place), len(chances) - 1)

    chosen, relevance = draw_relevant(probabilities, min(outputs.wanted, len(order)), pick)
    relevance -= 2
    relevance[chosen] = np.arange(len(chosen), 0, -1)
    scores = np.empty(len(order))
    scores[order] = relevance
    return scores


def draw_relevant(
    probabilities: Probabilities, wanted: int, pick: Callable[[Array], int]
) -> tuple[list[int], Array]:
    """Draw rows of class probabilities (n, C).

    Args:
        probabilities: the rows.
        wanted: how many to draw, n at most.
        pick: returns a place by chances (n,), which sum to 1.

    Returns:
        Their places, and the relevance (n,) in [0, 2] of all rows after the last draw.
    """
    uncertainty = np.clip(1 - lead(probabilities), 0, 1)
    distances = uncertainty.copy()
    left = np.ones(len(uncertainty))
    chosen: list[int] = []
    for _ in range(wanted):
        chances = (uncertainty + distances) ** GAMMA * left
        if not chances.any():
            chances = left.copy()
        chosen.append(pick(chances / chances.sum()))
        left[chosen[-1]] = 0
        np.minimum(distances, _away(probabilities, chosen[-1]), out=distances)
        distances -= distances.min()
        if distances.any():
            distances /= distances.max()
    return chosen, uncertainty + distances


def _away(probabilities: Probabilities, place: int) -> Array:
    """Return (n,) L1 distances of all rows to one of them."""
    away = np.empty(len(probabilities))
    centre = probabilities[place].astype(np.float64)
    for part in parts(len(away), len(centre)):
        away[part] = np.abs(probabilities[part] - centre).sum(axis=1)
    return away
