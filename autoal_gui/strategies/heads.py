"""Linear classifiers fitted to the labelled features; not a strategy itself."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.sets.folds import deal_units
from autoal_gui.strategies.contract import Positions
from autoal_gui.strategies.geometry import Array

ITERATIONS = 200  # of the fit; the loss has settled by then
FOLDS = 5
ABSENT = -1e6  # logit of a class that the fit has not seen


@dataclass(frozen=True)
class Scale:
    """Moves features to mean 0 and mean square 1, whatever the size of a network's."""

    mean: Array
    """(D,)."""
    deviation: float

    @classmethod
    def of(cls, points: Array) -> "Scale":
        """Measure points (m, D), m >= 1."""
        mean = points.mean(axis=0)
        return cls(mean, float(np.sqrt(np.mean((points - mean) ** 2))) or 1.0)

    def __call__(self, points: Array) -> Array:
        """Return scaled points (p, D)."""
        return (points - self.mean) / self.deviation


def fit(points: Array, labels: Positions, classes: int) -> tuple[Array, Array]:
    """Return weights (D, C) and biases (C,) of a logistic regression on scaled points (m, D).

    With a single class among the labels it predicts that class everywhere.
    """
    weights, biases = np.zeros((points.shape[1], classes)), np.full(classes, ABSENT)
    present = np.unique(labels)
    biases[present] = 0.0
    if len(present) == 1:
        return weights, biases
    method = logistic_regression(1.0, ITERATIONS).fit(points, labels)
    if len(present) == 2:  # one row: the logit of the second class over the first
        weights[:, present[1]], biases[present[1]] = method.coef_[0], method.intercept_[0]
    else:
        weights[:, present], biases[present] = method.coef_.T, method.intercept_
    return weights, biases


def logistic_regression(strength: float, iterations: int) -> Any:
    """Return scikit-learn's, which no longer warns of an early end, as good, nor of few labels."""
    import warnings

    from sklearn.linear_model import LogisticRegression

    for words in ("lbfgs failed", "The number of unique classes"):
        # For good, because `catch_warnings` is not safe among threads.
        warnings.filterwarnings("ignore", words)
    return LogisticRegression(C=strength, max_iter=iterations)


def out_of_fold(
    points: Array, labels: Positions, classes: int, seed: int, units: Positions | None = None
) -> Array:
    """Return (m, C) class probabilities by heads that were not fitted to the image.

    Folds are drawn within each class, and are of whole units where some of the images belong
    together.
    """
    from scipy.special import softmax

    probabilities = np.empty((len(labels), classes))
    for held in _folds(labels, min(FOLDS, len(labels)), seed, units):
        weights, biases = fit(points[~held], labels[~held], classes)
        probabilities[held] = softmax(points[held] @ weights + biases, axis=1)
    return probabilities


def _folds(
    labels: Positions, count: int, seed: int, units: Positions | None = None
) -> list[npt.NDArray[np.bool_]]:
    """Return `count` masks (m,), or fewer where there are fewer units; every image is in one."""
    if units is not None and 1 < len(np.unique(units)) < len(units):
        dealt = np.array(deal_units(units.tolist(), labels.tolist(), count, seed))
        return [dealt == number for number in range(dealt.max() + 1)]
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    fold = np.empty(len(labels), np.int64)
    fold[by_class] = np.arange(len(labels)) % count
    return [fold == number for number in range(count)]


def bootstrap(labels: Positions, random: np.random.Generator) -> Positions:
    """Draw m of m images with replacement within each class, so that no class is lost."""
    members = (np.flatnonzero(labels == c) for c in np.unique(labels))
    return np.concatenate([random.choice(group, len(group)) for group in members])
