"""The large image: zoom to the pointer, pan, fit, real size, pixels, window and level."""

import math
from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from autoal_gui.core.images.display_window import DisplayWindow, Greys
from autoal_gui.core.language import tr
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_pyramid import Levels, Table
from autoal_gui.gui.images.viewport import Viewport, fitted
from autoal_gui.gui.widgets.theme import Theme

ZOOM_STEP = 1.25
WINDOW_DRAG = 300  # view lengths of dragging that move the window by its width
WINDOW_STEP = 0.05  # of its width, for one press of a key
DRAGGED_PIXELS = 3_000_000  # looked up for a frame while dragging; above, a coarser level is shown


class ImageView(QWidget):
    """Shows one picture, or a sentence in its place."""

    zoomed = Signal(float)
    """The scale in device pixels for one image pixel."""
    display_changed = Signal()
    """Window and level are others, by hand or because the image is another."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: Levels | None = None
        self._display = DisplayWindow()
        self._table: Table | None = None
        self._drawn: tuple[int, QRect, QImage] | None = None  # the part looked up last
        self._overlay: QImage | None = None
        self._sentence = ""
        self._viewport = Viewport()
        self._fits = True
        self._smooth = True
        self._drag: QPointF | None = None
        self._window_drag: QPointF | None = None
        self.setAccessibleName(tr("Image"))
        self.setMinimumSize(160, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_picture(self, levels: Levels) -> None:
        """Show a picture, centred. Zoom stays where the size does, and the look, to compare."""
        same = self._levels is not None and self._levels.size == levels.size
        another = levels is not self._levels
        if another:
            self._overlay = None
        self._levels, self._sentence = levels, ""
        width, height = levels.size
        self.setAccessibleDescription(tr("{width} by {height} pixels", width=width, height=height))
        if self._fits or not same:
            self.fit()
        elif another:
            whole = fitted(levels.size, self._view_size())
            self._fits = self._viewport.scale == whole.scale  # it had only been moved
            self._go(replace(whole, scale=self._viewport.scale))
        self._show_display()

    def show_sentence(self, sentence: str) -> None:
        """Show a sentence where the picture would be."""
        self._levels, self._drawn, self._overlay = None, None, None
        self._sentence = sentence
        self.setAccessibleDescription(sentence)
        self.display_changed.emit()
        self.update()

    def show_overlay(self, overlay: QImage | None) -> None:
        """Lay a translucent picture over the whole image, until another image is shown."""
        self._overlay = overlay
        self.update()

    @property
    def overlay(self) -> QImage | None:
        """What lies over the image."""
        return self._overlay

    @property
    def sentence(self) -> str:
        """The sentence in place of the picture, or ""."""
        return self._sentence

    @property
    def picture(self) -> Levels | None:
        """The picture shown."""
        return self._levels

    @property
    def viewport(self) -> Viewport:
        """What part of the image is shown."""
        return self._viewport

    # -- window and level ---------------------------------------------------------------------

    @property
    def display(self) -> DisplayWindow:
        """What has been chosen of window and level; it holds for the next images too."""
        return self._display

    @property
    def greys(self) -> Greys | None:
        """The windows that the image on screen offers."""
        return self._levels.greys if self._levels else None

    def set_display(self, display: DisplayWindow) -> None:
        """Show this and the next images with another window."""
        self._display = display
        self._show_display()

    def invert(self) -> None:
        """Let black and white change places."""
        self.set_display(self._display.turned())

    def brighter(self, steps: float = 1) -> None:
        """Move the window down, so that more is white."""
        self._move_window(-steps * WINDOW_STEP, 0)

    def darker(self) -> None:
        """Move the window up."""
        self.brighter(-1)

    def more_contrast(self, steps: float = 1) -> None:
        """Narrow the window."""
        self._move_window(0, -steps * WINDOW_STEP)

    def less_contrast(self) -> None:
        """Widen the window."""
        self.more_contrast(-1)

    def _move_window(self, darker: float, wider: float) -> None:
        if self._levels is not None:
            darker = -darker if self._display.inverted else darker
            self.set_display(self._display.moved(self._levels.greys, darker, wider))

    def _show_display(self) -> None:
        self._table, self._drawn = None, None
        self.display_changed.emit()
        self.update()

    # -- zoom ---------------------------------------------------------------------------------

    @property
    def smooth(self) -> bool:
        """Whether enlarged pixels are smoothed."""
        return self._smooth

    def toggle_smooth(self) -> None:
        """Change between hard and smooth pixels."""
        self._smooth = not self._smooth
        self.update()

    def fit(self) -> None:
        """Show the whole image."""
        self._fits = True
        if self._levels is not None:
            self._go(fitted(self._levels.size, self._view_size()))

    def reset(self) -> None:
        """Show the whole image, as its file wants it shown."""
        self.fit()
        self.set_display(DisplayWindow())

    def actual_size(self) -> None:
        """Show one image pixel as one pixel of the screen."""
        self.zoom(1 / self.devicePixelRatioF() / self._viewport.scale)

    def zoom_in(self) -> None:
        """Zoom in at the middle."""
        self.zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        """Zoom out at the middle."""
        self.zoom(1 / ZOOM_STEP)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom by a factor; the image point under `at`, else in the middle, stays."""
        if self._levels is None:
            return
        self._fits = False
        point = (at.x(), at.y()) if at else (self.width() / 2, self.height() / 2)
        self._go(self._viewport.zoomed(factor, point, self._view_size()))

    def _go(self, viewport: Viewport) -> None:
        self._viewport = viewport
        self.zoomed.emit(viewport.scale * self.devicePixelRatioF())
        self.update()

    def _view_size(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    # -- events -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep a fitted image fitted."""
        if self._fits:
            self.fit()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom to the pointer."""
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom(ZOOM_STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Start to drag: the image with the left button, its window with the right one."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.RightButton:
            self._window_drag = event.position()
            self.setCursor(Qt.CursorShape.SizeAllCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pan; or to the right widen the window, and downwards darken the image."""
        if self._levels is None:
            return
        if self._window_drag is not None:
            step = (event.position() - self._window_drag) / WINDOW_DRAG
            self._window_drag = event.position()
            self._move_window(step.y(), step.x())
        elif self._drag is not None:
            step = event.position() - self._drag
            self._drag = event.position()
            self._fits = False
            self._go(self._viewport.panned(step.x(), step.y(), self._levels.size))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End a drag; what was shown coarser meanwhile is drawn anew."""
        if self._window_drag is not None:
            self.update()
        self._drag, self._window_drag = None, None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show the whole image again, as its file wants it shown."""
        self.reset()

    # -- painting -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the picture, or the sentence in its place."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.surround))
        if self._levels is not None:
            self._paint_picture(painter, self._levels)
        else:
            self._paint_sentence(painter)
        painter.end()

    def _paint_picture(self, painter: QPainter, levels: Levels) -> None:
        ratio = painter.device().devicePixelRatioF()
        scale = self._viewport.scale
        left, top = self._viewport.to_view((0.0, 0.0), self._view_size())
        # On whole device pixels, so that edges at 1:1 and at whole factors are sharp.
        left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        whole = QRectF(left, top, levels.size[0] * scale, levels.size[1] * scale)
        place = self._place(levels, scale * ratio, whole)
        step = scale * levels.step(place)  # view lengths for one pixel of the level
        part = self._visible(levels, place, whole, step)
        if part.isEmpty():
            return
        painter.setClipRect(whole)  # a level of an odd side reaches half a pixel beyond
        smooth = scale * ratio < 1 or self.smooth
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        target = QRectF(
            left + part.left() * step,
            top + part.top() * step,
            part.width() * step,
            part.height() * step,
        )
        image = self._looked_up(levels, place, part)
        painter.drawImage(target, image, QRectF(image.rect()))
        if self._overlay is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawImage(whole, self._overlay, QRectF(self._overlay.rect()))

    def _place(self, levels: Levels, scale: float, whole: QRectF) -> int:
        """Return the level to draw: a coarser one while the window moves over a large image."""
        place = levels.position(scale, self._smooth)
        while self._window_drag is not None and place + 1 < len(levels.arrays):
            part = self._visible(levels, place, whole, self._viewport.scale * levels.step(place))
            if part.width() * part.height() <= DRAGGED_PIXELS:
                break
            place += 1
        return place

    def _visible(self, levels: Levels, place: int, whole: QRectF, step: float) -> QRect:
        """Return the pixels of a level that the view shows, and one more on each side."""
        height, width = levels.array(place).shape[:2]
        seen = whole.intersected(QRectF(self.rect())).translated(-whole.topLeft())
        left, top = math.floor(seen.left() / step) - 1, math.floor(seen.top() / step) - 1
        right, bottom = math.ceil(seen.right() / step) + 1, math.ceil(seen.bottom() / step) + 1
        part = QRect(left, top, right - left, bottom - top) if not seen.isEmpty() else QRect()
        return part.intersected(QRect(0, 0, width, height))

    def _looked_up(self, levels: Levels, place: int, part: QRect) -> QImage:
        """Return a part of the picture through the table; the last one is kept."""
        if self._drawn is not None and self._drawn[:2] == (place, part):
            return self._drawn[2]
        if self._table is None:
            self._table = levels.table(self._display)
        image = levels.part(place, part, self._table)
        self._drawn = place, part, image
        return image

    def _paint_sentence(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.colours.surround_text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(32, 32, -32, -32), flags, self._sentence)


def show_image(view: ImageView, loader: ImageLoader, image_id: int, can_skip: bool = False) -> None:
    """Show an image of a loader; while it is decoded, or where it cannot be, say that instead.

    Args:
        view: where it is shown.
        loader: decodes it; its `ready` says when to call this again.
        image_id: an image of the loader's pool.
        can_skip: whether the key of Skip answers an image that cannot be shown.
    """
    failure = loader.failure(image_id)
    if (picture := loader.picture(image_id)) is not None:
        view.show_picture(picture)
    elif failure is None:
        view.show_sentence(tr("Reading the image…"))
    else:
        view.show_sentence(
            tr("{failure} Skip it with S.", failure=failure) if can_skip else failure
        )
