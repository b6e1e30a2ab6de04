"""A card at a round's end: what the model gets right now, in plain words, and what to do next."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QHideEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme, icon

SHOWN = 40_000  # milliseconds until the card goes by itself
READ_ON = 3_000  # milliseconds until it is tried again, where the mouse is over it or comes to it
NEAR = 120  # pixels around it in which a mouse that moves may be on its way to it
HELD = 500  # milliseconds after it was closed in which a click that was meant for it does nothing
MISSED_BY = 2_000  # likewise after it has gone by itself: a hand may have set out for it before
LINES = 22  # its width, in heights of a line


class RoundCard(QFrame):
    """One card beside the image; it takes no focus, so that all keys go on."""

    resized = Signal()
    """It says something else, and may need another size; or it has gone, and needs none."""
    look_wanted = Signal(object)
    """The ids of images whose second answer differs from the first."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "toast")
        self.title = text_label(bold=True)
        self.words = text_label()
        self.next = text_label(role="muted", size=SMALL)
        self.twice = text_label()
        self.look = QPushButton(tr("Look at them"))
        self.look.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.look.clicked.connect(self._on_look)
        self._unlike: tuple[int, ...] = ()
        close = QToolButton()
        close.setProperty("role", "mark")
        close.setIcon(icon("close", theme.colours.muted))
        close.setToolTip(tr("Close"))
        close.setAccessibleName(tr("Close"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.go)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 14)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.words)
        column.addWidget(self.next)
        column.addWidget(self.twice)
        column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeft)
        self._gone = QTimer(self, singleShot=True)
        self._gone.timeout.connect(self._on_time)
        self._shield = QWidget(parent)
        self._shield.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._shield.hide()
        self._mouse = QPoint()  # where it was near the card, when that last stayed for it
        self._rested = QPoint()  # where it was as the card came: nobody has moved it onto the card
        self._waits = False  # a dialog has covered the window when it was to go
        self._held = QTimer(self, singleShot=True)
        self._held.timeout.connect(self._shield.hide)
        self.hide()

    def wanted_width(self) -> int:
        """Return the width at which its words read well, in pixels."""
        return LINES * self.fontMetrics().height()

    def say(
        self, title: str, words: str, further: str, twice: str = "", unlike: Sequence[int] = ()
    ) -> None:
        """Show the card for a while.

        Args:
            title: what has ended.
            words: what it has brought.
            further: what comes next.
            twice: what became of the images that were asked twice.
            unlike: those of them whose second answer differs from the first.
        """
        self._unlike = tuple(unlike)
        self._tell((self.title, title), (self.words, words), (self.twice, twice))
        self.look.setVisible(bool(unlike))
        self.show()
        self.tell_further(further)
        self.raise_()
        if self.isVisible():
            self._begin()

    def _begin(self) -> None:
        """Count the time from now."""
        self._mouse, self._rested = QPoint(), QCursor.pos()
        self._gone.start(SHOWN)

    @Slot()
    def go(self) -> None:
        """Go, and keep for a moment what lies below from a click that was meant for the card."""
        self._leave(HELD)

    def _leave(self, held: int) -> None:
        if self.isVisible():
            self._shield.setParent(self.parentWidget())
            self._shield.setGeometry(self.geometry())
            self._shield.show()
            self._shield.raise_()
            self._held.start(held)
        self.hide()

    @Slot()
    def _on_time(self) -> None:
        if QApplication.activeModalWidget() is not None:  # behind a dialog nobody reads it
            self._waits = True
            self._gone.start(READ_ON)
            return
        if self._waits:
            self._waits = False
            self._begin()
            return
        read = self.underMouse() and QCursor.pos() != self._rested
        if read or self._is_aimed_at():
            self._gone.start(READ_ON)
        else:
            self._leave(MISSED_BY)

    def _is_aimed_at(self) -> bool:
        """Say whether the mouse is near and moves: one that rests may have been left there."""
        mouse, before = QCursor.pos(), self._mouse
        around = self.rect().adjusted(-NEAR, -NEAR, NEAR, NEAR)
        self._mouse = mouse
        return around.contains(self.mapFromGlobal(mouse)) and mouse != before

    def tell_further(self, further: str) -> None:
        """Say what comes next, which answers change while the card is there; the time goes on."""
        self._tell((self.next, further))
        self.resized.emit()

    def _tell(self, *told: tuple[QLabel, str]) -> None:
        for label, text in told:
            label.setText(text)
            label.setVisible(bool(text))

    @Slot()
    def _on_look(self) -> None:
        self.go()
        self.look_wanted.emit(self._unlike)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the wheel from what the card lies on."""
        event.accept()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Count the time from when it can be read: behind the grid or a page it waits."""
        super().showEvent(event)
        self._begin()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop the time."""
        super().hideEvent(event)
        self._gone.stop()
        self.resized.emit()
