"""Areas under the ROC curve: how well a model ranks the images of a class before the others."""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import tr_count
from autoal_gui.core.measures.design_effect import NORMAL

Floats = npt.NDArray[np.float64]


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
    """The mean over the classes that have one."""
    classes: tuple[Area | None, ...]
    """One a class; None for a class that does not occur, or that the model has not learned."""

    def mean_words(self) -> str:
        """Say of which classes the mean is, where some that occur are left out."""
        return tr_count(
            "mean over the {count} class that it has learned",
            "mean over the {count} classes that it has learned",
            sum(area is not None for area in self.classes),
        )


def areas_of(
    truth: npt.NDArray[np.integer],
    probabilities: npt.NDArray[np.floating],
    design: float = 1.0,
    weights: Floats | None = None,
    learned: Collection[int] | None = None,
) -> Auroc | None:
    """Return the areas under the ROC curves, each class against the rest (Mann & Whitney 1947).

    The intervals are those of DeLong et al. (1988): an image's placement is the share of the other
    side that it is ranked before, and the variances of the placements' means add up. The mean over
    classes is treated alike, its images class by class, whose numbers are taken as given. To each
    class's placements a best and a worst one are added, as Agresti & Coull (1998) do for shares:
    without, a perfect ranking of ten images would count as certain.

    A class that the model has not learned has none: what it says of it is of no image of that
    class, and ranks them first or last by chance.

    Args:
        truth: (n,) class indices in [0, C).
        probabilities: (n, C).
        design: by what factor groups widen the variances, see `design_effect`.
        weights: (n,) positive, what each image counts for; None where all count the same.
        learned: the classes that the model has learned; None where these are all.

    Returns:
        None where fewer than two classes occur, or none that does was learned.
    """
    occurring = np.unique(truth).tolist()
    present = [c for c in occurring if learned is None or c in learned]
    if len(occurring) < 2 or not present:
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
    half = NORMAL * math.sqrt(variance * design)
    return Area(value, max(0.0, value - half), min(1.0, value + half))
