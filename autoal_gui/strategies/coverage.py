"""How well a few images stand for many, and greedy choices by it; not a strategy itself.

Bae et al. 2024 and 2025: an image is covered as far as the nearest labelled or chosen one resembles
it, by the kernel exp(-d^2 / radius^2) of the distance of features scaled to length 1.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.strategies.contract import ModelOutputs, Positions, Scores
from autoal_gui.strategies.geometry import Array, Rows, parts, squared_distances

IMAGES = 4096  # candidates, which are also what is to be covered: 64 MB, whatever the pool
BLOCK = 64  # candidates whose gains are computed again at a time
DECIMALS = 9  # of gains: coarser than the rounding of resemblances, so that equal ones stay equal


@dataclass
class Coverage:
    """Some images, each with what it is worth to cover it, and how far it is covered."""

    resemblances: npt.NDArray[np.float32] = field(repr=False)
    """(p, p) in [0, 1], of each image to each."""
    worth: Array = field(repr=False)
    """(p,) not negative, not all 0."""
    covered: Array = field(repr=False)
    """(p,) in [0, 1]; grows."""

    def choose(self, wanted: int) -> list[int]:
        """Choose images one after the other, each with the largest gain, ties by place.

        A gain is by how much the mean coverage rises, each image counting for its worth. It can
        only fall as more is covered, so it is computed again only where it might still be the
        largest.

        Returns:
            Places; fewer than wanted where no other has a gain.
        """
        gains = np.full(len(self.worth), np.inf)
        chosen: list[int] = []
        while len(chosen) < wanted:
            best = self._best(gains)
            if gains[best] <= 0:
                break
            chosen.append(best)
            np.maximum(self.covered, self.resemblances[best], out=self.covered)
        return chosen

    def _best(self, gains: Array) -> int:
        """Return the place of the largest gain, given what each was at most; that is updated."""
        order = np.argsort(-gains, kind="stable")
        largest = -np.inf
        for start in range(0, len(order), BLOCK):
            places = order[start : start + BLOCK]
            if gains[places[0]] < largest:
                break
            gains[places] = self._gains(places)
            largest = max(largest, gains[places].max())
        return int(gains.argmax())

    def _gains(self, places: Positions) -> Array:
        """Return (q,) the gains of some images, as shares of all worth."""
        more = self.resemblances[places].astype(np.float64)
        more -= self.covered
        np.maximum(more, 0.0, out=more)
        gains: Array = np.round(more @ self.worth / self.worth.sum(), DECIMALS)
        return gains


def alike(points: Array, radius: float) -> npt.NDArray[np.float32]:
    """Return (p, p) resemblances of points (p, D) to each other."""
    resemblances = np.empty((len(points), len(points)), np.float32)
    for part in parts(len(points), len(points)):
        resemblances[part] = kernel(points[part], points, radius)
    return resemblances


def kernel(points: Array, others: Array, radius: float) -> Array:
    """Return (p, q) resemblances in [0, 1]."""
    squares = squared_distances(points, others)
    squares /= -(radius**2)
    resemblances: Array = np.exp(squares, out=squares)
    return resemblances


def resemblance(points: Array, others: Array, radius: float) -> Array:
    """Return (p,) the resemblance to the nearest of (q, D) others; 0 without any."""
    nearest = np.zeros(len(points))
    if len(others):
        for part in parts(len(points), len(others)):
            nearest[part] = kernel(points[part], others, radius).max(axis=1)
    return nearest


def cover(outputs: ModelOutputs, known: Array, worth: Scores, radius: float) -> Scores:
    """Return (n,) scores that put a greedy cover of the pool on top.

    Chosen images score k, ..., 2, 1, the others their worth times what is not covered of them,
    less the largest worth: 0 or less. Of more than `IMAGES` images a random sample is covered, by
    its own images.

    Args:
        outputs: of the pool, n >= 1.
        known: (m, D) features of the labelled images, scaled to length 1.
        worth: (n,) not negative, not all 0, in the order of the outputs.
        radius: the distance at which resemblance has fallen to 1/e.
    """
    rows = Rows.of(outputs, unit=True)
    sample = rows.sample(IMAGES, outputs.seed)
    in_order = worth[rows.order]
    points = rows.read(sample)
    covered = resemblance(points, known, radius)
    chosen = Coverage(alike(points, radius), in_order[sample], covered).choose(outputs.wanted)
    taken = np.concatenate((known, points[chosen]))
    left = np.empty(len(rows))
    for part, pool in rows.chunks(len(taken)):
        left[part] = 1 - resemblance(pool, taken, radius)
    return rows.choice(sample[chosen], in_order * left - in_order.max())
