"""What is shown while something takes long, beside the window or in it."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QLabel, QProgressDialog, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.session.controller import Controller

OPENING = mark("Opening the project…")


class Busy(QObject):
    """Shows one such dialog over the window at a time, where something takes long enough."""

    cancelled = Signal()
    """The user pressed Cancel."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: QProgressDialog | None = None
        self._ended: list[QProgressDialog] = []
        self._inside = 0  # calls of a dialog's own that handle events, in which it may end

    @property
    def is_shown(self) -> bool:
        """Whether something is going on, even if it is too soon to show it."""
        return self._dialog is not None

    def begin(self, sentence: str) -> None:
        """Say what is going on, in place of what went on before."""
        self.end()
        self._dialog = QProgressDialog(sentence, tr("Cancel"), 0, 0, self._window)
        self._dialog.setWindowModality(Qt.WindowModality.WindowModal)
        self._dialog.setMinimumDuration(300)
        self._dialog.canceled.connect(self.cancelled)

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        """Show how far it is; a total of 0 means that nobody knows."""
        dialog = self._dialog
        if dialog is None:
            return
        self._inside += 1
        try:
            dialog.setRange(0, total)
            dialog.setValue(min(done, total - 1))  # at its end it would ask again
        finally:
            self._inside -= 1
            self._drop()

    def _drop(self) -> None:
        """Delete what has ended, but not while one of them is still at work below."""
        if not self._inside:
            while self._ended:
                self._ended.pop().deleteLater()

    @Slot()
    def end(self) -> None:
        """Take the dialog away; the keys of the window work again."""
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.blockSignals(True)
            dialog.close()
            self._ended.append(dialog)
            self._drop()
            self._window.activateWindow()


class OpeningSign(QObject):
    """Says that a project is being opened, which the window does itself and may take seconds."""

    def __init__(self, window: QWidget, controller: Controller, status: QLabel) -> None:
        """Say it in `status`, by the pointer too, and at once."""
        super().__init__(window)
        self._window, self._status, self._before = window, status, ""
        controller.opening.connect(self._show)

    @Slot(bool)
    def _show(self, opens: bool) -> None:
        if opens:
            self._before = self._status.text()
            self._status.setText(tr(OPENING))
            QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
            self._window.repaint()  # no event is handled before the project is there
            return
        QApplication.restoreOverrideCursor()
        if self._status.text() == tr(OPENING):  # it could not be opened, which is told elsewhere
            self._status.setText(self._before)
