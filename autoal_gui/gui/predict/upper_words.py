"""What is said above the images of a prediction, and how both share the height."""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from autoal_gui.gui.widgets.cards import LowColumn

MOST = 0.5  # of the height for the words: more of them scroll, and the images are seen


class WordsAbove(QWidget):
    """Words, whole where there is room, and images below them; the words alone have all of it."""

    def __init__(self, images: QWidget, *parts: QWidget) -> None:
        """Hold `parts` below each other, and `images` under them."""
        super().__init__()
        self._images, self._words = images, QWidget()
        column = QVBoxLayout(self._words)
        column.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            column.addWidget(part)
        self._scroll = LowColumn(self._words)
        for part in (self._scroll, images):
            part.setParent(self)
        for watched in (self._words, images):
            watched.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the width of the wider part; the height is shared, however little it is."""
        parts = (self._scroll.minimumSizeHint(), self._images.minimumSizeHint())
        return QSize(max(one.width() for one in parts), min(one.height() for one in parts))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the height anew."""
        super().resizeEvent(event)
        self._share()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Share the height anew where the words have changed, or the images come or go."""
        kinds = (QEvent.Type.LayoutRequest, QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
        if event.type() in kinds:
            self.updateGeometry()
            self._share()
        return super().eventFilter(watched, event)

    def _share(self) -> None:
        wide, high = self.width(), self.height()
        top = high
        if not self._images.isHidden():
            top = min(self._words.heightForWidth(wide), round(MOST * high))
        self._scroll.setGeometry(0, 0, wide, top)
        self._images.setGeometry(0, top, wide, high - top)
