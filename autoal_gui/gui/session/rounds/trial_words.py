"""What is said of the trial of every layer: that it has begun, what for, how long, and its end."""

from autoal_gui.core.language import duration, mark, tr
from autoal_gui.gui.session.rounds.layer_trial import LayerTrial

GOES_ON = mark("This round also tries whether training the whole network pays on your images.")
AHEAD = mark(
    "This round also tries whether training the whole network pays on your images: about {time}."
)
AHEAD_UNTIMED = mark(
    "This round also tries whether training the whole network pays on your images; that may take "
    "minutes."
)
LABEL_ON = mark("Go on labelling; the next round follows this one.")
LEAVE = mark("To end only the trial: Leave it out, in the training panel.")


def trial_words(trial: LayerTrial) -> str:
    """Say that the round that runs also makes the trial, and how long that takes."""
    if trial.seconds is None:
        return tr(AHEAD_UNTIMED)
    return tr(AHEAD, time=duration(max(1.0, trial.seconds)))


def begun_words(trial: LayerTrial) -> str:
    """Say all of it where nothing stands beside: also what goes on, and how to leave it out."""
    return " ".join((trial_words(trial), tr(LABEL_ON), tr(LEAVE)))
