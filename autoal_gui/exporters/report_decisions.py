"""The sections of the report on the operating point, and on whether probabilities are right."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from autoal_gui.core.language import decimal, number, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimated_share import EstimatedShare
from autoal_gui.core.measures.calibration import (
    Bin,
    calibration,
    calibration_sentence,
    said_words,
)
from autoal_gui.core.measures.metrics import Share
from autoal_gui.core.measures.operating.point import OperatingPoint, Performance
from autoal_gui.core.measures.operating.roc import Roc
from autoal_gui.core.measures.operating.text import (
    asked_sentence,
    fresh_sentence,
    threshold_sentence,
)
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.result_in_use import BY_LIKELIEST
from autoal_gui.core.report.charts import Mark, square_chart
from autoal_gui.core.report.markup import table, tag

Cells = list[Element | str]


def operating_section(labels: Snapshot, on_card: bool = False) -> Iterable[Element]:
    """Where the project has set the threshold of a class, and what is measured there.

    Args:
        labels: with the point.
        on_card: whether it is for a model's card, which tells the threshold itself.
    """
    point = labels.operating_point
    if point is None:
        return
    name = labels.classes[point.rule.class_index]
    yield tag("h2", tr("What the threshold finds") if on_card else tr("Operating point"))
    words = threshold_sentence(labels.classes, point.rule.class_index, point.threshold.value)
    asked = asked_sentence(point.rule)
    yield tag("p", asked if on_card else f"{words} {asked}")
    yield _roc_figure(labels, name, point)
    rows = [
        _row(tr("to be expected on new images"), point.fresh),
        _row(tr("on the images that chose it, a little too good"), point.chosen),
    ]
    columns = [tr("threshold"), tr("sensitivity"), tr("images"), tr("specificity"), tr("images")]
    yield table(tr("At the operating point"), columns, rows)
    yield tag("p", fresh_sentence(point.fresh), class_="note")


def _roc_figure(labels: Snapshot, name: str, point: OperatingPoint) -> Element:
    """Return the ROC curve of the class with the point, and the interval of its sensitivity."""
    chosen, own = labels.weighed, point.rule.class_index
    roc = Roc.of(chosen.truth == own, chosen.probabilities[:, own], chosen.weights)
    line = list(zip((1 - roc.specificities).tolist(), roc.sensitivities.tolist(), strict=True))
    found = point.chosen
    mark = Mark(1 - found.specificity.value, found.sensitivity.value, *found.sensitivity.interval)
    title = tr("ROC curve of “{name}” with the operating point", name=name)
    words = tr("others mistaken for it"), tr("sensitivity")
    return _figure(title, square_chart(line, [mark], words, title))


def _figure(title: str, chart: Element) -> Element:
    return tag("figure", tag("figcaption", title), chart, class_="square")


def _row(words: str, found: Performance) -> Cells:
    cells: Cells = [words]
    for share in (found.sensitivity, found.specificity):
        cells += [_share(share), _counts(share)]
    return cells


def calibration_section(labels: Snapshot) -> Iterable[Element]:
    """How often the last model is right when it says so."""
    measured = labels.weighed
    last = labels.rounds[-1] if labels.rounds else None
    if not measured.images or not (labels.evaluation or (last and last.estimate)):
        return  # else each round's model has predicted what it asked for
    found = calibration(*measured.compared)
    if found is None:
        return
    yield tag("h2", tr("Is it as sure as it should be?"))
    yield tag("p", f"{_basis(labels)} {calibration_sentence(found)}")
    if labels.operating_point is not None:
        yield tag("p", tr(BY_LIKELIEST))
    title = tr("What the model says against how often it is right")
    marks = [Mark(one.said, one.right.value, *one.right.interval) for one in found.bins]
    words = tr("the model says"), tr("it is right")
    yield _figure(title, square_chart([], marks, words, title))
    columns = [tr("the model says"), tr("it is right"), tr("images")]
    yield table(tr("Probability and truth"), columns, [_bin(one) for one in found.bins])


def _basis(labels: Snapshot) -> str:
    """Say which images these are, and that the model had not learned from them."""
    count = len(labels.weighed.images)
    if labels.evaluation:
        return tr_count(
            "Measured on {count} image of the evaluation set, from which it never learns.",
            "Measured on {count} images of the evaluation set, from which it never learns.",
            count,
        )
    if labels.weighed.weights is not None:
        return tr_count(
            "Estimated from {count} answer, which counts for the images that are predicted like "
            "it; it was predicted by a model that had not seen it.",
            "Estimated from {count} answers, each of which counts for the images that are "
            "predicted like it; each was predicted by a model that had not seen it.",
            count,
        )
    return tr_count(
        "Measured on {count} labelled image that was drawn at random, and predicted by a model "
        "that had not seen its label.",
        "Measured on {count} labelled images that were drawn at random; each was predicted by a "
        "model that had not seen its label.",
        count,
    )


def _bin(found: Bin) -> Cells:
    return [said_words(found), _share(found.right), _counts(found.right)]


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{percent(share.value, 1)} ({decimal(100 * low, 1)}–{decimal(100 * high, 1)})"


def _counts(share: Share) -> str:
    if isinstance(share, EstimatedShare):  # found images and a share of the pool do not agree
        return number(share.count)
    return tr("{found} of {count}", found=number(share.found), count=number(share.count))
