"""What may be said of an image of the map, and of those that have no dot on it."""

from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.likeness.kept_map import KeptMap
from autoal_gui.core.project.project import Project
from autoal_gui.gui.map.colouring import NONE, UNSURE, Facts
from autoal_gui.gui.map.scene import Mask
from autoal_gui.gui.session.likeness.left_out import left_out_words
from autoal_gui.gui.widgets.answers import ANSWER_WORDS, line_below

DISAGREES = mark(
    "“The model disagrees” counts each label where it says another class. Review calls it a likely "
    "error where the model is as sure as it usually is of images of that class."
)

ASKED_AGAIN = mark(
    "“Asked now: hidden” also counts images that have a label and are asked a second time without "
    "saying so."
)


FAR = mark(
    "“Least like any labelled image”: what your labels have not reached yet, worth a label. How "
    "alike images are is judged by all that the network sees; on the flat map they may still lie "
    "beside labels."
)


def notes_words(hides: bool, disagrees: bool, far: bool = False) -> str:
    """Return what the counts of the legend need to be understood.

    Args:
        hides: whether images that are asked for now are counted by themselves.
        disagrees: whether labels that the model disagrees with are.
        far: whether images are that are least like any with an answer.
    """
    notes = (ASKED_AGAIN, hides), (FAR, far), (DISAGREES, disagrees)
    return "\n".join(tr(words) for words, shown in notes if shown)


def image_words(project: Project, kept: KeptMap, facts: Facts, row: int) -> str:
    """Return the facts of an image, a line each."""
    one, names = project.pool.images[int(kept.ids[row])], project.classes.names
    answer, opinion = int(facts.answer[row]), facts.opinion(row)
    words = [one.key.replace("\\", "/").rsplit("/", 1)[-1]]
    if answer >= 0:
        words.append(tr("Label: {name}", name=names[answer]))
    elif answer == NONE:
        words.append(tr("No answer yet"))
    else:
        words.append(tr(ANSWER_WORDS["unsure" if answer == UNSURE else "skip"]))
    if opinion is not None:
        words.append(line_below(names, opinion))
    if one.group:
        words.append(tr("Group: {name}", name=one.group))
    return "\n".join(words)


def total_words(project: Project, kept: KeptMap, shown: Mask) -> tuple[str, str]:
    """Return how many images have a dot, and how many have none and why; "" where all have one."""
    dots, images = int(shown.sum()), len(kept.ids)
    if dots == images:
        return tr_count("{count} image", "{count} images", images), ""
    some = tr_count(
        "{shown} of {count} image", "{shown} of {count} images", images, shown=number(dots)
    )
    broken = set(kept.ids[~kept.readable].tolist())
    return some, left_out_words(project, set(kept.ids[shown].tolist()), broken)
