"""The evaluation set: what it is made of, and another one drawn in its place."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.evaluation_set import composition, largest
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.inputs import spin
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

ABOUT = mark(
    "The images of the evaluation set measure the model and are never learned from. Another set is "
    "drawn by chance from all images, groups such as patients whole; labels go with their images. "
    "The curve then begins anew, since earlier rounds were measured on other images. This is "
    "noted, and cannot be undone."
)


class EvaluationSetDialog(QDialog):
    """Says what measures, and draws another set of the size that is asked for."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        project = controller.project
        self.setWindowTitle(tr("Evaluation set"))
        self.sentence = text_label(composition(project))
        count, most = len(project.pool.ids("evaluation")), largest(project)
        self.size_field = spin(tr("Images in the evaluation set"), 0, most, min(count, most))
        label = text_label(tr("Images in the evaluation set"), wrap=False)
        label.setBuddy(self.size_field)
        buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.draw = buttons.addButton(tr("Draw another set"), roles.AcceptRole)
        buttons.addButton(tr("Leave it"), roles.RejectRole).setDefault(True)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.size_field)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(text_label(tr("Evaluation set"), size=TITLE, bold=True))
        column.addWidget(self.sentence)
        column.addWidget(text_label(tr(ABOUT), role="muted"))
        column.addLayout(row)
        column.addWidget(buttons)
        widen(self, 36)
        buttons.accepted.connect(self._on_draw)
        buttons.rejected.connect(self.reject)

    @Slot()
    def _on_draw(self) -> None:
        wanted = self.size_field.value()
        self.accept()
        self._controller.setup.draw_evaluation_set(wanted)
