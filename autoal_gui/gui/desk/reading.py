"""The left side of the desk: the strip, and below it the image beside the answers."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget


class Reading(QWidget):
    """Image and answers; the answers are as wide as is usual, or narrower for the image's sake.

    In a narrow window the panel at the right then has the width in which nothing is cut.
    """

    def __init__(self, strip: QWidget, views: QWidget, answers: QWidget, usual: int) -> None:
        """Hold the parts; the answers are `usual` pixels wide where there is room."""
        super().__init__()
        self._views, self._answers, self._usual = views, answers, usual
        answers.setFixedWidth(usual)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(views, 1)
        middle.addWidget(answers)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addLayout(middle, 1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the width of the narrowest answers and the narrowest image."""
        wide = self._views.minimumSizeHint().width() + self._least()
        return QSize(wide, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the answers what the image leaves."""
        super().resizeEvent(event)
        left = event.size().width() - self._views.minimumSizeHint().width()
        self._answers.setFixedWidth(max(self._least(), min(self._usual, left)))

    def _least(self) -> int:
        return min(self._usual, self._answers.minimumSizeHint().width())
