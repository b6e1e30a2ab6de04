"""MaxHerding: ask for the images that most of the pool resembles."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.coverage import cover
from autoal_gui.strategies.geometry import Rows, one_thread

NAME = "maxherding"
LABEL = "MaxHerding"
SOURCE = "Bae et al. 2024"
ORDER = 122

RADIUS = 1.0  # of features scaled to length 1, the authors'


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put a greedy generalised cover of the pool on top.

    The image is chosen that most raises mean_x max_s exp(-|x - s|^2), over the images x of the pool
    and the labelled and chosen images s, `wanted` times, ties by image id. Features are scaled to
    length 1. Chosen images score k, ..., 2, 1; the others less, the more they resemble a labelled
    or chosen one. Needs no labels.
    """
    if not len(outputs):
        return np.empty(0)
    known = np.empty((0, outputs.features.shape[1]))
    if outputs.labelled is not None:
        known = Rows.of(outputs.labelled, unit=True).read()
    return cover(outputs, known, np.ones(len(outputs)), RADIUS)
