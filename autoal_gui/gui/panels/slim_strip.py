"""What the panel at the right tells in brief while it is folded: one narrow column."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import Progress
from autoal_gui.core.project.measured_rounds import comparable
from autoal_gui.engine.state import State
from autoal_gui.gui.panels.performance_text import measured_of, right_words
from autoal_gui.gui.panels.plots import series_colour
from autoal_gui.gui.panels.strip_signs import OPENS, TIP, StripSigns
from autoal_gui.gui.panels.training_text import STEP_NAMES
from autoal_gui.gui.panels.weights_panel import all_names, stacked, table
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.session.rounds.next_round_words import (
    comes_with_learning,
    due_words,
    makes_first_model,
    next_round_words,
)
from autoal_gui.gui.session.rounds.waiting import work_words
from autoal_gui.gui.strategy_names import strategy_label
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.page_actions import action_tool
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import SMALL, TITLE

LINES = 5.5  # its width, in heights of a line
RESOLUTION = 1000
GAP = 18  # pixels between what it tells
MOVES = mark("How much each query strategy adds to the choice of images, round by round")
CHART = 2.4  # the height of its charts, in heights of a line


class MiniChart(QWidget):
    """A small curve, or areas on top of each other, without axes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._curve: tuple[float, ...] = ()
        self._areas: tuple[tuple[int, tuple[float, ...]], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size that the font asks for."""
        line = self.fontMetrics().height()
        return QSize(3 * line, round(CHART * line))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return half of that height: beside large words a low chart does."""
        return QSize(0, self.sizeHint().height() // 2)

    def show_curve(self, values: Sequence[float]) -> None:
        """Draw values in [0, 1], the last at the right."""
        self._curve = tuple(values)
        self._tell(", ".join(percent(value) for value in self._curve[-5:]))

    def show_areas(
        self, places: Sequence[int], edges: Sequence[Sequence[float]], words: str
    ) -> None:
        """Draw areas on top of each other.

        Args:
            places: (K,) the places of the series among the colours.
            edges: (K + 1, r) their edges in percent, from the lowest to the highest.
            words: which series are shown, and their last values.
        """
        self._areas = tuple(
            (place, tuple(edges[k + 1]) + tuple(reversed(edges[k])))
            for k, place in enumerate(places)
        )
        self._tell(words)

    def _tell(self, words: str) -> None:
        self.setAccessibleName(f"{self._name}: {words}" if words else self._name)
        told = f"{self._name}: {words}" if words and self._areas else self._name
        self.setToolTip(plain_tip(fill(f"{told}. {tr(OPENS)}.", TIP)))
        self.setVisible(bool(self._curve or self._areas))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it in the widget's whole width."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        for place, values in self._areas:
            half = len(values) // 2
            across = [*range(half), *reversed(range(half))]
            points = [
                QPointF(
                    area.left() + area.width() * x / max(1, half - 1),
                    area.bottom() - area.height() * value / 100,
                )
                for x, value in zip(across, values, strict=True)
            ]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(series_colour(place))
            painter.drawPolygon(QPolygonF(points))
        self._paint_curve(painter, area)
        painter.end()

    def _paint_curve(self, painter: QPainter, area: QRectF) -> None:
        if not self._curve:
            return
        low, high = min(self._curve), max(self._curve)
        spread = max(high - low, 0.05)
        step = area.width() / max(1, len(self._curve) - 1)
        points = [
            QPointF(area.left() + i * step, area.bottom() - (value - low) / spread * area.height())
            for i, value in enumerate(self._curve)
        ]
        colour = self.palette().highlight().color()
        painter.setPen(QPen(colour, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(points[-1], 3, 3)


class SlimStrip(QFrame):
    """Accuracy, the answers to the next round, the strategies' shares, and what is computed."""

    topic_wanted = Signal(str)
    """Of what was clicked: "performance" or "weights"; the panel opens."""

    def __init__(self, controller: Controller, actions: Actions) -> None:
        super().__init__()
        self._controller = controller
        self.setProperty("role", "strip")
        self.accuracy, self.right = _figure(), _note()
        self.at_point = _note(tr("at your point"))
        self.curve = MiniChart(tr("Accuracy by round"))
        self.left, self.to_come = _figure(), _note()
        self.areas = MiniChart(tr(MOVES))
        self.shares = _note(tr("shares of strategies"))
        unfold = actions["panel"]
        self.signs = StripSigns(controller, unfold, actions.symbol("clock"), actions["export"])
        self.state = _note()
        self.bar = QProgressBar()
        self.bar.setRange(0, RESOLUTION)
        self.bar.setTextVisible(False)
        self.bar.setProperty("role", "thin")
        self.bar.setAccessibleName(tr("Training"))
        self._lay_out(unfold)
        controller.project_opened.connect(self.refresh)
        controller.training.ranked.connect(self.refresh)
        controller.training.rounds_changed.connect(self.refresh)
        controller.setup.settings_changed.connect(self.refresh)
        controller.images.batch_changed.connect(self.show_left)
        controller.engine.state_changed.connect(self._show_state)
        controller.engine.waiting_changed.connect(self.show_left)
        controller.engine.began.connect(self.show_left)
        controller.engine.progressed.connect(self._on_progress)

    def _lay_out(self, unfold: QAction) -> None:
        self._unfold = unfold
        self.setFixedWidth(round(LINES * self.fontMetrics().height()))
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 14, 6, 8)
        column.setSpacing(2)
        shrinks = QSizePolicy.Policy.Maximum  # large text needs the room
        for group in (
            (self.accuracy, self.curve, self.right, self.at_point),
            (self.left, self.to_come),
            (self.areas, self.shares),
        ):
            for widget in group:
                column.addWidget(widget)
            column.addItem(QSpacerItem(0, GAP, shrinks, shrinks))
        column.addStretch(1)
        column.addWidget(self.signs)
        column.addWidget(self.state)
        column.addWidget(self.bar)
        column.addSpacing(6)
        column.addWidget(action_tool(unfold), 0, Qt.AlignmentFlag.AlignHCenter)

    @Slot()
    def refresh(self) -> None:
        """Show the rounds of the project."""
        if not self._controller.is_open:
            return
        project = self._controller.project
        measured = measured_of(project)
        result = self._controller.in_use.result(measured) if measured else None
        metrics = result.metrics if result else None
        self.accuracy.setText(percent(metrics.accuracy) if metrics else "–")
        at_point = result is not None and result.threshold is not None
        line = [] if at_point else [m.accuracy for _, m in comparable(measured)]  # of another rule
        self.curve.show_curve(line if len(line) > 1 else ())  # of one alone there is no line
        self.right.setText(_below_share(metrics) if metrics else tr("not measured yet"))
        by = plain_tip(result.words) if result else ""
        for label in (self.accuracy, self.right, self.at_point):
            label.setToolTip(by)
        self.at_point.setVisible(at_point)
        self._show_shares()
        self.show_left()
        self._show_state()

    def _show_shares(self) -> None:
        project = self._controller.project
        rounds = [r for r in project.rounds.finished() if len(r.weights) > 1]
        self.areas.setVisible(bool(rounds))
        self.shares.setVisible(bool(rounds))
        if rounds:
            names = all_names(rounds, project.settings.run)
            _, edges = stacked([r.number for r in rounds], np.nan_to_num(table(rounds, names)))
            last = sorted(rounds[-1].weights, key=lambda one: -one[1])
            words = ", ".join(f"{strategy_label(name)} {percent(share)}" for name, share in last)
            self.areas.show_areas(range(len(names)), edges.tolist(), words)

    @Slot()
    def show_left(self) -> None:
        """Show after how many answers the next round starts, or that it is due and waits."""
        if not (self._controller.is_open and self.isVisible()):
            return
        training = self._controller.training
        left = training.answers_left
        waits = training.round_waits or (left > 0 and comes_with_learning(self._controller))
        self.left.setText(number(left))
        self.left.setVisible(left > 0 and not waits)
        self.to_come.setText(due_words(self._controller) if waits else self._to_come(left))
        self.to_come.setVisible(waits or left > 0)
        words = next_round_words(self._controller)
        for label in (self.left, self.to_come):
            label.setToolTip(plain_tip(words))
            label.setAccessibleDescription(words)

    def _to_come(self, left: int) -> str:
        training, rounds = self._controller.training, self._controller.project.rounds
        if rounds.last_checkpoint() is None and not training.trains:
            return tr_count("answer to the first model", "answers to the first model", left)
        if makes_first_model(self._controller):
            return tr_count("answer to the next model", "answers to the next model", left)
        return tr_count("answer to the next round", "answers to the next round", left)

    @Slot()
    def _show_state(self) -> None:
        state = self._controller.engine.state
        busy = state in (State.RUNNING, State.CANCELLING)
        self.bar.setVisible(busy)
        if self._controller.engine.progress is None:  # of what began just now
            self.bar.setValue(0)
        if not busy:
            self.state.setText("")
        elif (running := self._controller.training.round_number) is not None:
            self.state.setText(self._round_words(running))
        else:
            learns = self._controller.training.is_warming
            self.state.setText(tr("learns from your images") if learns else tr("Working"))
            self.state.setToolTip(work_words(self._controller.engine))

    def _round_words(self, running: int) -> str:
        """Name a round by its number only once there is a model."""
        if makes_first_model(self._controller):
            return tr("trains the first model")
        if not self._controller.training.trains:
            return tr("puts your images in order")
        return tr("Round {number}", number=number(running))

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        ended = progress.done >= progress.total  # what follows has not told anything yet
        self.bar.setValue(0 if ended else round(RESOLUTION * progress.done / progress.total))
        engine = self._controller.engine
        predicts = engine.runs(Priority.PREDICTION)  # which is one step alone
        self.bar.setToolTip(work_words(engine) if predicts else tr(STEP_NAMES[progress.step]))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open the panel: whoever clicks a figure wants to know more of it."""
        place = event.position().toPoint()
        if event.button() is not Qt.MouseButton.LeftButton or not self.rect().contains(place):
            return
        measured = self.accuracy, self.curve, self.right, self.at_point
        for topic, parts in (("performance", measured), ("weights", (self.areas, self.shares))):
            if any(one.isVisible() and one.geometry().contains(place) for one in parts):
                self.topic_wanted.emit(topic)
        self._unfold.trigger()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what was answered while the whole panel was shown."""
        super().showEvent(event)
        self.show_left()


def _below_share(metrics: Metrics) -> str:
    """Say of what the share above is: an estimate is of all images, not of those counted."""
    if not isinstance(metrics, Estimate):
        return right_words(metrics)
    low, high = metrics.accuracy_interval
    return tr(
        "of your images right ({low} to {high})", low=decimal(100 * low, 0), high=percent(high)
    )


def _figure() -> QLabel:
    label = text_label(size=TITLE, bold=True, wrap=False)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label


def _note(words: str = "") -> QLabel:
    label = text_label(words, role="muted", size=SMALL)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label
