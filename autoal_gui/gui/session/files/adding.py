"""New images looked for beside the window, and added to the open project."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.images.source import Listing, ProgressCallback, SourceSpec
from autoal_gui.core.project.files.new_images import ListImages, NewImages, find_new
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part
from autoal_gui.sources.opening import kind_at


class AddingImages(Part):
    """Finds images that came since the project was made, and adds them to its pool."""

    progress = Signal(int, int)
    found = Signal(object)
    """The `NewImages`; nothing has been changed."""
    not_found = Signal(str)
    """Why nothing could be looked for, in one sentence."""
    added = Signal(str)
    """Images were added, says the sentence: the project is to be opened anew."""

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        super().__init__(opened, parent)
        self._job = OneJob(self)
        self._job.progress.connect(self.progress)
        self._job.succeeded.connect(self.found)
        self._job.failed.connect(self.not_found)
        self._taking = OneJob(self)
        self._taking.succeeded.connect(self._on_taken)
        self._taking.failed.connect(self.not_found)

    def look(self, further: Path | None = None) -> None:
        """Look where the images are, or in a further folder."""
        services = self._opened.services
        spec = None if further is None else _spec_of(further)
        known = self._project.known
        self._job.start(partial(find_new, known, spec, services.list_images, services.open_images))

    def take(self, folder: Path, keys: frozenset[str]) -> None:
        """Add some images of a further folder at once; `not_found` says why none was.

        Args:
            folder: that lies outside those of the project; the images stay there.
            keys: of the images, as the folder is listed.
        """
        services = self._opened.services
        listed = partial(_listed, services.list_images, keys)
        known, spec = self._project.known, _spec_of(folder)
        self._taking.start(partial(find_new, known, spec, listed, services.open_images))

    @Slot(object)
    def _on_taken(self, new: NewImages) -> None:
        if new.any:
            self.add(new)
        else:
            self.not_found.emit("\n".join(new.sentences()))

    def add(self, new: NewImages) -> None:
        """Add what was found."""
        if self.attempt(partial(self._project.add_images, new)):
            self.added.emit("\n".join(new.sentences(done=True)))

    def close(self) -> None:
        """Stop; the thread has ended when this returns."""
        self._job.close()
        self._taking.close()


def _spec_of(folder: Path) -> SourceSpec:
    options = (("layout", "infer"), ("check", "later"))
    return SourceSpec(kind_at(folder), str(folder), options)


def _listed(
    list_images: ListImages,
    keys: frozenset[str],
    spec: SourceSpec,
    workspace: Path,
    progress: ProgressCallback,
) -> Listing:
    """List some images of a folder alone."""
    listing = list_images(spec, workspace, progress)
    chosen = tuple(image for image in listing.images if image.key in keys)
    return replace(listing, images=chosen, unreadable=())
