"""What is known of labels that are confirmed in bulk, in words, for window, report and terminal."""

from autoal_gui.core.labels.bulk import Check, Tally
from autoal_gui.core.language import mark, number, percent, tr, tr_count

FIRST = mark("Not known yet: {fewest} images, drawn by lot, are read alone first.")
UNKNOWN = mark(
    "Not known yet. Read alone so far: {asked} of the first {fewest} images; with another class "
    "than the model's: {wrong}."
)
HOLDS = mark(
    "Of {asked} images read alone {wrong} had another class than the model's: {share} ({low} to "
    "{high}). That is within the limit of {limit}."
)
FAILS = mark(
    "Of {asked} images read alone {wrong} had another class than the model's: {share} ({low} to "
    "{high}). That is more than the limit of {limit}: nothing more is confirmed, and what was "
    "confirmed no longer teaches the model. Nothing was deleted."
)
OWN_UNKNOWN = mark("{name}: read alone so far: {asked}; a few more are needed.")
OWN_HOLDS = mark("Of {name}, {wrong} of {asked} had another class.")
OWN_FAILS = mark(
    "Of {name}, {wrong} of {asked} had another class, more than the limit: nothing more is "
    "confirmed as {name}, and what was confirmed as it no longer teaches the model."
)


def check_words(check: Check) -> str:
    """Say what the check says of all classes together."""
    words = {"unknown": UNKNOWN, "holds": HOLDS, "fails": FAILS}[check.verdict]
    whole = check.whole
    low, high = whole.interval
    return tr(
        words if whole.asked else FIRST,
        fewest=number(check.fewest),
        asked=number(whole.asked),
        wrong=number(whole.wrong),
        share=percent(whole.share, 1),
        low=percent(low, 1),
        high=percent(high, 1),
        limit=percent(check.limit, 1),
    )


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


def own_words(check: Check, class_index: int, name: str) -> str:
    """Say what it says of one class; empty where that adds nothing."""
    if check.verdict == "fails":
        return ""
    verdict = check.verdict_of(class_index)
    own = check.classes.get(class_index, Tally())
    if verdict == "unknown" and check.verdict == "unknown":
        return ""
    words = {"unknown": OWN_UNKNOWN, "holds": OWN_HOLDS, "fails": OWN_FAILS}[verdict]
    return tr(words, name=name, asked=number(own.asked), wrong=number(own.wrong))
