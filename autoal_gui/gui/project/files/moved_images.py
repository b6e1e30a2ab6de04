"""Where the images are now: asked where a project does not find them."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE
from autoal_gui.sources.opening import source_of

ABSENT = mark(
    "The images of this project are not where they were: {place}. Say in which folder they are "
    "now; the program compares them with those that were labelled."
)
THERE = mark("The images of this project are in {place}. Have they moved? Say where they are now.")
WITHOUT = mark("Exports of labels, agreement and reports work without the images, too.")


class MovedImagesDialog(QDialog):
    """Asks for the folder, looks there, and closes once the images are found."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moving = controller.moving
        project = controller.project
        place = project.places[self._moving.wanted].spec
        self._of_file = source_of(place).NAME == "npz"
        self.setWindowTitle(tr("Where are the images now?"))
        words = ABSENT if project.absent else THERE
        labels = len(project.labels.answers)
        safe = tr_count("Your {count} answer is safe.", "All {count} answers are safe.", labels)
        self.sentence = text_label(tr(words, place=place.location))
        self.rest = text_label(" ".join((safe, tr(WITHOUT))), role="muted")
        self.failure = text_label(role="danger")
        self.failure.hide()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Images compared"))
        self.bar.setProperty("role", "thin")
        self.bar.setTextVisible(False)
        self.bar.hide()
        buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        asked = tr("Choose the file…") if self._of_file else tr("Choose the folder…")
        self.choose = buttons.addButton(asked, roles.ActionRole)
        self.choose.setProperty("role", "primary")
        self.choose.setDefault(True)
        self.later = buttons.addButton(tr("Later"), roles.RejectRole)
        self._lay_out(buttons)
        self.choose.clicked.connect(self._ask)
        buttons.rejected.connect(self.reject)
        self._moving.progress.connect(self._on_progress)
        self._moving.not_found.connect(self._on_not_found)
        self._moving.cancelled.connect(self.reject)

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(text_label(tr("Where are the images now?"), size=TITLE, bold=True))
        for part in (self.sentence, self.rest, self.failure, self.bar, buttons):
            column.addWidget(part)
        widen(self, 34)

    @Slot()
    def _ask(self) -> None:
        if self._of_file:
            title, kinds = tr(".npz file"), tr("MedMNIST files (*.npz)")
            chosen, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        else:
            chosen = QFileDialog.getExistingDirectory(self, tr("Folder of images"))
        if chosen:
            self.look_in(Path(chosen))

    def look_in(self, chosen: Path) -> None:
        """Look for the images in a folder."""
        self.failure.hide()
        self.choose.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self._moving.start(chosen)

    def reject(self) -> None:
        """Stop looking and close."""
        self._moving.close()
        super().reject()

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.setToolTip(tr("{done} of {total}", done=number(done), total=number(total)))

    @Slot(str)
    def _on_not_found(self, sentence: str) -> None:
        self.bar.hide()
        self.choose.setEnabled(True)
        self.failure.setText(sentence)
        self.failure.show()
