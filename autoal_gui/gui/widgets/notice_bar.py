"""The bar above a page that tells what went wrong, or what has just been done."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import Theme, icon, set_property

STAYS = 12_000  # milliseconds that what ended well is shown


class NoticeBar(QFrame):
    """One sentence about what failed, what can be done, and the details one click away."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._does: Callable[[], object] | None = None
        self._gone = QTimer(self, singleShot=True, interval=STAYS)
        self._gone.timeout.connect(self._on_gone)
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
        self.be_low(low=False)
        column.addLayout(row)
        column.addWidget(self._details)
        theme.changed.connect(self._tint)
        self._tint()
        self.hide()

    def be_low(self, *, low: bool) -> None:
        """Take no more height than a line with its buttons, or have air around it."""
        self.setFrameStyle(self.frameStyle())  # the style's margins, which have changed, count now
        if (column := self.layout()) is not None:
            column.setContentsMargins(12, 2 if low else 8, 8, 2 if low else 8)

    @property
    def sentence(self) -> str:
        """What is shown."""
        return self._sentence.text()

    def show_failure(self, sentence: str, details: str) -> None:
        """Show a failure until it is closed."""
        self._gone.stop()
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

    def show_success(self, sentence: str) -> None:
        """Show what ended well and asks for nothing: it goes by itself after a while."""
        self.show_notice(sentence)
        self._gone.start()

    def offer(self, what: str, does: Callable[[], object], takes_focus: bool = True) -> None:
        """Put a button beside the sentence, with which the user can do something about it.

        Args:
            what: the words of the button.
            does: what it does, once the sentence is hidden.
            takes_focus: whether Enter presses it; not where the user is busy with something else.
        """
        self._gone.stop()
        self._does = does
        self._offer.setText(what)
        self._offer.show()
        if takes_focus:
            self._offer.setFocus()

    def offer_nothing(self) -> None:
        """Take the button away; the sentence stays."""
        self._offer.hide()

    def _on_offer(self) -> None:
        self.hide()
        if self._does is not None:
            self._does()

    @Slot()
    def _on_gone(self) -> None:
        if self.underMouse():  # it is being read, or about to be closed
            self._gone.start()
        else:
            self.hide()

    def _tint(self) -> None:
        self._close.setIcon(icon("close", self._theme.colours.text))


class NoticeGround(QWidget):
    """Pages with the bar above them; where a page has the room, the bar lies over that.

    It may come while somebody labels by keys: what they look at must then stay where it is.
    """

    def __init__(
        self, bar: NoticeBar, pages: QWidget, rooms: Callable[[], tuple[QRect, ...]]
    ) -> None:
        """Hold both.

        Args:
            bar: that comes and goes.
            pages: below it.
            rooms: says what of the pages may be covered now, from their top on; the bar lies at the
                lower edge of the first that has room for it. Beside the last one more may be
                covered, where the bar needs the width.
        """
        super().__init__()
        self._bar, self._rooms = bar, rooms
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.activated.connect(bar.hide)
        self._escape.activatedAmbiguously.connect(bar.hide)  # beside what else Esc closes
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(pages, 1)
        bar.setParent(self)
        bar.installEventFilter(self)
        self.place_bar()

    @Slot()
    def place_bar(self) -> None:
        """Put the bar where it belongs now, over the pages or above them."""
        rooms = self._rooms()
        # Where nothing may be covered Esc leaves the page, which the bar stands above.
        self._escape.setEnabled(not self._bar.isHidden() and bool(rooms))
        if self._bar.isHidden():
            self._column.removeWidget(self._bar)
            return
        self._lay_over(over=bool(rooms))
        widened = [QRect(0, 0, self.width(), rooms[-1].height())] if rooms else []
        for room in (*rooms, *widened):
            high = self._bar.heightForWidth(room.width())
            if 0 < high <= room.height():
                if room.height() - high < self.fontMetrics().height():  # no strip of it stays above
                    high = room.height()
                self._bar.setGeometry(0, room.bottom() + 1 - high, room.width(), high)
                break
        else:
            self._lay_over(over=False)
            return
        self._bar.raise_()

    def _lay_over(self, *, over: bool) -> None:
        if self._bar.property("over") != over:
            set_property(self._bar, "over", over)
            self._bar.be_low(low=over)
        if over:
            self._column.removeWidget(self._bar)
        elif self._column.indexOf(self._bar) < 0:
            self._column.insertWidget(0, self._bar)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the bar, which comes, goes, and grows with what it says."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest):
            self.place_bar()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the bar the new width."""
        super().resizeEvent(event)
        self.place_bar()
