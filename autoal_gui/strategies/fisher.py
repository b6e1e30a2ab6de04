"""How much labels tell about the last layer, and greedy choices by it; not a strategy itself.

Ash et al. 2021: M is the Fisher information of the labelled images in the last layer, F that of
the images that it is used on. tr(M^-1 F) is how wrong the layer is on these; labels make it small.
"""

import numpy as np
import numpy.typing as npt

from autoal_gui.strategies.geometry import Array, Rows

RIDGE = 1.0  # lambda, the paper's: of M before any image has a label
OVERSAMPLING = 2  # times as many images are chosen first, the paper's
DECIMALS = 9  # of gains that are compared: coarser than their rounding


def information(probabilities: npt.NDArray[np.floating]) -> Array:
    """Return (n,) q (1 - q), in [0, 1/4], q being the probability of the likeliest class.

    That of the question whether this class is the right one (Huseljic et al. 2024); with two
    classes it is the full one.

    Args:
        probabilities: (n, C).
    """
    highest = np.clip(probabilities.max(axis=1).astype(np.float64), 0, 1)
    told: Array = highest * (1 - highest)
    return np.minimum(told, 0.25)


def total(images: Rows, weights: Array) -> Array:
    """Return (D, D) sum_x w(x) h h' of images with features h."""
    width = int(images.features.shape[1])
    found = np.zeros((width, width))
    for part, points in images.chunks():
        found += outer(points, weights[part])
    return found


def outer(points: Array, weights: Array) -> Array:
    """Return (D, D) sum_x w(x) h h' of points (p, D) with weights (p,)."""
    product: Array = (points * weights[:, None]).T @ points
    return product


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
        self.solved = _less(self.solved, share, direction)
        self.weighed = _less(self.weighed, share, direction @ self.fisher)


def _less(rows: Array, column: Array, row: Array) -> Array:
    """Return rows (p, D) less column (p,) times row (D,), in their own memory."""
    from scipy.linalg.blas import dger  # slow to load

    less: Array = dger(-1.0, row, column, a=rows.T, overwrite_a=True).T
    return less
