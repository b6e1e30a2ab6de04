"""The large image: zoom to the pointer, pan, fit, real size, hard or smooth pixels."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
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

from autoal_gui.gui.image_loader import Levels
from autoal_gui.gui.theme import Theme, scale_font
from autoal_gui.gui.viewport import Viewport, fitted

ZOOM_STEP = 1.25
SMALL_SIDE = 256  # images below this are shown with hard pixels unless the user says otherwise


class ImageView(QWidget):
    """Shows one picture, or a sentence in its place."""

    zoomed = Signal(float)
    """The scale in device pixels for one image pixel."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: Levels = ()
        self._sentence = ""
        self._viewport = Viewport()
        self._fits = True
        self._smooth: bool | None = None  # None: by the image's size
        self._drag: QPointF | None = None
        self.setAccessibleName("Image")
        self.setMinimumSize(160, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scale_font(self, 1.15)

    def show_picture(self, levels: Levels) -> None:
        """Show a picture. The zoom stays where the size does, so that cases can be compared."""
        picture = levels[0]
        same = bool(self._levels) and self._levels[0].size() == picture.size()
        self._levels, self._sentence = levels, ""
        self.setAccessibleDescription(f"{picture.width()} by {picture.height()} pixels")
        if self._fits or not same:
            self.fit()
        self.update()

    def show_sentence(self, sentence: str) -> None:
        """Show a sentence where the picture would be."""
        self._levels, self._sentence = (), sentence
        self.setAccessibleDescription(sentence)
        self.update()

    @property
    def sentence(self) -> str:
        """The sentence in place of the picture, or ""."""
        return self._sentence

    @property
    def picture(self) -> QImage | None:
        """The picture shown."""
        return self._levels[0] if self._levels else None

    @property
    def viewport(self) -> Viewport:
        """What part of the image is shown."""
        return self._viewport

    @property
    def smooth(self) -> bool:
        """Whether enlarged pixels are smoothed."""
        if self._smooth is not None or not self._levels:
            return bool(self._smooth)
        return min(self._levels[0].width(), self._levels[0].height()) >= SMALL_SIDE

    def toggle_smooth(self) -> None:
        """Change between hard and smooth pixels."""
        self._smooth = not self.smooth
        self.update()

    def fit(self) -> None:
        """Show the whole image."""
        self._fits = True
        if self._levels:
            self._look(fitted(self._image_size(), self._view_size()))

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
        if not self._levels:
            return
        self._fits = False
        point = (at.x(), at.y()) if at else (self.width() / 2, self.height() / 2)
        self._look(self._viewport.zoomed(factor, point, self._view_size()))

    def _look(self, viewport: Viewport) -> None:
        self._viewport = viewport
        self.zoomed.emit(viewport.scale * self.devicePixelRatioF())
        self.update()

    def _image_size(self) -> tuple[int, int]:
        return self._levels[0].width(), self._levels[0].height()

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
        """Start to drag."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pan."""
        if self._drag is None or not self._levels:
            return
        step = event.position() - self._drag
        self._drag = event.position()
        self._fits = False
        self._look(self._viewport.panned(step.x(), step.y(), self._image_size()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End a drag."""
        self._drag = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show the whole image again."""
        self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the picture, or the sentence in its place."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.surround))
        if self._levels:
            self._paint_picture(painter)
        else:
            self._paint_sentence(painter)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatioF()
        scale = self._viewport.scale
        left, top = self._viewport.to_view((0.0, 0.0), self._view_size())
        # On whole device pixels, so that edges at 1:1 and at whole factors are sharp.
        left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        width, height = self._image_size()
        shrinks = scale * ratio < 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks or self.smooth)
        target = QRectF(left, top, width * scale, height * scale)
        level = _level(self._levels, scale * ratio)
        painter.drawImage(target, level, QRectF(level.rect()))

    def _paint_sentence(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.colours.surround_text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(32, 32, -32, -32), flags, self._sentence)


def _level(levels: Levels, scale: float) -> QImage:
    """Return the smallest level that is not enlarged at a scale in device pixels."""
    position = 0
    while position + 1 < len(levels) and scale * 2 ** (position + 1) <= 1:
        position += 1
    return levels[position]
