"""How well a classifier does on the evaluation set, from its confusion matrix."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z_95 = 1.959964  # two-sided 95 % quantile of the normal distribution


@dataclass(frozen=True)
class Metrics:
    """Performance on images that the method did not choose.

    `confusion[t][p]` counts images of true class t that were predicted as p.
    """

    confusion: tuple[tuple[int, ...], ...]

    @classmethod
    def of(
        cls, truth: npt.NDArray[np.integer], predicted: npt.NDArray[np.integer], classes: int
    ) -> "Metrics":
        """Count predictions.

        Args:
            truth: (n,) class indices.
            predicted: (n,) class indices.
            classes: C.

        Raises:
            ValueError: the arrays differ in length, or an index lies outside [0, C).
        """
        if truth.shape != predicted.shape:
            raise ValueError("truth and predicted do not match")
        both = np.concatenate((truth, predicted))
        if both.size and not 0 <= both.min() <= both.max() < classes:
            raise ValueError("a class index is out of range")
        cells = truth.astype(np.int64) * classes + predicted  # uint8 would wrap at 256
        rows = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
        return cls(tuple(tuple(int(count) for count in row) for row in rows))

    @property
    def total(self) -> int:
        """Number of images evaluated."""
        return sum(map(sum, self.confusion))

    @property
    def correct(self) -> int:
        """Number of images predicted as what they are."""
        return sum(row[i] for i, row in enumerate(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of images predicted right, in [0, 1]; nan for an empty set."""
        return self.correct / self.total if self.total else math.nan

    @property
    def sensitivities(self) -> tuple[float, ...]:
        """Share of each class that was found, in [0, 1]; nan for a class without images."""
        return tuple(
            row[i] / sum(row) if sum(row) else math.nan for i, row in enumerate(self.confusion)
        )

    @property
    def balanced_accuracy(self) -> float:
        """Mean sensitivity over the classes that occur, in [0, 1] (Brodersen et al. 2010)."""
        present = [value for value in self.sensitivities if not math.isnan(value)]
        return sum(present) / len(present) if present else math.nan

    @property
    def macro_f1(self) -> float:
        """Mean F1 score over the classes that occur, in [0, 1]; nan for an empty set."""
        counts = np.array(self.confusion, np.int64).reshape(len(self.confusion), -1)
        truth, predicted = counts.sum(1), counts.sum(0)
        present = truth > 0
        scores = 2 * counts.diagonal()[present] / (truth + predicted)[present]
        return float(scores.mean()) if present.any() else math.nan

    @property
    def accuracy_interval(self) -> tuple[float, float]:
        """95 % interval of the accuracy."""
        return wilson_interval(self.correct, self.total)

    @property
    def balanced_accuracy_interval(self) -> tuple[float, float]:
        """95 % interval of the balanced accuracy: the variances of the classes' shares add up.

        Each share is taken with one success and one failure more (Agresti & Coull 1998), so that
        a class of one image does not count as certain.
        """
        rows = [(row[i], sum(row)) for i, row in enumerate(self.confusion) if sum(row)]
        if not rows:
            return (0.0, 1.0)
        variance = 0.0
        for found, count in rows:
            share = (found + 1) / (count + 2)
            variance += share * (1 - share) / (count + 2)
        half = Z_95 * math.sqrt(variance) / len(rows)
        middle = self.balanced_accuracy
        return (max(0.0, middle - half), min(1.0, middle + half))


def wilson_interval(found: int, count: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson 1927); (0, 1) for no data."""
    if count == 0:
        return (0.0, 1.0)
    share = found / count
    denominator = 1 + Z_95**2 / count
    middle = (share + Z_95**2 / (2 * count)) / denominator
    half = Z_95 * math.sqrt(share * (1 - share) / count + Z_95**2 / (4 * count**2)) / denominator
    return (max(0.0, middle - half), min(1.0, middle + half))
