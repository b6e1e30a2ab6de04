"""What is selected on the map: how many, what may be said of them, and what can be done."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.likeness.kept_map import KeptMap
from autoal_gui.gui.images.image_grid import ImageGrid, image_names
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.map.colouring import NONE, Facts
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.blindness import ShownAnswers
from autoal_gui.gui.session.likeness.image_maps import Question
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import Theme

SIDE = 72  # device-independent pixels of an image
Rows = npt.NDArray[np.intp]


class Selection(QWidget):
    """The selected images, small; they go to the grid, or others like them are looked for."""

    grid_wanted = Signal(str, object)
    """(title, image ids)."""
    filled = Signal(bool)
    """Whether there are images to show: without any it needs no height."""

    def __init__(
        self, controller: Controller, loader: ImageLoader, theme: Theme, names: QAction
    ) -> None:
        super().__init__()
        self._controller = controller
        self._rows: Rows = np.empty(0, np.intp)
        self.images: tuple[int, ...] = ()
        self.title = text_label(size=1.15, bold=True)
        self.words = text_label(role="muted")
        self.grid = ImageGrid(loader, theme)
        self.grid.grid_model.name_of = image_names(loader, names)
        self.grid.set_side(SIDE)
        self.grid.hide()
        self.open = QPushButton(tr("Open in the grid"))
        self.like = QPushButton(tr("More like these"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.title, self.words):
            column.addWidget(widget)
        column.addWidget(self.grid, 1)
        buttons = FlowLayout(at_left=True)
        buttons.addWidget(self.open)
        buttons.addWidget(self.like)
        column.addLayout(buttons)
        self.open.clicked.connect(self.open_grid)
        self.like.clicked.connect(self.find_alike)

    @property
    def rows(self) -> Rows:
        """The rows of the map that are selected."""
        return self._rows

    def show_rows(self, rows: Rows, kept: KeptMap | None, facts: Facts | None) -> None:
        """Show other images."""
        self._rows = rows
        self.images = () if kept is None else tuple(kept.ids[rows].tolist())
        count = len(self.images)
        some = tr_count("{count} selected", "{count} selected", count)
        self.title.setText(some if count else tr("Nothing is selected"))
        self.tell(facts)
        self.grid.set_images(self.images)
        self.grid.setVisible(bool(count))
        self.filled.emit(bool(count))
        if self._controller.is_open:
            project = self._controller.project
            answers = ShownAnswers(project, self._controller.images)
            self.grid.set_answers(answers, project.classes.names)
        for button in (self.open, self.like):
            button.setEnabled(bool(count))

    def tell(self, facts: Facts | None) -> None:
        """Say what is known of the images by now."""
        self.words.setText(self._words(self._rows, facts) if facts and self.images else "")
        self.words.setVisible(bool(self.words.text()))

    def _words(self, rows: Rows, facts: Facts) -> str:
        """Say how many have no answer, and what the model makes of them where that is seen."""
        waiting = rows[facts.answer[rows] == NONE]
        words = tr_count("{count} without an answer.", "{count} without an answer.", len(waiting))
        predicted = facts.predicted[waiting]
        told = mark("The model says {name} for {count}.")
        if facts.at_point is not None:
            predicted = predicted[facts.at_point[waiting]]
            told = mark("At your operating point the model says {name} for {count}.")
        predicted = predicted[predicted >= 0]
        if not len(predicted):
            return words
        counts = np.bincount(predicted)
        name = self._controller.project.classes.names[int(counts.argmax())]
        most = number(int(counts.max()))
        return f"{words} {tr(told, name=name, count=most)}"

    @Slot()
    def open_grid(self) -> None:
        """Show exactly these images in the grid."""
        count = len(self.images)
        if count:
            title = tr_count("{count} from the map", "{count} from the map", count)
            self.grid_wanted.emit(title, self.images)

    @Slot()
    def find_alike(self) -> None:
        """Look for images like these."""
        if self.images:
            self._controller.likeness.find(Question(self.images))
