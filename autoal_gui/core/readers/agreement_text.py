"""Agreement, consistency and the use of suggestions in words, for window and command line."""

import math
from collections.abc import Callable, Sequence

from autoal_gui.core.labels.hidden_repeats import pairs
from autoal_gui.core.labels.journal import Journal
from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.readers.agreement import Agreement
from autoal_gui.core.readers.double_reading import Comparison
from autoal_gui.core.readers.suggestion_use import Share, SuggestionUse

NO_PAIR = mark("No image has a class from both readers yet.")
KAPPA = mark("Cohen's kappa {kappa} ({low} to {high}): {verdict}.")
WEIGHTED = mark("Weighted kappa for grades {kappa} ({low} to {high}): {verdict}.")
TOO_FEW = mark("With fewer than {count} images kappa says nothing.")
LEAST = 10  # images; with fewer its interval holds nearly everything
NO_KAPPA = mark("Kappa is unknown: both readers gave a single class.")
NO_KAPPA_AGAIN = mark("Kappa is unknown: these images were only ever given a single class.")
NO_REPEAT = mark(
    "No image has been answered twice yet. After 20 answers, about one image in 25 is"
    " shown again without saying so."
)
NO_BLIND = mark(
    "No answer has met a suggestion yet: they begin with the first round that trains a model."
)
BLIND = mark(
    "While the suggestion was hidden, readers gave the model's class on {same} of {count} images: "
    "{share} ({low} to {high})."
)
BLIND_SAME = mark(
    "While the suggestion was hidden, the reader gave the model's class on the one image."
)
BLIND_OTHER = mark(
    "While the suggestion was hidden, the reader gave the one image another class than the model."
)
UNCHANGED = mark(
    "None of {count} answers was changed once the suggestion could be seen ({low} to {high})."
)
CHANGED = mark(
    "Changed once it could be seen: {same} of {count} answers, {share} ({low} to {high})."
)
IN_SIGHT = mark(
    "With the suggestion visible, readers gave the model's class on {same} of {count} images: "
    "{share} ({low} to {high})."
)
IN_SIGHT_SAME = mark(
    "With the suggestion visible, the reader gave the model's class on the one image."
)
IN_SIGHT_OTHER = mark(
    "With the suggestion visible, the reader gave the one image another class than the model."
)
DIRECTIONS = mark(
    "Of these changes, {towards} went to the model's class ({towards_low} to {towards_high}), "
    "{away} away from it ({away_low} to {away_high}), {aside} elsewhere."
)
BY_LIKELIEST = mark("The model's class is its most likely one here, whatever your operating point.")
SLIP = mark("A corrected slip of the finger also counts as a change.")
KAPPA_BANDS = (
    (0.0, mark("no better than chance")),
    (0.2, mark("slight")),
    (0.4, mark("fair")),
    (0.6, mark("moderate")),
    (0.8, mark("substantial")),
    (math.inf, mark("almost perfect")),
)
"""The band of kappa up to each value (Landis & Koch 1977)."""


def kappa_band(kappa: float) -> str:
    """Return the band that a value of kappa lies in."""
    return next(tr(word) for end, word in KAPPA_BANDS if kappa <= end)


def same_words(share: Share) -> str:
    """Say on how many images two readers agree."""
    if share.count == 1:
        return (
            tr("The same class on the one image.")
            if share.found
            else tr("Another class on the one image.")
        )
    return tr(
        "The same class on {same} of {count} images: {share} ({low} to {high}).", **_values(share)
    )


def again_words(share: Share) -> str:
    """Say on how many images readers agree with themselves."""
    if share.count == 1:
        return (
            tr("The same class again on the one image.")
            if share.found
            else tr("Another class the second time on the one image.")
        )
    return tr(
        "The same class again on {same} of {count} images: {share} ({low} to {high}).",
        **_values(share),
    )


def blind_words(share: Share) -> str:
    """Say how often readers agreed with the model before they saw its suggestion."""
    if share.count == 1:
        return tr(BLIND_SAME) if share.found else tr(BLIND_OTHER)
    return tr(BLIND, **_values(share))


def changed_words(share: Share) -> str:
    """Say how many answers were changed after readers saw the suggestion."""
    if share.count == 1:
        return (
            tr("The one answer was changed once the suggestion could be seen.")
            if share.found
            else tr("The one answer was not changed once the suggestion could be seen.")
        )
    return tr(CHANGED if share.found else UNCHANGED, **_values(share))


def in_sight_words(share: Share) -> str:
    """Say how often readers agreed with a suggestion that they saw from the beginning."""
    if share.count == 1:
        return tr(IN_SIGHT_SAME) if share.found else tr(IN_SIGHT_OTHER)
    return tr(IN_SIGHT, **_values(share))


def _values(share: Share) -> dict[str, str]:
    low, high = share.interval
    part = share.found / share.count if share.count else 0.0
    return {
        "same": number(share.found),
        "count": number(share.count),
        "share": percent(part),
        "low": percent(low),
        "high": percent(high),
    }


def agreement_words(
    found: Agreement,
    graded: bool,
    same: Callable[[Share], str] = same_words,
    no_kappa: str = NO_KAPPA,
) -> tuple[str, ...]:
    """Say how far two readings agree.

    Args:
        found: the two readings.
        graded: whether the classes are grades in their order, so that weighted kappa is told too.
        same: says the share.
        no_kappa: says that there is no kappa.
    """
    if not found.total:
        return (tr(NO_PAIR),)
    words = [same(Share(found.same, found.total))]
    if math.isnan(found.kappa()):
        return (*words, tr(no_kappa))
    if found.total < LEAST:
        return (*words, tr(TOO_FEW, count=number(LEAST)))
    words.append(_kappa(KAPPA, found, False))
    if graded:
        words.append(_kappa(WEIGHTED, found, True))
    return tuple(words)


def _kappa(sentence: str, found: Agreement, graded: bool) -> str:
    kappa, (low, high) = found.kappa(graded), found.kappa_interval(graded)
    return tr(
        sentence,
        kappa=decimal(kappa, 2),
        low=decimal(low, 2),
        high=decimal(high, 2),
        verdict=kappa_band(kappa),
    )


def repeats_of(journal: Journal, classes: int) -> Agreement:
    """Return how far readers agree with themselves on the images that were put twice."""
    return Agreement.of(
        (
            (first.class_index, again.class_index)
            for first, again in pairs(journal)
            if first.class_index is not None and again.class_index is not None
        ),
        classes,
    )


def consistency_words(journal: Journal, classes: int, graded: bool) -> tuple[str, ...]:
    """Say how consistent the reader is on the images that were put twice."""
    found = repeats_of(journal, classes)
    left_out = sum(1 for _ in pairs(journal)) - found.total
    words: tuple[str, ...] = (tr(NO_REPEAT),)
    if found.total:
        words = agreement_words(found, graded, again_words, NO_KAPPA_AGAIN)
    if not left_out:
        return words
    without = tr_count(
        "{count} more image was asked twice and got no class one of the times (Unsure or Skip): it "
        "is not counted.",
        "{count} more images were asked twice and got no class one of the times (Unsure or Skip): "
        "they are not counted.",
        left_out,
    )
    return (*words, without) if found.total else (without,)


def suggestion_use_words(found: SuggestionUse, has_point: bool = False) -> tuple[str, ...]:
    """Say what readers do with the model's suggestion.

    Args:
        found: what they did.
        has_point: whether the project has an operating point: suggestions do not go by it.
    """
    words = [tr(BY_LIKELIEST)] if has_point and (found.blind or found.shown.count) else []
    if found.blind:
        words += [blind_words(found.agreed), changed_words(found.changed)]
    if found.changed.found:
        towards, away = found.towards.interval, found.away.interval
        words.append(
            tr(
                DIRECTIONS,
                towards=number(found.towards.found),
                towards_low=percent(towards[0]),
                towards_high=percent(towards[1]),
                away=number(found.away.found),
                away_low=percent(away[0]),
                away_high=percent(away[1]),
                aside=number(found.aside.found),
            )
        )
        words.append(tr(SLIP))
    if found.shown.count:
        words.append(in_sight_words(found.shown))
    return tuple(words) or (tr(NO_BLIND),)


def to_adjudicate_words(left: int) -> str:
    """Say how many images readers disagree on that nobody has settled."""
    if not left:
        return tr("Nothing is left to settle.")
    return tr_count("{count} image to settle.", "{count} images to settle.", left)


def comparison_words(found: Comparison, classes: Sequence[str], graded: bool) -> tuple[str, ...]:
    """Say how a second reader compares with the project's answers."""
    return (
        tr_count("{count} image read by both.", "{count} images read by both.", len(found.pairs)),
        *agreement_words(found.agreement(len(classes)), graded),
    )
