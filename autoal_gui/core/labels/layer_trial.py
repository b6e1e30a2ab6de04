"""When a round tries whether training every layer is better than the last alone."""

from autoal_gui.core.language import mark
from autoal_gui.core.sentences import Sentence, Sentences

FIRST_COMPARED = 60  # labels; with fewer, what is held out says too little
FOLDS_COMPARED = 2  # of five: 24 of 60 labels are held out, for two trainings more
HELD_OUT = 0.2  # of the labels, in each of these trainings
LONGEST = 120.0  # seconds, about what a batch takes to answer: the next round waits for a trial
NOT_TRIED = Sentence(
    mark(
        "Whether training every layer is better was not tried, as you wished; it stays off until "
        "you turn it on again."
    )
)
"""Is kept with the round."""
NOT_TRIED_BEFORE = Sentence(
    mark(
        "Whether training every layer is better was not tried, as you wished; the next round asks "
        "again."
    )
)
"""As earlier versions kept it."""
TOO_LONG = Sentence(
    mark(
        "Whether training every layer is better was not tried: it takes minutes on this computer, "
        "and the next round would wait for it. You can have it tried in the training panel."
    )
)
"""Is kept with a round that left it out for the time it takes."""

LEFT_OUT = NOT_TRIED, TOO_LONG, NOT_TRIED_BEFORE


def was_left_out(reason: Sentences) -> bool:
    """Say whether the trial was left out of a round that it was due in, by what is kept with it."""
    return any(sentence in reason for sentence in LEFT_OUT)


def due(labels: int, before: int, owed: bool = False) -> bool:
    """Say whether the two ways to train are to be compared: when the labels have doubled.

    Args:
        labels: of this round.
        before: of the last round.
        owed: whether the last round was to compare them, and left it out.
    """
    return next_trial(before) <= labels or (owed and labels >= FIRST_COMPARED)


def next_trial(labels: int) -> int:
    """Return at how many labels the two are compared next, after a trial with `labels`."""
    count = FIRST_COMPARED
    while count <= labels:
        count *= 2
    return count
