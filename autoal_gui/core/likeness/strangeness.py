"""How strange an image is to a model: its Mahalanobis distance from the images it learned from.

Lee, Lee, Lee & Shin, "A simple unified framework for detecting out-of-distribution samples",
NeurIPS 2018, with one normal distribution for all classes: some have few labels. It is fitted to
what the networks give before that is centred and scaled to unit length: how strong features are,
and which never vary together, tells images from elsewhere better than their direction does. There
are more features than labels, so the covariance is shrunk towards a sphere (Ledoit & Wolf, "A
well-conditioned estimator for large-dimensional covariance matrices", 2004).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.floating]

CHUNK = 4096  # rows at a time
FOLDS = 20  # in which images are left out: each is then compared with nearly all others
MOST = 2000  # images that it is fitted to: more would take seconds and tell no more
SMALLEST = 1e-12  # variance below which features do not vary


@dataclass(frozen=True, eq=False)
class Familiar:
    """The normal distribution of what a model learned from, along the axes that vary most."""

    scales: Floats = field(repr=False)
    """(D,) what features are divided by first."""
    mean: Floats = field(repr=False)
    """(D,) of the features so divided."""
    axes: Floats = field(repr=False)
    """(k, D) orthonormal."""
    variances: Floats = field(repr=False)
    """(k,) along the axes, above 0."""
    rest: float
    """The variance in every other direction, above 0."""

    @classmethod
    def of(cls, rows: Rows, widths: Sequence[int]) -> "Familiar":
        """Fit it.

        Args:
            rows: (m, D) features of the images that were learned from, m >= 1; of more than
                `MOST` every second, third or so.
            widths: of the views that the features consist of, each of which counts alike; their
                sum is D.
        """
        exact = rows[:: -(-len(rows) // MOST)].astype(np.float64)
        scales = _scales(exact, widths)
        mean = (exact / scales).mean(0)
        apart = exact / scales - mean
        count, features = apart.shape
        _, lengths, axes = np.linalg.svd(apart, full_matrices=False)
        variances = lengths**2 / count
        mean_variance = float(variances.sum()) / features
        if mean_variance < SMALLEST:  # a single image, or the same again and again
            return cls(scales, mean, axes[:0], variances[:0], 1.0)
        shrunk = _shrinkage(apart)
        varies = variances > SMALLEST * variances[0]
        kept = (1 - shrunk) * variances[varies] + shrunk * mean_variance
        return cls(scales, mean, axes[varies], kept, shrunk * mean_variance)

    def distances(self, rows: Rows) -> Floats:
        """Return (n,) how far (n, D) features are, at least 0."""
        found = np.empty(len(rows))
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK].astype(np.float64) / self.scales - self.mean
            along = part @ self.axes.T
            beside = ((part**2).sum(1) - (along**2).sum(1)).clip(0.0)
            squares = (along**2 / self.variances).sum(1) + beside / self.rest
            found[start : start + CHUNK] = np.sqrt(squares)
        return found


def left_out_distances(rows: Rows, units: npt.NDArray[np.integer], widths: Sequence[int]) -> Floats:
    """Return (m,) how far each row is from the others, without what stays together with it.

    Args:
        rows: (m, D) features.
        units: (m,) what stays together, of two kinds at least.
        widths: see `Familiar.of`.
    """
    places = np.unique(units, return_inverse=True)[1].reshape(-1) % FOLDS
    found = np.empty(len(rows))
    for fold in np.unique(places):
        inside = places == fold
        found[inside] = Familiar.of(rows[~inside], widths).distances(rows[inside])
    return found


def _scales(rows: Floats, widths: Sequence[int]) -> Floats:
    """Return (D,) the scale of each feature's view: the spread of its images about their mean."""
    scales: list[Floats] = []
    start = 0
    for width in widths:
        spread = float(np.sqrt(rows[:, start : start + width].var(0).sum()))
        scales.append(np.full(width, spread if spread**2 > SMALLEST else 1.0))
        start += width
    return np.concatenate(scales)


def _shrinkage(apart: Floats) -> float:
    """Return how far the covariance of centred rows is shrunk, in (0, 1].

    The least is what keeps a handful of images from calling everything else infinitely far.
    """
    from sklearn.covariance import ledoit_wolf_shrinkage  # slow to load

    shrunk = ledoit_wolf_shrinkage(apart, assume_centered=True)
    return float(np.clip(shrunk, 1 / len(apart), 1.0))
