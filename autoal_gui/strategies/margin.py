"""Margin: ask where the two most probable classes are closest."""

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.uncertainty import lead

NAME = "margin"
LABEL = "Margin"
SOURCE = "Scheffer et al. 2001"
ORDER = 20
NEEDS_LABELLED = False


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) -(p_(1) - p_(2)) in [-1, 0]; with one class p_(2) is taken as 0."""
    return -lead(outputs.probabilities)
