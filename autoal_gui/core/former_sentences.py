"""How earlier versions said what today is said otherwise: projects keep it with their rounds.

Such a sentence is in no catalogue any more; what stands here in its place is.
"""

from autoal_gui.core.feature_sentences import (
    ALL_KINDS,
    ALONE,
    BY_CHANCE,
    EVERY_LAYER,
    INSTEAD,
    LAST_LAYER,
    NONE_BETTER,
    NOT_LEARNED,
    SIDE_BY_SIDE,
    TAUGHT,
    TAUGHT_FIGURES,
    TOO_FEW,
    TOO_FEW_GROUPS,
    TOO_FEW_OF_A_CLASS,
    TRIED,
    TRIED_ALONE,
    TRUSTED,
    TRUSTED_FIGURES,
)

BOTH_BEGINS = "What was learned from your images and {network} are used side by side: of "
OTHER_BEGINS = "{network} is used instead of what was learned from your images: of "
ALONE_BEGINS = "What was learned from your images is used alone: "
SPREAD_BEGINS = "Auto spreads the batch over your images; "
TOGETHER = "The model uses what it learned from your images, together with "
TRIAL_BEGINS = (
    "On {count} of your labels, held out, each class counting alike, training every layer got "
    "{every} right, training only the last layer {last}. "
)
UNTIL = TRIAL_BEGINS + "Until the next trial, at {next} labels or later, "
LEAST = " trained, at least until the next trial, at {next} labels or later: on {count} of "
HELD_OUT = LEAST + "your labels, held out, each class counting alike, "
FORMER = {
    UNTIL + "every layer": (EVERY_LAYER, ""),
    UNTIL + "only the last": (LAST_LAYER, ""),
    TRIAL_BEGINS + "That lead may be chance. ": (BY_CHANCE, ""),
    "Every layer is" + LEAST: (EVERY_LAYER, ""),
    "Only the last layer is" + HELD_OUT + "that got ": (LAST_LAYER, ""),
    "Only the last layer is" + HELD_OUT + "training every layer got ": (BY_CHANCE, ""),
    SPREAD_BEGINS + "without learned features ": (ALL_KINDS, NOT_LEARNED),
    SPREAD_BEGINS + "while every layer ": (ALL_KINDS, NOT_LEARNED),
    SPREAD_BEGINS + "there are too few labels ": (ALL_KINDS, TOO_FEW),
    SPREAD_BEGINS + "it learns more once ": (ALL_KINDS, TOO_FEW_OF_A_CLASS),
    SPREAD_BEGINS + "there are too few groups ": (ALL_KINDS, TOO_FEW_GROUPS),
    SPREAD_BEGINS + "no strategy ": (ALL_KINDS, NONE_BETTER),
    "Auto trusts {best} most: ": (TRUSTED, TRUSTED_FIGURES),
    "Auto chooses images mostly by {best}, ": (TRUSTED, TRUSTED_FIGURES),
    TOGETHER: (SIDE_BY_SIDE, ""),
    "For now the model uses {network}, ": (INSTEAD, ""),
    BOTH_BEGINS + "labels held out": (SIDE_BY_SIDE, ""),
    BOTH_BEGINS + "your {count}": (SIDE_BY_SIDE, TRIED),
    OTHER_BEGINS + "labels held out": (INSTEAD, ""),
    OTHER_BEGINS + "your {count}": (INSTEAD, TRIED),
    ALONE_BEGINS + "labels held out": (ALONE, ""),
    ALONE_BEGINS + "your {count}": (ALONE, TRIED_ALONE),
    "The images without a label teach as well ({teacher}): of ": (TAUGHT, TAUGHT_FIGURES),
}
"""By how a sentence began: what is said now, and the figures behind it, "" for those kept."""


def in_todays_words(english: str, details: str) -> tuple[str, str]:
    """Return a sentence and its figures as they are in the catalogues now."""
    begins = (today for begin, today in FORMER.items() if english.startswith(begin))
    said, behind = next(begins, (english, details))
    return said, behind or details
