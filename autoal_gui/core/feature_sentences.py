"""What a round says of how it chose, of its model's features and layers, and of what taught it."""

from autoal_gui.core.language import mark

ALL_KINDS = mark("The next images are spread over all of yours, so that the model sees every kind.")
NOT_LEARNED = mark(
    "While every layer of the network is trained, Auto does not learn which strategies to trust."
)
TOO_FEW = mark("There are too few labels yet to learn which strategies help.")
TOO_FEW_OF_A_CLASS = mark(
    "Auto learns which strategies help once every class that has a label has at least four, of "
    "different groups where images belong together."
)
TOO_FEW_GROUPS = mark(
    "There are too few groups of images that belong together to learn which strategies help."
)
NONE_BETTER = mark("No strategy has shown that it does better (k-means spreads the images).")
TRUSTED = mark(
    "The next images are chosen in the way that your labels show to help the model most (mostly by "
    "{best})."
)
TRUSTED_FIGURES = mark(
    "On labels held out, the weights that were learned for the strategies lower the error by "
    "{gain} (± {error}) against trusting all alike."
)
SIDE_BY_SIDE = mark(
    "The model uses what it learned from your images, and what a ready-made network knows of "
    "pictures ({network})."
)
INSTEAD = mark(
    "For now the model uses what a ready-made network knows of pictures ({network}): that tells "
    "your classes apart better than what it learned from your images."
)
ALONE = mark("The model uses what it learned from your images.")
TRIED = mark(
    "Each of your {count} labels was held out once, and each class counts alike: what was chosen "
    "gets {right} of them right, what was learned from your images alone {alone}. This only "
    "chooses between the two; Performance says how good the model is."
)
TRIED_FEWER = mark(
    "Each of your {count} labels was held out once, and each class counts alike: what was chosen "
    "gets {right} of them right, what was learned from your images alone {alone}. The choice goes "
    "by how probable the true classes are, not by this count. Performance says how good the model "
    "is."
)
TRIED_ALONE = mark(
    "Each of your {count} labels was held out once, and each class counts alike: what was learned "
    "from your images gets {alone} of them right, and {network} beside it does not help. "
    "Performance says how good the model is."
)
TAUGHT = mark("The images without a label teach as well ({teacher}).")
TAUGHT_FIGURES = mark("Of labels held out {right} are right with these images, {alone} without.")
EVERY_LAYER = mark(
    "Every layer is trained, at least until the next trial, at {next} labels or later. Tried on "
    "{count} of your labels, held out, each class counting alike: training every layer got "
    "{every} right, the last one alone {last}. Performance says how good the model is."
)
LAST_LAYER = mark(
    "Only the last layer is trained, at least until the next trial, at {next} labels or later. "
    "Tried on {count} of your labels, held out, each class counting alike: training the last one "
    "alone got {last} right, every layer {every}. Performance says how good the model is."
)
BY_CHANCE = mark(
    "Only the last layer is trained, at least until the next trial, at {next} labels or later. "
    "Tried on {count} of your labels, held out, each class counting alike: training every layer "
    "got {every} right, the last one alone {last}; that lead may be chance. Performance says how "
    "good the model is."
)
