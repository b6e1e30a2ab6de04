"""What a grid of images shows in a cell: its model, and the delegate that paints it."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPen,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import number, tr
from autoal_gui.gui.images.thumbnails import Thumbnails
from autoal_gui.gui.widgets.answers import answer_word, paint_key
from autoal_gui.gui.widgets.text import plain_tip
from autoal_gui.gui.widgets.theme import Theme, icon

PADDING = 6
BREAK = "\v"
"""Where a form of a caption goes on in the next line."""
FADED = 0.3  # how much of a picture is left that is not meant
NOBODY: Container[int] = frozenset()
Index = QModelIndex | QPersistentModelIndex


class GridModel(QStandardItemModel):
    """The images in their order. The rows are Qt's own: counting them must not ask Python."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(0, 1, parent)
        self.ids: Sequence[int] = ()
        self.side = 0
        """Device-independent pixels a side of an image; a cell may be wider."""
        self.answers: Mapping[int, Entry] = {}
        self.classes: tuple[str, ...] = ()
        self.keys: tuple[str, ...] = ()
        self.captions: Mapping[int, str] = {}
        """A caption may have a shorter form after "\\n", for where the first is too long."""
        self.caption_lines = 1
        """How many lines a form of a caption may have, see `BREAK`."""
        self.caption_means = ""
        """What the captions say, in a sentence."""
        self.flagged: Container[int] = NOBODY
        self.commented: Container[int] = NOBODY
        self.faded: Container[int] = NOBODY
        self.name_of: Callable[[int], str] = lambda image_id: ""
        """Returns the file of an image, "" where it is not to be told."""

    def set_ids(self, ids: Sequence[int]) -> None:
        """Take other images."""
        self.setRowCount(0)
        self.ids = ids
        self.setRowCount(len(ids))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a screen reader and a tool tip say; the delegate needs none of it."""
        if role not in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        image_id = self.ids[index.row()]
        entry = self.answers.get(image_id)
        words = []
        if self.classes:
            words.append(answer_word(entry, self.classes) if entry else tr("no answer yet"))
        if image_id in self.captions:
            words.append(self.captions[image_id].partition("\n")[0])
        said = tr(
            "Image {place} of {total}: {answer}",
            place=number(index.row() + 1),
            total=number(len(self.ids)),
            answer=", ".join(words),
        )
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return said
        means = self.caption_means if image_id in self.captions else ""
        return plain_tip("\n".join(filter(None, (self.name_of(image_id), said, means))))


class GridDelegate(QStyledItemDelegate):
    """Draws an image, its answer, its marks and its caption."""

    def __init__(
        self, thumbnails: Thumbnails, theme: Theme, model: GridModel, parent: QListView
    ) -> None:
        super().__init__(parent)
        self._thumbnails, self._theme, self._model, self._grid = thumbnails, theme, model, parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """Return the size of every image with its words."""
        return self._grid.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one image."""
        image_id = self._model.ids[index.row()]
        colours = self._theme.colours
        cell, side = option.rect, self._model.side
        place = QRect(cell.center().x() - side // 2, cell.top() + PADDING, side, side)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 6, 6)
        if image_id in self._model.faded:
            painter.setOpacity(FADED)
        shown = self._paint_picture(painter, place, image_id)
        painter.setOpacity(1.0)
        self._paint_marks(painter, shown, image_id)
        self._paint_frame(painter, shown, option)
        end = cell.left() + cell.width() - PADDING
        words = QRect(place.left(), place.top(), end - place.left(), side)
        self._paint_words(painter, words, image_id)
        painter.restore()

    def _paint_picture(self, painter: QPainter, place: QRect, image_id: int) -> QRect:
        """Draw the picture, and return what it takes of its place."""
        picture = self._thumbnails.thumbnail(image_id)
        if picture is not None:
            return paint_fitted(painter, place, picture)
        painter.fillRect(place, QColor(self._theme.colours.raised))
        if self._thumbnails.failure(image_id):
            painter.setPen(QColor(self._theme.colours.muted))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "?")
        return place

    def _paint_frame(self, painter: QPainter, place: QRect, option: QStyleOptionViewItem) -> None:
        colours = self._theme.colours
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        pen = QPen(QColor(colours.accent if selected or focused else colours.border))
        pen.setWidth(3 if selected else 1)
        if focused and not selected:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(place).adjusted(-1, -1, 1, 1), 3, 3)

    def _paint_marks(self, painter: QPainter, place: QRect, image_id: int) -> None:
        """Draw the flag and the comment at the upper right, on a ground of their own."""
        model = self._model
        side = painter.fontMetrics().height() + 2
        left = place.right() - side - 2
        for name, marked in (("flag", model.flagged), ("comment", model.commented)):
            if image_id in marked:
                paint_mark(painter, QRect(left, place.top() + 3, side, side), name, self._theme)
                left -= side + 3

    def _paint_words(self, painter: QPainter, place: QRect, image_id: int) -> None:
        model, colours = self._model, self._theme.colours
        line = painter.fontMetrics().height()
        text = QRect(place.left(), place.bottom() + 5, place.width(), line + 2)
        entry = model.answers.get(image_id)
        if entry is not None:
            self._paint_answer(painter, text, entry)
        if model.captions:
            text.translate(0, line + 3 if model.classes else 0)
            painter.setPen(QColor(colours.muted))
            caption = model.captions.get(image_id, "")
            for words in _caption_lines(painter, caption, text):
                painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, words)
                text.translate(0, line + 3)

    def _paint_answer(self, painter: QPainter, text: QRect, entry: Entry) -> None:
        model = self._model
        index = entry.class_index
        if index is not None:
            cap = QRectF(text.left(), text.top(), text.height(), text.height())
            key = model.keys[index] if index < len(model.keys) else ""
            paint_key(painter, cap, index, key or str(index + 1))
            text = text.adjusted(text.height() + 5, 0, 0, 0)
        painter.setPen(QColor(self._theme.colours.text))
        words = _elided(painter, answer_word(entry, model.classes), text)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, words)


def _elided(painter: QPainter, words: str, place: QRect) -> str:
    return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())


def _caption_lines(painter: QPainter, words: str, place: QRect) -> list[str]:
    """Take the first form that fits; else shorten what is before the last word, the certainty."""
    advance = painter.fontMetrics().horizontalAdvance
    forms = [form.split(BREAK) for form in words.split("\n")]
    for lines in forms:
        if all(advance(line) <= place.width() for line in lines):
            return lines
    *leads, whole = forms[-1]
    name, space, last = whole.rpartition(" ")
    taken = advance(space + last)
    short = _elided(painter, name, place.adjusted(0, 0, -taken, 0)) + space + last
    return [*(_elided(painter, lead, place) for lead in leads), short]


def paint_fitted(painter: QPainter, place: QRect, picture: QImage) -> QRect:
    """Draw a picture as large as fits, without bars beside it, and return where."""
    size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(0, 0, size.width(), size.height())
    target.moveCenter(place.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, picture)
    return target


def paint_mark(painter: QPainter, place: QRect, name: str, theme: Theme) -> None:
    """Draw an icon on a ground that makes it readable on any picture."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.colours.surface))
    painter.drawRoundedRect(QRectF(place), 4, 4)
    icon(name, theme.colours.danger if name == "flag" else theme.colours.text).paint(
        painter, place.adjusted(1, 1, -1, -1)
    )
