"""The sections of the report, each from a snapshot to elements of a page.

None holds a file name, a name of a reader or of the project, a comment, or anything of a header.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.labels.journal import Journal
from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.measures.alike_text import alike_sentence
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimate_text import (
    COUNTED_ALIKE,
    estimate_sentence,
    rests_on,
)
from autoal_gui.core.measures.baseline import baseline_words
from autoal_gui.core.measures.metrics import Interval, Metrics
from autoal_gui.core.measures.outlook import BAND_NOTE, Outlook
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.last_model import learned_from
from autoal_gui.core.project.measured_rounds import (
    Measured,
    comparable,
    new_curve_words,
    other_images_words,
    outlook_of,
)
from autoal_gui.core.project.result_in_use import BY_LIKELIEST
from autoal_gui.core.readers.agreement_text import (
    comparison_words,
    consistency_words,
    suggestion_use_words,
)
from autoal_gui.core.readers.double_reading import compare
from autoal_gui.core.readers.suggestion_use import suggestion_use
from autoal_gui.core.registry import label_of
from autoal_gui.core.report.charts import COLOURS, Line, bounds, curves_chart, sample_line
from autoal_gui.core.report.markup import table, tag
from autoal_gui.core.sentences import figures
from autoal_gui.core.time_taken import time_taken
from autoal_gui.exporters.report_bulk import answer_kind, in_bulk
from autoal_gui.exporters.report_matrix import confusion_table, hues_note

SPLITS = {"pool": mark("to learn from"), "evaluation": mark("evaluation set")}
Cells = list[Element | str]


# -- in use -----------------------------------------------------------------------------------


def metrics_in_use(labels: Snapshot, measured: Measured) -> Metrics:
    """Return what the last of measured rounds has right: at the operating point, if one is kept."""
    return measured[-1][1] if labels.result is None else labels.result.metrics


def rule_words(labels: Snapshot) -> str:
    """Say by what an image is given its class in these metrics; "" where no point is kept."""
    if labels.result is not None:
        return labels.result.words
    return "" if labels.operating_point is None else tr(BY_LIKELIEST)


def outlook_in(labels: Snapshot, measured: Measured) -> Outlook | None:
    """Return what more labels would bring; None where nobody can say."""
    images = labels.pool.images
    waiting = sum(images[i].split == "pool" for i in labels.waiting)
    return outlook_of(
        measured, waiting, labels.answers.values(), labels.short, len(labels.training)
    )


# -- counts -----------------------------------------------------------------------------------


def counts_section(labels: Snapshot) -> Iterable[Element]:
    """How many images each class has, by split, and how many have none."""
    images, known = labels.pool.images, dict(labels.labelled)
    found: Counter[tuple[str, int | str]] = Counter()
    found.update((images[i].split, index) for i, index in known.items())
    undecided = {i: e for i, e in labels.answers.items() if i in images and i not in known}
    found.update((images[i].split, answer_kind(entry)) for i, entry in undecided.items())
    found.update((images[i].split, "none") for i in labels.unanswered)
    named: list[tuple[int | str, str]] = [
        *enumerate(labels.classes),
        ("unsure", tr("Unsure")),
        ("skip", tr("Skipped")),
        *in_bulk(labels),
        ("none", tr("No answer yet")),
    ]
    rows: list[Cells] = []
    for kind, name in named:
        counts = [found[split, kind] for split in SPLITS]
        rows.append([name, *(number(count) for count in (*counts, sum(counts)))])
    yield tag("h2", tr("Images and classes"))
    columns = [tr("class"), *(tr(words) for words in SPLITS.values()), tr("together")]
    yield table(tr("Images of each class"), columns, rows)


# -- performance ------------------------------------------------------------------------------


def performance_section(labels: Snapshot, measured: Measured) -> Iterable[Element]:
    """What the last measured model gets right, over all and by class."""
    yield tag("h2", tr("Performance"))
    if not measured:
        yield tag("p", tr("Nothing has been measured yet."))
        return
    record, metrics = measured[-1][0], metrics_in_use(labels, measured)
    values = {"round": number(record.number), "labels": learned_from(record)}
    if record.metrics is not None:
        words = tr_count(
            "The model of round {round} ({labels}) on the {count} image of the evaluation "
            "set, from which it never learns.",
            "The model of round {round} ({labels}) on the {count} images of the evaluation "
            "set, from which it never learns.",
            metrics.total,
            **values,
        )
    elif isinstance(metrics, Estimate):
        told = estimate_sentence(metrics, record.number, record.labels)
        words = f"{told} {tr(COUNTED_ALIKE)}"
    else:
        words = tr_count(
            "Round {round} ({labels}), on {count} labelled image that was drawn at random, "
            "and predicted by a model that had not seen its label.",
            "Round {round} ({labels}), on {count} labelled images that were drawn at "
            "random; each was predicted by a model that had not seen its label.",
            metrics.total,
            **values,
        )
    interval = tr("In brackets: 95% interval.")
    yield tag("p", f"{words} {interval}")
    if record.nearly_alike is not None and record.metrics is not None:
        yield tag("p", alike_sentence(record.nearly_alike, record.metrics))
    if rule := rule_words(labels):
        yield tag("p", rule)
    yield tag("p", baseline_words(metrics, labels.classes))
    yield from performance_tables(metrics, labels.classes[: len(metrics.confusion)])


def performance_tables(metrics: Metrics, classes: Sequence[str]) -> Iterable[Element]:
    """What was measured over all classes and by class, and the confusion matrix."""
    all_measured = len(metrics.measured_classes) == len(classes)
    over = tr("Over all classes") if all_measured else tr("Over the classes that are measured")
    yield table(over, [tr("measure"), tr("value")], _overall(metrics))
    columns = [
        tr("class"),
        tr("sensitivity"),
        tr("images"),
        tr("specificity"),
        tr("images"),
        tr("AUROC"),
    ]
    rows = [_class_row(metrics, index, name) for index, name in enumerate(classes)]
    yield table(tr("By class"), columns, rows)
    yield confusion_table(metrics, classes)
    yield hues_note()


def _overall(metrics: Metrics) -> list[Cells]:
    rows: list[Cells] = [
        [tr("Accuracy"), share_cell(metrics.accuracy, metrics.accuracy_interval)],
        [
            tr("Balanced accuracy"),
            balanced_cell(metrics),
        ],
        [tr("Macro F1"), percent(metrics.macro_f1, 1)],
    ]
    if metrics.auroc is not None:
        area = metrics.auroc.macro
        words = tr("AUROC, mean over classes")
        if metrics.unlearned:
            words = tr("AUROC, {classes}", classes=metrics.auroc.mean_words())
        rows.append([words, share_cell(area.value, (area.low, area.high))])
    return rows


def _class_row(metrics: Metrics, index: int, name: str) -> Cells:
    if not metrics.sensitivity_counts(index)[1]:
        return [name, tr("not measured"), number(0), *["–"] * 3]
    cells: Cells = [name]
    for value, (found, count), interval in (
        (
            metrics.sensitivities[index],
            metrics.sensitivity_counts(index),
            metrics.sensitivity_interval(index),
        ),
        (
            metrics.specificities[index],
            metrics.specificity_counts(index),
            metrics.specificity_interval(index),
        ),
    ):
        cells.append(share_cell(value, interval) if count else "–")
        cells.append(rests_on(metrics, found, count))
    area = metrics.auroc.classes[index] if metrics.auroc is not None else None
    cells.append("–" if area is None else share_cell(area.value, (area.low, area.high)))
    return cells


# -- rounds -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Point:
    """One value of a curve; nan where it has no interval."""

    mean: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class _Curve:
    """Values over the number of labels."""

    labels: tuple[int, ...]
    spreads: tuple[_Point, ...]


def rounds_section(labels: Snapshot, measured: Measured) -> Iterable[Element]:
    """Every round with a result, and the curve over labels."""
    if not labels.rounds:
        return
    yield tag("h2", tr("Rounds"))
    if measured:
        title = tr("Balanced accuracy over labels")
        drawn = comparable(measured)
        points = (_Point(m.balanced_accuracy, *m.balanced_accuracy_interval) for _, m in drawn)
        curve = _Curve(tuple(record.labels for record, _ in drawn), tuple(points))
        lines = [Line(title, curve, 0)]
        if found := outlook_in(labels, measured):
            ahead = tuple(_Point(e.value, e.low, e.high) for e in found.curve)
            ahead_labels = tuple(expected.labels for expected in found.curve)
            lines.append(Line(tr("expected"), _Curve(ahead_labels, ahead), len(COLOURS)))
        limits = bounds(line.curve for line in lines)
        chart = curves_chart(lines, limits, title, (640, 260), across=tr("labels"))
        yield tag("figure", tag("figcaption", title), chart, class_="single")
        if words := other_images_words(measured):
            yield tag("p", tr("{words} The chart leaves them out.", words=words))
        if found:
            yield tag("p", tr(BAND_NOTE))
        if labels.operating_point is not None:
            yield tag("p", tr(BY_LIKELIEST))
    if labels.curve_start:
        yield tag("p", new_curve_words(labels.curve_start))
    values = {record.number: metrics for record, metrics in measured}
    columns = [tr("round"), tr("labels"), tr("chosen by"), tr("balanced accuracy"), tr("time")]
    is_same = len({metrics.measured_classes for metrics in values.values()}) < 2
    rows = [_round_row(record, values.get(record.number), is_same) for record in labels.rounds]
    yield table(tr("Rounds with a result"), columns, rows)


def _round_row(record: RoundRecord, metrics: Metrics | None, is_same: bool) -> Cells:
    """Return what there is to say of a round.

    Args:
        record: of the round.
        metrics: as it was measured; None where it was not.
        is_same: whether the same classes were measured in all rounds; else it is told of how many.
    """
    value: Element | str = balanced_cell(metrics) if metrics else "–"
    if metrics and not is_same:
        count = len(metrics.measured_classes)
        words = tr_count("of {count} class", "mean over {count} classes", count)
        value = tag("td", f"{value}, ", tag("small", words))
    seconds = time_taken(record.started, record.ended, record.seconds)
    chosen, behind = record.remarks() or record.settings.mode, figures(record.reason)
    more = (tag("details", tag("summary", tr("Figures")), behind),) if behind else ()
    return [
        number(record.number),
        number(record.labels),
        tag("td", chosen, *more, class_="words"),
        value,
        tr(
            "{seconds} s",
            seconds=decimal(seconds, 0),
        ),
    ]


def weights_section(rounds: Sequence[RoundRecord]) -> Iterable[Element]:
    """What each strategy had to say, round by round, where there was more than one."""
    weighed = [record for record in rounds if len(record.weights) > 1]
    if not weighed:
        return
    names = list(dict.fromkeys(name for record in weighed for name, _ in record.weights))
    shares = [dict(record.weights) for record in weighed]
    at = tuple(record.labels for record in weighed)
    lines, legend = [], tag("p", class_="legend")
    for style, name in enumerate(names):
        points = tuple(_Point(share.get(name, 0.0)) for share in shares)
        lines.append(Line(_strategy(name), _Curve(at, points), style))
        legend.append(tag("span", sample_line(style), f" {_strategy(name)}"))
    yield tag("h2", tr("Strategy weights"))
    title = tr("Share of each strategy in the ranking, over labels")
    chart = curves_chart(
        lines, bounds(line.curve for line in lines), title, (640, 260), across=tr("labels")
    )
    yield tag("figure", tag("figcaption", title), legend, chart, class_="single")
    columns = [tr("strategy"), *(number(record.number) for record in weighed)]
    rows: list[Cells] = [
        [_strategy(name), *(percent(share.get(name, 0.0), 1) for share in shares)] for name in names
    ]
    yield table(tr("Share by round"), columns, rows)


def _strategy(name: str) -> str:
    return label_of("autoal_gui.strategies", name)


# -- readers ----------------------------------------------------------------------------------


def readers_section(labels: Snapshot) -> Iterable[Element]:
    """What readers did, each by a number in the order of their first answer."""
    journal, classes = Journal.of(labels.entries), labels.classes
    readers = {
        name: n for n, name in enumerate(dict.fromkeys(e.annotator for e in labels.entries), 1)
    }
    given = Counter(entry.annotator for entry in labels.answers.values())
    yield tag("h2", tr("Readers"))
    rows: list[Cells] = [
        [tr("Reader {number}", number=n), number(given[name])] for name, n in readers.items()
    ]
    if rows:
        yield table(tr("Answers that stand"), [tr("reader"), tr("answers")], rows)
    parts = [
        (
            tr("The reader and the model's suggestion"),
            suggestion_use_words(
                suggestion_use(journal, len(classes)), labels.operating_point is not None
            ),
        ),
        (tr("The same image twice"), consistency_words(journal, len(classes), False)),
    ]
    for name in journal.second_readers:
        title = tr("Second reading by reader {number}", number=readers[name])
        parts.append((title, comparison_words(compare(journal, name), classes, False)))
    for title, words in parts:
        yield tag("h3", title)
        yield tag("ul", *(tag("li", line) for line in words), class_="verdict")


# -- numbers ----------------------------------------------------------------------------------


def balanced_cell(metrics: Metrics) -> str:
    """Return the balanced accuracy as a cell."""
    return share_cell(metrics.balanced_accuracy, metrics.balanced_accuracy_interval)


def share_cell(value: float, interval: Interval) -> str:
    """Return a share and its 95 % interval, both in [0, 1], in per cent."""
    low, high = interval
    if math.isnan(value):
        return "–"
    return f"{percent(value, 1)} ({decimal(100 * low, 1)}–{decimal(100 * high, 1)})"
