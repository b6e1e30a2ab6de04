"""What the window needs of the rest of the program; the composition root fills it in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.backend import Backend
from autoal_gui.core.images.source import Listing, ProgressCallback, SourceSpec
from autoal_gui.core.project.files.places import OpenImages
from autoal_gui.core.trained_model import StartModel

ListImages = Callable[[SourceSpec, Path, ProgressCallback], Listing]


@dataclass(frozen=True)
class Services:
    """Everything that the window cannot make itself."""

    make_backend: Callable[[], Backend]
    """Called once, in the engine's thread."""
    open_images: OpenImages
    """Opens the images of a project again."""
    list_images: ListImages
    """Lists a set before a project exists; called in a thread of its own."""
    start_model: Callable[[Path], StartModel]
    """What a file to start from asks for; called beside the window, raises `CheckpointError`."""
    projects_folder: Path
    """Where new projects go unless the user says otherwise."""
    annotator: str = "annotator"
    """Who labels, unless a project says otherwise."""
