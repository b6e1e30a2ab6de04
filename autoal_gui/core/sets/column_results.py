"""How a model does on the parts into which the columns of a set divide it, and on whole groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.measures.by_part import MeasuredPart, measured_parts
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.sets.column_parts import by_interest, parts_of
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

    @classmethod
    def of(
        cls,
        images: Mapping[int, PoolImage],
        truth: Mapping[int, int],
        found: Mapping[int, Floats],
        classes: int,
    ) -> "MeasuredImages":
        """Put together what is known of images that have both a class and a prediction.

        Args:
            images: the pool's, by image id.
            truth: the class index of each image id.
            found: (c,) the probabilities of each image id; a class that the model did not know
                yet has none.
            classes: C.
        """
        ids = sorted(truth.keys() & found.keys() & images.keys())
        rows = np.zeros((len(ids), classes))
        for place, image_id in enumerate(ids):
            rows[place, : len(found[image_id])] = found[image_id]
        known = np.array([truth[i] for i in ids], np.int64)
        return cls(tuple(images[i] for i in ids), known, rows)

    @property
    def units(self) -> Ints | None:
        """(n,) what stays together, by a number each; None where each image stands alone."""
        groups, hashes = [one.group for one in self.images], [one.sha256 for one in self.images]
        units = join_groups(groups, hashes)
        return None if are_alone(units) else np.array(units, np.int64)

    @property
    def metrics(self) -> Metrics:
        """How the model does on all of them."""
        return Metrics.of_probabilities(self.truth, self.probabilities, self.units)


@dataclass(frozen=True)
class ColumnResult:
    """How a model does on each part into which a column divides the images."""

    column: str
    parts: tuple[MeasuredPart, ...]


def by_columns(columns: Sequence[str], measured: MeasuredImages) -> tuple[ColumnResult, ...]:
    """Measure part by part, for each column that divides the images; those asked for most first.

    Args:
        columns: their names, in the order of `PoolImage.columns`.
        measured: what is known of the images.
    """
    units, classes = measured.units, measured.probabilities.shape[1]
    predicted = measured.probabilities.argmax(1) if len(measured.truth) else measured.truth
    results = []
    for column in by_interest(columns):
        place = columns.index(column)
        cells = [one.columns[place] if one.columns else "" for one in measured.images]
        divided = parts_of(column, cells)
        if divided is not None:
            places = np.array(divided.places)
            found = measured_parts(divided.names, places, measured.truth, predicted, classes, units)
            results.append(ColumnResult(column, found))
    return tuple(results)


@dataclass(frozen=True)
class GroupResult:
    """How a model does on whole groups: each is the class that its images' mean points to."""

    metrics: Metrics
    mixed: int
    """Groups with images of several classes, which are left out."""


def by_group(measured: MeasuredImages) -> GroupResult | None:
    """Measure on groups as a whole, as a patient is one case however many images there are.

    Returns:
        None where no group has several images, or most have several classes.
    """
    units, classes = measured.units, measured.probabilities.shape[1]
    if units is None:
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
    return GroupResult(Metrics.of_probabilities(np.array(truth), found), mixed)


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
