"""Bringing in another reader's project: read beside the window, written a part at a time."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.project_merge import Merge, merge, read_other, report, with_hashes
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.session.open_project import OpenProject

PART = 100  # answers written at once: some milliseconds, so that the window stays smooth


class Merging(QObject):
    """One merge at a time. Cancelled half-way it can be begun again: nothing comes in twice."""

    progress = Signal(int, int)
    merged = Signal()
    """Answers of another reader have come into the project."""
    finished = Signal(str)
    """What came in, in sentences."""
    failed = Signal(str)
    """One plain sentence."""

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened = opened
        self._job = OneJob(self)
        self._job.succeeded.connect(self._on_read)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._stop_writing)
        self._project: Project | None = None
        self._merge: Merge | None = None
        self._written = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write)

    @property
    def is_running(self) -> bool:
        """Whether a merge is in work."""
        return self._job.running or self._merge is not None

    def start(self, folder: Path) -> None:
        """Read another project and bring its answers in as second readings."""
        self.close()
        project = self._project = self._opened.project
        work = partial(
            _compare,
            folder,
            project.folder,
            project.pool,
            project.classes.names,
            project.labels.entries(),
        )
        self._job.start(work)

    @Slot(object)
    def _on_read(self, found: Merge) -> None:
        if self._project is not None:  # else it was closed meanwhile
            self._merge, self._written = found, 0
            self._timer.start(0)

    @Slot()
    def _write(self) -> None:
        found, project = self._merge, self._project
        if found is None or project is None:
            return
        part = found.new[self._written : self._written + PART]
        try:
            project.labels.add_readings(part)
        except AutoALError as error:
            self._on_failed(str(error))
            return
        self._written += len(part)
        self.progress.emit(self._written, len(found.new))
        if self._written >= len(found.new):
            self._stop_writing()
            self.merged.emit()
            self.finished.emit(report(found))

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._stop_writing()
        self.failed.emit(sentence)

    @Slot()
    def cancel(self) -> None:
        """Stop; what has come in stays, the rest comes with the next merge."""
        self._job.cancel()
        self._stop_writing()

    def close(self) -> None:
        """Stop and wait for the thread to end."""
        self._job.close()
        self._stop_writing()

    @Slot()
    def _stop_writing(self) -> None:
        self._timer.stop()
        self._merge, self._project = None, None


def _compare(
    folder: Path,
    own: Path,
    pool: ImagePool,
    classes: Sequence[str],
    entries: Sequence[Entry],
    tick: ProgressCallback,
) -> Merge:
    """Read the other project and say what it adds; runs in the job's thread."""
    tick(0, 0)
    other = read_other(folder, own)
    tick(0, 0)
    images = with_hashes(other, pool.images.values(), pool.reader, tick)
    return merge(other, images, classes, entries)
