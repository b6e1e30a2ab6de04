"""Labels that were given to other pixels than their images show now: looked at, or kept."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

ABOUT = mark(
    "The files of such images were replaced under the same name. Until a label is given again, it "
    "is neither learned from nor measured by; exports mark it and name the file that was labelled."
)
NONE = mark("Every label was given to what its image shows now.")


class ReplacedImagesDialog(QDialog):
    """Says how many labels there are of this kind, and what can be done."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._images = tuple(sorted(controller.project.other_pixels))
        count = len(self._images)
        title = tr("Given to other pixels")
        self.setWindowTitle(title)
        words = tr_count(
            "{count} label was given to other pixels than its image shows now.",
            "{count} labels were given to other pixels than their images show now.",
            count,
        )
        self.sentence = text_label(words if count else tr(NONE))
        buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.show_them = buttons.addButton(tr("Show them"), roles.ActionRole)
        self.show_them.setProperty("role", "primary")
        self.keep = buttons.addButton(tr("The labels hold for the new images"), roles.ActionRole)
        buttons.addButton(tr("Close"), roles.RejectRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        for part in (
            text_label(title, size=TITLE, bold=True),
            self.sentence,
            text_label(tr(ABOUT), role="muted"),
            buttons,
        ):
            column.addWidget(part)
        widen(self, 36)
        for button in (self.show_them, self.keep):
            button.setVisible(bool(count))
        self.show_them.clicked.connect(self._on_show)
        self.keep.clicked.connect(self._on_keep)
        buttons.rejected.connect(self.reject)

    @Slot()
    def _on_show(self) -> None:
        self.accept()
        self._controller.show_images(self.windowTitle(), self._images)

    @Slot()
    def _on_keep(self) -> None:
        self.accept()
        self._controller.watch.keep_labels()
