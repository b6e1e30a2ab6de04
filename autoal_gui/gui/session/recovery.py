"""Recovering a damaged project beside the window."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.recovery.recovery import Recovered, recover
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.services import Services


class Recovery(QObject):
    """Recovers one project at a time; nothing is changed before all of it is ready."""

    recovered = Signal(object, str, bool)
    """(the project's folder, what was recovered and what not in a sentence, whether all was)."""
    failed = Signal(str)
    """One plain sentence; the project is as it was."""
    cancelled = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._folder = Path()
        self._job = OneJob(self)
        self._job.succeeded.connect(self._on_succeeded)
        self._job.failed.connect(self.failed)
        self._job.cancelled.connect(self.cancelled)

    def start(self, folder: Path) -> None:
        """Recover the project in a folder."""
        self._folder = folder
        self._job.start(partial(recover, folder, self._services.list_images))

    @Slot()
    def cancel(self) -> None:
        """Ask it to stop; `cancelled` says when it has."""
        self._job.cancel()

    def close(self) -> None:
        """Stop what runs; the thread has ended when this returns."""
        self._job.close()

    @Slot(object)
    def _on_succeeded(self, result: Recovered) -> None:
        self.recovered.emit(self._folder, result.sentence, result.lost == 0)
