"""How well a classifier does on the evaluation set: its confusion matrix, and how it ranks."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.design_effect import design_effect
from autoal_gui.core.measures.operating.decision import Threshold, decided

Z_95 = 1.959964  # two-sided 95 % quantile of the normal distribution
Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Area:
    """An area under the ROC curve with its 95 % interval, all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Auroc:
    """Areas under the ROC curve, each class against the rest; see `areas_of`."""

    macro: Area
    """The mean over the classes that occur."""
    classes: tuple[Area | None, ...]
    """One a class; None for a class that does not occur."""


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
    ) -> "Metrics":
        """Measure predictions.

        Args:
            truth: (n,) class indices.
            probabilities: (n, C).
            units: (n,) what stays together; None where each image stands alone.
            threshold: which class an image is given, see `decided`.

        Raises:
            ValueError: the arrays differ in length, or an index lies outside [0, C).
        """
        given = decided(probabilities, threshold)
        counted = cls.of(truth, given, probabilities.shape[1], units)
        return replace(counted, auroc=areas_of(truth, probabilities, counted.design))

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
        half = Z_95 * math.sqrt(variance) / len(rows)
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
    denominator = 1 + Z_95**2 / said
    middle = (share + Z_95**2 / (2 * said)) / denominator
    half = Z_95 * math.sqrt(share * (1 - share) / said + Z_95**2 / (4 * said**2)) / denominator
    return (max(0.0, middle - half), min(1.0, middle + half))


def areas_of(
    truth: npt.NDArray[np.integer],
    probabilities: npt.NDArray[np.floating],
    design: float = 1.0,
    weights: Floats | None = None,
) -> Auroc | None:
    """Return the areas under the ROC curves, each class against the rest (Mann & Whitney 1947).

    The intervals are those of DeLong et al. (1988): an image's placement is the share of the other
    side that it is ranked before, and the variances of the placements' means add up. The mean over
    classes is treated alike, its images class by class, whose numbers are taken as given. To each
    class's placements a best and a worst one are added, as Agresti & Coull (1998) do for shares:
    without, a perfect ranking of ten images would count as certain.

    Args:
        truth: (n,) class indices in [0, C).
        probabilities: (n, C).
        design: by what factor groups widen the variances, see `design_effect`.
        weights: (n,) positive, what each image counts for; None where all count the same.

    Returns:
        None where fewer than two classes occur.
    """
    present = np.unique(truth).tolist()
    if len(present) < 2:
        return None
    counts = np.ones(len(truth)) if weights is None else weights
    columns = {c: _placements(truth == c, probabilities[:, c], counts) for c in present}
    classes = tuple(
        _area([columns[c]], [c], truth, counts, design) if c in columns else None
        for c in range(probabilities.shape[1])
    )
    return Auroc(_area(list(columns.values()), present, truth, counts, design), classes)


def _placements(
    inside: npt.NDArray[np.bool_], scores: npt.NDArray[np.floating], counts: Floats
) -> Floats:
    """Return (n,) the share of the other side that each image is ranked rightly against."""
    below_all = _below(scores, counts)
    placements = np.empty(len(scores))
    for side in (inside, ~inside):
        lower = (below_all[side] - _below(scores[side], counts[side])) / counts[~side].sum()
        placements[side] = lower if side is inside else 1 - lower
    return placements


def _below(values: npt.NDArray[np.floating], counts: Floats) -> Floats:
    """Return (n,) how much lies below each value, and half of what is equal to it."""
    _, places = np.unique(values, return_inverse=True)
    equal = np.bincount(places.reshape(-1), counts)
    lower: Floats = (np.cumsum(equal) - equal / 2)[places.reshape(-1)]
    return lower


def _area(
    columns: list[Floats],
    classes: list[int],
    truth: npt.NDArray[np.integer],
    counts: Floats,
    design: float,
) -> Area:
    """Return the mean of the areas of some classes, of which the placements are given."""
    totals = np.bincount(truth, counts)
    value = sum(
        float((counts * p)[truth == c].sum()) / totals[c]
        for p, c in zip(columns, classes, strict=True)
    ) / len(columns)
    variance = 0.0
    for own in np.unique(truth).tolist():
        inside = truth == own
        parts = [
            (1 / totals[c] if c == own else 1 / (totals.sum() - totals[c]), p)
            for p, c in zip(columns, classes, strict=True)
        ]
        largest = sum(part for part, _ in parts) / len(columns)
        held = sum(part * p[inside] for part, p in parts) / len(columns) / largest
        usual = totals[own] / len(held)
        padded = np.append(held, (0.0, 1.0))  # in [0, 1]
        heavy = np.append(counts[inside], (usual, usual)) / usual
        middle = np.average(padded, weights=heavy)
        spread = float((heavy**2 * (padded - middle) ** 2).sum() / heavy.sum() ** 2)
        variance += (largest * totals[own]) ** 2 * spread
    half = Z_95 * math.sqrt(variance * design)
    return Area(value, max(0.0, value - half), min(1.0, value + half))
