"""The section of the report that says in short how far a project is."""

from collections import Counter
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.measures.outlook import measuring_sentence, worth_sentences
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.measured_rounds import (
    Measured,
    chance_words,
    new_class_words,
    points_of,
)
from autoal_gui.core.report.markup import tag
from autoal_gui.exporters.report_bulk import label_lines
from autoal_gui.exporters.report_sections import (
    balanced_cell,
    metrics_in_use,
    outlook_in,
    rule_words,
)

CAME_TOO = mark("That counts images whose class came with the data.")
BELOW_LIKELIEST = mark("What follows goes by the highest probability, not by the operating point:")


def summary_section(labels: Snapshot, measured: Measured) -> Iterable[Element]:
    """How far the labelling is, how good the last model, and what more labels would bring."""
    answers = labels.answers.values()
    # As the window counts: what came with a label, or cannot be read, waits for no answer.
    total = len(answers) + len(labels.waiting)
    given = Counter(entry.action for entry in answers)
    lines = [
        _answered(labels, total),
        tr(
            "Unsure: {unsure}; skipped: {skipped}; with a flag: {flagged}; files that could not "
            "be used: {broken}.",
            unsure=number(given["unsure"]),
            skipped=number(given["skip"]),
            flagged=number(len(labels.flags)),
            broken=number(len(labels.unreadable)),
        ),
        tr_count(
            "{count} round trained a model.",
            "{count} rounds trained a model.",
            sum(bool(record.checkpoint) for record in labels.rounds),
        ),
    ]
    lines += label_lines(labels)
    if measured:
        metrics = metrics_in_use(labels, measured)
        value = balanced_cell(metrics)
        lines.append(tr("Balanced accuracy of the last model: {value}.", value=value))
        if words := rule_words(labels):
            lines.append(words)
        if labels.operating_point is not None:
            lines.append(tr(BELOW_LIKELIEST))
        lines.extend(_advice(measured, labels))
    yield tag("h2", tr("In short"))
    yield tag("ul", *(tag("li", line) for line in lines), class_="verdict")


def _answered(labels: Snapshot, total: int) -> str:
    """Say how many of the images have an answer, and of how many a class is known."""
    known = [image_id for image_id, _ in labels.handed_over]
    words = tr(
        "Answered: {answered} of {total} images. A class is known of {labelled}.",
        answered=number(len(labels.answers)),
        total=number(total),
        labelled=number(len(known)),
    )
    came = any(image_id not in labels.answers for image_id in known)
    return f"{words} {tr(CAME_TOO)}" if came else words


def _advice(measured: Measured, labels: Snapshot) -> Iterable[str]:
    found = outlook_in(labels, measured)
    if words := new_class_words(measured, labels.classes):
        yield words
    yield from worth_sentences(points_of(measured), found, labels.short, labels.rare)
    record = measured[-1][0]
    newer = len(labels.training) + len(labels.confirmed) - record.labels - record.confirmed
    if labels.short and newer > 0:
        yield tr_count(
            "That counts the labels of now: {count} is newer than the model.",
            "That counts the labels of now: {count} are newer than the model.",
            newer,
        )
    if words := measuring_sentence(measured[-1][1], len(labels.pool.images)):
        yield words
    if words := chance_words(measured):
        yield words
