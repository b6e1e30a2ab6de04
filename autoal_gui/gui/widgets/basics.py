"""Small widgets that several views use."""

import html

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.theme import Theme, icon, scale_font, set_property

LEAST_CHART, MOST_CHART = 13, 26  # lines of text
NO_BREAK = "\N{NO-BREAK SPACE}"  # between a number and its unit


def text_label(
    text: str = "", role: str = "", size: float = 1.0, bold: bool = False, wrap: bool = True
) -> QLabel:
    """Return a label, its size relative to the system's font; one that wraps asks for height."""
    label = QLabel(text)
    label.setWordWrap(wrap)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    scale_font(label, size, bold)
    return label


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it is: Qt takes for HTML what looks like it."""
    if not {"<", "&"}.intersection(text):
        return text
    return f"<span>{html.escape(text).replace(chr(10), '<br>')}</span>"


def chip() -> QLabel:
    """Return a short label on a soft ground."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "chip")
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return label


def icon_size(widget: QWidget) -> QSize:
    """Return the size of icons beside a widget's text, which they follow."""
    side = max(16, widget.fontMetrics().height())
    return QSize(side, side)


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


def fitting(widget: QWidget, wanted: QSize) -> QSize:
    """Return the size wanted for a window, or what the screen has room for with a frame."""
    # Not widget.screen(): PySide takes the screen for a child of the widget that asked last. One
    # that is collected as cyclic garbage then deletes it, and Qt ends the process.
    middle = (widget.parentWidget() or widget).window().geometry().center()
    screen = QGuiApplication.screenAt(middle) or QGuiApplication.primaryScreen()
    room = screen.availableSize()
    frame = 2 * widget.fontMetrics().height()
    return wanted.boundedTo(room - QSize(0, frame))


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


class HelpButton(QToolButton):
    """A question mark that leads to a page of the help."""

    wanted = Signal(str)
    """The topic, one of `help_page.TOPICS`."""

    def __init__(self, theme: Theme, topic: str) -> None:
        super().__init__()
        self._theme, self.topic = theme, topic
        self.setProperty("role", "quiet")
        self.setAccessibleName(tr("What is this?"))
        self.setToolTip(tr("What is this?"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(icon_size(self))
        self.clicked.connect(self._ask)
        theme.changed.connect(self._tint)
        self._tint()

    def _ask(self) -> None:
        self.wanted.emit(self.topic)

    def _tint(self) -> None:
        self.setIcon(icon("unsure", self._theme.colours.muted))


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


class Failure(QFrame):
    """One sentence about what failed, what can be done, and the details one click away."""

    offered = Signal()
    """The user wants done what was offered."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("role", "failure")
        self.setAccessibleName(tr("Failure"))
        self._sentence = text_label()
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        line = self.fontMetrics().height()
        self._details.setMinimumHeight(7 * line // 4)  # what a page that is full can spare
        self._details.setMaximumHeight(5 * line)
        self._details.setAccessibleName(tr("Details"))
        self._more = QToolButton()
        self._more.setText(tr("Details"))
        self._more.setCheckable(True)
        self._more.toggled.connect(self._details.setVisible)
        self._close = QToolButton()
        self._close.setProperty("role", "quiet")
        self._close.setAccessibleName(tr("Close"))
        self._close.setToolTip(tr("Close"))
        self._close.clicked.connect(self.hide)
        self._offer = QPushButton()
        self._offer.clicked.connect(self._on_offer)
        row = QHBoxLayout()
        row.addWidget(self._sentence, 1)
        row.addWidget(self._offer)
        row.addWidget(self._more)
        row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.addLayout(row)
        column.addWidget(self._details)
        theme.changed.connect(self._tint)
        self._tint()
        self.hide()

    @property
    def sentence(self) -> str:
        """What is shown."""
        return self._sentence.text()

    def show_failure(self, sentence: str, details: str) -> None:
        """Show a failure until it is closed."""
        set_property(self, "role", "failure")
        self.setAccessibleName(tr("Failure"))
        self._sentence.setText(sentence)
        self._details.setPlainText(details)
        self._more.setVisible(bool(details))
        self._more.setChecked(False)
        self._details.hide()
        self._offer.hide()
        self.show()

    def show_notice(self, sentence: str) -> None:
        """Show what ended well, and is to be read, until it is closed."""
        self.show_failure(sentence, "")
        set_property(self, "role", "notice")
        self.setAccessibleName(tr("Status"))

    def offer(self, what: str) -> None:
        """Put a button beside the sentence, with which the user can do something about it."""
        self._offer.setText(what)
        self._offer.show()
        self._offer.setFocus()

    def _on_offer(self) -> None:
        self.hide()
        self.offered.emit()

    def _tint(self) -> None:
        self._close.setIcon(icon("close", self._theme.colours.text))
