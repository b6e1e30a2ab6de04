"""What is to be predicted by which model, how far that is, and what became of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.widgets.text import text_label

NO_MODEL_CHOSEN = mark("No model is chosen yet: a .pt or .safetensors file of this program.")
NO_IMAGES_CHOSEN = mark("No images are chosen yet: a folder of images or DICOM files, or .npz.")
RESOLUTION = 1000


class PredictSetup(QFrame):
    """The left column, from top to bottom in the order of use."""

    own_wanted = Signal()
    file_wanted = Signal()
    folder_wanted = Signal()
    npz_wanted = Signal()
    started = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.model = text_label(tr(NO_MODEL_CHOSEN), role="muted")
        self.images = text_label(tr(NO_IMAGES_CHOSEN), role="muted")
        self.own = QPushButton(tr("Model of this project"))
        self.file = QPushButton(tr("Model file…"))
        self.folder = QPushButton(tr("Folder…"))
        self.npz = QPushButton(tr(".npz file…"))
        self.start = QPushButton(tr("Predict"))
        self.start.setProperty("role", "primary")
        self.cancel = QPushButton(tr("Cancel"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setProperty("role", "thin")
        self.bar.setAccessibleName(tr("Progress"))
        self.line = text_label()
        self.line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        for button, signal in (
            (self.own, self.own_wanted),
            (self.file, self.file_wanted),
            (self.folder, self.folder_wanted),
            (self.npz, self.npz_wanted),
            (self.start, self.started),
            (self.cancel, self.cancelled),
        ):
            button.clicked.connect(signal)
        self.show_state(ready=False, busy=False)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        for title, text, buttons in (
            (tr("Model"), self.model, (self.own, self.file)),
            (tr("Images"), self.images, (self.folder, self.npz)),
        ):
            row = QHBoxLayout()
            for button in buttons:
                row.addWidget(button)
            column.addWidget(text_label(title, bold=True))
            column.addWidget(text)
            column.addLayout(row)
        column.addSpacing(4)
        for widget in (self.start, self.cancel, self.bar, self.line):
            column.addWidget(widget)

    def show_state(self, ready: bool, busy: bool) -> None:
        """Let the user do what is possible now."""
        for button in (self.own, self.file, self.folder, self.npz):
            button.setEnabled(not busy)
        self.start.setVisible(not busy)
        self.start.setEnabled(ready)
        self.cancel.setVisible(busy)
        self.cancel.setEnabled(busy)
        self.bar.setVisible(busy)

    def show_progress(self, done: int, total: int, words: str) -> None:
        """Show how far the work is; a total of 0 for no one knows."""
        self.bar.setRange(0, RESOLUTION if total else 0)
        self.bar.setValue(round(RESOLUTION * done / total) if total else 0)
        self.line.setText(words)
