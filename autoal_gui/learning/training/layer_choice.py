"""Which of two ways to train is kept: every layer, or the last alone; and what is told of that."""

import numpy as np
import numpy.typing as npt

from autoal_gui.core.feature_sentences import BY_CHANCE, EVERY_LAYER, LAST_LAYER
from autoal_gui.core.language import mark, percent
from autoal_gui.core.measures.paired import LEVEL, chance_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAD = 1.5  # standard errors by which every layer must lead, each class counting alike
VETOED = mark(
    "On the {count} images of the evaluation set training every layer got {every} right, training "
    "only the last layer {last}; chance hardly makes that difference. So only the last layer is "
    "trained, at least until the next trial."
)


def every_layer_wins(right_all: Floats, right_head: Floats, weights: Floats, units: Ints) -> bool:
    """Say whether training every layer leads by more than chance does.

    Few labels are held out, and the standard error of a rare class's is itself little known. So the
    exact test of McNemar has to speak for it too, in which all images count alike. Where it is
    chosen by chance it loses much (docs/RESULTS.md, table 26).

    Args:
        right_all: (h,) 1 where training every layer has a held out label right, else 0.
        right_head: (h,) likewise for the last layer alone.
        weights: (h,) of the labels; they sum to 1 and give every class the same.
        units: (h,) what belongs together, by a number each.
    """
    lead = right_all - right_head
    mean = float((weights * lead).sum())
    error = float(np.sqrt((np.bincount(units, weights * (lead - mean)) ** 2).sum()))
    gained = np.rint(np.bincount(units, lead)).astype(np.int64)
    return mean > LEAD * error and gained.sum() > 0 and chance_of(gained) < LEVEL


def shares_words(every: float, last: float) -> tuple[str, str]:
    """Return two shares as percentages, to a tenth where a lead would not be seen in whole ones."""
    digits = int(every != last and percent(every) == percent(last))
    return percent(every, digits), percent(last, digits)


def choice_words(lead: float, wins: bool) -> str:
    """Return what is told of a trial, by the lead of every layer and whether that is enough."""
    if wins:
        return EVERY_LAYER
    return BY_CHANCE if lead > 0 else LAST_LAYER


def last_layer_measures_better(right_all: Floats, right_head: Floats, units: Ints | None) -> bool:
    """Say whether the last layer alone has more of the evaluation set right than chance explains.

    What is held out of the labels is of the pool; where the evaluation set is of another kind, such
    as the test images of a published set, training every layer can fit the pool alone. Only so
    large a difference counts, so that the set hardly measures better for having chosen.

    Args:
        right_all: (n,) 1 where training every layer has an image right, else 0.
        right_head: (n,) likewise for the last layer alone.
        units: (n,) what belongs together, by a number each; None where each image stands alone.
    """
    lead = right_head - right_all
    places = np.arange(len(lead)) if units is None else units
    gained = np.rint(np.bincount(places, lead)).astype(np.int64)
    return bool(gained.sum() > 0) and chance_of(gained) < LEVEL
