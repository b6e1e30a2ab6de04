"""A grid of images: any number of them, selected with the rubber band or the keys.

Nothing here looks at each image: the list is kept as it was given, positions come from Qt, and
only what is in view, and a margin, is decoded.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QAction,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QWidget,
)

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import tr
from autoal_gui.gui.images.grid_items import (
    NOBODY,
    PADDING,
    GridDelegate,
    GridModel,
)
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.thumbnails import Thumbnails
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.widgets.text import name_words
from autoal_gui.gui.widgets.theme import Theme

SMALLEST, LARGEST, USUAL = 56, 320, 120  # device-independent pixels a side
CAPTION = "? lymphocyte 100 %"  # as wide as what is usually said below an image
STEP = 1.2  # a step of the wheel
SETTLE = 40  # milliseconds of scrolling between two looks at which thumbnails are needed

OWN_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
)
"""Keys that move and select here, whatever they do elsewhere in the window."""


class ImageGrid(QListView):
    """A grid of images by id; Ctrl and the wheel change their size."""

    selection_changed = Signal()
    opened = Signal(int)
    """The image id on which Enter was pressed, or that was double-clicked."""
    side_changed = Signal(int)

    def __init__(self, loader: ImageLoader, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("grid")
        self.setAccessibleName(tr("Images"))
        self.thumbnails = Thumbnails(loader, self)
        self.grid_model = GridModel(self)
        self._side = USUAL
        self._settled = QTimer(self, singleShot=True, interval=SETTLE)
        self.setModel(self.grid_model)
        self.setItemDelegate(GridDelegate(self.thumbnails, theme, self.grid_model, self))
        self._set_up_view()
        self._settled.timeout.connect(self.ask_for_thumbnails)
        self.verticalScrollBar().valueChanged.connect(self._settle)
        self.thumbnails.ready.connect(self._repaint_image)
        self.doubleClicked.connect(self._open)
        theme.changed.connect(self.viewport().update)

    def _set_up_view(self) -> None:
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.set_side(self.usual_side())

    # -- what is shown ------------------------------------------------------------------------

    def set_images(self, ids: Sequence[int]) -> None:
        """Show these images in this order, none selected; the sequence is kept, not copied."""
        self.grid_model.set_ids(ids)
        self.scrollToTop()
        self._settle()

    def set_answers(self, answers: Mapping[int, Entry], classes: tuple[str, ...]) -> None:
        """Show the answers that stand; the mapping is kept, not copied."""
        model = self.grid_model
        model.answers, model.classes, model.keys = answers, classes, class_keys(len(classes))
        self.viewport().update()

    def set_captions(self, captions: Mapping[int, str], means: str = "", lines: int = 1) -> None:
        """Show text below each image that has some; the mapping is kept, not copied.

        `means` says in a sentence what it tells, `lines` how many there are below an image.
        """
        self.grid_model.captions, self.grid_model.caption_means = captions, means
        self.grid_model.caption_lines = lines
        self.set_side(self._side)

    def set_marks(self, flags: Container[int], comments: Container[int] = NOBODY) -> None:
        """Say which images carry a flag and which a comment; both are kept, not copied."""
        self.grid_model.flagged, self.grid_model.commented = flags, comments
        self.viewport().update()

    @property
    def images(self) -> Sequence[int]:
        """The images shown, in their order."""
        return self.grid_model.ids

    @property
    def side(self) -> int:
        """Device-independent pixels a side of an image."""
        return self._side

    @Slot(int)
    def set_side(self, side: int) -> None:
        """Show the images in another size, clipped to what is sensible."""
        side = max(SMALLEST, min(LARGEST, side))
        changed, self._side = side != self._side, side
        self._spread()
        if changed:
            self.side_changed.emit(self._side)
        self._settle()

    def usual_side(self) -> int:
        """Return the size at which words below an image have room, whatever the size of text."""
        return max(USUAL, self.fontMetrics().horizontalAdvance(CAPTION) + 2)

    def fill(self, count: int) -> None:
        """Show so many images as large as all of them fit; many at the usual size."""
        room, usual = self.viewport().size(), self.usual_side()
        for side in range(LARGEST, usual, -1):
            across = (room.width() - 1) // (side + 2 * PADDING)
            if across * (room.height() // (side + 2 * PADDING + self._words())) >= count:
                self.set_side(side)
                return
        self.set_side(usual)

    def _words(self) -> int:
        """Return the height of the words below an image."""
        model = self.grid_model
        lines = (model.caption_lines if model.captions else 0) + bool(model.classes)
        return max(1, lines) * (self.fontMetrics().height() + 3) + 4

    def _spread(self) -> None:
        """Share what is left of the width among the columns: no strip at the right stays empty."""
        room = self.viewport().width() - 1
        side = max(SMALLEST, min(self._side, room - 2 * PADDING))  # one is never cut
        least = side + 2 * PADDING
        wide = max(least, room // max(1, room // least))
        size = QSize(wide, least + self._words())
        self.grid_model.side = side
        if size != self.gridSize():
            self.setGridSize(size)

    # -- what is chosen -----------------------------------------------------------------------

    def selected(self) -> tuple[int, ...]:
        """Return the selected images in the order shown."""
        selection: QItemSelection = self.selectionModel().selection()
        ranges = (selection.at(place) for place in range(selection.size()))
        spans = sorted((one.top(), one.bottom() + 1) for one in ranges)
        ids = self.grid_model.ids
        return tuple(image for first, end in spans for image in ids[first:end])

    def current(self) -> int | None:
        """Return the image that the arrow keys have reached, or None."""
        row = self.currentIndex().row()
        return self.grid_model.ids[row] if 0 <= row < len(self.grid_model.ids) else None

    def go_to_row(self, row: int) -> None:
        """Select one image by its position and bring it into view."""
        index = self.grid_model.index(row, 0)
        if index.isValid():
            # Not the view's own way, which selects nothing while Ctrl is held down, as in Ctrl+R.
            how = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, how)
            self.scrollTo(index, QListView.ScrollHint.EnsureVisible)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802
        """Announce another selection."""
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.grid_model.ids[index.row()])

    # -- thumbnails ---------------------------------------------------------------------------

    def visible_rows(self) -> range:
        """Return the positions of the images in view."""
        rows = len(self.grid_model.ids)
        cell = self.gridSize()
        first = self._row_at(cell.height() // 2, 0)
        last = self._row_at(self.viewport().height() - 1, rows)
        return range(first, min(rows, last + self._columns()))

    def _row_at(self, height: int, otherwise: int) -> int:
        """Return the position of the leftmost image at a height of the viewport."""
        index = self.indexAt(QPoint(self.gridSize().width() // 2, height))
        return index.row() if index.isValid() else otherwise

    def _columns(self) -> int:
        return max(1, self.viewport().width() // self.gridSize().width())

    def _settle(self) -> None:
        if not self._settled.isActive():  # not put off again and again by steady scrolling
            self._settled.start()

    @Slot()
    def ask_for_thumbnails(self) -> None:
        """Ask for what is in view, then for a screen below and one above it."""
        if not self.isVisible():
            return
        ids, seen = self.grid_model.ids, self.visible_rows()
        margin = len(seen)
        wanted = (
            *ids[seen.start : seen.stop],
            *ids[seen.stop : seen.stop + margin],
            *ids[max(0, seen.start - margin) : seen.start],
        )
        self.thumbnails.want(wanted, round(self._side * self.devicePixelRatioF()))

    @Slot(int)
    def _repaint_image(self, image_id: int) -> None:
        ids = self.grid_model.ids
        for row in self.visible_rows():
            if ids[row] == image_id:
                self.update(self.grid_model.index(row, 0))

    # -- events -------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keep the keys that move in the grid from commands of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            keypad = Qt.KeyboardModifier.KeypadModifier
            if event.key() in OWN_KEYS and plain in (Qt.KeyboardModifier.NoModifier, keypad):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the image that the arrow keys have reached."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Do nothing: letters give classes, and there is no text to search."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Change the size with Ctrl, else scroll."""
        steps = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and steps:
            self.set_side(round(self._side * STEP**steps))
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Spread the columns, and ask for what has come into view."""
        super().resizeEvent(event)
        self._spread()
        self._settle()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for what is in view."""
        super().showEvent(event)
        self._settle()


def select_images(grid: ImageGrid, images: Collection[int]) -> None:
    """Select exactly these images, as far as they are shown, and bring the first into view."""
    chosen, flag = grid.selectionModel(), QItemSelectionModel.SelectionFlag
    grid.clearSelection()
    for row in (row for row, image in enumerate(grid.images) if image in images):
        index = grid.grid_model.index(row, 0)
        if not chosen.hasSelection():
            chosen.setCurrentIndex(index, flag.NoUpdate)
            grid.scrollTo(index, QListView.ScrollHint.EnsureVisible)
        chosen.select(index, flag.Select)


def image_names(loader: ImageLoader, names: QAction) -> Callable[[int], str]:
    """Return what names the file of an image and its group, "" while `names` is not checked."""

    def name_of(image_id: int) -> str:
        if loader.pool is None or not names.isChecked():
            return ""
        image = loader.pool.images[image_id]
        return name_words(image.key, image.group)

    return name_of
