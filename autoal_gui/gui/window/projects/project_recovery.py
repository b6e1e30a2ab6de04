"""The window's side of recovering a damaged project: progress, and a button to cancel."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.recovery import Recovery
from autoal_gui.gui.window.busy import Busy


class Rescue(QObject):
    """Shows that a project is being recovered, one at a time."""

    recovered = Signal(object, str, bool)
    """(the project's folder, what was recovered and what not in a sentence, whether all was)."""
    failed = Signal(str)
    """One plain sentence; the project is as it was."""

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        recovery = self._recovery = Recovery(services, self)
        self._busy = Busy(window)
        self._busy.cancelled.connect(recovery.cancel)
        for ended in (recovery.recovered, recovery.failed, recovery.cancelled):
            ended.connect(self._busy.end)  # first: nothing is said behind the dialog
        recovery.recovered.connect(self.recovered)
        recovery.failed.connect(self.failed)

    def start(self, folder: Path) -> None:
        """Recover the project in a folder; nothing is changed before all of it is ready."""
        self.close()
        self._busy.begin(tr("Reading what is left of the project…"))
        self._recovery.start(folder)

    def close(self) -> None:
        """Stop what runs; the thread has ended when this returns."""
        self._recovery.close()
        self._busy.end()
