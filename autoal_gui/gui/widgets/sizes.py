"""Sizes that follow the font and the screen."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QWidget,
)


def icon_size(widget: QWidget) -> QSize:
    """Return the size of icons beside a widget's text, which they follow."""
    side = max(16, widget.fontMetrics().height())
    return QSize(side, side)


def fitting(widget: QWidget, wanted: QSize) -> QSize:
    """Return the size wanted for a window, or what the screen has room for with a frame."""
    return wanted.boundedTo(_room(widget).size() - QSize(0, _frame(widget)))


def keep_on_screen(dialog: QWidget) -> None:
    """Move a dialog that has grown since it was placed, so that neither title nor end is cut."""
    room, place = _room(dialog), dialog.geometry()
    # By where its content is: on X11 what the frame takes is not known before it has been drawn.
    known = place.top() - dialog.frameGeometry().top()
    above, below = max(known, 3 * _frame(dialog) // 4), _frame(dialog) // 4
    lowest = room.bottom() + 1 - below - place.height()
    top = max(room.top() + above, min(place.top(), lowest))
    if top != place.top():
        dialog.setGeometry(place.left(), top, place.width(), place.height())


def _room(widget: QWidget) -> QRect:
    """Return what may be used of the screen that a widget, or what it belongs to, is on."""
    # Not widget.screen(): PySide takes the screen for a child of the widget that asked last. One
    # that is collected as cyclic garbage then deletes it, and Qt ends the process.
    middle = (widget.parentWidget() or widget).window().geometry().center()
    screen = QGuiApplication.screenAt(middle) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()


def _frame(widget: QWidget) -> int:
    """Return about how high the title is that the system draws above a window."""
    return 2 * widget.fontMetrics().height()


def widen(dialog: QWidget, lines: int) -> None:
    """Make a dialog at least so many heights of a line wide, as far as the screen has room."""
    wanted = QSize(lines * dialog.fontMetrics().height(), 1)
    dialog.setMinimumWidth(fitting(dialog, wanted).width())
