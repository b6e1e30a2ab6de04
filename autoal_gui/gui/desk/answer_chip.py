"""A line about the last answer: the class in its colour, and what the model made of the image."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from autoal_gui.gui.widgets.answers import paint_key
from autoal_gui.gui.widgets.text import plain_tip
from autoal_gui.gui.widgets.theme import SMALL, Theme, scale_font

INSET = 8  # pixels between the edge of the chip and its words


class AnswerChip(QWidget):
    """Takes what room the bar has, and shortens its words: nothing beside it ever moves."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self._brief: tuple[str, ...] = ()
        self._class_index: int | None = None
        self._key = ""
        self._is_last = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        scale_font(self, SMALL)

    def text(self) -> str:
        """Return what it says, whole."""
        return self._words

    @property
    def brief(self) -> tuple[str, ...]:
        """What it says where there is no room for all the words, the longest first."""
        return self._brief

    def show_answer(
        self,
        words: str,
        class_index: int | None = None,
        key: str = "",
        brief: Sequence[str] = (),
        *,
        is_last: bool = False,
    ) -> None:
        """Say something of an answer.

        Args:
            words: "" for nothing.
            class_index: whose colour and key stand in front; None for no class.
            key: of that class.
            brief: said instead where there is no room for all the words: the first that fits.
            is_last: whether it is of the last image: without words for that, its key and class
                would be read as those of the image on screen, so that nothing is said instead.
        """
        shown = words, tuple(brief), class_index, key, is_last
        if shown != (self._words, self._brief, self._class_index, self._key, self._is_last):
            self._words, self._brief, self._class_index, self._key, self._is_last = shown
            self.setToolTip(plain_tip(words))
            self.setAccessibleName(words)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As tall as a line with some air; the width is what is left."""
        return QSize(0, self.fontMetrics().height() + 2 * INSET)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a rounded ground as wide as the words, the key, and the words."""
        if not self._words:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, colours = self.fontMetrics(), self._theme.colours
        side = metrics.height() + 4.0
        cap = side + INSET if self._class_index is not None else INSET
        room = int(self.width() - cap - 2 * INSET)
        forms = (self._words, *self._brief)
        fitting = (one for one in forms if metrics.horizontalAdvance(one) <= room)
        words = next(fitting, forms[-1])
        is_cut = metrics.horizontalAdvance(words) > room
        if self._key and is_cut:
            words = ""  # the key alone says it better than the first letters of a word
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        if self.width() < cap or (is_cut and self._is_last):  # half a key is none
            painter.end()
            return
        wide = cap + metrics.horizontalAdvance(words) + 2 * INSET
        ground = QRectF(0, (self.height() - side - 6) / 2, wide, side + 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent_soft))
        painter.drawRoundedRect(ground, ground.height() / 2, ground.height() / 2)
        if self._class_index is not None:
            place = QRectF(INSET - 2, (self.height() - side) / 2, side, side)
            paint_key(painter, place, self._class_index, self._key)
        painter.setPen(QColor(colours.text))
        text = self.rect().adjusted(int(cap) + INSET // 2, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
