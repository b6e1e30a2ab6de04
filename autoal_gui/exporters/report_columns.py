"""The section of the report on the parts into which the columns of the set's table divide it."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from autoal_gui.core.language import decimal, number, percent, tr
from autoal_gui.core.measures.by_part import MeasuredPart, verdict
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.report.markup import table, tag
from autoal_gui.core.sets.column_results import by_columns, by_group, group_sentence

MOST_CLASSES = 6  # that have a column of their own

Cells = list[Element | str]


def columns_section(labels: Snapshot) -> Iterable[Element]:
    """What the last model has right of whole groups, and of the parts of each column."""
    measured = labels.measured
    if not measured.images:
        return
    groups, results = by_group(measured), by_columns(labels.columns, measured)
    if groups is None and not results:
        return
    yield tag("h2", tr("By group and by column"))
    if groups is not None:
        yield tag("p", group_sentence(groups))
    shown = labels.classes if len(labels.classes) <= MOST_CLASSES else ()
    heads = [tr("part"), tr("images"), tr("groups"), tr("accuracy"), tr("balanced accuracy")]
    heads += [tr("{name} found", name=name) for name in shown]
    for result in results:
        rows = [_row(part, len(shown)) for part in result.parts]
        yield tag("h3", result.column)
        yield tag("p", verdict(result.parts))
        yield table(tr("The last model on each part"), heads, rows)
    if results:
        words = tr(
            "In brackets: 95% interval. Of parts without an interval there are too few images, or "
            "too few groups, to say anything. Of twenty columns one may show a difference by "
            "chance."
        )
        yield tag("p", words, class_="note")


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
