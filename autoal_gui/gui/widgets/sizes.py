"""Sizes that follow the font and the screen."""

from PySide6.QtCore import QSize
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
    # Not widget.screen(): PySide takes the screen for a child of the widget that asked last. One
    # that is collected as cyclic garbage then deletes it, and Qt ends the process.
    middle = (widget.parentWidget() or widget).window().geometry().center()
    screen = QGuiApplication.screenAt(middle) or QGuiApplication.primaryScreen()
    room = screen.availableSize()
    frame = 2 * widget.fontMetrics().height()
    return wanted.boundedTo(room - QSize(0, frame))


def widen(dialog: QWidget, lines: int) -> None:
    """Make a dialog at least so many heights of a line wide, as far as the screen has room."""
    wanted = QSize(lines * dialog.fontMetrics().height(), 1)
    dialog.setMinimumWidth(fitting(dialog, wanted).width())
