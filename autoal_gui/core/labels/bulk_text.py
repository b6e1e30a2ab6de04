"""What is known of labels that are confirmed in bulk, in words, for window, report and terminal."""

import math
from collections.abc import Collection, Sequence

from autoal_gui.core.labels.bulk import Check, Tally
from autoal_gui.core.language import clauses, mark, number, percent, tr, tr_count

FIRST = mark(
    "How often the model is wrong on images of which it is sure is not known yet. To check that, "
    "you are first shown some images one by one, picked at random and without the model's opinion. "
    "Only then can whole pages be confirmed."
)
UNKNOWN = mark(
    "Not known yet. Read alone so far: {asked}; with another class than the model's: {wrong}."
)
HOLDS = mark(
    "All classes together: of {asked} images read alone {wrong} had another class than the "
    "model's, {share}. That is not more than the limit of {limit}, so that whole pages may be "
    "confirmed. By chance the true share may still be as high as {high}; the more are read alone, "
    "the surer it gets."
)
FAILS = mark(
    "All classes together: of {asked} images read alone {wrong} had another class than the "
    "model's, {share} ({low} to {high}). That is more than the limit of {limit}: no page can be "
    "confirmed."
)
LATE = mark(
    "This limit was set after {count} of its images had been read: such a check proves less than "
    "one whose limit was set before."
)
LOST = mark("What was confirmed no longer teaches the model. Nothing was deleted.")
OWN_UNKNOWN = mark("{name}: read alone so far: {asked}; a few more are needed.")
OWN_HOLDS = mark("Of {name}, {wrong} of {asked} had another class.")
OWN_FAILS = mark(
    "{name} by itself: {wrong} of {asked} had another class, {share}. That is more than the limit "
    "of {limit}: nothing more is confirmed as {name}."
)
OWN_FAILS_FEW = mark(
    "{name} by itself: {wrong} of {asked} had another class. That is more than the limit of "
    "{limit} allows: nothing more is confirmed as {name}."
)
OWN_LOST = mark("What was confirmed as {name} no longer teaches the model.")
FEW = 10  # images, below which a share in percent says more than is known
MAY_CONFIRM = mark(
    "{wrong} of {asked} had another class than the model's: whole pages may be confirmed now."
)
ALL_READ = mark("All images drawn by lot have been read.")
TOGETHER = mark(
    "They count together: of several classes one may be without an error by chance, so that none "
    "is picked out afterwards."
)
ANOTHER = mark("Label on: a better model may pass another check.")


def check_words(check: Check, confirmed: bool = True) -> str:
    """Say what the check says of all classes together.

    Args:
        check: the check.
        confirmed: whether any label rests on it.
    """
    words = {"unknown": UNKNOWN, "holds": HOLDS, "fails": FAILS}[check.verdict]
    whole = check.whole
    low, high = whole.interval
    said = tr(
        words if whole.asked else FIRST,
        asked=number(whole.asked),
        wrong=number(whole.wrong),
        share=percent(whole.share, 1),
        low=percent(low, 1),
        high=percent(high, 1),
        limit=percent(check.limit, 1),
    )
    if check.late:
        said = f"{said} {tr(LATE, count=number(check.late))}"
    return f"{said} {tr(LOST)}" if check.verdict == "fails" and confirmed else said


def bulk_words(confirmed: int, teaching: int) -> str:
    """Say how many labels were confirmed in bulk, and how many of them teach the model.

    Args:
        confirmed: those that stand.
        teaching: those whose check holds.
    """
    words = tr_count(
        "{count} label was confirmed in bulk",
        "{count} labels were confirmed in bulk",
        confirmed,
    )
    if teaching == confirmed:
        return tr("{words}.", words=words)
    return tr_count(
        "{words}; {count} of them teaches the model.",
        "{words}; {count} of them teach the model.",
        teaching,
        words=words,
    )


def own_words(check: Check, class_index: int, name: str, confirmed: bool = True) -> str:
    """Say what it says of one class; empty where that adds nothing.

    Args:
        check: the check.
        class_index: the class.
        name: of it.
        confirmed: whether any label of it rests on the check.
    """
    if check.verdict == "fails":
        return ""
    verdict = check.verdict_of(class_index)
    own = check.classes.get(class_index, Tally())
    if verdict == "unknown" and check.verdict == "unknown":
        return ""
    fails = OWN_FAILS if own.asked >= FEW else OWN_FAILS_FEW
    words = {"unknown": OWN_UNKNOWN, "holds": OWN_HOLDS, "fails": fails}[verdict]
    said = tr(
        words,
        name=name,
        asked=number(own.asked),
        wrong=number(own.wrong),
        share=percent(own.share, 1),
        limit=percent(check.limit, 1),
    )
    if verdict != "fails":
        return said
    left = math.ceil(own.wrong / check.limit - 1e-9) - own.asked
    holds = tr_count(
        "It holds again after {count} more of it, read alone and right: label on, and begin "
        "another check once the model is sure of more.",
        "It holds again after {count} more of it, read alone and all right: label on, and begin "
        "another check once the model is sure of more.",
        left,
    )
    return " ".join((said, tr(OWN_LOST, name=name), holds) if confirmed else (said, holds))


def left_words(check: Check, waiting: int) -> str:
    """Say what the images still to be read alone are good for; "" where there is none.

    Without their number: it stays on screen while they become fewer.

    Args:
        check: the check, which does not hold for some class, or for all.
        waiting: the images that were drawn and have no answer yet.
    """
    if not waiting:
        return ""
    if check.verdict == "fails":
        return tr(
            "You go on with the usual images; the others that were drawn by lot come later, in "
            "their turn."
        )
    return tr(
        "The other images drawn by lot check the other classes, and all together, in which the "
        "errors found so far count; their answers are labels like any other."
    )


def end_words(check: Check, names: Sequence[str], confirmed: Collection[int]) -> str:
    """Say how the check stands once all images drawn by lot have been read.

    Args:
        check: the check.
        names: of the classes.
        confirmed: the classes of which labels rest on it.
    """
    failing = (c for c in sorted(check.classes) if check.verdict_of(c) == "fails")
    own = (own_words(check, c, names[c], c in confirmed) for c in failing)
    whole = check.whole
    holds = tr(MAY_CONFIRM, wrong=number(whole.wrong), asked=number(whole.asked))
    parts = (
        tr(ALL_READ),
        holds if check.verdict == "holds" else check_words(check, bool(confirmed)),
        *own,
        class_error_words(check, names),
        tr(ANOTHER) if check.verdict == "fails" else "",
    )
    return " ".join(filter(None, parts))


def class_error_words(check: Check, names: Sequence[str]) -> str:
    """Say where the errors are, where all classes together fail and several were read.

    Args:
        check: the check.
        names: of the classes.
    """
    if check.verdict != "fails" or len(check.classes) < 2:
        return ""
    found = [
        tr(
            "{wrong} of {asked} as {name}",
            wrong=number(tally.wrong),
            asked=number(tally.asked),
            name=names[c],
        )
        for c, tally in sorted(check.classes.items())
    ]
    words = tr("Wrong were {counts}.", counts=clauses(found))
    spotless = any(not tally.wrong for tally in check.classes.values())
    return f"{words} {tr(TOGETHER)}" if spotless else words
