"""A ring that closes while a batch is answered."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from autoal_gui.core.language import number, tr
from autoal_gui.gui.widgets.theme import Theme

WIDTH = 4  # pixels of the line
WHOLE = 360 * 16  # the unit of angles that Qt paints with


class BatchRing(QWidget):
    """How much of the batch has an answer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._done, self._total = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def share(self) -> float:
        """How much of the ring is closed, in [0, 1]."""
        return self._done / self._total if self._total else 0.0

    def show_done(self, done: int, total: int) -> None:
        """Show how many images of the batch have an answer."""
        if (done, total) != (self._done, self._total):
            self._done, self._total = done, total
            words = tr(
                "{done} of {total} images of this batch answered",
                done=number(done),
                total=number(total),
            )
            self.setToolTip(words)
            self.setAccessibleName(words)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square of a line and a half."""
        side = round(1.5 * self.fontMetrics().height())
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the whole ring faintly, and over it what is done."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        painter.setPen(QPen(QColor(self._theme.colours.border), WIDTH))
        painter.drawEllipse(place)
        pen = QPen(QColor(self._theme.colours.accent), WIDTH)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if self._done:
            painter.drawArc(place, WHOLE // 4, -round(WHOLE * self.share))
        painter.end()
