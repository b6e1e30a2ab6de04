"""The image under the pointer, with what may be seen of it, beside its dot."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from autoal_gui.gui.widgets.text import text_label

SIDE = 176  # device-independent pixels of the image's longer side
GAP = 14  # between a dot and the preview


class Preview(QFrame):
    """A card over the map that takes no clicks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._place = parent
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.image = QLabel()
        self.image.setFixedSize(SIDE, SIDE)
        self.image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = text_label()
        self.words.setFixedWidth(SIDE)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.image)
        column.addWidget(self.words)
        self.hide()

    def show_words(self, words: str, at: QPointF) -> None:
        """Show words beside a place of the map, and the image when it comes."""
        self.image.clear()
        self.words.setText(words)
        self.adjustSize()
        room = self._place.size()
        right = at.x() + GAP + self.width() <= room.width()
        left = at.x() + GAP if right else at.x() - GAP - self.width()
        top = min(max(4.0, at.y() - self.height() / 2), room.height() - self.height() - 4.0)
        self.move(round(max(4.0, left)), round(max(4.0, top)))
        self.show()
        self.raise_()

    def show_image(self, picture: QImage) -> None:
        """Show the image, as large as fits."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(SIDE * ratio), round(SIDE * ratio))
        smooth = Qt.TransformationMode.SmoothTransformation
        scaled = picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        pixmap = QPixmap.fromImage(scaled)
        pixmap.setDevicePixelRatio(ratio)
        self.image.setPixmap(pixmap)
