"""How earlier versions said what today is said otherwise: projects keep it with their rounds.

Such a sentence is in no catalogue any more; what stands here in its place is.
"""

from autoal_gui.core.language import mark

SIDE_BY_SIDE = mark("The model uses what it learned from your images, together with {network}.")
INSTEAD = mark(
    "For now the model uses {network}, which tells your classes apart better than what it learned "
    "from your images. Later rounds choose anew."
)
ALONE = mark("The model uses what it learned from your images.")
TRIED = mark(
    "Each of your {count} labels was held out once, and each class counts alike: what was chosen "
    "gets {right} of them right, what was learned from your images alone {alone}. This only "
    "chooses between the two; Performance says how good the model is."
)
TRIED_ALONE = mark(
    "Each of your {count} labels was held out once, and each class counts alike: what was learned "
    "from your images gets {alone} of them right, and {network} beside it does not help. "
    "Performance says how good the model is."
)
TAUGHT = mark("The images without a label teach as well ({teacher}).")
TAUGHT_FIGURES = mark("Of labels held out {right} are right with these images, {alone} without.")

BOTH_BEGINS = "What was learned from your images and {network} are used side by side: of "
OTHER_BEGINS = "{network} is used instead of what was learned from your images: of "
ALONE_BEGINS = "What was learned from your images is used alone: "
FORMER = {
    BOTH_BEGINS + "labels held out": (SIDE_BY_SIDE, ""),
    BOTH_BEGINS + "your {count}": (SIDE_BY_SIDE, TRIED),
    OTHER_BEGINS + "labels held out": (INSTEAD, ""),
    OTHER_BEGINS + "your {count}": (INSTEAD, TRIED),
    ALONE_BEGINS + "labels held out": (ALONE, ""),
    ALONE_BEGINS + "your {count}": (ALONE, TRIED_ALONE),
    "The images without a label teach as well ({teacher}): of ": (TAUGHT, TAUGHT_FIGURES),
}
"""By how a sentence began: what is said now, and the figures behind it."""


def in_todays_words(english: str, details: str) -> tuple[str, str]:
    """Return a sentence and its figures as they are in the catalogues now."""
    begins = (today for begin, today in FORMER.items() if english.startswith(begin))
    return next(begins, (english, details))
