"""What is to be predicted by which model, how far that is, and what became of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.gui.panels.waiting_line import WaitingLine
from autoal_gui.gui.predict.predict_jobs import ChosenModel
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.text import text_label

NO_MODEL_CHOSEN = mark("No model is chosen yet: a .pt or .safetensors file of this program.")
NO_IMAGES_CHOSEN = mark("No images are chosen yet.")
COMPARE_TIP = mark(
    "Have other rounds or models predict the same images, and see whether one is really better"
)
RESOLUTION = 1000


def ask_images(parent: QWidget, start: str, *, npz: bool) -> str:
    """Ask for an .npz file or a folder of images; return its path, or "" where none was chosen."""
    if npz:
        kinds = tr("MedMNIST files (*.npz)")
        return QFileDialog.getOpenFileName(parent, tr(".npz file"), start, kinds)[0]
    title = tr("Folder of images or DICOM files")
    return QFileDialog.getExistingDirectory(parent, title, start)


class PredictSetup(QFrame):
    """The left column, from top to bottom in the order of use."""

    own_wanted = Signal()
    file_wanted = Signal()
    own_images_wanted = Signal()
    folder_wanted = Signal()
    npz_wanted = Signal()
    other_wanted = Signal()
    """A file of another model, to compare."""
    started = Signal()
    cancelled = Signal()

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.model = text_label(tr(NO_MODEL_CHOSEN), role="muted")
        self.images = text_label(tr(NO_IMAGES_CHOSEN), role="muted")
        for words in (self.model, self.images):  # what lies below stays where the mouse is
            words.setMinimumHeight(2 * words.fontMetrics().lineSpacing())
            words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.own = QPushButton(tr("Model of this project"))
        self.file = QPushButton(tr("Model file…"))
        self.compare = QPushButton(tr("Compare with…"))
        self.compare.setToolTip(tr(COMPARE_TIP))
        self.others = QMenu(self.compare)
        self.compare.setMenu(self.others)
        self.own_images = QPushButton(tr("Of this project"))
        self.own_images.setAccessibleName(tr("Images of this project"))
        self.own_images.hide()
        self.folder = QPushButton(tr("Folder…"))
        self.folder.setToolTip(tr("Images or DICOM files"))
        self.npz = QPushButton(tr(".npz file…"))
        self.start = QPushButton(tr("Predict"))
        self.start.setProperty("role", "primary")
        self.cancel = QPushButton(tr("Cancel"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setProperty("role", "thin")
        self.bar.setAccessibleName(tr("Progress"))
        self.line = text_label()
        self.old = text_label(bold=True)  # of what is on screen; the words above it scroll
        self.old.hide()
        self.waiting = WaitingLine(controller, Priority.PREDICTION, narrow=True)
        self.line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._ask_file = self.others.addAction(tr("Model file…"))
        self._ask_file.triggered.connect(self.other_wanted)
        self._lay_out()
        for button, signal in (
            (self.own, self.own_wanted),
            (self.file, self.file_wanted),
            (self.own_images, self.own_images_wanted),
            (self.folder, self.folder_wanted),
            (self.npz, self.npz_wanted),
            (self.start, self.started),
            (self.cancel, self.cancelled),
        ):
            button.clicked.connect(signal)
            button.setAutoDefault(True)  # Enter presses it, as in a dialog
        self.show_state(ready=False, busy=False)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)  # the page then fits a low screen
        for title, text, buttons in (
            (tr("Model"), self.model, (self.own, self.file)),
            (tr("Images"), self.images, (self.own_images, self.folder, self.npz)),
        ):
            row = FlowLayout(at_left=True)
            for button in buttons:
                row.addWidget(button)
            heading = QHBoxLayout()
            heading.addWidget(text_label(title, bold=True, wrap=False), 1)
            if text is self.model:
                heading.addWidget(self.compare)
            column.addLayout(heading)
            column.addWidget(text)
            column.addLayout(row)
        for widget in (self.start, self.cancel, self.bar, self.line, self.old, self.waiting):
            column.addWidget(widget)

    def show_state(self, ready: bool, busy: bool) -> None:
        """Let the user do what is possible now."""
        for button in (
            self.own,
            self.file,
            self.compare,
            self.own_images,
            self.folder,
            self.npz,
        ):
            button.setEnabled(not busy)
        self.start.setVisible(not busy)
        self.start.setEnabled(ready)
        self.cancel.setVisible(busy)
        self.cancel.setEnabled(busy)
        self.bar.setVisible(busy)

    # -- models to compare with -----------------------------------------------------------------

    def offer_others(self, models: Sequence[ChosenModel]) -> None:
        """Offer these models to compare with; those chosen of them stay so."""
        chosen = {model.file for model in self.chosen_others}
        for action in self._offered():
            self._drop(action)
        for model in models:
            self._offer(model, model.file in chosen)
        self._show_compared()

    def take_other(self, model: ChosenModel) -> None:
        """Offer one more model, and compare with it."""
        for action in self._offered():
            if action.data().file == model.file:
                self._drop(action)
        self._offer(model, True)
        self._on_compared()

    def _drop(self, action: QAction) -> None:
        self.others.removeAction(action)
        action.deleteLater()

    def _offer(self, model: ChosenModel, chosen: bool) -> None:
        action = QAction(model.name.replace("&", "&&"), self.others)
        action.setData(model)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.toggled.connect(self._on_compared)
        self.others.insertAction(self._ask_file, action)

    def _offered(self) -> list[QAction]:
        return [action for action in self.others.actions() if action.data() is not None]

    @property
    def offered(self) -> list[ChosenModel]:
        """The models that can be compared with."""
        return [action.data() for action in self._offered()]

    @property
    def chosen_others(self) -> list[ChosenModel]:
        """The models to compare with, in the order offered."""
        return [action.data() for action in self._offered() if action.isChecked()]

    @Slot()
    def _on_compared(self) -> None:
        """Say what follows when the user has chosen: nothing is compared by itself."""
        self._show_compared()
        self.line.setText(tr("Press Predict to compare.") if self.chosen_others else "")

    @Slot()
    def _show_compared(self) -> None:
        count = len(self.chosen_others)
        words = tr_count("Compare with {count} model", "Compare with {count} models", count)
        self.compare.setText(words if count else tr("Compare with…"))
        names = ", ".join(model.name for model in self.chosen_others)
        told = tr("Compared with: {names}.", names=names) if names else tr(COMPARE_TIP)
        self.compare.setToolTip(told)
        self.compare.setAccessibleDescription(told)

    def show_old(self, words: str) -> None:
        """Say that the predictions on screen are old, right below how many there are."""
        self.old.setText(words)
        self.old.setVisible(bool(words))

    def show_progress(self, done: int, total: int, words: str) -> None:
        """Show how far the work is; a total of 0 for no one knows."""
        self.bar.setRange(0, RESOLUTION if total else 0)
        self.bar.setValue(round(RESOLUTION * done / total) if total else 0)
        self.line.setText(words)
