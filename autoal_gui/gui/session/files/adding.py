"""New images looked for beside the window, and added to the open project."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.files.new_images import NewImages, find_new
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

    def look(self, further: Path | None = None) -> None:
        """Look where the images are, or in a further folder."""
        services, spec = self._opened.services, None
        if further is not None:
            options = (("layout", "infer"), ("check", "later"))
            spec = SourceSpec(kind_at(further), str(further), options)
        known = self._project.known
        self._job.start(partial(find_new, known, spec, services.list_images, services.open_images))

    def add(self, new: NewImages) -> None:
        """Add what was found."""
        if self.attempt(partial(self._project.add_images, new)):
            self.added.emit("\n".join(new.sentences(done=True)))

    def close(self) -> None:
        """Stop; the thread has ended when this returns."""
        self._job.close()
