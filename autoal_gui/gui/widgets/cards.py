"""Cards, the column that holds them, and sections that fold."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMargins,
    QObject,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QResizeEvent, QTextLayout
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.gui.widgets.text import text_label

TITLE_LINES = 10  # the least width of a title, in heights of a line
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
        content = self._content = QWidget()
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

    def bring_up(self, frame: QFrame) -> None:
        """Scroll so that a card begins where the column does, as far as that goes."""
        self.settle()
        self.verticalScrollBar().setValue(frame.y())

    def fit_height(self, *charts: QWidget) -> None:
        """Let charts be a quarter as tall as the column, within what reads well."""
        self._charts = charts
        line = self.fontMetrics().height()
        height = max(LEAST_CHART * line, min(MOST_CHART * line, self.viewport().height() // 4))
        for chart in charts:
            chart.setFixedHeight(height)
        self._column.activate()  # at once: the next picture of the window is whole

    def settle(self) -> None:
        """Lay everything out at once.

        Qt would do it a level at a time, beside other events: a picture taken between shows lines
        that have grown over what is below them.
        """
        content = self._content
        for part in (*reversed(content.findChildren(QWidget)), content):  # the inner ones first
            if (layout := part.layout()) is not None:
                layout.activate()
        QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))  # for its height

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Show other words without moving what is used or read: what is above it may grow."""
        held = self._held()
        at = self._height_in_view(held) if held else 0
        yield
        self.settle()
        if held is not None and held.isVisible():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self._height_in_view(held) - at)

    def _held(self) -> QWidget | None:
        """Return what was used last, or else the first card, of those that are in view."""
        used = self._content.focusWidget()
        if used is not None and self._is_in_view(used):
            return used
        if not self.verticalScrollBar().value():
            return None
        return next((frame for frame in self._cards if self._is_in_view(frame)), None)

    def _is_in_view(self, part: QWidget) -> bool:
        top = self._height_in_view(part)
        return part.isVisible() and top < self.viewport().height() and top + part.height() > 0

    def _height_in_view(self, part: QWidget) -> int:
        return part.mapTo(self.viewport(), QPoint()).y()

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


class LowColumn(QScrollArea):
    """A column that scrolls on a low screen, and is as wide as what it holds needs."""

    def __init__(self, content: QWidget, lines: int = 0) -> None:
        """Hold `content`, in a width of so many heights of a line where there is room."""
        super().__init__()
        self._lines = lines
        if not content.property("role"):
            content.setProperty("role", "content")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        if lines:
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the width in which nothing is cut off, and the height of a few lines."""
        content, bar = self.widget(), self.verticalScrollBar().sizeHint().width()
        wide = (content.minimumSizeHint().width() if content else 0) + bar + 2 * self.frameWidth()
        return QSize(wide, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the usual width."""
        hint = super().sizeHint()
        usual = self._lines * self.fontMetrics().height() or hint.width()
        return QSize(max(usual, self.minimumSizeHint().width()), hint.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Ask for another width when what it holds has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class WholeLines(LowColumn):
    """A column whose last line in sight is whole, as long as nobody has scrolled it."""

    resized = Signal()

    def __init__(self, content: QWidget) -> None:
        super().__init__(content)
        self._settled = QTimer(self, singleShot=True, interval=0)  # once its lines have places
        self._settled.timeout.connect(self._end_with_a_line)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """End with another line."""
        super().resizeEvent(event)
        self._settled.start()
        self.resized.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """End with another line when what it holds has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._settled.start()
        return super().eventFilter(watched, event)

    @Slot()
    def _end_with_a_line(self) -> None:
        high = self.height() - 2 * self.frameWidth()
        left = QMargins(0, 0, 0, high - self._end(high))
        if left != self.viewportMargins():
            self.setViewportMargins(left)

    def _end(self, high: int) -> int:
        """Return the height, of at most `high` pixels, that cuts no line or chart in half."""
        content = self.widget()
        if content is None:
            return high
        parts = content.findChildren(QWidget)
        shown = [part for part in parts if part.isVisible() and not part.findChild(QWidget)]
        places = sorted(((one.mapTo(content, QPoint()).y(), one) for one in shown), key=_first)
        end = high
        for top, part in reversed(places):
            if top < end < top + part.height():
                line = part.fontMetrics().lineSpacing() if isinstance(part, QLabel) else high
                end = top + (end - top) // line * line
        return end if end > 0 else high


def _first(place: tuple[int, QWidget]) -> int:
    return place[0]


class TallColumn(LowColumn):
    """A column, whole where the window is high enough; some lines of it are always in sight."""

    def __init__(self, content: QWidget, least: int, most: float) -> None:
        """Hold `content`, at least so many lines of it, at most in a share of the window."""
        super().__init__(content)
        self._least, self._most = least, most

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of some lines: it is no slit, however low the window is."""
        return QSize(super().minimumSizeHint().width(), min(self._whole(), self._some()))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of the whole, but of no more than its share of the window's."""
        most = max(self._some(), round(self._most * self.window().height()))
        return QSize(super().sizeHint().width(), min(self._whole(), most))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for another height: in another width there are more lines, or fewer."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _some(self) -> int:
        return self._least * self.fontMetrics().lineSpacing()

    def _whole(self) -> int:
        content, frame = self.widget(), 2 * self.frameWidth()
        layout = None if content is None else content.layout()
        return frame if layout is None else layout.totalHeightForWidth(self.width() - frame) + frame


class Sentence(QScrollArea):
    """A sentence with the height that it needs, which scrolls where a low window has less."""

    def __init__(self, label: QLabel, most: int = 0) -> None:
        """Hold a label, of which no more than `most` lines are seen at once; 0 for no bound."""
        super().__init__()
        label.setProperty("role", "content")
        if most:
            self.setMaximumHeight(most * label.fontMetrics().lineSpacing())
        self._label = label
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(label)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def tell(self, words: str) -> None:
        """Say something else; nothing is seen of it where there is nothing to say."""
        self._label.setText(words)
        self.setVisible(bool(words))
        self.updateGeometry()  # another sentence may have more lines

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height of all lines."""
        return max(self._label.minimumHeight(), self._label.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least width of the label, and the height of two lines."""
        return QSize(self._label.minimumSizeHint().width(), self._label.minimumHeight())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the whole sentence."""
        return self._label.sizeHint()


class TitleButton(QToolButton):
    """A title that is pressed; it goes on in a second line where Qt's own would be cut."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setProperty("role", "section")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def text(self) -> str:
        """Return the title in one line."""
        return self._words

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show another title."""
        self._words = text
        self.setAccessibleName(text)
        self._break()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of a few words, and of the lines that there are."""
        least = TITLE_LINES * self.fontMetrics().height()
        return QSize(min(least, self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Break the lines anew."""
        super().resizeEvent(event)
        self._break()

    def _break(self) -> None:
        shown = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, super().text()).width()
        beside = self.sizeHint().width() - shown
        layout = QTextLayout(self._words, self.font())
        layout.beginLayout()
        lines = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, self.width() - beside))
            lines.append(self._words[line.textStart() :][: line.textLength()].strip())
        layout.endLayout()
        broken = "\n".join(lines)
        if broken != super().text():
            super().setText(broken)


class Section(QWidget):
    """What few need: a title that opens and closes what is below it; `body` takes the widgets."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.button = TitleButton()
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.toggled.connect(self._open)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)
        self.column = QVBoxLayout(self)
        """What is added here is seen whether or not it is open."""
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addWidget(self.button)
        self.column.addWidget(self._content)
        self._open(False)

    def _open(self, opened: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow
        self.button.setArrowType(arrow)
        self._content.setVisible(opened)
