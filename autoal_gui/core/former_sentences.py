"""How earlier versions said what today is said otherwise: projects keep it with their rounds.

Such a sentence is in no catalogue any more; what stands here in its place is.
"""

SIDE_BY_SIDE = "The model uses what it learned from your images, together with {network}."
INSTEAD = (
    "For now the model uses {network}, which tells your classes apart better than what it learned "
    "from your images. Later rounds choose anew."
)
ALONE = "The model uses what it learned from your images."
TRIED = (
    "Each of your {count} labels was held out once, and each class counts alike: what was chosen "
    "gets {right} of them right, what was learned from your images alone {alone}. This only "
    "chooses between the two; Performance says how good the model is."
)
TRIED_ALONE = (
    "Each of your {count} labels was held out once, and each class counts alike: what was learned "
    "from your images gets {alone} of them right, and {network} beside it does not help. "
    "Performance says how good the model is."
)
TAUGHT = "The images without a label teach as well ({teacher})."
TAUGHT_FIGURES = "Of labels held out {right} are right with these images, {alone} without."

FORMER: dict[str, tuple[str, str]] = {
    "What was learned from your images and {network} are used side by side: of labels held out "
    "they get {right} right, what was learned from your images alone {alone}.": (SIDE_BY_SIDE, ""),
    "What was learned from your images and {network} are used side by side: of your {count} "
    "labels, each held out in turn, each class counting alike, they get {right} right, what was "
    "learned from your images alone {alone}. This only chooses between the two; Performance says "
    "how good the model is.": (SIDE_BY_SIDE, TRIED),
    "{network} is used instead of what was learned from your images: of labels held out it gets "
    "{right} right, what was learned from your images {alone}.": (INSTEAD, ""),
    "{network} is used instead of what was learned from your images: of your {count} labels, "
    "each held out in turn, each class counting alike, it gets {right} right, what was learned "
    "from your images {alone}. This only chooses between the two; Performance says how good the "
    "model is.": (INSTEAD, TRIED),
    "What was learned from your images is used alone: labels held out speak against "
    "{network} beside it (alone it gets {alone} of them right).": (ALONE, ""),
    "What was learned from your images is used alone: your {count} labels, each held "
    "out in turn, speak against {network} beside it (alone it gets {alone} of them right, each "
    "class counting alike). Performance says how good the model is.": (ALONE, TRIED_ALONE),
    "The images without a label teach as well ({teacher}): of labels held out {right} are right "
    "with them, {alone} without.": (TAUGHT, TAUGHT_FIGURES),
}
"""By what was said: what is said now, and the figures behind it."""
