"""What a model may be trusted with: sets of classes that hold the true one, and what is unlike all.

Split conformal prediction (Vovk, Gammerman & Shafer 2005; Papadopoulos et al. 2002), with the score
of Sadinle, Lei & Wasserman (2019): one minus the probability of the true class. It is calibrated on
images that were not learned from and whose class is known. A new image that is drawn as these were
has its class in the set at least as often as the level says, whatever the model is like. That holds
over all such images together: not for each class, and not for images from elsewhere.

What is exchangeable are groups such as patients, not their images: each group counts as one, and
its images share that (Lee, Barber & Willett 2023). A new group is one more of them, which is where
the one comes from that is added below.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.operating.decision import CLOSE, Threshold, decided, is_close

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEARLY = 1e-9  # by which sums of shares may miss a level
FEWEST = 19  # groups: of fewer, one in twenty or more would be told to be unlike all by chance
STRANGE = 0.01  # share of images like those that measure which are told to be unlike all


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a model makes of m images that it has not learned from and whose class is known."""

    scores: Floats = field(repr=False)
    """(m,) one minus the probability of the true class, in [0, 1]."""
    distances: Floats = field(repr=False)
    """(m,) from what the model has learned from, see `Familiar`; at least 0."""
    units: Ints = field(repr=False)
    """(m,) what stays together, by a number each."""
    probabilities: Floats | None = field(default=None, repr=False)
    """(m, C) that give the scores; None where they were not kept."""
    truth: Ints | None = field(default=None, repr=False)
    """(m,) the class of each image; a class that the model does not know is C or above."""
    counts: Floats | None = field(default=None, repr=False)
    """(m,) positive: how many new images each stands for beside the others; None for all alike. So
    weighted, images that were not drawn evenly tell what holds of those that they stand for
    (Tibshirani et al. 2019)."""
    is_apart: bool = True
    """Whether the model has learned from none of these images; else each was predicted by another
    that had not, and that had learned from nearly all that it learned from."""

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(np.unique(self.units))

    @property
    def shares(self) -> Floats:
        """(m,) what each image counts for: a group's share, or its own; they sum to 1."""
        _, places, sizes = np.unique(self.units, return_inverse=True, return_counts=True)
        counts = np.ones(len(self.units)) if self.counts is None else self.counts
        parts = counts / sizes[places.reshape(-1)]
        shares: Floats = parts / parts.sum()
        return shares

    @property
    def effective(self) -> float:
        """How many groups that count alike say as much (Kish 1965); no more than there are."""
        if not len(self.units):
            return 0.0
        _, places = np.unique(self.units, return_inverse=True)
        return float(1 / (np.bincount(places.reshape(-1), self.shares) ** 2).sum())

    @property
    def weights(self) -> Floats:
        """(m,) what each image counts for where a new group is one of them."""
        count = self.effective
        weights: Floats = self.shares * count / (count + 1)
        return weights

    def threshold(self, level: float) -> float:
        """Return the score up to which a class is in the set; infinite where all have to be.

        Args:
            level: how often the true class is to be in the set, in (0, 1).
        """
        order = np.argsort(self.scores, kind="stable")
        held = np.cumsum(self.weights[order])
        enough = np.flatnonzero(held >= level - NEARLY)
        return float(self.scores[order[enough[0]]]) if len(enough) else float("inf")

    def held(self, level: float) -> tuple[float, float]:
        """Return how often the set of a new image may really hold its class, at 95 %.

        Over all sets of images that might have measured it is the level, or a little more; with
        these few it is Beta(k, n + 1 - k) distributed, k being how many of the n scores lie at the
        threshold or below (Vovk 2012).

        Args:
            level: see `threshold`.
        """
        from scipy.special import betaincinv

        count = self.effective
        below = int(np.ceil((count + 1) * level - NEARLY))
        if below > count:
            return 1.0, 1.0
        low, high = betaincinv(below, count + 1 - below, (0.025, 0.975)).tolist()
        return low, high

    def sets(
        self,
        probabilities: npt.NDArray[np.floating],
        level: float,
        point: Threshold | None = None,
    ) -> npt.NDArray[np.bool_]:
        """Return (n, C) which classes are in the set of each image.

        The one that it is given always is, and so is the likeliest: where they differ, an image is
        between classes. Else a model that is right more often than the level asks would leave sets
        empty for no other reason. Where the second class is nearly as likely as the first, both are
        in the set; close to the threshold of a point, on either side, its class and the likeliest
        of the others. A model that is mostly right needs no such class to keep to the level, yet is
        wrong about every other time there.

        Args:
            probabilities: (n, C).
            level: see `threshold`.
            point: by which an image is given its class, see `decided`.
        """
        inside: npt.NDArray[np.bool_] = 1 - probabilities <= self.threshold(level) + NEARLY
        if inside.size:
            rows, order = np.arange(len(inside)), np.argsort(probabilities, axis=1)
            inside[rows, order[:, -1]] = True
            inside[rows, decided(probabilities, point)] = True
            second = order[:, -min(2, order.shape[1])]
            tied = CLOSE * probabilities[rows, second] >= probabilities[rows, order[:, -1]]
            inside[rows[tied], second[tied]] = True
        if inside.size and point is not None:
            close = is_close(probabilities, point)
            inside[close, point.class_index] = True
            inside[rows[close], decided(probabilities, replace(point, value=2.0))[close]] = True
        return inside

    def ordinary(self, distances: npt.NDArray[np.floating]) -> Floats:
        """Return (n,) how many of the images that measure are as far or farther, in (0, 1].

        A share, in which a new image counts as one of them: of images that are drawn as these
        were, at most one in a hundred has a share of .01 or less.
        """
        order = np.argsort(self.distances, kind="stable")
        farther = np.append(np.cumsum(self.weights[order][::-1])[::-1], 0.0)
        places = np.searchsorted(self.distances[order], distances - NEARLY)
        shares: Floats = farther[places] + 1 / (self.effective + 1)
        return shares

    def unlike(self, distances: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
        """Return (n,) which images are unlike all that was learned from.

        None is where too few groups measure.
        """
        if not self.tells_unlike:
            return np.zeros(len(distances), np.bool_)
        told: npt.NDArray[np.bool_] = self.ordinary(distances) <= self.chance + NEARLY
        return told

    @property
    def tells_unlike(self) -> bool:
        """Whether enough groups measure to tell which images are unlike all."""
        return self.effective >= FEWEST - NEARLY

    @property
    def chance(self) -> float:
        """The share of images like those that measure which are told to be unlike all, at most."""
        return max(STRANGE, 1 / (self.effective + 1))
