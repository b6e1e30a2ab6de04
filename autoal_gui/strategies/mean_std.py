"""Mean STD: ask where the class probabilities vary most between dropout draws."""

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.uncertainty import Probabilities, by_parts

NAME = "mean_std"
LABEL = "Mean standard deviation"
SOURCE = "Kampffmeyer et al. 2016"
ORDER = 70
NEEDS_LABELLED = False


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) mean_c std_r p_rc in [0, 0.5], the standard deviation dividing by R.

    Differences from the first draw make a head without dropout score exactly 0.
    """
    return by_parts(_mean_deviation, outputs.stochastic)


def _mean_deviation(draws: Probabilities) -> Scores:
    """Return (p,) the measure of (R, p, C) draws, one draw at a time."""
    first = draws[0].astype(np.float64)
    shift = np.zeros_like(first)
    for draw in draws[1:]:
        shift += draw - first
    mean = first + shift / len(draws)
    squares = np.zeros_like(first)
    for draw in draws:
        squares += (draw - mean) ** 2
    deviations: Scores = np.sqrt(squares / len(draws)).mean(axis=1)
    return deviations
