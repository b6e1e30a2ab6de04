"""Recovering a damaged project beside the window, with progress and cancel."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import tr
from autoal_gui.core.recovery.recovery import Recovered, recover
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.services import Services
from autoal_gui.gui.window.busy import Busy


class Rescue(QObject):
    """Recovers one project at a time."""

    recovered = Signal(object, str, bool)
    """(the project's folder, what was recovered and what not in a sentence, whether all was)."""
    failed = Signal(str)
    """One plain sentence; the project is as it was."""

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._folder = Path()
        self._job = OneJob(self)
        self._job.succeeded.connect(self._on_succeeded)
        self._job.failed.connect(self._on_failed)
        self._busy = Busy(window)
        self._busy.cancelled.connect(self._job.cancel)
        self._job.cancelled.connect(self._busy.end)

    def start(self, folder: Path) -> None:
        """Recover the project in a folder; nothing is changed before all of it is ready."""
        self.close()
        self._folder = folder
        self._busy.begin(tr("Reading what is left of the project…"))
        self._job.start(self._recover)

    def close(self) -> None:
        """Stop what runs; the thread has ended when this returns."""
        self._job.close()
        self._busy.end()

    def _recover(self, progress: ProgressCallback) -> Recovered:
        return recover(self._folder, self._services.list_images, progress)

    @Slot(object)
    def _on_succeeded(self, result: Recovered) -> None:
        self._busy.end()
        self.recovered.emit(self._folder, result.sentence, result.lost == 0)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._busy.end()
        self.failed.emit(sentence)
