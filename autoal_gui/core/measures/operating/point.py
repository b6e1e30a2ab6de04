"""The point of a ROC curve at which a model is used, and how well it does there.

A point is asked for by the class and the least specificity or sensitivity. What is measured on the
images that also chose it flatters. So it is told beside it what thresholds do that were chosen in
the same way on other images: the images are dealt into folds of whole groups, and those of a fold
are decided by the threshold that the others choose.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.answers.estimated_share import EstimatedShare
from autoal_gui.core.measures.metrics import Floats, Share
from autoal_gui.core.measures.operating.decision import Threshold, reaches
from autoal_gui.core.measures.operating.roc import ROUNDING, Kind, Roc

FEWEST = 10  # images of the class, and of the others: a share of fewer may be anything
FEWEST_GROUPS = 5  # that either come from
FOLDS = 10
Bools = npt.NDArray[np.bool_]
Units = npt.NDArray[np.integer] | None


@dataclass(frozen=True)
class OperatingRule:
    """How a point is asked for, of whichever model."""

    class_index: int
    least: float
    """Of `kind`, in [0, 1]."""
    kind: Kind = "specificity"
    """Of the thresholds that have the least specificity the one counts that finds most; of those
    that have the least sensitivity the one that mistakes fewest."""


@dataclass(frozen=True)
class Performance:
    """What a threshold finds of a class, and what it rightly leaves of the others."""

    sensitivity: Share
    specificity: Share
    precision: Share | None
    """What of the images that are given the class is of it; None where none is given it."""
    part: float
    """Which part of the images is of the class, in [0, 1]."""

    @classmethod
    def of(
        cls, inside: Bools, given: Bools, units: Units = None, weights: Floats | None = None
    ) -> "Performance":
        """Count images, or estimate from answers.

        Args:
            inside: (n,) whether each is of the class.
            given: (n,) whether each is given it.
            units: (n,) what stays together; None where each image stands alone.
            weights: (n,) how much of the pool each stands for; None where images are counted.
        """
        counted = np.ones(len(inside)) if weights is None else weights

        def share(kept: Bools, right: Bools) -> Share:
            own = None if units is None else units[kept]
            if weights is None:
                return Share.of(right[kept], own)
            return EstimatedShare.of_answers(right[kept], weights[kept], own)

        sensitivity, specificity = share(inside, given), share(~inside, ~given)
        precision = share(given, inside) if given.any() else None
        if precision is not None and weights is None:
            design = max(sensitivity.design, specificity.design)
            precision = Share(precision.found, precision.count, design)
        part = float(counted[inside].sum() / counted.sum())
        return cls(sensitivity, specificity, precision, part)


@dataclass(frozen=True)
class OperatingPoint:
    """A point that was asked for, and what is measured there."""

    rule: OperatingRule
    threshold: Threshold
    chosen: Performance
    """On the images that chose it, so that it flatters."""
    fresh: Performance
    """Of thresholds chosen by the same rule on the other folds: what to expect of new images."""


@dataclass(frozen=True)
class Side:
    """How many images stand on one side of a class, and of how many groups."""

    images: int
    groups: int
    """As many as images where each stands alone."""

    @classmethod
    def of(cls, kept: Bools, units: Units) -> "Side":
        """Count the images of (n,) that are on it."""
        images = int(kept.sum())
        return cls(images, images if units is None else len(np.unique(units[kept])))

    @property
    def is_enough(self) -> bool:
        """Whether anything can be measured."""
        return self.images >= FEWEST and self.groups >= FEWEST_GROUPS


def sides(inside: Bools, units: Units = None) -> tuple[Side, Side]:
    """Return what there is of the class and of the others."""
    return Side.of(inside, units), Side.of(~inside, units)


def is_measurable(inside: Bools, units: Units = None) -> bool:
    """Say whether there are images enough, of the class and of others, to choose a threshold."""
    return all(side.is_enough for side in sides(inside, units))


def performance_at(
    inside: Bools,
    scores: npt.NDArray[np.floating],
    value: float,
    units: Units = None,
    weights: Floats | None = None,
) -> Performance:
    """Measure a threshold on images, see `Roc.of` and `Performance.of`."""
    return Performance.of(inside, reaches(scores, value), units, weights)


def dealt(inside: Bools, units: Units = None) -> npt.NDArray[np.int64]:
    """Return (n,) the fold of each image: whole units, of each side about as many in each.

    Units are dealt in turn, those with the class first; the same images are dealt alike.
    """
    count = len(inside)
    numbers = np.arange(count) if units is None else units
    _, first, places = np.unique(numbers, return_index=True, return_inverse=True)
    has = np.bincount(places.reshape(-1), inside) > 0
    sizes = np.bincount(places.reshape(-1))
    folds = np.empty(len(first), np.int64)
    folds[np.lexsort((first, -sizes, ~has))] = np.arange(len(first)) % FOLDS
    return folds[places.reshape(-1)]


def cross_fitted(
    inside: Bools,
    scores: npt.NDArray[np.floating],
    rule: OperatingRule,
    units: Units = None,
    weights: Floats | None = None,
) -> Performance:
    """Measure thresholds that the images which they are measured on did not choose.

    Args:
        inside: (n,) whether each image is of the class; see `is_measurable`.
        scores: (n,) the probability of the class, in [0, 1].
        rule: that chooses them, for that class.
        units: (n,) what stays together; None where each image stands alone.
        weights: (n,) how much of the pool each stands for; None where images are counted.
    """
    folds = dealt(inside, units)
    given = np.zeros(len(inside), bool)
    for fold in range(FOLDS):
        own = folds == fold
        if own.any():
            others = None if weights is None else weights[~own]
            near = _as_near(rule, inside, inside[~own])
            value = _chosen(inside[~own], scores[~own], near, others)
            given[own] = reaches(scores[own], value)
    return Performance.of(inside, given, units, weights)


def _as_near(rule: OperatingRule, inside: Bools, part: Bools) -> OperatingRule:
    """Return the rule for a part, which may err in one image where it lets the whole err in one.

    Of ten others a specificity of 90 % lets one be mistaken. Of the nine that a fold leaves none
    might be: where one of these is hard, the class would not be found any more.
    """
    asked, left = (
        int((~one if rule.kind == "specificity" else one).sum()) for one in (inside, part)
    )
    may_err = 1 - rule.least + ROUNDING
    if may_err * left >= 1 or may_err * asked < 1:
        return rule
    return replace(rule, least=1 - 1 / left)


def _chosen(
    inside: Bools,
    scores: npt.NDArray[np.floating],
    rule: OperatingRule,
    weights: Floats | None,
) -> float:
    """Return the threshold that is chosen; infinity where none has what is asked for."""
    roc = Roc.of(inside, scores, weights)
    corner = roc.corner_at(rule.least, rule.kind)
    return np.inf if corner is None else float(roc.thresholds[roc.corners[corner]])


def operating_point(
    rule: OperatingRule,
    truth: npt.NDArray[np.integer],
    probabilities: npt.NDArray[np.floating],
    units: Units = None,
    weights: Floats | None = None,
) -> OperatingPoint | None:
    """Choose the threshold that a rule asks for, and measure it.

    Args:
        rule: its class is one of the C.
        truth: (n,) class indices.
        probabilities: (n, C).
        units: (n,) what stays together; None where each image stands alone.
        weights: (n,) how much of the pool each stands for; None where images are counted.

    Returns:
        None where there are too few images, or no threshold has what is asked for.
    """
    inside, scores = truth == rule.class_index, probabilities[:, rule.class_index]
    if not is_measurable(inside, units):
        return None
    value = _chosen(inside, scores, rule, weights)
    if value > 1:
        return None
    return OperatingPoint(
        rule,
        Threshold(rule.class_index, value),
        performance_at(inside, scores, value, units, weights),
        cross_fitted(inside, scores, rule, units, weights),
    )
