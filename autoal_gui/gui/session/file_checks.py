"""Reads the files of a large folder beside the labelling, and says which cannot be used."""

from collections import deque
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.database.image_rows import Checked
from autoal_gui.core.errors import AutoALError, ImageUnreadable
from autoal_gui.core.images.source import CheckingReader, FileReader, ProgressCallback
from autoal_gui.core.language import tr
from autoal_gui.core.project.project import Project
from autoal_gui.engine.jobs import OneJob

STORED = 500  # files between two writes, which then take some milliseconds


class FileChecks(QObject):
    """Checks the files of one project at a time, in one thread beside the window."""

    ended = Signal(object)
    """The ids of images that turned out to be unreadable, once every file has been read."""
    stored = Signal(object)
    """The ids of images found to be unreadable since the last time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = OneJob(self)
        self._job.progress.connect(self._on_progress)
        self._job.succeeded.connect(self._on_read)
        self._job.failed.connect(self._end)
        self._project: Project | None = None
        self._found: deque[Checked] = deque()

    @property
    def running(self) -> bool:
        """Whether files are being read."""
        return self._job.running

    def start(self, project: Project) -> None:
        """Read the files of a project that have not been read yet."""
        self.close()
        waiting, reader = project.checks.unchecked(), project.pool.reader
        if not waiting or not isinstance(reader, CheckingReader):
            return
        self._project, self._found = project, deque()
        self._job.start(partial(check_files, reader, waiting, self._found))

    def close(self) -> None:
        """Stop, and store what has been read; the project may be closed then."""
        self._job.close()
        self._store()
        self._project, self._found = None, deque()

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
        if len(self._found) >= STORED:
            self._store()

    @Slot(object)
    def _on_read(self, checked: int) -> None:
        self._end()

    @Slot()
    def _end(self) -> None:
        project = self._project
        self.close()
        if project is not None:
            self.ended.emit(frozenset(project.checks.unusable))


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
        stamp = reader.stamp(key) if isinstance(reader, FileReader) else None
        try:
            found.append(Checked(image_id, key, reader.check(key), stamp=stamp))
        except ImageUnreadable as error:
            found.append(Checked(image_id, key, "", str(error)))
        except BaseException:  # an odd file must not end the others' check, nor a decoder's panic
            found.append(Checked(image_id, key, "", tr("The image cannot be decoded.")))
        progress(done, len(waiting))
    return len(waiting)
