"""One page of images to confirm: all of them in sight, each in or taken out."""

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView

from autoal_gui.core.language import percent, tr
from autoal_gui.gui.images.image_grid import ImageGrid
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.widgets.theme import Theme

SIDE = 130  # device-independent pixels of an image: enough to see what it is


class SureGrid(ImageGrid):
    """Shows as many images as fit; what is selected is meant, the rest is taken out."""

    confirmed = Signal()
    """The key that confirms what is shown was pressed, and not merely held."""
    room_changed = Signal()
    """More images fit, or fewer."""

    def __init__(self, loader: ImageLoader, theme: Theme) -> None:
        super().__init__(loader, theme)
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.set_side(SIDE)
        self.side_changed.connect(self.room_changed)

    @property
    def room(self) -> int:
        """How many images fit, at least one."""
        cell, view = self.gridSize(), self.viewport().size()
        return max(1, view.width() // cell.width()) * max(1, view.height() // cell.height())

    @property
    def taken_out(self) -> tuple[int, ...]:
        """The images that are not meant."""
        meant = set(self.selected())
        return tuple(image for image in self.images if image not in meant)

    @property
    def all_seen(self) -> bool:
        """Whether every image is on screen, or cannot be read."""
        known = self.thumbnails
        return all(known.thumbnail(i) or known.failure(i) for i in self.images)

    @property
    def meant(self) -> tuple[int, ...]:
        """The images that are meant and can be seen."""
        return tuple(i for i in self.selected() if self.thumbnails.failure(i) is None)

    def show_page(self, images: Sequence[int], certainty: Mapping[int, float]) -> None:
        """Show these images, all of them meant but those that are taken out already."""
        out = set(self.taken_out)
        self.set_images(images)
        self.set_captions(_Captions(self, certainty))
        self.grid_model.faded = _TakenOut(self)
        self.selectAll()
        for row in (row for row, image in enumerate(images) if image in out):
            how = QItemSelectionModel.SelectionFlag.Deselect
            self.selectionModel().select(self.grid_model.index(row, 0), how)
        first = self.grid_model.index(0, 0)
        if first.isValid():
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def is_meant(self, image_id: int) -> bool:
        """Say whether an image that is shown is meant."""
        row = self.images.index(image_id) if image_id in self.images else -1
        return self.selectionModel().isSelected(self.grid_model.index(row, 0))

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        """Do nothing: two clicks take an image out and in again."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Confirm, take out or move."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.confirmed.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Say that there is other room."""
        super().resizeEvent(event)
        self.room_changed.emit()


class _TakenOut:
    """The images that are not meant, looked up as they are painted."""

    def __init__(self, grid: SureGrid) -> None:
        self._grid = grid

    def __contains__(self, image_id: object) -> bool:
        return isinstance(image_id, int) and not self._grid.is_meant(image_id)


class _Captions(Mapping[int, str]):
    """How sure the model is, or that an image is taken out."""

    def __init__(self, grid: SureGrid, certainty: Mapping[int, float]) -> None:
        self._grid, self._certainty = grid, certainty

    def __getitem__(self, image_id: int) -> str:
        share = self._certainty[image_id]
        if not self._grid.is_meant(image_id):
            return tr("taken out")
        return percent(int(share * 1000) / 1000, 1)  # never more than it is

    def __iter__(self) -> Iterator[int]:
        return iter(self._certainty)

    def __len__(self) -> int:
        return len(self._certainty)
