"""How a model does on the parts into which the columns of a set divide it, and on whole groups."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import decimal, number, percent, tr, tr_count
from autoal_gui.core.measures.by_part import MeasuredPart, measured_parts
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.decision import Threshold, decided
from autoal_gui.core.sets.column_parts import ColumnParts, by_interest, parts_of
from autoal_gui.core.sets.folds import are_alone
from autoal_gui.core.sets.partition import join_groups

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class MeasuredImages:
    """Images of known class, and what a model that never saw these classes makes of them."""

    images: tuple[PoolImage, ...] = field(repr=False)
    """n."""
    truth: Ints = field(repr=False)
    """(n,) class indices."""
    probabilities: Floats = field(repr=False)
    """(n, C)."""
    threshold: Threshold | None = None
    """Which class an image is given, see `decided`."""
    learned: Collection[int] | None = None
    """The classes that the model has learned; None where these are all."""
    weights: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    """(n,) how much of the pool each stands for; None where they are a fair sample."""

    @classmethod
    def of(
        cls,
        images: Mapping[int, PoolImage],
        truth: Mapping[int, int],
        found: Mapping[int, Floats],
        classes: int,
        threshold: Threshold | None = None,
        learned: Collection[int] | None = None,
    ) -> "MeasuredImages":
        """Put together what is known of images that have both a class and a prediction.

        Args:
            images: the pool's, by image id.
            truth: the class index of each image id.
            found: (c,) the probabilities of each image id; a class that the model did not know
                yet has none.
            classes: C.
            threshold: which class an image is given, see `decided`.
            learned: the classes that the model has learned; None where these are all.
        """
        ids = sorted(truth.keys() & found.keys() & images.keys())
        rows = np.zeros((len(ids), classes))
        for place, image_id in enumerate(ids):
            rows[place, : len(found[image_id])] = found[image_id]
        known = np.array([truth[i] for i in ids], np.int64)
        return cls(tuple(images[i] for i in ids), known, rows, threshold, learned)

    @classmethod
    def of_listing(
        cls,
        listing: Listing,
        images: Mapping[int, PoolImage],
        classes: Sequence[str],
        found: Mapping[int, Floats],
        threshold: Threshold | None = None,
        unseen: Collection[int] = (),
    ) -> "MeasuredImages":
        """Put together what is known of a set that a model of another one has predicted.

        Args:
            listing: the set; its images have the ids 1, 2, ...
            images: the pool's, by image id.
            classes: those of the model; a label of another one measures nothing.
            found: (C,) the probabilities of each image id.
            threshold: which class an image is given, see `decided`.
            unseen: the classes of which the model has learned no image.
        """
        places = {name: index for index, name in enumerate(classes)}
        labels = {i: image.label for i, image in enumerate(listing.images, start=1)}
        truth = {
            i: places[listing.classes[label]]
            for i, label in labels.items()
            if label is not None and listing.classes[label] in places
        }
        learned = frozenset(range(len(places))).difference(unseen)
        return cls.of(images, truth, found, len(places), threshold, learned)

    @classmethod
    def nothing(cls) -> "MeasuredImages":
        """Return no image."""
        return cls.of({}, {}, {}, 0)

    @cached_property
    def units(self) -> Ints | None:
        """(n,) what stays together, by a number each; None where each image stands alone."""
        groups, hashes = [one.group for one in self.images], [one.sha256 for one in self.images]
        units = join_groups(groups, hashes)
        return None if are_alone(units) else np.array(units, np.int64)

    @property
    def compared(self) -> tuple[Ints, Floats, Ints | None, npt.NDArray[np.float64] | None]:
        """Truth, probabilities, units and weights."""
        return self.truth, self.probabilities, self.units, self.weights

    def only(self, kept: npt.NDArray[np.bool_]) -> "MeasuredImages":
        """Return those of (n,) that are kept."""
        return replace(
            self,
            images=tuple(one for one, keeps in zip(self.images, kept, strict=True) if keeps),
            truth=self.truth[kept],
            probabilities=self.probabilities[kept],
            weights=None if self.weights is None else self.weights[kept],
        )

    @property
    def metrics(self) -> Metrics:
        """How the model does on all of them."""
        return Metrics.of_probabilities(
            self.truth, self.probabilities, self.units, self.threshold, self.learned
        )

    @property
    def given(self) -> npt.NDArray[np.intp]:
        """(n,) the class that the model gives each."""
        return decided(self.probabilities, self.threshold)


@dataclass(frozen=True)
class ColumnResult:
    """How a model does on each part into which a column divides the images."""

    column: str
    parts: tuple[MeasuredPart, ...]


def divisions(columns: Sequence[str], measured: MeasuredImages) -> tuple[ColumnParts, ...]:
    """Return how each column divides the images, of those that do; those asked for most first.

    Args:
        columns: their names, in the order of `PoolImage.columns`.
        measured: what is known of the images.
    """
    found = []
    for column in by_interest(columns):
        place = columns.index(column)
        cells = ["".join(one.columns[place : place + 1]) for one in measured.images]
        found.append(parts_of(column, cells))
    return tuple(one for one in found if one is not None)


def result_of(division: ColumnParts, measured: MeasuredImages) -> ColumnResult:
    """Measure part by part, as a column divides the images."""
    predicted, classes = measured.given, measured.probabilities.shape[1]
    places = np.array(division.places)
    parts = measured_parts(
        division.names, places, measured.truth, predicted, classes, measured.units
    )
    return ColumnResult(division.column, parts)


def by_columns(columns: Sequence[str], measured: MeasuredImages) -> tuple[ColumnResult, ...]:
    """Measure part by part, for each column that divides the images; see `divisions`."""
    return tuple(result_of(one, measured) for one in divisions(columns, measured))


@dataclass(frozen=True)
class GroupResult:
    """How a model does on whole groups: each is the class that its images' mean points to."""

    metrics: Metrics
    mixed: int
    """Groups with images of several classes, which are left out."""


def group_sentence(found: GroupResult) -> str:
    """Say how many groups are right as a whole."""
    metrics = found.metrics
    words = tr(
        "Whole groups, each by the mean over its images: right on {right} of {groups} "
        "({low} to {high}).",
        right=number(metrics.correct),
        groups=number(metrics.total),
        low=decimal(100 * metrics.accuracy_interval[0], 0),
        high=percent(metrics.accuracy_interval[1]),
    )
    if not found.mixed:
        return words
    rest = tr_count(
        "{count} group with several classes is left out.",
        "{count} groups with several classes are left out.",
        found.mixed,
    )
    return f"{words} {rest}"


def by_group(measured: MeasuredImages) -> GroupResult | None:
    """Measure on groups as a whole, as a patient is one case however many images there are.

    Returns:
        None where no group has several images, or most have several classes. Images that are
        the same file are not called a group.
    """
    units, classes = measured.units, measured.probabilities.shape[1]
    names = [image.group for image in measured.images if image.group]
    if units is None or len(set(names)) == len(names):
        return None
    truth, rows, mixed = [], [], 0
    for unit in np.unique(units):
        inside = units == unit
        known = np.unique(measured.truth[inside])
        if len(known) > 1:
            mixed += 1
        else:
            truth.append(known[0])
            rows.append(measured.probabilities[inside].mean(0))
    if len(truth) <= mixed:
        return None
    found = np.array(rows).reshape(-1, classes)
    metrics = Metrics.of_probabilities(
        np.array(truth), found, threshold=measured.threshold, learned=measured.learned
    )
    return GroupResult(metrics, mixed)


def metrics_as_plain(metrics: Metrics) -> dict[str, Any]:
    """Return what JSON holds of metrics for readers: shares with intervals, and the counts."""
    area = metrics.auroc.macro if metrics.auroc else None
    return {
        "images": metrics.total,
        "right": metrics.correct,
        "accuracy": [metrics.accuracy, *metrics.accuracy_interval],
        "balanced_accuracy": [metrics.balanced_accuracy, *metrics.balanced_accuracy_interval],
        "auroc": [area.value, area.low, area.high] if area else None,
        "confusion": metrics.confusion,
        "design_effect": metrics.design,
    }


def measured_as_plain(measured: MeasuredImages, columns: Sequence[str]) -> dict[str, Any]:
    """Return what JSON holds of all that is measured: over all, by whole group, by column.

    Args:
        measured: what is known of the images.
        columns: their names, in the order of `PoolImage.columns`.
    """
    if not measured.images:
        return {}
    groups = by_group(measured)
    return {
        **metrics_as_plain(measured.metrics),
        "by_group": groups and {**metrics_as_plain(groups.metrics), "mixed": groups.mixed},
        "by_column": {
            result.column: {part.name: _part_as_plain(part) for part in result.parts}
            for result in by_columns(columns, measured)
        },
    }


def _part_as_plain(part: MeasuredPart) -> dict[str, Any]:
    return {**metrics_as_plain(part.metrics), "groups": part.groups, "enough": part.is_enough}
