"""Maximum entropy: ask where the predicted class distribution is flattest."""

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.uncertainty import shannon_entropy

NAME = "entropy"
LABEL = "Maximum entropy"
SOURCE = "Shannon 1948"
ORDER = 10
NEEDS_LABELLED = False


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) -sum_c p log p in nats, in [0, log C], with 0 log 0 = 0."""
    return shannon_entropy(outputs.probabilities)
