"""Looks beside the window, after a project was opened, at what became of its files."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.project.files.findings import Findings, look
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part


class FileWatch(Part):
    """Compares the files of one project at a time with what is known of them."""

    told = Signal(str)
    """What became of the files, in sentences that are to be read."""
    doubted = Signal()
    """`told` has just said that labels were given to other pixels."""
    kept = Signal()
    """Such labels hold now for what their images show."""
    changed = Signal(object)
    """The ids of images that nobody is to be asked for any more."""
    ended = Signal()
    """Every file has been looked at, or none could be."""

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        super().__init__(opened, parent)
        self._job = OneJob(self)
        self._job.succeeded.connect(self._on_looked)
        self._job.failed.connect(self.ended)
        self._before = ""

    def start(self, before: str = "") -> None:
        """Look at the files of the project; `before` is a sentence that is being read now."""
        project = self._project
        self._before = before
        self._job.start(
            partial(
                look,
                tuple(project.pool.images.values()),
                project.pool.reader,
                project.files.stamps(),
                frozenset(project.checks.unusable),
            )
        )

    def close(self) -> None:
        """Stop; what was not looked at is another time."""
        self._job.close()

    def keep_labels(self) -> None:
        """Note that all labels hold for what their images show now."""
        if self.attempt(self._project.keep_labels):
            self.kept.emit()

    @Slot(object)
    def _on_looked(self, found: Findings) -> None:
        project = self._project
        if self.attempt(partial(project.note_files, found)):
            sentences = found.sentences(project.other_pixels)
            if sentences:
                self.told.emit("\n".join(filter(None, (self._before, *sentences))))
            if found.replaced and project.other_pixels:
                self.doubted.emit()
            if found.changed:
                self.changed.emit(frozenset((*found.gone, *found.broken)))
        self.ended.emit()
