"""How well a classifier does on the evaluation set: its confusion matrix, and how it ranks."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.design_effect import NORMAL, design_effect
from autoal_gui.core.measures.operating.areas import Area, Auroc, areas_of
from autoal_gui.core.measures.operating.decision import Threshold, decided

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Metrics:
    """Performance on images that the method did not choose.

    `confusion[t][p]` counts images of true class t that were predicted as p.
    """

    confusion: tuple[tuple[int, ...], ...]
    auroc: Auroc | None = None
    """None where no probabilities are known, or a single class occurs."""
    design: float = 1.0
    """By what factor groups widen the variance of a share, see `design_effect`; at least 1."""

    @classmethod
    def of_probabilities(
        cls,
        truth: npt.NDArray[np.integer],
        probabilities: npt.NDArray[np.floating],
        units: npt.NDArray[np.integer] | None = None,
        threshold: Threshold | None = None,
        learned: Collection[int] | None = None,
    ) -> "Metrics":
        """Measure predictions.

        Args:
            truth: (n,) class indices.
            probabilities: (n, C).
            units: (n,) what stays together; None where each image stands alone.
            threshold: which class an image is given, see `decided`.
            learned: the classes that the model has learned; None where these are all.

        Raises:
            ValueError: the arrays differ in length, or an index lies outside [0, C).
        """
        given = decided(probabilities, threshold)
        counted = cls.of(truth, given, probabilities.shape[1], units)
        # An area knows of no threshold; its interval is that of the likeliest class, too.
        design = design_effect(decided(probabilities) == truth, units)
        areas = areas_of(truth, probabilities, design, learned=learned)
        return replace(counted, auroc=areas)

    @classmethod
    def of(
        cls,
        truth: npt.NDArray[np.integer],
        predicted: npt.NDArray[np.integer],
        classes: int,
        units: npt.NDArray[np.integer] | None = None,
    ) -> "Metrics":
        """Count predictions.

        Args:
            truth: (n,) class indices.
            predicted: (n,) class indices.
            classes: C.
            units: (n,) what stays together; None where each image stands alone.

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
        confusion = tuple(tuple(int(count) for count in row) for row in rows)
        return cls(confusion, design=design_effect(truth == predicted, units))

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
    def class_shares(self) -> tuple[float, ...]:
        """The part of the images that each class has, in [0, 1]; 0 of an empty set."""
        return tuple(sum(row) / max(1, self.total) for row in self.confusion)

    @property
    def commonest(self) -> tuple[int, float]:
        """The commonest class, and its share: what always saying it would have right."""
        shares = self.class_shares
        return shares.index(max(shares)), max(shares)

    @property
    def sensitivities(self) -> tuple[float, ...]:
        """Share of each class that was found, in [0, 1]; nan for a class without images."""
        return tuple(
            row[i] / sum(row) if sum(row) else math.nan for i, row in enumerate(self.confusion)
        )

    @property
    def specificities(self) -> tuple[float, ...]:
        """Share of the images outside each class that were not taken for it, in [0, 1].

        nan for a class that all images belong to.
        """
        return tuple(
            kept / count if count else math.nan
            for kept, count in map(self.specificity_counts, range(len(self.confusion)))
        )

    def sensitivity_counts(self, class_index: int) -> tuple[int, int]:
        """Return (found, all) of the images of a class."""
        row = self.confusion[class_index]
        return row[class_index], sum(row)

    def specificity_counts(self, class_index: int) -> tuple[int, int]:
        """Return (not taken for the class, all) of the images outside a class."""
        others = [row for t, row in enumerate(self.confusion) if t != class_index]
        count = sum(map(sum, others))
        return count - sum(row[class_index] for row in others), count

    def sensitivity_interval(self, class_index: int) -> Interval:
        """95 % interval of a class's sensitivity."""
        return wilson_interval(*self.sensitivity_counts(class_index), self.design)

    def specificity_interval(self, class_index: int) -> Interval:
        """95 % interval of a class's specificity."""
        return wilson_interval(*self.specificity_counts(class_index), self.design)

    @property
    def balanced_accuracy(self) -> float:
        """Mean sensitivity over the classes that occur, in [0, 1] (Brodersen et al. 2010)."""
        present = [value for value in self.sensitivities if not math.isnan(value)]
        return sum(present) / len(present) if present else math.nan

    @property
    def measured_classes(self) -> tuple[int, ...]:
        """The classes that occur: of these the balanced accuracy is the mean."""
        return tuple(c for c, row in enumerate(self.confusion) if any(row))

    @property
    def macro_f1(self) -> float:
        """Mean F1 score over the classes that occur, in [0, 1]; nan for an empty set."""
        counts = np.array(self.confusion, np.int64).reshape(len(self.confusion), -1)
        truth, predicted = counts.sum(1), counts.sum(0)
        present = truth > 0
        scores = 2 * counts.diagonal()[present] / (truth + predicted)[present]
        return float(scores.mean()) if present.any() else math.nan

    @property
    def macro_auroc(self) -> float:
        """Area under the ROC curve, the mean over classes, in [0, 1]; nan where it is not known."""
        return self.auroc.macro.value if self.auroc else math.nan

    @property
    def unlearned(self) -> tuple[int, ...]:
        """The classes that occur, but without an area: the model had not learned them."""
        areas = self.auroc.classes if self.auroc else ()
        return tuple(
            c for c, area in enumerate(areas) if area is None and sum(self.confusion[c]) > 0
        )

    @property
    def accuracy_interval(self) -> Interval:
        """95 % interval of the accuracy."""
        return wilson_interval(self.correct, self.total, self.design)

    @property
    def balanced_accuracy_interval(self) -> Interval:
        """95 % interval of the balanced accuracy: the variances of the classes' shares add up.

        Each share is taken with one success and one failure more (Agresti & Coull 1998), so that
        a class of one image does not count as certain.
        """
        rows = [(row[i], sum(row)) for i, row in enumerate(self.confusion) if sum(row)]
        if not rows:
            return (0.0, 1.0)
        variance = 0.0
        for found, count in rows:
            said = count / self.design
            share = (found / self.design + 1) / (said + 2)
            variance += share * (1 - share) / (said + 2)
        half = NORMAL * math.sqrt(variance) / len(rows)
        middle = self.balanced_accuracy
        return (max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True)
class Share:
    """So many of so many images."""

    found: int
    count: int
    design: float = 1.0
    """By what factor groups widen the variance, see `design_effect`."""

    @classmethod
    def of(
        cls, right: npt.NDArray[np.bool_], units: npt.NDArray[np.integer] | None = None
    ) -> "Share":
        """Count images, (n,), which stand together by `units`, (n,)."""
        return cls(int(right.sum()), len(right), design_effect(right, units))

    @property
    def value(self) -> float:
        """In [0, 1]; there is at least one image."""
        return self.found / self.count

    @property
    def interval(self) -> Interval:
        """The 95 % interval, as wide as groups make it."""
        return wilson_interval(self.found, self.count, self.design)


@dataclass(frozen=True)
class ByChance:
    """What a model makes of the labels of images drawn at random alone: what chance would give."""

    labels: int
    metrics: Metrics
    """On the same images as the model that learned from all labels."""


@dataclass(frozen=True)
class NearlyAlike:
    """Images measured on that are nearly the same as some that the model learned from."""

    images: int
    rest: Metrics | None
    """On the others; None where there are none."""


def as_plain(metrics: Metrics) -> dict[str, Any]:
    """Return metrics as what JSON can hold, the inverse of `from_plain`."""
    auroc = metrics.auroc
    areas = None
    if auroc is not None:
        areas = [_triple(area) for area in (auroc.macro, *auroc.classes)]
    plain: dict[str, Any] = {"confusion": metrics.confusion, "auroc": areas}
    return plain | ({"design": metrics.design} if metrics.design > 1 else {})


def from_plain(values: Mapping[str, Any]) -> Metrics:
    """Read what `as_plain` returned.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    areas = [Area(*map(float, area)) if area else None for area in values.get("auroc") or ()]
    confusion = tuple(tuple(map(int, row)) for row in values["confusion"])
    design = max(1.0, float(values.get("design", 1.0)))
    if not areas or areas[0] is None:
        return Metrics(confusion, design=design)
    return Metrics(confusion, Auroc(areas[0], tuple(areas[1:])), design)


def _triple(area: Area | None) -> tuple[float, float, float] | None:
    return (area.value, area.low, area.high) if area else None


def wilson_interval(found: float, count: float, design: float = 1.0) -> Interval:
    """Return the 95 % score interval of a share (Wilson 1927); (0, 1) for no data.

    Args:
        found: of how many it is so.
        count: how many there are.
        design: how many of them say as much as one that stands alone, see `design_effect`.
    """
    if count == 0:
        return (0.0, 1.0)
    share = found / count
    said = count / design
    denominator = 1 + NORMAL**2 / said
    middle = (share + NORMAL**2 / (2 * said)) / denominator
    half = NORMAL * math.sqrt(share * (1 - share) / said + NORMAL**2 / (4 * said**2)) / denominator
    return (max(0.0, middle - half), min(1.0, middle + half))
