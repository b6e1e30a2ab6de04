"""The rounds whose model was measured, and on which images."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.labels.pace import seconds_an_answer
from autoal_gui.core.language import number, some_of, tr, tr_count
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.outlook import Outlook, outlook, says_little
from autoal_gui.core.measures.stopping_advice import SPAN, Point, chance_sentence

Measured = list[tuple[RoundRecord, Metrics]]
"""Rounds that were measured, each with what was found; ascending by number."""

NAMED = 3  # classes that are named
NEARLY = 0.9  # of the images of every class, where two rounds were measured on the same ones


def measured_rounds(rounds: Sequence[RoundRecord], after: int = 0) -> Measured:
    """Return the rounds that the evaluation set measured, else those that the answers did.

    Where there is no evaluation set, a round is measured by all answers that it learned from; of
    one whose every layer was trained, and of rounds of earlier versions, by the answers to images
    drawn at random.

    Args:
        rounds: those that brought a result.
        after: the last round before the evaluation set was changed, where a new curve begins.
    """
    rounds = [record for record in rounds if record.number > after]
    evaluated = [(record, record.metrics) for record in rounds if record.metrics is not None]
    if evaluated:
        return evaluated
    known = [(record, record.estimate or record.audit) for record in rounds]
    return [(record, metrics) for record, metrics in known if metrics is not None]


def new_curve_words(after: int) -> str:
    """Say why earlier rounds are not on the curve."""
    return tr(
        "The evaluation set was changed after round {round}: a new curve begins there, since "
        "earlier rounds were measured on other images.",
        round=number(after),
    )


def comparable(measured: Measured) -> Measured:
    """Return the rounds whose values compare with the last: of the same images and classes.

    The balanced accuracy is the mean over the classes that are measured. One more, a hard one
    say, and it falls though no model got worse.
    """
    same = on_the_same_images(measured)
    return [one for one in same if one[1].measured_classes == same[-1][1].measured_classes]


def on_the_same_images(measured: Measured) -> Measured:
    """Return the rounds that were measured on the images that measured the last.

    Images of the evaluation set without a label get theirs little by little. Until then a round
    is measured on fewer, maybe without a class: the curve would fall though no model got worse.
    What all answers estimate stands for the whole pool, on however many it rests.
    """
    if not measured or measured[-1][0].metrics is None:
        return measured
    last = measured[-1][1]
    return [one for one in measured if _are_nearly_the_same(one[1], last)]


def _are_nearly_the_same(one: Metrics, other: Metrics) -> bool:
    """Say whether as good as the same images were measured on, class by class."""
    pairs = zip_longest(_images_of(one), _images_of(other), fillvalue=0)
    return all(min(pair) >= NEARLY * max(pair) for pair in pairs)


def _images_of(metrics: Metrics) -> list[int]:
    """Return how many images of each class were measured on."""
    return [sum(row) for row in metrics.confusion]


def other_images_words(measured: Measured) -> str:
    """Say why some rounds do not compare with the last; "" where all do."""
    count = len(measured) - len(comparable(measured))
    if not count:
        return ""
    if measured[-1][0].metrics is None:  # all stand for the pool, but not for the same classes
        return tr_count(
            "{count} earlier round was measured on other classes, mostly fewer, than the last one: "
            "its value does not compare.",
            "{count} earlier rounds were measured on other classes, mostly fewer, than the last "
            "one: their values do not compare.",
            count,
        )
    return tr_count(
        "{count} earlier round was measured on other images, mostly fewer, than the last one: its "
        "value does not compare.",
        "{count} earlier rounds were measured on other images, mostly fewer, than the last one: "
        "their values do not compare.",
        count,
    )


def new_class_words(measured: Measured, names: Sequence[str]) -> str:
    """Say since when other classes are measured, where that is so of one of the last rounds.

    Args:
        measured: rounds in their order.
        names: of the classes, by index.
    """
    recent = measured[-1 - SPAN :]
    classes = [metrics.measured_classes for _, metrics in recent]
    other = [place for place, found in enumerate(classes) if found != classes[-1]]
    if not other:
        return ""
    before, now = set(classes[other[-1]]), set(classes[-1])
    since, new = number(recent[other[-1] + 1][0].number), sorted(now - before)
    if before - now:
        return tr(
            "Since round {round} other classes are measured than before: values of earlier rounds "
            "do not compare.",
            round=since,
        )
    return tr_count(
        "Since round {round} one more class is measured: {names}. Values of earlier rounds do not "
        "compare.",
        "Since round {round} {count} more classes are measured: {names}. Values of earlier rounds "
        "do not compare.",
        len(new),
        round=since,
        names=some_of([names[c] for c in new], NAMED),
    )


def points_of(measured: Measured) -> list[Point]:
    """Return the rounds that compare with the last as what advice is taken from."""
    return _points(comparable(measured))


def _points(measured: Measured) -> list[Point]:
    return [Point.of(record.labels, metrics) for record, metrics in measured if record.labels]


def chance_words(measured: Measured) -> str:
    """Say what random choice would have given; "" where that is not known."""
    record, _ = measured[-1]
    if record.by_chance is None:
        return ""
    images = _images_of(record.by_chance.metrics)
    same = [one for one in measured if _images_of(one[1]) == images]
    return chance_sentence(record.by_chance, _points(same))


def outlook_of(
    measured: Measured,
    waiting: int,
    answers: Iterable[Entry],
    short: Mapping[str, int],
    labels: int,
) -> Outlook | None:
    """Return what more labels bring and take; None where there is too little to say.

    Args:
        measured: the rounds that were measured.
        waiting: images of the pool without an answer.
        answers: those that stand.
        short: see `says_little`.
        labels: that teach now, those confirmed in bulk left out.
    """
    if not measured:
        return None
    last = measured[-1][0]
    pace, given = seconds_an_answer(answers), max(0, labels - last.labels)
    found = outlook(points_of(measured), last.settings.batch_size, waiting, pace, given)
    return None if found is None or says_little(found, short) else found
