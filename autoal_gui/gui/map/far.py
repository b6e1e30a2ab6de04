"""Images without an answer that are like none with one: what the labels have not reached yet."""

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.likeness.kept_map import KeptMap
from autoal_gui.core.likeness.search import nearest_known
from autoal_gui.gui.map.colouring import NONE, Facts

SHARE, FEWEST, MOST = 0.02, 8, 200  # of the images without an answer
Rows = npt.NDArray[np.intp]


def farthest(kept: KeptMap, facts: Facts, progress: ProgressCallback) -> Rows:
    """Return the rows of the images without an answer that lie farthest from every answered one.

    None where nothing has an answer yet. The distance is that of the vectors, not of the map.
    """
    known = np.flatnonzero(facts.shown & (facts.answer != NONE))
    without = np.flatnonzero(facts.shown & (facts.answer == NONE))
    if not len(known):
        return known
    nearest = nearest_known(kept.vectors, known, progress)[without]
    count = min(MOST, max(FEWEST, round(SHARE * len(without))))
    return without[np.argsort(nearest, kind="stable")[:count]]
