"""What was measured, line by line: over all images, by whole group, and by column."""

from collections.abc import Iterator, Sequence

from autoal_gui.core.measures.by_part import part_sentence, verdict
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
    yield f"{len(measured.truth)} labelled images{of_groups}: {_scores(measured.metrics)}"
    groups = by_group(measured)
    if groups is not None:
        mixed = f"; {groups.mixed} groups of several classes are left out" if groups.mixed else ""
        whole = f"{groups.metrics.total} whole groups, by the mean over their images"
        yield f"{whole}: {_scores(groups.metrics)}{mixed}"
    for result in by_columns(columns, measured):
        yield f"by {result.column}: {verdict(result.parts)}"
        yield from (f"  {part_sentence(part)}" for part in result.parts)


def _scores(metrics: Metrics) -> str:
    balanced = metrics.balanced_accuracy, metrics.balanced_accuracy_interval
    words = [
        f"accuracy {_share(metrics.accuracy, metrics.accuracy_interval)}",
        f"balanced accuracy {_share(*balanced)}",
    ]
    if metrics.auroc is not None:
        area = metrics.auroc.macro
        words.append(f"AUROC {_share(area.value, (area.low, area.high))}")
    return ", ".join(words)


def _share(value: float, interval: Interval) -> str:
    return f"{value:.4f} ({interval[0]:.4f} to {interval[1]:.4f})"
