"""Label spreading: each image takes on what its neighbours are, time and again.

Zhou et al., "Learning with Local and Global Consistency", NIPS 2003. Each class begins with the
same mass, so that a frequent one does not flood the graph.
"""

import numpy as np

from autoal_gui.core.language import mark
from autoal_gui.learning.teachers.contract import Floats, Lesson
from autoal_gui.learning.teachers.neighbours import as_chances, graph

NAME = "label_spreading"
LABEL = mark("Label spreading")
SOURCE = "Zhou et al. 2003"
ORDER = 10
ALPHA = 0.9  # what an image takes from its neighbours, and not from its own label
PASSES = 50  # .9 to this power is less than a hundredth


def guess(lesson: Lesson) -> Floats:
    """Return (p, C) chances of the classes of the unlabelled images."""
    from scipy.sparse import diags_array

    known = len(lesson.known)
    joined = graph(np.concatenate((lesson.known, lesson.pool)))
    shrink = diags_array(1 / np.sqrt(joined.sum(1).clip(1e-12)))
    spread = shrink @ joined @ shrink
    start = np.zeros((joined.shape[0], lesson.classes))
    counts = np.bincount(lesson.labels, minlength=lesson.classes)
    start[np.arange(known), lesson.labels] = 1 / counts[lesson.labels]
    found = start
    for _ in range(PASSES):
        found = ALPHA * (spread @ found) + (1 - ALPHA) * start
    return as_chances(found[known:])
