"""Images without an answer that are like none with one: what the labels have not reached yet."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.likeness.clusters import Numbers, clusters
from autoal_gui.core.likeness.kept_map import KeptMap
from autoal_gui.core.likeness.search import least_like
from autoal_gui.gui.map.colouring import NONE, Facts

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Compared:
    """What comes of comparing all images with each other."""

    name: str
    """Of the map."""
    far: Rows = field(repr=False)
    """As by `farthest`."""
    clusters: Numbers = field(repr=False)
    """(N,) the group of each image; -1 of one that cannot be read."""


def compared(
    kept: KeptMap, facts: Facts, known: Numbers | None, progress: ProgressCallback
) -> Compared:
    """Compare all images.

    Args:
        kept: the map.
        facts: what is known of every image.
        known: its clusters, where they have been found already.
        progress: is told how far it is; may raise `Cancelled`.
    """
    numbers = known
    if numbers is None:
        numbers = np.full(len(kept.ids), -1, np.int32)
        numbers[kept.readable] = clusters(kept.vectors[kept.readable])
    return Compared(kept.name, farthest(kept, facts, progress), numbers)


def farthest(kept: KeptMap, facts: Facts, progress: ProgressCallback) -> Rows:
    """Return the rows of the images without an answer that lie farthest from every answered one.

    None where nothing has an answer yet. The distance is that of the vectors, not of the map.
    """
    known = np.flatnonzero(facts.shown & (facts.answer != NONE))
    without = np.flatnonzero(facts.shown & (facts.answer == NONE))
    return least_like(kept.vectors, known, without, progress)[0]
