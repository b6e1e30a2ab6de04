"""Cards, the column that holds them, and sections that fold."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.gui.widgets.text import text_label

LEAST_CHART, MOST_CHART = 13, 26  # lines of text


def card() -> tuple[QFrame, QVBoxLayout]:
    """Return a framed surface and its column."""
    frame = QFrame()
    frame.setProperty("role", "card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(14, 12, 14, 12)
    column.setSpacing(8)
    return frame, column


def add_card(column: QVBoxLayout, title: str, content: QWidget | QLayout) -> None:
    """Put a card with a title at the end of a column."""
    frame, inside = card()
    inside.addWidget(text_label(title, bold=True))
    if isinstance(content, QWidget):
        inside.addWidget(content)
    else:
        inside.addLayout(content)
    column.addWidget(frame)


def empty(layout: QLayout) -> None:
    """Remove every widget of a layout from sight at once, and soon from memory."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def labels_of(layout: QLayout) -> list[QLabel]:
    """Return the labels of a layout, in their order."""
    items = (layout.itemAt(place) for place in range(layout.count()))
    widgets = (item.widget() for item in items if item is not None)
    return [widget for widget in widgets if isinstance(widget, QLabel)]


class CardColumn(QScrollArea):
    """A hint, and below it cards that are shown once there is something to show."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        content = QWidget()
        content.setProperty("role", "content")
        self.hint = text_label(role="muted")
        self._cards: list[QFrame] = []
        self._charts: tuple[QWidget, ...] = ()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 4, 4, 0)
        self._column.setSpacing(10)
        self._column.addWidget(self.hint)
        self._column.addStretch(1)
        self.setWidget(content)

    def add_card(self, title: str, *parts: QWidget | QLayout) -> QFrame:
        """Put a card with a title, which may be empty, below the others, and return it."""
        frame, inside = card()
        if title:
            inside.addWidget(text_label(title, bold=True))
        for part in parts:
            if isinstance(part, QWidget):
                inside.addWidget(part)
            else:
                inside.addLayout(part)
        self._column.insertWidget(self._column.count() - 1, frame)
        self._cards.append(frame)
        return frame

    def fit_height(self, *charts: QWidget) -> None:
        """Let charts be a quarter as tall as the column, within what reads well."""
        self._charts = charts
        line = self.fontMetrics().height()
        height = max(LEAST_CHART * line, min(MOST_CHART * line, self.viewport().height() // 4))
        for chart in charts:
            chart.setFixedHeight(height)
        self._column.activate()  # at once: the next picture of the window is whole

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the charts the height that there is."""
        super().resizeEvent(event)
        self.fit_height(*self._charts)

    def show_cards(self, hint: str, shown: bool) -> None:
        """Say what the cards show, or why there are none."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        for frame in self._cards:
            frame.setVisible(shown)


class Section(QWidget):
    """What few need: a title that opens and closes what is below it; `body` takes the widgets."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.setProperty("role", "section")
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self._open)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._content)
        self._open(False)

    def _open(self, opened: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow
        self.button.setArrowType(arrow)
        self._content.setVisible(opened)
