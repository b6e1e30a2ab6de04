"""Several models on the same new images: how right each is, and how the others compare with one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import Listing
from autoal_gui.core.measures.operating.decision import Threshold, decided
from autoal_gui.core.measures.paired import Paired, paired_as_plain, surely_different
from autoal_gui.core.sets.column_results import MeasuredImages, metrics_as_plain


@dataclass(frozen=True, eq=False)
class ModelAnswers:
    """What one model makes of images."""

    name: str
    """What it is called where several are told apart."""
    classes: tuple[str, ...]
    rows: Mapping[int, npt.NDArray[np.floating]] = field(repr=False)
    """(C,) the probabilities of each image id."""
    threshold: Threshold | None = None
    """Which class an image is given, see `decided`."""
    unseen: tuple[int, ...] = ()
    """The classes of which it has learned no image."""

    def best(self, image_id: int) -> str:
        """Return the name of the class that an image is given; nothing where it was not read."""
        row = self.rows.get(image_id)
        return "" if row is None else self.classes[int(decided(row[None], self.threshold)[0])]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Models on the images whose class is known to all of them."""

    names: tuple[str, ...]
    """Of k models."""
    measured: tuple[MeasuredImages, ...] = field(repr=False)
    """What each makes of the same images."""
    paired: tuple[Paired, ...]
    """(k - 1) each model but the first against the first."""

    @property
    def sure(self) -> list[bool]:
        """(k - 1) whether chance hardly makes each of these, see `surely_different`."""
        return surely_different(self.paired)


def compared(
    listing: Listing, images: Mapping[int, PoolImage], models: Sequence[ModelAnswers]
) -> Comparison | None:
    """Compare models on the images of a set whose label is known.

    Args:
        listing: the set; its images have the ids 1, 2, ...
        images: the pool's, by image id.
        models: at least two; an image counts where all of them know its class and could read it.

    Returns:
        None where no image counts.
    """
    known = set.intersection(*(set(one.classes) for one in models))
    labels = {
        i: listing.classes[image.label]
        for i, image in enumerate(listing.images, start=1)
        if image.label is not None and listing.classes[image.label] in known
    }
    shared = set(labels).intersection(*(one.rows.keys() for one in models))
    if not shared:
        return None
    measured = []
    for model in models:
        truth = {i: model.classes.index(labels[i]) for i in shared}
        learned = frozenset(range(len(model.classes))).difference(model.unseen)
        found = images, truth, model.rows, len(model.classes), model.threshold, learned
        measured.append(MeasuredImages.of(*found))
    first = measured[0]
    right = [one.given == one.truth for one in measured]
    paired = [Paired.of(first.truth, right[0], other, first.units) for other in right[1:]]
    return Comparison(tuple(one.name for one in models), tuple(measured), tuple(paired))


def differing(models: Sequence[ModelAnswers], image_ids: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return (n,) whether any further model gives an image another class than the first does."""
    first, others = models[0], models[1:]
    told = [any(one.best(i) not in ("", first.best(i)) for one in others) for i in image_ids]
    return np.array(told, np.bool_)


def comparison_as_plain(found: Comparison) -> dict[str, Any]:
    """Return what JSON holds of a comparison."""
    models = zip(found.names, found.measured, strict=True)
    pairs = zip(found.names[1:], found.paired, found.sure, strict=True)
    return {
        "models": [{"name": name, **metrics_as_plain(one.metrics)} for name, one in models],
        "against_the_first": [
            {"name": name, **paired_as_plain(one), "chance_hardly_does_it": sure}
            for name, one, sure in pairs
        ],
    }
