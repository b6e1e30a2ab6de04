"""Lists a set of images beside the window, into a folder that becomes the project's own."""

import shutil
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import ProjectError, SourceError
from autoal_gui.core.images.pool import SIZED, ImagePool, PoolImage, fair_sample, longest_side
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import tr
from autoal_gui.core.project.plan import make_folders
from autoal_gui.core.system.scratch import ScratchFolder, sweep
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.services import Services

STAGING = ".new-"  # how hidden folders begin


class Importer(QObject):
    """One listing at a time. The source's own copies wait in a hidden folder until adopted."""

    progress = Signal(int, int)
    """(done, total); total is 0 while unknown."""
    listed = Signal(object)
    """The `Listing`."""
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._job = OneJob(self)
        self._job.progress.connect(self.progress)
        self._job.succeeded.connect(self.listed)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_cancelled)
        self._scratch: ScratchFolder | None = None
        self.spec = SourceSpec("")

    @property
    def running(self) -> bool:
        """Whether a listing is going on."""
        return self._job.running

    def start(self, spec: SourceSpec) -> None:
        """List a set; what was listed before is dropped."""
        self.close()
        self.spec = spec
        try:
            # The names of projects may name patients.
            self._services.projects_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sweep(self._services.projects_folder, STAGING)  # of programs that were killed
            self._scratch = ScratchFolder(self._services.projects_folder, STAGING)
            workspace = make_folders(self._scratch.path)
        except (OSError, ProjectError):
            self.failed.emit(tr("The folder for new projects cannot be written to."))
            return
        self._job.start(partial(self._services.list_images, spec, workspace))

    def cancel(self) -> None:
        """Ask the listing to stop; `cancelled` says when it has."""
        self._job.cancel()

    def longest_side(self, listing: Listing) -> int:
        """Return the longer side that images of a listing usually have; 0 if unreadable."""
        pool = self.sample(listing, SIZED)
        try:
            return longest_side(pool) if pool is not None else 0
        except SourceError:
            return 0

    def sample(self, listing: Listing, most: int) -> ImagePool | None:
        """Return some images of a listing, `most` of them; None where they cannot be opened."""
        if self._scratch is None:
            return None
        try:
            reader = self._services.open_images(self.spec, self._scratch.path / "cache")
        except SourceError:
            return None
        numbers = fair_sample(range(len(listing.images)), most)
        images = ((number, listing.images[number]) for number in numbers)
        return ImagePool.of((PoolImage(n, i.key, i.sha256, i.split) for n, i in images), reader)

    def adopt(self, folder: Path) -> None:
        """Move what the source wrote into a project's folder.

        Raises:
            ProjectError: the folder holds a project already or cannot be written.
        """
        if (folder / FILE_NAME).exists():
            raise ProjectError(tr("There is a project in that folder already."))
        cache = make_folders(folder)
        try:
            if self._scratch is not None:
                for path in (self._scratch.path / "cache").iterdir():
                    shutil.move(path, cache / path.name)
        except OSError as error:
            raise ProjectError(tr("The project cannot be written into that folder.")) from error
        self._discard()

    def close(self) -> None:
        """Stop, wait, and remove what was not adopted."""
        self._job.close()
        self._discard()

    def _discard(self) -> None:
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._discard()
        self.failed.emit(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        self._discard()
        self.cancelled.emit()


def free_folder(parent: Path, name: str) -> Path:
    """Return a folder of `parent` that does not exist yet, called after a project."""
    clean = clean_name(name)
    folder, number = parent / clean, 1
    while folder.exists():
        number += 1
        folder = parent / f"{clean}-{number}"
    return folder


def clean_name(name: str) -> str:
    """Return a name that every file system takes."""
    kept = "".join(c if c.isalnum() or c in "-_ ." else "-" for c in name)
    return kept.strip(" .-") or "project"
