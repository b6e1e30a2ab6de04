"""Reads the files of a large folder beside the labelling, and says which cannot be used."""

from collections import deque
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.checks import Checked
from autoal_gui.core.errors import AutoALError, ImageUnreadable
from autoal_gui.core.language import tr
from autoal_gui.core.pool import CheckingReader, ProgressCallback
from autoal_gui.core.project import Project
from autoal_gui.engine.jobs import Job

STORED = 500  # files between two writes, which then take some milliseconds


class FileChecks(QObject):
    """Checks the files of one project at a time, in one thread beside the window."""

    ended = Signal(object)
    """The ids of images that turned out to be unreadable, once every file has been read."""
    stored = Signal(object)
    """The ids of images found to be unreadable since the last time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._project: Project | None = None
        self._found: deque[Checked] = deque()

    @property
    def running(self) -> bool:
        """Whether files are being read."""
        return self._job is not None

    def start(self, project: Project) -> None:
        """Read the files of a project that have not been read yet."""
        self.close()
        waiting, reader = project.unchecked(), project.pool.reader
        if not waiting or not isinstance(reader, CheckingReader):
            return
        self._project, self._found = project, deque()
        job = self._job = Job(partial(check_files, reader, waiting, self._found), self)
        job.progress.connect(self._on_progress)
        job.succeeded.connect(self._on_read)
        job.failed.connect(self._on_failed)
        job.start()

    def close(self) -> None:
        """Stop, and store what has been read; the project may be closed then."""
        job, self._job = self._job, None
        if job is not None:
            job.close()
            job.blockSignals(True)
            job.deleteLater()
            self._store()
        self._project = None

    def _store(self) -> None:
        """Store what has been read so far; what cannot be saved is read again another time."""
        found = [self._found.popleft() for _ in range(len(self._found))]
        if self._project is None or not found:
            return
        try:
            self._project.store_checks(found)
        except AutoALError:
            return
        broken = frozenset(one.image_id for one in found if one.reason)
        if broken:
            self.stored.emit(broken)

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        if self.sender() is self._job and len(self._found) >= STORED:
            self._store()

    @Slot(object)
    def _on_read(self, checked: int) -> None:
        if self.sender() is self._job:
            self._store()
            self._end()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self.sender() is self._job:
            self._end()

    def _end(self) -> None:
        project = self._project
        self.close()
        if project is not None:
            self.ended.emit(frozenset(project.unusable))


def check_files(
    reader: CheckingReader,
    waiting: Sequence[tuple[int, str]],
    found: deque[Checked],
    progress: ProgressCallback,
) -> int:
    """Read files one by one and append what came of each; return how many there were.

    Args:
        reader: reads them.
        waiting: (image id, key).
        found: where the results go, one at a time; another thread may take them from its left.
        progress: told after each file.
    """
    for done, (image_id, key) in enumerate(waiting, start=1):
        try:
            found.append(Checked(image_id, key, reader.check(key)))
        except ImageUnreadable as error:
            found.append(Checked(image_id, key, "", str(error)))
        except Exception:  # an odd file must not end the others' check
            found.append(Checked(image_id, key, "", tr("The image cannot be decoded.")))
        progress(done, len(waiting))
    return len(waiting)
