"""What a model has right of the parts of a set, such as women and men, or one scanner and another.

A part is told to do worse than another only where their intervals do not touch, which by chance
is rare; and a part of few images, or of few groups, is not judged at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import decimal, number, percent, tr, tr_count
from autoal_gui.core.measures.metrics import Metrics

FEWEST = 10.0  # images' worth: a share of fewer may be anything


@dataclass(frozen=True)
class MeasuredPart:
    """One part, and how the model does on it."""

    name: str
    metrics: Metrics
    groups: int
    """Different groups in it; 0 where each image stands alone."""

    @property
    def is_enough(self) -> bool:
        """Whether there are images enough to say anything."""
        return self.metrics.total >= FEWEST * self.metrics.design


def measured_parts(
    names: Sequence[str],
    places: npt.NDArray[np.integer],
    truth: npt.NDArray[np.integer],
    predicted: npt.NDArray[np.integer],
    classes: int,
    units: npt.NDArray[np.integer] | None = None,
) -> tuple[MeasuredPart, ...]:
    """Measure predictions part by part.

    Args:
        names: of the parts.
        places: (n,) the place of each image's part in `names`.
        truth: (n,) class indices.
        predicted: (n,) class indices.
        classes: C.
        units: (n,) what stays together; None where each image stands alone.
    """
    found = []
    for place, name in enumerate(names):
        inside = places == place
        own = None if units is None else units[inside]
        metrics = Metrics.of(truth[inside], predicted[inside], classes, own)
        found.append(MeasuredPart(name, metrics, 0 if own is None else len(np.unique(own))))
    return tuple(found)


def part_sentence(part: MeasuredPart) -> str:
    """Say how many images of a part are right, with the interval; or that there are too few."""
    metrics = part.metrics
    if not part.is_enough:
        images = tr_count("{count} image", "{count} images", metrics.total)
        if not part.groups:
            return tr("{part}: {images}, too few to say anything", part=part.name, images=images)
        groups = tr_count("{count} group", "{count} groups", part.groups)
        return tr(
            "{part}: {images} of {groups}, too few to say anything",
            part=part.name,
            images=images,
            groups=groups,
        )
    return tr(
        "{part}: right on {right} of {images} ({low} to {high})",
        part=part.name,
        right=number(metrics.correct),
        images=number(metrics.total),
        low=decimal(100 * metrics.accuracy_interval[0], 0),
        high=percent(metrics.accuracy_interval[1]),
    )


def found_words(metrics: Metrics, classes: Sequence[str]) -> str:
    """Say of each class that occurs how many of its images are found.

    Args:
        metrics: of a part, or of all.
        classes: their names, by index.
    """
    words = []
    for index, name in enumerate(classes[: len(metrics.confusion)]):
        found, count = metrics.sensitivity_counts(index)
        if count:
            words.append(
                tr(
                    "{name}: {found} of {count} found",
                    name=name,
                    found=number(found),
                    count=number(count),
                )
            )
    return "; ".join(words)


def verdict(parts: Sequence[MeasuredPart]) -> str:
    """Say whether the model does worse on some part than on another."""
    judged = [part for part in parts if part.is_enough]
    if len(judged) < 2:
        return tr("There are too few images to compare.")
    worst = min(judged, key=lambda part: part.metrics.accuracy_interval[1])
    best = max(judged, key=lambda part: part.metrics.accuracy_interval[0])
    if worst.metrics.accuracy_interval[1] < best.metrics.accuracy_interval[0]:
        return tr(
            "The model does worse on “{worst}” than on “{best}”: their intervals do not touch.",
            worst=worst.name,
            best=best.name,
        )
    return tr("No difference between them can be told from chance.")
