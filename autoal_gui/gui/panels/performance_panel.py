"""Performance on images that the method did not choose: the evaluation set, and random ones."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import decimal, mark, percent, tr
from autoal_gui.core.measures.alike_text import alike_sentence
from autoal_gui.core.measures.estimate import Estimate
from autoal_gui.core.measures.metrics import Area, Interval, Metrics
from autoal_gui.core.measures.outlook import (
    BAND_NOTE,
    Outlook,
    agreed,
    measuring_sentence,
    worth_sentences,
)
from autoal_gui.core.measures.stopping_advice import advise, chance_sentence
from autoal_gui.core.project.measured_images import measured_images
from autoal_gui.core.project.measured_rounds import (
    Measured,
    new_curve_words,
    outlook_of,
    points_of,
)
from autoal_gui.gui.panels.column_results import ColumnResults
from autoal_gui.gui.panels.confusion_matrix import ConfusionMatrix, cell_title, images_of_cell
from autoal_gui.gui.panels.performance_text import (
    audit_line,
    hint,
    measured_of,
)
from autoal_gui.gui.panels.plots import (
    draw_band,
    draw_continuation,
    draw_line,
    make_plot,
    swatch,
    tint_plot,
)
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.cards import CardColumn, empty
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import BIG, BODY, SMALL, Theme

Floats = npt.NDArray[np.float64]

CURVES = (mark("Balanced accuracy"), mark("Accuracy"), mark("AUROC"))
CURVE_TIPS = (
    mark("The mean of the sensitivities: every class counts the same, however rare it is."),
    mark("The share of images that the model classifies correctly."),
    mark(
        "The area under the ROC curve, each class against the rest, the mean over classes: how "
        "often an image of a class is ranked before one of another. Intervals by DeLong's method."
    ),
)
CHANCE = 3  # the series of random choice
INTERVAL_TIP = mark("The true value lies in this interval 95 times in 100.")
CLASS_COLUMNS = (mark("Class"), mark("Sensitivity"), mark("Specificity"), mark("AUROC"))
CLASS_TIPS = (
    "",
    mark("Of the images of this class, how many the model finds."),
    mark(
        "Of the images of all other classes, how many the model correctly does not give this class."
    ),
    mark("How often an image of this class is ranked before one of another."),
)
AUDIT_TIP = mark(
    "Images drawn at random, not chosen by the method, so that they represent all of "
    "yours. Each was predicted by a model that had not seen its label. The true value"
    " lies in the interval 95 times in 100."
)
WORTH_TIP = mark(
    "Points are hundredths of the balanced accuracy that will be measured, against the last value. "
    "The curve of the rounds so far is drawn on (the pale band); in projects that were replayed, "
    "the later value lay inside about nine times in ten. The time is the median of your answers, "
    "breaks left out."
)
ESTIMATE_TIP = mark(
    "Each image was predicted by a model that had learned from nearly all other answers, and "
    "counts for the images of yours that are most like it, since the method did not choose "
    "evenly. With few answers or rare classes the true value lies outside the interval more often "
    "than 5 times in 100."
)
ALIKE_TIP = mark(
    "Images are compared as small pictures. The next frame, the next slice, or the same picture "
    "saved again is found; one that was turned or cut is not."
)
NO_IMAGES = mark("There is no image in this cell.")
NOT_KNOWN = mark("The images of this cell are known after the next round.")


@dataclass(frozen=True)
class Value:
    """A number and its interval, in [0, 1]; nan where it is not known."""

    value: float
    low: float
    high: float

    @classmethod
    def of_area(cls, area: Area | None) -> "Value":
        """Return an area under the ROC curve."""
        return cls(area.value, area.low, area.high) if area else UNKNOWN

    @property
    def span(self) -> str:
        """The interval in words."""
        if math.isnan(self.value):
            return ""
        return f"{decimal(100 * self.low, 1)}–{percent(self.high, 1)}"


UNKNOWN = Value(math.nan, math.nan, math.nan)


class PerformancePanel(CardColumn):
    """How well the last model does, how that came about, and whether more labels are worth it."""

    def __init__(self, controller: Controller, theme: Theme) -> None:
        super().__init__()
        self._controller, self._theme = controller, theme
        self.numbers = [text_label(size=BIG, bold=True) for _ in CURVES]
        self.intervals = [text_label(role="muted", size=SMALL) for _ in CURVES]
        self.audit = text_label()
        self.alike = text_label(bold=True)
        self.alike.setToolTip(tr(ALIKE_TIP))
        self.advice = text_label()
        self.advice.setToolTip(tr(WORTH_TIP))
        self.measuring = text_label(role="muted", size=SMALL)
        self.by_chance = text_label(role="muted", size=SMALL)
        self.curve = make_plot("%", tr("Labels"))
        self.curve.setAccessibleName(tr("Performance against the number of labels"))
        self.chance_legend = QWidget()
        self.ahead = text_label(tr(BAND_NOTE), role="muted", size=SMALL)
        self.new_curve = text_label(role="muted", size=SMALL)
        self.classes = QGridLayout()
        self.columns = ColumnResults()
        self.matrix = ConfusionMatrix(theme)
        self._lay_out()
        self.matrix.opened.connect(self._on_cell)
        controller.project_opened.connect(self.refresh)
        controller.training.ranked.connect(self._on_results)
        controller.setup.classes_changed.connect(self.refresh)
        controller.setup.settings_changed.connect(self.refresh)
        theme.changed.connect(self._tint)
        self._tint()

    def _lay_out(self) -> None:
        self.add_card("", self._make_numbers(), self.audit, self.alike)
        self.add_card(tr("Are more labels worth it?"), self.advice, self.measuring, self.by_chance)
        below = (self.chance_legend, self.ahead, self.new_curve)
        self.add_card(tr("Against the number of labels"), self.curve, *below)
        self.add_card(tr("Class by class"), self.classes)
        self._columns_card = self.add_card(tr("By group and by column"), self.columns)
        note = text_label(
            tr("Click a cell, or press Enter on it, to see its images."), role="muted", size=SMALL
        )
        title = tr("Confusion matrix: true class in rows, model in columns")
        self.add_card(title, note, self.matrix)
        self.fit_height(self.curve)
        self.classes.setColumnStretch(len(CLASS_COLUMNS), 1)  # the numbers stay with their names
        self.classes.setHorizontalSpacing(16)
        row = QHBoxLayout(self.chance_legend)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(swatch(CHANCE))
        words = tr("Random choice, estimated from the labels drawn at random")
        row.addWidget(text_label(words, role="muted", size=SMALL), 1)

    def _make_numbers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(14)
        for position, name in enumerate(CURVES):
            head = QHBoxLayout()
            head.setSpacing(6)
            head.addWidget(swatch(position), 0, Qt.AlignmentFlag.AlignTop)
            title = text_label(tr(name), role="muted", size=SMALL)
            title.setToolTip(tr(CURVE_TIPS[position]))
            head.addWidget(title, 1)
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addLayout(head)
            column.addStretch(1)
            column.addWidget(self.numbers[position])
            column.addWidget(self.intervals[position])
            row.addLayout(column, 1)
        return row

    @Slot()
    def _on_results(self) -> None:
        """Show a new round, and say once if it is time to think of stopping."""
        self.refresh()
        measured = measured_of(self._controller.project)
        points, found = points_of(measured), self._outlook(measured)
        if agreed(advise(points), found).recommendation == "enough":
            self._controller.notice.emit(" ".join(worth_sentences(points, found)))

    def refresh(self) -> None:
        """Show the rounds of the project."""
        if not self._controller.is_open:
            return
        project = self._controller.project
        measured = measured_of(project)
        self.show_cards(hint(project, measured), bool(measured))
        start = project.files.curve_start
        self.new_curve.setText(new_curve_words(start) if start else "")
        self.new_curve.setVisible(bool(start))
        if measured:
            record, metrics = measured[-1]
            self._show_numbers(metrics)
            self._show_audit(record)
            self._show_alike(record)
            found = self._outlook(measured)
            self._show_advice(measured, found)
            self._draw_curve(measured, found)
            self._show_classes(metrics, project.classes.names)
            self.matrix.show_counts(metrics, project.classes.names)
            self._show_columns()

    def _show_columns(self) -> None:
        """Show results by group and by column, where the set says of any."""
        project = self._controller.project
        known = measured_images(project)
        shown = self.columns.show_results(known, project.settings.columns, project.classes.names)
        self._columns_card.setVisible(shown)

    def _show_audit(self, record: RoundRecord) -> None:
        """Show what random images say, where the numbers above them come from the evaluation set.

        An estimate from all answers stays out of it: it is weaker evidence of the same thing, and
        two figures that differ would leave it to the reader which one to believe.
        """
        words, tip = "", ""
        if record.metrics and record.audit and not record.estimate:
            words, tip = audit_line(record.audit), tr(AUDIT_TIP)
        self.audit.setText(words)
        self.audit.setToolTip(tip)
        self.audit.setVisible(bool(words))

    def _show_alike(self, record: RoundRecord) -> None:
        """Say by how much images that are nearly the same as labelled ones may flatter."""
        found, metrics = record.nearly_alike, record.metrics
        known = found is not None and metrics is not None
        self.alike.setText(alike_sentence(found, metrics) if found and metrics else "")
        self.alike.setVisible(known)

    def _show_numbers(self, metrics: Metrics) -> None:
        for position in range(len(CURVES)):
            value = curve_point(metrics, position)
            self.numbers[position].setText(percent(value.value, 1))
            self.intervals[position].setText(value.span)
            tip = ESTIMATE_TIP if isinstance(metrics, Estimate) else INTERVAL_TIP
            self.intervals[position].setToolTip(tr(tip))

    def _outlook(self, measured: Measured) -> Outlook | None:
        labels = self._controller.project.labels
        return outlook_of(measured, len(labels.unanswered()), labels.answers.values())

    def _show_advice(self, measured: Measured, found: Outlook | None) -> None:
        points, (record, metrics) = points_of(measured), measured[-1]
        self.advice.setText("\n".join(worth_sentences(points, found)))
        self.measuring.setText(measuring_sentence(metrics))
        self.measuring.setVisible(bool(self.measuring.text()))
        known = record.by_chance
        self.by_chance.setText(chance_sentence(known, points) if known else "")
        self.by_chance.setVisible(known is not None)

    def _draw_curve(self, measured: Measured, found: Outlook | None) -> None:
        self.curve.clear()
        limits = [self._draw_chance(measured), self._draw_outlook(found)]
        for position in reversed(range(len(CURVES))):  # the balanced accuracy lies on top
            rows = [(record.labels, curve_point(metrics, position)) for record, metrics in measured]
            limits.append(self._draw_series(rows, position))
        lows, highs = zip(*(limit for limit in limits if limit is not None), strict=True)
        labels = [record.labels for record, _ in measured]
        labels += [expected.labels for expected in found.curve] if found else []
        self.curve.setYRange(max(0.0, min(lows) - 3), min(100.0, max(highs) + 3), padding=0)
        self.curve.setXRange(min(labels) - 2, max(labels) + 2, padding=0.03)

    def _draw_chance(self, measured: Measured) -> Interval | None:
        """Draw what random choice would have given; return its limits."""
        known = {record.by_chance.labels: record for record, _ in measured if record.by_chance}
        self.chance_legend.setVisible(bool(known))
        rows = [
            (labels, curve_point(record.by_chance.metrics, 0))
            for labels, record in sorted(known.items())
            if record.by_chance is not None
        ]
        return self._draw_series(rows, CHANCE, pen=None)

    def _draw_outlook(self, found: Outlook | None) -> Interval | None:
        """Draw how the balanced accuracy is expected to go on; return its limits."""
        self.ahead.setVisible(found is not None)
        if found is None:
            return None
        x = np.array([expected.labels for expected in found.curve], float)
        value, low, high = (
            100 * np.array([getattr(expected, name) for expected in found.curve])
            for name in ("value", "low", "high")
        )
        draw_continuation(self.curve, x, value, low, high, 0)
        return float(low.min()), float(high.max())

    def _draw_series(
        self, rows: list[tuple[int, Value]], position: int, **style: object
    ) -> Interval | None:
        """Draw values with their intervals against labels; return the least and the largest."""
        rows = [(labels, value) for labels, value in rows if not math.isnan(value.value)]
        if not rows:
            return None
        x = np.array([labels for labels, _ in rows], float)
        value, low, high = (
            100 * np.array([getattr(v, name) for _, v in rows]) for name in ("value", "low", "high")
        )
        if position != CHANCE:
            draw_band(self.curve, x, low, high, position)
        draw_line(self.curve, x, value, position, **style)
        if position == CHANCE:
            return float(value.min()), float(value.max())
        return float(low.min()), float(high.max())

    def _show_classes(self, metrics: Metrics, classes: tuple[str, ...]) -> None:
        empty(self.classes)
        for column, (words, tip) in enumerate(zip(CLASS_COLUMNS, CLASS_TIPS, strict=True)):
            self.classes.addWidget(
                _cell(tr(words), column, "muted", tr(tip) if tip else ""), 0, column
            )
        for c in range(len(metrics.confusion)):
            row = 2 * c + 1
            self.classes.addWidget(_cell(classes[c], 0), row, 0)
            for column, (value, tip) in enumerate(class_values(metrics, c), start=1):
                self.classes.addWidget(_cell(percent(value.value, 1), column, "", tip), row, column)
                self.classes.addWidget(_cell(value.span, column, "muted"), row + 1, column)

    @Slot(int, int)
    def _on_cell(self, truth: int, predicted: int) -> None:
        """Open the images that a cell counts."""
        project = self._controller.project
        images = images_of_cell(project, truth, predicted)
        if images:
            classes = project.classes.names
            self._controller.show_images(cell_title(classes[truth], classes[predicted]), images)
            return
        item = self.matrix.item(truth, predicted)
        nothing = item is not None and item.text() == "0"
        self._controller.notice.emit(tr(NO_IMAGES if nothing else NOT_KNOWN))

    def _tint(self) -> None:
        tint_plot(self.curve, self._theme)
        self.refresh()


def curve_point(metrics: Metrics, position: int) -> Value:
    """Return the value of a curve of `CURVES`."""
    if position == 0:
        return Value(metrics.balanced_accuracy, *metrics.balanced_accuracy_interval)
    if position == 1:
        return Value(metrics.accuracy, *metrics.accuracy_interval)
    return Value.of_area(metrics.auroc.macro if metrics.auroc else None)


def class_values(metrics: Metrics, class_index: int) -> list[tuple[Value, str]]:
    """Return sensitivity, specificity and AUROC of a class, each with its counts in words."""
    shares: list[tuple[Value, str]] = []
    for value, (found, count), interval in (
        (
            metrics.sensitivities[class_index],
            metrics.sensitivity_counts(class_index),
            metrics.sensitivity_interval(class_index),
        ),
        (
            metrics.specificities[class_index],
            metrics.specificity_counts(class_index),
            metrics.specificity_interval(class_index),
        ),
    ):
        words = tr("{found} of {count} images", found=found, count=count)
        shares.append((Value(value, *interval) if count else UNKNOWN, words))
    area = metrics.auroc.classes[class_index] if metrics.auroc else None
    return [*shares, (Value.of_area(area), "")]


def _cell(text: str, column: int, role: str = "", tip: str = "") -> QLabel:
    label = text_label(text, role=role, size=SMALL if role else BODY, wrap=column == 0)
    label.setToolTip(tip)
    if column:
        label.setAlignment(Qt.AlignmentFlag.AlignRight)
    return label
