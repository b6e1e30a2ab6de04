"""How well a model does on a pool, estimated from the answers that it also learned from.

Each answer is predicted by a model that never saw it, so that none has to be set aside. The images
were not drawn evenly, since a method has chosen most of them; so each counts for the part of the
pool that it stands for (`raking`). How sure that is: `estimated_share`.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.answers.estimated_share import (
    images_alike,
    images_said,
    share_interval,
)
from autoal_gui.core.measures.design_effect import NORMAL
from autoal_gui.core.measures.metrics import (
    Floats,
    Interval,
    Metrics,
    as_plain,
)
from autoal_gui.core.measures.operating.areas import areas_of
from autoal_gui.core.measures.operating.decision import Threshold, decided


@dataclass(frozen=True)
class Said:
    """How many images, alone and of one weight, would say as much as those that there are."""

    images: float
    """Of all images."""
    inside: tuple[float, ...]
    """Of those of each class; 0 where there is none."""
    outside: tuple[float, ...]
    """Of those of all other classes, class by class."""


@dataclass(frozen=True)
class Estimate(Metrics):
    """Performance on the pool; `confusion` counts the answers, `shares` what they stand for.

    Of the classes that can be measured; see `of_answers`.
    """

    shares: tuple[tuple[float, ...], ...] = ()
    """`shares[t][p]`: the part of the pool of class t that is predicted as p; they sum to 1."""
    said: Said = Said(0.0, (), ())
    weights: tuple[float, ...] = field(default=(), repr=False, compare=False)
    """Of all answers, in their order; empty where the estimate was read from a project."""

    @classmethod
    def of_answers(
        cls,
        truth: npt.NDArray[np.integer],
        probabilities: npt.NDArray[np.floating],
        weights: Floats,
        units: npt.NDArray[np.integer] | None = None,
        threshold: Threshold | None = None,
    ) -> "Estimate":
        """Estimate from answers.

        A class with a single answer, or whose answers all stay together, is left out as one without
        answers: no model that has seen another of its images has judged it, so that it would count
        as never found.

        Args:
            truth: (n,) class indices in [0, C), of at least one image.
            probabilities: (n, C), each by a model that never saw the image's answer.
            weights: (n,) positive, how much of the pool each image stands for.
            units: (n,) what stays together; None where each image stands alone.
            threshold: by which an image is given its class, see `decided`.
        """
        kept, given = seen_apart(truth, units), tuple(weights.tolist())
        if kept.any():
            truth, probabilities, weights = truth[kept], probabilities[kept], weights[kept]
            units = None if units is None else units[kept]
        predicted, classes = decided(probabilities, threshold), probabilities.shape[1]
        counted = Metrics.of(truth, predicted, classes)
        cells = truth.astype(np.int64) * classes + predicted
        parts = np.bincount(cells, weights / weights.sum(), classes * classes)
        right = truth == predicted

        def said(kept: npt.NDArray[np.bool_]) -> float:
            rows = None if units is None else units[kept]
            return images_said(right[kept], weights[kept], rows)

        inside = tuple(said(truth == c) for c in range(classes))
        whole = said(np.ones(len(truth), bool))
        outside = tuple(_outside(truth, predicted, c, weights, units) for c in range(classes))
        # An area knows of no threshold; its interval is that of the likeliest class, too.
        likeliest = images_said(decided(probabilities) == truth, weights, units)
        widened = max(1.0, images_alike(weights) / likeliest)
        return cls(
            counted.confusion,
            areas_of(truth, probabilities, widened, weights),
            shares=tuple(map(tuple, parts.reshape(classes, classes).tolist())),
            said=Said(whole, inside, outside),
            weights=given,
        )

    @property
    def accuracy(self) -> float:
        """Share of the pool that is predicted right, in [0, 1]."""
        return min(1.0, sum(row[c] for c, row in enumerate(self.shares)))

    @property
    def class_shares(self) -> tuple[float, ...]:
        """The part of the pool that each class has, in [0, 1]."""
        return tuple(map(sum, self.shares))

    @property
    def sensitivities(self) -> tuple[float, ...]:
        """Share of each class that is found, in [0, 1]; nan for a class without answers."""
        return tuple(
            min(1.0, row[c] / sum(row)) if sum(row) else math.nan
            for c, row in enumerate(self.shares)
        )

    @property
    def specificities(self) -> tuple[float, ...]:
        """Share of what is outside each class that is not taken for it, in [0, 1], or nan."""
        found = []
        for c in range(len(self.shares)):
            others = [row for t, row in enumerate(self.shares) if t != c]
            total = sum(map(sum, others))
            taken = sum(row[c] for row in others)
            found.append(1 - taken / total if total else math.nan)
        return tuple(found)

    @property
    def accuracy_interval(self) -> Interval:
        """95 % interval of the accuracy."""
        return share_interval(self.accuracy, self.said.images)

    def sensitivity_interval(self, class_index: int) -> Interval:
        """95 % interval of a class's sensitivity."""
        return share_interval(self.sensitivities[class_index], self.said.inside[class_index])

    def specificity_interval(self, class_index: int) -> Interval:
        """95 % interval of a class's specificity."""
        return share_interval(self.specificities[class_index], self.said.outside[class_index])

    @property
    def balanced_accuracy_interval(self) -> Interval:
        """95 % interval of the balanced accuracy, as that of `Metrics`."""
        known = [(p, n) for p, n in zip(self.sensitivities, self.said.inside, strict=True) if n]
        variance = 0.0
        for share, said in known:
            pulled = (share * said + 1) / (said + 2)
            variance += pulled * (1 - pulled) / (said + 2)
        half = NORMAL * math.sqrt(variance) / len(known)
        middle = self.balanced_accuracy
        return (max(0.0, middle - half), min(1.0, middle + half))

    @property
    def macro_f1(self) -> float:
        """Mean F1 score over the classes that occur, in [0, 1]."""
        shares = np.array(self.shares)
        present = shares.sum(1) > 0
        scores = 2 * shares.diagonal()[present] / (shares.sum(1) + shares.sum(0))[present]
        return float(scores.mean())


def seen_apart(
    truth: npt.NDArray[np.integer], units: npt.NDArray[np.integer] | None
) -> npt.NDArray[np.bool_]:
    """Return (n,) whether the class of an image has another that does not stay with it; n > 0."""
    alone = np.arange(len(truth)) if units is None else units
    pairs = np.unique(np.stack((truth, alone)), axis=1)[0]
    several: npt.NDArray[np.bool_] = np.bincount(pairs, minlength=int(truth.max()) + 1)[truth] > 1
    return several


def _outside(
    truth: npt.NDArray[np.integer],
    predicted: npt.NDArray[np.integer],
    class_index: int,
    weights: Floats,
    units: npt.NDArray[np.integer] | None,
) -> float:
    kept = truth != class_index
    rows = None if units is None else units[kept]
    return images_said(predicted[kept] != class_index, weights[kept], rows)


def estimate_as_plain(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as what JSON can hold."""
    said = estimate.said
    numbers = [said.images, list(said.inside), list(said.outside)]
    return {**as_plain(estimate), "shares": estimate.shares, "said": numbers}
