"""The loss of the step in work as a small curve, with what it is in front."""

import math
from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from autoal_gui.core.language import decimal, mark, tr
from autoal_gui.gui.widgets.theme import SMALL, scale_font

KEPT = 240  # values: 12 seconds of progress at 20 a second, and more of a slow step
MARGIN = 4  # pixels that the line keeps clear of the edges
LINES = 1.4  # its height, in heights of a line
BETWEEN = 10  # pixels between the caption and the curve
MOST = 0.6  # of the width, for the caption
WHOLE, SHORT = mark("Training error (lower is better)"), mark("Training error")


class Sparkline(QWidget):
    """A curve without axes; the newest value is at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._values: deque[float] = deque(maxlen=KEPT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        scale_font(self, SMALL)
        self.setToolTip(
            tr("How far off this step still is on the images that it learns from: its loss.")
        )
        self._name()

    @property
    def values(self) -> tuple[float, ...]:
        """What is drawn, the oldest first."""
        return tuple(self._values)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a line of text high, with some air."""
        return QSize(120, round(LINES * self.fontMetrics().height()))

    def clear(self) -> None:
        """Begin a new curve."""
        self._values.clear()
        self._name()
        self.update()

    def add(self, value: float) -> None:
        """Add a value; what is no number is left out."""
        if math.isfinite(value):
            self._values.append(value)
            self._name()
            self.update()

    def _name(self) -> None:
        """Tell those who cannot see the curve what it shows."""
        if not self._values:
            self.setAccessibleName(tr("Training error: nothing yet"))
            return
        first, last = self._values[0], self._values[-1]
        self.setAccessibleName(
            tr(
                "Training error, lower is better: from {first} to {last}",
                first=decimal(first, 3),
                last=decimal(last, 3),
            )
        )

    def caption(self) -> str:
        """Return what stands in front of the curve: in few words where it would be too short."""
        whole = tr(WHOLE)
        fits = self.fontMetrics().horizontalAdvance(whole) <= MOST * self.width()
        return whole if fits else tr(SHORT)

    def points(self, area: QRectF) -> list[QPointF]:
        """Return the curve inside an area; a constant loss lies in the middle."""
        if len(self._values) < 2:
            return []
        low, high = min(self._values), max(self._values)
        step = area.width() / (len(self._values) - 1)
        spread = (high - low) or 1.0
        lift = 0.0 if high > low else 0.5
        return [
            QPointF(
                area.left() + i * step, area.bottom() - ((v - low) / spread + lift) * area.height()
            )
            for i, v in enumerate(self._values)
        ]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the caption, and the curve in the colour of links, the newest value as a dot."""
        area = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        caption = self.caption()
        wide = self.fontMetrics().horizontalAdvance(caption) + BETWEEN
        points = self.points(area.adjusted(wide, 0, 0, 0))
        if not points:
            return
        painter = QPainter(self)
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, caption)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().highlight().color()
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(points[-1], 2.5, 2.5)
        painter.end()
