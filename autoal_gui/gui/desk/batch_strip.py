"""The strip of the batch: a thumbnail for each image, and what was answered."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import number, tr
from autoal_gui.gui.images.grid_items import paint_fitted, paint_mark
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.widgets.answers import answer_word, paint_key
from autoal_gui.gui.widgets.text import plain_tip
from autoal_gui.gui.widgets.theme import Theme

THUMBNAIL, PADDING = 40, 4  # device-independent pixels
Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class StripItem:
    """One image of the batch."""

    image_id: int
    entry: Entry | None
    current: bool
    flagged: bool
    commented: bool


class BatchModel(QAbstractListModel):
    """The images of the batch in the order asked."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._batch: tuple[int, ...] = ()
        self._answers: Mapping[int, Entry] = {}
        self._classes: tuple[str, ...] = ()
        self._current: int | None = None
        self._flags: set[int] = set()
        self._comments: set[int] = set()

    def set_batch(self, batch: tuple[int, ...]) -> None:
        """Take another batch."""
        self.beginResetModel()
        self._batch = batch
        self.endResetModel()

    def set_answers(self, answers: Mapping[int, Entry], classes: tuple[str, ...]) -> None:
        """Take the answers that stand now."""
        before, self._answers = self._answers, {i: answers[i] for i in self._batch if i in answers}
        if classes != self._classes:
            self._classes = classes
            self._repaint(self._batch)
        else:
            self._repaint(i for i in self._batch if before.get(i) != self._answers.get(i))

    def set_marks(self, flags: Container[int], comments: Container[int]) -> None:
        """Take the images that carry a flag, and those with a comment."""
        before = self._flags, self._comments
        self._flags = {i for i in self._batch if i in flags}
        self._comments = {i for i in self._batch if i in comments}
        self._repaint((before[0] ^ self._flags) | (before[1] ^ self._comments))

    def set_current(self, image_id: int | None) -> QModelIndex:
        """Mark the image on screen; return its index, invalid if it is not of the batch."""
        changed = {self._current, image_id} if image_id != self._current else set()
        self._current = image_id
        self._repaint(image for image in changed if image is not None)
        if image_id in self._batch:
            return self.index(self._batch.index(image_id))
        return QModelIndex()

    @Slot(int)
    def repaint_image(self, image_id: int) -> None:
        """Repaint one image, whose thumbnail has come."""
        self._repaint((image_id,))

    def _repaint(self, images: Iterable[int]) -> None:
        """Repaint these alone: the next image waits for it."""
        for image_id in images:
            if image_id in self._batch:
                index = self.index(self._batch.index(image_id))
                self.dataChanged.emit(index, index)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's way
        """Return the number of images."""
        return 0 if parent.isValid() else len(self._batch)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what the delegate and a screen reader ask for."""
        image_id = self._batch[index.row()]
        entry = self._answers.get(image_id)
        if role == ITEM:
            flagged, commented = image_id in self._flags, image_id in self._comments
            return StripItem(image_id, entry, image_id == self._current, flagged, commented)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = [answer_word(entry, self._classes) if entry else tr("no answer yet")]
            words += [tr("flagged")] if image_id in self._flags else []
            words += [tr("with a comment")] if image_id in self._comments else []
            said = tr(
                "Image {place} of {total}: {answer}",
                place=number(index.row() + 1),
                total=number(len(self._batch)),
                answer=", ".join(words),
            )
            return plain_tip(said) if role == Qt.ItemDataRole.ToolTipRole else said
        return None


class ThumbnailDelegate(QStyledItemDelegate):
    """Draws a thumbnail, its frame and its mark."""

    def __init__(self, loader: ImageLoader, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader, self._theme = loader, theme
        self.keys: tuple[str, ...] = ()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """Return the size of one item."""
        return QSize(THUMBNAIL + 2 * PADDING, THUMBNAIL + 2 * PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one item."""
        item: StripItem = index.data(ITEM)
        colours = self._theme.colours
        place = option.rect.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture = self._loader.thumbnail(item.image_id)
        if picture is not None:
            place = paint_fitted(painter, place, picture)
        else:
            painter.fillRect(place, QColor(colours.raised))
        if self._loader.failure(item.image_id):
            painter.setPen(QColor(colours.muted))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "?")
        if item.entry is not None:
            self._paint_mark(painter, place, item.entry)
        self._paint_signs(painter, place, item)
        pen = QPen(QColor(colours.accent if item.current else colours.border))
        pen.setWidth(3 if item.current else 1)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(place).adjusted(-1, -1, 1, 1), 3, 3)
        painter.restore()

    def _paint_signs(self, painter: QPainter, place: QRect, item: StripItem) -> None:
        """Draw the flag and the comment at the upper right."""
        side = painter.fontMetrics().height()
        left = place.right() - side
        for name, marked in (("flag", item.flagged), ("comment", item.commented)):
            if marked:
                paint_mark(painter, QRect(left, place.top() + 1, side, side), name, self._theme)
                left -= side + 2

    def _paint_mark(self, painter: QPainter, place: QRect, entry: Entry) -> None:
        side = float(painter.fontMetrics().height() + 2)
        cap = QRectF(place.right() - side + 1, place.bottom() - side + 1, side, side)
        if entry.class_index is not None:
            key = self.keys[entry.class_index] if entry.class_index < len(self.keys) else ""
            paint_key(painter, cap, entry.class_index, key or str(entry.class_index + 1))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.surface))
        painter.drawRoundedRect(cap, 5, 5)
        painter.setPen(QColor(self._theme.colours.text))
        mark = tr("U") if entry.action == "unsure" else tr("S")
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, mark)


class BatchStrip(QListView):
    """A row of thumbnails; a click shows the image."""

    picked = Signal(int)
    """The image id that was clicked."""

    def __init__(self, loader: ImageLoader, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batch")
        loader.thumbnail_side = round(THUMBNAIL * self.devicePixelRatioF())
        self._model = BatchModel(self)
        self._delegate = ThumbnailDelegate(loader, theme, self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(THUMBNAIL + 2 * PADDING + 10)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Batch"))
        self.clicked.connect(self._pick)
        loader.ready.connect(self._model.repaint_image)

    def set_batch(self, batch: tuple[int, ...]) -> None:
        """Show another batch."""
        self._model.set_batch(batch)

    def set_answers(self, answers: Mapping[int, Entry], classes: tuple[str, ...]) -> None:
        """Show what has been answered."""
        self._delegate.keys = class_keys(len(classes))
        self._model.set_answers(answers, classes)

    def set_marks(self, flags: Container[int], comments: Container[int]) -> None:
        """Show which images carry a flag, and which a comment."""
        self._model.set_marks(flags, comments)

    def set_current(self, image_id: int | None) -> None:
        """Mark the image on screen and bring it into view."""
        index = self._model.set_current(image_id)
        if index.isValid():
            self.scrollTo(index, QListView.ScrollHint.EnsureVisible)

    def dataChanged(  # noqa: N802 - Qt's name
        self, first: Index, last: Index, roles: Sequence[int] = ()
    ) -> None:
        """Repaint what has changed: a list of Qt's lays all its items out anew, and paints all.

        Here their sizes never change.
        """
        QAbstractItemView.dataChanged(self, first, last, roles)

    def _pick(self, index: QModelIndex) -> None:
        item: StripItem = index.data(ITEM)
        self.picked.emit(item.image_id)
