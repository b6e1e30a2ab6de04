"""Poisson learning: labels are sources and sinks of a current through the graph.

Calder et al., "Poisson Learning: Graph Based Semi-Supervised Learning at Very Low Label Rates",
ICML 2020, Algorithm 1: made for few labels, where label spreading forgets them far away.
"""

import numpy as np

from autoal_gui.core.language import mark
from autoal_gui.learning.teachers.contract import Floats, Lesson
from autoal_gui.learning.teachers.neighbours import as_chances, graph

NAME = "poisson"
LABEL = mark("Poisson learning")
SOURCE = "Calder et al. 2020"
ORDER = 20
PASSES = 100  # by then a walk on the graph has mixed
SHARPNESS = 1.0  # of the chances, in deviations of a class's potential over the images


def guess(lesson: Lesson) -> Floats:
    """Return (p, C) chances of the classes of the unlabelled images."""
    known = len(lesson.known)
    joined = graph(np.concatenate((lesson.known, lesson.pool)))
    degrees = joined.sum(1).clip(1e-12)[:, None]
    counts = np.bincount(lesson.labels, minlength=lesson.classes)
    source = np.zeros((joined.shape[0], lesson.classes))
    source[np.arange(known), lesson.labels] = 1 / counts[lesson.labels]
    source[:known] -= source[:known].mean(0)  # what flows in flows out
    found = np.zeros_like(source)
    for _ in range(PASSES):
        found = found + (source - degrees * found + joined @ found) / degrees
    found -= (degrees * found).sum(0) / degrees.sum()
    standard = found / found.std(0).clip(1e-12)
    standard[:, counts == 0] = -np.inf
    return as_chances(np.exp(SHARPNESS * (standard - standard.max(1, keepdims=True)))[known:])
