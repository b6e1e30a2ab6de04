"""What the card of a round says: what the model gets right now, and what to do next."""

import math
from collections.abc import Collection, Sequence

from autoal_gui.core.labels.hidden_repeats import pairs
from autoal_gui.core.labels.pace import seconds_an_answer
from autoal_gui.core.language import duration, mark, number, percent, some_of, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.baseline import better_words
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.project.kept_point import changed_words
from autoal_gui.core.project.last_model import FIRST_MODEL, learned_from, trained_rounds
from autoal_gui.core.project.learned_classes import short_classes
from autoal_gui.core.project.measured_rounds import (
    Measured,
    comparable,
    new_class_words,
    on_the_same_images,
)
from autoal_gui.core.project.project import Project
from autoal_gui.core.readers.double_reading import said
from autoal_gui.gui.panels.performance.class_lacks import FEWEST_TO_MEASURE, FOUND, often_missed
from autoal_gui.gui.panels.performance_text import change_words, measured_of, right_words
from autoal_gui.gui.session.rounds.model_in_use import ModelInUse

SURE = 20  # answers of a class; of fewer it is told by how many its share is estimated
KEPT = 0.6  # of one that was found in most before: a few images make no news of it
NAMED = 3  # classes named of a kind
FIRST_STAYS = mark("The first answer is the label until you change it.")
ALL_FOUND = mark("Every class is mostly found: {classes}.")
NEW = mark("Now mostly found: {classes}.")
STILL = mark("Still mostly found: {classes}.")
KNOWN = mark("Mostly found: {classes}.")
MISSED = mark("Often missed: {classes}.")
RARE = mark("Measured on too few images to tell: {classes}.")
JOINED = mark(
    "From the same labels as the model before: what was learned from your images without labels "
    "has joined, and chose other images to ask for."
)
WEIGHED = mark(
    "Shares are estimates for all your images: hard ones are asked for more often, so that counts "
    "of answers say less."
)
FIND_MORE = mark("Performance has a button that finds more images of a class that is missed.")
EITHER_WAY = mark("By the highest probability, whatever the point: {right}.")
SHORT = mark("Too few labels to rely on: {classes}.")


def card_words(project: Project, in_use: ModelInUse, left: int) -> tuple[str, str, str]:
    """Say how the last round, which has trained, ended: a title, what changed, what comes next.

    `left` is the number of answers after which the next round starts.
    """
    last = project.rounds.finished()[-1]
    measured = measured_of(project)
    further = further_words(project, left)
    name = {"number": number(last.number), "labels": learned_from(last)}
    if not measured or measured[-1][0].number != last.number:
        return (
            tr("Round {number} ({labels}) is done", **name),
            tr("The model has learned from {labels}.", labels=learned_from(last)),
            further,
        )
    result = in_use.result(measured)
    metrics = result.metrics
    # At a point the model before is no comparison class by class: it had another threshold.
    # Which classes are found is told of each by itself.
    two, names = measured[-2:] if result.threshold is None else [], project.classes.names
    earlier = comparable(two)[:-1]
    # A class that had too few labels then may have been found as often: that is no news of it.
    before = (_found(known, ()) for _, known in on_the_same_images(two)[:-1])
    words = class_words(
        metrics,
        next(before, None),
        names=names,
        short=short_classes(project, last),
        earlier=earlier[0][1] if earlier else None,
    )
    right = right_words(metrics)
    title = tr("Round {number} ({labels}): {right}", **name, right=right)
    if _is_first(project):
        title = tr("Your first model ({labels}): {right}", labels=name["labels"], right=right)
    changed = changed_words(project, in_use.point)
    better = better_words(metrics, names)
    joined = tr(JOINED) if _has_joined(project) else ""
    change = _change(measured, result.threshold is not None, names)
    more = tr(FIND_MORE) if result.threshold is None and often_missed(names, metrics) else ""
    told = result.short, joined, change, better, words, more, changed
    return title, "\n".join(filter(None, told)), further


def _change(measured: Measured, at_point: bool, names: Sequence[str]) -> str:
    """Say what the last model has right against the model before.

    Both by the highest probability: two models have two thresholds. What other images measured, or
    other classes, is no comparison.
    """
    two = measured[-2:]
    earlier = comparable(two)[:-1]
    if not earlier:
        return "" if at_point else new_class_words(two, names)
    now = two[-1][1]
    change = change_words(now, earlier[0][1])
    return f"{tr(EITHER_WAY, right=right_words(now))} {change}" if at_point else change


def twice_words(project: Project) -> tuple[str, tuple[int, ...]]:
    """Say how the images compare that were asked twice since the last model before this one.

    Returns:
        The words, empty where there were none, and the ids of those answered differently.
    """
    models = trained_rounds(project)
    since = models[-2].ended if len(models) > 1 else ""
    asked = [pair for pair in pairs(project.labels.journal) if pair[1].at > since]
    if not asked:
        return "", ()
    unlike = tuple(first.image_id for first, again in asked if said(first) != said(again))
    count = len(asked)
    words = tr_count("{count} image was asked twice", "{count} images were asked twice", count)
    if not unlike:
        return tr("{twice}; your answers agree.", twice=words), ()
    differ = tr_count(
        "{count} answer differs from your first.",
        "{count} answers differ from your first.",
        len(unlike),
    )
    return f"{tr('{twice}; {differ}', twice=words, differ=differ)} {tr(FIRST_STAYS)}", unlike


def class_words(
    metrics: Metrics,
    before: Collection[int] | None = None,
    *,
    names: Sequence[str],
    short: Collection[int] = (),
    earlier: Metrics | None = None,
) -> str:
    """Say which classes are found now, and which are not yet: every class stands in one of them.

    Args:
        metrics: of the last round.
        before: the classes that were found by the round before it, if there was one.
        names: of the classes.
        short: classes with too few labels to rely on, of which no success is told.
        earlier: what the model before had right, where that compares.
    """
    now, classes = metrics.sensitivities, range(len(metrics.sensitivities))
    right = [_right_of(names[c], metrics, c, earlier) for c in classes]
    measured, found = _measured(metrics), _found(metrics, short, before or ())
    missed = sorted(
        (c for c in measured if c not in found and now[c] < FOUND), key=lambda c: now[c]
    )
    new = [c for c in found if before is not None and c not in before]
    known = [c for c in found if c not in new]
    rare = [c for c in classes if c not in measured and c not in short]
    if len(known) == len(now):
        return tr(ALL_FOUND, classes=some_of([right[c] for c in known], NAMED))
    parts = (
        (NEW, some_of([right[c] for c in new], NAMED)),
        (KNOWN if before is None else STILL, some_of([right[c] for c in known], NAMED)),
        (MISSED, some_of([right[c] for c in missed], NAMED)),
        (RARE, _named(rare, names)),
        (SHORT, _named(sorted(short), names)),
    )
    return " ".join(tr(words, classes=classes) for words, classes in parts if classes)


def _measured(metrics: Metrics) -> list[int]:
    """Return the classes that enough images measure to tell how often they are found."""
    classes = range(len(metrics.sensitivities))
    return [c for c in classes if metrics.sensitivity_counts(c)[1] >= FEWEST_TO_MEASURE]


def _found(metrics: Metrics, short: Collection[int], before: Collection[int] = ()) -> list[int]:
    """Return the classes that are found in most images: the one found least often first.

    One that was so `before` stays that for a little less.
    """
    share = metrics.sensitivities
    least = {c: KEPT if c in before else FOUND for c in range(len(share))}
    found = [c for c in _measured(metrics) if share[c] >= least[c] and c not in short]
    return sorted(found, key=lambda c: share[c])


def _named(classes: Sequence[int], names: Sequence[str]) -> str:
    return some_of([names[c] for c in classes], NAMED)


def _right_of(name: str, metrics: Metrics, index: int, earlier: Metrics | None) -> str:
    """Say how many images of a class are right; of an estimate its share, as counts are others.

    What the model before had right of as many stands beside it: all classes together may hide that
    one is found less often.
    """
    right, images = metrics.sensitivity_counts(index)
    if isinstance(metrics, Estimate) and not right == images < SURE:  # a few that are all right
        share = metrics.sensitivities[index]
        if images >= SURE:
            return tr("{name} (about {share} right)", name=name, share=percent(share))
        return tr_count(
            "{name} (about {share} right, by {count} answer)",
            "{name} (about {share} right, by {count} answers)",
            images,
            name=name,
            share="" if math.isnan(share) else percent(share),
        )
    values = {"name": name, "right": number(right), "images": number(images)}
    before = _counted_before(index, images, earlier)
    if before in (None, right):
        return tr("{name} ({right} of {images} right)", **values)
    told = mark("{name} ({right} of {images} right; before {before})")
    return tr(told, before=number(before), **values)


def _counted_before(index: int, images: int, earlier: Metrics | None) -> int | None:
    """Return how many of as many images of a class were right before; None where not known."""
    if earlier is None or isinstance(earlier, Estimate) or index >= len(earlier.confusion):
        return None
    right, measured = earlier.sensitivity_counts(index)
    return right if measured == images else None


def further_words(project: Project, left: int) -> str:
    """Say why the first model may be of round 2, and how long so many answers take."""
    finished, explained = project.rounds.finished(), ""
    if _is_first(project) and len(finished) > 1:
        explained = tr(FIRST_MODEL, number=number(finished[-1].number))
    last = finished[-1] if finished else None
    weighed = tr(WEIGHED) if last and last.estimate and not last.metrics else ""
    return " ".join(filter(None, (weighed, explained, _cost(project, left))))


def _has_joined(project: Project) -> bool:
    """Say whether the model before had the same labels, and was made until learning had ended."""
    models = trained_rounds(project)
    if len(models) < 2:
        return False
    before, now = models[-2:]
    same = (before.labels, before.confirmed) == (now.labels, now.confirmed)
    other = before.settings.backbone != now.settings.backbone
    return same and other and before.settings.is_at_once


def _is_first(project: Project) -> bool:
    """Say whether no round before the last has made a model."""
    return not any(record.checkpoint for record in project.rounds.finished()[:-1])


def _cost(project: Project, left: int) -> str:
    seconds = seconds_an_answer(project.labels.answers.values())
    if not left or seconds is None:
        return ""
    return tr_count(
        "The model has chosen new images to ask for. {count} more answer takes about {time} at "
        "your pace.",
        "The model has chosen new images to ask for. {count} more answers take about {time} at "
        "your pace.",
        left,
        time=duration(max(1.0, left * seconds)),
    )
