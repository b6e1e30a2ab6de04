"""Predicted images as a table: filtered by class and confidence, counted and ordered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.caution import NO_REASON, Caution
from autoal_gui.core.measures.operating.decision import Opinion, Threshold, decided
from autoal_gui.core.measures.operating.text import opinion_words
from autoal_gui.core.messages import Predicted

Order = Literal["sure", "unsure", "look", "class", "name"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, eq=False)
class PredictionTable:
    """The class that a model predicts for each of n images, and how sure it is."""

    ids: npt.NDArray[np.int64] = field(repr=False)
    """(n,)."""
    best: npt.NDArray[np.intp] = field(repr=False)
    """(n,) class indices, see `decided`."""
    confidence: npt.NDArray[np.float32] = field(repr=False)
    """(n,) the probability of that class, in [0, 1]."""
    by_name: npt.NDArray[np.intp] = field(repr=False)
    """(n,) the place that each has in the order of the names."""
    rows: Mapping[int, int] = field(repr=False)
    """Place of each image id."""
    likeliest: npt.NDArray[np.intp] = field(repr=False)
    """(n,) the class with the highest probability: a threshold may give another one."""
    likeliest_share: npt.NDArray[np.float32] = field(repr=False)
    """(n,) that probability."""
    reasons: npt.NDArray[np.int8] = field(repr=False)
    """(n,) why each is to be looked at, see `Caution`."""

    @classmethod
    def of(
        cls, found: Predicted, names: Mapping[int, str], threshold: Threshold | None = None
    ) -> "PredictionTable":
        """Make the table of predictions.

        Args:
            found: what the model makes of the images.
            names: the images' own, by id.
            threshold: which class an image is given, see `decided`.
        """
        ids = found.image_ids
        best = decided(found.probabilities, threshold)
        confidence = found.probabilities[np.arange(len(ids)), best]
        listed = ids.tolist()
        rows = {image: row for row, image in enumerate(listed)}
        by_name = np.empty(len(ids), np.intp)
        by_name[[rows[i] for i in sorted(listed, key=names.__getitem__)]] = np.arange(len(ids))
        likeliest, nothing = decided(found.probabilities), np.full(len(ids), NO_REASON, np.int8)
        shares = found.probabilities[np.arange(len(ids)), likeliest]
        return cls(ids, best, confidence, by_name, rows, likeliest, shares, nothing)

    def opinion(self, row: int) -> Opinion:
        """Return what the model makes of the image at a place."""
        given, best = int(self.best[row]), int(self.likeliest[row])
        likelier = None if given == best else (best, float(self.likeliest_share[row]))
        return Opinion(given, float(self.confidence[row]), likelier=likelier)

    def judged(self, caution: Caution) -> "PredictionTable":
        """Return the table with other reasons to look."""
        return replace(self, reasons=caution.reasons)

    @property
    def needs_look(self) -> npt.NDArray[np.bool_]:
        """(n,) whether there is any reason to look."""
        mask: npt.NDArray[np.bool_] = self.reasons < NO_REASON
        return mask

    def within(self, low: int, high: int) -> npt.NDArray[np.bool_]:
        """Return (n,) whether the confidence, in whole per cent as shown, is from low to high."""
        shown = np.rint(self.confidence.astype(np.float64) * 100)
        inside: npt.NDArray[np.bool_] = (shown >= low) & (shown <= high)
        return inside

    def counts(self, classes: int, low: int = 0, high: int = 100) -> tuple[int, ...]:
        """Return how many images of each class have a confidence within those bounds."""
        return tuple(np.bincount(self.best[self.within(low, high)], minlength=classes).tolist())

    def doubted(self, classes: int, low: int = 0, high: int = 100) -> tuple[int, ...]:
        """Return how many of `counts` need a look."""
        best = self.best[self.within(low, high) & self.needs_look]
        return tuple(np.bincount(best, minlength=classes).tolist())

    def chosen(
        self, class_index: int | None, low: int, high: int, order: Order, look: bool = False
    ) -> npt.NDArray[np.int64]:
        """Return the ids of images that meet the conditions, in order; ties by name.

        Args:
            class_index: the class predicted; None for any.
            low: the least confidence, in whole per cent.
            high: the greatest.
            order: what comes first.
            look: only those that need a look.
        """
        kept = self.within(low, high)
        if look:
            kept &= self.needs_look
        if class_index is not None:
            kept &= self.best == class_index
        places = np.flatnonzero(kept)
        names, confidence = self.by_name[places], self.confidence[places]
        keys: dict[Order, tuple[npt.NDArray[Any], ...]] = {
            "sure": (names, -confidence),
            "unsure": (names, confidence),
            "look": (names, confidence, self.reasons[places]),
            "class": (names, -confidence, self.best[places]),
            "name": (names,),
        }
        return self.ids[places[np.lexsort(keys[order])]]


class Captions(Mapping[int, str]):
    """What is written below each image, made when it is looked at."""

    def __init__(self, table: PredictionTable, classes: tuple[str, ...]) -> None:
        self._table, self._classes = table, classes

    def __getitem__(self, image: int) -> str:
        row = self._table.rows[image]
        doubt = "? " if self._table.reasons[row] < NO_REASON else ""
        return doubt + opinion_words(self._classes, self._table.opinion(row))

    def __iter__(self) -> Iterator[int]:
        return iter(self._table.rows)

    def __len__(self) -> int:
        return len(self._table.rows)
