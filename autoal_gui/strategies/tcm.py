"""TCM: TypiClust at first, margin afterwards."""

from autoal_gui.strategies import margin, typiclust
from autoal_gui.strategies.contract import ModelOutputs, Scores

NAME = "tcm"
LABEL = "TCM"
SOURCE = "Doucet et al. 2024"
ORDER = 126

STEPS = 3  # whose images TypiClust chooses


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) the scores of TypiClust while there are few labels, then those of margin.

    Few are less than three batches, a batch being at least an image a class.
    """
    labels = 0 if outputs.labelled is None else len(outputs.labelled)
    step = max(outputs.wanted, outputs.probabilities.shape[1])
    return typiclust.score(outputs) if labels < STEPS * step else margin.score(outputs)
