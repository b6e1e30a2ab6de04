"""The wheel of the mouse over a widget."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget


def _turned() -> QWheelEvent:
    """Return a notch of the wheel."""
    return QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


def passes_over(widget: QWidget) -> bool:
    """Turn the wheel over a widget; return whether that is left to what the widget stands in."""
    event = _turned()
    QApplication.sendEvent(widget, event)
    return not event.isAccepted()
