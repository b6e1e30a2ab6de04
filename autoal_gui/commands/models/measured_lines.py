"""What was measured, line by line: of a model, and of labels that were confirmed in bulk."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autoal_gui.core.labels.bulk import LIMITS
from autoal_gui.core.measures.by_part import part_sentence, verdict
from autoal_gui.core.measures.exact import exact_interval
from autoal_gui.core.measures.metrics import Interval, Metrics
from autoal_gui.core.sets.column_results import MeasuredImages, by_columns, by_group


def measured_lines(measured: MeasuredImages, columns: Sequence[str]) -> Iterator[str]:
    """Yield what a model has right.

    Args:
        measured: what is known of at least one image.
        columns: their names, in the order of `PoolImage.columns`.
    """
    units = measured.units
    of_groups = "" if units is None else f" of {len(set(units.tolist()))} groups"
    yield f"{len(measured.truth)} labelled images{of_groups}: {scores(measured.metrics)}"
    groups = by_group(measured)
    if groups is not None:
        mixed = f"; {groups.mixed} groups of several classes are left out" if groups.mixed else ""
        whole = f"{groups.metrics.total} whole groups, by the mean over their images"
        yield f"{whole}: {scores(groups.metrics)}{mixed}"
    for result in by_columns(columns, measured):
        yield f"by {result.column}: {verdict(result.parts)}"
        yield from (f"  {part_sentence(part)}" for part in result.parts)


def scores(metrics: Metrics) -> str:
    """Return accuracy, balanced accuracy and area under the curve, with their intervals."""
    balanced = metrics.balanced_accuracy, metrics.balanced_accuracy_interval
    words = [
        f"accuracy {_share(metrics.accuracy, metrics.accuracy_interval)}",
        f"balanced accuracy {_share(*balanced)}",
    ]
    if metrics.auroc is not None:
        area = metrics.auroc.macro
        of_some = f", {metrics.auroc.mean_words()}" if metrics.unlearned else ""
        words.append(f"AUROC {_share(area.value, (area.low, area.high))}{of_some}")
    return ", ".join(words)


def _share(value: float, interval: Interval) -> str:
    return f"{value:.4f} ({interval[0]:.4f} to {interval[1]:.4f})"


def percent_limit(text: str) -> float:
    """Return a share that is given in percent.

    Raises:
        ValueError: it is no number, or not within the limits that the window offers.
    """
    share = float(text) / 100
    if not LIMITS[0] <= share <= LIMITS[1]:
        raise ValueError
    return share


def bulk_lines(found: Mapping[str, Any], limit: float) -> Iterator[str]:
    """Yield what was confirmed, what of it is wrong, and what the check had said.

    Args:
        found: as `BulkReader.record` returns it.
        limit: the share of wrong labels that was allowed.
    """
    confirmed, teaching, pages = found["confirmed"], found["teaching"], found["pages"]
    yield (
        f"in bulk  {confirmed} labels on {pages} pages, {_wrong(found['wrong'], confirmed)}"
        f" wrong; {teaching} of them teach, {_wrong(found['wrong_teaching'], teaching)} wrong"
        f" (limit {100 * limit:g} %)"
    )
    low, high = exact_interval(found["wrong_alone"], found["read_alone"])
    yield (
        f"read alone  {found['read_alone']}, {found['wrong_alone']} wrong"
        f" ({100 * low:.1f} to {100 * high:.1f} %); checks begun {found['checks']}"
    )


def compared_lines(record: Mapping[str, Any], alone: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield how the last round compares with labelling singly for as long.

    Args:
        record: of the last round, with `in_bulk`.
        alone: of the last round of a reader who labels singly; None where there is none.
    """
    found = record["in_bulk"]
    minutes, labels = found["seconds"] / 60, record["labels"] + found["confirmed"]
    yield (
        f"{minutes:.1f} minutes of reading  with bulk: {labels} labels"
        f" ({labels / minutes:.0f} a minute), {_told(record)}"
    )
    if alone is not None:
        yield (
            f"{alone['labels'] * 2 / 60:.1f} minutes of reading  singly: {alone['labels']} labels"
            f" (30 a minute), {_told(alone)}"
        )


def _told(record: Mapping[str, Any]) -> str:
    if record["balanced_accuracy"] is None:
        return "not measured"
    return f"accuracy {record['accuracy']:.3f}  balanced accuracy {record['balanced_accuracy']:.3f}"


def _wrong(wrong: int, total: int) -> str:
    return f"{wrong} ({100 * wrong / total:.2f} %)" if total else "0"
