"""Performance on images that the method did not choose: the evaluation set, and random ones."""

import math

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from autoal_gui.core.metrics import Metrics, wilson_interval
from autoal_gui.core.project import Project, RoundRecord
from autoal_gui.gui.controller import Controller
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.parts import NO_BREAK, CardColumn, empty, text_label
from autoal_gui.gui.plots import (
    SYMBOL_SIZE,
    make_plot,
    series_colour,
    series_pen,
    series_symbol,
    swatch,
    tint_plot,
)
from autoal_gui.gui.theme import Theme, ink_on

Floats = npt.NDArray[np.float64]

Measured = list[tuple[RoundRecord, Metrics]]
"""Rounds that were measured, each with what was found."""

CURVES = ("Balanced accuracy", "Accuracy")
NO_EVALUATION = "This project has no evaluation set, so that performance cannot be measured."
AUDIT_TO_COME = (
    "This project has no evaluation set. Numbers appear once a few of your images that were drawn "
    "at random have a label."
)
ON_EVALUATION = "images that were never trained on and not chosen by the method."
ON_DRAWN = "of your images that were drawn at random, each by a model that had not seen its label."
AUDIT_TIP = (
    "Images that chance drew and the method did not choose, so that they stand for all of yours. "
    "Each was predicted by a model that had not seen its label. The true value lies in the "
    "interval 95 times in 100."
)
CELL = 2.1  # size of a cell of the confusion matrix, in lines of text


class PerformancePanel(CardColumn):
    """How well the last model does, and how that came about."""

    def __init__(self, controller: Controller, theme: Theme) -> None:
        super().__init__()
        self._controller, self._theme = controller, theme
        self.numbers = [text_label(size=1.6, bold=True) for _ in CURVES]
        self.intervals = [text_label(role="muted", size=0.92) for _ in CURVES]
        self.audit = text_label()
        self.audit.setToolTip(AUDIT_TIP)
        self.curve = make_plot("%", "Labels")
        self.curve.setAccessibleName("Performance against the number of labels")
        self.sensitivities = QGridLayout()
        self.matrix = QTableWidget()
        self._lay_out()
        controller.project_opened.connect(self.refresh)
        controller.results_changed.connect(self.refresh)
        controller.classes_changed.connect(self.refresh)
        controller.settings_changed.connect(self.refresh)
        theme.changed.connect(self._tint)
        self._tint()

    def _lay_out(self) -> None:
        self.add_card("", self._make_numbers(), self.audit)
        self.add_card("Against the number of labels", self.curve)
        self.add_card("Sensitivity by class", self.sensitivities)
        title = "Confusion matrix: true class in rows, model in columns"
        self.add_card(title, self._make_matrix())
        self.curve.setFixedHeight(12 * self.fontMetrics().height())

    def _make_numbers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for position, name in enumerate(CURVES):
            head = QHBoxLayout()
            head.addWidget(swatch(position))
            head.addWidget(text_label(name, role="muted"), 1)
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addLayout(head)
            column.addWidget(self.numbers[position])
            column.addWidget(self.intervals[position])
            row.addLayout(column, 1)
        return row

    def _make_matrix(self) -> QTableWidget:
        self.matrix.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.matrix.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.matrix.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.matrix.setAccessibleName("Confusion matrix")
        self.matrix.setShowGrid(False)
        self.matrix.setFrameShape(QFrame.Shape.NoFrame)
        return self.matrix

    def refresh(self) -> None:
        """Show the rounds of the project."""
        if not self._controller.is_open:
            return
        project = self._controller.project
        rounds = project.finished_rounds()
        measured = evaluated_rounds(rounds) or audited_rounds(rounds)
        self.show_cards(hint(project, measured), bool(measured))
        if measured:
            record, metrics = measured[-1]
            self._show_numbers(metrics)
            self._show_audit(record)
            self._draw_curve(measured)
            self._show_sensitivities(metrics, project.classes)
            self._show_matrix(metrics, project.classes)

    def _show_audit(self, record: RoundRecord) -> None:
        """Show what random images say, where the numbers above it come from the evaluation set."""
        beside = record.audit if record.metrics else None
        self.audit.setText(audit_line(beside) if beside else "")
        self.audit.setVisible(beside is not None)

    def _show_numbers(self, metrics: Metrics) -> None:
        values = (metrics.balanced_accuracy, metrics.accuracy)
        intervals = (metrics.balanced_accuracy_interval, metrics.accuracy_interval)
        for position, (value, (low, high)) in enumerate(zip(values, intervals, strict=True)):
            self.numbers[position].setText(percent(value))
            self.intervals[position].setText(f"95 % interval {percent(low)} to {percent(high)}")

    def _draw_curve(self, measured: Measured) -> None:
        self.curve.clear()
        labels = np.array([record.labels for record, _ in measured], float)
        lows, highs = [], []
        for position in (1, 0):  # the balanced accuracy lies on top
            rows = [curve_point(metrics, position) for _, metrics in measured]
            value, low, high = (100 * np.array(column) for column in zip(*rows, strict=True))
            lows.append(low.min())
            highs.append(high.max())
            self._draw_band(labels, low, high, position)
            self._draw_line(labels, value, position)
        self.curve.setYRange(max(0.0, min(lows) - 3), min(100.0, max(highs) + 3), padding=0)
        self.curve.setXRange(labels.min() - 2, labels.max() + 2, padding=0.03)

    def _draw_band(self, x: Floats, low: Floats, high: Floats, position: int) -> None:
        bars = pg.ErrorBarItem(
            x=x,
            y=(low + high) / 2,
            height=high - low,
            beam=0.015 * (float(np.ptp(x)) + 4),
            pen=series_pen(position, 1.2),
        )
        self.curve.addItem(bars)

    def _draw_line(self, x: Floats, y: Floats, position: int) -> None:
        self.curve.plot(
            x,
            y,
            pen=series_pen(position),
            symbol=series_symbol(position),
            symbolSize=SYMBOL_SIZE,
            symbolBrush=series_colour(position),
            symbolPen=None,
        )

    def _show_sensitivities(self, metrics: Metrics, classes: tuple[str, ...]) -> None:
        empty(self.sensitivities)
        for row, (value, counts) in enumerate(
            zip(metrics.sensitivities, metrics.confusion, strict=True)
        ):
            low, high = wilson_interval(counts[row], sum(counts))
            found = f"{counts[row]} of {sum(counts)}"
            span = f"{percent(low)} to {percent(high)}" if sum(counts) else "–"
            for column, words in enumerate((classes[row], percent(value), found, span)):
                label = QLabel(words)
                if column:
                    label.setAlignment(Qt.AlignmentFlag.AlignRight)
                if column > 1:
                    label.setProperty("role", "muted")
                self.sensitivities.addWidget(label, row, column)
        self.sensitivities.setColumnStretch(0, 1)

    def _show_matrix(self, metrics: Metrics, classes: tuple[str, ...]) -> None:
        size = len(metrics.confusion)
        self.matrix.setRowCount(size)
        self.matrix.setColumnCount(size)
        keys = class_keys(len(classes))
        self.matrix.setVerticalHeaderLabels([f"{keys[i]}  {classes[i]}" for i in range(size)])
        for column in range(size):
            head = QTableWidgetItem(keys[column].upper() or "–")
            head.setToolTip(classes[column])
            self.matrix.setHorizontalHeaderItem(column, head)
        for row, counts in enumerate(metrics.confusion):
            for column, count in enumerate(counts):
                tip = f"{count} of {sum(counts)} {classes[row]} are taken for {classes[column]}"
                share = count / max(1, sum(counts))
                self.matrix.setItem(row, column, self._cell(count, share, tip))
        self._size_matrix(size)

    def _cell(self, count: int, share: float, tip: str) -> QTableWidgetItem:
        item = QTableWidgetItem(str(count))
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        item.setToolTip(tip)
        ground = _mixed(QColor(self._theme.colours.surface), series_colour(0), share)
        item.setBackground(ground)
        item.setForeground(ink_on(ground))
        return item

    def _size_matrix(self, size: int) -> None:
        side = round(CELL * self.fontMetrics().height())
        fixed = QHeaderView.ResizeMode.Fixed
        for header in (self.matrix.horizontalHeader(), self.matrix.verticalHeader()):
            header.setSectionResizeMode(fixed)
            header.setMinimumSectionSize(8)
            header.setDefaultSectionSize(side)
        head = self.matrix.horizontalHeader().sizeHint().height()
        self.matrix.setFixedHeight(size * side + head + 16)

    def _tint(self) -> None:
        tint_plot(self.curve, self._theme)
        self.refresh()


def evaluated_rounds(rounds: tuple[RoundRecord, ...]) -> Measured:
    """Return the rounds that the evaluation set measured."""
    return [(record, record.metrics) for record in rounds if record.metrics is not None]


def audited_rounds(rounds: tuple[RoundRecord, ...]) -> Measured:
    """Return the rounds that images drawn at random measured."""
    return [(record, record.audit) for record in rounds if record.audit is not None]


def hint(project: Project, measured: Measured) -> str:
    """Say what the numbers rest on, or why there are none."""
    evaluated = len(project.pool.ids("evaluation"))
    if measured:
        record, metrics = measured[-1]
        where = ON_EVALUATION if record.metrics is not None else ON_DRAWN
        return f"Round {record.number}, {record.labels} labels, measured on {metrics.total} {where}"
    if evaluated == 0:
        return AUDIT_TO_COME if project.settings.warm_start else NO_EVALUATION
    missing = len(project.unanswered_evaluation())
    wait = f" {missing} of them wait for their label." if missing else ""
    return (
        f"{evaluated} images are set aside to measure the model.{wait} "
        "Numbers appear after the first round that trains a model."
    )


def audit_line(audit: Metrics) -> str:
    """Say how the model does on images that were drawn at random from the pool."""
    low, high = audit.accuracy_interval
    return (
        f"On {audit.total} images drawn at random from yours: accuracy {percent(audit.accuracy)} "
        f"({percent(low)} to {percent(high)})."
    )


def curve_point(metrics: Metrics, position: int) -> tuple[float, float, float]:
    """Return (value, low, high) of a curve of `CURVES`, in [0, 1]."""
    if position == 0:
        return (metrics.balanced_accuracy, *metrics.balanced_accuracy_interval)
    return (metrics.accuracy, *metrics.accuracy_interval)


def percent(value: float) -> str:
    """Return a share as a percentage; a dash where there is no data."""
    return "–" if math.isnan(value) else f"{100 * value:.1f}{NO_BREAK}%"


def _mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    channels = (
        (ground.red(), colour.red()),
        (ground.green(), colour.green()),
        (ground.blue(), colour.blue()),
    )
    return QColor(*(round(one + (two - one) * share) for one, two in channels))
