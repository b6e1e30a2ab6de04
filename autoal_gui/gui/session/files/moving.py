"""Images that are not where they were: looked for where the user says that they are now."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.project.files.moved import Moved, find_moved
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part


class MovedImages(Part):
    """Finds the images of the open project again."""

    progress = Signal(int, int)
    moved = Signal(str)
    """Images were found again, says the sentence: the project is to be opened anew."""
    not_found = Signal(str)
    """Why they are not there, in one sentence."""
    cancelled = Signal()

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        super().__init__(opened, parent)
        self._job = OneJob(self)
        self._job.progress.connect(self.progress)
        self._job.succeeded.connect(self._on_found)
        self._job.failed.connect(self.not_found)
        self._job.cancelled.connect(self.cancelled)

    @property
    def wanted(self) -> int:
        """The position of the set to look for: the first that is not there, else the first."""
        return min(self._project.absent, default=0)

    def start(self, chosen: Path) -> None:
        """Look for the images in a folder; nothing is changed before they are found."""
        project = self._project
        self._job.start(
            partial(
                find_moved,
                self.wanted,
                project.places,
                tuple(project.pool.images.values()),
                chosen,
                project.workspace,
                self._opened.services.open_images,
            )
        )

    def cancel(self) -> None:
        """Stop looking."""
        self._job.cancel()

    def close(self) -> None:
        """Stop; the thread has ended when this returns."""
        self._job.close()

    @Slot(object)
    def _on_found(self, moved: Moved) -> None:
        if self.attempt(partial(self._project.move_images, moved)):
            self.moved.emit(moved.sentence)
        else:
            self.cancelled.emit()
