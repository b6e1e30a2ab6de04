"""How much each label counts where heads are fitted and judged."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def balanced_weights(labels: Ints, shares: Floats) -> Floats:
    """Return (m,) weights that sum to 1: as `shares` within a class, the same for each class.

    Args:
        labels: (m,) class indices.
        shares: (m,) positive.
    """
    totals = np.bincount(labels, shares)
    weights: Floats = shares / (totals[labels] * np.count_nonzero(totals))
    return weights


def judging_weights(labels: Ints, shares: Floats, units: Ints | None = None) -> Floats:
    """Return (m,) weights that sum to 1 of labels held out: balanced, over classes of several.

    A class's only label is held out from a head that knows nothing of the class: its loss is a
    constant over the temperature, and would always choose the highest. So it is with a class of
    one patient; where no class has two, nothing that is held out says anything, and all weights
    are 0.

    Args:
        labels: (m,) class indices.
        shares: (m,) positive.
        units: (m,) what stays together, by a number each; None where each stands alone.
    """
    if units is not None:
        pairs = np.unique(np.stack((labels, units)), axis=1)
        several = np.bincount(pairs[0])[labels] > 1
        if not several.any():
            return np.zeros(len(labels))
    else:
        several = np.bincount(labels)[labels] > 1
    weights = balanced_weights(labels, shares) * (several if several.any() else 1)
    judging: Floats = weights / weights.sum()
    return judging


def effective_labels(weights: Floats, units: Ints | None) -> float:
    """Return how many equally weighted labels, or groups of labels, would say as much."""
    together = weights if units is None else np.bincount(units, weights)
    return float(1 / (together**2).sum()) if together.any() else 1.0
