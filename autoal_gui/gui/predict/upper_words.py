"""What is said above the images of a prediction, and how both share the height."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from autoal_gui.gui.widgets.cards import LowColumn, Section

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
        self._opened: QWidget | None = None
        self._settled = QTimer(self, singleShot=True, interval=0)  # once it has its room
        self._settled.timeout.connect(self._show_opened)
        for part in parts:
            if isinstance(part, Section):
                part.button.toggled.connect(partial(self._on_toggled, part))

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

    def _on_toggled(self, section: QWidget, opened: bool) -> None:
        self._opened = section if opened else None
        self._settled.start()

    def _show_opened(self) -> None:
        """Scroll to the section that was opened: on a low screen it may lie below what is seen."""
        if self._opened is not None:
            self._scroll.verticalScrollBar().setValue(self._opened.y())

    def _share(self) -> None:
        wide, high = self.width(), self.height()
        top = high
        if not self._images.isHidden():
            top = min(self._words.heightForWidth(wide), round(MOST * high))
        self._scroll.setGeometry(0, 0, wide, top)
        self._images.setGeometry(0, top, wide, high - top)
