"""What the page of the sure ones says."""

from collections.abc import Sequence
from dataclasses import replace

from autoal_gui.core.labels.bulk import LIMITS, Check, SureImages
from autoal_gui.core.language import mark, number, percent, tr, tr_count

PAYS = 2  # images confirmed for one that is read alone, below which it is hardly worth it

HOW = mark("Enter confirms what is shown. A click or Space takes an image out. Esc goes back.")
JUDGED = mark("Each was judged by the model that it was drawn for; a newer one may differ.")
NO_MODEL = mark("No model has been trained yet: label a few images of each class first.")
NOTHING = mark(
    "The model is not sure enough yet of any image that waits ({sure} or more is asked for). Label "
    "on; a better model is mostly sure of more."
)
CLASS_DONE = mark("Nothing more of {name} can be confirmed now.")
WHY_ALONE = mark(
    "{count} images come to the desk one by one, drawn by lot over all classes, and the model's "
    "class stays hidden until you have answered. Only they can tell how many of the labels that "
    "you confirm at a glance would be wrong. Then up to {saved} others can be confirmed, as the "
    "model sees them now."
)
ENDS = mark(
    "If {wrong} of the first {first} have another class than the model's, more than the limit of "
    "{limit} are wrong, and nothing can be confirmed: you are told so then, and the rest comes "
    "later."
)
ENDS_SOON = mark(
    "If {wrong} of them have another class than the model's, more than the limit of {limit} are "
    "wrong, and nothing can be confirmed: you are told so then, and the rest comes later."
)
HARDLY = mark("It saves some reading now; with a better model it mostly saves more.")
NOT_WORTH = mark(
    "The model is sure of {sure} images by now, and {due} would be read alone first: that does not "
    "pay yet. Label on; a better model is mostly sure of more."
)
LOOSER = mark(
    "If up to {limit} of the labels may be wrong, set that limit at the lower left: then {due} are "
    "read alone first."
)
LIMITS_TRIED = (0.05, 0.1, 0.2)
STOPPED = mark(
    "No class can be confirmed now: the images read alone were drawn from all of them together."
)
LABEL_ON = mark(
    "Label on first, so that the model gets better: until then another check is likely to end the "
    "same. It counts for what is confirmed from then on."
)
NEWER = mark(
    "This check was of models up to that of round {checked}. The model of round {now} may be right "
    "more often: begin another check to find out. It counts for what is confirmed from then on."
)
HIGHER = mark(
    "If you can live with more wrong labels than {limit}, set a higher limit before you begin: one "
    "that is set after images have been read proves less."
)
NOT_SEEN = mark("The images are still being read; press again when all can be seen.")
SURE_BY_LIKELIEST = mark(
    "These are the most likely classes, whatever your operating point: on the desk and in Predict "
    "an image may be given another one."
)
MEASURES_NOTHING = mark(
    "What is confirmed here is marked in every export, measures nothing, and teaches the model "
    "only while the check holds."
)


def stopped_words(checked: int, now: int, limit: float) -> str:
    """Say that the check has failed, and what can be done.

    Args:
        checked: the last round whose model was checked.
        now: that of the last model.
        limit: of the labels that may be wrong.
    """
    newer = tr(NEWER, checked=number(checked), now=number(now))
    parts = [tr(STOPPED), newer if now > checked else tr(LABEL_ON)]
    if limit < LIMITS[1]:
        parts.append(tr(HIGHER, limit=percent(limit)))
    return "\n\n".join(parts)


def alone_words(sure: SureImages, due: Sequence[int], check: Check) -> str:
    """Say what reading these alone first is for and what ends it, or that it does not pay yet."""
    count = number(len(due))
    if not sure.is_worth(due):
        words = tr(NOT_WORTH, sure=number(len(sure)), due=count)
        return " ".join(filter(None, (words, looser_words(sure, check))))
    saved = sure.saved(due)
    words = tr(WHY_ALONE, count=count, saved=number(saved))
    if not check.whole.asked:
        values = {"wrong": number(check.too_many), "limit": percent(check.limit)}
        of_all = check.too_many > check.limit * len(due)
        ends = tr(ENDS_SOON if of_all else ENDS, first=number(check.fewest), **values)
        words = f"{words} {ends}"
    return f"{words}\n\n{tr(HARDLY)}" if saved < PAYS * len(due) else words


def looser_words(sure: SureImages, check: Check) -> str:
    """Say with which higher limit a check would pay now; "" where none is high enough."""
    for limit in LIMITS_TRIED:
        due = sure.to_check(replace(check, limit=limit), 0, 1)
        if limit > check.limit and due and sure.is_worth(due):
            return tr(LOOSER, limit=percent(limit), due=number(len(due)))
    return ""


def waiting_words(waiting: int, drawn: int) -> str:
    """Say that some of the images that were drawn are not answered yet."""
    return tr_count(
        "{count} of the {drawn} images drawn to be read alone still waits for its answer: go on at "
        "the desk.",
        "{count} of the {drawn} images drawn to be read alone still wait for their answers: go on "
        "at the desk.",
        waiting,
        drawn=number(drawn),
    )


def drawn_words(sure: SureImages, listed: int, at_point: bool = False) -> str:
    """Say how many images the model is sure of beside those listed by class; "" for none.

    Args:
        sure: the images that it is sure of.
        listed: how many of them can be confirmed, over all classes.
        at_point: whether the project has an operating point, by which nothing goes here.
    """
    drawn = len(sure) - listed
    words = tr_count(
        "{count} more is kept for checks, picked at random: it is never in the list.",
        "{count} more are kept for checks, picked at random: they are never in the list.",
        drawn,
    )
    parts = words if drawn else "", tr(SURE_BY_LIKELIEST) if at_point and len(sure) else ""
    return " ".join(filter(None, parts))
