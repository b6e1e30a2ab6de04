"""The section of the report on the parts into which the columns of the set's table divide it."""

from collections.abc import Iterable
from dataclasses import replace
from xml.etree.ElementTree import Element

from autoal_gui.core.language import decimal, number, percent, tr
from autoal_gui.core.measures.by_part import MeasuredPart, verdict
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.result_in_use import BY_LIKELIEST
from autoal_gui.core.report.markup import table, tag
from autoal_gui.core.sets.column_results import (
    MeasuredImages,
    by_columns,
    by_group,
    group_sentence,
)

MOST_CLASSES = 6  # that have a column of their own

Cells = list[Element | str]


def columns_section(labels: Snapshot, fewest: int = 0, short: bool = False) -> Iterable[Element]:
    """What the last model has right of whole groups, and of the parts of each column.

    Args:
        labels: with the images that it was measured on.
        fewest: a part of fewer groups (images, where no groups are known) is not named.
        short: columns of which nothing can be compared are named, and no more.
    """
    measured, rule = _as_used(labels)
    if not measured.images:
        return
    groups, results = by_group(measured), by_columns(labels.columns, measured)
    if groups is None and not results:
        return
    yield tag("h2", tr("By group and by column"))
    if rule:
        yield tag("p", rule)
    if groups is not None:
        yield tag("p", group_sentence(groups))
    shown = labels.classes if len(labels.classes) <= MOST_CLASSES else ()
    heads = [tr("part"), tr("images"), tr("groups"), tr("accuracy"), tr("balanced accuracy")]
    heads += [tr("{name} found", name=name) for name in shown]
    silent = [r.column for r in results if short and sum(p.is_enough for p in r.parts) < 2]
    for result in results:
        if result.column in silent:
            continue
        parts = [p for p in result.parts if (p.groups or p.metrics.total) >= fewest]
        rows = [_row(part, len(shown)) for part in parts]
        yield tag("h3", result.column)
        yield tag("p", verdict(result.parts))
        yield table(tr("The last model on each part"), heads, rows)
    if silent:
        yield tag("p", f"{', '.join(silent)}: {verdict(())}")
    if results:
        words = tr(
            "In brackets: 95% interval. Of parts without an interval there are too few images, or "
            "too few groups, to say anything. Of twenty columns one may show a difference by "
            "chance."
        )
        yield tag("p", words, class_="note")


def _as_used(labels: Snapshot) -> tuple[MeasuredImages, str]:
    """Return what was measured, at the operating point if that is told of it, and by what it is."""
    if labels.result is None:
        return labels.measured, "" if labels.operating_point is None else tr(BY_LIKELIEST)
    return replace(labels.measured, threshold=labels.result.threshold), labels.result.brief


def _row(part: MeasuredPart, classes: int) -> Cells:
    metrics = part.metrics
    cells: Cells = [part.name, number(metrics.total), number(part.groups) if part.groups else "–"]
    if not part.is_enough:
        return [*cells, "–", "–", *["–"] * classes]
    for value, (low, high) in (
        (metrics.accuracy, metrics.accuracy_interval),
        (metrics.balanced_accuracy, metrics.balanced_accuracy_interval),
    ):
        cells.append(f"{percent(value, 1)} ({decimal(100 * low, 1)}–{decimal(100 * high, 1)})")
    for index in range(classes):
        found, count = metrics.sensitivity_counts(index)
        cells.append(tr("{found} of {count}", found=number(found), count=number(count)))
    return cells
