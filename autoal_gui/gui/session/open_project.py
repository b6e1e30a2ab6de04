"""The project that is open: opened, made and released here, and nowhere else in the window."""

from dataclasses import replace
from pathlib import Path

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import tr
from autoal_gui.core.project.plan import ProjectPlan, make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.system.files import copy_foreign
from autoal_gui.core.trained_model import LARGEST_MODEL
from autoal_gui.gui.keys import use_order
from autoal_gui.gui.services import Services

START = "start.pt"  # the checkpoint that the first rounds start from


class OpenProject:
    """Holds the one project that is open, for all who read it or write to it."""

    def __init__(self, services: Services) -> None:
        self.services = services
        """What a project needs of the rest of the program."""
        self._project: Project | None = None

    @property
    def project(self) -> Project:
        """The open project.

        Raises:
            ValueError: none is open, a fault of the program.
        """
        if self._project is None:
            raise ValueError("no project is open")
        return self._project

    @property
    def is_open(self) -> bool:
        """Whether a project is open."""
        return self._project is not None

    def is_in(self, folder: Path) -> bool:
        """Say whether the open project is the one in this folder."""
        return self._project is not None and self._project.folder.resolve() == folder.resolve()

    def read(self, folder: Path) -> Project:
        """Open the project in a folder, beside the one that is held.

        Raises:
            ProjectError: see `Project.open`.
        """
        return Project.open(folder, self.services.open_images)

    def create(self, folder: Path, plan: ProjectPlan, listing: Listing) -> Project:
        """Write a new project into a folder and open it, beside the one that is held.

        Raises:
            AutoALError: see `Project.create`; or its checkpoint to start from cannot be copied.
        """
        own = replace(plan, start_from=_own_checkpoint(folder, plan.start_from))
        services = self.services
        return Project.create(folder, own, listing, services.open_images, services.annotator)

    def hold(self, project: Project) -> None:
        """Make a project the one that is open."""
        self._project = project
        use_order(project.classes.order)

    def release(self) -> None:
        """Close the project that is held; all of it is saved already."""
        if self._project is not None:
            self._project.close()
            self._project = None
            use_order(())


def _own_checkpoint(folder: Path, given: str) -> str:
    """Copy the checkpoint to start from into a project, so that the original may go."""
    if not given:
        return ""
    make_folders(folder)
    own = folder / "models" / START
    try:
        copy_foreign(Path(given), own, LARGEST_MODEL, folder)
    except OSError as error:
        raise CheckpointError(tr("The checkpoint to start from cannot be copied.")) from error
    return str(own)
