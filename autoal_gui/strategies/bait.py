"""BAIT: ask for the images that tell most about the last layer, as the pool will use it."""

import numpy as np

from autoal_gui.strategies.contract import Labelled, ModelOutputs, Scores
from autoal_gui.strategies.geometry import Array, Rows, one_thread, squared_lengths

NAME = "bait"
LABEL = "BAIT"
SOURCE = "Ash et al. 2021"
ORDER = 127

IMAGES = 4096  # candidates; of a larger pool, so many at random
RIDGE = 1.0  # lambda, the paper's
OVERSAMPLING = 2  # times as many images are chosen first, the paper's
DECIMALS = 9  # of gains that are compared: coarser than their rounding


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
    information = _information(outputs)[rows.order]
    scale = _mean_square(rows) or 1.0
    fisher, current = _fishers(outputs, rows, information, scale)
    sample = rows.sample(IMAGES, outputs.seed)
    factors = rows.read(sample) * np.sqrt(information[sample] / scale)[:, None]
    chosen = choose(factors, fisher, current, outputs.wanted)
    return rows.choice(sample[chosen], information - 0.25)


def choose(factors: Array, fisher: Array, current: Array, wanted: int) -> list[int]:
    """Choose rows v by tr((current + sum v v')^-1 fisher), which becomes small.

    Args:
        factors: (p, D) the rows.
        fisher: (D, D) symmetric, not negative.
        current: (D, D) symmetric, positive.
        wanted: how many to choose; fewer where no other row lowers the trace.
    """
    search = _Search(factors, fisher, current)
    chosen: list[int] = []
    for _ in range(min(OVERSAMPLING * wanted, len(factors))):
        gains = search.gains(+1)
        gains[chosen] = 0.0
        if gains.max() <= 0:
            break
        chosen.append(int(_even(gains).argmax()))
        search.move(chosen[-1], +1)
    while len(chosen) > wanted:
        losses = _even(search.gains(-1)[chosen])
        dropped = chosen.pop(len(losses) - 1 - int(losses[::-1].argmin()))  # of equals the last
        search.move(dropped, -1)
    return chosen


def _even(gains: Array) -> Array:
    """Return gains relative to the largest, those equal that only rounding tells apart."""
    even: Array = np.round(gains / gains.max(), DECIMALS)
    return even


class _Search:
    """What rows v would do to tr(M^-1 F), kept up to date as M gains and loses rows."""

    def __init__(self, factors: Array, fisher: Array, current: Array) -> None:
        self.factors, self.fisher = factors, fisher
        inverse = np.linalg.inv(current)
        self.solved = factors @ inverse
        """(p, D) rows v' M^-1."""
        self.weighed = self.solved @ fisher
        """(p, D) rows v' M^-1 F."""

    def gains(self, sign: int) -> Array:
        """Return (p,) by how much the trace falls if M gains v v' (+1), or rises if it loses it.

        Sherman & Morrison: v' M^-1 F M^-1 v / (1 +- v' M^-1 v).
        """
        lengths = np.einsum("pd,pd->p", self.solved, self.factors)
        gains: Array = np.einsum("pd,pd->p", self.weighed, self.solved) / (1 + sign * lengths)
        return gains

    def move(self, place: int, sign: int) -> None:
        """Add a row's v v' to M (+1), or take it away."""
        direction = self.solved[place].copy()
        share = self.solved @ self.factors[place]
        share *= sign / (1 + sign * (direction @ self.factors[place]))
        self.solved -= share[:, None] * direction
        self.weighed -= share[:, None] * (direction @ self.fisher)


def _information(images: ModelOutputs | Labelled) -> Array:
    """Return (n,) q (1 - q), in [0, 1/4]."""
    highest = np.clip(images.probabilities.max(axis=1).astype(np.float64), 0, 1)
    information: Array = highest * (1 - highest)
    return np.minimum(information, 0.25)


def _mean_square(rows: Rows) -> float:
    total = sum(float(squared_lengths(points).sum()) for _, points in rows.chunks())
    return total / (len(rows) * int(rows.features.shape[1]))


def _fishers(
    outputs: ModelOutputs, rows: Rows, information: Array, scale: float
) -> tuple[Array, Array]:
    """Return F and M before any image is chosen, (D, D)."""
    current = RIDGE * np.eye(rows.features.shape[1])
    if outputs.labelled is not None:
        known = Rows.of(outputs.labelled)
        current += _total(known, _information(outputs.labelled)[known.order] / scale)
    return _total(rows, information / (scale * len(rows))), current


def _total(rows: Rows, weights: Array) -> Array:
    """Return (D, D) sum_x w(x) h h'."""
    total = np.zeros((rows.features.shape[1],) * 2)
    for part, points in rows.chunks():
        total += (points * weights[part, None]).T @ points
    return total
