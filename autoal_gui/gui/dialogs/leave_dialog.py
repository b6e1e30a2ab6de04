"""What is shown where the program is to be closed while an export is written."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label


class LeaveDialog(QDialog):
    """Is accepted once the program can be closed; everything else that runs just stops."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setWindowTitle(tr("Export"))
        sentence = tr("An export is still being written; the program closes when it is finished.")
        buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.stop = buttons.addButton(tr("Stop it and close now"), roles.DestructiveRole)
        self.stay = buttons.addButton(tr("Keep the program open"), roles.RejectRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(text_label(sentence))
        column.addWidget(buttons)
        widen(self, 28)
        self.stay.setDefault(True)
        self.stop.clicked.connect(self._on_stop)
        buttons.rejected.connect(self.reject)
        controller.exports.exported.connect(self.accept)
        controller.failed.connect(self.reject)  # the window tells what went wrong

    @Slot()
    def _on_stop(self) -> None:
        self._controller.exports.stop()
        self.accept()
