"""The contract of an exporter: a module with the names below; adding one is adding a file."""

from pathlib import Path
from typing import Literal, Protocol

from autoal_gui.core.model import TrainedModel
from autoal_gui.core.project import Project


class LabelExporter(Protocol):
    """Writes labels; called in the thread that owns the project."""

    NAME: str
    LABEL: str
    SUFFIX: str
    KIND: Literal["labels"]
    ORDER: int

    def write(self, target: Path, project: Project) -> None:
        """Write `target`.

        Raises:
            ProjectError: it cannot be written; a file that was there is left as it was.
        """


class ModelExporter(Protocol):
    """Writes a model; called in the engine's thread."""

    NAME: str
    LABEL: str
    SUFFIX: str
    KIND: Literal["model"]
    ORDER: int

    def write(self, target: Path, model: TrainedModel) -> None:
        """Write `target` and read it back.

        Raises:
            CheckpointError: it cannot be written; a file that was there is left as it was.
        """
