"""New images: looked for where the images are, or in a further folder, and added on request."""

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

from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.files.new_images import NewImages
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

ABOUT = mark(
    "New images are added to those that can be asked for, never to the evaluation set. "
    "Labels, rounds and everything else stay as they are."
)


class NewImagesDialog(QDialog):
    """Looks at once where the images are; another folder is one button away."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adding = controller.adding
        self._found: NewImages | None = None
        self.setWindowTitle(tr("New images"))
        places = "\n".join(place.spec.location for place in controller.project.places)
        self.place = text_label(tr("Looking in {place}…", place=places))
        self.outcome = text_label()
        self.outcome.hide()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Images listed"))
        self.bar.setProperty("role", "thin")
        self.bar.setTextVisible(False)
        self.buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.add = self.buttons.addButton(tr("Add them"), roles.AcceptRole)
        self.add.setProperty("role", "primary")
        self.further = self.buttons.addButton(tr("Look in another folder…"), roles.ActionRole)
        self.buttons.addButton(tr("Close"), roles.RejectRole)
        self._lay_out()
        self.buttons.accepted.connect(self._on_add)
        self.buttons.rejected.connect(self.reject)
        self.further.clicked.connect(self._ask)
        self._adding.progress.connect(self._on_progress)
        self._adding.found.connect(self._on_found)
        self._adding.not_found.connect(self._say)
        self.look()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(text_label(tr("New images"), size=TITLE, bold=True))
        column.addWidget(text_label(tr(ABOUT), role="muted"))
        for part in (self.place, self.bar, self.outcome, self.buttons):
            column.addWidget(part)
        widen(self, 36)

    @Slot()
    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder of images"))
        if chosen:
            self.place.setText(tr("Looking in {place}…", place=chosen))
            self.look(Path(chosen))

    def look(self, further: Path | None = None) -> None:
        """Look where the images are, or in a further folder."""
        self._found = None
        self.add.hide()
        self.outcome.hide()
        self.further.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self._adding.look(further)

    def reject(self) -> None:
        """Stop looking and close."""
        self._adding.close()
        super().reject()

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    @Slot(object)
    def _on_found(self, found: NewImages) -> None:
        self._found = found
        self._say("\n".join(found.sentences()))
        count = len(found.images)
        words = tr_count("Add {count} image", "Add {count} images", count)
        self.add.setText(words if count else tr("Take the new names"))
        self.add.setVisible(found.any)
        self.add.setDefault(found.any)

    @Slot(str)
    def _say(self, sentence: str) -> None:
        self.bar.hide()
        self.place.setText(self.place.text().removesuffix("…"))
        self.further.setEnabled(True)
        self.outcome.setText(sentence)
        self.outcome.show()

    @Slot()
    def _on_add(self) -> None:
        if self._found is not None:
            self._adding.add(self._found)
