"""The ROC and the precision-recall curve of a class, with a point that mouse and keys move along.

The point stops at the corners of the ROC curve alone: no threshold between them finds more of the
class without more mistakes.
"""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent

from autoal_gui.core.language import tr
from autoal_gui.core.measures.metrics import Interval
from autoal_gui.core.measures.operating.point import Performance
from autoal_gui.core.measures.operating.roc import Roc
from autoal_gui.gui.panels.plots import (
    Floats,
    StillPlot,
    line_colour,
    prepare_plot,
    series_pen,
    tint_plot,
)
from autoal_gui.gui.widgets.theme import Theme

KEYS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}
"""By how many corners a key moves the point; to the right and up is laxer, and finds more."""
ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)
KEYPAD = Qt.KeyboardModifier.KeypadModifier  # which arrow keys carry on some systems
POINT = 15  # pixels
ROOM = 4  # per cent around the square
TICKS = range(0, 101, 20)
LINES = 18  # of text: its height


class RocPlot(StillPlot):
    """Draws what `show_curve` gives; `moved` when the user has moved the point."""

    moved = Signal(int)
    """The place of the point in `Roc.corners`."""

    def __init__(self) -> None:
        super().__init__()
        prepare_plot(self, "%", "%")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._roc: Roc | None = None
        self._corner = 0
        self._by_precision = False
        self._theme: Theme | None = None
        self._point = pg.ScatterPlotItem(
            size=POINT, brush=line_colour(1), pen=pg.mkPen("w", width=2)
        )
        self._ends = [pg.PlotDataItem(pen=series_pen(1, 1.5)) for _ in range(2)]
        self.setRange(xRange=(-ROOM, 100 + ROOM), yRange=(-ROOM, 100 + ROOM), padding=0)
        for side in ("left", "bottom"):
            self.getAxis(side).setTicks([[(float(share), str(share)) for share in TICKS]])
        self.setFixedHeight(LINES * self.fontMetrics().height())

    def tint(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        tint_plot(self, theme)

    @property
    def corner(self) -> int:
        """The place of the point in `Roc.corners`."""
        return self._corner

    def show_curve(self, roc: Roc | None, by_precision: bool, name: str) -> None:
        """Show another curve, or none; the point has to be set anew.

        Args:
            roc: of a class.
            by_precision: show precision against sensitivity.
            name: the class's.
        """
        self._roc, self._by_precision = roc, by_precision
        self.clear()
        if roc is not None:
            self._draw_curve(roc)
        if by_precision:
            self.setLabel("bottom", tr("Sensitivity, %"))
            self.setLabel("left", tr("Right when it says so, %"))
            words = tr("Precision-recall curve of “{name}”; arrow keys move the point", name=name)
        else:
            self.setLabel("bottom", tr("Others mistaken for it, %"))
            self.setLabel("left", tr("Sensitivity, %"))
            words = tr("ROC curve of “{name}”; arrow keys move the point", name=name)
        self.setAccessibleName(words)

    def _draw_curve(self, roc: Roc) -> None:
        """Draw what stays where it is while the point moves."""
        x, y = self._curve()
        faint = pg.mkPen(self._muted(), width=1, style=Qt.PenStyle.DashLine)
        level = 100 * roc.inside / (roc.inside + roc.outside)
        self.plot([0, 100], [level, level] if self._by_precision else [0, 100], pen=faint)
        self.plot(x, y, pen=series_pen(0, 2.5), connect="finite")
        places = roc.corners
        self.plot(x[places], y[places], pen=None, symbol="o", symbolSize=5,
                  symbolBrush=line_colour(0), symbolPen=None)  # fmt: skip
        for line in self._ends:
            self.addItem(line)
        self.addItem(self._point)

    def show_point(self, corner: int, found: Performance, words: str) -> None:
        """Put the point somewhere.

        Args:
            corner: its place in `Roc.corners`.
            found: what is measured there.
            words: the same in words, for those who cannot see it.
        """
        self._corner = corner
        self.setAccessibleDescription(words)
        if self._roc is None:
            return
        x, y = (values[self._roc.corners[corner]] for values in self._curve())
        self._point.setData([x], [y])
        across, up = self._intervals(found)
        for line, ends in zip(self._ends, ((across, (y, y)), ((x, x), up)), strict=True):
            line.setData(*ends)

    def _curve(self) -> tuple[Floats, Floats]:
        roc = self._roc
        if roc is None:
            return np.zeros(0), np.zeros(0)
        if self._by_precision:
            return 100 * roc.sensitivities, 100 * roc.precisions
        return 100 * (1 - roc.specificities), 100 * roc.sensitivities

    def _intervals(self, found: Performance) -> tuple[Interval, Interval]:
        """Return how far the true point may lie, across and up, in per cent."""
        if self._by_precision:
            given = found.precision or found.sensitivity  # a corner gives the class to some image
            shares = found.sensitivity.interval, given.interval
        else:
            low, high = found.specificity.interval
            shares = (1 - high, 1 - low), found.sensitivity.interval
        across, up = ((100 * low, 100 * high) for low, high in shares)
        return across, up

    def _muted(self) -> QColor:
        return QColor(self._theme.colours.muted if self._theme else "#808080")

    # -- moving -------------------------------------------------------------------------------

    def places(self) -> Floats:
        """Return (c, 2) where the corners are drawn, in the coordinates of the viewport."""
        if self._roc is None:
            return np.zeros((0, 2))
        box = self.getPlotItem().vb
        (x0, y0), (x1, y1) = (self._seen(box.mapViewToScene(QPointF(v, v))) for v in (0.0, 100.0))
        x, y = (values[self._roc.corners] / 100 for values in self._curve())
        return np.stack([x0 + x * (x1 - x0), y0 + y * (y1 - y0)], axis=1)

    def _seen(self, scene: QPointF) -> tuple[float, float]:
        """Return a place of the scene in the coordinates of the viewport."""
        place = self.viewportTransform().map(scene)
        return place.x(), place.y()

    def _nearest(self, position: QPointF) -> int:
        """Return the corner that is drawn nearest to a position."""
        away = self.places() - np.array([position.x(), position.y()])
        return int((away**2).sum(1).argmin()) if len(away) else 0

    def _move_to(self, corner: int) -> None:
        if self._roc is None:
            return
        corner = max(0, min(corner, len(self._roc.corners) - 1))
        if corner != self._corner:
            self._corner = corner
            self.moved.emit(corner)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move the point to where the mouse is."""
        self.setFocus()
        if event.button() == Qt.MouseButton.LeftButton:
            self._move_to(self._nearest(event.position()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drag the point along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(self._nearest(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End the drag; there is nothing to do."""
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Take the keys that move the point before they become commands of the desk."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            own = event.key() in KEYS or event.key() in ENDS
            if own and event.modifiers() in (Qt.KeyboardModifier.NoModifier, KEYPAD):
                event.accept()
                return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move the point."""
        key = event.key()
        if key in KEYS:
            self._move_to(self._corner + KEYS[Qt.Key(key)])
        elif key in ENDS and self._roc is not None:
            self._move_to(0 if key == Qt.Key.Key_Home else len(self._roc.corners) - 1)
        else:
            event.ignore()
            return
        event.accept()
