"""The map itself: dots that are zoomed, moved, pointed at and selected with a lasso or a box."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.map.dots import NOBODY, Dots, Drawn, Floats, draw, inside_polygon
from autoal_gui.gui.map.rims import rims_of
from autoal_gui.gui.map.scene import Scene
from autoal_gui.gui.widgets.theme import Theme

Tool = Literal["lasso", "box"]
ZOOM_STEP = 1.25
PAN_STEP = 0.15  # of the view, for one press of an arrow key
CLOSEST, FARTHEST = 400.0, 0.5  # zoom, where 1 shows a square with every dot
FILLING = 4.0  # zoom at most, where all dots are to fill the widget
ROOM = 0.06  # of the view, left free around all dots
NEAR = 3.0  # pixels from a dot that still point at it
CLICK = 4.0  # pixels that the mouse may move in a click
SHARPEN = 15  # milliseconds after which a moved picture is drawn anew
DIMMED = 0.22  # share of its colour that a dot keeps beside those in question
SMALLEST, LARGEST = 1.5, 5.0  # pixels of radius: a hundred thousand dots, or a few hundred


class MapCanvas(QWidget):
    """Shows a `Scene`; a drag selects, the wheel zooms, Shift and a drag moves.

    A drag draws with the tool that is chosen, with Ctrl held down with the other.
    """

    pointed = Signal(int)
    """The row of the dot under the pointer, or -1."""
    selected = Signal(object)
    """(n,) rows that were selected with the mouse."""
    opened = Signal(int)
    """The row of a dot that was double-clicked."""
    entered = Signal()
    """Enter was pressed."""
    tool_changed = Signal()
    """Another tool was chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scene: Scene | None = None
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self._fits = True  # until the user looks elsewhere
        self._drawn: tuple[Drawn, QImage, float, QPointF] | None = None
        self._order: npt.NDArray[np.intp] = np.empty(0, np.intp)
        self._tool: Tool = "lasso"
        self._line: list[QPointF] = []  # where the mouse went since it was pressed
        self._boxed = False  # whether what is drawn is a box
        self._pan: QPointF | None = None
        self._under = NOBODY
        self._sentence = ""
        self._soon = QTimer(self, singleShot=True, interval=SHARPEN)
        self._soon.timeout.connect(self.redraw)
        self.setObjectName("map")
        self.setAccessibleName(tr("Map of all images"))
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.changed.connect(self.redraw)

    @property
    def tool(self) -> Tool:
        """What a drag draws."""
        return self._tool

    def choose_tool(self, tool: Tool) -> None:
        """Draw with another tool from now on."""
        if tool != self._tool:
            self._tool = tool
            self.tool_changed.emit()

    # -- what is shown ------------------------------------------------------------------------

    def show_scene(self, scene: Scene | None) -> None:
        """Show dots; the part that is in view stays, once the user has chosen one."""
        self._scene = scene
        if self._fits:
            self.fit()
        self.redraw()

    @property
    def has_dots(self) -> bool:
        """Whether there is something to paint."""
        return self._scene is not None

    def say(self, sentence: str) -> None:
        """Show a sentence where the dots would be; an empty one takes it away."""
        self._sentence = sentence
        self.setAccessibleDescription(sentence)
        self.update()

    def fit(self) -> None:
        """Show every dot, as large as the widget has room for."""
        middle, zoom = QPointF(0.5, 0.5), 1.0
        if self._scene is not None and self._scene.shown.any():
            there = self._scene.places[self._scene.shown]
            low, high = np.nanmin(there, axis=0), np.nanmax(there, axis=0)
            wide, tall = (float(length) for length in (high - low).clip(1e-3))
            middle = QPointF(*((low + high) / 2).tolist())
            room = (1 - 2 * ROOM) / self._side()
            zoom = min(self.width() / wide, self.height() / tall) * room
        self._look(min(FILLING, max(FARTHEST, zoom)), middle)
        self._fits = True

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom, what lies at a point of the widget staying there; by default its middle."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        zoom = min(CLOSEST, max(FARTHEST, self._zoom * factor))
        before, side = self._to_map(at), self._side()
        middle = QPointF(self.width() / 2, self.height() / 2)
        self._look(zoom, before - (at - middle) / (side * zoom))

    def pan_by(self, right: float, down: float) -> None:
        """Move the view by shares of its shorter side."""
        self._look(self._zoom, self._centre + QPointF(right, down) / self._zoom)

    def _look(self, zoom: float, centre: QPointF) -> None:
        self._fits = False
        inside = QPointF(min(1.3, max(-0.3, centre.x())), min(1.3, max(-0.3, centre.y())))
        self._zoom, self._centre = zoom, inside
        if not self._soon.isActive():
            self._soon.start()
        self.update()  # at once, with the picture that there is, moved

    def _side(self) -> float:
        """Return the pixels that the map is wide at zoom 1."""
        return max(1.0, min(self.width(), self.height()) * (1 - 2 * ROOM))

    def _to_map(self, at: QPointF) -> QPointF:
        middle = QPointF(self.width() / 2, self.height() / 2)
        return self._centre + (at - middle) / (self._side() * self._zoom)

    def _pixels(self) -> tuple[Floats, Floats]:
        """Return where the dots are, (N,) device-independent pixels each; nan where nowhere."""
        assert self._scene is not None  # noqa: S101 - for the type checker
        places, scale = self._scene.places, self._side() * self._zoom
        x = (places[:, 0] - np.float32(self._centre.x())) * scale + self.width() / 2
        y = (places[:, 1] - np.float32(self._centre.y())) * scale + self.height() / 2
        return x.astype(np.float32), y.astype(np.float32)

    def dot_at(self, row: int) -> QPointF:
        """Return where a dot is in the widget."""
        x, y = self._pixels()
        return QPointF(float(x[row]), float(y[row]))

    @Slot()
    def redraw(self) -> None:
        """Have the picture drawn anew when it is painted next."""
        self._drawn = None
        self.update()

    # -- drawing ------------------------------------------------------------------------------

    def _draw(self) -> tuple[Drawn, QImage, float, QPointF]:
        scene, ratio, colours = self._scene, self.devicePixelRatioF(), self._theme.colours
        assert scene is not None  # noqa: S101 - for the type checker
        x, y = self._pixels()
        order = self._order = scene.order[np.isfinite(scene.places[scene.order, 0])]
        radius = dot_radius(len(order), self._zoom) * ratio
        ground = rgb(QColor(colours.surface))
        colour = scene.colour[order]
        rims = rims_of(colour, QColor(colours.surface))
        rings = np.tile(np.array(rgb(QColor(colours.danger)), np.float32), (len(order), 1))
        if scene.lit is not None:
            dim = ~scene.lit[order]
            for part in (colour, rims, rings):
                part[dim] = part[dim] * DIMMED + np.array(ground, np.float32) * (1 - DIMMED)
        dots = Dots(
            x[order] * np.float32(ratio),
            y[order] * np.float32(ratio),
            (radius * scene.size[order]).astype(np.float32),
            colour,
            scene.ring[order],
        )
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        drawn = draw(dots, width, height, ground, rings, rims)
        image = QImage(drawn.pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        return drawn, image, self._zoom, QPointF(self._centre)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the dots, and the line that selects over them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.surface))
        if self._scene is not None:
            if self._drawn is None:
                self._drawn = self._draw()
            _, image, zoom, centre = self._drawn
            factor = self._zoom / zoom
            shift = (centre - self._centre) * self._side() * self._zoom
            size = self.rect().size().toSizeF() * factor
            place = QRectF(QPointF(), size)
            place.moveCenter(QPointF(self.width() / 2, self.height() / 2) + shift)
            painter.drawImage(place, image)
            self._paint_line(painter)
        if self._sentence:
            painter.setPen(QColor(self._theme.colours.muted))
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(40, 40, -40, -40), middle, self._sentence)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_line(self, painter: QPainter) -> None:
        line = self._drawn_line()
        if len(line) < 2:
            return
        accent = QColor(self._theme.colours.accent)
        pen = QPen(accent, 1.5, Qt.PenStyle.DashLine)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent.setAlphaF(0.1)
        painter.setPen(pen)
        painter.setBrush(accent)
        painter.drawPolygon(QPolygonF(line))

    # -- pointing and selecting ---------------------------------------------------------------

    def row_at(self, at: QPointF) -> int:
        """Return the row of the dot at a place of the widget, or just beside it; -1 for none."""
        if self._drawn is None or self._scene is None:
            return NOBODY
        ratio, owner = self.devicePixelRatioF(), self._drawn[0].owner
        x, y, reach = int(at.x() * ratio), int(at.y() * ratio), round(NEAR * ratio)
        left, top = max(0, x - reach), max(0, y - reach)
        part = owner[top : y + reach + 1, left : x + reach + 1]
        down, across = np.nonzero(part != NOBODY)
        if not len(down):
            return NOBODY
        best = int(((down + top - y) ** 2 + (across + left - x) ** 2).argmin())
        return int(self._order[part[down[best], across[best]]])

    def rows_within(self, line: list[QPointF]) -> npt.NDArray[np.intp]:
        """Return the rows of the dots inside a closed line of the widget."""
        if self._scene is None or len(line) < 3:
            return np.empty(0, np.intp)
        x, y = self._pixels()
        corners = np.array([(point.x(), point.y()) for point in line])
        low, high = corners.min(0), corners.max(0)
        near = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
        rows = np.flatnonzero(near & self._scene.shown)
        return rows[inside_polygon(x[rows], y[rows], corners)]

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to select, or to move."""
        moves = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.button() != Qt.MouseButton.LeftButton or moves:
            self._pan = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            other = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._boxed = (self._tool == "box") != other
            self._line = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go on with it, or say which dot is under the pointer."""
        at = event.position()
        if self._pan is not None:
            moved = (at - self._pan) / (self._side() * self._zoom)
            self._pan = at
            self._look(self._zoom, self._centre - moved)
        elif self._line:
            self._line.append(at)
            self.update()
        else:
            self._point(self.row_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Select what the line holds; a click selects a single dot, or none."""
        self.setCursor(Qt.CursorShape.CrossCursor)
        line, around = self._line, self._drawn_line()
        self._line = []
        was_moving, self._pan = self._pan is not None, None
        if was_moving or not line:
            return
        start = line[0]
        if max((point - start).manhattanLength() for point in line) <= CLICK:
            row = self.row_at(start)
            rows = np.array([row] if row != NOBODY else [], np.intp)
        else:
            rows = self.rows_within(around)
        self.update()
        self.selected.emit(rows)

    def _drawn_line(self) -> list[QPointF]:
        """Return the line around what is being selected."""
        if not self._boxed or len(self._line) < 2:
            return self._line
        one, other = self._line[0], self._line[-1]
        return [one, QPointF(other.x(), one.y()), other, QPointF(one.x(), other.y())]

    def select_view(self) -> None:
        """Select every dot that is in view."""
        right, bottom = float(self.width()), float(self.height())
        corners = [QPointF(0, 0), QPointF(right, 0), QPointF(right, bottom), QPointF(0, bottom)]
        self.selected.emit(self.rows_within(corners))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open a dot's image."""
        row = self.row_at(event.position())
        if row != NOBODY:
            self.opened.emit(row)

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Point at nothing."""
        self._point(NOBODY)

    def _point(self, row: int) -> None:
        if row != self._under:
            self._under = row
            self.pointed.emit(row)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom to the pointer."""
        self.zoom_by(ZOOM_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move with the arrows, zoom with + and -, choose a tool, select what is in view."""
        key, keys = event.key(), Qt.Key
        steps = {
            keys.Key_Left: (-1, 0),
            keys.Key_Right: (1, 0),
            keys.Key_Up: (0, -1),
            keys.Key_Down: (0, 1),
        }
        if key in steps:
            self.pan_by(*(PAN_STEP * step for step in steps[Qt.Key(key)]))
        elif key in (keys.Key_Plus, keys.Key_Equal):
            self.zoom_by(ZOOM_STEP)
        elif key == keys.Key_Minus:
            self.zoom_by(1 / ZOOM_STEP)
        elif key == keys.Key_Home:
            self.fit()
        elif key in (keys.Key_Return, keys.Key_Enter):
            self.entered.emit()
        elif key == keys.Key_Space:
            self.select_view()
        elif key == keys.Key_L:
            self.choose_tool("lasso")
        elif key == keys.Key_B:
            self.choose_tool("box")
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draw anew."""
        if self._fits:
            self.fit()
        self.redraw()


def dot_radius(dots: int, zoom: float) -> float:
    """Return the radius of a dot in pixels: the fewer and the closer, the larger."""
    radius = float(60.0 / max(1, dots) ** 0.42 * max(1.0, zoom) ** 0.4)
    return min(LARGEST, max(SMALLEST, radius))


def rgb(colour: QColor) -> tuple[int, int, int]:
    """Return red, green and blue."""
    return colour.red(), colour.green(), colour.blue()
