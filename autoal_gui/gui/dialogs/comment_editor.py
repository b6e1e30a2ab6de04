"""A comment on an image: Enter saves it, Esc leaves it as it was."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

LINES = 4


class CommentEditor(QDialog):
    """Writes what there is to say of the images that the next answer would be for."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setWindowTitle(tr("Comment"))
        self.text = QPlainTextEdit(controller.labelling.comment)
        self.text.setAccessibleName(tr("Comment"))
        self.text.setPlaceholderText(tr("Write a comment on this image"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight((LINES + 1) * self.fontMetrics().lineSpacing())
        self.text.selectAll()
        self.text.installEventFilter(self)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(8)
        column.addWidget(text_label(tr("Comment"), size=TITLE, bold=True))
        column.addWidget(self.text, 1)
        hint = tr("Enter saves, Shift+Enter starts a new line; no text removes the comment.")
        column.addWidget(text_label(hint, role="muted"))
        column.addWidget(buttons)
        widen(self, 28)
        self.text.setFocus()

    def _save(self) -> None:
        self.accept()
        self._controller.labelling.comment_on(self.text.toPlainText().strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Save on Enter."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._save()
                return True
        return super().eventFilter(watched, event)
