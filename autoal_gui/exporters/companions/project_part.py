"""What a project tells on the card of its model: the data by class, group and column, the split.

A value of a column is named only where at least `FEWEST` patients have it (images, where no groups
are known): what is rare may name somebody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

import numpy as np

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.volumes import about_volumes
from autoal_gui.core.language import decimal, number, tr, tr_count
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.measured_rounds import measured_rounds
from autoal_gui.core.report.markdown import markdown
from autoal_gui.core.report.markup import table, tag
from autoal_gui.exporters.report_columns import columns_section
from autoal_gui.exporters.report_decisions import calibration_section, operating_section
from autoal_gui.exporters.report_sections import SPLITS, counts_section, performance_section

FEWEST = 5
MOST_VALUES = 12  # a column of more different values is told by its quartiles, or by their number
Rows = list[list[Element | str]]


def project_sections(labels: Snapshot, record: RoundRecord) -> str:
    """Return the sections on data, split and performance, in Markdown.

    Args:
        labels: as they stand now.
        record: the round that made the model.
    """
    last = max((one.number for one in labels.rounds), default=0)
    until = tuple(one for one in labels.rounds if one.number <= record.number)
    if until != labels.rounds:  # the result is of a later one
        labels = replace(labels, result=None)
    if labels.result is not None:
        labels = replace(labels, result=labels.result.on_card)
    labels = replace(labels, rounds=until)
    images = [labels.pool.images[image_id] for image_id, _ in labels.labelled]
    content = [
        *_since(labels, record),
        *counts_section(labels),
        *_volumes(labels),
        *_split(images),
        *_columns(labels.columns, images),
        *_performance(labels, record, last),
    ]
    return markdown(content)


def _since(labels: Snapshot, record: RoundRecord) -> Iterable[Element]:
    """Say where labels have changed since the model learned: the counts are of now."""
    images = labels.pool.images
    now = sum(images[image_id].split == "pool" for image_id, _ in labels.labelled)
    if now != record.labels:
        yield tag(
            "p",
            tr(
                "The model learned from {labels} labelled images, in round {round}. The numbers of "
                "images on this card are those of the project when it was written, with {now} "
                "labelled images to learn from.",
                labels=number(record.labels),
                round=number(record.number),
                now=number(now),
            ),
        )


def _volumes(labels: Snapshot) -> Iterable[Element]:
    """Say what it learns from where images stand for volumes."""
    if about := about_volumes(labels.pool.reader):
        learned = tr("The model learned from these slices, and has to be given the same.")
        yield tag("p", f"{about} {learned}")


def _split(images: Sequence[PoolImage]) -> Iterable[Element]:
    """Say how what it learns from and what measures it are kept apart."""
    yield tag("h2", tr("Groups and split"))
    groups = {split: {i.group for i in images if i.split == split and i.group} for split in SPLITS}
    pool, evaluation = groups["pool"], groups["evaluation"]
    if not pool | evaluation:
        yield tag(
            "p",
            tr(
                "No groups are known, so that nobody can say whether images of one patient both "
                "taught a model and measured it. If they did, the numbers below are better than "
                "they will be on new patients."
            ),
        )
    else:
        yield _groups(pool, evaluation, sum(not image.group for image in images))
    parts = Counter(image.part for image in images if image.part is not None)
    torn = _torn(images) if parts else 0
    if parts:
        yield tag(
            "p",
            tr(
                "Of the labelled images {train} are of the part that the set itself names for "
                "training, {validation} of that for validation, {test} of that for testing.",
                **{part: number(parts[part]) for part in ("train", "validation", "test")},
            ),
        )
    if torn:
        yield tag(
            "p",
            tr_count(
                "The set puts {count} group into several parts; it is kept whole, so that the "
                "evaluation set is not the set's own test part.",
                "The set puts {count} groups into several parts; each is kept whole, so that the "
                "evaluation set is not the set's own test part.",
                torn,
            ),
        )


def _torn(images: Sequence[PoolImage]) -> int:
    """Count the groups that the set itself puts into more than one of its parts."""
    parts: dict[str, set[str]] = defaultdict(set)
    for image in images:
        if image.group and image.part is not None:
            parts[image.group].add(image.part)
    return sum(len(found) > 1 for found in parts.values())


def _groups(pool: set[str], evaluation: set[str], alone: int) -> Element:
    lines = [
        tr(
            "Groups (such as patients) of labelled images: {pool} to learn from, {evaluation} in "
            "the evaluation set.",
            pool=number(len(pool)),
            evaluation=number(len(evaluation)),
        )
    ]
    both = len(pool & evaluation)
    if both:
        lines.append(
            tr_count(
                "{count} group is on both sides: the numbers below are better than they will be on "
                "new patients.",
                "{count} groups are on both sides: the numbers below are better than they will be "
                "on new patients.",
                both,
            )
        )
    elif evaluation:
        lines.append(tr("No group is on both sides."))
    if alone:
        lines.append(
            tr_count(
                "{count} image is in no group.",
                "{count} images are in no group.",
                alone,
            )
        )
    return tag("ul", *(tag("li", line) for line in lines))


def _columns(names: Sequence[str], images: Sequence[PoolImage]) -> Iterable[Element]:
    """Tell what is known of the labelled images besides, a table for all columns."""
    rows: Rows = []
    for place, name in enumerate(names):
        known = [(i, i.columns[place]) for i in images if len(i.columns) > place]
        rows += _column_rows(name, [(image, cell.strip()) for image, cell in known])
    if rows:
        columns = [tr("column"), tr("value"), *(tr(words) for words in SPLITS.values())]
        yield tag("h2", tr("What is known of the images besides"))
        yield table(tr("Labelled images by column"), columns, rows)


def _column_rows(name: str, cells: Sequence[tuple[PoolImage, str]]) -> Rows:
    values = {text for _, text in cells if text}
    if not values:
        return []
    if len(values) > MOST_VALUES:
        return _numbers_rows(name, cells) or [
            [name, tr("{count} different values", count=number(len(values))), *_counted(cells)]
        ]
    by_value: dict[str, list[tuple[PoolImage, str]]] = defaultdict(list)
    for image, text in cells:
        by_value[text if not text or _is_common(text, cells) else "\0"].append((image, text))
    words = {"": tr("(empty)"), "\0": tr("(rare values)")}
    order = sorted(by_value, key=lambda text: (text in words, text))
    return [[name, words.get(text, text), *_counted(by_value[text])] for text in order]


def _is_common(text: str, cells: Sequence[tuple[PoolImage, str]]) -> bool:
    """Tell whether enough patients have a value that it names none of them."""
    having = [image for image, found in cells if found == text]
    return len({image.group or image.image_id for image in having}) >= FEWEST


def _numbers_rows(name: str, cells: Sequence[tuple[PoolImage, str]]) -> Rows:
    """Return the quartiles of a column of numbers; nothing where it holds others."""
    try:
        values = [float(text.replace(",", ".")) for _, text in cells if text]
    except ValueError:
        return []
    if len(values) < 2 * FEWEST or not np.isfinite(values).all():
        return []
    low, middle, high = (decimal(float(v), 1) for v in np.percentile(values, (25, 50, 75)))
    words = tr("quartiles {low}, {middle}, {high}", low=low, middle=middle, high=high)
    return [[name, words, *_counted([(image, text) for image, text in cells if text])]]


def _counted(cells: Sequence[tuple[PoolImage, str]]) -> list[str]:
    counts = Counter(image.split for image, _ in cells)
    return [number(counts["pool"]), number(counts["evaluation"])]


def _performance(labels: Snapshot, record: RoundRecord, last: int) -> Iterable[Element]:
    """Tell what was measured; by column only of the `last` round, which alone is kept so."""
    measured = measured_rounds(labels.rounds)
    yield from performance_section(labels, measured)
    if measured and measured[-1][0].number == record.number == last:
        yield from operating_section(labels, on_card=True)
        yield from calibration_section(labels)
        yield from columns_section(labels, FEWEST, short=True)
    elif measured and measured[-1][0].number != record.number:
        yield tag(
            "p",
            tr(
                "The model of this card is of round {number}, which was not measured: these are "
                "the numbers of an earlier one.",
                number=number(record.number),
            ),
        )
